"""Runs over earlier OCR: files, folders and METS issues in, an archive of valid documents out, with or without images."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lxml import etree
from PIL import Image
from transcribed import alto, mets, page, shuffled, text, two_columns, write_issue

from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.export import SVG_SUFFIX
from digitize.options import Options
from digitize.validate import validate_paths

if TYPE_CHECKING:
    from pathlib import Path

    from digitize.batch.outcome import Summary

LINES = shuffled(*two_columns())
TEI = "{http://www.tei-c.org/ns/1.0}"


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is recognized where text is there already: an engine that is opened fails the test."""
    import digitize.ocr.engine as engines  # noqa: PLC0415 - what the run imports when it needs one

    def opened(_: Options) -> None:
        pytest.fail("an engine was opened")

    monkeypatch.setattr(engines, "open_engine", opened)


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    """A folder with two pages; the second begins in the midst of an article of the first."""
    return write_issue(tmp_path / "issue")


def image(path: Path, size: tuple[int, int] = (1050, 1500)) -> None:
    """A white page, half as large as the file says."""
    Image.fromarray(np.full(size[::-1], 255, np.uint8)).save(path)


def read(out: Path, *inputs: Path, options: Options | None = None, force: bool = False) -> Summary:
    """A run, without a fault in what it writes."""
    summary = run(inputs, out, options or Options(), force=force, workers=Workers(jobs=0))
    assert [str(violation) for violation in validate_paths([out], None)] == []
    return summary


def record(out: Path, page_id: str) -> dict[str, object]:
    """A page's record."""
    return json.loads((out / page_id / "page.json").read_text("utf-8"))


@pytest.mark.parametrize("content", [alto(LINES), page(LINES), page(LINES, words=False), alto(LINES, unit="mm10", scale=0.8)])
def test_a_file_gives_a_page_of_valid_documents(tmp_path: Path, content: bytes) -> None:
    """TEI and NewsML-G2 for each article, ALTO, a drawing without an image, and a record with the file's SHA-256."""
    file, out = tmp_path / "A08.xml", tmp_path / "out"
    file.write_bytes(content)
    assert read(out, file).exit_code == 0
    names = {path.name for path in (out / "A08").iterdir()}
    assert {f"A08-a00{n}.{kind}.xml" for n in (1, 2, 3) for kind in ("tei", "newsml")} < names
    assert "<image" not in (out / "A08" / f"A08{SVG_SUFFIX}").read_text("utf-8")
    source = record(out, "A08")["source"]
    assert isinstance(source, dict)
    assert source["sha256"] == hashlib.sha256(content).hexdigest()


def test_documents_are_valid_by_the_official_schemas(tmp_path: Path, issue: Path, shared: Path) -> None:
    """Articles over two pages, too, keep to TEI, NewsML-G2 and ALTO."""
    out = tmp_path / "out"
    read(out, issue)
    assert [str(violation) for violation in validate_paths([out], shared / "schemas")] == []


def test_an_article_over_pages_is_one_document(tmp_path: Path, issue: Path) -> None:
    """It has a surface for each page, a page break where it goes on, and a file on the page where it begins."""
    out = tmp_path / "out"
    read(out, issue)
    root = etree.parse(out / "p1" / "p1-a003.tei.xml").getroot()
    assert [surface.get("{http://www.w3.org/XML/1998/namespace}id") for surface in root.iter(f"{TEI}surface")] == ["p1", "p2"]
    assert [pb.get("facs") for pb in root.iter(f"{TEI}pb")] == ["#p1", "#p2"]
    assert text("berlin", 7)[:40] in " ".join("".join(root.itertext()).split())
    assert len(list((out / "p2").glob("*.tei.xml"))) == 2


@pytest.mark.parametrize("named", ["beside", "own name"])
def test_an_image_gives_pixels_and_preview(tmp_path: Path, named: str) -> None:
    """The image of the same name, or of the name that the file has for it, scales zones and lies under the drawing."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "A08.xml").write_bytes(alto(LINES, image="//server/scans/scan7.png" if named == "own name" else ""))
    image(folder / ("scan7.png" if named == "own name" else "A08.png"))
    summary = read(out, folder / "A08.xml") if named == "own name" else read(out, folder)
    assert [outcome.page_id for outcome in summary.outcomes] == ["A08"]
    assert "<image" in (out / "A08" / f"A08{SVG_SUFFIX}").read_text("utf-8")
    surface = next(etree.parse(out / "A08" / "A08-a001.tei.xml").getroot().iter(f"{TEI}surface"))
    assert (surface.get("lrx"), surface.get("lry")) == ("1050", "1500")


def test_mets_names_the_issue_and_its_pages(tmp_path: Path) -> None:
    """Pages come in METS's order, with its newspaper, date and page numbers, and once, also where the folder is named."""
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "text").mkdir(parents=True)
    for name in ("b", "a"):
        (folder / "text" / f"{name}.xml").write_bytes(alto(LINES))
    (folder / "mets.xml").write_bytes(mets(["text/b.xml", "text/a.xml"]))
    summary = read(out, folder)
    assert [outcome.page_id for outcome in summary.outcomes] == ["text-b", "text-a"]
    root = etree.parse(out / "text-b" / "text-b-a001.tei.xml").getroot()
    monograph = next(root.iter(f"{TEI}monogr"))
    assert (monograph.findtext(f"{TEI}title"), next(monograph.iter(f"{TEI}date")).get("when")) == ("The Courier", "1858-12-07")
    assert monograph.findtext(f".//{TEI}biblScope[@unit='page']") == "1"
    assert [o.page_id for o in read(tmp_path / "alone", folder / "mets.xml").outcomes] == ["b", "a"]


def test_a_bad_file_fails_alone(tmp_path: Path, issue: Path) -> None:
    """A damaged page and one that METS misses are named with the reason; the others are read."""
    (issue / "p3.xml").write_bytes(b"<alto><Layout>")
    (issue / "notes.xml").write_text("<notes/>")
    out = tmp_path / "out"
    summary = read(out, issue)
    assert [(o.page_id, o.status.value) for o in summary.outcomes] == [("p1", "done"), ("p2", "done"), ("p3", "failed")]
    assert summary.outcomes[-1].error is not None
    assert "p3.xml: cannot be read as XML" in summary.outcomes[-1].error.message
    (issue / "mets.xml").write_bytes(mets(["p1.xml", "gone.xml"]))
    (failed,) = read(tmp_path / "again", issue / "mets.xml").failed
    assert failed.page_id == "gone"


def test_other_xml_named_by_itself_fails(tmp_path: Path) -> None:
    """A file that is no OCR is told so when it is named."""
    (tmp_path / "notes.xml").write_text("<notes/>")
    (failed,) = run([tmp_path / "notes.xml"], tmp_path / "out", Options()).failed
    assert failed.error is not None
    assert "neither ALTO nor PAGE" in failed.error.message


def test_pages_that_are_done_are_skipped(tmp_path: Path, issue: Path) -> None:
    """A second run reads nothing; when a page changes, the issue is read again, and gives the same for what did not."""
    out = tmp_path / "out"
    read(out, issue)
    before = (out / "p1" / "p1-a001.tei.xml").read_bytes()
    assert all(outcome.skipped for outcome in read(out, issue).outcomes)
    (issue / "p2.xml").write_bytes(alto(LINES))
    assert [outcome.skipped for outcome in read(out, issue).outcomes] == [False, False]
    assert "p2" not in (out / "p1" / "p1-a003.tei.xml").read_text("utf-8").partition("<text>")[2]
    assert before.partition(b"<text>")[2] == (out / "p1" / "p1-a001.tei.xml").read_bytes().partition(b"<text>")[2]


def test_the_archive_s_own_alto_is_no_input(issue: Path) -> None:
    """An output folder inside the input is not read again."""
    read(issue / "out", issue)
    assert [outcome.page_id for outcome in read(issue / "out", issue).outcomes] == ["p1", "p2"]


def test_newspaper_and_date_can_be_told(tmp_path: Path) -> None:
    """What the options say comes before what MODS says."""
    (tmp_path / "a.xml").write_bytes(alto(LINES))
    (tmp_path / "mets.xml").write_bytes(mets(["a.xml"]))
    read(tmp_path / "out", tmp_path / "mets.xml", options=Options(newspaper="The Herald"))
    root = etree.parse(tmp_path / "out" / "a" / "a-a001.tei.xml").getroot()
    assert next(root.iter(f"{TEI}monogr")).findtext(f"{TEI}title") == "The Herald"
