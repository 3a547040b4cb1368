"""Whether a thin dark line is a scratch: by the type that it cuts.

A printer's rule keeps clear of the type beside it; a scratch runs through the type of line after line, and through the
white between. A scratch that runs along the lines of type cuts character after character, and shows in the white between
them as well: that tells it from rules, and from the strokes of a line, which stand in a row, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.scan.scratches import Scratch

# So many lines of type run through by it make a thin dark line a scratch, and that share of the lines that stand along it,
# at a pitch of about that share of the long side. Rules on measured pages touch none, or one in seven in heavy grain.
LINES, LINES_SHARE, PITCH = 3, 1 / 4, 1 / 60
# The same for the characters along a level line, at their pitch. Rules touch one in eight at most, scratches one in three.
CHARACTERS_SHARE, CHARACTER_PITCH = 1 / 4, 1 / 85
# They stand along this share of its length: a single word that is set too near a rule stands in one place. None is cut in
# two by a rule, so that a few of them, anywhere, are enough.
SPREAD = 0.5
# Strokes of characters stand in a row over less than this share of the long side: most of a column.
ROW_OF_STROKES = 0.14
# A level scratch is dark in this share of the white places along it; rows of strokes have white between the characters.
THROUGH_WHITE = 0.9
# Half the width of a scratch that runs through type, as a share of the long side; strokes of large type are wider.
HAIR = 1 / 600
# What is looked at on each side, as a share of the long side, to tell type from white: more than a character's width.
BESIDE = 1 / 100
# Ink is darker than this grey value. A row of that strip is white with less ink in it than the first share, and a printed
# rule, which may well meet another, with more than the second. A character's strokes fill more than the third.
INK = 140
WHITE_ROW, RULE_ROW, STROKES_ROW = 0.02, 0.8, 0.15
# Where more than this share of what is on one side is ink, over more than this share of its length, an edge runs and no line.
SOLID = 0.5
# Ink within so many pixels of a scratch's flank touches it.
TOUCH = 3
# The blur beside a scratch, in pixels.
BLUR = 1
# How much darker than what is beside it a scratch is, in grey values of a page with white paper and black ink: in the mean
# of many rows, and in a single one, where grain is.
CONTRAST, CONTRAST_IN_GRAIN = 32, 16


def beside(
    pixels: NDArray[np.uint8], rows: NDArray[np.int64], middle: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The pixels at those offsets in x from a path, uint8 (rows, offsets)."""
    columns = np.clip(middle[:, np.newaxis] + offsets, 0, pixels.shape[1] - 1)
    return np.asarray(pixels[rows[:, np.newaxis], columns], np.uint8)


def hair(long_side: int) -> float:
    """Half the width of a scratch, at most, with the blur beside it, on a page so long."""
    return BLUR + max(1, HAIR * long_side)


def cuts_type(pixels: NDArray[np.uint8], scratch: Scratch) -> bool:
    """Whether an upright scratch runs through the lines of type along it, and not between their columns."""
    along = len(scratch.middle) / (PITCH * max(pixels.shape))
    # What is shorter than the lines it should cut is a stroke of a headline, and what it cuts are others of its strokes.
    return along >= LINES and bool(_lines_cut(pixels, scratch) >= max(LINES, LINES_SHARE * along))


def _lines_cut(pixels: NDArray[np.uint8], scratch: Scratch) -> int:
    """How many lines of type a scratch runs through: rows where ink touches it, between rows that are white around it."""
    if scratch.half_width > hair(max(pixels.shape)):
        return 0
    flanks = _flanks(pixels, scratch, BESIDE)
    return _alternations(flanks.white, np.any([side.touches & (side.ink < RULE_ROW) for side in flanks.sides], axis=0))


def cuts_characters(turned: NDArray[np.uint8], scratch: Scratch, *, both: bool = False) -> bool:
    """Whether a level scratch runs through the characters along it.

    `turned` are the page's pixels with x and y exchanged, so that the scratch runs down them. `both`: whether strokes must go
    on at both sides of it; those that touch one side alone may as well be the crests of a wavy rule, or hatching that ends at
    a drawing's frame.
    Elsewhere, a few characters cut in two are enough, wherever they stand.
    """
    long_side = max(turned.shape)
    along = len(scratch.middle) / long_side
    if along < ROW_OF_STROKES or scratch.half_width > hair(long_side):
        return False
    # Lines of type stand as near as their own height to the next.
    flanks = _flanks(turned, scratch, BESIDE / 2)
    if (np.maximum(flanks.sides[0].ink, flanks.sides[1].ink) > SOLID).mean() > SOLID:
        return False
    strokes = [side.touches & (side.ink >= STROKES_ROW) & (side.ink < RULE_ROW) for side in flanks.sides]
    met = np.all(strokes, axis=0) if both else np.any(strokes, axis=0)
    characters = max(LINES, CHARACTERS_SHARE * along / CHARACTER_PITCH)
    cuts = not both and _cuts_in_two(turned, scratch, flanks.white, np.all(strokes, axis=0))
    meets = _alternations(flanks.white, met) >= characters and _extent(met) > SPREAD
    return (cuts or meets) and _dark_in_white(turned, scratch, flanks.white)


def _cuts_in_two(turned: NDArray[np.uint8], scratch: Scratch, white: NDArray[np.bool_], cut: NDArray[np.bool_]) -> bool:
    """Whether a level scratch cuts characters in two, and shows between them.

    The search may have followed a printed rule into the row of text beside its end: there nothing is between the characters.
    """
    if _alternations(white, cut) < LINES:
        return False
    first, last = np.flatnonzero(cut)[[0, -1]]
    between = white.copy()
    between[:first] = between[last:] = False
    return _dark_in_white(turned, scratch, between)


def _extent(cut: NDArray[np.bool_]) -> float:
    """The share of a scratch's length from the first to the last place where it cuts something."""
    places = np.flatnonzero(cut)
    return float(places[-1] - places[0]) / len(cut) if len(places) else 0.0


def runs_close_to_type(turned: NDArray[np.uint8], scratch: Scratch) -> bool:
    """Whether type stands close to a level scratch along most of it; printed rules have white above and below.

    `turned` are the page's pixels with x and y exchanged, so that the scratch runs down them.
    """
    return bool(_flanks(turned, scratch, BESIDE).white.mean() < 0.5)  # noqa: PLR2004 - most


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """What is on one side of a scratch, row by row.

    That is the share of ink in the strip beside it, the share in what is `beyond` reach of touching, and whether ink touches.
    """

    ink: NDArray[np.float64]
    beyond: NDArray[np.float64]
    touches: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Flanks:
    """Both sides of a scratch, and which of its rows are white on both, bool (rows,)."""

    sides: tuple[_Side, _Side]
    white: NDArray[np.bool_]


def _flanks(pixels: NDArray[np.uint8], scratch: Scratch, reach: float) -> _Flanks:
    """What stands within a share of the long side beside a scratch."""
    rows = np.arange(scratch.top, scratch.bottom)
    offsets = scratch.half_width + 1 + np.arange(max(TOUCH + 1, round(reach * max(pixels.shape))))
    left, right = (_side(beside(pixels, rows, scratch.middle, side * offsets) < INK) for side in (-1, 1))
    return _Flanks((left, right), (left.ink < WHITE_ROW) & (right.ink < WHITE_ROW))


def _side(ink: NDArray[np.bool_]) -> _Side:
    return _Side(ink.mean(axis=1), ink[:, TOUCH:].mean(axis=1), np.asarray(ink[:, :TOUCH].any(axis=1), np.bool_))


def _alternations(white: NDArray[np.bool_], cut: NDArray[np.bool_]) -> int:
    """How many times what is cut comes after white."""
    kinds = np.where(white, 0, 1)[white | cut]
    return int(np.count_nonzero(np.diff(kinds) == 1)) if len(kinds) else 0


def _dark_in_white(pixels: NDArray[np.uint8], scratch: Scratch, white: NDArray[np.bool_]) -> bool:
    """Whether a scratch shows nearly wherever it has white on both sides."""
    if not white.any():
        return False
    rows, gap = np.arange(scratch.top, scratch.bottom)[white], scratch.half_width + TOUCH
    middle = scratch.middle[white]
    own = beside(pixels, rows, middle, np.arange(-scratch.half_width, scratch.half_width + 1)).min(axis=1)
    paper = beside(pixels, rows, middle, np.array([-gap, gap])).min(axis=1)
    return bool((paper.astype(np.int64) - own >= CONTRAST_IN_GRAIN).mean() >= THROUGH_WHITE)
