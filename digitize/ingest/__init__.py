"""Files of earlier OCR become transcripts: ALTO and PAGE are read, METS tells which pages make an issue.

file -> safe parsing -> what its format tells -> the pixels of its image
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.ingest.alto import read_alto
from digitize.ingest.mets import MetsIssue, MetsPage, read_mets
from digitize.ingest.page import read_page
from digitize.ingest.parsing import REMEDY, local_name, parse
from digitize.ingest.transcript import default_size, make_transcript
from digitize.model import Folio, Source, Transcript

if TYPE_CHECKING:
    from digitize.ingest.found import FoundPage

__all__ = ["MEDIA_TYPE", "MetsIssue", "MetsPage", "read_issue", "read_ocr", "read_transcripts", "transcripts"]

MEDIA_TYPE = "application/xml"

_READERS = {"alto": read_alto, "PcGts": read_page}


def read_ocr(content: bytes, name: str) -> tuple[FoundPage, ...]:
    """The pages that an ALTO or PAGE file tells of, in its own unit.

    Args:
        content: the file.
        name: what messages call it.

    Raises:
        PageError: it cannot be parsed safely, is neither, or holds no page.
    """
    root = parse(content, name)
    read = _READERS.get(local_name(root))
    if read is None:
        raise PageError(f"{name}: is neither ALTO nor PAGE but {local_name(root) or 'something else'}", remedy=REMEDY)
    return read(root, name)


def read_issue(content: bytes, name: str) -> MetsIssue:
    """The issue that a METS file describes.

    Raises:
        PageError: it cannot be parsed safely, or is not METS.
    """
    root = parse(content, name)
    if local_name(root) != "mets":
        raise PageError(f"{name}: is not METS but {local_name(root) or 'something else'}", remedy=REMEDY)
    return read_mets(root)


def transcripts(
    pages: tuple[FoundPage, ...],
    page_ids: tuple[str, ...],
    source: Source,
    *,
    folio: Folio,
    size: tuple[int, int] | None = None,
) -> tuple[Transcript, ...]:
    """The pages of a file in pixels.

    Args:
        pages: the pages as the file tells them.
        page_ids: an id for each.
        source: the file; frames and sizes are filled in here.
        folio: what the issue's metadata say of the pages.
        size: width and height of the image, None where there is none: then a unit of the file is a pixel.
    """
    made = []
    for frame, (page, page_id) in enumerate(zip(pages, page_ids, strict=True), start=1):
        width, height = size or default_size(page)
        here = replace(
            source, frame=frame, frames=len(pages), media_type=source.media_type or MEDIA_TYPE, width=width, height=height
        )
        made.append(make_transcript(page, page_id, here, folio))
    return tuple(made)


def read_transcripts(
    content: bytes, path: str, page_ids: tuple[str, ...], *, size: tuple[int, int] | None = None
) -> tuple[Transcript, ...]:
    """The pages of an ALTO or PAGE file, from its bytes.

    Raises:
        PageError: see `read_ocr`.
    """
    source = Source(path, 1, 1, hashlib.sha256(content).hexdigest(), MEDIA_TYPE, 0, 0)
    return transcripts(read_ocr(content, path), page_ids, source, folio=Folio(), size=size)
