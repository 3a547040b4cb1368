"""Pictures: photos and drawings, found as tone that is neither text nor rule nor tint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import hull
from digitize.layout.areas import (
    INK_PERCENTILE,
    PAPER_PERCENTILE,
    PICTURE_CONTRAST,
    PICTURE_JOIN,
    SCREEN,
    TEXT_COVER,
    pieces,
    text_cover,
)
from digitize.layout.blocks import stack_lines
from digitize.layout.detail import has_detail
from digitize.layout.gutters import GRID_LINES
from digitize.layout.ink import darker, grey_level, odd, runs
from digitize.layout.picture_sides import BARE, out_of_box, reach_white, trimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Ink
    from digitize.layout.picture_sides import Rectangle

LINE_WHITE = 0.3
"""White above or below a line of text is within so many type sizes of its box's edge, outside or, where detectors leave
room, inside."""

COLUMN = 3
"""So many lines stacked edge to edge are text; a photo's texture makes none."""

PHOTO_LINE = 4.0
"""A detected line from so many type sizes on in height may be a photo, taken for type by the detector's coarse pass."""

PHOTO_TONE = 0.75, 0.35, 1.1
"""In a photo, columns side by side have tone over the first share of such a line, and that covers the second share of them;
large type has white between its signs, and in them. A single large sign is no wider than its height by the third."""

LINE_TONE = 0.1
"""Rows darker than the paper by this share of the ink's contrast are not white: between lines only strokes that touch."""

IN_LINE = 0.7
"""Lines of text that end, and begin, so many type sizes from the white between two pictures at most are in line with it."""

GUTTER_WHITE, RULE_IN_GUTTER = 0.4, 0.3
"""The white between two pictures is so many type sizes wide at least, and a rule in it so many at most."""

PICTURE_MIN = 3.0
"""A picture's smaller side, in type sizes; smaller marks are ornaments, and lose no text by being left out."""

DOTS, BAREST = 0.3, 10
"""Within so many type sizes a screen has a dot and white; a tenth of any text's ground, in per cent, is bare of type."""

LINE_MARGIN = 0.2
"""What a detected line's characters may reach beyond its box, in type sizes."""


def find_pictures(ink: Ink, type_size: float, lines: Sequence[Box], tints: Sequence[Box]) -> tuple[Box, ...]:
    """Find photos and drawings: tone that is neither text nor rule nor tint, merged where pieces overlap."""
    unit = type_size * ink.scale
    light, dark = (ink.level(p) for p in (PAPER_PERCENTILE, INK_PERCENTILE))
    grey, paper = ink.grey.copy(), np.full(ink.grey.shape, light, np.float32)
    tone = darker(grey, light - PICTURE_CONTRAST * (light - dark))
    for tint in tints:
        area = ink.window(tint)
        if _is_screened(grey[area], unit, PICTURE_CONTRAST * (light - dark)):
            grey[area] = cv2.blur(grey[area], (odd(SCREEN * unit),) * 2)
        paper[area] = np.percentile(grey[area], 75)
        tone[area] = grey[area] < paper[area] - PICTURE_CONTRAST * (light - dark)
    photos = {line for line in lines if line.height >= PHOTO_LINE * type_size and _is_photo(tone[ink.window(line)])}
    photos |= {line for line in lines if line.upright and _is_strip_of_photo(tone, ink, line, type_size)}
    amid = {line for line in lines if _amid_tone(ink, line, type_size, paper, LINE_TONE * (light - dark))}
    if amid:
        # A column of lines is text, whatever it stands on.
        amid -= {line for block in stack_lines(lines, (), type_size) if len(block.lines) >= COLUMN for line in block.lines}
    may_be_text = [line for line in lines if line not in photos]
    lines = [line for line in may_be_text if line not in amid]
    seen = tone.copy()
    for line in lines:
        tone[ink.window(line.grown(LINE_MARGIN * type_size, LINE_MARGIN * type_size))] = 0
    bare, tone = tone, np.asarray(cv2.morphologyEx(tone, cv2.MORPH_CLOSE, np.ones((odd(PICTURE_JOIN * unit),) * 2, np.uint8)))
    solid = np.asarray(cv2.morphologyEx(tone, cv2.MORPH_OPEN, np.ones((odd(unit),) * 2, np.uint8)), np.uint8)
    found = [
        ink.box(*reach_white(seen, trimmed(tone, out_of_box(bare, rectangle, unit), odd(PICTURE_JOIN * unit)), unit))
        for piece in pieces(solid, (unit, unit))
        for rectangle in _cut_at_gutters(ink, bare, piece, lines, unit)
    ]
    # The dark around a page that was not cut off is one piece as large as the page: no picture, and none goes with it.
    wholes = _as_wholes([box for box in found if text_cover(box, lines) < TEXT_COVER], lines, type_size)
    large = (box for box in wholes if min(box.width, box.height) >= PICTURE_MIN * type_size)
    free = (box for box in large if text_cover(box, lines) < TEXT_COVER)
    screen = PICTURE_CONTRAST * (light - dark)
    return tuple(
        box
        for box in free
        if _is_screened(ink.grey[ink.window(box)], unit, screen) or has_detail(ink, box, may_be_text, type_size, light - dark)
    )


def _is_photo(tone: NDArray[np.uint8]) -> bool:
    """Whether a detected line's window has tone from side to side, but for what the detector took in beside the photo."""
    start, end = max(runs(np.asarray(tone.any(axis=0), np.bool_)), key=lambda run: run[1] - run[0], default=(0, 0))
    across, cover, wide = PHOTO_TONE
    own = tone[tone[:, start:end].any(axis=1), start:end]
    return own.shape[1] >= max(across * tone.shape[1], wide * len(own)) and bool(own.size) and float(own.mean()) >= cover


def _is_strip_of_photo(tone: NDArray[np.uint8], ink: Ink, line: Box, type_size: float) -> bool:
    """Whether an upright line has tone from its top to its foot that goes on at its side, where a heading has white."""
    rows, columns = ink.window(line)
    if line.width < PICTURE_MIN * type_size or not _is_photo(tone[rows, columns].T):
        return False
    reach = round(LINE_WHITE * type_size * ink.scale)
    sides = tone[rows, max(0, columns.start - reach) : columns.start], tone[rows, columns.stop : columns.stop + reach]
    return any(side.size and side.mean() >= PHOTO_TONE[1] for side in sides)


def _is_screened(tint: NDArray[np.uint8], unit: float, contrast: float) -> bool:
    """Whether a tint or photo is printed in dots: there is no place, however bare, where its greys are near one another."""
    around = np.ones((odd(DOTS * unit),) * 2, np.uint8)
    return grey_level(cv2.subtract(cv2.dilate(tint, around), cv2.erode(tint, around)), BAREST) >= contrast


def _amid_tone(ink: Ink, line: Box, type_size: float, paper: NDArray[np.float32], tone: float) -> bool:
    """Whether a detected line has no row of white above it and none below: then it is texture of a photo, and not text.

    White is what is darker than the paper by less than `tone`.
    """
    rows, columns = ink.window(line.grown(0, LINE_WHITE * type_size))
    lighter = _row_means(ink.grey[rows, columns]) > _row_means(paper[rows, columns]) - tone
    edge = round(2 * LINE_WHITE * type_size * ink.scale)
    return not lighter[:edge].any() and not lighter[-edge:].any()


def _row_means(values: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.reduce(values, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[:, 0], np.float32)


def _as_wholes(pieces: Sequence[Box], lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Pictures' pieces that nearly touch, joined to their hull, until none do; not those that a gutter of the page parts."""
    wholes: list[Box] = []
    for piece in pieces:
        current = piece
        while near := [other for other in wholes if _touch(current, other, lines, type_size)]:
            wholes = [other for other in wholes if other not in near]
            current = hull((current, *near))
        wholes.append(current)
    return tuple(sorted(wholes))


def _touch(one: Box, other: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether so little white parts two pieces that they are of one picture, and not two that fill a column each."""
    reach, whole = PICTURE_JOIN * type_size, PICTURE_MIN * type_size
    if one.grown(reach, reach).intersection(other.grown(reach, reach)) == 0:
        return False
    left, right = sorted((one, other), key=lambda box: box.cx)
    if left.x1 > right.x0 or min(left.width, right.width, left.height, right.height) < whole:
        return True
    return not _is_gutter(left.x1, right.x0, lines, type_size)


def _cut_at_gutters(ink: Ink, tone: NDArray[np.uint8], piece: Rectangle, lines: Sequence[Box], unit: float) -> list[Rectangle]:
    """A piece of pictures, in working pixels, cut where a gutter of the page runs through it, with a rule in it or not."""
    x, y, width, height = piece
    white = (tone[y : y + height, x : x + width].mean(axis=0) <= BARE)[np.newaxis].astype(np.uint8)
    over_rules = cv2.morphologyEx(white, cv2.MORPH_CLOSE, np.ones((1, odd(RULE_IN_GUTTER * unit)), np.uint8))
    smallest, type_size, cuts = PICTURE_MIN * unit, unit / ink.scale, [0]
    for left, right in runs(np.asarray(over_rules[0] > 0)):
        wide = white[0, left:right].sum() >= GUTTER_WHITE * unit
        sides = (x + left) / ink.scale, (x + right) / ink.scale
        if wide and left - cuts[-1] >= smallest and width - right >= smallest and _is_gutter(*sides, lines, type_size):
            cuts += [left, right]
    cuts.append(width)
    return [(x + a, y, b - a, height) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def _is_gutter(left: float, right: float, lines: Sequence[Box], type_size: float) -> bool:
    """Whether white between two pictures is a gutter of the page: lines of text end, and begin, in line with its sides."""
    slack = IN_LINE * type_size
    ends = sum(abs(line.x1 - left) <= slack for line in lines)
    starts = sum(abs(line.x0 - right) <= slack for line in lines)
    return min(ends, starts) >= GRID_LINES
