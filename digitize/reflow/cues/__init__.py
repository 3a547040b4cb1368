"""Language cues: what a newspaper's wording tells of where an item opens, who wrote it, where it goes on. Data, by language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Cues:
    """One language's table, compiled. Each pattern is matched as its field's name says."""

    terminal: str  # characters that may end a paragraph
    openings: re.Pattern[str]  # at the start of a paragraph: a news item opens
    dateline: re.Pattern[str]  # the whole dateline: groups source, place, date
    role: re.Pattern[str]  # a word that names the work of a person in a byline
    role_alone: re.Pattern[str]  # such a word that may stand without a name
    continued_to: re.Pattern[str]  # the item goes on elsewhere: group page
    continued_from: re.Pattern[str]
    date: re.Pattern[str]  # a full date in a running head: groups year, month or monthname, day
    weekday: re.Pattern[str]
    page: re.Pattern[str]  # a page number in a running head: group page
    issue: re.Pattern[str]  # an issue number: group issue
    index: re.Pattern[str]  # at the start of a heading: it stands over an index of the issue, not over an item


SPOTS = ".·:："
"""What dust between two characters is read as."""


def _words(words: list[str]) -> re.Pattern[str]:
    """Any of the words, longest first; a spot of dust between two of its characters does no harm."""
    spot = f"[{SPOTS}]?"
    return re.compile("|".join(spot.join(map(re.escape, word)) for word in words))


@cache
def load_cues(language: str) -> Cues:
    """The cue table of a language (BCP 47).

    Raises:
        FileNotFoundError: there is no table for it; `digitize.options.LANGUAGES` lists those that there are.
    """
    table = tomllib.loads(resources.files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))
    roles, alone = (sorted(table[key], key=len, reverse=True) for key in ("roles", "roles_alone"))
    return Cues(
        terminal=table["terminal"],
        openings=re.compile("|".join(f"(?:{pattern})" for pattern in table["openings"])),
        dateline=re.compile(table["dateline"]),
        role=_words(roles),
        role_alone=_words(alone),
        continued_to=re.compile(table["continued_to"]),
        continued_from=re.compile(table["continued_from"]),
        date=re.compile(table["date"]),
        weekday=re.compile(table["weekday"]),
        page=re.compile(table["page"]),
        issue=re.compile(table["issue"]),
        index=re.compile(table["index"]),
    )
