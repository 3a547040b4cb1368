"""Words that the detector passed over: behind wide white in lines that others run past, and on a paragraph's last line."""

from __future__ import annotations

import itertools
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

LOW, SHORTEST = 0.7, 1.1
"""A paragraph's last line is at least so many type sizes high, and so many long: a character and its full stop."""

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


def last_words(ink: Ink, lines: Sequence[Box], others: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Paragraphs' last lines that the detector passed over, a word or two long, each below a full line; `others` is no text."""
    body = [line for line in lines if line.height < LARGE_TYPE * type_size]
    boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for b in body]).reshape(-1, 4)
    printed = np.array([(b.x0, b.y0, b.x1, b.y1) for b in (*lines, *others)]).reshape(-1, 4)
    found = (_last_word(ink, line, boxes, printed, type_size) for line in body)
    return tuple(word for word in found if word)


def _last_word(ink: Ink, line: Box, boxes: NDArray[np.float64], printed: NDArray[np.float64], type_size: float) -> Box | None:
    """The word at the start of the row below a line, which ends where the one above it does, if nothing else stands there."""
    x0, _, x1, y1 = boxes.T
    white = line.y0 - y1
    over = np.flatnonzero((white > -line.height / 2) & (white <= NEXT * type_size) & (np.abs(x1 - line.x1) <= ROOM * type_size))
    if not len(over):
        return None
    left, leading = min(line.x0, float(x0[over].min())), max(0.0, float(white[over].min()))
    row = Box(left - BEARING * type_size, line.y1, line.x1, line.y1 + leading + (1 + BEARING) * type_size)
    shared = np.minimum(printed[:, 2], row.x1) > np.maximum(printed[:, 0], row.x0)
    if (shared & (printed[:, 1] < row.y1) & (printed[:, 3] > row.y0 + leading)).any():
        return None
    row = Box(row.x0, line.y1 + leading / 2, row.x1, row.y1)
    rows = runs(np.asarray(ink.mask[ink.window(row)].any(axis=1), np.bool_))
    own = max(rows, key=lambda run: run[1] - run[0], default=(0, 0))
    first = ink.window(row)[0].start
    word = Box(row.x0, (first + own[0]) / ink.scale, row.x1, (first + own[1]) / ink.scale)
    if not LOW * type_size <= word.height <= type_size * (1 + BEARING):
        return None
    columns = runs(characters(ink, word))
    if not columns:
        return None
    first = ink.window(word)[1].start
    word = Box((first + columns[0][0]) / ink.scale, word.y0, (first + columns[-1][1]) / ink.scale, word.y1)
    gaps = [(b[0] - a[1]) / ink.scale for a, b in itertools.pairwise(columns)]
    whole = max(gaps, default=0.0) <= type_size and word.x0 - left <= BEARING * type_size
    dark = ink.mask[ink.window(word)].mean() >= DENSITY * ink.mask[ink.window(line)].mean()
    return word if whole and dark and SHORTEST * type_size <= word.width and not _runs_on(ink, word) else None
