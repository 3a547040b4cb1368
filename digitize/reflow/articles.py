"""Articles: each chain of the reading order with its heading, text, bylines and figures; advertisements apart."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.model import FLOW_LINKS, HEADING_ROLES, Article, ArticleKind, Figure, Role
from digitize.reflow.bylines import is_byline, marked_persons, person_marks
from digitize.reflow.cues import load_cues
from digitize.reflow.edges import FULL_BLOCK, Edges, line_edges
from digitize.reflow.flow import flush_blocks, is_justified, line_pitch
from digitize.reflow.language import own_language
from digitize.reflow.passages import PlacedLine, body_passages, find_dateline, heading_passages, make_passage
from digitize.reflow.summaries import summary_ids
from digitize.reflow.verse import verse_blocks

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from digitize.model import Page, Passage, Region
    from digitize.reflow.cues import Cues


def assemble(page: Page, *, mixed: bool = False) -> tuple[Article, ...]:
    """Assemble the articles and advertisements of a page in reading order (see `read_order`), numbered from 1.

    Every character of the page's running text is in exactly one article or advertisement; what stands in folio and
    fillers is in none. `mixed`: whether articles may be in other languages than most of the page.
    """
    units = [unit for unit in _units(page) if _text(unit).strip()]
    flush = frozenset() if page.vertical else flush_blocks(page.running_text, page.type_size, load_cues(page.language))
    articles = []
    for number, unit in enumerate(units, start=1):
        language = own_language(_text(unit), page.language) if mixed else page.language
        made = _article(unit, number, page, Wording(load_cues(language), flush))
        articles.append(replace(made, language="" if language == page.language else language))
    return tuple(articles)


def _text(unit: Sequence[Region]) -> str:
    return "\n".join(line.text for region in unit for line in region.lines)


def _units(page: Page) -> Iterator[list[Region]]:
    """Cut the ordered regions into articles: a new one begins where no link leads into a region from the last one."""
    followed = {link.target for link in page.links if link.kind in FLOW_LINKS}
    aside = {link.source for link in page.links if link.kind not in FLOW_LINKS}
    unit: list[Region] = []
    for region in page.regions:
        loose = region.role in {Role.PICTURE, Role.CAPTION} and region.id not in aside
        if loose or region.role in {Role.FOLIO, Role.FILLER}:
            continue
        starts = (
            (region.role is Role.ADVERTISEMENT and region.id not in followed)
            or (region.role in HEADING_ROLES and not any(r.heading_id == region.heading_id for r in unit))
            or (region.role is Role.PARAGRAPH and region.id not in followed | aside)
        )
        if starts and unit:
            yield unit
            unit = []
        unit.append(region)
    if unit:
        yield unit


@dataclass(frozen=True, slots=True)
class Wording:
    """What tells the parts of an article's text: its language's cues, and the blocks whose paragraphs have no indents."""

    cues: Cues
    flush: frozenset[str]


def _article(unit: Sequence[Region], number: int, page: Page, wording: Wording) -> Article:
    article_id, cues = f"{page.id}-a{number:03d}", wording.cues
    figures = _figures(unit, page)
    if unit[0].role is Role.ADVERTISEMENT:
        lines = [make_passage(Role.PARAGRAPH, [placed]) for region in unit for placed in _placed(region, page.regions)]
        return Article(article_id, ArticleKind.ADVERTISEMENT, number, tuple(p for p in lines if p), figures)
    heading = heading_passages([region for region in unit if region.role in HEADING_ROLES], cues)
    summary = summary_ids(page)
    told = _body([region for region in unit if region.id in summary], page, wording)
    text = _body([region for region in unit if region.id not in summary], page, wording)
    body, dateline = find_dateline(text, page.folio.date, cues)
    passages = (*heading, *told, *_with_deck(body, headed=bool(heading)))
    columns = [region.column for region in unit if region.column]
    captions = [caption for figure in figures for caption in figure.captions]
    return Article(
        id=article_id,
        kind=ArticleKind.ARTICLE,
        number=number,
        passages=passages,
        figures=figures,
        dateline=dateline,
        persons=tuple(dict.fromkeys(person for p in (*passages, *captions) for person in marked_persons(p.text, p.marks))),
        continued_to=_continuation(passages, cues.continued_to),
        continued_from=_continuation(passages, cues.continued_from),
        columns=(min(columns), max(columns)) if columns else None,
    )


def _body(unit: Sequence[Region], page: Page, wording: Wording) -> tuple[Passage, ...]:
    """The passages of an item's text, with the bylines that layout has told apart."""
    text = page.running_text
    own = [_told_apart(region, wording.cues) for region in unit if region.role in {Role.PARAGRAPH, Role.BYLINE}]
    passages: list[Passage] = []
    verse = {} if page.vertical else verse_blocks(own, page)
    for role, group in itertools.groupby(own, key=lambda region: region.role):
        placed = [
            replace(p, ragged=True, edges=verse[region.id]) if region.id in verse else p
            for region in group
            for p in _placed(region, text, flush=region.id in wording.flush)
        ]
        if role is Role.PARAGRAPH:
            passages += body_passages(placed, page.type_size, wording.cues)
        elif byline := make_passage(Role.BYLINE, placed):
            passages.append(replace(byline, marks=person_marks(byline.text, 0, len(byline.text), wording.cues)))
    return tuple(passages)


def _told_apart(region: Region, cues: Cues) -> Region:
    """A region, as a byline if that is all that stands in it: at the column's edge, between an editor's note and the text."""
    alone = region.role is Role.PARAGRAPH and len(region.lines) == 1 and is_byline(region.lines[0].text, cues)
    return replace(region, role=Role.BYLINE) if alone else region


def _with_deck(body: Sequence[Passage], *, headed: bool) -> tuple[Passage, ...]:
    """The body's passages; lines set like subheadings between a heading and its first paragraph are its deck."""
    first = next((i for i, p in enumerate(body) if p.role is not Role.SUBHEADING), len(body))
    return (*(replace(p, role=Role.DECK) if headed else p for p in body[:first]), *body[first:])


def _continuation(passages: Sequence[Passage], words: re.Pattern[str]) -> str:
    """The words that lead elsewhere, "" where there are none."""
    return next((p.text for p in passages if p.role is Role.CONTINUATION and words.match(p.text)), "")


def _placed(region: Region, text: Sequence[Region], *, flush: bool = False) -> list[PlacedLine]:
    around = (Edges(region.box.x0, region.box.x1),) * len(region.lines)
    edges = line_edges(region, text) if region.role is Role.PARAGRAPH else around
    ragged = region.role is Role.PARAGRAPH and len(region.lines) >= FULL_BLOCK and not is_justified(region)
    pitch = line_pitch(region)
    return [PlacedLine(line, region.id, own, ragged, flush, pitch) for line, own in zip(region.lines, edges, strict=True)]


def _figures(unit: Sequence[Region], page: Page) -> tuple[Figure, ...]:
    pictures = [region for region in unit if region.role is Role.PICTURE]
    captions = {region.id: region for region in unit if region.role is Role.CAPTION}
    figures = []
    for picture in pictures:
        own = [captions[link.source] for link in page.links if link.target == picture.id and link.source in captions]
        made = [make_passage(Role.CAPTION, _placed(caption, ())) for caption in own]
        figures.append(Figure(picture.id, picture.polygon, tuple(p for p in made if p)))
    return tuple(figures)
