"""Pull quotes: words of a text repeated in large type between two rules in its midst. They are no heading."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Role, SeparatorKind
from digitize.reflow.flow import End, Start, block_end, block_start, column_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

SAME_SPAN = 1.2
"""How far the ends of the two rules, and of the text's column, may differ, in type sizes: less than an indent."""

NEXT_TO = 2.5
"""White between a rule and the text that it breaks off, in type sizes, at most."""


def set_quotes_apart(page: Page, cues: Cues) -> Page:
    """The page as its text flows: each pull quote as one picture, which text goes past, and without the rules around it.

    What stands between two rules as wide as the column is a quote where the text above the upper rule breaks off in the
    midst of a sentence, or the text below the lower one begins so. A headline between two rules has neither.
    """
    level = sorted((s.box for s in page.separators if s.kind == SeparatorKind.RULE and not s.box.upright), key=lambda b: b.cy)
    regions, rules = list(page.regions), set()
    for upper, lower in itertools.combinations(level, 2):
        quoted = _quoted(regions, upper, lower, page.type_size)
        if quoted and _breaks_text(regions, upper, lower, page, cues):
            box = hull([upper, lower, *(region.box for region in quoted)])
            regions = [region for region in regions if region not in quoted]
            regions.append(replace(quoted[0], role=Role.PICTURE, box=box, lines=(), heading_id=None))
            rules |= {upper, lower}
    if not rules:
        return page
    return replace(page, regions=tuple(regions), separators=tuple(s for s in page.separators if s.box not in rules))


def _quoted(regions: Sequence[Region], upper: Box, lower: Box, type_size: float) -> list[Region]:
    """The headings between two rules of one width; none where anything else stands there."""
    slack = SAME_SPAN * type_size
    if abs(upper.x0 - lower.x0) > slack or abs(upper.x1 - lower.x1) > slack:
        return []
    between = [r for r in regions if upper.cy < r.box.cy < lower.cy and r.box.overlap_x(upper) > 0]
    return between if all(region.role in HEADING_ROLES for region in between) else []


def _breaks_text(regions: Sequence[Region], upper: Box, lower: Box, page: Page, cues: Cues) -> bool:
    size, text = page.type_size, page.running_text
    column = [r for r in regions if r in text and abs(r.box.x0 - upper.x0) <= SAME_SPAN * size and r.box.x1 <= upper.x1 + size]
    above = [r for r in column if -size < upper.y0 - r.box.y1 <= NEXT_TO * size]
    below = [r for r in column if -size < r.box.y0 - lower.y1 <= NEXT_TO * size]
    if not above or not below:
        return False
    end = block_end(above[0], column_edges(above[0], text), size, cues)
    start = block_start(below[0], column_edges(below[0], text), size, cues)
    return end is End.OPEN or start is Start.OPEN
