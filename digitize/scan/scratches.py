"""Scratches: thin dark lines down the whole film, over the margins too, where no printed rule goes.

They would be found as rules and part lines of type that belong together. A scratch shows as a thin dark column in the
margin above the print and again in the margin below; a straight line between two such places is a scratch when
it is dark nearly all the way. It is painted over, row by row, with what stands to its left and right, where that is
lighter: strokes that cross it go on, paper closes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.geometry import Polygon

# Rows are averaged in bands of this share of the page's height: grain goes, and the lines stay sharp.
BAND = 1 / 200
# Lines up to about this share of the page's long side are thin; strokes of body type are of this width.
WIDEST = 1 / 130
# The bands from the page's edge that must be dark: past the blur of the edge, and before any print.
MARGIN = range(2, 6)
# How much darker than what is beside it a scratch is, in grey values of a page with white paper and black ink.
CONTRAST = 32
# How far scratches may lean from the film's direction, in degrees, and bend from a straight line, in pixels.
LEAN, BEND = 1.2, 2
# The share of bands in which a scratch is dark; column after column of type stays below half of it. It is not 1, since a
# scratch does not show where it runs over ink.
UNBROKEN = 0.85
# The share of a margin that may be dark: a scan that was cut close has print there, and its rules are no scratches. Margins
# with dust and scratches stay below 0.015, bands with type are above 0.04.
EMPTY = 0.02
# The flanks of a scratch, as a share of its darkness, that are painted over as well; and the blur beside them, in pixels.
FLANK, BLUR = 0.2, 1
# The path of a scratch is smoothed over so many bands.
SMOOTHED = 9


@dataclass(frozen=True, slots=True, eq=False)
class Scratch:
    """A scratch: where its middle is in x on each row of the page, int (height,), and half its width, in pixels."""

    middle: NDArray[np.int64]
    half_width: int


@dataclass(frozen=True, slots=True, eq=False)
class _Bands:
    """The page in bands.

    `dark` tells how much darker than what is beside it each place is, uint8 (bands, width); the page reaches from band
    `first` to band `last` in each column, int (width,).
    """

    dark: NDArray[np.uint8]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def find_scratches(pixels: NDArray[np.uint8], skew: float, outline: Polygon | None) -> tuple[Scratch, ...]:
    """Find the dark scratches that run down the whole page.

    Args:
        pixels: uint8 (height, width), 0 = ink, 255 = paper, upright.
        skew: by how many degrees the page was turned clockwise before, which tells the film's direction.
        outline: the page, in these pixels; None where it is all of them.
    """
    height = pixels.shape[0]
    bands = _bands(pixels, outline)
    tops, bottoms = _dark_in_margin(bands.dark, bands.first, 1, skew), _dark_in_margin(bands.dark, bands.last, -1, skew)
    least, most = (height * math.tan(math.radians(skew + lean)) for lean in (-LEAN, LEAN))
    paths = [_follow(bands, top, bottom) for top in tops for bottom in bottoms if least <= bottom - top <= most]
    return tuple(_scratch(bands, path, height) for path in paths if path is not None)


def without_scratches(pixels: NDArray[np.uint8], scratches: tuple[Scratch, ...]) -> NDArray[np.uint8]:
    """Paint scratches over with what is beside them: uint8, the shape of `pixels`; no pixel gets darker."""
    result = pixels.copy()
    height, width = pixels.shape
    rows = np.arange(height)
    for scratch in scratches:
        reach = scratch.half_width + 1
        left, right = (
            result[rows, np.clip(scratch.middle + side * reach, 0, width - 1)].astype(np.float64) for side in (-1, 1)
        )
        for offset in range(1 - reach, reach):
            share = (offset + reach) / (2 * reach)
            columns = np.clip(scratch.middle + offset, 0, width - 1)
            beside = (left * (1 - share) + right * share).astype(np.uint8)
            result[rows, columns] = np.maximum(result[rows, columns], beside)
    return result


def _bands(pixels: NDArray[np.uint8], outline: Polygon | None) -> _Bands:
    height, width = pixels.shape
    rows = max(1, round(height * BAND))
    count = height // rows
    means = cv2.resize(pixels[: count * rows], (width, count), interpolation=cv2.INTER_AREA)
    window = max(3, round(max(height, width) * WIDEST) | 1)
    dark = np.asarray(cv2.morphologyEx(means, cv2.MORPH_BLACKHAT, np.ones((1, window), np.uint8)), dtype=np.uint8)
    page = np.ones((count, width), np.uint8)
    if outline is not None:
        corners = np.rint(np.asarray(outline) / (1, rows) - 0.5).astype(np.int32)
        page = np.asarray(cv2.fillPoly(np.zeros_like(page), [corners], 1), dtype=np.uint8)
    first, last = page.argmax(axis=0), count - 1 - page[::-1].argmax(axis=0)
    return _Bands(dark, first.astype(np.int64), last.astype(np.int64))


def _dark_in_margin(dark: NDArray[np.uint8], edge: NDArray[np.int64], inwards: int, skew: float) -> list[int]:
    """The columns that are darkest among those beside them that are dark all through an empty margin."""
    count, width = dark.shape
    rows = np.clip(edge + inwards * np.array(MARGIN)[:, np.newaxis], 0, count - 1)
    margin = np.asarray(dark[rows, np.arange(width)], dtype=np.uint8)
    drift = 2 * BEND + 1 + math.ceil(abs(math.tan(math.radians(skew))) / BAND)
    if (margin > CONTRAST).mean() > EMPTY:
        return []
    level = cv2.dilate(margin, np.ones((1, drift), np.uint8)).min(axis=0)
    hits = np.flatnonzero(level > CONTRAST)
    runs = np.split(hits, np.flatnonzero(np.diff(hits) > 1) + 1) if len(hits) else []
    sums = margin.sum(axis=0)
    return [int(run[sums[run].argmax()]) for run in runs]


def _follow(bands: _Bands, top: int, bottom: int) -> NDArray[np.float64] | None:
    """The path, x for each band, of a scratch from a column at the top to one at the bottom; None where there is none."""
    count, width = bands.dark.shape
    start, end = bands.first[top] + MARGIN.start, bands.last[bottom] - MARGIN.start
    band = np.arange(count)
    line = top + (bottom - top) * (band - start) / max(end - start, 1)
    beside = np.clip(np.rint(line).astype(np.int64)[:, np.newaxis] + np.arange(-BEND, BEND + 1), 0, width - 1)
    levels = bands.dark[band[:, np.newaxis], beside].astype(np.float64)
    on_page = levels[start : end + 1].max(axis=1, initial=0)
    if len(on_page) == 0 or (on_page > CONTRAST).mean() < UNBROKEN:
        return None
    weights = levels**2 + 1e-6
    bend = (weights * np.arange(-BEND, BEND + 1)).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(line + cv2.blur(bend[:, np.newaxis], (1, SMOOTHED))[:, 0], dtype=np.float64)


def _scratch(bands: _Bands, path: NDArray[np.float64], height: int) -> Scratch:
    count, width = bands.dark.shape
    reach = max(1, round(max(height, width) * WIDEST / 2))
    beside = np.clip(np.rint(path).astype(np.int64)[:, np.newaxis] + np.arange(-reach, reach + 1), 0, width - 1)
    profile = np.median(bands.dark[np.arange(count)[:, np.newaxis], beside], axis=0)
    flanks = np.flatnonzero(profile > FLANK * profile[reach - BEND : reach + BEND + 1].max()) - reach
    near = [int(abs(offset)) for offset in flanks if abs(offset) <= reach]
    middle = np.interp((np.arange(height) + 0.5) * count / height - 0.5, np.arange(count), path)
    return Scratch(np.rint(middle).astype(np.int64), min(max(near, default=0) + BLUR, reach))
