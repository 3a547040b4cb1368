"""Inputs in stores: the files below addresses as they are listed, so that ten million of them are never one list."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.errors import PageError, UsageError
from digitize.scan.inputs import IMAGE_SUFFIXES, OCR_SUFFIX, FailedInput
from digitize.scan.page_ids import page_stem, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.storage import Address


@dataclass(frozen=True, slots=True)
class StoredInput:
    """A file in a store, to open; `stem` is its page id, to which frames add their number."""

    path: Address
    stem: str


def stored_inputs(addresses: Sequence[Address], *, but: Address | None = None) -> Iterator[StoredInput | FailedInput]:
    """Find the files to read, in the order given, and below an address in the order of the store's list.

    Of what lies below an address, images are taken, hidden ones and what lies in hidden folders are not. A file that is
    met twice is taken once; of two files with one page id the later one is failed. What was met is kept on disk: memory
    does not grow with the number of files.

    Args:
        addresses: files, and folders or beginnings of names.
        but: a folder below which nothing is taken, as that which is written to.

    Raises:
        UsageError: there is nothing at an address, or it cannot be listed.
    """
    ids = _Ids()
    for address in addresses:
        for file, parts in _below(address):
            if but and f"{file}/".startswith(f"{but}/"):
                continue
            if file.suffix.lower() == OCR_SUFFIX:
                ocr = PageError(f"{printable(file)}: earlier OCR is not read from stores", remedy="copy it to this machine")
                yield FailedInput(file, ocr)
                continue
            stem = page_stem(parts)
            owner = ids.give(stem, str(file))
            if owner is None:
                yield StoredInput(file, stem)
            elif owner != str(file):
                same = PageError(
                    f"{printable(file)}: its page id {stem} is that of {owner} as well",
                    remedy="rename one of the two files, or name the folder above both so that their folders tell them apart",
                )
                yield FailedInput(file, same)


def _below(address: Address) -> Iterator[tuple[Address, tuple[str, ...]]]:
    """The files at or below an address, with the names of folders and file that their page ids are made of."""
    try:
        if not address.is_folder():
            yield address, (address.stem,)
            return
        for file in address.files():
            names = file.path.removeprefix(f"{address.path}/").split("/")
            hidden = any(name.startswith(".") for name in names)
            if not hidden and file.suffix.lower() in IMAGE_SUFFIXES:
                yield file, (*names[:-1], file.stem)
    except OSError as error:
        raise UsageError(
            f"{printable(address)}: {error.strerror}", remedy="check the address, and whom you are to the store"
        ) from error


class _Ids:
    """The page ids given so far and who has them, in a file that the database removes."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)  # a name of nothing: on disk as soon as it grows
        self._table.execute("PRAGMA journal_mode=OFF")
        self._table.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, file TEXT) WITHOUT ROWID")

    def give(self, stem: str, file: str) -> str | None:
        """Give a page id to a file; or leave it, and return the file that has it."""
        key = stem.casefold()
        row = self._table.execute("SELECT file FROM ids WHERE id = ?", (key,)).fetchone()
        if row is None:
            self._table.execute("INSERT INTO ids VALUES (?, ?)", (key, file))
        return str(row[0]) if row else None
