"""A page's ALTO document, read back for people: its blocks, those in no article, and articles where there is no TEI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.model import DOUBTFUL
from digitize.report.views import ArticleText, PassageText, PrintedLine, Run, Zone, outline
from digitize.safe_xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"

_ROLE = "role-"


@dataclass(frozen=True, slots=True)
class Layout:
    """What an ALTO document holds: articles in their order, text in none of them, and where that stands.

    `articles` are without the documents, and without marks in their text that only TEI has.
    """

    articles: tuple[ArticleText, ...]
    rest: tuple[PassageText, ...]
    rest_zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    role: str
    tags: frozenset[str]
    vertical: bool
    zone: Zone
    passage: PassageText


def read_alto(content: bytes) -> Layout:
    """The blocks of a page, by article.

    Raises:
        etree.XMLSyntaxError: it is not well-formed.
        ValueError: it is not ALTO 4, or a number in it is none.
    """
    root = parse_xml(content)
    page = root.find(f"{ALTO}Layout/{ALTO}Page")
    if root.tag != f"{ALTO}alto" or page is None:
        raise ValueError("is not an ALTO document with a page")
    blocks = {element.get("ID", ""): _block(element) for element in page.iterfind(f"{ALTO}PrintSpace/*") if _is_block(element)}
    articles = tuple(_articles(root, page, blocks))
    known = {article.id for article in articles}
    rest = [block for block in blocks.values() if not block.tags & known]
    return Layout(
        articles,
        tuple(block.passage for block in rest if block.passage.lines),
        tuple(block.zone for block in rest),
    )


def _articles(root: etree._Element, page: etree._Element, blocks: dict[str, _Block]) -> Iterator[ArticleText]:
    language = page.get("LANG", "")
    groups = {group.get("TAGREFS", ""): group for group in root.iterfind(f".//{ALTO}OrderedGroup")}
    for number, tag in enumerate(root.iterfind(f"{ALTO}Tags/{ALTO}StructureTag"), start=1):
        id_ = tag.get("ID", "")
        own = [blocks[ref] for element in groups.get(id_, ()) if (ref := element.get("REF", "")) in blocks]
        yield ArticleText(
            id=id_,
            number=number,
            kind=tag.get("TYPE", "article"),
            language="" if language == "und" else language,
            vertical=any(block.vertical for block in own),
            passages=tuple(block.passage for block in own if block.passage.lines),
            zones=((page.get("ID", ""), tuple(block.zone for block in own)),),
        )


def _is_block(element: etree._Element) -> bool:
    return element.tag in {f"{ALTO}TextBlock", f"{ALTO}Illustration"}


def _block(element: etree._Element) -> _Block:
    tags = element.get("TAGREFS", "").split()
    role = next((tag.removeprefix(_ROLE) for tag in tags if tag.startswith(_ROLE)), "paragraph")
    lines = element.findall(f"{ALTO}TextLine")
    printed = (PrintedLine(line.get("ID", ""), tuple(_runs(line))) for line in lines)
    return _Block(
        role,
        frozenset(tags),
        any(line.get("BASEDIRECTION") == "ttb" for line in lines),
        Zone(_points(element), tuple((line.get("ID", ""), _points(line)) for line in lines)),
        PassageText(role, tuple(line for line in printed if line.runs)),
    )


def _points(element: etree._Element) -> str:
    polygon = element.find(f"{ALTO}Shape/{ALTO}Polygon")
    if polygon is not None:
        return outline(polygon.get("POINTS", ""))
    x, y, width, height = (int(element.get(name, "")) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return f"{x},{y} {x + width},{y} {x + width},{y + height} {x},{y + height}"


def _runs(line: etree._Element) -> Iterator[Run]:
    for element in line:
        glyphs = element.findall(f"{ALTO}Glyph")
        if glyphs:
            for glyph in glyphs:
                sure = float(glyph.get("GC", "1"))
                yield Run(glyph.get("CONTENT", ""), sure if sure < DOUBTFUL else None)
        elif element.tag == f"{ALTO}SP":
            yield Run(" ")
        elif text := element.get("CONTENT", ""):
            yield Run(text)
