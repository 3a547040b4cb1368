"""Lines of letters, whose height tells which letters stand in them, given the height of their type instead.

An ideograph fills its square; a Latin, Greek or Cyrillic line is dense between its baseline and the height of its x, thin
where capitals and tall letters rise above, and thinner where a few letters reach below.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

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

TALL_LETTERS = 1.52
"""Height of tall letters, in heights of an x: 0.70 to 0.46 of the type size in text types."""

CAPITALS = 1.25
"""Tall letters rise above an x by a quarter at least, in types with the largest x; a line that rises less has none."""


LOW = 1.25
"""Lines without such a band that are no higher than so many heights of the text's x are low letters, or letters cut low."""


def set_heights(ink: Ink, lines: Sequence[Box]) -> tuple[Box, ...]:
    """The lines with the height of their type: from the baseline to the top of tall letters, on a page set in letters.

    On a page set in ideographs, and for lines that run downwards, the height of the ink, as it was. One box for each line,
    in reading-frame pixels.
    """
    bands = [None if line.upright else _band(ink, line) for line in lines]
    telling = [band for line, band in zip(lines, bands, strict=True) if line.width >= TELLING_LENGTH * line.height]
    letters = [baseline - top for top, baseline in filter(None, telling)]
    if not letters or len(letters) < MOST * len(telling):
        return tuple(lines)
    low = LOW * median(letters)
    return tuple(
        _set(line, *(band or (line.y0, line.y1))) if band or line.height <= low else line
        for line, band in zip(lines, bands, strict=True)
    )


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


def _set(line: Box, x_height: float, baseline: float) -> Box:
    low, tall = baseline - x_height, baseline - line.y0
    return replace(line, y0=line.y0 if tall >= CAPITALS * low else baseline - TALL_LETTERS * low, y1=baseline)
