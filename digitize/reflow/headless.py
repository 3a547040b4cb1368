"""Items that the reading order left without a heading, and the headings that it left without text: most belong together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box, hull
from digitize.model import FLOW_LINKS, HEADING_ROLES, Link, LinkKind, Role
from digitize.reflow.bylines import is_byline
from digitize.reflow.figures import apart, figure_links
from digitize.reflow.flow import Start, block_start
from digitize.reflow.heads import HEADING_REACH, UNDERLINED
from digitize.reflow.matching import best_matching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

OVER = 0.5
"""Share of a heading that stands over or beside its item: headings stand in the middle of more columns than they cover."""


def head_what_is_left(
    units: Sequence[list[Region]],
    links: Sequence[Link],
    page: Page,
    cues: Cues,
    is_item: Callable[[Sequence[Region]], bool],
) -> tuple[list[list[Region]], tuple[Link, ...]]:
    """The units with headings put before items that have none, and links that say so.

    `is_item` tells units that are items without a heading, too. Headings that no text was found for are tried, and large
    lettering in an item's picture: signs and banners in photos have an item with a headline beside them. An item that
    begins in mid-sentence has its heading elsewhere.
    """
    figures = figure_links(units, page)
    headless = [u for u in units if _text(u)[0].role is Role.PARAGRAPH and not _goes_on(u, page, cues) and is_item(u)]
    heading = {link.source for link in links if link.kind in FLOW_LINKS}
    pictured = {link.target: link.source for link in figures if link.kind is LinkKind.ILLUSTRATES}
    alone = [
        u for u in units if u[0].role in HEADING_ROLES and not any(r.id in heading or r.id == pictured.get(u[0].id) for r in u)
    ]
    alone = [u for u in alone if all(r.role in HEADING_ROLES for r in u) and u[0].id not in pictured]
    lettering = [[r] for r in page.regions if r.role is Role.FILLER and r.lines and _picture_of(r, page)]
    found = [*alone, *lettering]
    if not headless or not found:
        return list(units), ()
    scores = np.array([[_belongs(head, unit, units, page, figures) for unit in headless] for head in found])
    made, given = [], []
    for row, column in best_matching(scores):
        head, unit = found[row], headless[column]
        first = _text(unit)[0]
        parts = (
            head if head in alone else [replace(head[0], role=Role.HEADLINE, heading_id=head[0].id, frame_id=first.frame_id)]
        )
        reason = "the only heading over the item" if head in alone else "large type in the item's picture"
        main = next(part for part in parts if part.role is Role.HEADLINE)
        unit[:0] = parts
        given.append(head)
        made.append(Link(main.id, first.id, LinkKind.HEADS, round(float(scores[row][column]), 2), reason))
    return [unit for unit in units if unit not in given], tuple(made)


def _goes_on(unit: Sequence[Region], page: Page, cues: Cues) -> bool:
    """Whether a unit begins in mid-sentence; a byline by itself at its start is that of the text below it."""
    first, *others = _text(unit)
    if others and is_byline(" ".join(line.text for line in first.lines), cues):
        first = others[0]
    return block_start(first, page.running_text, page.type_size, cues) in {Start.OPEN, Start.BYLINE}


def _text(unit: Sequence[Region]) -> Sequence[Region]:
    """A unit without the words for key points that stand over its text."""
    return [region for region in unit if region.role is not Role.FILLER] or unit


def _picture_of(region: Region, page: Page) -> Region | None:
    inside = (p for p in page.regions if p.role is Role.PICTURE and p.box.contains(region.box.cx, region.box.cy))
    return next(inside, None)


def _belongs(
    head: Sequence[Region], unit: Sequence[Region], units: Sequence[Sequence[Region]], page: Page, figures: Sequence[Link]
) -> float:
    """How near a heading stands to an item, as points above 0; 0 where they do not belong together.

    It stands in the item's outline, over it, or, where it is set downwards, beside it, with nothing between but what is the
    item's own, and no rule but one right under the heading.
    """
    picture = _picture_of(head[0], page) if head[0].role is Role.FILLER else None
    if picture:
        return float(any(link.source == picture.id and link.target == unit[0].id for link in figures))
    size, box, outline = page.type_size, hull(r.box for r in head), hull(r.box for r in unit)
    if head[0].frame_id != unit[0].frame_id or apart(box, outline) > HEADING_REACH * size:
        return 0.0
    shared = box.overlap_y(outline) / box.height if box.upright else box.overlap_x(outline) / box.width
    if shared < OVER or (not box.upright and box.y0 > outline.y0 + HEADING_REACH * size):
        return 0.0
    own = {r.id for r in (*head, *unit)}
    between = _between(box, outline)
    others = [r for other in units for r in other if r.id not in own and r.role in {Role.PARAGRAPH, Role.HEADLINE}]
    if any(r.box.overlap_x(between) > 0 and r.box.overlap_y(between) > 0 for r in others):
        return 0.0
    level = [s.box for s in page.separators if s.kind == "rule" and not s.box.upright]
    if any(
        rule.overlap_x(between) > OVER * between.width and box.y1 + UNDERLINED * size < rule.cy < between.y1 for rule in level
    ):
        return 0.0
    return 1.0 / (1.0 + apart(box, outline) / size)


def _between(box: Box, outline: Box) -> Box:
    """The white between a heading and an item's outline."""
    if box.upright:
        left, right = sorted((box, outline), key=lambda each: each.cx)
        return Box(left.x1, box.y0, max(left.x1, right.x0), box.y1)
    return Box(max(box.x0, outline.x0), box.y1, min(box.x1, outline.x1), max(box.y1, outline.y0))
