"""What stands between a heading and its text: decks of several lines; and headings in the midst of their columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from galleys import COLUMN, TYPE, column_left, full, heading, page_of, picture, rule, text_block, upright_heading

from digitize.geometry import hull
from digitize.model import Article, LinkKind, Page, Region, Role, WritingMode
from digitize.reflow import assemble, read_order


def articles(page: Page) -> tuple[Article, ...]:
    """The articles of a page that has not been ordered."""
    return assemble(read_order(page))


def deck(article: Article) -> str:
    """The text of an article's deck."""
    return "".join(passage.text for passage in article.passages if passage.role is Role.DECK)


def test_lines_that_break_off_before_a_paragraph_are_a_deck() -> None:
    """Three lines below a heading in which no sentence ends, and below which a paragraph begins, are its deck."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("d", ["丁" * 15, "戊" * 16, "己" * 14], column=0, y=280),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5)], column=0, y=400),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=400),
    )
    (article,) = articles(page)
    assert deck(article) == "丁" * 15 + "戊" * 16 + "己" * 14


@pytest.mark.parametrize(("end", "decks"), [("。", 0), ("丁", 1)])
def test_an_editors_note_under_a_heading_is_no_deck(end: str, decks: int) -> None:
    """What is set like a deck over all of an item's columns but ends with a full stop is the first of its text."""
    lines = text_block("d", ["\u3000\u3000编者按" + "丁" * 11, "丁" * 8 + end], column=0, y=270).lines
    note = Region(
        "d", Role.DECK, hull(line.box for line in lines).polygon, hull(line.box for line in lines), lines, heading_id="h"
    )
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        note,
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5)], column=0, y=360),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=360),
    )
    (article,) = articles(page)
    paragraphs = [p.text for p in article.passages if p.role is Role.PARAGRAPH]
    assert [bool(deck(article)), len(paragraphs)] == [bool(decks), 2 - decks]


def test_a_line_under_a_heading_that_ends_with_a_comma_is_no_deck() -> None:
    """Its sentence goes on in the line below it."""
    (line,) = text_block("d", ["\u3000\u3000" + "丁" * 13 + "，"], y=270).lines
    first = Region("d", Role.DECK, line.polygon, line.box, (line,), heading_id="h")
    (article,) = articles(page_of(heading("h", "标题", columns=(0, 0)), first, text_block("a", ["戊" * 9 + "。"], y=300)))
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["丁" * 13 + "，" + "戊" * 9 + "。"]


@pytest.mark.parametrize(
    ("end", "signed", "decks"),
    [("", "记者 张明", "丁" * 15), ("。", "记者 张明", ""), ("", "本报词（记者 张明", "")],
    ids=["breaks off", "ends a sentence", "an opening that was misread"],
)
def test_a_deck_with_a_byline_below_it_is_parted_from_the_text(end: str, signed: str, decks: str) -> None:
    """All may stand in one block; what ends a sentence is text, and so is a byline in the brackets behind an opening."""
    block = text_block("a", ["丁" * 15 + end, signed, "\u3000\u3000" + "甲" * 14, *full("甲", 5), "甲甲。"])
    (article,) = articles(page_of(heading("h", "标题大字", columns=(0, 0)), block))
    assert deck(article) == decks


HEAD = ["安河新桥通车"]


@pytest.mark.parametrize(
    ("head", "opens", "found"),
    [
        (HEAD, ["记者 张明"], "安河新桥通车"),
        (HEAD, ["\u3000\u3000本报讯 " + "甲" * 9], "安河新桥通车"),
        (["安河新桥", "今日通车"], ["记者 张明"], "安河新桥今日通车"),
        (HEAD, [], ""),
        (["丙" * 8 + "。"], ["记者 张明"], ""),
        (["（下转第二版）"], ["\u3000\u3000本报讯 " + "甲" * 9], ""),
    ],
    ids=["a byline", "opening words", "two lines", "text alone", "a paragraph's end", "a continuation"],
)
def test_a_line_over_a_byline_or_opening_words_is_a_headline(head: list[str], opens: list[str], found: str) -> None:
    """In type of the text's size it is a subheading otherwise; what ends a sentence, or leads elsewhere, is neither."""
    page = page_of(
        text_block("t", ["\u3000\u3000" + "甲" * 14, *full("甲", 4), "甲甲。"], y=100),
        text_block("h", head, y=310),
        text_block("b", [*opens, "\u3000\u3000" + "乙" * 14, *full("乙", 5), "乙乙。"], y=370),
    )
    assert "".join(p.text for a in articles(page) for p in a.passages if p.role is Role.HEADLINE) == found


def test_a_line_over_two_bylines_is_one_headline() -> None:
    """What stands over two columns, each of which begins an item, heads one of them and is told once."""
    wide = text_block("w", ["安河新桥" + "\u3000" * 12 + "今日通车"], y=310)
    box = hull([wide.box, replace(wide.box, x1=column_left(1) + COLUMN * TYPE)])
    line = replace(wide.lines[0], box=box, polygon=box.polygon)
    page = page_of(
        text_block("k", ["两岸同庆"], y=280),
        replace(wide, box=box, polygon=box.polygon, lines=(line,)),
        *(text_block(f"t{n}", ["记者 张明", "\u3000\u3000" + "甲" * 14, *full("甲", 3)], column=n, y=350) for n in range(2)),
    )
    lines = [line.id for region in read_order(page).regions for line in region.lines]
    assert sorted(lines) == sorted(line.id for line in page.lines)


def test_a_short_first_paragraph_is_no_deck() -> None:
    """Lines that end a sentence are text."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("d", ["\u3000\u3000" + "丁" * 13, "戊" * 16, "己" * 13 + "。"], column=0, y=280),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5)], column=0, y=400),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=280),
    )
    (article,) = articles(page)
    assert deck(article) == ""


def test_a_subheading_at_the_top_of_another_column_is_no_deck() -> None:
    """A line that breaks off over the item's second column stands in its text."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5), "甲甲。"], column=0, y=280),
        text_block("s", ["\u3000\u3000\u3000\u3000\u3000" + "丁" * 6], column=1, y=280),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 4), "乙乙。"], column=1, y=330),
    )
    (article,) = articles(page)
    assert deck(article) == ""
    assert [p.text for p in article.passages if p.role is Role.SUBHEADING] == ["丁" * 6]


def test_a_line_that_breaks_off_below_a_picture_is_no_deck() -> None:
    """A deck stands right below its headline; below the picture under it a subheading does."""
    page = page_of(
        heading("h", "标题大字标题大字标题", columns=(1, 2), y=200),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 13), "甲甲。"], column=0, y=260),
        picture("p", columns=(1, 2), y0=260, y1=460),
        text_block("s", ["\u3000\u3000\u3000\u3000\u3000" + "丁" * 6], column=1, y=480),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 4)], column=1, y=530),
        text_block("c", [*full("丙", 4), "丙丙。"], column=2, y=480),
    )
    (article,) = articles(page)
    assert deck(article) == ""


def test_subheadings_at_the_top_of_two_columns_under_a_heading_are_no_decks() -> None:
    """Where the text of two columns begins with a line that breaks off, neither is the heading's deck."""
    page = page_of(
        heading("h", "标题大字" * 3, columns=(1, 2)),
        text_block("a", ["(上接第一版)", "\u3000\u3000" + "甲" * 14, *full("甲", 8), "甲甲。"], column=0, y=280),
        text_block("s", ["\u3000" * 5 + "丁" * 6], column=1, y=280),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 7), "乙乙。"], column=1, y=325),
        text_block("t", ["\u3000" * 5 + "戊" * 6], column=2, y=280),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 7), "丙丙。"], column=2, y=325),
    )
    (article,) = articles(page)
    assert deck(article) == ""
    assert [p.text for p in article.passages if p.role is Role.SUBHEADING] == ["丁" * 6, "戊" * 6]


@pytest.mark.parametrize(("words", "ruled", "decks"), [("丁" * 6, False, 0), ("丁" * 6, True, 1), ("三、" + "丁" * 6, True, 0)])
def test_a_subheading_beside_the_first_column_is_no_deck(words: str, *, ruled: bool, decks: int) -> None:
    """A heading in the middle of five columns stands over the second and not the first: a subheading there stays in the text.

    What a rule parts from that column is the deck, unless it is numbered.
    """
    gutter = column_left(1) - 15
    page = page_of(
        heading("h", "标题大字" * 6, columns=(0, 4)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 5), "甲甲。"], column=0, y=280),
        text_block("s", [words], column=1, y=280),
        text_block("b", ["\u3000\u3000" + "乙" * 14, *full("乙", 4), "乙乙。"], column=1, y=330),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 4), "丙丙。"], column=2, y=280),
        rules=(rule(gutter, 220, gutter + 2, 600),) if ruled else (),
    )
    assert sum(region.role is Role.DECK for region in read_order(page).regions) == decks


def test_what_stands_below_text_in_a_headings_row_is_of_its_item() -> None:
    """A column beside the heading's own goes on in those, also where a subheading parts it."""
    page = page_of(
        heading("h", "标题大字", columns=(2, 2)),
        text_block("a", ["(上接第一版)", "\u3000\u3000" + "甲" * 14, *full("甲", 18)], column=0, y=280),
        text_block("b", [*full("乙", 3), "乙乙。"], column=1, y=280),
        text_block("s", ["\u3000" * 5 + "丁" * 6], column=1, y=415),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 11), "丙丙。"], column=1, y=460),
        text_block("d", ["\u3000\u3000" + "戊" * 14, *full("戊", 18), "戊戊。"], column=2, y=280),
    )
    assert ("c", "d") in {(link.source, link.target) for link in read_order(page).links}


def test_text_goes_round_a_heading_between_two_rules() -> None:
    """A heading over the middle column, parted from its text by a rule, heads the text that begins beside it on the left."""
    left, right = column_left(1), column_left(1) + COLUMN * TYPE
    page = page_of(
        heading("h", "标题大字", columns=(1, 1), y=240),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 9)], column=0, y=220),
        text_block("b", full("乙", 7), column=1, y=320),
        text_block("c", [*full("丙", 9), "丙丙。"], column=2, y=220),
        rules=(rule(left, 222, right, 224), rule(left, 300, right, 302)),
    )
    (article,) = articles(page)
    assert [p.text for p in article.passages if p.role is Role.PARAGRAPH] == ["甲" * 158 + "乙" * 112 + "丙" * 146 + "。"]
    assert [p.text for p in article.passages if p.role is Role.HEADLINE] == ["标题大字"]


def test_a_decks_last_line_may_stand_as_near_to_the_text_as_that_has_leading() -> None:
    """A line at a column's head that breaks off before the words that open an item is the deck's, whatever white parts them."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        text_block("a", ["丁" * 12, "\u3000\u3000本报讯" + "甲" * 11, *full("甲", 4)], column=0, y=280),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=310),
    )
    (article,) = articles(page)
    assert deck(article) == "丁" * 12
    assert "".join(p.text for p in article.passages if p.role is Role.PARAGRAPH).startswith("本报讯甲")


def test_a_word_in_the_row_of_the_texts_first_line_is_no_deck() -> None:
    """What stands level with the text is not over it."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("w", ["\u3000" * 10 + "丁丁丁"], column=0, y=283),
        text_block("a", ["本报讯", "\u3000\u3000" + "甲" * 14, *full("甲", 4), "甲。"], column=0, y=280),
    )
    assert [deck(article) for article in articles(page)] == [""]


def test_column_rules_that_begin_below_a_heading_part_no_items() -> None:
    """A heading in the middle of more columns than it covers heads the first of them, past rules no higher than the text."""
    text = [
        text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 9)], column=0),
        text_block("b", full("乙", 10), column=1),
        text_block("c", [*full("丙", 9), "丙。"], column=2),
    ]
    gutters = [column_left(column) - 15 for column in (1, 2)]

    def parted(top: float) -> list[str]:
        # Columns elsewhere have no rules, so that those here may part items.
        plain = [text_block(f"p{c}{y}", full("丁", 3), column=c, y=y) for c in range(3) for y in (900, 1100, 1300)]
        rules = tuple(rule(x, top, x + 2, 590) for x in gutters)
        page = page_of(heading("h", "标题大字", columns=(1, 1)), *text, *plain, rules=rules)
        return [link.target for link in read_order(page).links if link.source == "h" and link.kind is LinkKind.HEADS]

    assert parted(300) == ["a"]
    assert parted(200) == ["b"]


def test_text_continued_from_another_page_stands_under_the_heading_level_with_it() -> None:
    """Words that say from where the text comes open what stands here, in whichever column the heading ends."""
    page = page_of(
        heading("h", "标题大字", columns=(1, 1)),
        text_block("a", ["(上接第一版)", "\u3000\u3000" + "甲" * 14, *full("甲", 8)], column=0),
        text_block("b", [*full("乙", 9), "乙乙。"], column=1),
        text_block("s", ["\u3000" * 5 + "丁" * 6], column=2),
        text_block("c", ["\u3000\u3000" + "丙" * 14, *full("丙", 7), "丙。"], column=2, y=345),
    )
    (article,) = articles(page)
    assert article.continued_from == "(上接第一版)"


def test_an_item_takes_the_only_heading_beside_it() -> None:
    """A heading without text and an item without a heading beside it belong together, however much higher the text begins."""
    head = upright_heading("h", "标题大字", column=0, y=420)
    head = replace(head, lines=tuple(replace(line, writing_mode=WritingMode.VERTICAL_RL) for line in head.lines))
    item = text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 9), "甲。"], column=1)
    (article,) = articles(page_of(head, item))
    assert [p.text for p in article.passages if p.role is Role.HEADLINE] == ["标题大字"]
    (article,) = articles(page_of(head, text_block("a", full("甲", 10), column=1)))
    assert [p.role for p in article.passages] == [Role.PARAGRAPH]


def test_a_heading_beyond_a_rule_is_no_items() -> None:
    """An item below a rule that no heading stands over has none: what stands above the rule heads something else."""
    left, right = column_left(0), column_left(1) + COLUMN * TYPE
    page = page_of(
        heading("h", "标题大字", columns=(0, 1), y=160),
        text_block("a", ["\u3000\u3000本报讯" + "甲" * 11, *full("甲", 4), "甲。"], column=0, y=290),
        rules=(rule(left, 250, right, 252),),
    )
    assert [p.role for article in articles(page) for p in article.passages] == [Role.PARAGRAPH]
