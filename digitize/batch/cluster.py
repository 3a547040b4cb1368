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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitize.batch.issues import IssueInput
from digitize.batch.readers import TICK, Readers, Seat
from digitize.batch.record import MORE_MEMORY, REPORT_SCAN, Failure
from digitize.batch.tasks import Begun, Found, Opened, is_counted
from digitize.batch.worker import ending
from digitize.errors import DigitizeError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Setup, Step, Task, Workers

# Frames of a file that one reader reads at least: every reader that opens a file sums all of it, and fetches it before.
SHARE = 16
# So much of what Ray says of a death goes into a record.
LONGEST = 300
# How Ray says that its watch over a node's memory has ended a process.
_NO_MEMORY = ("OutOfMemoryError", "OUT_OF_MEMORY", "low on memory")
# For a cluster's first answer, in seconds.
PATIENCE = 20.0
# After this time without a reader, in seconds, the user is told what the cluster lacks, and again after that time.
NOBODY, AGAIN = 60.0, 300.0


@dataclass(slots=True, kw_only=True)
class _Actor(Seat):
    """A reader on a node, what is awaited of it, and how many pages it has read; `parts` are left of a frame's two pages."""

    handle: Any
    awaited: Any
    node: str = ""
    read: int = 0
    parts: tuple[str, ...] = ()


class Cluster(Readers[_Actor]):
    """Reads inputs on the nodes of a Ray cluster."""

    tasks_at_start = False  # a cluster that grows may take minutes to

    def __init__(
        self, setup: Setup, workers: Workers, most_jobs: int | None, on_warning: Callable[[str], None], memory_of_a_reader: int
    ) -> None:
        self._ray, self._ours = _connect(workers.address)
        from digitize.batch.actor import Reader  # noqa: PLC0415 - needs Ray
        from digitize.batch.measuring import Meters  # noqa: PLC0415 - the same

        self._meters, self._workers = Meters(), workers
        jobs = workers.jobs or self._default_jobs(memory_of_a_reader, most_jobs)
        super().__init__(replace(setup, jobs=jobs, least_share=SHARE), workers.page_timeout, on_warning)
        self._told_setup = self._ray.put(self._setup)
        wanted = {"num_cpus": 1, "num_gpus": workers.gpus} | ({"memory": workers.memory} if workers.memory else {})
        self._remote = self._ray.remote(Reader).options(
            **wanted, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD"
        )
        self._alone_since: float | None = None

    @property
    def busy(self) -> tuple[str, ...]:
        """How many readers read, and how many are still to come."""
        reading = sum(actor.task is not None for actor in self._seats)
        coming = sum(not actor.ready for actor in self._seats)
        return tuple(text for text, count in ((f"{reading} reading", reading), (f"{coming} starting", coming)) if count)

    def close(self) -> None:
        """End all readers at once, whatever they do."""
        for actor in self._seats:
            self._kill(actor)
        self._seats.clear()
        if self._ours:
            self._ray.shutdown()

    def _default_jobs(self, memory_of_a_reader: int, most: int | None) -> int:
        """As many readers as the cluster has processors, or shares of GPUs, and memory for; but no more than pages."""
        there = self._ray.cluster_resources()
        jobs = int(there.get("GPU", 0) / self._workers.gpus) if self._workers.gpus else int(there.get("CPU", 1))
        jobs = min(jobs, int(there.get("memory", 0) / memory_of_a_reader)) if there.get("memory") else jobs
        return max(1, jobs if most is None else min(jobs, most))

    def _start(self) -> _Actor:
        handle = self._remote.remote(self._told_setup, str(Path.cwd()))
        return _Actor(handle=handle, awaited=handle.begin.remote())

    def _tell(self, seat: _Actor, task: Task) -> None:
        """Let a reader read, frame by frame.

        What has ended one reader may end this one: then the record should tell of which file, which of its frames and
        which of the pages on it. So on a second attempt these are asked for first, one after the other.
        """
        careful = task.attempt > 1 and not isinstance(task.entry, IssueInput)
        seat.parts = ()
        if careful and not is_counted(seat.source):
            seat.awaited = seat.handle.look.remote(task)
        else:
            seat.awaited = (seat.handle.find if careful else seat.handle.read).remote(task)

    def _kill(self, seat: _Actor) -> None:
        self._ray.kill(seat.handle)

    def _news(self) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        awaited = {actor.awaited: actor for actor in self._seats if actor.awaited is not None}
        if not awaited:
            time.sleep(TICK)
            return
        first, rest = self._ray.wait(list(awaited), num_returns=1, timeout=TICK)
        more = self._ray.wait(rest, num_returns=len(rest), timeout=0)[0] if first and rest else []
        for each in (*first, *more):
            yield from self._hear(awaited[each])

    def _hear(self, actor: _Actor) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """What a reader has told, or, where it is gone, what becomes of its task."""
        errors = self._ray.exceptions
        try:
            told: Begun | Opened | Found | Step = self._ray.get(actor.awaited)
        except errors.RayTaskError as error:
            raise ending(error.cause) from error
        except errors.RayError as error:
            self._seats.remove(actor)
            for index, failed in self._bury(actor, _cause_of_death(error), lost=self._is_lost(actor.node)):
                for outcome in failed:
                    self._meters.count(outcome)
                yield index, failed
            return
        actor.awaited, task = None, actor.task
        if isinstance(told, Begun):
            actor.ready, actor.node, self._broken_starts = True, told.node, 0
            self._warn_once(told.warnings)
        elif task is None:
            return
        elif isinstance(told, Opened):
            actor.source = told.source
            actor.awaited = actor.handle.find.remote(task)
            actor.until(self._page_timeout)
        elif isinstance(told, Found):
            actor.parts = told.parts
            self._read_on(actor, task)
        else:
            yield from self._go_on(actor, task, told)

    def _read_on(self, actor: _Actor, task: Task) -> None:
        """Let a reader read the next frame, or the next page on it."""
        actor.part, *left = actor.parts or ("",)
        actor.parts = tuple(left)
        actor.awaited = actor.handle.read.remote(replace(task, part=actor.part))
        actor.until(self._patience(task))

    def _go_on(self, actor: _Actor, task: Task, step: Step) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Tell of a frame that has been read, or a page on it, and go on with the next one."""
        actor.source = step.source or actor.source
        actor.read += sum(not outcome.skipped for outcome in step.outcomes)
        if actor.parts:
            actor.told |= {outcome.page_id for outcome in step.outcomes}
            self._read_on(actor, task)
        else:
            if not step.ended and step.source:
                self._share_out(actor, step.source)
            at_end = step.ended or (actor.task is not None and actor.task.first == actor.task.last)
            self._frame_read(actor, step.outcomes)
            if at_end:
                self._rest(actor)
            elif actor.task:
                self._read_on(actor, actor.task)
        if step.outcomes:
            yield task.index, step.outcomes

    def _rest(self, actor: _Actor) -> None:
        """Let a reader wait for its next task, or leave when it has read its pages."""
        actor.task, actor.deadline = None, None
        if actor.read >= self._setup.pages_per_worker:
            self._seats.remove(actor)
            self._kill(actor)

    def _watch(self) -> None:
        """End readers that are silent for too long, and say so where the cluster gives none."""
        super()._watch()
        now = time.monotonic()
        if any(actor.ready for actor in self._seats):
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > NOBODY:
            free = self._ray.available_resources()
            wants = f"1 CPU{f' and {self._workers.gpus:g} GPU' if self._workers.gpus else ''}"
            has = f"{free.get('CPU', 0):g} CPU and {free.get('GPU', 0):g} GPU"
            self._on_warning(f"no reader has started for a while: each wants {wants}, the cluster has {has} to spare")
            self._alone_since = now + AGAIN

    def _never_start(self, _seat: _Actor, failure: Failure) -> DigitizeError:
        return DigitizeError(
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
