"""Lettering in pictures: large type printed over a photo, or on a black strip of it, which may be an item's headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.layout.headings import SAME_SIZE, TALL_LINE
from digitize.layout.regions import Draft
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box

PHRASE = 4.0
"""Lettering so many times as long as high is a phrase; what is shorter in a photo is a sign on a wall, or texture."""


def find_lettering(lines: Sequence[Box], pictures: Sequence[Box], type_size: float) -> tuple[Draft, ...]:
    """The large level lines in each picture as fillers, those of the largest type as one, in reading-frame pixels.

    `lines` are those that were detected in pictures. Whether one of them is a headline is told by what stands around.
    """
    drafts: list[Draft] = []
    large = [line for line in lines if line.height >= TALL_LINE * type_size and line.width >= PHRASE * line.height]
    for picture in pictures:
        own = sorted((line for line in large if picture.contains(line.cx, line.cy)), key=lambda line: line.y0)
        largest = max((line.height for line in own), default=0.0)
        first = tuple(line for line in own if line.height * SAME_SIZE >= largest)
        groups = (first, *((line,) for line in own if line not in first))
        drafts += [Draft(Role.FILLER, g, hull(g), sizes=tuple(line.height for line in g)) for g in groups if g]
    return tuple(drafts)
