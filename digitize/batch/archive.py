"""What an output folder holds, by its records: how its pages ended, and whether every file is what it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.duplicates import find_duplicates
from digitize.batch.lock import LOCK_NAME
from digitize.batch.record import RECORD_NAME, Status
from digitize.batch.writing import read_record
from digitize.errors import OutputError, UsageError
from digitize.scan.page_ids import REPORT_NAME, natural_order, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.batch.record import Failure, Record

REPORT_INDEX = "index.html"
# Where a report is made, beside its place; hidden, so that no run takes what is in it for input.
REPORT_WORK = ".digitize-report"
# How many pages are named as the slowest and as those read with the lowest confidence.
NAMED = 5


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


class Difference(StrEnum):
    """How a file differs from what the records say."""

    MISSING = "missing"
    ALTERED = "altered"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not as the records say."""

    path: str
    difference: Difference

    def __str__(self) -> str:
        return f"{self.path}: {self.difference}"


def state_of(output: Path) -> State:
    """How the pages of an output folder ended, by their records.

    Raises:
        UsageError: there is no record in it.
    """
    records = _records(output)
    counts = [record.status for record in records]
    seconds = [RatedPage(record.page_id, round(_seconds(record), 3)) for record in records]
    rated = [RatedPage(record.page_id, round(record.confidence, 4)) for record in records if record.status is Status.DONE]
    return State(
        pages=len(records),
        done=counts.count(Status.DONE),
        blank=counts.count(Status.BLANK),
        failed=counts.count(Status.FAILED),
        articles=sum(record.counts.articles for record in records),
        advertisements=sum(record.counts.advertisements for record in records),
        seconds=round(sum(each.figure for each in seconds), 3),
        failures=tuple(FailedPage(r.page_id, r.source.path, r.error) for r in records if r.status is Status.FAILED),
        slowest=tuple(sorted((each for each in seconds if each.figure), key=lambda each: -each.figure)[:NAMED]),
        least_confident=tuple(sorted(rated, key=lambda each: each.figure)[:NAMED]),
        blank_pages=tuple(record.page_id for record in records if record.status is Status.BLANK),
        duplicates=find_duplicates(records),
    )


def verify(output: Path) -> Iterator[Fault]:
    """Compare every input and output file with the sums in the records.

    Inputs are looked for where the run found them: relative paths go from the current folder. An input that could not
    be read, and so has no sum, is not compared.

    Yields:
        Each file that is missing or altered, and each file in the output folder that no record accounts for.

    Raises:
        UsageError: there is no record in it.
        OutputError: a file is there and cannot be read.
    """
    records = _records(output)
    known = {(output / LOCK_NAME).absolute()}
    sums = cache(_sum)
    for record in records:
        folder = output / record.page_id
        known.add((folder / RECORD_NAME).absolute())
        expected = [(folder / file.name, file.sha256) for file in record.files]
        expected += [(Path(record.source.path), record.source.sha256)]
        for path, wanted in expected:
            known.add(path.absolute())
            found = sums(path.absolute()) if wanted else ""
            if found != wanted:
                yield Fault(printable(path), Difference.ALTERED if found else Difference.MISSING)
    for path in sorted(output.rglob("*"), key=lambda path: natural_order(str(path))):
        if not path.is_dir() and path.absolute() not in known and not _is_of_report(path, output):
            yield Fault(printable(path), Difference.EXTRA)


def page_folders(output: Path) -> list[Path]:
    """The folders with a page's record, readable or not, in the order of their pages.

    Raises:
        UsageError: there is none.
        OutputError: the output folder cannot be read.
    """
    try:
        names = sorted((path.parent.name for path in output.glob(f"*/{RECORD_NAME}")), key=natural_order)
    except OSError as error:
        raise OutputError(f"{output} cannot be read: {error.strerror}", remedy="check its permissions") from error
    if not names:
        raise _no_records(output)
    return [output / name for name in names]


def _records(output: Path) -> list[Record]:
    """The records of an output folder, in the order of their pages; one that cannot be read leaves its files extra."""
    folders = page_folders(output)
    records = [record for folder in folders if (record := read_record(folder)) and record.page_id == folder.name]
    if not records:
        raise _no_records(output)
    return records


def _no_records(output: Path) -> UsageError:
    return UsageError(f"{output}: no page records found", remedy="name a folder that `digitize run` has written")


def is_report(folder: Path) -> bool:
    """Whether a folder is the report over an output folder."""
    return folder.name == REPORT_NAME and (folder / REPORT_INDEX).is_file() and any(folder.parent.glob(f"*/{RECORD_NAME}"))


def _is_of_report(path: Path, output: Path) -> bool:
    """Whether a file is a report's: everything in one is derived, and nobody vouches for it."""
    first, *rest = path.relative_to(output).parts
    return bool(rest) and first in {REPORT_NAME, REPORT_WORK}


def _seconds(record: Record) -> float:
    return sum(seconds for _, seconds in record.timings)


def _sum(path: Path) -> str:
    """The SHA-256 (hex) of a file; empty where it is not there."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}", remedy="check its permissions and the medium") from error
