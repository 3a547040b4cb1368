"""`digitize explain`: what was found, why it stands in this order, and what else was weighed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import pytest
from galleys import byline_block, full, heading, page_of, text_block
from lxml import etree
from PIL import Image

from digitize.__main__ import main
from digitize.errors import ExitCode
from digitize.export import to_explanation, to_svg
from digitize.export.explanation import SCHEMA_VERSION, why_not
from digitize.model import Link, LinkKind, Page
from digitize.reflow import assemble, read_order

PROJECT = Path(__file__).resolve().parents[1]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the caller's leaks in, and no GPU of the machine's is asked for."""
    for name in list(os.environ):
        if name.startswith("DIGITIZE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DIGITIZE_DEVICE", "cpu")


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A file of two white pages."""
    first, second = Image.new("L", (300, 400), 255), Image.new("L", (500, 400), 255)
    first.save(tmp_path / "A08.tif", save_all=True, append_images=[second])
    return tmp_path / "A08.tif"


@pytest.fixture(scope="module")
def clipping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first article of a sample page: kicker, headline, four columns and a byline."""
    path = tmp_path_factory.mktemp("clipping") / "A02.png"
    with Image.open(PROJECT / "samples" / "pages" / "A02.png") as page:
        page.crop((0, 0, page.width, 920)).save(path)
    return path


def ordered() -> Page:
    """A heading over three columns whose text runs on, and a byline under the last."""
    return read_order(
        page_of(
            heading("h", "三栏新闻", columns=(0, 2)),
            text_block("a", ["\u3000\u3000本报讯今天上午", *full("甲", 5)], column=0),
            text_block("b", full("乙", 6), column=1),
            text_block("c", [*full("丙", 4), "结束。"], column=2),
            byline_block("d", "（记者张三）", column=2, y=460),
        )
    )


def explained(page: Page) -> dict[str, Any]:
    """A page's explanation, read back."""
    return json.loads(to_explanation(page, assemble(page)))  # type: ignore[no-any-return]


def test_every_region_is_told_in_reading_order() -> None:
    """Regions are numbered as they stand on the page, with role, box, lines and article."""
    page = ordered()
    told = explained(page)["regions"]
    assert [(r["number"], r["id"], r["role"]) for r in told] == [
        (n, r.id, r.role.value) for n, r in enumerate(page.regions, start=1)
    ]
    assert [[line["text"] for line in r["lines"]] for r in told] == [[line.text for line in r.lines] for r in page.regions]
    assert {r["article"] for r in told} == {"p-a001"}
    assert told[0]["box"] == [int(page.regions[0].box.x0), 220, int(page.regions[0].box.width), 40]


def test_every_link_is_told_with_its_reasons() -> None:
    """Each link has kind, ends and score, and its reasons as a list; their points sum to the score."""
    page = ordered()
    told = explained(page)["links"]
    assert [(x["kind"], x["source"], x["target"], x["score"]) for x in told] == [
        (x.kind.value, x.source, x.target, x.score) for x in page.links
    ]
    assert {(x["source"], x["target"]) for x in told} == {("h", "a"), ("a", "b"), ("b", "c"), ("c", "d")}
    for link in told:
        assert sum(float(reason.rpartition(" ")[2]) for reason in link["reasons"]) == pytest.approx(link["score"], abs=0.05)


def test_what_else_was_weighed_is_told_and_why_not() -> None:
    """The runner-up into the last column is the first one, past a column, and it loses to the columns' order."""
    (runner_up,) = (x for x in explained(ordered())["rejected"] if (x["source"], x["target"]) == ("a", "c"))
    assert "columns between -2.0" in runner_up["reasons"]
    assert runner_up["why_not"].startswith("a goes on in b (")
    assert " and c follows b (" in runner_up["why_not"]


def test_rejected_links_are_few_known_and_not_made() -> None:
    """No link is both made and rejected, no block has more than three, best first, and all ends are on the page."""
    page = ordered()
    made, ids = {(x.source, x.target) for x in page.links}, {region.id for region in page.regions}
    assert page.rejected
    assert not made & {(x.source, x.target) for x in page.rejected}
    assert {end for x in page.rejected for end in (x.source, x.target)} <= ids
    for target in ids:
        scores = [x.score for x in page.rejected if x.target == target]
        assert len(scores) <= 3
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("score", "made", "expected"),
    [
        (-1.0, (), "more speaks against it than for it"),
        (2.0, (("a", "c"),), "a goes on in c (+5.0)"),
        (2.0, (("c", "b"),), "b follows c (+5.0)"),
        (2.0, (("a", "c"), ("c", "b")), "a goes on in c (+5.0) and b follows c (+5.0)"),
        (2.0, (), "the text would have gone round in a ring"),
    ],
)
def test_a_link_is_not_made_for_a_reason(score: float, made: tuple[tuple[str, str], ...], expected: str) -> None:
    """Evidence against it, a stronger link from where it starts or to where it leads, or a ring."""
    links = tuple(Link(source, target, LinkKind.CONTINUES, 5.0, "") for source, target in made)
    page = replace(ordered(), links=links)
    assert expected == why_not(Link("a", "b", LinkKind.CONTINUES, score, ""), page)


def test_pictures_of_a_block_do_not_hinder_its_text() -> None:
    """That a caption leads to its picture is no reason against text."""
    page = replace(ordered(), links=(Link("a", "c", LinkKind.ILLUSTRATES, 1.0, ""),))
    assert why_not(Link("a", "b", LinkKind.CONTINUES, 1.0, ""), page) == "the text would have gone round in a ring"


def test_the_explanation_is_stable() -> None:
    """The form has a version, and the same page gives the same bytes."""
    page = ordered()
    first = to_explanation(page, assemble(page))
    assert first == to_explanation(page, assemble(page))
    assert list(json.loads(first)) == ["schema", "page", "regions", "separators", "frames", "articles", "links", "rejected"]
    assert json.loads(first)["schema"] == SCHEMA_VERSION


@pytest.mark.parametrize("name", builders.SHAPES)
def test_every_shape_of_page_can_be_explained(name: str) -> None:
    """Vertical type, pictures, control characters, nothing at all: regions and articles are all there."""
    shape = builders.SHAPES[name]()
    told = json.loads(to_explanation(shape.page, shape.articles))
    assert [r["id"] for r in told["regions"]] == [r.id for r in shape.page.regions]
    assert [(a["id"], a["headline"]) for a in told["articles"]] == [(a.id, a.headline) for a in shape.articles]


def test_rejected_links_are_drawn_only_on_request() -> None:
    """A link with something for it is a dashed arrow that tells why not; an ordinary drawing knows of none."""
    page = ordered()
    articles = assemble(page)
    root = etree.fromstring(to_svg(page, articles, rejected=True))
    (group,) = root.findall(f"{SVG}g[@stroke-dasharray][@opacity]")
    titles = [arrow.findtext(f"{SVG}title") for arrow in group]
    assert len(titles) == len([link for link in page.rejected if link.score > 0])
    assert any("not continues 2: " in title and "columns between -2.0" in title for title in titles)
    assert to_svg(page, articles) == to_svg(replace(page, rejected=()), articles, rejected=True)


def test_a_page_is_explained_as_json(clipping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real page: each column leads to the next one, and the byline closes the article; stdout stays empty."""
    assert main(["explain", str(clipping), "--output", str(tmp_path / "new" / "why.json")]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("A02: ")
    told = json.loads((tmp_path / "new" / "why.json").read_bytes())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["why.json"]
    (article,) = (a for a in told["articles"] if a["headline"])
    assert article["headline"] == "老楼装电梯邻里“算”好共同账"
    assert article["persons"] == [{"name": "李四", "role": "记者"}]
    kinds = [(x["kind"], x["source"] in article["regions"], x["target"] in article["regions"]) for x in told["links"]]
    assert kinds.count(("continues", True, True)) == 4
    assert kinds.count(("heads", True, True)) == 1
    assert told["page"]["path"] == str(clipping)


def test_a_page_is_explained_as_a_drawing(clipping: Path, tmp_path: Path) -> None:
    """The drawing lies over the page, and its hover texts tell links and what was rejected."""
    assert main(["explain", str(clipping), "-o", str(tmp_path / "why.SVG")]) == 0
    root = etree.parse(tmp_path / "why.SVG").getroot()
    assert root.find(f"{SVG}image") is not None
    told = "\n".join(root.itertext())
    assert "headed by " in told
    assert "not continues " in told


def test_a_page_of_several_is_explained(blank: Path, tmp_path: Path) -> None:
    """--frame takes the page that it names, the first if it names none."""
    main(["explain", str(blank), "-o", str(tmp_path / "1.json")])
    main(["explain", str(blank), "-o", str(tmp_path / "2.json"), "--frame", "2"])
    pages = [json.loads((tmp_path / name).read_bytes())["page"] for name in ("1.json", "2.json")]
    assert [(page["id"], page["frame"], page["width"]) for page in pages] == [("A08-f001", 1, 300), ("A08-f002", 2, 500)]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["{blank}", "-o", "{out}/a.pdf"], ExitCode.USAGE, "name a file that ends in .svg or .json"),
        (["{blank}", "-o", "{out}/a"], ExitCode.USAGE, "name a file that ends in .svg or .json"),
        (["{blank}", "-o", "{out}/a.svg", "--frame", "3"], ExitCode.USAGE, "has no frame 3"),
        (["{blank}", "-o", "{out}/a.svg", "--frame", "0"], ExitCode.USAGE, "--frame"),
        (["{blank}", "-o", "{out}/a.svg", "--language", "zh"], ExitCode.USAGE, "language"),
        (["none.png", "-o", "{out}/a.svg"], ExitCode.USAGE, "none.png is not a file"),
        (["{folder}", "-o", "{out}/a.svg"], ExitCode.USAGE, "is not a file"),
        (["{torn}", "-o", "{out}/a.svg"], ExitCode.PAGES_FAILED, "torn.png: "),
        (["{blank}", "-o", "{out}/a.svg", "--model", "huge"], ExitCode.CONFIGURATION, "huge"),
        (["{blank}", "-o", "/proc/none/a.svg"], ExitCode.OUTPUT_NOT_WRITABLE, "cannot be written"),
        (["{blank}", "-o", "{taken}/a.svg"], ExitCode.OUTPUT_NOT_WRITABLE, "cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_explained_ends_with_its_code(
    *, arguments: list[str], code: ExitCode, told: str, blank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on stderr says what is wrong, and no file is written."""
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    (tmp_path / "taken").write_bytes(b"a file where a folder would have to be")
    places = {name: tmp_path / name for name in ("out", "taken")} | {
        "blank": blank,
        "folder": tmp_path,
        "torn": tmp_path / "torn.png",
    }
    assert code == main(["explain", *(argument.format(**places) for argument in arguments)])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert "Traceback" not in captured.err
    assert not list((tmp_path / "out").glob("*"))


def test_nothing_half_written_is_left(blank: Path, tmp_path: Path) -> None:
    """Where the file cannot be put into its place, what was there stays, and nothing lies beside it."""
    (tmp_path / "out" / "a.json").mkdir(parents=True)
    assert main(["explain", str(blank), "-o", str(tmp_path / "out" / "a.json")]) == ExitCode.OUTPUT_NOT_WRITABLE
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json"]
