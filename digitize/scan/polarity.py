"""Polarity: whether a scan shows a negative film, told by its type and not by how dark it is.

Printing is the minority on its paper: within a few lines of type, dark strokes stand on a lighter majority. On a
negative it is the other way round. So the grey values around a stroke are skewed towards the ink, and the third
central moment over windows of a few lines tells which end of the scale the ink is at. Film borders are flat and have
no moment; photographs are coarser than the window; large reversed headings have less edge to speak with than the body
type of the same area. No window has more to say than the page's type has: on a dense film, where paper and ink are two
near greys, specks of dust and the film's own edge stand out far more than the type does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import overview

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Body type is some 1/150 of a newspaper page's long side: at this size it is still about ten pixels high, and its
# strokes one or two pixels wide.
OVERVIEW_SIDE = 1600
# Two to three lines of body type.
WINDOW = 1 / 64
# Windows of type are at this percentile of all by their contrast, at least; those above have no greater say.
LOUDEST = 75
# The skewness of a window with type stays within this; that of a single speck in an empty one is many times as much.
STEEPEST = 2.0
# A contrast that is as good as none, as a share of black to white, to the third power.
FLAT = 1e-9
# The mean skewness is beyond +-0.5 on pages with type, even on heavy film; noise and blank pages stay within this.
CERTAIN = 0.1


def ink_skewness(pixels: NDArray[np.uint8]) -> float:
    """The mean skewness of the grey values around the strokes: below 0 with dark ink, above 0 with light ink.

    Args:
        pixels: uint8 (height, width).

    Returns:
        The skewness within windows of a few lines, side by side, averaged. Windows weigh by their contrast (the second
        moment to the power of 3/2), up to what most of them have at most; 0 for a flat page.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    side = small.window(WINDOW)
    grey = small.pixels.astype(np.float32)
    deviation = cv2.subtract(grey, cv2.blur(grey, (side, side))) / 255
    square = cv2.multiply(deviation, deviation)
    variance, third = (_means(values, side) for values in (square, cv2.multiply(square, deviation)))
    spread = variance * np.sqrt(variance)
    weights = np.minimum(spread, np.percentile(spread, LOUDEST))
    skewness = np.clip(third / np.maximum(spread, FLAT), -STEEPEST, STEEPEST)
    total = float(weights.sum(dtype=np.float64))
    return float((skewness * weights).sum(dtype=np.float64)) / total if total > 0 else 0.0


def _means(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The means over windows of that side, side by side: float32 (rows, columns); what is left over is not in them."""
    rows, columns = (max(1, length // side) for length in values.shape)
    whole = values[: rows * side, : columns * side]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def is_negative(pixels: NDArray[np.uint8]) -> bool:
    """Whether a scan, uint8 (height, width), shows light type on dark film; False where there is no type to tell."""
    return ink_skewness(pixels) > CERTAIN
