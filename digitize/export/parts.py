"""An article's passages in the order that documents ask for: headings, bylines, text, closing bylines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from digitize.model import HEADING_ROLES, Role

if TYPE_CHECKING:
    from digitize.model import Article, Page, Passage


def all_passages(article: Article) -> tuple[Passage, ...]:
    """The article's passages, then the captions of its pictures."""
    return (*article.passages, *chain.from_iterable(figure.captions for figure in article.figures))


def region_ids(article: Article) -> tuple[str, ...]:
    """The regions that the article uses, once each: those of its text, of its captions, then its pictures."""
    named = chain.from_iterable(passage.region_ids for passage in all_passages(article))
    return tuple(dict.fromkeys((*named, *(figure.region_id for figure in article.figures))))


def pages_of(article: Article, page: Page) -> tuple[Page, ...]:
    """The pages that the article stands on: the one that it begins on, then those on which it goes on."""
    used = set(region_ids(article))
    return (page, *(other for other in page.following if any(region.id in used for region in other.regions)))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an article that opens with headings and bylines and closes with bylines; each may be empty."""

    opening: tuple[Passage, ...] = ()
    text: tuple[Passage, ...] = ()
    closing: tuple[Passage, ...] = ()


def divide(article: Article) -> tuple[Part, ...]:
    """The article's passages as parts, in reading order, each passage once; at least one part.

    Headings and bylines open a part. Where one stands in the midst of the text, what it stands over is a part of its
    own: TEI and NITF allow neither between paragraphs. Bylines after the last of the text close the last part. What leads
    to another page (下转第二版) is no text: the formats say it in their own ways, from `Article.continued_to` and its twin.
    """
    passages = tuple(passage for passage in article.passages if passage.role is not Role.CONTINUATION)
    last = max((i for i, p in enumerate(passages) if not _opens(p)), default=-1)
    headings_after = any(p.role in HEADING_ROLES for p in passages[last + 1 :])
    end = len(passages) if headings_after or last < 0 else last + 1
    parts: list[Part] = []
    opening: list[Passage] = []
    text: list[Passage] = []
    for passage in passages[:end]:
        if not _opens(passage):
            text.append(passage)
            continue
        if text:
            parts.append(Part(tuple(opening), tuple(text)))
            opening, text = [], []
        opening.append(passage)
    return (*parts, Part(tuple(opening), tuple(text), passages[end:]))


def _opens(passage: Passage) -> bool:
    return passage.role in HEADING_ROLES or passage.role is Role.BYLINE
