"""NewsML-G2, ALTO, the overlay, and the table of formats: what the documents say is what the model holds."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import builders
import pytest
from builders import SHAPES, Setter, Shape
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from digitize.export import EXPORTS, Document, export_page, to_alto, to_newsml, to_svg
from digitize.export.identity import INCIPIT_LENGTH, guid, incipit, titles
from digitize.export.markup import xml_text
from digitize.model import LinePiece, Passage, Role
from digitize.options import Format
from digitize.validate import validate

G2 = "{http://iptc.org/std/nar/2006-10-01/}"
NITF = "{http://iptc.org/std/NITF/2006-10-18/}"
A = "{http://www.loc.gov/standards/alto/ns-v4#}"
SVG = "{http://www.w3.org/2000/svg}"

ANY_TEXT = st.text(st.characters(categories=["Cc", "Cs", "L", "M", "N", "P", "S", "Z"]), max_size=30)


def newsml(shape: Shape) -> Any:
    """The NewsML-G2 of the shape's first article, parsed."""
    return etree.fromstring(to_newsml(shape.articles[0], shape.page, shape.issue, shape.revision))


def alto(shape: Shape) -> Any:
    """The ALTO of the shape's page, parsed."""
    return etree.fromstring(to_alto(shape.page, shape.articles, shape.issue, shape.revision))


def paragraph_of(*texts: str) -> Shape:
    """A shape of one article of one paragraph."""
    setter = Setter()
    passage = builders.make_passage(setter.set(Role.PARAGRAPH, *texts), gap=" ")
    return Shape(builders.make_page(tuple(setter.regions)), (builders.make_article(passage),))


# --- NewsML-G2


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "no_articles"])
def test_nitf_holds_every_passage_once(name: str) -> None:
    """The text of the elements with a class, joined, is the article's text, whatever their order."""
    shape = SHAPES[name]()
    article = shape.articles[0]
    captions = [caption for figure in article.figures for caption in figure.captions]
    read = sorted("".join(e.itertext()) for e in newsml(shape).iter(f"{NITF}*") if e.get("class"))

    assert sorted(xml_text(p.text) for p in (*article.passages, *captions)) == read


@given(ANY_TEXT, ANY_TEXT)
@settings(deadline=None, max_examples=40)
def test_any_text_becomes_a_valid_news_item(first: str, second: str) -> None:
    """Whatever the recognizer reads, the news item is valid and its text is the model's."""
    shape = paragraph_of(first, second)
    document = to_newsml(shape.articles[0], shape.page, shape.issue, shape.revision)

    assert validate(document, "any.newsml.xml") == ()
    assert "".join(etree.fromstring(document).find(f".//{NITF}p").itertext()) == xml_text(f"{first} {second}")


def test_nitf_names_persons_places_and_dates() -> None:
    """The marks of a paragraph become NITF's elements, a byline or dateline itself does not."""
    paragraph = newsml(builders.run_in_byline()).find(f".//{NITF}p")

    assert [(e.tag.removeprefix(NITF), e.text, e.get("norm")) for e in paragraph] == [
        ("person", "王某", None),
        ("person", "李某", None),
        ("chron", "5月16日", "20200516"),
        ("location", "南京", None),
    ]


def test_headings_of_an_item_bear_their_roles() -> None:
    """Kicker, headline and deck are told apart, and the main headline is NITF's hl1."""
    root = newsml(builders.plain())

    assert [(h.get("role"), h.text) for h in root.iter(f"{G2}headline")] == [
        ("dz:kicker", "本报专电"),
        ("dz:headline", "全国运动会今日开幕"),
        ("dz:deck", "选手二千余人"),
    ]
    assert root.findtext(f".//{NITF}hl1") == "全国运动会今日开幕"


def test_an_item_says_who_wrote_it_where_and_from_which_source() -> None:
    """Bylines and datelines are found in running text too."""
    meta = newsml(builders.run_in_byline()).find(f"{G2}contentMeta")

    assert [(c.get("literal"), c.findtext(f"{G2}note")) for c in meta.iter(f"{G2}creator")] == [
        ("王某", "记者"),
        ("李某", "通讯员"),
    ]
    assert meta.findtext(f"{G2}by") == "本报讯（记者 王某 通讯员 李某）"
    assert meta.findtext(f"{G2}dateline") == "5月16日，南京"
    assert meta.find(f"{G2}located").get("literal") == "南京"


def test_a_page_read_again_gives_the_next_version_of_the_same_item() -> None:
    """The version counts up, the guid and the first creation stay."""
    shape = builders.vertical()
    again, first = newsml(shape), newsml(replace(shape, revision=builders.REVISION))

    assert (again.get("guid"), again.get("version"), first.get("version")) == (first.get("guid"), "2", "1")
    assert again.findtext(f".//{G2}firstCreated") == first.findtext(f".//{G2}versionCreated")


def test_an_advertisement_is_a_genre_of_its_own() -> None:
    """An advertisement says that it is one, a news item says nothing of genre."""
    shape = builders.advertisement()
    news, notice = (newsml(replace(shape, articles=(article,))) for article in shape.articles)

    assert news.find(f".//{G2}genre") is None
    assert notice.find(f".//{G2}genre").get("qcode") == "dz:advertisement"


def test_nothing_is_said_of_an_issue_that_is_not_known() -> None:
    """No date, no source, no edition."""
    root = newsml(builders.empty_issue())

    assert [e.tag for e in root.iter(f"{G2}contentCreated", f"{G2}infoSource", f"{NITF}date.issue")] == []
    assert dict(root.find(f".//{NITF}pubdata").attrib) == {"type": "print"}


# --- ALTO


@pytest.mark.parametrize("name", SHAPES)
def test_alto_holds_every_line_with_its_text(name: str) -> None:
    """Strings, blanks and hyphens of a line, joined, are the line's text."""
    shape = SHAPES[name]()
    glue = {f"{A}String": "CONTENT", f"{A}HYP": "CONTENT"}
    lines = {
        line.get("ID"): "".join(" " if e.tag == f"{A}SP" else e.get(glue[e.tag]) for e in line if e.tag != f"{A}Shape")
        for line in alto(shape).iter(f"{A}TextLine")
    }

    assert {line.id: xml_text(line.text) for line in shape.page.lines} == lines


@given(ANY_TEXT, ANY_TEXT)
@settings(deadline=None, max_examples=40)
def test_any_text_becomes_a_valid_page(first: str, second: str) -> None:
    """Whatever the recognizer reads, the page is valid."""
    shape = paragraph_of(first, second)

    assert validate(to_alto(shape.page, shape.articles, shape.issue, shape.revision), "any.alto.xml") == ()


def test_confidence_is_told_for_words_and_characters() -> None:
    """WC is the mean of the characters, CC tells each: 0 is sure, 9 is not."""
    string = next(s for s in alto(builders.plain()).iter(f"{A}String") if s.get("CONTENT") == "第五届全国运动会")

    assert (string.get("WC"), string.get("CC")) == ("0.89", "00060000")


def test_a_hyphenated_word_is_told_on_both_lines() -> None:
    """The two parts name the whole word, and the hyphen stands apart."""
    root = alto(builders.hyphenation())
    parts = [
        (s.get("CONTENT"), s.get("SUBS_TYPE"), s.get("SUBS_CONTENT")) for s in root.iter(f"{A}String") if s.get("SUBS_TYPE")
    ]

    assert parts == [("news", "HypPart1", "newspaper"), ("paper", "HypPart2", "newspaper")]
    assert [h.get("CONTENT") for h in root.iter(f"{A}HYP")] == ["-"]


def test_blocks_are_tagged_with_their_article_and_role() -> None:
    """A headline of the first article is tagged with both, an advertisement with its own."""
    blocks = {b.get("ID"): b.get("TAGREFS") for b in alto(builders.advertisement()).iter(f"{A}TextBlock")}

    assert blocks == {
        "A08-r001": "role-headline A08-a001",
        "A08-r002": "role-paragraph A08-a001",
        "A08-r003": "role-advertisement A08-a002",
    }


def test_a_block_that_holds_two_roles_tells_them_line_by_line() -> None:
    """Where an article takes a kicker and a headline from one block, each line bears its own role."""
    setter = Setter()
    region = setter.set(Role.HEADLINE, "本报专电", "全国运动会")
    kicker, headline = (
        Passage(role, (LinePiece(line, 0, len(line.text)),), (region.id,))
        for role, line in zip((Role.KICKER, Role.HEADLINE), region.lines, strict=True)
    )
    root = alto(Shape(builders.make_page(tuple(setter.regions)), (builders.make_article(kicker, headline),)))

    assert root.find(f".//{A}TextBlock").get("TAGREFS") == "role-kicker role-headline A08-a001"
    assert [line.get("TAGREFS") for line in root.iter(f"{A}TextLine")] == ["role-kicker", "role-headline"]


def test_the_reading_order_has_a_group_for_each_article() -> None:
    """A group lists the blocks of its article, in their order."""
    groups = {g.get("TAGREFS"): [r.get("REF") for r in g] for g in alto(builders.figure()).iter(f"{A}OrderedGroup")}

    assert groups == {"A08-a001": ["A08-r001", "A08-r002", "A08-r005", "A08-r003", "A08-r004"]}


def test_rules_are_graphical_elements_and_gutters_are_not() -> None:
    """What is printed is written; white is not."""
    assert [e.get("ID") for e in alto(builders.no_articles()).iter(f"{A}GraphicalElement")] == ["A08-s0001"]


def test_pictures_are_illustrations() -> None:
    """A picture has its box, and no text."""
    pictures = [(e.get("ID"), e.get("WIDTH"), e.get("HEIGHT")) for e in alto(builders.figure()).iter(f"{A}Illustration")]

    assert pictures == [("A08-r003", "500", "200"), ("A08-r004", "500", "200")]


def test_vertical_lines_say_so() -> None:
    """The base direction is top to bottom."""
    assert {line.get("BASEDIRECTION") for line in alto(builders.vertical()).iter(f"{A}TextLine")} == {"ttb"}


def test_a_line_without_glyphs_has_one_confidence_and_no_boxes_for_its_words() -> None:
    """Only what is known is written: where a word of such a line stands is not."""
    shape = paragraph_of("open to all")
    region = shape.page.regions[0]
    bare = replace(region, lines=(replace(region.lines[0], glyphs=(), confidence=0.5),))
    root = alto(replace(shape, page=replace(shape.page, regions=(bare,)), articles=()))

    assert [(s.get("CC"), s.get("HPOS"), len(s)) for s in root.iter(f"{A}String")] == [
        ("4444", None, 0),
        ("44", None, 0),
        ("444", None, 0),
    ]


# --- The overlay


def jpeg() -> bytes:
    """A small grey JPEG."""
    file = io.BytesIO()
    Image.new("L", (30, 40), 200).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("name", SHAPES)
def test_the_overlay_draws_every_region_in_original_pixels(name: str) -> None:
    """There is a group for each region, with its number in the reading order."""
    shape = SHAPES[name]()
    root = etree.fromstring(to_svg(shape.page, shape.articles, jpeg()))
    numbers = [g.findtext(f"{SVG}text").split()[0] for g in root.iter(f"{SVG}g") if g.get("id")]

    assert root.get("viewBox") == "0 0 1200 1600"
    assert numbers == [str(n) for n in range(1, len(shape.page.regions) + 1)]


def test_the_overlay_needs_no_other_file() -> None:
    """The preview is inside, and nothing else is referred to."""
    root = etree.fromstring(to_svg(builders.plain().page, builders.plain().articles, jpeg()))

    assert [e.get("href")[:23] for e in root.iter() if e.get("href")] == ["data:image/jpeg;base64,"]


def test_the_overlay_tells_articles_apart_by_colour() -> None:
    """Regions of one article share a fill, those of another have another, those of none are grey."""
    shape = builders.advertisement()
    root = etree.fromstring(to_svg(shape.page, shape.articles))
    first, second, third = (g.get("fill") for g in root.iter(f"{SVG}g") if g.get("id"))
    unused = etree.fromstring(to_svg(shape.page, ()))

    assert first == second != third
    assert {g.get("fill") for g in unused.iter(f"{SVG}g") if g.get("id")} == {"#888888"}


def test_the_overlay_marks_doubtful_lines() -> None:
    """A line with a doubtful character and a line that was not read are outlined, with what is known of them."""
    titles_of_doubt = [
        [
            e.text
            for e in etree.fromstring(to_svg(shape.page, shape.articles)).findall(f"{SVG}g[last()]/{SVG}polygon/{SVG}title")
        ]
        for shape in (builders.plain(), builders.no_articles())
    ]

    assert titles_of_doubt == [["0.89: 第五届全国运动会"], ["0.00: not read"]]


def test_a_preview_of_another_kind_is_refused() -> None:
    """What is neither PNG nor JPEG would not show in a browser."""
    with pytest.raises(ValueError, match="PNG or a JPEG"):
        to_svg(builders.plain().page, (), b"GIF89a")


# --- Names and the table of formats


def test_a_guid_names_the_source_the_page_and_the_article() -> None:
    """It is a tag URI of the issue's authority."""
    shape = builders.plain()

    assert guid(shape.articles[0], shape.page, shape.issue) == "tag:digitize.invalid,2026:5feceb66ffc86f38/A08/a001"


def test_a_page_id_outside_ascii_is_escaped_in_the_guid() -> None:
    """A tag URI holds ASCII only; the documents stay valid."""
    shape = builders.without_headline()
    page = replace(shape.page, id="报08")
    article = replace(shape.articles[0], id="报08-a001")

    assert guid(article, page, shape.issue).endswith(":5feceb66ffc86f38/%E6%8A%A508/a001")
    assert [
        violation
        for document in export_page(page, (article,), shape.issue, shape.revision)
        for violation in validate(document.content, document.name)
    ] == []


def test_a_long_text_s_beginning_is_cut_between_words() -> None:
    """Chinese is cut anywhere, English between words; both say that they go on."""
    chinese = paragraph_of("天" * 60).articles[0]
    english = paragraph_of("The bridge over the river was opened yesterday").articles[0]

    assert incipit(chinese) == "天" * INCIPIT_LENGTH + "…"
    assert incipit(english) == "The bridge over the…"


def test_an_article_without_any_text_is_called_by_its_id() -> None:
    """A title is never empty."""
    assert titles(builders.make_article()) == ("A08-a001",)


def test_every_format_has_its_row() -> None:
    """The table of exports and the formats that a run can be told are the same."""
    assert set(EXPORTS) == set(Format)


def test_only_the_formats_wanted_are_written() -> None:
    """Documents come format by format, named after page or article."""
    shape = builders.advertisement()
    wanted = (Format.ALTO, Format.TEI)
    documents = tuple(export_page(shape.page, shape.articles, shape.issue, shape.revision, wanted))

    assert [d.name for d in documents] == ["A08-a001.tei.xml", "A08-a002.tei.xml", "A08.alto.xml"]


@pytest.mark.parametrize("name", SHAPES)
def test_the_same_values_give_the_same_documents(name: str) -> None:
    """A page made twice is written twice alike."""

    def write() -> tuple[Document, ...]:
        shape = SHAPES[name]()
        overlay = Document("overlay", to_svg(shape.page, shape.articles, jpeg()))
        return (*export_page(shape.page, shape.articles, shape.issue, shape.revision), overlay)

    assert write() == write()
