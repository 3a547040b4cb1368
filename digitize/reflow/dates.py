"""Dates as newspapers print them: in full in a running head, by day and month alone in a dateline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.model import Calendar
from digitize.reflow.numerals import NUMBER, read_number

if TYPE_CHECKING:
    import re

    from digitize.reflow.cues import Cues

YEAR_BEFORE = {
    Calendar.GREGORIAN: 0,
    Calendar.MINGUO: 1911,
    Calendar.MEIJI: 1867,
    Calendar.TAISHO: 1911,
    Calendar.SHOWA: 1925,
    Calendar.DATONG: 1931,
    Calendar.KANGDE: 1933,
}
"""The Gregorian year before the first of each calendar whose months and days are Gregorian."""

FIRST_YEAR = 1600
"""The oldest newspapers; a smaller number is a year of another calendar, or none."""


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A full date in a text: characters `start` to `end`, the day it means, and the calendar it is printed in."""

    start: int
    end: int
    date: dt.date
    calendar: Calendar


def find_date(text: str, cues: Cues) -> PrintedDate | None:
    """The first full date in a text; what looks like one and means no day (the thirtieth of February) is none.

    Nor is a date with lunar months and days, which are not worked out.
    """
    matches = sorted((m for pattern in cues.dates for m in pattern.finditer(text)), key=lambda match: match.start())
    return next((found for match in matches if (found := _read(match, cues))), None)


def _read(match: re.Match[str], cues: Cues) -> PrintedDate | None:
    groups = match.groupdict()
    month = _named_month(groups["monthname"], cues) if groups.get("monthname") else read_number(groups["month"])
    year, day = read_number(groups["year"]), read_number(groups["day"])
    if year is None or month is None or day is None:
        return None
    calendar = _calendar(year, groups.get("era"), cues)
    if calendar not in YEAR_BEFORE:
        return None
    year += YEAR_BEFORE[calendar]
    try:
        return PrintedDate(match.start(), match.end(), dt.date(year, month, day), calendar) if year >= FIRST_YEAR else None
    except ValueError:
        return None


def _calendar(year: int, era: str | None, cues: Cues) -> Calendar:
    """The calendar of a year: that of the era before it; where none is named, small numbers are the table's first era's."""
    if era is None and year >= FIRST_YEAR:
        return Calendar.GREGORIAN
    return next((calendar for word, calendar in cues.eras if era in (word, None)), Calendar.GREGORIAN)


def _named_month(text: str, cues: Cues) -> int | None:
    return next((number for number, month in enumerate(cues.months, start=1) if month.fullmatch(text)), None)


def complete_date(text: str, issue_date: dt.date | None, cues: Cues) -> dt.date | None:
    """The full date that a dateline's day, or month and day, means: the last such date up to the issue's.

    None where the issue's date is not known or the text names no day.
    """
    if full := find_date(text, cues):
        return full.date
    numbers = [read_number(match.group()) for match in NUMBER.finditer(text)]
    named = next((number for number, month in enumerate(cues.months, start=1) if month.search(text)), None)
    months = [named] if named else []
    match [*months, *numbers]:
        case [int(month), int(day)]:
            return _last(issue_date, day, month)
        case [int(day)] if not named:
            return _last(issue_date, day, None)
    return None


def _last(issue_date: dt.date | None, day: int, month: int | None) -> dt.date | None:
    if issue_date is None:
        return None
    days = (issue_date - dt.timedelta(days=back) for back in range(366))
    return next((each for each in days if each.day == day and month in (each.month, None)), None)
