"""Boxes of key points, read with the item that they stand in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from galleys import COLUMN, GUTTER, TYPE, column_left, full, heading, page_of, picture, rule, text_block

from digitize.geometry import hull
from digitize.model import Frame, LinkKind, Page, Region, Role
from digitize.reflow import assemble, read_order


def boxed(label: str, text: list[str], *, y: float = 300, role: Role = Role.PARAGRAPH) -> tuple[Region, Frame]:
    """A box with a label over some lines of text, in the first column."""
    block = replace(text_block("box", [label, *text], column=0, y=y, frame="f"), role=role)
    edge = block.box.grown(8, 8)
    return block, Frame("f", edge.polygon, edge)


def with_box(block: Region, frame: Frame) -> Page:
    """An item under a heading over two columns, the box in its first one."""
    return page_of(
        heading("h", "标题大字", columns=(0, 1)),
        block,
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=block.box.y1 + 40),
        text_block("b", [*full("乙", 9), "乙乙。"], column=1),
        frames=(frame,),
    )


def told(page: Page) -> list[list[str]]:
    """The paragraphs of each article."""
    return [[p.text for p in a.passages if p.role is Role.PARAGRAPH] for a in assemble(read_order(page))]


@pytest.mark.parametrize("role", [Role.PARAGRAPH, Role.ADVERTISEMENT], ids=["text", "taken for an advertisement"])
@pytest.mark.parametrize("label", ["核心提示", "【核心提示】"])
def test_key_points_are_the_first_of_the_items_text(label: str, role: Role) -> None:
    """A box that opens with words for key points belongs to the item in whose outline it stands; its label is a filler."""
    page = with_box(*boxed(label, ["\u3000\u3000" + "丙" * 14, "丙丙丙。"], role=role))
    assert told(page) == [["丙" * 17 + "。", "甲" * 78 + "乙" * 146 + "。"]]
    ordered = read_order(page)
    assert [r.lines[0].text for r in ordered.regions if r.role is Role.FILLER] == [label]
    assert [link.kind for link in ordered.links].count(LinkKind.SUMMARIZES) == 1


def test_words_that_run_in_stay_with_the_key_points() -> None:
    """Words for key points with a colon behind them are the beginning of the paragraph that they stand in."""
    page = with_box(*boxed("核心提示：" + "丙" * 11, [*full("丙", 2), "丙丙。"]))
    assert told(page)[0][0] == "核心提示：" + "丙" * 45 + "。"


def test_a_box_that_tells_something_else_is_an_item() -> None:
    """A box in the midst of an item is one of its own where nothing says that it tells that item's key points."""
    page = with_box(*boxed("\u3000\u3000" + "丁" * 14, [*full("丙", 3), "丙丙丙。"]))
    assert len(told(page)) == 2


def test_key_points_far_from_any_item_are_an_item() -> None:
    """Where no item is near, a box of key points is one by itself."""
    block, frame = boxed("核心提示", ["\u3000\u3000" + "丙" * 14, *full("丙", 3), "丙丙丙。"], y=1500)
    page = page_of(
        heading("h", "标题大字", columns=(2, 3)),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=2),
        text_block("b", [*full("乙", 4), "乙乙。"], column=3),
        block,
        frames=(frame,),
    )
    assert len(told(page)) == 2


def test_key_points_belong_to_the_item_of_their_own_ground() -> None:
    """Key points in a box within a box belong to the item in the outer one."""
    block, inner = boxed("核心提示", ["\u3000\u3000" + "丙" * 14, "丙丙丙。"])
    item = [
        replace(heading("h", "标题大字", columns=(0, 1)), frame_id="outer"),
        replace(text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=block.box.y1 + 40), frame_id="outer"),
        replace(text_block("b", [*full("乙", 9), "乙乙。"], column=1), frame_id="outer"),
    ]
    edge = hull(region.box for region in item).grown(20, 20)
    beside = column_left(1) + COLUMN * TYPE + GUTTER
    other = text_block("o", ["\u3000\u3000" + "丁" * 14, *full("丁", 9), "丁。"], column=2, y=220)
    assert edge.x1 < beside + TYPE
    page = page_of(
        block, *item, heading("k", "别的", columns=(2, 2), y=150), other, frames=(inner, Frame("outer", edge.polygon, edge))
    )
    assert [paragraphs[0][:1] for paragraphs in told(page)] == ["丙", "丁"]


def test_no_character_of_key_points_is_lost_or_told_twice() -> None:
    """All that is printed in the box is in the item or a filler, once."""
    page = with_box(*boxed("核心提示", ["\u3000\u3000" + "丙" * 14, "丙丙丙。"]))
    ordered = read_order(page)
    shown = Counter(line.id for region in ordered.regions for line in region.lines)
    assert shown == Counter(line.id for region in page.regions for line in region.lines)
    in_articles = Counter(piece.line.id for a in assemble(ordered) for p in a.passages for piece in p.pieces)
    fillers = Counter(line.id for r in ordered.regions if r.role is Role.FILLER for line in r.lines)
    assert in_articles + fillers == shown


def test_the_outline_of_a_label_is_its_own() -> None:
    """Label and text are parted with the outlines of their lines."""
    ordered = read_order(with_box(*boxed("核心提示", ["\u3000\u3000" + "丙" * 14, "丙丙丙。"])))
    label = next(region for region in ordered.regions if region.role is Role.FILLER)
    text = next(region for region in ordered.regions if region.id == "box")
    assert label.box.y1 <= text.box.y0


def test_key_points_between_two_rules_belong_to_the_item_around_them() -> None:
    """Without a box, words for key points head what stands below them up to the rule, at the head of the item's text."""
    left, right = column_left(0), column_left(0) + COLUMN * TYPE
    label = replace(text_block("l", ["编者按"], column=0, y=300), role=Role.DECK, heading_id="h")
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        label,
        text_block("k", ["\u3000\u3000" + "丙" * 14, "丙丙丙。"], column=0, y=340),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=440),
        text_block("b", [*full("乙", 9), "乙乙。"], column=1),
        rules=(rule(left, 285, right, 287), rule(left, 415, right, 417)),
    )
    assert told(page) == [["丙" * 17 + "。", "甲" * 78 + "乙" * 146 + "。"]]
    assert [p.text for p in assemble(read_order(page))[0].passages if p.role is Role.HEADLINE] == ["标题大字"]


def wide_block(name: str, lines: list[str], *, y: float) -> Region:
    """Lines over the first two columns, each as wide as both."""
    block = text_block(name, lines, column=0, y=y)
    set_wide = tuple(
        replace(line, box=box, polygon=box.polygon)
        for line, box in ((line, replace(line.box, x1=column_left(1) + COLUMN * TYPE)) for line in block.lines)
    )
    box = hull(line.box for line in set_wide)
    return replace(block, lines=set_wide, box=box, polygon=box.polygon)


def test_key_points_over_columns_need_no_box() -> None:
    """Where film has bleached the tint behind key points, the text below them still stands under its heading."""
    above = text_block("t", ["\u3000\u3000" + "丁" * 14, *full("丁", 2), "丁" * COLUMN], column=0, y=60)
    points = wide_block("k", ["核心提示", "\u3000\u3000" + "丙" * 30, "丙丙丙。"], y=300)
    page = page_of(
        above,
        heading("h", "标题大字", columns=(0, 1)),
        points,
        text_block("a", ["本报讯" + "甲" * 13, *full("甲", 4)], column=0, y=points.box.y1 + 50),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=points.box.y1 + 50),
    )
    assert ["丙" * 33 + "。", "本报讯" + "甲" * 77 + "乙" * 66 + "。"] in told(page)


def test_an_editors_note_below_a_picture_is_no_caption() -> None:
    """What opens with words for key points is read before the text below it, also where that has no heading."""
    note = replace(wide_block("k", ["编者按：" + "丙" * 28, "丙丙丙。"], y=520), role=Role.CAPTION)
    page = page_of(
        picture("p", columns=(0, 1), y0=200, y1=500),
        note,
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=600),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=600),
    )
    assert told(page) == [["编者按：" + "丙" * 31 + "。", "甲" * 78 + "乙" * 66 + "。"]]


def test_a_byline_between_an_editors_note_and_the_text_is_told_apart() -> None:
    """It stands at the column's edge in a block of its own, over the first of the item's columns."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 1)),
        wide_block("k", ["编者按：" + "丙" * 28, "丙丙丙。"], y=280),
        text_block("n", ["文/本报记者 张明 图/李宁"], column=0, y=350),
        text_block("a", ["\u3000\u3000" + "甲" * 14, *full("甲", 4)], column=0, y=390),
        text_block("b", [*full("乙", 4), "乙乙。"], column=1, y=390),
    )
    (article,) = assemble(read_order(page))
    assert [p.text for p in article.passages if p.role is Role.BYLINE] == ["文/本报记者 张明 图/李宁"]
