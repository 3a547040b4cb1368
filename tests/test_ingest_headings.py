"""Headings of earlier OCR: decks, headings set left, headings over columns and the text that runs past them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test_ingest_articles import articles, body, second, understood
from transcribed import COLUMN, GUTTER, LEFT, LETTER, PITCH, SIZE, Column, Line, alto, open_end, page, shuffled, text, width

from digitize.model import Role
from digitize.reflow.running import goes_on

if TYPE_CHECKING:
    from digitize.model import Article

WIDE = (3000, 3000)


def at_left(column: Column, words: str, *, indent: float = 0.0) -> Column:
    """A line at a column's left edge, with a line of white above it."""
    column.y += PITCH
    x, placed = column.left + indent, []
    for word in words.split():
        placed.append((word, x))
        x += width(word) + LETTER * SIZE
    column.lines.append(Line(tuple(placed), column.y))
    column.y += PITCH
    return column


def headlines(*columns: Column, size: tuple[int, int] = (2100, 3000)) -> list[str]:
    """The headlines of a page of these columns."""
    return [article.headline for article in articles(shuffled(*columns), size=size)]


def third(top: float = 200.0) -> Column:
    """An empty column beside the second."""
    return Column(left=LEFT + 2 * (COLUMN + GUTTER), top=top)


def block() -> tuple[list[Line], Column, Column]:
    """A heading of two lines over the second and third column, its text below it, and the columns where that ends."""
    above = Column(left=LEFT + COLUMN + GUTTER, measure=2 * COLUMN + GUTTER)
    above.heading("A HEADING THAT IS WIDER THAN ONE COLUMN", 1.8 * SIZE, white=0.4).heading("OF THREE", 1.8 * SIZE, white=0.4)
    left, right = second(above.y + PITCH), third(above.y + PITCH)
    left.paragraph(text("block", 8), whole=True)
    right.paragraph(text("other", 8), whole=True)
    return above.lines, left, right


def test_lines_in_the_middle_below_a_heading_are_its_deck() -> None:
    """What a heading says in a few lines of smaller type belongs to it; the text begins below."""
    column, other = Column(), second()
    column.heading("RAILWAYS.", 1.5 * SIZE).heading("a meeting of the company", white=0).heading(
        "was held in the hall", white=0
    )
    column.paragraph(text("first", 9))
    other.heading("SECOND.", 1.5 * SIZE).paragraph(text("other", 14))
    first, _ = articles(shuffled(column, other))
    assert (first.headline, first.deck) == ("RAILWAYS.", "a meeting of the company was held in the hall")
    assert body(first) == text("first", 9)


def test_verses_below_a_heading_are_text() -> None:
    """Many lines in the middle of a column are no heading of it."""
    column, other = Column(), second()
    column.heading("VERSES.", 1.5 * SIZE)
    for number in range(8):
        column.heading(f"a verse of the song number {number}", white=0)
    column.paragraph(text("first", 9))
    other.heading("SECOND.", 1.5 * SIZE).paragraph(text("other", 14))
    (result,) = understood(alto(shuffled(column, other)))
    roles = {region.role for region in result.page.regions for line in region.lines if "verse" in line.text}
    assert roles == {Role.PARAGRAPH}


def test_a_short_line_at_the_edge_over_an_indent_is_a_heading() -> None:
    """A heading set left stands in white, where paragraphs are indented; a paragraph of one line is indented itself."""
    for indent, found in ((0.0, ["FIRST.", "The railways", "SECOND."]), (1.5 * SIZE, ["FIRST.", "SECOND."])):
        column, other = Column(), second()
        column.heading("FIRST.").paragraph(text("first", 7))
        at_left(column, "The railways", indent=indent).paragraph(text("next", 7))
        other.heading("SECOND.").paragraph(text("other", 14))
        assert headlines(column, other) == found


def test_a_heading_over_columns_keeps_its_shorter_lines() -> None:
    """The second line of a heading over two columns stands in their middle, wherever a gutter is."""
    column = Column(top=100).heading("FIRST.").paragraph(text("first", 20))
    heading, left, right = block()
    column.lines += heading
    assert "A HEADING THAT IS WIDER THAN ONE COLUMN OF THREE" in headlines(column, left, right, size=WIDE)


def going_on(last: str) -> list[Article]:
    """The articles of a page on which a text goes on below a block over columns, from a column that ends so."""
    column = Column(top=100).heading("FIRST.").paragraph(f"{text('first', 20)} {last}", whole=True)
    heading, left, right = block()
    column.lines += heading
    for below in (left, right):
        below.y += 3 * PITCH
    left.paragraph(f"went on {text('marseille', 7)}", indent=False)
    right.heading("THIRD.").paragraph(text("london", 7))
    return articles(shuffled(column, left, right), size=WIDE)


def test_text_goes_on_below_a_block_over_columns() -> None:
    """What is left open at a column's foot goes on in mid-sentence in the next column, below what spans columns there."""
    first = next(a for a in going_on(open_end("lyon")) if a.headline == "FIRST.")
    assert f"went on {text('marseille', 7)}" in body(first)


def test_a_text_that_has_ended_does_not_go_on_below_a_block() -> None:
    """A full stop at a column's foot ends the item there."""
    first = next(a for a in going_on(text("lyon", 4)) if a.headline == "FIRST.")
    assert "went on" not in body(first)


def test_a_sentence_goes_on_where_it_was_left_open() -> None:
    """A hyphen and a small letter say most; a full stop and a small letter speak against it."""
    assert (
        goes_on("the mini-", "ster") > goes_on("the", "minister") > goes_on("He went.", "She came") > goes_on("He went.", "and")
    )


def test_headings_are_found_without_words() -> None:
    """Where a file tells lines and no words, a line's size is told by all of its letters, however low its words are."""
    columns = [Column(), second()]
    columns[0].heading("FIRST.").paragraph(text("first", 7)).heading("The Railways", 1.6 * SIZE).paragraph(text("next", 7))
    columns[1].heading("SECOND.").paragraph("no more news came across on our own sea coast. " * 12)
    lines = shuffled(*columns)
    told, whole = (understood(page(lines, words=words))[0].articles for words in (True, False))
    assert [a.headline for a in whole] == [a.headline for a in told] == ["FIRST.", "The Railways", "SECOND."]
