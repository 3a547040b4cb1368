"""Verse and lists: blocks whose every line is a line of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import IDEOGRAPHS, Role
from digitize.reflow.edges import FULL_BLOCK, Edges, column_edges
from digitize.reflow.flow import is_justified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page, Region

VERSE_LINES = 4
"""So many lines show how they are pointed: prose has a comma or a full stop in every other line, wherever it falls."""

VERSE_LENGTH = 12
"""Verse has so many signs in a line at most; prose, in a column so narrow, has points within its lines and at their ends."""

_POINT = re.compile(r"[，。；！？：、,.;!?]")
_IDEOGRAPHS = re.compile(f"[{IDEOGRAPHS}]")

VERSE_MARGIN = 3.0
"""White beside lines of verse on the ground that they stand on, on one side at least, in type sizes: text fills its ground."""


def verse_blocks(own: Sequence[Region], page: Page) -> dict[str, Edges]:
    """The blocks of an item that are verse or a list, with the edges that all of them together show.

    Stanzas below one another are of one kind: lines of unequal length, or, where all are alike, with much white on both
    sides of the box or tint that they stand on, or pointed as verse is. A block of three lines alone may look justified.
    """
    found: dict[str, Edges] = {}
    frames = {frame.id: frame.box for frame in page.frames}
    blocks = [region for region in own if region.role is Role.PARAGRAPH]
    for region in blocks:
        stanzas = [b for b in blocks if abs(b.box.x0 - region.box.x0) <= page.type_size and b.frame_id == region.frame_id]
        lines = tuple(line for stanza in stanzas for line in stanza.lines)
        whole = replace(region, lines=lines, box=hull(line.box for line in lines))
        ground = frames.get(region.frame_id or "", whole.box)
        margins = whole.box.x0 - ground.x0, ground.x1 - whole.box.x1
        beside = len(blocks) > len(stanzas)
        amid = not beside and min(margins) >= page.type_size and max(margins) >= VERSE_MARGIN * page.type_size
        amid |= _is_pointed_as_verse([line.text.strip() for line in lines])
        if len(lines) >= FULL_BLOCK and (amid or (len(stanzas) > 1 and not beside and not is_justified(whole))):
            edges = column_edges(whole, ())
            found[region.id] = replace(edges, right=edges.right + VERSE_MARGIN * page.type_size) if amid else edges
    return found


def _is_pointed_as_verse(lines: Sequence[str]) -> bool:
    """Whether several lines of ideographs have no comma and no full stop, or each one at its end and nowhere else."""
    short = len(lines) >= VERSE_LINES and max(map(len, lines)) <= VERSE_LENGTH
    if not short or not all(_IDEOGRAPHS.search(line) for line in lines):
        return False
    return not any(map(_POINT.search, lines)) or all(_POINT.search(line) and not _POINT.search(line[:-1]) for line in lines)
