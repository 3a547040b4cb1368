"""Two pages on one frame: where the fold runs, and each page as a scan of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize import __version__
from digitize.geometry import AffineMap, Chain
from digitize.model import ProcessingStep
from digitize.scan.film import find_page
from digitize.scan.overview import overview
from digitize.scan.page_ids import half_id
from digitize.scan.polarity import is_negative

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.model import Scan
    from digitize.options import Options

# Newspaper pages are higher than wide, or nearly square; two of them side by side are wider than high by this much.
LANDSCAPE = 1.25
# At this size the white between two pages is still some pixels wide.
OVERVIEW_SIDE = 1600
# Wider than the strokes of type, narrower than panels and pictures, as a share of the long side.
STROKE_WINDOW = 1 / 100
# The fold runs within this share of the printed width from its middle: pages are as wide as each other, and what is
# printed over the fold belongs to one of them.
REACH = 0.08
# What a place off the middle by all of that reach costs against the middle, in shares of its height that are inked.
OFF_MIDDLE = 0.02
# The fold leans by no more than this, in degrees; and from one trial to the next.
LEAN, LEAN_STEP = 1.5, 0.1
# Share of a row or column that is inked where print begins; dust and scratches at the film's edge have less.
PRINTED = 0.03
# A line of text runs over the fold where this share of its length lies on either side; less is how detectors see it.
OVER = 0.1
# Ink that makes white no less white, as a share of its height: dust and scratches.
AS_WHITE = 0.002
# A fold has white around it of this share of the printed width, at least.
WHITE = 0.003


def is_landscape(scan: Scan) -> bool:
    """Whether a scan, upright, is so wide that two pages may lie on it."""
    height, width = scan.pixels.shape
    return bool(width >= LANDSCAPE * height)


def may_split(scan: Scan, options: Options) -> bool:
    """Whether two pages are to be looked for on a scan."""
    return options.split == "always" or (options.split == "auto" and is_landscape(scan))


def crosses(fold: tuple[float, float], line: Polygon, height: float) -> bool:
    """Whether a line of text runs over the fold, its corners in pixels of the scan of that height."""
    sides = [x - fold[0] - (fold[1] - fold[0]) * y / height for x, y in line]
    reach = OVER * (max(sides) - min(sides))
    return min(sides) < -reach and max(sides) > reach


def split_at_fold(scan: Scan, fold: tuple[float, float], *, right_first: bool) -> tuple[Scan, ...]:
    """The two pages of a scan, upright, that shows two side by side.

    Args:
        scan: as it was opened, or turned upright.
        fold: where it crosses the upper and the lower edge (see `find_fold`).
        right_first: whether the page on the right comes first, as in issues that are read from right to left.

    Returns:
        The two pages in their order, their ids ending in -1 and -2, their frames leading back to the original pixels;
        what lies beyond the fold has the paper's grey.
    """
    top, bottom = fold
    height, width = scan.pixels.shape
    columns, rows = np.arange(width), np.arange(height)[:, np.newaxis]
    fold = top + (bottom - top) * rows / max(1, height)
    paper = np.uint8(np.median(scan.pixels))
    low, high = int(min(top, bottom)), int(np.ceil(max(top, bottom)))
    left = np.where(columns[:high] < fold, scan.pixels[:, :high], paper)
    right = np.where(columns[low:] >= fold, scan.pixels[:, low:], paper)
    halves = [(left, 0), (right, low)]
    return tuple(
        _half(scan, np.ascontiguousarray(pixels), shift, number)
        for number, (pixels, shift) in enumerate(reversed(halves) if right_first else halves, start=1)
    )


def find_fold(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Where the fold crosses the upper and the lower edge of a scan, uint8 (height, width), of two pages: x, in pixels.

    It is the straight line near the middle of what is printed that crosses least print.
    """
    ink, factor = _ink(pixels)
    height, width = ink.shape
    printed = np.flatnonzero(ink.mean(axis=0) >= PRINTED)
    first, last = (int(printed[0]), int(printed[-1]) + 1) if len(printed) else (0, width)
    middle, reach = (first + last) / 2, max(1.0, REACH * (last - first))
    places = np.arange(max(0, int(middle - reach)), min(width, int(middle + reach) + 1))
    white = max(1, round(WHITE * (last - first))) | 1
    best = (np.inf, middle, middle)
    for degrees in np.arange(-LEAN, LEAN + LEAN_STEP / 2, LEAN_STEP):
        lean = np.tan(np.radians(degrees)) * height
        sheared = _sheared(ink, lean)
        crossed = cv2.blur(sheared.mean(axis=0)[np.newaxis], (white, 1))[0]
        cost = crossed[places] + OFF_MIDDLE * np.abs(places - middle) / reach
        index = int(cost.argmin())
        if cost[index] < best[0]:
            at = _middle_of_white(crossed, int(places[index])) + 0.5
            best = (float(cost[index]), at - lean / 2, at + lean / 2)
    return best[1] * factor, best[2] * factor


def _middle_of_white(crossed: NDArray[np.float32], at: int) -> float:
    """The middle of the stretch around a place in which no more is crossed than there."""
    inked = np.flatnonzero(crossed > crossed[at] + AS_WHITE)
    first = int(inked[inked < at].max(initial=-1)) + 1
    last = int(inked[inked > at].min(initial=len(crossed))) - 1
    return (first + last) / 2


def _sheared(ink: NDArray[np.float32], lean: float) -> NDArray[np.float32]:
    """The ink with a line that leans by so many pixels from top to bottom made plumb, about the middle row."""
    height, width = ink.shape
    matrix = np.array([[1, lean / height, -lean / 2], [0, 1, 0]])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(ink, matrix, (width, height), flags=flags), np.float32)


def _ink(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], int]:
    """Strokes as 1 on 0, float32 (height, width), on the page only, and how many pixels one of theirs is."""
    small = overview(pixels if not is_negative(pixels) else cv2.bitwise_not(pixels), OVERVIEW_SIDE)
    side = small.window(STROKE_WINDOW)
    strokes = cv2.morphologyEx(small.pixels, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    threshold, _ = cv2.threshold(strokes, 0, 255, cv2.THRESH_OTSU)
    ink = (strokes > threshold).astype(np.float32)
    outline = find_page(small.pixels)
    if outline is not None:
        page = np.zeros(ink.shape, np.uint8)
        cv2.fillPoly(page, [np.round(np.asarray(outline)).astype(np.int32)], 1)
        ink *= page
    return ink, small.factor


def _half(scan: Scan, pixels: NDArray[np.uint8], shift: int, number: int) -> Scan:
    move = AffineMap.shift(shift, 0)
    frame = move.then(scan.frame) if isinstance(scan.frame, AffineMap) else Chain(move, scan.frame)
    step = ProcessingStep("split", "digitize", __version__, f"left={shift} width={pixels.shape[1]}")
    return replace(scan, page_id=half_id(scan.page_id, number), pixels=pixels, frame=frame, steps=(*scan.steps, step))
