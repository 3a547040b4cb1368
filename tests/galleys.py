"""Made pages for the tests of layout and reflow: columns of text set in a grid of characters, as boxes and as pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.geometry import IDENTITY, Box, hull
from digitize.layout.ink import Ink, find_tones
from digitize.layout.ink import make_ink as part_ink
from digitize.layout.panels import whiten_panels
from digitize.model import Frame, Page, Region, Role, Separator, SeparatorKind, Source, TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

TYPE = 20.0
PITCH = 30.0
COLUMN = 16  # characters
GUTTER = 30.0
WIDTH, HEIGHT = 2000, 2000


def column_left(column: int) -> float:
    """The left edge of a column, counted from 0."""
    return 60 + column * (COLUMN * TYPE + GUTTER)


def set_lines(texts: list[str], *, column: int = 0, y: float = 300, right: bool = False) -> tuple[TextLine, ...]:
    """Set lines in a column: a leading ideographic space indents; `right` sets them to the column's right edge."""
    lines = []
    for row, text in enumerate(texts):
        shown = text.lstrip("\u3000")
        x = column_left(column) + (len(text) - len(shown)) * TYPE
        if right:
            x = column_left(column) + (COLUMN - len(shown)) * TYPE
        box = Box(x, y + row * PITCH, x + len(shown) * TYPE, y + row * PITCH + TYPE)
        lines.append(TextLine(f"p-l{column}-{int(y)}-{row}", box.polygon, box, TYPE, text=shown, confidence=0.99))
    return tuple(lines)


def text_block(name: str, texts: list[str], *, column: int = 0, y: float = 300, frame: str | None = None) -> Region:
    """A block of running text."""
    lines = set_lines(texts, column=column, y=y)
    box = hull(line.box for line in lines)
    return Region(name, Role.PARAGRAPH, box.polygon, box, lines, frame, column + 1)


def byline_block(name: str, text: str, *, column: int = 0, y: float = 300) -> Region:
    """A byline set to the right under a block."""
    lines = set_lines([text], column=column, y=y, right=True)
    return Region(name, Role.PARAGRAPH, lines[0].polygon, lines[0].box, lines, None, column + 1)


def heading(name: str, text: str, *, columns: tuple[int, int], y: float = 220, role: Role = Role.HEADLINE) -> Region:
    """A heading in the middle of the columns from the first to the last given."""
    left, right = column_left(columns[0]), column_left(columns[1]) + COLUMN * TYPE
    size = 2 * TYPE if role is Role.HEADLINE else TYPE
    middle, half = (left + right) / 2, len(text) * size / 2
    box = Box(middle - half, y, middle + half, y + size)
    line = TextLine(f"{name}-l", box.polygon, box, size, text=text, confidence=0.99)
    return Region(name, role, box.polygon, box, (line,), heading_id=name)


def rule(x0: float, y0: float, x1: float, y1: float) -> Separator:
    """A printed rule."""
    box = Box(x0, y0, x1, y1)
    return Separator(SeparatorKind.RULE, box.polygon, box)


def page_of(*regions: Region, rules: tuple[Separator, ...] = (), frames: tuple[Frame, ...] = ()) -> Page:
    """A page of these regions."""
    source = Source("p.png", 1, 1, "0" * 64, "image/png", WIDTH, HEIGHT)
    return Page("p", source, WIDTH, HEIGHT, IDENTITY, WIDTH, HEIGHT, TYPE, PITCH, regions, rules, frames, language="zh-Hans")


def full(character: str, rows: int) -> list[str]:
    """Full lines of one character: the inside of a paragraph."""
    return [character * COLUMN] * rows


def upright_heading(name: str, text: str, *, column: int = 0, y: float = 300) -> Region:
    """A heading set downwards at the right edge of a column."""
    size, right = 2 * TYPE, column_left(column) + COLUMN * TYPE
    box = Box(right - size, y, right, y + len(text) * size)
    line = TextLine(f"{name}-l", box.polygon, box, size, text=text, confidence=0.99)
    return Region(name, Role.HEADLINE, box.polygon, box, (line,), heading_id=name)


def picture(name: str, *, columns: tuple[int, int], y0: float, y1: float) -> Region:
    """A picture over the columns from the first to the last given."""
    box = Box(column_left(columns[0]), y0, column_left(columns[1]) + COLUMN * TYPE, y1)
    return Region(name, Role.PICTURE, box.polygon, box, ())


def make_ink(pixels: NDArray[np.uint8], type_size: float, panels: Sequence[Box] = ()) -> Ink:
    """A page's pixels as ink, its panels turned to paper."""
    return part_ink(whiten_panels(find_tones(pixels, type_size), panels, type_size), type_size)
