"""Pull quotes: words of a text repeated in large type in its midst, mostly between two rules. They are no heading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Role, SeparatorKind
from digitize.reflow.flow import LEFT_OPEN, End, Start, block_end, block_start, flush_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

SAME_SPAN = 1.2
"""How far the ends of the two rules, and of the text's column, may differ, in type sizes: less than an indent."""

NEXT_TO = 2.5
"""White between a quote, or its rule, and the text that it breaks off, in type sizes, at most."""

RULE_NEAR = 3.0
"""White between a quote and its rules, in type sizes, at most."""

BESIDE = 4.0
"""The widest gutter, in type sizes, over which a column stands beside a quote."""

_OPENING, _CLOSING = "“‘「『«\"'", "”’」』»\"'"


@dataclass(frozen=True, slots=True)
class _Quote:
    """What may be a pull quote: the parts of a heading, the box around it and its rules, and the text above and below."""

    parts: tuple[Region, ...]
    rules: tuple[Box, ...]
    box: Box
    above: Region
    below: Region


def set_quotes_apart(page: Page, cues: Cues) -> Page:
    """The page as its text flows: each pull quote as one picture, which text goes past, and without the rules around it.

    What stands in the midst of a column is a quote where the text above it breaks off in mid-sentence and goes on below.
    Between two rules as wide as the column one of the two will do: a headline between two rules has neither. So will, with
    rules or with quotation marks around it, that text runs past it on both sides: a headline has its item's columns beside.
    Pages set in vertical lines are of a time that knew none: there it would be a heading of the next item.
    """
    if page.vertical:
        return page
    flush = flush_blocks(page.running_text, page.type_size, cues)
    quotes = [quote for quote in _candidates(page) if _is_quote(quote, page, cues, flush)]
    parts, gone = {r.id for quote in quotes for r in quote.parts}, {rule for quote in quotes for rule in quote.rules}
    regions = [region for region in page.regions if region.id not in parts]
    regions += [replace(q.parts[0], role=Role.PICTURE, box=q.box, lines=(), heading_id=None) for q in quotes]
    return replace(page, regions=tuple(regions), separators=tuple(s for s in page.separators if s.box not in gone))


def _candidates(page: Page) -> list[_Quote]:
    """What is set like headings in the midst of a column of running text, no wider than it."""
    level = [s.box for s in page.separators if s.kind == SeparatorKind.RULE and not s.box.upright]
    heads = [region for region in page.regions if region.role in HEADING_ROLES]
    size, found = page.type_size, []
    for above in page.running_text:
        lower = [r for r in page.running_text if r.frame_id == above.frame_id and r.box.overlap_x(above.box) > size]
        below = min((r for r in lower if r.box.y0 >= above.box.y1), key=lambda r: r.box.y0, default=None)
        if below is None:
            continue
        between = [r for r in heads if r.box.overlap_x(above.box) > 0 and above.box.y1 < r.box.cy < below.box.y0]
        if not between:
            continue
        heading = hull(region.box for region in between)
        rules = _rules_around(heading, level, size)
        box = hull((heading, *rules))
        near = max(box.y0 - above.box.y1, below.box.y0 - box.y1) <= NEXT_TO * size
        if near and _is_one_column(above.box, below.box, heading, SAME_SPAN * size):
            found.append(_Quote(tuple(between), rules, box, above, below))
    return found


def _is_one_column(above: Box, below: Box, heading: Box, slack: float) -> bool:
    """Whether two blocks stand in one column, and a heading within it; the last block of a text may be a short line."""
    column = hull((above, below))
    within = heading.x0 >= column.x0 - slack and heading.x1 <= column.x1 + slack
    return within and (abs(above.x0 - below.x0) <= slack or abs(above.x1 - below.x1) <= slack)


def _one_span(a: Box, b: Box, slack: float) -> bool:
    return abs(a.x0 - b.x0) <= slack and abs(a.x1 - b.x1) <= slack


def _rules_around(heading: Box, level: Sequence[Box], size: float) -> tuple[Box, ...]:
    """The rules right above and below a heading, both of one width; none where one is missing."""
    over = [r for r in level if r.overlap_x(heading) > 0 and -size < heading.y0 - r.y1 <= RULE_NEAR * size]
    under = [r for r in level if r.overlap_x(heading) > 0 and -size < r.y0 - heading.y1 <= RULE_NEAR * size]
    if not over or not under:
        return ()
    upper, lower = max(over, key=lambda rule: rule.y1), min(under, key=lambda rule: rule.y0)
    return (upper, lower) if _one_span(upper, lower, SAME_SPAN * size) else ()


def _is_quote(quote: _Quote, page: Page, cues: Cues, flush: frozenset[str]) -> bool:
    text, size = page.running_text, page.type_size
    end = block_end(quote.above, text, size, cues)
    start = block_start(quote.below, text, size, cues)
    first = quote.below.lines[0].text.strip()[:1]
    amid = start is Start.OPEN and (first.islower() or not (first.isupper() or quote.below.id in flush))
    column = hull((quote.above.box, quote.below.box))
    if quote.rules and _one_span(quote.rules[0], column, SAME_SPAN * size) and (end in LEFT_OPEN or start is Start.OPEN):
        return True
    if end in LEFT_OPEN and amid and _is_headed(quote.above, page):
        return True
    words = "".join(line.text for region in quote.parts for line in region.lines).strip()
    marked = words[:1] in tuple(_OPENING) and words[-1:] in tuple(_CLOSING)
    return bool(quote.rules or marked) and end is not End.BYLINE and _is_flanked(quote, page)


def _is_headed(block: Region, page: Page) -> bool:
    """Whether a heading stands over the column of a block: text without one may run round its own heading."""
    over = [r.box for r in page.regions if r.role in HEADING_ROLES and r.frame_id == block.frame_id]
    return any(box.y1 <= block.box.y0 + page.type_size and box.overlap_x(block.box) > 0 for box in over)


def _is_flanked(quote: _Quote, page: Page) -> bool:
    """Whether a column of running text on either side begins above a quote and runs past it."""
    size, reach = page.type_size, BESIDE * page.type_size
    past = [r.box for r in page.running_text if r.box.y0 < quote.box.y0 - size and r.box.y1 > quote.box.y1 + size]
    column = quote.above.box
    left = any(-size < column.x0 - box.x1 <= reach for box in past)
    return left and any(-size < box.x0 - column.x1 <= reach for box in past)
