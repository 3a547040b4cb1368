"""PAGE XML 2013 to 2024: text lines with their words, separators and pictures, in the image's pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.geometry import Box, hull
from digitize.ingest.found import FoundLine, FoundPage, Word
from digitize.ingest.parsing import REMEDY, children, descendants, first, number, text_of
from digitize.model import ProcessingStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

PICTURES = ("ImageRegion", "GraphicRegion", "LineDrawingRegion", "ChartRegion", "MapRegion")
"""The kinds of regions that hold a picture and no text."""

_POINT = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")

_LANGUAGES = {"Chinese": "zh", "English": "en", "French": "fr", "German": "de", "Dutch": "nl", "Italian": "it", "Spanish": "es"}


def read_page(root: etree._Element, name: str) -> tuple[FoundPage, ...]:
    """The page of a PAGE document, in pixels.

    Args:
        root: the document's root element.
        name: what messages call the file.

    Raises:
        PageError: it has no page, or a page without a size.
    """
    page = first(root, "Page")
    if page is None:
        raise PageError(f"{name}: a PAGE file without a page", remedy=REMEDY)
    width, height = number(page, "imageWidth"), number(page, "imageHeight")
    if not width or not height or width <= 0 or height <= 0:
        raise PageError(f"{name}: a page without a size", remedy="give its imageWidth and imageHeight in the Page element")
    regions = list(descendants(page, "TextRegion", "TableRegion"))
    read = [tuple(line for element in children(r, "TextLine") if (line := _read_line(element))) for r in regions]
    return (
        FoundPage(
            width=width,
            height=height,
            lines=tuple(line for lines in read for line in lines),
            blocks=tuple(len(lines) for lines in read),
            graphics=tuple(box for each in descendants(page, "SeparatorRegion") if (box := _box(each))),
            pictures=tuple(box for each in descendants(page, *PICTURES) if (box := _box(each))),
            image=page.get("imageFilename", ""),
            language=_LANGUAGES.get(page.get("primaryLanguage", ""), ""),
            steps=tuple(_steps(root)),
        ),
    )


def _box(element: etree._Element) -> Box | None:
    """The box around an element's outline, None where it has none: as a list of points, or, before 2013, as elements."""
    coordinates = next(children(element, "Coords"), None)
    if coordinates is None:
        return None
    points = [(float(x), float(y)) for x, y in _POINT.findall(coordinates.get("points", ""))]
    points += [
        (x, y)
        for p in children(coordinates, "Point")
        if (x := number(p, "x")) is not None and (y := number(p, "y")) is not None
    ]
    box = hull(Box(x, y, x, y) for x, y in points) if points else None
    return box if box and box.width > 0 and box.height > 0 else None


def _read_line(element: etree._Element) -> FoundLine | None:
    """A line; its text is its own, where it has one, and its words' places are then those of words of the same text."""
    box = _box(element)
    text, confidence = _text(element)
    words = [word for each in children(element, "Word") if (word := _read_word(each))]
    if box is None and words:
        box = hull(word.box for word in words)
    if box is None:
        return None
    if text and text != " ".join(word.text for word in words):
        words = _spread(text, confidence, box)
    return FoundLine(tuple(words), box) if words else None


def _read_word(element: etree._Element) -> Word | None:
    box, (text, confidence) = _box(element), _text(element)
    return Word(text, box, confidence) if text and box else None


def _text(element: etree._Element) -> tuple[str, float]:
    """An element's text, the first of its readings, and how sure it is, 0..1; 1 where the file does not tell."""
    readings = sorted(children(element, "TextEquiv"), key=lambda each: number(each, "index") or 0.0)
    for reading in readings:
        unicode = next(children(reading, "Unicode"), None)
        if text := text_of(unicode):
            told = number(reading, "conf")
            return text, 1.0 if told is None else min(max(told, 0.0), 1.0)
    return "", 1.0


def _spread(text: str, confidence: float, box: Box) -> list[Word]:
    """The words of a line that has no places for them: its box parted by the number of characters."""
    step, words = box.width / len(text), []
    for match in re.finditer(r"\S+", text):
        place = Box(box.x0 + match.start() * step, box.y0, box.x0 + match.end() * step, box.y1)
        words.append(Word(match.group(), place, confidence))
    return words


def _steps(root: etree._Element) -> Iterator[ProcessingStep]:
    """The software that made the file, as it names itself."""
    creator = text_of(first(root, "Creator"))
    if creator:
        yield ProcessingStep("earlier OCR", creator, "")
    for item in descendants(root, "MetadataItem"):
        if item.get("type") == "processingStep" and item.get("value"):
            yield ProcessingStep(item.get("name") or "earlier OCR", item.get("value", ""), "")
