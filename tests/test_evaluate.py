"""The measures of quality, on pages whose figures can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.evaluate.measures import CLEAN, FIGURES, FILM, Figures, mean, measure
from digitize.evaluate.texts import ArticleText, PageTexts, normalized
from digitize.geometry import Box

LINE = 20
"""Characters in a line of the made pages."""


def letters(start: int, count: int) -> str:
    """Characters that stand nowhere else on the page."""
    return "".join(chr(0x4E00 + start + i) for i in range(count))


def made_article(number: int, lines: int = 10) -> ArticleText:
    """An article of paragraphs of two lines, in a column of its own: headline of 10 characters, byline of 5."""
    start = number * 1000
    printed = [letters(start + 100 + LINE * n, LINE) for n in range(lines)]
    boxes = tuple(Box(500 * number, 40 * n, 500 * number + 400, 40 * n + 30) for n in range(lines))
    return ArticleText(
        kicker=letters(start + 20, 8),
        headline=letters(start, 10),
        byline=letters(start + 40, 5),
        byline_apart=letters(start + 40, 5),
        paragraphs=tuple(a + b for a, b in zip(printed[::2], printed[1::2], strict=True)),
        lines=boxes,
        area=Box(500 * number, 0, 500 * number + 400, 40 * lines),
    )


def made_page(articles: int = 4) -> PageTexts:
    """A page of articles of 223 characters and 10 lines each."""
    texts = tuple(made_article(n) for n in range(articles))
    lines = [[p[i : i + LINE] for p in a.paragraphs for i in (0, LINE)] for a in texts]
    return PageTexts(texts, tuple(pair for printed in lines for pair in pairwise(printed)))


def figures_of(*articles: ArticleText, film: bool = False) -> Figures:
    """The figures of a page on which these articles were read, against the made page."""
    return measure(made_page(), PageTexts(articles), FILM if film else CLEAN)


def test_what_is_printed_is_right() -> None:
    """A page that was read as it is printed has nothing but ones, and no errors."""
    assert figures_of(*made_page().articles) == Figures(**dict.fromkeys(FIGURES, 1.0) | {"cer": 0.0})


def test_nothing_read_is_all_wrong() -> None:
    """A page of which nothing was read has the worst of each figure."""
    assert figures_of() == Figures(**dict.fromkeys(FIGURES, 0.0) | {"cer": 1.0})


def test_nothing_printed_is_nothing_to_measure() -> None:
    """Without articles in the truth there is no figure; only articles that are none count."""
    nothing = Figures(**dict.fromkeys(FIGURES, None))
    assert measure(PageTexts(), PageTexts()) == nothing
    assert measure(PageTexts(), made_page()) == replace(nothing, article_f1=0.0)


def test_a_missing_headline_costs_the_headline_alone() -> None:
    """One of four headlines is wrong; the article is found all the same, less its ten characters."""
    first, *others = made_page().articles
    read = figures_of(replace(first, headline=""), *others)

    assert (read.headline, read.kicker, read.byline, read.article_f1) == (0.75, 1.0, 1.0, 1.0)
    assert read.cer == pytest.approx(10 / (4 * 223))
    assert read.article_sim == pytest.approx((3 + 213 / 223) / 4)


def test_a_dropped_line_costs_its_two_joins() -> None:
    """The line in the middle leaves two of 36 joins open, and every pair of lines that it is in without order."""
    first, *others = made_page().articles
    paragraphs = (*first.paragraphs[:2], first.paragraphs[2][LINE:], *first.paragraphs[3:])
    read = figures_of(replace(first, paragraphs=paragraphs, lines=first.lines[:4] + first.lines[5:]), *others)

    assert read.join == pytest.approx(34 / 36)
    assert read.cer == pytest.approx(20 / (4 * 223))
    assert read.order == pytest.approx((4 * 45 - 9) / (4 * 45))
    # The paragraph begins with another line now: 19 of 20 beginnings on both sides.
    assert read.para_f1 == pytest.approx(19 / 20)


def test_merged_articles_are_one_that_is_not_found() -> None:
    """Of four articles two are left, and one of three that were read is none: F1 = 2 * 2 / (4 + 3)."""
    first, second, *others = made_page().articles
    merged = replace(
        first,
        paragraphs=first.paragraphs + second.paragraphs,
        lines=first.lines + second.lines,
        area=Box(0, 0, 900, 400),
    )
    read = figures_of(merged, *others)

    assert read.article_f1 == pytest.approx(4 / 7)
    # 200 of the 423 characters that were read stand in the other article; its own counterpart is gone.
    assert read.article_sim == pytest.approx((2 + 223 / 423) / 4)
    assert (read.join, read.order, read.headline) == (1.0, 1.0, 0.75)
    assert read.region_iou == pytest.approx((2 + 400 / 900) / 4)
    assert read.para_f1 == pytest.approx(2 * 15 / (15 + 20))


def test_a_split_article_keeps_the_greater_part() -> None:
    """What was cut off is an article that there is not, and the rest too little to be found; lines still follow each other."""
    first, *others = made_page().articles
    head, tail = replace(first, paragraphs=first.paragraphs[:3]), ArticleText(paragraphs=first.paragraphs[3:])
    read = figures_of(head, tail, *others)

    assert read.article_f1 == pytest.approx(2 * 3 / (4 + 5))
    assert read.article_sim == pytest.approx((3 + 143 / 223) / 4)
    assert (read.join, read.headline) == (1.0, 1.0)


def test_swapped_halves_lose_two_articles() -> None:
    """Two articles that go on in each other are not found; each counts as the one that it has three paragraphs of."""
    first, second, *others = made_page().articles
    read = figures_of(
        replace(first, paragraphs=first.paragraphs[:2] + second.paragraphs[2:]),
        replace(second, paragraphs=second.paragraphs[:2] + first.paragraphs[2:]),
        *others,
    )

    assert read.article_f1 == pytest.approx(2 * 2 / 8)
    assert read.join == pytest.approx(34 / 36)
    assert read.cer == 0.0  # both articles that are found are right
    assert read.para_f1 == pytest.approx((6 + 10) / 20)
    assert read.headline == 0.5
    assert read.article_sim == pytest.approx((2 * 120 / 223 + 2) / 4)


def test_changed_characters_are_counted() -> None:
    """Seven wrong characters in one article are seven errors in 892."""
    first, *others = made_page().articles
    wrong = "".join("错" if i % LINE == 10 else c for i, c in enumerate(first.paragraphs[0] + first.paragraphs[1]))
    wrong = wrong[:70] + "错错错" + wrong[73:]
    read = figures_of(replace(first, paragraphs=(wrong[:40], wrong[40:], *first.paragraphs[2:])), *others)

    assert read.cer == pytest.approx(6 / 892)
    assert (read.join, read.article_f1, read.para_f1) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("wrong", "clean", "film"), [(0, 1, 1), (2, 1, 1), (3, 0, 1), (4, 0, 1), (5, 0, 0)])
def test_joins_tolerate_misread_characters(wrong: int, clean: int, film: int) -> None:
    """A join of fourteen characters may have two of them wrong; on film four."""
    a, b = letters(0, LINE), letters(100, LINE)
    read = a[: LINE - 7] + "错" * wrong + a[LINE - 7 + wrong :] + b
    page = PageTexts((ArticleText(paragraphs=(a + b,)),), ((a, b),))

    joined = [measure(page, PageTexts((ArticleText(paragraphs=(read,)),)), tolerance).join for tolerance in (CLEAN, FILM)]
    assert joined == [clean, film]


def test_film_finds_articles_from_sixty_percent() -> None:
    """Where every third character is wrong an article is found with the tolerance for film alone."""
    articles = [
        replace(a, paragraphs=tuple("".join("错" if i % 3 == 0 else c for i, c in enumerate(p)) for p in a.paragraphs))
        for a in made_page().articles
    ]
    assert figures_of(*articles).article_f1 == 0.0
    assert figures_of(*articles, film=True).article_f1 == 1.0
    assert figures_of(*articles).cer == 1.0
    assert figures_of(*articles, film=True).cer == pytest.approx(70 / 223)


def test_order_counts_pairs_of_lines() -> None:
    """Two neighbours that changed places are one pair of 45; a column read from its foot has no pair right."""
    first, *others = made_page().articles
    a, b, *rest = first.lines
    assert figures_of(replace(first, lines=(b, a, *rest)), *others).order == pytest.approx((4 * 45 - 1) / (4 * 45))
    assert figures_of(replace(first, lines=first.lines[::-1]), *others).order == pytest.approx(3 / 4)


def test_order_does_not_mind_where_articles_stand() -> None:
    """Which article of a page comes first is nobody's mistake, nor is an article that was split in the right order."""
    first, *others = made_page().articles
    assert figures_of(*others, first).order == 1.0
    assert figures_of(replace(first, lines=first.lines[:5]), replace(first, lines=first.lines[5:]), *others).order == 1.0


def test_lines_are_known_by_their_places() -> None:
    """A box that is drawn tighter is the same line; one that lies over the next line is not."""
    page = made_page()
    for dy, share in ((8, 1.0), (20, 0.0)):
        articles = [replace(a, lines=tuple(Box(b.x0, b.y0 + dy, b.x1 - 90, b.y1) for b in a.lines)) for a in page.articles]
        assert measure(page, PageTexts(tuple(articles))).order == share


def test_regions_are_measured_by_their_overlap() -> None:
    """Half of the height is half of the area; an article without zones has no overlap."""
    first, second, *others = made_page().articles
    read = figures_of(replace(first, area=Box(0, 0, 400, 200)), replace(second, area=None), *others)
    assert read.region_iou == pytest.approx((0.5 + 0 + 2) / 4)


def test_figures_of_what_is_not_there_are_left_out() -> None:
    """Without kickers, bylines and zones in the truth these figures are None, and the mean goes over the other pages."""
    bare = [replace(a, kicker="", byline="", byline_apart="", lines=(), area=None) for a in made_page().articles]
    page = PageTexts(tuple(bare), made_page().joins)
    read = measure(page, page)
    assert (read.kicker, read.byline, read.order, read.region_iou) == (None, None, None, None)
    assert (read.headline, read.join) == (1.0, 1.0)

    both = mean([read, figures_of()])
    assert (both.kicker, both.headline, both.cer) == (0.0, 0.5, 0.5)
    assert mean([]) == Figures(**dict.fromkeys(FIGURES, None))


@pytest.mark.parametrize(
    ("text", "same"),
    [("Ａ１，“三” ", 'A1,"三"'), ("全　角\n空\tgroß", "全角空groß"), ("——…", "--..."), ("", "")],
)
def test_width_spaces_and_quotes_are_no_differences(text: str, same: str) -> None:
    """Texts are compared without spaces, in one width, with quotation marks and dashes of one kind."""
    assert normalized(text) == same


texts = st.text("甲乙丙ab-", max_size=12)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), *[st.integers(0, 60).map(float)] * 4)
articles = st.builds(
    ArticleText,
    kicker=texts,
    headline=texts,
    byline=texts,
    byline_apart=texts,
    paragraphs=st.lists(texts, max_size=3).map(tuple),
    lines=st.lists(boxes, max_size=4).map(tuple),
    area=st.none() | boxes,
)
pages = st.builds(
    PageTexts, st.lists(articles, max_size=4).map(tuple), st.lists(st.tuples(texts, texts), max_size=4).map(tuple)
)


@given(pages, pages, st.sampled_from([CLEAN, FILM]))
def test_figures_lie_between_nothing_and_all(truth: PageTexts, read: PageTexts, tolerance: object) -> None:
    """Whatever was read for whatever is printed, each figure is None or from 0 to 1."""
    figures = measure(truth, read, tolerance)  # type: ignore[arg-type] - one of two tolerances
    for name in FIGURES:
        value = getattr(figures, name)
        assert value is None or (0.0 <= value <= 1.0 and math.isfinite(value)), name


@given(pages)
def test_a_page_is_found_in_itself(page: PageTexts) -> None:
    """Against itself, every article with text is found, with no error, and every paragraph begins where it should."""
    page = PageTexts(tuple(a for a in page.articles if a.text))
    figures = measure(page, page)
    if page.articles:
        assert figures.article_f1 == figures.article_sim == 1.0
        assert figures.cer == 0.0


@given(pages, pages)
def test_what_is_not_in_the_truth_has_no_figure(truth: PageTexts, read: PageTexts) -> None:
    """A figure is None exactly where the truth holds nothing of the kind, whatever was read."""
    figures, alone = measure(truth, read), measure(truth, PageTexts())
    for name in ("join", "article_sim", "headline", "kicker", "byline", "order", "region_iou"):
        assert (getattr(figures, name) is None) == (getattr(alone, name) is None), name
