"""Detection in tiles: every line once and whole, wherever the seams fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, bounds, hull
from digitize.layout.tiles import TILE, detect_in_tiles
from digitize.ocr import Detection

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Finder:
    """Finds black boxes, and the part of them that its image shows."""

    def __init__(self) -> None:
        self.sides: list[int] = []

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """The stretches of dark rows and columns."""
        self.sides.append(long_side)
        found = []
        for y0, y1 in _runs((image < 128).any(axis=1)):
            found += [Detection(Box(x0, y0, x1, y1).polygon, 0.9) for x0, x1 in _runs((image[y0:y1] < 128).any(axis=0))]
        return tuple(found)


def _runs(profile: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.pad(profile.astype(np.int8), 1)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def lines_of(width: int, height: int) -> list[Box]:
    """Lines that are as long as a third of the page, all over it."""
    return [
        Box(x, y, x + width // 3 - 40, y + 18) for y in range(30, height - 30, 24) for x in (20, width // 3, 2 * width // 3)
    ]


def test_every_line_is_found_once_and_whole() -> None:
    """Lines that run over seams, along them or beside them come out as they stand on the page."""
    width, height = 4000, 3100
    lines = lines_of(width, height)
    image = np.full((height, width), 255, np.uint8)
    for box in lines:
        image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 0
    finder = Finder()
    found = [bounds(polygon) for polygon in detect_in_tiles(image, finder)]
    assert sorted(found) == sorted(lines)
    assert len(finder.sides) > 1
    assert max(finder.sides) <= TILE


def test_a_small_image_is_seen_at_once() -> None:
    """What fits into one tile is one detection, at its own size."""
    finder = Finder()
    assert detect_in_tiles(np.full((600, 800), 255, np.uint8), finder) == ()
    assert finder.sides == [800]


class ShortSighted(Finder):
    """Takes the lines of two columns beside each other for one where they are near the image's edge, as networks do."""

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """The lines, those of a row at the upper or lower edge in one."""
        height = image.shape[0]
        found = super().detect(image, long_side)
        rows: dict[tuple[float, float], list[Box]] = {}
        for each in found:
            box = bounds(each.polygon)
            rows.setdefault((box.y0, box.y1), []).append(box)
        lines = [box for (y0, y1), row in rows.items() for box in ([hull(row)] if y0 < EDGE or y1 > height - EDGE else row)]
        return tuple(Detection(box.polygon, 0.9) for box in lines)


EDGE = 60


def test_lines_at_a_seam_are_those_of_the_tile_that_shows_more_around_them() -> None:
    """What a tile's edge makes the network see wrongly is taken from the tile above or below, which has it inside."""
    width, height = 1500, 3100
    lines = [line for line in lines_of(width, height) if EDGE < line.y0 < height - 2 * EDGE]
    image = np.full((height, width), 255, np.uint8)
    for box in lines:
        image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 0
    found = [bounds(polygon) for polygon in detect_in_tiles(image, ShortSighted())]
    assert sorted(found) == sorted(lines)


def test_a_line_too_high_for_the_overlap_is_found_whole() -> None:
    """Display type that no tile shows whole is put together from what each shows."""
    image = np.full((3100, 1500), 255, np.uint8)
    image[1300:1800, 100:1400] = 0
    (found,) = detect_in_tiles(image, Finder())
    assert bounds(found) == Box(100, 1300, 1400, 1800)
