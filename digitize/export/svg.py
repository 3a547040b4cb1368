"""The layout drawn over the page, for people: regions, their order, articles in colours, separators, doubtful lines."""

from __future__ import annotations

import base64
import colorsys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.export.arrows import add_arrow
from digitize.export.confidence import decimal, is_doubtful
from digitize.export.explanation import why_not
from digitize.export.identity import title
from digitize.export.markup import add, lay_out, one_line, page_box, page_points, points_text, root_element, serialize
from digitize.export.parts import region_ids
from digitize.geometry import bounds
from digitize.model import DOUBTFUL, LinkKind, Role, SeparatorKind

if TYPE_CHECKING:
    from lxml import etree

    from digitize.model import Article, Link, Page, Region, TextLine

SVG = "http://www.w3.org/2000/svg"

# Turning the hue by the golden angle keeps any number of neighbours apart (Vogel 1979, on sunflower heads).
_GOLDEN_ANGLE = 137.508

# Regions that belong to no article.
_UNUSED, _UNUSED_DARK = "#888888", "#5c5c5c"
# An article's fill, and its darker shade for numbers and arrows, which white type must stand out from.
_FILL_LIGHTNESS, _DARK_LIGHTNESS, _SATURATION = 0.45, 0.28, 0.85
# Type stays legible under this much of the fill, and neighbouring articles are told apart by it.
_FILL_OPACITY = 0.2

# Outlines, to be seen on black print, white paper and negative film alike; red is kept for what is doubtful.
_ROLE_COLOURS = {
    Role.KICKER: "#f08c00",
    Role.HEADLINE: "#e8590c",
    Role.DECK: "#f08c00",
    Role.SUBHEADING: "#ae3ec9",
    Role.PARAGRAPH: "#1c7ed6",
    Role.BYLINE: "#0ca678",
    Role.CONTINUATION: "#0ca678",
    Role.CAPTION: "#37b24d",
    Role.PICTURE: "#37b24d",
    Role.ADVERTISEMENT: "#b08900",
    Role.FOLIO: "#868e96",
    Role.FILLER: "#868e96",
}
_RULE_COLOUR, _GUTTER_COLOUR, _DOUBT_COLOUR = "#e64980", "#15aabf", "#e00000"

# A number is legible on a whole page when its height is a hundredth of the page's longer side, and on a page of big
# type it must not look lost beside the body type.
_NUMBER_OF_PAGE = 0.01
_NUMBER_OF_TYPE = 0.9

# A badge's height, and how wide a character of a bold sans-serif is, in parts of the number's size.
_BADGE_HEIGHT = 1.2
_CHARACTER_WIDTH = 0.62
# The shares of a badge that stand left of and above the region's corner: they hide no more than a corner of its type.
_BADGE_LEFT, _BADGE_ABOVE = 0.4, 0.65

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

# Links that were not made stay behind those that were.
_REJECTED_OPACITY = "0.7"

# How a link is told from the region that it leads to; links of pictures, captions and key points, from where they start.
_TOLD_BY_TARGET = {LinkKind.CONTINUES: "continues", LinkKind.HEADS: "headed by"}
_TOLD_BY_SOURCE = {
    LinkKind.ILLUSTRATES: "illustrates",
    LinkKind.SUMMARIZES: "key points of",
    LinkKind.CAPTIONS: "caption of",
}


def to_svg(page: Page, articles: tuple[Article, ...], preview: bytes | None = None, *, rejected: bool = False) -> bytes:
    """Draw the layout of a page.

    Regions are outlined by role and filled by article; badges number them in reading order, and the first of each
    article names it (`a001`); arrows lead from each heading to its text and from block to block where the text goes
    on. Printed rules are pink, white gutters light blue; a line that was not read or holds a doubtful character is
    outlined in dashed red, the character itself in red. Hovering tells the text of a line and its confidence, on
    badges and arrows why the order is as it is. The units are original pixels.

    Args:
        page: the page; its regions in reading order.
        articles: its articles.
        preview: a small PNG or JPEG of the original image, of any size, to lie under the drawing; None for none.
        rejected: whether to show the links that were weighed and not made: in hover texts with the reasons, those for
            which more spoke than against as dashed grey arrows, too.

    Returns:
        The document, UTF-8, self-contained; the same values give the same bytes.

    Raises:
        ValueError: the preview is neither PNG nor JPEG.
    """
    root = root_element(SVG, "svg")
    root.set("viewBox", f"0 0 {page.width} {page.height}")
    add(root, "title", f"{page.id}: {len(articles)} articles, confidence {decimal(page.confidence)}")
    whole = {"width": str(page.width), "height": str(page.height)}
    add(root, "rect", fill="#fff", **whole)
    if preview is not None:
        add(root, "image", href=_data_uri(preview), preserveAspectRatio="none", **whole)
    drawing = _Drawing.of(page if rejected else replace(page, rejected=()), articles)
    _add_separators(root, drawing)
    _add_rejected(root, drawing)
    _add_flow(root, drawing)  # below the badges, at which its arrows point
    for region in page.regions:
        _add_region(root, region, drawing)
    _add_doubts(root, drawing)
    lay_out(root, running=("text", "title"))
    return serialize(root)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What every part of the drawing looks up: the size of numbers, in pixels, and what is known of each region, by id."""

    page: Page
    size: float
    numbers: dict[str, int]
    articles: dict[str, Article]
    firsts: frozenset[str]  # the first region of each article, in reading order

    @staticmethod
    def of(page: Page, articles: tuple[Article, ...]) -> _Drawing:
        article_of = {id_: article for article in reversed(articles) for id_ in region_ids(article)}
        first_of = {article_of[region.id].id: region.id for region in reversed(page.regions) if region.id in article_of}
        return _Drawing(
            page=page,
            size=max(_NUMBER_OF_PAGE * max(page.width, page.height), _NUMBER_OF_TYPE * page.type_size),
            numbers={region.id: number for number, region in enumerate(page.regions, start=1)},
            articles=article_of,
            firsts=frozenset(first_of.values()),
        )

    def colour(self, region_id: str, *, dark: bool = False) -> str:
        article = self.articles.get(region_id)
        if article is None:
            return _UNUSED_DARK if dark else _UNUSED
        hue = article.number * _GOLDEN_ANGLE % 360 / 360
        rgb = colorsys.hls_to_rgb(hue, _DARK_LIGHTNESS if dark else _FILL_LIGHTNESS, _SATURATION)
        return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def _group(root: etree._Element, *, fill: str, stroke: str, width: float, dashes: float | None = None) -> etree._Element:
    """A group whose members share paint. Attributes, not a style sheet: every renderer reads them."""
    paint = {"stroke-width": f"{width:.1f}", "stroke-dasharray": f"{dashes:.1f}" if dashes else None}
    return add(root, "g", fill=fill, stroke=stroke, **paint)


def _data_uri(preview: bytes) -> str:
    kinds = [kind for signature, kind in _SIGNATURES.items() if preview.startswith(signature)]
    if not kinds:
        raise ValueError("a preview is a PNG or a JPEG")
    return f"data:{kinds[0]};base64,{base64.b64encode(preview).decode('ascii')}"


def _add_separators(root: etree._Element, drawing: _Drawing) -> None:
    gutters = add(root, "g", fill=_GUTTER_COLOUR, **{"fill-opacity": "0.25"})
    printed = _group(root, fill=_RULE_COLOUR, stroke=_RULE_COLOUR, width=drawing.size / 12)
    printed.set("opacity", "0.7")
    for separator in drawing.page.separators:
        group = gutters if separator.kind is SeparatorKind.GUTTER else printed
        add(add(group, "polygon", points=points_text(separator.polygon, drawing.page)), "title", separator.kind.value)


def _add_region(root: etree._Element, region: Region, drawing: _Drawing) -> None:
    group = _group(root, fill=drawing.colour(region.id), stroke=_ROLE_COLOURS[region.role], width=drawing.size / 10)
    group.set("id", region.id)
    add(group, "title", _told(region, drawing))
    add(group, "polygon", points=points_text(region.polygon, drawing.page), **{"fill-opacity": str(_FILL_OPACITY)})
    lines = add(group, "g", stroke="none", **{"fill-opacity": "0"})  # seen by the pointer alone
    for line in region.lines:
        add(add(lines, "polygon", points=points_text(line.polygon, drawing.page)), "title", _read(line))
    _add_badge(group, region, drawing)


def _told(region: Region, drawing: _Drawing) -> str:
    """What is known of a region, for its hover text: one row each for place, article and the links that placed it."""
    place = f"column {region.column}" if region.column else "across columns"
    article, count = drawing.articles.get(region.id), len(region.lines)
    rows = [
        f"{drawing.numbers[region.id]}. {region.role}, {place}, {count} line{'' if count == 1 else 's'}",
        f"{article.id}, {title(article)}" if article else "no article",
    ]
    for link in drawing.page.links:
        if link.target == region.id and link.kind in _TOLD_BY_TARGET and link.source in drawing.numbers:
            rows.append(f"{_TOLD_BY_TARGET[link.kind]} {drawing.numbers[link.source]}: {_reasons(link)}")
        if link.source == region.id and link.kind in _TOLD_BY_SOURCE and link.target in drawing.numbers:
            rows.append(f"{_TOLD_BY_SOURCE[link.kind]} {drawing.numbers[link.target]}: {_reasons(link)}")
    rejected = [link for link in drawing.page.rejected if link.target == region.id]
    rows += [f"not {_TOLD_BY_TARGET[link.kind]} {_rejected(link, drawing)}" for link in rejected]
    return "\n".join(rows)


def _reasons(link: Link) -> str:
    return f"{link.score:+.1f} ({link.reason})"


def _rejected(link: Link, drawing: _Drawing) -> str:
    """A link that was not made, by the number of where it starts, with its reasons and why it was not made."""
    why = why_not(link, drawing.page, lambda id_: str(drawing.numbers[id_]))
    return f"{drawing.numbers[link.source]}: {_reasons(link)}; {why}"


def _read(line: TextLine) -> str:
    return f"{decimal(line.confidence)}: {one_line(line.text) or 'not read'}"


def _add_flow(root: etree._Element, drawing: _Drawing) -> None:
    """An arrow for each step of the reading order, in its article's colour; pictures go by their colour alone."""
    flow = add(root, "g", **{"stroke-linecap": "round"})
    boxes = {region.id: bounds(page_points(region.polygon, drawing.page)) for region in drawing.page.regions}
    for link in drawing.page.links:
        if link.kind in _TOLD_BY_TARGET and link.source in boxes and link.target in boxes:
            colour = drawing.colour(link.target, dark=True)
            arrow = add_arrow(flow, boxes[link.source], boxes[link.target], drawing.size, colour)
            numbers = f"{drawing.numbers[link.source]} → {drawing.numbers[link.target]}"
            add(arrow, "title", f"{numbers}, {link.kind}: {_reasons(link)}")


def _add_rejected(root: etree._Element, drawing: _Drawing) -> None:
    """A dashed arrow for each link that had something for it and was not made, below the flow."""
    links = [link for link in drawing.page.rejected if link.score > 0]
    if not links:
        return
    group = add(root, "g", opacity=_REJECTED_OPACITY, **{"stroke-dasharray": f"{drawing.size / 3:.1f}"})
    boxes = {region.id: bounds(page_points(region.polygon, drawing.page)) for region in drawing.page.regions}
    for link in links:
        arrow = add_arrow(group, boxes[link.source], boxes[link.target], drawing.size / 2, _UNUSED_DARK)
        add(arrow, "title", f"{drawing.numbers[link.target]} not {_TOLD_BY_TARGET[link.kind]} {_rejected(link, drawing)}")


def _add_badge(group: etree._Element, region: Region, drawing: _Drawing) -> None:
    """The region's number, white on its article's colour, on the upper left corner."""
    article = drawing.articles.get(region.id)
    label = str(drawing.numbers[region.id])
    if article is not None and region.id in drawing.firsts:
        label += f" {article.id.removeprefix(f'{drawing.page.id}-')}"
    size = drawing.size
    width, height = size * (_CHARACTER_WIDTH * len(label) + 0.5), size * _BADGE_HEIGHT
    left, top, _, _ = page_box(region.polygon, drawing.page)
    x = min(max(0.0, left - _BADGE_LEFT * width), max(0.0, drawing.page.width - width))
    y = max(0.0, top - _BADGE_ABOVE * height)
    box = {"x": f"{x:.0f}", "y": f"{y:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}", "rx": f"{size / 4:.0f}"}
    add(group, "rect", fill=drawing.colour(region.id, dark=True), stroke="none", **box)
    font = {"font-family": "sans-serif", "font-weight": "bold", "font-size": f"{size:.0f}"}
    middle = {"x": f"{x + width / 2:.0f}", "y": f"{y + 0.96 * size:.0f}", "text-anchor": "middle"}
    add(group, "text", label, fill="#fff", stroke="none", **middle, **font)


def _add_doubts(root: etree._Element, drawing: _Drawing) -> None:
    """Outlines of the lines that want an editor's eye, and the characters in them that were read without certainty."""
    page, size = drawing.page, drawing.size
    group = _group(root, fill="none", stroke=_DOUBT_COLOUR, width=size / 10, dashes=size / 4)
    for line in filter(is_doubtful, page.lines):
        add(add(group, "polygon", points=points_text(line.polygon, page)), "title", _read(line))
        for glyph in line.glyphs:
            if glyph.confidence < DOUBTFUL:
                box = dict(zip(("x", "y", "width", "height"), map(str, page_box(glyph.polygon, page)), strict=True))
                mark = add(group, "rect", fill=_DOUBT_COLOUR, stroke="none", **{"fill-opacity": "0.4"}, **box)
                add(mark, "title", f"{decimal(glyph.confidence)}: {one_line(glyph.text)}")
