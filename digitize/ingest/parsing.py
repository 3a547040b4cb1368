"""Foreign XML, parsed safely: nothing is fetched, no entity is expanded, nothing grows beyond its file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lxml import etree

from digitize.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator

REMEDY = "give a well-formed ALTO, PAGE or METS file as OCR software writes it"


def parse(content: bytes, name: str) -> etree._Element:
    """The root element of an XML document.

    Args:
        content: the document, as it lies in its file.
        name: what messages call the file.

    Raises:
        PageError: it is not well-formed, declares entities, or is nested beyond what any page needs.
    """
    # Before parsing: in attributes, entities are expanded whatever the parser is told.
    if b"<!ENTITY" in content.replace(b"\0", b""):
        raise PageError(f"{name}: declares entities, which are not expanded", remedy="remove its document type declaration")
    # huge_tree=False keeps libxml2's own bounds: 256 levels, and 10 million characters of one text.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise PageError(f"{name}: cannot be read as XML: {reason}", remedy=REMEDY) from error


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; "" for processing instructions and entities."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The element's children of these names, in any namespace."""
    return (child for child in element if local_name(child) in names)


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements of these names below an element, in any namespace, in document order."""
    return (each for each in element.iterdescendants() if local_name(each) in names)


def first(element: etree._Element, *names: str) -> etree._Element | None:
    """The first element of these names below an element, None where there is none."""
    return next(descendants(element, *names), None)


def text_of(element: etree._Element | None) -> str:
    """The text of an element and all below it, white space drawn together; "" for None."""
    return " ".join("".join(str(part) for part in element.itertext()).split()) if element is not None else ""


def number(element: etree._Element, *names: str) -> float | None:
    """The first of the attributes that holds a finite number, None where none does."""
    for name in names:
        try:
            value = float(element.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(value):
            return value
    return None
