"""What was read in a line, corrected by how type is set: ideographs stand in squares of one size, and show its pitch.

Recognizers read specks as points, one ideograph twice, half-width signs for full-width ones, and spaces that are none. Where
characters stand tells what was printed.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.model import is_ideograph
from digitize.ocr import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.ocr import Character

    Characters = Sequence[Character]

# The same ideograph twice within less than this share of the line's character pitch was printed once. On measured pages
# real repetitions stand a whole pitch apart, echoes less than half of one.
ECHO_DISTANCE = 0.6
# Two characters with a full stop's or comma's square between them stand two pitches apart, side by side one.
OWN_SQUARE = 1.5
# Between two ideographs a full-width form takes a square, a half-width one half of it: the two stand two pitches apart, or
# one and a half. On measured pages they are from 1.44 to 1.62 pitches apart around half-width forms.
WHOLE_SQUARE = 1.68
# The middles of an ideograph and a letter that touch are three quarters of a pitch apart; on measured pages up to one where a
# space was read that is none, 1.6 and more where one is printed.
SET_SPACE = 1.1
FULL_WIDTH = {half: chr(ord(half) + 0xFEE0) for half in "(),:;!?"}
PITCH_EVIDENCE = 4  # so many steps between ideographs show a line's pitch
MIDDLE_DOTS = ("·", "•", "・")
POINTS = (".", *MIDDLE_DOTS)
COLONS = (":", "：")
COMMAS = (",", "，", "、")
SPECKS = frozenset((*POINTS, *COLONS))
# At a line's end no character after it shows a point's square, and at its start none before it a comma's: there they must be
# read this surely. Specks on measured film pages were read with 0.3 to 0.7, printed marks with 0.9 and more.
SURE_POINT = 0.8


def corrected(reading: Reading) -> Reading:
    """A reading without specks, echoes and spaces that are not printed, its signs as wide as they are printed.

    Readings in which few ideographs show the squares are left as they are.
    """
    pitch = pitch_of(reading)
    if pitch is None:
        return reading
    characters = _without_dust(reading.characters, pitch)
    characters = _without_echoes(characters, pitch)
    characters = _in_full_width(characters, pitch)
    return Reading(_without_set_spaces(characters, pitch))


def pitch_of(reading: Reading) -> float | None:
    """The middle distance of neighbouring ideographs, as a share of the crop's width; None where too few show it."""
    pairs = itertools.pairwise(reading.characters)
    steps = sorted(b.position - a.position for a, b in pairs if is_ideograph(a.text) and is_ideograph(b.text))
    return steps[len(steps) // 2] if len(steps) >= PITCH_EVIDENCE else None


def _without_dust(characters: Characters, pitch: float) -> Characters:
    """Characters without the points that are dust and not print.

    Recognizers read a speck beside an ideograph as a full stop, a colon or a middle dot, and now and then a printed
    comma as a full stop. Print keeps its place: a full stop, comma or colon takes a square of its own, or follows a
    letter or digit (3.5); a middle dot stands between two characters that are no punctuation (7·20); none begins a
    line, and a comma hardly ever.
    """
    if characters[0].text in COMMAS and characters[0].confidence < SURE_POINT:
        characters = characters[1:]
    around = zip((None, *characters), characters, (*characters[1:], None), strict=False)
    return [c for before, c, after in around if c.text not in SPECKS or not _is_dust(before, c, after, pitch)]


def _is_dust(before: Character | None, character: Character, after: Character | None, pitch: float) -> bool:
    if before is None or not before.text.isalnum():
        return character.text in POINTS
    if character.text in MIDDLE_DOTS:
        return after is None or not after.text.isalnum()
    if before.text.isascii():
        return False
    if after is None:
        return character.text in POINTS and character.confidence < SURE_POINT
    return after.position - before.position < OWN_SQUARE * pitch


def _without_echoes(characters: Characters, pitch: float) -> Characters:
    """Characters without ideographs that were read twice: ideographs are square, and two cannot stand in one's place."""
    return [
        character
        for before, character in zip((None, *characters), characters, strict=False)
        if before is None
        or before.text != character.text
        or not is_ideograph(character.text)
        or character.position - before.position >= ECHO_DISTANCE * pitch
    ]


def _in_full_width(characters: Characters, pitch: float) -> Characters:
    """Characters with the brackets, commas and the like that take a square of their own in their full-width forms.

    Recognizers now and then give the half-width form of a sign printed full width, as good as never the other way round.
    How far apart the ideographs before and after it stand, tells which it is. The two brackets of a pair are of one form.
    """
    full = {
        index
        for index, sign in enumerate(characters[1:-1], start=1)
        if sign.text in FULL_WIDTH
        and is_ideograph((before := characters[index - 1]).text)
        and is_ideograph((after := characters[index + 1]).text)
        and after.position - before.position >= WHOLE_SQUARE * pitch
    }
    for opening, closing in _bracket_pairs(characters):
        if opening in full or closing in full:
            full |= {opening, closing}
    return [replace(c, text=FULL_WIDTH[c.text]) if i in full else c for i, c in enumerate(characters)] if full else characters


def _bracket_pairs(characters: Characters) -> list[tuple[int, int]]:
    """The places of each half-width opening bracket of a line and of the closing one that follows it."""
    brackets = [(index, character.text) for index, character in enumerate(characters) if character.text in "()"]
    return [(i, j) for (i, a), (j, b) in itertools.pairwise(brackets) if (a, b) == ("(", ")")]


def _without_set_spaces(characters: Characters, pitch: float) -> tuple[Character, ...]:
    """Characters without spaces between ideographs and letters or digits where none is printed.

    Typesetting leaves an eighth of a square there, which recognizers now and then take for a space.
    """
    return tuple(c for index, c in enumerate(characters) if c.text != " " or not _is_set_space(characters, index, pitch))


def _is_set_space(characters: Characters, index: int, pitch: float) -> bool:
    if not 0 < index < len(characters) - 1:
        return False
    before, after = characters[index - 1], characters[index + 1]
    scripts_meet = before.text.isalnum() and after.text.isalnum() and is_ideograph(before.text) != is_ideograph(after.text)
    return scripts_meet and after.position - before.position <= SET_SPACE * pitch
