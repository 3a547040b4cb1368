"""Wavy, dotted and ornamented rules: rows of small marks, long and thin as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.ink import components, labelled, odd, picked
from digitize.layout.separators import RULE_SLOPE
from digitize.layout.upright import transposed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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

BESIDE_MARKS = 0.5
"""Ink that a line of text holds beside such a row, as a share of the row's own: less is a neighbour's, and the line the row."""

STEP, LIKENESS = (0.2, 1.0), 0.5
"""The marks of one rule follow each other at a step between these, in type sizes: after it its ink is alike (correlation)."""

MADE_OF = 0.6
"""Share of a detected line's length on a rule of marks from which it is that rule, taken for text; and of one row's width
in line with another's from which they are in line."""

BREAK, ALONE = 10.0, 0.3
"""Two rows of marks in line are one over a break of so many type sizes at most, if marks with white on both sides take that
share of it: other ink meets the rule in one or two of the stretches in which it is looked at."""

CROSSED = 0.1
"""Share of a row of marks that rules may take that end at it or cross it; of one that is found already, more lies on it."""

FREE = 0.2
"""White on both sides of a mark of an upright rule, in type sizes: the lines that it parts keep off it, wherever the detector
saw them end, and the strokes of characters stand closer."""

MARK, WAVE = 0.6, 1.5
"""Such marks are smaller than the first figure across and along the rule, in type sizes, or longer than the second: strokes of
characters that stand by themselves (一, 二) are in between."""


def find_rows_of_marks(ink: Ink, type_size: float, lines: Sequence[Box], *, ideographs: bool = False) -> tuple[Box, ...]:
    """Find rows of marks, level and upright, in reading-frame pixels; rules that are found as lines may be among them.

    `lines` are the text lines as detected. `ideographs`: whether the page is known to be set in them, and a line of small
    marks is none of low letters.
    """
    unit = type_size * ink.scale
    labels, stats = labelled(ink.mask)
    found: list[Box] = []
    for vertical in (False, True):
        width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        across, along = (width, height) if vertical else (height, width)
        thin = across <= THICKNESS * unit + RULE_SLOPE * along
        thin[0] = False  # the paper
        rows = _rows(ink, picked(labels, thin), (THICKNESS * unit, unit), vertical=vertical)
        rows = [row for row in rows if not _is_in_text(ink, row, lines, unit, ideographs=ideographs)]
        if vertical:
            free = _rows(ink, _free_marks(ink.mask, unit), (MARK * unit, unit), vertical=True)
            rows = [*_joined(ink, free, type_size), *rows]
        found += rows
    return tuple(found)


def ornamented_rules(rows: Sequence[Box], lines: Sequence[Box]) -> tuple[Box, ...]:
    """The rows of marks that are rules, each once: not those on `lines`, the rules that were found as such, and pictures."""
    found: list[Box] = []
    for row in rows:
        if not any(row.intersection(other) > CROSSED * row.area for other in (*lines, *found)):
            found.append(row)
    return tuple(sorted(found))


def is_of_marks(line: Box, rule: Box) -> bool:
    """Whether a detected line is a rule of marks that was taken for text: it runs along it, most of it on it."""
    if line.upright is not rule.upright:
        return False
    line, rule = transposed((line, rule)) if line.upright else (line, rule)
    return rule.y0 <= line.cy <= rule.y1 and line.overlap_x(rule) > MADE_OF * line.width


def _is_in_text(ink: Ink, row: Box, lines: Sequence[Box], unit: float, *, ideographs: bool) -> bool:
    """Whether a row of marks stands in lines of text, which on a page of ideographs hold more than such marks."""
    in_text = [line for line in lines if row.intersection(line) > 0 and (not ideographs or _holds_more(ink, line, row, unit))]
    return sum(row.intersection(line) for line in in_text) > IN_TEXT * row.area


def _holds_more(ink: Ink, line: Box, row: Box, unit: float) -> bool:
    marks = Box(max(line.x0, row.x0), max(line.y0, row.y0), min(line.x1, row.x1), min(line.y1, row.y1))
    own = int(ink.mask[ink.window(marks)].sum())
    return int(ink.mask[ink.window(line)].sum()) - own > BESIDE_MARKS * own or not _repeats(ink.mask[ink.window(marks)], unit)


def _repeats(row: NDArray[np.uint8], unit: float) -> bool:
    """Whether a row of marks is one mark over and over, as a rule is; letters and figures differ."""
    inked = row.sum(axis=0)
    steps = range(round(STEP[0] * unit), min(round(STEP[1] * unit), len(inked) // 2) + 1)
    pairs = ((inked[:-step], inked[step:]) for step in steps)
    likeness = [float(np.corrcoef(a, b)[0, 1]) for a, b in pairs if np.ptp(a) > 0 and np.ptp(b) > 0]
    return max(likeness, default=0.0) >= LIKENESS


def _free_marks(mask: NDArray[np.uint8], unit: float) -> NDArray[np.uint8]:
    """The marks in a mask of ink that no character stands close to, on the left or on the right."""
    parted = mask.copy()
    parted[:: round(LENGTH * unit)] = 0  # a long wave leans, and meets scratches somewhere: it is looked at in stretches
    labels, stats = labelled(parted)
    x, y, width, height = stats[:, :4].T
    small = width <= MARK * unit
    small[0] = True  # the paper
    total, reach, last = cv2.integral(picked(labels, ~small)), max(1, round(FREE * unit)), mask.shape[1]

    def inked(left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int32]:
        left, right = np.clip(left, 0, last), np.clip(right, 0, last)
        return np.asarray(total[y + height, right] - total[y, right] - total[y + height, left] + total[y, left], np.int32)

    small &= (height <= MARK * unit) | (height >= WAVE * unit)
    small[0] = False
    return picked(labels, small & (inked(x - reach, x) == 0) & (inked(x + width, x + width + reach) == 0))


def _joined(ink: Ink, rows: Sequence[Box], type_size: float) -> list[Box]:
    """Upright rows of marks, those made one that are in line, where marks go on between them: another rule ends there."""
    joined: list[Box] = []
    for row in sorted(rows, key=lambda box: box.y0):
        for index, upper in enumerate(joined):
            in_line = upper.overlap_x(row) > MADE_OF * min(upper.width, row.width)
            if in_line and row.y0 - upper.y1 <= BREAK * type_size and _goes_on(ink, upper, row, type_size):
                joined[index] = hull((upper, row))
                break
        else:
            joined.append(row)
    return joined


def _goes_on(ink: Ink, upper: Box, lower: Box, type_size: float) -> bool:
    """Whether marks stand between two rows in line, with white on both sides of most of them."""
    gap = Box(min(upper.x0, lower.x0), upper.y1, max(upper.x1, lower.x1), lower.y0)
    left, right = (replace(gap, x0=gap.x0 - FREE * type_size, x1=gap.x0), replace(gap, x0=gap.x1, x1=gap.x1 + FREE * type_size))
    own, before, behind = (ink.mask[ink.window(part)].any(axis=1) for part in (gap, left, right))
    return bool((own & ~before & ~behind).mean() >= ALONE)


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
