"""One input, read: its pages opened, understood, written and recorded; what fails, fails alone.

A page whose record says that it was read from the same file with the same options, networks and version, and whose
files are all there, is not read again. All of this happens inside one process, and is the same in every one.
"""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import digitize.scan  # what looks at pixels is loaded when it is called
from digitize import __version__
from digitize.batch.described import joined
from digitize.batch.duplicates import text_sketch
from digitize.batch.issues import IssueInput, OcrPage, open_issue
from digitize.batch.job import Stages, now
from digitize.batch.outcome import Outcome
from digitize.batch.record import Counts, Failure, Record, Status, WrittenFile, is_negative, skew_of
from digitize.batch.sources import known_sum, scans_of, unread
from digitize.batch.writing import forget_failed, is_whole, read_record, sha256, write_page
from digitize.errors import DigitizeError, PageError
from digitize.model import Description, Revision, Scan
from digitize.scan import FailedFrame
from digitize.scan.page_ids import half_id, page_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from digitize.batch.issues import OcrInput
    from digitize.batch.job import Job
    from digitize.batch.tasks import Readable, Task
    from digitize.model import Source
    from digitize.options import Options
    from digitize.scan import Input
    from digitize.storage import Place


def read_entry(
    entry: Readable,
    job: Job,
    stages: Callable[[], Stages],
    *,
    first: int = 1,
    part: str = "",
    on_open: Callable[[Source], None] = lambda _: None,
    on_part: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[Outcome, ...]]:
    """Read the pages of one input, frame by frame as they are asked for.

    Args:
        entry: the input.
        job: what the run was told.
        stages: gives what pages are read with; called for the first page that is not done already.
        first: the frame to begin with, from 1.
        part: the one page to read of the two that each frame shows; "" for both.
        on_open: called with what is known of the file, once it is open and again when its frames are counted.
        on_part: called with the id of each of the two pages on a frame, before it is read.

    Yields:
        How the pages of a frame ended, after their records are written; where all of the file is done already, all at
        once; the pages of an issue of earlier OCR one by one.

    Raises:
        DigitizeError: what is not the page's fault, and the next one would meet as well; whatever `stages` raises.
    """
    if isinstance(entry, IssueInput):
        for place, outcome in enumerate(_read_issue(entry, job), start=1):
            yield (replace(outcome, frame=place),)
    elif first == 1 and not part and (records := _done_before(entry, job)):
        yield tuple(Outcome.of(record, skipped=True) for record in records)
    else:
        started = time.perf_counter()
        for scan in scans_of(entry, job.options, first, on_open):
            told = job.described.of(entry.stem, scan.page_id)
            yield _read_frame(scan, job, stages, told, started, part=part, on_part=on_part)
            started = time.perf_counter()


def fail_task(  # noqa: PLR0917 - what is known of a process that is gone
    task: Task, failure: Failure, job: Job, source: Source | None, told: Collection[str] = (), part: str = ""
) -> tuple[Outcome, ...]:
    """Record a page as failed, or of an issue all pages but those that were told of, because the process that read is gone.

    Args:
        task: what it read, and which frame it was at.
        failure: why it is gone.
        job: what the run was told.
        source: what is known of the file; None where it has not been opened.
        told: ids of an issue's pages that are done with.
        part: the id of one of two pages on the frame, if that is what it was at.
    """
    entry = task.entry
    if isinstance(entry, IssueInput):
        lost = [(place, page) for place, page in enumerate(entry.pages, start=1) if page.stem not in told]
        return tuple(replace(_fail_page((page.stem,), unread(page.path), failure, job), frame=place) for place, page in lost)
    source = replace(source or unread(entry.path), frame=task.first)
    failure = replace(failure, message=f"{source.path}: {failure.message}")
    frame = page_id(entry.stem, task.first, source.frames)
    return (_fail_page((entry.stem, frame, part or frame), source, failure, job),)


def _fail_page(ids: Sequence[str], source: Source, error: Failure, job: Job) -> Outcome:
    """Record a page as failed whose reading left no word, because the process that read it is gone.

    `ids` are those of its file, its frame and itself.
    """
    page = ids[-1]
    folder = job.output / page
    earlier = read_record(folder)
    blank = _blank_record(page, source, job, job.described.of(*dict.fromkeys(ids)))
    if refused := _refused(source, earlier, folder, job):
        return Outcome.of(replace(blank, error=Failure.of(refused)))
    record = _failed(blank, earlier, folder, error)
    _write(job, folder, record, {}, earlier)
    return Outcome.of(record)


def _write(job: Job, folder: Place, record: Record, documents: dict[str, bytes], earlier: Record | None) -> None:
    """Write a page, if the output is still this run's."""
    if job.fence:
        job.fence.check()
    write_page(folder, record, documents, earlier)


def _read_frame(
    scan: Scan | FailedFrame,
    job: Job,
    stages: Callable[[], Stages],
    described: Description,
    started: float,
    *,
    part: str,
    on_part: Callable[[str], None],
) -> tuple[Outcome, ...]:
    """Read the pages of one frame, or the one that is told; `started` is when it began to be opened."""
    if records := _frame_before(scan, job, described):
        return tuple(Outcome.of(record, skipped=True) for record in records if part in {"", record.page_id})
    outcomes = []
    pages = pages_of(scan, job, stages)
    for page in pages:
        if part not in {"", page.page_id}:
            continue
        told = described
        if len(pages) > 1:
            told = joined(described, job.described.of(page.page_id))
            on_part(page.page_id)
        outcomes.append(_read_page(page, job, stages, told, time.perf_counter() - started))
        started = time.perf_counter()
    if len(pages) > 1:
        forget_failed(job.output / scan.page_id)  # as a whole, before its two pages were found
    return tuple(outcomes)


def pages_of(scan: Scan | FailedFrame, job: Job, stages: Callable[[], Stages]) -> tuple[Scan | FailedFrame, ...]:
    """The pages of one frame: two where it shows two side by side."""
    if isinstance(scan, FailedFrame) or not digitize.scan.may_split(scan, job.options):
        return (scan,)
    split = stages().split
    try:
        return split(scan)
    except Exception:  # noqa: BLE001 - what is wrong with the image shows again when it is read as one page, and is recorded
        return (scan,)


def _frame_before(scan: Scan | FailedFrame, job: Job, described: Description) -> list[Record]:
    """The records of a frame, or of its two pages, if all is done: then the fold need not be found again. Else none."""
    if isinstance(scan, FailedFrame) or not digitize.scan.may_split(scan, job.options):
        return []
    if record := _done(scan.page_id, scan.source.sha256, job, described):
        return [record]
    halves = [half_id(scan.page_id, number) for number in (1, 2)]
    told = [joined(described, job.described.of(half)) for half in halves]
    done = [_done(half, scan.source.sha256, job, each) for half, each in zip(halves, told, strict=True)]
    return [record for record in done if record] if all(done) else []


def _issue_stages(pages: Sequence[OcrPage], options: Options) -> Callable[[], Stages]:
    """What the pages of an issue are read with: all of them at once, when the first is asked for; no engine."""

    @cache
    def load() -> Stages:
        from digitize.batch.documents import page_documents  # noqa: PLC0415 - see Stages
        from digitize.pipeline import process_issue  # noqa: PLC0415 - see Stages

        results = {result.page.id: result for result in process_issue([page.transcript for page in pages], options)}
        return Stages(lambda page: results[page.page_id], page_documents)

    return load


def _read_issue(issue: IssueInput, job: Job) -> Iterator[Outcome]:
    """The pages of an issue of earlier OCR: articles run on over them, so all are understood before the first is written."""
    records = [_done_before(page, job) for page in issue.pages]
    if all(records):
        yield from (Outcome.of(record, skipped=True) for done in records for record in done)
        return
    started = time.perf_counter()
    pages = list(open_issue(issue, job.options, job.described))
    opening = (time.perf_counter() - started) / max(1, len(pages))
    stages = _issue_stages([page for page in pages if isinstance(page, OcrPage)], job.options)
    for page in pages:
        described = page.transcript.described if isinstance(page, OcrPage) else job.described.of(page.page_id)
        # Also where one is done: what goes on from it, or into it, may have changed.
        yield _read_page(page, job, stages, described, opening, again=True)


def _done_before(entry: Input | OcrInput, job: Job) -> list[Record]:
    """The records of all pages of a file, if every one is done: then the file need not be opened. Else none."""
    records: list[Record] = []
    first = read_record(job.output / entry.stem) or read_record(job.output / page_id(entry.stem, 1, 2))
    if first is None or job.reads_again(first):
        return []
    digest = known_sum(entry.path, first.source)
    for frame in range(1, first.source.frames + 1):
        page = page_id(entry.stem, frame, first.source.frames)
        record = _done(page, digest, job, job.described.of(entry.stem, page))
        if record is None:
            return []
        records.append(record)
    return records


def _done(page: str, source_sha256: str, job: Job, described: Description) -> Record | None:
    """The record of a page that need not be read: it would come out as it is, also if it failed, and its files are there."""
    folder = job.output / page
    record = read_record(folder)
    if (
        record is not None
        and not job.reads_again(record)
        and record.source.sha256 == source_sha256 != ""
        and record.options_digest == job.digest(described)
        and record.model_digest == job.model_digest
        and record.version == __version__
        and is_whole(folder, record)
    ):
        return record
    return None


def _read_page(
    scan: Scan | OcrPage | FailedFrame,
    job: Job,
    load: Callable[[], Stages],
    described: Description,
    opening: float,
    *,
    again: bool = False,
) -> Outcome:
    """Read, write and record one page, with `again` also where it is done; what goes wrong ends up in its record."""
    folder = job.output / scan.page_id
    if not again and (record := _done(scan.page_id, scan.source.sha256, job, described)):
        return Outcome.of(record, skipped=True)
    earlier = read_record(folder)
    blank = _blank_record(scan.page_id, scan.source, job, described)
    if refused := _refused(scan.source, earlier, folder, job):
        return Outcome.of(replace(blank, error=Failure.of(refused)))
    trace = ""
    documents: dict[str, bytes] = {}
    if isinstance(scan, FailedFrame):
        record = _failed(blank, earlier, folder, Failure.of(scan.error))
    else:
        stages = load()  # outside of the try: what fails here fails for every page
        try:
            if isinstance(scan, Scan):
                scan = replace(scan, described=described, source=blank.source)
            record, documents = _documents(scan, stages, job, blank, earlier=earlier, opening=opening)
        except Exception as error:
            if isinstance(error, DigitizeError) and not isinstance(error, PageError):
                raise  # not this page's fault: the next one would fail too
            trace = traceback.format_exc()
            record = _failed(blank, earlier, folder, Failure.of(error))
    _write(job, folder, record, documents, earlier)
    return Outcome.of(record, trace=trace)


def _blank_record(page: str, source: Source, job: Job, described: Description) -> Record:
    source = replace(source, identifier=described.identifier)
    digest = job.digest(described)
    return Record(page, Status.FAILED, source, __version__, digest, job.model_digest, created=now(), run=job.run)


def _refused(source: Source, earlier: Record | None, folder: Place, job: Job) -> PageError | None:
    """Why a page is not written: its folder holds the reading of another file, as reels name their files alike."""
    if job.force or earlier is None or earlier.status is Status.FAILED:
        return None
    if earlier.source.path == source.path or earlier.source.sha256 == source.sha256:
        return None
    return PageError(
        f"{source.path}: {folder} holds the reading of another file, {earlier.source.path}",
        remedy="use an output folder for each reel, or --force to replace it",
    )


def _failed(blank: Record, earlier: Record | None, folder: Place, error: Failure) -> Record:
    """The record of a page that failed; whole documents of an earlier reading of the same image stay, and stay listed."""
    failed = replace(blank, error=error)
    if earlier is None:
        return failed
    failed = replace(failed, revision=earlier.revision, first_created=earlier.first_created)
    same = blank.source.sha256 in ("", earlier.source.sha256)
    return replace(failed, files=earlier.files) if same and is_whole(folder, earlier) else failed


def _documents(
    scan: Scan | OcrPage, stages: Stages, job: Job, blank: Record, *, earlier: Record | None, opening: float
) -> tuple[Record, dict[str, bytes]]:
    """Read a page and write its documents into memory."""
    result = stages.process(scan)
    created = blank.created
    again = earlier is not None and job.has_read(earlier) and earlier.status is not Status.FAILED
    revision = Revision(
        number=(earlier.revision if earlier else 0) + (not again),
        created=created,
        first_created=(earlier and earlier.first_created) or created,
    )
    started = time.perf_counter()
    documents = stages.page_documents(scan.image if isinstance(scan, OcrPage) else scan, result, revision, job.options)
    record = replace(
        blank,
        status=Status.BLANK if result.blank else Status.DONE,
        revision=revision.number,
        first_created=revision.first_created,
        device=stages.device,
        language=result.page.language,
        timings=(("open", opening), *result.timings, ("export", time.perf_counter() - started)),
        counts=Counts.of(result.page, result.articles),
        confidence=result.page.confidence,
        skew=skew_of(result.page.steps),
        negative=is_negative(result.page.steps),
        image_hash=result.image_hash,
        text_sketch=text_sketch(line.text for line in result.page.lines),
        warnings=stages.warnings,
        files=tuple(WrittenFile(name, sha256(content)) for name, content in documents.items()),
    )
    return record, documents
