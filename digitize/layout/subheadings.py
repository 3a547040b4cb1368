"""Subheadings of vertical pages: set larger than the text, as minor headlines are, but amid the columns of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.layout.blocks import separated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box

MINOR = 0.65
"""A subheading is smaller than the largest headline around by this much: an item's own headline is set at least half as
large again as what parts its text."""

LARGEST = 1.7
"""And no larger than this many body sizes: it takes the place of one column, or little more."""

LOWERED = 1.0
"""It begins below the head of its tier, by so many body sizes at least; headlines stand in the middle of it, or at its head."""

OFF_MIDDLE = 0.15
"""And nearer to the head than to the foot, by this share of the tier: else it stands in the middle, as headlines do."""

BESIDE = 1.0
"""White between it and the columns on both sides of it, in body sizes, at most: before a headline a column stays free."""


def find_subheadings(tall: Sequence[Box], body: Sequence[Box], obstacles: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Those of the large lines of a vertical page, in the reading frame, that part the text of one item.

    A column of the text stands close on both sides, no rule between, and the line begins lowered as a paragraph does,
    and ends far from the foot of the tier.
    """
    largest = max((line.height for line in tall), default=0.0)
    minor = [line for line in tall if line.height <= min(MINOR * largest, LARGEST * type_size)]
    return tuple(line for line in minor if _parts_text(line, body, obstacles, type_size))


def _parts_text(line: Box, body: Sequence[Box], obstacles: Sequence[Box], type_size: float) -> bool:
    shared = [other for other in body if other.overlap_x(line) > 0.5 * line.width]
    above = max((other for other in shared if other.cy < line.y0), key=lambda box: box.y1, default=None)
    below = min((other for other in shared if other.cy > line.y1), key=lambda box: box.y0, default=None)
    if above is None or below is None:
        return False
    # A paragraph's last column may be so short that it does not reach as far down the tier as the line begins.
    ended = max(other.y1 for other in body if other.overlap_x(above) > 0 and above.cy <= other.cy < line.y0)
    close = max(line.y0 - ended, below.y0 - line.y1) <= BESIDE * type_size
    apart = separated(above, line, obstacles) or separated(line, below, obstacles)
    head, foot = min(above.x0, below.x0), max(above.x1, below.x1)
    lowered = line.x0 - head >= LOWERED * type_size
    leaning = (foot - line.x1) - (line.x0 - head) >= OFF_MIDDLE * (foot - head)
    return close and not apart and lowered and leaning
