"""Wavy, dotted and ornamented rules: rows of small marks, long and thin as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.layout.ink import components, odd, picked
from digitize.layout.separators import RULE_SLOPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

THICKNESS = 0.5
"""The thickest wave or ornament, in type sizes: most characters are higher, and so tell themselves apart."""

GAP = 0.4
"""White between two marks of one rule, in type sizes: dots stand closer than the signs of sparse text."""

LENGTH = 4.0
"""The shortest row of marks that is a rule, in type sizes: dots that lead from a name to a number are fewer."""

INKED = 0.4
"""Share of a rule's length that its marks take: dots leave as much white as ink."""

IN_TEXT = 0.3
"""Share of a row of marks that lies on lines of text from which it is made of their signs."""

CROSSED = 0.1
"""Share of a row of marks that rules may take that end at it or cross it; of one that is found already, more lies on it."""

FREE = 0.2
"""White on both sides of a mark of an upright rule, in type sizes: the lines that it parts keep off it, wherever the detector
saw them end, and the strokes of characters stand closer."""

MARK, WAVE = 0.6, 1.5
"""Such marks are smaller than the first figure across and along the rule, in type sizes, or longer than the second: strokes of
characters that stand by themselves (一, 二) are in between."""


def find_ornamented_rules(ink: Ink, type_size: float, lines: Sequence[Box], rules: Sequence[Box]) -> tuple[Box, ...]:
    """Find rules that are no unbroken line, level and upright, in reading-frame pixels.

    `lines` are the text lines as detected; `rules` those that were found as lines, which are not given again.
    """
    unit = type_size * ink.scale
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask, connectivity=8)
    found: list[Box] = []
    for vertical in (False, True):
        across = stats[:, cv2.CC_STAT_WIDTH if vertical else cv2.CC_STAT_HEIGHT]
        thin = across <= THICKNESS * unit
        thin[0] = False  # the paper
        rows = [
            box
            for box in _rows(ink, picked(labels, thin), (THICKNESS * unit, unit), vertical=vertical)
            if sum(box.intersection(line) for line in lines) <= IN_TEXT * box.area
        ]
        if vertical:
            free = picked(labels, _free(labels, stats, unit))
            rows = [*_rows(ink, free, (MARK * unit, unit), vertical=True), *rows]
        for box in rows:
            if not any(box.intersection(rule) > CROSSED * box.area for rule in (*rules, *found)):
                found.append(box)
    return tuple(sorted(found))


def _free(labels: NDArray[np.int32], stats: NDArray[np.int32], unit: float) -> NDArray[np.bool_]:
    """Which pieces of ink, numbered in `labels`, are marks with no character close on the left or on the right of them."""
    x, y, width, height = stats[:, :4].T
    small = width <= MARK * unit
    small[0] = True  # the paper
    total, reach = cv2.integral(picked(labels, ~small)), max(1, round(FREE * unit))
    last = labels.shape[1]

    def inked(left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int32]:
        left, right = np.clip(left, 0, last), np.clip(right, 0, last)
        return np.asarray(total[y + height, right] - total[y, right] - total[y + height, left] + total[y, left], np.int32)

    small &= (height <= MARK * unit) | (height >= WAVE * unit)
    small[0] = False
    return np.asarray(small & (inked(x - reach, x) == 0) & (inked(x + width, x + width + reach) == 0), np.bool_)


def _rows(ink: Ink, marks: NDArray[np.uint8], sizes: tuple[float, float], *, vertical: bool) -> list[Box]:
    """The rows of marks, joined over the white between them, that are long, thin and inked as a rule is.

    `sizes` are a rule's thickness, at most, and the type size, in working pixels.
    """
    thickness, unit = sizes
    bar = np.ones((odd(GAP * unit), 1) if vertical else (1, odd(GAP * unit)), np.uint8)
    joined = np.asarray(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, bar), np.uint8)
    if not vertical:
        marks, joined = marks.T, joined.T
    found = []
    for x, y, width, length in components(np.ascontiguousarray(joined)).tolist():
        own = joined[y : y + length, x : x + width]
        long = length >= LENGTH * unit and width <= thickness + RULE_SLOPE * length
        if long and _is_thin(own, round(LENGTH * unit), thickness):
            inked = marks[y : y + length, x : x + width].any(axis=1)
            if inked.mean() >= INKED:
                found.append(ink.box(x, y, width, length) if vertical else ink.box(y, x, length, width))
    return found


def _is_thin(row: NDArray[np.uint8], stretch: int, thickness: float) -> bool:
    """Whether a row of marks, upright, is nowhere thicker than so many pixels, though it may lean or bend as a whole."""
    parts = (row[first : first + stretch].any(axis=0) for first in range(0, len(row), stretch))
    return all(np.ptp(np.flatnonzero(part)) < thickness + RULE_SLOPE * stretch for part in parts if part.any())
