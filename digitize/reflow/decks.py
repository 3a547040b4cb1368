"""What stands between a heading and its text: bylines, and decks that look like text. Both are parts of the heading."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import Box
from digitize.model import HEADING_ROLES, Role, SeparatorKind
from digitize.reflow.bylines import is_byline, is_signature
from digitize.reflow.edges import column_edges
from digitize.reflow.flow import Start, block_start, is_paragraph_start, is_short, set_apart
from digitize.reflow.parting import with_lines

if TYPE_CHECKING:
    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues
    from digitize.reflow.edges import Edges

BYLINE_REACH = 3.0
"""How far below a heading its byline stands at most, in type sizes; below a large one, as far as that is high."""

GUTTER = 3.0
"""White between a heading's columns, in type sizes, at most."""

DECK_LINES = 4
"""Decks of party papers list what was decided, a line each, on so many lines at most."""

_BRACKETED = re.compile(r".[（(]")
_STOP, _COMMA = "。", "，"  # in other scripts headings end with full stops, too
_GOES_ON = ":：，,、；;-"


def part_bylines(page: Page, cues: Cues) -> Page:
    """Part the byline that stands between a heading and its text from the column below it, as a part of the heading."""
    text = page.running_text
    regions: list[Region] = []
    for region in page.regions:
        heading = _heading_over(region, page) if region in text else None
        edges = column_edges(region, text) if heading else None
        count = _byline_length(region, edges, page.type_size, cues) if edges else 0
        if heading and count:
            own, rest = region.lines[:count], region.lines[count:]
            regions.append(replace(with_lines(region, own, page), role=Role.DECK, heading_id=heading.id, column=0))
            if rest:
                regions.append(replace(with_lines(region, rest, page), id=f"{region.id}b"))
        else:
            regions.append(region)
    return replace(page, regions=tuple(regions))


def part_decks(page: Page, cues: Cues) -> Page:
    """The page with each deck of several lines, or of body type, as a part of the heading over it.

    A deck is told from text by breaking off: no sentence ends in it, yet a paragraph begins right below it.
    """
    page = replace(page, regions=tuple(_as_text(region) for region in page.regions))
    text, regions = page.running_text, []
    for region in page.regions:
        count = _deck_length(region, page, cues) if region in text else 0
        heading = _headed(region, count, page) if count else None
        if heading is None or _in_row_of_subheadings(region, heading, page, cues):
            regions.append(region)
            continue
        deck = replace(region, role=Role.DECK, heading_id=heading.id, column=0)
        regions.append(with_lines(deck, region.lines[:count], page))
        if rest := region.lines[count:]:
            regions.append(with_lines(replace(region, id=f"{region.id}d"), rest, page))
    return replace(page, regions=tuple(regions))


def _as_text(region: Region) -> Region:
    """A deck of several lines that end with a full stop as text: an editor's note, or a first paragraph over all columns.

    So is a line that ends with a comma: its sentence goes on in the next.
    """
    if region.role is not Role.DECK:
        return region
    last = region.lines[-1].text.strip()[-1:]
    told = (len(region.lines) > 1 and last == _STOP) or last == _COMMA
    return replace(region, role=Role.PARAGRAPH, heading_id=None) if told else region


def _deck_length(region: Region, page: Page, cues: Cues) -> int:
    """How many lines at a region's start break off before a paragraph begins, in the region or right below it; 0 for none.

    What is numbered (三、) is a subheading.
    """
    text, size = page.running_text, page.type_size
    if cues.numbered.match(region.lines[0].text.strip()):
        return 0
    reach = BYLINE_REACH * size
    under = [r for r in text if r.box.overlap_x(region.box) > 0 and region.box.cy < r.box.y0 <= region.box.y1 + reach]
    column = region if len(region.lines) > DECK_LINES else min(under, key=lambda r: r.box.y0, default=region)
    edges = column_edges(column, text)
    for count, line in enumerate(region.lines[:DECK_LINES], start=1):
        if line.text.strip()[-1:] in tuple(cues.terminal):
            return 0
        rest = region.lines[count:]
        if rest:
            begins = bool(cues.openings.match(rest[0].text.strip())) and is_paragraph_start(rest[0], edges, size)
        else:
            begins = column is not region and block_start(column, text, size, cues) in {Start.PARAGRAPH, Start.OPENING}
        if begins and line.text.strip()[-1:] not in tuple(_GOES_ON):
            indented = is_paragraph_start(region.lines[0], edges, size) and not is_short(line, edges, size)
            return 0 if indented else count
    return 0


def _headed(region: Region, count: int, page: Page) -> Region | None:
    """The heading whose deck a region's first lines may be: it stands right over the first of the columns under it."""
    heading = _heading_over(region, page)
    if heading is None or heading.box.overlap_x(region.box) <= 0 or _top_of_picture(region, page) < region.box.y0:
        return None  # below a picture a line that breaks off is a subheading
    deck = with_lines(region, region.lines[:count], page).box
    column = _column_below(region, page) or region.box
    over = Box(column.x0, heading.box.y1, column.x1, deck.y0)
    above = any(r.box.overlap_x(over) > 0 and over.y0 < r.box.cy < over.y1 for r in page.running_text)
    # At the top of the item's other columns a line that breaks off is a subheading.
    beside = [r for r in page.regions if r.role in {Role.PARAGRAPH, Role.PICTURE} and r is not region and r.box.x1 <= deck.x0]
    under = any(r.box.overlap_x(heading.box) > 0 and _level(r.box, deck) for r in beside)
    return None if above or under or any(_begins_level(r, deck, heading, page) for r in beside) else heading


def _begins_level(column: Region, deck: Box, heading: Region, page: Page) -> bool:
    """Whether a column of text begins level with a line right beside it, no rule between, and no other heading over it."""
    size, box = page.type_size, column.box
    near = abs(box.y0 - deck.y0) <= size / 2 and deck.x0 - box.x1 <= GUTTER * size and column.frame_id == heading.frame_id
    rules = (s.box for s in page.separators if s.kind == SeparatorKind.RULE and s.box.upright)
    parted = any(box.cx < rule.cx < deck.cx and rule.overlap_y(deck) > 0 for rule in rules)
    return near and column.role is Role.PARAGRAPH and not parted and _heading_over(column, page) in {None, heading}


def _in_row_of_subheadings(region: Region, heading: Region, page: Page, cues: Cues) -> bool:
    """Whether another column under a heading begins as a region does, with a line that breaks off before a paragraph.

    A heading has one deck; subheadings come to stand at the head of any column.
    """
    first = region.lines[0].box
    beside = (r for r in page.running_text if r is not region and r.box.overlap_x(heading.box) > 0)
    return any(_level(first, r.lines[0].box) and _deck_length(r, page, cues) for r in beside)


def _level(column: Box, line: Box) -> bool:
    return column.y0 <= line.cy <= column.y1


def _byline_length(region: Region, edges: Edges, type_size: float, cues: Cues) -> int:
    """How many lines at a region's start are the byline of the text below: names, and a post below them; 0 for none."""
    first, *others = region.lines
    if not others:
        return int(is_byline(first.text, cues) or is_signature(first.text, cues))
    posted = f"{first.text} {others[0].text}"
    named = is_signature(first.text, cues) and not others[0].text.strip()[:1].islower()
    if not is_byline(first.text, cues) and not named:
        return 2 if is_byline(posted, cues) else _deck_and_byline(region, cues)
    if is_byline(posted, cues) and set_apart(first, edges, type_size) == set_apart(others[0], edges, type_size):
        return 2
    # A line of text is full; a name by itself is not, or is set apart, or has an indent below it.
    short = is_short(first, edges, type_size)
    return int(short or set_apart(first, edges, type_size) or is_paragraph_start(others[0], edges, type_size))


def _deck_and_byline(region: Region, cues: Cues) -> int:
    """How many lines at a region's start are a deck, in which no sentence ends, and a byline; 0 for none.

    A byline in the second line of what opens an item is in the brackets behind its dateline, which may be misread.
    """
    if cues.openings.match(region.lines[0].text.strip()):
        return 0
    for count, line in enumerate(region.lines[1:DECK_LINES], start=1):
        above = region.lines[count - 1].text.strip()
        if _STOP in above or above[-1:] in (*cues.terminal, *_GOES_ON):
            return 0
        if is_byline(line.text, cues) and not _BRACKETED.search(line.text.strip()):
            below = " ".join(each.text for each in region.lines[count : count + 2])
            return count + 1 + int(len(region.lines) > count + 1 and is_byline(below, cues))
    return 0


def _heading_over(region: Region, page: Page) -> Region | None:
    """The headline right above a region, or beside it over the other columns, within reach of a byline between the two."""
    size, top = page.type_size, _top_of_picture(region, page)
    near = [
        other
        for other in page.regions
        if other.role in HEADING_ROLES
        and other.frame_id == region.frame_id
        and 0 < top - other.box.y1 + size <= max(BYLINE_REACH * size, other.lines[-1].box.height)
    ]
    over = [other for other in near if other.box.overlap_x(region.box) > 0]
    column = None if over else _column_below(region, page)
    if column:
        apart = min((_beside_x(other.box, column) for other in near), default=column.width)
        over = [other for other in near if _beside_x(other.box, column) <= apart < column.width]
    nearest = max(over, key=lambda other: other.box.y1, default=None)
    return next((r for r in page.regions if nearest and r.id == nearest.heading_id), None)


def _top_of_picture(region: Region, page: Page) -> float:
    """The top of a region, or of the picture with its caption that stands right above it."""
    top = region.box.y0
    for role in (Role.CAPTION, Role.PICTURE):
        over = [r.box for r in page.regions if r.role is role and r.box.overlap_x(region.box) > 0.5 * region.box.width]
        near = [box.y0 for box in over if -page.type_size < top - box.y1 <= BYLINE_REACH * page.type_size]
        top = min((top, *near))
    return top


def _beside_x(a: Box, b: Box) -> float:
    return max(a.x0 - b.x1, b.x0 - a.x1)


def _column_below(region: Region, page: Page) -> Box | None:
    """The text right below a region that stands at the top of its column, None where text stands right above it."""
    reach = BYLINE_REACH * page.type_size
    column = [r.box for r in page.running_text if r is not region and r.box.overlap_x(region.box) > 0.5 * region.box.width]
    above = any(box.cy < region.box.cy and region.box.y0 - box.y1 <= reach for box in column)
    below = [box for box in column if box.cy > region.box.cy and box.y0 - region.box.y1 <= reach]
    return min(below, key=lambda box: box.y0) if below and not above else None
