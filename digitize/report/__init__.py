"""A static report over an archive, for people: documents read back, and pages of HTML that need nothing but a browser."""

from digitize.report.articles import read_tei
from digitize.report.html import index_html, page_html
from digitize.report.layouts import Layout, read_alto
from digitize.report.pictures import Thumbnail, preview_in, thumbnail_of
from digitize.report.views import Around, Arrival, ArticleText, Imprint, Outcome, PageView, Row

__all__ = [
    "Around",
    "Arrival",
    "ArticleText",
    "Imprint",
    "Layout",
    "Outcome",
    "PageView",
    "Row",
    "Thumbnail",
    "index_html",
    "page_html",
    "preview_in",
    "read_alto",
    "read_tei",
    "thumbnail_of",
]
