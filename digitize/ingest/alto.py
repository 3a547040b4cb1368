"""ALTO 1 to 4: strings with their places, lines, separators and pictures, in the page's pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.geometry import Box, hull
from digitize.ingest.found import FoundLine, FoundPage, Word
from digitize.ingest.parsing import REMEDY, children, descendants, first, local_name, number, text_of
from digitize.model import ProcessingStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

UNITS_PER_INCH = {"mm10": 254.0, "inch1200": 1200.0}
"""How many of a measurement unit make an inch; pixels tell no size on paper."""

SURE = 9
"""CC runs from 0, sure, to 9."""

HYPHENS = "-\u2010\u00ad\u00ac"
"""The characters that stand for a hyphen at a line's end."""

_POINT = re.compile(r"(-?\d+(?:\.\d+)?)[\s,]+(-?\d+(?:\.\d+)?)")


def read_alto(root: etree._Element, name: str) -> tuple[FoundPage, ...]:
    """The pages of an ALTO document, in the unit of the file.

    Args:
        root: the document's root element.
        name: what messages call the file.

    Raises:
        PageError: it has no page, or a page without a size.
    """
    pages = tuple(_read_page(page, root, name) for page in descendants(root, "Page"))
    if not pages:
        raise PageError(f"{name}: an ALTO file without a page", remedy=REMEDY)
    return pages


def _read_page(page: etree._Element, root: etree._Element, name: str) -> FoundPage:
    unit = text_of(first(root, "MeasurementUnit")) or "pixel"
    blocks = list(descendants(page, "TextBlock"))
    read = [_read_lines(block) for block in blocks]
    areas = [(local_name(each), box) for each in descendants(page, "GraphicalElement", "Illustration") if (box := _box(each))]
    lines = tuple(line for block in read for line in block)
    everything = [line.box for line in lines] + [box for _, box in areas]
    width, height = _size(page, everything, name)
    language = page.get("LANG") or next(
        (b.get("LANG") or b.get("language") for b in blocks if b.get("LANG") or b.get("language")), ""
    )
    return FoundPage(
        width=width,
        height=height,
        units_per_inch=UNITS_PER_INCH.get(unit),
        lines=lines,
        blocks=tuple(len(block) for block in read),
        graphics=tuple(box for kind, box in areas if kind == "GraphicalElement"),
        pictures=tuple(box for kind, box in areas if kind == "Illustration"),
        image=text_of(first(root, "fileName")),
        language=language or "",
        number=page.get("PRINTED_IMG_NR", ""),
        steps=tuple(_steps(root)),
    )


def _size(page: etree._Element, printed: list[Box], name: str) -> tuple[float, float]:
    """The page's size; where the file does not tell it, what is printed on it, and the print space, lie on it."""
    width, height = number(page, "WIDTH"), number(page, "HEIGHT")
    if width and height and width > 0 and height > 0:
        return width, height
    spaces = [box for space in descendants(page, "PrintSpace") if (box := _box(space))]
    if not printed and not spaces:
        raise PageError(f"{name}: a page without a size", remedy="give its WIDTH and HEIGHT in the Page element")
    whole = hull([*printed, *spaces])
    return whole.x1, whole.y1


def _box(element: etree._Element) -> Box | None:
    """The element's box, None where the file does not tell all four sides or tells a box that is none."""
    sides = [number(element, key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    if any(side is None for side in sides):
        return _polygon_box(element)
    x, y, width, height = (side or 0.0 for side in sides)
    return Box(x, y, x + width, y + height) if width > 0 and height > 0 else None


def _polygon_box(element: etree._Element) -> Box | None:
    shape = next(descendants(element, "Polygon"), None)
    points = [(float(x), float(y)) for x, y in _POINT.findall(shape.get("POINTS", ""))] if shape is not None else []
    return hull(Box(x, y, x, y) for x, y in points) if points else None


def _read_lines(block: etree._Element) -> tuple[FoundLine, ...]:
    return tuple(line for element in children(block, "TextLine") if (line := _read_line(element)))


def _read_line(element: etree._Element) -> FoundLine | None:
    """A line with the words that have a place; None where there are none."""
    words = [word for string in children(element, "String") if (word := _read_word(string))]
    if not words:
        return None
    last = list(children(element, "String"))[-1]
    hyphen = next(iter(children(element, "HYP")), None)
    hyphenated = None
    if hyphen is not None or last.get("SUBS_TYPE") == "HypPart1":
        mark = (hyphen.get("CONTENT", "") if hyphen is not None else "") or "-"
        if words[-1].text[-1:] not in HYPHENS:
            words[-1] = words[-1].with_hyphen(mark, _box(hyphen) if hyphen is not None else None)
        hyphenated = _is_parted(words[-1].text, last.get("SUBS_CONTENT", ""))
    return FoundLine(tuple(words), _box(element) or hull(word.box for word in words), hyphenated)


def _is_parted(part: str, whole: str) -> bool:
    """Whether a hyphen at a line's end only parts a word: the whole word, where the file tells it, goes on without it."""
    return not whole.startswith(part.rstrip(HYPHENS) + "-")


def _read_word(string: etree._Element) -> Word | None:
    text, box = " ".join(string.get("CONTENT", "").split()), _box(string)
    if not text or box is None:
        return None
    return Word(text, box, _confidence(string))


def _confidence(string: etree._Element) -> float:
    """How sure the word is, 0..1: as the file tells it for the word or for its characters; 1 where it tells nothing."""
    told = number(string, "WC")
    if told is not None:
        return min(max(told, 0.0), 1.0)
    digits = [int(c) for c in string.get("CC", "") if c in "0123456789"]
    return 1 - sum(digits) / (SURE * len(digits)) if digits else 1.0


def _steps(root: etree._Element) -> Iterator[ProcessingStep]:
    """The software that read the page, as the file tells it."""
    for step in descendants(root, "ocrProcessingStep", "Processing"):
        software = text_of(first(step, "softwareName"))
        if software and software != "NA":
            yield ProcessingStep("earlier OCR", software, text_of(first(step, "softwareVersion")))
