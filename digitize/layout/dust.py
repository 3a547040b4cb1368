"""Dust, hairs and scratches at the edges of lines: ink that is none of their characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box
from digitize.layout.gutters import without_streaks
from digitize.layout.ink import labelled, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.layout.ink import Ink

SPOT, ADRIFT = 0.25, (0.3, 0.8)
"""What is narrower than the first share of a line's height, and keeps between the others, ends no line: it is dust."""

STOP, STOP_WHITE = 0.45, 0.3
"""A stop is narrower than the first share of its line's height. None begins a line, and no part of a character is so small,
stands so low and has the second share white behind it."""

THIN, EDGE = 0.2, 0.3
"""A hair or scratch takes the first share of a line's height at most, where it crosses it; one that lies along the line, as
low as that, is told from a dash by lying within the second of its top or foot."""

TALL = 1.15
"""Body lines from this many type sizes on are looked at for dust above and below: brackets and letters reach less far."""

STREAK_REACH = 0.2
"""How far above and below a line a scratch is followed, in heights of the line."""

TALLEST, WITH_HAIR = 2.0, 3.0
"""Body lines up to so many type sizes may be one with dust; what is taller is set in larger type, or, up to so many, a hair
runs through it: without that it is as low as body type."""

GRAZED, LONG = 0.2, 4.0
"""A line's outermost rows, up to the first share of the type size, are what it has of a neighbour, where dust parts them from
it, or of a scratch, where white does in a line from so many type sizes on: its signs leave no row white."""

BEHIND, FLANK = 1.7, 0.15
"""Print of the page's back behind a body line makes it look so many type sizes high at most; strokes fade within less than the
second."""

STROKES, PALER, FEW = 80, 0.7, 0.2
"""A line's strokes are as dark as this percentile of its ink. Rows in which less than half of the ink has the first share of
that, and less than the second share of what the line's fullest row has, are pale; they are full if they have that share of
all ink."""

SHORTEST = 0.8
"""Lines from this many type sizes on in length, one character, show by their rows what is dust: it lies in one place."""


def is_adrift(spot: NDArray[np.uint8]) -> bool:
    """Whether ink at a line's end is a spot at half its height: stops stand at its foot, marks at its head, colons at both."""
    stretches, height = runs(np.asarray(spot.any(axis=1), np.bool_)), len(spot)
    if spot.shape[1] >= SPOT * height or len(stretches) != 1:
        return False
    return ADRIFT[0] * height < stretches[0][0] and stretches[0][1] < ADRIFT[1] * height


def begins_no_line(spot: NDArray[np.uint8], white: int) -> bool:
    """Whether ink at a line's start is a spot at its foot with so much white behind it, in pixels: no stop begins a line."""
    height, width = spot.shape
    return width < STOP * height and white >= STOP_WHITE * height and not spot[: height // 2].any()


def is_streak(beyond: NDArray[np.uint8]) -> bool:
    """Whether ink beyond a line's end, uint8 (height, width), is a hair's or a scratch's: thin and longer than a character.

    What lies along the line as a dash does, halfway up, is one.
    """
    (height, width), inked = beyond.shape, np.flatnonzero(beyond.any(axis=1))
    if not len(inked):
        return False
    first, last = int(inked[0]), int(inked[-1]) + 1
    if last - first <= THIN * height:
        at_edge = last <= EDGE * height or first >= (1 - EDGE) * height
        return bool(at_edge and width >= 2 * (last - first))
    return bool(width >= height and np.median(beyond.sum(axis=0)) <= THIN * height)


def type_rows(ink: Ink, line: Box, middle: tuple[float, float]) -> tuple[float, float]:
    """Top and bottom of the characters in a line: of the ink that reaches its middle, in y; dust above or below does not."""
    rows, columns = ink.window(line)
    stats = labelled(ink.mask[rows, columns])[1][1:]
    tops = rows.start + stats[:, cv2.CC_STAT_TOP]
    feet = tops + stats[:, cv2.CC_STAT_HEIGHT]
    own = (tops < middle[1] * ink.scale) & (feet > middle[0] * ink.scale)
    return (int(tops[own].min()) / ink.scale, int(feet[own].max()) / ink.scale) if own.any() else (line.y0, line.y1)


def trim_dust(ink: Ink, lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Trim lines that look taller than body type, but are so in one place only: by dust above or below a character.

    `type_size` is that of the body type, in pixels.
    """
    return tuple(_without_dust(ink, line, type_size) for line in lines)


def _without_dust(ink: Ink, line: Box, type_size: float) -> Box:
    """A line as it is, or trimmed where it may be taller by dust alone."""
    if not TALL < line.height / type_size < WITH_HAIR or line.width <= SHORTEST * type_size:
        return line
    trimmed = _trimmed(ink, line, type_size)
    trimmed = trimmed if min(line.height / TALLEST, trimmed.height / TALL) < type_size else line
    if not TALL < trimmed.height / type_size < BEHIND:
        return trimmed
    own = _without_back(ink, trimmed, type_size)
    return own if 1 / TALL < own.height / type_size < TALL else trimmed


def _without_back(ink: Ink, line: Box, type_size: float) -> Box:
    """A line without rows at its top or foot that are full of ink paler than its strokes: print of the page's back."""
    rows, columns = ink.window(line)
    mask = ink.mask[rows, columns] > 0
    dark = np.where(mask, 255 - ink.grey[rows, columns], 0)
    own = dark >= (PALER * np.percentile(dark[mask], STROKES) if mask.any() else 1)
    in_row, all_ink = own.sum(axis=1), mask.sum(axis=1)
    pale = (2 * in_row < all_ink) & (in_row < FEW * in_row.max())
    inked, across = np.flatnonzero(~pale & (in_row > 0)), np.flatnonzero(own.any(axis=0))
    if not len(inked):
        return line
    top, foot, full = int(inked[0]), int(inked[-1]) + 1, all_ink >= FEW * all_ink.max()
    flank = FLANK * type_size * ink.scale
    if not any(len(beyond) >= flank and beyond.any() for beyond in (full[:top], full[foot:])):
        return line
    x0, x1 = int(across[0]), int(across[-1]) + 1
    return ink.box(columns.start + x0, rows.start + top, x1 - x0, foot - top)


def _trimmed(ink: Ink, line: Box, type_size: float) -> Box:
    """A line without the rows at its top and foot whose ink lies in one place: within a type size, or half of a short line."""
    # Seen with some white above and below: a letter's stem ends within it, a scratch runs on.
    rows, own = ink.window(line)[0], ink.window(line.grown(0.0, STREAK_REACH * line.height))
    first = rows.start - own[0].start
    window = without_streaks(ink.mask[own])[first : first + rows.stop - rows.start]
    spread = window.shape[1] - window.argmax(axis=1) - window[:, ::-1].argmax(axis=1)
    inked = np.asarray(window.any(axis=1), np.bool_)
    own_rows = runs(inked & (spread > min(type_size, line.width / 2) * ink.scale))
    own_rows = _without_grazed(own_rows, inked, type_size * ink.scale, whole=line.width >= LONG * type_size)
    if not own_rows:
        return line
    top = rows.start
    return Box(line.x0, (top + own_rows[0][0]) / ink.scale, line.x1, (top + own_rows[-1][1]) / ink.scale)


def _without_grazed(
    stretches: list[tuple[int, int]], inked: NDArray[np.bool_], type_size: float, *, whole: bool
) -> list[tuple[int, int]]:
    """The stretches of a line's rows without what it has of another line, beyond dust, or of a scratch at its top or foot.

    `inked` tells for each row whether anything is in it; `type_size` is in rows. A line as low as its type has nothing else.
    `whole` tells that nothing beyond white is the line's own.
    """

    def is_tall() -> bool:
        return len(stretches) > 1 and stretches[-1][1] - stretches[0][0] > TALL * type_size

    def is_parted(rows: NDArray[np.bool_]) -> bool:
        return bool(rows.all()) or (whole and not rows.any())

    grazed = GRAZED * type_size
    if is_tall() and stretches[0][1] <= grazed and is_parted(inked[stretches[0][1] : stretches[1][0]]):
        stretches = stretches[1:]
    if is_tall() and len(inked) - stretches[-1][0] <= grazed and is_parted(inked[stretches[-2][1] : stretches[-1][0]]):
        stretches = stretches[:-1]
    return stretches
