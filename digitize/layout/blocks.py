"""Blocks: lines of running text stacked in one column, from one heading, rule or picture to the next."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import hull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box

STACK_GAP = 1.05
"""White between two stacked lines of one block, in type sizes: generous leading, less than an empty line."""

WIDEST_GAP = 2.5
"""The same where a column keeps its leading line after line, as children's pages and sparse fronts do."""

REGULAR = 0.15
"""How far the pitch of lines that keep one leading varies, in type sizes: warp, and tall or low signs in a line."""

EDGE = 0.8
"""How far the edges of lines of one column may differ, in type sizes: less than one character."""

INDENT = 2.8
"""The deepest indent of a paragraph, in type sizes: two characters, and what an opening quotation mark leaves white."""

ENDS = 3
"""Stacks of so few lines do not show which of them is too wide."""

WIDER = 2.0
"""A line that reaches so many type sizes out of the column, on either side, is not set in it."""

SHORT_WIDER = 1.4
"""The same for a line of less than half the column, such as a byline in the middle of two: it has no reason to reach out."""

NEW_EDGE = 3
"""So many lines in a row that keep to a new edge show that the text goes on in a narrower or wider column: beside a box, a
picture or a heading, or as another item; fewer may be short or indented."""

SIZE_RATIO = 1.3
"""How much the type sizes of two stacked lines may differ: a line of digits is lower, one with brackets higher."""

SET_RATIO = 1.12
"""The same where neither end keeps to the column's edges: a deck or caption in the middle is set in larger or smaller type."""

COLUMN_MIN = 7.0
"""The narrowest column, in type sizes; narrower blocks stand in a column and make none."""

COLUMN_OVERLAP = 0.5
"""Share of the narrower of two blocks that they have in common in x when they stand in one column."""


@dataclass(frozen=True, slots=True)
class Block:
    """Stacked lines, top to bottom, in reading-frame pixels, and the box around them."""

    lines: tuple[Box, ...]

    @property
    def box(self) -> Box:
        """The box around all lines."""
        return hull(self.lines)

    @property
    def pitch(self) -> float:
        """The middle distance of the lines' tops, in pixels; 0 for a single line."""
        tops = np.diff([line.y0 for line in self.lines])
        return float(np.median(tops)) if len(tops) else 0.0


def separated(upper: Box, lower: Box, separators: Sequence[Box]) -> bool:
    """Whether a horizontal separator runs between two boxes, one above the other, over what they share in x."""
    x0, x1 = max(upper.x0, lower.x0), min(upper.x1, lower.x1)
    return any(
        not rule.upright and rule.cy > upper.cy and rule.cy < lower.cy and min(rule.x1, x1) - max(rule.x0, x0) > 0.5 * (x1 - x0)
        for rule in separators
    )


def stack_lines(lines: Sequence[Box], obstacles: Sequence[Box], type_size: float) -> tuple[Block, ...]:
    """Stack lines into blocks; `obstacles` are rules and pictures, which no block runs over.

    Lines follow each other at the leading that newspapers have, or at a wider one that is kept line after line.
    """
    ordered = sorted(lines, key=lambda box: (box.y0, box.x0))
    pairs = [pair for pair in _pairs(ordered, type_size) if not separated(ordered[pair[0]], ordered[pair[1]], obstacles)]
    leadings = _wide_leadings(ordered, pairs, type_size)
    follower: dict[int, int] = {}
    leader: dict[int, int] = {}
    for upper, lower in pairs:
        pitch, slack = _pitch(ordered[upper], ordered[lower]), REGULAR * type_size
        close = ordered[lower].y0 - ordered[upper].y1 <= STACK_GAP * type_size
        if (
            upper not in follower
            and lower not in leader
            and (close or any(abs(pitch - leading) <= slack for leading in leadings))
        ):
            follower[upper], leader[lower] = lower, upper
    blocks = []
    for index in range(len(ordered)):
        if index in leader:
            continue
        chain = [index]
        while chain[-1] in follower:
            chain.append(follower[chain[-1]])
        for part in _parted_at_new_edges([ordered[i] for i in chain], type_size):
            blocks += _without_wide_ends(part, type_size)
    return tuple(blocks)


def _pairs(ordered: Sequence[Box], type_size: float) -> list[tuple[int, int]]:
    """Lines and those that may follow them in their column, by lower line, the nearest upper one first.

    Over more white than is usual only where nothing stands between.
    """
    reach = WIDEST_GAP * type_size + max((box.height for box in ordered), default=0.0)
    tops = [box.y0 for box in ordered]
    found = []
    for index, lower in enumerate(ordered):
        first = bisect.bisect_left(tops, lower.y0 - reach)
        over = sorted(((ordered[i].y1, ordered[i].overlap_x(lower), i) for i in range(first, index)), reverse=True)
        nearest = max((y1 for y1, shared, i in over if shared > 0 and ordered[i].cy < lower.y0), default=0.0)
        for y1, _, i in over:
            near = y1 >= min(nearest - 0.5 * lower.height, lower.y0 - STACK_GAP * type_size)
            if near and stacks(ordered[i], lower, type_size, gap=WIDEST_GAP):
                found.append((i, index))
    return found


def _wide_leadings(ordered: Sequence[Box], pairs: Sequence[tuple[int, int]], type_size: float) -> tuple[float, ...]:
    """The line pitches, in pixels, wider than usual, that three lines of a column and more keep, flush on one side.

    A subheading, too, may stand as far from the text above it as from the text below, but in the middle.
    """
    above: dict[int, int] = {}
    for upper, lower in pairs:
        above.setdefault(lower, upper)
    edge, found = EDGE * type_size, []
    for last, middle in above.items():
        if middle not in above or ordered[last].y0 - ordered[middle].y1 <= STACK_GAP * type_size:
            continue
        lines = [ordered[i] for i in (above[middle], middle, last)]
        flush = any(max(side) - min(side) <= edge for side in ([b.x0 for b in lines], [b.x1 for b in lines]))
        pitches = [_pitch(a, b) for a, b in itertools.pairwise(lines)]
        if flush and abs(pitches[0] - pitches[1]) <= REGULAR * type_size:
            found.append(pitches[1])
    return tuple(found)


def _pitch(upper: Box, lower: Box) -> float:
    return lower.cy - upper.cy


def _parted_at_new_edges(lines: list[Box], type_size: float) -> list[list[Box]]:
    """A stack cut where its lines begin to keep to another left or right edge, for good."""
    parts, start = [], 0
    for index in range(NEW_EDGE, len(lines) - NEW_EDGE + 1):
        before, after = lines[max(start, index - NEW_EDGE) : index], lines[index : index + NEW_EDGE]
        if len(before) == NEW_EDGE and _new_edge(before, after, type_size):
            parts.append(lines[start:index])
            start = index
    return [*parts, lines[start:]]


def _new_edge(before: Sequence[Box], after: Sequence[Box], type_size: float) -> bool:
    """Whether all of some lines stop short, at one edge, of where all lines after or before them reach."""
    for edges in (
        ([box.x0 for box in before], [box.x0 for box in after]),
        ([-box.x1 for box in before], [-box.x1 for box in after]),
    ):
        outer, inner = sorted(edges, key=min)
        kept = sum(edge - min(inner) <= EDGE * type_size for edge in inner)
        reached = sum(edge - min(outer) <= INDENT * type_size for edge in outer)
        if min(inner) - min(outer) > INDENT * type_size and kept == reached == NEW_EDGE:
            return True
    return False


def _without_wide_ends(lines: list[Box], type_size: float) -> list[Block]:
    """A stack as blocks: what runs out of its column at its top or its foot (a deck, a caption over two) stands alone."""
    if len(lines) <= ENDS:
        return [Block(tuple(lines))]
    inner, quarter = lines[1:-1], max(1, (len(lines) - 2) // 4)
    left, right = sorted(line.x0 for line in inner)[quarter - 1], sorted(line.x1 for line in inner)[-quarter]

    def is_outside(line: Box) -> bool:
        slack = type_size * (WIDER if 2 * line.width > right - left else SHORT_WIDER)
        return line.x0 < left - slack or line.x1 > right + slack

    first, last = int(is_outside(lines[0])), int(is_outside(lines[-1]))
    middle = lines[first : len(lines) - last]
    return [Block((lines[0],))] * first + [Block(tuple(middle))] + [Block((lines[-1],))] * last


def stacks(upper: Box, lower: Box, type_size: float, *, gap: float = STACK_GAP) -> bool:
    """Whether a line stands directly below another of the same column, with so many type sizes of white at most."""
    white = lower.y0 - upper.y1
    small, large = sorted((upper.height, lower.height))
    if not -0.5 * small < white <= gap * type_size or large > SIZE_RATIO * small:
        return False
    left, right = abs(lower.x0 - upper.x0), abs(lower.x1 - upper.x1)
    new_paragraph = upper.x0 < lower.x0 and upper.x1 < lower.x1  # a short last line, and below it an indented one
    if large > SET_RATIO * small and min(left, right) > EDGE * type_size and not new_paragraph:
        return False
    return left <= INDENT * type_size or right <= EDGE * type_size


def split_at_gaps(block: Block, type_size: float) -> tuple[Block, ...]:
    """Cut a block where its lines stand further apart than its leading: at a caption, a note, a new item."""
    if len(block.lines) < 3:  # noqa: PLR2004 - two lines have one gap and nothing to compare it with
        return (block,)
    gaps = [b.y0 - a.y1 for a, b in itertools.pairwise(block.lines)]
    leading = float(np.median(gaps))
    pieces, start = [], 0
    for index, gap in enumerate(gaps, start=1):
        if gap > leading + 0.6 * type_size:
            pieces.append(Block(block.lines[start:index]))
            start = index
    return (*pieces, Block(block.lines[start:]))


def same_column(a: Box, b: Box) -> bool:
    """Whether two boxes stand in one column: they share most of the narrower one's width."""
    return a.overlap_x(b) >= COLUMN_OVERLAP * min(a.width, b.width)


def number_columns(boxes: Sequence[Box], type_size: float) -> tuple[int, ...]:
    """Number the page's columns from 1, left to right: for each box the column in which it begins.

    Columns are what blocks wider than a few characters begin; a narrower one (a byline set to the right, a last word)
    stands in the column that it overlaps.
    """
    lefts: list[float] = []
    for box in sorted(boxes, key=lambda b: b.x0):
        if box.width >= COLUMN_MIN * type_size and (not lefts or box.x0 - lefts[-1] > INDENT * type_size):
            lefts.append(box.x0)
    return tuple(max(1, sum(left <= box.x0 + INDENT * type_size for left in lefts)) for box in boxes)
