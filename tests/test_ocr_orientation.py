"""How a page lies: told by a recognizer that reads characters upright and, as vertical lines are turned, anticlockwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from digitize.model import WritingMode
from digitize.ocr import Character, Reading
from digitize.ocr.orientation import LINES_AT_FIRST, Orientation, find_orientation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon

SIZE = 20
HORIZONTAL, VERTICAL = WritingMode.HORIZONTAL_TB, WritingMode.VERTICAL_RL


def typeset(mode: WritingMode) -> tuple[NDArray[np.uint8], tuple[Polygon, ...]]:
    """A page of ten lines, and their corners; a character is a black square without its upper right quarter."""
    pixels = np.full((400, 400), 255, np.uint8)
    lines: list[Polygon] = []
    for line in range(10):
        for place in range(18):
            along, across = 20 + SIZE * place, 20 + 36 * line
            x, y = (along, across) if mode is HORIZONTAL else (380 - across - SIZE, along)
            pixels[y + 3 : y + 17, x + 3 : x + 17] = 0
            pixels[y + 3 : y + 10, x + 10 : x + 17] = 255
        a, b, c, d = 20, 380, 20 + 36 * line, 40 + 36 * line
        corners = (
            ((a, c), (b, c), (b, d), (a, d)) if mode is HORIZONTAL else ((380 - c, a), (380 - c, b), (380 - d, b), (380 - d, a))
        )
        lines.append(corners)
    return pixels, tuple(lines)


@dataclass
class Reader:
    """Reads characters that lack ink at the top: upright ones, and ones turned anticlockwise."""

    crops: int = 0

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """What is read, character by character."""
        self.crops += len(crops)
        return tuple(self._line(crop) for crop in crops)

    def _line(self, crop: NDArray[np.uint8]) -> Reading:
        ink = crop < 128
        edges = np.flatnonzero(np.diff(np.pad(ink.any(axis=0).astype(np.int8), 1)))
        found = []
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            rows = np.flatnonzero(ink[:, left:right].any(axis=1))
            upper, lower = np.array_split(ink[rows[0] : rows[-1] + 1, left:right], 2)
            if upper.mean() < lower.mean():
                found.append(Character("日", 0.95, float(left) / crop.shape[1]))
        return Reading(tuple(found))


@pytest.mark.parametrize("mode", [HORIZONTAL, VERTICAL])
@pytest.mark.parametrize("quarters", range(4))
def test_the_reading_frame_is_found_however_a_page_lies(mode: WritingMode, quarters: int) -> None:
    """Horizontal lines are turned back; vertical ones are turned until they run to the right, whatever that takes."""
    pixels, _ = typeset(mode)
    pixels = np.ascontiguousarray(np.rot90(pixels, quarters))
    lying = tuple(_turned(line, quarters) for line in typeset(mode)[1])
    to_frame = (-quarters if mode is HORIZONTAL else 1 - quarters) % 4
    assert find_orientation(pixels, lying, Reader()) == Orientation(to_frame, mode)


def _turned(line: Polygon, quarters: int) -> Polygon:
    for _ in range(quarters):
        line = tuple((y, 400 - x) for x, y in line)
    return line


def test_a_page_that_is_read_surely_costs_a_few_lines() -> None:
    """An upright page is read in one direction only."""
    reader = Reader()
    pixels, lines = typeset(HORIZONTAL)
    find_orientation(pixels, lines, reader)
    assert reader.crops <= 2 * LINES_AT_FIRST


def test_the_writing_mode_can_be_told() -> None:
    """What the options say is taken, and how the page lies is still found."""
    pixels, lines = typeset(VERTICAL)
    assert find_orientation(pixels, lines, Reader(), HORIZONTAL) == Orientation(1, HORIZONTAL)


def closely_set() -> tuple[NDArray[np.uint8], tuple[Polygon, ...]]:
    """A vertical page whose characters follow each other more closely than its columns do; detected are rows, and a heading."""
    pixels = np.full((400, 400), 255, np.uint8)
    for row in range(10):
        for column in range(12):
            x, y = 60 + 26 * column, 20 + 18 * row
            pixels[y + 2 : y + 16, x + 2 : x + 16] = 0
            pixels[y + 2 : y + 9, x + 9 : x + 16] = 255
    rows: list[Polygon] = [((60, y), (364, y), (364, y + 18), (60, y + 18)) for y in range(20, 200, 18)]
    return pixels, (*rows, ((20, 20), (40, 20), (40, 200), (20, 200)))


def test_rows_across_the_columns_of_a_vertical_page_are_no_lines() -> None:
    """What a detector sees as level lines is none where it stands no further apart than its characters."""
    assert find_orientation(*closely_set(), Reader()) == Orientation(1, VERTICAL)


def test_level_lines_of_a_page_that_is_told_to_be_vertical_are_its_headings() -> None:
    """An upright page is turned into the reading frame, also where most of what was detected lies flat."""
    pixels, lines = typeset(HORIZONTAL)
    assert find_orientation(pixels, lines, Reader(), VERTICAL) == Orientation(1, VERTICAL)


def test_a_page_without_lines_is_left_as_it_is() -> None:
    """Where nothing tells, nothing is turned."""
    pixels, _ = typeset(HORIZONTAL)
    square: Polygon = ((20, 20), (40, 20), (40, 40), (20, 40))
    assert find_orientation(pixels, (), Reader()) == Orientation(0, HORIZONTAL)
    assert find_orientation(pixels, (square,), Reader(), VERTICAL) == Orientation(0, VERTICAL)
