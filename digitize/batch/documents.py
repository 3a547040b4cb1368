"""All documents of a page, in memory: the formats wanted, and the layout drawn over a small preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.export import SVG_SUFFIX, export_page, to_svg
from digitize.geometry import IDENTITY
from digitize.scan.overview import reduced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.model import Revision, Scan
    from digitize.options import Options
    from digitize.pipeline import PageResult

# The preview's long side in pixels, and JPEG quality in per cent: headings can be read, and a page takes 100 to 200 KB.
PREVIEW_SIDE = 1200
PREVIEW_QUALITY = 50
WHITE = 255


def page_documents(scan: Scan | None, result: PageResult, revision: Revision, options: Options) -> dict[str, bytes]:
    """The documents of a page by name, in the order in which they are written.

    Args:
        scan: the page as it was opened, before cleaning: the preview shows the archive's image; None where
            there is no image.
        result: what was read on it.
        revision: how often it has been read, and when.
        options: which formats are wanted.
    """
    page, articles = result.page, result.articles
    exported = export_page(page, articles, result.issue, revision, options.formats)
    documents = {document.name: document.content for document in exported}
    documents[page.id + SVG_SUFFIX] = to_svg(page, articles, preview_of(scan) if scan else None)
    return documents


def preview_of(scan: Scan) -> bytes:
    """A small JPEG of the frame that a scan shows, to lie under a drawing; white where the scan is only a part of it."""
    height, width = scan.source.height, scan.source.width
    scale = min(1.0, PREVIEW_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # The left of two pages keeps its place, too.
    if scan.frame == IDENTITY and scan.pixels.shape == (height, width):
        # In two steps: by a whole number first, which leaves little to the other.
        small = cv2.resize(reduced(scan.pixels, int(1 / scale)).pixels, size, interpolation=cv2.INTER_AREA)
    else:
        small = _placed(scan, size)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])
    return np.asarray(jpeg, np.uint8).tobytes()


def _placed(scan: Scan, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A scan that is a part of its frame, or turned, where it lies in the frame reduced to that width and height."""
    rows, columns = scan.pixels.shape
    shrink = min(1.0, max(size) / max(rows, columns))
    part = cv2.resize(scan.pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    corners = np.array([[0, 0], [columns, 0], [0, rows]], np.float64)
    reduced = np.array([size[0] / scan.source.width, size[1] / scan.source.height])
    matrix = cv2.getAffineTransform(
        (corners * shrink).astype(np.float32), (scan.frame.forward(corners) * reduced).astype(np.float32)
    )
    return np.asarray(cv2.warpAffine(part, matrix, size, borderValue=WHITE), np.uint8)
