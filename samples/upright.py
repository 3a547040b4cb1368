"""Typesets vertical sample pages: columns of type from right to left, in tiers, from texts in `upright/*.toml`.

A heading stands at the right of its story in the tier, its columns follow to the left; an advertisement stands in a
box. The running head above is horizontal and runs from right to left, as it did at the time.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lxml import etree
from PIL import Image, ImageDraw
from printing import INK, PAPER
from typefaces import BASELINE, Typeface, load

if TYPE_CHECKING:
    from pathlib import Path

TEI = "http://www.tei-c.org/ns/1.0"
XML = "http://www.w3.org/XML/1998/namespace"

BODY, PITCH = 36, 50  # height of the type and distance of the columns, in pixels
SQUARES = 18  # of a column
TIER = SQUARES * BODY
MARGIN, TIER_GAP, HEAD = 110, 64, 190
COLUMNS = 38
WIDTH, HEIGHT = 2 * MARGIN + COLUMNS * PITCH, HEAD + 3 * TIER + 2 * TIER_GAP + MARGIN
INDENT = 2  # squares at a paragraph's start
HEADLINE, DECK = 84, 54
HANGING = "、。"  # what hangs below a full column instead of beginning the next


@dataclass(frozen=True, slots=True)
class Column:
    """A column of characters: its text, the left edge and top of its first square, the type, and what it is."""

    text: str
    x: float
    y: float
    size: int
    face: Typeface
    role: str
    paragraph: int = 0


def typeset_upright(path: Path, out: Path) -> None:
    """Typeset one page and write it with its expected documents."""
    page = tomllib.loads(path.read_text("utf-8"))
    image = Image.new("L", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _running_head(draw, page)
    folder = out / "expected" / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    right, tier = WIDTH - MARGIN, 1
    articles: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for number, story in enumerate(page["story"], start=1):
        if story["tier"] != tier:
            tier, right = story["tier"], WIDTH - MARGIN
            y = _top(tier) - TIER_GAP // 2
            draw.line((MARGIN, y, WIDTH - MARGIN, y), fill=INK, width=4)
        columns, left = _advertisement(story, right) if story.get("kind") == "advertisement" else _article(story, right)
        for column in columns:
            _print(draw, column)
        if story.get("kind") == "advertisement":
            draw.rectangle((left, _top(tier), right - PITCH // 2, _top(tier) + TIER), outline=INK, width=6)
        elif left - 2 * PITCH > MARGIN:
            x = left - PITCH // 2
            draw.line((x, _top(tier), x, _top(tier) + TIER), fill=INK, width=3)
            left -= PITCH
        right = left
        if story.get("kind") != "advertisement":
            articles.append(_true_article(story, number - 1))
        lines += [_true_line(column, story, number - 1) for column in columns]
        name = f"{path.stem}-a{number:03}"
        document = _document(page, story, name, columns)
        (folder / f"{name}.tei.xml").write_bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8") + b"\n")
    (out / "pages").mkdir(parents=True, exist_ok=True)
    image.save(out / "pages" / page["file"], optimize=True, dpi=(300, 300))
    content = {"width": WIDTH, "height": HEIGHT} | {key: page[key] for key in ("newspaper", "date", "section")}
    content |= {"articles": articles, "lines": lines, "zones": []}
    (out / "truth").mkdir(parents=True, exist_ok=True)
    (out / "truth" / f"{path.stem}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _true_article(story: dict[str, Any], number: int) -> dict[str, Any]:
    heading = {role: "".join(story.get(role, [])) for role in ("kicker", "headline", "deck")}
    return heading | {"byline": "", "paragraphs": story["text"].split(), "subheadings": [], "id": number}


def _true_line(column: Column, story: dict[str, Any], number: int) -> dict[str, Any]:
    advertised = story.get("kind") == "advertisement"
    box = [round(v) for v in (column.x, column.y, column.x + column.size, column.y + len(column.text) * column.size)]
    return {
        "text": column.text,
        "bbox": box,
        "role": "advertisement" if advertised else column.role,
        "article": None if advertised else number,
        "paragraph": column.paragraph if column.role == "body" else None,
        "column": None,
    }


def _top(tier: int) -> int:
    return HEAD + (tier - 1) * (TIER + TIER_GAP)


def _running_head(draw: ImageDraw.ImageDraw, page: dict[str, Any]) -> None:
    """Date, name and page number, each from right to left; a rule below them."""
    for text, size, right in (
        (page["date"], BODY, WIDTH - MARGIN),
        (page["newspaper"], 72, WIDTH // 2 + 144),
        (page["section"], BODY, MARGIN + 3 * BODY),
    ):
        for number, character in enumerate(text):
            _square(draw, character, (right - (number + 1) * size, 130 - size), size, Typeface.HEADING_TC)
    draw.line((MARGIN, 150, WIDTH - MARGIN, 150), fill=INK, width=4)


def _article(story: dict[str, Any], right: float) -> tuple[list[Column], float]:
    """A story's columns, from its right edge; and the left edge of the last one."""
    top, columns, x = _top(story["tier"]), [], right
    for role, size in (("headline", HEADLINE), ("deck", DECK)):
        for text in story.get(role, []):
            x -= size * 1.3
            columns.append(Column(text, x, top + (TIER - len(text) * size) / 2, size, Typeface.HEADING_TC, role))
    x -= BODY * 0.6
    for number, paragraph in enumerate(story["text"].split()):
        for index, line in enumerate(_broken(paragraph)):
            x -= PITCH
            y = top + (INDENT * BODY if index == 0 else 0)
            columns.append(Column(line, x, y, BODY, Typeface.BODY_TC, "body", number))
    return columns, x


def _broken(paragraph: str) -> list[str]:
    """A paragraph's columns; a mark that would begin one hangs below the one before."""
    lines, start, squares = [], 0, SQUARES - INDENT
    while start < len(paragraph):
        end = start + squares
        end += paragraph[end : end + 1] in tuple(HANGING) and end < len(paragraph)
        lines.append(paragraph[start:end])
        start, squares = end, SQUARES
    return lines


def _advertisement(story: dict[str, Any], right: float) -> tuple[list[Column], float]:
    """An advertisement's columns within its box; and the box's left edge."""
    top, columns, x = _top(story["tier"]), [], right - PITCH
    texts = [(text, HEADLINE, Typeface.HEADING_TC) for text in story["headline"]]
    texts += [(text, DECK, Typeface.BODY_TC) for text in story["text"].strip().splitlines()]
    for text, size, face in texts:
        x -= size * 1.5
        columns.append(Column(text, x, top + (TIER - len(text) * size) / 2, size, face, "line"))
    return columns, x - PITCH


def _print(draw: ImageDraw.ImageDraw, column: Column) -> None:
    for number, character in enumerate(column.text):
        _square(draw, character, (column.x, column.y + number * column.size), column.size, column.face)


def _square(draw: ImageDraw.ImageDraw, character: str, corner: tuple[float, float], size: int, face: Typeface) -> None:
    x, y = corner
    draw.text((round(x), round(y + BASELINE * size)), character, fill=INK, font=load(face, size), anchor="ls")


def _document(page: dict[str, Any], story: dict[str, Any], identifier: str, columns: list[Column]) -> etree._Element:
    root = etree.Element(f"{{{TEI}}}TEI", nsmap=cast("dict[str, str]", {None: TEI}))
    root.set(f"{{{XML}}}lang", "zh-Hant")
    description = _add(_add(root, "teiHeader"), "fileDesc")
    _add(_add(description, "titleStmt"), "title", "".join(story["headline"]))
    _add(_add(description, "publicationStmt"), "p", "Text written for the samples of digitize; Apache-2.0.")
    _add(_add(description, "sourceDesc"), "p", f"{page['newspaper']}，{page['date']}，{page['section']}")
    kind = story.get("kind", "article")
    div = _add(_add(_add(root, "text"), "body"), "div", type=kind, style="writing-mode: vertical-rl")
    div.set(f"{{{XML}}}id", identifier)
    for role, name in (("headline", "main"), ("deck", "sub")):
        parts = [column.text for column in columns if column.role == role]
        if parts:
            _lines(_add(div, "head", type=name), parts)
    for column in (column for column in columns if column.role == "line"):
        _lines(_add(div, "p"), [column.text])
    body = [column for column in columns if column.role == "body"]
    for number in sorted({column.paragraph for column in body}):
        _lines(_add(div, "p"), [column.text for column in body if column.paragraph == number])
    return root


def _lines(element: etree._Element, texts: list[str]) -> None:
    for text in texts:
        _add(element, "lb").tail = text


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{TEI}}}{name}", attributes)
    element.text = text
    return element
