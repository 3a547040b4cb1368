"""The layout drawn over the page, for people: regions, their order, articles in colours, separators, doubtful lines."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from digitize.export.confidence import decimal, is_doubtful
from digitize.export.identity import title
from digitize.export.markup import add, lay_out, one_line, page_box, points_text, root_element, serialize
from digitize.export.parts import region_ids
from digitize.model import Role, SeparatorKind

if TYPE_CHECKING:
    from lxml import etree

    from digitize.model import Article, Page, Region, TextLine

SVG = "http://www.w3.org/2000/svg"

# Turning the hue by the golden angle keeps any number of neighbours apart (Vogel 1979, on sunflower heads).
_GOLDEN_ANGLE = 137.508

# Regions that belong to no article.
_UNUSED = "#888"

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
    add(root, "title", f"{page.id}: {len(articles)} articles, confidence {decimal(page.confidence)}")
    add(root, "style", _style(_number_size(page)))
    whole = {"width": str(page.width), "height": str(page.height)}
    add(root, "rect", **{"class": "paper"}, **whole)
    if preview is not None:
        add(root, "image", href=_data_uri(preview), preserveAspectRatio="none", opacity="0.8", **whole)
    _add_separators(root, page)
    article_of = {id_: article for article in reversed(articles) for id_ in region_ids(article)}
    for number, region in enumerate(page.regions, start=1):
        _add_region(root, region, number, page, article_of.get(region.id))
    for region in page.regions:
        for line in filter(is_doubtful, region.lines):
            _add_doubtful_line(root, line, page)
    lay_out(root, running=("text", "title", "style"))
    return serialize(root)


def _number_size(page: Page) -> float:
    return max(_NUMBER_OF_PAGE * max(page.width, page.height), _NUMBER_OF_TYPE * page.type_size)


def _style(number_size: float) -> str:
    stroke = number_size / 10
    roles = "".join(f".{role}{{stroke:{colour}}}" for role, colour in _ROLE_COLOURS.items())
    return (
        f"polygon{{stroke-width:{stroke:.1f};fill-opacity:.22}}.paper{{fill:#fff}}"
        f".separator{{fill:none;stroke:#000;stroke-opacity:.6}}.gutter{{stroke:#2980b9;stroke-dasharray:{4 * stroke:.1f}}}"
        f".doubtful{{fill:none;stroke:#e00;stroke-dasharray:{2 * stroke:.1f}}}"
        f"text{{font:bold {number_size:.1f}px sans-serif;paint-order:stroke;stroke:#fff;stroke-width:{2 * stroke:.1f}}}{roles}"
    )


def _data_uri(preview: bytes) -> str:
    kinds = [kind for signature, kind in _SIGNATURES.items() if preview.startswith(signature)]
    if not kinds:
        raise ValueError("a preview is a PNG or a JPEG")
    return f"data:{kinds[0]};base64,{base64.b64encode(preview).decode('ascii')}"


def _colour(article: Article | None) -> str:
    return f"hsl({article.number * _GOLDEN_ANGLE % 360:.0f},85%,45%)" if article else _UNUSED


def _add_separators(root: etree._Element, page: Page) -> None:
    for separator in page.separators:
        kind = "separator gutter" if separator.kind is SeparatorKind.GUTTER else "separator"
        polygon = add(root, "polygon", points=points_text(separator.polygon, page), **{"class": kind})
        add(polygon, "title", separator.kind.value)


def _add_region(root: etree._Element, region: Region, number: int, page: Page, article: Article | None) -> None:
    group = add(root, "g", id=region.id)
    place = f"column {region.column}" if region.column else "across columns"
    item = f"{article.id}, {title(article)}" if article else "no article"
    add(group, "title", f"{number}. {region.role}, {place}, {len(region.lines)} lines\n{item}")
    points = points_text(region.polygon, page)
    add(group, "polygon", points=points, fill=_colour(article), **{"class": region.role.value})
    x, y, _, _ = page_box(region.polygon, page)
    # The baseline lies one number below the region's upper edge, so that the number stands inside.
    label = f"{number}" if article is None else f"{number} ({article.number})"
    add(group, "text", label, x=str(x), y=f"{y + _number_size(page):.0f}", fill=_ROLE_COLOURS[region.role])


def _add_doubtful_line(root: etree._Element, line: TextLine, page: Page) -> None:
    polygon = add(root, "polygon", points=points_text(line.polygon, page), **{"class": "doubtful"})
    add(polygon, "title", f"{decimal(line.confidence)}: {one_line(line.text) or 'not read'}")
