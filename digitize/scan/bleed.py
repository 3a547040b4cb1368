"""Bleed-through: print of the page's back that shows through the paper, paler and softer than the page's own.

Text detection takes its rows for lines, or runs lines of the page together where large type of the back lies behind
them, and its ink closes gutters. What is paler than the page's own type and no flank of its strokes is painted over with
the ground around it. What is small or thin is left: it may be punctuation or a rule that film has made pale.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize import __version__
from digitize.geometry import bounds
from digitize.model import ProcessingStep
from digitize.scan.overview import overview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box, Polygon
    from digitize.model import Scan

# Strokes of body type are two pixels wide on a copy whose long side has about so many.
OVERVIEW_SIDE = 2000
# Grain is evened out by a blur of this share of the long side: half a stroke.
BLUR = 1 / 2000
# Strokes are narrower than this share of the long side, those of headlines, too; what is wider is ground: tints, pictures.
WIDEST = 1 / 65
# Ground darker than this share of black is a tint's, a panel's or a picture's; pictures have pale strokes of all kinds.
DARK_GROUND = 0.1
# A line's strokes are as dark as this percentile of its pixels; the page's own print is as dark as the middle line's.
STROKES_PERCENTILE = 90
# The page's own strokes have the first share of that darkness, and each of them somewhere the second.
OWN = 0.6, 0.8
# Print of the back has the first share of it, and each of its pieces somewhere the second; grain has not.
PALE = 0.15, 0.2
# The flanks of strokes reach so far around them, as a share of the long side.
FLANKS = 1 / 1000
# Pieces of print of the back are wider on the average than this share of a line's height: characters are, blurred as they
# are. Full stops, single strokes and rules that film has made pale are thinner.
WIDTH = 0.4
# A page of which less than this share is print of the back is left as it is.
LEAST = 0.005


def without_bleed(scan: Scan, lines: Sequence[Polygon]) -> Scan:
    """A cleaned scan without the print of its back, for detection and layout; characters are read on the scan itself.

    Args:
        scan: the cleaned scan.
        lines: the text lines detected on it, in its pixels: their strokes tell how dark the page's own print is.

    Returns:
        The scan painted over, with a step for it; or the scan itself, where hardly anything shows through.
    """
    small = overview(scan.pixels, OVERVIEW_SIDE)
    boxes = [bounds(tuple((x / small.factor, y / small.factor) for x, y in line)) for line in lines]
    boxes = [box.clipped(*small.pixels.shape[::-1]) for box in boxes if box.width > 2 * box.height]
    darkness = cv2.bitwise_not(cv2.GaussianBlur(small.pixels, (0, 0), BLUR * small.long_side))
    ground = cv2.morphologyEx(darkness, cv2.MORPH_OPEN, np.ones((small.window(WIDEST),) * 2, np.uint8))
    strokes = np.asarray(cv2.subtract(darkness, ground), np.uint8)
    level = float(np.median([_level(strokes, box) for box in boxes])) if boxes else 0.0
    if level == 0:
        return scan
    flanks = np.ones((2 * small.length(FLANKS) + 1,) * 2, np.uint8)
    own = cv2.dilate(_pieces(strokes, level, OWN), flanks).view(np.bool_)
    paper = (ground < DARK_GROUND * 255) & ~own
    height = float(np.median([box.height for box in boxes]))
    pieces = _pieces(np.where(paper, strokes, 0), level, PALE, WIDTH * height)
    bleed = cv2.dilate(pieces, flanks).view(np.bool_) & ~own
    share = float(bleed.mean())
    if share < LEAST:
        return scan
    step = ProcessingStep("paint-bleed-through", "digitize", __version__, f"share={share:.3f}")
    painted = _painted(scan.pixels, bleed, cv2.bitwise_not(ground), small.factor)
    return replace(scan, pixels=painted, steps=(*scan.steps, step))


def _level(strokes: NDArray[np.uint8], box: Box) -> float:
    """How dark a line's strokes are, 0 to 255."""
    part = strokes[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)].ravel()
    lighter = STROKES_PERCENTILE * (part.size - 1) // 100
    return float(np.partition(part, lighter)[lighter]) if part.size else 0.0


def _pieces(strokes: NDArray[np.uint8], level: float, shares: tuple[float, float], width: float = 0.0) -> NDArray[np.uint8]:
    """A mask, 1 in the pieces that all have the first share of a level, somewhere the second, and that mean width."""
    outer, inner = (strokes >= math.ceil(share * level) for share in shares)  # as whole numbers, so that nothing is widened
    if width:
        # Blocks of two by two pixels at once: two thirds of the time that OpenCV's own choice takes.
        count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
            outer.view(np.uint8), 8, cv2.CV_32S, cv2.CCL_BBDT
        )
        lengths = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
        wide = stats[:, cv2.CC_STAT_AREA] >= width * lengths
    else:
        count, labels = cv2.connectedComponents(outer.view(np.uint8))
        wide = np.ones(count, np.bool_)
    wanted = np.zeros(count, np.bool_)
    wanted[labels[inner]] = True
    wanted &= wide
    return np.asarray(np.take(wanted.view(np.uint8), labels, mode="clip"), np.uint8)  # no label is beyond: nor looked for


def _painted(pixels: NDArray[np.uint8], mask: NDArray[np.bool_], tone: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The pixels, as light as `tone` at least where the mask is set; both are smaller by a whole factor."""
    size = mask.shape[1] * factor, mask.shape[0] * factor
    where = cv2.resize(mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
    light = cv2.resize(tone, size, interpolation=cv2.INTER_LINEAR)
    painted = pixels.copy()
    part = painted[: size[1], : size[0]]
    np.maximum(part, light, out=part, where=where)
    return painted
