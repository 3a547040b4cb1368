"""The files that pages are read from: opened where they lie, copied where they lie in a store, watched for change."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import digitize.scan  # what looks at pixels is loaded when it is called
from digitize.errors import UnreadableImageError
from digitize.model import Source
from digitize.scan import FailedFrame
from digitize.scan.page_ids import printable
from digitize.storage import fetched, sum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digitize.model import Scan
    from digitize.options import Options
    from digitize.scan import Input
    from digitize.storage import Place


def unread(path: Place) -> Source:
    """What is known of a file before it is opened."""
    return Source(printable(path), 1, 1, "", "", 0, 0)


def scans_of(entry: Input, options: Options, first: int, on_open: Callable[[Source], None]) -> Iterator[Scan | FailedFrame]:
    """The scans of a file, failed from where on the file is not what it was when it was opened.

    A file that changes between its sum and its pixels would be recorded under the wrong sum. Such a page is recorded
    without one, so that it is read again by the next run. Of a file in a store sum and pixels are of one copy, which is
    removed at the end.
    """
    source = unread(entry.path)
    with ExitStack() as kept:
        try:
            if not isinstance(entry.path, Path):  # asked first: a copy that is newer is made again, never taken for older
                source = replace(source, etag=entry.path.version())
            path = kept.enter_context(fetched(entry.path))
        except OSError as error:
            reason = "is no longer there" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
            failed = UnreadableImageError(f"{source.path}: the file {reason}", remedy="check the address and the store")
            yield FailedFrame(entry.stem, source, failed)
            return
        yield from _unchanged(path, entry.stem, options, first, on_open, source)


def summed(path: Place) -> Source:
    """What is known of a file that is never opened: its SHA-256, and what a store calls it; less where it cannot be read."""
    source = unread(path)
    try:
        if not isinstance(path, Path):
            source = replace(source, etag=path.version())
        return replace(source, sha256=sum_of(path))
    except OSError:
        return source


def known_sum(path: Place, before: Source) -> str:
    """The SHA-256 (hex) of a file, of which one reading is known; empty where it cannot be told.

    A file in a store is not fetched: where the store says that it is what it was, so is its sum, else nobody knows.
    """
    try:
        if not isinstance(path, Path):
            return before.sha256 if before.etag and path.version() == before.etag else ""
        return sum_of(path)
    except OSError:
        return ""


def _unchanged(  # noqa: PLR0917 - those of the above
    path: Path, stem: str, options: Options, first: int, on_open: Callable[[Source], None], source: Source
) -> Iterator[Scan | FailedFrame]:
    before = _fingerprint(path)
    for scan in digitize.scan.open_scans(path, stem, options, first, on_open, source=source):
        if _fingerprint(path) == before:
            yield scan
            continue
        error = UnreadableImageError(
            f"{scan.source.path}: the file changed or vanished while it was read",
            remedy="run again when nothing writes to it any more",
        )
        yield FailedFrame(scan.page_id, replace(scan.source, sha256=""), error)


def _fingerprint(path: Path) -> tuple[int, ...]:
    """What tells a file from what it was, without reading it; empty where it is not there."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
