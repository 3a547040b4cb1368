"""Reading order: the page's regions, article after article, each in the order in which it is read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.geometry import hull
from digitize.model import FLOW_LINKS, HEADING_ROLES, Link, Role
from digitize.reflow.cues import load_cues
from digitize.reflow.decks import part_bylines, part_decks
from digitize.reflow.figures import join_figures, with_pointed_captions
from digitize.reflow.flow import FULL_STOP, in_heading_order, is_justified
from digitize.reflow.folio import mark_folio
from digitize.reflow.graph import FlowGraph
from digitize.reflow.headless import head_what_is_left
from digitize.reflow.kickers import join_kickers
from digitize.reflow.quotes import set_quotes_apart
from digitize.reflow.running import is_running, run_on
from digitize.reflow.small_heads import head_by_what_follows
from digitize.reflow.standing import (
    heads_advertisements,
    mark_advertisements,
    set_rubrics_apart,
    speaks_of_trade,
    tell_picture_news,
    without_last_lines,
)
from digitize.reflow.summaries import join_summaries, set_summaries_apart, with_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.model import Page, Region
    from digitize.reflow.cues import Cues

BAND = 4.0
"""Articles whose tops differ by less than this many type sizes stand in one row and are read from left to right."""

ITEM_LINES = 3
"""Running text without a heading is an item of its own from so many lines on; less, or a list, is a filler."""

ITEM_LENGTH = 25
"""The shortest telegrams have so many characters."""

LISTED = 0.5
"""Lines without a single comma or full stop, so many of them with figures, are a list of results or prices, whatever stands
over it; verse has none."""

RAGGED_STOPS = 2
"""Lines that do not reach their column's edge are running text where so many sentences end in them, each on lines of its own:
in a list each line says a thing, in an advertisement none is a sentence."""

ITEM_WIDTH = 7.0
"""The narrowest column of running text, in type sizes; what is narrower is the column of a table."""

ORNAMENT = 0.4
"""Mean confidence below which a line by itself is no text: what recognizers make of stars, arrows and dust."""

SPOT_SIGNS, SPOT = 2, 0.65
"""A heading of so few signs, none of them a letter, is no heading but a spot of dust, or an ornament; so are they in a line by
itself that is lower than so many type sizes: figures are three quarters of one high."""

SCRAP = 2.5
"""A line by itself, shorter than this many type sizes, is no text on a vertical page."""

SPACED, ALONG = 2.0, 0.6
"""Signs set so many type sizes apart, on a line that long as a share of the print, stand along a vertical page's edge."""

CANDIDATES = 3
"""So many of the strongest links into a block are kept, made or not, so that a decision can be explained."""


_SENTENCE = re.compile(
    r"[，、。；！？]|(?<!^\d)(?<!^\d\d)[,.;!?](?!\d)"
)  # points in figures, and behind a line's number, part none


def read_order(page: Page) -> Page:
    """Decide what goes on where, and put the page's regions in reading order: folio, articles, then what is left.

    The links of the result say which region goes on in which and why, `rejected` what else was weighed. No region is
    lost; a heading without text and a scrap of text without a heading become fillers.
    """
    cues = load_cues(page.language)
    if is_running(page):
        return run_on(mark_folio(page, cues))
    page = without_last_lines(mark_advertisements(without_ornaments(mark_folio(page, cues)), cues), cues)
    page = with_pointed_captions(page if page.vertical else set_rubrics_apart(tell_picture_news(page, cues), cues))
    page = part_bylines(join_kickers(page if page.vertical else head_by_what_follows(page, cues)), cues)
    page = without_scraps(page) if page.vertical else part_decks(with_labels(page, cues), cues)
    graph = FlowGraph(set_quotes_apart(set_summaries_apart(page, cues), cues), cues)
    links = graph.links()
    rejected = tuple(link for link in graph.candidates(CANDIDATES) if link not in links)
    units = _units(page.regions, links)
    units, links = join_summaries(units, links, page, cues)
    if not page.vertical:
        units, made = head_what_is_left(units, links, page, cues, lambda unit: _is_item(unit, page.type_size))
        links += made
    units, figures = join_figures(units, page)
    index = _index_regions(page, cues)
    ordered = [region for region in page.regions if region.role is Role.FOLIO]
    ordered += [region for unit in _in_rows(units, page) for region in _settled(unit, index, page, cues)]
    seen = {region.id for region in ordered}
    orphaned = {Role.CAPTION, Role.KICKER, Role.DECK}
    left = [replace(r, role=Role.FILLER) if r.role in orphaned else r for r in page.regions if r.id not in seen]
    return replace(page, links=(*links, *figures), rejected=rejected, regions=(*ordered, *left))


def without_ornaments(page: Page) -> Page:
    """The page with its ornaments, stars and arrows between a heading and its text, and dust, as fillers: they are no text.

    An ornament is a region of one line in which no letter or digit was read, or hardly one surely.
    """
    return replace(
        page,
        regions=tuple(
            replace(r, role=Role.FILLER, heading_id=None) if _is_ornament(r, page.type_size) else r for r in page.regions
        ),
    )


def _is_ornament(region: Region, type_size: float) -> bool:
    if len(region.lines) != 1:
        return False
    (line,) = region.lines
    spot = len(line.text.strip()) <= SPOT_SIGNS and not any(c.isalpha() for c in line.text)
    if region.role is Role.HEADLINE:  # a spot of dust is as high as large type, and read as a figure or two
        return spot
    if region.role not in {Role.PARAGRAPH, Role.KICKER, Role.DECK}:
        return False
    low = line.box.height < SPOT * type_size
    return (spot and low) or not any(c.isalnum() for c in line.text) or 0 < line.confidence < ORNAMENT


def without_scraps(page: Page) -> Page:
    """A vertical page with what is no item's text as fillers.

    That are lines too short for text, numbers and signs in advertisements; and the slogan set in wide letters along the edge of
    the page.
    """
    lines = [line.box for region in page.regions for line in region.lines]
    print_area = hull(lines) if lines else None
    slogans = {r.id for r in page.regions if print_area and _is_slogan(r, print_area, page.type_size)}
    return replace(
        page,
        regions=tuple(
            replace(r, role=Role.FILLER, heading_id=None)
            if r.id in slogans or r.heading_id in slogans or _is_scrap(r, page.type_size)
            else r
            for r in page.regions
        ),
    )


def _is_slogan(region: Region, print_area: Box, type_size: float) -> bool:
    if len(region.lines) != 1 or region.role is Role.FOLIO:
        return False
    box, signs = region.box, len(region.lines[0].text.strip())
    outermost = min(box.y0 - print_area.y0, print_area.y1 - box.y1) < type_size
    return outermost and box.width >= max(ALONG * print_area.width, SPACED * type_size * signs)


def _is_scrap(region: Region, type_size: float) -> bool:
    return region.role is Role.PARAGRAPH and len(region.lines) == 1 and region.box.width < SCRAP * type_size


def _chains(regions: Sequence[Region], links: Sequence[Link]) -> tuple[tuple[Region, ...], ...]:
    """The chains that the links make: each a heading, if it has one, and its blocks of text in order."""
    own = {region.id: region for region in regions}
    follower = {link.source: link.target for link in links if link.kind in FLOW_LINKS}
    followed = set(follower.values())
    found = []
    for region in regions:
        headless = region.role is Role.PARAGRAPH and region.lines
        if region.id in followed or not (headless or region.role is Role.HEADLINE):
            continue
        chain = [region]
        while chain[-1].id in follower:
            chain.append(own[follower[chain[-1].id]])
        found.append(tuple(chain))
    return tuple(found)


def _units(regions: Sequence[Region], links: Sequence[Link]) -> list[list[Region]]:
    """Each article's regions in reading order: kicker, headline, deck, text; and each advertisement by itself."""
    units = []
    for chain in _chains(regions, links):
        head = chain[0]
        parts = [r for r in regions if r.heading_id == head.id and r.role in HEADING_ROLES] if head.heading_id else []
        units.append([*in_heading_order(parts), *(r for r in chain if r not in parts)])
    units += [[region] for region in regions if region.role is Role.ADVERTISEMENT]
    return units


def _in_rows(units: Sequence[list[Region]], page: Page) -> list[list[Region]]:
    """Units from the top row down, each row from left to right; those of a vertical page tier by tier, from the right.

    There the tiers stand side by side in the reading frame, from left to right.
    """
    if page.vertical:
        return _in_tiers(units, page.type_size)
    tops = sorted(units, key=lambda unit: min(region.box.y0 for region in unit))
    rows: list[tuple[float, list[list[Region]]]] = []
    for unit in tops:
        top = min(region.box.y0 for region in unit)
        if not rows or top - rows[-1][0] > BAND * page.type_size:
            rows.append((top, []))
        rows[-1][1].append(unit)
    return [unit for _, row in rows for unit in sorted(row, key=lambda each: each[0].box.x0)]


def _in_tiers(units: Sequence[list[Region]], type_size: float) -> list[list[Region]]:
    """Units by the tier that they begin in, the first one first; those of one tier as they follow each other in it."""
    begins = sorted(units, key=lambda unit: _start(unit).x0)
    tiers: list[tuple[float, list[list[Region]]]] = []
    for unit in begins:
        if not tiers or _start(unit).x0 - tiers[-1][0] > BAND * type_size:
            tiers.append((_start(unit).x0, []))
        tiers[-1][1].append(unit)
    return [unit for _, tier in tiers for unit in sorted(tier, key=lambda each: _start(each).y0)]


def _start(unit: Sequence[Region]) -> Box:
    """The box around a unit's heading, or of its first text."""
    heading = [region.box for region in unit if region.role in HEADING_ROLES]
    return hull(heading or [unit[0].box])


def _index_regions(page: Page, cues: Cues) -> frozenset[str]:
    """The headings that stand over an index of the issue, and all that shares a printed box with one."""
    over = [
        region
        for region in page.regions
        if region.role in HEADING_ROLES and any(cues.index.match(line.text.strip()) for line in region.lines)
    ]
    boxes = {region.frame_id for region in over if region.frame_id}
    headings = {region.heading_id for region in over}
    return frozenset(r.id for r in page.regions if r.frame_id in boxes or (r.heading_id and r.heading_id in headings))


def _settled(unit: Sequence[Region], index: frozenset[str], page: Page, cues: Cues) -> list[Region]:
    """A unit's regions, or fillers where it is no item: an index, a list, a scrap of text without a heading.

    What stands under the word advertisement is one, and on a vertical page what speaks of nothing but trade.
    """
    if any(heads_advertisements(region, cues) for region in unit) or (page.vertical and speaks_of_trade(unit, cues)):
        text = {Role.PARAGRAPH, *HEADING_ROLES}
        return [replace(r, role=Role.ADVERTISEMENT, heading_id=None) if r.role in text else r for r in unit]
    is_item = _is_item(unit, page.type_size) and (not page.vertical or _is_long(unit))
    if unit[0].role is Role.ADVERTISEMENT or (unit[0].id not in index and is_item):
        return list(unit)
    return [
        region if region.role in {Role.PICTURE, Role.CAPTION} else replace(region, role=Role.FILLER, heading_id=None)
        for region in unit
    ]


def _is_long(unit: Sequence[Region]) -> bool:
    """Whether a unit has text enough for an item of a vertical page, whose advertisements set a few words under large type."""
    return sum(len(line.text) for region in unit if region.role is Role.PARAGRAPH for line in region.lines) >= ITEM_LENGTH


def _is_ragged_text(region: Region) -> bool:
    """Whether a block is running text set ragged: sentences that run over lines, and few figures."""
    lines = [line.text.strip() for line in region.lines]
    stops, figures = sum(bool(FULL_STOP.search(text)) for text in lines), sum(any(c.isdigit() for c in text) for text in lines)
    return stops >= RAGGED_STOPS and 2 * stops <= len(lines) and figures < LISTED * len(lines)


def _is_item(unit: Sequence[Region], type_size: float) -> bool:
    """Whether a unit is a news item: sentences under a heading or a picture under one, or some running text without."""
    heading = [region for region in unit if region.role in HEADING_ROLES]
    text = [region for region in unit if region.role is Role.PARAGRAPH]
    full = any(
        len(region.lines) >= ITEM_LINES
        and region.box.width >= ITEM_WIDTH * type_size
        and (is_justified(region) or _is_ragged_text(region))
        for region in text
    )
    sentences = any(_SENTENCE.search(line.text) for region in text for line in region.lines)
    figures = [any(c.isdigit() for c in line.text) for region in text for line in region.lines]
    full &= sentences or sum(figures) < LISTED * len(figures)
    # A number or a price, but no full stop: a small advertisement.
    told = any(FULL_STOP.search(line.text) for region in text for line in region.lines) or not any(figures)
    if not any(region.role is Role.HEADLINE for region in heading):
        return full and told
    # Verse may have no points at all; its author stands under its title.
    signed = any(region.role is Role.DECK for region in heading) and len(figures) > ITEM_LINES and not any(figures)
    return (sentences and told) or full or signed or any(region.role is Role.PICTURE for region in unit)
