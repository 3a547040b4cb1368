"""What stands between a heading and its text: decks of several lines; and headings in the midst of their columns."""

from __future__ import annotations

from galleys import COLUMN, TYPE, column_left, full, heading, page_of, rule, text_block

from digitize.model import Article, Page, Role
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
