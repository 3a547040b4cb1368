"""PAGE XML 2013 to 2024: text lines with their words, separators and pictures, in the image's pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.geometry import Box, hull
from digitize.ingest.found import FoundLine, FoundPage
from digitize.ingest.parsing import REMEDY, children, descendants, first, number, text_of
from digitize.ingest.placing import ToldWord, place_words, rows, told_words, wrap
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
    read = [_read_lines(region, Box(0, 0, width, height)) for region in regions]
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


def _read_lines(region: etree._Element, page: Box) -> tuple[FoundLine, ...]:
    """A region's lines; where none has text, those of the region's own, in the lines' places or evenly below each other."""
    elements, block = list(children(region, "TextLine")), _box(region) or page
    shares = rows(block, len(elements))
    lines = tuple(line for each, share in zip(elements, shares, strict=True) if (line := _read_line(each, share)))
    text, confidence = _reading(region)
    nested = any(text_of(each) for inner in descendants(region, "TextRegion") for each in descendants(inner, "Unicode"))
    if lines or nested or not text.strip():
        return lines
    texts = [line for line in text.splitlines() if line.strip()]
    boxes = [box for element in elements if (box := _box(element))]
    if len(boxes) != len(texts):
        texts = wrap(" ".join(text.split()), block) if len(texts) == 1 else texts
        boxes = rows(block, len(texts))
    placed = zip(texts, boxes, strict=True)
    return tuple(FoundLine(tuple(place_words(told_words(line, confidence), box)), box) for line, box in placed)


def _read_line(element: etree._Element, share: Box) -> FoundLine | None:
    """A line in its own place, its words' place, or the share of its region.

    Its text is its own, where it has one, and its words' places are then those of words of the same text.
    """
    text, confidence = _text(element)
    told = [word for each in children(element, "Word") if (word := _read_word(each))]
    places = [word.box for word in told if word.box]
    box = _box(element) or (hull(places) if places else share)
    if text and text != " ".join(word.text for word in told):
        told = told_words(text, confidence)
    return FoundLine(tuple(place_words(told, box)), box) if told else None


def _read_word(element: etree._Element) -> ToldWord | None:
    """A word; where it has no text of its own, its characters'."""
    text, confidence = _text(element)
    read = [_text(glyph) for glyph in children(element, "Glyph")] if not text else []
    if read:
        text, confidence = "".join(each for each, _ in read), min(sure for _, sure in read)
    return ToldWord(text, _box(element), confidence) if text else None


def _text(element: etree._Element) -> tuple[str, float]:
    """An element's text in one line, and how sure it is, 0..1."""
    text, confidence = _reading(element)
    return " ".join(text.split()), confidence


def _reading(element: etree._Element) -> tuple[str, float]:
    """The first of an element's readings that has text, as it stands, and how sure it is; 1 where the file does not tell."""
    readings = sorted(children(element, "TextEquiv"), key=lambda each: number(each, "index") or 0.0)
    for reading in readings:
        text = "".join(str(part) for unicode in children(reading, "Unicode") for part in unicode.itertext())
        if text.strip():
            told = number(reading, "conf")
            return text, 1.0 if told is None else min(max(told, 0.0), 1.0)
    return "", 1.0


def _steps(root: etree._Element) -> Iterator[ProcessingStep]:
    """The software that made the file, as it names itself."""
    creator = text_of(first(root, "Creator"))
    if creator:
        yield ProcessingStep("earlier OCR", creator, "")
    for item in descendants(root, "MetadataItem"):
        if item.get("type") == "processingStep" and item.get("value"):
            yield ProcessingStep(item.get("name") or "earlier OCR", item.get("value", ""), "")
