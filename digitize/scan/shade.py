"""Shade: how light changes over a page's paper, apart from what is printed on it.

Light and film change by a little from place to place, and a tint, a panel or a picture by much at its edge. So the
paper's tone is followed from tile to tile wherever there is no edge between them, and over edges nothing is concluded
(the retinex principle: E. H. Land, J. J. McCann, "Lightness and retinex theory", Journal of the Optical Society of
America 61, 1971). What is enclosed by edges keeps its tone against what is around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Value = TypeVar("_Value", bound=np.generic)

# A step in tone between the means of so many pixels, as a logarithm, is an edge: tints are darker by more than 5 per cent,
# light changes by a third of that over so short a way.
EDGE, EDGE_PIXELS = 0.03, 3
# An edge over this share of the way between two tiles parts them; dust and the ends of scratches take less.
PARTING = 0.3
# How far two tiles may differ without an edge in between, as a logarithm.
STEEPEST = 0.12
# What is said across an edge, against what is said where there is none: nothing but that shade is smooth.
ACROSS_EDGE = 0.01
# The brighter majority of the tiles is paper.
PAPER_PERCENTILE = 75
# The solution is near enough when it is off by less than this share of a hundredth of a grey value.
NEAR_ENOUGH, MOST_ROUNDS = 1e-4, 2000
# Of each grey value; black counts as the darkest grey.
_LOGARITHMS = np.log(np.maximum(np.arange(256), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """By what factor light differs from what was expected, float64 (rows, columns), and which tiles are plain paper, bool."""

    factors: NDArray[np.float64]
    is_paper: NDArray[np.bool_]


def in_tiles(values: NDArray[_Value], side: int) -> NDArray[_Value]:
    """An image's values (height, width) by tiles of so many pixels, (rows, columns, side * side); the rest is left out."""
    rows, columns = (length // side for length in values.shape)
    blocks = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return blocks.swapaxes(1, 2).reshape(rows, columns, -1)


def measure_shade(
    pixels: NDArray[np.uint8],
    side: int,
    levels: NDArray[np.float64],
    expected: NDArray[np.float64],
    on_page: NDArray[np.bool_],
) -> Shade:
    """Measure by what factor a page's paper is darker or lighter than expected, in tiles.

    Args:
        pixels: uint8 (height, width), a page seen small, dark ink on light paper.
        side: of a tile, in pixels.
        levels: what may be the paper's grey value in each tile, float64 (rows, columns).
        expected: what it should be, float64 (rows, columns).
        on_page: which tiles lie on the page, bool (rows, columns).
    """
    rows, columns = expected.shape
    # Type up to a tile's size closes to paper.
    window = np.ones((side | 1, side | 1), np.uint8)
    closed = cv2.morphologyEx(cv2.medianBlur(pixels, 3), cv2.MORPH_CLOSE, window)
    tones = _LOGARITHMS[cv2.blur(closed, (EDGE_PIXELS, EDGE_PIXELS))]
    relative = np.median(in_tiles(tones, side), axis=2) - np.log(expected)
    across = _parted(tones.T, side, (columns, rows)).T, _parted(tones, side, (rows, columns))
    slopes, weights = [], []
    for axis in (0, 1):
        slope = np.diff(relative, axis=axis)
        before, after = (
            np.take(on_page, indices, axis) for indices in (range(slope.shape[axis]), range(1, slope.shape[axis] + 1))
        )
        known = before & after & ~across[axis] & (np.abs(slope) < STEEPEST)
        slopes.append(np.where(known, slope, 0.0))
        weights.append(np.where(known, 1.0, ACROSS_EDGE))
    shade = _integrated(slopes, weights)
    reflected = np.log(np.maximum(levels, 1)) - np.log(expected) - shade
    paper = float(np.percentile(reflected[on_page], PAPER_PERCENTILE, method="nearest"))
    is_paper = on_page & (np.abs(reflected - paper) < EDGE)
    return Shade(np.exp(shade + reflected[is_paper].mean()), is_paper)


def _parted(tones: NDArray[np.float64], side: int, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether there is an edge between each tile and the one on its right, bool (rows, columns - 1)."""
    rows, columns = shape
    steps = np.zeros(tones.shape, dtype=bool)
    steps[:, EDGE_PIXELS:-EDGE_PIXELS] = np.abs(tones[:, 2 * EDGE_PIXELS :] - tones[:, : -2 * EDGE_PIXELS]) > EDGE
    between = steps[: rows * side, side // 2 : side // 2 + (columns - 1) * side].reshape(rows, side, columns - 1, side)
    return np.asarray(between.any(axis=3).mean(axis=1) >= PARTING, dtype=bool)


def _integrated(slopes: list[NDArray[np.float64]], weights: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The field whose differences down and to the right are nearest to the slopes, by weighted least squares.

    Conjugate gradients on the normal equations; the mean, which slopes do not tell, is 0.
    """
    down, right = weights

    def divergence(vertical: NDArray[np.float64], horizontal: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.diff(np.pad(vertical, ((1, 1), (0, 0))), axis=0)
        return np.asarray(-rows - np.diff(np.pad(horizontal, ((0, 0), (1, 1))), axis=1), np.float64)

    residual = divergence(down * slopes[0], right * slopes[1])
    field = np.zeros_like(residual)
    direction = residual.copy()
    energy = float((residual * residual).sum())
    enough = NEAR_ENOUGH * NEAR_ENOUGH * field.size / 1e4
    for _ in range(MOST_ROUNDS):
        if energy <= enough:
            break
        image = divergence(down * np.diff(direction, axis=0), right * np.diff(direction, axis=1))
        step = energy / float((direction * image).sum())
        field += step * direction
        residual -= step * image
        before, energy = energy, float((residual * residual).sum())
        direction = residual + energy / before * direction
    return np.asarray(field - field.mean(), np.float64)
