"""Text lines: completed by the ink they stand on, cut at gutters and rules, joined where torn."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.detection import LARGE_TYPE
from digitize.layout.dust import begins_no_line, is_adrift, is_streak, type_rows
from digitize.layout.gutters import SPECK_AREA, characters, without_streaks
from digitize.layout.ink import runs, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digitize.layout.gutters import Gutters
    from digitize.layout.ink import Ink

SAME_LINE = 0.6
"""Share of the smaller height that two pieces of one line overlap in y."""

STACKED = 0.5
"""Lines that share more in x than this share of the lower one's height stand one above the other: half a character."""

OVERLAP = 0.65
"""They share less of their heights than this: what shares more is seen twice."""

CORE = 0.2
"""The share of a detected line's height, at its top and at its bottom, that may show a neighbour's ink."""

GROW = 0.35
"""How far a detected line may grow above and below to take in its ink, in line heights: detectors crop tall strokes."""

TOUCHING = 0.06
"""Rows with less ink than this share of the fullest row are the white between two lines, touched by a few strokes."""

CHARACTER_GAP = 0.6
"""White inside a line that ink may continue over when a line is completed sideways, in line heights: half a space."""

SLIVER = 0.3
"""Ink at a line's end that reaches into it by less than this share of a character gap, and stands a gap away from its
other ink, is a neighbour's."""

JOIN_GAP = 2.5
"""White up to this many type sizes between two pieces on one line may be a space inside it."""

LOOSE_GAP = 5.0
"""White up to this many type sizes stands between the words of a line that is filled by three or four of them."""

OTHER_SIZE, WORD = 1.25, 1.6
"""Words in large type, two signs wide and more, whose heights differ by so much are set in two sizes: a rubric beside a
headline. A single sign may be low."""

STROKE = 0.2
"""Pieces of a cut line that are narrower than this share of its height are what a rule or a neighbour left: a figure 1 is
wider."""

MARK, MARK_WHITE = 0.5, 0.8
"""A stop is smaller than the first share of its line's height; in the middle of its square, as in traditional Chinese and in
some regular scripts, it has white before it, less than the second."""

SPECK = 0.4
"""Lines lower than this many type sizes are dust, dots and rules' ends."""


def complete_lines(
    ink: Ink,
    lines: Sequence[Box],
    rules: Sequence[Box],
    grounds: Sequence[Box] = (),
    beside: Sequence[Box] = (),
    *,
    marked: bool = False,
) -> tuple[Box, ...]:
    """Grow and trim each line to the ink of its characters, never over a rule, into or out of a ground or into another line.

    `grounds` are panels and pictures; `beside` are lines that are completed elsewhere. `marked`: whether marks stand beside
    the lines, as on vertical pages, and what lies off a line's middle is not dust.
    """
    ink = without(ink, rules)
    index = _RowIndex([*lines, *beside])
    usual = float(np.median([line.height for line in lines])) if lines and not marked else math.inf
    upright = [rule for rule in rules if rule.upright]
    beyond = [side for ground in grounds for side in sides(ground)]
    found = (
        _complete(ink, line, [*index.others(line, line.height), *upright, *beyond], _room(line, grounds), usual)
        for line in lines
    )
    return tuple(completed for completed in found if completed is not None)


def sides(ground: Box) -> tuple[Box, Box]:
    """The left and right side of a ground, as bars without width: walls for the lines on both sides of them."""
    return Box(ground.x0, ground.y0, ground.x0, ground.y1), Box(ground.x1, ground.y0, ground.x1, ground.y1)


class _RowIndex:
    """Finds the lines near a line without comparing all pairs: lines by their top, in bands."""

    def __init__(self, lines: Iterable[Box]) -> None:
        self._lines = sorted(lines, key=lambda box: box.y0)
        self._tops = np.array([box.y0 for box in self._lines])
        self._tallest = max((box.height for box in self._lines), default=0.0)

    def others(self, line: Box, reach: float) -> list[Box]:
        """The lines other than `line` that come within `reach` pixels of it in y."""
        first = int(np.searchsorted(self._tops, line.y0 - reach - self._tallest))
        last = int(np.searchsorted(self._tops, line.y1 + reach))
        return [box for box in self._lines[first:last] if box.y1 >= line.y0 - reach and box != line]


def _room(line: Box, grounds: Sequence[Box]) -> tuple[float, float]:
    """How far up and down a line may reach: to a ground above or below it, of which the detector may have taken in a strip."""
    reach = GROW * line.height
    near = [ground for ground in grounds if ground.overlap_x(line) > 0]
    over = [ground.y1 for ground in near if ground.cy < line.cy and ground.y1 <= line.y0 + reach]
    under = [ground.y0 for ground in near if ground.cy > line.cy and ground.y0 >= line.y1 - reach]
    return max([line.y0 - reach, *over]), min([line.y1 + reach, *under])


def _complete(ink: Ink, line: Box, others: Sequence[Box], room: tuple[float, float], usual: float) -> Box | None:
    """A line as its ink is; `room` is how far up and down it may reach, `usual` the height above which there may be dust."""
    stacked = [o for o in others if _is_stacked(o, line)]
    above = [_valley(ink, o, line) for o in stacked if o.cy < line.cy]
    below = [_valley(ink, line, o) for o in stacked if o.cy > line.cy]
    tall = Box(
        line.x0,
        max([room[0], *above]),
        line.x1,
        min([room[1], *below]),
    )
    y0, y1 = _ink_rows(without_streaks(ink.mask[ink.window(tall)]), ink, tall, line)
    if y1 - y0 > usual:  # detectors leave white around a line: large type, or dust
        margin = CORE * line.height
        y0, y1 = type_rows(ink, Box(line.x0, y0, line.x1, y1), (line.y0 + margin, line.y1 - margin))
    beside = [o for o in others if o.overlap_y(line) > 0.3 * min(o.height, line.height)]
    left = max([line.x0 - 4 * line.height, *(o.x1 for o in beside if o.cx < line.x0)])
    right = min([line.x1 + 4 * line.height, *(o.x0 for o in beside if o.cx > line.x1)])
    edge = min((o.x0 for o in stacked), default=math.inf)  # where the lines above and below begin
    x0, x1 = _ink_columns(ink, Box(min(left, line.x0), y0, max(right, line.x1), y1), line, edge)
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _is_stacked(a: Box, b: Box) -> bool:
    """Whether two lines stand one above the other, though the boxes that the detector gave may share half their height."""
    low = min(a.height, b.height)
    return a.overlap_x(b) > STACKED * low and a.overlap_y(b) < OVERLAP * low


def _valley(ink: Ink, upper: Box, lower: Box) -> float:
    """Where one of two lines, one above the other, ends and the other begins: at the row with least ink between them.

    Where they stand apart, the middle of the white between them.
    """
    if upper.y1 <= lower.y0:
        return (upper.y1 + lower.y0) / 2
    between = Box(max(upper.x0, lower.x0), upper.cy, min(upper.x1, lower.x1), max(lower.cy, upper.cy))
    rows, columns = ink.window(between)
    profile = ink.mask[rows, columns].sum(axis=1)
    # Of several rows with as little ink, the middle one.
    least = np.flatnonzero(profile == profile.min())
    return float(rows.start + least[len(least) // 2]) / ink.scale


def _ink_rows(window: NDArray[np.uint8], ink: Ink, tall: Box, line: Box) -> tuple[float, float]:
    """Top and bottom of a line's own ink in a window that may be taller than it."""
    rows, profile = ink.window(tall)[0], window.sum(axis=1)
    stretches = runs(profile > TOUCHING * profile.max())
    if not stretches:
        return line.y0, line.y0
    top, bottom = ((y * ink.scale) - rows.start for y in (line.y0, line.y1))
    # Ink that reaches the line's middle is its own; so are strokes near its edges (of 三, of i) that end within the
    # window: a neighbour's ink is cut by it.
    core, end = CORE * (bottom - top), len(profile)
    own = [
        (a, b)
        for a, b in stretches
        if (b > top + core and a < bottom - core) or (a > 0 and b < end and top <= (a + b) / 2 <= bottom)
    ] or stretches
    return (rows.start + own[0][0]) / ink.scale, (rows.start + own[-1][1]) / ink.scale


def _ink_columns(ink: Ink, wide: Box, line: Box, edge: float) -> tuple[float, float]:
    """Left and right end of a line's own ink in a window that is wider than it; left of `edge` no stop begins it."""
    rows, columns = ink.window(wide)
    left, right = ((x * ink.scale) - columns.start for x in (line.x0, line.x1))
    window = ink.mask[rows, columns]
    inked = np.asarray(without_streaks(window).any(axis=0), np.bool_)
    within = slice(max(0, round(left)), round(right))
    inked[within] = window[:, within].any(axis=0)
    smallest = SPECK_AREA * ((wide.y1 - wide.y0) * ink.scale) ** 2
    stretches = [
        (a, b)
        for a, b in runs(inked)
        if (b > left and a < right) or (window[:, a:b].sum() >= smallest and not is_streak(window[:, a:b]))
    ]
    gap = CHARACTER_GAP * (wide.y1 - wide.y0) * ink.scale
    begins = [*(a for a, _ in stretches), np.inf][1:]
    stretches = [
        s for s, after in zip(stretches, begins, strict=True) if after - s[1] <= gap or not is_adrift(window[:, slice(*s)])
    ]
    crowded = left <= gap / 2, inked.size - right <= gap / 2
    own = _without_slivers([(a, b) for a, b in stretches if b > left and a < right], (left, right), gap, crowded)
    if not own:
        return line.x0, line.x0
    outside = len(own) > 1 and (columns.start + sum(own[0]) / 2) / ink.scale < edge
    if outside and begins_no_line(window[:, slice(*own[0])], own[1][0] - own[0][1]):
        own = own[1:]
        stretches = stretches[stretches.index(own[0]) :]
    x0, x1 = own[0][0], own[-1][1]
    if x0 < within.start and is_streak(window[:, x0 : within.start]):
        x0 = within.start
    if x1 > within.stop and is_streak(window[:, within.stop : x1]):
        x1 = within.stop
    for a, b in reversed([s for s in stretches if s[1] <= x0]):
        if x0 - b > gap:
            break
        x0 = a
    for a, b in (s for s in stretches if s[0] >= x1):
        if a - x1 > gap:
            break
        x1 = b
    return (columns.start + x0) / ink.scale, (columns.start + x1) / ink.scale


def _without_slivers(
    own: list[tuple[int, int]], ends: tuple[float, float], gap: float, crowded: tuple[bool, bool]
) -> list[tuple[int, int]]:
    """A line's stretches of ink without those at its ends that the line only grazes: a neighbour's, over a gutter.

    `crowded` says at which of its ends a neighbour stands near.
    """
    left, right = ends
    if crowded[0] and len(own) > 1 and own[0][1] - left < SLIVER * gap and own[1][0] - own[0][1] > gap:
        own = own[1:]
    if crowded[1] and len(own) > 1 and right - own[-1][0] < SLIVER * gap and own[-1][0] - own[-2][1] > gap:
        own = own[:-1]
    return own


def cut_lines(ink: Ink, lines: Sequence[Box], gutters: Gutters) -> tuple[Box, ...]:
    """Cut lines that run over a vertical rule or a gutter, and trim the pieces to their ink."""
    return tuple(piece for line, cuts in zip(lines, gutters.cuts(lines), strict=True) for piece in _split(ink, line, cuts))


def _split(ink: Ink, line: Box, cuts: Sequence[float]) -> list[Box]:
    if not cuts:
        return [line]
    pieces: list[Box] = []
    for x0, x1 in itertools.pairwise((line.x0, *cuts, line.x1)):
        piece = Box(x0, line.y0, x1, line.y1)
        stretches = runs(characters(ink, piece))
        if stretches:
            first = ink.window(piece)[1].start
            piece = Box((first + stretches[0][0]) / ink.scale, line.y0, (first + stretches[-1][1]) / ink.scale, line.y1)
            # Neighbours over a gutter stand higher or lower: the line that was seen over both is taller than either.
            y0, y1 = _ink_rows(ink.mask[ink.window(piece)], ink, piece, piece)
            if piece.width < STROKE * line.height:
                continue
            piece = Box(piece.x0, y0, piece.x1, y1)
            if pieces and _is_stop_of(pieces[-1], piece):
                pieces[-1] = hull((pieces[-1], piece))
            else:
                pieces.append(piece)
    return pieces


def _is_stop_of(line: Box, piece: Box) -> bool:
    """Whether a piece is the stop that a line ends with: a mark in the middle of its square has white before it, too."""
    return max(piece.width, piece.height) < MARK * line.height and piece.x0 - line.x1 < MARK_WHITE * line.height


def join_lines(lines: Sequence[Box], gutters: Gutters) -> tuple[Box, ...]:
    """Join the pieces of one printed line: on one height, of one size, with neither rule nor gutter between.

    They stand close; words that fill a line alone may stand further apart, where the lines around run over the white. A short
    word between them may have been passed over by the detector.
    """
    joined: list[Box] = []
    for line in sorted(lines, key=lambda box: box.x0):
        for position, left in enumerate(joined):
            level = left.y0 < line.y1 and line.y0 < left.y1
            if level and _same_line(left, line, gutters) and not gutters.part(left, line):
                joined[position] = hull((left, line))
                break
        else:
            joined.append(line)
    return tuple(box for box in joined if box.height >= SPECK * gutters.type_size)


def _same_line(left: Box, right: Box, gutters: Gutters) -> bool:
    low, high = sorted((left.height, right.height))
    unit, gap = gutters.type_size, right.x0 - left.x1
    reach = 1.5 * max(unit, low) if high >= LARGE_TYPE * unit else JOIN_GAP * unit
    if left.overlap_y(right) < SAME_LINE * low or high > 2 * low or right.x1 <= left.x0:
        return False
    if high >= LARGE_TYPE * unit and high > OTHER_SIZE * low and gap > low / 2 and min(left.width, right.width) > WORD * low:
        return False
    if gap <= reach:
        return True
    # There may be so much white on both sides of a short word.
    if high >= LARGE_TYPE * unit or gap > 2 * LOOSE_GAP * unit or gutters.white_between(left, right) > LOOSE_GAP * unit:
        return False
    return gutters.run_over(left, right)
