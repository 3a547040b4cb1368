"""Upright lines: vertical headings and credits on a page whose lines run level. Seen turned, they are lines like others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digitize.layout.ink import Ink

UPRIGHT = 1.8
"""A line so many times as tall as wide is set downwards: two characters are, one is not."""

FELLOW = 0.7
"""A level line of this share of a tall one's height, and close beside it, shows that the tall one is a figure of its own."""


def upright_lines(lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The lines that are set downwards: tall and narrow, and no figure 1 of a large level line."""
    tall = [line for line in lines if line.height >= UPRIGHT * max(line.width, type_size)]
    return tuple(line for line in tall if not any(_is_fellow(other, line) for other in lines if other not in tall))


def _is_fellow(other: Box, line: Box) -> bool:
    apart = max(other.x0 - line.x1, line.x0 - other.x1)
    return other.overlap_y(line) >= FELLOW * line.height and apart < line.width


def turned(boxes: Iterable[Box], width: float = 0.0) -> tuple[Box, ...]:
    """Boxes of a page so wide as they stand on it when it is turned anticlockwise by a quarter.

    Upright lines then run from left to right, and those from right to left follow each other downwards.
    """
    return tuple(Box(box.y0, width - box.x1, box.y1, width - box.x0) for box in boxes)


def turned_back(boxes: Iterable[Box], width: float = 0.0) -> tuple[Box, ...]:
    """Boxes of the turned page as they stand on the page itself, `width` pixels wide."""
    return tuple(Box(width - box.y1, box.x0, width - box.y0, box.x1) for box in boxes)


def transposed(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Boxes with their sides exchanged: upright lines that follow each other from left to right then do so downwards."""
    return tuple(Box(box.y0, box.x0, box.y1, box.x1) for box in boxes)


def turned_ink(ink: Ink) -> Ink:
    """The page's ink turned anticlockwise by a quarter."""
    return replace(ink, grey=np.ascontiguousarray(np.rot90(ink.grey)), mask=np.ascontiguousarray(np.rot90(ink.mask)))
