"""Inputs in stores: the files below addresses as they are listed, so that ten million of them are never one list."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.scan.inputs import SUFFIXES, FailedInput, Input
from digitize.scan.page_ids import page_stem, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.storage import Address, Place


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is listed, and its page id."""

    path: Address
    stem: str

    def as_input(self) -> Input:
        """The file as an input."""
        return Input(self.path, self.stem)

    def is_beside(self, other: StoredFile) -> bool:
        """Whether this has the other's name and lies in its folder, whatever its suffix."""
        return str(self.path).startswith(f"{other.path.parent / other.path.stem}.")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A file in a store, or a folder or beginning of names, below which files are looked for.

    `but` is a folder below which nothing is taken, as that which is written to.
    """

    address: Address
    but: Address | None = None

    def files(self) -> Iterator[StoredFile]:
        """The files to read, in the order of the store's list.

        Of what lies below an address, images and files that may hold earlier OCR are taken; hidden ones and what lies in
        hidden folders are not. A file that is named by itself is always taken.

        Raises:
            OSError: there is nothing at the address, or it cannot be listed.
        """
        if self.address.is_folder():
            yield from self.below(self.address)
        else:
            yield StoredFile(self.address, page_stem((self.address.stem,)))

    def below(self, folder: Address) -> Iterator[StoredFile]:
        """The same below a folder that lies here, with the page ids that they have here.

        Raises:
            OSError: it cannot be listed.
        """
        yield from filter(None, map(self._taken, folder.files()))

    def beside(self, folder: Address) -> Iterator[StoredFile]:
        """The same directly in a folder that lies here.

        Raises:
            OSError: it cannot be listed.
        """
        yield from filter(None, (self._taken(file) for file, is_folder in folder.entries() if not is_folder))

    def holds(self, folder: Address) -> bool:
        """Whether a folder lies here, or is this."""
        return folder == self.address or folder.lies_below(self.address)

    def _taken(self, file: Address) -> StoredFile | None:
        names = file.path.removeprefix(f"{self.address.path}/").split("/")
        hidden = any(name.startswith(".") for name in names)
        written = self.but is not None and file.lies_below(self.but)
        if hidden or written or file.suffix.lower() not in SUFFIXES:
            return None
        return StoredFile(file, page_stem((*names[:-1], file.stem)))


class StoredIds:
    """The page ids given so far and who has them, in a file that the database removes: memory does not grow with them."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)  # a name of nothing: on disk as soon as it grows
        self._table.execute("PRAGMA journal_mode=OFF")
        self._table.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, file TEXT) WITHOUT ROWID")

    def give(self, stem: str, file: Place) -> str | None:
        """Give a page id to a file; or leave it, and return the file that has it."""
        key = stem.casefold()
        row = self._table.execute("SELECT file FROM ids WHERE id = ?", (key,)).fetchone()
        if row is None:
            self._table.execute("INSERT INTO ids VALUES (?, ?)", (key, str(file)))
        return str(row[0]) if row else None


def same_id(file: Place, stem: str, owner: str) -> FailedInput:
    """A file that cannot be read because another one has its page id."""
    error = PageError(
        f"{printable(file)}: its page id {stem} is that of {owner} as well",
        remedy="rename one of the two files, or name the folder above both so that their folders tell them apart",
    )
    return FailedInput(file, error)
