"""The order of a page that is set in running columns: tier by tier, in each column by column, in each line by line.

A tier is cut off by a line that spans columns, by a printed rule, or by white across all columns where the text below
goes on from the column before and not from above: a feuilleton at the page's foot, advertisements below the news.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.layout.columns import BODY, Column, find_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.geometry import Box
    from digitize.model import TextLine

OUT_OF_COLUMN = 0.25
"""Share of a line that lies outside its column from which it spans columns."""

ONE_ROW = 0.5
"""Share of the lower line's height that two pieces of one printed line have in common in y."""

TIER_GAP = 0.5
"""White across all columns from which tiers may part, in type sizes."""

RULE_POINTS = 3.0
"""A rule across the columns says so much for a cut: more than chance continuations in two columns say against it."""

CUT_POINTS = 2.0
"""Evidence from which the page is cut: two columns whose text goes on beside and not below."""

WIDE_GAP = (1.2, 0.5, 1.2)
"""White across columns says so much for each column and each line pitch beyond a half, one and a bit at most: text is set
solid, and lines of white seldom stand level in several columns."""

INDENT = 3.0
"""Text begins at its column's edge or within so many type sizes of it; what stands further in is a heading."""

OFF_MIDDLE = 0.1
"""How far from the middle of the columns a heading over them may stand, as a share of their width."""

HEADING_WHITE = 2.0
"""White between the lines of a heading over columns, in type sizes, at most."""

TERMINAL = tuple('.!?»”"’)…:;')
OPENING = "«»“”\"'’(■•—- "
"""What may stand before a sentence's first letter."""
_HYPHENS = tuple("-\u2010\u00ad\u00ac")


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of one column, or what spans several: its lines in reading order. `column` counts from 1, 0 for spans.

    `tier` tells the parts of the page that follow each other apart.
    """

    tier: int
    column: int
    edges: Column
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The lines of the columns from `first` to before `last`."""

    lines: tuple[TextLine, ...]
    first: int
    last: int


class Order:
    """Finds the strips of a page in reading order."""

    def __init__(self, columns: Sequence[Column], rules: Sequence[Box], type_size: float, pitch: float) -> None:
        self._columns = columns
        self._rules = [rule for rule in rules if rule.width > rule.height]
        self._type_size = type_size
        self._pitch = pitch
        self._tier = 0

    def strips(self, lines: Sequence[TextLine]) -> tuple[Strip, ...]:
        """All lines of the page as strips."""
        self._tier = 0
        return tuple(self._ordered(Cell(tuple(lines), 0, len(self._columns))))

    def span(self, box: Box) -> tuple[int, int]:
        """The first and the last column that a box stands in: the same for all that keeps to one."""
        shares = [max(0.0, min(box.x1, c.right) - max(box.x0, c.left)) for c in self._columns]
        most = max(range(len(shares)), key=lambda i: shares[i])
        reach = [i for i, share in enumerate(shares) if share > OUT_OF_COLUMN * min(box.width, self._columns[i].width)]
        return (min(reach), max(reach)) if len(reach) > 1 else (most, most)

    def _ordered(self, cell: Cell) -> Iterator[Strip]:
        while cell.lines and cell.last - cell.first > 1:
            spanning = [line for line in cell.lines if (span := self.span(line.box))[0] < span[1]]
            if cut := self._spanning_cut(cell, spanning):
                above, row, below = cut
                yield from self._ordered(replace(cell, lines=above))
                self._tier += bool(above)
                yield self._strip(row, 0, Column(self._columns[cell.first].left, self._columns[cell.last - 1].right))
            elif (y := self._white_cut(cell)) is not None:
                above = tuple(line for line in cell.lines if line.box.cy < y)
                below = tuple(line for line in cell.lines if line.box.cy >= y)
                yield from self._ordered(replace(cell, lines=above))
                self._tier += 1
            else:
                yield from self._beside(cell, spanning)
                return
            cell = replace(cell, lines=below)
        if cell.lines:
            yield from self._single(cell)

    def _single(self, cell: Cell) -> Iterator[Strip]:
        """One column, or, where a part of the page is set in more columns than the whole, its own."""
        own = [li.box for li in cell.lines if BODY[0] * self._type_size <= li.type_size <= BODY[1] * self._type_size]
        columns = find_columns(own, self._type_size)
        if len(columns) <= 1 or len(self._columns) == 1:
            yield self._strip(cell.lines, cell.first + 1, self._columns[cell.first])
            return
        inner = Order(columns, self._rules, self._type_size, self._pitch).strips(cell.lines)
        for strip in inner:
            yield replace(strip, tier=self._tier + strip.tier, column=strip.column and cell.first + strip.column)
        self._tier += max(strip.tier for strip in inner)

    def _beside(self, cell: Cell, spanning: Sequence[TextLine]) -> Iterator[Strip]:
        """Columns, and groups of columns that something spans, from left to right."""
        spans = [self.span(line.box) for line in spanning]
        edges = [
            column for column in range(cell.first + 1, cell.last) if not any(first < column <= last for first, last in spans)
        ]
        for first, last in itertools.pairwise([cell.first, *edges, cell.last]):
            own = tuple(line for line in cell.lines if first <= self.span(line.box)[0] < last)
            if (first, last) == (cell.first, cell.last):  # nothing parts it: as it stands, from the top
                yield self._strip(own, 0, Column(self._columns[first].left, self._columns[last - 1].right))
            elif last - first > 1:
                self._tier += 1
                yield from self._ordered(Cell(own, first, last))
                self._tier += 1
            else:
                yield from self._ordered(Cell(own, first, last))

    def _strip(self, lines: Sequence[TextLine], column: int, edges: Column) -> Strip:
        return Strip(self._tier, column, edges, in_rows(lines))

    def _spanning_cut(
        self, cell: Cell, spanning: Sequence[TextLine]
    ) -> tuple[tuple[TextLine, ...], tuple[TextLine, ...], tuple[TextLine, ...]] | None:
        """Cut at the topmost row of lines that together span all columns, or stand in a row that text gives way to."""
        for line in sorted(spanning, key=lambda each: each.box.cy):
            row = tuple(o for o in cell.lines if o.box.overlap_y(line.box) >= ONE_ROW * min(o.box.height, line.box.height))
            spans = [self.span(o.box) for o in row if o in spanning]
            across = min(a for a, _ in spans) <= cell.first and max(b for _, b in spans) >= cell.last - 1
            if not across and not self._alone(row, cell):
                continue
            row = self._with_heading(row, cell)
            above = tuple(o for o in cell.lines if o not in row and o.box.cy < line.box.cy)
            return above, row, tuple(o for o in cell.lines if o not in row and o.box.cy >= line.box.cy)
        return None

    def _with_heading(self, row: tuple[TextLine, ...], cell: Cell) -> tuple[TextLine, ...]:
        """A row that spans columns, with the lines right below it in their middle: the heading's shorter ones, and its deck."""
        while True:
            foot = max(line.box.cy for line in row)
            under = min((o for o in cell.lines if o not in row and o.box.cy > foot), key=lambda o: o.box.cy, default=None)
            if under is None or under.box.y0 - max(line.box.y1 for line in row) > HEADING_WHITE * self._type_size:
                return row
            if not self._alone((under,), cell):
                return row
            row = (*row, under)

    def _alone(self, row: Sequence[TextLine], cell: Cell) -> bool:
        """Whether a row that spans some of the columns stands in the middle of all of them, with white on both sides."""
        left, right = self._columns[cell.first].left, self._columns[cell.last - 1].right
        middle = (min(line.box.x0 for line in row) + max(line.box.x1 for line in row)) / 2
        low, high = min(line.box.y0 for line in row), max(line.box.y1 for line in row)
        beside = any(line not in row and line.box.y1 > low and line.box.y0 < high for line in cell.lines)
        return not beside and abs(middle - (left + right) / 2) <= OFF_MIDDLE * (right - left)

    def _white_cut(self, cell: Cell) -> float | None:
        """Where white across all columns of a cell parts two tiers; None where none does."""
        best, best_points = None, CUT_POINTS
        columns = [in_rows([line for line in cell.lines if self.span(line.box)[0] == c]) for c in range(cell.first, cell.last)]
        for y0, y1 in _white_bands(cell.lines, TIER_GAP * self._type_size):
            y = (y0 + y1) / 2
            points = self._cut_points(columns, y) + self._white_points(columns, y, y1 - y0)
            ruled = any(
                y0 - self._type_size <= rule.cy <= y1 + self._type_size
                and rule.width > 0.8 * (self._columns[cell.last - 1].right - self._columns[cell.first].left)
                for rule in self._rules
            )
            points += RULE_POINTS if ruled else 0.0
            if points >= best_points:
                best, best_points = y, points
        return best

    def _white_points(self, columns: Sequence[Sequence[TextLine]], y: float, white: float) -> float:
        """What white says for a cut, over the columns with text above and below; white below headings says nothing."""
        points, free, most = WIDE_GAP
        parted = 0
        for own in columns:
            above, below = [li for li in own if li.box.cy < y], [li for li in own if li.box.cy >= y]
            left = self._columns[self.span(own[0].box)[0]].left if own else 0.0
            parted += bool(above and below) and above[-1].box.x0 - left <= INDENT * self._type_size
        return points * parted * min(most, max(0.0, white / self._pitch - free))

    def _cut_points(self, columns: Sequence[Sequence[TextLine]], y: float) -> float:
        """How much more the text says for going on beside than below, over all columns but the last."""
        points = 0.0
        for own, beside in itertools.pairwise(columns):
            above, below = [li for li in own if li.box.cy < y], [li for li in own if li.box.cy >= y]
            top = [li for li in beside if li.box.cy < y]
            if above and below and top:
                points += _goes_on(above[-1], top[0]) - _goes_on(above[-1], below[0])
        return points


def _goes_on(upper: TextLine, lower: TextLine) -> float:
    """How much two lines' texts say for the second going on from the first."""
    last, first = upper.text.rstrip(), lower.text.lstrip(OPENING)
    if not last or not first:
        return 0.0
    if last.endswith(_HYPHENS):
        return 2.0 if first[0].islower() else -1.0
    if last.endswith(TERMINAL):
        return -1.0 if first[0].islower() else 0.5
    return 1.0 if first[0].islower() else -0.5


def _white_bands(lines: Sequence[TextLine], least: float) -> Iterator[tuple[float, float]]:
    """The stretches of y without any line, between the first and the last."""
    bottom: float | None = None
    for line in sorted(lines, key=lambda each: each.box.y0):
        middle = line.box.grown(0, -0.15 * line.box.height)
        if bottom is not None and middle.y0 - bottom >= least:
            yield bottom, middle.y0
        bottom = max(bottom or middle.y1, middle.y1)


def in_rows(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """Lines of one column from the top down, the pieces of one printed line from left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: each.box.cy):
        last = rows[-1][-1].box if rows else None
        # Pieces of one line stand side by side; what overlaps in x is another line, however close.
        if last and _one_row(last, line.box) and not any(o.box.overlap_x(line.box) > 0.2 * line.box.width for o in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return tuple(line for row in rows for line in sorted(row, key=lambda each: each.box.x0))


def _one_row(a: Box, b: Box) -> bool:
    return a.overlap_y(b) >= ONE_ROW * min(a.height, b.height)
