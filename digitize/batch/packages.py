"""What a store holds, as it is listed, with files of earlier OCR gathered into issues.

Images go on as they are listed, so that ten million of them are never one list. Files of OCR are understood together:
where the first one of a folder is met, the folder's files are listed as a whole, and all below a folder with a METS file.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from digitize.batch.issues import IssueInput, OcrInput, gather
from digitize.errors import UsageError
from digitize.scan import FailedInput
from digitize.scan.inputs import OCR_SUFFIX, ocr_format
from digitize.scan.page_ids import printable
from digitize.scan.stored import Prefix, StoredIds, same_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.batch.issues import Entry
    from digitize.scan.stored import StoredFile
    from digitize.storage import Address

# A METS file is looked for among so many files of a folder, and so many XML files of these are looked into: it lies
# beside folders, or among the few hundred files of an issue.
NAMES, LOOKED_INTO = 1000, 20


def stored_entries(addresses: Sequence[Address], *, but: Address | None = None) -> Iterator[Entry]:
    """Find what to read, in the order given, and below an address in the order of the store's list.

    A file that is met twice is taken once; of two files with one page id the later one is failed.

    Args:
        addresses: files, and folders or beginnings of names.
        but: a folder below which nothing is taken, as that which is written to.

    Raises:
        UsageError: there is nothing at an address, or it cannot be listed.
    """
    ids = StoredIds()
    for address in addresses:
        try:
            for entry in _Packer(Prefix(address, but)).entries():
                yield from _given(entry, ids)
        except OSError as error:
            raise UsageError(
                f"{printable(address)}: {error.strerror}", remedy="check the address, and whom you are to the store"
            ) from error


def _given(entry: Entry, ids: StoredIds) -> Iterator[Entry]:
    """What is to be read of an entry once page ids are given, and what cannot be, as others have its ids."""
    if isinstance(entry, FailedInput):
        yield entry
        return
    kept = []
    for file in entry.pages if isinstance(entry, IssueInput) else (entry,):
        owner = ids.give(file.stem, file.path)
        if owner is None:
            kept.append(file)
        elif owner != str(file.path):
            yield same_id(file.path, file.stem, owner)
    if isinstance(entry, IssueInput) and kept:
        yield replace(entry, pages=tuple(page for page in kept if isinstance(page, OcrInput)))
    elif kept:
        yield entry


class _Packer:
    """Goes through a list in its order; an image is held back until it is clear that no file of OCR lies beside it."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._held: list[StoredFile] = []
        # Folders around the file that the list has come to: those that are done with, with all below them, or but for
        # what lies in folders of theirs; and those without a METS file.
        self._whole: list[Address] = []
        self._own: list[Address] = []
        self._without: list[Address] = []

    def entries(self) -> Iterator[Entry]:
        """What lies below the address.

        Raises:
            OSError: it cannot be listed.
        """
        for file in self._prefix.files():
            if file.path == self._prefix.address:  # named by itself
                yield from gather([file.as_input()])
                return
            for folders in (self._whole, self._own, self._without):
                folders[:] = [folder for folder in folders if file.path.lies_below(folder)]
            if self._whole or file.path.parent in self._own:
                continue
            if self._held and not file.is_beside(self._held[0]):
                yield from self._take_held()
            if folder := self._folder_with_mets(file.path):
                self._held.clear()
                yield from self._take_whole(folder)
            elif file.path.suffix.lower() != OCR_SUFFIX:
                self._held.append(file)
            elif ocr_format(file.path):
                yield from self._take_folder(file)
        yield from self._take_held()

    def _take_held(self) -> Iterator[Entry]:
        yield from (file.as_input() for file in self._held)
        self._held.clear()

    def _folder_with_mets(self, path: Address) -> Address | None:
        """The topmost folder around a file that a METS file lies in, and that has not been looked at yet."""
        folder, above = path.parent, []
        while self._prefix.holds(folder) and folder not in self._without:
            above.append(folder)
            folder = folder.parent
        for folder in reversed(above):
            names = islice(self._prefix.beside(folder), NAMES)
            xml = (file.path for file in names if file.path.suffix.lower() == OCR_SUFFIX)
            if any(ocr_format(each) == "mets" for each in islice(xml, LOOKED_INTO)):
                return folder
            self._without.append(folder)
        return None

    def _take_whole(self, folder: Address) -> Iterator[Entry]:
        self._whole.append(folder)
        yield from gather([file.as_input() for file in self._prefix.below(folder)])

    def _take_folder(self, first: StoredFile) -> Iterator[Entry]:
        """What lies in the folder of a file of OCR, from there on, with what is held back."""
        folder = first.path.parent
        self._own.append(folder)
        start = str((self._held[0] if self._held else first).path)
        self._held.clear()
        files = [file.as_input() for file in self._prefix.beside(folder) if str(file.path) >= start]
        yield from gather(files or [first.as_input()])
