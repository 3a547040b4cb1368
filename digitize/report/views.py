"""What a report shows, as values: articles with their text and places, pages, and a row of the overview for each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

# Libraries call OCR poor below this share of right characters (Holley 2009, How good can it get?, D-Lib 15, 3/4). What
# the recognizer thinks of itself is no more than near to it: the page is worth a look.
LOW_CONFIDENCE = 0.9
# A page with fewer articles than this share of the reel's middle page was read wrongly, or is one of advertisements.
FEW_ARTICLES = 0.5
# Degrees: film lies straighter in a scanner as a rule, and cleaning is made for about five.
SKEWED = 2.0
# The most characters of a title; what is longer is text that stands for a headline that there is not.
TITLE = 40

_POINTS = re.compile(r"\d+,\d+(?: \d+,\d+)*")


class Outcome(StrEnum):
    """How a page stands in its archive."""

    DONE = "done"
    BLANK = "blank"
    FAILED = "failed"
    UNKNOWN = "unknown"  # its record cannot be read


class Flag(StrEnum):
    """Why a page is worth a look; the value is what the report calls it."""

    FAILED = "failed"
    UNKNOWN = "record not readable"
    INCOMPLETE = "not whole"
    BLANK = "blank"
    LOW_CONFIDENCE = "low confidence"
    FEW_ARTICLES = "few articles"
    SKEWED = "skewed"
    NEGATIVE = "negative"
    TWICE = "filmed twice"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that follow each other; `doubt` is their confidence where they are doubtful, else None."""

    text: str
    doubt: float | None = None


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """The text of one printed line; `id` is that of its zone, "" where there is none."""

    id: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class PassageText:
    """A heading, paragraph, byline, caption ... by its role, line by line."""

    role: str
    lines: tuple[PrintedLine, ...]

    @property
    def text(self) -> str:
        """The running text."""
        return "".join(run.text for line in self.lines for run in line.runs)


def outline(points: str) -> str:
    """An outline as documents write it, `x,y x,y ...` in whole pixels, looked at.

    Raises:
        ValueError: it is something else.
    """
    if not _POINTS.fullmatch(points):
        raise ValueError(f"has a place that cannot be read: {points[:40]!r}")
    return points


@dataclass(frozen=True, slots=True)
class Zone:
    """A block on a page and its lines by id; outlines as `x,y x,y ...`, whole original pixels."""

    points: str
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def start(self) -> tuple[int, int]:
        """The outline's first point: where the block begins to be read."""
        x, y = self.points.split(" ")[0].split(",")
        return int(x), int(y)


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article as its document has it; `zones` are its blocks by page, the page that it begins on first.

    `language` is "" where it is not known. `documents` are the names of its files in the page's folder.
    """

    id: str
    number: int
    kind: str
    language: str
    vertical: bool
    passages: tuple[PassageText, ...]
    zones: tuple[tuple[str, tuple[Zone, ...]], ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The main headline, else another heading, else how the text begins; "" where there is none."""
        for roles in (
            {"headline"},
            {"kicker", "deck"},
            {"paragraph", "advertisement"},
            {passage.role for passage in self.passages},
        ):
            texts = [text for passage in self.passages if passage.role in roles and (text := passage.text.strip())]
            if texts:
                return texts[0] if len(texts[0]) <= TITLE else f"{texts[0][:TITLE]}…"
        return ""

    @property
    def doubtful(self) -> int:
        """How many characters are doubtful."""
        runs = (run for passage in self.passages for line in passage.lines for run in line.runs)
        return sum(len(run.text) for run in runs if run.doubt is not None)

    def among(self, pages: Container[str]) -> ArticleText:
        """The article without its places on pages that are not among these."""
        return replace(self, zones=tuple((page, zones) for page, zones in self.zones if page in pages))

    def zones_on(self, page: str) -> tuple[Zone, ...]:
        """The blocks on one page."""
        return dict(self.zones).get(page, ())


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the page's documents say of the issue; "" where they say nothing. `date` is ISO 8601, `date_text` as printed."""

    newspaper: str = ""
    date: str = ""
    date_text: str = ""
    section: str = ""
    page_number: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that began on another page and goes on here."""

    page: str
    article: ArticleText


@dataclass(frozen=True, slots=True)
class Around:
    """What leads to a page and away from it: ids of other pages, and articles that arrive from them.

    `before` and `after` are "" at the ends of the reel; `twins` show the same page.
    """

    before: str = ""
    after: str = ""
    twins: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as the report shows it.

    `facts` are names and figures from the record, in the order to be shown. `preview` is None where the drawing holds
    none; `width` and `height` are original pixels, 0 where they are not known; `between` are the shares of the width, 0..1,
    between which the page lies. `rest` is text that is in no article.
    """

    id: str
    outcome: Outcome
    width: int
    height: int
    facts: tuple[tuple[str, str], ...]
    imprint: Imprint = Imprint()
    articles: tuple[ArticleText, ...] = ()
    rest: tuple[PassageText, ...] = ()
    rest_zones: tuple[Zone, ...] = ()
    preview: bytes | None = None
    between: tuple[float, float] = (0.0, 1.0)
    reason: str = ""
    remedy: str = ""
    problems: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def pictured(self) -> bool:
        """Whether there is something to show beside the text: the scan, or where things stood on it."""
        placed = self.rest_zones or any(article.zones_on(self.id) for article in self.articles)
        return self.width > 0 and bool(self.preview or placed)


@dataclass(frozen=True, slots=True)
class Row:
    """A page in the overview. `thumbnail` tells whether it has one; `seconds` is what reading took."""

    id: str
    outcome: Outcome
    source: str
    title: str = ""
    language: str = ""
    imprint: Imprint = Imprint()
    articles: int = 0
    advertisements: int = 0
    confidence: float = 0.0
    skew: float = 0.0
    seconds: float = 0.0
    negative: bool = False
    twice: bool = False
    thumbnail: tuple[int, int] | None = None
    reason: str = ""
    remedy: str = ""
    incomplete: bool = False


def flags_of(row: Row, few: float) -> tuple[Flag, ...]:
    """Why a page is worth a look; `few` is the number of articles below which it has few."""
    done = row.outcome is Outcome.DONE
    told = {
        Flag.FAILED: row.outcome is Outcome.FAILED,
        Flag.UNKNOWN: row.outcome is Outcome.UNKNOWN,
        Flag.INCOMPLETE: row.incomplete and row.outcome is not Outcome.UNKNOWN,
        Flag.BLANK: row.outcome is Outcome.BLANK,
        Flag.LOW_CONFIDENCE: done and row.confidence < LOW_CONFIDENCE,
        Flag.FEW_ARTICLES: done and row.articles < few,
        Flag.SKEWED: abs(row.skew) > SKEWED,
        Flag.NEGATIVE: row.negative,
        Flag.TWICE: row.twice,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def few_articles(rows: Sequence[Row]) -> float:
    """The number of articles below which a page of this reel has few."""
    counts = [row.articles for row in rows if row.outcome is Outcome.DONE]
    return FEW_ARTICLES * median(counts) if counts else 0.0
