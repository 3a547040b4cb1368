"""Skew: by how many degrees the page is turned on the scan.

Along the direction of the lines, ink adds up to a profile of sharp steps; a fraction of a degree beside it, the steps
blur. The angle sought maximizes the energy of the profile's differences (the criterion of Postl, "Detection of linear
oblique structures and skew scan in digitized documents", ICPR 1986), over rows and over columns at once, so that
horizontal type, vertical type, rules and the edges of columns all speak. It is looked for in two passes: with wide bins
over the whole range, then with narrow bins around the best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import Overview, overview

if TYPE_CHECKING:
    from numpy.typing import NDArray

# At this size the two ends of a rule across the page lie 1.4 pixels apart at 0.05 degrees.
OVERVIEW_SIDE = 1600
# Wider than the strokes of headlines, so that they count as ink; narrower than panels and pictures, which do not.
STROKE_WINDOW = 1 / 100
# Scans are laid on glass or film by hand, within 5 degrees; one more, so that these have neighbours to compare with.
SEARCHED = 6.0
# Ink points looked at: enough for every line of a page to have dozens.
COARSE_POINTS, FINE_POINTS = 40_000, 150_000
# Degrees from one trial to the next, and bins of the profile in pixels of the overview, for the two passes.
COARSE_STEP, COARSE_BIN = 0.1, 3.0
FINE_STEP, FINE_BIN = 0.02, 1.0
# How far beside the coarse angle the fine one is looked for.
FINE_REACH = 0.2
# Energy at the best angle over the median energy: 5 and more on pages with type, up to 1.4 on noise.
CERTAIN = 1.8


def find_skew(pixels: NDArray[np.uint8]) -> float:
    """Find by how many degrees the page is turned clockwise, within +-6; 0 where nothing on it tells.

    Args:
        pixels: uint8 (height, width), dark ink on light paper.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    points = _ink_points(small)
    if len(points) < small.long_side:  # not even one line's worth of ink
        return 0.0
    angles = _trials(0.0, SEARCHED, COARSE_STEP)
    coarse = _energies(_thinned(points, COARSE_POINTS), angles, COARSE_BIN)
    if coarse.max() < CERTAIN:
        return 0.0
    angle = _peak(angles, coarse)
    angles = _trials(angle, FINE_REACH, FINE_STEP)
    return _peak(angles, _energies(_thinned(points, FINE_POINTS), angles, FINE_BIN))


def _trials(middle: float, reach: float, step: float) -> NDArray[np.float64]:
    count = round(reach / step)
    return middle + step * np.arange(-count, count + 1, dtype=np.float64)


def _ink_points(small: Overview) -> NDArray[np.float32]:
    """Where strokes are: float32 (n, 2), x and y from the middle of the page, in pixels of the overview."""
    side = small.window(STROKE_WINDOW)
    strokes = cv2.morphologyEx(small.pixels, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    threshold, _ = cv2.threshold(strokes, 0, 255, cv2.THRESH_OTSU)
    inked = cv2.findNonZero(cv2.compare(strokes, threshold, cv2.CMP_GT))
    if inked is None:
        return np.empty((0, 2), np.float32)
    height, width = strokes.shape
    return np.asarray(inked[:, 0].astype(np.float32) - np.array([width / 2, height / 2], np.float32))


def _thinned(points: NDArray[np.float32], limit: int) -> NDArray[np.float32]:
    """At most `limit` of the points, drawn at random but the same each time; every n-th would make patterns of its own."""
    if len(points) <= limit:
        return points
    return points[np.random.default_rng(0).choice(len(points), limit, replace=False, shuffle=False)]


def _energies(points: NDArray[np.float32], angles: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """How sharp the profiles are at each angle, as multiples of the median; rows and columns in equal parts."""
    x, y = points.T.astype(np.float64)  # each in one piece of memory
    total = np.zeros(len(angles))
    for along, across, sense in ((x, y, 1.0), (y, x, -1.0)):
        positions = np.empty_like(along)
        energies = np.empty(len(angles))
        for number, slope in enumerate(np.tan(np.radians(angles))):
            np.multiply(along, -sense * slope, out=positions)
            positions += across
            energies[number] = _energy(positions, width)
        total += energies / max(float(np.median(energies)), 1.0)
    return total / 2


def _energy(positions: NDArray[np.float64], width: float) -> float:
    """The energy of the differences of the positions' profile; what is in `positions` is used up."""
    positions -= positions.min()
    if width != 1:
        positions /= width
    steps = np.diff(np.bincount(positions.astype(np.intp)).astype(np.float64))
    return float(steps @ steps)


def _peak(angles: NDArray[np.float64], energies: NDArray[np.float64]) -> float:
    """The angle of the highest energy, after smoothing over neighbours, between the trials by a parabola."""
    smooth = np.convolve(np.pad(energies, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    best = int(smooth.argmax())
    if not 0 < best < len(angles) - 1:
        return float(angles[best])
    before, here, after = smooth[best - 1 : best + 2]
    bend = before - 2 * here + after
    offset = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(angles[best] + offset * (angles[1] - angles[0]))
