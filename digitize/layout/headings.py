"""Headings: lines of larger type, with the kickers above and the decks below that belong to them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digitize.geometry import Box, adorns, hull
from digitize.layout.blocks import EDGE, INDENT, separated, stacks
from digitize.layout.emphasis import LOW_LETTERS
from digitize.layout.subheadings import find_subheadings
from digitize.layout.upright import transposed, turned, turned_back, upright_lines
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADING_SIZE = 1.25
"""Type from this many body sizes on is a heading's; body type on one page varies by less."""

TALL_LINE = 1.7
"""A line of running text looks taller than its type, by dust or a bracket, up to so many body sizes."""

CLOSE = 0.7
"""White between the lines of running text, in body sizes; subheadings stand further off."""

HEADING_GAP, VERTICAL_GAP = 1.1, 0.9
"""White between the lines of one heading, in heights of the larger line, on level and on vertical pages: lines of letters
are as high as their capitals, ideographs fill their squares."""

SAME_SIZE = 1.25
"""Lines of a heading whose sizes differ by less are one part of it, set on several lines."""

LESSER, OTHER_WEIGHT = 1.1, 1.25
"""Lines of a heading that are smaller than its headline by less than `SAME_SIZE`, but by the first factor, are a part of
their own where their strokes, against their height, are lighter or heavier by the second: faces differ by more."""

KICKER_GAP = 1.6
"""White between a headline and its kicker or deck, in body sizes or half the headline's height, whichever is more."""

ALIGNED = 1.5
"""How far a kicker's or deck's side may stand from the headline's, in body sizes: side bearings and quotation marks."""

QUOTE = 0.7
"""What an opening quotation mark leaves white at a headline's side, in heights of its ink: half a square, which is a little
higher, and a bearing."""

OFF_MIDDLE = 0.1
"""How far from the headline's middle a kicker or deck may stand, as a share of the wider one."""

KICKER_LINES = 2
"""Kickers and decks run over at most so many lines; more is running text."""


PHRASES, LARGE_PHRASES = 2.0, 1.25
"""White between two phrases of a kicker or deck, in heights of its line, at most; of one in large type a full space and
bearings, as two headlines may stand side by side, too."""

ROW = 0.3
"""How far the tops of lines in one row differ, in body sizes: skew and strokes, not leading."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The lines of one heading, top to bottom, each with its role: kicker, headline or deck."""

    lines: tuple[tuple[Box, Role], ...]

    @property
    def box(self) -> Box:
        """The box around all lines."""
        return hull(line for line, _ in self.lines)


@dataclass(frozen=True, slots=True)
class Ground:
    """What headings on one ground are told apart from: running text, rules and pictures, and the body type's size.

    `gap` is the white between the lines of one heading, at most, in heights of the larger line. `along`: whether a small line
    next to a heading is its kicker, deck or byline wherever along it that stands: nothing else is set downwards beside one.
    `widths` are those of lines' strokes.
    """

    body: Sequence[Box]
    obstacles: Sequence[Box]
    type_size: float
    gap: float
    along: bool = False
    widths: Mapping[Box, float] = field(default_factory=dict)


def find_headings(
    lines: Sequence[Box],
    body: Sequence[Box],
    obstacles: Sequence[Box],
    type_size: float,
    heads: Sequence[Box] = (),
    *,
    vertical: bool = False,
    widths: Mapping[Box, float] | None = None,
) -> tuple[tuple[Heading, ...], tuple[Box, ...]]:
    """Group heading lines; give the headings and the lines left for running text.

    `lines` are all lines of one ground (the open page, or one box); `body` those that are surely running text: they
    stand in stacks. A small line next to a headline that is not running text is its kicker or deck. Lines that are set
    downwards make headings of their own, from right to left, or from left to right where the page is set in vertical lines
    and they are its level ones; so do `heads`, headlines set in small type, which have neither
    kicker nor deck. `widths` are those of lines' strokes (see `stroke_widths`), which tell a kicker of nearly its headline's
    size.
    """
    upright, small_heads = upright_lines(lines, type_size), heads
    level = [line for line in lines if line not in upright]
    tall = [line for line in level if line.height >= HEADING_SIZE * type_size]
    if vertical:
        amid = find_subheadings(tall, body, obstacles, type_size)
        level, tall = ([line for line in some if line not in amid] for some in (level, tall))
    # Of a headline's lines some may be measured as large, some as small.
    ground = Ground(body, obstacles, type_size, VERTICAL_GAP if vertical else HEADING_GAP, widths=widths or {})
    heads = [head for head in heads if not any(_is_fellow(head, line, ground.gap) for line in tall)]
    level = [line for line in level if line not in heads]
    headings = _find_level(level, ground, small_heads)
    headings += [_with_roles(group, heads, ground) for group in _group(heads, ground)]
    turn, back = (transposed, transposed) if vertical else (turned, turned_back)
    headings += [
        Heading(tuple(zip(back(line for line, _ in heading.lines), (role for _, role in heading.lines), strict=True)))
        for heading in _find_level(turn(upright), replace(ground, body=(), obstacles=turn(obstacles), along=not vertical))
    ]
    taken = {line for heading in headings for line, _ in heading.lines}
    return tuple(headings), tuple(line for line in lines if line not in taken)


def _is_fellow(head: Box, line: Box, gap: float) -> bool:
    """Whether a headline in small type goes on from a line in large type, or that from it, in about one size.

    Its last line may have low letters only.
    """
    upper, lower = sorted((head, line), key=lambda box: box.y0)
    alike = max(head.height, line.height) <= (LOW_LETTERS if head is lower else SAME_SIZE) * min(head.height, line.height)
    return alike and _continues(upper, lower, gap) and abs(upper.x0 - lower.x0) <= line.height / 2


def _find_level(lines: Sequence[Box], whole: Ground, heads: Sequence[Box] = ()) -> list[Heading]:
    """The headings among level lines: those in large type, and `heads`, which are surely lines of one."""
    body, type_size = whole.body, whole.type_size
    tall = [line for line in lines if line.height >= HEADING_SIZE * type_size and not _in_running_text(line, whole)]
    tall += [line for line in lines if line in heads and line not in tall]
    obstacles = tuple(o for o in whole.obstacles if not any(adorns(o, line, type_size) for line in tall))
    ground = replace(whole, obstacles=obstacles)
    small = [line for line in lines if line.height < HEADING_SIZE * type_size and line not in body and line not in tall]
    taken: set[Box] = set(tall)
    headings = []
    phrases = _in_phrases(tall, ground)
    for group in _group(tuple(phrases), ground):
        above, below = (_attached(group, [line for line in small if line not in taken], ground, sign) for sign in (-1, 1))
        amid = [line for line in small if line not in taken and _stands_amid(line, group)]
        taken.update(above, below, amid)
        lines = sorted([*above, *group, *amid, *below], key=lambda line: line.y0)
        headings.append(_with_roles([piece for line in lines for piece in phrases.get(line, (line,))], heads, ground))
    return headings


def _in_phrases(large: Sequence[Box], ground: Ground) -> dict[Box, tuple[Box, ...]]:
    """The lines of large type with the pieces that each was found in.

    Pieces side by side are one line where they stand as a whole over or under a larger one, to its middle or its side: the
    phrases of a kicker or deck, not the headlines of two items.
    """
    rows = {
        row: pieces
        for row, pieces in _rows(large, ground.type_size, LARGE_PHRASES).items()
        if len(pieces) > 1 and any(_stands_by(row, pieces, other, ground) for other in large)
    }
    own = {piece for pieces in rows.values() for piece in pieces}
    return rows | {line: (line,) for line in large if line not in own}


def _stands_by(row: Box, pieces: Sequence[Box], main: Box, ground: Ground) -> bool:
    """Whether a row of pieces is set right over or under a larger line that reaches over all of them."""
    upper, lower = sorted((row, main), key=lambda box: box.y0)
    reach = max(KICKER_GAP * ground.type_size, 0.5 * main.height)
    return (
        main.height >= SAME_SIZE * row.height
        and all(main.overlap_x(piece) > 0.5 * piece.width for piece in pieces)
        and -0.3 * row.height <= lower.y0 - upper.y1 <= reach
        and _aligned(row, main, ground.type_size)
        and not separated(upper, lower, ground.obstacles)
    )


def _stands_amid(line: Box, group: Sequence[Box]) -> bool:
    """Whether a line stands between two of a heading: of a kicker's or deck's lines one may be measured as small, one not."""
    return line.overlap_x(hull(group)) > 0.5 * line.width and any(a.y1 <= line.cy <= b.y0 for a, b in itertools.pairwise(group))


def _in_running_text(line: Box, ground: Ground) -> bool:
    """Whether a line that looks tall goes on from the lines of a column: dust at its edge, or a tall sign in it.

    It stands no further from its neighbours than they do from one another, and keeps to their column's edges: to both
    of one neighbour's, or to one of each.
    """
    if line.height >= TALL_LINE * ground.type_size:
        return False
    edge = EDGE * ground.type_size
    shared = []
    for other in ground.body:
        gap = max(other.y0 - line.y1, line.y0 - other.y1)
        if gap <= CLOSE * ground.type_size and other.overlap_x(line) > 0 and other.overlap_y(line) < 0.5 * other.height:
            shared.append(sum(abs(a - b) <= edge for a, b in ((line.x0, other.x0), (line.x1, other.x1))))
    return max(shared, default=0) > 1 or sum(count > 0 for count in shared) > 1


def _group(large: Sequence[Box], ground: Ground) -> list[list[Box]]:
    groups: list[list[Box]] = []
    for line in sorted(large, key=lambda box: box.y0):
        near = [
            group
            for group in groups
            if _continues(group[-1], line, ground.gap)
            and not separated(group[-1], line, ground.obstacles)
            and not _beside_other(group, line, large)
        ]
        if near:
            max(near, key=lambda group: group[-1].y1).append(line)
        else:
            groups.append([line])
    return groups


def _continues(upper: Box, lower: Box, gap: float) -> bool:
    white = lower.y0 - upper.y1
    taller = max(upper.height, lower.height)
    return -0.3 * taller <= white <= gap * taller and upper.overlap_x(lower) >= 0.5 * min(upper.width, lower.width)


def _beside_other(group: Sequence[Box], line: Box, large: Sequence[Box]) -> bool:
    """Whether two heading lines stand side by side under the group: then each heads an article of its own."""
    last = group[-1]
    return any(
        other is not line
        and other not in group
        and other.overlap_y(line) > 0.5 * line.height
        and last.overlap_x(other) > 0.3 * other.width
        for other in large
    )


def _attached(group: Sequence[Box], small: Sequence[Box], ground: Ground, sign: int) -> list[Box]:
    """The kicker's (sign -1) or deck's (sign 1) lines: small lines near the group, nearer to it than to running text."""
    reach = max(KICKER_GAP * ground.type_size, 0.5 * group[0].height)
    edge = group[0] if sign < 0 else group[-1]
    rows = _rows(small, ground.type_size)
    # A heading may bring its own kicker or deck, set large: then what is attached to it is more of the same, or the byline.
    fellows = [edge] if sign < 0 and edge.height * SAME_SIZE < max(line.height for line in group) else []
    collected: list[Box] = []
    while len(collected) < KICKER_LINES:
        found = [
            line
            for line in rows
            if line not in collected
            and -0.3 * line.height <= _distance(edge, line, sign) <= reach
            and edge.overlap_x(line) >= 0.5 * min(edge.width, line.width)
            and ((ground.along and edge.overlap_x(line) >= line.width) or _aligned(line, edge, ground.type_size))
            and not (collected and _leaves_edge(line, collected[0], group, ground.type_size))
            and all(
                max(line.height, other.height) <= SAME_SIZE * min(line.height, other.height) for other in (*fellows, *collected)
            )
            and not separated(*((line, edge) if sign < 0 else (edge, line)), ground.obstacles)
            and not _nearer_to_text(line, edge, ground, sign)
            and not (sign > 0 and _in_text_row(line, group, ground))
        ]
        found = [line for line in found if not any(line in rows[row] for row in found if row is not line)]
        if not found:
            break
        edge = min(found, key=lambda line: _distance(edge, line, sign))
        collected.append(edge)
    return sorted((piece for line in collected for piece in rows[line]), key=lambda line: (line.y0, line.x0))


def _rows(small: Sequence[Box], type_size: float, white: float = PHRASES) -> dict[Box, tuple[Box, ...]]:
    """Lines and, as one, those that stand side by side in one type: a space between phrases may lie over a gutter."""
    rows: dict[Box, tuple[Box, ...]] = {line: (line,) for line in small}
    for line in small:
        beside = [
            other
            for other in small
            if abs(other.cy - line.cy) <= ROW * type_size
            and 0 < other.x0 - line.x1 <= white * line.height
            and max(line.height, other.height) <= SAME_SIZE * min(line.height, other.height)
        ]
        if beside:
            nearest = min(beside, key=lambda other: other.x0)
            rows[hull((line, nearest))] = (line, nearest)
    return rows


def _aligned(line: Box, edge: Box, type_size: float) -> bool:
    """Whether a line is set to the heading's middle or to one of its sides, as kickers and decks are."""
    slack = max(ALIGNED * type_size, QUOTE * edge.height)
    middle = abs(line.cx - edge.cx) <= max(slack, OFF_MIDDLE * max(line.width, edge.width))
    return middle or abs(line.x0 - edge.x0) <= slack or abs(line.x1 - edge.x1) <= slack


def _leaves_edge(line: Box, first: Box, group: Sequence[Box], type_size: float) -> bool:
    """Whether a line begins neither where the heading and the first line of its kicker or deck do, nor has that one's middle.

    It is the last line of a paragraph that ends in another column.
    """
    slack, left = ALIGNED * type_size, min(line.x0 for line in group)
    set_left = abs(first.x0 - left) <= slack
    middle = abs(line.cx - first.cx) <= max(slack, OFF_MIDDLE * first.width)
    return set_left and not middle and line.x0 - first.x0 > slack


def _distance(edge: Box, line: Box, sign: int) -> float:
    return line.y0 - edge.y1 if sign > 0 else edge.y0 - line.y1


def _in_text_row(line: Box, group: Sequence[Box], ground: Ground) -> bool:
    """Whether running text begins level with a line under the same heading: then the line begins a column too."""
    under = hull(group)
    return any(
        abs(other.y0 - line.y0) <= ROW * ground.type_size and other.overlap_x(under) > ground.type_size and other is not line
        for other in ground.body
    )


def _nearer_to_text(line: Box, edge: Box, ground: Ground, sign: int) -> bool:
    """Whether running text on the far side, with which the line would stack, is nearer to it than the heading is."""
    near = [
        other
        for other in ground.body
        if other is not line
        and _distance(line, other, sign) > -0.5 * line.height
        and line.x0 >= other.x0 - INDENT * ground.type_size
        and line.x1 <= other.x1 + INDENT * ground.type_size
        and (stacks(line, other, ground.type_size) if sign > 0 else stacks(other, line, ground.type_size))
    ]
    return any(_distance(line, other, sign) < _distance(edge, line, sign) for other in near)


def _with_roles(lines: Sequence[Box], heads: Sequence[Box], ground: Ground) -> Heading:
    """The largest type is the headline, with the `heads` that are measured as small; above it is the kicker, below the deck."""
    largest = max(lines, key=lambda line: line.height)
    main = [i for i, line in enumerate(lines) if line in heads or _is_set_as(line, largest, ground.widths)]
    first, last = main[0], main[-1]
    roles = [Role.KICKER if i < first else Role.DECK if i > last else Role.HEADLINE for i in range(len(lines))]
    return Heading(tuple(zip(lines, roles, strict=True)))


def _is_set_as(line: Box, largest: Box, widths: Mapping[Box, float]) -> bool:
    """Whether a line is set as the largest of its heading is: about as large and, where it is smaller, about as heavy."""
    ratio = largest.height / line.height
    if ratio > SAME_SIZE:
        return False
    if ratio < LESSER or line not in widths or largest not in widths:
        return True
    light, heavy = sorted(widths[box] / box.height for box in (line, largest))
    thin, thick = sorted(widths[box] for box in (line, largest))  # letters' heights differ with their tails, in one type
    return min(heavy / light, thick / thin) < OTHER_WEIGHT
