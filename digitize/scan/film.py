"""The film frame: where the page lies on a scan that shows the dark film, or the scanner's lid, around it.

Each side of the scan is looked at by itself. There is a border only where the outermost strip is dark from end to end,
flat and without type; then every scanline across the side tells how deep the border is there. A straight line through
most of these depths is the page's edge, and depths near the line follow its warp. A dark panel or picture that
runs off the page makes some scanlines much deeper: these keep to the line, so the panel stays whole. Where the
scanlines do not agree on a line, or something is printed in the border, that side is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import overview

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.geometry import Polygon

# Type runs together into grey at this size; dust and scratches are below a pixel.
OVERVIEW_SIDE = 400
# Dust on film, as a window of the median filter.
SPECK = 1 / 80
# Body type with its line gaps closes to paper at this window.
TYPE_WINDOW = 1 / 80
# The paper is the brighter majority of the page: this percentile is paper even with pictures and a wide border.
PAPER_PERCENTILE = 75
# A border is darker than this share of the paper over this percentage of its side's outermost strip.
BORDER_DARKNESS, BORDER_EXTENT = 0.6, 97
# The page begins where the grey value leaves the border's by this share of the way to the paper's. Less than half,
# since exposure falls off towards the corners.
EDGE_SHARE = 0.35
# A border deeper than this share of the scan is not a border.
DEEPEST = 0.3
# How far scanlines may depart from the straight edge, as a share of its length: the warp of film and paper.
WARP = 0.012
# The share of scanlines that must agree on the edge.
AGREEMENT = 0.7
# The share of a border's area that may be bright: scratches and dust that the median left. Type covers more.
BRIGHT_IN_BORDER = 0.02
# Rounds of weighted least squares that lead to least distances.
REWEIGHTINGS = 12
# The blur of the page's edge, as a share of the long side, that is cut off with the border.
EDGE_BLUR = 0.003


def find_page(pixels: NDArray[np.uint8]) -> Polygon | None:
    """Find the outline of the page within a dark border.

    Args:
        pixels: uint8 (height, width), dark ink on light paper.

    Returns:
        A polygon in pixels of the scan, clockwise from the top left; None where there is no border that can be cut
        off without doubt.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    flat = cv2.medianBlur(small.pixels, small.window(SPECK))
    side = small.window(TYPE_WINDOW)
    flat = cv2.morphologyEx(flat, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = float(np.percentile(flat, PAPER_PERCENTILE))
    # Each side turned to the left in its turn, so that one rule serves all four; `rot90` reverses top and right.
    left, top, right, bottom = (_border_depth(np.rot90(flat, turns), paper) for turns in range(4))
    if left is None and top is None and right is None and bottom is None:
        return None
    rows, columns = np.indices(flat.shape)
    height, width = flat.shape
    page = np.ones(flat.shape, dtype=bool)
    inset = EDGE_BLUR * small.long_side
    if left is not None:
        page &= columns >= left[:, np.newaxis] + inset
    if top is not None:
        page &= rows >= top[::-1] + inset
    if right is not None:
        page &= columns < width - right[::-1, np.newaxis] - inset
    if bottom is not None:
        page &= rows < height - bottom - inset
    return _outline(page, small.factor, pixels.shape)


def _border_depth(flat: NDArray[np.uint8], paper: float) -> NDArray[np.float64] | None:
    """How deep the border at the left is, in pixels, for each row; None where there is none without doubt."""
    rows, columns = flat.shape
    strip = flat[:, :2].min(axis=1)
    if np.percentile(strip, BORDER_EXTENT) > BORDER_DARKNESS * paper:
        return None
    level = float(np.median(strip))
    bright = flat > level + EDGE_SHARE * (paper - level)
    depth = bright.argmax(axis=1).astype(np.float64)
    # Rows in the border above or below the page meet nothing bright, or only far inside.
    met = bright.any(axis=1) & (depth <= DEEPEST * columns)
    if met.mean() < AGREEMENT * (1 - DEEPEST):
        return None
    y = np.arange(rows, dtype=np.float64)
    line = _line_through(y[met], depth[met])(y)
    agrees = met & (np.abs(depth - line) <= WARP * rows)
    if agrees.sum() < AGREEMENT * met.sum():
        return None
    depth = np.where(agrees, depth, line)
    border = np.arange(columns) < depth[:, np.newaxis] - 1
    if border.any() and bright[border].mean() > BRIGHT_IN_BORDER:
        return None
    return np.asarray(np.maximum(depth, 0.0), dtype=np.float64)


def _line_through(x: NDArray[np.float64], y: NDArray[np.float64]) -> np.polynomial.Polynomial:
    """The straight line with the least sum of distances (not squares), so that a minority far off does not bend it."""
    weights = np.ones_like(x)
    line = np.polynomial.Polynomial([float(np.median(y))])
    for _ in range(REWEIGHTINGS):
        line = np.polynomial.Polynomial.fit(x, y, 1, w=np.sqrt(weights))
        weights = 1 / np.maximum(np.abs(y - line(x)), 1.0)
    return line


def _outline(page: NDArray[np.bool_], factor: int, shape: tuple[int, ...]) -> Polygon | None:
    """The outline of a mask at overview size, as a polygon in scan pixels; flush with the scan where it meets its edge."""
    contours, _ = cv2.findContours(page.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)[:, 0, :]
    if len(contour) < 3:  # noqa: PLR2004 - a polygon has three corners
        return None
    (rows, columns), (height, width) = page.shape, shape
    xs = np.where(contour[:, 0] == columns - 1, width, (contour[:, 0] + 0.5) * factor * (contour[:, 0] > 0))
    ys = np.where(contour[:, 1] == rows - 1, height, (contour[:, 1] + 0.5) * factor * (contour[:, 1] > 0))
    return tuple((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
