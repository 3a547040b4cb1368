"""What all pages of a run have in common: where they are written, what they are read with, and as part of which run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digitize.batch.described import Descriptions
from digitize.batch.record import Record, Run, Status
from digitize.batch.writing import sha256
from digitize.errors import ConfigurationError
from digitize.model import Description, Scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from digitize.batch.lease import Fence
    from digitize.model import Revision
    from digitize.ocr import Engine
    from digitize.options import Options
    from digitize.pipeline import PageResult
    from digitize.storage import Place


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
    """What all pages of a run have in common; it crosses to other processes.

    `force` reads again what is done, `retry_failed` what has failed and has not changed since. `fence` is looked at before
    a page is written, where no lock of the system ends with the run. `run` is this run.
    """

    output: Place
    options: Options
    model_digest: str
    force: bool = False
    retry_failed: bool = False
    described: Descriptions = field(default_factory=Descriptions)
    fence: Fence | None = None
    run: Run = field(default_factory=Run)

    def has_read(self, record: Record) -> bool:
        """Whether a page was read by this very run, before it was stopped."""
        return record.run.began == self.run.began != ""

    def reads_again(self, record: Record) -> bool:
        """Whether a page is to be read, though nothing has changed since."""
        return not self.has_read(record) and (self.force or (self.retry_failed and record.status is Status.FAILED))

    def digest(self, described: Description) -> str:
        """SHA-256 (hex) of all that was told and changes what is written for a page."""
        if described == Description():
            return self.options.digest
        values = json.dumps([self.options.digest, dataclasses.asdict(described)], default=str)
        return sha256(values.encode())


def load_stages(options: Options, threads: int) -> Stages:
    """The stages as they are, with the options' model on the options' device, and so many threads to each network."""
    from digitize.ocr.engine import open_engine  # noqa: PLC0415 - seconds to load, see Stages

    return stages_with(open_engine(options, threads), options)


def stages_with(engine: Engine, options: Options) -> Stages:
    """The stages as they are, with an engine that is ready to work."""
    from digitize.batch.documents import page_documents  # noqa: PLC0415 - seconds to load, see Stages
    from digitize.pipeline import process, split  # noqa: PLC0415 - the same

    return Stages(
        lambda scan: process(scan, engine, options),
        page_documents,
        engine.device,
        engine.warnings,
        lambda scan: split(scan, engine, options),
    )


def now() -> dt.datetime:
    """The time that goes into records and documents: SOURCE_DATE_EPOCH where it is set, else the clock; whole seconds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        seconds = int(epoch) if epoch else int(time.time())
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(
            f"SOURCE_DATE_EPOCH = {epoch!r} is not a time", remedy="give seconds since 1970, or unset it"
        ) from error
