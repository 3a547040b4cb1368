"""A page's record, `page.json`: what was read, from what, how, and every file that came of it.

The record is written last and is the commit point: a page is done when its record says so and the files that it lists
are there with their sums. Everything else (resuming, reports, packages) is derived from the records.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from digitize.errors import DigitizeError
from digitize.model import ArticleKind, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digitize.model import Article, Page, ProcessingStep

RECORD_NAME = "page.json"

# Raised when a field changes its meaning; a record of another schema is not trusted, its page is read again.
SCHEMA_VERSION = 1

# How cleaning names its steps, and writes the angle.
_DESKEW, _INVERT, _ANGLE = "deskew", "invert", "angle="

# What stands behind the page's id in the names of its documents: A08.svg, A08.alto.xml, A08-a001.tei.xml.
_OWN_ENDING = re.compile(r"\.svg|\.[a-z]+\.xml|-a\d{3,}\.[a-z]+\.xml")

# What to do about a page that has ended the process that read it, by what ended it.
MORE_MEMORY = "run again with --retry-failed and fewer --jobs, or on a larger machine"
MORE_TIME = "run again with --retry-failed and a longer --page-timeout, or look at the scan"
REPORT_SCAN = "this is a defect; run again with --retry-failed, and report it with the scan"


class Status(StrEnum):
    """How the reading of a page ended."""

    DONE = "done"
    BLANK = "blank"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page failed: the kind of error, what happened, and what to do about it."""

    kind: str
    message: str
    remedy: str

    @staticmethod
    def of(error: Exception) -> Failure:
        """The failure that an exception stands for, in one line."""
        if isinstance(error, DigitizeError):
            return Failure(type(error).__name__, error.message, error.remedy)
        if isinstance(error, MemoryError):
            return Failure(type(error).__name__, "ran out of memory", MORE_MEMORY)
        message = " ".join(str(error).split()) or "no message"
        return Failure(type(error).__name__, message, "this is a defect; run again with --verbose and report what it shows")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was found on a page."""

    regions: int = 0
    lines: int = 0
    articles: int = 0
    advertisements: int = 0
    characters: int = 0

    @staticmethod
    def of(page: Page, articles: Sequence[Article]) -> Counts:
        """The counts of a page and its articles."""
        kinds = [article.kind for article in articles]
        return Counts(
            regions=len(page.regions),
            lines=len(page.lines),
            articles=kinds.count(ArticleKind.ARTICLE),
            advertisements=kinds.count(ArticleKind.ADVERTISEMENT),
            characters=sum(len(line.text) for line in page.lines),
        )


def skew_of(steps: Iterable[ProcessingStep]) -> float:
    """How many degrees a page was turned to stand straight, by the steps of its cleaning."""
    return sum(float(step.settings.removeprefix(_ANGLE)) for step in steps if step.name == _DESKEW)


def is_negative(steps: Iterable[ProcessingStep]) -> bool:
    """Whether a page was filmed white on black, by the steps of its cleaning."""
    return any(step.name == _INVERT for step in steps)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the page's folder, by name, with its SHA-256 (hex)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Run:
    """The run that read a page: when it began (UTC, to the microsecond, so that no two are the same), and where.

    A run that was stopped and goes on is the same run. Relative paths go from `folder`.
    """

    began: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of the reading of one page.

    `options_digest` and `model_digest` change when a setting or a network that shapes the documents does. `revision`
    counts the readings that gave documents, `first_created` is when the first of them was; 0 and None where there is
    none yet. `language` is the page's (BCP 47), "und" where its text does not tell. `timings` are seconds by stage, in
    the stages' order. `skew` is how many degrees the page was turned to stand straight, `negative` whether it was filmed
    white on black. `width` and `height` of the source are 0 where the file could not be opened.
    `image_hash` and `text_sketch` are what pages are compared by, see `digitize.batch.duplicates`.
    """

    page_id: str
    status: Status
    source: Source
    version: str
    options_digest: str
    model_digest: str
    created: dt.datetime
    revision: int = 0
    first_created: dt.datetime | None = None
    device: str = ""
    language: str = ""
    timings: tuple[tuple[str, float], ...] = ()
    counts: Counts = field(default_factory=Counts)
    confidence: float = 0.0
    skew: float = 0.0
    negative: bool = False
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    image_hash: str = ""
    text_sketch: str = ""
    run: Run = field(default_factory=Run)
    files: tuple[WrittenFile, ...] = ()

    def to_json(self) -> bytes:
        """The record as JSON, UTF-8, keys in the order of the fields."""
        values: dict[str, Any] = {"schema": SCHEMA_VERSION} | dataclasses.asdict(self)
        values["timings"] = {stage: round(seconds, 3) for stage, seconds in self.timings}
        values["confidence"] = round(self.confidence, 4)
        values["skew"] = round(self.skew, 2)
        text = json.dumps(values, ensure_ascii=False, indent=2, default=_plain)
        # A file name that is not UTF-8 reaches us with lone surrogates; as JSON escapes they come back.
        return (text + "\n").encode("utf-8", "backslashreplace")

    @staticmethod
    def from_json(content: bytes) -> Record:
        """Read a record back.

        Raises:
            ValueError: it is not a record of this schema.
        """
        try:
            values = json.loads(content)
            if values.pop("schema") != SCHEMA_VERSION:
                raise ValueError("another schema")  # noqa: TRY301 - told with all that is wrong below
            first = values.pop("first_created")
            error = values.pop("error")
            return Record(
                status=Status(values.pop("status")),
                source=Source(**values.pop("source")),
                created=_time(values.pop("created")),
                first_created=None if first is None else _time(first),
                timings=tuple((stage, float(seconds)) for stage, seconds in values.pop("timings").items()),
                counts=Counts(**{name: int(count) for name, count in values.pop("counts").items()}),
                confidence=float(values.pop("confidence")),
                # What came later than the others may be missing.
                skew=float(values.pop("skew", 0.0)),
                warnings=tuple(values.pop("warnings")),
                error=None if error is None else Failure(**error),
                image_hash=_hexadecimal(values.pop("image_hash", "")),
                run=Run(**values.pop("run", {})),
                files=tuple(WrittenFile(**file) for file in values.pop("files")),
                **values,
            )
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError(f"not a page record: {error!r}") from error


def is_own(page: str, name: str) -> bool:
    """Whether a file's name is one that a page's documents may have."""
    return name.startswith(page) and bool(_OWN_ENDING.fullmatch(name.removeprefix(page)))


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _hexadecimal(text: str) -> str:
    return bytes.fromhex(text).hex()


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
