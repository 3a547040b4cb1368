"""One page, stage by stage: scan, layout, OCR, reflow. Values in, values out; no file, no clock but for the timings."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.layout import detect_text, find_layout, find_transcript_layout, join_read_initials
from digitize.model import UNDETERMINED, Calendar, Issue, Role, WritingMode
from digitize.ocr.lines import recognize
from digitize.ocr.orientation import find_orientation
from digitize.options import AUTO, LANGUAGES
from digitize.reflow import PageArticles, assemble, join_pages, read_order, settle_language
from digitize.scan import (
    clean,
    crosses,
    find_fold,
    image_hash,
    is_landscape,
    may_split,
    split_at_fold,
    straighten,
    turned,
    without_bleed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.layout import DetectedText
    from digitize.model import Article, Description, Folio, Page, Scan, Transcript
    from digitize.ocr import Engine
    from digitize.ocr.orientation import Orientation
    from digitize.options import Options


LINES_OVER_FOLD = 0.01
"""Share of a frame's lines that may run over the fold: an advertisement's large type does now and then, headings don't."""

LINES_ON_PAGE = 40
"""A newspaper page has so many lines at least; a clipping of a few columns, wider than high, has fewer."""


LETTERS_OF_WORDS = 6
"""A line of words has so many different letters; the figures of a test chart, and its bars read as letters, have fewer."""

LABELS = 120
"""A title board or a test chart has no more letters; a clipping of two sentences has."""

APART = frozenset({Role.FOLIO, Role.FILLER, Role.CAPTION, Role.PICTURE})
"""What makes no article by itself: layout finds it on boards and charts as well."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """All that was understood of one scan.

    `timings` are (stage, seconds) in the order of the stages. `image_hash` is that of the cleaned page (see
    `digitize.scan.likeness`), "" where there was no image.
    """

    page: Page
    articles: tuple[Article, ...]
    issue: Issue
    timings: tuple[tuple[str, float], ...]
    image_hash: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is no text on it: a black or white frame, leader, a title board, a test chart, a picture."""
        letters = sum(c.isalpha() for line in self.page.lines for c in line.text)
        return letters <= LABELS and not _bears_articles(self.page)


def process(scan: Scan, engine: Engine, options: Options) -> PageResult:
    """Understand one scan: clean it, find its layout, read it, order it, assemble its articles."""
    seconds: dict[str, float] = {}
    with _timed("scan", seconds):
        cleaned = clean(scan, options)
    with _timed("detection", seconds):
        text = detect_text(cleaned.pixels, engine.detector)
    with _timed("orientation", seconds):
        orientation = _orientation(cleaned, text, engine, options)
    if orientation.quarters:
        # From the scan as it was opened: so a page comes out the same, to the pixel, however it lay.
        with _timed("scan", seconds):
            vertical = orientation.writing_mode is WritingMode.VERTICAL_RL
            cleaned = clean(turned(scan, orientation.quarters), options, vertical=vertical)
        with _timed("detection", seconds):
            text = detect_text(cleaned.pixels, engine.detector)
    with _timed("dewarp", seconds):
        straight = straighten(cleaned, text.polygons)
    if straight is not cleaned:
        with _timed("detection", seconds):
            text = detect_text(straight.pixels, engine.detector)
    with _timed("bleed", seconds):
        seen = without_bleed(straight, text.polygons)
    if seen is not straight:
        with _timed("detection", seconds):
            text = detect_text(seen.pixels, engine.detector)
    with _timed("layout", seconds):
        page = find_layout(seen, text, orientation.writing_mode)
        page = page if options.language == AUTO else replace(page, language=options.language)
    with _timed("ocr", seconds):
        page = recognize(straight, page, engine.recognizer, engine.steps)
    with _timed("reflow", seconds):
        page = read_order(settle_language(join_read_initials(page)))
        articles = assemble(page, mixed=options.language == AUTO) if _bears_articles(page) else ()
    issue = make_issue(page.folio, options, scan.described)
    return PageResult(page, articles, issue, tuple(seconds.items()), image_hash(straight.pixels))


def process_issue(transcripts: Sequence[Transcript], options: Options) -> tuple[PageResult, ...]:
    """Understand the pages of an issue whose text is known, in their order: layout, reflow, and articles over pages."""
    results = [_process_transcript(transcript, options) for transcript in transcripts]
    joined = join_pages([PageArticles(result.page, result.articles) for result in results])
    return tuple(replace(r, page=each.page, articles=each.articles) for r, each in zip(results, joined, strict=True))


def _process_transcript(transcript: Transcript, options: Options) -> PageResult:
    seconds: dict[str, float] = {}
    with _timed("layout", seconds):
        page = find_transcript_layout(transcript, writing_mode=_wanted(options), trust_blocks=options.trust_blocks)
        page = page if options.language == AUTO else replace(page, language=options.language)
    with _timed("reflow", seconds):
        page = settle_language(page)
        if page.language == UNDETERMINED and transcript.language in LANGUAGES:
            page = replace(page, language=transcript.language)
        page = read_order(page)
        articles = assemble(page, mixed=options.language == AUTO) if _bears_articles(page) else ()
    folio = _known(transcript.folio, page.folio)
    issue = make_issue(folio, options, transcript.described)
    return PageResult(replace(page, folio=folio), articles, issue, tuple(seconds.items()))


def _bears_articles(page: Page) -> bool:
    """Whether words stand anywhere on the page where articles do."""
    lines = (line for region in page.regions if region.role not in APART for line in region.lines)
    return any(len({c.casefold() for c in line.text if c.isalpha()}) >= LETTERS_OF_WORDS for line in lines)


def _known(told: Folio, read: Folio) -> Folio:
    """What is told of an issue, and where nothing is told, what was read on the page."""
    return replace(read, **{field.name: value for field in fields(told) if (value := getattr(told, field.name))})


def split(scan: Scan, engine: Engine, options: Options) -> tuple[Scan, ...]:
    """The pages of one scan: two in reading order where it shows two side by side, else the scan itself.

    A scan as wide as two pages is turned upright first; if it is still as wide, and hardly a line of text runs over the
    fold, it is cut there. Whether the page on the right is the first is told by the writing mode.
    """
    if not may_split(scan, options):
        return (scan,)
    cleaned = clean(scan, options)
    text = detect_text(cleaned.pixels, engine.detector)
    orientation = _orientation(cleaned, text, engine, options)
    vertical = orientation.writing_mode is WritingMode.VERTICAL_RL
    upright = turned(scan, orientation.quarters - vertical)
    fold = find_fold(upright.pixels)
    if options.split == "auto" and not (is_landscape(upright) and _has_fold(cleaned, text, upright, fold)):
        return (scan,)
    return split_at_fold(upright, fold, right_first=vertical)


def _has_fold(cleaned: Scan, text: DetectedText, upright: Scan, fold: tuple[float, float]) -> bool:
    """Whether the text keeps off a fold: next to no line runs over it, and there are a page's lines on both sides."""
    lines = [upright.frame.backward(cleaned.frame.forward(np.array(line))) for line in text.polygons]
    over = sum(crosses(fold, tuple(map(tuple, line.tolist())), upright.pixels.shape[0]) for line in lines)
    left = sum(float(line[:, 0].mean()) < sum(fold) / 2 for line in lines)
    return over <= LINES_OVER_FOLD * len(lines) and LINES_ON_PAGE <= left <= len(lines) - LINES_ON_PAGE


def _orientation(cleaned: Scan, text: DetectedText, engine: Engine, options: Options) -> Orientation:
    return find_orientation(cleaned.pixels, text.polygons, engine.recognizer, _wanted(options))


def _wanted(options: Options) -> WritingMode | None:
    """The writing mode that was asked for, None where each page shows its own."""
    return None if options.writing_mode == AUTO else WritingMode(options.writing_mode)


def make_issue(folio: Folio, options: Options, described: Description) -> Issue:
    """What the documents' headers say of the issue: what the archive tells, then the options, then the page itself."""
    date = described.date or options.date
    told = date is not None and date != folio.date
    return Issue(
        newspaper=described.newspaper or options.newspaper or folio.newspaper,
        date=date or folio.date,
        date_text="" if told else folio.date_text,
        calendar=Calendar.GREGORIAN if told else folio.calendar,
        page_number=described.page_number or folio.page_number,
        section=folio.section,
        issue_number=folio.issue_number,
        edition=described.edition,
        rights=described.rights,
        authority=options.authority,
    )


@contextmanager
def _timed(stage: str, seconds: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
