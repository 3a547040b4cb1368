"""The reading order as a graph: blocks of text and headings as nodes, "goes on in" and "heads" as scored edges.

Every block is the successor of at most one other block or heading, and has at most one itself; the matching with the
greatest sum of scores decides. A chain that a heading begins is an article. Scores are points of evidence: each
reason adds or takes its own, so that a decision can be explained by the list of reasons that made it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from digitize.model import Link, LinkKind
from digitize.reflow.flow import End, Start, flush_blocks
from digitize.reflow.heads import ALIGNED, HEADING_REACH, Reach
from digitize.reflow.matching import best_matching
from digitize.reflow.nodes import NEVER, Evidence, HeadingNode, heading_nodes, make_block
from digitize.reflow.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page
    from digitize.reflow.cues import Cues
    from digitize.reflow.nodes import Block

FLOW = {
    (End.OPEN, Start.OPEN): (3.0, "mid-sentence"),
    (End.OPEN, Start.PARAGRAPH): (-3.0, "a sentence is left open"),
    (End.EITHER, Start.OPEN): (0.0, "a full stop, then no indent"),
    (End.EITHER, Start.PARAGRAPH): (1.0, "paragraph after paragraph"),
    (End.PARAGRAPH, Start.OPEN): (-2.5, "a short line, then no indent"),
    (End.PARAGRAPH, Start.PARAGRAPH): (1.0, "paragraph after paragraph"),
    (End.OPEN, Start.FLUSH): (3.0, "mid-sentence"),
    (End.WHITE, Start.OPEN): (3.0, "mid-sentence"),
    (End.WHITE, Start.PARAGRAPH): (0.0, "a sentence is left open, or its stop was not read"),
    (End.WHITE, Start.FLUSH): (3.0, "mid-sentence"),
    (End.EITHER, Start.FLUSH): (0.5, "paragraph after paragraph, or mid-paragraph"),
    (End.PARAGRAPH, Start.FLUSH): (1.0, "paragraph after paragraph"),
    (End.BYLINE, Start.OPEN): (-5.0, "the item is signed"),
    (End.BYLINE, Start.FLUSH): (-4.0, "the item is signed"),
    (End.BYLINE, Start.PARAGRAPH): (-4.0, "the item is signed"),
}
"""What the text says of one block going on in another. Bylines and openings end and begin items in every newspaper."""

OPENS_ITEM = -4.0
"""A block that begins with a dateline is the first of its item; on vertical pages several telegrams stand under one heading."""

BYLINE_BELOW = 5.0
"""A byline signs the text right above it."""

OTHER_HEADING = -6.0
"""Two blocks that stand under two headings belong to two items."""

UNDER_HEADING = -3.0
"""A block right under a heading does not go on from one that stands under none."""

SAME_HEADING = 1.0
"""Two blocks under one heading belong together."""

MEASURE = 1.5
"""How far the widths of columns of one measure differ, in type sizes: film's warp, and lines that stick out."""

PITCH = 10.0
"""An item is set with one leading: points taken for each pitch of difference."""

PITCH_MAX = 2.0
"""The most that a difference in leading takes."""

HEADS = 3.0
"""A heading has text below it."""

HEADING_GAP = 0.4
"""Points taken for each type size between heading and text."""

ASIDE = -0.5
"""A block in the heading's row but not below it: headings stand in the middle of more columns than they cover."""

HEADED_START = {
    Start.OPENING: (2.0, "opens an item"),
    Start.PARAGRAPH: (1.0, "begins with an indent"),
    Start.OPEN: (-2.5, "begins in mid-sentence"),
    Start.FLUSH: (0.5, "begins without an indent, as paragraphs do there"),
    Start.BYLINE: (0.0, "begins with a byline"),
}

CAPITAL_START = 0.5, "begins with a capital"
"""Where words have capitals, the first paragraph right under a heading is often set without an indent."""

LEFTWARD = 0.1
"""Points taken for each column width that a block begins right of the heading's first column: text begins on the left."""

CROSSHEAD_WHITE = 2.5
"""White between a subheading and the text above and below it, in type sizes, at most."""

TIER_ENDS = -3.5
"""Where a paragraph of a vertical page ends at a tier's foot, another item begins in the next tier as often as it goes on."""

FIRST_TIER = 1.0
"""The same on vertical pages, where text begins in the first tier that its heading stands in."""


class FlowGraph:
    """The blocks and headings of a page with what stands between them; scores any pair."""

    def __init__(self, page: Page, cues: Cues) -> None:
        self.type_size, self._vertical = page.type_size, page.vertical
        text = page.running_text
        flush = frozenset() if page.vertical else flush_blocks(text, page.type_size, cues)
        self.blocks = tuple(make_block(region, text, page.type_size, cues, flush=region.id in flush) for region in text)
        self.blocks = tuple(self._as_crosshead(block, page.type_size, cues) for block in self.blocks)
        self.headings = heading_nodes(page.regions)
        self._nodes: tuple[HeadingNode | Block, ...] = (*self.headings, *self.blocks)
        self._steps = Steps(page, self.blocks, self.headings)
        self._reach = Reach(self.blocks, self.headings, self._steps)
        if self._reach.embedded:
            self._steps = Steps(page, self.blocks, self.headings, passed=self._reach.embedded)

    def _as_crosshead(self, block: Block, type_size: float, cues: Cues) -> Block:
        """A block as it is, or as a subheading: a line by itself, white around it, between two paragraphs of its column."""
        if len(block.region.lines) > 1 or block.region.lines[0].text.strip()[-1:] in tuple(cues.terminal):
            return block
        reach, ground = CROSSHEAD_WHITE * type_size, block.region.frame_id
        near = [b for b in self.blocks if b is not block and b.region.frame_id == ground and b.box.overlap_x(block.box) > 0]
        above = [b for b in near if -type_size < block.box.y0 - b.box.y1 <= reach]
        below = [b for b in near if -type_size < b.box.y0 - block.box.y1 <= reach]
        ended = bool(above) and all(b.end in {End.PARAGRAPH, End.EITHER} for b in above)
        begins = bool(below) and all(b.start in {Start.PARAGRAPH, Start.FLUSH} for b in below)
        return replace(block, start=Start.PARAGRAPH, end=End.PARAGRAPH) if ended and begins else block

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

    def _heads(self, number: int, target: int) -> Evidence:
        heading, block, own = self.headings[number], self.blocks[target], self._reach.head[target]
        if heading.region.frame_id != block.region.frame_id or own not in {None, number}:
            return NEVER
        nearest = [b for b, head in zip(self.blocks, self._reach.head, strict=True) if head == number]
        row = min((b.box.y0 - self._reach.illustrated(heading, b) for b in nearest), default=block.box.y0)
        top = block.box.y0 - self._reach.illustrated(heading, block)
        apart = all(abs(y - row) > ALIGNED * self.type_size for y in (top, block.box.y0, heading.top_over(block.box)))
        if apart and not self._reach.is_next(number, target):
            return NEVER
        if number in self._reach.embedded:
            found = Evidence().plus(HEADS, "round the heading")
        elif heading.upright:
            found = Evidence().plus(HEADS, "beside the upright heading")
        else:
            gap = (top - heading.box.y1) / self.type_size
            if gap > HEADING_REACH:
                return NEVER
            found = Evidence().plus(HEADS, "below the heading").plus(-HEADING_GAP * max(0.0, gap - 1), "distance")
        if own is None:
            if number not in self._reach.aside[target]:
                return NEVER
            found = found.plus(ASIDE, "beside the heading's columns")
        first = min((b.box.x0 for b in nearest), default=block.box.x0)
        leftward = FIRST_TIER if self._vertical else LEFTWARD
        found = found.plus(-leftward * abs(block.box.x0 - first) / self._steps.column, "not the first column")
        if block.start is Start.OPEN and not block.begins_amid and own is not None:
            return found.plus(*CAPITAL_START)
        return found.plus(*HEADED_START[block.start])

    def _continues(self, number: int, target: int) -> Evidence:
        source, block = self.blocks[number], self.blocks[target]
        if source is block or source.region.frame_id != block.region.frame_id or block.of_figures > source.of_figures:
            return NEVER
        found = self._steps.step(source, block)
        if found is NEVER:
            return NEVER
        if block.start is Start.BYLINE:
            return found.plus(BYLINE_BELOW, "signs the text above") if block.box.y0 > source.box.cy else NEVER
        if block.start is Start.OPENING:
            found = found.plus(0.0 if self._vertical else OPENS_ITEM, "opens an item")
            flow = FLOW[source.end, Start.PARAGRAPH]
        else:
            lost = source.end is End.WHITE and not self._one_measure(source, block)
            flow = FLOW[End.OPEN if lost or source.goes_on_in(block) else source.end, block.start]
        found = found.plus(*flow)
        if self._vertical and source.end is End.PARAGRAPH and block.box.x0 > source.box.x1 - self.type_size:
            found = found.plus(TIER_ENDS, "a tier ends with its paragraph")
        if source.pitch and block.pitch:
            difference = abs(source.pitch - block.pitch) / max(source.pitch, block.pitch)
            found = found.plus(-min(PITCH_MAX, PITCH * difference) if difference > 1 / PITCH else 0.0, "another leading")
        return found.plus(*self._headings_say(number, target))

    def _one_measure(self, source: Block, block: Block) -> bool:
        """Whether two blocks' columns are of one width: what goes on behind a stop that was lost is seldom set otherwise."""
        widths = [each.edges.right - each.edges.left for each in (source, block)]
        return max(widths) - min(widths) <= MEASURE * self.type_size

    def _headings_say(self, source: int, target: int) -> tuple[float, str]:
        ours, theirs = self._reach.head[source], self._reach.head[target]
        if ours is None and theirs is not None and self._reach.above[source] == theirs:
            return SAME_HEADING, "below text under this heading"
        if theirs is None:
            return 0.0, ""
        aside = self._reach.aside[source]
        if ours == theirs or theirs in aside:
            # What stands in the rows of two headings may belong to either.
            return (SAME_HEADING, "under one heading") if ours == theirs or len(aside) == 1 else (0.0, "")
        if self.blocks[source].box.y0 < self.headings[theirs].box.y0 or ours is not None:
            return OTHER_HEADING, "under another heading"
        return UNDER_HEADING, "under a heading of its own"


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
