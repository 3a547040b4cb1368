"""Opening: from a file to its scans, one after the other; what cannot be opened fails by itself, with the remedy."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PIL import UnidentifiedImageError

from digitize.errors import PageError, UnreadableImageError
from digitize.geometry import IDENTITY
from digitize.model import Scan, Source
from digitize.scan.inputs import FailedFrame
from digitize.scan.page_ids import page_id, printable
from digitize.scan.raster import Picture, RasterFrames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from digitize.options import Options


# A PDF's header may follow some bytes of something else (ISO 32000-1, annex H).
PDF_HEADER_WITHIN = 1024

_CHANGED = UnreadableImageError("the file changed while it was read", remedy="run again when it is complete")


class _Frames(Protocol):
    """The frames of an open file."""

    media_type: str

    def __len__(self) -> int: ...

    def read(self, index: int) -> Picture: ...

    def close(self) -> None: ...


def open_scans(
    path: Path,
    stem: str,
    options: Options,
    first: int = 1,
    on_open: Callable[[Source], None] = lambda _: None,
    *,
    source: Source | None = None,
) -> Iterator[Scan | FailedFrame]:
    """Open a file's frames, one by one as they are asked for.

    Args:
        path: an image or PDF; its content, not its suffix, tells which.
        stem: the page id of the file, to which frames add their number where there are several.
        options: `max_pixels` bounds what is decoded.
        first: the frame to begin with, from 1; those before it are not decoded.
        on_open: called with what is known of the file, once it has its sum and again when its frames are counted.
        source: what is known of the file before, where `path` is a copy of it.

    Yields:
        For each frame a scan with grey pixels the way a viewer shows them, the identity as its frame; or why there is
        none. Nothing is raised for what is wrong with the file, and a damaged frame does not hide those after it.
    """
    source = source or Source(printable(path), 1, 1, "", "", 0, 0)
    try:
        with _open(path) as file:
            before = _state(file)
            source = replace(source, sha256=hashlib.file_digest(file, "sha256").hexdigest())
            on_open(source)
            with closing(_frames(file, options.max_pixels)) as frames:
                on_open(replace(source, frame=first, frames=len(frames), media_type=frames.media_type))
                for index in range(first - 1, len(frames)):
                    here = replace(source, frame=index + 1, frames=len(frames), media_type=frames.media_type)
                    scan = _read(frames, index, here, page_id(stem, index + 1, len(frames)))
                    if _state(file) != before:  # its sum and its pixels may be of two different files
                        scan = FailedFrame(scan.page_id, here, _explained(_CHANGED, source.path))
                    yield scan
    except (PageError, OSError) as error:
        yield FailedFrame(stem, source, _explained(error, source.path))


def _open(path: Path) -> BufferedReader:
    """Open a regular file; a pipe would wait for ever for someone to write."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise UnreadableImageError("is a folder, not an image", remedy="give the files in it, or the folder above")
    if not stat.S_ISREG(mode):
        raise UnreadableImageError("is not a file but a device or pipe", remedy="save the image to a file first")
    return path.open("rb")


def _state(file: BufferedReader) -> tuple[int, int]:
    """What changes when a file is written to."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _is_pdf(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a PDF."""
    return b"%PDF-" in head[:PDF_HEADER_WITHIN]


def _frames(file: BufferedReader, max_pixels: int) -> _Frames:
    file.seek(0)
    head = file.read(PDF_HEADER_WITHIN)
    file.seek(0)
    if not head:
        raise UnreadableImageError(
            "the file is empty", remedy="copy or scan it again, or save what an image editor still shows of it"
        )
    try:
        if not _is_pdf(head):
            return RasterFrames(file, max_pixels)
        from digitize.scan.pdf import PdfFrames  # noqa: PLC0415 - most scans are none

        return PdfFrames(file, max_pixels)
    except PageError:
        raise
    except UnidentifiedImageError as error:
        remedy = "give a JPEG, PNG, WebP, JPEG 2000, TIFF, BMP or PDF file"
        raise UnreadableImageError("is not an image of a known format, or too damaged to tell", remedy=remedy) from error
    except Exception as error:  # a decoder can raise anything on a damaged file
        raise _damaged(error) from error


def _read(frames: _Frames, index: int, source: Source, page: str) -> Scan | FailedFrame:
    try:
        picture = frames.read(index)
    except Exception as error:  # noqa: BLE001 - a decoder can raise anything on a damaged file; the frame fails alone
        where = source.path if source.frames == 1 else f"{source.path}, frame {source.frame} of {source.frames}"
        return FailedFrame(page, source, _explained(error, where))
    height, width = picture.pixels.shape
    return Scan(page, replace(source, width=width, height=height), picture.pixels, picture.dpi, IDENTITY)


def _explained(error: Exception, where: str) -> PageError:
    """An error as one for the user: where it happened, what, and the remedy."""
    match error:
        case PageError():
            known = error
        case FileNotFoundError():
            known = UnreadableImageError("the file is no longer there", remedy="check the path and the medium")
        case PermissionError():
            known = UnreadableImageError(
                "the file cannot be read: permission denied", remedy="give yourself permission to read it"
            )
        case OSError(strerror=str(reason)):
            known = UnreadableImageError(f"the file cannot be read: {reason}", remedy="check the medium and copy it again")
        case _:
            known = _damaged(error)
    return type(known)(f"{where}: {known.message}", remedy=known.remedy)


def _damaged(error: Exception) -> UnreadableImageError:
    if isinstance(error, MemoryError):
        return UnreadableImageError("there is not enough memory to decode it", remedy="use fewer workers, or a larger machine")
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return UnreadableImageError(
        f"the image is damaged or incomplete: {reason}",
        remedy="copy or scan it again, or save what an image editor still shows of it",
    )
