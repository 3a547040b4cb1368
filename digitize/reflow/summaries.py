"""Key points: a box that opens with words for such (核心提示) tells an item in short, and is read as the first of its text."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import FLOW_LINKS, HEADING_ROLES, Link, LinkKind, Role
from digitize.reflow.figures import owner
from digitize.reflow.parting import with_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

UNDER = 4.0
"""White between key points and the columns of text that they stand over, in type sizes, at most: the margins of a tint that
film has bleached, and what is left for it below."""

COLUMN_SHARE = 0.6
"""A column under key points that stand over two and their gutter takes less of their width than this."""

_RUNS_IN = tuple("】〕］])）:：")


def join_summaries(
    units: Sequence[list[Region]], links: Sequence[Link], page: Page, cues: Cues
) -> tuple[list[list[Region]], tuple[Link, ...]]:
    """The units with each one that tells key points taken into the item in whose outline it stands, and the links for it.

    It stands behind that item's heading. The words over it are a filler: a standing head, which belongs to the make-up. A
    summary that stands in no item's reach stays an item.
    """
    frames = {unit[0].frame_id for unit in units if is_summary(unit, cues)} - {None}
    groups = [[unit for unit in units if unit[0].frame_id == frame] for frame in sorted(filter(None, frames))]
    groups += [[unit] for unit in units if unit[0].frame_id is None and is_summary(unit, cues)]
    left, made = [list(unit) for unit in units], list(links)
    for group in groups:
        others = [unit for unit in left if unit not in group and unit[0].frame_id == _ground(group[0][0], page)]
        box = hull(region.box for unit in group for region in unit)
        found = owner(others, box, page.type_size)
        if found is None:
            continue
        item, score = found
        parts = [part for unit in group for region in unit for part in _parted(region, page, cues)]
        labels = {part.id for part in parts if part.role is Role.FILLER}
        made = [link for link in made if link.source not in labels]
        followed = {link.target for link in made if link.kind in FLOW_LINKS}
        reason = "key points within the outline" if score > 0 else "key points beside the outline"
        firsts = [part for part in parts if part.id not in followed | labels]
        at = next((n for n, region in enumerate(item) if region.role not in HEADING_ROLES), len(item))
        if at:
            made += [Link(part.id, item[0].id, LinkKind.SUMMARIZES, score, reason) for part in firsts]
        else:  # the item has no heading: it begins with them
            chain = itertools.pairwise([*(part for part in parts if part.id not in labels), item[0]])
            made += [Link(a.id, b.id, LinkKind.CONTINUES, score, reason) for a, b in chain if b.id not in followed]
        item[at:at] = parts
        left = [unit for unit in left if unit not in group]
    return left, tuple(made)


def with_labels(page: Page, cues: Cues) -> Page:
    """The page with words for key points that stand alone as headings of what is below them, and no part of one above.

    What begins with them below a picture is no caption.
    """
    return replace(page, regions=tuple(_labelled(region, cues) for region in page.regions))


def _labelled(region: Region, cues: Cues) -> Region:
    if region.role is Role.CAPTION and is_summary([region], cues):
        return replace(region, role=Role.PARAGRAPH)
    parts = {Role.PARAGRAPH, *HEADING_ROLES}
    if region.role in parts and len(region.lines) == 1 and cues.summary.fullmatch(region.lines[0].text.strip()):
        return replace(region, role=Role.HEADLINE, heading_id=region.id)
    return region


def set_summaries_apart(page: Page, cues: Cues) -> Page:
    """The page with key points over several columns as pictures, which a text goes past, for the order alone.

    A box around them, or a tint, sets them apart by itself; on film it may be too pale to be found.
    """
    return replace(
        page,
        regions=tuple(
            replace(r, role=Role.PICTURE, lines=(), heading_id=None) if _is_over_columns(r, page, cues) else r
            for r in page.regions
        ),
    )


def _is_over_columns(region: Region, page: Page, cues: Cues) -> bool:
    """Whether a block on the open page tells key points, and stands right over two columns of text or more."""
    if region.role is not Role.PARAGRAPH or region.frame_id or not is_summary([region], cues):
        return False
    box, reach = region.box, UNDER * page.type_size
    below = [r.box for r in page.running_text if r is not region and 0 <= r.box.y0 - box.y1 <= reach]
    return sum(b.overlap_x(box) > b.width / 2 and b.width < COLUMN_SHARE * box.width for b in below) > 1


def summary_ids(page: Page) -> frozenset[str]:
    """The ids of the regions that tell the key points of another item."""
    follower = {link.source: link.target for link in page.links if link.kind in FLOW_LINKS}
    found = {link.source for link in page.links if link.kind is LinkKind.SUMMARIZES}
    for first in tuple(found):
        region = first
        while region in follower:
            region = follower[region]
            found.add(region)
    return frozenset(found)


def is_summary(unit: Sequence[Region], cues: Cues) -> bool:
    """Whether a unit opens with words for key points, on a line of their own or in brackets or with a colon behind them."""
    text = unit[0].lines[0].text.strip() if unit[0].lines else ""
    words = cues.summary.match(text)
    return words is not None and (words.end() == len(text) or words.group().endswith(_RUNS_IN))


def _ground(region: Region, page: Page) -> str | None:
    """The id of the frame around the one that a region stands in; None for the open page."""
    own = next((frame.box for frame in page.frames if frame.id == region.frame_id), None)
    if own is None:
        return None
    around = [f for f in page.frames if f.box.contains(own.cx, own.cy) and f.box.area > own.area]
    return min(around, key=lambda frame: frame.box.area).id if around else None


def _parted(region: Region, page: Page, cues: Cues) -> tuple[Region, ...]:
    """A region of a summary: its label, if it begins with one, and its text."""
    count = next((n for n, line in enumerate(region.lines) if not cues.summary.fullmatch(line.text.strip())), len(region.lines))
    label, rest = region.lines[:count], region.lines[count:]
    role = region.role if region.role is Role.PICTURE else Role.PARAGRAPH
    if not label:
        return (replace(region, role=role, heading_id=None),)
    if not rest:
        return (replace(region, role=Role.FILLER, heading_id=None),)
    return (
        with_lines(replace(region, id=f"{region.id}k", role=Role.FILLER, heading_id=None), label, page),
        with_lines(replace(region, role=role, heading_id=None), rest, page),
    )
