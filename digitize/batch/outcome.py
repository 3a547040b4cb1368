"""How pages and runs end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digitize.batch.record import Counts, Status
from digitize.errors import ExitCode

if TYPE_CHECKING:
    from digitize.batch.record import Failure, Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one page ended. `page_id` is "" for a file that could not be taken in; `trace` is for people who debug.

    `frame` is the page's place in its file, from 1.
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
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False

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
