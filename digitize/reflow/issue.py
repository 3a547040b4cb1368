"""Articles that run on over the pages of an issue: what is left open at a tier's end goes on at the next page's head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.model import HEADING_ROLES, ArticleKind, Role
from digitize.reflow.passages import join_passages
from digitize.reflow.running import GOES_ON, TERMINAL, goes_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.model import Article, Page, Passage, Region

SAME_TIER = 1.0
"""Points for the tier of the same place in the order of its page."""


@dataclass(frozen=True, slots=True)
class PageArticles:
    """A page and the articles that begin on it."""

    page: Page
    articles: tuple[Article, ...]


def join_pages(pages: Sequence[PageArticles]) -> tuple[PageArticles, ...]:
    """Join the articles of an issue that run on from page to page; each stays with the page that it begins on.

    Only pages in running columns are joined: on others a text that goes on elsewhere says so in print. What a page's
    tier begins with goes on from an article that ends a tier of the page before, if it has no heading and its text follows.
    """
    joined = [list(each.articles) for each in pages]
    ends: list[tuple[int, int]] = []  # the articles that may go on: page and place among its articles
    for number, each in enumerate(pages):
        articles = joined[number]
        heads = [article for article in articles if _is_headless_start(article, each.page)]
        taken: dict[str, tuple[int, int]] = {}
        for head in heads:
            free = [end for end in ends if end not in taken.values()]
            # Tiers go on in their order: the news on the news, the feuilleton on the feuilleton.
            twin = ends[len(taken)] if len(taken) < len(ends) else None
            best = max(free, key=lambda end: _flow(joined[end[0]][end[1]], head) + SAME_TIER * (end == twin), default=None)
            # What stands first on a page and has no heading goes on from the page before, however its text was read.
            if best and (head is articles[0] or _flow(joined[best[0]][best[1]], head) >= GOES_ON):
                joined[best[0]][best[1]] = _with(joined[best[0]][best[1]], head)
                taken[head.id] = best
        last = _tier_ends(each)
        kept = [article for article in articles if article.id not in taken]
        joined[number] = kept
        places = {article.id: (number, place) for place, article in enumerate(kept)}
        ends = [taken.get(article.id) or places[article.id] for article in last]
    return tuple(
        PageArticles(_with_following(each.page, own, pages[number + 1 :]), _numbered(each.page, own))
        for number, (each, own) in enumerate(zip(pages, joined, strict=True))
    )


def _with_following(page: Page, articles: Sequence[Article], later: Sequence[PageArticles]) -> Page:
    """The page with those later ones on which its articles go on."""
    used = {key for article in articles for passage in article.passages for key in passage.region_ids}
    return replace(page, following=tuple(each.page for each in later if any(r.id in used for r in each.page.regions)))


def _numbered(page: Page, articles: Sequence[Article]) -> tuple[Article, ...]:
    return tuple(replace(a, id=f"{page.id}-a{n:03d}", number=n) for n, a in enumerate(articles, start=1))


def _is_headless_start(article: Article, page: Page) -> bool:
    """Whether an article without a heading begins a tier of its page."""
    regions = _regions(article, page)
    if article.kind is not ArticleKind.ARTICLE or not regions or any(r.role in HEADING_ROLES for r in regions):
        return False
    tier = [region for region in page.regions if region.tier and region.tier == regions[0].tier]
    return bool(tier) and tier[0].id == regions[0].id


def _tier_ends(each: PageArticles) -> list[Article]:
    """The articles with which the tiers of a page end, in their order."""
    ends: dict[int, Article] = {}
    for article in each.articles:
        for region in _regions(article, each.page):
            if region.tier:
                ends[region.tier] = article
    unique = {article.id: article for article in ends.values() if article.kind is ArticleKind.ARTICLE}
    return list(unique.values())


def _regions(article: Article, page: Page) -> list[Region]:
    named = [key for passage in article.passages for key in passage.region_ids]
    own = {region.id: region for region in page.regions}
    return [own[key] for key in named if key in own]


def _flow(article: Article, head: Article) -> float:
    """How much the texts say for the second going on from the first."""
    if not article.passages or not head.passages:
        return 0.0
    last, first = article.passages[-1], head.passages[0]
    return goes_on(last.text, first.text) if last.role is Role.PARAGRAPH else 0.0


def _with(article: Article, head: Article) -> Article:
    """An article with what goes on from it on another page."""
    return replace(
        article,
        passages=_joined(article.passages, head.passages),
        figures=(*article.figures, *head.figures),
        persons=tuple(dict.fromkeys((*article.persons, *head.persons))),
    )


def _joined(passages: tuple[Passage, ...], others: tuple[Passage, ...]) -> tuple[Passage, ...]:
    last, first = passages[-1], others[0]
    end, start = last.text.rstrip(), first.text.lstrip()
    mid = last.role is first.role is Role.PARAGRAPH and start[:1].islower() and not end.endswith(TERMINAL)
    return (*passages[:-1], join_passages(last, first), *others[1:]) if mid else (*passages, *others)
