"""Many pages, one after the other: opened, read, written and recorded; what fails, fails alone.

A page whose record says that it was read from the same file with the same options, networks and version, and whose
files are all there, is not read again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
import traceback
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from digitize import __version__
from digitize.batch.issues import IssueInput, OcrPage, gather, open_issue
from digitize.batch.outcome import Outcome, Summary
from digitize.batch.record import Counts, Failure, Record, Status, WrittenFile
from digitize.batch.writing import is_whole, prepare_output, read_record, sha256, write_page
from digitize.errors import ConfigurationError, DigitizeError, PageError
from digitize.model import Revision, Scan
from digitize.ocr.weights import find_weights
from digitize.scan import FailedFrame, FailedInput, find_inputs, may_split, open_scans
from digitize.scan.page_ids import half_id, page_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digitize.batch.issues import Entry, OcrInput
    from digitize.model import Source
    from digitize.options import Options
    from digitize.pipeline import PageResult
    from digitize.scan import Input


@dataclass(frozen=True, slots=True)
class Stages:
    """What a page is read with; seconds to load, and not needed if all pages are done."""

    process: Callable[[Any], PageResult]  # of what is read: scans, or pages of earlier OCR
    page_documents: Callable[[Scan | None, PageResult, Revision, Options], dict[str, bytes]]
    device: str = ""
    warnings: tuple[str, ...] = ()
    split: Callable[[Scan], tuple[Scan, ...]] = lambda scan: (scan,)


@dataclass(frozen=True, slots=True)
class Job:
    """What all pages of a run have in common; `stages` loads them when first called."""

    output: Path
    options: Options
    model_digest: str
    force: bool
    stages: Callable[[], Stages]


def run(
    inputs: Sequence[Path],
    output: Path,
    options: Options,
    *,
    force: bool = False,
    on_page: Callable[[Outcome], None] = lambda _: None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Summary:
    """Read all pages of the inputs into the output folder, one folder and record for each page.

    Args:
        inputs: image files, and folders with image files.
        output: the folder to write to; it is made when it is not there.
        options: what the run was told.
        force: read pages again that are done already, and replace pages that came from other files.
        on_page: called after each page.
        on_warning: called with what concerns the whole run, one line each.

    Returns:
        How each page ended; also after an interrupt, which ends the run between two pages or drops the page at hand.

    Raises:
        UsageError: an input does not exist, or there is no image in any of them.
        MissingDependencyError: the model or the device is not there.
        OutputError: the output folder, or a file in it, cannot be written.
        ConfigurationError: a setting makes no sense.
    """
    _now()
    model_digest = find_weights(options.model).digest
    found = gather([entry for entry in find_inputs(inputs) if isinstance(entry, FailedInput) or not _is_output(entry.path)])
    prepare_output(output)
    job = Job(output, options, model_digest, force, _stages_loader(options, on_warning))
    outcomes: list[Outcome] = []
    try:
        for entry in found:
            for outcome in _read_input(entry, job):
                outcomes.append(outcome)
                on_page(outcome)
    except KeyboardInterrupt:
        return Summary(tuple(outcomes), interrupted=True)
    return Summary(tuple(outcomes))


def _stages_loader(options: Options, on_warning: Callable[[str], None]) -> Callable[[], Stages]:
    @cache
    def load() -> Stages:
        from digitize.batch.documents import page_documents  # noqa: PLC0415 - see Stages
        from digitize.ocr.engine import open_engine  # noqa: PLC0415 - see Stages
        from digitize.pipeline import process, split  # noqa: PLC0415 - see Stages

        engine = open_engine(options)
        for warning in engine.warnings:
            on_warning(warning)
        return Stages(
            lambda scan: process(scan, engine, options),
            page_documents,
            engine.device,
            engine.warnings,
            lambda scan: split(scan, engine, options),
        )

    return load


def _issue_stages(pages: Sequence[OcrPage], options: Options) -> Callable[[], Stages]:
    """What the pages of an issue are read with: all of them at once, when the first is asked for; no engine."""

    @cache
    def load() -> Stages:
        from digitize.batch.documents import page_documents  # noqa: PLC0415 - see Stages
        from digitize.pipeline import process_issue  # noqa: PLC0415 - see Stages

        results = {result.page.id: result for result in process_issue([page.transcript for page in pages], options)}
        return Stages(lambda page: results[page.page_id], page_documents)

    return load


def _is_output(path: Path) -> bool:
    """Whether a file lies in the folder of a page that was read, as when the output is inside the input."""
    return read_record(path.parent) is not None


def _read_input(entry: Entry, job: Job) -> Iterator[Outcome]:
    """The pages of one file; a file that cannot be taken in has no page id, and so no record."""
    if isinstance(entry, FailedInput):
        yield Outcome("", str(entry.path), Status.FAILED, error=Failure.of(entry.error))
        return
    if isinstance(entry, IssueInput):
        yield from _read_issue(entry, job)
        return
    if not job.force and (records := _done_before(entry, job)):
        yield from (Outcome.of(record, skipped=True) for record in records)
        return
    started = time.perf_counter()
    for scan in open_scans(entry.path, entry.stem, job.options):
        if records := _split_before(scan, job):
            yield from (Outcome.of(record, skipped=True) for record in records)
        else:
            for page in _pages(scan, job):
                yield _read_page(page, job, time.perf_counter() - started)
                started = time.perf_counter()
        started = time.perf_counter()


def _pages(scan: Scan | FailedFrame, job: Job) -> tuple[Scan | FailedFrame, ...]:
    """The pages of one frame: two where it shows two side by side."""
    if isinstance(scan, FailedFrame) or not may_split(scan, job.options):
        return (scan,)
    split = job.stages().split
    try:
        return split(scan)
    except Exception:  # noqa: BLE001 - what is wrong with the image shows again when it is read as one page, and is recorded
        return (scan,)


def _split_before(scan: Scan | FailedFrame, job: Job) -> list[Record]:
    """The records of the two pages of a frame, if both are done: then the fold need not be found again. Else none."""
    if job.force or isinstance(scan, FailedFrame) or not may_split(scan, job.options):
        return []
    folders = [job.output / half_id(scan.page_id, number) for number in (1, 2)]
    records = [(folder, record) for folder in folders if (record := read_record(folder))]
    done = [record for folder, record in records if _is_done(record, folder, scan.source.sha256, job)]
    return done if len(done) == len(folders) else []


def _read_issue(issue: IssueInput, job: Job) -> Iterator[Outcome]:
    """The pages of an issue of earlier OCR: articles run on over them, so all are understood before the first is written."""
    if not job.force:
        records = [_done_before(page, job) for page in issue.pages]
        if all(records):
            yield from (Outcome.of(record, skipped=True) for done in records for record in done)
            return
    started = time.perf_counter()
    pages = list(open_issue(issue, job.options))
    opening = (time.perf_counter() - started) / max(1, len(pages))
    read = replace(job, stages=_issue_stages([page for page in pages if isinstance(page, OcrPage)], job.options))
    for page in pages:
        # Also where one is done: what goes on from it, or into it, may have changed.
        yield _read_page(page, read, opening, again=True)


def _done_before(entry: Input | OcrInput, job: Job) -> list[Record]:
    """The records of all pages of a file, if every one is done: then the file need not be opened. Else none."""
    records: list[Record] = []
    first = read_record(job.output / entry.stem) or read_record(job.output / page_id(entry.stem, 1, 2))
    if first is None:
        return []
    try:
        with entry.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return []
    for frame in range(1, first.source.frames + 1):
        folder = job.output / page_id(entry.stem, frame, first.source.frames)
        record = read_record(folder)
        if record is None or not _is_done(record, folder, digest, job):
            return []
        records.append(record)
    return records


def _is_done(record: Record, folder: Path, source_sha256: str, job: Job) -> bool:
    """Whether a page need not be read: it would come out as it is, and its files are there."""
    return (
        record.status is not Status.FAILED
        and record.source.sha256 == source_sha256
        and record.options_digest == job.options.digest
        and record.model_digest == job.model_digest
        and record.version == __version__
        and is_whole(folder, record)
    )


def _read_page(scan: Scan | OcrPage | FailedFrame, job: Job, opening: float, *, again: bool = False) -> Outcome:
    """Read, write and record one page, with `again` also where it is done; what goes wrong ends up in its record."""
    folder = job.output / scan.page_id
    earlier = read_record(folder)
    if earlier and not (job.force or again) and _is_done(earlier, folder, scan.source.sha256, job):
        return Outcome.of(earlier, skipped=True)
    blank = Record(scan.page_id, Status.FAILED, scan.source, __version__, job.options.digest, job.model_digest, created=_now())
    try:
        if not job.force:
            _refuse_other_source(scan.source, earlier, folder)
    except PageError as error:  # the folder is another page's: nothing is written to it
        return Outcome.of(replace(blank, error=Failure.of(error)))
    trace = ""
    documents: dict[str, bytes] = {}
    if isinstance(scan, FailedFrame):
        record = _failed(blank, earlier, scan.error)
    else:
        stages = job.stages()  # outside of the try: what fails here fails for every page
        try:
            record, documents = _documents(scan, stages, job.options, blank, earlier=earlier, opening=opening)
        except Exception as error:
            if isinstance(error, DigitizeError) and not isinstance(error, PageError):
                raise  # not this page's fault: the next one would fail too
            trace = traceback.format_exc()
            record = _failed(blank, earlier, error)
    write_page(folder, record, documents, earlier)
    return Outcome.of(record, trace=trace)


def _refuse_other_source(source: Source, earlier: Record | None, folder: Path) -> None:
    """Keep a reading that came from another file: page ids are made of file names, and reels name their files alike."""
    if earlier is None or earlier.status is Status.FAILED:
        return
    if earlier.source.path != source.path and earlier.source.sha256 != source.sha256:
        raise PageError(
            f"{source.path}: {folder} holds the reading of another file, {earlier.source.path}",
            remedy="use an output folder for each reel, or --force to replace it",
        )


def _failed(blank: Record, earlier: Record | None, error: Exception) -> Record:
    """The record of a page that failed; documents of an earlier reading of the same image stay, and stay listed."""
    failed = replace(blank, error=Failure.of(error))
    if earlier is None:
        return failed
    failed = replace(failed, revision=earlier.revision, first_created=earlier.first_created)
    same = blank.source.sha256 in ("", earlier.source.sha256)
    return replace(failed, files=earlier.files) if same else failed


def _documents(
    scan: Scan | OcrPage, stages: Stages, options: Options, blank: Record, *, earlier: Record | None, opening: float
) -> tuple[Record, dict[str, bytes]]:
    """Read a page and write its documents into memory."""
    result = stages.process(scan)
    created = blank.created
    revision = Revision(
        number=earlier.revision + 1 if earlier else 1,
        created=created,
        first_created=(earlier and earlier.first_created) or created,
    )
    started = time.perf_counter()
    documents = stages.page_documents(scan.image if isinstance(scan, OcrPage) else scan, result, revision, options)
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
        warnings=stages.warnings,
        files=tuple(WrittenFile(name, sha256(content)) for name, content in documents.items()),
    )
    return record, documents


def _now() -> dt.datetime:
    """The time that goes into records and documents: SOURCE_DATE_EPOCH where it is set, else the clock; whole seconds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        seconds = int(epoch) if epoch else int(time.time())
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(
            f"SOURCE_DATE_EPOCH = {epoch!r} is not a time", remedy="give seconds since 1970, or unset it"
        ) from error
