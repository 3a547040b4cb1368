"""Lines of letters, whose height tells which letters stand in them, given the height of their type instead.

An ideograph fills its square; a Latin, Greek or Cyrillic line is dense between its baseline and the height of its x, thin
where capitals and tall letters rise above, and thinner where a few letters reach below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from digitize.layout.detection import body_size
from digitize.layout.gutters import without_streaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

DENSE = 0.5
"""Rows of the band between baseline and x-height hold this share of the ink of a full row, rows above and below less."""

LETTER_BAND = (0.35, 0.82)
"""Height of that band, as a share of the line's: x to tall letters with tails, and to tall letters alone."""

TELLING_LENGTH = 5.0
"""Lines so many times as long as they are high hold enough letters to tell letters from ideographs."""

MOST = 0.7
"""Share of a page's long lines that look like letters where it is set in them: of ideographs, few lines do by chance."""

FULL_ROW = 80
"""Percentile of a line's rows, by their ink, that a full row has: a row of bars alone is fuller."""

TALL_LETTERS = 0.9
"""Lines that rise less above an x than this share of what the page's lines do have no tall letters, or were cut low."""

CAPITALS = 1.2
"""Lines that rise less above their band are capitals throughout, or low letters throughout."""

DESCENDS = 0.37
"""Ink below the baseline, in heights of the dense band: tails reach down by two fifths of an x and more, but by a third of
capitals and figures, and commas by less."""

HEADLINE = 1.6
"""Lines so many times as high as the body's tall letters are headlines'."""

TALL = 1.15
"""Lines of ideographs from so many body sizes on may be body type with a hair in it, or a line that leans."""

IN_PLACES, PLACES = 0.9, 4
"""They are, if most of their places, a body size wide each, are lower than this share of the line, and there are so many."""

ALIKE = 0.15
"""How much the heights of two lines of one headline differ, in logarithms, at most."""

SURELY_LOW = 0.5
"""They are low letters where these would then be so much nearer to the body's size than capitals would, in logarithms."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page's long lines tell of its type: how far tall letters rise, in heights of an x, and how high they are."""

    rise: float
    tall: float


def set_heights(ink: Ink, lines: Sequence[Box]) -> tuple[Box, ...]:
    """The lines with the height of their type: from the baseline to the top of tall letters, on a page set in letters.

    On a page set in ideographs, and for lines that run downwards, the height of the ink; but that of most of its places for
    a line that is taller than body type in a few of them. One box for each line, in reading-frame pixels.
    """
    bands = [None if line.upright else _band(ink, line) for line in lines]
    telling = [
        (line, *band) for line, band in zip(lines, bands, strict=True) if band and line.width >= TELLING_LENGTH * line.height
    ]
    long = sum(line.width >= TELLING_LENGTH * line.height for line in lines)
    if not telling or len(telling) < MOST * long:
        size = body_size(lines)
        return tuple(_as_most(ink, line, size) if line.height > TALL * size and not line.upright else line for line in lines)
    rise = median((baseline - line.y0) / (baseline - x_height) for line, x_height, baseline in telling)
    setting = Setting(rise, rise * median(baseline - x_height for _, x_height, baseline in telling))
    found = [
        line if line.upright else _set(line, *(band or (line.y0, line.y1)), setting)
        for line, band in zip(lines, bands, strict=True)
    ]
    large = [box for box in found if box.height >= HEADLINE * setting.tall and not box.upright]
    return tuple(
        _as_above(box, large, setting) if _is_even(line, band) and not line.upright else box
        for box, line, band in zip(found, lines, bands, strict=True)
    )


def _as_most(ink: Ink, line: Box, type_size: float) -> Box:
    """A line of ideographs from the top to the foot that most of its places have: a hair is in it, or it leans, elsewhere."""
    rows, columns = ink.window(line)
    step = max(1, round(type_size * ink.scale))
    places = [
        np.flatnonzero(ink.mask[rows, left : left + step].max(axis=1)) for left in range(columns.start, columns.stop, step)
    ]
    edges = [(int(inked[0]), int(inked[-1]) + 1) for inked in places if len(inked)]
    if len(edges) < PLACES:
        return line
    top, foot = (median(side) for side in zip(*edges, strict=True))
    height = (foot - top) / ink.scale
    if height > min(IN_PLACES * line.height, TALL * type_size):  # larger type has places lower than its characters
        return line
    return replace(line, y0=(rows.start + top) / ink.scale, y1=(rows.start + foot) / ink.scale)


def _is_even(line: Box, band: tuple[float, float] | None) -> bool:
    """Whether a line has neither tall letters nor tails, as capitals alone and low letters alone have none."""
    top, baseline = band or (line.y0, line.y1)
    return baseline - line.y0 < CAPITALS * (baseline - top) and line.y1 - baseline < DESCENDS * (baseline - top)


def _as_above(box: Box, large: Sequence[Box], setting: Setting) -> Box:
    """A line of a headline that looks set in low capitals, as high as the line above, if its letters would be that high."""
    full = box.y1 - setting.rise * box.height
    for other in large:
        near = 0 < box.y0 - other.y1 <= other.height and abs(log((box.y1 - full) / other.height)) <= ALIKE
        if near and (abs(box.x0 - other.x0) <= other.height / 2 or abs(box.cx - other.cx) <= other.height / 2):
            return replace(box, y0=full)
    return box


def _band(ink: Ink, line: Box) -> tuple[float, float] | None:
    """Height of an x and baseline of a line, in y; None where its ink is spread evenly, as capitals' and ideographs' is."""
    profile = without_streaks(ink.mask[ink.window(line)]).sum(axis=1)
    dense = np.flatnonzero(profile >= DENSE * np.percentile(profile, FULL_ROW))
    if not len(dense):
        return None
    top, bottom = int(dense[0]), int(dense[-1]) + 1
    if not LETTER_BAND[0] <= (bottom - top) / len(profile) <= LETTER_BAND[1]:
        return None
    first = ink.window(line)[0].start
    return (first + top) / ink.scale, (first + bottom) / ink.scale


def _set(line: Box, top: float, baseline: float, setting: Setting) -> Box:
    """A line, whose band of dense ink begins at `top`, from its baseline to the top of its tall letters."""
    band, tall = baseline - top, baseline - line.y0
    full = setting.rise * band
    if tall >= TALL_LETTERS * full:
        return replace(line, y1=baseline)
    if line.y1 - baseline >= DESCENDS * band:
        return replace(line, y0=baseline - full, y1=baseline)
    as_capitals, as_low = (abs(log(height / setting.tall)) for height in (band, full))
    if tall < CAPITALS * band and as_low > SURELY_LOW * as_capitals:
        return replace(line, y0=top, y1=baseline)
    return replace(line, y0=baseline - full, y1=baseline)
