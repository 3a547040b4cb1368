"""A page with text becomes articles: reading order first, then what each article is made of.

settle_language: text -> the language, and with it the cues
read_order: folio -> flow graph -> chains -> regions in reading order
assemble: chains -> headings, paragraphs, bylines, figures; advertisements apart
join_pages: articles of an issue that run on from page to page
"""

from __future__ import annotations

from digitize.reflow.articles import assemble
from digitize.reflow.issue import PageArticles, join_pages
from digitize.reflow.language import settle_language
from digitize.reflow.order import read_order

__all__ = ["PageArticles", "assemble", "join_pages", "read_order", "settle_language"]
