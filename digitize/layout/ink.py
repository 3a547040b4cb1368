"""The page as ink, at a scale where its body type is always equally high: what the other layout steps look at."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box
from digitize.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

TYPE_PIXELS = 20.0
"""Height of the body type at the working scale: strokes still 2 pixels wide, a broadsheet still under 10 megapixels."""

THRESHOLD_WINDOW = 2.5
"""Side of the window whose mean is the local paper level, in type sizes: wider than a character, narrower than a tint."""

THRESHOLD_CONTRAST = 18
"""How much darker than its surroundings ink is, in grey levels: below faint type."""

GRAIN = 6.0
"""Ink has a point darker than its surroundings by so many standard deviations of the bare paper's grain. That is half of
what it was on the film: what was lighter than paper has become white like it."""

GRAINIEST = 60
"""What has a point that is darker by so many grey levels is ink on any film: type on an evened page is, if it can be read."""

GRAIN_BLOCK = 0.5
"""Side of the blocks in which grain is measured, in type sizes: some fit into the white between two lines."""

GRAIN_CELL = 24
"""Blocks along the side of the area in which the barest ones show the grain: it is heavier where the film was darker."""

BARE_PERCENTILE = 10
"""This percentile of an area's blocks, by how even they are, is bare paper ..."""

UNEVEN_GRAIN = 1.5
"""... unless it is so many times as uneven as one of the areas around it: then it is a picture."""


EDGES, EVERY = 0.03, 8
"""Share of a mask's places that differ from the one before them in their row, in one row of so many, up to which following
its pieces' outlines is sooner than numbering every pixel: that of type is 0.08, that of grounds and rules below 0.02."""

DUST = 0.01
"""Specks smaller than this share of a character's square are dust, grain or print that shows through: a full stop's ring
covers three times as much."""


@dataclass(frozen=True, slots=True, eq=False)
class Tones:
    """The page's greys at the working scale.

    `grey` is uint8 (height, width), 0 = ink; `scale` is working pixels for each reading-frame pixel; `counts` is how many
    pixels have each grey, int64 (256,). Boxes handed in and out are in reading-frame pixels.
    """

    grey: NDArray[np.uint8]
    scale: float
    counts: NDArray[np.int64]

    def level(self, percent: float) -> float:
        """The grey that so many percent of the page's pixels stay below."""
        return _percentile(self.counts, percent)

    def window(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of the working image under a box."""
        height, width = self.grey.shape
        top, bottom = _within(box.y0 * self.scale, height), _within(box.y1 * self.scale, height)
        left, right = _within(box.x0 * self.scale, width), _within(box.x1 * self.scale, width)
        return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """A box of working pixels in reading-frame pixels."""
        left, top, right, bottom = (float(edge) / self.scale for edge in (x, y, x + width, y + height))
        return Box(left, top, right, bottom)


@dataclass(frozen=True, slots=True, eq=False)
class Ink(Tones):
    """The page at the working scale, ink parted from paper: `mask` is uint8 (height, width), 1 = ink."""

    mask: NDArray[np.uint8]


def _within(place: float, length: int) -> int:
    return 0 if place < 0 else length if place > length else round(place)


def without(ink: Ink, boxes: Iterable[Box]) -> Ink:
    """The page with the ink in some boxes blanked."""
    mask = ink.mask.copy()
    for box in boxes:
        mask[ink.window(box)] = 0
    return replace(ink, mask=mask)


def find_tones(pixels: NDArray[np.uint8], type_size: float) -> Tones:
    """Reduce a cleaned page, uint8 (height, width), 0 = ink, to the working scale.

    `type_size` is the height of the body type in pixels of the page given. Pages whose type is smaller than the
    working scale are looked at as they are: enlarging adds no ink.
    """
    scale = min(1.0, TYPE_PIXELS / type_size)
    grey = pixels if scale == 1.0 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(grey, dtype=np.uint8)
    return Tones(grey, scale, count_greys(grey))


def make_ink(tones: Tones, type_size: float) -> Ink:
    """Part ink from paper on a page whose type is dark everywhere, `type_size` pixels of the reading frame high."""
    return Ink(tones.grey, tones.scale, tones.counts, _mask(tones.grey, type_size * tones.scale))


def _mask(grey: NDArray[np.uint8], type_size: float) -> NDArray[np.uint8]:
    """Part ink, 1, from paper, 0, in a grey image whose type is `type_size` pixels high, each place by its own paper."""
    side = odd(THRESHOLD_WINDOW * type_size)
    surroundings = cv2.boxFilter(grey, -1, (side, side), borderType=cv2.BORDER_REPLICATE)
    contrast = cv2.subtract(surroundings, grey)
    (labels, stats), grain = together(
        lambda: labelled(np.asarray(cv2.compare(contrast, THRESHOLD_CONTRAST, cv2.CMP_GE), np.uint8)),
        lambda: _darkest_grain(grey, type_size),
    )
    kept = np.zeros(len(stats), dtype=bool)
    kept[labels.ravel()[np.flatnonzero(contrast >= grain)]] = True
    kept &= stats[:, cv2.CC_STAT_AREA] >= DUST * type_size * type_size
    kept[0] = False  # the paper
    return picked(labels, kept)


def picked(labels: NDArray[np.int32], wanted: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A mask, 1 where a pixel's label, int32 (height, width), is a wanted one, bool (labels,)."""
    return np.take(wanted.view(np.uint8), labels, mode="clip")  # no label is beyond: it need not be looked for


def _darkest_grain(grey: NDArray[np.uint8], type_size: float) -> NDArray[np.uint8]:
    """How much darker than its surroundings grain may be at each place, at most: uint8, the shape of `grey`."""
    height, width = grey.shape
    block = max(3, round(GRAIN_BLOCK * type_size))
    size = max(1, width // block), max(1, height // block)
    values = grey.astype(np.float32)
    mean, square = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (values, values * values))
    grain = np.sqrt(np.maximum(square - mean * mean, 0))
    cells = tuple(max(1, round(length / GRAIN_CELL)) for length in grain.shape)
    bare = [
        [np.percentile(cell, BARE_PERCENTILE) for cell in np.array_split(row, cells[1], axis=1)]
        for row in np.array_split(grain, cells[0], axis=0)
    ]
    levels = np.array(bare, np.float32)
    levels = np.minimum(levels, UNEVEN_GRAIN * cv2.erode(levels, np.ones((3, 3), np.uint8)))
    contrast = np.clip(GRAIN * levels, THRESHOLD_CONTRAST, GRAINIEST)
    return np.asarray(cv2.resize(contrast, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8), np.uint8)


def grey_level(grey: NDArray[np.uint8], percent: float) -> float:
    """The grey that so many percent of the pixels stay below: `numpy.percentile` for 256 greys, which need no sorting."""
    return _percentile(count_greys(grey), percent)


def count_greys(grey: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels have each grey, int64 (256,)."""
    return np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel(), np.int64)


def _percentile(counts: NDArray[np.int64], percent: float) -> float:
    place = percent / 100 * (int(counts.sum()) - 1)
    ranks = np.array([math.floor(place), math.ceil(place)])
    lower, upper = np.searchsorted(np.cumsum(counts), ranks, side="right").tolist()
    return float(lower + (upper - lower) * (place - ranks[0]))


def darker(grey: NDArray[np.uint8], level: float) -> NDArray[np.uint8]:
    """A mask, 1 where the grey is below a level."""
    return (grey < math.ceil(level)).view(np.uint8)  # as a whole number, so that nothing is widened to compare


def odd(length: float) -> int:
    """The odd number of pixels nearest to a length, at least 3: the side of a window with a middle."""
    return max(3, 2 * round((length - 1) / 2) + 1)


def labelled(mask: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The connected pieces of a mask: a label for each pixel, 0 for what is not set, and OpenCV's statistics for each label."""
    # Blocks of two by two pixels at once: two thirds of the time that OpenCV's own choice takes.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def components(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The connected pieces of a mask, top to bottom, int32 (n, 4): x, y, width, height, in working pixels."""
    rows = mask[::EVERY]
    if np.count_nonzero(rows[:, 1:] != rows[:, :-1]) > EDGES * rows.size:
        return labelled(mask)[1][1:, :4]
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    around = [] if hierarchy is None else hierarchy[0, :, 3].tolist()  # what a contour is a hole in, -1 for none
    outer = [cv2.boundingRect(contour) for contour, parent in zip(contours, around, strict=True) if parent < 0]
    return np.array(sorted(outer, key=lambda box: (box[1], box[0])), np.int32).reshape(-1, 4)


def runs(profile: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches of a profile, bool (n,), that are true: first and one past the last index of each."""
    padded = np.zeros(len(profile) + 2, np.bool_)
    padded[1:-1] = profile
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
