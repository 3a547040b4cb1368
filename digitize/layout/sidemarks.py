"""Marks beside the characters of vertical lines: points without a square of their own, and rings of emphasis.

In the reading frame they stand above their line, where the detector takes some of them into it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.layout.ink import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

TALL = 1.06, 2.2
"""Lines between so many body sizes in height may be body type with marks beside it, its own and those of the next line."""

TELLING = 3.0
"""Lines so many times as long as high have a few characters, whose strokes reach the same height."""

MARK = 0.45
"""A mark's sides, in body sizes, at most."""

REACHED = 0.12
"""Rows with less ink than this share of the fullest are beyond the characters: a few of their strokes, or marks run together
with them."""

TAKEN, LEFT = 0.1, (0.9, 1.25)
"""Marks take at least so much of a line's height, in body sizes, and leave body type."""


def trim_marks(ink: Ink, lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Trim lines of body type to their characters, where marks beside these make them look taller.

    All in pixels of the reading frame; `type_size` is the body type's.
    """
    return tuple(_trimmed(ink, line, type_size) if _may_have_marks(line, type_size) else line for line in lines)


def _may_have_marks(line: Box, type_size: float) -> bool:
    return TALL[0] < line.height / type_size < TALL[1] and line.width >= TELLING * line.height


def _trimmed(ink: Ink, line: Box, type_size: float) -> Box:
    rows, columns = ink.window(line)
    profile = _without_marks(np.ascontiguousarray(ink.mask[rows, columns]), MARK * type_size * ink.scale).sum(axis=1)
    reached = np.flatnonzero(profile >= REACHED * profile.max())
    if not len(reached):
        return line
    y0, y1 = (float(rows.start + edge) / ink.scale for edge in (reached[0], reached[-1] + 1))
    taken, left = (line.height - (y1 - y0)) / type_size, (y1 - y0) / type_size
    return replace(line, y0=y0, y1=y1) if taken >= TAKEN and LEFT[0] <= left < LEFT[1] else line


def _without_marks(window: NDArray[np.uint8], side: float) -> NDArray[np.uint8]:
    """A line's ink without its small pieces that keep to the upper or lower half of it."""
    labels, stats = labelled(window)
    _, y, width, height = stats[:, :4].T
    middle = len(window) / 2
    beside = (y + height <= middle) | (y >= middle)
    marks = (width <= side) & (height <= side) & beside
    marks[0] = False
    return np.where(marks[labels], np.uint8(0), window)
