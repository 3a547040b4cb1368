"""Pages in a store: written whole, the record last; read back by what the store lists.

A store has no rename: a file appears as a whole when its last byte has arrived. So documents come first and the record
after them, and a page is there when its record is. Where a page is replaced, its record first says that it is being
written, so that whatever ends the run in between, the page is read again.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from digitize.batch.record import RECORD_NAME, Failure, Record, Status, is_own
from digitize.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digitize.storage import Address

# How many records are asked for together: enough to keep a store busy, and a megabyte or two of memory.
TOGETHER = 200

_REPLACED = Failure("Interrupted", "the page was being written anew", "run the same command again")


def put_page(folder: Address, record: Record, documents: Mapping[str, bytes], earlier: Record | None) -> None:
    """Write a page's documents and then its record, and remove what an earlier reading left.

    Raises:
        OutputError: something could not be written; the page is read again by the next run.
    """
    try:
        if earlier is not None and documents:
            (folder / RECORD_NAME).write_bytes(_withdrawn(earlier).to_json())
        folder.write_many(documents)
        remove_unlisted(folder, record, earlier)
        (folder / RECORD_NAME).write_bytes(record.to_json())
    except OSError as error:
        raise unwritable(folder, error) from error


def _withdrawn(earlier: Record) -> Record:
    """A record that no run takes for done, since it has no sum of the source, and that keeps how often the page was read."""
    return replace(earlier, status=Status.FAILED, source=replace(earlier.source, sha256="", etag=""), error=_REPLACED)


def remove_unlisted(folder: Address, record: Record, earlier: Record | None) -> None:
    """Remove documents that the record does not list: of an earlier reading, or of one that nobody recorded.

    Raises:
        OSError: one of them cannot be removed.
    """
    kept = {file.name for file in record.files}
    old = {file.name for file in earlier.files} if earlier else set()
    for name in folder.names() - kept - {RECORD_NAME}:
        if name in old or is_own(record.page_id, name):
            (folder / name).unlink()


def get_record(folder: Address) -> Record | None:
    """The record in a page's folder; None when there is none, or none that can be understood.

    Raises:
        OutputError: it cannot be had, which is not the same as that there is none.
    """
    try:
        return Record.from_json((folder / RECORD_NAME).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise unwritable(folder, error) from error


def lies_there(folder: Address, record: Record) -> bool:
    """Whether every file that the record lists is there: the record was written after them, and each is there as a whole.

    Raises:
        OutputError: the store cannot be asked.
    """
    try:
        return {file.name for file in record.files} <= folder.names()
    except OSError as error:
        raise unwritable(folder, error) from error


def records_below(output: Address) -> Iterator[tuple[str, Record | None]]:
    """The records of all pages by the names of their folders, None for one that cannot be understood as that of its folder.

    They come in the order of the store's list; a few are in memory at a time.

    Raises:
        OSError: the store cannot be asked.
    """
    names = (folder.name for folder, is_folder in output.entries() if is_folder)
    while batch := list(islice(names, TOGETHER)):
        for name, content in zip(batch, output.read_many([f"{name}/{RECORD_NAME}" for name in batch]), strict=True):
            if content is None:
                continue
            try:
                record = Record.from_json(content)
            except ValueError:
                yield name, None
            else:
                yield name, record if record.page_id == name else None


def unwritable(place: Address, error: OSError) -> OutputError:
    """What the store said, and what to do about it."""
    return OutputError(
        f"{place} cannot be reached: {error.strerror or error}",
        remedy="check the address, whom you are to the store, and that it answers; then run the same command again",
    )
