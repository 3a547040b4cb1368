"""Reading documents that nobody vouches for, and what is found wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from lxml import etree

from digitize.safe_xml import DoctypeError, parse_xml


class Kind(StrEnum):
    """What a document is: the name of its root element, with its namespace."""

    TEI = "{http://www.tei-c.org/ns/1.0}TEI"
    NEWSML = "{http://iptc.org/std/nar/2006-10-01/}newsItem"
    ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}alto"
    SVG = "{http://www.w3.org/2000/svg}svg"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that is wrong: in which file, in which line (from 1), what, and by which rule."""

    file: str
    line: int
    message: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as a tree, and what it is."""

    name: str
    kind: Kind
    root: etree._Element


def select(context: etree._Element, path: str, namespaces: dict[str, str] | None = None) -> list[etree._Element]:
    """The elements on an XPath that leads to elements."""
    found: Any = context.xpath(path, namespaces=namespaces)  # the stubs allow all that XPath can give
    elements: list[etree._Element] = found
    return elements


def line_of(element: etree._Element) -> int:
    """The line that an element starts in, from 1."""
    return int(cast("Any", element).sourceline or 1)  # the stubs do not say that it is a number


def parse(document: bytes, name: str) -> Parsed | Violation:
    """Read a document; a violation says why it cannot be read, or may not.

    A document type declaration is refused: the documents of an archive have none, and all attacks by entities need one.
    """
    try:
        root = parse_xml(document)
    except DoctypeError as error:
        return Violation(name, 1, f"{error}; documents of an archive carry none", "doctype")
    except etree.XMLSyntaxError as error:
        line = max(1, error.lineno or 1)
        if getattr(error, "code", None) == etree.ErrorTypes.DTD_ID_REDEFINED:
            # libxml2 gives up on a document with an xml:id that stands twice. (To make it not collect ids would
            # make it load DTDs.)
            return Violation(name, line, f"an id stands more than once: {error.msg}", "id-unique")
        return Violation(name, line, f"not well-formed: {error.msg}", "well-formed")
    try:
        return Parsed(name, Kind(root.tag), root)
    except ValueError:
        return Violation(name, 1, f"the root element {root.tag} is none of TEI, newsItem, alto and svg", "root")
