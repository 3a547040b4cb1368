"""Pages and articles as documents: the table of formats, and all documents of a page by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.export.alto import to_alto
from digitize.export.explanation import to_explanation
from digitize.export.newsml import to_newsml
from digitize.export.svg import to_svg
from digitize.export.tei import to_tei
from digitize.options import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from digitize.model import Article, Issue, Page, Revision

    ArticleWriter = Callable[[Article, Page, Issue, Revision], bytes]
    PageWriter = Callable[[Page, tuple[Article, ...], Issue, Revision], bytes]

SVG_SUFFIX = ".svg"


@dataclass(frozen=True, slots=True)
class ArticleExport:
    """A format that has one document for each article: how its files end, and what writes it."""

    suffix: str
    write: ArticleWriter


@dataclass(frozen=True, slots=True)
class PageExport:
    """A format that has one document for each page: how its files end, and what writes it."""

    suffix: str
    write: PageWriter


# A format is added by a module here, a row in this table, a name in `Format`, and a profile in schemas/.
EXPORTS: dict[Format, ArticleExport | PageExport] = {
    Format.TEI: ArticleExport(".tei.xml", to_tei),
    Format.NEWSML: ArticleExport(".newsml.xml", to_newsml),
    Format.ALTO: PageExport(".alto.xml", to_alto),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document under the name that it has in the page's folder."""

    name: str
    content: bytes


def export_page(
    page: Page,
    articles: tuple[Article, ...],
    issue: Issue,
    revision: Revision,
    formats: Collection[Format] = tuple(Format),
) -> Iterator[Document]:
    """Write the documents of a page in the formats wanted: format by format, articles in their order.

    The overlay drawing is not among them: `to_svg` makes it, with a preview of the image.
    """
    for name, export in EXPORTS.items():
        if name not in formats:
            continue
        if isinstance(export, PageExport):
            yield Document(page.id + export.suffix, export.write(page, articles, issue, revision))
        else:
            for article in articles:
                yield Document(article.id + export.suffix, export.write(article, page, issue, revision))


__all__ = [
    "EXPORTS",
    "SVG_SUFFIX",
    "ArticleExport",
    "Document",
    "PageExport",
    "export_page",
    "to_alto",
    "to_explanation",
    "to_newsml",
    "to_svg",
    "to_tei",
]
