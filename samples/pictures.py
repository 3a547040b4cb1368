"""Drawn pictures, printed through a halftone screen like a newspaper's photographs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SCREEN = 9  # pixels from one halftone dot to the next
SCREEN_ANGLE = math.radians(45)
SOFTNESS = 7.0  # how steeply a dot's edge falls from ink to paper; the higher, the crisper
PICTURE_SEED = 7


def draw_picture(scene: str, width: int, height: int) -> Image.Image:
    """A halftone picture of a scene, mode L, `width` by `height` pixels.

    Raises:
        KeyError: there is no such scene.
    """
    canvas = Image.new("L", (width, height), 255)
    SCENES[scene](canvas, np.random.default_rng(PICTURE_SEED))
    return halftone(canvas.filter(ImageFilter.GaussianBlur(2.5)))


def halftone(picture: Image.Image) -> Image.Image:
    """The picture as round dots of ink on a screen turned by 45 degrees, with soft edges."""
    tone = np.asarray(picture, dtype=np.float64) / 255
    rows, columns = np.indices(tone.shape, dtype=np.float64)
    cos, sin = math.cos(SCREEN_ANGLE), math.sin(SCREEN_ANGLE)
    u = (columns * cos + rows * sin) * 2 * math.pi / SCREEN
    v = (rows * cos - columns * sin) * 2 * math.pi / SCREEN
    threshold = 0.5 + (np.cos(u) + np.cos(v)) / 4
    ink = np.clip((tone - threshold) * SOFTNESS + 0.5, 0, 1)
    return Image.fromarray((ink * 255).round().astype(np.uint8))


def _gradient(canvas: Image.Image, top: float, bottom: float, first: int, last: int) -> None:
    """Fill rows `first` to `last` from one grey to another."""
    greys = np.linspace(top, bottom, last - first)[:, None] * np.ones((1, canvas.width))
    canvas.paste(Image.fromarray(greys.astype(np.uint8)), (0, first))


def _hills(draw: ImageDraw.ImageDraw, rng: np.random.Generator, base: float, rise: float, grey: int) -> None:
    """A range of hills that stands on the height `base`."""
    width = draw.im.size[0]
    xs = np.arange(0, width + 8, 8)
    ridge: NDArray[np.float64] = sum(
        (np.sin(xs * f / width * 2 * math.pi + p) / f for f, p in zip((2, 3, 5, 9), rng.uniform(0, 6, 4), strict=True)),
        start=np.zeros(len(xs)),
    )
    tops = base - rise * (0.6 + ridge * 0.6)
    draw.polygon([(0, base), *zip(xs.tolist(), tops.tolist(), strict=True), (width, base)], fill=grey)


def _ripples(canvas: Image.Image, rng: np.random.Generator, top: int, count: int) -> None:
    """Short level strokes on the water, larger towards the beholder."""
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        depth = rng.random() ** 1.5
        y = top + depth * (canvas.height - top)
        x, length = rng.uniform(0, canvas.width), rng.uniform(20, 60) * (0.5 + 2 * depth)
        draw.line([(x, y), (x + length, y)], fill=int(rng.uniform(120, 235)), width=int(2 + 5 * depth))


def _bridge(canvas: Image.Image, rng: np.random.Generator) -> None:
    width, height = canvas.size
    water = int(height * 0.70)
    _gradient(canvas, 150, 240, 0, water)
    draw = ImageDraw.Draw(canvas)
    _hills(draw, rng, water, height * 0.34, 170)
    _hills(draw, rng, water, height * 0.18, 130)
    _gradient(canvas, 200, 95, water, height)
    _ripples(canvas, rng, water, 160)
    draw = ImageDraw.Draw(canvas)
    deck = height * 0.60
    for tower in (width * 0.27, width * 0.73):
        for cable in range(1, 15):
            reach = cable * width * 0.0160
            top = height * (0.10 + 0.012 * (14 - cable))
            for side in (-1, 1):
                draw.line([(tower, top), (tower + side * reach, deck)], fill=70, width=3)
        top, foot = height * 0.06, height * 0.80
        draw.polygon([(tower - 9, top), (tower + 9, top), (tower + 17, foot), (tower - 17, foot)], fill=25)
    draw.rectangle([0, deck, width, deck + height * 0.035], fill=35)
    for pier in (0.045, 0.175, 0.435, 0.565, 0.825, 0.955):
        draw.rectangle([width * pier - 8, deck, width * pier + 8, water + height * 0.05], fill=55)


def _street(canvas: Image.Image, rng: np.random.Generator) -> None:
    width, height = canvas.size
    horizon = height * 0.52
    _gradient(canvas, 215, 250, 0, height)
    draw = ImageDraw.Draw(canvas)
    _hills(draw, rng, horizon, height * 0.22, 195)
    draw.polygon([(0, height), (width * 0.47, horizon), (width * 0.53, horizon), (width, height)], fill=185)
    for mirrored in (False, True):
        for near in (0.0, 0.35, 0.6, 0.78):
            _house(draw, (width, height), near, mirrored=mirrored, grey=int(60 + 130 * near + rng.uniform(-12, 12)))
    arch = [width * 0.40, horizon - height * 0.035, width * 0.60, horizon + height * 0.16]
    draw.arc(arch, 180, 360, fill=60, width=14)
    for x in rng.uniform(width * 0.01, width * 0.34, 42):
        _willow_branch(draw, rng, x, rng.uniform(height * 0.22, height * 0.60))


def _willow_branch(draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, length: float) -> None:
    """A branch that hangs from the upper edge, bent by the wind, with its leaves."""
    bend, grey = rng.uniform(30, 90), int(rng.uniform(25, 80))
    for y in range(0, int(length), 11):
        at = x + bend * (y / length) ** 2
        lean = rng.uniform(-9, 9)
        draw.line([(at, y), (at + lean, y + 17)], fill=grey, width=5)


def _house(draw: ImageDraw.ImageDraw, size: tuple[int, int], near: float, *, mirrored: bool, grey: int) -> None:
    """A gabled house at the side of the street; `near` runs from 0, close by, to 1, on the horizon."""
    width, height = size
    vanishing = (width * 0.5, height * 0.52)

    def at(x: float, y: float, depth: float) -> tuple[float, float]:
        px, py = x + (vanishing[0] - x) * depth, y * height + (vanishing[1] - y * height) * depth
        return (width - px, py) if mirrored else (px, py)

    far = near + (1 - near) * 0.30
    draw.polygon([at(0, 0.24, near), at(0, 0.24, far), at(0, 1.0, far), at(0, 1.0, near)], fill=grey)
    roof = [at(-40, 0.22, near), at(0, 0.05, near), at(0, 0.05, far), at(40, 0.26, far), at(40, 0.26, near)]
    draw.polygon(roof, fill=max(0, grey - 45))
    middle, end = near + (far - near) * 0.35, near + (far - near) * 0.65
    draw.polygon([at(0, 0.55, middle), at(0, 0.55, end), at(0, 0.95, end), at(0, 0.95, middle)], fill=max(0, grey - 35))


def _lake(canvas: Image.Image, rng: np.random.Generator) -> None:
    width, height = canvas.size
    water = int(height * 0.50)
    _gradient(canvas, 120, 245, 0, water)
    draw = ImageDraw.Draw(canvas)
    draw.ellipse([width * 0.60, height * 0.20, width * 0.60 + height * 0.18, height * 0.38], fill=255)
    _hills(draw, rng, water, height * 0.24, 120)
    _hills(draw, rng, water, height * 0.10, 80)
    _gradient(canvas, 225, 110, water, height)
    _ripples(canvas, rng, water, 140)
    draw = ImageDraw.Draw(canvas)
    for _ in range(9):
        _swan(draw, rng.uniform(width * 0.30, width * 0.92), rng.uniform(height * 0.60, height * 0.88), rng.uniform(14, 30))
    for x in np.concatenate([rng.uniform(0, width * 0.24, 60), rng.uniform(width * 0.90, width, 22)]):
        top = rng.uniform(height * 0.40, height * 0.80)
        draw.line([(x, height + 5), (x + rng.uniform(-35, 35), top)], fill=int(rng.uniform(10, 60)), width=5)


def _swan(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    draw.ellipse([x - size * 1.4, y - size * 0.5, x + size * 1.4, y + size * 0.5], fill=250)
    neck = [(x + size * 1.1, y), (x + size * 1.5, y - size * 0.9), (x + size * 1.2, y - size * 1.5)]
    draw.line(neck, fill=250, width=int(size * 0.4))
    draw.ellipse([x + size * 0.9, y - size * 1.8, x + size * 1.6, y - size * 1.2], fill=250)
    draw.line([(x - size, y + size * 0.65), (x + size, y + size * 0.65)], fill=60, width=int(size * 0.25))


SCENES: dict[str, Callable[[Image.Image, np.random.Generator], None]] = {"bridge": _bridge, "street": _street, "lake": _lake}
