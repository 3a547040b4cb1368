"""Many pages: the inputs found, read in worker processes, and what became of each; one run at a time on a folder."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.archive import is_report
from digitize.batch.described import describe
from digitize.batch.issues import IssueInput, gather
from digitize.batch.lock import locked
from digitize.batch.outcome import Outcome, Summary
from digitize.batch.pool import Pool
from digitize.batch.reading import Job, load_stages, now, read_entry
from digitize.batch.record import Failure, Status
from digitize.batch.tasks import Setup, Workers
from digitize.batch.writing import prepare_output, read_record, recover
from digitize.errors import ConfigurationError
from digitize.machine import available_memory, usable_cores
from digitize.ocr.weights import find_weights
from digitize.scan import FailedInput, find_inputs
from digitize.scan.inputs import MULTI_FRAME_SUFFIXES
from digitize.scan.page_ids import half_id, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digitize.batch.issues import Entry
    from digitize.batch.lock import Lock
    from digitize.batch.reading import Stages
    from digitize.options import Options
    from digitize.scan import Input

# What a worker takes at its peak, in bytes, measured on pages of 3,000 to 6,000 pixels a side.
MEMORY_OF_A_WORKER = 2_500_000_000
# The share of the free memory that workers may take together.
SHARE_OF_MEMORY = 0.9


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: pages by how they ended, inputs not yet begun to be told of, and what workers do."""

    done: int
    failed: int
    skipped: int
    left: int
    seconds: float
    workers: tuple[str, ...] = ()


def run(
    inputs: Sequence[Path],
    output: Path,
    options: Options,
    *,
    force: bool = False,
    retry_failed: bool = False,
    workers: Workers | None = None,
    load: Callable[[Options, int], Stages] = load_stages,
    on_page: Callable[[Outcome], None] = lambda _: None,
    on_warning: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Read all pages of the inputs into the output folder, one folder and record for each page.

    Worker processes import the calling script: it calls this below `if __name__ == "__main__":`.

    Args:
        inputs: image files, and folders with image files.
        output: the folder to write to; it is made when it is not there.
        options: what the run was told.
        force: read pages again that are done already, and replace pages that came from other files.
        retry_failed: read pages again that failed, even if nothing has changed since.
        workers: how many processes read, and what each may take.
        load: gives a worker what pages are read with, from options and the threads that it may use; importable by name.
        on_page: called after each page.
        on_warning: called with what concerns the whole run, one line each.
        on_progress: called several times a second.

    Returns:
        How each page ended, in the inputs' order; also after an interrupt, which drops the pages at hand.

    Raises:
        UsageError: an input does not exist, there is no image in any of them, or another run writes to the folder.
        MissingDependencyError: the model or the device is not there.
        OutputError: the output folder, or a file in it, cannot be written.
        ConfigurationError: a setting makes no sense, or the metadata sheet does.
    """
    workers = workers or Workers()
    _check(workers)
    now()
    model_digest = find_weights(options.model).digest
    found = find_inputs(inputs)
    prepare_output(output)
    job = Job(output, options, model_digest, force=force, retry_failed=retry_failed)
    told: list[tuple[int, Outcome]] = []
    started = time.monotonic()
    interrupted = False
    with locked(output) as lock:
        recover(output)
        entries = gather([entry for entry in found if isinstance(entry, FailedInput) or not _is_output(entry.path)])
        job = _described(job, entries, inputs, on_warning)
        ended = _Ended(len(entries), started, on_progress)
        try:
            for index, outcome in _read_all(
                entries, job, workers, load=load, lock=lock, on_warning=on_warning, on_tick=ended.tell
            ):
                told.append((index, outcome))
                ended.count(index, outcome)
                on_page(outcome)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            recover(output)
        if not interrupted:
            _warn_of_missing(job, {outcome.page_id for _, outcome in told}, on_warning)
    # The frames of a file may end in any order; the pages of an issue come in theirs.
    told.sort(key=lambda each: (each[0], 0 if isinstance(entries[each[0]], IssueInput) else each[1].frame))
    return Summary(tuple(outcome for _, outcome in told), interrupted=interrupted)


def _described(job: Job, entries: Sequence[Entry], inputs: Sequence[Path], on_warning: Callable[[str], None]) -> Job:
    """The job with what the metadata sheet tells of pages, if there is one."""
    if not job.options.metadata:
        return job
    described, warnings = describe(Path(job.options.metadata), entries, inputs)
    for warning in warnings:
        on_warning(warning)
    return replace(job, described=described)


def _warn_of_missing(job: Job, pages: set[str], on_warning: Callable[[str], None]) -> None:
    """Warn of rows of the metadata sheet that are of a frame, or a page on one, that is not there."""
    for page, line in job.described.parts.items():
        if page not in pages and not pages & {half_id(page, 1), half_id(page, 2)}:
            on_warning(f"{printable(Path(job.options.metadata))}:{line}: there is no page {page}")


class _Ended:
    """Counts what has ended, and tells of it."""

    def __init__(self, inputs: int, started: float, on_progress: Callable[[Progress], None]) -> None:
        self._inputs, self._started, self._on_progress = inputs, started, on_progress
        self._begun: set[int] = set()
        self._done = self._failed = self._skipped = 0

    def count(self, index: int, outcome: Outcome) -> None:
        """Count a page."""
        self._begun.add(index)
        self._failed += outcome.status is Status.FAILED
        self._skipped += outcome.skipped and outcome.status is not Status.FAILED
        self._done += not outcome.skipped and outcome.status is not Status.FAILED

    def tell(self, workers: tuple[str, ...]) -> None:
        """Tell how far the run has come."""
        left = self._inputs - len(self._begun)
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(self._done, self._failed, self._skipped, left, seconds, workers))


def _read_all(
    entries: Sequence[Entry],
    job: Job,
    workers: Workers,
    *,
    load: Callable[[Options, int], Stages],
    lock: Lock,
    on_warning: Callable[[str], None],
    on_tick: Callable[[tuple[str, ...]], None],
) -> Iterator[tuple[int, Outcome]]:
    """All pages, as they end, each with the place of its input."""
    if workers.jobs == 0:
        yield from _read_here(entries, job, load, on_warning)
        return
    readable: list[tuple[int, Input | IssueInput]] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, FailedInput):
            yield index, _untaken(entry)
        else:
            readable.append((index, entry))
    memory = available_memory()
    jobs = workers.jobs or _default_jobs([entry for _, entry in readable], memory)
    limit = workers.memory or (int(memory * SHARE_OF_MEMORY / jobs) if memory else None)
    setup = Setup(job, load, max(1, usable_cores() // jobs), jobs, workers.pages_per_worker)
    pool = Pool(setup, lock, workers.page_timeout, limit, on_warning)
    try:
        for place, outcomes in pool.read([entry for _, entry in readable], lambda: on_tick(pool.busy)):
            for outcome in outcomes:
                yield readable[place][0], outcome
    finally:
        pool.close()


def _read_here(
    entries: Sequence[Entry], job: Job, load: Callable[[Options, int], Stages], on_warning: Callable[[str], None]
) -> Iterator[tuple[int, Outcome]]:
    @cache
    def stages() -> Stages:
        loaded = load(job.options, usable_cores())
        for warning in loaded.warnings:
            on_warning(warning)
        return loaded

    for index, entry in enumerate(entries):
        if isinstance(entry, FailedInput):
            yield index, _untaken(entry)
            continue
        for outcomes in read_entry(entry, job, stages):
            for outcome in outcomes:
                yield index, outcome


def _untaken(entry: FailedInput) -> Outcome:
    """The outcome of a file that could not be taken in: it has no page id, and so no record."""
    return Outcome("", str(entry.path), Status.FAILED, error=Failure.of(entry.error))


def _default_jobs(entries: Sequence[Input | IssueInput], memory: int | None) -> int:
    """As many workers as there are cores, memory for them, and pages to read: threads are shared out among them."""
    jobs = usable_cores()
    if memory:
        jobs = min(jobs, int(memory * SHARE_OF_MEMORY / MEMORY_OF_A_WORKER))
    if not any(isinstance(entry, IssueInput) or entry.path.suffix.lower() in MULTI_FRAME_SUFFIXES for entry in entries):
        jobs = min(jobs, len(entries))
    return max(1, jobs)


def _check(workers: Workers) -> None:
    sound = (workers.jobs is None or workers.jobs >= 0) and workers.pages_per_worker > 0 and workers.page_timeout > 0
    if not sound:
        raise ConfigurationError(f"{workers} makes no sense", remedy="jobs from 0, all else above 0")


def _is_output(path: Path) -> bool:
    """Whether a file lies in the folder of a page that was read, or in a report, as when the output is inside the input."""
    return read_record(path.parent) is not None or any(is_report(folder) for folder in path.parents)
