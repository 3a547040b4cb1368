"""What film does to running text: columns that lean, full stops that are lost."""

from __future__ import annotations

from dataclasses import replace

from galleys import COLUMN, TYPE, full, heading, page_of, text_block

from digitize.geometry import hull
from digitize.model import Region, Role
from digitize.reflow import assemble, read_order
from digitize.reflow.edges import line_edges

PARAGRAPH = ["\u3000\u3000" + "甲" * 14, *full("甲", 6), "甲" * 15 + "。"]


def leaning(block: Region, by: list[float]) -> Region:
    """A block whose lines are moved to the right, each by so many type sizes."""
    boxes = [
        replace(b, x0=b.x0 + x * TYPE, x1=b.x1 + x * TYPE) for b, x in zip((line.box for line in block.lines), by, strict=True)
    ]
    lines = tuple(replace(line, box=box, polygon=box.polygon) for line, box in zip(block.lines, boxes, strict=True))
    box = hull(line.box for line in lines)
    return replace(block, lines=lines, box=box, polygon=box.polygon)


def paragraphs(*blocks: Region) -> list[list[str]]:
    """The paragraphs of each article under a heading over these blocks."""
    page = page_of(heading("h", "标题大字", columns=(0, 0)), *blocks)
    return [[p.text for p in a.passages if p.role is Role.PARAGRAPH] for a in assemble(read_order(page))]


def test_a_column_that_leans_on_film_begins_no_paragraphs() -> None:
    """Lines that stand in a column by a character further right than those below it are not indented."""
    block = text_block("a", PARAGRAPH * 3)
    count = len(block.lines)
    whole = ["甲" * 14 + "甲" * 6 * COLUMN + "甲" * 15 + "。"] * 3
    assert paragraphs(block) == [whole]
    assert paragraphs(leaning(block, [1.2 - 1.2 * n / count for n in range(count)])) == [whole]


def test_what_is_set_in_by_two_characters_moves_no_edge() -> None:
    """The edges at a line are those of the lines near it, as far as a column may lean, and no further."""
    block = text_block("a", full("甲", 30))
    (edge,) = set(line_edges(block))
    bent = line_edges(leaning(block, [1.0] * 15 + [0.0] * 15))
    assert (bent[0].left, bent[-1].left) == (edge.left + TYPE, edge.left)
    assert {edges.left for edges in line_edges(leaning(block, [2.0] * 15 + [0.0] * 15))} == {edge.left}


def test_two_lines_that_stick_out_move_no_edge() -> None:
    """What dust or a neighbour makes longer by a character leaves the lines around it where they are."""
    block = text_block("a", full("甲", 9))
    bent = leaning(block, [0.0] * 5 + [-1.1, -0.9] + [0.0] * 2)
    assert line_edges(bent) == line_edges(block)


def test_two_lines_that_begin_in_one_place_in_mid_sentence_begin_no_paragraph() -> None:
    """Where a column leans by a character within two lines, its first line is none of a paragraph: the sentence runs on."""
    before = text_block("a", PARAGRAPH[:-1], column=0)
    after = leaning(text_block("b", [*full("乙", 4), "乙乙。"], column=1), [1.0, 1.0, 0.1, 0.0, 0.0])
    ((text,),) = paragraphs(before, after)
    assert text.endswith("甲乙" + "乙" * 65 + "。")


def test_a_full_stop_that_was_not_read_leaves_no_item_without_its_last_column() -> None:
    """Where a line leaves white for a full stop, what begins with an indent in the next column may go on from it."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", [*PARAGRAPH, *PARAGRAPH[:-1], "甲" * 15], column=0),
        text_block("b", PARAGRAPH, column=1),
    )
    assert len(assemble(read_order(page))) == 1


def test_no_text_goes_on_behind_a_lost_stop_in_a_column_of_another_width() -> None:
    """The columns of a table begin with white, too: text that leaves white at its end does not go on in them."""
    narrow = text_block("b", ["\u3000丙丙丙。", *["丙丙丙丙丙"] * 3, "丙丙丙丙。"], column=1)
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", [*PARAGRAPH, *PARAGRAPH[:-1], "甲" * 15], column=0),
        narrow,
    )
    assert not any("丙" in p.text for a in assemble(read_order(page)) for p in a.passages if "甲" in a.passages[1].text)


def test_no_text_goes_on_in_a_column_of_figures() -> None:
    """Beside a table whose tint film has bleached, text that ends with a full line does not go on in the table's columns."""
    table = text_block("t", ["\u3000\u300016 2 14", "\u3000\u300010 9 11", "\u3000\u300012 7 58"], column=1)
    page = page_of(heading("h", "标题大字", columns=(0, 0)), text_block("a", PARAGRAPH), table)
    (article, *_) = assemble(read_order(page))
    assert not any(c.isdigit() for p in article.passages for c in p.text)


def test_a_full_line_without_a_full_stop_leaves_its_sentence_open() -> None:
    """Where a line fills its column, no full stop was lost at its end, and an indent begins another item."""
    page = page_of(
        heading("h", "标题大字", columns=(0, 0)),
        text_block("a", [*PARAGRAPH, *PARAGRAPH[:-1]], column=0),
        text_block("b", PARAGRAPH, column=1),
    )
    assert len(assemble(read_order(page))) == 2
