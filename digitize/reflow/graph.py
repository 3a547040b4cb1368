"""The reading order as a graph: blocks of text and headings as nodes, "goes on in" and "heads" as scored edges.

Every block is the successor of at most one other block or heading, and has at most one itself; the matching with the
greatest sum of scores decides. A chain that a heading begins is an article. Scores are points of evidence: each
reason adds or takes its own, so that a decision can be explained by the list of reasons that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, hull
from digitize.model import HEADING_ROLES, Link, LinkKind, Role
from digitize.reflow.flow import Edges, End, Start, block_end, block_start, column_edges, line_pitch
from digitize.reflow.matching import best_matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

FLOW = {
    (End.OPEN, Start.OPEN): (3.0, "mid-sentence"),
    (End.OPEN, Start.PARAGRAPH): (-3.0, "a sentence is left open"),
    (End.EITHER, Start.OPEN): (-0.5, "a full stop, then no indent"),
    (End.EITHER, Start.PARAGRAPH): (1.0, "paragraph after paragraph"),
    (End.PARAGRAPH, Start.OPEN): (-2.5, "a short line, then no indent"),
    (End.PARAGRAPH, Start.PARAGRAPH): (1.0, "paragraph after paragraph"),
    (End.BYLINE, Start.OPEN): (-5.0, "the item is signed"),
    (End.BYLINE, Start.PARAGRAPH): (-4.0, "the item is signed"),
}
"""What the text says of one block going on in another. Bylines and openings end and begin items in every newspaper."""

OPENS_ITEM = -4.0
"""A block that begins with a dateline is the first of its item."""

BYLINE_BELOW = 5.0
"""A byline signs the text right above it."""

BESIDE = 2.0
"""The next column to the right is where text goes on."""

BELOW = 2.5
"""Text below text in one column is where it goes on, if nothing stands between."""

PAST_PICTURE = 1.0
"""Text below a picture goes on from above it less often than from the column before."""

SKIPPED = 2.0
"""Each column between two blocks takes so much."""

WRAPS = -1.5
"""From the last column back to the first, one tier lower: rare, and never over a rule."""

RULE = -5.0
"""A rule between two blocks parts items."""

COLUMN_RULES = 0.6
"""Share of a page's gutters with a rule in them from which rules are there to part columns."""

COLUMN_RULE = -1.5
"""A rule in the gutter parts items in some newspapers and only columns in others."""

OTHER_HEADING = -6.0
"""Two blocks that stand under two headings belong to two items."""

UNDER_HEADING = -3.0
"""A block right under a heading does not go on from one that stands under none."""

SAME_HEADING = 1.0
"""Two blocks under one heading belong together."""

PITCH = 10.0
"""An item is set with one leading: points taken for each pitch of difference."""

PITCH_MAX = 2.0
"""The most that a difference in leading takes."""

DROP = 0.4
"""Points taken for each type size that the next block begins below the end of the one before: text flows up, not down."""

HEADS = 3.0
"""A heading has text below it."""

HEADING_REACH = 5.0
"""White between a heading and its text, or within the text below it, in type sizes: a headline's own height at most."""

HEADING_GAP = 0.4
"""Points taken for each type size between heading and text."""

ALIGNED = 1.2
"""Blocks whose tops differ by less than this many type sizes begin in one row."""

ASIDE = -0.5
"""A block in the heading's row but not below it: headings stand in the middle of more columns than they cover."""

HEADED_START = {
    Start.OPENING: (2.0, "opens an item"),
    Start.PARAGRAPH: (1.0, "begins with an indent"),
    Start.OPEN: (-2.5, "begins in mid-sentence"),
    Start.BYLINE: (0.0, "begins with a byline"),
}

LEFTWARD = 0.1
"""Points taken for each column width that a block begins right of the heading's first column: text begins on the left."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text with what its first and last lines tell."""

    region: Region
    start: Start
    end: End
    edges: Edges
    pitch: float

    @property
    def box(self) -> Box:
        """Its box, in reading-frame pixels."""
        return self.region.box


@dataclass(frozen=True, slots=True)
class HeadingNode:
    """A heading: its headline's region, and the box around all its parts."""

    region: Region
    box: Box


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sum of points and the reasons that made it."""

    score: float = 0.0
    reasons: tuple[str, ...] = ()

    def plus(self, points: float, reason: str) -> Evidence:
        """The evidence with one more reason; none for 0 points."""
        return Evidence(self.score + points, (*self.reasons, f"{reason} {points:+.1f}")) if points else self


NEVER = Evidence(-np.inf)


class FlowGraph:
    """The blocks and headings of a page with what stands between them; scores any pair."""

    def __init__(self, page: Page, cues: Cues) -> None:
        self.type_size = page.type_size
        text = [region for region in page.regions if region.role is Role.PARAGRAPH and region.lines]
        self.blocks = tuple(_block(region, text, page.type_size, cues) for region in text)
        self.headings = _heading_nodes(page.regions)
        self._nodes: tuple[HeadingNode | Block, ...] = (*self.headings, *self.blocks)
        self.pictures = tuple(region for region in page.regions if region.role in {Role.PICTURE, Role.ADVERTISEMENT})
        self._printed = tuple(region.box for region in page.regions)
        self.rules = tuple(separator.box for separator in page.separators if separator.kind == "rule")
        self._column = float(np.median([block.box.width for block in self.blocks])) if self.blocks else 1.0
        self._upright = () if self._column_rules() else tuple(rule for rule in self.rules if rule.height > rule.width)
        self._head = [self._heading_above(block) for block in self.blocks]
        self._aside = [self._headings_aside(index) for index in range(len(self.blocks))]

    def links(self) -> tuple[Link, ...]:
        """The best consistent set of edges."""
        if not self.blocks:
            return ()
        pairs = best_matching(np.array([[e.score for e in row] for row in self._evidence]))
        return _without_cycles([self._link(row, column) for row, column in pairs])

    def candidates(self, count: int) -> tuple[Link, ...]:
        """For each block the edges into it that have most evidence, `count` at most, best first; also such as speak against."""
        return tuple(
            self._link(row, column)
            for column in range(len(self.blocks))
            for row in sorted(range(len(self._nodes)), key=lambda row: -self._evidence[row][column].score)[:count]
            if self._evidence[row][column] is not NEVER
        )

    @cached_property
    def _evidence(self) -> list[list[Evidence]]:
        """The evidence for each edge: rows by source, columns by the block that it leads into."""
        targets = range(len(self.blocks))
        return [
            *([self._heads(heading, target) for target in targets] for heading in range(len(self.headings))),
            *([self._continues(source, target) for target in targets] for source in targets),
        ]

    def _link(self, row: int, column: int) -> Link:
        source, evidence = self._nodes[row], self._evidence[row][column]
        return Link(
            source.region.id,
            self.blocks[column].region.id,
            LinkKind.HEADS if isinstance(source, HeadingNode) else LinkKind.CONTINUES,
            round(evidence.score, 2),
            "; ".join(evidence.reasons),
        )

    def _heading_above(self, block: Block) -> int | None:
        """The heading that a block stands right under: nothing but other blocks' white between them."""
        over = [
            (index, heading)
            for index, heading in enumerate(self.headings)
            if heading.region.frame_id == block.region.frame_id
            and heading.box.overlap_x(block.box) > self.type_size
            and heading.box.cy < block.box.y0
        ]
        if not over:
            return None
        index, heading = max(over, key=lambda found: found[1].box.y1)
        span = Box(block.box.x0, heading.box.y1, block.box.x1, block.box.y0)
        walls = [other.box for other in self.blocks if other is not block and other.end is End.BYLINE]
        if any(wall.overlap_x(block.box) > 0 and span.y0 < wall.cy < span.y1 for wall in walls) or self._ruled(span):
            return None
        return index if self._white(span) <= HEADING_REACH * self.type_size else None

    def _white(self, span: Box) -> float:
        """The tallest white in a span between what is printed there, in pixels."""
        printed = sorted((box.y0, box.y1) for box in self._printed if box.overlap_x(span) > 0 and box.overlap_y(span) > 0)
        tallest, y = 0.0, span.y0
        for top, bottom in (*printed, (span.y1, span.y1)):
            tallest, y = max(tallest, top - y), max(y, bottom)
        return tallest

    def _column_rules(self) -> bool:
        """Whether most gutters of the page hold a rule: then rules part columns, and tell nothing of articles."""
        ruled = parted = 0
        for left in self.blocks:
            beside = [b for b in self.blocks if b.box.x0 >= left.box.x1 and b.box.overlap_y(left.box) > 2 * self.type_size]
            if not beside:
                continue
            right = min(beside, key=lambda b: b.box.x0)
            gutter = Box(left.box.x1, max(left.box.y0, right.box.y0), right.box.x0, min(left.box.y1, right.box.y1))
            parted += 1
            ruled += any(r.height > r.width and gutter.intersection(r) > 0 for r in self.rules)
        return ruled > COLUMN_RULES * parted

    def _headings_aside(self, index: int) -> frozenset[int]:
        """The headings in whose row of blocks a block without one stands: their tops level, no rule in the gutters between."""
        if self._head[index] is not None:
            return frozenset()
        block, found = self.blocks[index], set()
        upright = [rule for rule in self._upright if rule.overlap_y(block.box) > 0.5 * block.box.height]
        for other, head in zip(self.blocks, self._head, strict=True):
            level = abs(other.box.y0 - block.box.y0) <= ALIGNED * self.type_size
            low, high = sorted((other.box.cx, block.box.cx))
            if (
                head is not None
                and level
                and other.region.frame_id == block.region.frame_id
                and not any(low < r.cx < high for r in upright)
            ):
                found.add(head)
        return frozenset(found)

    def _ruled(self, span: Box) -> bool:
        """Whether a horizontal rule crosses the span over most of its width."""
        return any(
            rule.width > rule.height and span.y0 < rule.cy < span.y1 and rule.overlap_x(span) > 0.5 * span.width
            for rule in self.rules
        )

    def _heads(self, number: int, target: int) -> Evidence:
        heading, block = self.headings[number], self.blocks[target]
        if heading.region.frame_id != block.region.frame_id or block.box.y0 < heading.box.cy:
            return NEVER
        below = [b for b, head in zip(self.blocks, self._head, strict=True) if head == number]
        row = min((b.box.y0 for b in below), default=block.box.y0)
        gap = (block.box.y0 - heading.box.y1) / self.type_size
        if abs(block.box.y0 - row) > ALIGNED * self.type_size or gap > HEADING_REACH:
            return NEVER
        found = Evidence().plus(HEADS, "below the heading").plus(-HEADING_GAP * max(0.0, gap - 1), "distance")
        own = self._head[target]
        if own not in {None, number}:
            return NEVER
        if own is None:
            if number not in self._aside[target]:
                return NEVER
            found = found.plus(ASIDE, "beside the heading's columns")
        first = min((b.box.x0 for b in below), default=block.box.x0)
        found = found.plus(-LEFTWARD * abs(block.box.x0 - first) / self._column, "not the first column")
        return found.plus(*HEADED_START[block.start])

    def _continues(self, number: int, target: int) -> Evidence:
        source, block = self.blocks[number], self.blocks[target]
        if source is block or source.region.frame_id != block.region.frame_id:
            return NEVER
        found = self._step(source, block)
        if found is NEVER:
            return NEVER
        if block.start is Start.BYLINE:
            return found.plus(BYLINE_BELOW, "signs the text above") if block.box.y0 > source.box.cy else NEVER
        if block.start is Start.OPENING:
            found = found.plus(OPENS_ITEM, "opens an item")
            flow = FLOW[source.end, Start.PARAGRAPH]
        else:
            flow = FLOW[source.end, block.start]
        found = found.plus(*flow)
        if source.pitch and block.pitch:
            difference = abs(source.pitch - block.pitch) / max(source.pitch, block.pitch)
            found = found.plus(-min(PITCH_MAX, PITCH * difference) if difference > 1 / PITCH else 0.0, "another leading")
        return found.plus(*self._headings_say(number, target))

    def _headings_say(self, source: int, target: int) -> tuple[float, str]:
        ours, theirs = self._head[source], self._head[target]
        if theirs is None:
            return 0.0, ""
        if ours == theirs or theirs in self._aside[source]:
            return SAME_HEADING, "under one heading"
        if self.blocks[source].box.y0 < self.headings[theirs].box.y0 or ours is not None:
            return OTHER_HEADING, "under another heading"
        return UNDER_HEADING, "under a heading of its own"

    def _step(self, source: Block, block: Block) -> Evidence:
        """Evidence from where two blocks stand to each other."""
        a, b = source.box, block.box
        if a.overlap_x(b) >= 0.5 * min(a.width, b.width):
            return self._step_down(a, b, block.region.frame_id)
        if b.x0 >= a.x1 - self.type_size:
            return self._step_right(a, b)
        return self._step_back(a, b)

    def _step_down(self, a: Box, b: Box, frame_id: str | None) -> Evidence:
        if b.y0 < a.cy:
            return NEVER
        span = Box(max(a.x0, b.x0), a.y1, min(a.x1, b.x1), b.y0)
        # What stands in a box is no part of this text: it is gone past like a picture.
        between = [o for o in self._nodes if o.box not in (a, b) and o.box.overlap_x(span) > 0 and a.y1 <= o.box.cy <= b.y0]
        if any(o.region.frame_id == frame_id for o in between):
            return NEVER
        passed = [p for p in (*self.pictures, *between) if p.box.overlap_x(span) > 0 and a.y1 <= p.box.cy <= b.y0]
        found = Evidence().plus(PAST_PICTURE if passed else BELOW, "below a picture or box" if passed else "right below")
        if not passed:
            found = found.plus(-DROP * max(0.0, (b.y0 - a.y1) / self.type_size - 1), "distance")
        return found.plus(RULE if self._ruled(span) else 0.0, "a rule between")

    def _step_right(self, a: Box, b: Box) -> Evidence:
        gutter = Box(a.x1, max(a.y0, b.y0), b.x0, min(a.y1, b.y1))
        skipped = max(0.0, (b.x0 - a.x1) // (0.8 * self._column))
        found = Evidence().plus(BESIDE, "the next column").plus(-SKIPPED * skipped, "columns between")
        drop = (b.y0 - a.y1) / self.type_size
        found = found.plus(-DROP * max(0.0, drop), "begins lower")
        found = found.plus(-DROP * max(0.0, (a.y0 - b.y1) / self.type_size), "ends higher")
        upright = [r for r in self._upright if a.cx < r.cx < b.cx]
        if any(r.overlap_y(gutter) > 0.5 * gutter.height for r in upright):
            found = found.plus(COLUMN_RULE, "a rule in the gutter")
        low, high = (a, b) if a.cy < b.cy else (b, a)
        span = Box(min(a.x0, b.x0), low.y1, max(a.x1, b.x1), high.y0)
        return found.plus(RULE if span.y0 < span.y1 and self._ruled(span) else 0.0, "a rule between")

    def _step_back(self, a: Box, b: Box) -> Evidence:
        if b.y0 < a.y1 - self.type_size:
            return NEVER
        span = Box(min(a.x0, b.x0), a.y1, max(a.x1, b.x1), b.y0)
        if self._ruled(span) or any(span.y0 <= heading.box.cy <= span.y1 for heading in self.headings):
            return NEVER
        return (
            Evidence()
            .plus(WRAPS, "back to the first column")
            .plus(-DROP * max(0.0, span.height / self.type_size - 2), "distance")
        )


def _block(region: Region, text: Sequence[Region], type_size: float, cues: Cues) -> Block:
    edges = column_edges(region, text)
    start, end = block_start(region, edges, type_size, cues), block_end(region, edges, type_size, cues)
    return Block(region, start, end, edges, line_pitch(region))


def _heading_nodes(regions: Sequence[Region]) -> tuple[HeadingNode, ...]:
    parts: dict[str, list[Region]] = {}
    for region in regions:
        if region.role in HEADING_ROLES and region.heading_id:
            parts.setdefault(region.heading_id, []).append(region)
    own = {region.id: region for region in regions}
    return tuple(HeadingNode(own[key], hull(part.box for part in group)) for key, group in parts.items())


def _without_cycles(links: Sequence[Link]) -> tuple[Link, ...]:
    """Drop the weakest link of every ring: a text has a beginning."""
    follower = {link.source: link for link in links}
    kept = dict(follower)
    for start in follower:
        ring: list[Link] = []
        node = start
        while node in kept and len(ring) <= len(kept):
            ring.append(kept[node])
            node = kept[node].target
            if node == start:
                del kept[min(ring, key=lambda link: link.score).source]
                break
    return tuple(kept.values())
