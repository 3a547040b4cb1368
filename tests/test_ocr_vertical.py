"""Vertical lines and lines that run across the page's: how they are cut out, and what is put back into what was read."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.geometry import Box
from digitize.model import TextLine, WritingMode
from digitize.ocr import Character, Reading
from digitize.ocr.crops import as_printed, cut_out, glyph_cells
from digitize.ocr.marks import with_marks

HORIZONTAL, VERTICAL = WritingMode.HORIZONTAL_TB, WritingMode.VERTICAL_RL
SIZE = 40


def line(box: Box) -> TextLine:
    """A line that has not been read."""
    return TextLine("A01-l0001", box.polygon, box, min(box.width, box.height))


LEVEL, ACROSS = line(Box(0, 0, 200, 40)), line(Box(0, 0, 40, 200))


def read(text: str) -> Reading:
    """Characters in even squares."""
    return Reading(tuple(Character(c, 0.9, (i + 0.5) / len(text)) for i, c in enumerate(text)))


def test_a_line_across_is_written_the_other_way() -> None:
    """Lines along the reading frame are written as the page is, lines across it the other way."""
    assert [each.mode_on(page) for page in (HORIZONTAL, VERTICAL) for each in (LEVEL, ACROSS)] == [
        HORIZONTAL,
        VERTICAL,
        VERTICAL,
        HORIZONTAL,
    ]


@pytest.mark.parametrize(("page", "corner"), [(HORIZONTAL, (39, 0)), (VERTICAL, (0, 199))])
def test_a_line_across_lies_as_the_recognizer_knows_lines(page: WritingMode, corner: tuple[int, int]) -> None:
    """A vertical heading is turned anticlockwise, a horizontal one on a vertical page stands upright again."""
    pixels = np.full((200, 40), 255, np.uint8)
    pixels[0, 0] = 0
    crop = cut_out(pixels, ACROSS, page, 0.0).pixels
    assert crop.shape == (40, 200)
    assert crop[corner] == 0


def test_horizontal_lines_of_a_vertical_page_are_read_from_right_to_left() -> None:
    """報晶 is 晶報; numbers and Latin words keep their own direction."""
    assert as_printed(read("報晶"), ACROSS, VERTICAL).text == "晶報"
    assert as_printed(read("號1926第報晶"), ACROSS, VERTICAL).text == "晶報第1926號"
    assert as_printed(read("Crystal"), ACROSS, VERTICAL).text == "Crystal"
    assert as_printed(read("報晶"), ACROSS, HORIZONTAL).text == "報晶"


def test_glyphs_of_a_line_across_stand_along_it() -> None:
    """The first character that is read stands at the top of the reading frame, which is the page's right."""
    cells = glyph_cells(ACROSS, as_printed(read("五四三二一"), ACROSS, VERTICAL), ACROSS.box)
    assert [cell.y0 for cell in cells] == pytest.approx([0, 40, 80, 120, 160], abs=5)
    assert {(cell.x0, cell.x1) for cell in cells} == {(0, 40)}


def crop_of(squares: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A line of squares: X a character, c a comma's stroke, o a full stop's ring, a blank nothing, . dust."""
    crop = np.full((SIZE, SIZE * len(squares)), 255, np.uint8)
    for number, square in enumerate(squares):
        cell = crop[:, SIZE * number : SIZE * (number + 1)]
        if square == "X":
            cell[4:36, 4:36:6] = 0
            cell[18:22, 4:36] = 0
        elif square == "c":
            cell[16:24, 18:22] = 0
        elif square == "o":
            cell[15:26, 15:26] = 0
            cell[18:23, 18:23] = 255
        elif square == ".":
            cell[20:21, 20:22] = 0
    return crop


@pytest.mark.parametrize(
    ("squares", "expected"),
    [("XXcXX", "甲乙、丙丁"), ("XXoXX", "甲乙。丙丁"), ("XX XX", "甲乙丙丁"), ("XX.XX", "甲乙丙丁"), ("XXXXc", "甲乙丙丁、")],
)
def test_marks_come_back_where_their_ink_is(squares: str, expected: str) -> None:
    """A mark in a square of its own that was passed over is read; dust and white are none."""
    places = [number for number, square in enumerate(squares) if square == "X"]
    reading = Reading(
        tuple(Character(c, 0.9, (place + 0.5) / len(squares)) for c, place in zip("甲乙丙丁", places, strict=True))
    )
    made = with_marks(reading, crop_of(squares), 1 / len(squares))
    assert made.text == expected
    assert all(c.confidence < 0.9 for c in made.characters if c.text in "、。")
