"""Worker processes of this machine, as readers: each tells in messages what it is at.

Processes are spawned, each with pipes of its own: where all share one, a process that is killed while it writes leaves
the others nothing they can trust.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from digitize.batch.processes import CONTEXT, signals_blocked, start
from digitize.batch.readers import TICK, Readers, Seat
from digitize.batch.record import MORE_MEMORY, REPORT_SCAN, Failure
from digitize.batch.tasks import Broken, Finished, Loaded, Loading, Opened, Parted, Read, Ready, is_counted
from digitize.batch.worker import serve
from digitize.errors import DigitizeError
from digitize.machine import memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from digitize.batch.gpu import GpuProcess
    from digitize.batch.lock import Lock
    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Message, Setup, Task

# To start a process, or to load the models, on a slow disk, in seconds.
LOADING_TIMEOUT = 300.0


@dataclass(slots=True, kw_only=True)
class _Worker(Seat):
    """A process, and the pipes that lead to and from it."""

    process: BaseProcess
    tasks: Connection[Task | None, object]
    messages: Connection[object, Message]

    def let_go(self) -> None:
        """Close all that led to it, once it has ended."""
        self.tasks.close()
        self.messages.close()
        self.process.close()


class Pool(Readers[_Worker]):
    """Reads inputs in several processes of this machine; `memory` in bytes is what each may take.

    `gpu` is the process beside them that has the GPU, if there is one; it ends with them.
    """

    def __init__(
        self,
        setup: Setup,
        lock: Lock | None,
        page_timeout: float,
        memory: int | None,
        on_warning: Callable[[str], None],
        *,
        gpu: GpuProcess | None = None,
    ) -> None:
        super().__init__(setup, page_timeout, on_warning)
        self._lock, self._memory, self._gpu = lock, memory, gpu

    @property
    def busy(self) -> tuple[str, ...]:
        """What each worker is doing, in a word or by the name of its page."""
        return tuple(worker.doing for worker in self._seats)

    def close(self) -> None:
        """End all processes, whatever they do."""
        with signals_blocked():
            for worker in self._seats:
                worker.process.kill()
            for worker in self._seats:
                worker.process.join()
                worker.let_go()
            self._seats.clear()
            if self._gpu:
                self._gpu.close()

    def _start(self) -> _Worker:
        task_end, tasks = CONTEXT.Pipe(duplex=False)
        messages, message_end = CONTEXT.Pipe(duplex=False)
        try:
            process = start(serve, task_end, message_end, self._setup, self._lock)
        finally:
            task_end.close()
            message_end.close()
        worker = _Worker(process=process, tasks=tasks, messages=messages)
        worker.until(LOADING_TIMEOUT)
        return worker

    def _tell(self, seat: _Worker, task: Task) -> None:
        with suppress(OSError):  # it is dying, which is heard of next
            seat.tasks.send(task)

    def _kill(self, seat: _Worker) -> None:
        seat.process.kill()

    def _news(self) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        heard = wait([end for worker in self._seats for end in (worker.messages, worker.process.sentinel)], TICK)
        for worker in list(self._seats):
            if worker.messages in heard or worker.process.sentinel in heard:
                yield from self._hear(worker)

    def _hear(self, worker: _Worker) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """What a worker has told, and, where it has ended, what becomes of its task."""
        ended = not worker.process.is_alive()  # asked first: what it has told before its end is all in the pipe
        try:
            while worker.messages.poll():
                message = worker.messages.recv()
                if isinstance(message, Read) and worker.task:
                    index = worker.task.index
                    self._frame_read(worker, message.outcomes)
                    yield index, message.outcomes
                else:
                    self._note(worker, message)
        except (EOFError, OSError):
            worker.process.join(TICK)
            ended = not worker.process.is_alive()
        if ended:
            self._seats.remove(worker)
            worker.process.join()
            code = worker.process.exitcode or 0
            worker.let_go()
            yield from self._bury(worker, _cause_of_death(code))

    def _note(self, worker: _Worker, message: Message) -> None:
        match message:
            case Ready() | Loading() | Loaded():
                self._note_start(worker, message)
            case Opened(source):
                if is_counted(source) or not is_counted(worker.source):
                    worker.source = source
                if is_counted(source):
                    self._share_out(worker, source)
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
        worker.until(self._patience(worker.task) if worker.task and not worker.loading else LOADING_TIMEOUT)
        if isinstance(message, Loaded):
            self._broken_starts = 0
            self._warn_once(message.warnings)

    def _overtaxes(self, seat: _Worker) -> Failure | None:
        if self._memory and (taken := memory_of(seat.process.pid or 0)) > self._memory:
            reason = f"ran out of memory: took {taken / 1e9:.1f} GB, more than the {self._memory / 1e9:.1f} GB of a worker"
            return Failure("OutOfMemory", reason, MORE_MEMORY)
        return None

    def _never_start(self, seat: _Worker, failure: Failure) -> DigitizeError:
        what = "the models do not load" if seat.loading else "worker processes do not start"
        return DigitizeError(
            f"{what}: {failure.message}",
            remedy='run with fewer --jobs; a script that calls run() begins with `if __name__ == "__main__":`',
        )


def _cause_of_death(code: int) -> Failure:
    """Why a process ended that nobody here has ended."""
    if code >= 0:
        return Failure("WorkerExited", f"the worker process ended with exit code {code}", REPORT_SCAN)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if name == "SIGKILL":
        message = "the worker process was killed by SIGKILL, as the system does when memory runs out"
        return Failure("WorkerKilled", message, MORE_MEMORY)
    return Failure("WorkerCrashed", f"the worker process crashed: {name}", REPORT_SCAN)
