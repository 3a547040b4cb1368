"""Scratches: thin lines along the film, some of them down all of it, that printed rules are not.

Dark ones would be found as rules, and part lines of type that belong together. Two things tell a scratch from a rule. A
printer's rule keeps clear of the type beside it; a scratch runs through the type of line after line, and through the
white between the lines. And a printer's rule ends where the print ends; a scratch may run over the empty margins, too.
Light ones part the characters that they run through, and columns where a character ends there. They are lighter than the
paper, as nothing printed is, so that they are found before the paper is made white.

A scratch is painted over, row by row, with what stands to its left and right, where that is lighter, or darker for a light
one: strokes that cross it go on, paper closes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.cuts import BLUR, CONTRAST, ROW_OF_STROKES, beside, cuts_characters, cuts_type, hair, runs_close_to_type
from digitize.scan.hairs import BEND, BENDS, PAPER, WIDEST, Bands, Line, find_pieces, follow, make_bands, make_light_bands
from digitize.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.scan.exposure import Exposure

# A piece of a scratch that is dark over this share of the long side is followed from there: three heights of body type.
PIECE = 1 / 40
# The same across the page, where strokes of characters stand in shorter rows by the hundreds.
LEVEL_PIECE = 1 / 25
# The margins, from the page's edge, as shares of its height: past the blur of the edge, and before any print.
MARGIN = (0.01, 0.03)
# The share of a margin that may be dark: a scan that was cut close has print there, and its rules are no scratches. Margins
# with dust and scratches stay below 0.015, bands with type are above 0.04.
EMPTY = 0.02
# The shortest scratch that is lighter than paper, as a share of the long side: through two lines of type, which dust is not.
LIGHT_SCRATCH = 1 / 30
# The flanks of a scratch, as a share of its darkness, that are painted over as well.
FLANK = 0.2
# The path of a scratch is smoothed over this share of the long side.
SMOOTHED = 1 / 25


@dataclass(frozen=True, slots=True, eq=False)
class Scratch:
    """A scratch: the row where it begins, where its middle is in x from there on, int (rows,), and half its width.

    For a `level` one, across the page, x and y are exchanged.
    """

    top: int
    middle: NDArray[np.int64]
    half_width: int
    level: bool = False

    @property
    def bottom(self) -> int:
        """One past its last row."""
        return self.top + len(self.middle)


@dataclass(frozen=True, slots=True)
class Edges:
    """Whether the edges of the paper are seen at both ends of `upright` and of `level` lines, within the film's frame."""

    upright: bool
    level: bool


NO_EDGES = Edges(upright=False, level=False)


def find_scratches(
    pixels: NDArray[np.uint8],
    skew: float,
    outline: Polygon | None,
    edges: Edges = NO_EDGES,
    *,
    vertical: bool = False,
) -> tuple[Scratch, ...]:
    """Find the dark scratches that run down or across the page, or a part of it: pages lie either way on the film.

    Args:
        pixels: uint8 (height, width), 0 = ink, 255 = paper, upright.
        skew: by how many degrees the page was turned clockwise before, which tells the film's direction.
        outline: the page, in these pixels; None where it is all of them.
        edges: which of the page's edges are the paper's, as the film's frame is seen around them: no rule is printed from
            one to the other, however narrow the margins are.
        vertical: whether it is a page of vertical lines in its reading frame. There the rules between tiers run upright
            through the page and touch the type, so that upright scratches are told by the margins alone; and level ones,
            along the lines, must cut characters through: wavy rules are set close to the type there.
    """
    upright = _upright(pixels, skew, outline, edges, by_type=not vertical)
    return (*upright, *_level(pixels, skew, outline, edges, both_sides=vertical))


def find_light_scratches(pixels: NDArray[np.uint8], exposure: Exposure, skew: float) -> tuple[Scratch, ...]:
    """Find the scratches that are lighter than the paper, down or across the page: nothing that is printed is.

    Args:
        pixels: uint8 (height, width), dark ink on paper that is not white yet, upright.
        exposure: its paper and ink.
        skew: by how many degrees the page was turned clockwise before.
    """
    upright, level = together(
        lambda: tuple(_light(pixels, exposure, skew, level=False)), lambda: tuple(_light(pixels, exposure, skew, level=True))
    )
    return (*upright, *level)


def _light(pixels: NDArray[np.uint8], exposure: Exposure, skew: float, *, level: bool) -> Iterator[Scratch]:
    bands = make_light_bands(pixels, exposure, LEVEL_PIECE if level else PIECE, level=level)

    def is_thin(line: Scratch) -> bool:
        return line.half_width <= hair(bands.long_side)  # and not the edge of the paper

    found = _found(bands, find_pieces(bands, -skew if level else skew), is_thin, LIGHT_SCRATCH)
    return (replace(scratch, level=level) for scratch in found)


def _upright(
    pixels: NDArray[np.uint8], skew: float, outline: Polygon | None, edges: Edges, *, by_type: bool
) -> Iterator[Scratch]:
    bands = make_bands(pixels, PIECE)
    margins = _Margins(bands, outline, seen=edges.upright)

    def is_scratch(line: Scratch) -> bool:
        return margins.reached_by(line) or (by_type and cuts_type(pixels, line))

    return _found(bands, find_pieces(bands, skew), is_scratch)


def _level(
    pixels: NDArray[np.uint8], skew: float, outline: Polygon | None, edges: Edges, *, both_sides: bool
) -> Iterator[Scratch]:
    """Scratches across the page: along lines of type and printed rules, so that more is asked of them."""
    turned = pixels.T
    bands = make_bands(pixels, LEVEL_PIECE, level=True)
    margins = _Margins(bands, None if outline is None else tuple((y, x) for x, y in outline), seen=edges.level)

    def is_scratch(line: Scratch) -> bool:
        return (margins.reached_by(line) and runs_close_to_type(turned, line)) or cuts_characters(turned, line, both=both_sides)

    found = _found(bands, find_pieces(bands, -skew, only_thin=True), is_scratch, ROW_OF_STROKES)
    return (replace(scratch, level=True) for scratch in found)


def _found(
    bands: Bands, pieces: Sequence[Line], is_scratch: Callable[[Scratch], bool], shortest: float = 0.0
) -> Iterator[Scratch]:
    """The scratches that pieces are followed to, each once; those that end short of that share of the long side are none.

    Nor do these reach from margin to margin, but on a strip that is as short itself.
    """
    shortest = min(shortest * bands.long_side / bands.rows, (1 - 2 * MARGIN[1]) * len(bands.dark))
    found: list[Scratch] = []
    for start, line in zip(pieces, follow(bands, pieces), strict=True):
        if any(_on(scratch, start, bands.rows) for scratch in found):
            continue
        scratch = _scratch(bands, line) if line and line.bottom - line.top >= shortest else None
        if scratch and is_scratch(scratch):
            found.append(scratch)
            yield scratch


def without_scratches(pixels: NDArray[np.uint8], scratches: tuple[Scratch, ...], *, light: bool = False) -> NDArray[np.uint8]:
    """Paint scratches over with what is beside them: uint8, the shape of `pixels`.

    Where that is lighter; or, for `light` ones, where it is no paper on either side: there they part a stroke. Elsewhere
    they lie on paper, and what is beside them may be grain.
    """
    nearest = np.minimum if light else np.maximum
    result = pixels.copy()
    for scratch in scratches:
        page = result.T if scratch.level else result
        width = page.shape[1]
        rows, middle = np.arange(scratch.top, scratch.bottom), scratch.middle
        reach = scratch.half_width + 1
        left, right = (page[rows, np.clip(middle + side * reach, 0, width - 1)].astype(np.float64) for side in (-1, 1))
        if light:
            parted = np.maximum(left, right) < PAPER
            rows, middle, left, right = rows[parted], middle[parted], left[parted], right[parted]
        for offset in range(1 - reach, reach):
            share = (offset + reach) / (2 * reach)
            columns = np.clip(middle + offset, 0, width - 1)
            painted = (left * (1 - share) + right * share).astype(np.uint8)
            page[rows, columns] = nearest(page[rows, columns], painted)
    return result


def _on(scratch: Scratch, line: Line, rows: int) -> bool:
    """Whether the middle of a piece lies on a scratch."""
    band = (line.top + line.bottom) // 2
    row = band * rows - scratch.top
    if not 0 <= row < len(scratch.middle):
        return False
    return bool(abs(scratch.middle[row] - (line.slope * band + line.start)) <= scratch.half_width + BEND)


def _scratch(bands: Bands, line: Line) -> Scratch:
    """The scratch along a line, with its bends and its width."""
    numbers = np.arange(line.top, line.bottom)
    straight = line.at(numbers)
    weights = beside(bands.dark, numbers, np.rint(straight).astype(np.int64), BENDS).astype(np.float64) ** 2 + 1e-6
    window = (1, max(1, round(SMOOTHED * bands.long_side / bands.rows)))
    moment, mass = (
        cv2.blur(values, window)[:, 0] for values in ((weights @ BENDS)[:, np.newaxis], weights.sum(axis=1, keepdims=True))
    )
    path = straight + moment / mass
    reach = max(BEND + 1, round(WIDEST * bands.long_side / 2))
    around = beside(bands.dark, numbers, np.rint(path).astype(np.int64), np.arange(-reach, reach + 1))
    profile = np.median(around, axis=0)
    flanks = np.abs(np.flatnonzero(profile > FLANK * profile[reach - BEND : reach + BEND + 1].max()) - reach)
    rows = np.arange(line.top * bands.rows, line.bottom * bands.rows)
    middle = np.interp((rows + 0.5) / bands.rows - 0.5, numbers, path)
    return Scratch(int(rows[0]), np.rint(middle).astype(np.int64), min(int(flanks.max(initial=0)) + BLUR, reach))


class _Margins:
    """The page's margins, above and below all print; there are none on a scan that was cut close."""

    def __init__(self, bands: Bands, outline: Polygon | None, *, seen: bool) -> None:
        count, width = bands.dark.shape
        self._bands = bands
        self._first, self._last = np.zeros(width, np.intp), np.full(width, count - 1)
        if outline is not None:
            corners = np.rint(np.asarray(outline) / (1, bands.rows) - 0.5).astype(np.int32)
            page = cv2.fillPoly(np.zeros_like(bands.dark), [corners], 1)
            self._first, self._last = page.argmax(axis=0), count - 1 - page[::-1].argmax(axis=0)
        self._edge = round(MARGIN[0] * count)
        depth = np.arange(self._edge, max(self._edge + 1, round(MARGIN[1] * count)))[:, np.newaxis]
        columns = np.arange(width)
        tops, bottoms = (np.clip(rows, 0, count - 1) for rows in (self._first + depth, self._last - depth))
        # Half of a margin's bands: where it is narrow, the inner ones have print already.
        self._empty = seen or all(
            float(np.median((bands.dark[rows, columns] > CONTRAST).mean(axis=1))) <= EMPTY for rows in (tops, bottoms)
        )

    def reached_by(self, scratch: Scratch) -> bool:
        """Whether a scratch runs through both margins."""
        rows, last = self._bands.rows, len(self._first) - 1
        top, bottom = (min(max(int(x), 0), last) for x in (scratch.middle[0], scratch.middle[-1]))
        above = scratch.top <= (self._first[top] + self._edge) * rows
        return self._empty and bool(above and scratch.bottom >= (self._last[bottom] + 1 - self._edge) * rows)
