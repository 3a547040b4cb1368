"""The sides of pictures: without the lines of boxes around them, without smudges, and out to the white that ends them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from digitize.layout.ink import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rectangle = tuple[int, int, int, int]
"""Left, top, width and height, in working pixels."""

BARE = 0.02
"""White beside a picture has tone in less than this share of its length."""

FRAME_LINE, FRAME_WHITE, RUNS_ON = 0.3, 0.1, 1.0
"""A line of the box that a picture stands in is so many type sizes thick at most, has so much white behind it at least, and
runs on past the picture by so much, beside what else is in the box; a picture's own line ends with it."""

PICTURE_EDGE = 0.4
"""Share of a strip along a picture's side that has tone; less is a smudge or a rule that touches the picture."""

HIDDEN = 1.0
"""Of a picture's edge a detected line, which may take in a strip of it, hides so many type sizes at most."""

WHITE = 0.1
"""Rows and columns with tone in less than this share of them are white: a photo ends there, and type, if any, begins."""


def out_of_box(tone: NDArray[np.uint8], rectangle: Rectangle, unit: float) -> Rectangle:
    """A rectangle without the lines at its sides, where one of them runs on past it: a box's."""
    x, y, w, h = rectangle
    down, along = slice(y, y + h), slice(x, x + w)
    left, right = (_frame_line(seen, down, unit) for seen in (tone[:, x:], tone[:, : x + w][:, ::-1]))
    top, bottom = (_frame_line(seen.T, along, unit) for seen in (tone[y:], tone[: y + h][::-1]))
    if not any(runs_on for _, runs_on in (left, right, top, bottom)):
        return rectangle
    return x + left[0], y + top[0], w - left[0] - right[0], h - top[0] - bottom[0]


def _frame_line(tone: NDArray[np.uint8], side: slice, unit: float) -> tuple[int, bool]:
    """How far in a line at the left reaches, with the white behind it, and whether it runs on past the rows of its side.

    0 where there is no line.
    """
    line, white, reach = (math.ceil(share * unit) for share in (FRAME_LINE, FRAME_WHITE, RUNS_ON))
    strip = tone[:, : 2 * (line + white)]
    inked = np.asarray(strip[side].mean(axis=0) > BARE, np.bool_)
    found = runs(inked)
    if not found or found[0][1] - found[0][0] > line or found[0][0] > line:
        return 0, False
    (start, end), inset = found[0], found[1][0] if len(found) > 1 else inked.size
    if inset - end < white:
        return 0, False
    around = strip[max(0, side.start - reach) : side.start, start:end], strip[side.stop : side.stop + reach, start:end]
    return inset, any(len(part) == reach and bool(part.any(axis=1).all()) for part in around)


def trimmed(tone: NDArray[np.uint8], rectangle: Rectangle, strip: int) -> Rectangle:
    """A rectangle without the sides that have hardly any tone: strip after strip is taken off."""
    x, y, w, h = rectangle
    x1, y1 = x + w, y + h
    while x1 - x > 2 * strip and y1 - y > 2 * strip:
        sides = {
            "left": tone[y:y1, x : x + strip].mean(),
            "right": tone[y:y1, x1 - strip : x1].mean(),
            "top": tone[y : y + strip, x:x1].mean(),
            "bottom": tone[y1 - strip : y1, x:x1].mean(),
        }
        side = min(sides, key=lambda key: float(sides[key]))
        if sides[side] >= PICTURE_EDGE:
            break
        x, x1 = x + strip * (side == "left"), x1 - strip * (side == "right")
        y, y1 = y + strip * (side == "top"), y1 - strip * (side == "bottom")
    return x, y, x1 - x, y1 - y


def reach_white(tone: NDArray[np.uint8], rectangle: Rectangle, unit: float) -> Rectangle:
    """A rectangle that reaches out to the white around its picture, where lines close to it hid what is between.

    `tone` is that of the page with its lines.
    """
    x, y, w, h = rectangle
    reach = round(HIDDEN * unit)
    above, below = tone[max(0, y - reach) : y, x : x + w][::-1], tone[y + h : y + h + reach, x : x + w]
    before, behind = tone[y : y + h, max(0, x - reach) : x][:, ::-1], tone[y : y + h, x + w : x + w + reach]
    top, bottom = (_hidden(strip.mean(axis=1)) for strip in (above, below))
    left, right = (_hidden(strip.mean(axis=0)) for strip in (before, behind))
    return x - left, y - top, w + left + right, h + top + bottom


def _hidden(shares: NDArray[np.float64]) -> int:
    """How many rows or columns beside a picture are part of it, from their shares of tone, up to the first white one."""
    white = np.flatnonzero(shares < WHITE)
    own = shares[: white[0]] if len(white) else shares[:0]
    return len(own) if own.size and own.mean() >= PICTURE_EDGE else 0
