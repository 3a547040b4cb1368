"""A worker process: is given tasks, reads, and tells how each page ended.

Imports nothing heavy by itself: how many threads numeric libraries start is read when they are loaded.
"""

from __future__ import annotations

import os
import traceback
from functools import cache
from typing import TYPE_CHECKING

from digitize.batch.processes import end_with_parent
from digitize.batch.tasks import Broken, Finished, Loaded, Loading, Opened, Parted, Read, Ready, is_counted
from digitize.errors import DigitizeError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from digitize.batch.job import Stages
    from digitize.batch.lock import Lock
    from digitize.batch.tasks import Message, Setup, Task
    from digitize.model import Source


def serve(
    tasks: Connection[object, Task | None], messages: Connection[Message, object], setup: Setup, _lock: Lock | None
) -> None:
    """Read one task after the other until there are no more.

    Args:
        tasks: gives tasks, None at the end.
        messages: takes what is to be told.
        setup: what the worker must know.
        _lock: the output folder's lock, held as long as this process lives: a run that was killed may be followed by
            another only when none of its workers writes any more; None where there is a lease.
    """
    end_with_parent()
    spend_no_more_than(setup.threads)
    messages.send(Ready())
    try:
        _serve(tasks, messages, setup)
    except (EOFError, BrokenPipeError):  # the run is gone
        return
    except Exception as error:  # noqa: BLE001 - told to the run, which ends with it
        messages.send(Broken(ending(error), traceback.format_exc()))


def _serve(tasks: Connection[object, Task | None], messages: Connection[Message, object], setup: Setup) -> None:
    @cache
    def stages() -> Stages:
        messages.send(Loading())
        loaded = setup.load(setup.job.options, setup.threads)
        messages.send(Loaded(loaded.warnings))
        return loaded

    read = 0
    while (task := tasks.recv()) is not None:
        from digitize.batch.reading import read_entry  # noqa: PLC0415 - see the module's docstring

        frames = 0

        def opened(source: Source) -> None:
            nonlocal frames
            if is_counted(source):
                frames = source.frames
            messages.send(Opened(source))

        def parted(page: str) -> None:
            messages.send(Parted(page))

        frames_read = read_entry(task.entry, setup.job, stages, first=task.first, on_open=opened, on_part=parted)
        for frame, outcomes in enumerate(frames_read, start=task.first):
            read += sum(not outcome.skipped for outcome in outcomes)
            messages.send(Read(outcomes))
            if frames and frame >= setup.last_of(task, frames):
                break
        del frames_read  # closes the file where not all of it was asked for
        messages.send(Finished(read))


def spend_no_more_than(threads: int) -> None:
    """Let numeric libraries, before they are loaded, start so many threads in this process."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    import cv2  # noqa: PLC0415 - after the line above

    cv2.setNumThreads(threads)


def ending(error: Exception) -> DigitizeError:
    """What was raised, as what ends the run; it crosses to other processes."""
    if isinstance(error, DigitizeError):
        return error
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return DigitizeError(reason, remedy="this is a defect; run again with --verbose and report what it shows")
