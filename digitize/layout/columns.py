"""Columns of a page whose lines are known: where many lines end and many begin, and few run across."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.model import TextLine

BODY = (0.7, 1.3)
"""Lines of type between these shares of the body type's size are set in columns; larger ones may span them."""

STEP = 0.25
"""Places for gutters are tried at this distance, in type sizes."""

ENDS_REACH, STARTS_REACH = 1.5, 3.0
"""How far before a gutter lines end, and behind it begin (indents), in type sizes."""

WITNESSES = 8
"""So many lines end, and begin, at a gutter at least: what fewer show may be a table."""

CROSSING = 0.5
"""Share of the lines that bear witness of a gutter that may run across it: headings, and parts of the page set wider."""

COLUMN_MIN = 7.0
"""The narrowest column, in type sizes."""

EDGE_QUANTILE = 0.1
"""The share of a column's lines that may stick out of it on one side: dust, and letters read into a rule."""

FULL = 0.7
"""A line that takes more of the space between two gutters shows where its column begins or ends."""

LEAN_MAX, LEAN_STEP = 0.02, 0.001
"""How far columns may lean, in pixels across for each pixel down, and in what steps that is tried."""

SLOPE_LETTERS = 20
"""Lines of fewer characters do not show a slope: their words' tall and low letters outweigh it."""

LEAN_BIN = 0.15
"""Line ends this close, in type sizes, are one edge when the lean is measured: more than they jitter on a good scan."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's left and right edge, in pixels."""

    left: float
    right: float

    @property
    def width(self) -> float:
        """Its width, in pixels."""
        return self.right - self.left


def find_lean(boxes: Sequence[Box], type_size: float) -> float:
    """How much the columns' left edges lean: x grows by so much for each pixel down. 0 for a page of few lines.

    The lean is where the line starts and ends, moved back by it, gather most.
    """
    if len(boxes) < 2 * WITNESSES:
        return 0.0
    starts, ends, y = (np.array([getattr(box, side) for box in boxes]) for side in ("x0", "x1", "cy"))
    leans = np.arange(-LEAN_MAX, LEAN_MAX + LEAN_STEP / 2, LEAN_STEP)
    width = LEAN_BIN * type_size
    sharpness = [_sharpness(starts - lean * y, width) + _sharpness(ends - lean * y, width) - abs(lean) for lean in leans]
    return float(leans[int(np.argmax(sharpness))])


def find_slope(lines: Sequence[TextLine]) -> float:
    """How much printed lines climb or fall: y grows by so much for each pixel to the right. 0 for a page of few lines."""
    slopes = []
    for line in lines:
        if len(line.glyphs) < SLOPE_LETTERS:
            continue
        middles = np.array([[b.cx, b.cy] for b in (bounds(g.polygon) for g in line.glyphs)])
        if np.ptp(middles[:, 0]) > 0:
            slopes.append(float(np.polyfit(middles[:, 0], middles[:, 1], 1)[0]))
    return float(np.median(slopes)) if len(slopes) >= 2 * WITNESSES else 0.0


def _sharpness(x: NDArray[np.float64], width: float) -> float:
    counts = np.bincount(np.floor((x - x.min()) / width).astype(np.int64)).astype(np.float64)
    smooth = counts[:-1] + counts[1:] if len(counts) > 1 else counts
    return float(np.sum(smooth**2))


def find_columns(boxes: Sequence[Box], type_size: float) -> tuple[Column, ...]:
    """The columns of lines of running type, left to right; one where no gutter is found, none without lines."""
    if not boxes:
        return ()
    starts, ends = (np.sort(np.array([getattr(box, side) for box in boxes])) for side in ("x0", "x1"))
    places = np.arange(starts[0], ends[-1], STEP * type_size)
    ending = _count(ends, places - ENDS_REACH * type_size, places)
    beginning = _count(starts, places, places + STARTS_REACH * type_size)
    inset = STEP * type_size
    crossing = np.array([sum(box.x0 < x - inset and box.x1 > x + inset for box in boxes) for x in places])
    witness = np.minimum(ending, beginning)
    worth = np.where((witness >= WITNESSES) & (crossing <= CROSSING * witness), witness - crossing, 0)
    gutters = _peaks(places, worth, COLUMN_MIN * type_size)
    bounds = [float(starts[0]), *gutters, float(ends[-1])]
    return tuple(_column(boxes, low, high) for low, high in itertools.pairwise(bounds))


def _count(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.searchsorted(values, high, "right") - np.searchsorted(values, low, "left")


def _peaks(places: NDArray[np.float64], worth: NDArray[np.int64], apart: float) -> list[float]:
    """The places of most worth, those closer than a column to a better one left out; in the middle of equals."""
    found: list[float] = []
    for index in np.argsort(-worth, kind="stable"):
        if worth[index] <= 0:
            break
        equal = np.flatnonzero((worth == worth[index]) & (np.abs(places - places[index]) < apart / 4))
        place = float(np.mean(places[equal]))
        if all(abs(place - other) >= apart for other in found) and place - places[0] >= apart / 2:
            found.append(place)
    return sorted(found)


def _column(boxes: Sequence[Box], low: float, high: float) -> Column:
    """The edges that most long lines between two gutters keep to."""
    own = [box for box in boxes if low <= box.cx <= high and box.width <= 1.1 * (high - low)]
    long = [box for box in own if box.width >= FULL * (high - low)] or own
    if not long:
        return Column(low, high)
    left = float(np.quantile([box.x0 for box in long], EDGE_QUANTILE))
    return Column(left, float(np.quantile([box.x1 for box in long], 1 - EDGE_QUANTILE)))
