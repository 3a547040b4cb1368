"""Witnesses: what the lines around say of white in a line, whether they keep to its sides or run over it.

A page has hundreds of gaps, and each is looked at against all lines; so many gaps are looked at together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box

SHARED_WHITE = 2 / 3
"""Share of a gap that is white in another line, too, where both run over one gutter: full stops make one of them wider."""

STOPPED_WHITE = 0.9, 0.7
"""A gutter about a character wide, the first in type sizes, is shared where a line's white is wider by no more than the
second: half a stop's square, with bearings."""

WITNESS_LINES = 4
"""So many lines on each side of a gap are heard, above it and below: the nearest, also those beyond a picture."""

WITNESS_REACH = 6.0
"""Lines further off than so many type sizes from the nearest that speaks are not heard: they stand beyond something else."""

WITNESSES = 2
"""Line ends, and line starts, that must keep to the gap's sides for it to be a gutter: one may be chance. A printed
rule in line with the gap is worth as many."""

SURE_WITNESSES = 3
"""So many line ends, and line starts, show that white behind a full stop is a gutter nonetheless: two may be chance."""

END_SLACK = 1.4
"""How far before a gap the lines on its left may end, in type sizes: a full stop and a bracket are half white each."""

START_SLACK = 2.6
"""How far behind a gap the lines on its right may start, in type sizes: a paragraph's indent of two characters, and slack."""

OVERHANG = 0.5
"""A line runs over a gap where it reaches so many type sizes beyond both its sides."""

RUN_OVER = 3
"""So many lines around that have ink in a piece of white show that it stands in the midst of their column."""

AT_ONCE = 256
"""Gaps looked at together: more of them need more memory, fewer more time."""

FIRST = 1e-6
"""By so many pixels a line counts as further off than the one before it, where both stand at one height."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What lines say of a gap: how many end at its left, start at its right, and run over it, with white or ink in it."""

    ends: int = 0
    starts: int = 0
    white: int = 0
    inked: int = 0
    on_grid: bool = False

    @property
    def proves(self) -> bool:
        """Whether enough lines, and more than have ink in the gap, keep to both its sides."""
        return self._count(min(self.ends, self.starts)) >= max(WITNESSES, self.inked + 1)

    @property
    def suggests(self) -> bool:
        """Whether enough lines, and more than have ink in the gap, keep to one of its sides."""
        return self._count(max(self.ends, self.starts)) >= max(WITNESSES, self.inked + 1)

    @property
    def is_sure(self) -> bool:
        """Whether so many lines keep to both its sides that white which may be a full stop's own is a gutter."""
        return min(self.ends, self.starts) >= SURE_WITNESSES

    @property
    def runs_over(self) -> bool:
        """Whether several lines run over the gap with ink in it, and none speaks for a gutter."""
        return self.inked >= RUN_OVER and not (self.ends or self.starts or self.white)

    def _count(self, sides: int) -> int:
        """What is said for the gap by lines that keep to its sides, and by those that run over it with white in it.

        The latter count half, because type set on a grid has full stops and their white below one another, too, and not at
        all where another line has ink there. Where the page's columns part in line with the gap they count in full, less
        those with ink, and one witness more than there are: a block may be too short to prove its gutters by itself.
        Where no line ends or starts at the gap, one with ink in it weighs as much as two with white.
        """
        if not self.on_grid:
            return sides + (0 if self.inked else self.white // 2)
        white = max(0, self.white - (self.inked if sides else 2 * self.inked))
        return sides + white + 1 if sides + white else 0

    def __add__(self, other: Testimony) -> Testimony:
        return Testimony(
            self.ends + other.ends,
            self.starts + other.starts,
            self.white + other.white,
            self.inked + other.inked,
            self.on_grid or other.on_grid,
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """White between two places in x, in or beside a line, and how far behind it lines may start, in type sizes."""

    sides: tuple[float, float]
    line: Box
    indent: float = START_SLACK

    @property
    def middle(self) -> float:
        """Where it would cut its line."""
        return sum(self.sides) / 2


class Witnesses:
    """The lines of text on a page, asked about gaps; all in reading-frame pixels."""

    def __init__(
        self,
        text: Sequence[Box],
        walls: Sequence[Box],
        whites: Sequence[Sequence[tuple[float, float]]],
        type_size: float,
        captions: Sequence[bool],
    ) -> None:
        """Take in the lines, what is a wall to all around it, each line's stretches of white, and which are captions."""
        self._running = ~np.array(captions, np.bool_)
        self._text, self._walls = _corners(text), _corners(walls)
        self._white_rows = np.repeat(np.arange(len(text)), [len(gaps) for gaps in whites])
        self._white_gaps = np.array([gap for gaps in whites for gap in gaps]).reshape(-1, 2)
        self._type_size = type_size

    def heard(self, gaps: Sequence[Gap]) -> list[tuple[Testimony, Testimony]]:
        """What the nearest lines above and below a gap's line say of it, as far as the nearest wall; for each gap."""
        firsts = range(0, len(gaps), AT_ONCE)
        return [said for first in firsts for said in self._heard(gaps[first : first + AT_ONCE])]

    def _heard(self, gaps: Sequence[Gap]) -> list[tuple[Testimony, Testimony]]:
        """The same for a few: in all arrays a gap has a row, and a line of text a column."""
        unit, (x0, y0, x1, y1) = self._type_size, self._text.T
        told = [(*gap.sides, gap.indent, gap.line.x0, gap.line.x1, gap.line.cy, gap.line.height) for gap in gaps]
        a, b, indent, left, right, middle, height = np.array(told).T[:, :, np.newaxis]
        top, bottom = np.array([self.walled(gap.line) for gap in gaps]).T[:, :, np.newaxis]
        white = self._white(a, b)
        over = (x0 < a - OVERHANG * unit) & (x1 > b + OVERHANG * unit) & self._running
        # A deck in the middle of the columns below it says nothing of them.
        over &= (x0 <= left + START_SLACK * unit) | (x1 >= right - START_SLACK * unit)
        ends = (x1 >= a - END_SLACK * unit) & (x1 <= b)
        starts = (x0 >= a) & (x0 <= b + indent * unit)
        distance = (y0 + y1) / 2 - middle
        sides = []
        for away, limit in ((-distance, middle - top), (distance, bottom - middle)):
            speaking = (away > height / 2) & (away < limit) & (ends | starts | over)
            near = np.where(speaking, away, np.inf)
            near[near > near.min(axis=1, initial=np.inf, keepdims=True) + WITNESS_REACH * unit] = np.inf
            before, behind = (_nearest(np.where(side | over, near, np.inf)) for side in (ends, starts))
            clear, inked = (np.maximum(_counts(before, over & kind), _counts(behind, over & kind)) for kind in (white, ~white))
            said = np.stack([_counts(before, ends), _counts(behind, starts), clear, inked], axis=1)
            sides.append([Testimony(*counts) for counts in said.tolist()])
        return list(zip(*sides, strict=True))

    def _white(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which lines are white in each gap, from its left to its right side, float64 (gaps, 1)."""
        shared = np.minimum(self._white_gaps[:, 1], b) - np.maximum(self._white_gaps[:, 0], a)
        unit = self._type_size
        stopped = (shared >= STOPPED_WHITE[0] * unit) & (b - a - shared <= STOPPED_WHITE[1] * unit)
        gap, stretch = np.nonzero((shared >= SHARED_WHITE * (b - a)) | stopped)
        white = np.zeros((len(a), len(self._text)), np.bool_)
        white[gap, self._white_rows[stretch]] = True
        return white

    def walled(self, line: Box) -> tuple[float, float]:
        """How far up and down from a line its columns reach: to the nearest heading or rule across."""
        x0, y0, x1, y1 = self._walls.T
        middles = ((y0 + y1) / 2)[(x0 < line.x1) & (x1 > line.x0)]
        above, below = middles[middles < line.cy], middles[middles > line.cy]
        return float(above.max(initial=-np.inf)), float(below.min(initial=np.inf))


def _corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Left, top, right and bottom of boxes, float64 (boxes, 4), each in one piece of memory."""
    return np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes], np.float64, order="F").reshape(-1, 4)


def _nearest(away: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The nearest of the lines that are at a finite distance, for each gap; of two as near the first: both (gaps, lines)."""
    nearest = np.isfinite(away)
    if away.shape[1] > WITNESS_LINES:
        in_order = away + FIRST * np.arange(away.shape[1])
        further = np.argpartition(in_order, WITNESS_LINES, axis=1)[:, WITNESS_LINES:]
        np.put_along_axis(nearest, further, values=False, axis=1)
    return nearest


def _counts(nearest: NDArray[np.bool_], kind: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many of the nearest lines are of a kind, for each gap."""
    return np.asarray(np.count_nonzero(nearest & kind, axis=1), np.intp)
