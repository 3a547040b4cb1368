"""Regions: which lines are folio, headings, running text, captions and advertisements, ground by ground."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull
from digitize.layout.blocks import COLUMN_MIN, EDGE, STACK_GAP, Block, same_column, split_at_gaps, stack_lines
from digitize.layout.emphasis import Surroundings, small_headlines
from digitize.layout.gutters import CAPTION_GAP
from digitize.layout.headings import HEADING_SIZE, Heading, find_headings
from digitize.layout.separators import GUTTER_MAX
from digitize.layout.upright import transposed
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLIO_BAND = 0.25
"""The top share of the print area in which a masthead or running head stands, front pages included."""

FOLIO_RULE = 0.6
"""Share of the print area's width from which a horizontal rule closes off the running head."""

RUNNING_TEXT = 3
"""So many stacked lines are running text; fewer may be a kicker, a caption, a slogan."""

LARGER = 1.1
"""A line over a stack that is set in type larger by this much than the stack is no line of it for certain: it may be a deck."""

FULL_LINE = 1.0
"""White at the ends of a full line, in type sizes: line-breaking rules leave one character."""

NARROW = 0.7
"""Share of a column's usual width below which a few lines beside a picture are not set in one."""

CAPTION_LINES = 4
"""Captions have at most so many lines; more below a picture is the article going on."""

CAPTION_SIZE = 0.93
"""Captions are set in type below this share of the text's."""

BEGUN = 2.0
"""Text begins level with the pictures in its row; what is set so many type sizes lower beside one is set to the picture."""

PARTED_BELOW = 2.5
"""White between a caption and the text that goes on below it, in type sizes, at most."""

LEVEL = 0.3
"""How far the first lines of columns that begin in one row differ in height, in type sizes."""

CAPTION_LEADING = 0.6
"""White between two lines of a caption, in type sizes, at most; more above a larger line is that between caption and text."""

CAPTION_APART = 0.2
"""White between a caption and text below it beyond the leading, in type sizes."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A region before it has ids: its role, its lines top to bottom, its box, the ground and the heading it belongs to.

    `sizes` are the heights of the lines' type, empty where the lines' boxes have them.
    """

    role: Role
    lines: tuple[Box, ...]
    box: Box
    ground: int | None = None
    heading: Box | None = None
    sizes: tuple[float, ...] = ()


def find_regions(
    lines: Sequence[Box],
    pictures: Sequence[Box],
    rules: Sequence[Box],
    grounds: Sequence[Box],
    type_size: float,
    *,
    widths: Mapping[Box, float] | None = None,
    vertical: bool = False,
) -> tuple[Draft, ...]:
    """Sort all lines and pictures of a page into regions. No line is left out, none stands in two.

    `grounds` are printed boxes and tints; what stands in one is a world of its own. All in reading-frame pixels.
    `widths` are those of the lines' strokes (see `stroke_widths`), from which headlines in small type are told. `vertical`:
    whether the page is set in vertical lines, and its level ones stand upright here.
    """
    folio = set(_folio_lines(lines, rules, type_size))
    if vertical:
        folio |= set(_folio_lines(lines, rules, type_size, on_left=True))
    drafts = [Draft(Role.FOLIO, (line,), line) for line in lines if line in folio]
    for ground in (None, *range(len(grounds))):
        own = [line for line in lines if line not in folio and innermost(line, grounds) == ground]
        own_pictures = [picture for picture in pictures if innermost(picture, grounds) == ground]
        around = Surroundings([*rules, *own_pictures], None if ground is None else grounds[ground], type_size)
        heads = small_headlines(own, widths or {}, around, HEADING_SIZE * type_size)
        obstacles = Obstacles(own_pictures, rules, vertical=vertical)
        drafts += _ground_regions(own, obstacles, type_size, ground, Weights(heads, widths or {}))
    return tuple(sorted(drafts, key=lambda draft: (draft.box.y0, draft.box.x0)))


def innermost(box: Box, grounds: Sequence[Box]) -> int | None:
    """The smallest ground that a box's middle lies on, None for the open page."""
    around = [i for i, ground in enumerate(grounds) if ground.contains(box.cx, box.cy) and ground.area > box.area]
    return min(around, key=lambda i: grounds[i].area) if around else None


def _folio_lines(lines: Sequence[Box], rules: Sequence[Box], type_size: float, *, on_left: bool = False) -> tuple[Box, ...]:
    """The lines above the rule that closes off the running head or masthead; `on_left`: those left of it.

    There the top of a vertical page is in the reading frame.
    """
    if not lines:
        return ()
    seen_lines, seen_rules = (transposed(lines), transposed(rules)) if on_left else (lines, rules)
    printed = hull([*seen_lines, *seen_rules])
    wide = [
        rule
        for rule in seen_rules
        if rule.width >= FOLIO_RULE * printed.width and rule.cy - printed.y0 <= FOLIO_BAND * printed.height
    ]
    for rule in sorted(wide, key=lambda box: box.cy):
        over = [seen for seen in seen_lines if seen.cy < rule.cy]
        beside = _runs_past(rule, over, seen_lines, type_size)
        above = [line for line, seen in zip(lines, seen_lines, strict=True) if seen in over and seen not in beside]
        if above and not any(_is_set_full(block, type_size) for block in stack_lines(above, rules, type_size)):
            return tuple(above)
    return ()


def _runs_past(rule: Box, over: Sequence[Box], lines: Sequence[Box], type_size: float) -> list[Box]:
    """The lines higher up than a rule that stand beside it in columns which run on below: a masthead may leave some free."""
    outside = [line for line in over if line.overlap_x(rule) <= 0]
    lowest = max((line.y1 for line in outside), default=0.0)
    on = [line for line in lines if line.cy > rule.cy and line.y0 - lowest <= COLUMN_MIN * type_size]
    return outside if any(line.overlap_x(other) > 0 and line.overlap_x(rule) <= 0 for line in on for other in outside) else []


def _is_set_full(block: Block, type_size: float) -> bool:
    """Whether lines of a block run from edge to edge of a column, as those of articles do and those of a date box do not."""
    full = sum(line.width >= block.box.width - FULL_LINE * type_size for line in block.lines)
    return len(block.lines) >= RUNNING_TEXT and full > 1 and block.box.width >= COLUMN_MIN * type_size


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What parts the text of one ground, and whether the page is set in vertical lines."""

    pictures: Sequence[Box]
    rules: Sequence[Box]
    vertical: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """What lines' weights tell: the headlines set in small type, and the widths of all lines' strokes."""

    heads: Sequence[Box]
    widths: Mapping[Box, float]


def _ground_regions(
    lines: Sequence[Box], around: Obstacles, type_size: float, ground: int | None, weights: Weights
) -> list[Draft]:
    pictures, heads = around.pictures, weights.heads
    obstacles = [*around.rules, *pictures]
    body = _running_text([line for line in lines if line not in heads], obstacles, type_size)
    drafts = [Draft(Role.PICTURE, (), picture, ground) for picture in pictures]
    if ground is not None and lines and not body:
        return [*drafts, Draft(Role.ADVERTISEMENT, tuple(sorted(lines, key=lambda box: (box.y0, box.x0))), hull(lines), ground)]
    headings, rest = find_headings(lines, body, obstacles, type_size, heads, vertical=around.vertical, widths=weights.widths)
    for heading in headings:
        drafts += _heading_drafts(heading, ground)
    walls = [*obstacles, *(_bar(heading.box) for heading in headings)]
    blocks = [piece for block in stack_lines(rest, walls, type_size) for piece in split_at_gaps(block, type_size)]
    column = median([b.box.width for b in blocks if len(b.lines) > CAPTION_LINES] or [0.0])
    for block in blocks:
        in_text = any(_signs_column(block.box, other.box, type_size) for other in blocks)
        in_text |= _begins_a_row(block, blocks, pictures, type_size)
        parted = any(_is_parted(block, other, type_size) for other in blocks)
        others = [*(other.box for other in blocks if other is not block), *(heading.box for heading in headings)]
        beside = any(_stands_alone_beside(picture, block, others, type_size, column) for picture in pictures)
        if in_text or beside:
            parts = [(Role.PARAGRAPH if in_text else Role.CAPTION, block)]
        else:
            parts = _captioned(block, pictures, type_size, parted=parted)
        drafts += [Draft(role, piece.lines, piece.box, ground) for role, piece in parts]
    return drafts


def _begins_a_row(block: Block, blocks: Sequence[Block], pictures: Sequence[Box], type_size: float) -> bool:
    """Whether lines in the text's type begin level with running text below the same picture: in the head of a column."""
    first = block.lines[0]
    beside = [b.lines[0] for b in blocks if b is not block and len(b.lines) >= RUNNING_TEXT]
    level = [
        line for line in beside if abs(line.cy - first.cy) <= LEVEL * type_size and line.height >= CAPTION_SIZE * type_size
    ]
    return first.height >= CAPTION_SIZE * type_size and any(
        picture.y1 <= first.cy and all(picture.overlap_x(line) > type_size for line in (first, other))
        for picture in pictures
        for other in level
    )


def _is_parted(block: Block, other: Block, type_size: float) -> bool:
    """Whether more white than its leading parts a block from another one right below it."""
    gaps = [b.y0 - a.y1 for a, b in itertools.pairwise(block.lines if len(block.lines) > 1 else other.lines)]
    white = other.box.y0 - block.box.y1
    return min(gaps, default=0.0) + CAPTION_APART * type_size < white <= PARTED_BELOW * type_size and same_column(
        other.box, block.box
    )


def _bar(box: Box) -> Box:
    """A heading as an obstacle: the line through its middle, which parts what stands above from what stands below."""
    return Box(box.x0, box.cy - 0.5, box.x1, box.cy + 0.5)


def _running_text(lines: Sequence[Box], obstacles: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    small = [line for line in lines if line.height < HEADING_SIZE * type_size]
    stacks = [block.lines for block in stack_lines(small, obstacles, type_size)]
    return tuple(line for lines in stacks if len(lines) >= RUNNING_TEXT for line in lines[_set_larger(lines) :])


def _set_larger(lines: Sequence[Box]) -> int:
    """How many of stacked lines, from the first, are set in larger type than most."""
    usual = median(line.height for line in lines[1:])
    return next((count for count, line in enumerate(lines) if line.height < LARGER * usual), len(lines))


def _heading_drafts(heading: Heading, ground: int | None) -> list[Draft]:
    parts: dict[Role, list[Box]] = {}
    for line, role in heading.lines:
        parts.setdefault(role, []).append(line)
    return [Draft(role, tuple(part), hull(part), ground, heading.box) for role, part in parts.items()]


def _captioned(block: Block, pictures: Sequence[Box], type_size: float, *, parted: bool) -> list[tuple[Role, Block]]:
    """A block, with the lines that caption the picture above or beside it set apart.

    `parted`: whether white parts it from a block right below.
    """
    if any(_is_beside(picture, block.box, type_size) for picture in pictures):
        return [(Role.CAPTION, block)]
    if not any(_is_below(picture, block.lines[0], type_size) for picture in pictures):
        return [(Role.PARAGRAPH, block)]
    alone = _is_followed_by_text(block, max(p.x1 for p in pictures if _is_below(p, block.lines[0], type_size)), type_size)
    count = 1 if alone else _caption_length(block, type_size, parted=parted)
    parts = [(Role.CAPTION, block.lines[:count]), (Role.PARAGRAPH, block.lines[count:])]
    return [(role, Block(lines)) for role, lines in parts if lines]


def _is_followed_by_text(block: Block, edge: float, type_size: float) -> bool:
    """Whether a caption of one line stands above a single line of text, which would have found room behind it.

    `edge` is the right one of the picture above them.
    """
    first, last = block.lines[0], block.lines[-1]
    apart = last.y0 - first.y1 > CAPTION_LEADING * type_size and first.height < CAPTION_SIZE * last.height
    return apart and list(block.lines) == [first, last] and edge - first.x1 > last.width + type_size


def _is_below(picture: Box, line: Box, type_size: float) -> bool:
    """Whether a line stands right below a picture, no wider than it."""
    return (
        -0.5 * type_size <= line.y0 - picture.y1 <= CAPTION_GAP * type_size
        and same_column(picture, line)
        and line.x0 >= picture.x0 - type_size
        and line.x1 <= picture.x1 + type_size
    )


def _is_beside(picture: Box, box: Box, type_size: float) -> bool:
    """Whether a block too narrow for a column stands at a picture's side, within its height."""
    gap = max(box.x0 - picture.x1, picture.x0 - box.x1)
    level = box.y0 >= picture.y0 - type_size and box.y1 <= picture.y1 + type_size
    return level and box.width < COLUMN_MIN * type_size and -0.5 * type_size <= gap <= CAPTION_GAP * type_size


def _stands_alone_beside(picture: Box, block: Block, others: Sequence[Box], type_size: float, column: float) -> bool:
    """Whether a few lines, in smaller type than the text's or begun lower than the picture, are all that stands beside it.

    So may be lines in the text's type that are much narrower than a column, whose usual width in pixels is `column`.
    """
    box = block.box
    small = median(line.height for line in block.lines) < CAPTION_SIZE * type_size or box.y0 - picture.y0 > BEGUN * type_size
    small |= box.width < NARROW * column
    near = -0.5 * type_size <= max(box.x0 - picture.x1, picture.x0 - box.x1) <= GUTTER_MAX * type_size
    within = box.y0 >= picture.y0 and box.y1 <= picture.y1
    few = len(block.lines) <= CAPTION_LINES
    return few and small and near and within and not any(b.overlap_x(box) > 0 and b.overlap_y(picture) > 0 for b in others)


def _signs_column(box: Box, column: Box, type_size: float) -> bool:
    """Whether something narrow stands right below a column of text and ends where it does, as bylines do."""
    below = 0 < box.y0 - column.y1 <= STACK_GAP * type_size
    ends = abs(box.x1 - column.x1) <= EDGE * type_size and box.x0 > column.x0 + type_size
    return below and ends and column.width >= COLUMN_MIN * type_size > box.width


def _caption_length(block: Block, type_size: float, *, parted: bool) -> int:
    """How many of the lines below a picture are its caption: those set smaller, or apart from the text that goes on below.

    Lines set like body text are text where they fill the column and more follow; a few short ones are a caption, and so are
    a few that white parts from what is below.
    """
    lines = block.lines
    gaps = [b.y0 - a.y1 for a, b in itertools.pairwise(lines)]
    leading = min(gaps, default=0.0)
    for count in range(1, min(CAPTION_LINES, len(lines) - 1) + 1):
        apart = gaps[count - 1] - leading > CAPTION_APART * type_size
        # One line more is the caption's, too: its height depends on its letters. What follows is as large as the text is.
        following = min((line.height for line in lines[count : count + 2]), default=0.0)
        smaller = len(lines) > count + 1 and max(line.height for line in lines[:count]) < CAPTION_SIZE * following
        smaller &= following >= CAPTION_SIZE * type_size
        if apart or smaller:
            return count
    if len(lines) > CAPTION_LINES:
        return 0
    size, full = median(line.height for line in lines), lines[0].x1 >= block.box.x1 - EDGE * type_size
    is_text = len(lines) > 1 and size >= CAPTION_SIZE * type_size and full
    return 0 if is_text and not parted else len(lines)
