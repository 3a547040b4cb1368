"""PDF files whose pages are scans, rendered by PDFium at the resolution of the scan that the page shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from digitize.errors import UnreadableImageError
from digitize.scan.raster import Picture, check_page_size, check_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEDIA_TYPE = "application/pdf"
POINTS_PER_INCH = 72.0
# What a page is rendered at that is more than one picture: type, drawings, several pictures.
DRAWN_DPI = 300.0
# A picture covers the page when it leaves no more than this share of it free: scanners round to whole points.
COVERING = 0.97


class PdfFrames:
    """The pages of a PDF file.

    Raises:
        UnreadableImageError: the file is protected by a password, damaged, or has no pages.
    """

    media_type = MEDIA_TYPE

    def __init__(self, file: BinaryIO, max_pixels: int) -> None:
        self._max_pixels = max_pixels
        try:
            self._document = pdfium.PdfDocument(file)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
                remedy = "save a copy without the password and give that"
                raise UnreadableImageError("the PDF is protected by a password", remedy=remedy) from error
            raise UnreadableImageError("the PDF is damaged", remedy="repair it, or export its pages as images") from error
        if len(self._document) == 0:
            self._document.close()
            raise UnreadableImageError("the PDF has no pages", remedy="export it again")

    def __len__(self) -> int:
        return len(self._document)

    def read(self, index: int) -> Picture:
        """Render a page, counted from 0.

        Raises:
            PageError: it is too large or too small.
            pypdfium2.PdfiumError: it is damaged.
        """
        page = self._document[index]
        try:
            dpi = _resolution(page, self._max_pixels)
            width, height = (max(1, round(points * dpi / POINTS_PER_INCH)) for points in page.get_size())
            check_page_size(width, height, self._max_pixels)
            return Picture(_render(page, width, height), dpi)
        finally:
            page.close()

    def close(self) -> None:
        """Give back the document's memory; the file is the caller's."""
        self._document.close()


def _resolution(page: pdfium.PdfPage, max_pixels: int) -> float:
    """The resolution in dpi at which a page shows its scan pixel by pixel; 300 or finer for other pages."""
    finest, drawn = 0.0, False
    left, bottom, right, top = page.get_bbox()
    for thing in page.get_objects(max_depth=1):
        if isinstance(thing, pdfium.PdfImage) and _covers(thing, (right - left) * (top - bottom)):
            width, height = thing.get_px_size()
            check_size(width, height, max_pixels)
            matrix = thing.get_matrix()
            points = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
            finest = max(finest, width / points[0], height / points[1])
            drawn = False  # what lies beneath is not seen
        elif not _invisible(thing):
            drawn = True
    dpi = finest * POINTS_PER_INCH
    return max(dpi, DRAWN_DPI) if drawn or dpi == 0 else dpi


def _covers(picture: pdfium.PdfImage, area: float) -> bool:
    left, bottom, right, top = picture.get_bounds()
    return bool((right - left) * (top - bottom) >= COVERING * area)


def _invisible(thing: pdfium.PdfObject) -> bool:
    """Whether it is the text that a recognizer laid over the scan."""
    if thing.type != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(thing) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _render(page: pdfium.PdfPage, width: int, height: int) -> NDArray[np.uint8]:
    """The page in grey on white, uint8 (height, width).

    PDFium is called directly: `PdfPage.render` takes a scale and rounds up, which would resample the scan.
    """
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE)
        return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(height, width)
    finally:
        bitmap.close()
