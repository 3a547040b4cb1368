"""Steps: what the places of two blocks on the page, and what is printed between them, say of one going on in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, adorns, hull
from digitize.model import Role
from digitize.reflow.flow import End
from digitize.reflow.nodes import NEVER, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page, Region
    from digitize.reflow.nodes import Block, HeadingNode

BESIDE = 2.0
"""The next column to the right is where text goes on."""

BELOW = 2.5
"""Text below text in one column is where it goes on, if nothing stands between."""

LEAVES_TEXT = -1.0
"""Text goes down to the foot of its column before it goes on in the next."""

PAST_PICTURE = 1.0
"""Text below a picture goes on from above it less often than from the column before."""

RUNS_PAST = 1.0
"""Where the next column runs past a picture, the picture stands in the text, and the text goes on below it."""

SKIPPED = 2.0
"""Each column between two blocks takes so much."""

WRAPS = -1.5
"""From the last column back to the first, one tier lower: rare, and never over a rule."""

PICTURE_BELOW = 2.5
"""White between a heading and a picture that stands in the row of its text, in type sizes: as much as text keeps off."""

LEVEL_WITH_HEADING = -2.0
"""What begins level with a heading beside it, below white that runs on over both, stands in that heading's item."""

ONE_COLUMN = 0.8
"""Share of the wider of two blocks' columns that they have in common when they are one."""

COLUMN_WHITE = 2.5
"""White between the text and a subheading of one column, in type sizes, at most."""

PICTURE_PARTS = 0.5
"""Share of the way back that a picture spans at least when it is what parts the two tiers."""

RULE = -5.0
"""A rule between two blocks parts items."""

COLUMN_RULES = 0.6
"""Share of a page's gutters with a rule in them from which rules are there to part columns."""

COLUMN_RULE = -1.5
"""A rule in the gutter parts items in some newspapers and only columns in others."""

TIERS = 2.0
"""A level rule over so many tiers closes off a part of a vertical page; shorter ones part the items of one."""

DROP = 0.4
"""Points taken for each type size that the next block begins below the end of the one before: text flows up, not down."""


def _set_full(block: Block) -> Box:
    """A block's box from edge to edge of its column."""
    return Box(block.edges.left, block.box.y0, block.edges.right, block.box.y1)


def _shares_edges(a: Block, b: Block) -> bool:
    """Whether two blocks, of which one is a short line, stand in one column."""
    short = min(len(a.region.lines), len(b.region.lines)) == 1
    left, right = _set_full(a), _set_full(b)
    return short and left.overlap_x(right) >= ONE_COLUMN * max(left.width, right.width)


def _column_width(blocks: Sequence[Box]) -> float:
    """The width of columns that half of a page's text stands in at least: scraps of a neighbouring page are many, but small."""
    ordered = sorted(blocks, key=lambda box: box.width)
    reached = np.cumsum([box.area for box in ordered])
    return ordered[int(np.searchsorted(reached, reached[-1] / 2))].width if ordered else 1.0


class Steps:
    """What is printed on a page where two of its blocks stand to each other; scores the step from one to the other."""

    def __init__(
        self, page: Page, blocks: Sequence[Block], headings: Sequence[HeadingNode], passed: frozenset[int] = frozenset()
    ) -> None:
        """Take in a page; text goes past the headings numbered in `passed` as it goes past pictures."""
        self.type_size, self._vertical = page.type_size, page.vertical
        self.column = _column_width([block.box for block in blocks])
        self._headings, self._blocks = [h for i, h in enumerate(headings) if i not in passed], blocks
        self._nodes: tuple[HeadingNode | Block, ...] = (*self._headings, *blocks)
        furniture = {heading_id for i in passed if (heading_id := headings[i].region.heading_id)}
        self._pictures = tuple(
            r for r in page.regions if r.role in {Role.PICTURE, Role.ADVERTISEMENT} or r.heading_id in furniture
        )
        self._frames = page.frames
        self._printed = tuple(region.box for region in page.regions)
        rules = (separator.box for separator in page.separators if separator.kind == "rule")
        self._rules = tuple(r for r in rules if not any(adorns(r, h.box, page.type_size) for h in headings))
        self._upright = tuple(rule for rule in self._rules if rule.height > rule.width)
        self._stack = self._stacks(blocks)
        self.upright_rules = () if self._part_columns(blocks) else self._upright

    def step(self, source: Block, block: Block) -> Evidence:
        """Evidence from where two blocks stand to each other."""
        a, b = source.box, block.box
        if a.overlap_x(b) >= 0.5 * min(a.width, b.width):
            return self._down(a, b, block.region.frame_id)
        if b.cy > a.y1 and _shares_edges(source, block):  # a last word at the column's edge and a subheading in its middle
            return self._down(_set_full(source), _set_full(block), block.region.frame_id)
        if b.x0 >= a.x1 - self.type_size:
            return self._right(a, b, self._stack[source.region.id], self._foot(block))
        return self._back(a, b)

    def stack(self, block: Block) -> tuple[Block, ...]:
        """The blocks of a block's column, from top to bottom: no heading, rule or signature stands between two of them."""
        return self._stack[block.region.id]

    def ruled(self, span: Box) -> bool:
        """Whether a horizontal rule crosses a span over most of its width."""
        return any(
            rule.width > rule.height and span.y0 < rule.cy < span.y1 and rule.overlap_x(span) > 0.5 * span.width
            for rule in self._rules
        )

    def pictures_below(self, heading: HeadingNode) -> tuple[Region, ...]:
        """The pictures that stand right below a heading, nothing between."""
        found = []
        for picture in self._pictures:
            span = Box(picture.box.x0, heading.box.y1, picture.box.x1, picture.box.y0)
            near = -self.type_size < picture.box.y0 - heading.box.y1 <= PICTURE_BELOW * self.type_size
            between = any(box.overlap_x(span) > 0 and span.y0 < box.cy < span.y1 for box in self._printed)
            if (
                near
                and heading.box.overlap_x(span) > self.type_size
                and picture.frame_id == heading.region.frame_id
                and not between
            ):
                found.append(picture)
        return tuple(found)

    def pictured(self, span: Box, frame_id: str | None) -> float:
        """How far down a span reaches what its pictures and boxes fill, with captions and the white around, in pixels.

        0.0 where text of the same ground (`frame_id`) stands in the span, or no picture and no box does.
        """
        things = [p.box for p in self._pictures] + [f.box for f in self._frames if f.id != frame_id]
        between = [box for box in things if box.overlap_x(span) > 0.5 * span.width and self._lies_in(box, span)]
        own = [block.box for block in self._blocks if block.region.frame_id == frame_id]
        text = any(box.overlap_x(span) > self.type_size and span.y0 <= box.cy <= span.y1 for box in own)
        return 0.0 if text or not between else span.y1 - min(box.y0 for box in between)

    def _lies_in(self, box: Box, span: Box) -> bool:
        return span.y0 <= box.cy <= span.y1 and span.y0 - self.type_size <= box.y0

    def parted(self, left: Box, right: Box) -> bool:
        """Whether a rule runs down between two boxes side by side, or anything else is printed there."""
        gutter = Box(left.x1, max(left.y0, right.y0), right.x0, min(left.y1, right.y1))
        ruled = any(left.cx < r.cx < right.cx and r.overlap_y(gutter) > 0.5 * gutter.height for r in self.upright_rules)
        return ruled or any(gutter.contains(box.cx, box.cy) for box in self._printed)

    def walled(self, left: Box, right: Box) -> bool:
        """Whether a rule runs down between two boxes side by side along most of the left one."""
        return any(left.cx < r.cx < right.cx and r.overlap_y(left) > 0.5 * left.height for r in self._upright)

    def white(self, span: Box) -> tuple[float, ...]:
        """The heights of white in a span, from top to bottom, between what is printed there, in pixels."""
        printed = sorted((box.y0, box.y1) for box in self._printed if box.overlap_x(span) > 0 and box.overlap_y(span) > 0)
        heights, y = [], span.y0
        for top, bottom in (*printed, (span.y1, span.y1)):
            heights.append(max(0.0, top - y))
            y = max(y, bottom)
        return tuple(heights)

    def _part_columns(self, blocks: Sequence[Block]) -> bool:
        """Whether most gutters of the page hold a rule: then rules part columns, and tell nothing of articles."""
        ruled = parted = 0
        for left in blocks:
            beside = [b for b in blocks if b.box.x0 >= left.box.x1 and b.box.overlap_y(left.box) > 2 * self.type_size]
            if not beside:
                continue
            right = min(beside, key=lambda b: b.box.x0)
            gutter = Box(left.box.x1, max(left.box.y0, right.box.y0), right.box.x0, min(left.box.y1, right.box.y1))
            parted += 1
            ruled += any(gutter.intersection(rule) > 0 for rule in self._upright)
        return ruled > COLUMN_RULES * parted

    def _down(self, a: Box, b: Box, frame_id: str | None) -> Evidence:
        if b.y0 < a.cy:
            return NEVER
        span = Box(max(a.x0, b.x0), a.y1, min(a.x1, b.x1), b.y0)
        # What stands in a box is no part of this text: it is gone past like a picture.
        between = [o for o in self._nodes if o.box not in (a, b) and o.box.overlap_x(span) > 0 and a.y1 <= o.box.cy <= b.y0]
        if any(o.region.frame_id == frame_id for o in between):
            return NEVER
        passed = [p for p in (*self._pictures, *between) if p.box.overlap_x(span) > 0 and a.y1 <= p.box.cy <= b.y0]
        found = Evidence().plus(PAST_PICTURE if passed else BELOW, "below a picture or box" if passed else "right below")
        if passed:
            beside = any(self._runs_past(hull(p.box for p in passed), block, frame_id) for block in self._blocks)
            found = found.plus(RUNS_PAST if beside else 0.0, "a column runs past it")
        else:
            white = (b.y0 - a.y1) / self.type_size
            found = found.plus(-DROP * max(0.0, white - 1), "distance")
            level = white > 1 and self.begins_with_heading(b, frame_id)
            found = found.plus(LEVEL_WITH_HEADING if level else 0.0, "level with a heading beside it")
        return found.plus(RULE if self.ruled(span) else 0.0, "a rule between")

    def begins_with_heading(self, box: Box, frame_id: str | None) -> bool:
        """Whether a column begins level with a heading that stands right beside it."""
        return any(
            abs(heading.box.y0 - box.y0) <= self.type_size
            and -self.type_size < max(heading.box.x0 - box.x1, box.x0 - heading.box.x1) < self.column
            and heading.region.frame_id == frame_id
            and not heading.upright
            for heading in self._headings
        )

    def _runs_past(self, passed: Box, block: Block, frame_id: str | None) -> bool:
        """Whether a column beside a picture or box begins above it and runs down along most of it."""
        near = max(passed.x0 - block.box.x1, block.box.x0 - passed.x1) < self.column and block.box.overlap_x(passed) <= 0
        along = block.box.y0 < passed.y0 and block.box.overlap_y(passed) > 0.5 * passed.height
        return near and along and block.region.frame_id == frame_id

    def _stacks(self, blocks: Sequence[Block]) -> dict[str, tuple[Block, ...]]:
        """For each block, by its region's id, the blocks of its column from top to bottom, itself among them.

        No heading, rule or signature stands between two of them: text that goes down a column goes through all.
        """
        stacks: list[list[Block]] = []
        for block in sorted(blocks, key=lambda b: b.box.y0):
            above = [stack for stack in stacks if self._stacked(stack[-1], block)]
            if above:
                max(above, key=lambda stack: stack[-1].box.y1).append(block)
            else:
                stacks.append([block])
        return {block.region.id: tuple(stack) for stack in stacks for block in stack}

    def _stacked(self, upper: Block, lower: Block) -> bool:
        span = Box(max(upper.box.x0, lower.box.x0), upper.box.y1, min(upper.box.x1, lower.box.x1), lower.box.y0)
        if upper.region.frame_id != lower.region.frame_id or span.width < 0.5 * min(upper.box.width, lower.box.width):
            return False
        headed = any(
            h.region.frame_id == lower.region.frame_id and h.box.overlap_x(span) > 0 and span.y0 <= h.box.cy <= span.y1
            for h in self._headings
        )
        return not (headed or upper.end is End.BYLINE or self.ruled(span))

    def _foot(self, block: Block) -> float:
        """How far down the column of a block reaches, past subheadings, to the next heading, rule or wide white, in pixels."""
        edges, foot = block.edges, self._stack[block.region.id][-1].box.y1
        for other in sorted(self._blocks, key=lambda b: b.box.y0):
            if not foot - self.type_size < other.box.y0 <= foot + COLUMN_WHITE * self.type_size:
                continue
            span = Box(edges.left, foot, edges.right, max(foot, other.box.y0))
            within = other.region.frame_id == block.region.frame_id and other.box.overlap_x(span) > 0.5 * other.box.width
            headed = any(h.box.overlap_x(span) > 0 and span.y0 <= h.box.cy <= span.y1 for h in self._headings)
            if within and not headed and not self.ruled(span):
                foot = max(foot, other.box.y1)
        return foot

    def _right(self, a: Box, b: Box, stack: Sequence[Block], foot: float) -> Evidence:
        """The step to a block on the right, whose column reaches down to `foot`; `stack` is the column of the first one."""
        gutter = Box(a.x1, max(a.y0, b.y0), b.x0, min(a.y1, b.y1))
        skipped = max(0.0, (b.x0 - a.x1) // (0.8 * self.column))
        found = Evidence().plus(BESIDE, "the next column").plus(-SKIPPED * skipped, "columns between")
        drop = (b.y0 - a.y1) / self.type_size
        found = found.plus(-DROP * max(0.0, drop), "begins lower")
        if not (self._vertical and self._is_top(b)):
            found = found.plus(-DROP * max(0.0, (stack[0].box.y0 - foot) / self.type_size), "ends higher")
        found = found.plus(LEAVES_TEXT if stack[-1].box != a else 0.0, "text below in its column")
        upright = [r for r in self.upright_rules if a.cx < r.cx < b.cx]
        if any(r.overlap_y(gutter) > 0.5 * gutter.height for r in upright):
            found = found.plus(COLUMN_RULE, "a rule in the gutter")
        low, high = (a, b) if a.cy < b.cy else (b, a)
        span = Box(min(a.x0, b.x0), low.y1, max(a.x1, b.x1), high.y0)
        both = all(self.ruled(Box(box.x0, span.y0, box.x1, span.y1)) for box in (a, b))
        return found.plus(RULE if span.y0 < span.y1 and both and self.ruled(span) else 0.0, "a rule between")

    def _is_top(self, b: Box) -> bool:
        """Whether a block stands first in its column, below the rule that frames the text or closes off what is above.

        There text of a vertical page goes on from the foot of the tier above.
        """
        frames = [r for r in self._rules if r.width >= TIERS * b.width and r.cy < b.cy and r.overlap_x(b) > 0.5 * b.width]
        top = max((rule.cy for rule in frames), default=-np.inf)
        return not any(top < o.box.cy < b.y0 and o.box.overlap_x(b) > 0.5 * min(o.box.width, b.width) for o in self._nodes)

    def _shelters(self, picture: Region, a: Box, b: Box) -> bool:
        """Whether a picture right beside a block fills the column over another one: text comes there from its side."""
        box = picture.box
        beside = (
            0 <= a.x0 - box.x1 < self.column / 2 and box.overlap_y(a) > PICTURE_PARTS * a.height and not self.walled(box, a)
        )
        span = Box(b.x0, box.y1, b.x1, b.y0)
        text = any(o.box.overlap_x(span) > 0 and span.y0 < o.box.cy < span.y1 for o in self._nodes)
        return beside and box.overlap_x(b) > PICTURE_PARTS * b.width and box.y1 <= b.y0 and not text

    def _back(self, a: Box, b: Box) -> Evidence:
        if self._vertical or b.y0 < a.y1 - self.type_size:
            return NEVER
        span = Box(min(a.x0, b.x0), a.y1, max(a.x1, b.x1), b.y0)
        if self.ruled(span) or any(span.y0 <= heading.box.cy <= span.y1 for heading in self._headings):
            return NEVER
        parted = any(
            span.y0 <= picture.box.cy <= span.y1 and picture.box.overlap_x(span) > PICTURE_PARTS * span.width
            for picture in self._pictures
        )
        parted = parted or any(self._shelters(picture, a, b) for picture in self._pictures)
        place = (PAST_PICTURE, "the next tier, below a picture") if parted else (WRAPS, "back to the first column")
        white = sum(self.white(span)) / self.type_size
        return Evidence().plus(*place).plus(-DROP * max(0.0, white - 2), "distance")
