"""Straighten a page that curls or that film has bent, by its own text: lines run level, columns upright."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize import __version__
from digitize.geometry import Box, Chain, Warp
from digitize.model import ProcessingStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.model import Scan

DEGREE = 5
"""Highest degree of the bending: a page bends in one or two waves, not in more."""

SMOOTHNESS = (1e-3, 1e-5)
"""Weight of smoothness against the evidence, across (x) and down (y) the page, growing with the degree: a column's edge
is ragged by half a character and seldom runs down the whole page, a line's height is known to a pixel along all of it."""

ROUNDS = 4
"""Rounds of reweighting, by which lines that lean otherwise than their neighbours (slogans, stamps) lose their say."""

TOLERANCE = (0.4, 0.15)
"""What is off by more than this many heights, across (x) and down (y) the page, is doubted; a page that is bent by less
is left as it is: half an indent, and less than the white above a line."""

EXPLAINED, MOVED = (0.9, 0.8), (0, 75)
"""A bending learned from every second line, or column edge, must bring the others nearer together, across (x) and down (y)
the page: of those points that it moves most, above this percentile, the middle one is off by less than this share of what it
was off before. A page may curl at one side and be flat elsewhere; edges are ragged, and all are asked. On flat pages a
bending follows nothing but ragged edges and the shapes of characters, and leaves 0.95 and more across, 0.9 and more down; on
measured film 0.07 to 0.72 are left down the page."""

CHUNK = 2.5
"""Length of the parts in which a line is followed, in its heights: two characters and more, so that their tops and feet
show the line's."""

REACH = 0.75
"""How far above and below a line's middle its characters are looked for, in its heights."""

EDGE_REACH = 0.5
"""How far on both sides of a detected line's end the end of its ink is looked for, in its heights: half a gutter."""

WHITE_ROW = 0.12
"""Rows with less ink than this share of the fullest are the white between two lines, both less what all rows have."""

GROUND_PERCENTILE = 15
"""Grain and print that shows through are in all rows: as much as in this percentile of them, which lies in the white above
and below a line."""

INKED_COLUMN = 0.16
"""Columns with more ink than this share of the fullest are a character's, not the white beside it."""

FLAT = ((0.0,),)
"""The coefficients of no bending."""

EVIDENCE = 12
"""So many lines must tell; with fewer, nothing is straightened."""

SAME_EDGE = 0.6
"""The edges of two lines, one below the other, that differ by less than this many heights are edges of one column."""

NEXT_LINE = 4.0
"""The next line of a column that is not indented begins within so many heights."""

COLUMN_LINES = 4
"""An edge that so many lines share is a column's."""

GRID = 32
"""Pixels between the points at which the bending is worked out; between them it is as good as linear."""

STRIP = 512
"""Rows of the page that are resampled at a time, to bound memory."""

LARGEST_SLOPE = 0.25
"""A bending steeper than this is no page's but a mistake, and left alone: pages rise by 8 degrees beside their fold, and film
that lies in waves bends them by as much again. Detectors find no whole lines that lean more."""


def straighten(scan: Scan, lines: Sequence[Polygon]) -> Scan:
    """Straighten a cleaned scan by the text lines detected on it.

    Args:
        scan: the cleaned scan.
        lines: the lines' corners, clockwise from the top left, in its pixels.

    Returns:
        The scan resampled once, its frame leading back to the original pixels; or the scan itself, where it is flat
        to within a small part of its type's height, or where too few lines tell.
    """
    traced = [points for line in lines if len(points := trace_line(scan.pixels, line)) >= 2]  # noqa: PLR2004 - two ends
    if len(traced) < EVIDENCE:
        return scan
    type_size = float(np.median([points[0, 2] for points in traced]))
    warp = measure_warp(traced)
    largest = np.abs(warp.shifts(_grid(warp.area))).max(axis=0)
    if (largest < np.array(TOLERANCE) * type_size).all() or _steepest(warp) > LARGEST_SLOPE:
        return scan
    step = ProcessingStep("dewarp", "digitize", __version__, f"largest={largest.max():.1f}px")
    return replace(scan, pixels=resample(scan.pixels, warp), frame=Chain(warp, scan.frame), steps=(*scan.steps, step))


def trace_line(pixels: NDArray[np.uint8], line: Polygon) -> NDArray[np.float64]:
    """Follow a line's characters along it: x, y of their middle, and their height, float64 (n, 3), in pixels.

    The first and last points stand at the outer edges of the line's first and last characters, at the height of the
    parts that these are in. Short lines and such that stand upright give none.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line
    height, length = (math.dist((x0, y0), (x3, y3)) + math.dist((x1, y1), (x2, y2))) / 2, x1 - x0
    count = int(length / (CHUNK * max(1.0, height)))
    if count < 2:  # noqa: PLR2004 - two chunks make a direction
        return np.empty((0, 3))
    points = []
    for chunk in range(count):
        low, high = (chunk / count), (chunk + 1) / count
        middle = (low + high) / 2
        centre = (y0 + y3) / 2 * (1 - middle) + (y1 + y2) / 2 * middle
        found = _character_rows(pixels, x0 + low * length, x0 + high * length, centre, height)
        if found is not None:
            points.append((x0 + middle * length, *found))
    if len(points) < 2:  # noqa: PLR2004 - two chunks make a direction
        return np.empty((0, 3))
    ends = [
        (_character_edge(pixels, edge, at, side), at[1], at[2]) for edge, at, side in ((x0, points[0], 1), (x1, points[-1], -1))
    ]
    return np.array([ends[0], *points, ends[1]])


def _character_edge(pixels: NDArray[np.uint8], x: float, at: tuple[float, float, float], side: int) -> float:
    """The outermost inked column near a line's end, seen from outside: `side` 1 at its left end, -1 at its right."""
    _, y, height = at
    rows = slice(max(0, round(y - 0.4 * height)), max(1, round(y + 0.4 * height)))
    left = max(0, round(x - EDGE_REACH * height))
    window = pixels[rows, left : max(left + 1, round(x + EDGE_REACH * height))]
    ink = _ink(window, axis=0)
    inked = np.flatnonzero(ink > INKED_COLUMN * ink.max(initial=1))
    if not len(inked):
        return x
    return left + float(inked[0] if side > 0 else inked[-1] + 1)


def _character_rows(
    pixels: NDArray[np.uint8], x0: float, x1: float, centre: float, height: float
) -> tuple[float, float] | None:
    """The middle and height of the characters in a part of a line, None where there are none."""
    top = max(0, round(centre - REACH * height))
    window = pixels[top : max(top + 1, round(centre + REACH * height)), max(0, round(x0)) : max(1, round(x1))]
    inside = round(centre) - top
    if not 0 <= inside < len(window):
        return None
    ink = _ink(window, axis=1)
    ground = _percentile(ink, GROUND_PERCENTILE)
    inked = ink - ground > WHITE_ROW * max(1.0, ink.max(initial=1) - ground)
    # From the middle outwards to the first white row on each side; the strokes of a thin character may lie off it.
    white_above, white_below = np.flatnonzero(~inked[:inside]), np.flatnonzero(~inked[inside:])
    first = int(white_above[-1]) + 1 if len(white_above) else 0
    last = inside + int(white_below[0]) if len(white_below) else len(inked)
    if last - first < 0.5 * height:
        return None
    return top + (first + last) / 2, float(last - first)


def _ink(window: NDArray[np.uint8], *, axis: int) -> NDArray[np.int32]:
    """How much darker than its lightest pixel a window is, summed down its columns (axis 0) or along its rows (axis 1)."""
    return np.asarray(int(window.max(initial=0)) * window.shape[axis] - window.sum(axis=axis, dtype=np.int32))


def _percentile(values: NDArray[np.int32], percent: float) -> float:
    """`numpy.percentile` for a few numbers, without what it does before it sorts them."""
    place = percent / 100 * (len(values) - 1)
    ordered, below = np.sort(values), int(place)
    lower, upper = int(ordered[below]), int(ordered[min(below + 1, len(values) - 1)])
    return lower + (upper - lower) * (place - below)


def measure_warp(traced: Sequence[NDArray[np.float64]]) -> Warp:
    """The bending that makes lines level and column edges upright.

    `traced` are the lines, each float64 (n, 3): x, y and height of its characters along it (see `trace_line`). Each
    line says that all of it stands at one height; the lines of a column say that their ends stand in one place. The
    smoothest bending that fits is found by weighted least squares.
    """
    points = np.vstack(traced)
    middles = [line[1:-1] for line in traced]  # the ends have the height of their part's middle, and would flatten the line
    lines = np.repeat(np.arange(len(traced)), [len(line) for line in middles])
    area = Box(*map(float, (*points[:, :2].min(axis=0), *points[:, :2].max(axis=0))))
    flat = Warp(area, FLAT, FLAT)
    inner = np.vstack(middles)
    level = _solve(flat, inner[:, :2], lines, inner[:, 2], axis=1)
    ends = [np.array([line[end] for line in traced]) for end in (0, -1)]
    edges = np.concatenate([_columns(ends[0], 0), _columns(ends[1], len(traced))])
    both = np.vstack(ends)
    numbers, counts = np.unique(edges, return_counts=True)
    kept = np.isin(edges, numbers[counts >= COLUMN_LINES])
    upright = _solve(flat, both[kept, :2], edges[kept], both[kept, 2], axis=0) if kept.sum() >= EVIDENCE else FLAT
    return Warp(area, upright, level)


def _columns(ends: NDArray[np.float64], first: int) -> NDArray[np.int64]:
    """Number the column edges from `first`: lines below one another whose ends stand in one place share a number."""
    number = first + np.arange(len(ends))
    for index in np.argsort(ends[:, 1]):
        dy, dx, height = ends[:, 1] - ends[index, 1], np.abs(ends[:, 0] - ends[index, 0]), ends[index, 2]
        below = np.flatnonzero((dy > 0.5 * height) & (dy < NEXT_LINE * height) & (dx < SAME_EDGE * height))
        if len(below):
            number[below[np.argmin(dy[below])]] = number[index]
    return number


def _solve(
    flat: Warp, points: NDArray[np.float64], groups: NDArray[np.int64], size: NDArray[np.float64], *, axis: int
) -> tuple[tuple[float, ...], ...]:
    """Coefficients of the shift along an axis that makes the points of each group agree in that coordinate.

    They are those of no shift where it would hardly bring the points together (see `EXPLAINED`). Terms that depend on the
    other direction alone say nothing of the page's bending; they are left out.
    """
    degrees = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i) if (i, j)[1 - axis] > 0]
    _, groups = np.unique(groups, return_inverse=True)
    terms, target, tolerance = _terms(flat, points, degrees), -points[:, axis], TOLERANCE[axis] * size
    rough = np.array([SMOOTHNESS[axis] * (i * i + j * j) ** 2 for i, j in degrees])
    off, left, moved = [], [], []
    for learned in (groups % 2 == 0, groups % 2 == 1):
        if not learned.any() or learned.all():
            return FLAT
        shift = terms @ _fit(terms[learned], target[learned], groups[learned], tolerance[learned], rough)
        off.append(_scatter(target, groups, size)[~learned])
        left.append(_scatter(target - shift, groups, size)[~learned])
        moved.append(_scatter(shift, groups, size)[~learned])
    far = np.concatenate(moved)
    most = far >= np.percentile(far, MOVED[axis])
    if np.median(np.concatenate(left)[most]) > EXPLAINED[axis] * np.median(np.concatenate(off)[most]):
        return FLAT
    table = np.zeros((DEGREE + 1, DEGREE + 1))
    for (i, j), value in zip(degrees, _fit(terms, target, groups, tolerance, rough), strict=True):
        table[i, j] = value
    return tuple(tuple(float(value) for value in row) for row in table)


def _fit(
    terms: NDArray[np.float64],
    target: NDArray[np.float64],
    groups: NDArray[np.int64],
    tolerance: NDArray[np.float64],
    rough: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The terms' factors by which their sums differ from the target, float64 (n,), by as good as one number in each group."""
    _, groups = np.unique(groups, return_inverse=True)
    weight = np.ones(len(target))
    solution: NDArray[np.float64] = np.zeros(len(rough))
    for _ in range(ROUNDS):
        design, wanted = (_centred(values, groups, weight) for values in (terms, target[:, None]))
        weighted = design * weight[:, None]
        solution = np.asarray(np.linalg.solve(weighted.T @ design + np.diag(len(target) * rough), weighted.T @ wanted[:, 0]))
        weight = 1 / np.maximum(1.0, np.abs(design @ solution - wanted[:, 0]) / tolerance)
    return solution


def _scatter(values: NDArray[np.float64], groups: NDArray[np.int64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each value is from its group's mean, in heights."""
    return np.asarray(np.abs(_centred(values[:, None], groups, np.ones(len(values)))[:, 0]) / size, np.float64)


def _centred(values: NDArray[np.float64], groups: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values, float64 (n, k), less the weighted mean of their group."""
    total = np.bincount(groups, weight)
    means = np.stack([np.bincount(groups, weight * column) / total for column in values.T], axis=1)
    return np.asarray(values - means[groups], np.float64)


def _terms(flat: Warp, points: NDArray[np.float64], degrees: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    x, y = flat.normalized(points)
    in_x = np.polynomial.chebyshev.chebvander(x, DEGREE)
    in_y = np.polynomial.chebyshev.chebvander(y, DEGREE)
    return np.column_stack([in_x[:, i] * in_y[:, j] for i, j in degrees])


def _grid(area: Box) -> NDArray[np.float64]:
    xs, ys = np.linspace(area.x0, area.x1, 25), np.linspace(area.y0, area.y1, 25)
    return np.array([(x, y) for y in ys for x in xs])


def _steepest(warp: Warp) -> float:
    """The greatest change of the shift for each pixel, over the area."""
    shifts = warp.shifts(_grid(warp.area)).reshape(25, 25, 2)
    steps = (warp.area.height / 24, warp.area.width / 24)
    return max(float(np.abs(np.diff(shifts, axis=axis)).max()) / max(1.0, step) for axis, step in enumerate(steps))


def resample(pixels: NDArray[np.uint8], warp: Warp) -> NDArray[np.uint8]:
    """The straight page from the bent one, uint8 (height, width), in the same frame's size; paper where nothing was."""
    rows, columns = pixels.shape
    straight = np.empty_like(pixels)
    xs = np.arange(0, columns + GRID, GRID, dtype=np.float64)
    for top in range(0, rows, STRIP):
        bottom = min(top + STRIP, rows)
        ys = np.arange(top, bottom + GRID, GRID, dtype=np.float64)
        grid = warp.forward(np.array([(x, y) for y in ys for x in xs])).reshape(len(ys), len(xs), 2)
        size = (columns, bottom - top)
        maps = [_enlarged(grid[:, :, axis].astype(np.float32), size) for axis in (0, 1)]
        straight[top:bottom] = cv2.remap(
            pixels, maps[0], maps[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255
        )
    return straight


def _enlarged(grid: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A grid's values at every pixel of an area of that width and height, by linear interpolation."""
    matrix = np.array([[1 / GRID, 0, 0], [0, 1 / GRID, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grid, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)
