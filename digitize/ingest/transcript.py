"""What a file tells of a page, fitted to its image: a transcript, in original pixels."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import Box
from digitize.ingest.found import blank_between
from digitize.ingest.placing import parted
from digitize.model import Glyph, Separator, SeparatorKind, TextLine, Transcript

if TYPE_CHECKING:
    from digitize.ingest.found import FoundLine, FoundPage, Word
    from digitize.model import Folio, Source

RULE_SHAPE = 6.0
"""A graphical element so many times longer than it is thick is a rule; others are ornaments or drawings."""

PICTURE_SHARE = 0.02
"""Share of the page's height from which an ornament, in both directions, is a drawing: vignettes between items are smaller."""


def make_transcript(page: FoundPage, page_id: str, source: Source, folio: Folio) -> Transcript:
    """A page of the file in the pixels of its source, whose size the file's coordinates are scaled to.

    Args:
        page: the page as the file tells it.
        page_id: its id.
        source: the file; its width and height are those of the image, or what `default_size` gives.
        folio: what the issue's metadata say of the page.
    """
    sx, sy = source.width / page.width, source.height / page.height
    lines = tuple(_line(line, f"{page_id}-l{i:04d}", sx, sy) for i, line in enumerate(page.lines, start=1))
    numbers = iter(lines)
    blocks = tuple(tuple(line.id for line in itertools.islice(numbers, count)) for count in page.blocks)
    graphics = [_scaled(box, sx, sy) for box in page.graphics]
    rules = [box for box in graphics if _is_rule(box)]
    drawings = [b for b in graphics if b not in rules and min(b.width, b.height) >= PICTURE_SHARE * source.height]
    return Transcript(
        page_id=page_id,
        source=source,
        lines=lines,
        separators=tuple(Separator(SeparatorKind.RULE, box.polygon, box) for box in rules),
        pictures=(*(_scaled(box, sx, sy) for box in page.pictures), *drawings),
        blocks=blocks,
        language=page.language,
        dpi=page.units_per_inch and page.units_per_inch * sx,
        image=page.image,
        folio=replace(folio, page_number=folio.page_number or page.number),
        steps=page.steps,
    )


def default_size(page: FoundPage) -> tuple[int, int]:
    """The size of the page where there is no image: one pixel for each of the file's units."""
    return max(1, round(page.width)), max(1, round(page.height))


def _scaled(box: Box, sx: float, sy: float) -> Box:
    return Box(box.x0 * sx, box.y0 * sy, box.x1 * sx, box.y1 * sy)


def _is_rule(box: Box) -> bool:
    low, high = sorted((box.width, box.height))
    return high >= RULE_SHAPE * low


def _line(line: FoundLine, line_id: str, sx: float, sy: float) -> TextLine:
    box = _scaled(line.box, sx, sy)
    glyphs = tuple(_glyphs(line.words, sx, sy))
    sure = sum(glyph.confidence for glyph in glyphs) / len(glyphs)
    return TextLine(
        id=line_id,
        polygon=box.polygon,
        box=box,
        type_size=box.height,
        text=line.text,
        confidence=sure,
        glyphs=glyphs,
        hyphenated=line.hyphenated,
    )


def _glyphs(words: tuple[Word, ...], sx: float, sy: float) -> list[Glyph]:
    """The characters of a line: each word's box parted evenly among its characters, blanks between the words."""
    glyphs: list[Glyph] = []
    for before, word in zip((None, *words[:-1]), words, strict=True):
        box = _scaled(word.box, sx, sy)
        if blank_between(before, word):
            x0 = max(x for x, _ in glyphs[-1].polygon)
            blank = Box(min(x0, box.x0), box.y0, max(x0, box.x0), box.y1)
            glyphs.append(Glyph(" ", 1.0, blank.polygon))
        places = parted(box, len(word.text))
        glyphs += [Glyph(c, word.confidence, place.polygon) for c, place in zip(word.text, places, strict=True)]
    return glyphs
