"""Raster images: JPEG, PNG, WebP, JPEG 2000, TIFF and BMP, read by Pillow as grey pixels the way a viewer shows them."""

from __future__ import annotations

import logging
import math
import os
import re
import tempfile
import threading
import warnings
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image, TiffImagePlugin

from digitize.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FORMATS = ("JPEG", "PNG", "WEBP", "JPEG2000", "TIFF", "BMP")

# A page with a side shorter than this holds no line of type that could be read.
SMALLEST_SIDE = 32

# What software writes, or Pillow assumes, when the resolution is not known; type scanned at it could not be read.
NOMINAL_DPI = 72.0

_MAX_8_BIT = 255
_STDERR = 2
# What libtiff says when it gave up within a strip, leaving the rest of it empty. Group 3 finds its way back at the next
# line, and warnings are about lines that it could mend.
_INCOMPLETE = re.compile(r"(?!Fax3)\w*Decode\w*: (?!Warning)")

# Pillow logs what it finds odd, and Python prints the records of loggers without a handler.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# Held while Pillow's global limit on image sizes is lifted.
_PILLOW_LIMIT = threading.RLock()

# How to lay out pixels so that they stand as a viewer shows them, by the EXIF and TIFF tag Orientation: whether to swap
# rows and columns first, then the steps along rows and columns.
_ORIENTATIONS = {
    2: (False, 1, -1),
    3: (False, -1, -1),
    4: (False, -1, 1),
    5: (True, 1, 1),
    6: (True, 1, -1),
    7: (True, -1, -1),
    8: (True, -1, 1),
}
_ORIENTATION_TAG = 0x0112
_SUBFILE_TAG, _OLD_SUBFILE_TAG = 254, 255
_REDUCED_OR_MASK = 0b101  # bits of the tag NewSubfileType (TIFF 6.0): a reduced copy of another frame; a mask
_OLD_REDUCED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded frame: uint8 (height, width), 0 = black, and the resolution that the file states, None if none."""

    pixels: NDArray[np.uint8]
    dpi: float | None


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse what is too large to decode.

    Raises:
        PageError: with the setting that allows more.
    """
    if width * height > max_pixels:
        raise PageError(
            f"the image has {width} x {height} pixels, more than {max_pixels:,}",
            remedy=f"if it is a genuine scan, set max_pixels to {width * height} or more",
        )


def check_page_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse a page that is too large to decode or too small to hold text.

    Raises:
        PageError: with the setting that allows more, or what to scan instead.
    """
    check_size(width, height, max_pixels)
    if min(width, height) < SMALLEST_SIDE:
        raise PageError(
            f"the image has {width} x {height} pixels, too small to hold text",
            remedy="give a scan of the whole page at 200 dpi or more",
        )


class RasterFrames:
    """The frames of one image file: one for most formats; for TIFF all but reduced copies and masks.

    Raises:
        PIL.UnidentifiedImageError: the file is in none of `FORMATS`.
        PageError: it is too large.
    """

    def __init__(self, file: BinaryIO, max_pixels: int) -> None:
        self._max_pixels = max_pixels
        with _pillow():
            self._image = Image.open(file, formats=FORMATS)
            check_size(*self._image.size, max_pixels)
            self._frames = _pages(self._image) if isinstance(self._image, TiffImagePlugin.TiffImageFile) else [0]
        # The pictures that some cameras add to a JPEG (MPO) are previews of the same page.
        kind = "JPEG" if self._image.format == "MPO" else self._image.format or ""
        self.media_type = getattr(self._image, "custom_mimetype", None) or Image.MIME[kind]

    def __len__(self) -> int:
        return len(self._frames)

    def read(self, index: int) -> Picture:
        """Decode a frame, counted from 0.

        Raises:
            PageError: it is too large or too small.
            Exception: whatever Pillow's decoders raise on damaged files.
        """
        image = self._image
        with _pillow(), _libtiff_heard() if image.format == "TIFF" else nullcontext():
            if self._frames[index] != image.tell():
                image.seek(self._frames[index])
            check_page_size(*image.size, self._max_pixels)
            # Pillow turns TIFFs itself.
            orientation = 1 if image.format == "TIFF" else image.getexif().get(_ORIENTATION_TAG, 1)
            dpi = _dpi(image)
            image.draft("L", image.size)  # lets the JPEG decoder leave out the colours; others take no notice
            return Picture(_turned(_grey(image), orientation), dpi)

    def close(self) -> None:
        """Give back the decoder's memory; the file is the caller's."""
        self._image.close()


@contextmanager
def _pillow() -> Iterator[None]:
    """Pillow without its warnings and without its limit on sizes, which are ours to check; as it was before at the end.

    One thread at a time: the limit is a global of Pillow's.
    """
    with _PILLOW_LIMIT, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _libtiff_heard() -> Iterator[None]:
    """Listen to what libtiff, a C library, writes to the standard error stream.

    It is the only place where it says that a strip could not be decoded, or why; and it would stand there between the
    lines of the run's own report. Other threads' messages of these milliseconds are lost with it; the lock of `_pillow`
    keeps a second one from listening.

    Raises:
        OSError: the frame was decoded, but not all of it; or could not be, with libtiff's reason.
    """
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # a daemon without one
        yield
        return
    with tempfile.TemporaryFile() as heard:
        os.dup2(heard.fileno(), _STDERR)
        failure: OSError | None = None
        try:
            yield
        except OSError as error:
            failure = error
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)
        heard.seek(0)
        lines = [line.decode(errors="replace").strip().removeprefix("tempfile.tif: ") for line in heard]
        reasons = lines if failure else [line for line in lines if _INCOMPLETE.match(line)]
        if failure or reasons:
            raise OSError(reasons[0] if reasons else str(failure)) from failure


def _pages(image: TiffImagePlugin.TiffImageFile) -> list[int]:
    """The numbers of a TIFF's frames, without reduced copies (thumbnails, pyramids) and masks.

    A frame whose directory is damaged is listed, so that reading it fails; two of them in a row mean that the chain of
    directories is broken, and end it.
    """
    pages: list[int] = []
    frame, damaged = 0, False
    while True:
        try:
            image.seek(frame)
        except EOFError:
            break
        except Exception:  # noqa: BLE001 - a damaged directory can raise anything; reading the frame raises it again
            pages.append(frame)
            if damaged:
                break
            damaged = True
        else:
            damaged = False
            tags = image.tag_v2
            if not (tags.get(_SUBFILE_TAG, 0) & _REDUCED_OR_MASK or tags.get(_OLD_SUBFILE_TAG) == _OLD_REDUCED):
                pages.append(frame)
        frame += 1
    return pages or [0]


def _dpi(image: Image.Image) -> float | None:
    """The resolution that the file states, the finer of the two directions; None where it makes no sense."""
    stated = image.info.get("dpi")
    try:
        dpi = max(float(value) for value in stated) if stated else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return dpi if math.isfinite(dpi) and dpi > NOMINAL_DPI else None


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """The image in grey, ITU-R 601 weights; see-through parts on white; deep greys scaled by the bits in use."""
    image.load()
    if image.mode.startswith(("I", "F")):
        return _scaled(np.asarray(image))
    if "transparency" in image.info or image.mode in {"LA", "PA", "RGBA", "La", "RGBa"}:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    if image.mode == "LAB":
        image = image.getchannel("L")
    return np.array(image if image.mode == "L" else image.convert("L"), dtype=np.uint8)


def _scaled(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Deep grey pixels in 8 bits.

    Whole numbers are scaled by the bits that the brightest one uses, so that 12 bits stored in 16 keep their range; others
    run from 0 to 1, to 255, or else to their largest value.
    """
    if deep.dtype.kind == "f":
        values = np.nan_to_num(deep.astype(np.float32), posinf=0, neginf=0)
        top = float(values.max())
        white = next((white for white in (1.0, float(_MAX_8_BIT)) if top <= white), top)
        return np.asarray(np.clip(values * (_MAX_8_BIT / white), 0, _MAX_8_BIT), dtype=np.uint8)
    bits = max(int(deep.max()), 0).bit_length()
    return np.asarray(np.clip(np.right_shift(deep, max(bits - 8, 0)), 0, _MAX_8_BIT), dtype=np.uint8)


def _turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    swap, down, right = _ORIENTATIONS.get(orientation, (False, 1, 1))
    return np.ascontiguousarray((pixels.T if swap else pixels)[::down, ::right], dtype=np.uint8)
