"""Standing heads and labels: rubrics over columns, which are no kickers, and the words by which advertisements are marked."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.model import HEADING_ROLES, IDEOGRAPHS, Role
from digitize.reflow.bylines import is_byline, is_signature
from digitize.reflow.flow import FULL_STOP
from digitize.reflow.parting import with_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digitize.model import Page, Region, TextLine
    from digitize.reflow.cues import Cues

RUBRIC_SIGNS = 4
"""A line of so few ideographs over a headline is a rubric (今日谈): a kicker says something."""

TRADE_WORDS = 3
"""An advertisement speaks of so many different things of trade at least; news of a company names one or two."""

TRADE_DENSITY = 25
"""In an advertisement one of them stands among so many characters."""

APART, UNLIKE, LONGER = 0.5, 1.1, 1.5
"""White between a rubric and the headline below it, in heights of its type, how much larger that is and how much longer."""

HEADLINE_SIZE = 1.25
"""Type from this many body sizes on is a headline's."""

_IDEOGRAPHS = re.compile(f"[{IDEOGRAPHS}]+")


def set_rubrics_apart(page: Page, cues: Cues) -> Page:
    """The page with the standing heads of its columns as fillers, parted from the headlines that they stand over.

    A rubric is short, or one of the words that the language's cues have. A white line on black over a black one, however
    large, is a part of its own: rubric or kicker. So is the name of a group of briefs over the headline of the first, which
    may be smaller and be found as its deck.
    """
    page = replace(page, regions=tuple(part for region in page.regions for part in _parted(region, page, cues)))
    decks = {region.heading_id: region for region in page.regions if region.role is Role.DECK}
    named = {
        r.id: decks[r.heading_id] for r in page.regions if r.heading_id in decks and _names_group(r, cues) and len(r.lines) == 1
    }
    return replace(page, regions=tuple(part for region in page.regions for part in _renamed(region, named, page)))


def _names_group(region: Region, cues: Cues) -> bool:
    """Whether a headline, or the first line of one, is a word that names a group of briefs: 简讯."""
    return region.role is Role.HEADLINE and bool(cues.briefs.fullmatch(region.lines[0].text.strip()))


def _renamed(region: Region, named: Mapping[str, Region], page: Page) -> Iterator[Region]:
    """A region, or where it is a group's name, that as a filler and its deck as the headline; the deck itself goes."""
    if region.id in named:
        yield replace(region, id=f"{region.id}k", role=Role.FILLER, heading_id=None)
        yield with_lines(region, named[region.id].lines, page)
    elif region not in named.values():
        yield region


def _parted(region: Region, page: Page, cues: Cues) -> Iterator[Region]:
    panel = _on_panel(region) or int(len(region.lines) > 1 and (_names_group(region, cues) or _is_under_rubric(region, cues)))
    if region.role is Role.KICKER and len(region.lines) == 1:
        line = region.lines[0]
        signed = line.box.upright and is_signature(line.text, cues)  # beside an upright headline stands its writer's name
        yield replace(region, role=Role.DECK) if signed else _as_standing(region, cues)
    elif panel:
        # What is left keeps the region's name: parts of the heading and links go by it.
        yield with_lines(region, region.lines[panel:], page)
        kicker = replace(region, id=f"{region.id}k", role=Role.KICKER)
        yield _as_standing(with_lines(kicker, region.lines[:panel], page), cues)
    else:
        yield region


def _is_under_rubric(region: Region, cues: Cues) -> bool:
    """Whether a headline's first line is a rubric: short, apart from the next, and smaller or further off than others are."""
    first, second = region.lines[:2]
    if region.role is not Role.HEADLINE or first.box.upright or not _is_rubric(first, cues):
        return False
    white, *others = (b.box.y0 - a.box.y1 for a, b in itertools.pairwise(region.lines))
    unlike = second.type_size >= UNLIKE * first.type_size or (bool(others) and 2 * max(others) <= white)
    return white >= APART * first.type_size and second.box.width >= LONGER * first.box.width and unlike


def _on_panel(region: Region) -> int:
    """How many lines at a headline's start stand on a black panel where the others do not; 0 for none."""
    if region.role is not Role.HEADLINE:
        return 0
    first = next((count for count, line in enumerate(region.lines) if not line.reversed), 0)
    return 0 if any(line.reversed for line in region.lines[first:]) else first


def _as_standing(region: Region, cues: Cues) -> Region:
    rubric = all(_is_rubric(line, cues) for line in region.lines)
    return replace(region, role=Role.FILLER, heading_id=None) if rubric else region


def _is_rubric(line: TextLine, cues: Cues) -> bool:
    text = line.text.strip(" ·:：■●▲◆")
    return bool(_IDEOGRAPHS.fullmatch(text)) and (len(text) <= RUBRIC_SIGNS or bool(cues.rubric.fullmatch(text)))


def without_last_lines(page: Page, cues: Cues) -> Page:
    """The page with small headlines that begin with a small letter and end with a full stop as text: a paragraph's last lines.

    They look heavy where digits and full stops take much of a short line.
    """

    def is_last_line(region: Region) -> bool:
        text = region.lines[0].text.strip() if len(region.lines) == 1 and region.role is Role.HEADLINE else ""
        return text[:1].islower() and text[-1:] in tuple(cues.terminal)

    ends = {region.heading_id for region in page.regions if is_last_line(region)}
    return replace(
        page,
        regions=tuple(
            replace(r, role=Role.PARAGRAPH, heading_id=None) if r.heading_id and r.heading_id in ends else r
            for r in page.regions
        ),
    )


def mark_advertisements(page: Page, cues: Cues) -> Page:
    """The page with all that stands in a box or on a tint beside the word advertisement as advertisements."""
    marked = {
        region.frame_id
        for region in page.regions
        if region.frame_id and any(cues.advertisement.fullmatch(line.text.strip()) for line in region.lines)
    }
    return replace(
        page,
        regions=tuple(
            replace(region, role=Role.ADVERTISEMENT, heading_id=None)
            if region.frame_id in marked and region.role is not Role.PICTURE
            else region
            for region in page.regions
        ),
    )


def tell_picture_news(page: Page, cues: Cues) -> Page:
    """The page with news in a picture as such: a box with hardly any text looks like an advertisement, but is signed."""
    pictured = {region.frame_id for region in page.regions if region.role is Role.PICTURE} - {None}
    return replace(
        page,
        regions=tuple(
            part
            for region in page.regions
            for part in (_picture_news(region, page, cues) if region.frame_id in pictured else (region,))
        ),
    )


def _picture_news(region: Region, page: Page, cues: Cues) -> tuple[Region, ...]:
    """A box's text as a headline and what it heads, where a sentence stands in it and a byline is its last line."""
    if region.role is not Role.ADVERTISEMENT:
        return (region,)
    count = next((n for n, line in enumerate(region.lines) if line.type_size < HEADLINE_SIZE * page.type_size), 0)
    head, text = region.lines[:count], region.lines[count:]
    told = any(FULL_STOP.search(line.text) for line in text) and is_byline(text[-1].text, cues)
    if not head or not told or any(line.type_size >= HEADLINE_SIZE * page.type_size for line in text):
        return (region,)
    headline = with_lines(replace(region, role=Role.HEADLINE, heading_id=region.id), head, page)
    return headline, with_lines(replace(region, id=f"{region.id}t", role=Role.PARAGRAPH), text, page)


def heads_advertisements(region: Region, cues: Cues) -> bool:
    """Whether a heading stands over advertisements and says so: 分类信息, Classified; or over a notice: 遗失声明."""
    text = " ".join(line.text.strip() for line in region.lines)
    return region.role in HEADING_ROLES and bool(cues.advertisement.fullmatch(text) or cues.notice.fullmatch(text))


def speaks_of_trade(unit: Iterable[Region], cues: Cues) -> bool:
    """Whether a unit's text is an advertisement's, by its words: addresses, prices, what the goods are praised for."""
    text = "".join(line.text for region in unit for line in region.lines)
    words = cues.trade.findall(text)
    return len(set(words)) >= TRADE_WORDS and len(words) * TRADE_DENSITY >= len(text)
