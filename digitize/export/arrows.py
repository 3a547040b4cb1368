"""Arrows from one box of a drawing to the next, laid so that they run in the white between boxes and not over type."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from digitize.export.markup import add

if TYPE_CHECKING:
    from lxml import etree

    from digitize.geometry import Box, Point

# In parts of the size given: the head's length and half its width, and the shortest arrow that can still be seen.
_HEAD_LENGTH, _HEAD_HALF_WIDTH = 0.7, 0.35
_SHORTEST = 1.2
# The shaft's width, and that of the light edge around it, by which a dark arrow is seen on negative film.
_SHAFT, _EDGE = 1 / 6, 1 / 3
_EDGE_OPACITY = "0.75"


def add_arrow(parent: etree._Element, source: Box, target: Box, size: float, colour: str) -> etree._Element:
    """Append an arrow, a group of lines and a head; `size` is that of the drawing's numbers, in pixels."""
    start, end = arrow_ends(source, target, _SHORTEST * size)
    length = math.dist(start, end)
    dx, dy = (size * (b - a) / length for a, b in zip(start, end, strict=True))
    neck = end[0] - _HEAD_LENGTH * dx, end[1] - _HEAD_LENGTH * dy
    aside = -_HEAD_HALF_WIDTH * dy, _HEAD_HALF_WIDTH * dx
    head = end, (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1])
    arrow = add(parent, "g", fill=colour, stroke=colour)
    shaft = dict(zip(("x1", "y1", "x2", "y2"), (f"{value:.0f}" for value in (*start, *neck)), strict=True))
    edge = {"stroke": "#fff", "stroke-width": f"{_EDGE * size:.1f}", "stroke-opacity": _EDGE_OPACITY}
    add(arrow, "line", **shaft, **edge)
    add(arrow, "line", **shaft, **{"stroke-width": f"{_SHAFT * size:.1f}"})
    add(arrow, "polygon", points=" ".join(f"{x:.0f},{y:.0f}" for x, y in head), stroke="none")
    return arrow


def arrow_ends(source: Box, target: Box, shortest: float) -> tuple[Point, Point]:
    """Where an arrow starts and ends: straight down to a box below, else from the lower corner to the facing upper one.

    Between columns it runs up the gutter, as a reader's eye goes from the foot of one to the head of the next. It is
    `shortest` long at least, and reaches into the boxes where they are closer than that.
    """
    if source.overlap_x(target) > 0 and source.cy < target.cy:
        x = (max(source.x0, target.x0) + min(source.x1, target.x1)) / 2
        lack = max(0.0, shortest - (target.y0 - source.y1)) / 2
        return (x, source.y1 - lack), (x, target.y0 + lack)
    from_x, to_x = (source.x1, target.x0) if source.cx <= target.cx else (source.x0, target.x1)
    foot, head = (from_x, source.y1), (to_x, target.y0)
    return (foot, head) if math.dist(foot, head) >= shortest else ((head[0], head[1] - shortest), head)
