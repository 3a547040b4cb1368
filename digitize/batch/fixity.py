"""Fixity: whether every input and output file is what the records say, by its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.archive import REPORT_WORK, as_unreadable, no_records, records_of
from digitize.batch.lock import LOCK_NAME
from digitize.batch.record import RECORD_NAME
from digitize.batch.unfinished import MARK_NAME
from digitize.batch.writing import read_record
from digitize.errors import OutputError
from digitize.scan.page_ids import REPORT_NAME, natural_order, printable
from digitize.storage import Address, place, sum_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.batch.record import Record
    from digitize.storage import Place

# What lies in an output folder while a run goes on, or until one that was stopped goes on.
OF_RUNS = frozenset({LOCK_NAME, MARK_NAME})
# Folders of which everything is derived: nobody vouches for what is in them.
OF_REPORTS = frozenset({REPORT_NAME, REPORT_WORK})
# A file's frames follow each other, and so its sum is wanted again.
SUMS_KEPT = 8


class Difference(StrEnum):
    """How a file differs from what the records say."""

    MISSING = "missing"
    ALTERED = "altered"
    EXTRA = "extra"
    NOT_FOUND = "not found"  # an input, which may lie elsewhere by now


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not as the records say; or a folder of inputs, of which none is found: then `files` are several."""

    path: str
    difference: Difference
    files: int = 1

    def __str__(self) -> str:
        return f"{self.path}: {self.difference}{f', {self.files} inputs' if self.files > 1 else ''}"


def verify(output: Place, inputs: Sequence[Place] = ()) -> Iterator[Fault]:
    """Compare every input and output file with the sums in the records.

    An input that could not be read, and so has no sum, is not compared.

    Args:
        output: the output folder.
        inputs: folders in which the inputs lie now, or folders above these, maybe in a store; else they are looked for
            where the run found them, and then by their paths from the current folder.

    Yields:
        Each file that is missing or altered, each file in the output folder that no record accounts for, and at the end
        inputs that are not found.

    Raises:
        UsageError: there is no record in it.
        OutputError: a file is there and cannot be read.
    """
    sources = _Sources(output, inputs)
    yield from _verify_stored(output, sources) if isinstance(output, Address) else _verify_local(output, sources)
    yield from sources.lost()


def _verify_local(output: Path, sources: _Sources) -> Iterator[Fault]:
    known = {(output / name).absolute() for name in OF_RUNS}
    for record in records_of(output):
        folder = output / record.page_id
        known |= {(folder / name).absolute() for name in (RECORD_NAME, *(file.name for file in record.files))}
        for file in record.files:
            yield from _compared(folder / file.name, file.sha256, _sum(folder / file.name))
        yield from sources.check(record)
    known |= sources.found
    for path in sorted(output.rglob("*"), key=lambda path: natural_order(str(path))):
        if not path.is_dir() and path.absolute() not in known and not _is_of_report(path, output):
            yield Fault(printable(path), Difference.EXTRA)


def _verify_stored(output: Address, sources: _Sources) -> Iterator[Fault]:
    """The same of an output in a store, page by page in the order of its list."""
    found_record = False
    with as_unreadable(output):
        for folder, is_folder in output.entries():
            if is_folder and folder.name in OF_REPORTS:
                continue
            if not is_folder:
                yield from [] if folder.name in OF_RUNS else [Fault(printable(folder), Difference.EXTRA)]
                continue
            record = read_record(folder)
            record = record if record and record.page_id == folder.name else None
            expected = {folder / file.name: file.sha256 for file in record.files} if record else {}
            there = set(folder.files())
            if record:
                found_record = True
                there.discard(folder / RECORD_NAME)
                for path, wanted in expected.items():
                    yield from _compared(path, wanted, _sum(path))
                yield from sources.check(record)
            for path in sorted(there - expected.keys(), key=lambda path: natural_order(str(path))):
                yield Fault(printable(path), Difference.EXTRA)
    if not found_record:
        raise no_records(output)


def _compared(path: Place, wanted: str, found: str) -> Iterator[Fault]:
    if found != wanted:
        yield Fault(printable(path), Difference.ALTERED if found else Difference.MISSING)


class _Sources:
    """The inputs that records name: compared as they come, each told of once; those not found are gathered."""

    def __init__(self, output: Place, folders: Sequence[Place]) -> None:
        self._output, self._folders = output, folders
        self._sum = lru_cache(maxsize=SUMS_KEPT)(_sum)
        self._told: set[tuple[str, str]] = set()
        self._lost: dict[str, list[str]] = {}
        self._reached: set[str] = set()
        self.found: set[Path] = set()

    def check(self, record: Record) -> Iterator[Fault]:
        """Compare the input of a record."""
        source = record.source
        if not source.sha256 or (source.path, source.sha256) in self._told:
            return
        self._told.add((source.path, source.sha256))
        folder = source.path.rpartition("/")[0]
        where = self._place(record)
        found = self._sum(where) if where else ""
        if not where or not found:
            self._lost.setdefault(folder, []).append(source.path)
            return
        self._reached.add(folder)
        if isinstance(where, Path):
            self.found.add(where.absolute())
        yield from _compared(where, source.sha256, found)

    def lost(self) -> Iterator[Fault]:
        """The inputs that were not found; a folder of which none was found stands for them."""
        for folder, lost in self._lost.items():
            paths = list(dict.fromkeys(lost))
            if folder in self._reached or len(paths) == 1:
                yield from (Fault(path, Difference.NOT_FOUND) for path in paths)
            else:
                yield Fault(folder or ".", Difference.NOT_FOUND, len(paths))

    def _place(self, record: Record) -> Place | None:
        """Where the input of a record lies now; None where it is not found."""
        path = place(record.source.path)
        if self._folders:
            parts = _parts(path)
            tails = ["/".join(parts[start:]) for start in range(len(parts))]
            places: list[Place] = [folder / tail for folder in self._folders for tail in tails]
        elif isinstance(path, Address):  # who one is to a store is never recorded
            return path.as_known_by(self._output) if isinstance(self._output, Address) else path
        else:
            places = [Path(record.run.folder) / path, path]
        return next((each for each in places if _is_file(each)), None)


def _parts(path: Place) -> tuple[str, ...]:
    """The names of a path, without the root."""
    if isinstance(path, Address):
        return tuple(path.path.split("/"))
    return path.parts[1:] if path.is_absolute() else path.parts


def _is_file(path: Place) -> bool:
    try:
        return not path.is_folder() if isinstance(path, Address) else path.is_file()
    except FileNotFoundError:
        return False
    except OSError:  # in a folder that may not be entered
        if isinstance(path, Address):
            raise
        return False


def _is_of_report(path: Path, output: Path) -> bool:
    """Whether a file is a report's."""
    first, *rest = path.relative_to(output).parts
    return bool(rest) and first in OF_REPORTS


def _sum(path: Place) -> str:
    """The SHA-256 (hex) of a file; empty where it is not there."""
    try:
        return sum_of(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        remedy = "check its permissions and the medium; name where inputs lie now, with whom you are there, with --inputs"
        raise OutputError(f"{path} cannot be read: {error.strerror}", remedy=remedy) from error
