"""The page as ink, at a scale where its body type is always equally high: what the other layout steps look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

TYPE_PIXELS = 20.0
"""Height of the body type at the working scale: strokes still 2 pixels wide, a broadsheet still under 10 megapixels."""

THRESHOLD_WINDOW = 2.5
"""Side of the window whose mean is the local paper level, in type sizes: wider than a character, narrower than a tint."""

THRESHOLD_CONTRAST = 18
"""How much darker than its surroundings ink is, in grey levels: above film grain once the page is cleaned, below faint type."""


DUST = 0.01
"""Specks smaller than this share of a character's square are dust, grain or print that shows through: a full stop's ring
covers three times as much."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """The page at the working scale.

    `grey` is uint8 (height, width), 0 = ink; `mask` is uint8 (height, width), 1 = ink; `scale` is working pixels for
    each reading-frame pixel. Boxes handed in and out are in reading-frame pixels.
    """

    grey: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    scale: float

    def window(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of the working image under a box."""
        height, width = self.mask.shape
        top, bottom = (round(min(max(y * self.scale, 0), height)) for y in (box.y0, box.y1))
        left, right = (round(min(max(x * self.scale, 0), width)) for x in (box.x0, box.x1))
        return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """A box of working pixels in reading-frame pixels."""
        left, top, right, bottom = (float(edge) / self.scale for edge in (x, y, x + width, y + height))
        return Box(left, top, right, bottom)


def make_ink(pixels: NDArray[np.uint8], type_size: float) -> Ink:
    """Reduce a cleaned page, uint8 (height, width), 0 = ink, to the working scale and part ink from paper.

    `type_size` is the height of the body type in pixels of the page given. Pages whose type is smaller than the
    working scale are looked at as they are: enlarging adds no ink.
    """
    scale = min(1.0, TYPE_PIXELS / type_size)
    grey = pixels if scale == 1.0 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(grey, dtype=np.uint8)
    return Ink(grey, make_mask(grey, type_size * scale), scale)


def make_mask(grey: NDArray[np.uint8], type_size: float) -> NDArray[np.uint8]:
    """Part ink, 1, from paper, 0, in a grey image whose type is `type_size` pixels high, each place by its own paper."""
    side = odd(THRESHOLD_WINDOW * type_size)
    mask = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, THRESHOLD_CONTRAST)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= DUST * type_size * type_size
    kept[0] = False  # the paper
    return np.asarray(kept[labels], dtype=np.uint8)


def grey_level(grey: NDArray[np.uint8], percent: float) -> float:
    """The grey that so many percent of the pixels stay below: `numpy.percentile` for 256 greys, which need no sorting."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    place = percent / 100 * (grey.size - 1)
    ranks = np.array([math.floor(place), math.ceil(place)])
    lower, upper = np.searchsorted(np.cumsum(counts), ranks, side="right").tolist()
    return float(lower + (upper - lower) * (place - ranks[0]))


def odd(length: float) -> int:
    """The odd number of pixels nearest to a length, at least 3: the side of a window with a middle."""
    return max(3, 2 * round((length - 1) / 2) + 1)


def components(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The connected pieces of a mask, int32 (n, 5): x, y, width, height, area, in working pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(stats[1:], dtype=np.int32)


def runs(profile: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches of a profile, bool (n,), that are true: first and one past the last index of each."""
    padded = np.zeros(len(profile) + 2, np.bool_)
    padded[1:-1] = profile
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
