"""The film frame: where the page lies on a scan that shows film, a table or the scanner's lid around it.

Each side of the scan is looked at by itself. Every scanline across it is followed inwards to the first step in tone: light
changes slowly, and an edge at once. Where the steps of nearly all scanlines lie on one straight line, and what is outside
of it is flat and without type, that line is the page's edge, and steps near the line follow its warp. The border may be
darker or lighter than the paper; on a page that lies crooked it may be a wedge, where the page runs off the scan at one end.
A dark panel or picture that runs off the page makes some scanlines deeper: these keep to the line, so the panel stays whole.
Where the scanlines do not agree, or something is printed in the border, that side is left as it is. What is left is
looked at again, since film has a rim and may show a table around the page.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import Overview, overview

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
# A step in tone, as a share of the paper's: above what grain leaves in means of so many pixels of the overview, and far
# above what uneven light changes from one pixel to the next.
STEP, STEP_PIXELS = 0.06, 3
# A border deeper than this share of the scan is not a border.
DEEPEST = 0.3
# How far scanlines may depart from the straight edge, as a share of its length: the warp of film and paper.
WARP = 0.012
# How far an edge leans from the scan's, in pixels for each pixel along it: pages lie within 5 degrees, and bend.
LEAN, LEAN_STEP = 0.13, 0.01
# The share of scanlines that must agree on the edge, of those that meet it; and of all, so that a wedge is worth the cut.
AGREEMENT, SHORTEST = 0.7, 0.05
# What is printed in a border departs from its tone by this share of the step to the page, over more than this share of
# the border; scratches and dust that the median left cover less.
PRINTED, PRINTED_SHARE = 0.35, 0.02
# Type, seen small, is darker than its paper by more than this share. A margin has such over less than the second share.
TYPE_TONE, BLANK = 0.1, 0.1
# Rounds of weighted least squares that lead to least distances.
REWEIGHTINGS = 12
# The blur of the page's edge, as a share of the long side, that is cut off with a dark border, or left of a light one.
EDGE_BLUR = 0.003
# A film's rim, the film, and a table or lid beneath the page.
LAYERS = 3


def find_page(pixels: NDArray[np.uint8]) -> Polygon | None:
    """Find the outline of the page within the borders around it.

    Args:
        pixels: uint8 (height, width), dark ink on light paper.

    Returns:
        A polygon in pixels of the scan, clockwise from the top left; None where there is no border that can be cut
        off without doubt.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    toned = np.asarray(cv2.medianBlur(small.pixels, small.window(SPECK)), np.uint8)
    # Each side turned to the left in its turn, so that one rule serves all four; `rot90` reverses top and right.
    left, top, right, bottom = (_depth(_Side(small, toned, turns)) for turns in range(4))
    if left is None and top is None and right is None and bottom is None:
        return None
    rows, columns = np.indices(toned.shape)
    height, width = toned.shape
    page = np.ones(toned.shape, dtype=bool)
    if left is not None:
        page &= columns >= left[:, np.newaxis]
    if top is not None:
        page &= rows >= top[::-1]
    if right is not None:
        page &= columns < width - right[::-1, np.newaxis]
    if bottom is not None:
        page &= rows < height - bottom
    return _outline(page, small.factor, pixels.shape)


class _Side:
    """The scan seen small, with one of its sides turned to the left: float32 (rows, columns) each.

    `toned` is without dust, `flat` without type as well; `type` is what was darker for type or dust. A step in tone is
    `smallest` at least, type is darker by `typical`; `inset` is the blur of an edge, in pixels.
    """

    def __init__(self, small: Overview, toned: NDArray[np.uint8], turns: int) -> None:
        window = np.ones((small.window(TYPE_WINDOW),) * 2, np.uint8)
        pixels, toned = np.rot90(small.pixels, turns), np.rot90(toned, turns)
        flat = cv2.morphologyEx(toned, cv2.MORPH_CLOSE, window)
        paper = float(np.percentile(flat, PAPER_PERCENTILE))
        self.toned, self.flat = toned.astype(np.float32), flat.astype(np.float32)
        self.type = cv2.morphologyEx(pixels, cv2.MORPH_BLACKHAT, window).astype(np.float32)
        self.smallest, self.typical, self.inset = STEP * paper, TYPE_TONE * paper, EDGE_BLUR * small.long_side

    def begun_at(self, depth: NDArray[np.float64]) -> _Side:
        """The same with each row from its depth on; its last value is repeated."""
        inner = copy(self)
        rows, columns = self.flat.shape
        places = np.minimum(np.arange(columns) + np.ceil(depth).astype(np.int64)[:, np.newaxis], columns - 1)
        inner.toned, inner.flat, inner.type = (
            values[np.arange(rows)[:, np.newaxis], places] for values in (self.toned, self.flat, self.type)
        )
        return inner


def _depth(side: _Side) -> NDArray[np.float64] | None:
    """How deep the borders at the left are, one within the other, in pixels for each row; None where there is none."""
    depth: NDArray[np.float64] = np.zeros(len(side.flat))
    looked_at = depth
    for _ in range(LAYERS):
        border = _border(side.begun_at(looked_at))
        if border is None:
            break
        edge = looked_at + border.depth
        depth = np.where(border.depth > 0, np.maximum(edge + (side.inset if border.darker else -side.inset), 0), depth)
        looked_at = np.where(border.depth > 0, edge + side.inset, looked_at)
    return depth if depth.any() else None


@dataclass(frozen=True, slots=True, eq=False)
class _Border:
    """A border at the left: its depth in pixels for each row, float64 (rows,), and whether it is darker than the page."""

    depth: NDArray[np.float64]
    darker: bool


def _border(side: _Side) -> _Border | None:
    """The border at the left; None where there is none without doubt."""
    rows, columns = side.flat.shape
    depth, step = _first_steps(side.flat[:, : max(1, round(DEEPEST * columns))], side.smallest)
    met = depth > 0
    y, tolerance = np.arange(rows, dtype=np.float64), WARP * rows
    if met.sum() < max(2, SHORTEST * rows):
        return None
    line = _most_shared_line(y[met], depth[met], tolerance)(y)
    agrees = met & (np.abs(depth - line) <= tolerance)
    if agrees.sum() < max(2, SHORTEST * rows):
        return None
    contrast = float(np.median(step[agrees]))
    tone = np.interp(y, y[agrees], side.flat[:, 0][agrees])
    # Rows of the border above and below the page meet no edge and have the border's tone.
    corner = ~met & (np.abs(side.flat[:, 0] - tone) < abs(contrast) / 2)
    if agrees.sum() < AGREEMENT * ((line > 1) & ~corner).sum():
        return None
    depth = np.maximum(np.where(agrees, depth, line), 0.0)
    columns_inside = np.where(agrees[:, np.newaxis], np.arange(columns) - depth[:, np.newaxis], -1)
    if not _leads_to_ground(side, columns_inside, contrast) or _is_printed(side.toned, depth, abs(contrast)):
        return None
    if contrast < 0 and _bears_type(side, depth):
        return None
    return _Border(np.asarray(depth, np.float64), contrast > 0)


def _leads_to_ground(side: _Side, inside: NDArray[np.float64], contrast: float) -> bool:
    """Whether what is just inside an edge is paper, or of one tone as film is: large type and pictures are neither.

    `inside` counts each pixel's place from the edge. A light border ends at the page's blank margin: where type begins, or
    a tint, a margin ends and not a lid.
    """
    margin = (inside >= STEP_PIXELS) & (inside < 2 * STEP_PIXELS)
    if contrast < 0 and (side.type[margin] > side.typical).mean() > BLANK:
        return False
    beside = side.flat[margin]
    strip = side.flat[(inside >= STEP_PIXELS) & (inside < DEEPEST * side.flat.shape[1])]
    tone = float(np.median(beside))
    uneven = float((np.abs(beside - tone) > PRINTED * abs(contrast)).mean())
    return abs(tone - float(np.percentile(strip, PAPER_PERCENTILE))) <= abs(contrast) / 2 or uneven <= PRINTED_SHARE


def _is_printed(toned: NDArray[np.float32], depth: NDArray[np.float64], contrast: float) -> bool:
    """Whether something stands in a border: its rows are not of one tone each, up to the blur of the page's edge."""
    outside = np.arange(toned.shape[1]) < depth[:, np.newaxis] - 2
    if not outside.any():
        return False
    rows = outside.any(axis=1)
    tones = np.nanmedian(np.where(outside[rows], toned[rows], np.nan), axis=1)
    departing = np.abs(toned[rows] - tones[:, np.newaxis]) > PRINTED * contrast
    return float(departing[outside[rows]].mean()) > PRINTED_SHARE


def _bears_type(side: _Side, depth: NDArray[np.float64]) -> bool:
    """Whether type stands in what is lighter than the page: then it is a column of it, beside a photo's straight edge."""
    outside = np.arange(side.type.shape[1]) < depth[:, np.newaxis] - 2
    return bool((side.type[outside] > side.typical).mean() > PRINTED_SHARE) if outside.any() else False


def _first_steps(flat: NDArray[np.float32], smallest: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each row's tone first makes a step, 0 where it does not, and by how much; both float64 (rows,)."""
    padded = np.pad(flat, ((0, 0), (STEP_PIXELS, STEP_PIXELS)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    means = (sums[:, STEP_PIXELS:] - sums[:, :-STEP_PIXELS]) / STEP_PIXELS
    steps = means[:, STEP_PIXELS:] - means[:, :-STEP_PIXELS]
    steps = steps[:, : flat.shape[1]]
    steps[:, 0] = 0
    first = (np.abs(steps) > smallest).argmax(axis=1)
    # A soft edge is where it is steepest.
    reach = np.minimum(first[:, np.newaxis] + np.arange(2 * STEP_PIXELS), steps.shape[1] - 1)
    ahead = np.take_along_axis(steps, reach, axis=1)
    ahead = np.where(np.sign(ahead) == np.sign(ahead[:, :1]), np.abs(ahead), 0)
    steepest = np.take_along_axis(reach, ahead.argmax(axis=1)[:, np.newaxis], axis=1)
    found = first > 0
    return np.where(found, steepest[:, 0], 0).astype(np.float64), np.where(
        found, np.take_along_axis(steps, steepest, axis=1)[:, 0], 0.0
    )


def _most_shared_line(x: NDArray[np.float64], y: NDArray[np.float64], tolerance: float) -> np.polynomial.Polynomial:
    """The straight line near which most of the points lie, then the one of least distances (not squares) among these."""
    best: NDArray[np.bool_] = np.ones(len(x), dtype=bool)
    most = 0
    for slope in np.arange(-LEAN, LEAN + LEAN_STEP, LEAN_STEP):
        starts = y - slope * x
        bins = np.floor((starts - starts.min()) / tolerance).astype(np.int64)
        counts = np.bincount(bins)
        shared = counts + np.append(counts[1:], 0)
        fullest = int(shared.argmax())
        if shared[fullest] > most:
            most, best = int(shared[fullest]), (bins >= fullest) & (bins <= fullest + 1)
    x, y = x[best], y[best]
    weights = np.ones_like(x)
    line = np.polynomial.Polynomial([float(np.median(y))])
    for _ in range(REWEIGHTINGS if np.ptp(x) > 0 else 0):
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
