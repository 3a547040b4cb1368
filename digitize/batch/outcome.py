"""How pages and runs end."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from digitize.batch.record import Counts, Status
from digitize.errors import ExitCode

if TYPE_CHECKING:
    from digitize.batch.record import Failure, Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one page ended. `page_id` is "" for a file that could not be taken in; `trace` is for people who debug.

    `frame` is the page's place in its file, or in its issue of earlier OCR, from 1; `timings` are seconds by stage.
    """

    page_id: str
    path: str
    status: Status
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    skipped: bool = False
    trace: str = ""
    frame: int = 1
    timings: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def of(record: Record, *, skipped: bool = False, trace: str = "") -> Outcome:
        """The outcome that a record tells of; a skipped page takes no time and repeats no warnings."""
        seconds = 0.0 if skipped else sum(time for _, time in record.timings)
        warnings = () if skipped else record.warnings
        return Outcome(
            record.page_id,
            record.source.path,
            record.status,
            record.counts,
            seconds,
            warnings,
            record.error,
            skipped,
            trace,
            record.source.frame,
            () if skipped else record.timings,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pages were read, had been done before, and failed; `blank` are those that were read and have no text."""

    read: int = 0
    skipped: int = 0
    failed: int = 0
    blank: int = 0

    def with_one(self, outcome: Outcome) -> Tally:
        """The same with one more page."""
        failed = outcome.status is Status.FAILED
        skipped = outcome.skipped and not failed
        read = not failed and not skipped
        blank = read and outcome.status is Status.BLANK
        return Tally(self.read + read, self.skipped + skipped, self.failed + failed, self.blank + blank)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended; `dropped` counts pages whose outcomes were not to be kept; none of them failed."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    dropped: Tally = field(default_factory=Tally)

    @property
    def tally(self) -> Tally:
        """How many pages were read, had been done before, and failed."""
        return reduce(Tally.with_one, self.outcomes, self.dropped)

    @property
    def has_pages(self) -> bool:
        """Whether a page was met at all, and not only files that could not be taken in."""
        return self.dropped != Tally() or any(outcome.page_id for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The pages that failed, in their order."""
        return tuple(outcome for outcome in self.outcomes if outcome.status is Status.FAILED)

    @property
    def exit_code(self) -> ExitCode:
        """What the run's exit code tells."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return ExitCode.PAGES_FAILED if self.failed else ExitCode.DONE
