"""Lines of earlier OCR become articles: columns and tiers, headings, signatures, hyphens, and texts over pages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transcribed import (
    COLUMN,
    GUTTER,
    LEFT,
    PITCH,
    SIZE,
    Column,
    Line,
    alto,
    moved,
    open_end,
    sentence,
    shuffled,
    text,
    two_columns,
    width,
)

from digitize.export import to_tei
from digitize.ingest import read_transcripts
from digitize.model import ArticleKind, LinePiece, Revision, Role
from digitize.options import Options
from digitize.pipeline import process_issue

if TYPE_CHECKING:
    from digitize.model import Article
    from digitize.pipeline import PageResult


NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
REVISION = Revision(1, NOW, NOW)


def understood(*contents: bytes, options: Options | None = None) -> tuple[PageResult, ...]:
    """The pages of an issue, from their files."""
    pages = [read_transcripts(content, f"p{n}.xml", (f"p{n}",))[0] for n, content in enumerate(contents, start=1)]
    return process_issue(pages, options or Options())


def articles(*pages: list[Line], size: tuple[int, int] = (2100, 3000)) -> list[Article]:
    """The articles of an issue."""
    results = understood(*(alto(lines, size=size) for lines in pages))
    return [article for result in results for article in result.articles if article.kind is ArticleKind.ARTICLE]


def body(article: Article) -> str:
    """An article's paragraphs."""
    return " ".join(p.text for p in article.passages if p.role is Role.PARAGRAPH)


def blocks(content: bytes) -> bytes:
    """The text blocks of an ALTO file."""
    return content[content.index(b"<TextBlock") : content.index(b"</PrintSpace>")]


def second(top: float = 200.0) -> Column:
    """An empty column beside the first."""
    return Column(left=LEFT + COLUMN + GUTTER, top=top)


def test_text_runs_from_column_to_column() -> None:
    """Lines in any order come out as the items of the page, one of which goes on at the head of the next column."""
    germany, france, britain = articles(shuffled(*two_columns()))
    assert [a.headline for a in (germany, france, britain)] == ["GERMANY.", "FRANCE.", "GREAT BRITAIN."]
    assert body(germany) == f"{text('berlin', 7)} {text('vienna', 5)}"
    assert body(france) == f"{text('paris', 6)} {open_end('lyon')} went on {text('marseille', 7)}"
    assert (germany.columns, france.columns) == ((1, 1), (1, 2))


@pytest.mark.parametrize("lean", [-0.01, 0.008])
def test_leaning_columns_are_straightened(lean: float) -> None:
    """Columns that lean by half a degree are found as if they stood upright; zones stay where the file has them."""
    upright = shuffled(*two_columns())
    leaning = [
        type(line)(tuple((word, x + lean * line.middle) for word, x in line.words), line.middle, line.size) for line in upright
    ]
    (result,) = understood(alto(leaning, size=(2150, 3000)))
    assert [a.headline for a in result.articles] == ["GERMANY.", "FRANCE.", "GREAT BRITAIN."]
    first = next(line for line in result.page.lines if line.text == leaning[0].text)
    assert min(x for x, _ in first.polygon) == pytest.approx(leaning[0].words[0][1], abs=1)


def test_signed_text_without_a_heading_is_an_item_of_its_own() -> None:
    """A signature at the column's right edge ends an item, and what follows under no heading is another."""
    column, other = Column(), second()
    column.heading("THE PAPERS.").paragraph(text("first", 5)).signature("Paul Writer")
    column.paragraph(text("second", 6))
    other.heading("BRIDGES.").paragraph(text("third", 12))
    signed, unsigned, _ = articles(shuffled(column, other))
    assert [p.text for p in signed.passages if p.role is Role.BYLINE] == ["Paul Writer"]
    assert (body(signed), body(unsigned), unsigned.headline) == (text("first", 5), text("second", 6), "")


@pytest.mark.parametrize(
    ("heading", "size", "found"),
    [
        ("RAILWAYS.", SIZE, True),
        ("The Railways", 1.6 * SIZE, True),
        ("The Railways of the North", SIZE, True),
        ("Vienna, 21 July.", SIZE, False),
        ("* * *", SIZE, False),
        ("(1) 128 256 512", SIZE, False),
    ],
)
def test_short_lines_in_the_middle_are_headings(heading: str, size: float, *, found: bool) -> None:
    """Capitals, larger type and white make headings; places with dates, ornaments and figures do not."""
    column, other = Column(), second()
    column.heading("FIRST.").paragraph(text("first", 7)).heading(heading, size).paragraph(text("next", 7))
    other.heading("SECOND.").paragraph(text("other", 14))
    headlines = [article.headline for article in articles(shuffled(column, other))]
    assert headlines == (["FIRST.", heading, "SECOND."] if found else ["FIRST.", "SECOND."])


def test_a_heading_may_stand_in_solid_type() -> None:
    """Without any white, a short line in the middle between a paragraph's end and the next one's indent is a heading."""
    column, other = Column(), second()
    column.heading("FIRST.").paragraph(text("first", 7)).heading("The Courier.", white=0.0).paragraph(text("next", 7))
    other.heading("SECOND.").paragraph(text("other", 14))
    assert [article.headline for article in articles(shuffled(column, other))] == ["FIRST.", "The Courier.", "SECOND."]


def test_a_feuilleton_is_a_tier_of_its_own() -> None:
    """Below white across the columns begins another tier: the news above goes on beside, not below."""
    news, beside = Column(), second()
    news.heading("NEWS.").paragraph(text("news", 9)).paragraph(open_end("open"), whole=True)
    beside.paragraph(f"flows {text('beside', 13)}", indent=False)
    foot = max(news.y, beside.y) + 2 * PITCH
    story, goes_on = Column(top=foot), second(foot)
    story.heading("FEUILLETON.", 1.5 * SIZE, white=0.5).paragraph(text("story", 8)).paragraph(open_end("chapter"), whole=True)
    goes_on.paragraph(f"turned {text('chapters', 11)}", indent=False)
    top, below = articles(shuffled(news, beside, story, goes_on))
    assert (top.headline, below.headline) == ("NEWS.", "FEUILLETON.")
    assert body(top).endswith(text("beside", 13))
    assert body(below) == f"{text('story', 8)} {open_end('chapter')} turned {text('chapters', 11)}"


def test_a_heading_across_columns_begins_a_tier() -> None:
    """What spans all columns stands over both of them."""
    column, other = Column(), second()
    column.heading("ABOVE.").paragraph(text("above", 10))
    other.heading("BESIDE.").paragraph(text("beside", 10))
    foot = max(column.y, other.y) + PITCH
    across = Column(top=foot, measure=2 * COLUMN + GUTTER).heading("REVIEW OF THE WEEK IN THE MARKETS", 3 * SIZE)
    below, last = Column(top=across.y), second(across.y)
    below.paragraph(text("markets", 9)).paragraph(open_end("prices"), whole=True)
    last.paragraph(f"fell {text('closing', 10)}", indent=False)
    found = articles(shuffled(column, other, across, below, last))
    assert [a.headline for a in found] == ["ABOVE.", "BESIDE.", "REVIEW OF THE WEEK IN THE MARKETS"]
    assert body(found[-1]).endswith(text("closing", 10))


def test_articles_go_on_over_pages() -> None:
    """What a page begins with under no heading goes on from the page before, and stays with it; pages follow each other."""
    first = Column(), second()
    first[0].heading("NEWS.").paragraph(text("news", 18))
    first[1].heading("DEBATES.").paragraph(text("speech", 15)).paragraph(open_end("member"), whole=True)
    pages = [shuffled(*first)]
    for n in ("two", "three"):
        column, other = Column(), second()
        column.paragraph(f"{n} {text(f'on{n}', 15)}", indent=False)
        (other.paragraph(open_end(f"end{n}"), whole=True) if n == "two" else other.heading("LAST.")).paragraph(
            text(f"more{n}", 9) if n == "three" else open_end("still"), whole=n == "two"
        )
        pages.append(shuffled(column, other))
    results = understood(*map(alto, pages))
    assert [[a.headline for a in r.articles] for r in results] == [["NEWS.", "DEBATES."], [], ["LAST."]]
    debates = results[0].articles[1]
    assert body(debates).endswith(text("onthree", 15))
    assert [page.id for page in results[0].page.following] == ["p2", "p3"]
    assert {line.id.partition("-")[0] for line in debates.lines} == {"p1", "p2", "p3"}


def test_a_headed_page_joins_nothing() -> None:
    """A page that begins with a heading goes on from no other."""
    pages = [shuffled(*two_columns()), shuffled(*two_columns())]
    results = understood(*map(alto, pages))
    assert [len(result.articles) for result in results] == [3, 3]
    assert results[0].page.following == ()


def test_hyphens_part_words_at_line_ends() -> None:
    """A word that a hyphen parts is whole in the text; the hyphen of a word stays."""
    column, other = Column(), second()
    column.heading("WORDS.").paragraph(f"{text('parted', 3)} mar- ket", indent=True).paragraph(text("rest", 9))
    other.heading("OTHERS.").paragraph(text("other", 14))
    lines = [line for each in (column, other) for line in each.lines]
    place = next(i for i, line in enumerate(lines) if line.text.endswith("mar- ket"))
    last = lines[place]
    lines[place] = type(last)(last.words[:-1], last.middle, last.size)
    later = [moved(line, dy=PITCH) if line.middle > last.middle and line in column.lines else line for line in lines]
    broken = type(last)((("ket", LEFT),), last.middle + PITCH, last.size)
    words = articles([*later, broken])[0]
    assert "market" in body(words)
    pieces: list[LinePiece] = [piece for p in words.passages for piece in p.pieces if piece.hyphenated]
    assert [piece.text for piece in pieces] == ["ket"]


def test_display_type_is_an_advertisement() -> None:
    """An item in many sizes of large type is an advertisement, and short notices beside it are others."""
    column, other = Column(), second()
    column.heading("NEWS.").paragraph(text("news", 18))
    other.heading("WEATHER.").paragraph(text("rain", 8)).heading("BICYCLES", 3 * SIZE)
    for n, size in enumerate((2.0, 1.0, 2.6, 1.5)):
        other.size = size * SIZE
        other.y += size * PITCH
        other.paragraph(sentence(f"cycle{n}", 4))
    other.size = SIZE
    other.y += PITCH
    other.heading("SOAP.").paragraph(sentence("soap", 8))
    (result,) = understood(alto(shuffled(column, other)))
    assert [a.kind for a in result.articles] == [*[ArticleKind.ARTICLE] * 2, *[ArticleKind.ADVERTISEMENT] * 2]


def test_rules_part_short_items() -> None:
    """Where the file has a rule between two paragraphs, the one below it is another item."""
    column, other = Column(), second()
    column.heading("NEWS IN BRIEF.").paragraph(text("first", 6))
    rule = f'<GraphicalElement HPOS="{LEFT + 300:.0f}" VPOS="{column.y:.0f}" WIDTH="300" HEIGHT="3"/>'
    column.y += PITCH
    column.paragraph(text("below", 6))
    other.heading("OTHERS.").paragraph(text("other", 14))
    lines = shuffled(column, other)
    ruled, plain = (understood(alto(lines, extra=extra))[0].articles for extra in (rule, ""))
    assert [body(article) for article in ruled] == [text("first", 6), text("below", 6), text("other", 14)]
    assert [body(article) for article in plain] == [f"{text('first', 6)} {text('below', 6)}", text("other", 14)]


def test_a_drop_capital_is_put_back_before_its_word() -> None:
    """The large letter beside a text's first lines is the first of its first word, with its place."""
    column, other = Column(), second()
    column.heading("TALES.").paragraph(f"nce upon {text('time', 14)}", indent=False)
    other.heading("OTHERS.").paragraph(text("other", 14))
    first, below = (line for line in column.lines if line.text != "TALES." and line.middle < column.lines[3].middle)
    initial = type(first)((("O", LEFT),), first.middle + 0.6 * PITCH, 3 * SIZE)
    narrow = [
        type(line)(tuple((w, x + 60) for w, x in line.words[:-2]), line.middle, line.size) if line in (first, below) else line
        for line in column.lines
    ]
    tale = articles([*narrow, initial, *other.lines])[0]
    assert body(tale).startswith("Once upon Timea ")
    assert tale.lines[1].glyphs[0].text == "O"


def test_a_masthead_is_folio() -> None:
    """What stands above the columns, in large type and around it, is no article."""
    masthead = Column(top=100, measure=2 * COLUMN + GUTTER).heading("THE COURIER", 5 * SIZE, white=0.0)
    columns = two_columns()
    lines = [moved(line, dy=200) for line in shuffled(*columns)]
    (result,) = understood(alto([*masthead.lines, *lines], size=(2100, 3300)))
    assert [r.lines[0].text for r in result.page.regions if r.role is Role.FOLIO] == ["THE COURIER"]
    assert [a.headline for a in result.articles] == ["GERMANY.", "FRANCE.", "GREAT BRITAIN."]


def test_blocks_are_trusted_when_asked() -> None:
    """With trust_blocks the file's own order is kept, whatever the page looks like."""
    first, other = two_columns()
    content = alto(other.lines).replace(b"</TextBlock>", b"</TextBlock>" + blocks(alto(first.lines)))
    (result,) = understood(content, options=Options(trust_blocks=True))
    assert [a.headline for a in result.articles] == ["", "GREAT BRITAIN.", "GERMANY.", "FRANCE."]
    assert result.articles[0].passages[0].text.startswith("went on")
    (anew,) = understood(content)
    assert [a.headline for a in anew.articles] == ["GERMANY.", "FRANCE.", "GREAT BRITAIN."]


@pytest.mark.parametrize(("words", "language"), [("12 1858 1000", "fr"), ("the railway of the north and the market", "en")])
def test_the_file_s_language_counts_where_the_text_tells_none(words: str, language: str) -> None:
    """What the text tells comes first; what the file says of it is better than nothing."""
    content = alto(Column().paragraph(words).lines).replace(b'<Page ID="P1"', b'<Page ID="P1" LANG="fr"')
    assert understood(content)[0].page.language == language


def test_a_page_without_text_has_no_articles() -> None:
    """Covers and blank pages are pages all the same."""
    (result,) = understood(alto([]))
    assert (result.blank, result.articles, result.page.regions) == (True, (), ())


PLACES = st.tuples(st.integers(0, 1900), st.integers(0, 2900), st.sampled_from((0.5, 1.0, 1.0, 1.0, 2.0, 6.0)))
WORDS = st.lists(st.sampled_from(("the", "Harbour", "ROME", "12", "-", "«", "parted-", "é.", "O")), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(printed=st.lists(st.tuples(PLACES, WORDS), max_size=60), trusted=st.booleans())
def test_no_line_is_lost(printed: list[tuple[tuple[int, int, float], list[str]]], *, trusted: bool) -> None:
    """However lines stand on a page, each is in one region, and every article's text is that of the page's lines."""
    lines = []
    for (x, y, size), words in printed:
        places = [x + sum(width(w, size * SIZE) + 10 for w in words[:i]) for i in range(len(words))]
        lines.append(Line(tuple(zip(words, places, strict=True)), y, size * SIZE))
    (result,) = understood(alto(lines, size=(4000, 3200)), options=Options(trust_blocks=trusted))
    found = [line.text for region in result.page.regions for line in region.lines]
    count = sum(len(line.text.replace(" ", "")) for line in lines)
    assert sum(len(line.replace(" ", "")) for line in found) == count
    ids = [line.id for region in result.page.regions for line in region.lines]
    assert len(ids) == len(set(ids))
    assert {line.id for article in result.articles for line in article.lines} <= set(ids)
    for article in result.articles:
        assert to_tei(article, result.page, result.issue, REVISION)
