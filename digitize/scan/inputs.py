"""Inputs: from what the user named, files and folders, to the files to open, in order, each with its page id."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.errors import PageError, UsageError
from digitize.scan.page_ids import natural_order, page_stem, printable, split_frame
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digitize.model import Source
    from digitize.storage import Place

# What is taken from folders; a file named by itself is always taken, and its content decides.
OCR_SUFFIX = ".xml"
IMAGE_SUFFIXES = frozenset(
    {".bmp", ".j2c", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpf", ".jpg", ".jpx", ".pdf", ".png", ".tif", ".tiff", ".webp"}
)
SUFFIXES = IMAGE_SUFFIXES | {OCR_SUFFIX}
# How much of a file is looked at to tell which kind of OCR it holds: declarations and comments stand before the root.
OCR_HEAD = 8192
_OCR_ROOT = re.compile(rb"<(?:[\w.-]+:)?(alto|PcGts|mets)[\s>]")
# The formats that hold several pages.
MULTI_FRAME_SUFFIXES = frozenset({".pdf", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Input:
    """A file to open; `stem` is its page id, to which frames add their number."""

    path: Place
    stem: str


@dataclass(frozen=True, slots=True)
class FailedInput:
    """A file or folder that cannot be taken in, and why; the others go on."""

    path: Place
    error: PageError


@dataclass(frozen=True, slots=True)
class FailedFrame:
    """A page that could not be opened, and why.

    Where the whole file failed, it stands for frame 1 of 1; what is not known of the source is empty or 0.
    """

    page_id: str
    source: Source
    error: PageError


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, with the folder names and the file name that its page id is made of."""

    path: Path
    parts: tuple[str, ...]


def find_inputs(paths: Sequence[Path]) -> tuple[Input | FailedInput, ...]:
    """Find the files to read, in the order given; folders with all below them in natural order.

    From folders, files with a suffix of `SUFFIXES` are taken, hidden ones are not. A file that is met twice is taken
    once. A file whose page id another file has already is failed: ids that differ by case alone are the same,
    since some file systems cannot keep them apart.

    Raises:
        UsageError: a path does not exist, or there is no image in any of them.
    """
    inputs: list[Input | FailedInput] = []
    seen: set[str] = set()
    ids = _Ids()
    for found in _walk_all(paths):
        if isinstance(found, FailedInput):
            inputs.append(found)
            continue
        place = os.path.realpath(found.path)
        if place in seen:
            continue
        seen.add(place)
        stem = page_stem(found.parts)
        owner = ids.give(stem, found.path)
        inputs.append(FailedInput(found.path, _same_id(found.path, owner, stem)) if owner else Input(found.path, stem))
    if not inputs:
        places = ", ".join(printable(path) for path in paths) or "the command"
        raise UsageError(f"{places}: no page images found", remedy=f"name files, or folders with {_listed(SUFFIXES)} files")
    return tuple(inputs)


class _Ids:
    """The page ids given so far, and the files that have them."""

    def __init__(self) -> None:
        self._owners: dict[str, Path] = {}
        self._frame_owners: dict[str, Path] = {}

    def give(self, stem: str, path: Path) -> Path | None:
        """Give a page id to a file; or leave it, and return the file that has it, or whose frames may."""
        # An OCR file and its image share their name, and are one page.
        key = stem.casefold() + (OCR_SUFFIX if path.suffix.lower() == OCR_SUFFIX else "")
        frame = split_frame(key)
        owner = self._owners.get(key)
        if owner is None and frame:  # a-f001, where there is a.tif
            owner = _multi_frame(self._owners.get(frame[0]))
        if owner is None and _multi_frame(path):  # a.tif, where there is a-f001
            owner = self._frame_owners.get(key)
        if owner is None:
            self._owners[key] = path
            if frame:
                self._frame_owners.setdefault(frame[0], path)
        return owner


def _multi_frame(path: Path | None) -> Path | None:
    return path if path and path.suffix.lower() in MULTI_FRAME_SUFFIXES else None


def _same_id(path: Path, owner: Path, stem: str) -> PageError:
    return PageError(
        f"{printable(path)}: its page id {stem} is, or may be, that of {printable(owner)} as well",
        remedy="rename one of the two files, or name the folder above both so that their folders tell them apart",
    )


def _listed(suffixes: frozenset[str]) -> str:
    return ", ".join(sorted(suffixes))


def _walk_all(paths: Sequence[Path]) -> Iterator[_Found | FailedInput]:
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be reached: {error.strerror}"
            raise UsageError(f"{printable(path)} {reason}", remedy="check the spelling and the permissions") from error
        if stat.S_ISDIR(mode):
            yield from _walk(path, (), frozenset())
        else:
            yield _Found(path, (path.stem,))


def _walk(folder: Path, parts: tuple[str, ...], above: frozenset[str]) -> Iterator[_Found | FailedInput]:
    """The files of a folder and of those below it; `above` are the folders on the way, so that links cannot loop."""
    place = os.path.realpath(folder)
    if place in above:
        return
    try:
        with os.scandir(folder) as entries:
            names = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: natural_order(e.name))
    except OSError as error:
        message = f"{printable(folder)}: the folder cannot be read: {error.strerror}"
        yield FailedInput(folder, PageError(message, remedy="give yourself permission to read and enter it, or leave it out"))
        return
    for entry in names:
        path = folder / entry.name
        if _is_folder(entry):
            yield from _walk(path, (*parts, entry.name), above | {place})
        elif path.suffix.lower() in SUFFIXES and _may_be_file(entry) and _is_page(path):
            yield _Found(path, (*parts, path.stem))


def ocr_format(path: Place) -> str:
    """Which OCR an XML file holds by its root's name: alto, PcGts (PAGE) or mets; "" for any other file."""
    try:
        match = _OCR_ROOT.search(_head(path).replace(b"\0", b""))
    except OSError:
        return ""
    return match[1].decode() if match else ""


def _head(path: Place) -> bytes:
    if isinstance(path, Address):
        return path.read_head(OCR_HEAD)
    with path.open("rb") as file:
        return file.read(OCR_HEAD)


def _is_page(path: Path) -> bool:
    """Whether a file in a folder may hold a page: of XML only what holds OCR."""
    return path.suffix.lower() != OCR_SUFFIX or bool(ocr_format(path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to where we may not look
        return False


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link, perhaps to nothing: then opening it tells the user so. Pipes and such are not."""
    return entry.is_symlink() or entry.is_file()
