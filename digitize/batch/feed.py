"""What a run reads: inputs found on this machine, and those in stores as they are listed; handed out one by one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.issues import IssueInput
from digitize.batch.outcome import Outcome
from digitize.batch.packages import stored_entries
from digitize.batch.record import Failure, Status
from digitize.errors import UsageError
from digitize.scan import FailedInput, find_inputs
from digitize.scan.inputs import MULTI_FRAME_SUFFIXES
from digitize.scan.page_ids import printable
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.batch.issues import Entry
    from digitize.batch.tasks import Readable
    from digitize.scan import Input
    from digitize.storage import Place


@dataclass(frozen=True, slots=True)
class Sources:
    """What was named and found: files of this machine, and the list of a store that has just begun; None without one."""

    paths: tuple[Path, ...]
    found: tuple[Input | FailedInput, ...]
    stored: Iterator[Entry] | None


def find_sources(places: Sequence[Place], output: Place) -> Sources:
    """Find what is to be read; of stores only the first file, so that what is wrong with an address shows at once.

    Raises:
        UsageError: a place does not exist, or there is no image in any of them.
    """
    paths = tuple(place for place in places if isinstance(place, Path))
    addresses = [place for place in places if isinstance(place, Address)]
    found = find_inputs(paths) if paths or not addresses else ()
    if not addresses:
        return Sources(paths, found, None)
    stored = stored_entries(addresses, but=output if isinstance(output, Address) else None)
    first = next(stored, None)
    if first is None and not found:
        names = ", ".join(printable(address) for address in addresses)
        raise UsageError(f"{names}: no page images found", remedy="name images in a store, or what their names begin with")
    return Sources(paths, found, chain([first], stored) if first else stored)


class Feed:
    """Hands out inputs to whoever reads them, and keeps aside what cannot be read."""

    def __init__(self, known: Sequence[Entry], stored: Iterator[Entry] | None) -> None:
        self._known, self._stored = known, stored
        self._failed: deque[tuple[int, Outcome]] = deque()
        self._given = 0

    def __iter__(self) -> Iterator[tuple[int, Readable]]:
        for index, entry in enumerate(chain(self._known, self._stored or ())):
            self._given += 1
            if isinstance(entry, FailedInput):
                # It has no page id, and so no record.
                self._failed.append((index, Outcome("", str(entry.path), Status.FAILED, error=Failure.of(entry.error))))
            else:
                yield index, entry

    @property
    def left(self) -> int | None:
        """How many inputs have not been handed out; None where a store knows."""
        return None if self._stored else len(self._known) - self._given

    @property
    def most_jobs(self) -> int | None:
        """How many processes there is work for; None where nobody knows, as with files of many pages."""
        entries = [entry for entry in self._known if not isinstance(entry, FailedInput)]
        many = any(isinstance(each, IssueInput) or each.path.suffix.lower() in MULTI_FRAME_SUFFIXES for each in entries)
        return None if many or self._stored else len(entries)

    def take_failed(self) -> Iterator[tuple[int, Outcome]]:
        """What has been kept aside since this was asked last."""
        while self._failed:
            yield self._failed.popleft()
