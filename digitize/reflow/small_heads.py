"""Headlines that look like subheadings, told by the byline or the opening words of an item that stand right below them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import Box
from digitize.model import HEADING_ROLES, Role
from digitize.reflow.bylines import is_byline, is_signature
from digitize.reflow.edges import column_edges
from digitize.reflow.parting import with_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

LINES = 3
"""A headline in small type has at most so many lines; more is a deck, or text."""

LEADING = 1.1
"""White between two lines of one headline, in heights of a line: lines of letters are as high as their capitals."""

BELOW = 2.5
"""White between such a headline and the byline or text below it, in type sizes, at most."""

SMALLEST = 0.85
"""A headline is not set smaller than the text, in body sizes; lines without tall letters are measured lower."""

APART = 0.5
"""White above such a headline, in type sizes, at least: that of a headline in solid type."""


def head_by_what_follows(page: Page, cues: Cues) -> Page:
    """The page with lines by themselves right above a byline, or an item's opening words, as the headline of what follows.

    Subheadings stand above text that goes on, and an item that is signed has its byline below a full stop.
    """
    heads: dict[str, tuple[Region, ...]] = {}
    own: set[str] = set()
    for region in page.running_text:
        stack = _head_over(region, page, cues)
        if stack and own.isdisjoint(part.id for part in stack):  # a line over two columns is above both
            heads[stack[0].id] = stack
            own.update(part.id for part in stack)
    return replace(page, regions=tuple(_with_heads(page, heads, own)))


def _with_heads(page: Page, heads: dict[str, tuple[Region, ...]], own: set[str]) -> Iterator[Region]:
    for region in page.regions:
        if region.id in heads:
            lines = tuple(line for part in heads[region.id] for line in part.lines)
            yield with_lines(replace(region, role=Role.HEADLINE, heading_id=region.id), lines, page)
        elif region.id not in own:
            yield region


def _head_over(region: Region, page: Page, cues: Cues) -> tuple[Region, ...]:
    """The regions, top to bottom, that make the headline over a block which begins an item; none where it begins none."""
    if not _begins_item(region, page, cues):
        return ()
    edges = column_edges(region, page.running_text)
    stack: list[Region] = []
    place, reach = Box(edges.left, region.box.y0, edges.right, region.box.y1), BELOW * page.type_size
    while (above := _right_above(place, region, page)) and _may_head(above, page, cues) and place.y0 - above.box.y1 <= reach:
        stack.insert(0, above)
        place, reach = replace(place, y0=above.box.y0, y1=above.box.y1), LEADING * above.lines[-1].box.height
    if not stack or sum(len(part.lines) for part in stack) > LINES:
        return ()
    over = _right_above(place, region, page)
    if over is None or place.y0 - over.box.y1 > BELOW * page.type_size:
        return tuple(stack)
    return () if over.role in HEADING_ROLES or not _ends_above(over, place, page, cues) else tuple(stack)


def _ends_above(region: Region, head: Box, page: Page, cues: Cues) -> bool:
    """Whether what stands above a head ends there: text with a full stop, white between."""
    if region.role is not Role.PARAGRAPH:
        return True
    ended = region.lines[-1].text.strip()[-1:] in tuple(cues.terminal) or bool(is_byline(region.lines[-1].text, cues))
    return ended and head.y0 - region.box.y1 >= APART * page.type_size


def _begins_item(region: Region, page: Page, cues: Cues) -> bool:
    """Whether a block begins with a byline under which text stands, or with words that open an item."""
    first, *others = region.lines
    named = is_byline(first.text, cues) or is_signature(first.text, cues)
    if not named:
        return bool(cues.openings.match(first.text.strip()))
    if others:
        return True
    reach = BELOW * page.type_size
    under = [r for r in page.running_text if r is not region and r.box.cy > region.box.y1 and _stacked(r.box, region.box)]
    return any(len(r.lines) >= LINES and r.box.y0 - region.box.y1 <= reach for r in under)


def _may_head(region: Region, page: Page, cues: Cues) -> bool:
    """Whether a region's few lines may be a headline's: no sentence ends in them, and they lead nowhere."""
    if region.role is not Role.PARAGRAPH or len(region.lines) > LINES:
        return False
    texts = [line.text.strip() for line in region.lines]
    sentence = texts[-1][-1:] in tuple(cues.terminal) or any(cues.continued_to.fullmatch(text) for text in texts)
    size = max(line.type_size for line in region.lines) >= SMALLEST * page.type_size
    return size and not sentence and not any(is_byline(text, cues) or is_signature(text, cues) for text in texts)


def _right_above(box: Box, own: Region, page: Page) -> Region | None:
    """The nearest region above a box, in its column and on the ground of its own region."""
    over = [r for r in page.regions if r.box.cy < box.y0 and _stacked(r.box, box) and r.frame_id == own.frame_id]
    return max(over, key=lambda r: r.box.y1, default=None)


def _stacked(a: Box, b: Box) -> bool:
    return a.overlap_x(b) > 0.5 * min(a.width, b.width)
