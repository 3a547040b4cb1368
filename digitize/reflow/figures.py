"""Which article a picture, or a box of its key points, belongs to: the one whose outline it stands in, or nearest to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from digitize.geometry import hull
from digitize.model import Link, LinkKind, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region

Unit = TypeVar("Unit", bound="Sequence[Region]")

POINTERS = tuple("▲△▼▽◀◁▶▷◄►←→↑↓")
"""What a caption that stands beside its picture, or above it, opens with."""

POINTED_GAP = 2.0
"""White between such a caption and its picture, in type sizes, at most."""

FIGURE_REACH = 4.0
"""How far outside an article's outline its pictures stand at most, in type sizes."""


def with_pointed_captions(page: Page) -> Page:
    """The page with the text beside a picture that opens with an arrow or a triangle as its caption, however wide it is."""
    pictures = [region for region in page.regions if region.role is Role.PICTURE]
    return replace(
        page,
        regions=tuple(
            replace(region, role=Role.CAPTION, column=0)
            if region.role is Role.PARAGRAPH and _points(region) and _is_by(region, pictures, page)
            else region
            for region in page.regions
        ),
    )


def _points(region: Region) -> bool:
    """Whether a region opens with an arrow or a triangle."""
    return region.lines[0].text.strip().startswith(POINTERS)


def _is_by(region: Region, pictures: Sequence[Region], page: Page) -> bool:
    """Whether a region stands right beside a picture that is as high as it."""
    near = POINTED_GAP * page.type_size
    return any(apart(p.box, region.box) <= near and region.box.height <= p.box.height for p in pictures)


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
    """The picture that a caption stands below or beside, or above if it points to it: the nearest one."""
    points = _points(caption)
    near = [
        region
        for region in regions
        if region.role is Role.PICTURE
        and region.frame_id == caption.frame_id
        and (
            (region.box.overlap_x(caption.box) > 0 and (region.box.cy < caption.box.cy or points))
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
