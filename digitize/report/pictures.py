"""The scan as a report shows it: the preview that lies in the page's drawing, and a thumbnail made of it.

Sources are not opened again. They may be gone, as in a container, and be of a kind that browsers do not show.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from PIL import Image

from digitize.safe_xml import parse_xml

SVG = "{http://www.w3.org/2000/svg}"
_DATA = "data:image/jpeg;base64,"

# The longer side in pixels, for a tile of half as many on a screen of two pixels to one; JPEG quality in per cent.
THUMBNAIL_SIDE = 320
THUMBNAIL_QUALITY = 60
# Previews have some two million; what has more is none of ours.
MOST_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


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
    """A small copy of a JPEG.

    Raises:
        OSError: it is not a JPEG, or not a whole one.
        ValueError: it is far larger than any preview.
    """
    with Image.open(io.BytesIO(preview), formats=["JPEG"]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("holds a picture far larger than a preview")
        image.draft(image.mode, (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
        return Thumbnail(stream.getvalue(), *image.size)
