"""Reach of headings: which blocks of text a heading stands over, beside, or in the midst of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull
from digitize.reflow.flow import LEFT_OPEN, End, Start, is_justified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.reflow.nodes import Block, HeadingNode
    from digitize.reflow.steps import Steps

HEADING_REACH = 5.0
"""White between a heading and its text, or within the text below it, in type sizes: a headline's own height at most."""

UNDERLINED = 2.0
"""White between a heading and the rule that parts it from its own text, in type sizes, at most."""

ALIGNED = 1.2
"""Blocks whose tops differ by less than this many type sizes begin in one row."""


class Reach:
    """The headings of a page with the blocks around them.

    Attributes:
        head: for each block the number of the heading that it belongs to by its place alone, or None.
        above: for each block the heading of the topmost block of its column, no heading, rule or signature between.
        aside: for each block without one the headings in whose row it stands, or the text above it in its column.
        embedded: the headings that stand in the midst of their text, which runs round them and goes on below.
    """

    def __init__(self, blocks: Sequence[Block], headings: Sequence[HeadingNode], steps: Steps) -> None:
        self._blocks, self._headings, self._steps = blocks, headings, steps
        self.head = [self._nearest(block) for block in blocks]
        self._take_underlined()
        around = {number: found for number in range(len(headings)) if (found := self._around(number))}
        self.embedded = frozenset(around)
        for number, indices in around.items():
            for index in indices:
                self.head[index] = number
        self.above = self._heads_above()
        self._rows = self._heading_rows()
        self.aside = [self._headings_aside(index) for index in range(len(blocks))]

    def _nearest(self, block: Block) -> int | None:
        """The heading that a block stands right under, or right beside where the heading is set downwards."""
        reached = [
            (distance, index)
            for index, heading in enumerate(self._headings)
            if heading.region.frame_id == block.region.frame_id and (distance := self._distance(heading, block)) is not None
        ]
        return min(reached)[1] if reached else None

    def _take_underlined(self) -> None:
        """Give the headings that stand over nothing the text below the rule that is drawn right under them.

        A rule parts items, but also a heading from its own text: then nothing else stands between heading and rule.
        """
        alone = [h for number, h in enumerate(self._headings) if number not in self.head and not self._steps.pictures_below(h)]
        for index, block in enumerate(self._blocks):
            if self.head[index] is None and not block.begins_amid:
                under = [h for h in alone if index in self._underlined(h)]
                self.head[index] = self._headings.index(under[-1]) if under else None

    def _underlined(self, heading: HeadingNode) -> list[int]:
        """The blocks under no heading that stand below a rule drawn right under one."""
        return [
            i
            for i, block in enumerate(self._blocks)
            if self.head[i] is None
            and self._distance(heading, block, underlined=UNDERLINED) is not None
            and not any(b.box.overlap_x(block.box) > 0 and heading.box.y1 < b.box.cy < block.box.y0 for b in self._blocks)
        ]

    def _distance(self, heading: HeadingNode, block: Block, *, underlined: float = 0.0) -> float | None:
        """White between a heading and the text next to it, in type sizes; None where something else stands between.

        A rule within `underlined` type sizes below the heading is nothing that stands between.

        An upright heading's text stands beside it, its top level with the heading's; any other's stands below.
        """
        size = self._steps.type_size
        if heading.upright:
            left, right = sorted((heading.box, block.box), key=lambda box: box.cx)
            gap = (right.x0 - left.x1) / size
            level = abs(block.box.y0 - heading.box.y0) <= ALIGNED * size or self._runs_along(heading, block)
            if heading.level:  # the text of a vertical page stands below its level headings, and reaches out at their sides
                below = block.box is right and not self._steps.walled(left, right)
                level = below and block.box.overlap_y(heading.box) > heading.box.height / 2
            return gap if level and -1 <= gap <= HEADING_REACH and not self._steps.parted(left, right) else None
        if heading.box.overlap_x(block.box) <= size or heading.box.cy >= block.box.y0:
            return None
        span = Box(block.box.x0, heading.box.y1, block.box.x1, block.box.y0)
        ground = block.region.frame_id  # what stands in a box is gone past like a picture
        walls = [h.box for h in self._headings if h is not heading and h.region.frame_id == ground]
        walls += [b.box for b in self._blocks if b is not block and b.end is End.BYLINE and b.region.frame_id == ground]
        if self._steps.begins_with_heading(block.box, block.region.frame_id):
            walls += [other.box for other in self._blocks if other is not block]
        if any(wall.overlap_x(block.box) > 0 and span.y0 < wall.cy < span.y1 for wall in walls) or self._steps.ruled(
            replace(span, y0=min(span.y1, span.y0 + underlined * size))
        ):
            return None
        return span.height / size if max(self._steps.white(span)) <= HEADING_REACH * size else None

    def _runs_along(self, heading: HeadingNode, block: Block) -> bool:
        """Whether a column of running text begins a little above an upright heading and runs past it.

        No heading stands over it, and no text or heading is level with the upright one's top.
        """
        size, box = self._steps.type_size, heading.box
        along = (
            not heading.level and block.box.y0 < box.y0 <= block.box.y0 + HEADING_REACH * size and block.box.y1 >= box.y1 - size
        )
        others = [h.box for h in self._headings if h is not heading] + [b.box for b in self._blocks if b is not block]
        own = [b for b in self._blocks if abs(b.box.y0 - box.y0) <= ALIGNED * size]
        over = any(
            other.overlap_x(block.box) > size and 0 <= block.box.y0 - other.y1 <= HEADING_REACH * size for other in others
        )
        return along and not own and not over

    def is_next(self, number: int, target: int) -> bool:
        """Whether a block is the first below a heading in its column, however level the columns beside it begin."""
        block = self._blocks[target]
        over = [b for b, head in zip(self._blocks, self.head, strict=True) if head == number and b.box.cy < block.box.y0]
        return self.head[target] == number and not any(b.box.overlap_x(block.box) > 0 for b in over)

    def illustrated(self, heading: HeadingNode, block: Block) -> float:
        """How much of what stands between a heading and a block below it is pictures, with captions, and boxes, in pixels."""
        span = Box(block.box.x0, heading.box.y1, block.box.x1, block.box.y0)
        return self._steps.pictured(span, block.region.frame_id) if span.y0 < span.y1 else 0.0

    def _around(self, number: int) -> tuple[int, ...]:
        """The blocks above and beside a heading that stands in the midst of its text; none where it stands over it.

        No item begins in mid-sentence, and none that opens with a dateline has no heading. Where the text under a heading
        does not begin an item, a column at the side runs past the heading, and either the column above breaks off in a
        sentence or the one on the left begins an item, the text goes round the heading.
        """
        heading = self._headings[number]
        below = [i for i, head in enumerate(self.head) if head == number] or self._underlined(heading)
        if heading.upright or not below:
            return ()
        above = [i for i, block in enumerate(self._blocks) if self._stands_on(block, heading)]
        for upper, lower in self._columns_parted(above, below):
            above, below = [*above, upper], [*below, lower]
        first = min((self._blocks[i] for i in below), key=lambda b: b.box.x0)
        span = hull(self._blocks[i].box for i in (*above, *below))
        beside = self._beside(heading, span)
        row = self._leftward([i for i in beside if self._blocks[i].box.cx < span.x0])
        starts = {self._blocks[i].start for i in row}
        broken = any(self._blocks[i].end in LEFT_OPEN and self._one_text(self._blocks[i], first) for i in above)
        if first.begins_amid:
            goes_round = bool(beside) and (broken or bool(starts - {Start.OPEN, Start.FLUSH}))
        else:
            goes_round = first.start is Start.PARAGRAPH and Start.OPENING in starts
        return (*above, *below, *beside, *row) if goes_round else ()

    def _columns_parted(self, above: Sequence[int], below: Sequence[int]) -> list[tuple[int, int]]:
        """Columns that the white around a heading parts level with those that it stands in: above and below it."""
        slack, blocks = ALIGNED * self._steps.type_size, self._blocks

        def level(index: int, others: Sequence[int], side: str) -> bool:
            other = self._blocks[others[0]] if others else None
            own = getattr(blocks[index].box, side)
            return other is not None and index not in others and abs(own - getattr(other.box, side)) <= slack

        upper = [i for i in range(len(blocks)) if level(i, above, "y1") and self.head[i] is None]
        lower = [i for i in range(len(blocks)) if level(i, below, "y0") and self.head[i] is None]
        return [(a, b) for a in upper for b in lower if self._one_text(blocks[a], blocks[b])]

    def _beside(self, heading: HeadingNode, span: Box) -> list[int]:
        """The blocks without a heading that run past one, right beside the columns that it stands in."""
        size = self._steps.type_size
        return [
            i
            for i, block in enumerate(self._blocks)
            if self.head[i] is None
            and block.region.frame_id == heading.region.frame_id
            and block.box.y0 <= heading.box.y0 + ALIGNED * size
            and block.box.y1 > heading.box.y1
            and -size < max(span.x0 - block.box.x1, block.box.x0 - span.x1) < HEADING_REACH * size
            and not self._steps.parted(*sorted((block.box, heading.box), key=lambda box: box.cx))
        ]

    def _leftward(self, row: list[int]) -> list[int]:
        """A block, and those on its left that begin level with it, column after column, up to the first that begins an item."""
        size = self._steps.type_size
        while row and self._blocks[row[-1]].start is Start.OPEN:
            last = self._blocks[row[-1]]
            nearest = [
                i
                for i, block in enumerate(self._blocks)
                if self.head[i] is None
                and block.region.frame_id == last.region.frame_id
                and abs(block.box.y0 - last.box.y0) <= ALIGNED * size
                and -size < last.box.x0 - block.box.x1 < HEADING_REACH * size
                and not self._steps.parted(block.box, last.box)
            ]
            if not nearest:
                break
            row = [*row, nearest[0]]
        return row

    def _one_text(self, upper: Block, lower: Block) -> bool:
        """Whether two blocks are running text set to the same edges."""
        slack = ALIGNED * self._steps.type_size
        level = abs(upper.edges.left - lower.edges.left) <= slack and abs(upper.edges.right - lower.edges.right) <= slack
        return level and is_justified(upper.region) and is_justified(lower.region)

    def _stands_on(self, block: Block, heading: HeadingNode) -> bool:
        """Whether a block ends right above a heading."""
        size = self._steps.type_size
        span = Box(block.box.x0, block.box.y1, block.box.x1, heading.box.y0)
        return (
            block.region.frame_id == heading.region.frame_id
            and block.box.overlap_x(heading.box) > size
            and -size < heading.box.y0 - block.box.y1 <= HEADING_REACH * size
            and not self._steps.ruled(span)
        )

    def _headings_aside(self, index: int) -> frozenset[int]:
        """The headings in whose row a block without one stands, or the nearest block above it in its column that does."""
        if self.head[index] is not None:
            return frozenset()
        block = self._blocks[index]
        column = [b for b in self._steps.stack(block) if b.box.y0 <= block.box.y0]
        return next((found for b in reversed(column) if (found := self._headings_level(b))), frozenset())

    def _headings_level(self, block: Block) -> frozenset[int]:
        """The headings in whose row a block stands, or a picture right above it: level with text or pictures below them.

        No rule runs in the gutters between, but such as begin below the heading: those part its columns.
        """
        found = set()
        upright = [rule for rule in self._steps.upright_rules if rule.overlap_y(block.box) > 0.5 * block.box.height]
        for other, frame_id, head in self._rows:
            top = block.box.y0 - self.illustrated(self._headings[head], block)
            level = min(abs(other.y0 - y) for y in (block.box.y0, top)) <= ALIGNED * self._steps.type_size
            low, high = sorted((other.cx, block.box.cx))
            parting = [r for r in upright if low < r.cx < high and r.y0 <= self._headings[head].box.y1]
            if level and frame_id == block.region.frame_id and not parting:
                found.add(head)
        return frozenset(found)

    def _heads_above(self) -> list[int | None]:
        """For each block the heading over the column that it stands in, pictures and boxes in the column or not."""
        head = {block.region.id: number for block, number in zip(self._blocks, self.head, strict=True)}
        return [head[self._steps.stack(block)[0].region.id] for block in self._blocks]

    def _heading_rows(self) -> list[tuple[Box, str | None, int]]:
        """What stands in the row right below a heading, text and pictures: its box, its frame and the heading."""
        rows = [
            (block.box, block.region.frame_id, head)
            for block, head in zip(self._blocks, self.head, strict=True)
            if head is not None
        ]
        for number, heading in enumerate(self._headings):
            rows += [(picture.box, picture.frame_id, number) for picture in self._steps.pictures_below(heading)]
        return rows
