"""The measures: one page as it was read against the same page as it is printed.

All figures lie from 0 to 1 and are better when higher, but `cer`. A figure is None where the truth holds nothing that it
could measure: a page without kickers has no share of kickers that were read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digitize.evaluate.texts import ArticleText, PageTexts
    from digitize.geometry import Box

JOIN_CHARACTERS = 7
"""Characters on each side of a line's end that tell it from all others on a page."""

PARAGRAPH_CHARACTERS = 8
"""Characters that tell a paragraph's beginning from all others."""

RELATED = 0.05
"""Articles that share less than this share of their text have nothing to do with one another."""

SAME_LINE = 0.3
"""Two boxes are one printed line where their intersection is more than this share of their union. Some boxes hold the ink
and others the whole body of the type, which tells most on the shortest lines (0.44 was measured on one of two characters);
neighbouring lines hardly overlap."""

_HYPHENS = "-\u00ac\u00ad\u2010"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What still counts as the same: an article from that similarity (0..1) on, a join from that one (0..100) on."""

    article: float
    join: float


# Two of the fourteen characters of a join may be wrong (1 - 4/28 = 0.857; three give 0.786).
CLEAN = Tolerance(article=0.9, join=84)
# Where recognition misses every fifth character: four of the fourteen (1 - 8/28 = 0.714).
FILM = Tolerance(article=0.6, join=70)


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a page was read.

    Attributes:
        join: share of lines of body text that are followed by the line that follows them in print.
        article_f1: F1 of articles; one is found where at least 90 % of its text is the same (1 - edits / longer length).
        article_sim: mean of that sameness over the true articles, 0 for those without counterpart.
        headline: share of true headlines that are right to the character, but for spaces and width.
        kicker: the same of kickers.
        byline: the same of bylines.
        para_f1: F1 of paragraph beginnings, in articles with counterpart.
        cer: character error rate in found articles (edits / true characters); 1 where none is found.
        order: share of pairs of an article's printed lines that were read in the order of print (the normalized Kendall
            tau, (tau + 1) / 2; a line that was not found is in no order). M. G. Kendall, A New Measure of Rank
            Correlation, Biometrika 30, 1938; used for reading order by L. Quirós and E. Vidal, Reading Order Detection on
            Handwritten Documents, Neural Computing and Applications 34, 2022.
        region_iou: mean over the true articles of the intersection over union of two upright boxes, that around the
            article and that around its counterpart; 0 for articles without counterpart. M. Everingham and others, The
            PASCAL Visual Object Classes Challenge, International Journal of Computer Vision 88, 2010.
    """

    join: float | None
    article_f1: float | None
    article_sim: float | None
    headline: float | None
    kicker: float | None
    byline: float | None
    para_f1: float | None
    cer: float | None
    order: float | None
    region_iou: float | None


FIGURES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True, slots=True)
class Pair:
    """A true article, the one that was read in its place, and how much of their text is the same, 0..1."""

    true: ArticleText
    read: ArticleText
    similarity: float


def measure(truth: PageTexts, read: PageTexts, tolerance: Tolerance = CLEAN) -> Figures:
    """All figures of one page."""
    pairs = _pairs(truth.articles, read.articles)
    found = [pair for pair in pairs if pair.similarity >= tolerance.article]
    count = len(truth.articles)
    return Figures(
        join=_joined(truth.joins, read.articles, tolerance.join),
        article_f1=_f1(len(found), count, len(read.articles)),
        article_sim=_share(sum(pair.similarity for pair in pairs), count),
        headline=_right("headline", truth.articles, pairs),
        kicker=_right("kicker", truth.articles, pairs),
        byline=_right("byline", truth.articles, pairs),
        para_f1=_paragraphs(truth.articles, pairs),
        cer=_character_errors(found) if found else 1.0 if count else None,
        order=_ordered(truth.articles, read.articles),
        region_iou=_areas(truth.articles, pairs),
    )


def mean(pages: Sequence[Figures]) -> Figures:
    """Each figure's mean over the pages on which there was something to measure; None where there is no such page."""
    return Figures(*(_mean([value for page in pages if (value := getattr(page, name)) is not None]) for name in FIGURES))


def _mean(values: Sequence[float]) -> float | None:
    return _share(sum(values), len(values))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _f1(hits: int, true: int, read: int) -> float | None:
    """The harmonic mean of precision and recall."""
    return _share(2 * hits, true + read)


def _joined(joins: Sequence[tuple[str, str]], read: Sequence[ArticleText], cutoff: float) -> float | None:
    """The share of joins that are found in the text that was read, letter by letter or nearly so."""
    text = "\n".join(article.body for article in read)
    probes = [a.rstrip(_HYPHENS)[-JOIN_CHARACTERS:] + b[:JOIN_CHARACTERS] for a, b in joins]
    hits = sum(probe in text or fuzz.partial_ratio(probe, text, score_cutoff=cutoff) > 0 for probe in probes)
    return _share(hits, len(probes))


def _pairs(true: Sequence[ArticleText], read: Sequence[ArticleText]) -> list[Pair]:
    """Articles and their counterparts, the most similar ones first."""
    similar = (
        (Levenshtein.normalized_similarity(a.text, b.text), i, j) for i, a in enumerate(true) for j, b in enumerate(read)
    )
    return [Pair(true[i], read[j], similarity) for similarity, i, j in _one_to_one(similar, RELATED)]


def _one_to_one(candidates: Iterable[tuple[float, int, int]], above: float) -> list[tuple[float, int, int]]:
    """Pairs in which each side stands once at most, taken greedily from the best down."""
    lefts: set[int] = set()
    rights: set[int] = set()
    taken = []
    for score, left, right in sorted((c for c in candidates if c[0] > above), reverse=True):
        if left not in lefts and right not in rights:
            lefts.add(left)
            rights.add(right)
            taken.append((score, left, right))
    return taken


def _right(part: str, true: Sequence[ArticleText], pairs: Sequence[Pair]) -> float | None:
    """The share of the true articles that have this part for which it was read to the character."""
    right = sum(getattr(pair.true, part) == getattr(pair.read, part) for pair in pairs if getattr(pair.true, part))
    return _share(right, sum(bool(getattr(article, part)) for article in true))


def _paragraphs(true: Sequence[ArticleText], pairs: Sequence[Pair]) -> float | None:
    beginnings = [(_beginnings(pair.true), _beginnings(pair.read)) for pair in pairs]
    if not pairs:
        return 0.0 if any(article.paragraphs for article in true) else None
    return _f1(sum(len(a & b) for a, b in beginnings), sum(len(a) for a, _ in beginnings), sum(len(b) for _, b in beginnings))


def _beginnings(article: ArticleText) -> set[str]:
    return {paragraph[:PARAGRAPH_CHARACTERS] for paragraph in article.paragraphs}


def _character_errors(found: Sequence[Pair]) -> float | None:
    edits = sum(Levenshtein.distance(pair.true.text, pair.read.text) for pair in found)
    return _share(edits, sum(len(pair.true.text) for pair in found))


def _ordered(true: Sequence[ArticleText], read: Sequence[ArticleText]) -> float | None:
    """Over all pairs of lines of one true article: the share that stands in this order in what was read."""
    lines = [line for article in true for line in article.lines]
    overlaps = _overlaps(lines, [line for article in read for line in article.lines])
    candidates = ((float(overlaps[i, j]), int(i), int(j)) for i, j in np.argwhere(overlaps > SAME_LINE))
    place = np.full(len(lines), np.nan)  # no comparison with it holds: lines that were not found are in no order
    for _, i, j in _one_to_one(candidates, SAME_LINE):
        place[i] = j
    ends = np.cumsum([len(article.lines) for article in true])
    articles = np.split(place, ends[:-1])
    right = sum(int(np.triu(places[:, None] < places[None, :], 1).sum()) for places in articles)
    return _share(right, sum(len(places) * (len(places) - 1) // 2 for places in articles))


def _areas(true: Sequence[ArticleText], pairs: Sequence[Pair]) -> float | None:
    both = [(pair.true.area, pair.read.area) for pair in pairs]
    overlaps = [float(_overlaps([a], [b])[0, 0]) for a, b in both if a and b]
    return _share(sum(overlaps), sum(article.area is not None for article in true))


def _overlaps(left: Sequence[Box], right: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of each box of one side with each of the other: float64 (left, right)."""
    a = np.array([(b.x0, b.y0, b.x1, b.y1) for b in left], np.float64).reshape(-1, 1, 4)
    b = np.array([(b.x0, b.y0, b.x1, b.y1) for b in right], np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.clip(sides, 0, None).prod(axis=-1)
    areas = [np.clip(box[..., 2:] - box[..., :2], 0, None).prod(axis=-1) for box in (a, b)]
    union = areas[0] + areas[1] - shared
    overlaps: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlaps
