"""How a page lies on its scan, and whether it is set horizontally or vertically: found by reading a few of its lines.

Lines that stand upright belong to a page on its side, or to one set vertically; lines that lie flat, to a page as it
should be, on its head, or set vertically and on its side. Which it is, only the characters tell. A recognizer for
Chinese reads them upright, and turned anticlockwise too, since PaddleOCR turns vertical lines so; it reads none that
lie otherwise. So the turn under which a few lines are read surely is the reading frame, whatever the writing mode; and
where the characters, each turned back clockwise by itself, are still read, they stood upright in a vertical line.

Where columns of a vertical page are set closely, a detector sees rows across them, and these are read surely, too. They
are told by their distance: in lines, characters stand closer to each other than to the next line's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import bounds
from digitize.model import WritingMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box, Polygon
    from digitize.ocr import Reading, Recognizer

LINES_READ = 12
"""So many lines are read, the longest: some of any page are in odd type or damaged."""

LINES_AT_FIRST = 3
"""So few are read at first, for they do where they are read without doubt: reading a line takes time."""

VERY_SURE = 0.9
"""Mean confidence from which the first lines are read without doubt."""

LINES_TURNED = 6
"""So many are read character by character: turned characters are hardly ever read by chance."""

CHARACTERS_READ = 16
"""A line's first characters tell as much as all of it."""

ELONGATED = 2.0
"""Longer than high by this much, a detected piece shows in which direction its line runs; squarer ones do not."""

MARGIN = 0.1
"""Paper around a line when it is cut out, as a share of its height; the recognizer knows lines so."""

SURE = 0.7
"""Mean confidence from which no other turn is tried: the right one gives 0.78 to 0.99 on measured pages, from clean ones
to bad film, a wrong one 0.09 to 0.48."""

LEGIBLE = 0.17
"""Share of what is read in the line that is read of its characters one by one, from which they stand upright: 0.28 and
more in vertical lines, where the cuts between them are off here and there, below 0.1 in horizontal ones."""

DOUBTFUL = 0.05
"""Share of elongated pieces that stand upright, from which lines that lie flat may be rows across columns: pages set
horizontally have next to none."""

NEXT_LINE = (0.3, 3.0)
"""How far from a line's middle that of the next one in its column is, in its heights: from overlapping to double leading."""

ROWS_READ = 6
"""So many lines with a neighbour are read to see how far apart their characters are."""

LEADED = 1.1
"""Lines stand further apart than their characters by this much: 1.2 to 1.5 times in newspapers, 0.8 to 1.0 in rows across
columns."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """The quarters, anticlockwise, by which a scan is turned to stand in the reading frame, and its writing mode."""

    quarters: int = 0
    writing_mode: WritingMode = WritingMode.HORIZONTAL_TB


def find_orientation(
    pixels: NDArray[np.uint8], lines: Sequence[Polygon], recognizer: Recognizer, wanted: WritingMode | None = None
) -> Orientation:
    """Find how a page lies, and its writing mode.

    Args:
        pixels: the page, uint8 (height, width), 0 = ink, lines level or plumb.
        lines: the lines detected on it, in its pixels.
        recognizer: what reads a few of them.
        wanted: the writing mode, where it is known.

    Returns:
        No turn and horizontal lines, or the mode that is wanted, where nothing on the page tells.
    """
    boxes = [bounds(line) for line in lines]
    flat = sorted((b for b in boxes if b.width > ELONGATED * b.height), key=lambda b: (-b.width, b.y0))
    tall = sorted((b for b in boxes if b.height > ELONGATED * b.width), key=lambda b: (-b.height, b.x0))
    if not flat and not tall:
        return Orientation(0, wanted or WritingMode.HORIZONTAL_TB)
    upright = sum(b.height / b.width for b in tall) > sum(b.width / b.height for b in flat)  # characters, whatever their size
    chosen = [_cut(pixels, box) for box in (tall if upright else flat)[:LINES_READ]]
    likely, other = (1, 3) if upright else (0, 2)
    best = _try(chosen[:LINES_AT_FIRST], likely, recognizer)
    if best.confidence < VERY_SURE:
        best = _try(chosen, likely, recognizer)
    if best.confidence < SURE:
        best = max(best, _try(chosen, other, recognizer), key=lambda each: each.confidence)
    if wanted is WritingMode.HORIZONTAL_TB or (wanted and upright):
        return Orientation(best.quarters, wanted)
    stands = _still_read(best, recognizer)
    if stands > LEGIBLE / 2 and len(best.crops) < LINES_TURNED:
        stands = _still_read(_try(chosen, best.quarters, recognizer), recognizer)
    if stands > LEGIBLE:
        return Orientation(best.quarters, WritingMode.VERTICAL_RL)
    doubtful = not upright and len(tall) >= DOUBTFUL * len(boxes)
    if wanted or (doubtful and _are_rows(pixels, flat, best.quarters, recognizer)):  # the level text of an upright page
        return Orientation((best.quarters + 1) % 4, WritingMode.VERTICAL_RL)
    return Orientation(best.quarters)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Lines as they lie after a turn, uint8 (height, width) each, and what was read in them."""

    quarters: int
    crops: tuple[NDArray[np.uint8], ...]
    readings: tuple[Reading, ...]

    @property
    def confidence(self) -> float:
        """The mean confidence over all characters read."""
        characters = [c.confidence for reading in self.readings for c in reading.characters]
        return sum(characters) / len(characters) if characters else 0.0


def _try(lines: Sequence[NDArray[np.uint8]], quarters: int, recognizer: Recognizer) -> Trial:
    """Read the first characters of lines, turned by so many quarters anticlockwise."""
    crops = tuple(_first_characters(np.rot90(line, quarters)) for line in lines)
    return Trial(quarters, crops, recognizer.read(crops))


def _are_rows(pixels: NDArray[np.uint8], flat: Sequence[Box], quarters: int, recognizer: Recognizer) -> bool:
    """Whether lines that lie flat are rows across the columns of a vertical page: no further apart than their characters."""
    apart = {box: _to_next_line(box, flat) for box in flat}
    leaded = sorted((box for box in flat if apart[box] < np.inf), key=lambda b: (-b.width / b.height, b.y0))[:ROWS_READ]
    crops = [_first_characters(np.rot90(_cut(pixels, box), quarters)) for box in leaded]
    ratios = [
        apart[box] / (float(np.median(np.diff([c.position for c in reading.characters]))) * crop.shape[1])
        for box, crop, reading in zip(leaded, crops, recognizer.read(crops), strict=True)
        if len(reading.characters) > 1
    ]
    return bool(ratios) and float(np.median(ratios)) < LEADED


def _to_next_line(box: Box, lines: Sequence[Box]) -> float:
    """The distance from a line's middle to that of the nearest line in its column, infinity where there is none."""
    least, most = NEXT_LINE[0] * box.height, NEXT_LINE[1] * box.height
    column = (o for o in lines if o.overlap_x(box) > 0.5 * min(box.width, o.width))
    return min((d for o in column if least < (d := abs(o.cy - box.cy)) < most), default=np.inf)


def _cut(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    margin = MARGIN * min(box.width, box.height)
    b = box.grown(margin, margin).clipped(pixels.shape[1], pixels.shape[0])
    return pixels[int(b.y0) : max(int(b.y0) + 1, round(b.y1)), int(b.x0) : max(int(b.x0) + 1, round(b.x1))]


def _first_characters(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(crop[:, : CHARACTERS_READ * crop.shape[0]])


def _still_read(trial: Trial, recognizer: Recognizer) -> float:
    """The share of what was read in level lines that is still read of the characters when each is turned clockwise by itself.

    They lie turned anticlockwise on a vertical page in the reading frame.
    """
    in_line = trial.readings[:LINES_TURNED]
    one_by_one = recognizer.read([_stood_up(crop) for crop in trial.crops[:LINES_TURNED]])
    read, still_read = (sum(c.confidence for r in readings for c in r.characters) for readings in (in_line, one_by_one))
    return still_read / read if read else 0.0


def _stood_up(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A line, its characters each turned clockwise where it stands; they are square, so the height tells where to cut."""
    height, width = crop.shape
    count = max(1, round(width / (height / (1 + 2 * MARGIN))))
    edges = np.linspace(0, width, count + 1).round().astype(int)
    cells = [crop[:, a:b] for a, b in itertools.pairwise(edges) if b > a]
    return np.hstack([np.asarray(cv2.resize(np.rot90(cell, -1), (height, height)), np.uint8) for cell in cells])
