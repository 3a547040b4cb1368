"""The report: what it shows of an archive, how safely, and what of an archive that is damaged."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import builders
import numpy as np
import pytest
import standins
from archives import jpeg, write_shape
from lxml import etree, html
from PIL import Image
from transcribed import write_issue

from digitize.__main__ import main
from digitize.batch.fixity import verify
from digitize.batch.record import Failure, Status, is_negative, skew_of
from digitize.batch.reporting import write_report
from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.errors import ExitCode, UsageError
from digitize.geometry import IDENTITY
from digitize.model import Scan, Source
from digitize.options import Format, Options
from digitize.report import preview_in, thumbnail_of
from digitize.report.views import Outcome, Row, few_articles, flags_of
from digitize.scan.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Shape

JOBS = Workers(jobs=0)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pages that were read, one that failed and a blank one; the folder's name and a page's are awkward."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    for shade, name in enumerate(("A01", "报 纸'\"2", "A03-raise", "A04-blank")):
        Image.new("L", (100, 120), 200 + shade).save(tmp_path / "scans" / f"{name}.png")
    output = tmp_path / "reel 7 & \"8\" <b>'9' #?%"
    run([Path("scans")], output, Options(device="cpu"), workers=JOBS, load=standins.load)
    return output


def parsed(path: Path) -> html.HtmlElement:
    """A page of HTML as browsers read it."""
    return html.document_fromstring(path.read_bytes().decode("utf-8"))


def page_of(output: Path, name: str = "A08") -> html.HtmlElement:
    """A page of the report over an output folder."""
    return parsed(write_report(output).index.parent / "pages" / f"{name}.html")


def texts(root: html.HtmlElement, path: str) -> list[str]:
    """The texts of the elements on a path, white space drawn together."""
    return [" ".join(element.text_content().split()) for element in root.xpath(path)]


def has(name: str) -> str:
    """The condition of an XPath that an element is of a class."""
    return f"contains(concat(' ', @class, ' '), ' {name} ')"


def test_the_overview_shows_every_page(archive: Path) -> None:
    """In the order of the reel, with its articles, its confidence, its picture, and why it is worth a look."""
    root = parsed(write_report(archive).index)
    rows = root.xpath("//ol[@id='pages']/li")
    assert texts(root, f"//li//span[{has('id')}]") == ["A01", "A03-raise", "A04-blank", "报-纸-2"]
    assert texts(rows[0], f".//p[{has('facts')}]") == ["2 articles confidence 90.0 % 1 s"]
    assert [row.get("data-flags").split() for row in rows] == [[], ["failed"], ["blank"], []]
    assert [bool(row.xpath(".//img")) for row in rows] == [True, False, True, True]
    totals = zip(texts(root, "//dl//dt"), texts(root, "//dl//dd"), strict=True)
    assert dict(totals) == {
        "pages": "4",
        "failed": "1",
        "blank": "1",
        "articles": "4",
        "advertisements": "0",
        "of reading": "4 s",
    }


def test_the_report_is_headed_as_told(archive: Path) -> None:
    """In a container, every output folder has the same name."""
    assert main(["report", str(archive), "--title", "Reel <7>"]) == ExitCode.DONE
    assert texts(parsed(archive / "report" / "index.html"), "//h1") == ["Reel <7>"]
    assert texts(parsed(archive / "report" / "pages" / "A01.html"), "//a[@rel='up']") == ["Reel <7>"]


def test_a_failed_page_says_why_and_what_to_do(archive: Path) -> None:
    """At the head of the overview, and on its own page."""
    index = write_report(archive).index
    assert texts(parsed(index), "//table/tbody/tr/*") == ["A03-raise", "A03-raise: it is torn", "mend it"]
    page = parsed(index.parent / "pages" / "A03-raise.html")
    assert texts(page, f"//div[{has('notice')}]/p") == ["Not read. A03-raise: it is torn", "Mend it."]


@pytest.mark.parametrize("make", builders.SHAPES.values(), ids=builders.SHAPES.keys())
@pytest.mark.parametrize("formats", [tuple(Format), (Format.TEI,)])
def test_the_text_is_that_of_the_documents(tmp_path: Path, make: Callable[[], Shape], formats: tuple[Format, ...]) -> None:
    """Every passage of every TEI document stands on the page, in its order, and nothing else beside it."""
    folder = write_shape(tmp_path, make(), formats=formats)
    running = {f"{{http://www.tei-c.org/ns/1.0}}{name}" for name in ("head", "byline", "label", "p", "note")}
    expected = []
    for document in sorted(folder.glob("*.tei.xml")):
        body = etree.parse(document).getroot()[-1]
        expected += [" ".join("".join(each.itertext()).split()) for each in body.iter() if each.tag in running]
    shown = texts(page_of(tmp_path), f"//article[{has('item')}]//div[{has('text')}]/*")
    assert shown == [text for text in expected if text]


def test_without_tei_the_text_is_that_of_alto(tmp_path: Path) -> None:
    """Articles in their order with their blocks, doubtful characters marked."""
    write_shape(tmp_path, builders.plain(), formats=[Format.ALTO])
    root = page_of(tmp_path)
    assert texts(root, f"//article[{has('item')}]//h2") == ["全国运动会今日开幕"]
    assert "第五届全国运动会定于今日开幕。" in texts(root, f"//article[{has('item')}]//p")
    assert texts(root, "//mark") == ["全"]


def test_doubtful_characters_are_marked(tmp_path: Path) -> None:
    """With their confidence, and counted at the head of the article."""
    write_shape(tmp_path, builders.plain())
    root = page_of(tmp_path)
    assert [(mark.text, mark.get("title")) for mark in root.iter("mark")] == [("全", "doubtful, confidence 0.31")]
    assert texts(root, f"//span[{has('doubts')}]") == ["1 doubtful character"]


def test_what_is_in_no_article_is_shown(tmp_path: Path) -> None:
    """Text that no article has is not lost to the reader."""
    write_shape(tmp_path, builders.no_articles())
    assert texts(page_of(tmp_path), f"//section[{has('rest')}]//p") == ["试验日报"]


def test_languages_and_vertical_writing_are_kept(tmp_path: Path) -> None:
    """Browsers and screen readers are told the language of a text, and that its lines run downwards."""
    write_shape(tmp_path, builders.vertical())
    root = page_of(tmp_path)
    assert root.xpath(f"//article[{has('vertical')}]/div/@lang") == ["zh-Hant"]
    assert root.get("lang") == "en"


def test_no_text_becomes_markup(tmp_path: Path) -> None:
    """Headlines, names of files, reasons and archives may hold what they like: it is shown, and nothing else happens."""
    evil = "<script>alert(1)</script>\"' onload=x {{ 7 * 7 }} &lt;"
    shape = builders.plain()
    line = replace(shape.page.lines[1], text=evil, glyphs=())
    regions = tuple(replace(r, lines=(line,)) if shape.page.lines[1] in r.lines else r for r in shape.page.regions)
    page = replace(shape.page, regions=regions, source=replace(shape.page.source, path=evil))
    article = builders.make_article(builders.make_passage(regions[1]))
    error = Failure("PageError", evil, evil)
    output = tmp_path / "a<script>b"
    write_shape(output, builders.Shape(page, (article,)), status=Status.FAILED, error=error, warnings=(evil,))
    page_shown = page_of(output)
    index = parsed(output / "report" / "index.html")
    for root in (page_shown, index):
        assert len(list(root.iter("script"))) == 1
        assert not [name for element in root.iter() for name in element.attrib if str(name).startswith("on")]
        assert evil in " ".join(root.text_content().split())
    assert texts(page_shown, f"//article[{has('item')}]//h2") == [evil]
    assert texts(index, "//h1") == ["a<script>b"]


def test_every_link_leads_to_a_file(archive: Path) -> None:
    """Relative and percent-encoded, whatever folders and pages are called; every document is linked to."""
    report = write_report(archive).index.parent
    reached = set()
    for path in [*report.glob("*.html"), *report.glob("pages/*.html")]:
        root = parsed(path)
        for link in [*root.xpath("//@href"), *root.xpath("//@src")]:
            assert re.fullmatch(r"[\w./%~#-]+", link, re.ASCII) or link.startswith("#"), link
            name, _, part = link.partition("#")
            target = (path.parent / unquote(name)).resolve() if name else path
            assert target.is_file(), link
            assert not part or target.suffix != ".html" or parsed(target).get_element_by_id(unquote(part)) is not None
            reached.add(target)
    assert {path for path in archive.glob("*/*") if path.parent != report} <= reached


def test_nothing_is_loaded_from_elsewhere(archive: Path) -> None:
    """The policy allows pictures beside the page and, by their sums, its own style and script; no address is in it."""
    report = write_report(archive).index.parent
    for path in [*report.glob("*.html"), *report.glob("pages/*.html")]:
        text, root = path.read_text("utf-8"), parsed(path)
        (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        allowed = {name: sources.split() for name, _, sources in (rule.strip().partition(" ") for rule in policy.split(";"))}
        assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == ["'none'"]
        assert allowed["img-src"] == ["'self'", "file:"]
        for kind in ("style", "script"):
            (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert allowed[f"{kind}-src"] == [f"'sha256-{digest}'"]
        assert not root.xpath("//@style")
        assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"^ *//.*|sha256-[\w+/=]+", "", text, flags=re.MULTILINE))


def test_the_same_archive_gives_the_same_report(archive: Path) -> None:
    """Byte for byte; so a report can be made anew at any time, and compared."""

    def content() -> dict[str, bytes]:
        report = write_report(archive).index.parent
        return {str(path.relative_to(report)): path.read_bytes() for path in report.rglob("*") if path.is_file()}

    first = content()
    assert content() == first
    assert not (archive / ".digitize-report").exists()


def test_a_report_is_no_part_of_the_archive(archive: Path) -> None:
    """It is not extra, changes no page's standing, and is not read, where the output lies among the inputs."""
    write_report(archive)
    assert list(verify(archive)) == []
    again = run([Path()], archive, Options(device="cpu"), workers=JOBS, load=standins.load)
    assert {outcome.page_id: outcome.skipped for outcome in again.outcomes} == {
        f"scans-{name}": False for name in ("A01", "A03-raise", "A04-blank", "报-纸-2")
    }


def test_a_report_shows_pages_as_they_are_now(tmp_path: Path) -> None:
    """Pages that were read again, and pages that are gone, are not kept from an earlier report."""
    write_shape(tmp_path, builders.plain())
    other = builders.without_headline()
    write_shape(tmp_path, replace(other, page=replace(other.page, id="A09"), articles=()))
    write_report(tmp_path)
    write_shape(tmp_path, builders.figure())
    for path in (tmp_path / "A09").iterdir():
        path.unlink()
    assert texts(page_of(tmp_path), f"//article[{has('item')}]//h2") == ["花开满城"]
    assert {path.name for path in (tmp_path / "report").rglob("*") if path.is_file()} == {"index.html", "A08.html", "A08.jpg"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("A08-a001.tei.xml", None, "A08-a001.tei.xml is not there"),
        ("A08-a001.newsml.xml", None, "A08-a001.newsml.xml is not there"),
        ("A08-a001.tei.xml", b"<TEI", "A08-a001.tei.xml cannot be used: "),
        ("A08-a001.tei.xml", b"<a/>", "A08-a001.tei.xml cannot be used: is not a TEI document with an article"),
        ("A08-a001.tei.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "A08-a001.tei.xml cannot be used: has a document type"),
        ("A08.alto.xml", b"\0", "A08.alto.xml cannot be used: "),
        (
            "A08.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image href='data:image/jpeg;base64,AAAA'/></svg>",
            "A08.svg can",
        ),
        (
            "A08.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://x/'/></svg>",
            "A08.svg cannot be used: holds no",
        ),
        ("page.json", b"{", "its record, page.json, cannot be used: not a page record: JSONDecodeError"),
        ("page.json", b'{"schema": 0}', "its record, page.json, cannot be used: not a page record: "),
    ],
)
def test_what_is_damaged_is_told_and_the_others_go_on(
    archive: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, told: str
) -> None:
    """One line, on stderr and on the page; the other pages are as before; code 1."""
    folder = write_shape(archive, builders.plain())
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    assert main(["report", str(archive)]) == ExitCode.PAGES_FAILED
    captured = capsys.readouterr()
    assert captured.out == f"{archive / 'report' / 'index.html'}\n"
    (line,) = captured.err.splitlines()
    assert line.startswith(f"digitize: warning: {folder}: {told}")
    shown = parsed(archive / "report" / "pages" / "A08.html")
    assert told in " ".join(texts(shown, f"//*[{has('notice')}]"))
    assert texts(parsed(archive / "report" / "pages" / "A01.html"), f"//div[{has('text')}]/p") == ["港务会议今日开幕"] * 2
    (row,) = parsed(archive / "report" / "index.html").xpath("//li[.//span='A08']")
    assert {"not-whole", "record-not-readable"} & set(row.get("data-flags").split())


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("A08-a001.tei.xml", r'points="[^"]*"', 'points="1,2 x"'),
        ("A08-a001.tei.xml", r'n="1"', 'n="one"'),
        ("A08.alto.xml", r'HPOS="\d+"', 'HPOS=""'),
        ("A08.alto.xml", r'GC="[^"]*"', 'GC="sure"'),
        ("A08.alto.xml", r"(<Text(Block|Line) [^>]*>)", r'\1<Shape><Polygon POINTS="&lt;"/></Shape>'),
    ],
)
def test_values_that_an_editor_broke_are_told(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    """A document that is well-formed, but with a place or a number that is none, is named; the page is shown without it."""
    document = write_shape(tmp_path, builders.plain()) / name
    document.write_text(re.sub(right, wrong, document.read_text("utf-8")), "utf-8")
    told: list[str] = []
    assert write_report(tmp_path, told.append).incomplete == 1
    assert [f"{name} cannot be used: " in line for line in told] == [True]


WRONG = (
    {"skew": None},
    {"counts": {"articles": []}},
    {"confidence": "high"},
    {"image_hash": "none"},
    {"page_id": "A07"},
    {"source": {"path": "a", "frame": 1, "frames": 1, "sha256": "", "media_type": "", "width": "wide", "height": 1}},
)


def test_a_record_of_older_kind_or_with_wrong_values_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fields that came later may be missing; values of another kind, or another page's record, are told."""
    for number, change in enumerate(WRONG):
        folder = write_shape(tmp_path / str(number), builders.plain()) / "page.json"
        folder.write_text(json.dumps(json.loads(folder.read_bytes()) | change))
        assert main(["report", str(tmp_path / str(number))]) == ExitCode.PAGES_FAILED, change
        assert "its record, page.json, cannot be used" in capsys.readouterr().err
    record = write_shape(tmp_path / "older", builders.plain()) / "page.json"
    fields = json.loads(record.read_bytes())
    record.write_text(json.dumps({name: value for name, value in fields.items() if name not in {"skew", "negative"}}))
    assert main(["report", str(tmp_path / "older")]) == ExitCode.DONE


def test_a_failed_page_keeps_what_an_earlier_reading_gave(tmp_path: Path) -> None:
    """Its text is shown below the reason, as what it is."""
    write_shape(tmp_path, builders.plain(), status=Status.FAILED, error=Failure("PageError", "it is torn", "mend it"))
    root = page_of(tmp_path)
    assert texts(root, f"//div[{has('notice')}]/p")[-1] == "What follows is of an earlier reading."
    assert texts(root, f"//article[{has('item')}]//h2") == ["全国运动会今日开幕"]


def test_an_article_over_pages_is_led_on_and_back(tmp_path: Path) -> None:
    """The page where it begins names the one where it goes on, and that one, with its place marked, where it began."""
    run([write_issue(tmp_path / "issue")], tmp_path / "out", Options(), workers=JOBS)
    first = page_of(tmp_path / "out", "p1")
    second = parsed(tmp_path / "out" / "report" / "pages" / "p2.html")
    assert first.xpath(f"//p[{has('onward')}]/a/@href") == ["p2.html"]
    assert second.xpath(f"//li[{has('arriving')}]/a/@href") == ["p1.html#p1-a003"]
    assert second.xpath(f"//a[{has('arriving')}]//polygon[@data-line]")
    for path in (tmp_path / "out" / "p2").iterdir():
        path.unlink()
    assert page_of(tmp_path / "out", "p1").xpath(f"//p[{has('onward')}]") == []  # there is nothing to lead to


def test_a_page_without_picture_shows_its_places(tmp_path: Path) -> None:
    """As of earlier OCR without images: outlines on white, and a tile in the overview that says so."""
    write_shape(tmp_path, builders.plain(), preview=None)
    root = page_of(tmp_path)
    assert not root.xpath("//image")
    assert root.xpath(f"//a[{has('article')}]/polygon[{has('zone')}]")
    assert texts(parsed(tmp_path / "report" / "index.html"), f"//span[{has('none')}]") == ["no picture"]


def test_a_preview_becomes_a_small_thumbnail() -> None:
    """As large as a tile, in the picture's proportions; the same each time."""
    made = thumbnail_of(jpeg(1200, 900))
    assert (made.width, made.height) == (320, 240)
    assert made == thumbnail_of(jpeg(1200, 900))


@pytest.mark.parametrize("side", ["left", "right"])
def test_of_two_pages_on_a_frame_one_is_shown(tmp_path: Path, side: str) -> None:
    """The white that stands for the other page is left out, in the overview and beside the text."""
    frame = Image.new("L", (800, 500), 255)
    frame.paste(200, (410, 0, 800, 500) if side == "right" else (0, 0, 390, 500))
    stream = io.BytesIO()
    frame.save(stream, "JPEG")
    made = thumbnail_of(stream.getvalue())
    assert abs(made.width / made.height - 390 / 500) < 0.02
    write_shape(tmp_path, builders.plain(), preview=stream.getvalue())
    x, y, width, height = map(int, page_of(tmp_path).xpath("//svg/@viewbox")[0].split())
    assert (y, height) == (0, 1600)
    assert abs(x - (615 if side == "right" else 0)) < 6
    assert abs(width - 585) < 6


def test_the_preview_is_the_one_in_the_drawing(tmp_path: Path) -> None:
    """Sources are not needed: they may be gone when the report is made."""
    folder = write_shape(tmp_path, builders.plain())
    assert preview_in((folder / "A08.svg").read_bytes()) == jpeg()
    assert (write_report(tmp_path).index.parent / "scans" / "A08.jpg").read_bytes() == jpeg()


def row(**changes: object) -> Row:
    """A page in the overview that nothing is wrong with."""
    return replace(Row("A08", Outcome.DONE, "A08.png", articles=6, confidence=0.99), **changes)  # type: ignore[arg-type]


def test_pages_worth_a_look_are_flagged() -> None:
    """Each for its own reason, and none for what is usual."""
    rows = [
        row(),
        row(),
        row(articles=2),
        row(confidence=0.89),
        row(skew=-2.1),
        row(negative=True),
        row(incomplete=True),
        row(twice=True),
    ]
    few = few_articles(rows)
    assert [[str(flag) for flag in flags_of(each, few)] for each in rows] == [
        [], [], ["few articles"], ["low confidence"], ["skewed"], ["negative"], ["not whole"], ["filmed twice"],
    ]  # fmt: skip
    assert flags_of(row(outcome=Outcome.BLANK, articles=0, confidence=0), few) == ("blank",)


def test_few_articles_is_fewer_than_half_of_what_is_usual() -> None:
    """By the middle page of those that were read; nothing is few where nothing was read."""
    assert few_articles([row(articles=n) for n in (1, 6, 8)] + [row(outcome=Outcome.FAILED, articles=0)]) == 3
    assert few_articles([row(outcome=Outcome.FAILED)]) == 0


def test_skew_and_polarity_come_from_cleaning() -> None:
    """The record says by how much a page was turned, and that it is a negative, by the steps that did it."""
    sheet = np.full((1200, 900), 235, np.uint8)
    for top in range(100, 1100, 40):
        sheet[top : top + 14, 100:800] = np.where(np.arange(700) % 14 < 9, 30, 235)
    turned = Image.fromarray(255 - sheet).rotate(1.5, resample=Image.Resampling.BICUBIC, fillcolor=20)
    source = Source("A08.png", 1, 1, "", "image/png", 900, 1200)
    steps = clean(Scan("A08", source, np.array(turned), None, IDENTITY), Options()).steps
    assert abs(abs(skew_of(steps)) - 1.5) < 0.2
    assert is_negative(steps)
    assert (skew_of(()), is_negative(())) == (0, False)


def test_no_page_takes_the_place_of_the_report(tmp_path: Path) -> None:
    """A file named report has another page id; a page that lies there all the same is not overwritten."""
    Image.new("L", (100, 120), 200).save(tmp_path / "Report.png")
    summary = run([tmp_path / "Report.png"], tmp_path / "out", Options(device="cpu"), workers=JOBS, load=standins.load)
    assert [outcome.page_id for outcome in summary.outcomes] == ["p-Report"]
    folder = write_shape(tmp_path / "out", builders.plain()).rename(tmp_path / "out" / "report")
    with pytest.raises(UsageError, match="is no report, and lies where one belongs"):
        write_report(tmp_path / "out")
    assert (folder / "page.json").exists()


def test_what_is_no_report_is_not_replaced(archive: Path) -> None:
    """A folder of somebody's own that is called report stays as it is."""
    (archive / "report").mkdir()
    (archive / "report" / "index.html").write_text("<title>my own</title>")
    with pytest.raises(UsageError, match="is no report"):
        write_report(archive)
    assert [path.name for path in (archive / "report").iterdir()] == ["index.html"]


def test_pages_filmed_twice_lead_to_each_other(tmp_path: Path) -> None:
    """Each names the other, and both are flagged; a page that is on the reel once is not."""
    sketch = "".join(f"{number:08x}" for number in range(64))
    for name, image in (("A01", "a5" * 32), ("A02", "5a" * 32), ("A03", "a5" * 31 + "a4")):
        shape = builders.plain()
        write_shape(
            tmp_path, replace(shape, page=replace(shape.page, id=name), articles=()), image_hash=image, text_sketch=sketch
        )
    assert page_of(tmp_path, "A01").xpath(f"//p[{has('notice')}]/a/@href") == ["A03.html"]
    assert parsed(tmp_path / "report" / "pages" / "A03.html").xpath(f"//p[{has('notice')}]/a/@href") == ["A01.html"]
    flags = parsed(tmp_path / "report" / "index.html").xpath("//ol[@id='pages']/li/@data-flags")
    assert ["filmed-twice" in each for each in flags] == [True, False, True]


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is put into its place as a whole; one line, code 5."""
    before = write_report(archive).index.read_bytes()
    write_shape(archive, builders.plain())
    (archive / ".digitize-report").write_bytes(b"in the way")
    assert main(["report", str(archive)]) == ExitCode.OUTPUT_NOT_WRITABLE
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line
    assert (archive / "report" / "index.html").read_bytes() == before


def test_what_a_killed_report_left_is_cleared_away(archive: Path) -> None:
    """Neither half a new report nor the earlier one, put aside, is in the way."""
    for name in ("made/pages", "earlier/pages"):
        (archive / ".digitize-report" / name).mkdir(parents=True)
        (archive / ".digitize-report" / name / "old.html").write_bytes(b"x")
    assert list(verify(archive)) == []
    report = write_report(archive).index.parent
    assert not (report / "pages" / "old.html").exists()
    assert not (archive / ".digitize-report").exists()


def test_nothing_to_show_is_a_wrong_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without records, and one that is not there: code 2, and nothing is made."""
    assert main(["report", str(tmp_path)]) == ExitCode.USAGE
    assert main(["report", str(tmp_path / "none")]) == ExitCode.USAGE
    assert "no page records found" in capsys.readouterr().err
    assert main(["report", "memory://archive"]) == ExitCode.USAGE
    assert "memory://archive: no page records found" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_run_writes_a_report_where_it_is_told_to(archive: Path) -> None:
    """With --report, also where pages failed, and says where it is; without, how to make one."""
    with standins.program("load", "run", "scans", "-o", archive, "--report", "--jobs", "1") as program:
        told = program.communicate()[1].splitlines()
    assert program.returncode == ExitCode.PAGES_FAILED
    assert told[-1].endswith(f"see {archive / 'report' / 'index.html'}")
    assert len(parsed(archive / "report" / "index.html").xpath("//ol[@id='pages']/li")) == 4
    with standins.program("load", "run", "scans", "-o", archive, "--jobs", "1") as program:
        told = program.communicate()[1].splitlines()
    assert told[-1].startswith("to look at them in a browser: digitize report '")


def test_colours_can_be_told_apart() -> None:
    """Text on its grounds has a contrast of 4.5 to 1 at least, in light and in dark (WCAG 2.2, 1.4.3)."""
    style = (Path(__file__).parents[1] / "digitize" / "report" / "templates" / "report.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block)) for block in style.split("@media", 2)[:2])
    for colours in (light, dark):
        for ink, ground in (
            ("ink", "paper"), ("soft", "paper"), ("soft", "faint"), ("soft", "sheet"), ("accent", "paper"), ("bad", "paper"),
            ("bad", "bad-wash"), ("ink", "bad-wash"), ("ink", "doubt"), ("on-accent", "accent"), ("paper", "ink"),
            ("doubt-line", "paper"),
        ):  # fmt: skip
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour, #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
