"""Gutters: whether white inside a line, or between two pieces of one, parts columns. The lines around bear witness."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box
from digitize.layout.detection import LARGE_TYPE
from digitize.layout.ink import runs
from digitize.layout.witnesses import RUN_OVER, START_SLACK, WITNESSES, Gap, Testimony, Witnesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.layout.ink import Ink

SPECK_AREA = 0.02
"""Ink that covers less than this share of a character's square is grain: a comma covers twice as much."""

STREAK = 0.95
"""A column of a line's window that is inked from top to bottom to this share is a scratch or rule across the line."""

GUTTER_GAP = 0.55
"""The narrowest white inside a line that can be a gutter, in type sizes: gutters are about a character wide."""

TIGHT_GAP = 0.3
"""The same on a page whose columns leave less: in tiers of vertical lines a sign hangs into the white now and then."""

TIGHT_WITNESSES = 6
"""So many line ends and starts around it show that white so narrow is a gutter; each side of it is among them, above it
and below."""

STOP, STOP_WHITE = (0.45, 0.5), 0.5
"""A full stop or comma is narrower than the first share of a type size, and stands lower than the second of its line's height.
That of ideographs has so much of its square behind it, in type sizes: what is no wider by a gutter's least may be its own."""

GUTTER_SPOT = 0.35
"""Ink up to so many type sizes wide in the midst of white may be dust in a gutter; it is a comma where no lines around
bear witness of one."""

GRID_LINES = 4
"""So many lines that end, and that start, in line with a gap show a gutter of the page's grid."""

HEADING_SPACE = 1.25
"""White wider than so many heights of a heading's line is more than the full space between two of its phrases: over a gutter
it parts two headings."""

FLUSH = 0.7
"""The same where one side alone tells: no indent, or the next column but one would be taken for a witness."""

LEVEL = 0.35
"""How far the start of a heading set to the left of its columns stands from theirs, in type sizes: side bearings. The second
phrase of a heading over several columns begins there by chance only."""

TIER_WHITE = 0.3
"""White between two items beyond that between the lines of one, in type sizes, at least."""

CAPTION_GAP = 1.5
"""White between a picture and the first line of its caption, in type sizes."""

CROSSED = 0.5
"""Share of a line's height that an upright rule takes which cuts it: rules are worn at their ends, and lean."""

RULE_SLACK = 0.3
"""How far a rule between two pieces of a line may stand within either of them, in type sizes: warp moves both."""


def characters(ink: Ink, line: Box) -> NDArray[np.bool_]:
    """Which columns of a line's window, bool (width,), hold characters' ink: dust, scratches and rules are none."""
    window = without_streaks(ink.mask[ink.window(line)])
    area = np.concatenate(([0], np.cumsum(window.sum(axis=0, dtype=np.int64))))
    inked = np.diff(area) > 0
    smallest = SPECK_AREA * (line.height * ink.scale) ** 2
    for a, b in runs(inked):
        inked[a:b] = area[b] - area[a] >= smallest
    return np.asarray(inked, np.bool_)


def without_streaks(window: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A window of ink without the columns that are full of it: scratches and rules run on where characters end."""
    full = window.sum(axis=0) > STREAK * len(window)
    return np.where(full[np.newaxis, :], np.uint8(0), window) if full.any() else window


class _White(Enum):
    """What white in a line may be: whole, spotted with dust, or too narrow for a gutter but on a page of tight ones."""

    WHOLE, SPOTTED, TIGHT = auto(), auto(), auto()


class Gutters:
    """Tells gutters from spaces by the page's lines and rules, all in reading-frame pixels.

    Headings in large type and rules across are walls: what stands beyond them is set in columns of its own.
    """

    def __init__(
        self,
        ink: Ink,
        lines: Sequence[Box],
        rules: Sequence[Box],
        type_size: float,
        *,
        whole: float = LARGE_TYPE,
        pictures: Sequence[Box] = (),
    ) -> None:
        """Take in what is printed on a page; lines from so many type sizes on in height, `whole`, are cut at rules only.

        What stands right below one of the `pictures` may be its caption, which runs over the gutters of the text below it.
        """
        self.type_size, self._whole = type_size, whole
        self._ink = ink
        self._uprights = [rule for rule in rules if rule.upright]
        text = [line for line in lines if not self.is_large(line)]
        walls = [line for line in lines if self.is_large(line)] + [rule for rule in rules if not rule.upright]
        self._text = np.array([(b.x0, b.y0, b.x1, b.y1) for b in text]).reshape(-1, 4)
        self._inked = {line: self._characters(line) for line in text}
        whites = [self._whites(line, self._inked[line]) for line in text]
        captions = [any(_is_under(picture, line, type_size) for picture in pictures) for line in text]
        self._witnesses = Witnesses(text, walls, whites, type_size, captions)

    def is_large(self, line: Box) -> bool:
        """Whether a line is set in a heading's type, which runs over gutters."""
        return line.height >= LARGE_TYPE * self.type_size

    def cuts(self, lines: Sequence[Box]) -> list[list[float]]:
        """Where rules and gutters cut each line, x ascending."""
        found = [[rule.cx for rule in self._uprights if _crosses(rule, line)] for line in lines]
        gaps = [
            (number, white, gap)
            for number, line in enumerate(lines)
            if line.height < self._whole * self.type_size
            for white, gap in self._gaps(line)
        ]
        heard = self._witnesses.heard([gap for _, _, gap in gaps])
        for (number, white, gap), (above, below) in zip(gaps, heard, strict=True):
            if self._is_gutter(white, gap, above, below):
                found[number].append(gap.middle)
        return [sorted(cuts) for cuts in found]

    def _gaps(self, line: Box) -> Iterator[tuple[_White, Gap]]:
        """The white in a line that may be a gutter."""
        inked = self._inked[line] if line in self._inked else self._characters(line)
        whole = self._whites(line, inked)
        yield from ((_White.WHOLE, Gap(sides, line)) for sides in whole)
        for white, sides in (
            *((_White.SPOTTED, sides) for sides in self._whites(line, self._without_spots(inked))),
            *((_White.TIGHT, sides) for sides in self._whites(line, inked, TIGHT_GAP)),
        ):
            if sides not in whole:
                # A narrow part of a line's last sign stands before a gutter, as a spot: the next column begins further on.
                yield white, Gap(sides, line, FLUSH if white is _White.SPOTTED else START_SLACK)

    def _is_gutter(self, white: _White, gap: Gap, above: Testimony, below: Testimony) -> bool:
        """Whether white in a line is a gutter, by what is said of it above and below."""
        match white:
            case _White.WHOLE:
                said = above + below + self._ruled(gap) + self._grid(gap.sides)
                proven = said.proves and (said.is_sure or not self._is_stops(gap.sides, gap.line))
                return proven and not self._keeps_with(gap.line, above, below)
            case _White.SPOTTED:
                # A quotation mark in a kicker stands over a gutter, too, but no lines above it keep off: dust in a gutter has
                # witnesses on both sides, or above, where the columns end below, in line with others on the page.
                return above.proves and (below.proves or (not below.inked and self._grid(gap.sides).on_grid))
            case _White.TIGHT:
                # Columns part there above the line and below it, and on the page.
                sides = above.ends, above.starts, below.ends, below.starts
                return min(sides) > 0 and sum(sides) >= TIGHT_WITNESSES and self._grid(gap.sides).on_grid

    def _keeps_with(self, line: Box, above: Testimony, below: Testimony) -> bool:
        """Whether a line stands with lines on one side of it, all of which run over a gap; beyond white, others keep off it."""
        x0, y0, x1, y1 = self._text.T
        stacked = (np.minimum(x1, line.x1) - np.maximum(x0, line.x0)) > self.type_size
        upper, lower = y1[stacked & (y1 <= line.cy)], y0[stacked & (y0 >= line.cy)]
        white_above, white_below = line.y0 - upper.max(initial=-np.inf), lower.min(initial=np.inf) - line.y1
        nearer = (above, white_above, white_below), (below, white_below, white_above)
        return any(side.runs_over and own + TIER_WHITE * self.type_size < other for side, own, other in nearer)

    def part(self, left: Box, right: Box) -> bool:
        """Whether a rule or gutter stands between two pieces at one height.

        That they were seen apart bears witness, too: lines that keep to one side will do.
        """
        gap = left.x1, right.x0
        if right.x1 <= left.x1:  # one lies within the other: a sign that was seen twice
            return False
        if gap[0] >= gap[1]:  # they touch, as lines of two columns do where a sign stands in the gutter
            middle, half = sum(gap) / 2, GUTTER_GAP * self.type_size / 2
            gap = middle - half, middle + half
        slack = RULE_SLACK * self.type_size
        if any(gap[0] - slack <= rule.cx <= gap[1] + slack and rule.overlap_y(left) > 0 for rule in self._uprights):
            return True
        if self.is_large(left) and self.is_large(right):
            wide = gap[1] - gap[0] > HEADING_SPACE * min(left.height, right.height)
            return (wide or self._begins_column(right.x0)) and self._holds_gutter(gap)
        grid = self._grid(gap)
        # Each has walls of its own: the rules of a list do not part the column beside it.
        gaps = [Gap(gap, piece, FLUSH) for piece in (left, right)]
        for here, (above, below) in zip(gaps, self._witnesses.heard(gaps), strict=True):
            said = above + below + self._ruled(here) + grid
            if said.suggests and (said.is_sure or not self._is_stops(gap, left)):
                return True
        return False

    def white_between(self, left: Box, right: Box) -> float:
        """The widest white between two pieces on one height, in pixels: words may stand there that were not detected."""
        if right.x0 <= left.x1:
            return 0.0
        between = Box(left.x1, max(left.y0, right.y0), right.x0, min(left.y1, right.y1))
        return max((b - a for a, b in runs(~characters(self._ink, between))), default=0) / self._ink.scale

    def run_over(self, left: Box, right: Box) -> bool:
        """Whether the lines above and below the white between two pieces run over it, with ink in it, and few keep off."""
        sides = left.x1, right.x0
        heard = (above + below for above, below in self._witnesses.heard([Gap(sides, piece, FLUSH) for piece in (left, right)]))
        return all(said.inked >= max(RUN_OVER, min(said.ends, said.starts) + 1) for said in heard)

    def _characters(self, line: Box) -> NDArray[np.bool_]:
        """Which columns of a line's window hold characters: what is left of a rule in it is none."""
        inked, (_, columns) = characters(self._ink, line), self._ink.window(line)
        for rule in self._uprights:
            if rule.overlap_y(line) > 0 and rule.overlap_x(line) > 0:
                own = self._ink.window(rule)[1]
                inked[max(0, own.start - columns.start) : max(0, own.stop - columns.start)] = False
        return inked

    def _whites(self, line: Box, inked: NDArray[np.bool_], least: float = GUTTER_GAP) -> list[tuple[float, float]]:
        """The stretches inside a line that are white, and wide enough for a gutter."""
        scale, first = self._ink.scale, self._ink.window(line)[1].start
        found = [((first + a) / scale, (first + b) / scale) for a, b in runs(~inked)]
        return [(a, b) for a, b in found if b - a >= least * self.type_size and a > line.x0 and b < line.x1]

    def _is_stops(self, gap: tuple[float, float], line: Box) -> bool:
        """Whether white in or behind a line is no wider than a full stop's before it and the least gutter together."""
        if gap[1] - gap[0] >= (STOP_WHITE + GUTTER_GAP) * self.type_size:
            return False
        before = replace(line, x0=max(line.x0, gap[0] - self.type_size), x1=gap[0])
        window = self._ink.mask[self._ink.window(before)]
        stretches = runs(np.asarray(window.any(axis=0), np.bool_))
        if not stretches:
            return False
        start, end = stretches[-1]
        inked = np.flatnonzero(window[:, start:end].any(axis=1))
        return end - start < STOP[0] * self.type_size * self._ink.scale and inked[0] >= STOP[1] * len(window)

    def _without_spots(self, inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        kept = inked.copy()
        for a, b in runs(inked):
            kept[a:b] = b - a > GUTTER_SPOT * self.type_size * self._ink.scale or a == 0 or b == len(inked)
        return kept

    def _grid(self, gap: tuple[float, float]) -> Testimony:
        """Whether columns part in line with a gap anywhere on the page: newspapers are set on one grid."""
        slack = FLUSH * self.type_size
        x0, _, x1, _ = self._text.T
        ends, starts = (np.count_nonzero(np.abs(side - at) <= slack) for side, at in ((x1, gap[0]), (x0, gap[1])))
        return Testimony(on_grid=bool(min(ends, starts) >= GRID_LINES))

    def _holds_gutter(self, gap: tuple[float, float]) -> bool:
        """Whether columns part within a gap, anywhere on the page."""
        slack, (x0, _, x1, _) = FLUSH * self.type_size, self._text.T
        return all(np.count_nonzero((x >= gap[0] - slack) & (x <= gap[1] + slack)) >= GRID_LINES for x in (x0, x1))

    def _begins_column(self, x: float) -> bool:
        """Whether columns begin right there, anywhere on the page: a heading set to the left of its own columns does, too."""
        return bool(np.count_nonzero(np.abs(self._text[:, 0] - x) <= LEVEL * self.type_size) >= GRID_LINES)

    def _ruled(self, gap: Gap) -> Testimony:
        """What a printed rule in line with a gap says, above or below: rules stop short of the text, and at pictures."""
        (left, right), (top, bottom) = gap.sides, self._witnesses.walled(gap.line)
        ruled = any(left < rule.cx < right and rule.y0 < bottom and rule.y1 > top for rule in self._uprights)
        return Testimony(WITNESSES, WITNESSES) if ruled else Testimony()


def _is_under(picture: Box, line: Box, type_size: float) -> bool:
    """Whether a line stands right below a picture."""
    return -type_size / 2 <= line.y0 - picture.y1 <= CAPTION_GAP * type_size and line.overlap_x(picture) > line.width / 2


def _crosses(rule: Box, line: Box) -> bool:
    return line.x0 + rule.width < rule.cx < line.x1 - rule.width and rule.overlap_y(line) > CROSSED * line.height
