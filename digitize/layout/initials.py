"""Drop capitals: the large first letter of a text, which stands beside its first lines, put back before its word.

Where type is detected, lines beside one are taken for lines of their column (`find_initials`), so that the text stays
whole; once they are read, the letter goes before its word (`join_initials`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import bounds, hull
from digitize.layout.ink import components
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.layout.ink import Ink
    from digitize.model import Page, TextLine

_LETTER = re.compile(r"\W*\w")

TALL = 1.4
"""Height of a drop capital, in type sizes, at least: two lines' capitals."""

LETTERS = 2
"""A drop capital is one letter, perhaps with a quotation mark or an apostrophe."""

BESIDE = 1.5
"""White between a drop capital and the line that goes on from it, in type sizes, at most."""


LINES = 2
"""A drop capital stands beside so many lines at least."""

DROPPED = 1.7
"""Height of a drop capital as detected, in heights of tall letters or ideographs, at least: two solid lines, cut short."""

LETTER_WIDTH = 1.5
"""One letter is no wider than this many of its heights: W and M."""

HIGHEST = 8.0
"""Height of a drop capital, in type sizes, at most: five lines; what is higher is a picture."""

UNSEEN = 0.45
"""Share of a large sign that lies in detected lines, at most, where the detector missed it: one of its lines runs on into it.
Two lines' first characters that touch lie in lines for the most part."""

NEXT_LINE = 1.5
"""White between a drop capital and the line below it, in type sizes, at most."""


@dataclass(frozen=True, slots=True)
class Initial:
    """A drop capital and the lines beside it, top to bottom, as boxes in one frame."""

    box: Box
    lines: tuple[Box, ...]


def missed_signs(ink: Ink, lines: Sequence[Box], other: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Large signs that stand in no detected line: detectors pass over single letters. `other` is what is no type."""
    low, high = DROPPED * type_size * ink.scale, HIGHEST * type_size * ink.scale
    # Every second pixel will do: the strokes of large signs are wide.
    x, y, width, height = (2 * components(np.ascontiguousarray(ink.mask[::2, ::2]))).T
    found = np.flatnonzero((height >= low) & (height <= high) & (width <= LETTER_WIDTH * height) & (height <= 3 * width))
    signs = (ink.box(*(float(each[i]) for each in (x, y, width, height))) for i in found)
    return tuple(
        sign
        for sign in signs
        if sum(sign.intersection(line) for line in lines) <= UNSEEN * sign.area
        and not any(sign.intersection(box) > 0 for box in other)
    )


def find_initials(lines: Sequence[Box], type_size: float, missed: Sequence[Box] = ()) -> tuple[Initial, ...]:
    """The drop capitals among detected lines: one large sign left of two lines or more, with the text's next line below.

    A large figure beside an entry of a list has the next figure below it. `missed` are signs in no line. Of two large signs
    that stand one behind the other, lines go on from the nearer one.
    """
    small = [line for line in lines if line.height < DROPPED * type_size]
    found: list[Initial] = []
    taken: set[Box] = set()
    for box in sorted((*lines, *missed), key=lambda box: -box.x1):
        if box.height < DROPPED * type_size or box.width > LETTER_WIDTH * box.height:
            continue
        level = (line for line in small if line not in taken and _stands_beside(box, line, type_size))
        beside = tuple(sorted(level, key=lambda line: line.y0))
        if len(beside) >= LINES and any(_runs_below(box, line, type_size) for line in small):
            found.append(Initial(box, beside))
            taken.update(beside)
    return tuple(found)


def _stands_beside(initial: Box, line: Box, type_size: float) -> bool:
    """Whether a line stands right of a drop capital, level with it; detectors take the letter's foot for the line's."""
    level = initial.y0 - type_size <= line.cy <= initial.y1
    return level and -initial.width <= line.x0 - initial.x1 <= BESIDE * type_size and line.width > initial.width


def _runs_below(initial: Box, line: Box, type_size: float) -> bool:
    """Whether a line goes on below a drop capital, from its left edge and past it."""
    near = -0.5 * type_size <= line.y0 - initial.y1 <= NEXT_LINE * type_size
    return near and abs(line.x0 - initial.x0) <= type_size and line.x1 > initial.x1 + type_size


def join_read_initials(page: Page) -> Page:
    """A page that was read, with the drop capitals of its texts joined to their words.

    The lines beside one count from its left edge, as those below do.
    """
    regions = [
        replace(region, lines=_with_read_initial(region.lines, page.type_size)) if region.role is Role.PARAGRAPH else region
        for region in page.regions
    ]
    return replace(page, regions=tuple(regions))


def _with_read_initial(lines: tuple[TextLine, ...], type_size: float) -> tuple[TextLine, ...]:
    found = find_initials([line.box for line in lines], type_size)
    first = next((each for each in found if each.box == lines[0].box), None)
    if first is None:
        return lines
    beside = [line for line in lines[1:] if line.box in first.lines]
    letter = _LETTER.match(lines[0].text.strip())
    initial = replace(lines[0], text=letter.group() if letter else "", glyphs=lines[0].glyphs[: letter.end() if letter else 0])
    joined = {line.id: replace(line, box=replace(line.box, x0=initial.box.x0)) for line in beside[1:]}
    joined[beside[0].id] = _with_initial(_stripped(beside[0]), initial)
    return tuple(joined.get(line.id, line) for line in lines[1:])


def _stripped(line: TextLine) -> TextLine:
    """A line without the spaces before its first word: what was left of the letter beside it."""
    spaces = len(line.text) - len(line.text.lstrip())
    return replace(line, text=line.text[spaces:], glyphs=line.glyphs[spaces:])


def join_initials(lines: Sequence[TextLine], type_size: float) -> tuple[TextLine, ...]:
    """The lines with drop capitals joined to the line that goes on with their word; all other lines as they are."""
    joined = list(lines)
    for initial in [line for line in lines if _is_initial(line, type_size)]:
        beside = [line for line in joined if line is not initial and _goes_on_beside(initial, line, type_size)]
        if beside:
            first = min(beside, key=lambda line: line.box.y0)
            joined[joined.index(first)] = _with_initial(first, initial)
            joined.remove(initial)
    return tuple(joined)


def _is_initial(line: TextLine, type_size: float) -> bool:
    text = line.text.strip()
    capitals = sum(c.isupper() for c in text)
    return len(text) <= LETTERS and capitals == 1 and line.box.height >= TALL * type_size


def _goes_on_beside(initial: TextLine, line: TextLine, type_size: float) -> bool:
    """Whether a line stands right of a drop capital, level with it."""
    gap = line.box.x0 - initial.box.x1
    level = initial.box.y0 - type_size / 2 <= line.box.cy <= initial.box.y1
    return level and -type_size / 2 <= gap <= BESIDE * type_size and len(line.text) > LETTERS


def _with_initial(line: TextLine, initial: TextLine) -> TextLine:
    """A line whose first word begins with the drop capital; its box stays, so that it is still one line high."""
    text = initial.text.strip() + line.text
    whole = len(initial.glyphs) == len(initial.text.strip()) and len(line.glyphs) == len(line.text)
    glyphs = (*initial.glyphs, *line.glyphs) if whole else ()
    box = replace(line.box, x0=initial.box.x0)
    return replace(
        line, text=text, glyphs=glyphs, box=box, polygon=hull((bounds(initial.polygon), bounds(line.polygon))).polygon
    )
