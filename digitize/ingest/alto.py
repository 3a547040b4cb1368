"""ALTO 1 to 4: strings with their places, lines, separators and pictures, in the page's pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.errors import PageError
from digitize.geometry import Box, hull
from digitize.ingest.found import FoundLine, FoundPage
from digitize.ingest.parsing import REMEDY, children, descendants, first, local_name, number, text_of
from digitize.ingest.placing import LETTER, ToldWord, place_words, rows
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
    width, height = _size(page, name)
    blocks = list(descendants(page, "TextBlock"))
    read = [_read_lines(block, Box(0, 0, width, height)) for block in blocks]
    areas = [(local_name(each), box) for each in descendants(page, "GraphicalElement", "Illustration") if (box := _box(each))]
    language = page.get("LANG") or next(
        (b.get("LANG") or b.get("language") for b in blocks if b.get("LANG") or b.get("language")), ""
    )
    return FoundPage(
        width=width,
        height=height,
        units_per_inch=UNITS_PER_INCH.get(unit),
        lines=tuple(line for block in read for line in block),
        blocks=tuple(len(block) for block in read),
        graphics=tuple(box for kind, box in areas if kind == "GraphicalElement"),
        pictures=tuple(box for kind, box in areas if kind == "Illustration"),
        image=text_of(first(root, "fileName")),
        language=language or "",
        number=page.get("PRINTED_IMG_NR", ""),
        steps=tuple(_steps(root)),
    )


def _size(page: etree._Element, name: str) -> tuple[float, float]:
    """The page's size; where the file does not tell it, all that has a place lies on it."""
    width, height = number(page, "WIDTH"), number(page, "HEIGHT")
    if width and height and width > 0 and height > 0:
        return width, height
    printed = [box for each in page.iterdescendants() if (box := _box(each))]
    if not printed:
        raise PageError(f"{name}: a page without a size", remedy="give its WIDTH and HEIGHT in the Page element")
    whole = hull(printed)
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


def _read_lines(block: etree._Element, page: Box) -> tuple[FoundLine, ...]:
    """A block's lines; those without a place take even shares of the block's height, or of the page's."""
    elements = list(children(block, "TextLine"))
    shares = rows(_box(block) or page, len(elements))
    return tuple(line for each, share in zip(elements, shares, strict=True) if (line := _read_line(each, share)))


def _read_line(element: etree._Element, share: Box) -> FoundLine | None:
    """A line in its own place, its words' place, or the share; None where it has no text."""
    strings = list(children(element, "String"))
    told = [word for string in strings if (word := _read_word(string))]
    if not told:
        return None
    places = [word.box for word in told if word.box]
    box = _box(element) or (hull(places) if places else share)
    words = place_words(told, box)
    hyphen = next(iter(children(element, "HYP")), None)
    hyphenated = None
    if hyphen is not None or strings[-1].get("SUBS_TYPE") == "HypPart1":
        mark = (hyphen.get("CONTENT", "") if hyphen is not None else "") or "-"
        if words[-1].text[-1:] not in HYPHENS:
            words[-1] = words[-1].with_hyphen(mark, _box(hyphen) if hyphen is not None else None)
        hyphenated = _is_parted(words[-1].text, strings[-1].get("SUBS_CONTENT", ""))
    return FoundLine(tuple(words), box, hyphenated)


def _is_parted(part: str, whole: str) -> bool:
    """Whether a hyphen at a line's end only parts a word: the whole word, where the file tells it, goes on without it."""
    return not whole.startswith(part.rstrip(HYPHENS) + "-")


def _read_word(string: etree._Element) -> ToldWord | None:
    text = " ".join(string.get("CONTENT", "").split())
    return ToldWord(text, _box(string) or _flat_box(string, text), _confidence(string)) if text else None


def _flat_box(string: etree._Element, text: str) -> Box | None:
    """The box of a word that has a place and a height but no width, as where it was cut off with the image's edge."""
    x, y, width, height = (number(string, key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    if x is None or y is None or width != 0 or not height or height < 0:
        return None
    return Box(x, y, x + LETTER * height * len(text), y + height)


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
