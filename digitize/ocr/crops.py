"""Lines cut out so that the recognizer can read them, and the places of what it read, led back to the page.

In the reading frame a page's lines run to the right; their characters lie turned anticlockwise on a vertical page, as
PaddleOCR turns vertical lines. Some lines run across the others: vertical headings on a horizontal page, and mastheads,
boxed headings and folios on a vertical one, which were written from right to left at the time.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box
from digitize.model import WritingMode, are_ideographs
from digitize.ocr import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.model import TextLine

# Paper left around a line when it is cut out, in type sizes. With room, a line comes to be smaller at the height at which the
# network reads, and is read a fifth sooner; cut close, it is larger, which small or blurred type wants. The neighbouring
# lines are half a type size away in tightly set columns.
ROOM, CLOSE = 0.3, 0.1
# A glyph's cell ends half-way to its neighbours, but no further from its middle than this, in type sizes: letter-spaced
# headings and gaps must not make wide glyphs.
MAX_HALF_CELL = 0.6
_RUN = re.compile(r"[0-9A-Za-z]")


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A line cut out: the page's whole pixels that it takes, and the same as recognizers know lines, uint8 (height, width)."""

    area: Box
    pixels: NDArray[np.uint8]


def cut_out(pixels: NDArray[np.uint8], line: TextLine, page: WritingMode, margin: float) -> Crop:
    """A line with so many type sizes of paper around it, as far as the page goes."""
    room = margin * _type_size(line)
    box = line.box.grown(room, room)
    area = Box(math.floor(box.x0), math.floor(box.y0), math.ceil(box.x1), math.ceil(box.y1))
    area = area.clipped(pixels.shape[1], pixels.shape[0])
    crop = pixels[int(area.y0) : int(area.y1), int(area.x0) : int(area.x1)]
    if line.crosswise:
        crop = np.ascontiguousarray(np.rot90(crop, 1 if page is WritingMode.HORIZONTAL_TB else -1))
    return Crop(area, np.bitwise_not(crop) if line.reversed else crop)


def as_printed(reading: Reading, line: TextLine, page: WritingMode) -> Reading:
    """What was read in a line in the order in which it is read, with places from the line's start in the reading frame.

    Horizontal lines of ideographs on a vertical page are read from right to left; numbers and Latin words in them from
    left to right.
    """
    if not line.crosswise or page is WritingMode.HORIZONTAL_TB:
        return reading
    characters = tuple(replace(c, position=1 - c.position) for c in reading.characters)
    if not are_ideographs(reading.text):
        return Reading(characters)
    runs = [list(run) for _, run in itertools.groupby(characters, key=lambda c: bool(_RUN.match(c.text)))]
    return Reading(tuple(c for run in reversed(runs) for c in (run if _RUN.match(run[0].text) else reversed(run))))


def glyph_cells(line: TextLine, reading: Reading, area: Box) -> list[Box]:
    """The part of the line that each character takes, in the reading frame."""
    box, start, length = line.box, area.x0, area.width
    if line.crosswise:
        box, start, length = _transposed(line.box), area.y0, area.height
    middles = [start + c.position * length for c in reading.characters]
    order = sorted(range(len(middles)), key=lambda i: middles[i])
    cells = dict(zip(order, _cells([middles[i] for i in order], box, MAX_HALF_CELL * _type_size(line)), strict=True))
    return [_transposed(cells[i]) if line.crosswise else cells[i] for i in range(len(middles))]


def _cells(middles: list[float], box: Box, reach: float) -> list[Box]:
    """The stretch of a level line that each character takes, from the characters' middles in x."""
    edges = [box.x0, *((a + b) / 2 for a, b in itertools.pairwise(middles)), box.x1]
    cells = []
    for middle, left, right in zip(middles, edges, edges[1:], strict=False):
        x0, x1 = max(min(left, middle), middle - reach), min(max(right, middle), middle + reach)
        cells.append(Box(x0, box.y0, x1, box.y1))
    return cells


def _transposed(box: Box) -> Box:
    return Box(box.y0, box.x0, box.y1, box.x1)


def _type_size(line: TextLine) -> float:
    return line.type_size or min(line.box.height, line.box.width)
