"""Files of earlier OCR among a run's inputs: told from others, paired with their images, and gathered into issues."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.writing import sha256
from digitize.errors import PageError
from digitize.ingest import MEDIA_TYPE, read_issue, read_ocr, transcripts
from digitize.model import Folio, Source, Transcript
from digitize.scan import FailedFrame, FailedInput, Input, open_scans
from digitize.scan.inputs import IMAGE_SUFFIXES, OCR_SUFFIX, ocr_format
from digitize.scan.page_ids import page_id, page_stem, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.batch.described import Descriptions
    from digitize.model import Scan
    from digitize.options import Options

LARGEST = 1 << 28
"""The largest OCR file that is read, in bytes: a page with a box for every character takes some 20 MB."""


@dataclass(frozen=True, slots=True)
class OcrInput:
    """A file of earlier OCR; `images` are files that may be its image, the likeliest first."""

    path: Path
    stem: str
    images: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueInput:
    """The pages of an issue in their order, and what its metadata say of it; `mets` is the file that lists them, if any."""

    pages: tuple[OcrInput, ...]
    folio: Folio = field(default_factory=Folio)
    mets: Path | None = None


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
    known = {os.path.realpath(each.path): each for each in found}
    listed: set[str] = set()
    issues: dict[Path, Entry] = {}
    for each in found:
        if kinds[each.path] == "mets":
            issues[each.path] = made = _mets_issue(each, known)
            listed |= {os.path.realpath(page.path) for page in made.pages} if isinstance(made, IssueInput) else set()
    folders: dict[Path, list[Input]] = {}
    for each in found:
        if kinds[each.path] != "mets" and os.path.realpath(each.path) not in listed:
            folders.setdefault(each.path.parent, []).append(each)
    for group in folders.values():
        issues[group[0].path] = IssueInput(tuple(OcrInput(each.path, each.stem, _beside(each.path)) for each in group))
    taken = {image for each in found if kinds[each.path] != "mets" for image in _beside(each.path)}
    gathered = []
    for entry in entries:
        if isinstance(entry, Input) and entry.path in kinds:
            gathered += [issues[entry.path]] if entry.path in issues else []
        elif not (isinstance(entry, Input) and entry.path in taken):
            gathered.append(entry)
    return tuple(gathered)


def _mets_issue(entry: Input, known: dict[str, Input]) -> IssueInput | FailedInput:
    """The issue of a METS file; pages keep the ids that they have as files of their own."""
    name = printable(entry.path)
    try:
        issue = read_issue(_content(entry.path), name)
    except PageError as error:
        return FailedInput(entry.path, error)
    pages = []
    for page in issue.pages:
        path = entry.path.parent / page.ocr
        other = known.get(os.path.realpath(path))
        named = (entry.path.parent / image for image in page.images if Path(image).suffix.lower() in IMAGE_SUFFIXES)
        images = (*named, *_beside(path))
        pages.append(OcrInput(path, other.stem if other else page_stem((path.stem,)), images))
    if not pages:
        empty = PageError(f"{name}: lists no OCR files", remedy="name the ALTO or PAGE files themselves")
        return FailedInput(entry.path, empty)
    return IssueInput(tuple(pages), issue.folio, entry.path)


def _beside(path: Path) -> tuple[Path, ...]:
    """The images beside an OCR file that are named as it is."""
    found = (path.with_suffix(suffix) for end in sorted(IMAGE_SUFFIXES) for suffix in (end, end.upper()))
    return tuple(image for image in found if image.is_file())


def open_issue(issue: IssueInput, options: Options, described: Descriptions) -> Iterator[OcrPage | FailedFrame]:
    """The pages of an issue, with what is told of them; one whose file cannot be read fails by itself."""
    for entry in issue.pages:
        source = Source(printable(entry.path), 1, 1, "", MEDIA_TYPE, 0, 0)
        try:
            content = _content(entry.path)
            source = replace(source, sha256=sha256(content))
            found = read_ocr(content, source.path)
            image = _open_image(entry, tuple(page.image for page in found), options)
            ids = tuple(page_id(entry.stem, frame, len(found)) for frame in range(1, len(found) + 1))
            size = (image.source.width, image.source.height) if image else None
            for made in transcripts(found, ids, source, size=size, folio=issue.folio if issue.folio != Folio() else None):
                told = described.of(entry.stem, made.page_id)
                source = replace(made.source, identifier=told.identifier)
                yield OcrPage(replace(made, described=told, source=source), image)
        except PageError as error:
            yield FailedFrame(entry.stem, source, error)


def _content(path: Path) -> bytes:
    """The bytes of an OCR file.

    Raises:
        PageError: it cannot be read, or is too large to be one page's.
    """
    name = printable(path)
    try:
        if path.stat().st_size > LARGEST:
            raise PageError(f"{name}: is too large for one page's OCR", remedy="give one file for each page")
        return path.read_bytes()
    except OSError as error:
        raise PageError(f"{name}: the file cannot be read: {error.strerror}", remedy="check the path and the medium") from error


def _open_image(entry: OcrInput, names: Sequence[str], options: Options) -> Scan | None:
    """The image of a page: beside its file, or by the file's own name for it; None where none can be opened.

    A file of several pages has several images, and none of them is asked for.
    """
    if len(names) != 1:
        return None
    own = Path(names[0].replace("\\", "/")).name
    candidates = (*entry.images, *((entry.path.parent / own,) if own else ()))
    for path in candidates:
        if path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES:
            scan = next(open_scans(path, entry.stem, options), None)
            if scan is not None and not isinstance(scan, FailedFrame):
                return scan
    return None
