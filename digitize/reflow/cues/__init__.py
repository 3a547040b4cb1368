"""Language cues: what a newspaper's wording tells of where an item opens, who wrote it, where it goes on. Data, by language.

A table's regular expressions are Python's. `%name%` in one stands for the table's part of that name; `%month%` is any
of its months.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from digitize.model import IDEOGRAPHS, Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Cues:
    """One language's table, compiled. Each pattern is matched as its field's name says."""

    terminal: str  # characters that may end a paragraph
    openings: re.Pattern[str]  # at the start of a paragraph: a news item opens, with a dateline or otherwise
    dateline: re.Pattern[str]  # the whole dateline: groups source, place, date
    role: re.Pattern[str]  # a word that names the work of a person in a byline
    role_alone: re.Pattern[str]  # such a word that may stand without a name
    role_misread: tuple[tuple[re.Pattern[str], str], ...]  # such words with one sign read wrong, and how they are printed
    filed: re.Pattern[str]  # what may follow the names of a byline: from where the item was filed, what post the writer holds
    signature: re.Pattern[str]  # a whole line: a byline without any such word; group names, where more than names stands in it
    person: re.Pattern[str]  # a whole name that can be told from other words: by common surnames, or where capitals tell
    joiner: re.Pattern[str]  # a word between two names
    continued_to: re.Pattern[str]  # the item goes on elsewhere: group page
    continued_from: re.Pattern[str]
    dates: tuple[re.Pattern[str], ...]  # a full date: groups year, month or monthname, day, and era where one is named
    months: tuple[re.Pattern[str], ...]  # the months' names, from January; none where months have numbers only
    eras: tuple[tuple[str, Calendar], ...]  # words that open a year, and the calendar whose year it is
    weekday: re.Pattern[str]
    page: re.Pattern[str]  # a page number in a running head: group page
    page_count: re.Pattern[str]  # how many pages the issue has
    issue: re.Pattern[str]  # an issue number: group issue
    rubric: re.Pattern[str]  # a whole line over a headline: the standing name of a column, not a kicker
    briefs: re.Pattern[str]  # a whole line in a headline: the name of a group of briefs, each with a headline of its own
    numbered: re.Pattern[str]  # at the start of a subheading: its number
    advertisement: re.Pattern[str]  # a whole line: it marks what shares its box, or stands under it, as advertisements
    trade: re.Pattern[str]  # words of an advertisement that does not say that it is one: prices, addresses, praise
    notice: re.Pattern[str]  # a whole heading: over a notice that was paid for
    summary: re.Pattern[str]  # a whole line, or a line's start with a bracket or colon behind: over the key points of an item
    index: re.Pattern[str]  # at the start of a heading: it stands over an index of the issue, not over an item


SPOTS = ".·:："
"""What dust between two characters is read as."""

MISREAD = 3
"""A word of so many ideographs is known anywhere where it is expected, though one of them was read wrong."""

_TOKEN = re.compile(rf"[{IDEOGRAPHS}]|[^\W\d_{IDEOGRAPHS}]+")
_NEVER = re.compile(r"(?!)")


def tokens(text: str) -> list[str]:
    """A text's words, in small letters; an ideograph is a word of its own."""
    return _TOKEN.findall(text.lower())


@cache
def load_telling(language: str) -> frozenset[str]:
    """The words and ideographs that tell a language (BCP 47), as `tokens` gives them; nothing is compiled for that.

    Raises:
        FileNotFoundError: there is no table for it.
    """
    return frozenset(tokens(_table(language).get("telling", "")))


@cache
def load_cues(language: str) -> Cues:
    """The cue table of a language (BCP 47).

    Raises:
        FileNotFoundError: there is no table for it; `digitize.options.LANGUAGES` lists those that there are.
    """
    table = _table(language)
    months = [f"(?:{month})" for month in table.get("months", [])]
    eras = table.get("eras", {})
    parts = table.get("parts", {}) | {"month": "|".join(months), "era": "|".join(eras)}
    return Cues(
        terminal=table["terminal"],
        openings=_any_of([*table.get("openings", []), *_given(table, "dateline")], parts),
        dateline=_any_of(_given(table, "dateline"), parts),
        role=_words(table.get("roles", []), parts),
        role_alone=_words(table.get("roles_alone", []), parts),
        role_misread=_misread(table.get("roles", []), table.get("roles_alone", [])),
        filed=_any_of(_given(table, "filed"), parts),
        signature=_any_of(_given(table, "signature"), parts),
        person=_any_of(_given(parts, "person"), parts),
        joiner=_words(table.get("joiners", [])),
        continued_to=_any_of(_given(table, "continued_to"), parts),
        continued_from=_any_of(_given(table, "continued_from"), parts),
        dates=tuple(_any_of([date], parts) for date in table.get("dates", [])),
        months=tuple(re.compile(month, re.IGNORECASE) for month in months),
        eras=tuple((word, Calendar(calendar)) for word, calendar in eras.items()),
        weekday=_any_of(_given(table, "weekday"), parts),
        page=_any_of(_given(table, "page"), parts),
        page_count=_any_of(_given(table, "page_count"), parts),
        issue=_any_of(_given(table, "issue"), parts),
        rubric=_any_of(_given(table, "rubric"), parts),
        briefs=_any_of(_given(table, "briefs"), parts),
        numbered=_any_of(_given(table, "numbered"), parts),
        advertisement=_any_of(_given(table, "advertisement"), parts),
        trade=_any_of(_given(table, "trade"), parts),
        notice=_any_of(_given(table, "notice"), parts),
        summary=_any_of(_given(table, "summary"), parts),
        index=_any_of(_given(table, "index"), parts),
    )


@cache
def _table(language: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))


def _given(table: Mapping[str, Any], key: str) -> list[str]:
    return [table[key]] if key in table else []


def _any_of(patterns: Iterable[str], parts: dict[str, str]) -> re.Pattern[str]:
    """Any of the patterns, their parts filled in, parts within parts too; never where there are none."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    while (filled := re.sub(r"%(\w+)%", lambda found: f"(?:{parts[found.group(1)]})", joined)) != joined:
        joined = filled
    return re.compile(joined) if joined else _NEVER


def _misread(words: Iterable[str], alone: Iterable[str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """For words of ideographs, a pattern in which one of their signs may be any other; with the word.

    Short ones at the start only, and not those that may stand `alone`: many a name is like them.
    """
    long = [word for word in words if len(word) >= MISREAD]
    short = [word for word in words if 1 < len(word) < MISREAD and word not in alone]
    return tuple(
        (re.compile("|".join(f"{start}{word[:at]}\\w{word[at + 1 :]}" for at in range(len(word)))), word)
        for start, group in (("", long), ("^", short))
        for word in group
        if _TOKEN.findall(word) == list(word)
    )


def _words(words: Iterable[str], parts: Mapping[str, str] = MappingProxyType({})) -> re.Pattern[str]:
    """Any of the words, longest first; a spot of dust between two ideographs does no harm, a word of letters is whole.

    A capital may follow a word of letters without a space: recognizers lose narrow ones. Behind a word of ideographs, for
    the same reason, a person's name or another of the words may; with anything else behind it, it is the beginning of some
    other word (图片, 记者手记). A word that is a sign of names, too, is one where it stands behind other ideographs (潘文).
    """
    ordered = sorted(words, key=len, reverse=True)
    letters = [word for word in ordered if word.isascii() or word[0].lower() != word[0].upper()]
    ideographs = [f"[{SPOTS}]?".join(map(re.escape, word)) for word in ordered if word not in letters]
    signs, before = parts.get("namesigns", ""), rf"(?<![{IDEOGRAPHS}])"
    behind = rf"(?![{IDEOGRAPHS}])|(?={parts['person']})|(?={'|'.join(ideographs)})" if "person" in parts else ""
    patterns = [rf"\b{re.escape(word)}(?:\b|(?<=[a-z])(?=[A-Z]))" for word in letters]
    # What stands before and behind once for many words: once for each of them, a table takes a quarter second to compile.
    for is_sign, alike in itertools.groupby(ideographs, key=lambda word: word in signs):
        patterns.append(f"{before if is_sign else ''}(?:{'|'.join(alike)})(?:{behind})")
    return re.compile("|".join(patterns)) if patterns else _NEVER
