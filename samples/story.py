"""One story set in its columns: heading, picture, body in balanced columns, frame.

All positions are relative to the story's top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linebreak import SetRun, break_lines, set_run
from sheet import Area, Picture, Rule, Setting, TypeLine, Zone
from typefaces import Typeface, load

if TYPE_CHECKING:
    from manuscript import PageSpec, Story

# In body type sizes.
PITCH = 1.42  # the closest that lines stand
WIDEST_PITCH = 1.66  # the widest that lines are driven apart to fill a story's place
INDENT = 2.0
FRAME_PADDING = 0.8
SMALL_TYPE = 0.9  # bylines and captions
KICKER_TYPE = 1.4
DECK_TYPE = 1.25
AFTER_HEADING = 0.75
ABOVE_CAPTION, BELOW_CAPTION = 0.4, 0.85
SUBHEADING_SLOTS = 2  # lines of body type that a subheading takes

PITCH_STEP = 0.01
PICTURE_GROWTH = 1.6  # how much higher than asked for a picture may become to fill a story's place
STEP = 4  # pixels, when a height is searched
FRAME_WEIGHTS = {"none": 0, "box": 4, "thick": 9}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the body before it has a place: `slots` lines high, set from the left, the middle or the right."""

    run: SetRun
    face: Typeface
    size: int
    role: str
    block: int
    indent: float = 0.0
    align: str = "left"
    slots: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """The story's columns: their left edges and common width, and the width of all, pixels."""

    lefts: tuple[float, ...]
    column: float
    width: float
    inset: float


class StoryDoesNotFitError(ValueError):
    """A heading is wider than its place, or the body does not fit at any height."""


def minimum_height(story: Story, number: int, page: PageSpec) -> float:
    """The height that the story takes when its lines stand closest and its picture is as low as asked for."""
    if story.kind == "advertisement":
        return sum(story.line_sizes) * 1.5 + 2 * page.type_size
    composer = _Composer(story, number, page)
    return composer.lowest(PITCH, composer.picture_height)[0]


def set_story(story: Story, number: int, page: PageSpec, height: float) -> Setting:
    """The story filling the given height: first its picture grows, then its lines are driven apart."""
    if story.kind == "advertisement":
        return _set_advertisement(story, number, page, height)
    composer = _Composer(story, number, page)
    picture = composer.picture_height
    while picture and picture + STEP <= composer.picture_height * PICTURE_GROWTH:
        if composer.fill(height, PITCH, picture + STEP) is None:
            break
        picture += STEP
    pitch = WIDEST_PITCH
    while composer.fill(height, pitch, picture) is None:
        pitch -= PITCH_STEP
        if pitch < PITCH - PITCH_STEP:
            raise StoryDoesNotFitError(f"story {number} of {page.id} does not fit {height:.0f} pixels")
    # Where even the widest pitch leaves room, the columns end level and the room is left below them all.
    return composer.setting(composer.lowest(pitch, picture)[1], height, pitch, picture)


class _Composer:
    """One story with its heading set and its body broken into lines, ready to be poured into columns."""

    def __init__(self, story: Story, number: int, page: PageSpec) -> None:
        self.story, self.number, self.em = story, number, page.type_size
        self.grid = _grid(story, page)
        self.heading_span = story.heading_span or story.span
        self.heading = _set_heading(story, number, page, self._span_width(0, self.heading_span))
        self.picture_height = float(story.picture.height) if story.picture else 0.0
        self.items = _body(story, self.grid.column, self.em)

    def _span_width(self, first: int, span: int) -> float:
        return self.grid.lefts[first + span - 1] + self.grid.column - self.grid.lefts[first]

    @property
    def _caption_height(self) -> float:
        return self.em * (SMALL_TYPE + ABOVE_CAPTION + BELOW_CAPTION)

    def _top(self, column: int, picture_height: float) -> float:
        """Where the body begins in a column, from the top of the story's inside."""
        top = self.heading.height if column < self.heading_span else 0.0
        picture = self.story.picture
        if picture and picture.column <= column + 1 < picture.column + picture.span:
            top += picture_height + self._caption_height
        return top

    def fill(self, height: float, pitch: float, picture_height: float, short: int = 0) -> list[list[Item]] | None:
        """Pour the body into the columns of a story of that height; None when it does not fit.

        The last `short` columns take a line less than they could.
        """
        inside = height - 2 * self.grid.inset
        columns: list[list[Item]] = []
        waiting = list(self.items)
        for column in range(self.story.span):
            room = inside - self._top(column, picture_height) - self.em
            slots = int(room // (pitch * self.em)) + 1 if room >= 0 else 0
            taken = _take(waiting, slots - (column >= self.story.span - short))
            columns.append(waiting[:taken])
            waiting = waiting[taken:]
        return None if waiting else columns

    def lowest(self, pitch: float, picture_height: float) -> tuple[float, list[list[Item]]]:
        """The lowest height that the body fits at that pitch, and the columns that it then makes."""
        height = self.heading.height
        while (columns := self.fill(height, pitch, picture_height)) is None:
            height += STEP
        for short in range(1, self.story.span):  # rather several columns a line shorter than the last one by several
            columns = self.fill(height, pitch, picture_height, short) or columns
        return height, columns

    def setting(self, columns: list[list[Item]], height: float, pitch: float, picture_height: float) -> Setting:
        """Everything in its place."""
        lines = list(self.heading.lines)
        for column, items in enumerate(columns):
            lines += self._column(column, items, pitch * self.em, self._top(column, picture_height))
        captions, pictures = self._picture(picture_height)
        inside = Setting((*lines, *captions), pictures=pictures).moved(self.grid.inset, self.grid.inset)
        area = Area(0, 0, self.grid.width, height)
        rules = _frame(self.story, area)
        return replace(inside, rules=rules, zones=(Zone(area, "article", self.number),), height=height)

    def _column(self, column: int, items: list[Item], pitch: float, top: float) -> list[TypeLine]:
        lines: list[TypeLine] = []
        slot = 0
        for item in items:
            spare = self.grid.column - item.run.width - item.indent
            x = self.grid.lefts[column] + item.indent + spare * {"left": 0.0, "middle": 0.5, "right": 1.0}[item.align]
            y = top + slot * pitch + ((item.slots - 1) * pitch + self.em - item.size) / 2
            lines.append(TypeLine(item.run, x, y, item.face, item.size, item.role, self.number, item.block, column))
            slot += item.slots
        return lines

    def _picture(self, height: float) -> tuple[tuple[TypeLine, ...], tuple[Picture, ...]]:
        spec = self.story.picture
        if not spec:
            return (), ()
        x, top = self.grid.lefts[spec.column - 1], self.heading.height
        width = self._span_width(spec.column - 1, spec.span)
        size = round(self.em * SMALL_TYPE)
        run = set_run(spec.caption, load(Typeface.HEADING_LIGHT, size))
        y = top + height + self.em * ABOVE_CAPTION
        caption = TypeLine(run, x, y, Typeface.HEADING_LIGHT, size, "caption", self.number)
        return (caption,), (Picture(Area(x, top, x + width, top + height), spec.scene, self.number),)


def _grid(story: Story, page: PageSpec) -> Grid:
    width = page.span_width(story.span)
    if story.frame == "none":
        lefts = tuple(float(page.left(c + 1)) for c in range(story.span))
        return Grid(lefts, page.column_width, width, 0.0)
    inset = page.type_size * FRAME_PADDING
    column = (width - 2 * inset - (story.span - 1) * page.gutter) / story.span
    return Grid(tuple(c * (column + page.gutter) for c in range(story.span)), column, width, inset)


def _take(items: list[Item], slots: int) -> int:
    """How many of the items go into a column of that many lines; a subheading never ends one."""
    used = taken = 0
    while taken < len(items) and used + items[taken].slots <= slots:
        used += items[taken].slots
        taken += 1
    while taken and taken < len(items) and items[taken - 1].role == "subheading":
        taken -= 1
    return taken


def _body(story: Story, measure: float, em: int) -> list[Item]:
    face, font = Typeface.BODY, load(Typeface.BODY, em)
    items: list[Item] = []
    for number, block in enumerate(story.blocks):
        if block.subheading:
            run = set_run(block.text, load(Typeface.HEADING, em))
            items.append(Item(run, Typeface.HEADING, em, "subheading", number, align="middle", slots=SUBHEADING_SLOTS))
            continue
        text = (story.continued_from if number == 0 else "") + block.text
        for i, run in enumerate(break_lines(text, font, measure, em * INDENT)):
            items.append(Item(run, face, em, "body", number, indent=0.0 if i else em * INDENT))
    if story.continued_to:
        items.append(_small(story.continued_to, "continuation", em))
    if story.byline_place == "end":
        items.append(_small(story.byline, "byline", em))
    return items


def _small(text: str, role: str, em: int) -> Item:
    size = round(em * SMALL_TYPE)
    return Item(set_run(text, load(Typeface.HEADING_LIGHT, size)), Typeface.HEADING_LIGHT, size, role, -1, align="right")


def _set_heading(story: Story, number: int, page: PageSpec, width: float) -> Setting:
    """Kicker, headline, deck and byline, one under the other, in the middle of `width`."""
    em = page.type_size
    kicker, deck, small = round(em * KICKER_TYPE), round(em * DECK_TYPE), round(em * SMALL_TYPE)
    parts = [(story.kicker, "kicker", Typeface.HEADING_LIGHT, kicker, 0.35)] if story.kicker else []
    parts += [(text, "headline", story.headline_face, story.headline_size, 0.16) for text in story.headline]
    parts += [(text, "deck", Typeface.HEADING_LIGHT, deck, 0.55) for text in story.deck]
    if story.byline_place == "head":
        parts.append((story.byline, "byline", Typeface.HEADING_LIGHT, small, 0.55))
    lines: list[TypeLine] = []
    y = 0.0
    for text, role, face, size, gap in parts:
        run = set_run(text, load(face, size), tight=True)
        if run.width > width:
            raise StoryDoesNotFitError(f"{page.id}: {text} is {run.width:.0f} pixels wide, its place {width:.0f}")
        y += size * gap if lines else 0.0
        lines.append(TypeLine(run, (width - run.width) / 2, y, face, size, role, number))
        y += size
    return Setting(tuple(lines), height=y + em * AFTER_HEADING if lines else 0.0)


def _frame(story: Story, area: Area) -> tuple[Rule, ...]:
    weight = FRAME_WEIGHTS[story.frame]
    return (Rule(area, weight, outline=True),) if weight else ()


def _set_advertisement(story: Story, number: int, page: PageSpec, height: float) -> Setting:
    """An advertisement's lines in the middle of its frame, evenly apart."""
    width = page.span_width(story.span)
    gap = (height - sum(story.line_sizes)) / (len(story.lines) + 1)
    lines: list[TypeLine] = []
    y = gap
    for text, size in zip(story.lines, story.line_sizes, strict=True):
        run = set_run(text, load(Typeface.HEADING, size))
        lines.append(TypeLine(run, (width - run.width) / 2, y, Typeface.HEADING, size, "advertisement", number))
        y += size + gap
    area = Area(0, 0, width, height)
    return Setting(tuple(lines), _frame(story, area), zones=(Zone(area, "advertisement", number),), height=height)
