"""The sample pages are what their texts and `samples/typeset.py` make, and what is expected of them is whole."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from lxml import etree
from PIL import Image

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PAGES = {"A01": "A01.png", "A02": "A02.png", "A03": "A03.jpg"}
IMAGES = PAGES | {"B01": "B01.png"}  # the vertical page, typeset by a module of its own
TEI = "{http://www.tei-c.org/ns/1.0}"

LARGEST = 1_500_000  # bytes: what a checkout should have to carry for one page
NO_FONTS = 3  # typeset.py's exit code

# Another FreeType smooths outlines a little differently, another libjpeg rounds differently; another character, or one
# a pixel further on, changes more.
GREYS_APART = 64
PIXELS_APART = 100
MEAN_GREYS_APART = 2.0

OVERHANG = 6  # pixels by which a glyph may reach out of its em box, as the tail of a comma does
RULE = 201  # pixels that a rule is long at least; odd, so that the opening below has a middle

NEVER_FIRST = frozenset("”’）》〉】，。、；：！？·％%℃…—")
NEVER_LAST = frozenset("“‘（《〈【")


@pytest.fixture(scope="module")
def typeset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, typeset anew; the test is skipped, loudly, where the fonts are not installed."""
    folder = tmp_path_factory.mktemp("samples")
    command = [sys.executable, str(SAMPLES / "typeset.py"), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NO_FONTS:
        pytest.skip(f"SAMPLES NOT TYPESET ANEW: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("page", IMAGES)
def test_a_page_is_what_typesetting_gives(typeset: Path, page: str) -> None:
    """The image in the repository shows what typesetting its text shows."""
    kept, made = (np.asarray(Image.open(folder / "pages" / IMAGES[page]), np.int16) for folder in (SAMPLES, typeset))
    assert kept.shape == made.shape
    apart = np.abs(kept - made)
    assert apart.mean() < MEAN_GREYS_APART
    assert np.count_nonzero(apart > GREYS_APART) < PIXELS_APART


def test_what_is_expected_is_what_typesetting_gives(typeset: Path) -> None:
    """Expected documents and truth in the repository are those that typesetting writes, byte for byte."""
    kept, made = (
        {str(path.relative_to(folder)): path.read_bytes() for room in ("expected", "truth") for path in _files(folder / room)}
        for folder in (SAMPLES, typeset)
    )
    assert kept == made


@pytest.mark.parametrize("page", IMAGES)
def test_a_page_is_small_enough_to_carry(page: str) -> None:
    """No page weighs more than a megabyte and a half."""
    assert (SAMPLES / "pages" / IMAGES[page]).stat().st_size <= LARGEST


def test_every_manuscript_has_a_page() -> None:
    """There is a page for each text and a text for each page."""
    assert sorted(PAGES) == sorted(path.stem for path in (SAMPLES / "texts").glob("*.toml"))


@pytest.mark.parametrize("page", PAGES)
def test_every_character_is_expected_once(page: str) -> None:
    """The expected documents hold each story's characters as often as its manuscript does."""
    for number, story in enumerate(_manuscript(page)):
        assert Counter(_expected_text(page, number)) == Counter(_manuscript_text(story))


@pytest.mark.parametrize("page", PAGES)
def test_every_character_is_typeset_once(page: str) -> None:
    """The lines on the page, those of the folio aside, hold the manuscript's characters, each as often as it stands there."""
    lines = "".join(line["text"] for line in _truth(page)["lines"] if line["role"] != "folio")
    manuscript = "".join(map(_manuscript_text, _manuscript(page)))
    assert Counter(_without_spaces(manuscript)) == Counter(_without_spaces(lines))


@pytest.mark.parametrize("page", PAGES)
def test_expected_paragraphs_run_as_in_the_manuscript(page: str) -> None:
    """Paragraphs stand in the expected documents in the manuscript's order, with their spaces."""
    for number, story in enumerate(_manuscript(page)):
        wanted = [line for line in story.get("text", "").split("\n") if line and not line.startswith("# ")]
        paragraphs = ["".join(map(str, p.itertext())) for p in _document(page, number).iter(f"{TEI}p") if _in_text(p)]
        assert (wanted or story["lines"]) == paragraphs


@pytest.mark.parametrize("page", PAGES)
def test_each_printed_line_has_its_line_beginning(page: str) -> None:
    """The expected documents mark as many line beginnings as lines were typeset, continuation notes aside."""
    noted = ("folio", "continuation")
    typeset_lines = [line for line in _truth(page)["lines"] if line["role"] not in noted]
    marked = [lb for number, _ in enumerate(_manuscript(page)) for lb in _document(page, number).iter(f"{TEI}lb")]
    assert len(typeset_lines) == len(marked)


@pytest.mark.parametrize("page", PAGES)
def test_no_line_breaks_the_rules(page: str) -> None:
    """No line of the body begins with a closing mark or ends with an opening one."""
    body = [line["text"] for line in _truth(page)["lines"] if line["role"] == "body"]
    assert [text for text in body if text[0] in NEVER_FIRST or text[-1] in NEVER_LAST] == []


@pytest.mark.parametrize("page", ["A01", "A02"])
def test_no_two_lines_overlap(page: str) -> None:
    """Typeset lines keep clear of each other and of the pictures."""
    truth = _truth(page)
    boxes = [line["bbox"] for line in truth["lines"]] + [zone["bbox"] for zone in truth["zones"] if zone["type"] == "photo"]
    assert [(a, b) for a, b in itertools.combinations(boxes, 2) if _overlap(a, b)] == []


@pytest.mark.parametrize("page", ["A01", "A02"])
def test_ink_stands_where_the_truth_says(page: str) -> None:
    """Every line's box holds ink; what stands outside the boxes of lines and pictures is long straight rules."""
    truth, pixels = _truth(page), np.asarray(Image.open(SAMPLES / "pages" / PAGES[page]))
    ink = (pixels < pixels.max() // 2).astype(np.uint8)
    assert ink.shape == (truth["height"], truth["width"])
    boxes = [line["bbox"] for line in truth["lines"]]
    assert all(ink[y0:y1, x0:x1].any() for x0, y0, x1, y1 in boxes)
    for x0, y0, x1, y1 in [*boxes, *(zone["bbox"] for zone in truth["zones"] if zone["type"] == "photo")]:
        ink[y0 - OVERHANG : y1 + OVERHANG, x0 - OVERHANG : x1 + OVERHANG] = 0
    level, upright = (cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)) for shape in ((1, RULE), (RULE, 1)))
    assert level.any()
    assert ink.sum() == (level | upright).sum()


def test_expected_documents_are_valid_tei(shared: Path) -> None:
    """Every expected document is valid against TEI's own schema."""
    schema = etree.RelaxNG(etree.parse(shared / "schemas" / "tei" / "4.12.0" / "tei_all.rng"))
    faults = {path.name: schema.error_log for path in _files(SAMPLES / "expected") if not schema.validate(etree.parse(path))}
    assert faults == {}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _manuscript(page: str) -> list[dict[str, Any]]:
    stories: list[dict[str, Any]] = tomllib.loads((SAMPLES / "texts" / f"{page}.toml").read_text("utf-8"))["story"]
    return stories


def _truth(page: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((SAMPLES / "truth" / f"{page}.json").read_text("utf-8"))
    return truth


def _document(page: str, number: int) -> etree._ElementTree:
    return etree.parse(SAMPLES / "expected" / page / f"{page}-a{number + 1:03}.tei.xml")


def _manuscript_text(story: dict[str, Any]) -> str:
    """All that a story prints, by its manuscript; a byline that runs in the text stands there already."""
    body = "".join(line.removeprefix("# ") for line in story.get("text", "").split("\n"))
    byline = "" if story.get("byline_place") == "run-in" else story.get("byline", "")
    heading = story.get("kicker", ""), *story.get("headline", []), *story.get("deck", [])
    continued = story.get("continued_from", ""), story.get("continued_to", "")
    return "".join([*heading, byline, body, *continued, story.get("picture", {}).get("caption", ""), *story.get("lines", [])])


def _expected_text(page: str, number: int) -> str:
    body = _document(page, number).find(f".//{TEI}body")
    assert body is not None
    return "".join(map(str, body.itertext()))


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _in_text(element: etree._Element) -> bool:
    return any(ancestor.tag == f"{TEI}text" for ancestor in element.iterancestors())


def _overlap(a: list[int], b: list[int]) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
