"""Which article a picture, or a box of its key points, belongs to: the one whose outline it stands in, or nearest to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import Link, LinkKind, Role
from digitize.reflow.flow import Start, block_start, column_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

FIGURE_REACH = 4.0
"""How far outside an article's outline its pictures stand at most, in type sizes."""


def figure_links(units: Sequence[Sequence[Region]], page: Page) -> tuple[Link, ...]:
    """Which unit each picture illustrates: the one whose outline it stands in, or nearest to; and whose caption is whose."""
    links = []
    for picture in (region for region in page.regions if region.role is Role.PICTURE):
        beside = [unit for unit in units if unit[0].frame_id == picture.frame_id]
        unit = max(beside, key=lambda each: belonging(each, picture.box), default=None)
        if unit is None or belonging(unit, picture.box) <= -FIGURE_REACH * page.type_size:
            continue
        score = round(belonging(unit, picture.box), 2)
        links.append(
            Link(
                picture.id, unit[0].id, LinkKind.ILLUSTRATES, score, "within the outline" if score > 0 else "beside the outline"
            )
        )
        captions = [r for r in page.regions if r.role is Role.CAPTION and nearest_picture(r, page.regions) is picture]
        links += [Link(caption.id, picture.id, LinkKind.CAPTIONS, 1.0, "nearest the picture") for caption in captions]
    return tuple(links)


def head_by_lettering(units: Sequence[list[Region]], figures: Sequence[Link], page: Page, cues: Cues) -> tuple[Link, ...]:
    """Links from large lettering in a picture to the item that it illustrates, where that begins without a heading.

    It is put at the head of the unit as its headline. Signs and banners in a photo have an item with a headline beside them.
    """
    links, own = [], {region.id: region for region in page.regions}
    for unit in units:
        first = unit[0]
        if first.role is not Role.PARAGRAPH or _goes_on(first, page, cues):
            continue
        pictures = [own[link.source] for link in figures if link.target == first.id and link.kind is LinkKind.ILLUSTRATES]
        inside = [r for r in page.regions if r.role is Role.FILLER and r.lines and any(_lies_in(r, p) for p in pictures)]
        if inside:
            largest = max(inside, key=lambda region: region.lines[0].type_size)
            unit.insert(0, replace(largest, role=Role.HEADLINE, heading_id=largest.id, frame_id=first.frame_id))
            links.append(Link(largest.id, first.id, LinkKind.HEADS, 1.0, "large type in the item's picture"))
    return tuple(links)


def _goes_on(region: Region, page: Page, cues: Cues) -> bool:
    """Whether text begins in mid-sentence: it has its headline elsewhere."""
    return block_start(region, column_edges(region, page.running_text), page.type_size, cues) in {Start.OPEN, Start.BYLINE}


def _lies_in(region: Region, picture: Region) -> bool:
    return picture.box.contains(region.box.cx, region.box.cy)


def nearest_picture(caption: Region, regions: Sequence[Region]) -> Region | None:
    """The picture that a caption stands below or beside, the nearest one."""
    near = [
        region
        for region in regions
        if region.role is Role.PICTURE
        and region.frame_id == caption.frame_id
        and (
            (region.box.overlap_x(caption.box) > 0 and region.box.cy < caption.box.cy)
            or region.box.overlap_y(caption.box) > 0.5 * caption.box.height
        )
    ]
    return min(near, key=lambda region: apart(region.box, caption.box), default=None)


def apart(a: Box, b: Box) -> float:
    """The white between two boxes, across and down, in pixels."""
    return max(a.x0 - b.x1, b.x0 - a.x1, 0.0) + max(a.y0 - b.y1, b.y0 - a.y1, 0.0)


def belonging(unit: Sequence[Region], box: Box) -> float:
    """How much of a box lies within a unit's outline, 0..1; outside it, its distance, in pixels, below 0."""
    outline = hull(region.box for region in unit)
    shared = outline.intersection(box) / max(1.0, box.area)
    if shared > 0:
        return shared
    return -apart(outline, box)
