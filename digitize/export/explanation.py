"""A page explained: what was found where, which link leads from what to what, why, and what else was weighed; as JSON.

The form is for programs and for people who want to know why a page was read as it was. It is documented in the README;
`SCHEMA_VERSION` counts up when a field changes its meaning or goes, not when one is added.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digitize.export.markup import page_box
from digitize.export.parts import region_ids
from digitize.model import LinkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from digitize.model import Article, Link, Page, Region, TextLine

SCHEMA_VERSION = 1

CONFIDENCE_DIGITS = 3

_FLOW = frozenset({LinkKind.CONTINUES, LinkKind.HEADS})


def to_explanation(page: Page, articles: tuple[Article, ...]) -> bytes:
    """Explain a page as JSON, UTF-8.

    Boxes are `[left, top, width, height]` in whole original pixels. The same values give the same bytes.

    Args:
        page: the page; its regions in reading order.
        articles: its articles.
    """
    article_of = {id_: article.id for article in reversed(articles) for id_ in region_ids(article)}
    values = {
        "schema": SCHEMA_VERSION,
        "page": _page(page),
        "regions": [_region(n, region, article_of.get(region.id), page) for n, region in enumerate(page.regions, start=1)],
        "separators": [{"kind": s.kind, "box": page_box(s.polygon, page)} for s in page.separators],
        "frames": [{"id": frame.id, "box": page_box(frame.polygon, page)} for frame in page.frames],
        "articles": [_article(article) for article in articles],
        "links": [_link(link) for link in page.links],
        "rejected": [_link(link) | {"why_not": why_not(link, page)} for link in page.rejected],
    }
    text = json.dumps(values, ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", "backslashreplace")  # a file name that is not UTF-8 comes with lone surrogates


def why_not(link: Link, page: Page, name: Callable[[str], str] = str) -> str:
    """Why a link that was weighed was not made, in one line; `name` tells how to name a region by its id."""
    if link.score <= 0:
        return "more speaks against it than for it"
    flow = [made for made in page.links if made.kind in _FLOW]
    onward = next((made for made in flow if made.source == link.source), None)
    into = next((made for made in flow if made.target == link.target), None)
    reasons = [
        f"{name(link.source)} goes on in {name(onward.target)} ({onward.score:+.1f})" if onward else "",
        f"{name(link.target)} follows {name(into.source)} ({into.score:+.1f})" if into else "",
    ]
    return " and ".join(filter(None, reasons)) or "the text would have gone round in a ring"


def _page(page: Page) -> dict[str, Any]:
    source = page.source
    return {
        "id": page.id,
        "path": source.path,
        "frame": source.frame,
        "frames": source.frames,
        "sha256": source.sha256,
        "width": page.width,
        "height": page.height,
        "language": page.language,
        "newspaper": page.folio.newspaper,
        "date": page.folio.date.isoformat() if page.folio.date else None,
        "page_number": page.folio.page_number,
        "negative": page.negative,
        "skew": round(page.skew, 2),
        "type_size": round(page.type_size, 1),
        "line_pitch": round(page.line_pitch, 1),
        "steps": [{"name": s.name, "software": s.software, "version": s.version, "settings": s.settings} for s in page.steps],
    }


def _region(number: int, region: Region, article_id: str | None, page: Page) -> dict[str, Any]:
    return {
        "number": number,
        "id": region.id,
        "role": region.role,
        "box": page_box(region.polygon, page),
        "article": article_id,
        "column": region.column,
        "frame": region.frame_id,
        "heading": region.heading_id,
        "lines": [_line(line, page) for line in region.lines],
    }


def _line(line: TextLine, page: Page) -> dict[str, Any]:
    box, confidence = page_box(line.polygon, page), round(line.confidence, CONFIDENCE_DIGITS)
    return {"id": line.id, "box": box, "text": line.text, "confidence": confidence}


def _article(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "kind": article.kind,
        "kicker": article.kicker,
        "headline": article.headline,
        "deck": article.deck,
        "persons": [{"name": person.name, "role": person.role} for person in article.persons],
        "regions": region_ids(article),
        "characters": sum(len(line.text) for line in article.lines),
    }


def _link(link: Link) -> dict[str, Any]:
    reasons = link.reason.split("; ") if link.reason else []
    return {"kind": link.kind, "source": link.source, "target": link.target, "score": link.score, "reasons": reasons}
