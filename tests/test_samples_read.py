"""The sample pages, read by the real program with real OCR: what comes out is what was typeset, and it is valid."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image
from rapidfuzz.distance import Levenshtein

from digitize import Options, run
from digitize.options import Format
from digitize.validate import validate_paths

PROJECT = Path(__file__).resolve().parents[1]
SAMPLES = PROJECT / "samples"
PAGES = ("A01", "A02", "A03", "B01")
TEI = "{http://www.tei-c.org/ns/1.0}"

SAME = 0.98
"""An article is read right where this share of its characters is: the aged page loses a few to its scratches."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line makes of the sample pages."""
    output = tmp_path_factory.mktemp("archive")
    command = [sys.executable, "-m", "digitize", "run", str(SAMPLES / "pages"), "--output", str(output), "--device", "cpu"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return output


def squeezed(text: str) -> str:
    """Text without the spaces that justify lines and part headings, and without regard to full and half width.

    The recognizer gives brackets and semicolons in either width, whichever was printed.
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


def article_texts(folder: Path) -> list[dict[str, str]]:
    """The articles of a page's TEI files, in the files' order: their kind, heading parts, and all their text."""
    found = []
    for path in sorted(folder.glob("*.tei.xml")):
        division = etree.parse(path).getroot().find(f".//{TEI}text//{TEI}div")
        assert division is not None
        heads = {head.get("type", ""): squeezed("".join(head.itertext())) for head in division.findall(f"{TEI}head")}
        kept = (part for part in division if part.tag not in {f"{TEI}figure", f"{TEI}note"})
        text = squeezed("".join("".join(part.itertext()) for part in kept))
        found.append({"kind": division.get("type", ""), "text": text, **heads})
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_article_is_there_once_and_whole(archive: Path, page: str) -> None:
    """Each typeset article has one article of its kind that reads the same, and none is left over."""
    expected, read = article_texts(SAMPLES / "expected" / page), article_texts(archive / page)
    best = [
        max(range(len(read)), key=lambda i, want=want: Levenshtein.normalized_similarity(want["text"], read[i]["text"]))  # type: ignore[misc]
        for want in expected
    ]
    assert sorted(best) == list(range(len(read)))
    for want, index in zip(expected, best, strict=True):
        assert read[index]["kind"] == want["kind"]
        assert Levenshtein.normalized_similarity(want["text"], read[index]["text"]) >= SAME


@pytest.mark.parametrize("page", PAGES)
def test_headings_are_read_in_their_parts(archive: Path, page: str) -> None:
    """Kicker, headline and deck of each article are the typeset ones."""
    parts = ("kicker", "main", "sub")
    expected = {tuple(a.get(part, "") for part in parts) for a in article_texts(SAMPLES / "expected" / page)}
    read = {tuple(a.get(part, "") for part in parts) for a in article_texts(archive / page)}
    assert read == expected


@pytest.mark.parametrize("page", PAGES[:3])
def test_the_folio_reaches_the_headers(archive: Path, page: str) -> None:
    """Newspaper, date and page number are read from the page into every document's header."""
    truth = json.loads((SAMPLES / "truth" / f"{page}.json").read_text())
    for path in (archive / page).glob("*.tei.xml"):
        source = etree.parse(path).getroot().find(f".//{TEI}monogr")
        assert source is not None
        date = source.find(f".//{TEI}date")
        assert source.findtext(f"{TEI}title") == truth["newspaper"]
        assert date is not None
        assert date.get("when") == "2021-03-16"


def test_a_vertical_page_is_read_as_one(archive: Path) -> None:
    """The page in columns from right to left has its head read from right to left, and says how it is written."""
    for path in sorted((archive / "B01").glob("*.tei.xml")):
        root = etree.parse(path).getroot()
        source = root.find(f".//{TEI}monogr")
        assert source is not None
        date = source.find(f".//{TEI}date")
        assert date is not None
        assert (source.findtext(f"{TEI}title"), date.get("when")) == ("澄川商報", "1937-05-09")
        assert root.find(f".//{TEI}body/{TEI}div").get("style") == "writing-mode: vertical-rl"  # type: ignore[union-attr]
    alto = etree.parse(archive / "B01" / "B01.alto.xml").getroot()
    directions = [line.get("BASEDIRECTION") for line in alto.iter("{*}TextLine")]
    assert directions.count("ttb") > 0.8 * len(directions)


@pytest.mark.parametrize("page", PAGES)
def test_earlier_ocr_gives_the_same_articles(archive: Path, tmp_path: Path, page: str) -> None:
    """From a page's lines alone, without an image, in one block and in no order, its articles come out as from its scan."""
    root = etree.parse(archive / page / f"{page}.alto.xml").getroot()
    for told in [*root.iter("{*}Tags"), *root.iter("{*}ReadingOrder")]:
        told.getparent().remove(told)  # type: ignore[union-attr]
    lines = list(root.iter("{*}TextLine"))
    random.Random(5).shuffle(lines)  # noqa: S311 - an order, no secret
    blocks = list(root.iter("{*}TextBlock"))
    blocks[0].extend(lines)
    for block in blocks[1:]:
        block.getparent().remove(block)  # type: ignore[union-attr]
    earlier = tmp_path / "earlier" / f"{page}.xml"
    earlier.parent.mkdir()
    earlier.write_bytes(etree.tostring(root))
    run([earlier.parent], tmp_path / "archive", Options(formats=(Format.TEI,)))
    assert article_texts(tmp_path / "archive" / page) == article_texts(archive / page)


def test_what_comes_out_is_valid(archive: Path) -> None:
    """No document breaks its profile or a rule."""
    assert list(validate_paths([archive], None)) == []


def test_what_comes_out_is_valid_officially(archive: Path, shared: Path) -> None:
    """No document breaks the official schemas of TEI, NewsML-G2 with NITF, and ALTO."""
    assert list(validate_paths([archive], shared / "schemas")) == []


def test_zones_lie_on_the_print(archive: Path) -> None:
    """Line zones are in pixels of the original image, on the negative film too: they hold light print on dark film."""
    image = Image.open(SAMPLES / "pages" / "A03.jpg").convert("L")
    root = etree.parse(next(iter(sorted((archive / "A03").glob("*.tei.xml"))))).getroot()
    zones = [zone.get("points", "") for zone in root.iter(f"{TEI}zone") if zone.get("type") == "line"]
    assert zones
    for points in zones:
        xs, ys = zip(*(tuple(map(float, point.split(","))) for point in points.split()), strict=True)
        low, high = image.crop((int(min(xs)), int(min(ys)), int(max(xs)), int(max(ys)))).getextrema()
        assert high - low > 100  # type: ignore[operator] - a grey image has one band


def test_the_record_tells_what_was_done(archive: Path) -> None:
    """Each page's record says that it is done, by what, and names every file."""
    for page in PAGES:
        record = json.loads((archive / page / "page.json").read_text())
        assert record["status"] == "done"
        assert {entry["name"] for entry in record["files"]} == {
            path.name for path in (archive / page).iterdir() if path.name != "page.json"
        }
