"""NITF 3.6, as it stands inside a NewsML-G2 item: the article's running text and what it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.export.identity import source_url, title
from digitize.export.inline import Run, Span, inline_tree
from digitize.export.markup import add, append_text, one_line, page_box, root_element
from digitize.export.parts import divide
from digitize.model import HEADING_ROLES, MarkKind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from digitize.export.inline import Inline
    from digitize.export.parts import Part
    from digitize.geometry import Polygon
    from digitize.model import Article, Figure, Issue, Mark, Page, Passage

NITF = "http://iptc.org/std/NITF/2006-10-18/"

RUNNING = frozenset({"hl1", "hl2", "byline", "p", "media-caption"})

# What NITF can say inside running text: `byline` holds persons and places, the rest of the text dates as well.
_NAMED_IN_BYLINE = {MarkKind.PERSON: "person", MarkKind.PLACE: "location"}
_NAMED_IN_TEXT = _NAMED_IN_BYLINE | {MarkKind.DATE: "chron"}


@dataclass(frozen=True, slots=True)
class Placed:
    """What an element of the text was made from: its id in the document, its role, and where it stands on the page."""

    id: str
    role: Role
    areas: tuple[Polygon, ...]


def make_nitf(article: Article, page: Page, issue: Issue) -> tuple[etree._Element, tuple[Placed, ...]]:
    """Make the `nitf` element of an article, and list what its elements with an id were made from, in their order.

    The text of each element is exactly the passage's running text, but for characters that XML cannot carry.
    """
    root = root_element(NITF, "nitf")
    root.set("version", "-//IPTC//DTD NITF 3.6//EN")
    _add_head(root, article, issue)
    writer = _BodyWriter(article, page)
    writer.write(add(root, "body"))
    return root, tuple(writer.placed)


def _add_head(root: etree._Element, article: Article, issue: Issue) -> None:
    head = add(root, "head")
    add(head, "title", title(article))
    document = add(head, "docdata")
    add(document, "doc-id", **{"id-string": article.id})
    norm = issue.date.isoformat().replace("-", "") if issue.date else None
    if norm:
        add(document, "date.issue", norm=norm)
    known = {
        "name": issue.newspaper,
        "number": issue.issue_number,
        "edition.name": issue.edition,
        "position.section": issue.section,
        "position.sequence": issue.page_number,
    }
    printed = {name: one_line(value) or None for name, value in known.items()}
    add(head, "pubdata", type="print", **{"date.publication": norm}, **printed)


class _BodyWriter:
    """Writes one article's body, and records what it has placed."""

    def __init__(self, article: Article, page: Page) -> None:
        self._article = article
        self._page = page
        self._polygons = {region.id: region.polygon for region in page.regions}
        self.placed: list[Placed] = []

    def write(self, body: etree._Element) -> None:
        first, *others = divide(self._article)
        self._head(body, first)
        content = add(body, "body.content")
        block = add(content, "block")
        self._passages(block, (*first.text, *first.closing))
        for part in others:
            block = add(content, "block")
            self._passages(block, (*part.opening, *part.text, *part.closing))
        for figure in self._article.figures:
            self._media(block, figure)

    def _head(self, body: etree._Element, part: Part) -> None:
        headings = [p for p in part.opening if p.role in HEADING_ROLES]
        if not part.opening:
            return
        head = add(body, "body.head")
        if headings:
            # hl1 stands first whatever is printed above it: NITF puts the main headline before the lesser ones.
            main = next((p for p in headings if p.role is Role.HEADLINE), headings[0])
            hedline = add(head, "hedline")
            self._passage(hedline, "hl1", main)
            for passage in headings:
                if passage is not main:
                    self._passage(hedline, "hl2", passage)
        for passage in part.opening:
            if passage.role not in HEADING_ROLES:
                self._passage(head, "byline", passage)

    def _passages(self, block: etree._Element, passages: Iterable[Passage]) -> None:
        for passage in passages:
            heading = passage.role in HEADING_ROLES or passage.role is Role.SUBHEADING
            self._passage(block, "hl2" if heading else "p", passage)

    def _media(self, block: etree._Element, figure: Figure) -> None:
        media = add(block, "media", **{"media-type": "image", "id": self._place(Role.PICTURE, (figure.polygon,))})
        # A part of the scan, named as a W3C media fragment: the picture is no file of its own.
        x, y, width, height = page_box(figure.polygon, self._page)
        source = f"{source_url(self._page.source)}#xywh=pixel:{x},{y},{width},{height}"
        add(media, "media-reference", source=source, **{"mime-type": self._page.source.media_type})
        for caption in figure.captions:
            self._passage(media, "media-caption", caption)

    def _passage(self, parent: etree._Element, tag: str, passage: Passage) -> None:
        areas = tuple(self._polygons[id_] for id_ in passage.region_ids if id_ in self._polygons)
        element = add(parent, tag, id=self._place(passage.role, areas), **{"class": passage.role.value})
        _append(element, inline_tree(passage), _NAMED_IN_BYLINE if tag == "byline" else _NAMED_IN_TEXT)

    def _place(self, role: Role, areas: tuple[Polygon, ...]) -> str:
        id_ = f"{self._article.id}-t{len(self.placed) + 1:03}"
        self.placed.append(Placed(id_, role, areas))
        return id_


def _append(parent: etree._Element, nodes: tuple[Inline, ...], named: dict[MarkKind, str]) -> None:
    for node in nodes:
        match node:
            case Run(text):
                append_text(parent, text)
            case Span(mark, children) if mark.kind in named:
                # What is named holds no further names.
                _append(add(parent, named[mark.kind], norm=_norm(mark)), children, {})
            case Span(_, children):
                _append(parent, children, named)


def _norm(mark: Mark) -> str | None:
    return mark.value.replace("-", "") or None if mark.kind is MarkKind.DATE else None
