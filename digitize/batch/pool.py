"""Worker processes: kept busy, watched, and replaced; one that dies, hangs or takes too much costs only its page.

Processes are spawned, each with pipes of its own: where all share one, a process that is killed while it writes leaves
the others nothing they can trust.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from digitize.batch.issues import IssueInput
from digitize.batch.reading import fail_task
from digitize.batch.record import MORE_MEMORY, MORE_TIME, REPORT_SCAN, Failure
from digitize.batch.tasks import Broken, Finished, Loaded, Loading, Opened, Parted, Read, Ready, Task
from digitize.batch.worker import serve
from digitize.errors import DigitizeError
from digitize.machine import memory_of
from digitize.scan.page_ids import page_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from digitize.batch.lock import Lock
    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Message, Readable, Setup
    from digitize.model import Source

# How often clocks and memory are looked at, in seconds: memory grows by less than a gigabyte in this time.
TICK = 0.2
# To start a process, or to load the models, on a slow disk, in seconds.
LOADING_TIMEOUT = 300.0
# How often in a row a worker may fail to start, or the models to load, before the run ends.
STARTS = 2
ATTEMPTS = 2

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class _Worker:
    """A process, what it does, and until when it must have told something."""

    process: BaseProcess
    tasks: Connection[Task | None, object]
    messages: Connection[object, Message]
    deadline: float
    limit: float = LOADING_TIMEOUT
    task: Task | None = None
    source: Source | None = None
    counted: bool = False
    told: set[str] = field(default_factory=set)
    part: str = ""  # of a frame that shows two pages, the one that is read
    ready: bool = False
    loading: bool = False
    leaving: bool = False
    killed_for: Failure | None = None

    def until(self, seconds: float) -> None:
        """Give it so many seconds to the next word."""
        self.limit, self.deadline = seconds, time.monotonic() + seconds

    def let_go(self) -> None:
        """Close all that led to it, once it has ended."""
        self.tasks.close()
        self.messages.close()
        self.process.close()


class Pool:
    """Reads inputs in several processes of this machine."""

    def __init__(
        self,
        setup: Setup,
        lock: Lock | None,
        page_timeout: float,
        memory: int | None,
        on_warning: Callable[[str], None],
    ) -> None:
        self._setup, self._lock, self._page_timeout, self._memory = setup, lock, page_timeout, memory
        self._on_warning = on_warning
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._entries: Iterator[tuple[int, Readable]] = iter(())
        self._waiting: deque[Task] = deque()
        self._warned: set[str] = set()
        self._broken_starts = 0
        self._given_up: set[str] = set()

    @property
    def busy(self) -> tuple[str, ...]:
        """What each worker is doing, in a word or by the name of its page."""
        return tuple(_doing(worker) for worker in self._workers)

    def read(
        self, entries: Iterable[tuple[int, Readable]], on_tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Read inputs, see `Readers`."""
        self._entries = iter(entries)
        while self._has_waiting() or any(worker.task for worker in self._workers):
            self._employ()
            for worker in self._with_news():
                yield from self._hear(worker)
            self._watch()
            on_tick()

    def close(self) -> None:
        """End all processes, whatever they do."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            for worker in self._workers:
                worker.process.kill()
            for worker in self._workers:
                worker.process.join()
                worker.let_go()
            self._workers.clear()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _employ(self) -> None:
        """Give waiting tasks to idle workers, and start workers as long as there are tasks for them."""
        idle = [worker for worker in self._workers if worker.task is None and not worker.leaving]
        while idle and self._has_waiting():
            self._give(idle.pop(), self._waiting.popleft())
        while sum(not worker.leaving for worker in self._workers) < self._setup.jobs and self._has_waiting():
            worker = self._start()
            self._workers.append(worker)
            self._give(worker, self._waiting.popleft())

    def _has_waiting(self) -> bool:
        """Whether a task waits; the next input is asked for where none does."""
        if not self._waiting:
            self._waiting.extend(Task(index, entry) for index, entry in islice(self._entries, 1))
        return bool(self._waiting)

    def _start(self) -> _Worker:
        task_end, tasks = self._context.Pipe(duplex=False)
        messages, message_end = self._context.Pipe(duplex=False)
        # A new process inherits what is blocked: Ctrl-C while it begins would end it with a traceback.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            process = self._context.Process(target=serve, args=(task_end, message_end, self._setup, self._lock), daemon=True)
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            task_end.close()
            message_end.close()
        return _Worker(process, tasks, messages, time.monotonic() + LOADING_TIMEOUT)

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task, worker.source, worker.counted, worker.told, worker.part = task, None, False, set(), ""
        worker.until(self._patience(task) if worker.ready else LOADING_TIMEOUT)
        try:
            worker.tasks.send(task)
        except OSError:  # it is dying, which is heard of next
            return

    def _patience(self, task: Task) -> float:
        """How long nothing need be heard of a task: the pages of an issue are understood together."""
        pages = len(task.entry.pages) if isinstance(task.entry, IssueInput) else 1
        return self._page_timeout * pages

    def _with_news(self) -> list[_Worker]:
        """The workers that have told something or have ended, after a moment at most."""
        heard = wait([end for worker in self._workers for end in (worker.messages, worker.process.sentinel)], TICK)
        return [worker for worker in self._workers if worker.messages in heard or worker.process.sentinel in heard]

    def _hear(self, worker: _Worker) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """What a worker has told, and, where it has ended, what becomes of its task."""
        ended = not worker.process.is_alive()  # asked first: what it has told before its end is all in the pipe
        try:
            while worker.messages.poll():
                message = worker.messages.recv()
                if isinstance(message, Read) and worker.task:
                    index = worker.task.index
                    self._page_read(worker, message.outcomes)
                    yield index, tuple(each for each in message.outcomes if each.page_id not in self._given_up)
                else:
                    self._note(worker, message)
        except (EOFError, OSError):
            worker.process.join(TICK)
            ended = not worker.process.is_alive()
        if ended:
            self._workers.remove(worker)
            worker.process.join()
            code = worker.process.exitcode or 0
            worker.let_go()
            yield from self._bury(worker, code)

    def _page_read(self, worker: _Worker, outcomes: tuple[Outcome, ...]) -> None:
        if worker.task is None:
            return
        worker.told |= {outcome.page_id for outcome in outcomes}
        worker.part = ""
        if not isinstance(worker.task.entry, IssueInput):
            worker.task = replace(worker.task, first=worker.task.first + 1, attempt=1)
        worker.until(self._patience(worker.task))

    def _note(self, worker: _Worker, message: Message) -> None:
        match message:
            case Ready() | Loading() | Loaded():
                self._note_start(worker, message)
            case Opened(source, counted):
                worker.source, worker.counted = source, counted
                if counted and worker.task:
                    self._share_out(worker, worker.task, source.frames)
            case Parted(page):
                worker.part = page
                worker.until(self._page_timeout)
            case Finished(read):
                worker.task = None
                if read >= self._setup.pages_per_worker:
                    worker.leaving = True
                    worker.tasks.send(None)
            case Broken(error, trace):
                error.add_note(trace)
                raise error

    def _note_start(self, worker: _Worker, message: Ready | Loading | Loaded) -> None:
        worker.ready, worker.loading = True, isinstance(message, Loading)
        patience = self._patience(worker.task) if worker.task and not worker.loading else LOADING_TIMEOUT
        worker.until(patience)
        if isinstance(message, Loaded):
            self._broken_starts = 0
            for warning in set(message.warnings) - self._warned:
                self._on_warning(warning)
            self._warned |= set(message.warnings)

    def _share_out(self, worker: _Worker, task: Task, frames: int) -> None:
        """Leave a worker its share of a file of many frames, and put the others' shares first in the queue."""
        if task.last is not None:
            return
        last = self._setup.last_of(task, frames)
        worker.task = replace(task, last=last)
        share = last - task.first + 1
        rest = [
            Task(task.index, task.entry, first, min(frames, first + share - 1)) for first in range(last + 1, frames + 1, share)
        ]
        self._waiting.extendleft(reversed(rest))

    def _watch(self) -> None:
        """Kill workers that are silent for too long, or take too much memory."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.killed_for or worker.task is None:
                continue
            if now > worker.deadline:
                what = "the page exceeded" if worker.ready and not worker.loading else "loading the models exceeded"
                reason = f"{what} {worker.limit:g} s"
                worker.killed_for = Failure("PageTimeout", reason, MORE_TIME)
            elif self._memory and (taken := memory_of(worker.process.pid or 0)) > self._memory:
                reason = f"ran out of memory: took {taken / 1e9:.1f} GB, more than the {self._memory / 1e9:.1f} GB of a worker"
                worker.killed_for = Failure("OutOfMemory", reason, MORE_MEMORY)
            if worker.killed_for:
                worker.process.kill()

    def _bury(self, worker: _Worker, code: int) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Let a dead worker's task be tried once more; a page that has killed two is recorded as failed."""
        task = worker.task
        if task is None:
            return
        failure = worker.killed_for or _cause_of_death(code)
        if not worker.ready or worker.loading:
            self._broken_starts += 1
            if self._broken_starts >= STARTS:
                what = "the models do not load" if worker.loading else "worker processes do not start"
                raise DigitizeError(
                    f"{what}: {failure.message}",
                    remedy='run with fewer --jobs; a script that calls run() begins with `if __name__ == "__main__":`',
                )
        if task.attempt < ATTEMPTS:
            self._waiting.appendleft(replace(task, attempt=task.attempt + 1))
            return
        failed = fail_task(task, failure, self._setup.job, worker.source, worker.told, worker.part)
        yield task.index, failed
        # Of a frame's two pages, the other one is read next: this one counts as read.
        other = bool(worker.part) and worker.part not in self._given_up
        self._given_up |= {outcome.page_id for outcome in failed if worker.part}
        after = replace(task, first=task.first + (not other), attempt=1)
        if worker.counted and worker.source and after.first <= (after.last or worker.source.frames):
            self._waiting.appendleft(after)


def _doing(worker: _Worker) -> str:
    if worker.task is None:
        return "idle"
    if not worker.ready:
        return "starting"
    if worker.loading:
        return "loading"
    entry = worker.task.entry
    if isinstance(entry, IssueInput):
        return entry.pages[0].stem
    return worker.part or page_id(entry.stem, worker.task.first, worker.source.frames if worker.source else 1)


def _cause_of_death(code: int) -> Failure:
    """Why a process ended that nobody here has ended."""
    if code >= 0:
        return Failure("WorkerExited", f"the worker process ended with exit code {code}", REPORT_SCAN)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if name == "SIGKILL":
        message = "the worker process was killed by SIGKILL, as the system does when memory runs out"
        return Failure("WorkerKilled", message, MORE_MEMORY)
    return Failure("WorkerCrashed", f"the worker process crashed: {name}", REPORT_SCAN)
