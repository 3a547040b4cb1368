"""Exposure: the paper made evenly white and the ink dark, with all greys between in proportion.

Uneven light and film density change slowly over the page, so the paper's grey value is a polynomial of low degree in x
and y: it follows the fall-off towards the corners and cannot follow the edges of panels, tints and pictures, which
keep their tone for the layout to find. The surface is fitted to the brightest values of small tiles, first leaning
towards the brighter ones, then to those alone that lie near it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import Overview, overview

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERVIEW_SIDE = 800
# About two lines of body type: every tile on the open page holds paper between its lines.
TILE = 1 / 50
# This percentile of a tile is paper: dust is above it, type below.
PAPER_PERCENTILE = 80
# A tile with more than this share of pure white reaches beyond the page, or its paper is white already.
WHITE_SHARE = 0.1
# Degree of the polynomial: 2 to 4 is the fall-off of a lens towards the corners.
DEGREE = 4
# The first rounds lean towards the brighter tiles by this weight against 1 minus it, so that a tint over half the page
# does not draw the surface down.
LEANING, LEANING_ROUNDS = 0.98, 15
# Keeps the terms finite where the paper lies on one line, or nearly; far below the weight of a single tile.
STIFFNESS = 1e-6
# The last rounds keep the tiles within this share of the surface. Tints are darker by more.
NEAR, NEAR_ROUNDS = 0.04, 5
# This percentile of the pixels, as a share of the paper around them, is solid ink ...
INK_PERCENTILE = 0.5
# ... unless that is lighter than this: a page without solid ink, whose grain must not be stretched to ink.
LIGHTEST_INK = 0.6
# Every n-th pixel in x and y is looked at for the ink's level: at full size, where strokes are not blurred.
INK_STRIDE = 3
# On a page whose paper is nowhere below the first, and whose ink is below the second share of white, nothing is changed.
WHITE_ENOUGH, BLACK_ENOUGH = 0.93, 0.15
# Rows worked on at a time, so that a large scan needs no second and third copy of itself in wider numbers.
BAND = 512


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """The grey values of paper and ink on a page.

    `surface` holds the coefficients of the paper's grey value, float64 (DEGREE + 1, DEGREE + 1), for powers of y (rows)
    and of x (columns), both running from -1 to 1 over the page; the value is kept within `darkest` and `brightest`. `ink`
    is solid ink's grey value as a share of the paper's around it.
    """

    surface: NDArray[np.float64]
    darkest: float
    brightest: float
    ink: float

    @property
    def even(self) -> bool:
        """Whether the page is white and black enough to be left as it is."""
        return self.darkest >= WHITE_ENOUGH * 255 and self.ink <= BLACK_ENOUGH

    def paper(self, ys: NDArray[np.float64], xs: NDArray[np.float64]) -> NDArray[np.float32]:
        """The paper's grey value, float32 (rows, columns), where `ys` and `xs` run from -1 to 1 over the page."""
        rows = np.polynomial.polynomial.polyvander(ys, DEGREE) @ self.surface
        columns = np.polynomial.polynomial.polyvander(xs, DEGREE)
        values = rows.astype(np.float32) @ columns.T.astype(np.float32)
        return np.clip(values, np.float32(self.darkest), np.float32(self.brightest), out=values)


def measure_exposure(pixels: NDArray[np.uint8]) -> Exposure | None:
    """Measure the paper and the ink of a page.

    Args:
        pixels: uint8 (height, width), dark ink on light paper; areas of pure white (255) are outside the page.

    Returns:
        None for a page that is white, or black, all over.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    ys, xs, levels = _tiles(small)
    if len(levels) <= (DEGREE + 1) ** 2 or levels.max() == 0:
        return None
    powers = np.stack([ys**j * xs**i for j, i in _TERMS], axis=1)
    terms, near = _fit(powers, levels)
    surface = np.zeros((DEGREE + 1, DEGREE + 1))
    for (j, i), term in zip(_TERMS, terms, strict=True):
        surface[j, i] = term
    fitted = (powers @ terms)[near]
    darkest, brightest = np.clip((fitted.min(), fitted.max()), 1, 255)
    open_page = Exposure(surface, float(darkest), float(brightest), 0.0)
    sample = pixels[::INK_STRIDE, ::INK_STRIDE]
    shares = (sample / open_page.paper(*_axes(*sample.shape))).ravel()
    darker = int(INK_PERCENTILE / 100 * (shares.size - 1))
    ink = float(np.partition(shares, darker)[darker])
    return replace(open_page, ink=min(ink, LIGHTEST_INK))


def even_out(pixels: NDArray[np.uint8], exposure: Exposure) -> NDArray[np.uint8]:
    """Make the paper white and the ink black, the greys between in proportion: uint8, the shape of `pixels`."""
    height, width = pixels.shape
    ys, xs = _axes(height, width)
    result = np.empty_like(pixels)
    for top in range(0, height, BAND):
        rows = slice(top, min(top + BAND, height))
        paper = exposure.paper(ys[rows], xs)
        # (grey - ink) / (paper - ink) with ink a share of the paper: one division, and nothing else per pixel
        share = np.divide(pixels[rows], paper, out=paper)
        result[rows] = cv2.convertScaleAbs(np.maximum(share - exposure.ink, 0, out=share), alpha=255 / (1 - exposure.ink))
    return result


_TERMS = tuple((j, i) for j in range(DEGREE + 1) for i in range(DEGREE + 1 - j))


def _axes(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (np.arange(height) + 0.5) * 2 / height - 1, (np.arange(width) + 0.5) * 2 / width - 1


def _tiles(small: Overview) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The middle (y and x, from -1 to 1) and the paper level of each tile that lies on the page."""
    side = small.length(TILE)
    flat = cv2.medianBlur(small.pixels, 3)
    rows, columns = max(1, flat.shape[0] // side), max(1, flat.shape[1] // side)
    blocks = flat[: rows * side, : columns * side].reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, -1)
    brighter = int(PAPER_PERCENTILE / 100 * (blocks.shape[2] - 1))
    levels = np.partition(blocks, brighter, axis=2)[:, :, brighter].astype(np.float64)
    grey = (blocks == 255).mean(axis=2) < WHITE_SHARE  # noqa: PLR2004 - white
    ys = (np.arange(rows) + 0.5) * side * 2 / flat.shape[0] - 1
    xs = (np.arange(columns) + 0.5) * side * 2 / flat.shape[1] - 1
    y, x = np.meshgrid(ys, xs, indexing="ij")
    return y[grey], x[grey], levels[grey]


def _fit(powers: NDArray[np.float64], levels: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The terms of the surface through the paper, and which tiles lie near it."""
    weights = np.ones_like(levels)
    terms = np.zeros(powers.shape[1])
    near = np.ones(len(levels), dtype=bool)
    for step in range(LEANING_ROUNDS + NEAR_ROUNDS):
        weighted = powers * weights[:, np.newaxis]
        normal = weighted.T @ powers + STIFFNESS * np.eye(powers.shape[1])
        terms = np.asarray(np.linalg.solve(normal, weighted.T @ levels), dtype=np.float64)
        fitted = powers @ terms
        if step < LEANING_ROUNDS - 1:
            weights = np.where(levels > fitted, LEANING, 1 - LEANING)
        else:
            within = np.abs(levels - fitted) <= NEAR * np.abs(fitted)
            near = within if within.sum() > powers.shape[1] else near
            weights = near.astype(np.float64)
    return terms, near
