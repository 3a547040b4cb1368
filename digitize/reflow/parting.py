"""Regions parted in two: a byline from its text, a label from what stands under it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull, map_polygon

if TYPE_CHECKING:
    from digitize.model import Page, Region, TextLine


def with_lines(region: Region, lines: tuple[TextLine, ...], page: Page) -> Region:
    """A region of some of its lines alone, with their outline."""
    box = hull(line.box for line in lines)
    return replace(region, polygon=map_polygon(box.polygon, page.frame), box=box, lines=lines)
