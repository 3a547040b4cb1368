"""Reading what is compared: a page's TEI documents, or its truth as JSON."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lxml import etree

from digitize.errors import InvalidXmlError, UsageError
from digitize.evaluate.texts import ArticleText, PageTexts, normalized
from digitize.geometry import Box, bounds, hull
from digitize.safe_xml import DoctypeError, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

ARTICLE = "article"

_NOT_RUNNING = frozenset({f"{TEI}note", f"{TEI}fw", f"{TEI}figDesc"})

_UNORDERED = frozenset({"caption", "continuation"})
"""Roles of lines that have no place in the order of an article's text: they stand beside it, or lead away from it."""

Zones = dict[str, Box]


def read_tei(paths: Iterable[Path]) -> PageTexts:
    """The articles of a page from its TEI documents, in the order of their paths.

    An article is a `div type="article"`. Its printed lines begin with `lb`, whose `facs` leads to their zones, in the same
    document or, where an editor has moved them, in another one of the page; a paragraph without `lb` counts as one line.
    Notes, running heads and descriptions of figures are no text.

    Raises:
        InvalidXmlError: a document is not TEI, or cannot be read.
    """
    documents = [(root, _zones(root, path)) for path in paths for root in [_parse(path)]]
    page = {name: box for _, zones in documents for name, box in zones.items()}
    articles: list[ArticleText] = []
    joins: list[tuple[str, str]] = []
    for root, zones in documents:
        for div in root.iterfind(f"{TEI}text//{TEI}div[@type='{ARTICLE}']"):
            if not _inside(div, f"{TEI}div", ARTICLE):
                articles.append(_article(div, page | zones))
                joins += pairwise(line for p in _paragraphs(div) for line in _printed_lines(p))
    return PageTexts(tuple(articles), tuple(joins))


def read_json(path: Path) -> PageTexts:
    """The articles of a page from a truth in JSON; benchmarks/README.md describes the form.

    Raises:
        UsageError: the file cannot be read, or has another form.
    """
    try:
        return _page(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", remedy="make it readable") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(
            f"{path} is not a page's truth: {reason}", remedy="see benchmarks/README.md for its form, or give TEI documents"
        ) from error


def _parse(path: Path) -> etree._Element:
    """A TEI document's root; nothing is fetched and no entity expanded, hence none may be declared."""
    try:
        root = parse_xml(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", remedy="make it readable") from error
    except etree.XMLSyntaxError as error:
        raise InvalidXmlError(f"{path} is not well-formed: {error.msg}", remedy="mend it") from error
    except DoctypeError as error:
        raise InvalidXmlError(f"{path} {error}", remedy="remove it and what it declares") from error
    if root.tag != f"{TEI}TEI":
        raise InvalidXmlError(f"{path} is not TEI: its root is {root.tag}", remedy="keep nothing else under .tei.xml")
    return root


def _zones(root: etree._Element, path: Path) -> Zones:
    """The boxes of the zones, by their ids."""
    zones: Zones = {}
    for zone in root.iter(f"{TEI}zone"):
        identifier = zone.get(XML_ID)
        try:
            box = _zone_box(zone)
        except ValueError as error:
            raise InvalidXmlError(
                f"{path}: the zone {identifier} has no place that can be read",
                remedy='mend it: points="x,y x,y x,y", in pixels',
            ) from error
        if identifier and box:
            zones[identifier] = box
    return zones


def _zone_box(zone: etree._Element) -> Box | None:
    """The box around a zone's points, or of its corners; None where it has neither."""
    if points := zone.get("points"):
        (*corners,) = ((float(x), float(y)) for x, y in (point.split(",") for point in points.split()))
        return bounds(tuple(corners))
    corner = [zone.get(name) for name in ("ulx", "uly", "lrx", "lry")]
    return Box(*(float(value) for value in corner if value)) if all(corner) else None


def _article(div: etree._Element, zones: Zones) -> ArticleText:
    heads = [h for h in div.iter(f"{TEI}head") if not _captions(h)]
    apart = "".join(_text(b) for b in div.iter(f"{TEI}byline") if not _captions(b))
    run_in = "".join(_text(s) for s in div.iter(f"{TEI}seg") if s.get("type") == "byline")
    line_starts = list(div.iter(f"{TEI}lb"))
    area = [*_named(line_starts, zones), *_named(div.iter(f"{TEI}figure"), zones)]
    return ArticleText(
        kicker=_heading(heads, "kicker"),
        headline=_heading(heads, "main"),
        deck=_heading(heads, "sub", "deck"),
        byline=run_in + apart,
        byline_apart=apart,
        paragraphs=tuple(_text(p) for p in _paragraphs(div)),
        lines=_named((lb for lb in line_starts if not _captions(lb)), zones),
        area=hull(area) if area else None,
    )


def _heading(heads: Sequence[etree._Element], *types: str) -> str:
    return "".join(_text(head) for head in heads if head.get("type", "main") in types)


def _named(elements: Iterable[etree._Element], zones: Zones) -> tuple[Box, ...]:
    """The zones that elements stand for, once each, in the elements' order."""
    names = dict.fromkeys(name.removeprefix("#") for element in elements for name in (element.get("facs") or "").split())
    return tuple(zones[name] for name in names if name in zones)


def _paragraphs(div: etree._Element) -> Iterator[etree._Element]:
    return (p for p in div.iter(f"{TEI}p") if not _captions(p) and not _inside(p, f"{TEI}note"))


def _captions(element: etree._Element) -> bool:
    """Whether an element belongs to a picture: what it says is no part of the article's text."""
    return _inside(element, f"{TEI}figure")


def _inside(element: etree._Element, tag: str, kind: str | None = None) -> bool:
    return any(kind is None or outer.get("type") == kind for outer in element.iterancestors(tag))


def _text(element: etree._Element) -> str:
    return normalized("".join(piece for piece in _running(element) if piece is not None))


def _printed_lines(paragraph: etree._Element) -> list[str]:
    """The paragraph's printed lines, normalized, without those that hold nothing."""
    lines: list[list[str]] = [[]]
    for piece in _running(paragraph):
        if piece is None:
            lines.append([])
        else:
            lines[-1].append(piece)
    return list(filter(None, (normalized("".join(line)) for line in lines)))


def _running(element: etree._Element) -> Iterator[str | None]:
    """The element's text piece by piece, in the order of the document; None stands where a printed line begins."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag == f"{TEI}lb":
            yield None
        # Comments and processing instructions have no name, but a tail.
        if isinstance(child.tag, str) and child.tag not in _NOT_RUNNING:
            yield from _running(child)
        if child.tail:
            yield child.tail


def _page(truth: dict[str, Any]) -> PageTexts:
    """The form of the JSON: articles, lines in reading order, and, where known, zones."""
    lines = truth["lines"]
    areas = {zone["article"]: Box(*map(float, zone["bbox"])) for zone in truth.get("zones", ()) if zone["type"] == ARTICLE}
    # Lines name their article by its id where that is a number, else by its place in the list.
    numbers = [n if isinstance(a["id"], str) else a["id"] for n, a in enumerate(truth["articles"])]
    known = {n: a for n, a in zip(numbers, truth["articles"], strict=True) if a.get("type", ARTICLE) == ARTICLE}
    body = [line for line in lines if line["role"] == "body" and line["article"] in known]
    return PageTexts(
        tuple(_true_article(a, [line for line in lines if line["article"] == n], areas.get(n)) for n, a in known.items()),
        tuple((normalized(a["text"]), normalized(b["text"])) for a, b in pairwise(body) if a["article"] == b["article"]),
    )


def _true_article(article: dict[str, Any], lines: Sequence[dict[str, Any]], area: Box | None) -> ArticleText:
    byline = normalized(article.get("byline", ""))
    paragraphs = tuple(normalized(paragraph) for paragraph in article["paragraphs"])
    run_in = byline in "".join(paragraphs)
    apart = normalized(article["byline_block"]) if "byline_block" in article else "" if run_in else byline
    return ArticleText(
        kicker=normalized(article.get("kicker", "")),
        headline=normalized(article.get("headline", "")),
        deck=normalized(article.get("deck", "")),
        byline=byline,
        byline_apart=apart,
        paragraphs=paragraphs,
        lines=tuple(Box(*map(float, line["bbox"])) for line in lines if line.get("bbox") and line["role"] not in _UNORDERED),
        area=area,
    )
