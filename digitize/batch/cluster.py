"""Readers on a Ray cluster: kept busy, watched, and replaced. Pages travel as addresses, one to a reader at a time.

Ray decides where a reader runs and says when it is gone; what that means for its page is decided here, by the rules that
hold for processes of one machine. Ray's own restarts and retries are off: they know nothing of records.
"""

from __future__ import annotations

import os
import signal
import socket
import textwrap
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitize.batch.issues import IssueInput
from digitize.batch.pool import ATTEMPTS, LOADING_TIMEOUT, STARTS, TICK
from digitize.batch.reading import fail_task
from digitize.batch.record import MORE_MEMORY, MORE_TIME, REPORT_SCAN, Failure
from digitize.batch.sources import summed
from digitize.batch.tasks import Begun, Step, Task
from digitize.batch.worker import ending
from digitize.errors import DigitizeError, MissingDependencyError
from digitize.model import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Readable, Setup, Workers

# How often a page's node may be lost before the page itself is held to be why.
LOSSES = 5
# Frames of a file that one reader reads at least: every reader that opens a file sums all of it, and fetches it before.
SHARE = 16
# So much of what Ray says of a death goes into a record.
LONGEST = 300
# How Ray says that its watch over a node's memory has ended a process.
_NO_MEMORY = ("OutOfMemoryError", "OUT_OF_MEMORY", "low on memory")
# For a cluster's first answer, in seconds.
PATIENCE = 20.0
# After this time without a reader, in seconds, the user is told what the cluster lacks.
NOBODY = 60.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A task that waits, what is known of its file, and how often its reader's node has been lost."""

    task: Task
    source: Source | None = None
    losses: int = 0


@dataclass(slots=True)
class _Seat:
    """A place for a reader: the actor that sits there, what it does, and until when it must have told something."""

    actor: Any
    awaited: Any
    node: str = ""
    task: Task | None = None
    losses: int = 0
    source: Source | None = None
    told: set[str] = field(default_factory=set)
    read: int = 0
    deadline: float | None = None
    limit: float = 0.0
    killed_for: Failure | None = None

    def until(self, seconds: float) -> None:
        """Give it so many seconds to the next word."""
        self.limit, self.deadline = seconds, time.monotonic() + seconds


class Cluster:
    """Reads inputs on the nodes of a Ray cluster, see `Readers`."""

    def __init__(
        self, setup: Setup, workers: Workers, most_jobs: int | None, on_warning: Callable[[str], None], memory_of_a_reader: int
    ) -> None:
        self._ray, self._ours = _connect(workers.address)
        from digitize.batch.actor import Reader  # noqa: PLC0415 - needs Ray
        from digitize.batch.measuring import Meters  # noqa: PLC0415 - the same

        self._meters = Meters()
        self._workers, self._on_warning = workers, on_warning
        self._jobs = workers.jobs or self._default_jobs(memory_of_a_reader, most_jobs)
        self._setup = replace(setup, jobs=self._jobs)
        self._job = setup.job
        self._told_setup = self._ray.put(self._setup)
        wanted = {"num_cpus": 1, "num_gpus": workers.gpus} | ({"memory": workers.memory} if workers.memory else {})
        self._remote = self._ray.remote(Reader).options(
            **wanted, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD"
        )
        self._seats: list[_Seat] = []
        self._entries: Iterator[tuple[int, Readable]] = iter(())
        self._waiting: deque[_Waiting] = deque()
        self._warned: set[str] = set()
        self._broken_starts = 0
        self._alone_since: float | None = None

    @property
    def busy(self) -> tuple[str, ...]:
        """How many readers read, and how many are still to come."""
        reading = sum(seat.task is not None for seat in self._seats)
        coming = sum(not seat.node for seat in self._seats)
        return tuple(text for text, count in ((f"{reading} reading", reading), (f"{coming} starting", coming)) if count)

    def read(
        self, entries: Iterable[tuple[int, Readable]], on_tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Read inputs, see `Readers`."""
        self._entries = iter(entries)
        while self._has_waiting() or any(seat.task for seat in self._seats):
            self._employ()
            for seat in self._with_news():
                yield from self._hear(seat)
            self._watch()
            on_tick()

    def close(self) -> None:
        """End all readers at once, whatever they do."""
        for seat in self._seats:
            self._ray.kill(seat.actor)
        self._seats.clear()
        if self._ours:
            self._ray.shutdown()

    def _default_jobs(self, memory_of_a_reader: int, most: int | None) -> int:
        """As many readers as the cluster has processors, or shares of GPUs, and memory for; but no more than pages."""
        there = self._ray.cluster_resources()
        jobs = int(there.get("GPU", 0) / self._workers.gpus) if self._workers.gpus else int(there.get("CPU", 1))
        jobs = min(jobs, int(there.get("memory", 0) / memory_of_a_reader)) if there.get("memory") else jobs
        return max(1, jobs if most is None else min(jobs, most))

    def _has_waiting(self) -> bool:
        """Whether a task waits; the next input is asked for where none does."""
        if not self._waiting:
            self._waiting.extend(_Waiting(Task(index, entry)) for index, entry in islice(self._entries, 1))
        return bool(self._waiting)

    def _employ(self) -> None:
        """Give waiting tasks to idle readers, and ask for more readers as long as there are tasks for them."""
        for seat in self._seats:
            if seat.node and seat.task is None and self._has_waiting():
                waiting = self._waiting.popleft()
                seat.source, seat.losses, seat.told = waiting.source, waiting.losses, set()
                self._give(seat, waiting.task)
        while len(self._seats) < self._jobs and self._has_waiting():
            actor = self._remote.remote(self._told_setup, str(Path.cwd()))
            self._seats.append(_Seat(actor, actor.begin.remote()))

    def _give(self, seat: _Seat, task: Task) -> None:
        # What has ended one reader may end this one: then the record should tell of which file, and which of its frames.
        looks = task.attempt > 1 and seat.source is None and not isinstance(task.entry, IssueInput)
        seat.task, seat.awaited = task, (seat.actor.look if looks else seat.actor.read).remote(task)
        pages = len(task.entry.pages) if isinstance(task.entry, IssueInput) else 1
        seat.until(self._workers.page_timeout * pages)

    def _with_news(self) -> list[_Seat]:
        """Those who have told something, or are gone, after a moment at most."""
        awaited = {seat.awaited: seat for seat in self._seats if seat.awaited is not None}
        if not awaited:
            time.sleep(TICK)
            return []
        first, rest = self._ray.wait(list(awaited), num_returns=1, timeout=TICK)
        more = self._ray.wait(rest, num_returns=len(rest), timeout=0)[0] if first and rest else []
        return [awaited[each] for each in (*first, *more)]

    def _hear(self, seat: _Seat) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """What a reader has told, or, where it is gone, what becomes of its task."""
        errors = self._ray.exceptions
        try:
            told: Begun | Source | Step = self._ray.get(seat.awaited)
        except errors.RayTaskError as error:
            raise ending(error.cause) from error
        except errors.RayError as error:
            self._seats.remove(seat)
            yield from self._bury(seat, error)
            return
        seat.awaited = None
        self._broken_starts = 0
        task = seat.task
        if isinstance(told, Begun):
            self._begun(seat, told)
        elif isinstance(told, Source) and task:
            seat.source = told
            self._give(seat, task)
        elif isinstance(told, Step) and task:
            yield from self._go_on(seat, task, told)

    def _go_on(self, seat: _Seat, task: Task, step: Step) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Tell of a frame that has been read, and go on with the next one."""
        seat.source, seat.losses = step.source, 0
        seat.told |= {outcome.page_id for outcome in step.outcomes}
        seat.read += sum(not outcome.skipped for outcome in step.outcomes)
        task = self._share_out(task, step)
        if step.outcomes:
            yield task.index, step.outcomes
        if step.ended or task.first == task.last:
            self._rest(seat)
        else:
            attempt = task.attempt if isinstance(task.entry, IssueInput) else 1
            self._give(seat, replace(task, first=task.first + 1, attempt=attempt))

    def _begun(self, seat: _Seat, begun: Begun) -> None:
        seat.node = begun.node
        for warning in set(begun.warnings) - self._warned:
            self._on_warning(warning)
        self._warned |= set(begun.warnings)

    def _rest(self, seat: _Seat) -> None:
        """Let a reader wait for its next task, or leave when it has read its pages."""
        seat.task, seat.deadline = None, None
        if seat.read >= self._setup.pages_per_worker:
            self._seats.remove(seat)
            self._ray.kill(seat.actor)

    def _share_out(self, task: Task, step: Step) -> Task:
        """Leave a reader its share of a file of many frames, and put the others' shares first in the queue."""
        if task.last is not None or isinstance(task.entry, IssueInput) or step.ended or step.source is None:
            return task
        frames = step.source.frames
        share = max(SHARE, -(-frames // self._jobs))
        shares = [Task(task.index, task.entry, first, min(frames, first + share - 1)) for first in range(1, frames + 1, share)]
        own, *others = [each for each in shares if each.last is not None and each.last >= task.first]
        self._waiting.extendleft(_Waiting(each, step.source) for each in reversed(others))
        return replace(task, last=own.last)

    def _watch(self) -> None:
        """End readers that are silent for too long, and say so where the cluster gives none."""
        now = time.monotonic()
        for seat in self._seats:
            if seat.deadline is not None and now > seat.deadline and not seat.killed_for:
                seat.killed_for = Failure("PageTimeout", f"the page exceeded {seat.limit:g} s", MORE_TIME)
                self._ray.kill(seat.actor)
        if any(seat.node for seat in self._seats):
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > NOBODY:
            free = self._ray.available_resources()
            wants = f"1 CPU{f' and {self._workers.gpus:g} GPU' if self._workers.gpus else ''}"
            has = f"{free.get('CPU', 0):g} CPU and {free.get('GPU', 0):g} GPU"
            self._on_warning(f"no reader has started for a while: each wants {wants}, the cluster has {has} to spare")
            self._alone_since = now + LOADING_TIMEOUT

    def _bury(self, seat: _Seat, error: Exception) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Let a lost reader's task be tried again; a page that has ended two readers is recorded as failed.

        A node that is lost takes its readers with it, by no fault of their pages.
        """
        lost = self._is_lost(seat.node)
        failure = seat.killed_for or _cause_of_death(error)
        task = seat.task
        if task and isinstance(task.entry, IssueInput):  # its pages are understood together
            task = replace(task, first=1)
        if task is None:
            self._count_broken_start(seat, failure, lost=lost)
        elif lost and seat.losses < LOSSES:
            self._waiting.appendleft(_Waiting(task, seat.source, seat.losses + 1))
        elif task.attempt < ATTEMPTS and not lost:
            self._waiting.appendleft(_Waiting(replace(task, attempt=task.attempt + 1), seat.source, seat.losses))
        else:
            source = seat.source or (None if isinstance(task.entry, IssueInput) else summed(task.entry.path))
            outcomes = fail_task(task, failure, self._job, source, seat.told)
            for outcome in outcomes:
                self._meters.count(outcome)
            yield task.index, outcomes
            after = replace(task, first=task.first + 1, attempt=1)
            counted = seat.source is not None and seat.source.media_type
            if counted and seat.source and after.first <= (after.last or seat.source.frames):
                self._waiting.appendleft(_Waiting(after, seat.source))

    def _count_broken_start(self, seat: _Seat, failure: Failure, *, lost: bool) -> None:
        if seat.node or lost:  # it had begun, and was idle
            return
        self._broken_starts += 1
        if self._broken_starts >= STARTS:
            raise DigitizeError(
                f"readers do not start: {failure.message}",
                remedy="see Ray's logs of the node; all nodes need the same digitize, with its models",
            )

    def _is_lost(self, node: str) -> bool:
        return bool(node) and not any(each["NodeID"] == node and each["Alive"] for each in self._ray.nodes())


def _connect(address: str) -> tuple[Any, bool]:
    """Ray, connected to a cluster, and whether it was connected here."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # archives' machines speak to nobody
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what Ray will do by itself from some version on
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        import ray  # noqa: PLC0415 - not needed on one machine
    except ImportError as error:
        raise MissingDependencyError(
            "--engine ray needs Ray, which is not installed", remedy="install it: pip install 'digitize[ray]'"
        ) from error
    if ray.is_initialized():
        return ray, False
    try:
        _knock(address)
        ray.init(address, namespace="digitize", log_to_driver=False, logging_level="WARNING")
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise MissingDependencyError(
            f"no Ray cluster can be reached at {address}: {reason}",
            remedy="start one with `ray start --head`, or name it with --address",
        ) from error
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():  # Ray puts its own in their place; None is one that C code has put there
            signal.signal(number, handler or signal.SIG_DFL)
    return ray, True


def _knock(address: str) -> None:
    """See that somebody answers at an address: Ray itself would try for minutes.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), PATIENCE).close()


def _cause_of_death(error: Exception) -> Failure:
    """Why a reader is gone that nobody here has ended, in Ray's words; its guesses at common causes are left out."""
    text = " ".join(str(error).split())
    if any(word in f"{type(error).__name__} {text}" for word in _NO_MEMORY):
        return Failure("OutOfMemory", "the worker process was ended by Ray, as memory ran out on its node", MORE_MEMORY)
    said = (text.partition("Worker exit detail:")[2] or text).partition("Some common causes")[0].strip()
    reason = textwrap.shorten(said, LONGEST, placeholder=" ...")
    return Failure("WorkerCrashed", f"the worker process crashed or was killed: {reason}", REPORT_SCAN)
