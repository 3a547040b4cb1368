"""Many pages: the inputs found, read in worker processes, and what became of each; one run at a time on a folder."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitize.batch.archive import is_report
from digitize.batch.described import describe
from digitize.batch.feed import Feed, find_sources
from digitize.batch.gpu import GpuProcess, is_wanted, load_beside
from digitize.batch.issues import gather
from digitize.batch.job import Job, load_stages, now
from digitize.batch.lease import held
from digitize.batch.outcome import Summary, Tally
from digitize.batch.pool import Pool
from digitize.batch.reading import read_entry
from digitize.batch.record import RECORD_NAME, Status
from digitize.batch.tasks import Engine, Setup, Workers
from digitize.batch.unfinished import begin, command_digest, finish
from digitize.batch.writing import prepare_output, read_record, recover
from digitize.errors import ConfigurationError
from digitize.machine import available_memory, usable_cores
from digitize.ocr.weights import find_weights
from digitize.scan import FailedInput
from digitize.scan.page_ids import half_id, printable
from digitize.storage import Address, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digitize.batch.issues import Entry
    from digitize.batch.job import Stages
    from digitize.batch.lease import Hold
    from digitize.batch.outcome import Outcome
    from digitize.batch.readers import Readers
    from digitize.options import Options
    from digitize.storage import Place

# What a worker takes for itself at its peak, in bytes. Measured with the default model: 0.6 GB on pages of 11 megapixels,
# 0.8 to 0.9 GB on pages of 80, in colour and as heavy film, 0.9 GB on one of 160.
MEMORY_OF_A_WORKER = 1_000_000_000
# What it takes more where lines are read in half precision: measured after ten pages of lines of all widths.
MEMORY_OF_HALF_PRECISION = 500_000_000
# What a page takes on the disk, in bytes: measured on 20 pages, 0.8 MB in the mean, 1.2 MB at most.
PAGE_ON_DISK = 800_000
# The share of the free memory that workers may take together.
SHARE_OF_MEMORY = 0.9


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: pages by how they ended, inputs not yet begun to be read, and what workers do.

    `left` is None as long as nobody knows how many inputs there are.
    """

    done: int
    failed: int
    skipped: int
    left: int | None
    seconds: float
    workers: tuple[str, ...] = ()


def run(
    inputs: Sequence[Place],
    output: Place,
    options: Options,
    *,
    force: bool = False,
    retry_failed: bool = False,
    workers: Workers | None = None,
    load: Callable[[Options, int], Stages] = load_stages,
    keep: bool = True,
    on_page: Callable[[Outcome], None] = lambda _: None,
    on_warning: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Read all pages of the inputs into the output folder, one folder and record for each page.

    Worker processes import the calling script: it calls this below `if __name__ == "__main__":`.

    Args:
        inputs: image files, and folders with image files; addresses of such in a store.
        output: the folder to write to, which is made when it is not there, or an address in a store.
        options: what the run was told.
        force: read pages again that are done already, and replace pages that came from other files.
        retry_failed: read pages again that failed, even if nothing has changed since.
        workers: how many processes read, and what each may take.
        load: gives a worker what pages are read with, from options and the threads that it may use; importable by name.
        keep: keep how every page ended; else only of those that failed, so that memory does not grow with their number.
        on_page: called after each page.
        on_warning: called with what concerns the whole run, one line each.
        on_progress: called several times a second.

    Returns:
        How the pages ended, in the inputs' order; also after an interrupt, which drops the pages at hand.

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
    sources = find_sources(inputs, output)
    prepare_output(output)
    job = Job(output, options, model_digest, force=force, retry_failed=retry_failed)
    told: list[tuple[tuple[int, int], Outcome]] = []
    dropped, pages = Tally(), set[str]()
    interrupted = has_read = False
    with held(output) as hold:
        recover(output)
        entries = gather([each for each in sources.found if isinstance(each, FailedInput) or not _is_output(each.path)])
        stored = sources.stored
        if options.metadata and stored:  # which row is of which file shows when all are known
            entries, stored = (*entries, *stored), None
        fenced = not hold.lock or workers.engine is Engine.RAY
        job = _described(replace(job, fence=hold.fence if fenced else None), entries, inputs, on_warning)
        job = replace(job, run=begin(output, command_digest(inputs, options.digest, model_digest, force, retry_failed)))
        feed = Feed(entries, stored)
        _warn_of_room(output, feed, on_warning)
        ended = _Ended(feed, on_progress)
        try:
            for index, outcome in _read_all(
                feed, job, workers, load=load, hold=hold, on_warning=on_warning, on_tick=ended.tell
            ):
                if keep or outcome.status is Status.FAILED:
                    told.append(((index, outcome.frame), outcome))
                else:
                    dropped = dropped.with_one(outcome)
                if job.described.parts:
                    pages.add(outcome.page_id)
                has_read = has_read or not outcome.skipped
                ended.count(outcome)
                on_page(outcome)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            recover(output)
            if not has_read:
                finish(output)
        if not interrupted:
            finish(output)
            _warn_of_missing(job, pages, on_warning)
    told.sort(key=lambda each: each[0])
    return Summary(tuple(outcome for _, outcome in told), interrupted=interrupted, dropped=dropped)


def _described(job: Job, entries: Sequence[Entry], inputs: Sequence[Place], on_warning: Callable[[str], None]) -> Job:
    """The job with what the metadata sheet tells of pages, if there is one."""
    if not job.options.metadata:
        return job
    described, warnings = describe(place(job.options.metadata), entries, inputs)
    for warning in warnings:
        on_warning(warning)
    return replace(job, described=described)


def _warn_of_missing(job: Job, pages: set[str], on_warning: Callable[[str], None]) -> None:
    """Warn of rows of the metadata sheet that are of a frame, or a page on one, that is not there."""
    for page, line in job.described.parts.items():
        if page not in pages and not pages & {half_id(page, 1), half_id(page, 2)}:
            on_warning(f"{printable(place(job.options.metadata))}:{line}: there is no page {page}")


def _warn_of_room(output: Place, feed: Feed, on_warning: Callable[[str], None]) -> None:
    """Warn before a night is lost: of a disk that will not hold what is going to be written."""
    if not isinstance(output, Path) or feed.left is None:
        return
    left = max(0, feed.left - sum(1 for _ in output.glob(f"*/{RECORD_NAME}")))
    free, wanted = shutil.disk_usage(output).free, left * PAGE_ON_DISK
    if free < wanted:
        room = f"{wanted / 1e6:.0f} MB are wanted for {left} files, more if they hold several pages"
        end = "a run ends where the disk is full, and the same command goes on"
        on_warning(f"{printable(output)}: {room}, and {free / 1e6:.0f} MB are free; {end}")


class _Ended:
    """Counts what has ended, and tells of it."""

    def __init__(self, feed: Feed, on_progress: Callable[[Progress], None]) -> None:
        self._feed, self._on_progress = feed, on_progress
        self._started, self._tally = time.monotonic(), Tally()

    def count(self, outcome: Outcome) -> None:
        """Count a page."""
        self._tally = self._tally.with_one(outcome)

    def tell(self, workers: tuple[str, ...]) -> None:
        """Tell how far the run has come."""
        seconds, tally = time.monotonic() - self._started, self._tally
        self._on_progress(Progress(tally.read, tally.failed, tally.skipped, self._feed.left, seconds, workers))


def _read_all(
    feed: Feed,
    job: Job,
    workers: Workers,
    *,
    load: Callable[[Options, int], Stages],
    hold: Hold,
    on_warning: Callable[[str], None],
    on_tick: Callable[[tuple[str, ...]], None],
) -> Iterator[tuple[int, Outcome]]:
    """All pages, as they end, each with the place of its input."""
    if workers.jobs == 0:
        yield from _read_here(feed, job, load, on_warning)
    else:
        readers = _open_pool(feed, job, workers, load, hold, on_warning)
        try:
            for index, outcomes in readers.read(feed, lambda: on_tick(readers.busy)):
                yield from feed.take_failed()
                for outcome in outcomes:
                    yield index, outcome
        finally:
            readers.close()
    yield from feed.take_failed()


def _open_pool(  # noqa: PLR0917 - those of the above
    feed: Feed,
    job: Job,
    workers: Workers,
    load: Callable[[Options, int], Stages],
    hold: Hold,
    on_warning: Callable[[str], None],
) -> Readers[Any]:
    """Readers on a cluster, or processes of this machine: threads are shared out among these."""
    own = MEMORY_OF_A_WORKER + (MEMORY_OF_HALF_PRECISION if job.options.precision == "half" else 0)
    if workers.engine is Engine.RAY:
        from digitize.batch.cluster import Cluster  # noqa: PLC0415 - Ray need not be there

        setup = Setup(job, load, threads=1, jobs=0, pages_per_worker=workers.pages_per_worker)
        return Cluster(setup, workers, feed.most_jobs, on_warning, own)
    memory = available_memory()
    jobs = workers.jobs or _default_jobs(feed, memory, own)
    limit = workers.memory or (int(memory * SHARE_OF_MEMORY / jobs) if memory else None)
    gpu = GpuProcess(job.options) if jobs > 1 and load is load_stages and is_wanted(job.options) else None
    load = partial(load_beside, gpu.address) if gpu else load
    setup = Setup(job, load, max(1, usable_cores() // jobs), jobs, workers.pages_per_worker)
    return Pool(setup, hold.lock, workers.page_timeout, limit, on_warning, gpu=gpu)


def _read_here(
    feed: Feed, job: Job, load: Callable[[Options, int], Stages], on_warning: Callable[[str], None]
) -> Iterator[tuple[int, Outcome]]:
    @cache
    def stages() -> Stages:
        loaded = load(job.options, usable_cores())
        for warning in loaded.warnings:
            on_warning(warning)
        return loaded

    for index, entry in feed:
        for outcomes in read_entry(entry, job, stages):
            for outcome in outcomes:
                yield index, outcome


def _default_jobs(feed: Feed, memory: int | None, own: int) -> int:
    """As many workers as there are cores, memory for them (each takes `own`), and pages to read."""
    jobs = usable_cores()
    if memory:
        jobs = min(jobs, int(memory * SHARE_OF_MEMORY / own))
    most = feed.most_jobs
    return max(1, jobs if most is None else min(jobs, most))


def _check(workers: Workers) -> None:
    sound = (workers.jobs is None or workers.jobs >= 0) and workers.pages_per_worker > 0 and workers.page_timeout > 0
    sound = sound and workers.gpus >= 0
    if not sound:
        raise ConfigurationError(f"{workers} makes no sense", remedy="jobs from 0, all else above 0")


def _is_output(path: Place) -> bool:
    """Whether a file of this machine lies in a page's folder, or in a report, as when the output is inside the input."""
    if isinstance(path, Address):
        return False
    return read_record(path.parent) is not None or any(is_report(folder) for folder in path.parents)
