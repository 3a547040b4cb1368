"""Which article a picture, or a box of its key points, belongs to: the one whose outline it stands in, or nearest to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import Link, LinkKind, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region

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
