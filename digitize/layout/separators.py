"""Printed rules and the boxes that they close."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.ink import components, odd, runs
from digitize.layout.upright import UPRIGHT, transposed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.layout.ink import Ink

RULE_RUN = 2.0
"""Unbroken ink along a rule, in type sizes: twice the longest stroke of a character of the body type."""

STROKE = 0.5
"""Share of its length in lines of large type from which what looks like a rule is a stroke of theirs: rules pass by, or
through lines that the detector ran together."""

ALL_ALONG = 0.9
"""Share of a line's width that a rule runs along which was detected with it."""

CHARACTERS = 4
"""So many characters do not make a stroke that runs through all of them."""

UNBROKEN = 0.98
"""Share of its length over which a rule is inked; type leaves a tenth of its square white between two characters."""

MIDDLE = 0.25
"""How far from a line's middle a rule that runs along it is none, in heights of the line: those above and below stand off."""

RULE_LENGTH = 3.5
"""The shortest rule, in type sizes: shorter ones (dashes, brackets) part nothing."""

RULE_THICKNESS = 0.6
"""The thickest rule, in type sizes; thicker black is a panel or a picture."""

RULE_SLOPE = 0.02
"""How far a rule may drift across its direction for each pixel along it: what is left of skew and warp."""

CORNER_GAP = 0.35
"""Gaps in a box's border up to this many type sizes are closed: worn corners, and less than the space to a neighbour."""

BREAK = 2.0
"""Two pieces of one rule stand so many type sizes apart at most: a scratch and its blur, and less than a heading's space."""

CORNER = 0.5
"""How far off a rule's line the end of another one is that makes a corner with it, in type sizes: warp bends both."""

WORN_CORNER, WORN_OFF = 6.0, 0.25
"""What may be missing of a border's side at a corner, in type sizes and as a share of what is there."""

FRAME_MIN = (5.0, 2.5)
"""Width and height of the smallest box that holds text, in type sizes."""

FRAME_FILL = 0.9
"""Share of its rectangle that a box's inside fills; rounded corners take a few per cent."""

BORDER = RULE_THICKNESS + CORNER_GAP
"""A border is so thick at most, in type sizes: a rule, and a finer one along it."""

BORDER_SHARE = 0.75
"""How much of the whole border's rectangle one closed inside takes, to be a box and not a cell between column rules."""

GUTTER_MAX = 4.0
"""The widest gutter, in type sizes; wider white is an empty column."""

BESIDE_RULE = 0.25
"""White on each side of a column rule, in type sizes, at least: a rule stands in the middle of a gutter."""

ALONG = 0.4
"""Share of a line's height over which an upright rule is inked beside it, in one place across: worn rules have breaks."""

SIDE = 0.1
"""Share of an upright line's width, on either side of it, that is white."""

LARGE_TYPE = 1.3
"""Type from this many body sizes on has strokes as long as rules: its lines are blanked before rules are looked for."""


def _blank(mask: NDArray[np.uint8], ink: Ink, boxes: Sequence[Box]) -> NDArray[np.uint8]:
    blanked = mask.copy()
    for box in boxes:
        blanked[ink.window(box)] = 0
    return blanked


def _rule_mask(mask: NDArray[np.uint8], unit: float, *, vertical: bool) -> NDArray[np.uint8]:
    """Only the long runs of ink in one direction, with breaks up to a type size mended."""
    run, gap = odd(RULE_RUN * unit), odd(unit)
    # Two pixels of slack across the rule keep it whole where it drifts from one row to the next.
    slack = cv2.dilate(mask, _bar(1, 3, vertical=vertical))
    opened = cv2.morphologyEx(slack, cv2.MORPH_OPEN, _bar(run, 1, vertical=vertical))
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _bar(gap, 1, vertical=vertical)), np.uint8)


def _bar(length: int, across: int, *, vertical: bool) -> NDArray[np.uint8]:
    """A kernel so long in the rule's direction and so wide across it."""
    return np.ones((length, across) if vertical else (across, length), np.uint8)


def find_rules(ink: Ink, type_size: float, lines: Sequence[Box], grounds: Sequence[Box]) -> tuple[Box, ...]:
    """Find printed rules, horizontal and vertical, in reading-frame pixels.

    `lines` are the text lines, of which only those in large type are blanked; `grounds` are pictures and panels, whose
    edges are no rules.
    """
    unit = type_size * ink.scale
    # Detectors leave white at the sides of upright lines, and a column rule may stand in it.
    large = [
        line.grown(-SIDE * line.width, 0) if line.height >= UPRIGHT * line.width else line
        for line in lines
        if line.height >= LARGE_TYPE * type_size
    ]
    solid = [box.grown(CORNER_GAP * type_size, CORNER_GAP * type_size) for box in grounds]
    mask = _blank(ink.mask, ink, solid)
    whole = [rule for rule in _long_runs(ink, mask, unit) if not _within(rule, large) or _runs_by(rule, large, ink)]
    rest = [rule for rule in _long_runs(ink, _blank(mask, ink, large), unit) if not any(r.intersection(rule) for r in whole)]
    found = [rule for rule in (*whole, *rest) if not _strikes_through(rule, lines, type_size)]
    return tuple(sorted(found))


def _long_runs(ink: Ink, mask: NDArray[np.uint8], unit: float) -> list[Box]:
    found = []
    for vertical in (False, True):
        for x, y, w, h in components(_rule_mask(mask, unit, vertical=vertical)).tolist():
            length, across = (h, w) if vertical else (w, h)
            if length >= RULE_LENGTH * unit and across <= RULE_THICKNESS * unit + RULE_SLOPE * length:
                found.append(ink.box(x, y, w, h))
    return found


def _within(rule: Box, lines: Sequence[Box]) -> bool:
    """Whether a rule lies for the most part in lines of large type, and so is a stroke, or strokes in a row."""
    return sum(rule.intersection(line) for line in lines) > STROKE * rule.area


def _runs_by(rule: Box, lines: Sequence[Box], ink: Ink) -> bool:
    """Whether a rule runs, unbroken, along an edge of all the lines that it meets, which look large for it alone.

    Strokes in a row have the white between two characters.
    """
    met = [line for line in lines if rule.intersection(line) > 0]
    along = all(
        rule.overlap_x(line) >= ALL_ALONG * line.width
        and abs(rule.cy - line.cy) >= MIDDLE * line.height
        and line.width >= CHARACTERS * line.height
        for line in met
    )
    return along and not rule.upright and bool(ink.mask[ink.window(rule)].any(axis=0).mean() >= UNBROKEN)


def _strikes_through(rule: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether a level rule runs along the middle of a line: strokes that film has run together, or a dash."""
    return any(
        line.height < LARGE_TYPE * type_size
        and abs(line.cy - rule.cy) <= MIDDLE * line.height
        and line.overlap_x(rule) > STROKE * rule.width
        for line in lines
        if not rule.upright
    )


def column_rules(ink: Ink, rules: Sequence[Box], lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The rules without those that run down through text: printers set column rules in white, scratches fall anywhere.

    `lines` are the text lines as detected, whole or torn at what runs through them.
    """
    kept = [rule for rule in rules if not (rule.upright and _runs_through_text(ink, rule, lines, type_size))]
    large = [line for line in lines if line.height >= LARGE_TYPE * type_size and line.width > line.height]
    return tuple(_without_strokes(ink, rule, large, type_size) if rule.upright else rule for rule in kept)


def _without_strokes(ink: Ink, rule: Box, headings: Sequence[Box], type_size: float) -> Box:
    """An upright rule without the stroke of a heading right above or below it that film has run together with it."""
    for line in headings:
        if not line.x0 + type_size < rule.cx < line.x1 - type_size:
            continue
        if line.y0 <= rule.y0 < line.y1 < rule.y1 and any(_type_beside(ink, replace(rule, y1=line.y1), type_size)):
            rule = replace(rule, y0=line.y1)
        elif rule.y0 < line.y0 < rule.y1 <= line.y1 and any(_type_beside(ink, replace(rule, y0=line.y0), type_size)):
            rule = replace(rule, y1=line.y0)
    return rule


def _runs_through_text(ink: Ink, rule: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether characters stand close on both sides of an upright rule in most rows of text that it passes, or in a heading."""
    reach = BESIDE_RULE * type_size
    rows = [line for line in lines if rule.y0 <= line.cy <= rule.y1 and line.x0 - reach < rule.cx < line.x1 + reach]
    through = [line for line in rows if all(_type_beside(ink, replace(rule, y0=line.y0, y1=line.y1), type_size))]
    return 2 * len(through) > len(rows) or any(
        line.height >= LARGE_TYPE * type_size and line.width > line.height and rule.y0 < line.y0 and line.y1 < rule.y1
        for line in through
    )


def _type_beside(ink: Ink, part: Box, type_size: float) -> tuple[bool, bool]:
    """Whether ink stands close to a part of an upright rule, on its left and on its right: printed rules stand in white."""
    reach, blur = BESIDE_RULE * type_size, 1 / ink.scale
    left, right = _place(ink, part, upright=True)
    sides = Box(left - reach, part.y0, left - blur, part.y1), Box(right + blur, part.y0, right + reach, part.y1)
    on_left, on_right = (bool(ink.mask[ink.window(side)].any()) for side in sides)
    return on_left, on_right


def _place(ink: Ink, part: Box, *, upright: bool) -> tuple[float, float]:
    """The two sides of a rule within a part of its box: one that leans takes a little of that.

    All that is joined to it is its own, as the crests of a wave are.
    """
    rows, columns = ink.window(part)
    inked = ink.mask[rows, columns].mean(axis=0 if upright else 1)
    place = int(np.argmax(inked))
    own = [(a, b) for a, b in runs(inked > 0) if a <= place < b]
    if inked[place] < ALONG or not own:
        return (part.x0, part.x1) if upright else (part.y0, part.y1)
    (a, b), start = own[0], (columns if upright else rows).start
    return (start + a) / ink.scale, (start + b) / ink.scale


def slender(ink: Ink, rules: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The rules with those that lean or bend cut into pieces: a box around all of such a rule takes in the type beside it."""
    return tuple(piece for rule in rules for piece in _pieces(ink, rule, type_size))


def _pieces(ink: Ink, rule: Box, type_size: float) -> Iterator[Box]:
    """Pieces of a rule, each so long that it hardly leans, overlapping by a line's height."""
    if min(rule.width, rule.height) <= RULE_THICKNESS * type_size:
        yield rule
        return
    length, reach = RULE_RUN * type_size, type_size / 2
    start, end = (rule.y0, rule.y1) if rule.upright else (rule.x0, rule.x1)
    for first in np.arange(start, end, length).tolist():
        last = min(first + length, end)
        along = max(start, first - reach), min(end, last + reach)
        if rule.upright:
            left, right = _place(ink, Box(rule.x0, first, rule.x1, last), upright=True)
            yield Box(left, along[0], right, along[1])
        else:
            top, bottom = _place(ink, Box(first, rule.y0, last, rule.y1), upright=False)
            yield Box(along[0], top, along[1], bottom)


def find_boxes(ink: Ink, type_size: float, rules: Sequence[Box], panels: Sequence[Box] = ()) -> tuple[Box, ...]:
    """Find printed boxes: rules, or rules and a black panel, that close around one inside.

    Gives the insides' outer bounds, border and panel included: a panel along a side holds the box's own heading.
    """
    unit = type_size * ink.scale
    mask = np.zeros_like(ink.mask)
    for rule in rules:
        area = ink.window(rule)
        mask[area] |= ink.mask[area]
    for solid in (*_breaks(rules, type_size), *panels):
        mask[ink.window(solid)] = 1
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((odd(CORNER_GAP * unit) + 2,) * 2, np.uint8))
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for index, contour in enumerate(contours):
        parent = hierarchy[0][index][3]
        if parent < 0:
            continue
        x, y, w, h = cv2.boundingRect(contour)
        outer = cv2.boundingRect(contours[parent])
        large = w >= FRAME_MIN[0] * unit and h >= FRAME_MIN[1] * unit
        filled = cv2.contourArea(contour) >= FRAME_FILL * w * h
        border = ink.box(*outer)
        capped = sum(border.intersection(panel) for panel in panels) * ink.scale**2
        if large and filled and w * h + capped >= BORDER_SHARE * outer[2] * outer[3]:
            found.append(_around(ink.box(x, y, w, h), border, panels, type_size))
    return tuple(sorted(found))


def _around(inside: Box, border: Box, panels: Sequence[Box], type_size: float) -> Box:
    """A border's bounds as far as its sides and panels reach: a scratch or a column rule that touches it runs on beyond."""
    reach = inside.grown(BORDER * type_size, BORDER * type_size)
    left, top = max(border.x0, reach.x0), max(border.y0, reach.y0)
    sides = Box(left, top, min(border.x1, reach.x1), min(border.y1, reach.y1))
    return hull((sides, *(p for p in panels if p.intersection(reach) > 0 and border.contains(p.cx, p.cy))))


def _breaks(rules: Sequence[Box], type_size: float) -> Iterator[Box]:
    """The gaps in worn or scratched borders: between two pieces of a rule, and where one ends short of a corner."""
    level, upright = ([rule for rule in rules if rule.upright is kind] for kind in (False, True))
    yield from _corners(level, upright, type_size)
    yield from _breaks_along(level, upright, type_size)
    yield from transposed(_breaks_along(transposed(upright), transposed(level), type_size))


def _corners(level: Sequence[Box], upright: Sequence[Box], type_size: float) -> Iterator[Box]:
    """What parts two rules whose ends make a corner: a rounded one, or one that film has worn off."""
    slack = CORNER * type_size
    for rule, other in itertools.product(level, upright):
        x = rule.x0 if other.cx < rule.cx else rule.x1
        y = other.y0 if rule.cy < other.cy else other.y1
        if abs(other.cx - x) <= slack and abs(rule.cy - y) <= slack:
            yield Box(min(x, other.x0), min(y, rule.y0), max(x, other.x1), max(y, rule.y1))


def _breaks_along(level: Sequence[Box], upright: Sequence[Box], type_size: float) -> Iterator[Box]:
    """The gaps in level rules, at ends that make no corner: where they do, white parts two boxes, one beside the other."""
    slack = CORNER * type_size

    def turns(rule: Box, end: float) -> bool:
        return any(abs(other.cx - end) <= slack and _ends_at(other, rule.cy, slack) for other in upright)

    lefts = [rule for rule in level if not turns(rule, rule.x0)]
    rights = [rule for rule in level if not turns(rule, rule.x1)]
    for left, right in itertools.product(rights, lefts):
        if 0 < right.x0 - left.x1 <= BREAK * type_size and abs(left.cy - right.cy) <= slack:
            yield Box(left.x1, min(left.y0, right.y0), right.x0, max(left.y1, right.y1))
    for rule, other in itertools.product(level, upright):
        reach = min(WORN_OFF * rule.width, WORN_CORNER * type_size)
        if not _ends_at(other, rule.cy, slack):
            continue
        if rule in rights and 0 < other.x0 - rule.x1 <= reach:
            yield Box(rule.x1, rule.y0, other.x1, rule.y1)
        elif rule in lefts and 0 < rule.x0 - other.x1 <= reach:
            yield Box(other.x0, rule.y0, rule.x0, rule.y1)


def _ends_at(upright: Box, y: float, slack: float) -> bool:
    return min(abs(upright.y0 - y), abs(upright.y1 - y)) <= slack


def find_gutters(blocks: Sequence[Box], rules: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The white gutters between neighbouring blocks of running text, where no rule stands in them."""
    upright = [rule for rule in rules if rule.upright]
    found = []
    for left in blocks:
        beside = [
            b for b in blocks if b.x0 >= left.x1 and b.overlap_y(left) >= type_size and b.x0 - left.x1 <= GUTTER_MAX * type_size
        ]
        for right in beside:
            gutter = Box(left.x1, max(left.y0, right.y0), right.x0, min(left.y1, right.y1))
            if not any(gutter.intersection(rule) > 0 for rule in upright):
                found.append(gutter)
    return tuple(sorted(found))
