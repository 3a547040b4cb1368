"""Regions, rules and boxes that were found become a page: with ids, outlines in original pixels, and column numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.geometry import map_polygon, map_polygons
from digitize.layout.blocks import Block, number_columns
from digitize.layout.regions import innermost
from digitize.layout.separators import find_gutters
from digitize.model import Frame, Region, Role, Separator, SeparatorKind, TextLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digitize.geometry import Box
    from digitize.layout.regions import Draft
    from digitize.model import Page


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is printed on a page beside text and pictures: rules, boxes, tinted grounds and black panels."""

    rules: tuple[Box, ...] = ()
    boxes: tuple[Box, ...] = ()
    tints: tuple[Box, ...] = ()
    panels: tuple[Box, ...] = ()

    @property
    def grounds(self) -> tuple[Box, ...]:
        """What sets its content apart from the page around it."""
        return (*self.boxes, *self.tints)


def make_page(bare: Page, drafts: Sequence[Draft], furniture: Furniture, told: Mapping[Box, TextLine] | None = None) -> Page:
    """A page with the regions that were found on it, in their order, and what is printed beside them.

    Args:
        bare: the page without regions, its type size and reading frame known.
        drafts: the regions, in reading-frame pixels.
        furniture: the rules, boxes, tints and panels, in reading-frame pixels.
        told: lines that are known already, by their boxes; all others are numbered, and have no text yet.
    """
    rules, boxes, grounds = furniture.rules, furniture.boxes, furniture.grounds
    frames = tuple(Frame(f"{bare.id}-b{i:03d}", map_polygon(b.polygon, bare.frame), b) for i, b in enumerate(grounds, start=1))
    text = [draft for draft in drafts if draft.role is Role.PARAGRAPH]
    kinds = [
        (SeparatorKind.BOX_EDGE if innermost_edge(rule, boxes, bare.type_size) else SeparatorKind.RULE, rule) for rule in rules
    ]
    kinds += [(SeparatorKind.GUTTER, gutter) for gutter in find_gutters([d.box for d in text], rules, bare.type_size)]
    return replace(
        bare,
        line_pitch=_line_pitch(text),
        regions=_number(bare, drafts, frames, furniture.panels, told or {}),
        separators=tuple(Separator(kind, map_polygon(box.polygon, bare.frame), box) for kind, box in kinds),
        frames=frames,
    )


def innermost_edge(rule: Box, boxes: Sequence[Box], type_size: float) -> bool:
    """Whether a rule is an edge of one of the boxes: it keeps to the box's border along one side."""
    return any(
        box.grown(type_size / 2, type_size / 2).intersection(rule) >= rule.area
        and innermost(rule, [_inside(box, type_size)]) is None
        for box in boxes
    )


def _inside(box: Box, type_size: float) -> Box:
    return box.grown(-type_size / 2, -type_size / 2)


def _line_pitch(text: Sequence[Draft]) -> float:
    """The middle line pitch of the page's running text, in pixels, blocks weighing as many lines as they have."""
    pitches = sorted((Block(draft.lines).pitch, len(draft.lines)) for draft in text if len(draft.lines) > 1)
    total, seen = sum(count for _, count in pitches), 0
    for pitch, count in pitches:
        seen += count
        if 2 * seen >= total:
            return pitch
    return 0.0


def _number(
    bare: Page,
    drafts: Sequence[Draft],
    frames: Sequence[Frame],
    panels: Sequence[Box],
    told: Mapping[Box, TextLine],
) -> tuple[Region, ...]:
    text = [draft.box for draft in drafts if draft.role is Role.PARAGRAPH]
    columns = dict(zip(text, number_columns(text, bare.type_size), strict=True))
    regions, line_number = [], 0
    boxes = list(dict.fromkeys(box for draft in drafts for box in (draft.box, *draft.lines)))
    outlines = dict(zip(boxes, map_polygons([box.polygon for box in boxes], bare.frame), strict=True))
    headlines = {draft.heading: f"{bare.id}-r{n:03d}" for n, draft in enumerate(drafts, start=1) if draft.role is Role.HEADLINE}
    for number, draft in enumerate(drafts, start=1):
        lines = []
        for box, size in zip(draft.lines, draft.sizes, strict=True):
            line_number += 1
            lines.append(
                told.get(box)
                or TextLine(
                    id=f"{bare.id}-l{line_number:04d}",
                    polygon=outlines[box],
                    box=box,
                    type_size=min(size, box.width) if box.upright else size,
                    reversed=innermost(box, panels) is not None,
                )
            )
        regions.append(
            Region(
                id=f"{bare.id}-r{number:03d}",
                role=draft.role,
                polygon=outlines[draft.box],
                box=draft.box,
                lines=tuple(lines),
                frame_id=None if draft.ground is None else frames[draft.ground].id,
                column=columns.get(draft.box, 0),
                heading_id=headlines.get(draft.heading) if draft.heading else None,
            )
        )
    return tuple(regions)
