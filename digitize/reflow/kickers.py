"""Kickers above a picture, whose headline stands below it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Role

if TYPE_CHECKING:
    from digitize.geometry import Box
    from digitize.model import Page, Region

LARGEST = 1.7
"""A kicker is set in type up to so many body sizes; larger, it is the title of the picture."""

LARGER = 1.3
"""How much larger than the kicker the headline is set at least: otherwise each heads what is below it."""

ABOVE, BELOW = 2.5, 5.0
"""White between kicker and picture, and between picture and headline, where the caption stands, in type sizes, at most."""


def join_kickers(page: Page) -> Page:
    """The page with each small heading right above a picture, whose headline stands right below it, as that one's kicker."""
    headings: dict[str, list[Region]] = {}
    for region in page.regions:
        if region.role in HEADING_ROLES and region.heading_id:
            headings.setdefault(region.heading_id, []).append(region)
    kickers: dict[str, str] = {}
    for key, parts in headings.items():
        if any(part.role is not Role.HEADLINE for part in parts) or _size(parts) > LARGEST * page.type_size:
            continue
        below = [other for other, its in headings.items() if other != key and _is_headline_of(its, parts, page)]
        if below:
            kickers[key] = below[0]
    return replace(
        page,
        regions=tuple(
            replace(region, role=Role.KICKER, heading_id=kickers[region.heading_id]) if region.heading_id in kickers else region
            for region in page.regions
        ),
    )


def _size(parts: list[Region]) -> float:
    return max(line.type_size for part in parts for line in part.lines)


def _is_headline_of(parts: list[Region], small: list[Region], page: Page) -> bool:
    """Whether a heading without a kicker, in larger type, stands below the picture that a small one stands above."""
    if any(part.role is Role.KICKER for part in parts) or _size(parts) < LARGER * _size(small):
        return False
    upper, lower, size = hull(part.box for part in small), hull(part.box for part in parts), page.type_size
    for picture in (region for region in page.regions if region.role is Role.PICTURE):
        box = picture.box
        near = -size < box.y0 - upper.y1 <= ABOVE * size and -size < lower.y0 - box.y1 <= BELOW * size
        if near and _within(upper, box, size) and _within(lower, box, size) and not _text_below(box, lower, page):
            return picture.frame_id == parts[0].frame_id == small[0].frame_id
    return False


def _within(heading: Box, picture: Box, slack: float) -> bool:
    return heading.x0 >= picture.x0 - slack and heading.x1 <= picture.x1 + slack


def _text_below(picture: Box, heading: Box, page: Page) -> bool:
    """Whether text stands between a picture and the heading below it."""
    return any(picture.y1 < r.box.cy < heading.y0 and r.box.overlap_x(heading) > 0 for r in page.running_text)
