"""The nodes of the flow graph, blocks of text and headings, and the evidence that its edges are scored by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Role, WritingMode
from digitize.reflow.edges import Edges, column_edges
from digitize.reflow.flow import End, Start, block_end, block_start, line_pitch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Region
    from digitize.reflow.cues import Cues

UPRIGHT = 1.5
"""A line so many times as tall as wide is set downwards; a single character is about as tall as wide."""


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

    @property
    def begins_amid(self) -> bool:
        """Whether it begins in mid-sentence: no indent, no words that open an item, no capital."""
        return self.start is Start.OPEN and not self.region.lines[0].text.strip()[:1].isupper()

    @property
    def of_figures(self) -> bool:
        """Whether it is the column of a table: lines without a letter; a sentence may end with one such line."""
        return len(self.region.lines) > 1 and not any(c.isalpha() for line in self.region.lines for c in line.text)

    def goes_on_in(self, other: Block) -> bool:
        """Whether its last line, however short, has no full stop, and the other block begins with a small letter."""
        last, first = self.region.lines[-1].text.strip(), other.region.lines[0].text.strip()
        return last[-1:] not in (*'.!?…”"', "") and first[:1].islower()


@dataclass(frozen=True, slots=True)
class HeadingNode:
    """A heading: its headline's region, its parts, and the box around those that no picture parts from the headline."""

    region: Region
    box: Box
    parts: tuple[Region, ...] = ()

    def top_over(self, box: Box) -> float:
        """The top of text below the heading, with the parts (a byline) that stand in its column alone, in pixels."""
        own = [
            part.box.y0
            for part in self.parts
            if part.role is Role.DECK
            and box.x0 <= part.box.cx <= box.x1
            and part.box.y0 < box.y0
            and part.box.width <= box.width
        ]
        return min((box.y0, *own))

    @property
    def upright(self) -> bool:
        """Whether it is set downwards beside its text, as a vertical heading of a horizontal page is."""
        return all(line.box.height >= UPRIGHT * line.box.width for line in self.region.lines)

    @property
    def level(self) -> bool:
        """Whether it is set in level lines on a vertical page, over the text that stands below it there."""
        return self.upright and all(line.writing_mode is WritingMode.HORIZONTAL_TB for line in self.region.lines)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sum of points and the reasons that made it."""

    score: float = 0.0
    reasons: tuple[str, ...] = ()

    def plus(self, points: float, reason: str) -> Evidence:
        """The evidence with one more reason; none for 0 points."""
        return Evidence(self.score + points, (*self.reasons, f"{reason} {points:+.1f}")) if points else self


NEVER = Evidence(-np.inf)


def make_block(region: Region, text: Sequence[Region], type_size: float, cues: Cues, *, flush: bool = False) -> Block:
    """A region of running text as a node; `text` are all such regions of the page.

    `flush`: whether its paragraphs have no indents; then what begins with a small letter alone goes on from elsewhere.
    """
    edges = column_edges(region, text)
    start, end = block_start(region, text, type_size, cues), block_end(region, text, type_size, cues)
    if flush and start is Start.OPEN and not region.lines[0].text.strip()[:1].islower():
        start = Start.FLUSH
    return Block(region, start, end, edges, line_pitch(region))


def heading_nodes(regions: Sequence[Region]) -> tuple[HeadingNode, ...]:
    """The headings of a page as nodes, each with all its parts."""
    parts: dict[str, list[Region]] = {}
    for region in regions:
        if region.role in HEADING_ROLES and region.heading_id:
            parts.setdefault(region.heading_id, []).append(region)
    own = {region.id: region for region in regions}
    pictures = [region.box for region in regions if region.role is Role.PICTURE]
    return tuple(HeadingNode(own[key], _heading_box(own[key], group, pictures), tuple(group)) for key, group in parts.items())


def _heading_box(headline: Region, parts: Sequence[Region], pictures: Sequence[Box]) -> Box:
    """The box around a headline and its other parts, but for a byline under a picture: columns beside that begin above it."""

    def is_parted(part: Box) -> bool:
        return any(headline.box.y1 <= p.cy <= part.y0 and p.overlap_x(part) > 0 for p in pictures)

    return hull([headline.box, *(part.box for part in parts if not is_parted(part.box))])
