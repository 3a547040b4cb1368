"""What an output folder holds, by its records: how its pages ended."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from digitize.batch.duplicates import find_duplicates
from digitize.batch.record import RECORD_NAME, Status
from digitize.batch.stored import records_below, unwritable
from digitize.batch.writing import read_record
from digitize.errors import OutputError, UsageError
from digitize.scan.page_ids import REPORT_NAME, natural_order
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digitize.batch.record import Failure, Record
    from digitize.storage import Place

REPORT_INDEX = "index.html"
# What stands near the beginning of a report's pages, and nobody else's.
REPORT_MARK, REPORT_HEAD = b'<meta name="generator" content="digitize">', 1000
# Where a report is made, beside its place; hidden, so that no run takes what is in it for input.
REPORT_WORK = ".digitize-report"
# How many pages are named as the slowest and as those read with the lowest confidence.
NAMED = 5
# Among so many pages at most those that were filmed twice are looked for: each takes memory, and is compared with others.
COMPARED = 200_000


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that failed, its file, and why."""

    page_id: str
    path: str
    error: Failure | None


@dataclass(frozen=True, slots=True)
class RatedPage:
    """A page and a figure of it: seconds, or a confidence from 0 to 1."""

    page_id: str
    figure: float


@dataclass(frozen=True, slots=True)
class State:
    """How the pages of an output folder ended.

    `seconds` is what reading took, all workers together. `duplicates` are groups of pages that were filmed twice.
    """

    pages: int
    done: int
    blank: int
    failed: int
    articles: int
    advertisements: int
    seconds: float
    failures: tuple[FailedPage, ...]
    slowest: tuple[RatedPage, ...]
    least_confident: tuple[RatedPage, ...]
    blank_pages: tuple[str, ...]
    duplicates: tuple[tuple[str, ...], ...]

    def to_json(self) -> str:
        """The state as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)


def state_of(output: Place) -> State:
    """How the pages of an output folder ended, by their records.

    Raises:
        UsageError: there is no record in it.
        OutputError: it cannot be read.
    """
    statuses: Counter[Status] = Counter()
    articles = advertisements = 0
    seconds = 0.0
    failures: list[FailedPage] = []
    slowest: list[RatedPage] = []
    doubtful: list[RatedPage] = []
    blank: list[str] = []
    compared: list[Record] = []
    for record in records_of(output):
        statuses[record.status] += 1
        articles, advertisements = articles + record.counts.articles, advertisements + record.counts.advertisements
        if record.status is Status.BLANK:
            blank.append(record.page_id)
        if len(compared) <= COMPARED:
            compared.append(record)
        took = _seconds(record)
        seconds += took
        if record.status is Status.FAILED:
            failures.append(FailedPage(record.page_id, record.source.path, record.error))
        if round(took, 3):
            slowest = sorted([*slowest, RatedPage(record.page_id, round(took, 3))], key=lambda each: -each.figure)[:NAMED]
        if record.status is Status.DONE:
            rated = RatedPage(record.page_id, round(record.confidence, 4))
            doubtful = sorted([*doubtful, rated], key=lambda each: each.figure)[:NAMED]
    return State(
        pages=statuses.total(),
        done=statuses[Status.DONE],
        blank=statuses[Status.BLANK],
        failed=statuses[Status.FAILED],
        articles=articles,
        advertisements=advertisements,
        seconds=round(seconds, 3),
        failures=tuple(failures),
        slowest=tuple(slowest),
        least_confident=tuple(doubtful),
        blank_pages=tuple(blank),
        duplicates=find_duplicates(compared) if statuses.total() <= COMPARED else (),
    )


def pages_of(output: Place) -> Iterator[tuple[str, Record | None]]:
    """The names of the folders with a page's record, and the records, None for one that cannot be read.

    On this machine they come in the order of the pages, from a store in that of its list, a few at a time.

    Raises:
        UsageError: there is none.
        OutputError: the output folder cannot be read.
    """
    name = ""
    for name, record in _stored_pages(output) if isinstance(output, Address) else _local_pages(output):
        yield name, record
    if not name:
        raise no_records(output)


def records_of(output: Place) -> Iterator[Record]:
    """The records of an output folder, in the order of `pages_of`; one that cannot be read leaves its files extra.

    Raises:
        UsageError: there is none that can be read.
        OutputError: the output folder cannot be read.
    """
    found = False
    for _, record in pages_of(output):
        if record:
            found = True
            yield record
    if not found:
        raise no_records(output)


def _stored_pages(output: Address) -> Iterator[tuple[str, Record | None]]:
    with as_unreadable(output):
        yield from records_below(output)


def _local_pages(output: Path) -> Iterator[tuple[str, Record | None]]:
    try:
        names = sorted((path.parent.name for path in output.glob(f"*/{RECORD_NAME}")), key=natural_order)
    except OSError as error:
        raise OutputError(f"{output} cannot be read: {error.strerror}", remedy="check its permissions") from error
    for name in names:
        record = read_record(output / name)
        yield name, record if record and record.page_id == name else None


def no_records(output: Place) -> UsageError:
    """What is wrong with an output folder without a record."""
    return UsageError(f"{output}: no page records found", remedy="name a folder that `digitize run` has written")


def is_report(folder: Path) -> bool:
    """Whether a folder is the report over an output folder, by what its first page says of itself."""
    if folder.name != REPORT_NAME:
        return False
    try:
        with (folder / REPORT_INDEX).open("rb") as stream:
            return is_report_page(stream.read(REPORT_HEAD))
    except OSError:
        return False


def is_report_page(content: bytes) -> bool:
    """Whether a file is one of a report's pages."""
    return REPORT_MARK in content[:REPORT_HEAD]


def _seconds(record: Record) -> float:
    return sum(seconds for _, seconds in record.timings)


@contextmanager
def as_unreadable(output: Address) -> Iterator[None]:
    """Tell what a store says as the reason why an output cannot be read."""
    try:
        yield
    except OSError as error:
        raise unwritable(output, error) from error
