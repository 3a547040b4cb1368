"""Raster images: JPEG, PNG, WebP, JPEG 2000, TIFF and BMP, read by Pillow as grey pixels the way a viewer shows them."""

from __future__ import annotations

import math
import threading
import warnings
from contextlib import contextmanager
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

_MAX_8_BIT = 255

# Pillow keeps its limit on image sizes in a module global.
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
        with _pillow(max_pixels):
            self._image = Image.open(file, formats=FORMATS)
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
        with _pillow(self._max_pixels):
            image = self._image
            if len(self) > 1 or self._frames[index]:
                image.seek(self._frames[index])
            check_page_size(*image.size, self._max_pixels)
            orientation = 1 if isinstance(image, TiffImagePlugin.TiffImageFile) else image.getexif().get(_ORIENTATION_TAG, 1)
            dpi = _dpi(image)
            image.draft("L", image.size)  # lets the JPEG decoder leave out the colours; others take no notice
            return Picture(_turned(_grey(image), orientation), dpi)

    def close(self) -> None:
        """Give back the decoder's memory; the file is the caller's."""
        self._image.close()


@contextmanager
def _pillow(max_pixels: int) -> Iterator[None]:
    """Pillow without its warnings and with our limit on sizes, for this thread alone, as it was before at the end.

    Raises:
        PageError: an image has more than `max_pixels` pixels.
    """
    with _PILLOW_LIMIT, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS
        # Pillow warns at this number and refuses at twice this number.
        Image.MAX_IMAGE_PIXELS = math.ceil(max_pixels / 2)
        try:
            yield
        except Image.DecompressionBombError as error:
            message = f"the image has more than {max_pixels:,} pixels"
            raise PageError(message, remedy="if it is a genuine scan, set max_pixels higher") from error
        finally:
            Image.MAX_IMAGE_PIXELS = before


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
    return dpi if math.isfinite(dpi) and dpi > 1 else None  # 1 is what software writes that knows none


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
    by their largest value.
    """
    if deep.dtype.kind == "f":
        values = np.nan_to_num(deep.astype(np.float32), posinf=0, neginf=0)
        top = float(values.max())
        return np.clip(values * (_MAX_8_BIT / top if top > 0 else 0), 0, _MAX_8_BIT).astype(np.uint8)
    bits = max(int(deep.max()), 0).bit_length()
    return np.clip(np.right_shift(deep, max(bits - 8, 0)), 0, _MAX_8_BIT).astype(np.uint8)


def _turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    swap, down, right = _ORIENTATIONS.get(orientation, (False, 1, 1))
    upright: NDArray[np.uint8] = (pixels.T if swap else pixels)[::down, ::right]
    return np.ascontiguousarray(upright)
