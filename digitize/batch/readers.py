"""Those who read, kept busy, watched and replaced by rules that hold wherever they run.

One that dies, hangs or takes too much costs only its page. An engine says how its readers are started, told, heard and
ended: processes of this machine (`digitize.batch.pool`), or of a Ray cluster (`digitize.batch.cluster`).
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from digitize.batch.issues import IssueInput
from digitize.batch.reading import fail_task
from digitize.batch.record import MORE_TIME, Failure
from digitize.batch.sources import summed
from digitize.batch.tasks import Task, is_counted
from digitize.scan.page_ids import page_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Readable, Setup
    from digitize.errors import DigitizeError
    from digitize.model import Source

# How often clocks and memory are looked at, in seconds: memory grows by less than a gigabyte in this time.
TICK = 0.2
# How often a page is read before it is held to be why its readers die, and how often its reader's machine may be lost.
ATTEMPTS, LOSSES = 2, 5
# How often in a row readers may fail to start, or their models to load, before the run ends.
STARTS = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits, what is known of its file, and how often the machine of its reader has been lost."""

    task: Task
    source: Source | None = None
    losses: int = 0


@dataclass(slots=True, kw_only=True)
class Seat:
    """A place for a reader: what it does, and until when it must have told something; None where it may take its time.

    `ready` says that it has begun, `loading` that it loads its models, `leaving` that it has read its pages. `part` is the
    page that it reads of a frame that shows two; `told` are the pages of its task that have ended.
    """

    task: Task | None = None
    source: Source | None = None
    losses: int = 0
    told: set[str] = field(default_factory=set)
    part: str = ""
    ready: bool = False
    loading: bool = False
    leaving: bool = False
    deadline: float | None = None
    limit: float = 0.0
    killed_for: Failure | None = None

    def until(self, seconds: float) -> None:
        """Give it so many seconds to the next word."""
        self.limit, self.deadline = seconds, time.monotonic() + seconds

    @property
    def doing(self) -> str:
        """What it does, in a word or by the name of its page."""
        if not self.ready:
            return "starting"
        if self.task is None:
            return "idle"
        if self.loading:
            return "loading"
        entry = self.task.entry
        if isinstance(entry, IssueInput):
            return entry.pages[0].stem
        return self.part or page_id(entry.stem, self.task.first, self.source.frames if self.source else 1)


S = TypeVar("S", bound=Seat)


class Readers(ABC, Generic[S]):
    """Reads inputs with as many readers as `setup.jobs` tells, each of which holds a seat."""

    # Whether a reader is given its first task before it is ready: then no more are started than there are tasks.
    tasks_at_start = True

    def __init__(self, setup: Setup, page_timeout: float, on_warning: Callable[[str], None]) -> None:
        self._setup, self._page_timeout, self._on_warning = setup, page_timeout, on_warning
        self._seats: list[S] = []
        self._entries: Iterator[tuple[int, Readable]] = iter(())
        self._waiting: deque[Waiting] = deque()
        self._warned: set[str] = set()
        self._broken_starts = 0
        self._given_up: set[str] = set()

    @property
    @abstractmethod
    def busy(self) -> tuple[str, ...]:
        """What the readers do, in words for the user."""

    def read(
        self, entries: Iterable[tuple[int, Readable]], on_tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Read inputs, each with its place among the run's, which are asked for one by one as there is somebody to read them.

        `on_tick` is called several times a second.

        Yields:
            An input's place, and how pages of it ended.

        Raises:
            DigitizeError: the run cannot go on.
        """
        self._entries = iter(entries)
        while self._has_waiting() or any(seat.task for seat in self._seats):
            self._employ()
            for index, outcomes in self._news():
                yield index, tuple(each for each in outcomes if each.page_id not in self._given_up or not each.skipped)
            self._watch()
            on_tick()

    @abstractmethod
    def close(self) -> None:
        """End all readers at once, whatever they do."""

    @abstractmethod
    def _start(self) -> S:
        """Start a reader."""

    @abstractmethod
    def _tell(self, seat: S, task: Task) -> None:
        """Tell a reader to read."""

    @abstractmethod
    def _news(self) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """How pages ended since this was asked last, after a moment at most."""

    @abstractmethod
    def _kill(self, seat: S) -> None:
        """End a reader, whatever it does; that it is gone is heard of next."""

    @abstractmethod
    def _never_start(self, seat: S, failure: Failure) -> DigitizeError:
        """What ends the run where no reader starts."""

    def _overtaxes(self, _seat: S) -> Failure | None:
        """Why a reader is to be ended, apart from its silence."""
        return None

    def _has_waiting(self) -> bool:
        """Whether a task waits; the next input is asked for where none does."""
        if not self._waiting:
            self._waiting.extend(Waiting(Task(index, entry)) for index, entry in islice(self._entries, 1))
        return bool(self._waiting)

    def _employ(self) -> None:
        """Give waiting tasks to idle readers, and start readers as long as there are tasks for them."""
        for seat in self._seats:
            if seat.ready and seat.task is None and not seat.leaving and self._has_waiting():
                self._give(seat, self._waiting.popleft())
        while sum(not seat.leaving for seat in self._seats) < self._setup.jobs and self._has_waiting():
            seat = self._start()
            self._seats.append(seat)
            if self.tasks_at_start:
                self._give(seat, self._waiting.popleft())

    def _give(self, seat: S, waiting: Waiting) -> None:
        seat.task, seat.source, seat.losses = waiting.task, waiting.source, waiting.losses
        seat.told, seat.part = set(), ""
        if seat.ready:
            seat.until(self._patience(waiting.task))
        self._tell(seat, waiting.task)

    def _patience(self, task: Task) -> float:
        """How long nothing need be heard of a task: the pages of an issue are understood together."""
        return self._page_timeout * (len(task.entry.pages) if isinstance(task.entry, IssueInput) else 1)

    def _warn_once(self, warnings: Iterable[str]) -> None:
        for warning in set(warnings) - self._warned:
            self._on_warning(warning)
        self._warned |= set(warnings)

    def _frame_read(self, seat: S, outcomes: tuple[Outcome, ...]) -> None:
        """Note that a reader has read a frame, or a page of an issue."""
        assert seat.task  # noqa: S101 - it was reading
        seat.told |= {outcome.page_id for outcome in outcomes}
        seat.part, seat.losses = "", 0
        if not isinstance(seat.task.entry, IssueInput):
            seat.task = replace(seat.task, first=seat.task.first + 1, attempt=1)
        seat.until(self._patience(seat.task))

    def _share_out(self, seat: S, source: Source) -> None:
        """Leave a reader its share of a file of many frames, and put the others' shares first in the queue."""
        task = seat.task
        if task is None or task.last is not None or isinstance(task.entry, IssueInput):
            return
        last = self._setup.last_of(task, source.frames)
        seat.task, share = replace(task, last=last), last - task.first + 1
        rest = (
            Task(task.index, task.entry, first, min(source.frames, first + share - 1))
            for first in range(last + 1, source.frames + 1, share)
        )
        self._waiting.extendleft(reversed([Waiting(each, source) for each in rest]))

    def _watch(self) -> None:
        """End readers that are silent for too long, or take too much."""
        now = time.monotonic()
        for seat in self._seats:
            if seat.killed_for or seat.task is None:
                continue
            if seat.deadline is not None and now > seat.deadline:
                what = "the page exceeded" if seat.ready and not seat.loading else "loading the models exceeded"
                seat.killed_for = Failure("PageTimeout", f"{what} {seat.limit:g} s", MORE_TIME)
            else:
                seat.killed_for = self._overtaxes(seat)
            if seat.killed_for:
                self._kill(seat)

    def _bury(self, seat: S, cause: Failure, *, lost: bool = False) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Let a dead reader's task be tried again; a page that has ended two readers is recorded as failed.

        Where its machine is `lost`, it is by no fault of the page's.
        """
        failure, task = seat.killed_for or cause, seat.task
        if (not seat.ready or seat.loading) and not lost:
            self._broken_starts += 1
            if self._broken_starts >= STARTS:
                raise self._never_start(seat, failure)
        if task is None:
            return
        if lost and seat.losses < LOSSES:
            self._waiting.appendleft(Waiting(task, seat.source, seat.losses + 1))
        elif task.attempt < ATTEMPTS and not lost:
            self._waiting.appendleft(Waiting(replace(task, attempt=task.attempt + 1), seat.source, seat.losses))
        else:
            yield task.index, self._give_up(seat, task, failure)

    def _give_up(self, seat: S, task: Task, failure: Failure) -> tuple[Outcome, ...]:
        """Record what a reader was at as failed, and let the rest of its task be read."""
        source = seat.source or (None if isinstance(task.entry, IssueInput) else summed(task.entry.path))
        failed = fail_task(task, failure, self._setup.job, source, seat.told, seat.part)
        # Of a frame's two pages, the other one is read next: this one counts as read.
        other = bool(seat.part) and seat.part not in self._given_up
        self._given_up |= {outcome.page_id for outcome in failed if seat.part}
        after = replace(task, first=task.first + (not other), attempt=1)
        if seat.source and is_counted(seat.source) and after.first <= (after.last or seat.source.frames):
            self._waiting.appendleft(Waiting(after, seat.source))
        return failed
