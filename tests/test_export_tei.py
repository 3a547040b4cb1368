"""TEI: the text is the model's text, its lines have their zones, and what is known of them is said."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import builders
import pytest
from builders import SHAPES, Setter, Shape
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digitize.export import to_tei
from digitize.export.markup import xml_text
from digitize.geometry import IDENTITY
from digitize.model import Article, Calendar, Mark, MarkKind, Passage, ProcessingStep, Revision, Role
from digitize.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

T = "{http://www.tei-c.org/ns/1.0}"
NS = {"t": "http://www.tei-c.org/ns/1.0"}
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
PASSAGES = {f"{T}{name}" for name in ("head", "byline", "label", "p")}

# All that a text can hold, controls and halves of surrogate pairs among it.
ANY_TEXT = st.text(st.characters(categories=["Cc", "Cs", "L", "M", "N", "P", "S", "Z"]), max_size=30)


def tei(shape: Shape, number: int = 0) -> Any:
    """The TEI of one of the shape's articles, parsed."""
    return etree.fromstring(to_tei(shape.articles[number], shape.page, shape.issue, shape.revision))


def text_of(element: Any) -> str:
    """All characters that an element holds."""
    return "".join(element.itertext())


def printed(article: Article) -> list[str]:
    """The texts of an article, as XML can carry them, in reading order, captions last."""
    captions = [caption for figure in article.figures for caption in figure.captions]
    return [xml_text(passage.text) for passage in (*article.passages, *captions)]


def article_of(passage: Passage, region_setter: Setter) -> Shape:
    """A shape of one article of one passage."""
    return Shape(builders.make_page(tuple(region_setter.regions)), (builders.make_article(passage),))


@pytest.mark.parametrize("name", SHAPES)
def test_text_read_back_from_the_document_is_the_text_of_the_model(name: str) -> None:
    """Every passage stands in the document once, in reading order, character by character."""
    shape = SHAPES[name]()
    texts = [tei(shape, number).find(f"{T}text") for number in range(len(shape.articles))]

    assert [printed(article) for article in shape.articles] == [[text_of(e) for e in t.iter(*PASSAGES)] for t in texts]


@given(ANY_TEXT, ANY_TEXT, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(MarkKind)), max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_text_with_any_marks_becomes_a_valid_document_that_reads_back(
    first: str, second: str, stretches: list[tuple[int, int, MarkKind]]
) -> None:
    """Whatever the recognizer reads and however marks overlap, the document is valid and its text is the model's."""
    setter = Setter()
    marks = tuple(Mark(kind, start, end) for start, end, kind in stretches)
    passage = builders.make_passage(setter.set(Role.PARAGRAPH, first, second), *marks, gap=" ")
    shape = article_of(passage, setter)
    document = to_tei(shape.articles[0], shape.page, shape.issue, shape.revision)

    assert validate(document, "any.tei.xml") == ()
    assert text_of(etree.fromstring(document).find(f".//{T}body//{T}p")) == xml_text(passage.text)


@given(ANY_TEXT)
@settings(deadline=None, max_examples=40)
def test_any_headline_agrees_with_the_title_of_the_header(headline: str) -> None:
    """Whatever a headline holds, blanks only among it, header and text agree on it."""
    setter = Setter()
    shape = article_of(builders.make_passage(setter.set(Role.HEADLINE, headline)), setter)

    assert validate(to_tei(shape.articles[0], shape.page, shape.issue, shape.revision), "any.tei.xml") == ()


def test_every_printed_line_starts_with_an_lb_that_points_at_its_zone() -> None:
    """Lines are numbered through the article, and each points at the zone that bears the line's id."""
    shape = builders.plain()
    root = tei(shape)
    zones = root.xpath("//t:zone[@type='line']/@xml:id", namespaces=NS)
    starts = [(lb.get("n"), lb.get("facs")) for lb in root.iter(f"{T}lb")]

    assert [(str(n), f"#{line.id}") for n, line in enumerate(shape.articles[0].lines, start=1)] == starts
    assert sorted(zones) == sorted(facs[1:] for _, facs in starts)


def test_a_zone_is_the_line_s_polygon_in_original_pixels() -> None:
    """The points of a zone are those of the model."""
    zone = tei(builders.plain()).find(f".//{T}zone[@type='line']")

    assert (zone.get(XML_ID), zone.get("points")) == ("A08-l0001", "20,40 100,40 100,60 20,60")


def test_a_zone_never_leaves_the_page() -> None:
    """A corner that straightening has mapped outside the image is moved onto its edge."""
    zone = tei(builders.off_the_edge()).find(f".//{T}zone[@type='line']")

    assert zone.get("points") == "0,0 1200,5 1200,31 0,30"


def test_a_byline_that_runs_in_a_paragraph_stays_there_with_its_persons() -> None:
    """The byline is a seg; the persons in it bear their printed roles; the line that starts between them stays inside."""
    seg = tei(builders.run_in_byline()).find(f".//{T}seg[@type='byline']")

    assert text_of(seg) == "本报讯（记者 王某 通讯员 李某）"
    assert [(p.get("role"), text_of(p)) for p in seg.iter(f"{T}persName")] == [("记者", "王某"), ("通讯员", "李某")]
    assert [lb.get("n") for lb in seg.iter(f"{T}lb")] == ["3"]


def test_a_dateline_that_runs_in_a_paragraph_names_its_date_and_place() -> None:
    """The dateline is a seg, since TEI allows no dateline in a paragraph; the date is in normal form."""
    seg = tei(builders.run_in_byline()).find(f".//{T}seg[@type='dateline']")

    assert text_of(seg) == "5月16日，南京"
    assert (seg.find(f"{T}date").get("when"), text_of(seg.find(f"{T}placeName"))) == ("2020-05-16", "南京")


def test_a_role_of_several_words_becomes_one_word() -> None:
    """TEI takes one word as a role."""
    setter = Setter()
    region = setter.set(Role.BYLINE, "by Jane Roe")
    shape = article_of(builders.make_passage(region, Mark(MarkKind.PERSON, 3, 11, "Staff Reporter")), setter)

    assert tei(shape).find(f".//{T}text//{T}persName").get("role") == "Staff_Reporter"


def test_a_mark_that_crosses_another_is_left_out_and_its_text_stays() -> None:
    """Of two marks that overlap without nesting, the one that starts first stands."""
    setter = Setter()
    marks = (Mark(MarkKind.PERSON, 0, 3), Mark(MarkKind.PLACE, 2, 5))
    shape = article_of(builders.make_passage(setter.set(Role.PARAGRAPH, "甲乙丙丁戊"), *marks), setter)
    paragraph = tei(shape).find(f".//{T}body//{T}p")

    assert text_of(paragraph.find(f"{T}persName")) == "甲乙丙"
    assert paragraph.find(f"{T}placeName") is None


def test_doubtful_characters_are_marked_with_their_confidence() -> None:
    """A character read with less than one half is unclear; its neighbours are not."""
    unclear = tei(builders.plain()).findall(f".//{T}unclear")

    assert [(text_of(e), e.get("cert")) for e in unclear] == [("全", "0.31")]


def test_a_word_parted_by_a_hyphen_is_whole_in_the_text() -> None:
    """The hyphen is not part of the text, and the line that goes on with the word says so."""
    paragraph = tei(builders.hyphenation()).find(f".//{T}body//{T}p")

    assert text_of(paragraph) == "Yesterday the newspaper said: open to all."
    assert [lb.get("break") for lb in paragraph.iter(f"{T}lb")] == [None, "no", None]


def test_a_paragraph_over_two_columns_says_where_the_second_begins() -> None:
    """Each column's first line follows a cb."""
    columns = [(cb.get("n"), cb.getnext().tag) for cb in tei(builders.over_columns()).iter(f"{T}cb")]

    assert columns == [("1", f"{T}head"), ("2", f"{T}lb")]


def test_where_an_article_goes_on_is_a_note_and_no_text_of_its_own() -> None:
    """The jump to another page stands apart from paragraphs."""
    note = tei(builders.over_columns()).find(f".//{T}note")

    assert (note.get("type"), note.get("subtype"), note.text) == ("continuation", "to", "下转第3版")


def test_an_article_without_headline_has_a_title_but_no_head() -> None:
    """How the text begins serves as a title and says that it is that."""
    root = tei(builders.without_headline())
    title = root.find(f".//{T}titleStmt/{T}title")

    assert (title.get("type"), title.text) == ("incipit", "本市今起实行夏令时间，各商店均提早开门。")
    assert root.find(f".//{T}body//{T}head") is None


def test_a_byline_between_paragraphs_opens_a_part_of_the_article() -> None:
    """TEI has bylines at the top and the foot of a division only: what a byline stands over is a division."""
    article = tei(builders.byline_in_midst()).find(f".//{T}body/{T}div")
    part = article.find(f"{T}div")

    assert [child.tag.removeprefix(T) for child in article] == ["cb", "head", "p", "div"]
    assert [child.tag.removeprefix(T) for child in part] == ["byline", "p", "byline"]


def test_advertisements_are_kept_apart_from_articles() -> None:
    """The division's type tells which is which."""
    shape = builders.advertisement()

    assert [tei(shape, i).find(f".//{T}body/{T}div").get("type") for i in range(2)] == ["article", "advertisement"]


def test_a_picture_s_credit_is_no_byline_of_the_article() -> None:
    """In a caption the seg is of type credit."""
    figure = tei(builders.figure()).find(f".//{T}figure")

    assert [(seg.get("type"), text_of(seg)) for seg in figure.iter(f"{T}seg")] == [("credit", "赵某 摄")]


def test_vertical_type_is_said_on_the_article() -> None:
    """The writing mode is in the style."""
    assert tei(builders.vertical()).find(f".//{T}body/{T}div").get("style") == "writing-mode: vertical-rl"


def test_a_page_read_again_keeps_its_guid_and_tells_both_readings() -> None:
    """The guid does not depend on the revision; the latest change stands first."""
    first = builders.vertical()
    earlier = replace(first, revision=builders.REVISION)
    changes = [(c.get("n"), c.get("when")) for c in tei(first).iter(f"{T}change")]

    assert tei(first).find(f".//{T}idno[@type='guid']").text == tei(earlier).find(f".//{T}idno[@type='guid']").text
    assert changes == [("2", "2026-02-01T03:04:05Z"), ("1", "2026-01-02T03:04:05Z")]


def test_what_is_not_known_of_the_issue_is_not_said() -> None:
    """Newspaper and date are marked as unknown, issue, section and page are left out."""
    monograph = tei(builders.empty_issue()).find(f".//{T}monogr")

    assert [(e.tag.removeprefix(T), e.get("cert"), e.text) for e in monograph.iter(f"{T}title", f"{T}date")] == [
        ("title", "unknown", None),
        ("date", "unknown", None),
    ]
    assert monograph.find(f".//{T}biblScope") is None


def test_software_with_an_odd_name_and_version_is_named_validly_and_in_full() -> None:
    """What TEI cannot take as a name or a version number stands in the description."""
    shape = builders.plain()
    page = replace(shape.page, steps=(ProcessingStep("reading", "7 fonts!", "release-b", "fast"),))
    document = to_tei(shape.articles[0], page, shape.issue, shape.revision)
    application = etree.fromstring(document).find(f".//{T}application")

    assert validate(document, "x") == ()
    assert (application.get("ident"), application.get("version")) == ("app-7-fonts-", "0")
    assert application.findtext(f"{T}desc") == "7 fonts! release-b fast"


def test_the_same_values_give_the_same_bytes() -> None:
    """Two articles made alike give one document."""
    shape, again = builders.run_in_byline(), builders.run_in_byline()
    once = to_tei(shape.articles[0], shape.page, shape.issue, shape.revision)

    assert once == to_tei(again.articles[0], again.page, again.issue, again.revision)


def test_times_are_written_in_utc() -> None:
    """A time of another zone is the same moment in UTC."""
    shape = builders.plain()
    there = dt.datetime(2026, 1, 2, 11, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    root = tei(replace(shape, revision=Revision(1, there, there)))

    assert root.find(f".//{T}publicationStmt/{T}date").get("when") == "2026-01-02T03:04:05Z"


def test_a_line_without_region_still_has_its_zone() -> None:
    """A line that no region of the page holds lies on the surface itself."""
    shape = builders.plain()
    bare = replace(shape, page=replace(shape.page, regions=(), frame=IDENTITY))
    root = tei(bare)

    assert len(root.findall(f".//{T}surface/{T}zone[@type='line']")) == len(shape.articles[0].lines)


@pytest.mark.parametrize("name", ["plain", "run_in_byline", "byline_in_midst", "figure", "hyphenation"])
def test_the_scorer_reads_what_the_model_says(name: str, shared: Path, tmp_path: Path) -> None:
    """The measuring script finds headline, paragraphs and bylines where they are."""
    spec = importlib.util.spec_from_file_location("score", shared / "score" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    shape = SHAPES[name]()
    article = shape.articles[0]
    path = tmp_path / "a.tei.xml"
    path.write_bytes(to_tei(article, shape.page, shape.issue, shape.revision))
    read = score.read_tei(path)

    assert (read["kicker"], read["headline"], read["deck"]) == (article.kicker, article.headline, article.deck)
    assert read["paragraphs"] == [p.text for p in article.passages if p.role is Role.PARAGRAPH]
    assert read["byline_block"] == " ".join(p.text for p in article.passages if p.role is Role.BYLINE)


def test_a_printed_date_of_another_calendar_says_which() -> None:
    """The date keeps its printed form, `when` is Gregorian, and the header describes the calendar that it points at."""
    shape = builders.plain()
    issue = replace(shape.issue, date=dt.date(1939, 4, 26), date_text="中華民國二十八年四月廿六日", calendar=Calendar.MINGUO)
    document = to_tei(shape.articles[0], shape.page, issue, shape.revision)
    root = etree.fromstring(document)
    date = root.find(f".//{T}imprint/{T}date")

    assert (date.text, date.get("when"), date.get("calendar")) == ("中華民國二十八年四月廿六日", "1939-04-26", "#minguo")
    assert [calendar.get(XML_ID) for calendar in root.iter(f"{T}calendar")] == ["minguo"]
    assert validate(document, "any.tei.xml") == ()


@pytest.mark.parametrize(
    ("found", "changed", "rule"),
    [
        ('<calendar xml:id="minguo">', '<calendar xml:id="other">', "profile"),
        ("<calendarDesc>.*</calendarDesc>", "", "tei-calendar"),
        (' calendar="#minguo"', "", "tei-calendar-used"),
    ],
)
def test_a_calendar_that_is_not_described_or_not_used_is_found(found: str, changed: str, rule: str) -> None:
    """Date and header agree on the calendar."""
    shape = builders.plain()
    issue = replace(shape.issue, calendar=Calendar.MINGUO)
    document = to_tei(shape.articles[0], shape.page, issue, shape.revision).decode()
    mutant = re.sub(found, changed, document, flags=re.DOTALL)

    assert rule in {violation.rule for violation in validate(mutant.encode(), "any.tei.xml")}
