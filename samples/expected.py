"""What must come out of a typeset page: a TEI document for each story, and the page's truth with places.

Both are written from the manuscript and from where its lines were broken, never from an image. The TEI has the form of
the project's own documents, without zones and confidences.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from manuscript import PageSpec, Story
    from sheet import Area, Setting, TypeLine

TEI = "http://www.tei-c.org/ns/1.0"
XML = "http://www.w3.org/XML/1998/namespace"
HEADS = {"kicker": "kicker", "headline": "main", "deck": "sub"}
CREDIT_WORDS = ("记者", "通讯员", "摄", "文/图")

Span = tuple[int, int, str, dict[str, str]]


def story_documents(page: PageSpec, setting: Setting) -> dict[str, bytes]:
    """A TEI document for each story, by file name."""
    documents = {}
    for number, story in enumerate(page.stories):
        identifier = f"{page.id}-a{number + 1:03}"
        lines = [line for line in setting.lines if line.story == number]
        root = _document(page, story, identifier, lines)
        documents[f"{identifier}.tei.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return documents


def truth(page: PageSpec, setting: Setting, width: int, height: int) -> str:
    """The page as JSON: articles, lines and zones; places only where the image is the sheet itself, not a film of it."""
    placed = page.film_seed is None
    content = {
        "width": width,
        "height": height,
        "newspaper": page.newspaper,
        "date": page.date,
        "section": page.section,
        "articles": [_article(n, s) for n, s in enumerate(page.stories) if s.kind == "article"],
        "lines": [_line(line, page, placed=placed) for line in setting.lines],
        "zones": _zones(setting) if placed else [],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _article(number: int, story: Story) -> dict[str, Any]:
    return {
        "kicker": story.kicker,
        "headline": "".join(story.headline),
        "deck": "".join(story.deck),
        "byline": story.byline,
        "paragraphs": [block.text for block in story.blocks if not block.subheading],
        "subheadings": [block.text for block in story.blocks if block.subheading],
        "id": number,
    }


def _line(line: TypeLine, page: PageSpec, *, placed: bool) -> dict[str, Any]:
    story = page.stories[line.story] if line.story is not None else None
    body = line.role == "body"
    paragraphs = [n for n, block in enumerate(story.blocks) if not block.subheading] if story else []
    return {
        "text": line.text,
        **({"bbox": _bbox(line.area)} if placed else {}),
        "role": line.role,
        "article": line.story if story and story.kind == "article" else None,
        "paragraph": paragraphs.index(line.block) if body else None,
        "column": line.column if line.column >= 0 else None,
    }


def _zones(setting: Setting) -> list[dict[str, Any]]:
    stories = [
        {"type": zone.kind, "bbox": _bbox(zone.area), "article": zone.story if zone.kind == "article" else None}
        for zone in setting.zones
    ]
    photos = [{"type": "photo", "bbox": _bbox(picture.area), "article": picture.story} for picture in setting.pictures]
    return [*stories, *photos]


def _bbox(area: Area) -> list[int]:
    return list(area.rounded)


def _document(page: PageSpec, story: Story, identifier: str, lines: list[TypeLine]) -> etree._Element:
    root = etree.Element(f"{{{TEI}}}TEI", nsmap=cast("dict[str, str]", {None: TEI}))
    root.set(f"{{{XML}}}lang", "zh-Hans")
    description = _add(_add(root, "teiHeader"), "fileDesc")
    _add(_add(description, "titleStmt"), "title", "".join(story.headline) or identifier)
    _add(_add(description, "publicationStmt"), "p", "Text written for the samples of digitize; Apache-2.0.")
    _add(_add(description, "sourceDesc"), "p", f"{page.newspaper}，{page.date}，{page.section}")
    body = _add(_add(root, "text"), "body")
    div = _add(body, "div", type=story.kind)
    div.set(f"{{{XML}}}id", identifier)
    _fill(div, story, lines)
    return root


def _fill(div: etree._Element, story: Story, lines: list[TypeLine]) -> None:
    by_role: dict[str, list[TypeLine]] = {}
    for line in lines:
        by_role.setdefault(line.role, []).append(line)
    if story.continued_from:
        _add(div, "note", story.continued_from, type="continuation", subtype="from")
    for role, kind in HEADS.items():
        if role in by_role:
            _running(_add(div, "head", type=kind), "".join(line.text for line in by_role[role]), by_role[role])
    if story.byline_place == "head":
        _byline(div, by_role["byline"])
    _blocks(div, story, lines)
    for line in by_role.get("advertisement", []):
        _running(_add(div, "p"), line.text, [line])
    if story.byline_place == "end":
        _byline(div, by_role["byline"])
    if story.continued_to:
        _add(div, "note", story.continued_to, type="continuation", subtype="to")
    for line in by_role.get("caption", []):
        _running(_add(_add(div, "figure"), "head", type="caption"), line.text, [line])


def _blocks(div: etree._Element, story: Story, lines: list[TypeLine]) -> None:
    for number, block in enumerate(story.blocks):
        own = [line for line in lines if line.block == number]
        if block.subheading:
            _running(_add(div, "label"), block.text, own)
        else:
            spans = _run_in_spans(block.text, story.byline) if story.byline_place == "run-in" and number == 0 else []
            _running(_add(div, "p"), block.text, own, spans, before=story.continued_from if number == 0 else "")


def _byline(div: etree._Element, lines: list[TypeLine]) -> None:
    text = "".join(line.text for line in lines)
    _running(_add(div, "byline"), text, lines, _person_spans(text))


def _run_in_spans(text: str, byline: str) -> list[Span]:
    start = text.index(byline)
    return [(start, start + len(byline), "seg", {"type": "byline"})]


def _person_spans(byline: str) -> list[Span]:
    """The names in a byline, each with the role printed before it."""
    spans: list[Span] = []
    role = ""
    for match in re.finditer(r"[^ （）]+", byline):
        if match[0] in CREDIT_WORDS:
            role = match[0]
        else:
            spans.append((match.start(), match.end(), "persName", {"role": role}))
    return spans


def _running(
    element: etree._Element, text: str, lines: Iterable[TypeLine], spans: Iterable[Span] = (), before: str = ""
) -> None:
    """Fill an element with a running text, `lb` where its printed lines start, spans around what they name.

    `before` is what the first line holds ahead of the text.
    """
    starts, at = set(), 0
    for line in lines:
        at = (before + text).index(line.text, at)
        starts.add(max(0, at - len(before)))
        at += len(line.text)
    spans = list(spans)
    stack = [element]
    for i, character in enumerate(text):
        while len(stack) > 1 and any(end == i and tag == etree.QName(stack[-1]).localname for _, end, tag, _ in spans):
            stack.pop()
        if i in starts:
            _add(stack[-1], "lb")
        for start, _, tag, attributes in spans:
            if start == i:
                stack.append(_add(stack[-1], tag, **attributes))
        _append(stack[-1], character)


def _append(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{TEI}}}{tag}", attributes)
    child.text = text
    return child
