"""Drop capitals: the large first letter of a text, which stands beside its first lines, put back before its word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import bounds, hull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import TextLine

TALL = 1.4
"""Height of a drop capital, in type sizes, at least: two lines' capitals."""

LETTERS = 2
"""A drop capital is one letter, perhaps with a quotation mark or an apostrophe."""

BESIDE = 1.5
"""White between a drop capital and the line that goes on from it, in type sizes, at most."""


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
