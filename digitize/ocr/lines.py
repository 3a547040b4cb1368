"""A page's lines cut out, read, and filled with text, confidence and glyphs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import map_polygons
from digitize.model import DOUBTFUL, UNDETERMINED, Glyph, Role, WritingMode, are_ideographs
from digitize.ocr.crops import CLOSE, ROOM, as_printed, cut_out, glyph_cells
from digitize.ocr.marks import with_marks
from digitize.ocr.setting import corrected, pitch_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.model import Page, ProcessingStep, Region, Scan, TextLine
    from digitize.ocr import Reading, Recognizer
    from digitize.ocr.crops import Crop

# Ideographs are read as well at this share of their width, and a fifth sooner. Wrong characters among 15,333 on clean
# and film pages: 10 at full width, 7 at 0.8, 7 at 0.7, 8 with twice the margin. Latin letters are narrow already.
CROP_WIDTH = 0.8
_OTHER_MARGIN = {ROOM: CLOSE, CLOSE: ROOM}
# So many lines, spread over the page, are read first where the page's language is not known: ideographs among them show
# in every second line, and the time that their full width costs is a hundredth of the page's.
FIRST_LINES = 12


def recognize(scan: Scan, page: Page, recognizer: Recognizer, steps: tuple[ProcessingStep, ...] = ()) -> Page:
    """Read every line of a page, doubtful ones twice.

    Args:
        scan: the cleaned scan whose pixels, uint8 (height, width), 0 = ink, the lines' boxes refer to.
        page: the page, its lines without text.
        recognizer: what reads the crops.
        steps: what did the reading, for the page's record.

    Returns:
        The page with text, confidence and glyphs in each line; a line in which nothing was read keeps the text "".
    """
    mode = page.writing_mode
    margins = [_margin(region, mode) for region in page.regions for _ in region.lines]
    crops = [cut_out(scan.pixels, line, mode, margin) for line, margin in zip(page.lines, margins, strict=True)]
    readings = _read(crops, page.language, recognizer)
    for number, crop, reading in _read_again(scan, page, margins, readings, recognizer):
        crops[number], readings[number] = crop, reading
    if mode is WritingMode.VERTICAL_RL:
        readings = _with_marks(page.lines, readings, crops)
    readings = [as_printed(reading, line, mode) for reading, line in zip(readings, page.lines, strict=True)]
    cells = [glyph_cells(line, reading, crop.area) for line, reading, crop in zip(page.lines, readings, crops, strict=True)]
    polygons = iter(map_polygons([cell.polygon for row in cells for cell in row], scan.frame))
    lines = (_filled(line, reading, mode, polygons) for line, reading in zip(page.lines, readings, strict=True))
    regions = tuple(replace(region, lines=tuple(next(lines) for _ in region.lines)) for region in page.regions)
    return replace(page, regions=regions, steps=page.steps + steps)


def _read(crops: Sequence[Crop], language: str, recognizer: Recognizer) -> list[Reading]:
    """Read crops, those of ideographs narrowed; which they are is seen from the first lines where nobody told."""
    if language != UNDETERMINED:
        return _read_all(crops, recognizer, narrow=_in_ideographs(language))
    step = max(1, math.ceil(len(crops) / FIRST_LINES))
    first = _read_all(crops[::step], recognizer, narrow=False)
    rest = [crop for index, crop in enumerate(crops) if index % step]
    others = iter(_read_all(rest, recognizer, narrow=_in_ideographs(language, first)))
    return [next(others) if index % step else first[index // step] for index in range(len(crops))]


def _read_again(
    scan: Scan, page: Page, margins: Sequence[float], readings: Sequence[Reading], recognizer: Recognizer
) -> Iterator[tuple[int, Crop, Reading]]:
    """Doubtful lines read once more, those cut with room cut close and the other way round.

    Yields:
        Those of which more is likely to be right so: their number, and how they were cut.
    """
    doubtful = [number for number, reading in enumerate(readings) if _is_doubtful(reading)]
    lines, mode = page.lines, page.writing_mode
    crops = [cut_out(scan.pixels, lines[number], mode, _OTHER_MARGIN[margins[number]]) for number in doubtful]
    narrow = _in_ideographs(page.language, readings)
    for number, crop, reading in zip(doubtful, crops, _read_all(crops, recognizer, narrow=narrow), strict=True):
        if _right_characters(reading) > _right_characters(readings[number]):
            yield number, crop, reading


def _margin(region: Region, page: WritingMode) -> float:
    """The paper around a region's lines when they are first read, in type sizes: running text is read with room.

    Headings and folios are few, and each of their characters counts. On vertical pages rules and marks stand between
    lines: with room, of two folds of the 1930s on film a twentieth more characters were wrong.
    """
    return ROOM if region.role is Role.PARAGRAPH and page is WritingMode.HORIZONTAL_TB else CLOSE


def _right_characters(reading: Reading) -> float:
    """How many characters of a reading are right, by what the recognizer holds probable."""
    return sum(character.confidence for character in reading.characters)


def _is_doubtful(reading: Reading) -> bool:
    """Whether nothing was read in a line, or a character that is more likely wrong than right."""
    return min((character.confidence for character in reading.characters), default=0.0) < DOUBTFUL


def _in_ideographs(language: str, readings: Iterable[Reading] = ()) -> bool:
    """Whether a page is in ideographs: by its language or, where nobody told it, by most letters that were read."""
    if language != UNDETERMINED:
        return language.startswith("zh")
    return are_ideographs("".join(reading.text for reading in readings))


def _read_all(crops: Sequence[Crop], recognizer: Recognizer, *, narrow: bool) -> list[Reading]:
    """Read crops, and leave out what is no print."""
    if not crops:
        return []
    read = recognizer.read([_narrowed(crop.pixels) if narrow else crop.pixels for crop in crops])
    return [corrected(reading) for reading in read]


def _narrowed(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (max(1, round(CROP_WIDTH * crop.shape[1])), crop.shape[0])
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8) if crop.size else crop


def _with_marks(lines: Sequence[TextLine], readings: Sequence[Reading], crops: Sequence[Crop]) -> list[Reading]:
    """The readings of a vertical page with the marks in its lines' empty squares; short lines go by the others' pitch."""
    pitches = [pitch_of(reading) for reading in readings]
    shown = [
        pitch * crop.pixels.shape[1] / line.type_size
        for line, pitch, crop in zip(lines, pitches, crops, strict=True)
        if pitch and line.type_size and not line.crosswise
    ]
    usual = float(np.median(shown)) if shown else 1.0
    return [
        reading
        if line.crosswise or not crop.pixels.size
        else with_marks(reading, crop.pixels, pitch or usual * line.type_size / crop.pixels.shape[1])
        for line, reading, crop, pitch in zip(lines, readings, crops, pitches, strict=True)
    ]


def _filled(line: TextLine, reading: Reading, page: WritingMode, polygons: Iterator[Polygon]) -> TextLine:
    glyphs = tuple(Glyph(c.text, c.confidence, _rounded(next(polygons))) for c in reading.characters)
    mode = line.mode_on(page)
    return replace(line, text=reading.text, confidence=reading.confidence, glyphs=glyphs, writing_mode=mode)


def _rounded(polygon: Polygon) -> Polygon:
    """A tenth of a pixel is finer than any scan is sharp."""
    return tuple((round(x, 1), round(y, 1)) for x, y in polygon)
