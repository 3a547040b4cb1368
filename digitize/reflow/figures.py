"""Which article a picture, or a box of its key points, belongs to: the one whose outline it stands in, or nearest to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from digitize.geometry import hull
from digitize.model import Link, LinkKind, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region

Unit = TypeVar("Unit", bound="Sequence[Region]")

FIGURE_REACH = 4.0
"""How far outside an article's outline its pictures stand at most, in type sizes."""


def figure_links(units: Sequence[Sequence[Region]], page: Page) -> tuple[Link, ...]:
    """Which unit each picture illustrates: the one whose outline it stands in, or nearest to; and whose caption is whose."""
    links = []
    for picture in (region for region in page.regions if region.role is Role.PICTURE):
        beside = [unit for unit in units if unit[0].frame_id == picture.frame_id]
        found = owner(beside, picture.box, page.type_size)
        if found is None:
            continue
        unit, score = found
        reason = "within the outline" if score > 0 else "beside the outline"
        links.append(Link(picture.id, unit[0].id, LinkKind.ILLUSTRATES, score, reason))
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


def owner(units: Sequence[Unit], box: Box, type_size: float) -> tuple[Unit, float] | None:
    """The unit in whose outline a box stands, or that it stands nearest to, and how much it belongs to it (see `_belonging`).

    None where no unit reaches so far.
    """
    unit = max(units, key=lambda each: _belonging(each, box), default=None)
    if unit is None or (score := _belonging(unit, box)) <= -FIGURE_REACH * type_size:
        return None
    return unit, round(score, 2)


def _belonging(unit: Sequence[Region], box: Box) -> float:
    """How much of a box lies within a unit's outline, 0..1; outside it, its distance, in pixels, below 0."""
    outline = hull(region.box for region in unit)
    shared = outline.intersection(box) / max(1.0, box.area)
    if shared > 0:
        return shared
    return -apart(outline, box)
