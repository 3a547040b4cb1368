"""A transcript becomes a page: its lines in columns and tiers, with headings, signatures, running text and folio.

type sizes -> lean -> columns -> strips in reading order -> headings -> regions. The page is taken to be set in running
columns, as nearly all were before the twentieth century: a text goes on at the head of the next column.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import AffineMap, Box, hull, map_polygon
from digitize.layout.columns import BODY, Column, find_columns, find_lean, find_slope
from digitize.layout.crossheads import Ending, Setting, ending, heading_flags, is_signature, usual_pitch, white_between
from digitize.layout.initials import join_initials
from digitize.layout.masthead import folio_lines
from digitize.layout.tiers import Order, Strip
from digitize.layout.typeface import body_type, type_size
from digitize.model import Page, Region, Role, Separator, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.model import Transcript

SAME_SIZE = 1.25
"""Lines of a heading whose sizes differ by less are one part of it, set on several lines."""

SIGNED_WHITE = 0.3
"""White below a signature, beyond the leading, in type sizes, where an item ends with it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A region before it is numbered."""

    role: Role
    lines: tuple[TextLine, ...]
    column: int = 0
    tier: int = 0
    heading: int | None = None


def find_transcript_layout(transcript: Transcript, *, trust_blocks: bool = False) -> Page:
    """Find columns, tiers, headings and running text of a page whose lines are known.

    Gives a page whose regions stand in reading order and tell their tier. A transcript without lines gives a page without
    regions of text.

    Args:
        transcript: the page's lines.
        trust_blocks: whether to take the file's own blocks in the file's order for columns.
    """
    sized = [replace(line, type_size=type_size(line)) for line in transcript.lines]
    size = body_type(sized)
    lean = find_lean([line.box for line in _body(sized, size)], size)
    frame = AffineMap(b=lean, d=find_slope(sized))
    lines = [replace(line, box=_upright(line.box, frame)) for line in sized]
    separators = tuple(replace(s, box=_upright(s.box, frame)) for s in transcript.separators)
    pictures = tuple(_upright(box, frame) for box in transcript.pictures)
    lines = list(join_initials(lines, size)) if size else lines
    columns = find_columns([line.box for line in _body(lines, size)], size)
    drafts: list[Draft] = []
    pitch = 0.0
    if columns:
        order = Order(columns, [separator.box for separator in separators], size, size)
        folio = folio_lines(lines, order, columns, size)
        drafts = [Draft(Role.FOLIO, (line,)) for line in folio]
        rest = [line for line in lines if line not in folio]
        strips = _file_strips(transcript, rest) if trust_blocks else order.strips(rest)
        pitch = usual_pitch([strip.lines for strip in strips], size)
        drafts += _drafts(strips, [s.box for s in separators if not s.vertical], size, pitch)
    regions = _number(transcript, drafts, pictures, frame)
    return _page(transcript, regions, separators, frame, (size, pitch))


def _upright(box: Box, frame: AffineMap) -> Box:
    """A box moved to where its middle stands in the straightened page."""
    x, y = frame.backward(np.array([[box.cx, box.cy]]))[0].tolist()
    return Box(x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2)


def _body(lines: Sequence[TextLine], size: float) -> list[TextLine]:
    return [line for line in lines if BODY[0] * size <= line.type_size <= BODY[1] * size]


def _file_strips(transcript: Transcript, lines: Sequence[TextLine]) -> tuple[Strip, ...]:
    """The file's own blocks as strips, in the file's order."""
    own = {line.id: line for line in lines}
    blocks = [tuple(own[key] for key in keys if key in own) for keys in transcript.blocks]
    boxes = [(block, hull(line.box for line in block)) for block in blocks if block]
    return tuple(Strip(0, number, Column(box.x0, box.x1), block) for number, (block, box) in enumerate(boxes, start=1))


def _drafts(strips: Sequence[Strip], rules: Sequence[Box], size: float, pitch: float) -> Iterator[Draft]:
    heading = 0
    for before, strip in zip([None, *strips[:-1]], strips, strict=True):
        setting = Setting(strip.edges, size, pitch)
        flows = before is not None and before.tier == strip.tier and before.column > 0 and bool(before.lines)
        leading = ending(before.lines[-1], Setting(before.edges, size, pitch)) if before and flows else Ending.NOTHING
        flags = heading_flags(strip.lines, setting, leading)
        for is_heading, group in itertools.groupby(zip(strip.lines, flags, strict=True), key=lambda found: found[1]):
            lines = tuple(line for line, _ in group)
            if is_heading:
                heading += 1
                yield from _heading_drafts(lines, strip, heading)
            else:
                for part in _cut_at_rules(lines, rules):
                    yield from _text_drafts(part, strip, setting)


def _cut_at_rules(lines: tuple[TextLine, ...], rules: Sequence[Box]) -> Iterator[tuple[TextLine, ...]]:
    """Running text, cut where a rule parts one line from the next: short items stand between rules."""
    start = 0
    for index in range(1, len(lines)):
        upper, lower = lines[index - 1].box, lines[index].box
        if any(upper.cy < rule.cy < lower.cy and rule.overlap_x(hull((upper, lower))) > rule.width / 2 for rule in rules):
            yield lines[start:index]
            start = index
    yield lines[start:]


def _heading_drafts(lines: tuple[TextLine, ...], strip: Strip, heading: int) -> Iterator[Draft]:
    """The largest type is the headline; what stands above it is the kicker, what stands below it the deck."""
    largest = max(line.type_size for line in lines)
    main = [i for i, line in enumerate(lines) if line.type_size * SAME_SIZE >= largest]
    parts = ((Role.KICKER, 0, main[0]), (Role.HEADLINE, main[0], main[-1] + 1), (Role.DECK, main[-1] + 1, len(lines)))
    for role, start, end in parts:
        if start < end:
            yield Draft(role, lines[start:end], strip.column, strip.tier + 1, heading)


def _text_drafts(lines: tuple[TextLine, ...], strip: Strip, setting: Setting) -> Iterator[Draft]:
    """Running text, cut at the signatures that end an item."""
    start = 0
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        after = lines[index + 1] if index + 1 < len(lines) else None
        over = after is None or white_between(line, after, setting) >= SIGNED_WHITE
        if over and is_signature(line, before, setting):
            if start < index:
                yield Draft(Role.PARAGRAPH, lines[start:index], strip.column, strip.tier + 1)
            yield Draft(Role.BYLINE, (line,), strip.column, strip.tier + 1)
            start = index + 1
    if start < len(lines):
        yield Draft(Role.PARAGRAPH, lines[start:], strip.column, strip.tier + 1)


def _number(transcript: Transcript, drafts: Sequence[Draft], pictures: Sequence[Box], frame: AffineMap) -> tuple[Region, ...]:
    names = {
        draft.heading: f"{transcript.page_id}-r{n:03d}"
        for n, draft in enumerate(drafts, start=1)
        if draft.heading is not None and draft.role is Role.HEADLINE
    }
    regions = [
        Region(
            id=f"{transcript.page_id}-r{number:03d}",
            role=draft.role,
            polygon=map_polygon(box.polygon, frame),
            box=box,
            lines=draft.lines,
            column=draft.column,
            heading_id=None if draft.heading is None else names.get(draft.heading),
            tier=draft.tier,
        )
        for number, draft in enumerate(drafts, start=1)
        for box in [hull(line.box for line in draft.lines)]
    ]
    return (
        *regions,
        *(
            Region(f"{transcript.page_id}-r{number:03d}", Role.PICTURE, map_polygon(box.polygon, frame), box)
            for number, box in enumerate(pictures, start=len(regions) + 1)
        ),
    )


def _page(
    transcript: Transcript,
    regions: tuple[Region, ...],
    separators: tuple[Separator, ...],
    frame: AffineMap,
    measures: tuple[float, float],
) -> Page:
    source = transcript.source
    size, pitch = measures
    return Page(
        id=transcript.page_id,
        source=source,
        width=source.width,
        height=source.height,
        frame=frame,
        frame_width=source.width,
        frame_height=source.height,
        type_size=size,
        line_pitch=pitch,
        regions=regions,
        separators=separators,
        folio=transcript.folio,
        steps=transcript.steps,
        dpi=transcript.dpi,
    )
