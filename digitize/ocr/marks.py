"""Marks in vertical lines, which stand in the middle of a square of their own.

A recognizer that has learned them beside the foot of a character passes over them; they are put back where their ink is.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.ocr import Character

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.ocr import Reading

COMMA, STOP = "、", "。"
OWN_SQUARE = 1.6
"""Characters whose middles are so many pitches apart have a square between them, where side by side they are one apart."""
MARK_SIZE = 0.65
"""A mark's longer side, at most, in pitches: the smallest characters (一, 二) are longer."""
MARK_INK = (0.01, 0.2)
"""Share of its square that a mark's ink covers: less is dust, more a character that could not be read."""
OFF_MIDDLE = 0.42
"""How far a mark stands from the middle of its square, in pitches: within it, whichever side it is set to."""
DOUBTFUL = 0.5
"""How sure it is that the ink in an empty square is a mark: doubtful, and marked so in what is written."""


def with_marks(reading: Reading, crop: NDArray[np.uint8], pitch: float) -> Reading:
    """A vertical line's reading with the marks that stand in its empty squares.

    Args:
        reading: what was read in the line.
        crop: the line as it was read, uint8 (height, width), 0 = ink, turned anticlockwise: it runs to the right.
        pitch: the distance of its characters, as a share of the crop's width.
    """
    if not reading.characters or not crop.size:
        return reading
    middles = [c.position for c in reading.characters]
    # The line's ends count like characters that stand half a square outside of it.
    stops = [min(-pitch / 2, middles[0] - pitch), *middles, max(1 + pitch / 2, middles[-1] + pitch)]
    inserted: list[Character] = []
    _, ink = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    for index, (before, after) in enumerate(itertools.pairwise(stops)):
        squares = round((after - before) / pitch) - 1 if after - before >= OWN_SQUARE * pitch else 0
        for number in range(1, squares + 1):
            at = before + (after - before) * number / (squares + 1)
            if mark := _mark(np.asarray(ink, np.uint8), at, pitch):
                inserted.append(Character(mark, DOUBTFUL, at))
        if index < len(middles):
            inserted.append(reading.characters[index])
    return replace(reading, characters=tuple(inserted))


def _mark(ink: NDArray[np.uint8], at: float, pitch: float) -> str:
    """The mark in the square around a place of a line, "" where its ink is none."""
    width = ink.shape[1]
    side = pitch * width
    left, right = max(0, round(at * width - side / 2)), min(width, round(at * width + side / 2))
    square = np.ascontiguousarray(ink[:, left:right])
    if square.size == 0:
        return ""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(square, connectivity=8)
    if count < 2:  # noqa: PLR2004 - the paper is one
        return ""
    # What touches the sides of the square reaches into it from the neighbours.
    own = [i for i in range(1, count) if stats[i, cv2.CC_STAT_LEFT] > 0 and stats[i, 0] + stats[i, 2] < square.shape[1]]
    if not own:
        return ""
    largest = max(own, key=lambda i: stats[i, cv2.CC_STAT_AREA])
    share = stats[largest, cv2.CC_STAT_AREA] / (side * side)
    long_side = max(stats[largest, cv2.CC_STAT_WIDTH], stats[largest, cv2.CC_STAT_HEIGHT])
    middle = abs(centres[largest][0] + left - at * width) <= OFF_MIDDLE * side
    if not (MARK_INK[0] <= share <= MARK_INK[1] and long_side <= MARK_SIZE * side and middle):
        return ""
    return STOP if _is_ring(labels == largest) else COMMA


def _is_ring(mark: NDArray[np.bool_]) -> bool:
    """Whether a mark has paper inside, as a full stop has."""
    _, hierarchy = cv2.findContours(mark.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return bool(hierarchy is not None and (hierarchy[0][:, 3] >= 0).any())
