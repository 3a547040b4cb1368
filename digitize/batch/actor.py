"""A reader on a node of a Ray cluster: holds the models, is told which page to read, and tells how it ended.

What it logs goes to Ray's log files, each line with the page's id; what it counts goes to Ray's metrics.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from digitize import __version__
from digitize.batch.issues import IssueInput
from digitize.batch.measuring import Meters
from digitize.batch.record import Status
from digitize.batch.sources import scans_of, unread
from digitize.batch.tasks import Begun, Found, Opened, Step, is_counted
from digitize.batch.worker import spend_no_more_than
from digitize.errors import DigitizeError, OutputError
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.batch.job import Stages
    from digitize.batch.outcome import Outcome
    from digitize.batch.tasks import Readable, Setup, Task
    from digitize.model import Source

_LOG = logging.getLogger("digitize")


class _CountedError(Exception):
    """The frames of a file are counted: it need not be looked at any longer."""


class Reader:
    """Reads frame by frame, so that what it is at is known when it dies; a file stays open from one to the next."""

    def __init__(self, setup: Setup, folder: str) -> None:
        self._setup, self._folder = setup, folder
        self._stages: Stages | None = None
        self._entry: Readable | None = None
        self._next = 0
        self._steps: Iterator[tuple[Outcome, ...]] = iter(())
        self._source: Source | None = None
        self._page = ""
        self._meters = Meters()

    def begin(self) -> Begun:
        """Load the models.

        Raises:
            DigitizeError: this node cannot read for the run: another version, other models, an output out of reach.
        """
        import ray  # noqa: PLC0415 - where this runs, it is there

        self._start_log()
        spend_no_more_than(self._setup.threads)
        self._check()
        self._stages = self._setup.load(self._setup.job.options, self._setup.threads)
        return Begun(ray.get_runtime_context().get_node_id(), self._stages.warnings)

    def read(self, task: Task) -> Step:
        """Read one frame of a file, or the next page of an issue, and record it.

        Raises:
            DigitizeError: what the next page would meet as well.
        """
        goes_on = task.entry == self._entry and (isinstance(task.entry, IssueInput) or task.first == self._next)
        if task.part or not goes_on:
            self._open(task)
        started = time.monotonic()
        outcomes = next(self._steps, None)
        self._next += 1
        frames = self._source.frames if self._source and is_counted(self._source) else 0
        ended = outcomes is None or (not isinstance(task.entry, IssueInput) and task.first >= frames)
        for outcome in outcomes or ():
            self._meters.count(outcome)
            self._page = outcome.page_id
            level = logging.WARNING if outcome.status is Status.FAILED else logging.INFO
            why = f": {outcome.error.message}" if outcome.error else ""
            _LOG.log(level, "%s in %.1f s%s", outcome.status, time.monotonic() - started, why)
        if ended or task.part:
            self._close()
        return Step(outcomes or (), self._source, ended)

    def look(self, task: Task) -> Opened:
        """Open a file, and count its frames."""
        assert not isinstance(task.entry, IssueInput)  # noqa: S101 - for the type checker
        known = unread(task.entry.path)

        def opened(source: Source) -> None:
            nonlocal known
            known = source
            if is_counted(source):
                raise _CountedError

        with contextlib.suppress(_CountedError):
            next(scans_of(task.entry, self._setup.job.options, task.first, opened), None)
        return Opened(known)

    def find(self, task: Task) -> Found:
        """Find the pages of a task's first frame."""
        from digitize.batch.reading import pages_of  # noqa: PLC0415 - as below

        assert not isinstance(task.entry, IssueInput)  # noqa: S101 - for the type checker
        job = self._setup.job
        scan = next(scans_of(task.entry, job.options, task.first, lambda _: None), None)
        pages = pages_of(scan, job, self._loaded) if scan else ()
        return Found(tuple(page.page_id for page in pages) if len(pages) > 1 else ())

    def _open(self, task: Task) -> None:
        from digitize.batch.reading import read_entry  # noqa: PLC0415 - how many threads libraries start is read first

        self._close()
        self._entry, self._next, self._source = task.entry, task.first, None
        self._page = "" if isinstance(task.entry, IssueInput) else task.entry.stem

        def opened(source: Source) -> None:
            self._source = source

        self._steps = read_entry(task.entry, self._setup.job, self._loaded, first=task.first, part=task.part, on_open=opened)

    def _loaded(self) -> Stages:
        assert self._stages  # noqa: S101 - loaded before the first page
        return self._stages

    def _close(self) -> None:
        """Let go of the file, and of its copy."""
        self._entry, self._steps = None, iter(())

    def _check(self) -> None:
        from digitize.ocr.weights import find_weights  # noqa: PLC0415 - as above

        job, host = self._setup.job, socket.gethostname()
        if self._setup.version != __version__:
            raise DigitizeError(
                f"{host} has digitize {__version__}, the run {self._setup.version}", remedy="use one image on all nodes"
            )
        if find_weights(job.options.model).digest != job.model_digest:
            raise DigitizeError(f"{host} has another model {job.options.model}", remedy="use one image on all nodes")
        if not isinstance(job.output, Address):
            os.chdir(self._folder if Path(self._folder).is_dir() else "/")
            if not job.output.is_dir():
                raise OutputError(
                    f"{job.output} is not there on {host}", remedy="give an address, or a folder that all nodes share"
                )

    def _start_log(self) -> None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s page=%(page)s %(name)s: %(message)s"))
        handler.addFilter(self._with_page)
        logging.captureWarnings(capture=True)
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)

    def _with_page(self, line: logging.LogRecord) -> bool:
        line.page = self._page or "-"
        return True
