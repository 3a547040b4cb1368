"""An article's TEI document, read back for people: its text line by line, its places on the pages, its imprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.report.views import ArticleText, Imprint, PassageText, PrintedLine, Run, Zone, outline
from digitize.safe_xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_HEADS = {"kicker": "kicker", "sub": "deck", "caption": "caption"}
_ROLES = {"byline": "byline", "label": "subheading", "note": "continuation", "figDesc": "caption"}
_HOLDERS = frozenset({f"{TEI}div", f"{TEI}figure", f"{TEI}body"})


def read_tei(content: bytes) -> tuple[ArticleText, Imprint]:
    """An article and what its header says of the issue; of a document that an editor has changed, what is there.

    Raises:
        etree.XMLSyntaxError: it is not well-formed.
        ValueError: it is not TEI with an article, or a number in it is none.
    """
    root = parse_xml(content)
    div = root.find(f"{TEI}text/{TEI}body/{TEI}div")
    if root.tag != f"{TEI}TEI" or div is None:
        raise ValueError("is not a TEI document with an article")
    language = root.get(XML_LANG, "")
    article = ArticleText(
        id=div.get(XML_ID, ""),
        number=int(div.get("n", "0")),
        kind=div.get("type", "article"),
        language="" if language == "und" else language,
        vertical="vertical-rl" in div.get("style", ""),
        passages=tuple(_passages(div)),
        zones=tuple(_surface(surface) for surface in root.iterfind(f"{TEI}facsimile/{TEI}surface")),
    )
    return article, _imprint(root)


def _surface(surface: etree._Element) -> tuple[str, tuple[Zone, ...]]:
    """A page's id, and the article's blocks on it; lines outside of blocks are blocks of their own."""
    blocks = []
    for zone in surface.iterfind(f"{TEI}zone"):
        own = ((zone.get(XML_ID, ""), outline(zone.get("points", ""))),) if zone.get("type") == "line" else ()
        lines = tuple((line.get(XML_ID, ""), outline(line.get("points", ""))) for line in zone.iterfind(f"{TEI}zone"))
        blocks.append(Zone(outline(zone.get("points", "")), own + lines))
    return surface.get(XML_ID, ""), tuple(blocks)


def _imprint(root: etree._Element) -> Imprint:
    monograph = root.find(f"{TEI}teiHeader//{TEI}monogr")
    if monograph is None:
        return Imprint()
    date = monograph.find(f".//{TEI}date")
    return Imprint(
        newspaper=_text(monograph.find(f"{TEI}title")),
        date="" if date is None else date.get("when", ""),
        date_text=_text(date),
        section=_text(monograph.find(f".//{TEI}biblScope[@unit='section']")),
        page_number=_text(monograph.find(f".//{TEI}biblScope[@unit='page']")),
    )


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def _passages(holder: etree._Element) -> Iterator[PassageText]:
    for element in holder:
        if element.tag in _HOLDERS:
            yield from _passages(element)
        elif isinstance(element.tag, str) and (lines := _Lines().of(element)):
            yield PassageText(_role(element), lines)


def _role(element: etree._Element) -> str:
    name = element.tag.removeprefix(TEI)
    if name == "head":
        return _HEADS.get(element.get("type", ""), "headline")
    return _ROLES.get(name, "paragraph")


class _Lines:
    """Gathers a passage's text, line by line; what stands before the first line's beginning is a line without a place."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, list[Run]]] = [("", [])]

    def of(self, element: etree._Element) -> tuple[PrintedLine, ...]:
        self._gather(element)
        return tuple(PrintedLine(id_, tuple(runs)) for id_, runs in self._lines if runs)

    def _gather(self, element: etree._Element) -> None:
        self._add(element.text)
        for child in element:
            if child.tag == f"{TEI}lb":
                self._lines.append((child.get("facs", "").removeprefix("#"), []))
            elif child.tag == f"{TEI}unclear":
                self._add("".join(map(str, child.itertext())), float(child.get("cert", "0")))
            elif isinstance(child.tag, str):
                self._gather(child)
            self._add(child.tail)

    def _add(self, text: str | None, doubt: float | None = None) -> None:
        if text:
            self._lines[-1][1].append(Run(text, doubt))
