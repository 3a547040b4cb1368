"""A page put together: folio, rows of stories, the rules between them."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from linebreak import set_run
from manuscript import PageSpec, Story
from sheet import Area, Rule, Setting, TypeLine, joined
from story import minimum_height, set_story
from typefaces import Typeface, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# In body type sizes.
MARGIN = 3.6  # white around the type area
ROW_GAP = 2.1  # between rows of stories
STACK_GAP = 1.2  # between stories one above the other in a row
FOLIO_TYPE = 1.2
FOLIO_NAME_TYPE = 2.2
MASTHEAD_TYPE = 6.5
THIN, THICK = 3, 7  # rules, pixels

Numbered = tuple[int, Story]


def set_page(page: PageSpec) -> tuple[Setting, int, int]:
    """Typeset a page: what stands where, in page pixels, and the page's width and height."""
    em = page.type_size
    margin = round(em * MARGIN)
    folio = _masthead(page) if page.masthead else _folio(page)
    settings, y = [folio], folio.height
    rows = _rows(page)
    for number, row in enumerate(rows):
        setting = _set_row(row, page)
        if number and page.rules:
            middle = y - em * ROW_GAP / 2
            settings.append(Setting(rules=(Rule(Area(0, middle, page.width, middle), THIN),)))
        settings.append(setting.moved(0, y))
        y += setting.height + em * ROW_GAP
    height = y - em * ROW_GAP
    return joined(settings, height).moved(margin, margin), page.width + 2 * margin, round(height + 2 * margin)


def _rows(page: PageSpec) -> list[list[Numbered]]:
    numbered = enumerate(page.stories)
    return [list(stories) for _, stories in groupby(numbered, key=lambda pair: pair[1].row)]


def _stacks(row: Iterable[Numbered]) -> list[list[Numbered]]:
    return [list(stories) for _, stories in groupby(row, key=lambda pair: pair[1].column)]


def _set_row(row: list[Numbered], page: PageSpec) -> Setting:
    """The stories of a row, all driven out to the height of the one that needs most."""
    stacks, gap = _stacks(row), page.type_size * STACK_GAP
    lowest = [[minimum_height(story, number, page) for number, story in stack] for stack in stacks]
    height = max(sum(heights) + gap * (len(heights) - 1) for heights in lowest)
    parts = []
    for stack, heights in zip(stacks, lowest, strict=True):
        y = 0.0
        spare = height - sum(heights) - gap * (len(heights) - 1)
        for (number, story), own in zip(stack, heights, strict=True):
            share = own + (spare if number == stack[-1][0] else 0)
            parts.append(set_story(story, number, page, share).moved(page.left(story.column), y))
            y += share + gap
    return joined([*parts, _row_rules(stacks, page, height)], height)


def _row_rules(stacks: Sequence[Sequence[Numbered]], page: PageSpec, height: float) -> Setting:
    """Upright rules between unframed neighbours, and the rules that single stories ask for above them."""
    rules = []
    for left, right in pairwise(stacks):
        story = right[0][1]
        if page.rules and "none" == left[0][1].frame == story.frame:
            x = page.left(story.column) - page.gutter / 2
            rules.append(Rule(Area(x, 0, x, height), THIN))
    for stack in stacks:
        story = stack[0][1]
        if story.rule_above:
            x, y = page.left(story.column), -page.type_size * ROW_GAP / 2
            rules.append(Rule(Area(x, y, x + page.span_width(story.span), y), THIN))
    return Setting(rules=tuple(rules))


def _line(text: str, face: Typeface, size: int, x: float, y: float, *, align: float = 0.0) -> TypeLine:
    """A folio line whose left end (0), middle (0.5) or right end (1) stands at `x`."""
    run = set_run(text, load(face, size))
    return TypeLine(run, x - run.width * align, y, face, size, "folio")


def _folio(page: PageSpec) -> Setting:
    """Newspaper, date and page number over a rule, as on inner pages."""
    em, width = page.type_size, page.width
    size, name = round(em * FOLIO_TYPE), round(em * FOLIO_NAME_TYPE)
    y = name - size - 0.15 * em
    lines = (
        _line(page.newspaper, Typeface.BODY_BOLD, name, 0, 0),
        _line(page.date, Typeface.HEADING_LIGHT, size, width / 2, y, align=0.5),
        _line(page.section, Typeface.HEADING, round(em * 1.5), width, y - 0.2 * em, align=1.0),
    )
    foot = name + 0.4 * em
    return Setting(lines, rules=(Rule(Area(0, foot, width, foot), THICK),), height=foot + 1.6 * em)


def _masthead(page: PageSpec) -> Setting:
    """The front page's nameplate with the newspaper's name in both scripts, date, issue and page number."""
    em, width = page.type_size, page.width
    name, size = round(em * MASTHEAD_TYPE), round(em * FOLIO_TYPE)
    nameplate = _line(page.newspaper, Typeface.BODY_BOLD, name, 0, 0)
    middle = nameplate.run.width / 2
    romanized = _line(page.romanized, Typeface.HEADING_LIGHT, round(em * 1.6), middle, name + 0.3 * em, align=0.5)
    ears = (
        _line(page.date, Typeface.HEADING, round(em * 1.5), width, 1.6 * em, align=1.0),
        _line(page.issue, Typeface.HEADING_LIGHT, size, width, 4.0 * em, align=1.0),
        _line(page.section, Typeface.HEADING, round(em * 1.7), width, 6.2 * em, align=1.0),
    )
    foot = name + 2.6 * em
    rules = (Rule(Area(0, foot, width, foot), THICK), Rule(Area(0, foot + 12, width, foot + 12), THIN))
    return Setting((nameplate, romanized, *ears), rules=rules, height=foot + 2.0 * em)
