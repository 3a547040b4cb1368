"""The lines of a transcript as layout sees them: upright in the reading frame, with the sizes of their type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import IDENTITY, AffineMap, Box, bounds, map_polygon
from digitize.layout.columns import BODY, find_lean, find_slope
from digitize.layout.typeface import body_type, square_size, type_size
from digitize.model import Page, WritingMode, are_ideographs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import TextLine, Transcript

UPRIGHT = 1.5
"""A line of two characters and more is set downwards when it is so many times as high as wide."""


THINNEST = 1.0
"""Width or height of a rule, in pixels, where the slant would take all of it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page without regions, and what stands on it in reading-frame pixels: lines, rules and pictures.

    `ideographic`: whether most letters on it are Chinese characters.
    """

    page: Page
    lines: tuple[TextLine, ...]
    rules: tuple[Box, ...]
    pictures: tuple[Box, ...]
    ideographic: bool

    @property
    def type_size(self) -> float:
        """The size of the running type; 0 without lines."""
        return self.page.type_size


def lay_out(transcript: Transcript, writing_mode: WritingMode | None = None) -> Sheet:
    """Turn a page of vertical lines by a quarter, and set its columns upright and its lines level.

    Args:
        transcript: the page's lines, in original pixels.
        writing_mode: how the lines run, None to see it from their shapes.
    """
    mode = writing_mode or find_writing_mode(transcript.lines)
    source, vertical = transcript.source, mode is WritingMode.VERTICAL_RL
    turn = AffineMap(0, -1, source.width, 1, 0, 0) if vertical else IDENTITY
    turned = [replace(line, box=_within(line.box, turn)) for line in transcript.lines]
    ideographic = are_ideographs("".join(line.text for line in transcript.lines))
    # Letters and figures on a page of Chinese characters are given their lines' height as well.
    measure = square_size if ideographic else type_size
    sized = [replace(line, type_size=measure(line), writing_mode=line.mode_on(mode)) for line in turned]
    size = body_type(sized)
    lean = find_lean([line.box for line in body_lines(sized, size)], size)
    # Where words have the places of their lines, lines show no slope; but a page whose columns lean lies askew.
    slope = 0.0 if vertical else find_slope(sized)
    slant = 0.0 if slope else abs(lean)
    level = AffineMap(b=lean, d=slope or -lean)
    separators = tuple(replace(s, box=_upright(_within(s.box, turn), level, slant)) for s in transcript.separators)
    upright = (replace(line, box=_upright(line.box, level, slant)) for line in sized)
    lines = tuple(replace(line, type_size=measure(line)) if slant else line for line in upright)
    size = body_type(lines)
    page = Page(
        id=transcript.page_id,
        source=source,
        width=source.width,
        height=source.height,
        frame=level.then(turn),
        frame_width=source.height if vertical else source.width,
        frame_height=source.width if vertical else source.height,
        type_size=size,
        line_pitch=0.0,
        regions=(),
        separators=separators,
        writing_mode=mode,
        folio=transcript.folio,
        steps=transcript.steps,
        dpi=transcript.dpi,
    )
    return Sheet(
        page=page,
        lines=lines,
        rules=tuple(separator.box for separator in separators),
        pictures=tuple(_upright(_within(box, turn), level, slant) for box in transcript.pictures),
        ideographic=ideographic,
    )


def find_writing_mode(lines: Sequence[TextLine]) -> WritingMode:
    """How most characters of a page run, seen from the shapes of their lines; words of letters never run downwards."""
    signs = {True: 0, False: 0}
    for line in lines:
        if len(line.text) > 1:
            signs[are_ideographs(line.text) and line.box.height > UPRIGHT * line.box.width] += len(line.text)
    return WritingMode.VERTICAL_RL if signs[True] > signs[False] else WritingMode.HORIZONTAL_TB


def body_lines(lines: Sequence[TextLine], size: float) -> list[TextLine]:
    """The lines in about the size of running type."""
    return [line for line in lines if BODY[0] * size <= line.type_size <= BODY[1] * size]


def _within(box: Box, turn: AffineMap) -> Box:
    """A box of the original image in the frame that the turn leads out of."""
    return bounds(map_polygon(box.polygon, turn.inverse()))


def _upright(box: Box, level: AffineMap, slant: float) -> Box:
    """A box moved to where its middle stands in the straightened page, less what the slant added to it around its print."""
    x, y = level.backward(np.array([[box.cx, box.cy]]))[0].tolist()
    width = max(box.width - slant * box.height, THINNEST)
    height = max(box.height - slant * box.width, THINNEST)
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
