"""A clean page as a negative microfilm frame of it, scanned: turned a little, unevenly lit, grained, scratched, dusty.

Moderate on purpose: a reader, and a recognizer, still get every character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.float64]

# Greys are on the positive, before it is turned over: 0 black, 255 white.
SKEW = 1.0  # degrees
KEYSTONE = 9.0  # pixels by which the frame's upper edge is narrower, the camera not being quite level
SHOW_THROUGH = 0.07  # share of the ink that shows from the page's back
SOFTNESS = 0.9  # pixels, the lens
CONTRAST = 0.80  # film gives less than paper
EXPOSURE_SWING = 20.0  # greys, brightest to mean, over the page
GRAIN = 7.0  # greys, standard deviation
FRAME_MARGIN = 60  # film around the page, pixels
EDGE = 26  # the film's own edge, left and right, pixels
SCRATCHES = 7
SPECKS = 220
TABLE, RIM = 22.0, 235.0  # what lay around the page, and the rim of the film


def film(page: Image.Image, seed: int) -> Image.Image:
    """The page as a negative film frame, mode L, somewhat larger than the page; the same seed gives the same frame."""
    rng = np.random.default_rng(seed)
    frame = _photographed(_with_show_through(page))
    greys = np.asarray(frame.filter(ImageFilter.GaussianBlur(SOFTNESS)), dtype=np.float64)
    greys = 127 + (greys - 127) * CONTRAST + _exposure(greys.shape, rng)
    greys = _with_rim(greys) + _grain(greys.shape, rng)
    negative = ImageOps.invert(Image.fromarray(np.clip(greys, 0, 255).astype(np.uint8)))
    return _worn(negative, rng)


def _with_show_through(page: Image.Image) -> Image.Image:
    """The page with a faint mirrored print of its own type, as if that stood on its back."""
    back = ImageOps.mirror(page).filter(ImageFilter.GaussianBlur(3.5))
    front, ghost = (np.asarray(image, dtype=np.float64) for image in (page, back))
    ghost = np.roll(ghost, (37, 61), axis=(0, 1))
    return Image.fromarray(np.clip(front - SHOW_THROUGH * (ghost.max() - ghost), 0, 255).astype(np.uint8))


def _photographed(page: Image.Image) -> Image.Image:
    """The page on a dark table, turned and slightly out of the level."""
    width, height = page.width + 2 * FRAME_MARGIN, page.height + 2 * FRAME_MARGIN
    canvas = Image.new("L", (width, height), round(TABLE))
    canvas.paste(page, (FRAME_MARGIN, FRAME_MARGIN))
    levelled = canvas.rotate(SKEW, Image.Resampling.BICUBIC, fillcolor=round(TABLE))
    corners = (-KEYSTONE, 0, 0, height, width, height, width + KEYSTONE, 0)
    return levelled.transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def _exposure(shape: tuple[int, ...], rng: np.random.Generator) -> Grey:
    """A slow swell of light over the frame, darker towards its corners."""
    coarse = Image.fromarray(rng.normal(0, 1, (4, 4)).astype(np.float32))
    swell = np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), dtype=np.float64)
    rows, columns = np.linspace(-1, 1, shape[0])[:, None], np.linspace(-1, 1, shape[1])[None, :]
    return EXPOSURE_SWING * (np.clip(swell, -1.5, 1.5) / 1.5 - 0.35 * (rows**2 + columns**2))


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Grey:
    grain = rng.normal(0, 1, shape)
    for axis in (0, 1):  # grains are larger than pixels: a binomial blur over three of them
        grain = (np.roll(grain, 1, axis) + 2 * grain + np.roll(grain, -1, axis)) / 4
    scaled: Grey = grain / grain.std() * GRAIN
    return scaled


def _with_rim(greys: Grey) -> Grey:
    """The frame between the film's edges, which are clear on the positive and black on the negative."""
    framed = greys.copy()
    framed[:, :EDGE] = framed[:, -EDGE:] = RIM
    return framed


def _worn(negative: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The film after years of use: scratches along it, dust on it."""
    draw = ImageDraw.Draw(negative)
    for x in rng.uniform(0, negative.width, SCRATCHES):
        start, end = sorted(rng.uniform(-0.1, 1.1, 2) * negative.height)
        drift = rng.uniform(-14, 14)
        draw.line([(x, start), (x + drift, end)], fill=int(rng.choice([12, 215, 235])), width=int(rng.integers(1, 3)))
    for x, y, radius, grey in zip(
        rng.uniform(0, negative.width, SPECKS),
        rng.uniform(0, negative.height, SPECKS),
        rng.exponential(1.6, SPECKS) + 0.8,
        rng.choice([10, 240], SPECKS),
        strict=True,
    ):
        draw.ellipse([x - radius, y - radius * 0.8, x + radius, y + radius * 0.8], fill=int(grey))
    return negative.filter(ImageFilter.GaussianBlur(0.5))
