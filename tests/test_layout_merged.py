"""Detected boxes that took two lines for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from galleys import make_ink
from hypothesis import given
from hypothesis import strategies as st

from digitize.geometry import Box
from digitize.layout.merged import part_merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

TYPE, PITCH = 20, 28


def line(row: int, *, height: int = TYPE, characters: int = 10) -> Box:
    """The box of a line on the grid of a column."""
    return Box(100, 100 + row * PITCH, 100 + characters * height, 100 + row * PITCH + height)


def page(*printed: Box) -> NDArray[np.uint8]:
    """A page with characters, as framed crosses, in the boxes."""
    pixels = np.full((600, 800), 245, np.uint8)
    for box in printed:
        size = int(box.height)
        for x in range(int(box.x0), int(box.x1) - size + 2, size):
            square = pixels[int(box.y0) : int(box.y0) + size, x + 1 : x + size - 1]
            square[:2] = square[-2:] = square[size // 2 - 1 : size // 2 + 1] = 20
            square[:, size // 2 - 1 : size // 2 + 1] = square[:, :2] = 20
    return pixels


def test_a_box_over_two_lines_is_cut_between_them() -> None:
    """One box over two lines becomes two, each over one of them, and the boxes of other lines stay."""
    rows = [line(row) for row in range(6)]
    both = Box(rows[2].x0, rows[2].y0, rows[3].x1, rows[3].y1)
    found = part_merged(make_ink(page(*rows), TYPE), [rows[0], rows[1], both, rows[4], rows[5]])
    parts = [box for box in found if box not in rows]
    assert {rows[0], rows[1], rows[4], rows[5]} <= set(found)
    assert len(parts) == 2
    assert all(
        part.y0 <= row.y0 and part.y1 >= row.y1 for part, row in zip(sorted(parts, key=lambda b: b.y0), rows[2:4], strict=True)
    )


def test_a_line_that_was_found_twice_is_given_once() -> None:
    """Where a box over two lines reaches over a line that was found alone, that line is not doubled."""
    rows = [line(row) for row in range(6)]
    both = Box(rows[2].x0, rows[2].y0, rows[3].x1, rows[3].y1)
    found = part_merged(make_ink(page(*rows), TYPE), [*rows[:2], both, *rows[3:]])
    assert len(found) == len(rows)


@given(st.integers(30, 64))
def test_large_type_is_not_cut(height: int) -> None:
    """A heading in one line of larger type stays one box, whatever its size."""
    rows, heading = [line(row) for row in range(6)], line(8, height=height)
    assert heading in part_merged(make_ink(page(*rows, heading), TYPE), [*rows, heading])


def test_no_lines_are_no_lines() -> None:
    """A page without lines has none to cut."""
    assert part_merged(make_ink(page(), TYPE), []) == ()
