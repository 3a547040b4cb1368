"""Detected boxes that took two lines for one: cut at the white between them."""

from __future__ import annotations

import itertools
from statistics import median
from typing import TYPE_CHECKING

from digitize.geometry import Box
from digitize.layout.gutters import without_streaks
from digitize.layout.ink import runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.layout.ink import Ink

MERGED = (1.5, 3.5)
"""Boxes between so many usual ones in height may hold two or three lines of the usual type; higher ones are display type."""

WIDE = 3.0
"""Boxes wider than so many usual heights hold four characters and more, whose strokes do not all leave out one row."""

WHITE = 0.15
"""Rows with less ink than this share of the fullest are white between lines, or grazed by single strokes and dust."""

BAND = (0.4, 1.1)
"""The height of one line's ink in usual boxes' heights: detectors leave white above and below. Less is a neighbour's edge
or the dots of letters."""

FULL = 0.5
"""A line's fullest row has at least this share of the ink in the fullest of the box."""


def part_merged(ink: Ink, lines: Sequence[Box]) -> tuple[Box, ...]:
    """Cut detected boxes that hold several whole lines, one above the other, into those; others are given as they are.

    A part that another box holds already is left out.
    """
    usual = median(line.height for line in lines) if lines else 0.0
    parted = {line: parts for line in lines if len(parts := _parts(ink, line, usual)) > 1}
    single = [line for line in lines if line not in parted]
    fresh: list[Box] = []
    for part in itertools.chain.from_iterable(parted.values()):
        if not any(_holds(other, part) for other in (*single, *fresh)):
            fresh.append(part)
    return (*single, *fresh)


def _parts(ink: Ink, line: Box, usual: float) -> list[Box]:
    lowest, highest = MERGED
    if not lowest * usual <= line.height <= highest * usual or line.width < WIDE * usual:
        return []
    profile = without_streaks(ink.mask[ink.window(line)]).sum(axis=1)
    fullest, unit = profile.max(), usual * ink.scale
    bands = [
        (a, b) for a, b in runs(profile > WHITE * fullest) if b - a >= BAND[0] * unit and profile[a:b].max() >= FULL * fullest
    ]
    if any(b - a > BAND[1] * unit for a, b in bands):
        return []
    top = ink.window(line)[0].start
    cuts = [(top + (upper[1] + lower[0]) / 2) / ink.scale for upper, lower in itertools.pairwise(bands)]
    return [Box(line.x0, y0, line.x1, y1) for y0, y1 in itertools.pairwise((line.y0, *cuts, line.y1))]


def _holds(other: Box, part: Box) -> bool:
    """Whether another box is seen of the same line: each has the other's middle within its height."""
    level = other.y0 < part.cy < other.y1 and part.y0 < other.cy < part.y1
    return level and other.overlap_x(part) > 0.5 * part.width
