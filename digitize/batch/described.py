"""What a metadata sheet says of each page of a run: rows found to files, frames and pages.

A row names a file as it lies in the folders: by its name, with as many folders before it as tell it from others, with or
without its suffix. It holds for all pages of the file. A row that names a page by its id (one frame of a file of many,
one of the two pages on a frame) goes before that of the file, cell by cell; the row of a METS file stands behind those of
the issue's pages. An OCR file and its image are one page, and a row may name either.
"""

from __future__ import annotations

import dataclasses
import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from digitize.batch.issues import IssueInput
from digitize.batch.sheet import Fault, read_sheet, refuse
from digitize.model import Description
from digitize.scan import FailedInput
from digitize.scan.page_ids import page_stem, printable
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digitize.batch.issues import Entry
    from digitize.batch.sheet import Row
    from digitize.storage import Place

# What stands behind a file's page id in those of its pages: the frame, and which of the two pages on it.
_PART = re.compile(r"(.+?)(-f\d{3,})?(-[12])?")
# How many files without a row are named.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What is told of pages, by the page ids of whole files, of frames, and of the pages on a frame.

    `parts` are the lines of the sheet that tell of frames and of pages on a frame, by their ids: whether these are there
    shows only when the file is open.
    """

    told: Mapping[str, Description] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)

    def of(self, *ids: str) -> Description:
        """What is told of a page, by ids that it has; later ones go before, cell by cell."""
        return joined(*(self.told[each] for each in ids if each in self.told))


def joined(*descriptions: Description) -> Description:
    """Several descriptions of one page as one; what later ones tell goes before."""
    values: dict[str, object] = {}
    for each in descriptions:
        values |= {name: value for name, value in dataclasses.asdict(each).items() if value}
    return Description(**values)  # type: ignore[arg-type]  # the fields of a description


def describe(sheet: Place, entries: Sequence[Entry], inputs: Sequence[Place]) -> tuple[Descriptions, tuple[str, ...]]:
    """Find the pages that the rows of a sheet are of.

    A row of a file that is not read is a fault, but not where it names a folder that is not read either, or where the run
    was told of single files: one sheet may serve many reels, and a page that is read again.

    Args:
        sheet: the CSV file.
        entries: what the run reads.
        inputs: what it was told to read.

    Returns:
        What is told of pages, and a warning of files that no row is of.

    Raises:
        ConfigurationError: the sheet cannot be read.
        SheetError: some of its rows are at fault; all of them are told.
    """
    rows, faults = read_sheet(sheet)
    places = tuple(_places(entries))
    finder = _Finder(places, strict=any(path.is_folder() if isinstance(path, Address) else path.is_dir() for path in inputs))
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        ids = finder.find(row, faults)
        if ids and (first := found.setdefault(ids, row)) is not row:
            faults.append(Fault(row.line, f"{row.file}: has a row already, in line {first.line}; leave one of the two"))
    if rows and not faults and not found and not any(isinstance(entry, FailedInput) for entry in entries):
        faults.append(Fault(rows[0].line, f"{rows[0].file}: neither this nor any other row is of a file that is read"))
    refuse(sheet, faults)
    told: dict[str, Description] = {}
    for ids, row in sorted(found.items(), key=lambda each: -len(each[0])):  # a whole issue first, then its pages
        told |= {key: joined(told.get(key, Description()), row.description) for key in ids}
    parts = {ids[0]: row.line for ids, row in found.items() if not finder.is_file(ids[0])}
    return Descriptions(told, parts), _without_row(sheet, places, told)


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that is read, by the names of its path, and the page ids of what a row about it holds for."""

    names: tuple[str, ...]
    ids: tuple[str, ...]


def _places(entries: Sequence[Entry]) -> Iterator[_Place]:
    for entry in entries:
        if isinstance(entry, IssueInput):
            if entry.mets:
                yield _Place(_names(entry.mets), tuple(page.stem for page in entry.pages))
            for page in entry.pages:
                for path in (page.path, *page.images):
                    yield _Place(_names(path), (page.stem,))
        elif isinstance(entry, FailedInput):
            yield _Place(_names(entry.path), ())
        else:
            yield _Place(_names(entry.path), (entry.stem,))


def _names(path: Place) -> tuple[str, ...]:
    whole = path if isinstance(path, Address) else Path(os.path.abspath(str(path)))  # noqa: PTH100 - links stay
    return PurePath(unicodedata.normalize("NFC", printable(whole))).parts


class _Finder:
    """Finds what rows are of."""

    def __init__(self, places: Iterable[_Place], *, strict: bool) -> None:
        self._strict = strict
        self._places: dict[str, list[_Place]] = {}
        self._folders: set[tuple[str, ...]] = set()
        self._ids: dict[str, str] = {}
        for place in places:
            name = PurePath(place.names[-1])
            for key in {name.name.casefold(), name.stem.casefold()}:
                self._places.setdefault(key, []).append(place)
            self._folders.add(_folded(place.names[:-1]))
            if len(place.ids) == 1:
                self._ids[place.ids[0].casefold()] = place.ids[0]

    def is_file(self, page: str) -> bool:
        """Whether a page id is that of a whole file."""
        return page.casefold() in self._ids

    def find(self, row: Row, faults: list[Fault]) -> tuple[str, ...]:
        """The ids that a row is of: of one file, or page, or of all pages of an issue; none where it is of none."""
        path = unicodedata.normalize("NFC", row.file).replace("\\", "/")
        names = tuple(name for name in path.split("/") if name not in {"", "."})
        if not names:
            faults.append(Fault(row.line, f"{row.file}: names no file"))
            return ()
        matches = {place.ids: place for place in self._places.get(names[-1].casefold(), ()) if _ends(place, names)}
        exact = {ids: place for ids, place in matches.items() if place.names[-len(names) :] == names}
        matches = exact if len(matches) > 1 and exact else matches
        if len(matches) > 1:
            files = ", ".join("/".join(place.names[-len(names) - 1 :]) for place in matches.values())
            faults.append(Fault(row.line, f"{row.file}: names more than one file: {files}; write it like one of these"))
            return ()
        if matches:
            return next(iter(matches))
        if page := self._page(page_stem(names)):
            return (page,)
        if self._strict and (len(names) == 1 or any(_folded(names[:-1]) == f[-len(names) + 1 :] for f in self._folders)):
            faults.append(Fault(row.line, f"{row.file}: no such file is read; correct its name, or leave out the row"))
        return ()

    def _page(self, page: str) -> str:
        """A page id as it is written in the archive: that of a file, or of a part of one; "" for none."""
        match = _PART.fullmatch(page.casefold())
        if match is None:
            return ""
        stem, frame, half = match[1], match[2] or "", match[3] or ""
        splits = ((stem + frame + half, ""), (stem + frame, half), (stem, frame + half))
        return next((self._ids[file] + rest for file, rest in splits if file in self._ids), "")


def _ends(place: _Place, names: tuple[str, ...]) -> bool:
    """Whether a place's path ends in these names, whatever their case, with the file's suffix or without."""
    tail = _folded(place.names[-len(names) :])
    wanted = _folded(names)
    return tail == wanted or (*tail[:-1], PurePath(tail[-1]).stem) == wanted


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names)


def _without_row(sheet: Place, places: Iterable[_Place], told: Mapping[str, Description]) -> tuple[str, ...]:
    """A warning of the files that no row is of, neither by themselves nor by a page of theirs."""
    of_files = {match[1] for key in told if (match := _PART.fullmatch(key))} | set(told)
    missing = [place.ids[0] for place in places if len(place.ids) == 1 and place.ids[0] not in of_files]
    missing = list(dict.fromkeys(missing))
    if not missing:
        return ()
    named = ", ".join(missing[:NAMED]) + (f" and {len(missing) - NAMED} more" if len(missing) > NAMED else "")
    return (f"{printable(sheet)}: no row is of {named}; what their pages say of themselves is taken",)
