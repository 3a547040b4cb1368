"""What is said between a run and its workers: small values, never pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from digitize import __version__
from digitize.batch.issues import IssueInput
from digitize.scan import Input

if TYPE_CHECKING:
    from collections.abc import Callable

    from digitize.batch.job import Job, Stages
    from digitize.batch.outcome import Outcome
    from digitize.errors import DigitizeError
    from digitize.model import Source
    from digitize.options import Options


class Engine(StrEnum):
    """Where pages are read: in processes of this machine, or on a Ray cluster."""

    LOCAL = "local"
    RAY = "ray"


# What is given to a worker to be read.
Readable = Input | IssueInput


@dataclass(frozen=True, slots=True)
class Workers:
    """Where and how many processes read, and what each may take.

    `jobs` None is what cores and memory allow; 0 reads in the calling process itself, for debugging: then a page that
    crashes or hangs takes the run with it. `page_timeout` is in seconds for each page; `memory` in bytes for each
    worker, None for its share of what is free. A worker ends after `pages_per_worker` pages, and another begins.

    On a Ray cluster, which is found at `address`, each takes one processor and so many `gpus`, which may be a fraction;
    `jobs` None is what the cluster has at the start, and `memory` is set aside, not watched: Ray watches its nodes.
    """

    jobs: int | None = None
    pages_per_worker: int = 500
    page_timeout: float = 600.0
    memory: int | None = None
    engine: Engine = Engine.LOCAL
    address: str = "auto"
    gpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """Frames `first` to `last` of an input, to be read; `last` None for a worker's share of those that there are.

    `index` is the input's place among the run's; `attempt` counts the readings of the first frame. `part` is the one to be
    read of the two pages that the first frame shows; "" for both.
    """

    index: int
    entry: Readable
    first: int = 1
    last: int | None = None
    attempt: int = 1
    part: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told when it begins. Of a file of many frames one worker reads at least a share of so many."""

    job: Job
    load: Callable[[Options, int], Stages]
    threads: int
    jobs: int
    pages_per_worker: int
    least_share: int = 1
    version: str = __version__

    def last_of(self, task: Task, frames: int) -> int:
        """The last frame that a worker reads of a file of so many frames before another may go on."""
        if task.last is not None:
            return task.last
        share = min(self.pages_per_worker, max(self.least_share, -(-frames // self.jobs)))
        return min(frames, task.first + share - 1)


def is_counted(source: Source | None) -> bool:
    """Whether the frames of a file are known; until then it is taken for one."""
    return source is not None and bool(source.media_type)


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has begun."""


@dataclass(frozen=True, slots=True)
class Loading:
    """A worker loads its models."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A worker has loaded its models; `warnings` are for the user."""

    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A worker has opened its file; told again when the frames are counted."""

    source: Source


@dataclass(frozen=True, slots=True)
class Parted:
    """A frame shows two pages, and this one is read now."""

    page_id: str


@dataclass(frozen=True, slots=True)
class Read:
    """The reading of a frame has ended, and the records of its pages are written."""

    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """A worker has done its task; `read` counts the pages that it has read since it began."""

    read: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The run cannot go on, by no fault of the page's."""

    error: DigitizeError
    trace: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A reader has loaded its models, on a node of the cluster; `warnings` are for the user."""

    node: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The pages that a frame shows, by their ids, where these are two; none where it is one."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How the pages of one frame ended. `source` is what is known of the file; `ended` says that it has no more to tell."""

    outcomes: tuple[Outcome, ...]
    source: Source | None
    ended: bool


Message = Ready | Loading | Loaded | Opened | Parted | Read | Finished | Broken
