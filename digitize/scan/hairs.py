"""Thin dark lines on a page, scratches and printed rules alike: where a piece of one shows, and how far it runs.

A page may have a thousand pieces, rows of strokes that stand at one height, so that each step is taken for all of them at
once: what belongs to them lies in arrays end to end, each place with the number of its owner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.cuts import CONTRAST, INK, TOUCH, beside, hair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.scan.exposure import Exposure

# Rows are averaged in bands of this share of the page's long side: grain goes, and thin lines stay sharp.
BAND = 1 / 500
# Lines up to about this share of the page's long side are thin; strokes of body type are of this width.
WIDEST = 1 / 130
# How far lines may lean from the film's direction, in degrees, and bend from a straight line, in pixels.
LEAN, BEND = 3.0, 2
BENDS = np.arange(-BEND, BEND + 1)
# The share of rows, in per cent, in which a line is dark, from any of its rows to its ends; column after column of type stays
# below half of it. It is not 100, since a line does not show where it runs over ink.
UNBROKEN = 85
# Rounds in which a piece is followed to the line's ends, each up to twice as long as the last.
ROUNDS = 8
# A line lighter than paper is as dark, in its bands, as so many times the share of the paper by which it is lighter: one by a
# twentieth is seen, and a third is black. Four times as much shows grain as well.
LIGHT = 3.0
# Paper beside a line is lighter than this grey value, averaged over a band of rows: grey, where strokes are near.
PAPER = 200


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The page in bands of so many `rows`.

    `means` are their mean grey values, `dark` tells how much darker than what is beside it each place is, both
    uint8 (bands, width); `long_side` is the page's, in pixels, and `piece` the length of a piece that is followed, in bands.
    """

    means: NDArray[np.uint8]
    dark: NDArray[np.uint8]
    rows: int
    long_side: int
    piece: int


def make_bands(pixels: NDArray[np.uint8], piece: float, *, level: bool = False) -> Bands:
    """A page, uint8 (height, width), in bands; `piece` is the length of a piece, as a share of the long side.

    For `level` lines x and y are exchanged.
    """
    means, rows = _means(pixels, level=level)
    return _bands(means, rows, max(pixels.shape), piece)


def make_light_bands(pixels: NDArray[np.uint8], exposure: Exposure, piece: float, *, level: bool = False) -> Bands:
    """The same of a page, dark ink on light paper, on which the lines sought are lighter than its paper: dark on white."""
    means, rows = _means(pixels, level=level)
    height, width = pixels.shape
    along, across = ((np.arange(count) + 0.5) for count in means.shape)
    if level:
        paper = exposure.paper_at(across / height, along * rows / width).T
    else:
        paper = exposure.paper_at(along * rows / height, across / width)
    share = np.divide(means, paper, out=np.ascontiguousarray(paper))
    lighter = cv2.convertScaleAbs(np.maximum(share - 1, 0, out=share), alpha=255 * LIGHT)
    return _bands(np.asarray(cv2.bitwise_not(lighter), np.uint8), rows, max(pixels.shape), piece)


def _means(pixels: NDArray[np.uint8], *, level: bool) -> tuple[NDArray[np.uint8], int]:
    """A page's mean grey values in bands, and how many rows make one."""
    height, width = pixels.shape[::-1] if level else pixels.shape
    rows = max(1, min(round(BAND * max(pixels.shape)), height))
    count = height // rows
    whole, size = (pixels[:, : count * rows], (count, width)) if level else (pixels[: count * rows], (width, count))
    means = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.transpose(means) if level else means, np.uint8), rows


def _bands(means: NDArray[np.uint8], rows: int, long_side: int, piece: float) -> Bands:
    window = np.ones((1, max(3, round(WIDEST * long_side) | 1)), np.uint8)
    dark = np.asarray(cv2.morphologyEx(means, cv2.MORPH_BLACKHAT, window), np.uint8)
    return Bands(means, dark, rows, long_side, max(3, round(piece * long_side / rows)))


@dataclass(frozen=True, slots=True)
class Line:
    """A straight piece of a thin dark line: x = slope * band + start, from band `top` to before band `bottom`."""

    top: int
    bottom: int
    slope: float
    start: float

    def at(self, bands: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where it is in x, in pixels."""
        return np.asarray(self.slope * bands + self.start, np.float64)


def find_pieces(bands: Bands, skew: float, *, only_thin: bool = False) -> list[Line]:
    """The long pieces of thin dark lines on paper along the film, the longest first.

    `skew` is by how many degrees the page was turned clockwise; `only_thin` leaves out what is no hair's width.
    """
    if len(bands.dark) < bands.piece:
        return []
    mask = (bands.dark > CONTRAST).astype(np.uint8)
    # A pixel of slack on both sides keeps a line whole where it leans from one column to the next.
    slack = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(slack, cv2.MORPH_OPEN, _along(bands.piece, bands.rows * math.tan(math.radians(skew))))
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(runs, 8, cv2.CV_32S, cv2.CCL_BBDT)
    top, height = (stats[1:, column].astype(np.int64) for column in (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT))
    places = cv2.findNonZero(cv2.bitwise_and(mask, runs))
    if places is None:
        return []
    x, y = places[:, 0].T.astype(np.int64)
    owner = labels[y, x] - 1
    half_width, shown = _widths(owner, y - top[owner], height)
    slope, start = _through(owner, y, x, count - 1)
    lean = np.degrees(np.arctan(slope / bands.rows)) - skew
    kept = (2 * shown >= height) & (np.abs(lean) <= LEAN)
    if only_thin:
        kept &= half_width <= hair(bands.long_side)
    order = np.argsort(-height, kind="stable")
    order = order[kept[order]]
    lines = [
        Line(*edges, *straight)
        for edges, straight in zip(
            np.stack([top, top + height], axis=1)[order].tolist(), np.stack([slope, start], axis=1)[order].tolist(), strict=True
        )
    ]
    on_paper = _on_paper(bands, lines, half_width[order])
    return [line for line, kept in zip(lines, on_paper, strict=True) if kept]


def _widths(
    owner: NDArray[np.int64], row: NDArray[np.int64], height: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Half the middle width of pieces of so many rows, and in how many rows each shows, from the places that are theirs."""
    first = np.cumsum(height) - height
    widths = np.bincount(first[owner] + row, minlength=int(height.sum()))
    owners = np.repeat(np.arange(len(height)), height)
    ordered = widths[np.lexsort((widths, owners))]
    middle = (ordered[first + (height - 1) // 2] + ordered[first + height // 2]) / 2
    return middle / 2, np.bincount(owners[widths > 0], minlength=len(height))


def _through(
    owner: NDArray[np.int64], y: NDArray[np.int64], x: NDArray[np.number], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The slopes and the starts of the lines x = slope * y + start of least squares; upright through points of one row."""
    points = np.maximum(np.bincount(owner, minlength=count), 1)
    middle_y, middle_x = (np.bincount(owner, values, count) / points for values in (y, x))
    off = y - middle_y[owner]
    spread = np.bincount(owner, off * off, count)
    slope = np.bincount(owner, off * x, count) / np.where(spread > 0, spread, np.inf)
    return slope, middle_x - slope * middle_y


def _along(length: int, slope: float) -> NDArray[np.uint8]:
    """A kernel of a line so many rows long, with that slope."""
    rows = np.arange(length)
    columns = np.rint((rows - length // 2) * slope).astype(np.int64)
    reach = int(np.abs(columns).max())
    kernel = np.zeros((length, 2 * reach + 1), np.uint8)
    kernel[rows, columns + reach] = 1
    return kernel


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """The bands that lines run through, end to end: each with its `owner`'s number, and where that is in x."""

    owner: NDArray[np.int64]
    bands: NDArray[np.int64]
    x: NDArray[np.float64]

    @staticmethod
    def of(lines: Sequence[Line], first: NDArray[np.int64], last: NDArray[np.int64]) -> _Paths:
        """The lines' paths, each from one band to before another."""
        owner, bands = _stretches(first, last)
        slope, start = np.array([(line.slope, line.start) for line in lines]).T
        return _Paths(owner, bands, slope[owner] * bands + start[owner])

    @property
    def middle(self) -> NDArray[np.int64]:
        """Where they are in x, in whole pixels."""
        return np.rint(self.x).astype(np.int64)


def _stretches(first: NDArray[np.int64], last: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers from each first to before each last, end to end, with the index of each one's stretch."""
    lengths = last - first
    owner = np.repeat(np.arange(len(first)), lengths)
    return owner, np.arange(len(owner)) - (np.cumsum(lengths) - lengths - first)[owner]


def _on_paper(bands: Bands, lines: Sequence[Line], half_width: NDArray[np.float64]) -> list[bool]:
    """Whether there is paper beside most of a piece, on one side or the other: lines within photographs have none."""
    if not lines:
        return []
    top, bottom = np.array([(line.top, line.bottom) for line in lines]).T
    paths = _Paths.of(lines, top, bottom)
    gap = np.ceil(half_width).astype(np.int64) + TOUCH
    flanks = beside(bands.means, paths.bands, paths.middle, gap[paths.owner, np.newaxis] * np.array([-1, 1]))
    light = np.bincount(paths.owner[flanks.max(axis=1) > PAPER], minlength=len(lines))
    return [bool(enough) for enough in 2 * light >= bottom - top]


def follow(bands: Bands, pieces: Sequence[Line]) -> list[Line | None]:
    """Follow pieces to both ends of their lines, as far as these are dark nearly all the way; None for one that is not."""
    found: list[Line | None] = list(pieces)
    going = dict(enumerate(pieces))
    for _ in range(ROUNDS):
        if not going:
            break
        longer = dict(zip(going, _lengthened(bands, list(going.values())), strict=True))
        going = {
            number: line
            for number, line in longer.items()
            if line and (line.top, line.bottom) != (going[number].top, going[number].bottom)
        }
        for number, line in longer.items():
            if line is None or number in going:
                found[number] = line
    return found


def _lengthened(bands: Bands, lines: Sequence[Line]) -> list[Line | None]:
    """Lines as far as they are seen within half their length beyond their ends; None for one that is not dark all along."""
    top, bottom = np.array([(line.top, line.bottom) for line in lines]).T
    more = (bottom - top) // 2 + 1
    first, last = np.maximum(top - more, 0), np.minimum(bottom + more, len(bands.dark))
    paths = _Paths.of(lines, first, last)
    levels = beside(bands.dark, paths.bands, paths.middle, BENDS)
    shown = levels.max(axis=1) > CONTRAST
    hidden = beside(bands.means, paths.bands, paths.middle, BENDS).max(axis=1) < INK
    begin, end = (first + places for places in _densest(shown, hidden, last - first))
    kept = np.flatnonzero(shown & (paths.bands >= begin[paths.owner]) & (paths.bands < end[paths.owner]))
    owner = paths.owner[kept]
    slope, start = _through(owner, paths.bands[kept], paths.x[kept] + BENDS[levels[kept].argmax(axis=1)], len(lines))
    dark = np.bincount(owner, minlength=len(lines)) >= bands.piece
    found = zip(begin.tolist(), end.tolist(), slope.tolist(), start.tolist(), strict=True)
    return [Line(*line) if is_line else None for line, is_line in zip(found, dark, strict=True)]


def _densest(
    shown: NDArray[np.bool_], hidden: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of stretches end to end, the longest part of each, first and one past the last place, that is shown from end to end.

    It is shown in `UNBROKEN` of its places counted from both ends: the part of the greatest sum, where what is shown counts
    1, what is hidden (by ink) nothing, and what is neither as much less as the share asks.
    """
    counted = np.where(shown, 100 - UNBROKEN, np.where(hidden, 0, -UNBROKEN))
    sums = np.concatenate([[0], np.cumsum(counted)])
    first = np.cumsum(lengths) - lengths
    owner, place = _stretches(first, first + lengths + 1)  # the sums before each place, and that of all
    # Each stretch lies below the one before it, so that the least so far is one of its own.
    own = sums[place] - (sums[first] + 200 * len(shown) * np.arange(1, len(first) + 1))[owner]
    least = np.minimum.accumulate(own)
    rise = own - least
    highest = np.maximum.reduceat(rise, first + np.arange(len(first)))
    last = _first(rise == highest[owner], owner, len(first))
    begin = _first(own == least[last][owner], owner, len(first))
    return place[begin] - first, place[last] - first


def _first(wanted: NDArray[np.bool_], owner: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The index of each owner's first wanted place."""
    found = np.flatnonzero(wanted)
    return found[np.searchsorted(owner[found], np.arange(count))]
