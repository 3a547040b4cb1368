"""The reading order of vertical pages. In the reading frame tiers stand side by side, and lines run from left to right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from galleys import COLUMN, TYPE, column_left, full, heading, page_of, rule, text_block

from digitize.geometry import Box
from digitize.model import Region, Role, TextLine, WritingMode
from digitize.reflow import assemble, read_order

if TYPE_CHECKING:
    from digitize.model import Article, Page


def vertical(page: Page) -> Page:
    """The page as one that is set in vertical lines."""
    return replace(page, writing_mode=WritingMode.VERTICAL_RL, language="zh-Hant")


def articles(page: Page) -> tuple[Article, ...]:
    """The page's articles."""
    return assemble(read_order(page))


def opening(character: str) -> str:
    """The first line of a paragraph."""
    return "\u3000\u3000" + character * (COLUMN - 2)


def level_heading(name: str, text: str, *, x: float, y: float, size: float = 2 * TYPE) -> Region:
    """A heading set in a level line, which stands upright in the reading frame."""
    box = Box(x, y, x + size, y + len(text) * size)
    line = TextLine(f"{name}-l", box.polygon, box, size, WritingMode.HORIZONTAL_TB, text=text, confidence=0.99)
    return Region(name, Role.HEADLINE, box.polygon, box, (line,), heading_id=name)


def test_text_goes_on_at_the_head_of_the_next_tier_however_low_it_began() -> None:
    """From the foot of one tier to the head of the next is no way back on a vertical page; on others it is."""
    blocks = (
        text_block("other", [opening("他"), *full("他", 20), "他他。"], column=0),
        heading("h", "標題", columns=(0, 0), y=1000),
        text_block("a", [opening("甲"), *full("甲", 9)], column=0, y=1080),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1),
    )
    assert ["甲甲乙乙" in a.passages[-1].text for a in articles(vertical(page_of(*blocks)))] == [False, True]
    assert not any("甲乙" in a.passages[-1].text for a in articles(page_of(*blocks)))


def test_telegrams_under_one_heading_are_one_article() -> None:
    """A dateline opens a telegram, and several of them stand under one heading."""
    telegrams = ["（重慶廿二日路透電）" + "甲" * 6, *full("甲", 4), "甲甲。"], ["（香港廿二日電）" + "乙" * 8, *full("乙", 4)]
    page = page_of(
        heading("h", "標題", columns=(0, 1)),
        text_block("a", telegrams[0], column=0),
        text_block("b", telegrams[1], column=1),
    )
    (article,) = articles(vertical(page))
    assert len(article.passages) == 3


def test_a_paragraph_that_ends_at_the_foot_of_a_tier_ends_its_item() -> None:
    """What begins with an indent in the next tier is another item there, unless both stand under one heading."""
    first, second = (
        text_block("a", [opening("甲"), *full("甲", 6), "甲。"]),
        text_block("b", [opening("乙"), *full("乙", 6)], column=1),
    )
    apart = page_of(heading("h", "標題", columns=(0, 0)), first, second)
    under_one = page_of(heading("h", "長長長長標題", columns=(0, 1)), first, second)
    assert [len(articles(vertical(page))) for page in (apart, under_one)] == [2, 1]
    assert len(articles(apart)) == 1


def test_a_level_heading_heads_the_text_below_it() -> None:
    """A heading across the lines stands over the text that begins at its right, a little beyond its end."""
    page = page_of(
        level_heading("h", "橫題", x=column_left(1) - 50, y=330),
        text_block("a", [opening("甲"), *full("甲", 6), "甲。"], column=1),
    )
    (article,) = articles(vertical(page))
    assert article.headline == "橫題"


def test_a_level_heading_heads_nothing_beyond_a_rule() -> None:
    """The name of the paper stands above the frame of the text, and is no heading of what is below it."""
    page = page_of(
        level_heading("h", "報名", x=column_left(0) + 100, y=330),
        text_block("a", [opening("甲"), *full("甲", 6), "甲。"], column=1),
        rules=(rule(column_left(1) - 16, 200, column_left(1) - 14, 900),),
    )
    assert [article.headline for article in articles(vertical(page))] == [""]


def test_text_begins_in_the_first_tier_of_its_heading() -> None:
    """Where columns under one heading begin at different heights, the text begins in the first one all the same."""
    page = page_of(
        heading("h", "長長長長標題", columns=(0, 1)),
        text_block("a", [opening("甲"), *full("甲", 6)], column=0, y=340),
        text_block("b", [*full("乙", 6), "乙。"], column=1, y=300),
    )
    (article,) = articles(vertical(page))
    assert [p.text[0] for p in article.passages[1:]] == ["甲"]


def test_articles_are_listed_tier_by_tier() -> None:
    """What begins in the first tier comes before what begins in the second, wherever it begins there."""
    page = page_of(
        heading("h1", "一題", columns=(0, 0), y=900),
        text_block("a", [opening("甲"), *full("甲", 6), "甲。"], column=0, y=980),
        heading("h2", "二題", columns=(1, 1), y=220),
        text_block("b", [opening("乙"), *full("乙", 6), "乙。"], column=1, y=300),
    )
    assert [a.headline for a in articles(vertical(page))] == ["一題", "二題"]
    assert [a.headline for a in articles(page)] == ["二題", "一題"]


def test_a_few_words_under_large_type_are_no_article() -> None:
    """Advertisements of a vertical page set a few words under large type; a short telegram has more."""
    words = text_block("a", ["電話：九七一七。", "地址：馬路口。"], column=0)
    telegram = text_block("b", [opening("乙"), "乙" * COLUMN, "乙。"], column=1)
    page = page_of(
        heading("h1", "商號", columns=(0, 0)),
        words,
        heading("h2", "二題", columns=(1, 1)),
        telegram,
        rules=(rule(390, 200, 392, 900),),
    )
    assert [a.headline for a in articles(vertical(page))] == ["二題"]


def test_signs_by_themselves_take_no_part_in_the_flow() -> None:
    """A sign in the margin does not go on in mid-sentence; a line of text does."""
    text = [opening("甲"), *full("甲", 6)]
    for words, joined in (("防", False), ("乙" * COLUMN, True)):
        page = page_of(heading("h", "標題", columns=(0, 0)), text_block("a", text), text_block("b", [words], column=1))
        (article,) = articles(vertical(page))
        assert (words in article.passages[-1].text) is joined


def test_large_words_amid_a_column_head_the_text_below() -> None:
    """Where others set a pull quote, between rules and where a sentence is broken off, a vertical page begins an item."""
    page = page_of(
        heading("h", "一題一題", columns=(0, 0), y=220),
        text_block("a", [opening("甲"), *full("甲", 3)], column=0),
        heading("q", "二題二題", columns=(0, 0), y=450),
        text_block("b", [*full("乙", 3), "乙乙。"], column=0, y=520),
        rules=(rule(60, 435, 380, 437), rule(60, 505, 380, 507)),
    )
    assert [len(articles(each)) for each in (page, vertical(page))] == [1, 2]


def test_a_slogan_along_the_edge_of_a_page_heads_nothing() -> None:
    """Wide letters along nearly all of the page, outside all else that is printed, are no heading of the text next to them."""
    blocks = [text_block(f"b{i}", [opening("甲"), *full("甲", 12), "甲甲。"], column=i) for i in range(3)]
    box = Box(column_left(0), 220, column_left(2) + COLUMN * TYPE, 260)

    def headed(text: str) -> bool:
        line = TextLine("s-l", box.polygon, box, 2 * TYPE, text=text, confidence=0.99)
        slogan = Region("s", Role.HEADLINE, box.polygon, box, (line,), heading_id="s")
        return any(text in p.text for a in articles(vertical(page_of(slogan, *blocks))) for p in a.passages)

    assert [headed("本報歷史悠久"), headed("本報歷史悠久" * 5)] == [False, True]
