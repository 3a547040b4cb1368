"""Reading order and articles on small made pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from galleys import (
    COLUMN,
    TYPE,
    byline_block,
    column_left,
    full,
    heading,
    page_of,
    picture,
    rule,
    set_lines,
    text_block,
    upright_heading,
)
from hypothesis import given
from hypothesis import strategies as st

from digitize.geometry import Box, hull
from digitize.model import Article, ArticleKind, Frame, LinkKind, Page, Region, Role, WritingMode
from digitize.reflow import assemble, read_order
from digitize.reflow.order import without_ornaments


def texts(page: Page) -> list[str]:
    """The body text of each article."""
    return ["".join(p.text for p in a.passages if p.role is Role.PARAGRAPH) for a in assemble(read_order(page))]


def articles(page: Page) -> tuple[Article, ...]:
    """The articles of a page that has not been ordered."""
    return assemble(read_order(page))


def test_text_that_points_to_the_picture_beside_it_is_its_caption() -> None:
    """What opens with a triangle or an arrow captions the picture at its side or below it, however wide it is."""
    head = heading("h", "标题大字", columns=(0, 2))
    text = text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3), "甲。"], column=0, y=600)
    shown = picture("p", columns=(0, 1), y0=300, y1=580)
    for note in (
        text_block("n", ["▲图为" + "丁" * 12, "丁丁。"], column=2, y=400),
        text_block("n", ["▼图为" + "丁" * 12], column=0, y=275),
    ):
        (article,) = articles(page_of(head, shown, note, text))
        assert [c.text for figure in article.figures for c in figure.captions] == ["".join(line.text for line in note.lines)]
    plain = text_block("n", ["图为" + "丁" * 13, "丁丁。"], column=2, y=400)
    assert not [c for article in articles(page_of(head, shown, plain, text)) for f in article.figures for c in f.captions]


def test_a_name_beside_an_upright_headline_is_its_byline() -> None:
    """Set downwards on its right, where a kicker stands, it is no rubric."""
    head = upright_heading("h", "标题大字", column=0)
    name = Box(head.box.x1 + 10, 320, head.box.x1 + 10 + TYPE, 320 + 3 * TYPE)
    line = replace(head.lines[0], id="n-l", polygon=name.polygon, box=name, type_size=TYPE, text="王小明")
    byline = replace(head, id="n", role=Role.KICKER, polygon=name.polygon, box=name, lines=(line,))
    (article,) = articles(
        page_of(head, byline, text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 9), "甲。"], column=1))
    )
    assert [p.text for p in article.passages if p.role is Role.BYLINE] == ["王小明"]


def test_text_goes_on_at_the_top_of_the_next_column() -> None:
    """Blocks under one heading are one article, column after column."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 2)),
        text_block("c", ["丙" * 5], column=2),
        text_block("b", full("乙", 4), column=1),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
    )
    assert texts(page) == ["甲" * 62 + "乙" * 64 + "丙" * 5]


def test_scraps_of_a_neighbouring_page_make_no_columns_narrower() -> None:
    """Many blocks of cut characters at the page's edge leave the page's own columns next to each other."""
    whole = [text_block(f"n{number}", ["丁"] * 3, column=3, y=300 + 120 * number) for number in range(8)]
    edge = column_left(3) + 6
    lines = [tuple(replace(line, box=replace(line.box, x1=edge)) for line in block.lines) for block in whole]
    scraps = (replace(b, lines=own, box=replace(b.box, x1=edge)) for b, own in zip(whole, lines, strict=True))
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4), "甲" * 15 + "。"], column=0),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 4), "乙乙。"], column=1),
        *scraps,
    )
    assert "甲" * 93 + "。" + "乙" * 80 + "。" in texts(page)


def test_a_full_stop_at_a_columns_foot_ends_no_text() -> None:
    """A sentence may end with its line: behind a rule, too, a column that begins without an indent goes on from it."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲" * 15 + "。"], column=0),
        text_block("b", [*full("乙", 3), "乙乙。"], column=1),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 3)], column=2),
        text_block("d", full("丁", 3), column=3),
        rules=(rule(column_left(1) - 16, 290, column_left(1) - 14, 430),),
    )
    (text,) = texts(page)
    assert text.startswith("甲" * 61 + "。" + "乙" * 50 + "。")


def test_columns_beside_a_heading_belong_to_it() -> None:
    """A heading over the first of two columns heads the text that flows up beside it too."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=220),
    )
    assert texts(page) == ["甲" * 62 + "乙" * 82 + "。"]


def test_text_goes_on_in_the_next_tier_below_a_picture() -> None:
    """Below a picture as wide as the article its text goes on in the first column, however tall the picture."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        text_block("b", [*full("乙", 3), "乙" * 6 + "。"], column=1),
        picture("photo", columns=(0, 1), y0=430, y1=1000),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 3)], column=0, y=1020),
        text_block("d", [*full("丁", 3), "丁" * 6 + "。"], column=1, y=1020),
    )
    assert texts(page) == ["甲" * 62 + "乙" * 54 + "。" + "丙" * 62 + "丁" * 54 + "。"]


@pytest.mark.parametrize(("width", "items"), [(2, 1), (0, 2)])
def test_text_beside_a_wide_picture_goes_on_below_it(width: int, items: int) -> None:
    """Beside a picture over the columns on the left, text leaves its column for the first of the row below the picture."""
    page = page_of(
        heading("h", "标题大字", columns=(3, 3)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 8), "甲甲。"], column=3),
        picture("photo", columns=(0, width), y0=220, y1=580),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 5)], column=0, y=640),
        text_block("c", full("乙", 6), column=1, y=640),
        text_block("d", [*full("乙", 5), "乙乙。"], column=2, y=640),
    )
    assert len(articles(page)) == items


def test_a_subheading_between_two_blocks_of_a_column_leaves_no_sentence_open() -> None:
    """Text goes on below a centred subheading that fills most of its column."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲" * 15 + "。"], column=0),
        text_block("s", ["\u3000\u3000小题小题小题小题小题小题"], column=1),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 3)], column=1, y=350),
    )
    assert [len(articles(page)), texts(page)] == [1, ["甲" * 61 + "。" + "乙" * 62]]


def test_text_leaves_a_column_at_its_foot_however_short_the_next_block() -> None:
    """From the foot of a column of several blocks text goes on in a single line at the top of the next column."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。"], column=0),
        text_block("s", ["\u3000\u3000\u3000\u3000小题小题小题小题"], column=0, y=430),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 8)], column=0, y=490),
        text_block("c", ["丙丙。"], column=1),
        text_block("t", ["\u3000\u3000\u3000\u3000小题小题小题小题"], column=1, y=350),
        text_block("d", ["\u3000\u3000" + "丁" * 14, *full("丁", 5), "丁丁。"], column=1, y=410),
    )
    assert texts(page) == ["甲" * 48 + "。" + "乙" * 142 + "丙丙。" + "丁" * 96 + "。"]


def test_an_upright_heading_heads_the_text_at_its_side() -> None:
    """A heading set downwards heads the columns whose tops are level with its own."""
    page = page_of(
        upright_heading("h", "竖排标题", column=0),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 7)], column=1),
        text_block("b", [*full("乙", 7), "乙" * 6 + "。"], column=2),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 6), "丙" * 6 + "。"], column=0, y=700),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("竖排标题", 2), ("", 1)]


def test_text_goes_round_a_heading_in_its_midst() -> None:
    """A heading amid two of four columns, text above and below it breaking off, heads the text that begins at the left."""
    page = page_of(
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 19)], column=0, y=300),
        text_block("b", full("乙", 5), column=1, y=300),
        text_block("c", full("丙", 5), column=2, y=300),
        heading("h", "标题", columns=(1, 2), y=500),
        text_block("d", full("丁", 9), column=1, y=600),
        text_block("e", full("戊", 9), column=2, y=600),
        text_block("f", [*full("己", 18), "己己。"], column=3, y=300),
    )
    (article,) = articles(page)
    assert article.headline == "标题"
    assert [p.text for p in article.passages[1:]] == [
        "甲" * 318 + "乙" * 80 + "丁" * 144 + "丙" * 80 + "戊" * 144 + "己" * 290 + "。"
    ]


def test_text_that_begins_beside_a_heading_goes_on_under_it() -> None:
    """A heading over the middle of three columns heads the text that begins level with it on the left."""
    page = page_of(
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 9)], column=0, y=220),
        heading("h", "标题", columns=(1, 1), y=220),
        text_block("b", full("乙", 7), column=1, y=310),
        text_block("c", [*full("丙", 8), "丙丙。"], column=2, y=220),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("标题", 2)]


def test_an_item_that_opens_without_a_heading_belongs_to_the_heading_beside_it() -> None:
    """A heading over the last column of its text heads the columns on its left, the first of which opens the item."""
    page = page_of(
        text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 9)], column=0, y=220),
        text_block("b", [*full("乙", 9), "乙乙。"], column=1, y=220),
        heading("h", "标题", columns=(2, 2), y=220),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 5), "丙丙。"], column=2, y=310),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("标题", 3)]


def test_articles_side_by_side_are_not_drawn_round_a_heading() -> None:
    """A heading whose own text begins with an indent heads that text alone, whatever runs past it."""
    page = page_of(
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 8), "甲甲。"], column=0, y=220),
        heading("h", "标题", columns=(1, 1), y=220),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 5), "乙乙。"], column=1, y=310),
    )
    assert sorted(a.headline for a in articles(page)) == ["", "标题"]


def test_text_beside_the_picture_under_a_heading_belongs_to_it() -> None:
    """A picture right below a heading stands in the row of its text: the column on the left, level with it, begins the item."""
    page = page_of(
        heading("h", "标题", columns=(1, 2)),
        picture("photo", columns=(1, 2), y0=300, y1=500),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 12)], column=0, y=300),
        text_block("b", full("乙", 6), column=1, y=520),
        text_block("c", [*full("丙", 5), "丙丙。"], column=2, y=520),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("标题", 2)]


def test_text_below_the_second_picture_in_a_headings_row_belongs_to_it() -> None:
    """Pictures side by side are one row: what stands below the right one is under the heading over the left one."""
    page = page_of(
        heading("h", "标题", columns=(0, 1)),
        picture("left", columns=(0, 1), y0=300, y1=700),
        picture("right", columns=(2, 3), y0=300, y1=500),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 6)], column=2, y=520),
        text_block("b", [*full("乙", 5), "乙乙。"], column=3, y=520),
    )
    assert [(a.headline, len(a.figures)) for a in articles(page)] == [("标题", 2)]


def test_text_beside_a_picture_far_below_a_heading_does_not() -> None:
    """A picture that something else parts from the heading is in no row of it."""
    page = page_of(
        heading("h", "标题", columns=(1, 2), y=100),
        text_block("x", ["\u3000\u3000" + "丁" * 14, *full("丁", 2), "丁。"], column=1, y=170),
        picture("photo", columns=(1, 2), y0=300, y1=500),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 11), "甲甲。"], column=0, y=300),
    )
    assert [a.headline for a in articles(page)] == ["标题", ""]


def test_text_between_two_headings_goes_on_in_neither_by_its_place() -> None:
    """A column in the rows of two headings is no reason for the second heading's text to go on from it."""
    page = page_of(
        heading("h", "左边标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 6)], column=0, y=300),
        text_block("b", [*full("乙", 6), "乙乙。"], column=1, y=300),
        heading("g", "右边标题", columns=(2, 2)),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 6)], column=2, y=300),
        text_block("d", [*full("丁", 6), "丁丁。"], column=3, y=300),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("左边标题", 2), ("右边标题", 2)]


def test_a_column_that_begins_level_with_a_heading_beside_it_is_in_its_item() -> None:
    """Below white that runs on over both, text beside a heading goes on from the heading's text, not from the text above."""
    page = page_of(
        heading("h", "上面", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 6)], column=0, y=300),
        text_block("b", [*full("乙", 6), "乙" * 15 + "。"], column=1, y=300),
        heading("g", "下面", columns=(0, 0), y=560),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 6)], column=0, y=640),
        text_block("d", [*full("丁", 8), "丁丁。"], column=1, y=560),
    )
    assert texts(page) == ["甲" * 110 + "乙" * 111 + "。", "丙" * 110 + "丁" * 130 + "。"]


def test_a_rule_under_a_heading_does_not_part_it_from_its_text() -> None:
    """Where nothing else stands under a heading, the text below the rule that is drawn under it is its own."""
    page = page_of(
        heading("h", "标题", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=300),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=300),
        rules=(rule(60, 280, 730, 282),),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("标题", 2)]


def test_a_rule_below_a_headings_text_parts_items() -> None:
    """A heading that has text of its own takes none from below a rule."""
    page = page_of(
        heading("h", "标题", columns=(0, 0), y=180),
        text_block("x", ["\u3000\u3000" + "甲" * 14, "甲甲。"], column=0, y=230),
        text_block("a", ["\u3000\u3000" + "乙" * 14, *full("乙", 3), "乙。"], column=0, y=320),
        rules=(rule(60, 300, 380, 302),),
    )
    assert [a.headline for a in articles(page)] == ["标题", ""]


def test_text_goes_past_a_pull_quote() -> None:
    """Large words between two rules, where a sentence is broken off and goes on below, are no heading."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 14)], column=0, y=300),
        text_block("b", full("乙", 4), column=1, y=300),
        heading("q", "引语", columns=(1, 1), y=450),
        text_block("c", [*full("丙", 3), "丙丙。"], column=1, y=540),
        rules=(rule(column_left(1), 430, column_left(1) + 320, 432), rule(column_left(1), 515, column_left(1) + 320, 517)),
    )
    assert texts(page) == ["甲" * 238 + "乙" * 64 + "丙" * 50 + "。"]


def test_a_quote_without_rules_is_told_by_the_sentence_that_it_breaks_off() -> None:
    """Large words in a column of an item that has its heading, amid a sentence, are gone past, rules or none."""
    page = page_of(
        heading("h", "标题大字标题大字", columns=(0, 1), y=220),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        heading("q", "引文引文", columns=(0, 0), y=450),
        text_block("b", [*full("乙", 3), "乙" * 15 + "。"], column=0, y=520),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 10), "丙丙。"], column=1),
    )
    assert texts(page) == ["甲" * 62 + "乙" * 63 + "。" + "丙" * 176 + "。"]


def test_a_quote_between_paragraphs_is_told_by_the_columns_that_run_past_it() -> None:
    """Between two rules, with text of its item on both sides, large words are no headline; with text on one side, they are."""
    rules = (
        rule(column_left(1), 440, column_left(1) + COLUMN * 20, 442),
        rule(column_left(1), 510, column_left(1) + COLUMN * 20, 512),
    )
    own = (
        heading("h", "标题大字标题大字", columns=(0, 2), y=220),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 2), "乙" * 6 + "。"], column=1),
        heading("q", "引文引文", columns=(1, 1), y=455),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 2), "丙" * 6 + "。"], column=1, y=530),
    )
    left = text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 9), "甲" * 4 + "。"], column=0)
    right = text_block("d", ["\u3000\u3000" + "丁" * 14, *full("丁", 9), "丁丁。"], column=2)
    assert len(texts(page_of(*own, left, right, rules=rules))) == 1
    assert len(texts(page_of(*own, left, rules=rules))) == 2


def test_a_headline_between_two_rules_is_one() -> None:
    """Between the end of one item and the beginning of the next, words between two rules head the text below."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3), "甲。"], column=0, y=300),
        heading("q", "另题", columns=(0, 0), y=480),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 3), "丙。"], column=0, y=570),
        rules=(rule(60, 460, 380, 462), rule(60, 545, 380, 547)),
    )
    assert [a.headline for a in articles(page)] == ["标题", "另题"]


def test_columns_parted_by_the_white_around_a_heading_are_its_own() -> None:
    """A heading in the midst of its text may be narrower than the white that it stands in."""
    page = page_of(
        text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 15)], column=0, y=220),
        text_block("b", full("乙", 4), column=1, y=220),
        text_block("c", full("丙", 4), column=2, y=220),
        text_block("d", full("丁", 4), column=3, y=220),
        heading("h", "标题", columns=(1, 3), y=370),
        text_block("e", full("戊", 8), column=1, y=440),
        text_block("f", full("己", 8), column=2, y=440),
        text_block("g", full("庚", 8), column=3, y=440),
        text_block("i", [*full("辛", 14), "辛辛。"], column=4, y=220),
    )
    assert [(a.headline, len(a.passages)) for a in articles(page)] == [("标题", 2)]


def test_text_below_a_box_stands_under_the_heading_of_its_column() -> None:
    """A block below a box leads on to the next column under the heading as the block above the box does."""
    frame = Frame("f", Box(60, 420, 380, 560).polygon, Box(60, 420, 380, 560))
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。"], column=0, y=290),
        text_block("x", ["\u3000\u3000" + "框" * 13, "框" * 15, "框框。"], column=0, y=440, frame="f"),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 2), "乙" * 15 + "。"], column=0, y=580),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 12), "丙丙。"], column=1, y=290),
        frames=(frame,),
    )
    first = next(a for a in articles(page) if a.headline)
    assert [p.text[0] for p in first.passages[1:]] == ["甲", "乙", "丙"]


def test_a_price_list_is_no_article() -> None:
    """Columns narrower than text is set in are a table's, points in its figures no full stops."""
    names, prices = (
        Region(f"{key}", Role.PARAGRAPH, box.polygon, box, lines)
        for key, lines in (
            ("n", set_lines(["白菜", "青椒", "茄子", "土豆"], column=0)),
            ("p", set_lines(["1.20元", "3.55元", "2.80元", "1.15元"], column=0, right=True)),
        )
        for box in [hull(line.box for line in lines)]
    )
    page = page_of(heading("h", "菜价", columns=(0, 0)), names, prices)
    assert articles(page) == ()


def test_a_list_of_results_is_no_article() -> None:
    """Lines of one length with figures, without a comma or full stop, are no running text; with one they are.

    The point behind a line's number is no full stop.
    """
    ranked = [f"{rank}. " + "甲" * 6 + "乙" * 6 for rank in range(1, 6)]
    assert articles(page_of(heading("h", "赛果", columns=(0, 0)), text_block("a", ranked))) == ()
    rows = ["18:30" + "甲" * 5 + "乙" * 5] * 5
    assert articles(page_of(heading("h", "赛事", columns=(0, 0)), text_block("a", rows))) == ()
    assert len(articles(page_of(heading("h", "标题", columns=(0, 0)), text_block("a", [*rows, "乙。"])))) == 1


def test_a_kicker_may_stand_above_the_picture_over_its_headline() -> None:
    """A small heading above a picture belongs to the larger one right below it."""
    kicker = heading("k", "一行引题", columns=(0, 1), y=100, role=Role.KICKER)
    page = page_of(
        replace(kicker, role=Role.HEADLINE),
        picture("photo", columns=(0, 1), y0=150, y1=400),
        heading("h", "标题", columns=(0, 1), y=430),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=500),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=500),
    )
    (article,) = articles(page)
    assert [(p.role, p.text) for p in article.passages[:2]] == [(Role.KICKER, "一行引题"), (Role.HEADLINE, "标题")]


def test_a_byline_under_a_picture_hides_no_column_beside_it() -> None:
    """Below a heading over two columns a picture with a byline takes the first: text at the top of the other one is its own."""
    byline = heading("w", "记者　王一", columns=(0, 0), y=610, role=Role.DECK)
    page = page_of(
        heading("h", "标题大字标题大字标题", columns=(0, 1)),
        picture("photo", columns=(0, 0), y0=300, y1=590),
        replace(byline, heading_id="h"),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 6)], column=0, y=660),
        text_block("b", [*full("乙", 8), "乙乙。"], column=1),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 8), "丙丙。"], column=1, y=620),
    )
    assert texts(page) == ["甲" * 110 + "乙" * 130 + "。" + "丙" * 144 + "。"]


def test_the_title_of_a_picture_heads_the_picture() -> None:
    """A heading above a picture as large as the one below it is no kicker of that one."""
    page = page_of(
        heading("k", "图题", columns=(0, 1), y=60),
        picture("photo", columns=(0, 1), y0=150, y1=400),
        heading("h", "标题", columns=(0, 1), y=430),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=500),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=500),
    )
    assert "标题" in [p.text for a in articles(page) for p in a.passages if p.role is Role.HEADLINE]
    assert not any(p.role is Role.KICKER for a in articles(page) for p in a.passages)


@pytest.mark.parametrize("text", [True, False])
def test_sentences_below_a_picture_are_the_text_of_a_headline_without_any(*, text: bool) -> None:
    """News in a picture has no other text; where the headline has text, they are the picture's caption."""
    caption = replace(text_block("c", [*full("丙", 1), "丙丙。"], column=0, y=520), role=Role.CAPTION, column=0)
    below = [text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3), "甲。"], column=0, y=600)] if text else []
    (article,) = articles(
        page_of(heading("h", "标题", columns=(0, 0)), picture("p", columns=(0, 0), y0=300, y1=500), caption, *below)
    )
    captions = [c.text for figure in article.figures for c in figure.captions]
    told = [p.text for p in article.passages if p.role is Role.PARAGRAPH]
    assert (captions, told) == ((["丙" * 18 + "。"], ["甲" * 63 + "。"]) if text else ([], ["丙" * 18 + "。"]))


@pytest.mark.parametrize(("last", "kind"), [("记者 张明 摄", ArticleKind.ARTICLE), ("电话 张经理", ArticleKind.ADVERTISEMENT)])
def test_a_signed_box_around_a_picture_is_news(last: str, kind: ArticleKind) -> None:
    """A box with a picture and hardly any text looks like an advertisement; a byline below a sentence shows news."""
    head = heading("h", "标题大字", columns=(0, 0), y=520)
    text = text_block("t", ["\u3000\u3000" + "甲" * 13 + "。", last], y=580, frame="f")
    lines = (*head.lines, *text.lines)
    box = hull(line.box for line in lines)
    told = Region("x", Role.ADVERTISEMENT, box.polygon, box, lines, "f")
    shown = replace(picture("p", columns=(0, 0), y0=300, y1=500), frame_id="f")
    edge = hull([box, shown.box]).grown(8, 8)
    (article,) = articles(page_of(told, shown, frames=(Frame("f", edge.polygon, edge),)))
    assert article.kind is kind
    assert article.headline == ("标题大字" if kind is ArticleKind.ARTICLE else "")


def test_a_picture_without_sentences_below_it_tells_no_news() -> None:
    """Who took it is its caption, whatever stands over it."""
    caption = replace(text_block("c", ["王小明摄"], column=0, y=520), role=Role.CAPTION, column=0)
    found = articles(page_of(heading("h", "标题", columns=(0, 0)), picture("p", columns=(0, 0), y0=300, y1=500), caption))
    assert [c.text for article in found for figure in article.figures for c in figure.captions] == ["王小明摄"]


def test_a_rubric_is_no_kicker() -> None:
    """The standing name of a column over a headline is a filler; words that say something are its kicker."""
    for text, roles in (("今日谈", {Role.FILLER}), ("民生关注", {Role.FILLER}), ("六百米桥面换新", {Role.KICKER})):
        kicker = replace(heading("k", text, columns=(0, 0), y=180, role=Role.KICKER), heading_id="h")
        page = page_of(
            kicker, heading("h", "标题大字", columns=(0, 0)), text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"])
        )
        assert {region.role for region in read_order(page).regions if region.id == "k"} == roles


@pytest.mark.parametrize(
    ("words", "gap", "whole"), [("街谈巷议", 24, False), ("街谈巷议", 6, True), ("安河新桥今日通车", 24, True)]
)
def test_a_few_signs_apart_over_a_headline_are_its_rubric(words: str, gap: int, *, whole: bool) -> None:
    """So are they in type of nearly its size; close to it, or as long as it, they are its first line."""
    [first] = heading("k", words, columns=(0, 1), y=150).lines
    top = first.box.y1 + gap
    lines = [first, *(heading("h", "六百米桥面换新车", columns=(0, 1), y=top + 46 * n).lines[0] for n in range(2))]
    box = hull(line.box for line in lines)
    head = Region("h", Role.HEADLINE, box.polygon, box, tuple(lines), heading_id="h")
    [article] = articles(page_of(head, text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"], y=box.y1 + 20)))
    assert article.headline.startswith(words) is whole


def test_words_set_ragged_go_on_in_the_next_column() -> None:
    """A last line without a point is no paragraph's end there, however short it is, and whatever the next begins with."""
    lines = ["The harbour was", "opened, and", "carts came", "from two towns.", "The", "mayor spoke", "for an hour.", "A"]
    page = replace(
        page_of(
            heading("h", "BRIDGE", columns=(0, 0)),
            text_block("a", lines),
            text_block("b", ["62-year-old man", "had seen", "it built.", "All went", "home."], column=1),
        ),
        language="en",
    )
    assert [article.headline for article in articles(page)] == ["BRIDGE"]


def test_a_white_line_on_black_over_a_headline_is_a_part_of_its_own() -> None:
    """Of a headline's lines, those on a black panel are its rubric or kicker, however large."""
    head = heading("h", "标题大字", columns=(0, 0))
    for text, kickers in (("时评", []), ("六百米桥面换新", ["六百米桥面换新"])):
        [line] = heading("k", text, columns=(0, 0), y=170).lines
        both = replace(head, lines=(replace(line, reversed=True), *head.lines), box=hull([line.box, head.box]))
        [article] = articles(page_of(both, text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"])))
        assert article.headline == "标题大字"
        assert [p.text for p in article.passages if p.role is Role.KICKER] == kickers


def test_the_name_of_a_group_of_briefs_is_no_headline() -> None:
    """It is a filler where it was found as a line of the first headline, and where that was found as its deck."""
    text = text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"])
    name, head = heading("n", "城市快报", columns=(0, 0), y=170), heading("h", "标题大字", columns=(0, 0))
    both = replace(head, lines=(*name.lines, *head.lines), box=hull([name.box, head.box]))
    deck = replace(head, role=Role.DECK, heading_id="n")
    for page in (page_of(both, text), page_of(name, deck, text)):
        [article] = articles(page)
        assert [(p.role, p.text) for p in article.passages[:-1]] == [(Role.HEADLINE, "标题大字")]
        assert [r.lines[0].text for r in read_order(page).regions if r.role is Role.FILLER] == ["城市快报"]


def test_what_shares_a_box_with_the_word_advertisement_is_one() -> None:
    """A boxed text with a heading, marked as an advertisement, is no article and loses nothing."""
    area = Box(column_left(0) - 10, 150, column_left(1) - 20, 500)
    own = [
        text_block("w", ["广告"], y=160, frame="f"),
        replace(heading("h", "标题大字", columns=(0, 0)), frame_id="f"),
        text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"], frame="f"),
    ]
    made = articles(page_of(*own, frames=(Frame("f", area.polygon, area),)))
    assert {article.kind for article in made} == {ArticleKind.ADVERTISEMENT}
    assert "".join(p.text for a in made for p in a.passages) == "广告标题大字" + "甲" * 16 + "。"


def test_what_stands_under_the_name_of_a_page_of_advertisements_is_one() -> None:
    """Small advertisements under their common heading are no article."""
    page = page_of(
        heading("h", "分类广告", columns=(0, 0)), text_block("a", ["遗失声明", "甲乙丙不慎遗失证件一张，声明作废。"])
    )
    assert [article.kind for article in articles(page)] == [ArticleKind.ADVERTISEMENT]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (["主治百病功效神速每瓶大洋一元", "總發行所上海大藥房各埠均售。"], ArticleKind.ADVERTISEMENT),
        (["昨日電車公司開會討論加價問題", "到會者三十餘人議決下月實行。"], ArticleKind.ARTICLE),
    ],
)
def test_an_advertisement_of_a_vertical_page_is_told_by_its_words_of_trade(text: list[str], kind: ArticleKind) -> None:
    """Prices, addresses and praise close together are an advertisement's; news names one of them or two."""
    page = page_of(heading("h", "標題大字", columns=(0, 0)), text_block("a", text))
    page = replace(page, writing_mode=WritingMode.VERTICAL_RL, language="zh-Hant")
    assert [article.kind for article in articles(page)][:1] == [kind]


def test_a_part_of_a_heading_that_has_no_headline_is_no_article() -> None:
    """A deck that is left over, as its headline is none, is a filler."""
    lost = replace(text_block("d", ["副題副題副題"], y=100), role=Role.DECK, heading_id=None)
    page = read_order(
        page_of(
            lost, heading("h", "标题大字", columns=(1, 1)), text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。"], column=1)
        )
    )
    assert [region.role for region in page.regions if region.id == "d"] == [Role.FILLER]


def test_words_with_a_number_and_no_full_stop_are_no_article() -> None:
    """A few words and a telephone number, under a word in bold or under none, are a small advertisement."""
    lines = ["厨师两名，待遇面议", "13800007788"]
    for head in ([heading("h", "招聘", columns=(0, 0))], []):
        assert articles(page_of(*head, text_block("a", lines))) == ()


def test_a_line_by_itself_between_two_paragraphs_is_a_subheading() -> None:
    """A line at the column's edge with white above and below, no full stop at its end, parts two paragraphs of one article."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲" * 5 + "。"]),
        text_block("s", ["小题小题小题小题小题小题小题题"], y=440),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 2), "乙" * 5 + "。"], y=490),
    )
    [article] = articles(page)
    assert [p.role for p in article.passages[1:]] == [Role.PARAGRAPH, Role.SUBHEADING, Role.PARAGRAPH]


def test_text_below_a_box_under_its_heading_belongs_to_the_heading() -> None:
    """A boxed note at the top of the first column stands between heading and text, as a picture may."""
    area = Box(column_left(0) - 10, 290, column_left(0) + 330, 640)
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("n", full("注", 9), y=310, frame="f"),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], y=660),
        text_block("b", [*full("乙", 12), "乙乙。"], column=1),
        frames=(Frame("f", area.polygon, area),),
    )
    assert texts(page) == ["甲" * 62 + "乙" * 194 + "。", "注" * 144]


def test_an_index_in_capitals_is_no_article() -> None:
    """The word over an index is set in capitals, too."""
    page = page_of(
        heading("h", "INSIDE", columns=(0, 0)), text_block("a", ["Markets fall again, A4.", "Rain and more, B2."] * 3)
    )
    assert articles(replace(page, language="en")) == ()


def test_an_index_is_no_article() -> None:
    """What stands under the words that head an index, and lists without a sentence, become fillers and lose nothing."""
    page = page_of(
        heading("h", "今日导读", columns=(0, 0)),
        text_block("a", ["湖上多了新居民，看四版", "二十四节气做成课，看五版"], column=0),
        heading("h2", "票房", columns=(1, 1)),
        text_block("b", ["剧场甲 50元", "剧场乙 60元"], column=1),
    )
    ordered = read_order(page)
    assert assemble(ordered) == ()
    assert Counter(region.role for region in ordered.regions) == {Role.FILLER: 4}


def test_two_headings_side_by_side_head_two_articles() -> None:
    """A column under another heading begins another article, rule or no rule."""
    page = page_of(
        heading("h1", "标题", columns=(0, 0)),
        heading("h2", "另题", columns=(1, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。"], column=0),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 2), "乙乙。"], column=1),
    )
    assert [a.headline for a in articles(page)] == ["标题", "另题"]


def test_a_rule_across_parts_what_stands_above_from_what_stands_below() -> None:
    """Text below a rule does not go on from above it."""
    page = page_of(
        heading("h1", "上题", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0),
        text_block("b", [*full("乙", 2), "乙乙。"], column=1),
        text_block("c", [*full("丙", 3)], column=0, y=480),
        text_block("d", [*full("丁", 2), "丁丁。"], column=1, y=480),
        rules=(rule(column_left(0), 440, column_left(2), 442),),
    )
    assert texts(page) == ["甲" * 46 + "乙" * 34 + "。", "丙" * 48 + "丁" * 34 + "。"]


def test_a_boxed_article_keeps_to_its_box() -> None:
    """Text flows neither into a printed box nor out of it."""
    frame = Frame(
        "f",
        Box(column_left(1) - 15, 200, column_left(2) - 15, 500).polygon,
        Box(column_left(1) - 15, 200, column_left(2) - 15, 500),
    )
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        text_block("b", full("乙", 4), column=1, frame="f"),
        text_block("c", [*full("丙", 2), "丙丙。"], column=2),
        frames=(frame,),
    )
    assert texts(page) == ["甲" * 62 + "丙" * 34 + "。", "乙" * 64]


def test_text_goes_on_below_a_box_that_stands_in_its_column() -> None:
    """A boxed item in a column is gone past: the text above it goes on below it."""
    area = Box(column_left(0) - 10, 420, column_left(0) + 340, 640)
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        text_block("b", full("乙", 5), column=0, y=450, frame="f"),
        text_block("c", [*full("丙", 2), "丙丙。"], column=0, y=660),
        frames=(Frame("f", area.polygon, area),),
    )
    assert texts(page) == ["甲" * 62 + "丙" * 34 + "。", "乙" * 80]


def test_a_byline_behind_the_dateline_needs_no_opening_bracket() -> None:
    """The bracket before a byline, all white on its left, is easily lost: the names are found without it."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000本报讯记者王一）昨天起，", *full("甲", 2), "甲甲。"], column=0),
    )
    (article,) = articles(page)
    assert [(person.role, person.name) for person in article.persons] == [("记者", "王一")]


def test_a_byline_ends_an_article() -> None:
    """What follows a signed text in the next column is another item."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。"], column=0),
        byline_block("y", "记者王一", column=0, y=420),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 3)], column=1, y=220),
    )
    first, second = articles(page)
    assert [(p.name, p.role) for p in first.persons] == [("王一", "记者")]
    assert second.headline == ""


def test_paragraphs_are_cut_at_indents_and_joined_over_columns() -> None:
    """An indent begins a paragraph; the top of a column does not."""
    page = page_of(
        heading("h", "标题", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, "甲甲。", "\u3000\u3000" + "乙" * 14], column=0),
        text_block("b", ["乙" * COLUMN, "乙乙。", "\u3000\u3000" + "丙" * 14], column=1),
    )
    (article,) = articles(page)
    assert [p.text for p in article.passages[1:]] == ["甲" * 16 + "。", "乙" * 32 + "。", "丙" * 14]


def test_a_byline_under_a_heading_is_no_part_of_the_text() -> None:
    """A byline between heading and text is parted from the column that it stands over."""
    lines = set_lines(["\u3000\u3000\u3000\u3000记者王一", "\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=270)
    block = text_block("a", ["\u3000\u3000\u3000\u3000记者王一", "\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=270)
    assert block.lines == lines
    (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), block))
    assert [(p.role, p.text) for p in article.passages] == [
        (Role.HEADLINE, "标题"),
        (Role.BYLINE, "记者王一"),
        (Role.PARAGRAPH, "甲" * 46),
    ]


def test_a_byline_over_the_first_column_beside_a_centred_heading_belongs_to_it() -> None:
    """A byline at the left edge, at the top of a column that the heading does not reach over, signs the heading's text."""
    page = page_of(
        heading("h", "标题", columns=(0, 2)),
        text_block("y", ["记者王一"], column=0, y=300),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5)], column=0, y=340),
        text_block("b", full("乙", 6), column=1, y=300),
        text_block("c", [*full("丙", 5), "丙丙。"], column=2, y=300),
    )
    (article,) = articles(page)
    assert [(p.role, p.text) for p in article.passages[:2]] == [(Role.HEADLINE, "标题"), (Role.BYLINE, "记者王一")]
    assert article.passages[2].text == "甲" * 94 + "乙" * 96 + "丙" * 82 + "。"


def test_a_byline_at_the_columns_edge_is_parted_from_the_indented_text_below() -> None:
    """The first line of a column is a byline where it is nothing else and the next one begins a paragraph."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["本报记者王一", "\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=270),
    )
    (article,) = articles(page)
    assert [p.role for p in article.passages] == [Role.HEADLINE, Role.BYLINE, Role.PARAGRAPH]


def test_a_byline_below_text_is_none_of_the_heading_beside_it() -> None:
    """A byline level with a heading of the next column signs the text that stands right above it."""
    page = page_of(
        heading("h", "标题", columns=(0, 0), y=100),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 1), "甲甲。"], column=0, y=170),
        byline_block("y", "记者王一", column=0, y=270),
        heading("g", "另外", columns=(1, 1), y=220),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 3), "乙。"], column=1, y=290),
    )
    assert [p.text for p in articles(page)[0].passages if p.role is Role.BYLINE] == ["记者王一"]


def test_a_name_under_a_heading_needs_no_role() -> None:
    """A line below the headline that is a name and nothing else is a byline; other words there are a deck."""
    text = text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=300)
    for words, role in (("王 一", Role.BYLINE), ("王家庄的早市", Role.DECK), ("万人渡江观礼", Role.DECK)):
        under = replace(heading("d", words, columns=(0, 0), y=270, role=Role.DECK), heading_id="h")
        (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), under, text))
        assert [p.role for p in article.passages[:2]] == [Role.HEADLINE, role]


def test_a_byline_that_does_not_fill_its_line_needs_no_indent_below() -> None:
    """A reporter's line, short and at the column's edge over text without an indent, is the heading's byline."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["本报记者 王一 北京报道", *full("甲", 4), "甲甲。"], column=0),
    )
    [article] = articles(page)
    assert [p.text for p in article.passages if p.role is Role.BYLINE] == ["本报记者 王一 北京报道"]
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["甲" * 66 + "。"]


def flush_column(*, column: int) -> list[Region]:
    """A column of three paragraphs without indents, parted by half a line of white: the first one goes on from elsewhere."""
    paragraphs = {300: ("甲", 2), 400: ("乙", 3), 530: ("丙", 3)}
    return [
        text_block(f"{column}-{y}", [*full(sign, rows), sign * 4 + "。"], column=column, y=y)
        for y, (sign, rows) in paragraphs.items()
    ]


def test_paragraphs_without_indents_are_parted_by_white() -> None:
    """Where short last lines are followed by lines at the column's edge, each of these begins a paragraph of one article."""
    page = page_of(heading("h", "标题大字", columns=(0, 1)), *flush_column(column=0), *flush_column(column=1))
    [article] = articles(page)
    parted = [p.text for p in article.passages if p.role is Role.PARAGRAPH]
    assert parted == ["甲" * 36 + "。", "乙" * 52 + "。", "丙" * 52 + "。"] * 2


def test_a_lone_paragraph_below_a_subheading_is_set_as_its_column_is() -> None:
    """Where a column's paragraphs have no indents, one by itself below a subheading has none either, and belongs to it."""
    indented = text_block("o", ["\u3000\u3000" + "丁" * 14, "丁丁丁。", "\u3000\u3000" + "丁" * 14, "丁丁丁。"] * 2, column=2)
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", [*full("甲", 2), "甲甲。", *full("甲", 2), "甲甲。", *full("甲", 2), "甲甲。"], column=0),
        text_block("s", ["\u3000" * 5 + "丙" * 6], column=0, y=600),
        text_block("b", [*full("乙", 3)], column=0, y=650),
        text_block("c", ["乙乙。", *full("乙", 2), "乙。"], column=1, y=300),
        heading("k", "别的", columns=(2, 2)),
        indented,
    )
    assert len(articles(page)) == 2


def test_items_on_one_page_may_be_set_with_indents_and_without() -> None:
    """Blocks below one another show together how their item is set, whatever the item beside it does."""
    indented = ["\u3000\u3000" + "丁" * 14, *full("丁", 2), "丁" * 4 + "。"]
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        *flush_column(column=0),
        *flush_column(column=1),
        heading("h2", "另题", columns=(2, 2)),
        text_block("d", [*indented * 3], column=2),
    )
    first, second = articles(page)
    assert [len([p for p in a.passages if p.role is Role.PARAGRAPH]) for a in (first, second)] == [6, 3]


def test_a_short_line_in_indented_text_begins_no_paragraph_behind_it() -> None:
    """Where paragraphs are indented, a line that was cut short at a full stop is followed by more of its paragraph."""
    lines = ["\u3000\u3000" + "甲" * 14, "甲" * 9 + "。", *full("乙", 2), "\u3000\u3000" + "丙" * 14, "丙" * 8 + "。"]
    page = page_of(heading("h", "标题", columns=(0, 0)), text_block("a", lines))
    [article] = articles(page)
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["甲" * 23 + "。" + "乙" * 32, "丙" * 22 + "。"]


def test_signs_open_paragraphs() -> None:
    """Brief news, each behind a sign at the column's edge, are a paragraph each."""
    lines = ["■" + "甲" * 15, "甲" * 9 + "。", "■" + "乙" * 15, "乙" * 16, "乙" * 9 + "。"]
    page = page_of(heading("h", "标题", columns=(0, 0)), text_block("a", lines))
    [article] = articles(page)
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["■" + "甲" * 24 + "。", "■" + "乙" * 40 + "。"]


def test_a_name_at_the_columns_right_edge_signs_an_item() -> None:
    """A name alone, set to the right below the text, is a byline; the name of an office there is a line of the text."""
    for name, roles in (("王小一", [Role.PARAGRAPH, Role.BYLINE]), ("市水务局", [Role.PARAGRAPH, Role.PARAGRAPH])):
        page = page_of(
            heading("h", "标题", columns=(0, 0)),
            text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。"]),
            byline_block("s", name, y=420),
        )
        [article] = articles(page)
        assert [p.role for p in article.passages[1:]] == roles


def test_names_that_fill_their_column_sign_an_item() -> None:
    """The last line of an item is its byline, below the end of a sentence, though it has no white on its left."""
    names, text = ["记者 王小一 通讯员 李二 王三", "\u3000" * 13 + "李小四"], ["\u3000\u3000" + "甲" * 14, "甲" * 15 + "。"]
    for count in (1, 2):
        page = page_of(heading("h", "标题", columns=(0, 0)), text_block("a", [*text, *names[:count]]))
        [article] = articles(page)
        signed = " ".join(name.strip() for name in names[:count])
        assert [(p.role, p.text) for p in article.passages[1:]] == [(Role.PARAGRAPH, "甲" * 29 + "。"), (Role.BYLINE, signed)]


def test_a_decks_last_words_above_a_byline_are_no_name() -> None:
    """Where a line is a byline by itself, capitalized words above it are of the deck."""
    head = heading("h", "BRIDGE REOPENS", columns=(0, 0))
    deck = replace(
        text_block("b", ["Council Is Told It Will", "Cost Millions", "By JANE DOE"], y=265), role=Role.DECK, heading_id="h"
    )
    page = page_of(head, deck, text_block("a", ["\u3000The town waits for it.", "And so do we, they say."], y=370))
    [article] = articles(replace(page, language="en"))
    assert [p.text for p in article.passages if p.role is Role.BYLINE] == ["By JANE DOE"]


def test_a_bracket_left_open_at_a_lines_end_closes_in_the_text_below() -> None:
    """An opening with the writer's name, broken at a narrow column's edge, is of the first paragraph and no byline over it."""
    lines = ["\u3000\u3000【記者王小明／台北", "報導】" + "甲" * 13, *full("乙", 2), "丙" * 9 + "。"]
    page = page_of(heading("h", "標題大字標題", columns=(0, 0)), text_block("a", lines))
    [article] = articles(replace(page, language="zh-Hant"))
    assert [p.role for p in article.passages] == [Role.HEADLINE, Role.PARAGRAPH]


def test_a_post_below_a_name_makes_both_a_byline() -> None:
    """A name in capitals under a headline, and the writer's post below it, are one byline without the word By."""
    head = heading("h", "BRIDGE REOPENS", columns=(0, 0))
    deck = replace(text_block("b", ["JANE DOE", "Health Editor"], y=265), role=Role.DECK, heading_id="h")
    page = page_of(head, deck, text_block("a", ["\u3000The town waits for it.", "And so do we, they say."], y=340))
    [article] = articles(replace(page, language="en"))
    assert [p.text for p in article.passages if p.role is Role.BYLINE] == ["JANE DOE Health Editor"]


def test_text_goes_up_beside_a_picture_past_a_subheading() -> None:
    """A last word at the top of a column beside the picture, and a subheading below it, do not end the column."""
    page = page_of(
        heading("h", "标题大字标题大字", columns=(0, 1)),
        picture("photo", columns=(0, 0), y0=300, y1=900),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], y=920),
        text_block("b", ["乙乙。"], column=1),
        text_block("s", ["\u3000\u3000\u3000\u3000\u3000小题小题小题"], column=1, y=350),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 19), "丙丙。"], column=1, y=400),
    )
    assert texts(page) == ["甲" * 62 + "乙乙。" + "丙" * 320 + "。"]


def test_a_paragraphs_last_line_is_no_headline() -> None:
    """What begins with a small letter and ends with a full stop goes on from above, however heavy it looks."""
    page = page_of(
        heading("h", "Bridge reopens", columns=(0, 0)),
        text_block("a", ["\u3000\u3000The town had wai", "ted for years, at", "an end at last in"]),
        replace(text_block("l", ["the year 2021."], y=392), role=Role.HEADLINE, heading_id="l"),
        text_block("b", ["\u3000\u3000And it will stay", "open, they say."], y=422),
    )
    [article] = articles(replace(page, language="en"))
    assert len([p for p in article.passages if p.role is Role.PARAGRAPH]) == 2


def test_a_column_runs_past_an_upright_heading_at_its_side() -> None:
    """An upright heading that begins a little below its text's top, in the text's right margin, heads the text all the same."""
    head = upright_heading("h", "标题大字", column=1, y=360)
    box = replace(head.box, x0=head.box.x0 + 60, x1=head.box.x1 + 60)
    lines = tuple(replace(line, box=box, writing_mode=WritingMode.VERTICAL_RL) for line in head.lines)
    page = page_of(
        replace(head, box=box, lines=lines),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 9)], column=0),
        text_block("b", [*full("乙", 9), "乙乙。"], column=1),
    )
    [article] = articles(page)
    assert article.headline == "标题大字"


def test_a_dateline_alone_is_no_paragraph() -> None:
    """Where the line ends with the dateline's bracket, the space behind it may stand at the start of the next line."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000本报讯（通讯员王一李二张三）", "\u3000" + "甲" * 15, "甲甲。"], column=0),
    )
    (article,) = articles(page)
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["本报讯（通讯员王一李二张三）" + "甲" * 17 + "。"]


def test_lines_of_verse_are_lines_of_their_own() -> None:
    """Where lines are not set to both edges, one that ends before its column does not run on into the next."""
    verse = ["甲" * 7, "乙" * 5 + "，", "丙" * 9, "丁" * 6]
    page = page_of(heading("h", "标题", columns=(0, 0)), text_block("a", verse, column=0, y=300))
    (article,) = articles(page)
    assert [p.text for p in article.passages[1:]] == ["甲" * 7, "乙" * 5 + "，", "丙" * 9 + "丁" * 6]


def test_dust_is_no_headline() -> None:
    """A spot that is as high as a heading, and in which no letter was read, is a filler; two letters may be a headline."""
    page = without_ornaments(page_of(heading("d", "1.", columns=(0, 0)), heading("h", "人勤", columns=(1, 1))))
    assert [region.role for region in page.regions] == [Role.FILLER, Role.HEADLINE]


def test_dust_between_columns_takes_no_column_from_its_article() -> None:
    """A spot in a gutter that is read as a figure is no text that the next column could go on from."""
    left = text_block("a", ["\u3000\u3000本报讯昨日，全市植树造林工作", *["会议听取各县区工作汇报，总结经验"] * 6])
    right = text_block("b", ["要求大家认真落实会议精神，抓好春", *["季植树造林工作，全面完成目标任务"] * 6], column=1)
    spot = Box(column_left(1) - 20, 380, column_left(1) - 12, 392)
    dust = replace(left, id="s", lines=(replace(left.lines[0], id="p-s", text="1", box=spot, polygon=spot.polygon),), box=spot)
    page = read_order(page_of(heading("h", "植树造林工作会议召开", columns=(0, 1), y=240), left, dust, right))
    assert {r.id: r.role for r in page.regions} == {
        "h": Role.HEADLINE,
        "a": Role.PARAGRAPH,
        "b": Role.PARAGRAPH,
        "s": Role.FILLER,
    }


def test_a_line_that_sticks_out_moves_no_edge() -> None:
    """One line that dust makes longer than its column leaves the others full, and their paragraph whole."""
    lines = [
        "\u3000\u3000" + "甲" * 14,
        *full("甲", 2),
        full("甲", 1)[0] + "乙" * 2,
        *(line[:-1] + "。" for line in full("甲", 3)),
    ]
    page = page_of(heading("h", "标题", columns=(0, 0)), text_block("a", lines, column=0))
    (article,) = articles(page)
    assert len([p for p in article.passages if p.role is Role.PARAGRAPH]) == 1


def test_verse_that_fills_its_block_is_told_by_its_points() -> None:
    """Lines of one length without a comma or a full stop, or with one at each end, are verse; those of prose are not."""
    verses = ["甲甲甲甲甲甲甲", "乙乙乙乙乙乙乙", "丙丙丙丙丙丙丙", "丁丁丁丁丁丁丁"]
    for lines, count in (
        (verses, 4),
        ([line + point for line, point in zip(verses, "，。，。", strict=True)], 4),
        (["甲甲，甲甲甲甲", *verses[1:3], "丁丁丁丁丁丁。"], 1),
    ):
        [article] = articles(page_of(heading("h", "标题", columns=(0, 0)), text_block("a", lines)))
        assert len([p for p in article.passages if p.role is Role.PARAGRAPH]) == count


def test_verse_without_a_point_is_an_item_under_its_authors_name() -> None:
    """Lines of unequal length, without points or figures, are an article where a title and a name stand over them."""
    name = replace(text_block("n", ["王一"], y=265), role=Role.DECK, heading_id="h")
    lines = ["甲甲甲甲甲甲甲", "乙乙乙乙", "丙丙丙丙丙丙", "丁丁丁丁丁丁丁丁", "戊戊戊戊戊"]
    [article] = articles(page_of(heading("h", "渡口", columns=(0, 0)), name, text_block("a", lines)))
    assert len([p for p in article.passages if p.role is Role.PARAGRAPH]) == len(lines)


def test_a_sentence_goes_on_behind_a_line_that_looks_short() -> None:
    """A last line without a full stop, short as it is, goes on in text that begins with a small letter."""
    page = page_of(
        heading("h", "Bridge reopens", columns=(0, 0)),
        text_block("a", ["\u3000\u3000The town had wai", "ted for years, at", "a cost of £82,0"]),
        text_block("b", ["pounds in compen-", "sation that will", "be paid in May."], y=420),
    )
    assert len(texts(replace(page, language="en"))) == 1


def test_subheadings_part_paragraphs() -> None:
    """A short line in the middle of the column, between paragraphs, is a subheading."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block(
            "a",
            ["\u3000\u3000" + "甲" * 14, "甲甲。", "\u3000" * 5 + "小标题文字", "\u3000\u3000" + "乙" * 14, "乙乙。"],
            column=0,
        ),
    )
    (article,) = articles(page)
    assert [p.role for p in article.passages[1:]] == [Role.PARAGRAPH, Role.SUBHEADING, Role.PARAGRAPH]


def test_a_numbered_subheading_goes_on_from_the_column_before() -> None:
    """It stands at its column's edge as the rest of a sentence does, but begins a paragraph: 三、."""
    head = heading("h", "标题大字", columns=(0, 1))
    first = text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 5), "甲。"], column=0)
    second = text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 5), "乙。"], column=1)
    number = text_block("n", ["三、丙丙丙丙丙"], column=2)
    third = text_block("c", ["\u3000\u3000" + "丁" * 14, *full("丁", 5), "丁。"], column=2, y=350)
    assert len(articles(page_of(head, first, second, number, third))) == 1
    label = text_block("n", ["丙丙"], column=2)
    assert len(articles(page_of(head, first, second, label, third))) > 1


def test_a_heading_does_not_head_what_stands_beside_a_picture_above_it() -> None:
    """A picture is below a heading or is not; the text level with it is the article's that the picture belongs to."""
    head = heading("h", "标题大字", columns=(0, 1))
    shown = picture("p", columns=(0, 1), y0=300, y1=500)
    first = text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 9), "甲。"], column=0, y=520)
    second = text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 9), "乙" * 15 + "。"], column=1, y=520)
    third = text_block("c", ["\u3000\u3000" + "丁" * 14, *full("丁", 16), "丁。"], column=2)
    strip = heading("s", "别处文章", columns=(1, 1), y=1000)
    found = articles(page_of(head, shown, first, second, third, strip, rules=(rule(60, 950, 1100, 950),)))
    assert ["丁" in "".join(p.text for p in article.passages) for article in found if article.headline == "标题大字"] == [True]


@pytest.mark.parametrize("words", ["（下转第二版）", "（下转第2版）", "（下转A02版）", "（转4版）"])
def test_continuations_are_noted(words: str) -> None:
    """The words that lead to another page are the article's continuation."""
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2), "甲甲。" + words], column=0),
    )
    (article,) = articles(page)
    assert article.continued_to == words
    assert article.passages[-2].text.endswith("甲甲。")
    assert article.passages[-1].role is Role.CONTINUATION


@pytest.mark.parametrize(
    ("words", "leads"), [("（上接第1版）", True), ("（紧接第一版）", True), ("接二连三" + "甲" * 9, False)]
)
def test_words_at_a_texts_start_lead_from_another_page(words: str, *, leads: bool) -> None:
    """With the other page's number, in figures or words; what begins with such a sign but names no page is text."""
    block = text_block("a", ["\u3000\u3000" + words, "\u3000\u3000" + "甲" * 14, *full("甲", 3), "甲甲。"])
    (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), block))
    assert article.continued_from == (words if leads else "")


def test_words_under_a_heading_may_lead_from_another_page() -> None:
    """They are the article's continuation and no deck."""
    under = replace(heading("d", "（上接第一版）", columns=(0, 0), y=270, role=Role.DECK), heading_id="h")
    text = text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=300)
    (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), under, text))
    assert article.continued_from == "（上接第一版）"
    assert [p.role for p in article.passages] == [Role.HEADLINE, Role.CONTINUATION, Role.PARAGRAPH]
    within = text_block("a", ["\u3000" * 4 + "（上接第一版）", "\u3000\u3000" + "甲" * 14, *full("甲", 2)], column=0, y=300)
    (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), within))
    assert [p.role for p in article.passages] == [Role.HEADLINE, Role.CONTINUATION, Role.PARAGRAPH]


def test_an_advertisement_is_no_article() -> None:
    """A region that layout knows for an advertisement stands by itself."""
    advert = text_block("x", ["商铺出租", "电话"], column=1)
    page = page_of(
        heading("h", "标题", columns=(0, 0)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        Region("x", Role.ADVERTISEMENT, advert.polygon, advert.box, advert.lines),
    )
    assert [a.kind for a in articles(page)] == [ArticleKind.ARTICLE, ArticleKind.ADVERTISEMENT]


def test_each_link_says_why() -> None:
    """The decisions of the reading order carry their score and reasons."""
    page = page_of(
        heading("h", "标题", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=0),
        text_block("b", full("乙", 3), column=1),
    )
    links = {(link.source, link.target): link for link in read_order(page).links}
    assert links["h", "a"].kind is LinkKind.HEADS
    assert "mid-sentence +3.0" in links["a", "b"].reason


words = st.text("甲乙丙丁。，“”", min_size=1, max_size=COLUMN)


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Pages of up to four columns and three tiers, with headings, bylines, rules and fillers anywhere."""
    regions: list[Region] = []
    for tier in range(draw(st.integers(1, 3))):
        y = 200.0 + 500 * tier
        for column in range(draw(st.integers(1, 4))):
            kind = draw(st.sampled_from(["headed", "text", "signed", "line", "none"]))
            name = f"p-{tier}-{column}"
            body = [draw(words) if draw(st.booleans()) else "甲" * COLUMN for _ in range(draw(st.integers(1, 6)))]
            if kind == "headed":
                regions.append(
                    heading(f"{name}h", draw(st.text("题目", min_size=1, max_size=8)), columns=(column, column), y=y)
                )
            if kind in {"headed", "text", "signed"}:
                regions.append(text_block(name, body, column=column, y=y + 80))
            if kind == "signed":
                regions.append(byline_block(f"{name}s", "记者王一", column=column, y=y + 90 + 30 * len(body)))
            if kind == "line":
                regions.append(text_block(name, body[:1], column=column, y=y + 80))
    tiers = draw(st.lists(st.integers(0, 2), max_size=2))
    return page_of(*regions, rules=tuple(rule(50, 190 + 500 * t, 1500, 192 + 500 * t) for t in tiers))


@given(pages())
def test_the_order_is_a_permutation_of_the_lines(page: Page) -> None:
    """Ordering loses no line and doubles none."""
    assert Counter(line.id for line in read_order(page).lines) == Counter(line.id for line in page.lines)


@given(pages())
def test_every_character_is_in_one_place(page: Page) -> None:
    """Each character is in exactly one article, or in the folio or a filler."""
    ordered = read_order(page)
    placed = Counter(
        (piece.line.id, index)
        for article in assemble(ordered)
        for passage in (*article.passages, *(c for figure in article.figures for c in figure.captions))
        for piece in passage.pieces
        for index in range(piece.start, piece.end)
    )
    apart = Counter(
        (line.id, index)
        for region in ordered.regions
        if region.role in {Role.FOLIO, Role.FILLER}
        for line in region.lines
        for index in range(len(line.text))
    )
    printed = Counter((line.id, index) for line in page.lines for index, _ in enumerate(line.text))
    assert placed + apart == printed


@given(pages())
def test_article_ids_count_up_in_reading_order(page: Page) -> None:
    """Articles are numbered from 1 without a gap."""
    found = articles(page)
    assert [a.id for a in found] == [f"p-a{n:03d}" for n in range(1, len(found) + 1)]


def test_unequal_lines_of_words_are_one_paragraph() -> None:
    """Lines of words are left unequal for want of room, also where they end in a comma or a hyphen; they are no verses."""
    lines = ["the harbour was", "opened, as told,", "on a Mon-", "day, and carts", "from both,", "towns have been"]
    page = replace(page_of(heading("h", "BRIDGE", columns=(0, 0)), text_block("a", lines)), language="en")
    (article,) = articles(page)
    assert sum(passage.role is Role.PARAGRAPH for passage in article.passages) == 1


def test_ragged_text_without_a_heading_is_an_item() -> None:
    """Lines of words that reach no edge are text where sentences run over them; where none does they are a list."""
    told = ["The harbour was", "opened, and", "carts came", "from two towns.", "The", "mayor spoke", "for an hour.", "All went"]
    for lines, items in ((told, 1), (["Carpets and rugs", "Beds", "Armchairs", "Kitchen tables", "Desks", "Table lamps"], 0)):
        page = replace(page_of(text_block("a", lines)), language="en")
        assert len(articles(page)) == items


@pytest.mark.parametrize("words", ["遗失声明", "安河区人民法院公告", "讣告", "招租", "债权转让公告"])
def test_a_notice_that_was_paid_for_is_an_advertisement(words: str) -> None:
    """Losses, courts and deaths are announced under a heading of their own: no news."""
    page = page_of(heading("h", words, columns=(0, 0)), text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4), "甲。"]))
    assert [article.kind for article in articles(page)] == [ArticleKind.ADVERTISEMENT]
    news = page_of(heading("h", "法院公告栏换新", columns=(0, 0)), text_block("a", ["\u3000\u3000" + "甲" * 14, "甲。"]))
    assert [article.kind for article in articles(news)] == [ArticleKind.ARTICLE]
