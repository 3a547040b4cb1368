"""Upright lines: vertical headings and credits on a page whose lines run level. Seen turned, they are lines like others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.detection import LARGE_TYPE
from digitize.layout.ink import runs, without
from digitize.layout.lines import complete_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digitize.layout.ink import Ink

UPRIGHT = 1.8
"""A line so many times as tall as wide is set downwards: two characters are, one is not."""

REACH = 1.7
"""How far from a heading's line the far side of the next one is, in heights: its own height and the white on both sides."""

ALIKE = (0.75, 1.25)
"""How high a line of the same heading is, in heights of the other."""

AS_LONG = 0.6
"""How long it is at least, in lengths of the other: the lines of a heading are about as long."""

SIGN = 1.6
"""How high and wide one sign is at most, as detected, in heights of its line: detectors leave white around it."""

WITHIN = 0.3
"""Share of a sign, as detected, that lies in its line or next to its end: detectors leave white on all sides of it."""

ASIDE = 0.25
"""How far off its middle a sign of an upright line stands, in widths of the line: detectors leave white on both sides."""

NEXT = 0.25
"""White between an upright line and a sign at its end, both as detected, in widths of the line, at most."""

FELLOW = 0.7
"""A level line of this share of a tall one's height, and close beside it, shows that the tall one is a figure of its own."""


def upright_lines(lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The lines that are set downwards: tall and narrow, and no figure 1 of a large level line."""
    tall = [line for line in lines if line.height >= UPRIGHT * max(line.width, type_size)]
    return tuple(line for line in tall if not any(_is_fellow(other, line) for other in lines if other not in tall))


def with_end_signs(
    upright: Sequence[Box], level: Sequence[Box], panels: Sequence[Box] = ()
) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """Upright lines with the signs at their ends that were seen apart, such as 一; and the level lines that are left.

    What stands on one of the `panels` is no sign of a line that ends before it.
    """
    lines, left = list(upright), list(level)
    for number, line in enumerate(upright):
        own = [
            sign
            for sign in left
            if inside(sign, line)
            and _goes_before_or_after(sign, line)
            and not any(p.contains(sign.cx, sign.cy) and not p.contains(line.cx, line.cy) for p in panels)
        ]
        lines[number] = hull([line, *own])
        left = [sign for sign in left if sign not in own]
    return tuple(lines), tuple(left)


def _goes_before_or_after(sign: Box, line: Box) -> bool:
    """Whether a sign stands in line with an upright one, with no more white between than its signs have."""
    apart = max(line.y0 - sign.y1, sign.y0 - line.y1)
    return abs(sign.cx - line.cx) <= ASIDE * line.width and apart <= NEXT * line.width


def passed_over(
    ink: Ink, headings: Sequence[Box], others: Sequence[Box], rules: Sequence[Box], type_size: float
) -> tuple[Box, ...]:
    """Lines right above or below a heading's, as high as it, that the detector passed over: large type set closely.

    All on the page turned, where upright lines run level; `others` are the other lines detected. Single signs among them
    are what the detector saw of such a line.
    """
    found: list[Box] = []
    large = [line for line in headings if line.height >= LARGE_TYPE * type_size]
    # A rule shorter than a heading may be strokes of the line beside it.
    long = [rule for rule in rules if max(rule.width, rule.height) >= min((line.width for line in large), default=0.0)]
    ink = without(ink, long)
    for line in complete_lines(ink, large, long, beside=others):
        for beside in (
            replace(line, y0=line.y1, y1=line.y1 + REACH * line.height),
            replace(line, y0=line.y0 - REACH * line.height, y1=line.y0),
        ):
            passed = _passed_line(ink, line, beside)
            taken = any(passed.intersection(other) > 0.5 * passed.area for other in (*headings, *found)) if passed else True
            if passed and not taken and all(inside(other, passed) for other in others if passed.intersection(other) > 0):
                found.append(passed)
    return tuple(found)


def inside(sign: Box, line: Box) -> bool:
    """Whether a box is a sign of a line, level or upright: it stands in it, or next to its end, no longer than it is high."""
    height = min(line.width, line.height)
    along = (0.0, SIGN * height) if line.upright else (SIGN * height, 0.0)
    return max(sign.width, sign.height) <= SIGN * height and sign.intersection(line.grown(*along)) > WITHIN * sign.area


def _passed_line(ink: Ink, line: Box, beside: Box) -> Box | None:
    """The ink in a strip beside a line, where it is as high as the line, nearly as long, and white above and below it."""
    rows, columns = ink.window(beside)
    window, unit = ink.mask[rows, columns], line.height * ink.scale
    for first, last in runs(np.asarray(window.any(axis=1), np.bool_)):
        if ALIKE[0] * unit <= last - first <= ALIKE[1] * unit and first > 0 and last < len(window):
            inked = np.flatnonzero(window[first:last].any(axis=0))
            if np.ptp(inked) >= AS_LONG * window.shape[1]:
                top = rows.start + first
                return ink.box(columns.start + int(inked[0]), top, int(np.ptp(inked)) + 1, last - first)
    return None


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
    grey, mask = (np.asarray(cv2.rotate(each, cv2.ROTATE_90_COUNTERCLOCKWISE), np.uint8) for each in (ink.grey, ink.mask))
    return replace(ink, grey=grey, mask=mask)
