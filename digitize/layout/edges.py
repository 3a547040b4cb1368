"""Words at a line's ends that the detector passed over: behind wide white, where the lines above and below run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.detection import LARGE_TYPE
from digitize.layout.gutters import characters
from digitize.layout.ink import runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.layout.ink import Ink

NEXT = 1.1
"""White between a line and the next one of its column, in type sizes, at most: generous leading."""

ROOM = 0.8
"""Room for a word between a line and its column's edge, in type sizes, at least."""

BEARING = 0.2
"""What characters reach beyond the boxes of others in line with them, in type sizes."""

WORD = 0.6
"""A word is at least so wide, in heights of its line: dust is not."""

LEADING = 0.3
"""White above or below a word is within so many heights of its line: the leading, less what strokes reach into it."""

DENSITY = 0.6
"""Ink in a word, against that in its line, at least: dust and what shows through the paper is thinner."""


def reach_edges(ink: Ink, lines: Sequence[Box], others: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The lines, grown over words in their own rows that end or begin where their neighbours do; `others` are no text.

    A line may begin with the end of a bracket, and two signs' white behind it: detectors take the two for nothing.
    """
    boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for b in lines]).reshape(-1, 4)
    walls = np.vstack([boxes, np.array([(b.x0, b.y0, b.x1, b.y1) for b in others]).reshape(-1, 4)])
    return tuple(
        line if line.height >= LARGE_TYPE * type_size else hull((line, *_words(ink, line, boxes, walls, type_size)))
        for line in lines
    )


def _words(ink: Ink, line: Box, boxes: NDArray[np.float64], walls: NDArray[np.float64], type_size: float) -> list[Box]:
    x0, y0, x1, y1 = boxes.T
    white = np.maximum(y0 - line.y1, line.y0 - y1)
    shared = np.minimum(x1, line.x1) - np.maximum(x0, line.x0)
    near = (white > -line.height / 2) & (white <= NEXT * type_size) & (2 * shared >= np.minimum(x1 - x0, line.width))
    near &= y1 - y0 < LARGE_TYPE * type_size
    if not near.any():
        return []
    level = walls[(np.minimum(walls[:, 3], line.y1) - np.maximum(walls[:, 1], line.y0)) > line.height / 4]
    slack = BEARING * type_size
    left = max(float(x0[near].min()) - slack, float(level[level[:, 2] <= line.x0 + slack, 2].max(initial=-np.inf)))
    right = min(float(x1[near].max()) + slack, float(level[level[:, 0] >= line.x1 - slack, 0].min(initial=np.inf)))
    sides = (Box(left, line.y0, line.x0 - slack, line.y1), Box(line.x1 + slack, line.y0, right, line.y1))
    return [word for side in sides if side.width >= ROOM * type_size and (word := _word(ink, side, line))]


def _word(ink: Ink, side: Box, line: Box) -> Box | None:
    """The ink in a stretch of a line's row, if it is wide and dark enough for a word."""
    stretches = runs(characters(ink, side))
    if not stretches:
        return None
    first = ink.window(side)[1].start
    word = Box((first + stretches[0][0]) / ink.scale, line.y0, (first + stretches[-1][1]) / ink.scale, line.y1)
    dark = ink.mask[ink.window(word)].mean() >= DENSITY * ink.mask[ink.window(line)].mean()
    return word if dark and word.width >= WORD * line.height and not _runs_on(ink, word) else None


def _runs_on(ink: Ink, word: Box) -> bool:
    """Whether ink runs on above or below a word without a row of white, as a drop capital's does past its first line."""
    reach = LEADING * word.height
    bands = Box(word.x0, word.y0 - reach, word.x1, word.y0), Box(word.x0, word.y1, word.x1, word.y1 + reach)
    return any(bool(ink.mask[ink.window(band)].any(axis=1).all()) for band in bands)
