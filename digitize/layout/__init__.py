"""A cleaned scan becomes a page: lines, rules, boxes, pictures, columns and regions, without text yet.

detect lines -> ink -> panels, tints, pictures -> rules, boxes -> part, complete, cut, join lines -> regions
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull, map_polygon, map_polygons
from digitize.layout.areas import find_panels, find_pictures, find_tints, whiten_panels
from digitize.layout.blocks import Block, number_columns
from digitize.layout.detection import DetectedText, body_size, detect_text
from digitize.layout.emphasis import stroke_widths
from digitize.layout.gutters import Gutters
from digitize.layout.initials import Initial, find_initials, join_read_initials, missed_signs
from digitize.layout.ink import make_ink, without
from digitize.layout.letters import set_heights
from digitize.layout.lines import complete_lines, cut_lines, join_lines, sides, trim_dust
from digitize.layout.merged import part_merged
from digitize.layout.ornaments import find_ornamented_rules
from digitize.layout.regions import Draft, find_regions, innermost
from digitize.layout.separators import column_rules, find_boxes, find_gutters, find_rules, slender
from digitize.layout.sidemarks import trim_marks
from digitize.layout.transcribed import find_transcript_layout
from digitize.layout.upright import inside, passed_over, turned, turned_back, turned_ink, upright_lines
from digitize.model import Frame, Page, Region, Role, Separator, SeparatorKind, TextLine, WritingMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digitize.layout.ink import Ink
    from digitize.model import Scan

__all__ = ["DetectedText", "detect_text", "find_layout", "find_transcript_layout", "join_read_initials"]

LINE_IN_PICTURE = 0.6
"""A detected line that lies in a picture with more than this share of it is lettering in the photo."""

PAGE_BORDER = 0.9
"""A box around more than this share of the lines sets nothing apart: a few may stand above it, in a running head."""


def find_layout(scan: Scan, text: DetectedText, writing_mode: WritingMode = WritingMode.HORIZONTAL_TB) -> Page:
    """Find what is printed where on a cleaned scan, from the text detected on it (see `detect_text`).

    Gives a page whose lines have no text yet, its regions from top to bottom and left to right. A scan without text
    gives a page without regions.
    """
    detected, type_size = text.lines, text.type_size
    if not detected:
        return replace(_page(scan, 0.0, (), Furniture()), writing_mode=writing_mode)
    vertical = writing_mode is WritingMode.VERTICAL_RL
    ink = make_ink(scan.pixels, type_size)
    panels = find_panels(ink, type_size, detected)
    ink = whiten_panels(ink, panels, type_size)
    tints = find_tints(ink, type_size, detected)
    pictures = find_pictures(ink, type_size, detected, tints)
    rules = find_rules(ink, type_size, detected, [*pictures, *panels])
    ornamented = find_ornamented_rules(ink, type_size, detected, [*rules, *pictures, *panels])
    rules = (*column_rules(ink, rules, detected, type_size), *ornamented)
    boxes = tuple(box for box in find_boxes(ink, type_size, rules) if not _is_page_border(box, detected))
    printed = [line for line in detected if not any(p.intersection(line) > LINE_IN_PICTURE * line.area for p in pictures)]
    upright = upright_lines(printed, type_size)
    level = [line for line in printed if line not in upright]
    if upright:
        passed = _passed_over(ink, upright, level, rules, type_size)
        upright = (*upright, *passed)
        rules = tuple(rule for rule in rules if not any(line.contains(rule.cx, rule.cy) for line in passed))
        level = [line for line in level if not any(inside(line, other) for other in passed)]
    merged = part_merged(ink, level)
    thin = slender(ink, rules, type_size)
    ink = without(ink, ornamented)  # a mark of a rule, where a line is cut, would be one of the line's signs
    completed = complete_lines(ink, merged, thin, [*panels, *pictures], upright)
    type_size = body_size(completed)
    completed = trim_dust(ink, completed, type_size)
    completed = trim_marks(ink, completed, type_size) if vertical else completed
    walls = (*thin, *(side for panel in panels for side in sides(panel)))
    pieces = cut_lines(ink, completed, Gutters(ink, completed, walls, type_size))
    lines = join_lines(pieces, Gutters(ink, pieces, walls, type_size))
    lines += _upright_lines(ink, upright, rules, merged, type_size) if upright else ()
    in_type = set_heights(ink, lines)
    type_size = body_size(in_type)
    missed = missed_signs(ink, lines, [*rules, *pictures, *panels, *upright], type_size)
    as_set = _as_printed(in_type, lines, find_initials(in_type, type_size, missed))
    furniture = Furniture(rules, boxes, tints, panels)
    set_lines = tuple(as_set)
    # Vertical pages set headings in larger type; film runs strokes of small type together and makes it look bold.
    widths = {} if vertical else stroke_widths(ink, set_lines)
    drafts = find_regions(set_lines, pictures, rules, furniture.grounds, type_size, widths=widths, vertical=vertical)
    return replace(_page(scan, type_size, [_with_ink(draft, as_set) for draft in drafts], furniture), writing_mode=writing_mode)


def _is_page_border(box: Box, lines: Sequence[Box]) -> bool:
    """Whether a box runs around nearly all the text: the page's own border, or the edge of the paper in one bit."""
    return sum(box.contains(line.cx, line.cy) for line in lines) > PAGE_BORDER * len(lines)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as it is printed: its ink and the height of its type, in reading-frame pixels."""

    ink: Box
    size: float


def _as_printed(in_type: Sequence[Box], lines: Sequence[Box], initials: Sequence[Initial]) -> dict[Box, tuple[Printed, ...]]:
    """For each line as it is set, in the height of its type and from its column's edge, what is printed of it.

    That is the line itself, and before the first of the lines beside a drop capital that letter.
    """
    printed: dict[Box, tuple[Printed, ...]] = {
        line: (Printed(ink, line.height),) for line, ink in zip(in_type, lines, strict=True)
    }
    for initial in initials:
        before = printed.pop(initial.box, (Printed(initial.box, initial.box.height),))
        for line in initial.lines:
            own = (_beside(p, initial.box) for p in printed.pop(line))
            printed[replace(line, x0=initial.box.x0)] = (*before, *own)
            before = ()
    return printed


def _beside(printed: Printed, initial: Box) -> Printed:
    """A line without what detection took of the drop capital that it stands beside; one above its top has nothing of it."""
    x0 = max(printed.ink.x0, initial.x1) if printed.ink.overlap_y(initial) > 0 else printed.ink.x0
    return replace(printed, ink=replace(printed.ink, x0=x0))


def _with_ink(draft: Draft, printed: Mapping[Box, tuple[Printed, ...]]) -> Draft:
    """A region of lines as they are set, with the lines as they are printed and the heights of their type."""
    lines = [line for own in draft.lines for line in printed[own]]
    if not lines:
        return draft
    inks = tuple(line.ink for line in lines)
    return replace(draft, lines=inks, box=hull(inks), sizes=tuple(line.size for line in lines))


def _passed_over(
    ink: Ink, upright: Sequence[Box], level: Sequence[Box], rules: Sequence[Box], type_size: float
) -> tuple[Box, ...]:
    """Lines of vertical headings that the detector passed over, found beside others (see `passed_over`)."""
    width = ink.grey.shape[1] / ink.scale
    found = passed_over(turned_ink(ink), turned(upright, width), turned(level, width), turned(rules, width), type_size)
    return turned_back(found, width)


def _upright_lines(
    ink: Ink, upright: Sequence[Box], rules: Sequence[Box], level: Sequence[Box], type_size: float
) -> tuple[Box, ...]:
    """Lines that are set downwards, completed and joined as others are, on the page turned by a quarter."""
    sideways, width = turned_ink(ink), ink.grey.shape[1] / ink.scale
    rules = turned(rules, width)
    lines = complete_lines(sideways, turned(upright, width), rules, beside=turned(level, width))
    return turned_back(join_lines(lines, Gutters(sideways, lines, rules, type_size)), width)


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is printed on a page beside text and pictures: rules, boxes, tinted grounds and black panels."""

    rules: tuple[Box, ...] = ()
    boxes: tuple[Box, ...] = ()
    tints: tuple[Box, ...] = ()
    panels: tuple[Box, ...] = ()

    @property
    def grounds(self) -> tuple[Box, ...]:
        """What sets its content apart from the page around it."""
        return (*self.boxes, *self.tints)


def _page(scan: Scan, type_size: float, drafts: Sequence[Draft], furniture: Furniture) -> Page:
    height, width = scan.pixels.shape
    rules, boxes, grounds = furniture.rules, furniture.boxes, furniture.grounds
    frames = tuple(
        Frame(f"{scan.page_id}-b{i:03d}", map_polygon(b.polygon, scan.frame), b) for i, b in enumerate(grounds, start=1)
    )
    text = [draft for draft in drafts if draft.role is Role.PARAGRAPH]
    columns = dict(zip((d.box for d in text), number_columns([d.box for d in text], type_size), strict=True))
    regions = _number(scan, drafts, frames, furniture.panels, columns)
    kinds = [(SeparatorKind.BOX_EDGE if innermost_edge(rule, boxes, type_size) else SeparatorKind.RULE, rule) for rule in rules]
    kinds += [(SeparatorKind.GUTTER, gutter) for gutter in find_gutters([d.box for d in text], rules, type_size)]
    return Page(
        id=scan.page_id,
        source=scan.source,
        width=scan.source.width,
        height=scan.source.height,
        frame=scan.frame,
        frame_width=width,
        frame_height=height,
        type_size=type_size,
        line_pitch=_line_pitch(text),
        regions=regions,
        separators=tuple(Separator(kind, map_polygon(box.polygon, scan.frame), box) for kind, box in kinds),
        frames=frames,
        steps=scan.steps,
        dpi=scan.dpi,
        negative=scan.negative,
        skew=scan.skew,
    )


def innermost_edge(rule: Box, boxes: Sequence[Box], type_size: float) -> bool:
    """Whether a rule is an edge of one of the boxes: it keeps to the box's border along one side."""
    return any(
        box.grown(type_size / 2, type_size / 2).intersection(rule) >= rule.area
        and innermost(rule, [_inside(box, type_size)]) is None
        for box in boxes
    )


def _inside(box: Box, type_size: float) -> Box:
    return box.grown(-type_size / 2, -type_size / 2)


def _line_pitch(text: Sequence[Draft]) -> float:
    """The middle line pitch of the page's running text, in pixels, blocks weighing as many lines as they have."""
    pitches = sorted((Block(draft.lines).pitch, len(draft.lines)) for draft in text if len(draft.lines) > 1)
    total, seen = sum(count for _, count in pitches), 0
    for pitch, count in pitches:
        seen += count
        if 2 * seen >= total:
            return pitch
    return 0.0


def _number(
    scan: Scan,
    drafts: Sequence[Draft],
    frames: Sequence[Frame],
    panels: Sequence[Box],
    columns: dict[Box, int],
) -> tuple[Region, ...]:
    regions, line_number = [], 0
    boxes = list(dict.fromkeys(box for draft in drafts for box in (draft.box, *draft.lines)))
    outlines = dict(zip(boxes, map_polygons([box.polygon for box in boxes], scan.frame), strict=True))
    headlines = {
        draft.heading: f"{scan.page_id}-r{n:03d}" for n, draft in enumerate(drafts, start=1) if draft.role is Role.HEADLINE
    }
    for number, draft in enumerate(drafts, start=1):
        lines = []
        for box, size in zip(draft.lines, draft.sizes, strict=True):
            line_number += 1
            lines.append(
                TextLine(
                    id=f"{scan.page_id}-l{line_number:04d}",
                    polygon=outlines[box],
                    box=box,
                    type_size=min(size, box.width) if box.upright else size,
                    reversed=innermost(box, panels) is not None,
                )
            )
        regions.append(
            Region(
                id=f"{scan.page_id}-r{number:03d}",
                role=draft.role,
                polygon=outlines[draft.box],
                box=draft.box,
                lines=tuple(lines),
                frame_id=None if draft.ground is None else frames[draft.ground].id,
                column=columns.get(draft.box, 0),
                heading_id=headlines.get(draft.heading) if draft.heading else None,
            )
        )
    return tuple(regions)
