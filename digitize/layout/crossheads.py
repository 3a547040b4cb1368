"""Headings within a column: short lines in its middle, in capitals, in larger type or with white around them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from digitize.layout.tiers import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.layout.columns import Column
    from digitize.model import TextLine

CENTRED_WHITE = 1.0
"""White on both sides of a centred line, in type sizes: more than an indent leaves on one and a line's end on the other."""

OFF_MIDDLE = (2.0, 0.35)
"""How far from the middle a centred line may stand: in type sizes, or as a share of the white beside it."""

LARGE, LARGER = 1.3, 1.12
"""Type from so many body sizes on is surely, or perhaps, a heading's: sizes estimated from words vary by a tenth."""

LETTERS, LETTER_SHARE = 4, 0.6
"""A heading has so many letters, and is letters for the most part: figures in the middle of a column are a table's."""

WHITE_ABOVE, WHITE_BELOW = 0.35, 0.3
"""White above and below a line beyond the usual leading, in type sizes, from which it is set apart."""

HEADING_POINTS = 1.6
"""Points from which a line is a heading: white above and below, or one better reason and no other against it."""

BETWEEN = 1.2
"""Points for a short line in the middle between a paragraph's end and the next one's indent: solid type leaves no white."""

INDENT = (0.6, 3.0)
"""A paragraph's indent, in type sizes."""

OPEN_TAKES = 2.0
"""Points taken where the line before ends in a hyphen or a comma: its sentence goes on."""

WHITE_POINT, WHITE_MOST = 0.7, 1.5
"""White above that gives one point, in type sizes, and the most points that it gives."""

SMALL = 0.9
"""Capitals smaller than this many body sizes head parts of an item (theatres of a list) more often than items."""

SET_APART = 0.4
"""White above a large line that is not in the middle, in type sizes, from which it is no misread line of text."""

DECK_LINES = 4
"""A deck has at most so many lines."""

AT_LEFT = (0.5, 0.25)
"""A heading set to the left stands within so many type sizes of the column's edge, and leaves this share of it white."""

LEFT_WHITE = 0.6
"""White above a heading set to the left, beyond the leading, in type sizes."""

FIRST = 9.0
"""White above the first line of all: more than any other."""

SHORT = 0.5
"""A line that takes less of its column may stand between two lines of one heading."""

DISPLAY_TYPE = 1.5
"""Type so large fills a column only in headings."""

LINE_HEIGHT = 1.2
"""From one baseline to the next in most settings, in type sizes."""

RIGHT_WHITE = 0.35
"""White before a signature, as a share of the column: signatures are set to the right."""

SIGNATURE_LENGTH = 40
"""Signatures are shorter than this many characters: a name and a title."""

_DATELINE = re.compile(
    r"[^,]{3,40},\s*(?:(?:le|den|the)\s)?[\dliIJj3]?.{0,3}\d{0,2}\W*[^\W\d_]{0,4}.{0,2}\s*[a-zà-ÿ]{3,}.*|.*\d{4}\W*"
)
_LOWER_START = re.compile(r"[^\w]*[a-zà-ÿœæß]")
_OPEN_END = (",", ";", "-", "\u00ac", "\u00ad")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a column's lines are compared with: its edges, and the size and pitch of the running type."""

    edges: Column
    type_size: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: white above and below it beyond the leading, in type sizes, None for no line below.

    `headed`: the line before is a heading's; `ended`: the text before may end there; `set_left`: it is short and stands at
    the column's edge over a paragraph's indent.
    """

    above: float
    below: float | None
    headed: bool
    ended: bool
    set_left: bool = False


def is_capitals(text: str) -> bool:
    """Whether a text is set in capitals: but for a few letters that were misread, or that abbreviations hold."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= LETTERS and sum(c.isupper() for c in letters) >= 0.8 * len(letters)


def white_between(upper: TextLine, lower: TextLine, setting: Setting) -> float:
    """White between two lines beyond the usual leading, in type sizes: from their middles, which dust moves least."""
    usual = setting.pitch / setting.type_size / 2
    sizes = upper.type_size + lower.type_size
    return (lower.box.cy - upper.box.cy - usual * sizes) / setting.type_size


def is_centred(line: TextLine, setting: Setting) -> bool:
    """Whether a line stands in the middle of its column with white on both sides."""
    left, right = line.box.x0 - setting.edges.left, setting.edges.right - line.box.x1
    slack = max(OFF_MIDDLE[0] * setting.type_size, OFF_MIDDLE[1] * max(left, right))
    return min(left, right) >= CENTRED_WHITE * setting.type_size and abs(left - right) <= slack


def is_signature(line: TextLine, before: TextLine | None, setting: Setting) -> bool:
    """Whether a line signs the text above it: a name set to the column's right edge below the end of a paragraph."""
    left, right = line.box.x0 - setting.edges.left, setting.edges.right - line.box.x1
    if line.text.lstrip().startswith(("«", "»", "“", '"')) or line.text.rstrip().endswith(","):
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", line.text) if len(word) > 1]
    named = (
        len(line.text) <= SIGNATURE_LENGTH
        and not any(c.isdigit() for c in line.text)
        and bool(words)
        and all(word[0].isupper() for word in words)
    )
    placed = left >= RIGHT_WHITE * setting.edges.width and right <= 0.5 * left
    return named and placed and before is not None and _ended(before, setting)


class Ending(Enum):
    """How the text before a line ends."""

    NOTHING = auto()  # there is none
    ENDED = auto()  # a paragraph may end there
    RUNNING = auto()  # a full line without a full stop
    OPEN = auto()  # in a hyphen or comma: the sentence goes on


def ending(line: TextLine, setting: Setting) -> Ending:
    """How a line of a column ends."""
    if _is_open(line, setting):
        return Ending.OPEN
    return Ending.ENDED if _ended(line, setting) else Ending.RUNNING


def heading_flags(lines: Sequence[TextLine], setting: Setting, leading: Ending = Ending.NOTHING) -> tuple[bool, ...]:
    """For each line of a column, top to bottom, whether it is a heading's.

    Args:
        lines: the lines.
        setting: what they are compared with.
        leading: how the column before ends, from which a text at this column's head goes on.
    """
    flags: list[bool] = []
    for before, line, after in zip([None, *lines[:-1]], lines, [*lines[1:], None], strict=True):
        headed = bool(flags) and flags[-1]
        end = Ending.ENDED if headed else leading if before is None else ending(before, setting)
        below = None if after is None else white_between(line, after, setting)
        if before is not None:
            above = white_between(before, line, setting)
        else:  # at a column's head: white that cannot be seen, but where a sentence goes on from the column before
            set_apart = end is Ending.ENDED and below is not None and below >= WHITE_BELOW
            above = FIRST if end is Ending.NOTHING else SET_APART if set_apart else 0.0
        place = Place(above, below, headed=headed, ended=end in {Ending.NOTHING, Ending.ENDED})
        place = replace(place, set_left=_is_set_left(line, after, setting, place))
        points = _points(line, setting, place) - (OPEN_TAKES if end is Ending.OPEN else 0.0)
        points += BETWEEN if before is not None and _between(before, line, after, setting) else 0.0
        flags.append(points >= HEADING_POINTS)
    return tuple(_with_decks(list(_closed(flags, lines, setting)), lines, setting))


def _with_decks(flags: list[bool], lines: Sequence[TextLine], setting: Setting) -> list[bool]:
    """The flags, with the few lines in the middle between a heading and its text taken into it: its deck.

    Where many lines stand there, they are verses.
    """
    for start in range(1, len(lines)):
        if not flags[start - 1] or flags[start]:
            continue
        end = start
        while end < len(lines) and (flags[end] or _may_be_deck(lines[end], setting)):
            end += 1
        if end <= start + DECK_LINES and end < len(lines) and _opens(lines[end], setting):
            flags[start:end] = [True] * (end - start)
    return flags


def _may_be_deck(line: TextLine, setting: Setting) -> bool:
    text = line.text.strip()
    worded = sum(c.isalpha() for c in text) >= LETTERS and not text.startswith(("(", "["))
    return worded and is_centred(line, setting) and not _DATELINE.fullmatch(text)


def _opens(line: TextLine, setting: Setting) -> bool:
    """Whether a full line begins a paragraph, with its indent or at the column's edge."""
    indent = line.box.x0 - setting.edges.left
    return indent <= INDENT[1] * setting.type_size and setting.edges.right - line.box.x1 <= setting.type_size


def _is_open(line: TextLine, setting: Setting) -> bool:
    """Whether a sentence goes on from a line: it ends in a hyphen, or is full and ends in a comma."""
    text = line.text.rstrip()
    short = setting.edges.right - line.box.x1 >= setting.type_size
    return text.endswith(_OPEN_END) and not (short and text.endswith((",", ";")))


def _between(before: TextLine, line: TextLine, after: TextLine | None, setting: Setting) -> bool:
    """Whether a short line in the middle stands between the end of one paragraph and the indent of the next."""
    if after is None or not is_centred(line, setting) or not _ended(before, setting):
        return False
    indent, size = after.box.x0 - setting.edges.left, setting.type_size
    opens = INDENT[0] * size <= indent <= INDENT[1] * size and setting.edges.right - after.box.x1 <= size
    return opens and line.box.width <= SHORT * setting.edges.width and is_running_size(before, setting)


def _is_set_left(line: TextLine, after: TextLine | None, setting: Setting, place: Place) -> bool:
    """Whether a short line at the column's edge stands in white over the indent of a paragraph, as headings set left do."""
    if after is None or not place.ended or place.above < LEFT_WHITE or _DATELINE.fullmatch(line.text.strip()):
        return False
    left, right = line.box.x0 - setting.edges.left, setting.edges.right - line.box.x1
    indent = after.box.x0 - setting.edges.left
    at_left = left <= AT_LEFT[0] * setting.type_size and right >= AT_LEFT[1] * setting.edges.width
    return at_left and INDENT[0] * setting.type_size <= indent <= INDENT[1] * setting.type_size and _opens(after, setting)


def is_running_size(line: TextLine, setting: Setting) -> bool:
    """Whether a line is set in the size of running text."""
    return abs(line.type_size / setting.type_size - 1) <= LARGER - 1


def _closed(flags: Sequence[bool], lines: Sequence[TextLine], setting: Setting) -> Iterator[bool]:
    """The flags, with single short lines between two of one heading ("by", a number) taken into it."""
    for index, (flag, line) in enumerate(zip(flags, lines, strict=True)):
        before = lines[index - 1] if index else None
        leads = index + 1 < len(flags) and flags[index + 1]
        parted = before is None or flags[index - 1] or white_between(before, line, setting) >= SET_APART
        short = line.box.width <= SHORT * setting.edges.width and (is_centred(line, setting) or (index and flags[index - 1]))
        yield flag or (leads and parted and bool(short))


def _ended(line: TextLine, setting: Setting) -> bool:
    """Whether a paragraph may end with a line: it is short, or set to the right, or ends in a full stop."""
    short = setting.edges.right - line.box.x1 >= 1.5 * setting.type_size
    right = line.box.x0 - setting.edges.left >= RIGHT_WHITE * setting.edges.width
    return short or right or line.text.rstrip().endswith(TERMINAL)


def _points(line: TextLine, setting: Setting, place: Place) -> float:
    """How much speaks for a line being a heading's; 0 where it is none whatever speaks for it."""
    text = line.text.strip()
    letters = sum(c.isalpha() for c in text)
    if letters < LETTERS or letters < LETTER_SHARE * len(text.replace(" ", "")) or text.startswith(("(", "[")):
        return 0.0
    ratio, capitals = line.type_size / setting.type_size, is_capitals(text)
    if not (place.set_left or is_centred(line, setting) or _stands_out(line, setting, place, capitals=capitals)):
        return 0.0
    points = 3.0 if ratio >= LARGE else 1.5 if ratio >= LARGER else -1.5 if ratio < SMALL and capitals else 0.0
    points += 2.0 if capitals else 0.0
    points += min(WHITE_MOST, place.above / WHITE_POINT) if place.above >= WHITE_ABOVE else 0.0
    points += 0.5 if place.below is not None and place.below >= WHITE_BELOW else 0.0
    points += 0.5 if place.ended else -1.5
    points -= 3.0 if ratio < LARGE and _DATELINE.fullmatch(text) else 0.0
    points -= 2.0 if text.endswith(_OPEN_END) and not capitals else 0.0
    points -= 2.0 if _LOWER_START.match(text) else 0.0
    return points


def _stands_out(line: TextLine, setting: Setting, place: Place, *, capitals: bool) -> bool:
    """Whether a line that is not in its column's middle can be a heading: large with white above, or capitals at the left."""
    ratio = line.type_size / setting.type_size
    if is_running(line, setting) and ratio < DISPLAY_TYPE:
        return False
    left, right = line.box.x0 - setting.edges.left, setting.edges.right - line.box.x1
    at_left = left <= setting.type_size * CENTRED_WHITE and right >= left
    return (ratio >= LARGE and (place.headed or place.above >= SET_APART)) or (ratio >= LARGER and capitals and at_left)


def is_running(line: TextLine, setting: Setting) -> bool:
    """Whether a line fills its column as running text does."""
    return line.box.width >= 0.92 * setting.edges.width and line.type_size < 1.5 * setting.type_size


def usual_pitch(columns: Sequence[Sequence[TextLine]], type_size: float) -> float:
    """The middle distance of lines of running type in one column, in pixels."""
    steps = sorted(
        lower.box.cy - upper.box.cy
        for lines in columns
        for upper, lower in itertools.pairwise(lines)
        if 0.5 * type_size < lower.box.cy - upper.box.cy < 2.5 * type_size
    )
    return steps[len(steps) // 2] if steps else LINE_HEIGHT * type_size
