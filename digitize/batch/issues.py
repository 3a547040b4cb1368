"""Files of earlier OCR among a run's inputs: told from others, paired with their images, and gathered into issues."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import digitize.scan  # what looks at pixels is loaded when it is called
from digitize.batch.writing import sha256
from digitize.errors import PageError
from digitize.model import Folio, Source, Transcript
from digitize.scan import FailedFrame, FailedInput, Input
from digitize.scan.inputs import IMAGE_SUFFIXES, OCR_SUFFIX, ocr_format
from digitize.scan.page_ids import page_id, page_stem, printable
from digitize.storage import Address, fetched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.batch.described import Descriptions
    from digitize.model import Scan
    from digitize.options import Options
    from digitize.storage import Place

LARGEST = 1 << 28
"""The largest OCR file that is read, in bytes: a page with a box for every character takes some 20 MB."""


@dataclass(frozen=True, slots=True)
class OcrInput:
    """A file of earlier OCR; `images` are files that may be its image, the likeliest first; `number` is the page's, if told."""

    path: Place
    stem: str
    images: tuple[Place, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class IssueInput:
    """The pages of an issue in their order, and what its metadata say of it; `mets` is the file that lists them, if any."""

    pages: tuple[OcrInput, ...]
    folio: Folio = field(default_factory=Folio)
    mets: Place | None = None


@dataclass(frozen=True, slots=True)
class OcrPage:
    """A page of earlier OCR with its image, None where there is none that can be opened."""

    transcript: Transcript
    image: Scan | None = None

    @property
    def page_id(self) -> str:
        """The page's id."""
        return self.transcript.page_id

    @property
    def source(self) -> Source:
        """The OCR file."""
        return self.transcript.source


Entry = Input | FailedInput | IssueInput


def gather(entries: Sequence[Input | FailedInput]) -> tuple[Entry, ...]:
    """Gather files of earlier OCR into issues; all else stays as it is.

    A METS file stands for the pages that it lists, in its order. Other OCR files of one folder are one issue. An image
    beside an OCR file, of the same name but for the suffix, is that page's image and no input of its own.
    """
    found = [each for each in entries if isinstance(each, Input) and each.path.suffix.lower() == OCR_SUFFIX]
    kinds = {each.path: ocr_format(each.path) for each in found}
    known = {_real(each.path): each for each in found}
    beside = _Beside()
    listed: set[str] = set()
    issues: dict[Place, Entry] = {}
    for each in found:
        if kinds[each.path] == "mets":
            issues[each.path] = made = _mets_issue(each, known, beside)
            listed |= {_real(page.path) for page in made.pages} if isinstance(made, IssueInput) else set()
    folders: dict[Place, list[Input]] = {}
    for each in found:
        if kinds[each.path] != "mets" and _real(each.path) not in listed:
            folders.setdefault(each.path.parent, []).append(each)
    for group in folders.values():
        pages = tuple(OcrInput(each.path, each.stem, beside.images(each.path)) for each in group)
        issues[group[0].path] = IssueInput(pages)
    made_pages = (page for issue in issues.values() if isinstance(issue, IssueInput) for page in issue.pages)
    taken = {_real(image) for page in made_pages for image in page.images}
    gathered = []
    for entry in entries:
        if isinstance(entry, Input) and entry.path in kinds:
            gathered += [issues[entry.path]] if entry.path in issues else []
        elif not (isinstance(entry, Input) and _real(entry.path) in taken):
            gathered.append(entry)
    return tuple(gathered)


def _mets_issue(entry: Input, known: dict[str, Input], beside: _Beside) -> IssueInput | FailedInput:
    """The issue of a METS file; pages keep the ids that they have as files of their own."""
    from digitize.ingest import read_issue  # noqa: PLC0415 - few runs read earlier OCR, and it loads XML

    name = printable(entry.path)
    try:
        issue = read_issue(_content(entry.path), name)
    except PageError as error:
        return FailedInput(entry.path, error)
    pages = []
    for page in issue.pages:
        path = _joined(entry.path.parent, page.ocr)
        other = known.get(_real(path))
        named = (image for image in page.images if PurePosixPath(image).suffix.lower() in IMAGE_SUFFIXES)
        images = (*(_joined(entry.path.parent, image) for image in named), *beside.images(path))
        pages.append(OcrInput(path, other.stem if other else page_stem((path.stem,)), images, page.number))
    if not pages:
        empty = PageError(f"{name}: lists no OCR files", remedy="name the ALTO or PAGE files themselves")
        return FailedInput(entry.path, empty)
    return IssueInput(tuple(pages), issue.folio, entry.path)


def _joined(folder: Place, relative: str) -> Place:
    return folder.joined(relative) if isinstance(folder, Address) else folder / relative


def _real(path: Place) -> str:
    """What tells a file from others, by whatever links it is named."""
    return str(path) if isinstance(path, Address) else os.path.realpath(path)


class _Beside:
    """Tells the images beside files of OCR; a folder in a store is listed once."""

    def __init__(self) -> None:
        self._names = cache(Address.names)

    def images(self, path: Place) -> tuple[Place, ...]:
        """The images beside an OCR file that are named as it is."""
        names = (f"{path.stem}{suffix}" for end in sorted(IMAGE_SUFFIXES) for suffix in (end, end.upper()))
        if isinstance(path, Address):
            there = self._names(path.parent)
            return tuple(path.parent / name for name in names if name in there)
        return tuple(path.parent / name for name in names if (path.parent / name).is_file())


def open_issue(issue: IssueInput, options: Options, described: Descriptions) -> Iterator[OcrPage | FailedFrame]:
    """The pages of an issue, with what is told of them; one whose file cannot be read fails by itself."""
    from digitize.ingest import MEDIA_TYPE, read_ocr, transcripts  # noqa: PLC0415 - the same

    for entry in issue.pages:
        source = Source(printable(entry.path), 1, 1, "", MEDIA_TYPE, 0, 0)
        try:
            if isinstance(entry.path, Address):  # asked first: a copy that is newer is read again, never taken for older
                source = replace(source, etag=_version(entry.path))
            content = _content(entry.path)
            source = replace(source, sha256=sha256(content))
            found = read_ocr(content, source.path)
            image = _open_image(entry, tuple(page.image for page in found), options)
            ids = tuple(page_id(entry.stem, frame, len(found)) for frame in range(1, len(found) + 1))
            size = (image.source.width, image.source.height) if image else None
            folio = replace(issue.folio, page_number=entry.number)
            for made in transcripts(found, ids, source, folio=folio, size=size):
                told = described.of(entry.stem, made.page_id)
                source = replace(made.source, identifier=told.identifier)
                yield OcrPage(replace(made, described=told, source=source), image)
        except PageError as error:
            yield FailedFrame(entry.stem, source, error)


def _content(path: Place) -> bytes:
    """The bytes of an OCR file.

    Raises:
        PageError: it cannot be read, or is too large to be one page's.
    """
    name = printable(path)
    try:
        size = path.size() if isinstance(path, Address) else path.stat().st_size
        if size > LARGEST:
            raise PageError(f"{name}: is too large for one page's OCR", remedy="give one file for each page")
        return path.read_bytes()
    except OSError as error:
        raise PageError(f"{name}: the file cannot be read: {error.strerror}", remedy="check the path and the medium") from error


def _version(path: Address) -> str:
    try:
        return path.version()
    except OSError:  # told where it is read
        return ""


def _open_image(entry: OcrInput, names: Sequence[str], options: Options) -> Scan | None:
    """The image of a page: beside its file, or by the file's own name for it; None where none can be opened.

    A file of several pages has several images, and none of them is asked for.
    """
    if len(names) != 1:
        return None
    own = PurePosixPath(names[0].replace("\\", "/")).name
    candidates = (*entry.images, *((entry.path.parent / own,) if own else ()))
    for path in candidates:
        if path.suffix.lower() in IMAGE_SUFFIXES:
            scan = _first_scan(path, entry.stem, options)
            if scan is not None and not isinstance(scan, FailedFrame):
                return scan
    return None


def _first_scan(path: Place, stem: str, options: Options) -> Scan | FailedFrame | None:
    try:
        with fetched(path) as copy:
            return next(digitize.scan.open_scans(copy, stem, options), None)
    except OSError:  # it is not there, or the store is not
        return None
