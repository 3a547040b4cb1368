"""Files into the output folder: whole or not at all, the record last.

All files of a page are first written beside their places, so that a full disk is met before anything is replaced, then
renamed into place one after the other, then the record. Nothing is forced to the disk (fsync): on the magnetic disks
of archives that costs as much as reading the page, and what a power cut may lose is found, because a record counts
only as long as the files that it lists are there with their sums.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.record import RECORD_NAME, Record, Status, is_own
from digitize.batch.stored import get_record, lies_there, put_page, remove_unlisted, unwritable
from digitize.errors import OutputError
from digitize.scan.page_ids import page_stem
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digitize.storage import Place

_SCRATCH_PREFIX = ".digitize-"


def prepare_output(output: Place) -> None:
    """Make the output folder, and see that files can be made in it; a store has no folders to make.

    Raises:
        OutputError: it cannot be made or written.
    """
    if isinstance(output, Address):
        return
    with as_output_error(output):
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(prefix=_SCRATCH_PREFIX, dir=output):
            pass


def write_page(folder: Place, record: Record, documents: Mapping[str, bytes], earlier: Record | None) -> None:
    """Write a page's documents and then its record, and remove what an earlier reading left.

    Args:
        folder: the page's folder; made when it is not there.
        record: the new record; its `files` list what is to be in the folder.
        documents: the content of each new file, by name; files that the record lists and that are not in here stay.
        earlier: the record that is replaced, if there is one.

    Raises:
        OutputError: something could not be written; new files are removed again, and where none had been put into
            its place yet, the earlier reading stays as it was.
    """
    if isinstance(folder, Address):
        put_page(folder, record, documents, earlier)
        return
    contents = {**documents, RECORD_NAME: record.to_json()}
    placed: list[Path] = []
    with as_output_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _remove_scratch(folder)
        try:
            scratch = {name: _write_beside(folder / name, content) for name, content in contents.items()}
            for name, path in scratch.items():
                if name == RECORD_NAME:  # last: until then its scratch file tells that the page is not finished
                    _remove_unlisted(folder, record, earlier)
                placed.append(folder / name)
                path.replace(folder / name)
        except BaseException:
            _take_back(folder, placed)
            raise


def recover(output: Place) -> None:
    """Finish or undo what a killed run was writing, so that every page is as before or as after.

    A store has nothing that lies beside its place.

    All files of a page, its record among them, lie whole beside their places before the first is renamed. So where they
    are all there, here or there, the page is finished; else nothing has been renamed yet, and they are removed. So is an
    empty folder that has a page's name: no more than it had been made.

    Raises:
        OutputError: the folder cannot be written.
    """
    if isinstance(output, Address):
        return
    with as_output_error(output):
        for folder in {path.parent for path in output.glob(f"*/{_SCRATCH_PREFIX}*")}:
            if not folder.name.startswith("."):  # a report that is being made
                _recover_page(folder)
        for folder in output.iterdir():
            if page_stem([folder.name]) == folder.name:  # that of a file system's own, such as lost+found, is not
                with contextlib.suppress(OSError):
                    folder.rmdir()  # only when it is a folder, and nothing is in it


def _recover_page(folder: Path) -> None:
    try:
        record = Record.from_json(_scratch(folder / RECORD_NAME).read_bytes())
        whole = all(_lies_ready(folder / file.name, file.sha256) for file in record.files)
    except (OSError, ValueError):
        whole = False
    if whole:
        for file in record.files:
            if (scratch := _scratch(folder / file.name)).exists():
                scratch.replace(folder / file.name)
        _remove_unlisted(folder, record, read_record(folder))
        _scratch(folder / RECORD_NAME).replace(folder / RECORD_NAME)
    _remove_scratch(folder)


def _lies_ready(place: Path, expected: str) -> bool:
    scratch = _scratch(place)
    return sha256((scratch if scratch.exists() else place).read_bytes()) == expected


def forget_failed(folder: Place) -> None:
    """Remove a page that had failed and is no page any more; one that was read stays."""
    record = read_record(folder)
    if record is None or record.status is not Status.FAILED:
        return
    if isinstance(folder, Address):
        try:
            remove_unlisted(folder, replace(record, files=()), record)
            (folder / RECORD_NAME).unlink()
        except OSError as error:
            raise unwritable(folder, error) from error
    else:
        with as_output_error(folder):
            _remove_unlisted(folder, replace(record, files=()), record)
            (folder / RECORD_NAME).unlink()
            with contextlib.suppress(OSError):
                folder.rmdir()


def _remove_unlisted(folder: Path, record: Record, earlier: Record | None) -> None:
    """Remove documents that the record does not list: of an earlier reading, or of one that nobody recorded."""
    kept = {file.name for file in record.files}
    old = {file.name for file in earlier.files} if earlier else set()
    for path in list(folder.iterdir()):
        if path.name not in kept and (path.name in old or is_own(record.page_id, path.name)):
            path.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all; its folder is there.

    Raises:
        OutputError: it could not be written; what was in its place stays.
    """
    with as_output_error(path):
        try:
            _write_beside(path, content).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                _scratch(path).unlink(missing_ok=True)
            raise


def read_record(folder: Place) -> Record | None:
    """The record in a page's folder; None when there is none that can be read."""
    if isinstance(folder, Address):
        return get_record(folder)
    try:
        return Record.from_json((folder / RECORD_NAME).read_bytes())
    except (OSError, ValueError):
        return None


def is_whole(folder: Place, record: Record) -> bool:
    """Whether every file that the record lists is there with its sum; in a store, whether it is there."""
    if isinstance(folder, Address):
        return lies_there(folder, record)
    try:
        return all(sha256(Path(folder / file.name).read_bytes()) == file.sha256 for file in record.files)
    except OSError:
        return False


def sha256(content: bytes) -> str:
    """The SHA-256 (hex) of some bytes."""
    return hashlib.sha256(content).hexdigest()


def _write_beside(place: Path, content: bytes) -> Path:
    scratch = _scratch(place)
    scratch.write_bytes(content)
    return scratch


def _scratch(place: Path) -> Path:
    return place.with_name(f"{_SCRATCH_PREFIX}{place.name}")


def _take_back(folder: Path, placed: list[Path]) -> None:
    """Remove new files; once one of them has replaced another, the earlier record is no longer true and goes too."""
    with contextlib.suppress(OSError):
        for path in [*placed, folder / RECORD_NAME] if placed else []:
            path.unlink(missing_ok=True)
        _remove_scratch(folder)
        folder.rmdir()  # only when nothing else is in it


def _remove_scratch(folder: Path) -> None:
    for path in folder.glob(f"{_SCRATCH_PREFIX}*"):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def as_output_error(folder: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into what a user is to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(f"{folder} cannot be written: {error.strerror}", remedy=_room_wanted(folder)) from error
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}",
            remedy="give an --output that can be written, on a disk with space left",
        ) from error


def _room_wanted(folder: Path) -> str:
    """What to free on a full disk, measured by the pages that are there already."""
    sizes = [sum(path.stat().st_size for path in record.parent.iterdir()) for record in folder.parent.glob(f"*/{RECORD_NAME}")]
    each = f", some {sum(sizes) / len(sizes) / 1e6:.1f} MB for each page left" if sizes else ""
    return f"free space on the disk of {folder.parent}{each}, and run the same command again"
