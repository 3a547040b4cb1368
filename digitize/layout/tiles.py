"""Detection in overlapping tiles: small type on a large frame is seen as large as it must be, in bounded memory."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, bounds, hull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.ocr import Detection, TextDetector

TILE = 1920
"""Longest side of one detection, in pixels: the network's activations stay below a gigabyte."""

OVERLAP = 192
"""Pixels that neighbouring tiles share: some eight lines of small type, so that every line is whole in one across it."""

WHOLE = 0.95
"""A piece that takes this share of the box around a line's pieces is the line, and its outline is kept."""

SAME = 0.5
"""Pieces of two tiles that have this share of the smaller one's height in common are of one line; a piece that others cover
to this share was seen by their tile."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A detected piece of text in pixels of the whole image, its bounds, and the tile that it was seen in."""

    polygon: Polygon
    box: Box
    tile: Box

    @staticmethod
    def of(found: Detection, tile: Box) -> Piece:
        """What was found in a tile, in the tile's pixels."""
        polygon = tuple((x + tile.x0, y + tile.y0) for x, y in found.polygon)
        return Piece(polygon, bounds(polygon), tile)


def detect_in_tiles(image: NDArray[np.uint8], detector: TextDetector) -> tuple[Polygon, ...]:
    """Detect text on an image of any size, uint8 (height, width), 0 = ink, seen pixel by pixel.

    A line that runs over a seam is found once and whole: its pieces are joined, what the other tile saw again is dropped.
    """
    height, width = image.shape
    tiles = [Box(x0, y0, x1, y1) for y0, y1 in _stretches(height) for x0, x1 in _stretches(width)]
    pieces: list[Piece] = []
    for tile in tiles:
        part = np.ascontiguousarray(image[int(tile.y0) : int(tile.y1), int(tile.x0) : int(tile.x1)])
        pieces += [Piece.of(found, tile) for found in detector.detect(part, max(part.shape))]
    return _merged(pieces, Box(0, 0, width, height)) if len(tiles) > 1 else tuple(piece.polygon for piece in pieces)


def _stretches(length: int) -> list[tuple[int, int]]:
    """The stretches of a side that the tiles take: as few as there must be, of one length, each sharing with the next."""
    count = max(1, math.ceil((length - OVERLAP) / (TILE - OVERLAP)))
    size = math.ceil((length + (count - 1) * OVERLAP) / count)
    starts = [min(number * (size - OVERLAP), length - min(size, length)) for number in range(count)]
    return [(start, min(length, start + size)) for start in starts]


def _merged(pieces: Sequence[Piece], image: Box) -> tuple[Polygon, ...]:
    """The pieces of all tiles as those of one image."""
    own: list[Piece] = []
    rest: list[Piece] = []
    for piece in pieces:
        (own if _is_own(piece, image) else rest).append(piece)
    groups: list[list[Piece]] = []
    for piece in sorted([*own, *_missed(rest, own)], key=lambda each: (each.box.x0, each.box.y0)):
        same = [group for group in groups if any(_one_line(piece, other) for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append([piece, *itertools.chain.from_iterable(same)])
    return tuple(_outline(group) for group in groups)


def _is_own(piece: Piece, image: Box) -> bool:
    """Whether a piece is nearer to its tile's middle than the tiles above and below reach into it.

    A line that both of two tiles show is taken as that one sees it that has more of the page around it: at an edge, columns
    run into each other and lines are cut lengthwise.
    """
    tile, middle = piece.tile, piece.box.cy
    top = tile.y0 + OVERLAP / 2 if tile.y0 > image.y0 else tile.y0
    bottom = tile.y1 - OVERLAP / 2 if tile.y1 < image.y1 else tile.y1
    return top <= middle <= bottom


def _missed(rest: Sequence[Piece], own: Sequence[Piece]) -> list[Piece]:
    """Those of the rest that no tile's own pieces cover: what only another tile saw is better than nothing."""
    taken = np.array([(p.box.x0, p.box.y0, p.box.x1, p.box.y1) for p in own]).reshape(-1, 4).T
    missed = []
    for piece in rest:
        box = piece.box
        across = np.minimum(taken[2], box.x1) - np.maximum(taken[0], box.x0)
        along = np.minimum(taken[3], box.y1) - np.maximum(taken[1], box.y0)
        if (np.clip(across, 0, None) * np.clip(along, 0, None)).sum() < SAME * box.area:
            missed.append(piece)
    return missed


def _one_line(piece: Piece, other: Piece) -> bool:
    """Whether two tiles saw parts of one line, or the same line."""
    a, b = piece.box, other.box
    if a.overlap_x(b) <= 0 or piece.tile == other.tile:
        return False
    return a.overlap_y(b) >= SAME * min(a.height, b.height) and max(a.height, b.height) <= 2 * min(a.height, b.height)


def _outline(group: Sequence[Piece]) -> Polygon:
    """What one of a line's pieces says of it, if that holds the others; else the box around them."""
    around = hull(piece.box for piece in group)
    largest = max(group, key=lambda piece: piece.box.area)
    return largest.polygon if len(group) == 1 or largest.box.area >= WHOLE * around.area else around.polygon
