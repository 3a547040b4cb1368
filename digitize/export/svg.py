"""The layout drawn over the page, for people: regions, their order, articles in colours, separators, doubtful lines."""

from __future__ import annotations

import base64
import colorsys
from typing import TYPE_CHECKING

from digitize.export.confidence import decimal, is_doubtful
from digitize.export.identity import title
from digitize.export.markup import add, lay_out, one_line, page_box, points_text, root_element, serialize
from digitize.export.parts import region_ids
from digitize.model import Role, SeparatorKind

if TYPE_CHECKING:
    from lxml import etree

    from digitize.model import Article, Page, Region

SVG = "http://www.w3.org/2000/svg"

# Turning the hue by the golden angle keeps any number of neighbours apart (Vogel 1979, on sunflower heads).
_GOLDEN_ANGLE = 137.508

# Regions that belong to no article.
_UNUSED = "#888888"
_LIGHTNESS, _SATURATION = 0.45, 0.85

_ROLE_COLOURS = {
    Role.KICKER: "#d35400",
    Role.HEADLINE: "#c0392b",
    Role.DECK: "#a93226",
    Role.SUBHEADING: "#7d3c98",
    Role.PARAGRAPH: "#1f618d",
    Role.BYLINE: "#117a65",
    Role.CAPTION: "#1e8449",
    Role.PICTURE: "#34495e",
    Role.ADVERTISEMENT: "#9a7d0a",
    Role.FOLIO: "#707b7c",
    Role.FILLER: "#707b7c",
}

# A number is legible on a whole page when its height is a hundredth of the page's longer side, and on a page of big
# type it must not look lost beside the body type.
_NUMBER_OF_PAGE = 0.01
_NUMBER_OF_TYPE = 0.9

# How wide a digit of a bold sans-serif is, in parts of its size.
_DIGIT_WIDTH = 0.6

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def to_svg(page: Page, articles: tuple[Article, ...], preview: bytes | None = None) -> bytes:
    """Draw the layout of a page.

    Regions are outlined by role and filled by article; the numbers tell the reading order; a dashed red outline marks
    a line that was not read or holds a doubtful character. Hover texts say more. The units are original pixels.

    Args:
        page: the page; its regions in reading order.
        articles: its articles.
        preview: a small PNG or JPEG of the original image, of any size, to lie under the drawing; None for none.

    Returns:
        The document, UTF-8, self-contained; the same values give the same bytes.

    Raises:
        ValueError: the preview is neither PNG nor JPEG.
    """
    root = root_element(SVG, "svg")
    root.set("viewBox", f"0 0 {page.width} {page.height}")
    size = _number_size(page)
    add(root, "title", f"{page.id}: {len(articles)} articles, confidence {decimal(page.confidence)}")
    whole = {"width": str(page.width), "height": str(page.height)}
    add(root, "rect", fill="#fff", **whole)
    if preview is not None:
        add(root, "image", href=_data_uri(preview), preserveAspectRatio="none", **whole)
    _add_separators(root, page, size)
    article_of = {id_: article for article in reversed(articles) for id_ in region_ids(article)}
    for number, region in enumerate(page.regions, start=1):
        _add_region(root, region, number, page, article_of.get(region.id))
    doubtful = _group(root, fill="none", stroke="#e00", width=size / 10, dashes=size / 4)
    for line in filter(is_doubtful, page.lines):
        polygon = add(doubtful, "polygon", points=points_text(line.polygon, page))
        add(polygon, "title", f"{decimal(line.confidence)}: {one_line(line.text) or 'not read'}")
    lay_out(root, running=("text", "title"))
    return serialize(root)


def _number_size(page: Page) -> float:
    return max(_NUMBER_OF_PAGE * max(page.width, page.height), _NUMBER_OF_TYPE * page.type_size)


def _group(root: etree._Element, *, fill: str, stroke: str, width: float, dashes: float | None = None) -> etree._Element:
    """A group whose members share paint. Attributes, not a style sheet: every renderer reads them."""
    paint = {"stroke-width": f"{width:.1f}", "stroke-dasharray": f"{dashes:.1f}" if dashes else None}
    return add(root, "g", fill=fill, stroke=stroke, **paint)


def _data_uri(preview: bytes) -> str:
    kinds = [kind for signature, kind in _SIGNATURES.items() if preview.startswith(signature)]
    if not kinds:
        raise ValueError("a preview is a PNG or a JPEG")
    return f"data:{kinds[0]};base64,{base64.b64encode(preview).decode('ascii')}"


def _colour(article: Article | None) -> str:
    if article is None:
        return _UNUSED
    hue = article.number * _GOLDEN_ANGLE % 360 / 360
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, _LIGHTNESS, _SATURATION))


def _add_separators(root: etree._Element, page: Page, size: float) -> None:
    printed = _group(root, fill="none", stroke="#000", width=size / 12)
    gutters = _group(root, fill="none", stroke="#2980b9", width=size / 12, dashes=size / 2)
    for separator in page.separators:
        group = gutters if separator.kind is SeparatorKind.GUTTER else printed
        add(add(group, "polygon", points=points_text(separator.polygon, page)), "title", separator.kind.value)


def _add_region(root: etree._Element, region: Region, number: int, page: Page, article: Article | None) -> None:
    size = _number_size(page)
    group = _group(root, fill=_colour(article), stroke=_ROLE_COLOURS[region.role], width=size / 8)
    group.set("id", region.id)
    place = f"column {region.column}" if region.column else "across columns"
    item = f"{article.id}, {title(article)}" if article else "no article"
    add(group, "title", f"{number}. {region.role}, {place}, {len(region.lines)} lines\n{item}")
    add(group, "polygon", points=points_text(region.polygon, page), **{"fill-opacity": "0.22"})
    # The number stands on white in the upper left corner, in the colour of the region's role.
    x, y, _, _ = page_box(region.polygon, page)
    label = f"{number}" if article is None else f"{number} ({article.number})"
    width = _DIGIT_WIDTH * size * (len(label) + 1)
    box = {"x": str(x), "y": str(y), "width": f"{width:.0f}", "height": f"{1.2 * size:.0f}"}
    add(group, "rect", fill="#fff", stroke="none", **box, **{"fill-opacity": "0.85"})
    font = {"font-family": "sans-serif", "font-weight": "bold", "font-size": f"{size:.0f}"}
    middle = {"x": f"{x + width / 2:.0f}", "y": f"{y + size:.0f}", "text-anchor": "middle"}
    add(group, "text", label, fill=_ROLE_COLOURS[region.role], stroke="none", **middle, **font)
