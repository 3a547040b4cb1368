"""What all XML writers share: text that XML can carry, elements, layout of the source, figures and times as text."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from lxml import etree

from digitize.geometry import bounds

if TYPE_CHECKING:
    from collections.abc import Container

    from digitize.geometry import Polygon
    from digitize.model import Page

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

# What XML 1.0 (section 2.2, Char) leaves out: C0 controls but tab, line feed and carriage return; surrogates; U+FFFE, U+FFFF.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_WHITE_SPACE = re.compile("[ \t\r\n]+")

_AREA_CORNERS = 3


def xml_text(text: str) -> str:
    """The text without the characters that no XML 1.0 document can carry; they are dropped, nothing stands for them."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)  # what is printable may stand in XML, and told sooner


def one_line(text: str) -> str:
    """The text for a title or an attribute: as XPath's normalize-space() gives it, without forbidden characters.

    Only XML's own white space is drawn together; the full-width blank of a Chinese headline stays.
    """
    return _WHITE_SPACE.sub(" ", xml_text(text)).strip(" ")


def root_element(namespace: str, tag: str) -> etree._Element:
    """An element whose namespace is the default one below it."""
    return etree.Element(f"{{{namespace}}}{tag}", nsmap={None: namespace})  # type: ignore[dict-item] # the stubs miss None


def add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    """Append an element in the parent's namespace, with text and attributes; an attribute that is None is left out."""
    namespace, closed, _ = parent.tag.rpartition("}")
    written = {name: xml_text(value) for name, value in attributes.items() if value is not None}
    child = etree.SubElement(parent, f"{namespace}{closed}{tag}", written)
    if text is not None:
        child.text = xml_text(text)
    return child


def add_known(parent: etree._Element, tag: str, text: str, /, **attributes: str | None) -> None:
    """Append an element with the text in one line; nothing where there is nothing to say."""
    if one_line(text):
        add(parent, tag, one_line(text), **attributes)


def append_text(parent: etree._Element, text: str) -> None:
    """Append running text after what the element already holds."""
    text = xml_text(text)
    if len(parent):
        last = parent[-1]
        last.tail = (last.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def lay_out(element: etree._Element, running: Container[str], depth: int = 0) -> None:
    """Indent the children of an element, but leave those whose local name is in `running` as they are.

    White space in running text would be text: in Chinese there is none between words.
    """
    if not len(element) or etree.QName(element).localname in running:
        return
    inner = "\n" + "  " * (depth + 1)
    element.text = inner
    for child in element:
        lay_out(child, running, depth + 1)
        child.tail = inner
    element[-1].tail = "\n" + "  " * depth


def serialize(root: etree._Element) -> bytes:
    """The document as UTF-8 with an XML declaration; the same tree gives the same bytes."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def timestamp(moment: dt.datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page_points(polygon: Polygon, page: Page) -> tuple[tuple[int, int], ...]:
    """The polygon in whole original pixels, clipped to the page; a line or a point becomes its upright box.

    Straightening a bent page can map an edge just outside the image; no document says that print lies off the page.
    """
    points = tuple((_clip(x, page.width), _clip(y, page.height)) for x, y in polygon)
    if len(points) >= _AREA_CORNERS:
        return points
    box = bounds(points)
    return tuple((int(x), int(y)) for x, y in box.polygon)


def page_box(polygon: Polygon, page: Page) -> tuple[int, int, int, int]:
    """Left, top, width and height of the polygon on the page, whole original pixels."""
    xs, ys = zip(*polygon, strict=True)
    left, right = _clip(min(xs), page.width), _clip(max(xs), page.width)
    top, bottom = _clip(min(ys), page.height), _clip(max(ys), page.height)
    return left, top, right - left, bottom - top


def points_text(polygon: Polygon, page: Page) -> str:
    """The polygon as `x,y x,y ...`, as TEI, ALTO and SVG write it."""
    return " ".join(f"{x},{y}" for x, y in page_points(polygon, page))


def _clip(value: float, limit: int) -> int:
    return 0 if value < 0 else limit if value > limit else round(value)
