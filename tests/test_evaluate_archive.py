"""Evaluation of whole folders: documents, names of pages, what is missing, and what the command says of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from digitize.__main__ import main
from digitize.errors import DigitizeError, ExitCode, InvalidXmlError, UsageError
from digitize.evaluate import FIGURES, Figures, evaluate
from digitize.evaluate.documents import read_json, read_tei
from digitize.geometry import Box

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).resolve().parents[1]
EXPECTED = PROJECT / "samples" / "expected"
TRUTH = PROJECT / "samples" / "truth"
PAGES = ("A01", "A02", "A03")
"""Those set horizontally, which have all parts of an article: headings, kickers, bylines."""
TEI = "{http://www.tei-c.org/ns/1.0}"

SCORED = ("join", "article_f1", "article_sim", "headline", "kicker", "byline", "para_f1", "cer")

PERFECT = Figures(**dict.fromkeys(FIGURES, 1.0) | {"cer": 0.0, "order": None, "region_iou": None})
"""What the samples give against themselves: their expected documents have no zones."""

DOCUMENT = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/>
<facsimile><surface ulx="0" uly="0" lrx="900" lry="900" xml:id="A08">
<zone type="headline" points="10,10 410,10 410,60 10,60" xml:id="h"/>
<zone type="paragraph" points="10,80 200,80 200,180 10,180"><zone type="line" ulx="10" uly="80" lrx="200" lry="100" xml:id="b"/>
<zone type="line" points="10,120 200,122 200,142 10,140" xml:id="c"/></zone>
<zone type="picture" points="10,300 410,300 410,500 10,500" xml:id="f"/>
<zone type="line" points="10,510 410,510 410,530 10,530" xml:id="g"/><zone type="note" xml:id="empty"/>
</surface></facsimile>
<text><body><pb facs="#A08"/><div type="article">
<note type="continuation">上接<hi>A01</hi>版</note>
<head type="kicker">引<lb/>题</head><head type="main"><lb facs="#h"/>主题</head><head type="sub">副题</head>
<p><lb facs="#b"/><!-- dust -->本报讯（<seg type="byline">记者<persName>张三</persName>通<lb facs="#c"/>讯员<persName>李
<unclear>二</unclear></persName></seg><anchor/>）第一<note>旁注</note>段。</p>
<div type="part"><label>小标题</label><p>第二段。</p><byline>文/图</byline></div>
<figure facs="#f"><head type="caption"><lb facs="#g"/>图片说明<seg type="credit">王一摄</seg></head><figDesc>桥</figDesc>
<p>图中文字</p></figure>
</div></body></text></TEI>"""


@pytest.fixture
def expected(tmp_path: Path) -> Path:
    """The pages' expected documents."""
    for page in PAGES:
        shutil.copytree(EXPECTED / page, tmp_path / "expected" / page)
    return tmp_path / "expected"


@pytest.fixture
def as_json(tmp_path: Path) -> Path:
    """The pages' truth as JSON."""
    (tmp_path / "json").mkdir()
    for page in PAGES:
        shutil.copy(TRUTH / f"{page}.json", tmp_path / "json")
    return tmp_path / "json"


@pytest.fixture
def truths(expected: Path, as_json: Path) -> tuple[Path, Path]:
    """The pages' truth in either form."""
    return expected, as_json


@pytest.fixture
def archive(tmp_path: Path, expected: Path) -> Path:
    """What reading the sample pages without a fault would give, but for zones."""
    return Path(shutil.copytree(expected, tmp_path / "archive"))


def change(path: Path, edit: Callable[[etree._Element], None]) -> None:
    """Edit the article of a document."""
    tree = etree.parse(path)
    div = tree.getroot().find(f".//{TEI}body/{TEI}div")
    assert div is not None
    edit(div)
    tree.write(path, encoding="utf-8")


def without(element: etree._Element) -> None:
    """Take an element out of its document."""
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def test_the_samples_against_themselves_are_perfect(expected: Path) -> None:
    """Pages that came out as expected have nothing but ones, and no errors."""
    evaluation = evaluate(expected, expected)
    assert [page.name for page in evaluation.pages] == list(PAGES)
    assert {page.figures for page in evaluation.pages} == {evaluation.mean} == {PERFECT}
    assert (evaluation.missing, evaluation.without_truth) == ((), ())


def test_advertisements_are_no_articles(archive: Path, expected: Path) -> None:
    """A02 has six articles and an advertisement, which may be read or not."""
    (advertisement,) = (p for p in (archive / "A02").iterdir() if 'type="advertisement"' in p.read_text("utf-8"))
    advertisement.unlink()
    page = next(p for p in evaluate(archive, expected).pages if p.name == "A02")
    assert (page.true_articles, page.read_articles) == (6, 6)
    assert page.figures == PERFECT


def test_truth_may_be_tei_or_json() -> None:
    """The samples' truth in either form holds the same texts, and the same ends of lines."""
    for page in PAGES:
        tei, truth = read_tei(sorted((EXPECTED / page).glob("*.tei.xml"))), read_json(TRUTH / f"{page}.json")
        ends = [[(a[-7:], b[:7]) for a, b in form.joins] for form in (tei, truth)]
        assert ends[0] == ends[1]
        assert [(a.text, a.kicker, a.headline, a.deck, a.byline, a.paragraphs) for a in tei.articles] == [
            (a.text, a.kicker, a.headline, a.deck, a.byline, a.paragraphs) for a in truth.articles
        ]


def test_a_document_is_read_in_order(tmp_path: Path) -> None:
    """Texts come out in the order of print, without notes, captions, comments and descriptions; zones as boxes."""
    path = tmp_path / "A08-a001.tei.xml"
    path.write_text(DOCUMENT, "utf-8")
    page = read_tei([path])
    (article,) = page.articles

    assert (article.kicker, article.headline, article.deck) == ("引题", "主题", "副题")
    assert article.paragraphs == ("本报讯(记者张三通讯员李二)第一段。", "第二段。")
    assert (article.byline, article.byline_apart) == ("记者张三通讯员李二文/图", "文/图")
    assert page.joins == (("本报讯(记者张三通", "讯员李二)第一段。"), ("讯员李二)第一段。", "第二段。"))
    assert article.lines == (Box(10, 10, 410, 60), Box(10, 80, 200, 100), Box(10, 120, 200, 142))
    assert article.area == Box(10, 10, 410, 530)


def test_moved_paragraphs_keep_their_zones(tmp_path: Path) -> None:
    """An editor may move text to another document of the page, and leave the zones where they are."""
    document, other = tmp_path / "A08-a001.tei.xml", tmp_path / "A08-a002.tei.xml"
    document.write_text(DOCUMENT, "utf-8")
    paragraphs = etree.parse(document).getroot().findall(f".//{TEI}div[@type='article']/{TEI}p")
    change(document, lambda div: without(div.find(f"{TEI}p")))
    other.write_text(f'<TEI xmlns="{TEI[1:-1]}"><text><body><div type="article"/></body></text></TEI>')
    change(other, lambda div: div.extend(paragraphs))

    first, second = read_tei([document, other]).articles
    assert first.lines == (Box(10, 10, 410, 60),)
    assert second.lines == (Box(10, 80, 200, 100), Box(10, 120, 200, 142))
    assert second.area == Box(10, 80, 200, 142)


def test_a_missing_headline_is_one_of_five(archive: Path, expected: Path) -> None:
    """A01 has five articles; one comes out without its headline."""
    change(archive / "A01" / "A01-a003.tei.xml", lambda div: without(next(div.iterfind(f"{TEI}head[@type='main']"))))
    first, second, third = evaluate(archive, expected).pages
    assert (first.figures.headline, first.figures.join, first.figures.article_f1) == (0.8, 1.0, 1.0)
    assert second.figures == third.figures == PERFECT
    assert evaluate(archive, expected).mean.headline == pytest.approx((0.8 + 1 + 1) / 3)


def test_merged_articles_are_not_found(archive: Path, expected: Path) -> None:
    """Of five articles two come out as one: three of four are right, F1 = 2 * 3 / (5 + 4)."""
    second = etree.parse(archive / "A01" / "A01-a002.tei.xml").getroot().findall(f".//{TEI}body//{TEI}p")
    change(archive / "A01" / "A01-a001.tei.xml", lambda div: div.extend(second))
    (archive / "A01" / "A01-a002.tei.xml").unlink()
    page = evaluate(archive, expected).pages[0]
    assert page.figures.article_f1 == pytest.approx(6 / 9)
    assert (page.figures.join, page.true_articles, page.read_articles) == (1.0, 5, 4)


def test_a_page_that_was_not_read_is_all_wrong(archive: Path, capsys: pytest.CaptureFixture[str], expected: Path) -> None:
    """It counts with zeros, is named, and the command ends with 1."""
    shutil.rmtree(archive / "A02")
    code = main(["evaluate", str(archive), "--truth", str(expected)])
    told = capsys.readouterr()

    assert code == ExitCode.PAGES_FAILED
    assert told.err == "A02: has a truth, but was not read: everything on it counts as wrong\n"
    assert told.out.splitlines()[2].split() == ["A02", *["0.0000"] * 7, "1.0000", "-", "-"]
    assert evaluate(archive, expected).mean.cer == pytest.approx(1 / 3)


def test_a_page_without_truth_is_named(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Archives have truth for some pages; the others are told, and measured by nothing."""
    truth = tmp_path / "truth"
    shutil.copytree(EXPECTED / "A01", truth / "A01")
    assert main(["evaluate", str(archive), "--truth", str(truth)]) == ExitCode.DONE
    told = capsys.readouterr()

    assert told.err == "2 pages without truth, not measured: A02, A03\n"
    assert [line.split()[0] for line in told.out.splitlines()] == ["page", "A01", "mean"]


def test_ids_with_a_letter_before_a_digit_are_known(tmp_path: Path) -> None:
    """Truth of the image 000-rules.png is that of the page p000-rules, as a folder or as JSON."""
    shutil.copytree(EXPECTED / "A01", tmp_path / "archive" / "p000-rules")
    shutil.copytree(EXPECTED / "A02", tmp_path / "archive" / "p2")
    shutil.copytree(EXPECTED / "A01", tmp_path / "truth" / "000-rules")
    shutil.copy(TRUTH / "A02.json", tmp_path / "truth" / "2.json")
    evaluation = evaluate(tmp_path / "archive", tmp_path / "truth")
    assert [page.name for page in evaluation.pages] == ["p000-rules", "p2"]
    assert evaluation.mean.article_f1 == 1.0


def test_figures_are_written_as_json(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Path) -> None:
    """The file holds the figures of each page, their mean, counts, and what was not measured."""
    shutil.rmtree(archive / "A03")
    file = tmp_path / "figures.json"
    main(["evaluate", str(archive), "--truth", str(expected), "--json", str(file), "--film"])
    capsys.readouterr()
    content = json.loads(file.read_text("utf-8"))

    assert (content["schema"], content["film"], content["missing"], content["without_truth"]) == (1, True, ["A03"], [])
    assert content["pages"]["A01"] == asdict(PERFECT) | {"true_articles": 5, "read_articles": 5}
    assert content["mean"]["join"] == pytest.approx(2 / 3)


def test_tables_are_straight_with_wide_names(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page with a Chinese name stands in the same columns: each wide character takes two."""
    (archive / "A01").rename(archive / "晶报")
    shutil.copytree(EXPECTED / "A01", tmp_path / "truth" / "晶报")
    main(["evaluate", str(archive), "--truth", str(tmp_path / "truth")])
    head, row, mean = capsys.readouterr().out.splitlines()
    assert row.startswith("晶报  1.0000  ")
    assert len(row) + 2 == len(head.rstrip()) == len(mean)


FAULTS: dict[str, tuple[Callable[[Path], object], type[DigitizeError], str]] = {
    "no archive": (lambda p: shutil.rmtree(p / "archive"), UsageError, "archive is not a folder"),
    "one page": (lambda p: [(p / "archive").rename(p / "a"), (p / "a" / "A01").rename(p / "archive")], UsageError, "no pages"),
    "no truth": (lambda p: shutil.rmtree(p / "truth" / "A01"), UsageError, "truth holds no truth"),
    "empty truth": (lambda p: (p / "truth" / "A02").mkdir(), UsageError, "A02 holds no truth"),
    "loose truth": (lambda p: shutil.copy(EXPECTED / "A01" / "A01-a001.tei.xml", p / "truth"), UsageError, "no page's folder"),
    "two truths": (lambda p: shutil.copy(TRUTH / "A01.json", p / "truth"), UsageError, "as a folder and as JSON"),
    "bad JSON": (lambda p: (p / "truth" / "A02.json").write_text("{"), UsageError, "A02.json is not a page's truth"),
    "other JSON": (lambda p: (p / "truth" / "A02.json").write_text('{"lines": []}'), UsageError, "KeyError: 'articles'"),
    "bad XML": (lambda p: (p / "truth" / "A01" / "x.tei.xml").write_text("<TEI>"), InvalidXmlError, "not well-formed"),
    "other XML": (lambda p: (p / "archive" / "A01" / "x.tei.xml").write_text("<a/>"), InvalidXmlError, "is not TEI"),
    "entities": (
        lambda p: (p / "truth" / "A01" / "x.tei.xml").write_text(
            '<!DOCTYPE TEI [<!ENTITY a SYSTEM "file:///etc/passwd">]><TEI/>'
        ),
        InvalidXmlError,
        "document type declaration",
    ),
    "bad zone": (
        lambda p: (p / "truth" / "A01" / "x.tei.xml").write_text(DOCUMENT.replace("410,60 10,60", "410;60"), "utf-8"),
        InvalidXmlError,
        "the zone h has no place",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_input_ends_in_one_line(archive: Path, tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file and what to do, and the exit code is that of its kind."""
    shutil.copytree(EXPECTED / "A01", tmp_path / "truth" / "A01")
    spoil, error, message = FAULTS[fault]
    spoil(tmp_path)
    code = main(["evaluate", str(archive), "--truth", str(tmp_path / "truth")])
    told = capsys.readouterr()

    assert code == error.exit_code
    assert message in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.endswith(")\n")


def test_two_truths_of_one_page_are_refused(tmp_path: Path) -> None:
    """000 and p000 would both be the truth of p000."""
    for name in ("archive/p000", "truth/000", "truth/p000"):
        shutil.copytree(EXPECTED / "A01", tmp_path / name)
    with pytest.raises(UsageError, match="two truths of the page p000: 000 and p000"):
        evaluate(tmp_path / "archive", tmp_path / "truth")


def test_json_that_cannot_be_written_is_told(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Path
) -> None:
    """The table is there all the same."""
    code = main(["evaluate", str(archive), "--truth", str(expected), "--json", str(tmp_path / "no" / "f.json")])
    told = capsys.readouterr()
    assert code == ExitCode.OUTPUT_NOT_WRITABLE
    assert "f.json cannot be written" in told.err
    assert told.out.splitlines()[-1].startswith("mean")


def damage(archive: Path, seed: int) -> None:
    """Do to a page's articles what bad layout and bad originals do: lose, swap, merge, misread."""
    random = Random(seed)  # noqa: S311 - damage that comes out the same each time
    for page in PAGES:
        documents = sorted((archive / page).glob("*.tei.xml"))
        first, second, third, *_ = random.sample(documents, 4)
        change(first, lambda div: without(random.choice([*div.iter(f"{TEI}head", f"{TEI}byline", f"{TEI}p")])))
        others = etree.parse(third).getroot().findall(f".//{TEI}body//{TEI}p")
        change(second, lambda div, others=others: div.extend(others[1:]))  # type: ignore[misc]
        if random.random() < 0.5:
            third.unlink()
        for path in archive.glob(f"{page}/*.tei.xml"):
            change(path, lambda div: misread(div, random, rate=random.choice([0, 0.02, 0.1, 0.3])))


def misread(div: etree._Element, random: Random, rate: float) -> None:
    """Change characters and lose line beginnings; anchors follow inline elements, as in all that digitize writes."""

    def spoilt(text: str | None) -> str:
        read = "".join(random.choice("错別字") if random.random() < rate else c for c in text or "")
        return read[3:] if random.random() < rate else read

    for element in [*div.iter()]:
        element.text, element.tail = spoilt(element.text), spoilt(element.tail)
        if len(element) and element.tag == f"{TEI}seg":
            anchor = etree.Element(f"{TEI}anchor")
            element.tail, anchor.tail = None, element.tail
            element.addnext(anchor)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("film", [False, True])
def test_figures_are_those_of_the_scorer(
    shared: Path,
    archive: Path,
    truths: tuple[Path, Path],
    seed: int,
    film: bool,  # noqa: FBT001 - a parameter
) -> None:
    """On pages that were damaged in many ways, the figures are exactly those of the measuring pages' scorer."""
    damage(archive, seed)
    tei, truth = (evaluate(archive, folder, film=film) for folder in truths)
    for page, twin in zip(tei.pages, truth.pages, strict=True):
        command = [sys.executable, shared / "score" / "score.py", *["--film"] * film, TRUTH / f"{page.name}.json"]
        done = subprocess.run([*command, archive / page.name], capture_output=True, text=True, check=True)
        scored = json.loads(done.stdout)
        for name in SCORED:
            assert getattr(page.figures, name) == pytest.approx(scored[name], abs=1e-9), name
            assert getattr(twin.figures, name) == pytest.approx(scored[name], abs=1e-9), name
        assert (page.true_articles, page.read_articles) == (scored["articles"], scored["found"])


def test_means_are_those_of_the_scorer(shared: Path, archive: Path, expected: Path, as_json: Path) -> None:
    """A page that is missing weighs in the mean as it does with the scorer, which tells four decimals."""
    damage(archive, 7)
    shutil.rmtree(archive / "A03")
    command = [sys.executable, shared / "score" / "score.py", "--set", as_json, archive]
    *_, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    mean = evaluate(archive, expected).mean
    assert [f"{getattr(mean, name):.4f}" for name in SCORED] == last.split()[1:]
