"""The folio: what a page says of itself in its masthead or running head."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.model import Folio, Role, WritingMode
from digitize.reflow.dates import find_date
from digitize.reflow.numerals import read_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Page, Region, TextLine
    from digitize.reflow.cues import Cues

TOP_BAND = 0.12
"""Share of the page's height, from its top, in which a running head stands that no rule closes off."""

DATE_BLOCK = 6
"""A block with the date in a line, and the issue's number in another, has so many lines at most."""

_BESIDE = " \u3000:：|·"
_BETWEEN = re.compile(r"[\s,.，、·—–-]*")


def mark_folio(page: Page, cues: Cues) -> Page:
    """Turn the page's top lines into its folio where layout found no rule below them, and read it."""
    regions = page.regions
    if not any(region.role is Role.FOLIO for region in regions):
        heads = [region for region in regions if _is_running_head(region, page, cues)]
        row = [region for region in regions if any(_beside(region, head) or _in_date_box(region, head) for head in heads)]
        regions = tuple(replace(r, role=Role.FOLIO, heading_id=None) if r in heads or r in row else r for r in regions)
    lines = [line for region in regions if region.role is Role.FOLIO for line in region.lines]
    return replace(page, regions=regions, folio=read_folio(lines, cues))


def _beside(region: Region, head: Region) -> bool:
    """Whether a single line stands in one row with a part of the running head, which runs across a vertical page's lines."""
    a, b = region.box, head.box
    if len(region.lines) != 1 or len(head.lines) != 1:
        return False
    if head.lines[0].crosswise:
        return a.overlap_x(b) > 0.5 * min(a.width, b.width)
    return a.overlap_y(b) > 0.5 * min(a.height, b.height)


def _in_date_box(region: Region, head: Region) -> bool:
    """Whether a region shares the printed box of a part of the running head: weather, price, the paper's licence."""
    return head.frame_id is not None and region.frame_id == head.frame_id


def _is_running_head(region: Region, page: Page, cues: Cues) -> bool:
    """A single line at the top that holds a date, or a page number and little else; or a block of date and issue number."""
    if len(region.lines) != 1:
        dated = [line for line in region.lines if _is_date_line(line, region, cues)] if len(region.lines) <= DATE_BLOCK else []
        return bool(dated) and any(cues.issue.search(line.text) for line in region.lines if line is not dated[0])
    # The top of a vertical page is the left of the reading frame.
    across = page.writing_mode is WritingMode.VERTICAL_RL and region.lines[0].crosswise
    if region.box.x1 > TOP_BAND * page.frame_width if across else region.box.y1 > TOP_BAND * page.frame_height:
        return False
    text = region.lines[0].text.strip()
    return find_date(text, cues) is not None or bool(cues.page.fullmatch(text))


def _is_date_line(line: TextLine, region: Region, cues: Cues) -> bool:
    """Whether a line of a block begins it with a date, or is a date alone: in an upright masthead the name comes first."""
    text = line.text.strip()
    found = find_date(text, cues)
    return found is not None and (line is region.lines[0] or found.end - found.start == len(text))


def read_folio(lines: Sequence[TextLine], cues: Cues) -> Folio:
    """Read newspaper, date, page number, section and issue number from the lines of a running head.

    What is neither date nor number is the newspaper's name where it is set largest, the section where it stands beside
    the page number.
    """
    folio, rests = Folio(), []
    for line in sorted(lines, key=lambda each: each.box.x0):
        folio, rest = _read_date(folio, line.text.strip(), cues)
        if match := cues.issue.search(rest):
            folio = replace(folio, issue_number=_in_digits(match.group("issue")))
            rest = rest.replace(match.group(), " ").strip()
        rest = cues.page_count.sub(" ", rest).strip()
        if rest:
            rests.append((line.type_size, rest))
    rests.sort(key=lambda found: -found[0])
    # The name of the paper may begin with a number too; but only the page number stands alone beside a date.
    named = [found for found in rests if not cues.page.fullmatch(found[1])]
    if named and (len(rests) > 1 or not _page_number(named[0][1], cues)):
        folio = replace(folio, newspaper=named[0][1])
        rests.remove(named[0])
    for _, rest in rests:
        if not folio.page_number and (found := _page_number(rest, cues)):
            folio = replace(folio, page_number=found[0], section=found[1])
    return folio


def _read_date(folio: Folio, text: str, cues: Cues) -> tuple[Folio, str]:
    """The folio with the line's date, and the line without it; a weekday beside the date belongs to it."""
    found = find_date(text, cues)
    if found is None:
        return folio, text
    start, end = found.start, found.end
    for weekday in cues.weekday.finditer(text):
        if _BETWEEN.fullmatch(text, weekday.end(), found.start):
            start = weekday.start()
        if _BETWEEN.fullmatch(text, found.end, weekday.start()):
            end = weekday.end()
    dated = replace(folio, date=found.date, date_text=text[start:end], calendar=found.calendar)
    return dated, (text[:start] + " " + text[end:]).strip()


def _page_number(text: str, cues: Cues) -> tuple[str, str] | None:
    """A page number at a line's start or end, in digits, and the section beside it."""
    match = cues.page.match(text)
    after = text[match.end() : match.end() + 1] if match else ""
    if match and (not after or after.isalpha() or after in _BESIDE):  # degrees and amounts are followed by other signs
        return _in_digits(match.group("page")), text[match.end() :].strip(_BESIDE)
    for match in cues.page.finditer(text):
        if match.end() == len(text) and text[match.start() - 1] in _BESIDE:
            return _in_digits(match.group("page")), text[: match.start()].strip(_BESIDE)
    return None


def _in_digits(text: str) -> str:
    """A number in words (三千七百九十七) in digits; one in digits as it is, its letters too (A08)."""
    plain = re.sub(r"[\s,.]", "", text)
    number = None if plain.isascii() else read_number(plain)
    return plain if number is None else str(number)
