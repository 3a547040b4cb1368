"""The folio: what a page says of itself in its masthead or running head."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.model import Folio, Role

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from digitize.model import Page, Region, TextLine
    from digitize.reflow.cues import Cues

TOP_BAND = 0.12
"""Share of the page's height, from its top, in which a running head stands that no rule closes off."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def mark_folio(page: Page, cues: Cues) -> Page:
    """Turn the page's top lines into its folio where layout found no rule below them, and read it."""
    regions = page.regions
    if not any(region.role is Role.FOLIO for region in regions):
        regions = tuple(replace(r, role=Role.FOLIO) if _is_running_head(r, page, cues) else r for r in regions)
    lines = [line for region in regions if region.role is Role.FOLIO for line in region.lines]
    return replace(page, regions=regions, folio=read_folio(lines, cues))


def _is_running_head(region: Region, page: Page, cues: Cues) -> bool:
    """A single line at the top that holds a date, or a page number and little else."""
    if len(region.lines) != 1 or region.box.y1 > TOP_BAND * page.frame_height:
        return False
    text = region.lines[0].text.strip()
    return bool(cues.date.search(text)) or bool(cues.page.fullmatch(text))


def read_folio(lines: Sequence[TextLine], cues: Cues) -> Folio:
    """Read newspaper, date, page number, section and issue number from the lines of a running head.

    What is neither date nor number is the newspaper's name where it is set largest, the section where it stands beside
    the page number.
    """
    folio = Folio()
    names: list[tuple[float, str]] = []
    for line in sorted(lines, key=lambda each: each.box.x0):
        rest = line.text.strip()
        if (match := cues.date.search(rest)) and (date := _date(match)):
            end = weekday.end() if (weekday := cues.weekday.search(rest)) else match.end()
            folio = replace(folio, date=date, date_text=rest[match.start() : max(end, match.end())])
            rest = (rest[: match.start()] + " " + rest[max(end, match.end()) :]).strip()
        if match := cues.issue.search(rest):
            folio = replace(folio, issue_number=match.group("issue"))
            rest = rest.replace(match.group(), " ").strip()
        if (
            not folio.page_number
            and (match := cues.page.match(rest))
            and rest[match.end() : match.end() + 1] in {"", " ", "\u3000"}
        ):
            section = rest[match.end() :].strip(" \u3000:：|·")
            folio = replace(folio, page_number=match.group("page").replace(" ", ""), section=section)
            rest = ""
        if rest:
            names.append((line.type_size, rest))
    if names:
        folio = replace(folio, newspaper=max(names)[1])
    return folio


def _date(match: re.Match[str]) -> datetime.date | None:
    groups = match.groupdict()
    month = groups.get("month") or str(_MONTHS.index(groups["monthname"]) + 1)
    try:
        return datetime.date(int(groups["year"]), int(month), int(groups["day"]))
    except ValueError:
        return None
