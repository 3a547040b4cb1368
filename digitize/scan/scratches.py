"""Scratches: thin dark lines along the film, some of them down all of it, that printed rules are not.

They would be found as rules, and part lines of type that belong together. Two things tell a scratch from a rule. A
printer's rule keeps clear of the type beside it; a scratch runs through the type of line after line, and through the
white between the lines. And a printer's rule ends where the print ends; a scratch may run over the empty margins, too.
A scratch is painted over, row by row, with what stands to its left and right, where that is lighter: strokes that
cross it go on, paper closes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.scan.cuts import (
    BLUR,
    CONTRAST,
    INK,
    ROW_OF_STROKES,
    TOUCH,
    beside,
    cuts_characters,
    cuts_type,
    is_thin,
    runs_close_to_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from digitize.geometry import Polygon

# Rows are averaged in bands of this share of the page's long side: grain goes, and thin lines stay sharp.
BAND = 1 / 500
# Lines up to about this share of the page's long side are thin; strokes of body type are of this width.
WIDEST = 1 / 130
# A piece of a scratch that is dark over this share of the long side is followed from there: three heights of body type.
PIECE = 1 / 40
# The same across the page, where strokes of characters stand in shorter rows by the hundreds.
LEVEL_PIECE = 1 / 25
# How far scratches may lean from the film's direction, in degrees, and bend from a straight line, in pixels.
LEAN, BEND = 3.0, 2
# The share of rows in which a scratch is dark, from any of its rows to its ends; column after column of type stays below
# half of it. It is not 1, since a scratch does not show where it runs over ink.
UNBROKEN = 0.85
# Rounds in which a piece is followed to the scratch's ends, each up to twice as long as the last.
ROUNDS = 8
# Paper beside a scratch is lighter than this grey value, averaged over a band of rows: grey, where strokes are near.
PAPER = 200
# The margins, from the page's edge, as shares of its height: past the blur of the edge, and before any print.
MARGIN = (0.01, 0.03)
# The share of a margin that may be dark: a scan that was cut close has print there, and its rules are no scratches. Margins
# with dust and scratches stay below 0.015, bands with type are above 0.04.
EMPTY = 0.02
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


def _upright(
    pixels: NDArray[np.uint8], skew: float, outline: Polygon | None, edges: Edges, *, by_type: bool
) -> Iterator[Scratch]:
    bands = _make_bands(pixels, PIECE)
    margins = _Margins(bands, outline, seen=edges.upright)

    def is_scratch(line: Scratch) -> bool:
        return margins.reached_by(line) or (by_type and cuts_type(pixels, line))

    return _found(bands, _pieces(bands, skew), is_scratch)


def _level(
    pixels: NDArray[np.uint8], skew: float, outline: Polygon | None, edges: Edges, *, both_sides: bool
) -> Iterator[Scratch]:
    """Scratches across the page: along lines of type and printed rules, so that more is asked of them."""
    turned = np.asarray(cv2.transpose(pixels), np.uint8)
    bands = _make_bands(turned, LEVEL_PIECE)
    margins = _Margins(bands, None if outline is None else tuple((y, x) for x, y in outline), seen=edges.level)

    def is_scratch(line: Scratch) -> bool:
        return (margins.reached_by(line) and runs_close_to_type(turned, line)) or cuts_characters(turned, line, both=both_sides)

    found = _found(bands, _pieces(bands, -skew, only_thin=True), is_scratch, ROW_OF_STROKES)
    return (replace(scratch, level=True) for scratch in found)


def _found(
    bands: _Bands, pieces: Iterable[_Line], is_scratch: Callable[[Scratch], bool], shortest: float = 0.0
) -> Iterator[Scratch]:
    """The scratches that pieces are followed to, each once; those that end short of that share of the long side are none.

    Nor do these reach from margin to margin, but on a strip that is as short itself.
    """
    shortest = min(shortest * bands.long_side / bands.rows, (1 - 2 * MARGIN[1]) * len(bands.dark))
    found: list[Scratch] = []
    for start in pieces:
        if any(_on(scratch, start, bands.rows) for scratch in found):
            continue
        line = _follow(bands, start)
        scratch = _scratch(bands, line) if line and line.bottom - line.top >= shortest else None
        if scratch and is_scratch(scratch):
            found.append(scratch)
            yield scratch


def without_scratches(pixels: NDArray[np.uint8], scratches: tuple[Scratch, ...]) -> NDArray[np.uint8]:
    """Paint scratches over with what is beside them: uint8, the shape of `pixels`; no pixel gets darker."""
    result = pixels.copy()
    for scratch in scratches:
        page = result.T if scratch.level else result
        width = page.shape[1]
        rows = np.arange(scratch.top, scratch.bottom)
        reach = scratch.half_width + 1
        left, right = (page[rows, np.clip(scratch.middle + side * reach, 0, width - 1)].astype(np.float64) for side in (-1, 1))
        for offset in range(1 - reach, reach):
            share = (offset + reach) / (2 * reach)
            columns = np.clip(scratch.middle + offset, 0, width - 1)
            painted = (left * (1 - share) + right * share).astype(np.uint8)
            page[rows, columns] = np.maximum(page[rows, columns], painted)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Bands:
    """The page in bands of so many `rows`.

    `means` are their mean grey values, `dark` tells how much darker than what is beside it each place is, both
    uint8 (bands, width); `long_side` is the page's, in pixels, and `piece` the length of a piece that is followed, in bands.
    """

    means: NDArray[np.uint8]
    dark: NDArray[np.uint8]
    rows: int
    long_side: int
    piece: int


def _make_bands(pixels: NDArray[np.uint8], piece: float) -> _Bands:
    (height, width), long_side = pixels.shape, max(pixels.shape)
    rows = max(1, min(round(BAND * long_side), height))
    whole = pixels[: height // rows * rows]
    means = np.asarray(cv2.resize(whole, (width, height // rows), interpolation=cv2.INTER_AREA), np.uint8)
    window = np.ones((1, max(3, round(WIDEST * long_side) | 1)), np.uint8)
    dark = np.asarray(cv2.morphologyEx(means, cv2.MORPH_BLACKHAT, window), np.uint8)
    return _Bands(means, dark, rows, long_side, max(3, round(piece * long_side / rows)))


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight piece of what may be a scratch: x = slope * band + start, from band `top` to before band `bottom`."""

    top: int
    bottom: int
    slope: float
    start: float

    def at(self, bands: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where it is in x, in pixels."""
        return np.asarray(self.slope * bands + self.start, np.float64)


def _pieces(bands: _Bands, skew: float, *, only_thin: bool = False) -> Iterator[_Line]:
    """The long pieces of thin dark lines on paper along the film, the longest first."""
    if len(bands.dark) < bands.piece:
        return
    mask = (bands.dark > CONTRAST).astype(np.uint8)
    # A pixel of slack on both sides keeps a line whole where it leans from one column to the next.
    slack = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(slack, cv2.MORPH_OPEN, _along(bands.piece, bands.rows * math.tan(math.radians(skew))))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs)
    for label in np.argsort(-stats[1:, cv2.CC_STAT_HEIGHT], kind="stable") + 1:
        x, y, width, height = (int(value) for value in stats[label, :4])
        own = (labels[y : y + height, x : x + width] == label) & (mask[y : y + height, x : x + width] > 0)
        widths = own.sum(axis=1)
        half_width = float(np.median(widths)) / 2
        if np.count_nonzero(widths) < height / 2 or (only_thin and not is_thin(half_width, bands.long_side)):
            continue
        tops, columns = np.nonzero(own)
        slope, start = _line_through(tops + y, columns + x)
        lean = math.degrees(math.atan(slope / bands.rows)) - skew
        line = _Line(y, y + height, slope, start)
        if abs(lean) <= LEAN and _on_paper(bands, line, half_width):
            yield line


def _line_through(y: NDArray[np.int64], x: NDArray[np.number]) -> tuple[float, float]:
    """The slope and the start of the line x = slope * y + start of least squares; upright through points of one row."""
    middle, off = float(x.mean()), y - y.mean()
    spread = float(off @ off)
    slope = float(off @ x) / spread if spread else 0.0
    return slope, middle - slope * float(y.mean())


def _along(length: int, slope: float) -> NDArray[np.uint8]:
    """A kernel of a line so many rows long, with that slope."""
    rows = np.arange(length)
    columns = np.rint((rows - length // 2) * slope).astype(np.int64)
    reach = int(np.abs(columns).max())
    kernel = np.zeros((length, 2 * reach + 1), np.uint8)
    kernel[rows, columns + reach] = 1
    return kernel


def _on_paper(bands: _Bands, line: _Line, half_width: float) -> bool:
    """Whether there is paper beside most of a piece, on one side or the other: lines within photographs have none."""
    numbers = np.arange(line.top, line.bottom)
    gap = math.ceil(half_width) + TOUCH
    flanks = beside(bands.means, numbers, np.rint(line.at(numbers)).astype(np.int64), np.array([-gap, gap]))
    return float((flanks.max(axis=1) > PAPER).mean()) >= 0.5  # noqa: PLR2004 - most


def _on(scratch: Scratch, line: _Line, rows: int) -> bool:
    """Whether the middle of a piece lies on a scratch."""
    band = (line.top + line.bottom) // 2
    row = band * rows - scratch.top
    if not 0 <= row < len(scratch.middle):
        return False
    return bool(abs(scratch.middle[row] - (line.slope * band + line.start)) <= scratch.half_width + BEND)


def _follow(bands: _Bands, line: _Line) -> _Line | None:
    """Follow a piece to both ends of its line, as far as it is dark nearly all the way; None where it is not."""
    offsets = np.arange(-BEND, BEND + 1)
    for _ in range(ROUNDS):
        more = (line.bottom - line.top) // 2 + 1
        numbers = np.arange(max(0, line.top - more), min(len(bands.dark), line.bottom + more))
        middle = np.rint(line.at(numbers)).astype(np.int64)
        levels = beside(bands.dark, numbers, middle, offsets)
        shown = levels.max(axis=1) > CONTRAST
        first, last = _densest(shown, beside(bands.means, numbers, middle, offsets).max(axis=1) < INK, UNBROKEN)
        if np.count_nonzero(shown[first:last]) < bands.piece:
            return None
        kept = np.flatnonzero(shown[first:last]) + first
        slope, start = _line_through(numbers[kept], line.at(numbers[kept]) + offsets[levels[kept].argmax(axis=1)])
        longer = _Line(int(numbers[first]), int(numbers[last - 1]) + 1, slope, start)
        if (longer.top, longer.bottom) == (line.top, line.bottom):
            break
        line = longer
    return line


def _densest(shown: NDArray[np.bool_], hidden: NDArray[np.bool_], share: float) -> tuple[int, int]:
    """The longest stretch, first and one past its last index, that is shown in that share of it counted from both ends.

    It is the stretch of the greatest sum, where what is shown counts 1, what is hidden (by ink) nothing, and what is
    neither as much less as the share asks.
    """
    missing = np.where(hidden, 0.0, -share / (1 - share))
    sums = np.concatenate([[0.0], np.cumsum(np.where(shown, 1.0, missing))])
    last = int((sums - np.minimum.accumulate(sums)).argmax())
    return int(sums[: last + 1].argmin()), last


def _scratch(bands: _Bands, line: _Line) -> Scratch:
    """The scratch along a line, with its bends and its width."""
    numbers = np.arange(line.top, line.bottom)
    offsets = np.arange(-BEND, BEND + 1)
    straight = line.at(numbers)
    weights = beside(bands.dark, numbers, np.rint(straight).astype(np.int64), offsets).astype(np.float64) ** 2 + 1e-6
    window = (1, max(1, round(SMOOTHED * bands.long_side / bands.rows)))
    moment, mass = (
        cv2.blur(values, window)[:, 0] for values in ((weights @ offsets)[:, np.newaxis], weights.sum(axis=1, keepdims=True))
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

    def __init__(self, bands: _Bands, outline: Polygon | None, *, seen: bool) -> None:
        count, width = bands.dark.shape
        page = np.ones_like(bands.dark)
        if outline is not None:
            corners = np.rint(np.asarray(outline) / (1, bands.rows) - 0.5).astype(np.int32)
            page = np.asarray(cv2.fillPoly(np.zeros_like(page), [corners], 1), dtype=np.uint8)
        self._bands = bands
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
