"""A cleaned scan becomes a page: lines, rules, boxes, pictures, columns and regions, without text yet.

detect lines -> panels -> ink -> tints, pictures -> rules, boxes -> part, complete, cut, join lines -> regions
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull
from digitize.layout.areas import find_tints, with_headers
from digitize.layout.detection import LARGE_TYPE, DetectedText, body_size, detect_text
from digitize.layout.dust import trim_dust
from digitize.layout.edges import last_words, reach_edges
from digitize.layout.emphasis import stroke_widths
from digitize.layout.gutters import Gutters
from digitize.layout.headings import HEADING_SIZE
from digitize.layout.initials import Initial, find_initials, join_read_initials, missed_signs
from digitize.layout.ink import find_tones, make_ink, without
from digitize.layout.lettering import find_lettering
from digitize.layout.letters import set_heights
from digitize.layout.lines import complete_lines, cut_lines, join_lines, sides
from digitize.layout.merged import part_merged
from digitize.layout.neighbours import as_fillers, without_neighbours
from digitize.layout.ornaments import find_rows_of_marks, is_of_marks, ornamented_rules
from digitize.layout.paging import Furniture, make_page
from digitize.layout.panels import find_panels, whiten_panels
from digitize.layout.pictures import find_pictures
from digitize.layout.regions import Draft, find_regions
from digitize.layout.separators import column_rules, find_boxes, find_rules, slender
from digitize.layout.sidemarks import trim_marks
from digitize.layout.strays import level_strays
from digitize.layout.transcribed import find_transcript_layout
from digitize.layout.upright import inside, passed_over, turned, turned_back, turned_ink, upright_lines, with_end_signs
from digitize.model import Page, WritingMode
from digitize.together import together

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
        return _bare_page(scan, 0.0, writing_mode)
    vertical = writing_mode is WritingMode.VERTICAL_RL
    # Left and right in the reading frame are the top and the foot of a vertical page.
    pixels, detected, beyond = (scan.pixels, detected, ()) if vertical else without_neighbours(scan.pixels, detected, type_size)
    tones = find_tones(pixels, type_size)
    panels = find_panels(tones, type_size, detected)
    ink = make_ink(whiten_panels(tones, panels, type_size), type_size)
    (tints, pictures, rules), rows = together(
        lambda: _find_grounds_and_rules(ink, type_size, detected, panels),
        lambda: find_rows_of_marks(ink, type_size, detected, ideographs=vertical),
    )
    ornamented = ornamented_rules(rows, [*rules, *pictures, *panels])
    rules = (*column_rules(ink, rules, detected, type_size), *ornamented)
    strays = level_strays(ink, rules, detected, type_size)
    rules = tuple(rule for rule in rules if rule not in strays)
    ink = without(ink, slender(ink, strays, type_size))
    boxes = tuple(box for box in find_boxes(ink, type_size, rules, panels) if not _is_page_border(box, detected))
    printed = [line for line in detected if not any(p.intersection(line) > LINE_IN_PICTURE * line.area for p in pictures)]
    printed = [line for line in printed if not any(is_of_marks(line, rule) for rule in ornamented)]
    upright = upright_lines(printed, type_size)
    upright, level = with_end_signs(upright, [line for line in printed if line not in upright], panels)
    if upright:
        passed = _passed_over(ink, upright, level, rules, type_size)
        upright = (*upright, *passed)
        rules = tuple(rule for rule in rules if not any(line.contains(rule.cx, rule.cy) for line in passed))
        level = tuple(line for line in level if not any(inside(line, other) for other in passed))
    merged = part_merged(ink, level)
    thin = slender(ink, rules, type_size)
    ink = without(
        ink, slender(ink, ornamented, type_size)
    )  # a mark of a rule, where a line is cut, would be one of the line's signs
    completed = complete_lines(ink, merged, thin, [*panels, *pictures], upright, marked=vertical)
    type_size = body_size(completed)
    completed = trim_dust(ink, completed, type_size)
    completed = trim_marks(ink, completed, type_size) if vertical else completed
    walls = (*thin, *(side for panel in panels for side in sides(panel)))
    # Ideographs are measured exactly, and the tiers' gutters stand in line all over a vertical page, also over its decks.
    whole = HEADING_SIZE if vertical else LARGE_TYPE
    pieces = cut_lines(ink, completed, Gutters(ink, completed, walls, type_size, whole=whole, pictures=pictures))
    lines = join_lines(pieces, Gutters(ink, pieces, walls, type_size, pictures=pictures))
    bare, others = without(ink, thin), [*thin, *pictures, *panels, *upright]
    lines = reach_edges(bare, lines, others, type_size)
    lines += () if vertical else last_words(bare, lines, others, type_size)
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
    lettering = () if vertical else find_lettering([line for line in detected if line not in printed], pictures, type_size)
    inked = [*(_with_ink(draft, as_set) for draft in drafts), *lettering, *as_fillers(beyond)]
    return make_page(_bare_page(scan, type_size, writing_mode), inked, furniture)


def _bare_page(scan: Scan, type_size: float, writing_mode: WritingMode) -> Page:
    """What is known of a scan's page before any region is found on it."""
    height, width = scan.pixels.shape
    return Page(
        id=scan.page_id,
        source=scan.source,
        width=scan.source.width,
        height=scan.source.height,
        frame=scan.frame,
        frame_width=width,
        frame_height=height,
        type_size=type_size,
        line_pitch=0.0,
        regions=(),
        writing_mode=writing_mode,
        steps=scan.steps,
        dpi=scan.dpi,
        negative=scan.negative,
        skew=scan.skew,
    )


def _find_grounds_and_rules(
    ink: Ink, type_size: float, lines: Sequence[Box], panels: Sequence[Box]
) -> tuple[tuple[Box, ...], tuple[Box, ...], tuple[Box, ...]]:
    """Tints, pictures, and the rules that are unbroken lines."""
    tints = with_headers(find_tints(ink, type_size, lines), panels, type_size)
    pictures = find_pictures(ink, type_size, lines, tints)
    return tints, pictures, find_rules(ink, type_size, lines, [*pictures, *panels])


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
