"""Exposure: the paper made evenly white and the ink dark, with all greys between in proportion.

Uneven light and film density change slowly over the page. First the paper's grey value is a polynomial of low degree in x
and y: it follows the fall-off towards the corners and cannot follow the edges of panels, tints and pictures, which
keep their tone for the layout to find. The surface is fitted to the brightest values of small tiles, first leaning
towards the brighter ones, then to those alone that lie near it. Then what it leaves is followed from tile to tile, up to
the edges of what is printed (see `shade`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.overview import overview
from digitize.scan.shade import in_tiles, measure_shade

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
# The paper's darkest and brightest places, as percentiles of its tiles: a few lie beside pictures and share their tone.
OUTERMOST = (1, 99)
# On a page whose paper is nowhere below the first, and whose ink is below the second share of white, nothing is changed.
WHITE_ENOUGH, BLACK_ENOUGH = 0.93, 0.15
# Rows worked on at a time, so that a large scan needs no second and third copy of itself in wider numbers.
BAND = 512


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """The grey values of paper and ink on a page.

    `paper` holds the paper's grey value at the middles of tiles, float64 (rows, columns); a tile takes `tile` of the page's
    height and width, both counted as 1, the first ones from the top left corner. `darkest` and `brightest` are the values
    where nothing but paper and type is. `ink` is solid ink's grey value as a share of the paper's around it.
    """

    paper: NDArray[np.float64]
    tile: tuple[float, float]
    darkest: float
    brightest: float
    ink: float

    @property
    def even(self) -> bool:
        """Whether the page is white and black enough to be left as it is."""
        return self.darkest >= WHITE_ENOUGH * 255 and self.ink <= BLACK_ENOUGH

    def paper_at(self, ys: NDArray[np.float64], xs: NDArray[np.float64]) -> NDArray[np.float32]:
        """The paper's grey value, float32 (rows, columns), where `ys` and `xs` run from 0 to 1 over the page."""
        rows, columns = self.paper.shape
        across = _between(ys, rows, self.tile[0]) @ self.paper.astype(np.float32)
        return across @ _between(xs, columns, self.tile[1]).T


def _between(places: NDArray[np.float64], count: int, tile: float) -> NDArray[np.float32]:
    """How much each place has of the values at the middles of so many tiles, float32 (places, count): linear between two."""
    at = np.clip(places / tile - 0.5, 0, count - 1)
    first = np.minimum(at.astype(np.int64), max(0, count - 2))
    shares = np.zeros((len(places), count), np.float32)
    shares[np.arange(len(places)), first] = 1 - (at - first)
    shares[np.arange(len(places)), np.minimum(first + 1, count - 1)] += at - first
    return shares


def measure_exposure(pixels: NDArray[np.uint8]) -> Exposure | None:
    """Measure the paper and the ink of a page.

    Args:
        pixels: uint8 (height, width), dark ink on light paper; areas of pure white (255) are outside the page.

    Returns:
        None for a page that is white, or black, all over.
    """
    small = overview(pixels, OVERVIEW_SIDE)
    side = min(small.length(TILE), *small.pixels.shape)
    levels, on_page = _tiles(small.pixels, side)
    if on_page.sum() <= (DEGREE + 1) ** 2 or levels[on_page].max() == 0:
        return None
    tile = side / small.pixels.shape[0], side / small.pixels.shape[1]
    powers = _powers(levels.shape, tile)
    terms, near = _fit(powers[on_page], levels[on_page])
    fitted = powers @ terms
    darkest, brightest = np.clip((fitted[on_page][near].min(), fitted[on_page][near].max()), 1, 255)
    fitted = np.clip(fitted, darkest, brightest)
    shade = measure_shade(small.pixels, side, levels, fitted, on_page)
    paper = np.clip(fitted * shade.factors, 1, 255)
    darkest, brightest = np.percentile(paper[shade.is_paper], OUTERMOST)
    open_page = Exposure(paper, tile, float(darkest), float(brightest), 0.0)
    sample = pixels[::INK_STRIDE, ::INK_STRIDE]
    shares = (sample / open_page.paper_at(*_axes(*sample.shape))).ravel()
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
        paper = exposure.paper_at(ys[rows], xs)
        # (grey - ink) / (paper - ink) with ink a share of the paper: one division, and nothing else per pixel
        share = np.divide(pixels[rows], paper, out=paper)
        result[rows] = cv2.convertScaleAbs(np.maximum(share - exposure.ink, 0, out=share), alpha=255 / (1 - exposure.ink))
    return result


_TERMS = tuple((j, i) for j in range(DEGREE + 1) for i in range(DEGREE + 1 - j))


def _axes(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width


def _powers(shape: tuple[int, ...], tile: tuple[float, float]) -> NDArray[np.float64]:
    """The polynomial's terms at the middle of each tile, float64 (rows, columns, terms), y and x from -1 to 1 on the page."""
    y, x = np.meshgrid(
        *((np.arange(count) + 0.5) * 2 * size - 1 for count, size in zip(shape, tile, strict=True)), indexing="ij"
    )
    return np.stack([y**j * x**i for j, i in _TERMS], axis=2)


def _tiles(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The paper's level in each tile of so many pixels, and whether the tile lies on the page; both (rows, columns)."""
    blocks = in_tiles(cv2.medianBlur(pixels, 3), side)
    brighter = int(PAPER_PERCENTILE / 100 * (blocks.shape[2] - 1))
    levels = np.partition(blocks, brighter, axis=2)[:, :, brighter].astype(np.float64)
    return levels, (blocks == 255).mean(axis=2) < WHITE_SHARE  # noqa: PLR2004 - white


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
