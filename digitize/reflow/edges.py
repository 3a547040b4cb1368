"""The edges of the column that lines stand in, and how they lean: what indents and short lines are measured from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from digitize.model import WritingMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.model import Region, TextLine

INDENT = 0.8
"""White at a line's start from which it is indented, in type sizes: an opening quotation mark leaves half a character."""

SAME_COLUMN = 0.5
"""Share of the narrower of two blocks that they have in common in x when they stand in one column."""

EDGE_SHARE = 0.2
"""Share of a block's lines that keep to its column's edge at least: in a block of short paragraphs every other line is
indented and short, in most only a few are."""

EDGE_LINES, STANZA = 2, 5
"""So many lines at least keep to an edge: one by itself sticks out; but in a stanza's few lines of verse it is the longest."""

EDGE_SLACK = 0.5
"""How far lines that keep to one edge may differ, in type sizes: half a character, as punctuation leaves it white."""

FULL_BLOCK = 3
"""So many lines show both edges of their column; fewer may all be short or indented."""

NEAR, NEAR_LINES = 6, 3
"""So many lines above a line, and below it, show where its column's edges are at its height: a paragraph or two; so many of
them at least keep to an edge, as two may stick out."""

LEAN = 1.5
"""How far an edge may be from where it is in most of its block, in type sizes: what is left of film's warp once a page is
straightened. A part of a block that is set in from it (a quotation, a list) stays indented by two characters."""

HALF_SQUARE = 0.4
"""White behind the ink of a full-width comma, in type sizes: half its square, less what its side bearing leaves."""

KEPT = 1024
"""So many blocks' edges are kept: those of a page with some to spare. Each is asked for by whoever looks at the block."""

_HALF_INKED = frozenset("，。、：；！？）》」』】〉”")


@dataclass(frozen=True, slots=True)
class Edges:
    """The left and right edge of the column that a block stands in, in reading-frame pixels."""

    left: float
    right: float


def column_edges(region: Region, text: Sequence[Region]) -> Edges:
    """The edges of a block's column, from the block itself or, where it is too short to show them, from its neighbours."""
    if len(region.lines) >= FULL_BLOCK:
        return block_edges(region)
    beside = [other for other in text if one_column(region, other) and len(other.lines) >= FULL_BLOCK]
    if not beside:
        return Edges(region.box.x0, region.box.x1)
    nearest = block_edges(min(beside, key=lambda other: _distance_y(region.box, other.box)))
    return Edges(min(nearest.left, region.box.x0), max(nearest.right, region.box.x1))


def block_edges(region: Region) -> Edges:
    """The edges that most of a block's lines keep to: lines that stick out (dust, a neighbour) move none."""
    return _shared_by_most(*_ends(region), _size(region))


def line_edges(region: Region, text: Sequence[Region] = ()) -> tuple[Edges, ...]:
    """The edges of a block's column at each of its lines: those that most of the lines near it keep to.

    On film a column leans, or bends, by a character on its way down. What is far from the block's own edges is none of its
    column's. `text` are the page's blocks of running text, for one too short to show its edges.
    """
    count = len(region.lines)
    vertical = any(line.writing_mode is WritingMode.VERTICAL_RL for line in region.lines)
    if count <= NEAR or vertical:  # the lines of a tier that stop above a heading are many, and all of one length
        return (column_edges(region, text),) * count
    return _shared_by_near(*_ends(region), _size(region))


def one_column(a: Region, b: Region) -> bool:
    """Whether two blocks stand in one column, the first one no wider than it."""
    narrow = min(a.box.width, b.box.width)
    return a.frame_id == b.frame_id and a.box.overlap_x(b.box) >= SAME_COLUMN * narrow and a.box.width < 1.3 * b.box.width


def line_end(line: TextLine) -> float:
    """Where a line's last character ends, in pixels: the ink of full-width punctuation fills half its square."""
    half = line.text.strip()[-1:] in _HALF_INKED and line.writing_mode is WritingMode.HORIZONTAL_TB
    return line.box.x1 + (HALF_SQUARE * line.box.height if half else 0.0)


@lru_cache(KEPT)
def _shared_by_most(lefts: tuple[float, ...], rights: tuple[float, ...], size: float) -> Edges:
    """The edges that most lines keep to, from where these begin and end, in pixels, and the type size."""
    left, right = (float(_shared_edges(np.array([ends]), size)[0]) for ends in (lefts, [-x for x in rights]))
    return Edges(left, -right)


@lru_cache(KEPT)
def _shared_by_near(lefts: tuple[float, ...], rights: tuple[float, ...], size: float) -> tuple[Edges, ...]:
    """The edges at each line that most of those near it keep to, or, where these are far off, most of all."""
    whole = _shared_by_most(lefts, rights, size)
    left = _near_edges(np.array(lefts), whole.left, size)
    right = _near_edges(-np.array(rights), -whole.right, size)
    return tuple(Edges(x0, -x1) for x0, x1 in zip(left, right, strict=True))


def _near_edges(ends: NDArray[np.float64], usual: float, size: float) -> list[float]:
    """The edge at each line, from where it and the lines near it end on one side; further out is less."""
    windows = sliding_window_view(np.pad(ends, NEAR, constant_values=np.inf), 2 * NEAR + 1)
    found = _shared_edges(windows, size, NEAR_LINES)
    return [float(edge) for edge in np.where(np.abs(found - usual) <= LEAN * size, found, usual)]


def _shared_edges(places: NDArray[np.float64], size: float, least: int = EDGE_LINES) -> NDArray[np.float64]:
    """Of each row of places, the outermost, the least, that enough share, or one less than an indent further in that more do.

    Rows shorter than others are filled with infinity. `least` is how many share it at least, but in a stanza.
    """
    positions = np.sort(places, axis=1)
    counts = np.isfinite(positions).sum(axis=1, keepdims=True)
    own, others = positions[:, :, np.newaxis], positions[:, np.newaxis, :]
    keeping = ((others >= own) & (others <= own + EDGE_SLACK * size)).sum(axis=2)
    fewest = np.maximum(np.where(counts > STANZA, least, 1), np.rint(EDGE_SHARE * counts))
    rows = np.arange(len(positions))
    outermost = positions[rows, np.argmax((keeping >= fewest) & np.isfinite(positions), axis=1)][:, np.newaxis]
    near = (positions >= outermost) & (positions <= outermost + INDENT * size)
    return np.asarray(positions[rows, np.argmax(np.where(near, keeping, -1), axis=1)], np.float64)


def _ends(region: Region) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Where a block's lines begin and where they end, in pixels."""
    return tuple(line.box.x0 for line in region.lines), tuple(line_end(line) for line in region.lines)


def _size(region: Region) -> float:
    return median(line.box.height for line in region.lines)


def _distance_y(a: Box, b: Box) -> float:
    return max(b.y0 - a.y1, a.y0 - b.y1, 0.0)
