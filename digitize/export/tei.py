"""TEI P5: one article per document, with its printed lines as zones of the page image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.export.confidence import character_confidences, decimal, mean
from digitize.export.identity import source_url
from digitize.export.inline import LineStart, Run, Span, inline_tree
from digitize.export.markup import (
    XML_ID,
    XML_LANG,
    add,
    add_known,
    append_text,
    lay_out,
    one_line,
    points_text,
    root_element,
    serialize,
    xml_text,
)
from digitize.export.parts import divide, pages_of, region_ids
from digitize.export.tei_header import add_header
from digitize.model import MarkKind, Role, WritingMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from digitize.export.inline import Inline
    from digitize.export.parts import Part
    from digitize.model import Article, Figure, Issue, Mark, Page, Passage, Region, Revision, TextLine

TEI = "http://www.tei-c.org/ns/1.0"

RUNNING = frozenset({"head", "byline", "label", "p", "note", "title", "persName"})

_HEAD_TYPES = {Role.KICKER: "kicker", Role.HEADLINE: "main", Role.DECK: "sub"}

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

# Of the characters that TEI's teidata.enumerated takes, those that a printed role is made of.
_NOT_IN_ROLE = re.compile(r"[^\w·・/&.'-]+")


def to_tei(article: Article, page: Page, issue: Issue, revision: Revision) -> bytes:
    """Write an article as TEI P5 (tei_all 4.12.0 and the project's own profile).

    The text of each `head`, `byline`, `label` and `p` is exactly the passage's running text, but for characters that
    XML cannot carry. Zones are in original pixels, clipped to the page.

    Args:
        article: the article; its lines and regions are those of `page`.
        page: the page it stands on.
        issue: what the header says of the newspaper; what is empty or None is left out.
        revision: how often the page has been read, and when.

    Returns:
        The document, UTF-8; the same values give the same bytes.
    """
    root = root_element(TEI, "TEI")
    root.set(XML_LANG, article.language or page.language)
    add_header(root, article, page, issue, revision)
    _add_facsimile(root, article, page)
    body = add(add(root, "text"), "body")
    add(body, "pb", n=one_line(issue.page_number) or None, facs=f"#{page.id}")
    _BodyWriter(article, page).write(body)
    lay_out(root, RUNNING)
    return serialize(root)


def _add_facsimile(root: etree._Element, article: Article, page: Page) -> None:
    facsimile = add(root, "facsimile")
    first, *others = pages_of(article, page)
    elsewhere = {line.id for each in others for line in each.lines}
    _add_surface(facsimile, article, [line for line in article.lines if line.id not in elsewhere], first)
    for each in others:
        own = {line.id for line in each.lines}
        _add_surface(facsimile, article, [line for line in article.lines if line.id in own], each)


def _add_surface(facsimile: etree._Element, article: Article, printed: Sequence[TextLine], page: Page) -> None:
    surface = add(facsimile, "surface", ulx="0", uly="0", lrx=str(page.width), lry=str(page.height))
    surface.set(XML_ID, page.id)
    size = {"width": f"{page.width}px", "height": f"{page.height}px"}
    add(surface, "graphic", url=source_url(page.source), mimeType=page.source.media_type, **size)
    lines = {line.id: line for line in printed}
    for region in _regions(article, page):
        zone = _add_zone(surface, region, region.role.value, page)
        for line in region.lines:
            if lines.pop(line.id, None) is not None:
                _add_zone(zone, line, "line", page)
    for line in lines.values():
        _add_zone(surface, line, "line", page)


def _add_zone(parent: etree._Element, area: Region | TextLine, kind: str, page: Page) -> etree._Element:
    zone = add(parent, "zone", type=kind, points=points_text(area.polygon, page))
    zone.set(XML_ID, area.id)
    return zone


def _regions(article: Article, page: Page) -> tuple[Region, ...]:
    known = {region.id: region for region in page.regions}
    return tuple(known[id_] for id_ in region_ids(article) if id_ in known)


class _BodyWriter:
    """Writes one article's `div`; it counts printed lines and remembers the column that it is in."""

    def __init__(self, article: Article, page: Page) -> None:
        self._article = article
        self._page = page
        self._at = page.id
        self._lines = 0
        self._column = 0
        self._in_figure = False
        pages = pages_of(article, page)
        self._zones = {region.id for each in pages for region in _regions(article, each)}
        self._page_of = {region.id: each.id for each in pages for region in each.regions}
        self._region_of = {line.id: region for each in pages for region in each.regions for line in region.lines}

    def write(self, body: etree._Element) -> None:
        """Append the article to the body."""
        article = self._article
        vertical = self._page.writing_mode is WritingMode.VERTICAL_RL
        div = add(
            body,
            "div",
            type=article.kind.value,
            n=str(article.number),
            cert=decimal(article.confidence),
            style=f"writing-mode: {WritingMode.VERTICAL_RL}" if vertical else None,
        )
        div.set(XML_ID, article.id)
        add_known(div, "note", article.continued_from, type="continuation", subtype="from")
        first, *others = divide(article)
        self._part(div, first)
        inner = div
        for part in others:
            inner = add(div, "div", type="part")
            self._part(inner, part)
        add_known(inner, "note", article.continued_to, type="continuation", subtype="to")
        for figure in article.figures:
            self._figure(inner, figure)

    def _part(self, div: etree._Element, part: Part) -> None:
        for passage in (*part.opening, *part.text, *part.closing):
            if passage.role in _HEAD_TYPES:
                self._passage(div, passage, "head", type=_HEAD_TYPES[passage.role])
            elif passage.role is Role.BYLINE:
                self._passage(div, passage, "byline")
            elif passage.role is Role.SUBHEADING:
                self._passage(div, passage, "label")
            elif passage.role is Role.CAPTION:
                self._caption(add(div, "figure"), passage)
            else:
                self._passage(div, passage, "p")

    def _figure(self, div: etree._Element, figure: Figure) -> None:
        element = add(div, "figure", facs=f"#{figure.region_id}" if figure.region_id in self._zones else None)
        for caption in figure.captions:
            self._caption(element, caption)

    def _caption(self, figure: etree._Element, caption: Passage) -> None:
        self._in_figure = True
        self._passage(figure, caption, "head", type="caption")
        self._in_figure = False

    def _passage(self, parent: etree._Element, passage: Passage, tag: str, **attributes: str) -> None:
        if passage.pieces:
            self._break_column(parent, passage.pieces[0].line)
        facs = next((f"#{id_}" for id_ in passage.region_ids if id_ in self._zones), None)
        element = add(parent, tag, **attributes, facs=facs, cert=_certainty(passage))
        self._inline(element, inline_tree(passage))

    def _inline(self, parent: etree._Element, nodes: tuple[Inline, ...]) -> None:
        for node in nodes:
            match node:
                case Run(text, None):
                    if len(parent) and len(parent[-1]):
                        # Readers that take an element's tail before what stands inside it are many. An empty
                        # element between a stretch that holds elements and the text after it keeps their order right.
                        add(parent, "anchor")
                    append_text(parent, text)
                case Run(text, float() as doubt) if xml_text(text):
                    add(parent, "unclear", text, cert=decimal(doubt))
                case LineStart(piece):
                    self._break_column(parent, piece.line)
                    self._lines += 1
                    hyphen = {"break": "no", "rend": "hyphen"} if piece.hyphenated else {}
                    add(parent, "lb", n=str(self._lines), facs=f"#{piece.line.id}", **hyphen)
                case Span(mark, children):
                    self._inline(self._mark(parent, mark), children)

    def _mark(self, parent: etree._Element, mark: Mark) -> etree._Element:
        match mark.kind:
            case MarkKind.BYLINE:
                # Under a picture it is the picture's credit, not the article's byline.
                return add(parent, "seg", type="credit" if self._in_figure else "byline")
            case MarkKind.DATELINE:
                return add(parent, "seg", type="dateline")
            case MarkKind.PERSON:
                return add(parent, "persName", role=_role(mark.value) or None)
            case MarkKind.PLACE:
                return add(parent, "placeName")
            case MarkKind.DATE:
                return add(parent, "date", when=mark.value if _ISO_DATE.fullmatch(mark.value) else None)

    def _break_column(self, parent: etree._Element, line: TextLine) -> None:
        region = self._region_of.get(line.id)
        if region is None:
            return
        if self._page_of[region.id] != self._at:
            self._at, self._column = self._page_of[region.id], 0
            add(parent, "pb", facs=f"#{self._at}")
        if region.column in {0, self._column}:
            return
        self._column = region.column
        add(parent, "cb", n=str(region.column), facs=f"#{region.id}" if region.id in self._zones else None)


def _certainty(passage: Passage) -> str | None:
    confidences = tuple(
        value for piece in passage.pieces for value in character_confidences(piece.line)[piece.start : piece.end]
    )
    return decimal(mean(confidences)) if confidences else None


def _role(printed: str) -> str:
    """A printed role as TEI's @role takes it: one word; "staff reporter" becomes "staff_reporter"."""
    return _NOT_IN_ROLE.sub("_", one_line(printed)).strip("_")
