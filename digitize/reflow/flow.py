"""How a block of text begins and ends: in mid-sentence, with an indent, with a byline. What the order is read from."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from digitize.model import WritingMode
from digitize.reflow.bylines import is_byline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.model import Region, TextLine
    from digitize.reflow.cues import Cues

INDENT = 0.8
"""White at a line's start from which it is indented, in type sizes: an opening quotation mark leaves half a character."""

INDENT_MAX = 3.6
"""White at a line's start up to which it is an indent, in type sizes: two characters and slack; more is set to the right."""

SHORT = 1.5
"""White at a line's end from which its paragraph ends there, in type sizes: line-breaking rules leave one character."""

SAME_COLUMN = 0.5
"""Share of the narrower of two blocks that they have in common in x when they stand in one column."""

EDGE_SHARE = 0.2
"""Share of a block's lines that keep to its column's edge at least: in a block of short paragraphs every other line is
indented and short, in most only a few are."""

EDGE_LINES, STANZA = 2, 5
"""So many lines at least keep to an edge: one by itself sticks out; but in a stanza's few lines of verse it is the longest."""

EDGE_SLACK = 0.5
"""How far lines that keep to one edge may differ, in type sizes: half a character, as punctuation leaves it white."""

JUSTIFIED_SHARE = 1 / 3
"""Share of the inner lines of running text that are justified, at least: paragraphs of two lines leave every other one."""

JUSTIFIED = 1.0
"""White at both ends of a justified line, in type sizes: line-breaking rules leave one character."""

FULL_BLOCK = 3
"""So many lines show both edges of their column; fewer may all be short or indented."""


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

HALF_SQUARE = 0.4
"""White behind the ink of a full-width comma, in type sizes: half its square, less what its side bearing leaves."""

FULL_STOP = re.compile(r"[。！？]|[.!?](?!\d)")
"""Where a sentence ends; points in figures part none."""

_HALF_INKED = "，。、：；！？）》」』】〉”"


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
    EITHER = auto()  # a full line with a full stop
    PARAGRAPH = auto()  # a short line
    BYLINE = auto()  # a byline: the item is over


@dataclass(frozen=True, slots=True)
class Edges:
    """The left and right edge of the column that a block stands in, in reading-frame pixels."""

    left: float
    right: float


def column_edges(region: Region, text: Sequence[Region]) -> Edges:
    """The edges of a block's column, from the block itself or, where it is too short to show them, from its neighbours."""
    if len(region.lines) >= FULL_BLOCK:
        return block_edges(region)
    beside = [other for other in text if _one_column(region, other) and len(other.lines) >= FULL_BLOCK]
    if not beside:
        return Edges(region.box.x0, region.box.x1)
    nearest = block_edges(min(beside, key=lambda other: _distance_y(region.box, other.box)))
    return Edges(min(nearest.left, region.box.x0), max(nearest.right, region.box.x1))


def block_edges(region: Region) -> Edges:
    """The edges that most of a block's lines keep to: lines that stick out (dust, a neighbour) move none."""
    size = float(np.median([line.box.height for line in region.lines]))
    left = _shared_edge(np.sort([line.box.x0 for line in region.lines]), size)
    right = -_shared_edge(np.sort([-line_end(line) for line in region.lines]), size)
    return Edges(left, right)


def _shared_edge(positions: NDArray[np.float64], size: float) -> float:
    """The outermost of ascending positions that enough others share, or one less than an indent further in that more share."""
    keeping = np.searchsorted(positions, positions + EDGE_SLACK * size, "right") - np.searchsorted(positions, positions)
    fewest = EDGE_LINES if len(positions) > STANZA else 1
    outermost = positions[np.argmax(keeping >= max(fewest, round(EDGE_SHARE * len(positions))))]
    near = (positions >= outermost) & (positions <= outermost + INDENT * size)
    return float(positions[near][np.argmax(keeping[near])])


def is_justified(region: Region) -> bool:
    """Whether a block is running text: many of its lines run from edge to edge, as those of lists and slogans do not.

    The first and last line do not tell: one is indented, the other may be short. In running text a short line ends a
    paragraph, and the next one is indented; where as many short lines are followed by one at the edge, it is a list.
    """
    edges, size = block_edges(region), float(np.median([line.box.height for line in region.lines]))
    inner = region.lines[1:-1] or region.lines
    slack = JUSTIFIED * size
    full = sum(line.box.x0 - edges.left <= slack and edges.right - line_end(line) <= slack for line in inner)
    broken = sum(
        is_short(line, edges, size) and after.box.x0 - edges.left <= EDGE_SLACK * size
        for line, after in zip(inner, region.lines[2:], strict=False)
    )
    return JUSTIFIED_SHARE * len(inner) <= full and broken < max(1, full)


def _one_column(a: Region, b: Region) -> bool:
    narrow = min(a.box.width, b.box.width)
    return a.frame_id == b.frame_id and a.box.overlap_x(b.box) >= SAME_COLUMN * narrow and a.box.width < 1.3 * b.box.width


def _distance_y(a: Box, b: Box) -> float:
    return max(b.y0 - a.y1, a.y0 - b.y1, 0.0)


def line_end(line: TextLine) -> float:
    """Where a line's last character ends, in pixels: the ink of full-width punctuation fills half its square."""
    half = line.text.strip()[-1:] in tuple(_HALF_INKED) and line.writing_mode is WritingMode.HORIZONTAL_TB
    return line.box.x1 + (HALF_SQUARE * line.box.height if half else 0.0)


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


def block_start(region: Region, edges: Edges, type_size: float, cues: Cues) -> Start:
    """How a block of text begins."""
    first = region.lines[0]
    if is_byline(" ".join(line.text for line in region.lines), cues) and set_apart(first, edges, type_size):
        return Start.BYLINE  # all of it: names on several lines, or "our reporter", which opens items too
    if cues.openings.match(first.text.strip()) or cues.continued_from.fullmatch(first.text.strip()):
        return Start.OPENING
    if is_byline(first.text, cues) and set_apart(first, edges, type_size):
        return Start.BYLINE
    indented = line_indent(first, edges, type_size) >= INDENT or _is_numbered_heading(region, edges, type_size, cues)
    return Start.PARAGRAPH if indented else Start.OPEN


def _is_numbered_heading(region: Region, edges: Edges, type_size: float, cues: Cues) -> bool:
    """Whether a block is a numbered subheading: one short line without a stop at its end, which that of a paragraph has."""
    line = region.lines[0]
    short = len(region.lines) == 1 and is_short(line, edges, type_size)
    return short and bool(cues.numbered.match(line.text.strip())) and line.text.strip()[-1:] not in cues.terminal


def block_end(region: Region, edges: Edges, type_size: float, cues: Cues) -> End:
    """How a block of text ends."""
    last = region.lines[-1]
    if any(is_byline(line.text, cues) and set_apart(line, edges, type_size) for line in region.lines[-3:]):
        return End.BYLINE
    if len(region.lines) > 1 and closes_item(region.lines[-2], last, cues):
        return End.BYLINE
    if is_short(last, edges, type_size) or is_centred(last, edges, type_size):
        return End.PARAGRAPH
    return End.EITHER if last.text.strip()[-1:] in tuple(cues.terminal) else End.OPEN


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
    lower = [other for other in text if other is not region and _one_column(other, region) and other.box.y0 > region.box.y1]
    edges, foot = block_edges(region), region.box.y1
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
    edges = block_edges(region)
    lines = (*region.lines, *(below.lines[:1] if below else ()))
    starts = [b for a, b in itertools.pairwise(lines) if ends_short(a, edges, type_size, cues)]
    indented = sum(is_paragraph_start(line, edges, type_size) for line in starts)
    return sum(line_indent(line, edges, type_size) < INDENT for line in starts), indented


def line_pitch(region: Region) -> float:
    """The middle distance of a block's lines, in pixels; 0 for a single line."""
    tops = np.diff([line.box.y0 for line in region.lines])
    return float(np.median(tops)) if len(tops) else 0.0
