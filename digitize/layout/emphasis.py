"""Headlines in type of about the body's size, told by their heavier strokes: of briefs, and of items one column wide."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import hull
from digitize.layout.blocks import EDGE, INDENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

PAPER = 0.8
"""Type covers less than this share of a line's box; of the greys in it, sorted, the one at this place is still paper's."""

HEAVY = 1.35
"""Strokes times size, against the text around: bold type and sans over light serif reach this, film's uneven ink does not."""

DARK = 1.1
"""The same against the whole ground: less is not looked at more closely."""

SMALLEST = 0.95
"""A headline is not set smaller than the text, in body sizes: bold credits and captions are."""

AROUND = 12.0
"""How far up and down a column the text reaches that a line is compared with, in type sizes: exposure changes more slowly."""

COMPARED = 4
"""So many lines around, at least, show what the usual weight is."""

LINES = 3
"""A headline in one column has at most so many lines; longer bold text is a summary or a note."""

ALIKE = 1.12
"""Headlines of one group of briefs are set in one size; the widths of their strokes differ by less, their heights with their
letters."""

LARGER = 1.3
"""Type larger by this much than a headline's is another headline's."""

NAMED = 1.15
"""How much larger than its headlines the name of a group of briefs is set, at least: ideographs' heights vary by less."""

GROUP = 2
"""So many headlines set alike, below another in their column, make a group of briefs of them all."""

NAME_WIDTH = 0.6
"""The name of such a group is a word or two, shorter than this share of its column: what is longer may be a headline."""

LOW_LETTERS = 1.6
"""How many times as high a line with tall letters is as one of the same type without any."""

HEAD_GAP = 1.1
"""White between two lines of one headline, in heights of a line: lines of letters are as high as their capitals."""

TEXT_GAP = 1.8
"""White between a headline and its text, in type sizes: a line's height and leading at most."""

SET_OFF = 0.25
"""White between a headline that fills its column and its text, beyond the leading, in type sizes: bold words that open a
paragraph have none."""

NEAR_RULE = 2.0
"""White between a rule and the headline that it leads to, in type sizes."""

GROUND_TOP = 3.0
"""White between the top of a tint and the first headline on it, in type sizes: generous margins."""

ORNAMENT = 0.75
"""Rows of ornaments between items are lower than type, in type sizes."""

SIGNED = 0.35
"""White left of a signature, as a share of the column: signatures are set to the right."""

GUTTER = 4.0
"""The widest gutter, in type sizes, over which a line has a neighbour."""


def stroke_widths(ink: Ink, lines: Sequence[Box]) -> dict[Box, float]:
    """The mean width of the strokes of each line, in working pixels.

    Ink over half its outline, both summed over the greys: faded or uneven ink changes both alike, and the width of
    thin strokes shows in parts of a pixel.
    """
    return {line: _stroke_width(ink.grey[ink.window(line)]) for line in lines}


def _stroke_width(grey: np.ndarray) -> float:
    levels = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    paper = int(np.searchsorted(levels, PAPER * levels[-1]))
    dark = np.where(grey < paper, paper - grey, 0).astype(np.uint8)
    edges = cv2.norm(dark[1:], dark[:-1], cv2.NORM_L1) + cv2.norm(dark[:, 1:].copy(), dark[:, :-1].copy(), cv2.NORM_L1)
    return 2 * float(dark.sum()) / edges if edges else 0.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the lines of one ground: rules and pictures, the tint or box itself, and the body type's size."""

    obstacles: Sequence[Box]
    ground: Box | None
    type_size: float


def small_headlines(lines: Sequence[Box], widths: Mapping[Box, float], around: Surroundings, largest: float) -> tuple[Box, ...]:
    """The lines set smaller than `largest`, in pixels, that head an item all the same.

    `lines` are those of one ground, `widths` their strokes' (see `stroke_widths`). A headline is heavier than the text
    below it and does not run on into it. Heavy lines between the paragraphs of an item are its subheadings: a headline
    follows a rule, an ornament, a signature, the top of a tint, or stands below one of its like.
    """
    level = {line: widths[line] for line in lines if not line.upright and line in widths}
    usual = median(widths[line] * line.height for line in level) if level else 0.0
    bold = [line for line in level if line.height < largest and widths[line] * line.height >= DARK * usual]
    thick = {line for line in bold if _is_heavy(line, level, around.type_size)}
    for line in sorted(bold, key=lambda box: box.y0):
        # At the head of a column much of the text around is heavy, too.
        if any(_is_next(other, line, level) for other in thick):
            thick.add(line)
    heavy = {line for line in thick if line.height >= SMALLEST * around.type_size or _ends_head(line, thick, level)}
    found: list[Box] = []
    passed: list[_Column] = []
    large = [line for line in level if line.height >= largest and widths[line] * line.height >= DARK * usual]
    for head in _heads(heavy, level, around):
        column = _Column(head, level, heavy, around)
        if column.opens_item() or column.repeats([*found, *large]):
            found += head
        else:
            passed.append(column)
    found += [line for column in passed if column.leads(found) for line in column.head]
    found += [line for group in _named_groups(passed) for column in group for line in column.head if line not in found]
    # Of the lines of one headline some are measured as large, some as small.
    found += [line for line in thick if line not in found and any(_is_next(other, line, level) for other in large)]
    return tuple(found)


def _named_groups(columns: Sequence[_Column]) -> Iterator[list[_Column]]:
    """The items of a group that nothing but its name tells: heads set alike in one column, the first right below the name."""
    for first in columns:
        group = [first, *(other for other in columns if other.follows(first))]
        if len(group) > first.evidence():
            yield group


def _is_next(upper: Box, lower: Box, lines: Mapping[Box, float]) -> bool:
    """Whether a line follows another one in a headline: set alike, and flush with it or in its middle."""
    thin, thick = sorted((lines[upper], lines[lower]))
    slack = upper.height / 2
    flush = abs(upper.x0 - lower.x0) <= slack or abs(upper.cx - lower.cx) <= slack
    return _goes_on(upper, lower, lines) and thick <= ALIKE * thin and flush


def _is_heavy(line: Box, lines: Mapping[Box, float], type_size: float) -> bool:
    near = [other for other in lines if abs(other.cy - line.cy) <= AROUND * type_size and _shares_column(line, other)]
    if len(near) <= COMPARED:
        return False
    width, height = median(lines[other] for other in near), median(other.height for other in near)
    return lines[line] * max(1.0, line.height / height) >= HEAVY * width


def _ends_head(line: Box, thick: set[Box], lines: Mapping[Box, float]) -> bool:
    """Whether a line too low for a headline is the last of one: its letters are all low, and it is set like the line above.

    So may be its first, which is measured low where few of its letters are tall, but is set as the line below.
    """
    low = [o for o in thick if line.height < o.height <= LOW_LETTERS * line.height and _shares_column(line, o)]
    over = any(0 < line.y0 - o.y1 <= HEAD_GAP * o.height for o in low)
    return over or any(0 < o.y0 - line.y1 <= HEAD_GAP * o.height and _is_next(line, o, lines) for o in low)


def _shares_column(line: Box, other: Box) -> bool:
    return line.overlap_x(other) >= 0.5 * min(line.width, other.width)


def _heads(heavy: set[Box], lines: Mapping[Box, float], around: Surroundings) -> list[list[Box]]:
    """Heavy lines, stacked, that text of the usual weight follows, from top to bottom."""
    heads: list[list[Box]] = []
    for line in sorted(heavy, key=lambda box: box.y0):
        above = next((h for h in heads if _goes_on(h[-1], line, lines)), None)
        if above is None:
            heads.append([line])
        else:
            above.append(line)
    return [head for head in heads if len(head) <= LINES and _leads_text(head[-1], heavy, lines, around)]


def _goes_on(upper: Box, lower: Box, lines: Mapping[Box, float]) -> bool:
    low, high = sorted((upper.height, lower.height))
    thin, thick = sorted((lines[upper], lines[lower]))
    gap = lower.y0 - upper.y1
    alike = high <= LARGER * low or (high <= LOW_LETTERS * low and (lower.height < upper.height or thick <= ALIKE * thin))
    return -0.3 * low <= gap <= HEAD_GAP * high and alike and _shares_column(upper, lower)


def _leads_text(line: Box, heavy: set[Box], lines: Mapping[Box, float], around: Surroundings) -> bool:
    """Whether text of the usual weight stands below, and neither begins in the line nor goes on from it."""
    size = around.type_size
    below = [o for o in lines if o.cy > line.y1 and o.y0 - line.y1 <= TEXT_GAP * size and _shares_column(line, o)]
    if not below:
        return False
    first, *others = sorted(below, key=lambda box: box.y0)
    indented = EDGE * size <= first.x0 - line.x0 <= INDENT * size
    leading = others[0].y0 - first.y1 if others else np.inf
    apart = first.y0 - line.y1 >= leading + SET_OFF * size
    return first not in heavy and first.height < line.height * LARGER and (indented or apart or first.x1 - line.x1 >= size)


class _Column:
    """A head in its column: what stands above it and beside it. `lines` are those of the ground with their strokes' widths."""

    def __init__(self, head: Sequence[Box], lines: Mapping[Box, float], heavy: set[Box], around: Surroundings) -> None:
        self.head = head
        self._first, self._heavy, self._around, self._lines = head[0], heavy, around, lines
        text = [line for line in lines if line not in heavy and line.y0 >= head[-1].cy and _shares_column(line, head[-1])]
        # The first line below is indented, the second reaches to the column's edge.
        self._width = hull([*head, *sorted(text, key=lambda box: box.y0)[:2]])
        over = [line for line in lines if line.cy < self._first.y0 and _shares_column(line, self._width)]
        self._above = max(over, key=lambda box: box.y1, default=None)

    def opens_item(self) -> bool:
        """Whether what stands above closes another item, or opens a place of its own."""
        size, first, above = self._around.type_size, self._first, self._above
        rule = self._rule_above()
        if rule is not None:
            return not self._text_comes_over(rule)
        if above is None:
            top = self._around.ground
            return top is not None and first.y0 - top.y0 <= GROUND_TOP * size
        if above.height <= ORNAMENT * size and above.width < first.width:
            return first.y0 - above.y1 <= NEAR_RULE * size and self._is_apart(above)
        return self._is_signature(above)

    def repeats(self, found: Sequence[Box]) -> bool:
        """Whether a headline found above in the column is set alike, or several below: items of a group follow each other."""
        alike = [other for other in found if self._is_alike(other) and not self._parted(other)]
        return any(other.cy < self._first.cy for other in alike) or len(alike) >= GROUP

    def leads(self, found: Sequence[Box]) -> bool:
        """Whether this is the first of a group of items set alike, below the group's name: headlines follow in the column."""
        return self._is_named() and sum(self._is_alike(other) and other.y0 > self._first.y1 for other in found) >= GROUP

    def evidence(self) -> float:
        """How many heads set alike this must begin, at least, for what stands right above to be the name of their group.

        A word or two in larger type is a name; what takes its column's width may be a headline over a deck that is set like
        the item's subheadings.
        """
        if self._above is None or not self._is_named():
            return inf
        return GROUP if self._above.width <= NAME_WIDTH * self._width.width else 2 * GROUP

    def follows(self, other: _Column) -> bool:
        """Whether this is a later item of the group that another one begins."""
        below = other.head[0].y0 < self._first.y0
        return below and self._is_alike(other.head[0]) and not self._parted(other.head[0])

    def _is_named(self) -> bool:
        """Whether what stands above is set enough larger to be the name of a group that this begins."""
        return self._above is not None and self._above.height >= NAMED * self._first.height

    def _is_alike(self, other: Box) -> bool:
        first = self._first
        level = abs(other.x0 - first.x0) <= EDGE * self._around.type_size
        low, high = sorted((other.height, first.height))
        thin, thick = sorted((self._lines[other], self._lines[first]))
        return level and high <= LOW_LETTERS * low and thick <= ALIKE * thin

    def _rule_above(self) -> Box | None:
        first = self._first
        reach = NEAR_RULE * self._around.type_size
        floor = -np.inf if self._above is None else self._above.cy
        rules = [
            rule
            for rule in self._around.obstacles
            if rule.width > rule.height
            and rule.height < self._around.type_size
            and max(floor, first.y0 - reach) <= rule.y1 <= first.y0 + first.height / 4
            and _shares_column(rule, self._width)
        ]
        return max(rules, key=lambda box: box.y1, default=None)

    def _text_comes_over(self, rule: Box) -> bool:
        """Whether text in the column on the left, below the same rule, may go on in this column: then this is a subheading."""
        first, size = self._first, self._around.type_size
        left = [
            line
            for line in self._lines
            if line.overlap_y(first) > first.height / 2
            and 0 < self._width.x0 - line.x1 + size / 2 <= GUTTER * size
            and line not in self._heavy
            and rule.overlap_x(line) > line.width / 2
        ]
        walls = [o for o in self._around.obstacles if o.upright and o.overlap_y(first) > first.height / 2]
        return any(not any(line.cx < wall.cx < first.cx for wall in walls) for line in left)

    def _is_apart(self, above: Box) -> bool:
        """Whether a line stands in the middle of the column of the head's text, as ornaments do."""
        return above.x0 - self._first.x0 >= self._around.type_size

    def _is_signature(self, above: Box) -> bool:
        """Whether a line ends an item: set to the right edge of the column, with much white on its left."""
        size = self._around.type_size
        column = [
            o
            for o in self._lines
            if o is above
            or (
                o not in self._heavy
                and o.height < LARGER * above.height
                and _shares_column(o, self._width)
                and abs(o.cy - above.cy) <= AROUND * size
            )
        ]
        left, right = min(o.x0 for o in column), max(o.x1 for o in column)
        return above.x0 - left >= SIGNED * (right - left) and right - above.x1 <= size

    def _parted(self, other: Box) -> bool:
        """Whether another item's headline, in larger type, stands between the head and a headline above it."""
        first = self._first
        tall = [line for line in self._lines if line.height >= LARGER * first.height]
        return any(other.cy < b.cy < first.cy and _shares_column(b, first) for b in tall)
