"""The reading order of a page that is set in running columns: as it stands, cut where headings and tiers begin.

Its regions come in the order in which they are read. An item begins at a heading, below a signature, and at the head of
a tier; text goes on over columns.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import hull
from digitize.model import HEADING_ROLES, Link, LinkKind, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region

LARGE = 1.3
"""Type from so many body sizes on is not running text's; smaller type is: notes and lists are set in it."""

DISPLAY = 0.3
"""Share of an item's lines in larger than running type, or spread of its sizes in body sizes, from which it is an
advertisement: news is set in one type."""

CAPITALS = 0.4
"""Share of capitals among the letters of an advertisement in capitals: a list of plays with its theatres has a third."""

SOLID = (10, 0.8)
"""An item of so many lines, that share of which are as wide as its widest, is running text whatever stands beside it."""

NOTICE = 15
"""An item of so few lines beside an advertisement is another."""

BETWEEN = 25
"""So are one or two items of so few lines between two of them."""

FULL = 0.9
"""A line that takes this share of the widest one's width is as wide: indents leave a little less."""

HYPHENS = ("-", "\u2010", "\u00ad", "\u00ac")
TERMINAL = tuple('.!?»”"’)…')
OPENING = "«»“”\"'’(■•— -"
"""What may stand before a sentence's first letter."""

GOES_ON = 0.5
"""What two texts must say for the second going on from the first: more than that nothing speaks against it."""

SURE = 1.0
"""The score of a link that the make-up of the page gives: nothing was weighed."""


def run_on(page: Page) -> Page:
    """Link the regions of a page in running columns as they follow each other, and tell advertisements from news."""
    rules = [separator.box for separator in page.separators if separator.kind == "rule" and not separator.vertical]
    units = [_settled(unit) for unit in rejoined(list(running_units(page.regions, rules)))]
    notices = _notices(units, page.type_size)
    regions: list[Region] = [region for region in page.regions if region.role is Role.FOLIO]
    links: list[Link] = []
    for unit, notice in zip(units, notices, strict=True):
        made = [replace(r, role=Role.ADVERTISEMENT, heading_id=None) for r in unit] if notice else unit
        regions += made
        links += _links(made)
    rest = [region for region in page.regions if region.role is Role.PICTURE]
    return replace(page, regions=(*regions, *rest), links=tuple(links))


def is_running(page: Page) -> bool:
    """Whether a page is set in running columns: layout tells by tiers."""
    return any(region.tier for region in page.regions)


def running_units(regions: Sequence[Region], rules: Sequence[Box] = ()) -> Iterator[list[Region]]:
    """Cut regions in reading order into items; `rules` are horizontal."""
    unit: list[Region] = []
    for region in regions:
        if region.role in {Role.FOLIO, Role.PICTURE}:
            continue
        text = [r for r in unit if r.role not in HEADING_ROLES]
        begins = (
            (region.role in HEADING_ROLES and bool(text))
            or (bool(text) and text[-1].role is Role.BYLINE and region.role is Role.PARAGRAPH)
            or (bool(text) and _ruled_off(text[-1], region, rules))
            or (bool(unit) and region.tier != unit[-1].tier and not _over(unit, region))
        )
        if begins and unit:
            yield unit
            unit = []
        unit.append(region)
    if unit:
        yield unit


def rejoined(units: Sequence[list[Region]]) -> list[list[Region]]:
    """Items in reading order, with those joined that go on in the next column below or beside what spans columns there.

    Such a part of the page is a tier of its own, which text runs past: what follows it without a heading, in
    mid-sentence, goes on from the item at the foot of the column before.
    """
    found: list[list[Region]] = []
    for unit in units:
        first = unit[0]
        headless = first.role is Role.PARAGRAPH and first.column > 0
        open_ends = [other for other in found if headless and _runs_past(other, first)]
        if open_ends:
            open_ends[-1] += unit
        else:
            found.append(list(unit))
    return found


def _runs_past(unit: Sequence[Region], first: Region) -> bool:
    """Whether an item of another tier breaks off in mid-sentence in the column before, and a text begins in it."""
    last = unit[-1]
    beside = last.role is Role.PARAGRAPH and last.tier != first.tier and last.column == first.column - 1
    return beside and goes_on(last.lines[-1].text, first.lines[0].text) > GOES_ON


def goes_on(before: str, after: str) -> float:
    """How much two texts say for the second going on from the first."""
    end, start = before.rstrip(), after.lstrip(OPENING)
    if not end or not start:
        return 0.0
    if end.endswith(HYPHENS):
        return 2.0 if start[0].islower() else 0.0
    if end.endswith(TERMINAL):
        return 0.0 if start[0].islower() else GOES_ON
    return 1.0 if start[0].islower() else GOES_ON


def _ruled_off(upper: Region, lower: Region, rules: Sequence[Box]) -> bool:
    """Whether a rule stands between two pieces of text, one below the other in a column."""
    if upper.column != lower.column or upper.tier != lower.tier or not upper.lines or not lower.lines:
        return False
    span = hull((upper.lines[-1].box, lower.lines[0].box))
    top, foot = upper.lines[-1].box.cy, lower.lines[0].box.cy
    return any(top < rule.cy < foot and rule.overlap_x(span) > rule.width / 2 for rule in rules)


def _over(unit: Sequence[Region], region: Region) -> bool:
    """Whether an item so far is a heading across columns over the tier that begins with the region."""
    return all(r.role in HEADING_ROLES for r in unit) and unit[-1].column == 0 and region.box.y0 >= unit[-1].box.cy


def _settled(unit: Sequence[Region]) -> list[Region]:
    """A unit's regions; a heading without text is a filler."""
    if any(region.role in {Role.PARAGRAPH, Role.BYLINE} for region in unit):
        return list(unit)
    return [replace(region, role=Role.FILLER, heading_id=None) for region in unit]


def _notices(units: Sequence[Sequence[Region]], type_size: float) -> list[bool]:
    """Which of the items, in reading order, are advertisements: by their type, or short and beside such as are."""
    found = [is_display(unit, type_size) for unit in units]
    sizes = [sum(len(r.lines) for r in unit if r.role not in HEADING_ROLES) for unit in units]
    filler = [unit[0].role is Role.FILLER for unit in units]
    kept = [fills or _is_solid(unit) for fills, unit in zip(filler, units, strict=True)]
    for order in (range(1, len(units)), range(len(units) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for index in order:
            found[index] = found[index] or (
                found[index - step]
                and units[index][0].tier == units[index - step][0].tier
                and not kept[index]
                and sizes[index] <= NOTICE
            )
    for start, end in itertools.combinations([i for i, notice in enumerate(found) if notice], 2):
        if 1 < end - start <= 3 and all(sizes[i] <= BETWEEN for i in range(start + 1, end)):  # noqa: PLR2004 - one or two
            found[start:end] = [found[i] or not kept[i] for i in range(start, end)]
    return [notice and not fills for notice, fills in zip(found, filler, strict=True)]


def is_display(unit: Sequence[Region], type_size: float) -> bool:
    """Whether an item is set as an advertisement: in several sizes, in capitals, more heading than text."""
    text = [line for region in unit for line in region.lines if region.role not in HEADING_ROLES]
    if unit[0].role is Role.FILLER or not text:
        return False
    sizes = np.array([line.type_size for line in text]) / type_size
    letters = [c for line in text for c in line.text if c.isalpha()]
    large = float(np.mean(sizes > LARGE))
    capitals = sum(c.isupper() for c in letters) / max(1, len(letters))
    headed = sum(len(r.lines) for r in unit if r.role in HEADING_ROLES) >= len(text)
    signed = all(region.role is Role.BYLINE for region in unit if region.role not in HEADING_ROLES)
    return (headed and not signed) or capitals >= CAPITALS or max(large, float(np.std(sizes))) >= DISPLAY


def _is_solid(unit: Sequence[Region]) -> bool:
    """Whether an item is running text: many lines, most of them of one width."""
    widths = [line.box.width for region in unit if region.role is Role.PARAGRAPH for line in region.lines]
    count, share = SOLID
    return len(widths) >= count and sum(width >= FULL * max(widths) for width in widths) >= share * len(widths)


def _links(unit: Sequence[Region]) -> Iterator[Link]:
    """From the headline to the text, and from each piece of text to the next."""
    flow = [region for region in unit if region.role not in {Role.KICKER, Role.DECK, Role.FILLER}]
    # A heading over several lines or columns has one headline that leads to the text.
    heads = [region for region in flow if region.role is Role.HEADLINE]
    flow = [*heads[-1:], *(region for region in flow if region.role is not Role.HEADLINE)]
    for source, target in itertools.pairwise(flow):
        kind = LinkKind.HEADS if source.role is Role.HEADLINE else LinkKind.CONTINUES
        reason = "below the heading" if kind is LinkKind.HEADS else "the columns run on"
        yield Link(source.id, target.id, kind, SURE, reason)
