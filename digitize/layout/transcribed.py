"""A transcript becomes a page: its lines in columns and tiers, with headings, signatures, running text and folio.

sheet -> columns -> strips in reading order -> headings -> regions. The page is taken to be set in running columns, as nearly
all in letters were before the twentieth century: a text goes on at the head of the next column. Others are set in blocks.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.geometry import hull, map_polygon
from digitize.layout.columns import Column, find_columns
from digitize.layout.crossheads import Ending, Setting, ending, heading_flags, is_signature, usual_pitch, white_between
from digitize.layout.initials import join_initials
from digitize.layout.masthead import folio_lines
from digitize.layout.sheet import body_lines, lay_out
from digitize.layout.tiers import Order, Strip
from digitize.layout.told import find_block_layout
from digitize.model import Region, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.geometry import Box
    from digitize.layout.sheet import Sheet
    from digitize.model import Page, TextLine, Transcript, WritingMode

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


def find_transcript_layout(
    transcript: Transcript, *, writing_mode: WritingMode | None = None, trust_blocks: bool = False
) -> Page:
    """Find columns, headings and running text of a page whose lines are known.

    A page set in running columns gives regions that stand in reading order and tell their tier; one set in blocks, as
    newspapers in Chinese characters are, gives them as `find_layout` does. A transcript without lines gives a
    page without regions of text.

    Args:
        transcript: the page's lines.
        writing_mode: how the lines run, None to see it from their shapes.
        trust_blocks: whether to take the file's own blocks in the file's order for columns.
    """
    sheet = lay_out(transcript, writing_mode)
    if not trust_blocks and sheet.ideographic:
        return find_block_layout(sheet)
    lines, size = list(join_initials(sheet.lines, sheet.type_size)) if sheet.type_size else list(sheet.lines), sheet.type_size
    columns = find_columns([line.box for line in body_lines(lines, size)], size)
    drafts: list[Draft] = []
    pitch = 0.0
    if columns:
        order = Order(columns, sheet.rules, size, size)
        folio = folio_lines(lines, order, columns, size)
        drafts = [Draft(Role.FOLIO, (line,)) for line in folio]
        rest = [line for line in lines if line not in folio]
        strips = _file_strips(transcript, rest) if trust_blocks else order.strips(rest)
        pitch = usual_pitch([strip.lines for strip in strips], size)
        drafts += _drafts(strips, [rule for rule in sheet.rules if rule.width > rule.height], size, pitch)
    return replace(sheet.page, line_pitch=pitch, regions=_number(drafts, sheet))


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


def _number(drafts: Sequence[Draft], sheet: Sheet) -> tuple[Region, ...]:
    page = sheet.page
    names = {
        draft.heading: f"{page.id}-r{n:03d}"
        for n, draft in enumerate(drafts, start=1)
        if draft.heading is not None and draft.role is Role.HEADLINE
    }
    regions = [
        Region(
            id=f"{page.id}-r{number:03d}",
            role=draft.role,
            polygon=map_polygon(box.polygon, page.frame),
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
            Region(f"{page.id}-r{number:03d}", Role.PICTURE, map_polygon(box.polygon, page.frame), box)
            for number, box in enumerate(sheet.pictures, start=len(regions) + 1)
        ),
    )
