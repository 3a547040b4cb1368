"""The scan as a report shows it: the preview that lies in the page's drawing, and a thumbnail made of it.

Sources are not opened again. They may be gone, as in a container, and be of a kind that browsers do not show.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from digitize.safe_xml import parse_xml

if TYPE_CHECKING:
    from numpy.typing import NDArray

SVG = "{http://www.w3.org/2000/svg}"
_DATA = "data:image/jpeg;base64,"

# The longer side in pixels, for a tile of half as many on a screen of two pixels to one; JPEG quality in per cent.
THUMBNAIL_SIDE = 320
THUMBNAIL_QUALITY = 60
# Previews have some two million; what has more is none of ours.
MOST_PIXELS = 50_000_000
# A margin is narrower, in parts of the width; where more is white, the other page of the frame was left out.
WHITE_SIDE = 0.3
# What JPEG makes of white beside ink is lighter than this.
WHITE = 235


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small JPEG of the page and its size in pixels; the page lies between two shares, 0..1, of the preview's width."""

    content: bytes
    width: int
    height: int
    left: float = 0.0
    right: float = 1.0


def preview_in(drawing: bytes) -> bytes | None:
    """The JPEG below a drawing; None where it lies on white, as for earlier OCR without images.

    Raises:
        etree.XMLSyntaxError: the drawing is not well-formed.
        ValueError: it holds something else.
    """
    image = parse_xml(drawing).find(f"{SVG}image")
    if image is None:
        return None
    kind, _, encoded = image.get("href", "").partition(",")
    if f"{kind}," != _DATA:
        raise ValueError("holds no JPEG under its drawing")
    return base64.b64decode(encoded, validate=True)


def thumbnail_of(preview: bytes) -> Thumbnail:
    """A small copy of a preview; of one that is white on one side, as of two pages on a frame, the page alone.

    Raises:
        OSError: it is not a JPEG, or not a whole one.
        ValueError: it is far larger than any preview.
    """
    with Image.open(io.BytesIO(preview), formats=["JPEG"]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("holds a picture far larger than a preview")
        image.draft(image.mode, (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        left, right = _page_between(np.asarray(image.convert("L")))
        page = image.crop((round(left * image.width), 0, round(right * image.width), image.height))
        page.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        stream = io.BytesIO()
        page.save(stream, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
        return Thumbnail(stream.getvalue(), *page.size, left, right)


def _page_between(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Between which shares of the width a page lies, in a preview, uint8 (height, width), that is white on one side of it."""
    width = pixels.shape[1]
    (columns,) = np.nonzero(pixels.min(axis=0) < WHITE)
    if not columns.size:
        return 0.0, 1.0
    left, right = float(columns[0] / width), float((columns[-1] + 1) / width)
    return (left if left > WHITE_SIDE else 0.0), (right if right < 1 - WHITE_SIDE else 1.0)
