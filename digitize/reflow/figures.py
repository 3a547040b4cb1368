"""Which article a picture, or a box of its key points, belongs to: the one whose outline it stands in, or nearest to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Link, LinkKind, Role
from digitize.reflow.flow import FULL_STOP

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


def join_figures(units: Sequence[Sequence[Region]], page: Page) -> tuple[list[list[Region]], tuple[Link, ...]]:
    """The units with the pictures that illustrate them, each with its captions, and the links for these.

    A headline without text over a picture is news in a picture: the sentences that caption it are its text.
    """
    links, own = figure_links(units, page), {region.id: region for region in page.regions}
    joined: list[list[Region]] = []
    made: list[Link] = []
    for unit in units:
        pictures = [link for link in links if link.kind is LinkKind.ILLUSTRATES and link.target == unit[0].id]
        captions = [link for picture in pictures for link in links if link.target == picture.source]
        told = own[captions[0].source] if len(captions) == 1 and _lacks_text(unit) else None
        if told and _tells(told):
            head = next(region for region in unit if region.role is Role.HEADLINE)
            made += [Link(head.id, told.id, LinkKind.HEADS, 1.0, "sentences below its picture, and no other text"), *pictures]
            joined.append([*unit, replace(told, role=Role.PARAGRAPH), *(own[picture.source] for picture in pictures)])
            continue
        figures = [link for p in pictures for link in (p, *(c for c in captions if c.target == p.source))]
        made += figures
        joined.append([*unit, *(own[link.source] for link in figures)])
    return joined, tuple(made)


def _lacks_text(unit: Sequence[Region]) -> bool:
    """Whether a unit is a heading and nothing else."""
    return all(region.role in HEADING_ROLES for region in unit) and any(region.role is Role.HEADLINE for region in unit)


def _tells(caption: Region) -> bool:
    """Whether a caption says something in sentences; who is seen, or who took the picture, is none."""
    return any(FULL_STOP.search(line.text) for line in caption.lines)


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
