"""The strip of a neighbouring page at a frame's left or right: pieces of its lines, cut off by the frame's edge.

Between it and the page lie the margins of both, and no line of the page runs over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.geometry import Box
from digitize.layout.blocks import COLUMN_MIN
from digitize.layout.regions import Draft
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

MARGINS = 3.0
"""White between a page's print and its neighbour's, in type sizes as detected, at least: two margins, more than a gutter."""

CUT = 1.0
"""A strip's print begins within so many type sizes of the frame's edge: it is cut there, and a page has a margin."""

OWN = 1.5
"""What stands within so many type sizes of the page's own lines, a border or a rule, is the page's."""

WHITE = 255


def find_neighbours(lines: Sequence[Box], type_size: float, width: float, height: float) -> tuple[Box, ...]:
    """The parts of a frame of that size, in pixels, at its left and right, that show a neighbouring page.

    `lines` are the text lines as detected, `type_size` is the height of the body type. A strip is narrower than a column.
    """
    left = _depth([(line.x0, line.x1) for line in lines], type_size)
    right = _depth([(width - line.x1, width - line.x0) for line in lines], type_size)
    strips = (Box(0.0, 0.0, left, height), Box(width - right, 0.0, width, height))
    return tuple(strip for strip in strips if strip.width > 0)


def _depth(spans: Iterable[tuple[float, float]], type_size: float) -> float:
    """How far a strip reaches from the edge that the lines' spans are counted from, up to the page's own; 0 without one."""
    reached = 0.0
    for start, end in sorted(spans):
        if not reached and start > CUT * type_size:
            return 0.0
        if reached and start - reached >= MARGINS * type_size:
            return start - OWN * type_size
        reached = max(reached, end)
        if reached > COLUMN_MIN * type_size:
            return 0.0
    return 0.0


def without_neighbours(
    pixels: NDArray[np.uint8], lines: Sequence[Box], type_size: float
) -> tuple[NDArray[np.uint8], tuple[Box, ...], tuple[Box, ...]]:
    """A page, uint8 (height, width), with white for its neighbours; the lines detected on it, and those beyond it."""
    height, width = pixels.shape
    strips = find_neighbours(lines, type_size, width, height)
    if not strips:
        return pixels, tuple(lines), ()
    own = pixels.copy()
    for strip in strips:
        own[:, round(strip.x0) : round(strip.x1)] = WHITE
    beyond = tuple(line for line in lines if any(strip.contains(line.cx, line.cy) for strip in strips))
    return own, tuple(line for line in lines if line not in beyond), beyond


def as_fillers(lines: Iterable[Box]) -> tuple[Draft, ...]:
    """A neighbour's lines, each by itself: their text is kept, and belongs to no article."""
    return tuple(Draft(Role.FILLER, (line,), line, sizes=(line.height,)) for line in lines)
