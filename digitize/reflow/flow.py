"""How a block of text begins and ends: in mid-sentence, with an indent, with a byline. What the order is read from."""

from __future__ import annotations

import itertools
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from digitize.model import WritingMode
from digitize.reflow.bylines import is_byline
from digitize.reflow.edges import EDGE_SLACK, FULL_BLOCK, INDENT, line_edges, line_end, one_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digitize.model import Region, TextLine
    from digitize.reflow.cues import Cues
    from digitize.reflow.edges import Edges

INDENT_MAX = 3.6
"""White at a line's start up to which it is an indent, in type sizes: two characters and slack; more is set to the right."""

SHORT = 1.5
"""White at a line's end from which its paragraph ends there, in type sizes: line-breaking rules leave one character."""

LOST_STOP = 0.8
"""White at a justified line's end in which a full stop may stand that was lost on film, in type sizes: most of its square."""

SAME_PLACE = 0.4
"""How far two lines' starts may differ that are indented alike, in type sizes: as wide as an opening quotation mark's white."""

JUSTIFIED_SHARE = 1 / 3
"""Share of the inner lines of running text that are justified, at least: paragraphs of two lines leave every other one."""

JUSTIFIED = 1.0
"""White at both ends of a justified line, in type sizes: line-breaking rules leave one character."""

CENTRED_WHITE = 1.2
"""White on both sides of a centred line, in type sizes: more than what an indent and a line's end leave together."""

CENTRED_OFF = 0.35
"""How far from the middle a centred line may stand, as a share of the white beside it."""

FLUSH_STARTS = 2, 3
"""So many paragraphs without an indent, in a block or on a page, show that its paragraphs have none: one may be misread."""

FLUSH_MOST = 2
"""A page sets paragraphs without indents where it has so many times as many of them as of others."""

PARAGRAPH_WHITE = 2.0
"""White between two paragraphs, in type sizes, at most: an empty line."""

FULL_STOP = re.compile(r"[。！？]|[.!?](?!\d)")
"""Where a sentence ends; points in figures part none."""


class Start(Enum):
    """How a block begins."""

    OPEN = auto()  # at the column's edge: it goes on from elsewhere
    FLUSH = auto()  # at the column's edge, where paragraphs have no indent: it may go on from elsewhere
    PARAGRAPH = auto()  # with an indent
    OPENING = auto()  # with the words that open a news item
    BYLINE = auto()  # with a byline


class End(Enum):
    """How a block ends."""

    OPEN = auto()  # a full line without a full stop: it goes on elsewhere
    WHITE = auto()  # a line without a full stop that leaves white for one: it goes on elsewhere, or the stop was not read
    EITHER = auto()  # a full line with a full stop
    PARAGRAPH = auto()  # a short line
    BYLINE = auto()  # a byline: the item is over


LEFT_OPEN = frozenset({End.OPEN, End.WHITE})
"""The ends of blocks that have no full stop."""


def is_justified(region: Region) -> bool:
    """Whether a block is running text: many of its lines run from edge to edge, as those of lists and slogans do not.

    The first and last line do not tell: one is indented, the other may be short. In running text a short line ends a
    paragraph, and the next one is indented; where as many short lines are followed by one at the edge, it is a list.
    """
    size = float(np.median([line.box.height for line in region.lines]))
    lines = list(zip(region.lines, line_edges(region), strict=True))
    inner, slack = lines[1:-1] or lines, JUSTIFIED * size
    full = sum(line.box.x0 - edges.left <= slack and edges.right - line_end(line) <= slack for line, edges in inner)
    broken = sum(
        is_short(line, edges, size) and after.box.x0 - edges.left <= EDGE_SLACK * size
        for (line, edges), after in zip(inner, region.lines[2:], strict=False)
    )
    return JUSTIFIED_SHARE * len(inner) <= full and broken < max(1, full)


def is_short(line: TextLine, edges: Edges, type_size: float) -> bool:
    """Whether a line ends before its column does, as a paragraph's last one does."""
    return edges.right - line_end(line) > SHORT * type_size


def line_indent(line: TextLine, edges: Edges, type_size: float) -> float:
    """White between the column's left edge and the line, in type sizes."""
    return (line.box.x0 - edges.left) / type_size


def is_paragraph_start(line: TextLine, edges: Edges, type_size: float) -> bool:
    """Whether a line is indented as the first of a paragraph is."""
    return INDENT <= line_indent(line, edges, type_size) <= INDENT_MAX


def set_apart(line: TextLine, edges: Edges, type_size: float) -> bool:
    """Whether a line keeps away from the column's left edge, as bylines set to the right or in the middle do."""
    return line_indent(line, edges, type_size) >= INDENT


def is_centred(line: TextLine, edges: Edges, type_size: float) -> bool:
    """Whether a line stands in the middle of its column, white on both sides, as subheadings do."""
    left, right = line.box.x0 - edges.left, edges.right - line_end(line)
    return min(left, right) >= CENTRED_WHITE * type_size and abs(left - right) <= CENTRED_OFF * max(left, right)


def block_start(region: Region, text: Sequence[Region], type_size: float, cues: Cues) -> Start:
    """How a block begins; `text` are the page's blocks of running text."""
    first, edges = region.lines[0], line_edges(region, text)[0]
    if is_byline(" ".join(line.text for line in region.lines), cues) and set_apart(first, edges, type_size):
        return Start.BYLINE  # all of it: names on several lines, or "our reporter", which opens items too
    if cues.openings.match(first.text.strip()) or cues.continued_from.fullmatch(first.text.strip()):
        return Start.OPENING
    if is_byline(first.text, cues) and set_apart(first, edges, type_size):
        return Start.BYLINE
    indented = line_indent(first, edges, type_size) >= INDENT
    if indented and len(region.lines) > 1 and keeps_on(first, region.lines[1], edges, type_size, cues):
        indented = False  # the column leans there
    return Start.PARAGRAPH if indented or _is_numbered_heading(region, edges, type_size, cues) else Start.OPEN


def keeps_on(upper: TextLine, lower: TextLine, edges: Edges, type_size: float, cues: Cues) -> bool:
    """Whether a sentence runs from a full line into one that begins in the same place: no paragraph begins between them."""
    level = abs(lower.box.x0 - upper.box.x0) <= SAME_PLACE * type_size
    level &= lower.writing_mode is WritingMode.HORIZONTAL_TB  # a tier's items are set in from its top now and then
    return level and not is_short(upper, edges, type_size) and upper.text.strip()[-1:] not in tuple(cues.terminal)


def _is_numbered_heading(region: Region, edges: Edges, type_size: float, cues: Cues) -> bool:
    """Whether a block is a numbered subheading: one short line without a stop at its end, which that of a paragraph has."""
    line = region.lines[0]
    short = len(region.lines) == 1 and is_short(line, edges, type_size)
    return short and bool(cues.numbered.match(line.text.strip())) and line.text.strip()[-1:] not in cues.terminal


def block_end(region: Region, text: Sequence[Region], type_size: float, cues: Cues) -> End:
    """How a block ends; `text` are the page's blocks of running text."""
    last, edges = region.lines[-1], line_edges(region, text)[-1]
    if any(is_byline(line.text, cues) and set_apart(line, edges, type_size) for line in region.lines[-3:]):
        return End.BYLINE
    if len(region.lines) > 1 and closes_item(region.lines[-2], last, cues):
        return End.BYLINE
    if _breaks_off(region) and not is_centred(last, edges, type_size):
        return End.OPEN
    if is_short(last, edges, type_size) or is_centred(last, edges, type_size):
        return End.PARAGRAPH
    if last.text.strip()[-1:] in tuple(cues.terminal):
        return End.EITHER
    # The stops of vertical pages stand in squares of their own, or beside the lines, and are put back by their ink.
    level = last.writing_mode is WritingMode.HORIZONTAL_TB
    white = level and edges.right - line_end(last) >= LOST_STOP * type_size and is_justified(region)
    return End.WHITE if white else End.OPEN


def _breaks_off(region: Region) -> bool:
    """Whether words that are set ragged, in lines of all lengths, end without a point: the sentence goes on."""
    text = region.lines[-1].text.strip()
    return len(region.lines) >= FULL_BLOCK and text[-1:].isascii() and text[-1:].isalnum() and not is_justified(region)


def closes_item(before: TextLine, line: TextLine, cues: Cues) -> bool:
    """Whether a line signs the item that ends above it, also where the names fill their column from edge to edge."""
    return before.text.strip()[-1:] in tuple(cues.terminal) and is_byline(line.text, cues)


def in_heading_order(parts: Iterable[Region]) -> tuple[Region, ...]:
    """The parts of a heading in the order in which they are read.

    From the top down, those on one height (a byline torn at a gutter) from the left; those set downwards, whose tops are
    level, from the right.
    """
    ordered = sorted(parts, key=_heading_place)
    rows: list[list[Region]] = []
    for part in ordered:
        level = rows and part.box.overlap_y(rows[-1][0].box) > part.box.height / 2
        if level and part.box.overlap_x(rows[-1][-1].box) <= 0 and not _is_upright(part):
            rows[-1] = sorted([*rows[-1], part], key=lambda each: each.box.x0)
        else:
            rows.append([part])
    return tuple(part for row in rows for part in row)


def _heading_place(part: Region) -> tuple[float, float]:
    """Where a part of a heading comes; level lines of a vertical page stand upright in the reading frame, the first left."""
    if not _is_upright(part):
        return part.box.y0, 0.0
    level = all(line.writing_mode is WritingMode.HORIZONTAL_TB for line in part.lines)
    return 0.0, part.box.x0 if level else -part.box.x0


def _is_upright(part: Region) -> bool:
    return all(line.box.upright for line in part.lines)


def ends_short(line: TextLine, edges: Edges, type_size: float, cues: Cues) -> bool:
    """Whether a line ends a sentence before its column ends, as a paragraph's last line does."""
    return is_short(line, edges, type_size) and line.text.strip()[-1:] in tuple(cues.terminal)


def flush_blocks(text: Sequence[Region], type_size: float, cues: Cues) -> frozenset[str]:
    """The ids of the blocks whose paragraphs begin at the column's edge, parted by short lines or by white alone.

    What follows a paragraph's short last line shows it, in a block or right below it. Blocks right below one another are set
    in one way. Where one start alone tells, it counts on a page that has others like it; where none does, the block is set as
    most of the page is.
    """
    below = {region.id: _block_below(region, text, type_size) for region in text}
    stacks: dict[str, str] = {}
    for region in sorted(text, key=lambda r: r.box.y0):
        top = stacks.setdefault(region.id, region.id)
        if lower := below[region.id]:
            stacks.setdefault(lower.id, top)
    told: dict[str, tuple[int, int]] = {}
    for region in text:
        flush, indented = told.get(stacks[region.id], (0, 0))
        own = _paragraph_starts(region, below[region.id], type_size, cues)
        told[stacks[region.id]] = flush + own[0], indented + own[1]
    flush, indented = (sum(counts) for counts in zip(*told.values(), strict=True)) if told else (0, 0)
    seen = flush >= FLUSH_STARTS[1]
    usual = seen and flush > FLUSH_MOST * indented

    def is_flush(flush: int, indented: int) -> bool:
        if flush >= FLUSH_STARTS[0]:
            return flush > indented
        return not indented and (usual or (seen and flush > 0))

    return frozenset(key for key, top in stacks.items() if is_flush(*told[top]))


def _block_below(region: Region, text: Sequence[Region], type_size: float) -> Region | None:
    """The block right below another one in its column, past a subheading in the column's middle."""
    lower = [other for other in text if other is not region and one_column(other, region) and other.box.y0 > region.box.y1]
    edges, foot = line_edges(region)[-1], region.box.y1
    for other in sorted(lower, key=lambda other: other.box.y0):
        if other.box.y0 - foot > PARAGRAPH_WHITE * type_size:
            return None
        if len(other.lines) > 1 or not is_centred(other.lines[0], edges, type_size):
            return other
        foot = other.box.y1
    return None


def _paragraph_starts(region: Region, below: Region | None, type_size: float, cues: Cues) -> tuple[int, int]:
    """How many paragraphs of running text begin without an indent after another's short last line, and how many with one."""
    if len(region.lines) < FULL_BLOCK or not is_justified(region):
        return 0, 0
    edges = line_edges(region)
    lines = (*region.lines, *(below.lines[:1] if below else ()))
    ends = zip(itertools.pairwise(lines), itertools.pairwise((*edges, edges[-1])), strict=False)
    starts = [(after, theirs) for (line, after), (own, theirs) in ends if ends_short(line, own, type_size, cues)]
    indented = sum(is_paragraph_start(line, own, type_size) for line, own in starts)
    return sum(line_indent(line, own, type_size) < INDENT for line, own in starts), indented


def line_pitch(region: Region) -> float:
    """The middle distance of a block's lines, in pixels; 0 for a single line."""
    tops = np.diff([line.box.y0 for line in region.lines])
    return float(np.median(tops)) if len(tops) else 0.0
