"""Areas that set themselves apart by their ground: black panels, tints and pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.blocks import stack_lines
from digitize.layout.detail import has_detail
from digitize.layout.gutters import GRID_LINES
from digitize.layout.ink import components, count_greys, darker, grey_level, make_mask, odd, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.layout.ink import Ink

PAPER_PERCENTILE = 90
"""Paper is the lightest tenth's lower bound: more of any newspaper page is paper than ink, even around large photos."""

PANEL_STROKE = 0.25
"""Black thinner than this, in type sizes, is a rule or a stroke and not ground: a panel's margins are wider."""

PANEL_MIN = (4.0, 1.3)
"""Width and height from which black ground is a panel: room for two characters and one line, in type sizes."""

PANEL_MARGIN = 0.25
"""Black on both sides of the text on a panel, in type sizes, at least."""

PANEL_EDGE = 0.1
"""How ragged a panel's sides are, in type sizes, at most: what is light there is paper."""

WHOLE_PANEL = 0.8
"""A detected line that takes more of a panel is the panel itself, taken for type by the detector's coarse pass."""

PANEL_FILL = 0.9
"""Share of its rectangle that a panel's or tint's outline takes; a photo's dark parts are ragged."""

REVERSED_GROUND = 0.75
"""Light type on a ground lighter than this share of the paper's level could hardly be read."""

PANEL_GROUND = 0.45
"""Share of a panel that is black: light type covers at most half of what it stands on."""

TINT_MIN = (5.0, 3.0)
"""Width and height from which a tinted ground counts, in type sizes: smaller ones hold no column of text."""

TINT_CONTRAST = 0.95
"""A tint is darker than this share of the paper's level; scanners and film leave less than that on even paper."""

SCREEN = 1.0
"""A tint's screen is even at this many type sizes: several of its dots."""

SCREEN_MARGIN = 0.3
"""White between type and the edge of its ground, in type sizes, at least: type itself, seen as tone, has none."""

HEADER_GAP = 1.0
"""Ground between a panel and what is found of the tint that it stands on, in type sizes, at most."""

GRAIN = 0.5
"""Greys are averaged over so many type sizes along the lines: film grain goes, the white between two lines stays."""

GROUND_REACH = 0.3, 0.6
"""Some ground shows through within so many type sizes across and down from any point of a line: half a line's height."""

EVEN = 0.1
"""The middle part of a tint is of one tone, to this share of the paper's level; a photo's tones lie far apart."""

DOTS, BAREST = 0.3, 10
"""Within so many type sizes a screen has a dot and white; a tenth of any text's ground, in per cent, is bare of type."""

MIDDLE_PART = 20, 80
"""The middle part of a ground, as percentiles: large headings and pictures that stand on it are beyond."""

LINE_MARGIN = 0.2
"""What a detected line's characters may reach beyond its box, in type sizes."""

LINE_WHITE = 0.3
"""White above or below a line of text is within so many type sizes of its box's edge, outside or, where detectors leave
room, inside."""

COLUMN = 3
"""So many lines stacked edge to edge are text; a photo's texture makes none."""

PHOTO_LINE = 4.0
"""A detected line from so many type sizes on in height may be a photo, taken for type by the detector's coarse pass."""

PHOTO_TONE = 0.75, 0.35, 1.1
"""In a photo, columns side by side have tone over the first share of such a line, and that covers the second share of them;
large type has white between its signs, and in them. A single large sign is no wider than its height by the third."""

LINE_TONE = 0.1
"""Rows darker than the paper by this share of the ink's contrast are not white: between lines only strokes that touch."""

TEXT_COVER = 0.12
"""Share of an area that its text lines cover from which it is a ground for text and not a picture."""

PICTURE_CONTRAST = 0.22
"""A picture's tone is darker than the paper by this share of the ink's contrast: print that shows through stays below."""

INK_PERCENTILE = 1
"""The darkest hundredth of any page with text on it is ink."""

PICTURE_EDGE = 0.4
"""Share of a strip along a picture's side that has tone; less is a smudge or a rule that touches the picture."""

PICTURE_JOIN = 0.5
"""Gaps up to this many type sizes inside a picture are its light tones and halftone's white."""

IN_LINE = 0.7
"""Lines of text that end, and begin, so many type sizes from the white between two pictures at most are in line with it."""

GUTTER_TONE, GUTTER_WHITE, RULE_IN_GUTTER = 0.02, 0.4, 0.3
"""The white between two pictures has tone in less than the first share of its height, is so many type sizes wide at least,
and a rule in it so many at most."""

PICTURE_MIN = 3.0
"""A picture's smaller side, in type sizes; smaller marks are ornaments, and lose no text by being left out."""


def _rectangles(mask: NDArray[np.uint8], smallest: tuple[float, float], fill: float) -> list[tuple[int, int, int, int]]:
    """The pieces of a mask that are at least so wide and high and fill their rectangle, in working pixels."""
    large = (piece for piece in components(mask).tolist() if piece[2] >= smallest[0] and piece[3] >= smallest[1])
    return [(x, y, w, h) for x, y, w, h in large if _filled(mask[y : y + h, x : x + w]) >= fill * w * h]


def _filled(window: NDArray[np.uint8]) -> int:
    """The pixels of the piece of a mask whose box the window is; what else stands in it does not reach all four sides."""
    height, width = window.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(window), connectivity=8)
    own = (stats[1:, cv2.CC_STAT_WIDTH] == width) & (stats[1:, cv2.CC_STAT_HEIGHT] == height)
    return int(stats[1:, cv2.CC_STAT_AREA][own].max())


def _text_cover(area: Box, lines: Sequence[Box]) -> float:
    """The share of an area that lines cover (lines do not overlap one another by more than slivers)."""
    return sum(area.intersection(line) for line in lines) / max(1.0, area.area)


def find_panels(ink: Ink, type_size: float, lines: Sequence[Box]) -> tuple[Box, ...]:
    """Find panels with light type: solid black or of an even grey, rectangular, with detected lines in them."""
    paper = ink.level(PAPER_PERCENTILE)
    black = _solid(ink, type_size, lines, int(paper) // 2)
    grey = [box for box in _solid(ink, type_size, lines, REVERSED_GROUND * paper) if _is_reversed(ink, box, lines)]
    return (*black, *(box for box in grey if not any(box.intersection(other) > 0 for other in black)))


def _is_reversed(ink: Ink, panel: Box, lines: Sequence[Box]) -> bool:
    """Whether a ground is of one tone, and its type, as detected, lighter: a tint has dark type, a photo many tones."""
    paper, ground = ink.level(PAPER_PERCENTILE), ink.grey[ink.window(panel)]
    tone = float(np.median(ground))
    type_ = [ink.grey[ink.window(line)] for line in lines if _is_inside(line, panel) and line.area < WHOLE_PANEL * panel.area]
    lighter = sum(np.count_nonzero(grey > tone + EVEN * paper) for grey in type_)
    darker_ = sum(np.count_nonzero(grey < tone - EVEN * paper) for grey in type_)
    even = np.count_nonzero(np.abs(ground - tone) <= EVEN * paper)
    return bool(lighter > darker_ and even >= PANEL_GROUND * ground.size)


def _solid(ink: Ink, type_size: float, lines: Sequence[Box], level: float) -> tuple[Box, ...]:
    """The rectangles of solid ground, darker than a grey level, with lines on it that keep off its sides."""
    unit = type_size * ink.scale
    dark = darker(ink.grey, level)
    stroke = np.ones((odd(PANEL_STROKE * unit),) * 2, np.uint8)
    # Closed again, so that a light scratch does not part a panel in two.
    ground = cv2.morphologyEx(cv2.morphologyEx(dark, cv2.MORPH_OPEN, stroke), cv2.MORPH_CLOSE, stroke)
    contours, _ = cv2.findContours(ground, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        large = w >= PANEL_MIN[0] * unit and h >= PANEL_MIN[1] * unit
        # The hull: letters that touch the panel's edge bite into its outline.
        if (
            large
            and cv2.contourArea(cv2.convexHull(contour)) >= PANEL_FILL * w * h
            and dark[y : y + h, x : x + w].mean() >= PANEL_GROUND
        ):
            box = ink.box(x, y, w, h)
            seen = any(_is_inside(line, box) and line.area < WHOLE_PANEL * box.area for line in lines)
            # Detected lines reach beyond their type, and where that stands near a side, by as much as the margin.
            framed = (seen and _frames_text(box, lines, type_size)) or _holds_type(dark[y : y + h, x : x + w], unit)
            if framed and _text_cover(box, lines) >= TEXT_COVER:
                found.append(box)
    return tuple(found)


def _is_inside(line: Box, panel: Box) -> bool:
    return panel.intersection(line) > 0.5 * line.area


def _holds_type(dark: NDArray[np.uint8], unit: float) -> bool:
    """Whether light type stands amid black ground, whatever lines were detected on it: it keeps off the ground's sides."""
    edge, margin = max(1, round(PANEL_EDGE * unit)), round(PANEL_MARGIN * unit)
    light = dark[edge:-edge, edge:-edge] == 0
    columns = np.flatnonzero(light.any(axis=0))
    return len(columns) > 0 and columns[0] + edge >= margin and light.shape[1] - columns[-1] + edge > margin


def _frames_text(panel: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether a panel reaches beyond its text on both sides: bold type run together is no ground of its own.

    A line that goes on beyond a side by as much was detected over what stands beside the panel, too, and says nothing.
    """
    inside = [line for line in lines if _is_inside(line, panel) and line.area < WHOLE_PANEL * panel.area]
    margin = PANEL_MARGIN * type_size
    over = [line for line in inside if line.x0 < panel.x0 - margin or line.x1 > panel.x1 + margin]
    own = [line for line in inside if line not in over]
    return bool(own) and all(line.x0 >= panel.x0 + margin and line.x1 <= panel.x1 - margin for line in own)


def whiten_panels(ink: Ink, panels: Sequence[Box], type_size: float) -> Ink:
    """The page with its panels turned to dark type on light ground, so that no later step needs to know of them."""
    if not panels:
        return ink
    grey = ink.grey.copy()
    paper = ink.level(PAPER_PERCENTILE)
    for panel in panels:
        area = ink.window(panel)
        ground = np.percentile(grey[area], 25)
        grey[area] = np.clip(paper + ground - grey[area].astype(np.float32), 0, 255)
        # Between black and white a panel's sides are grey, which turned is grey again: no rules stand there.
        rows, columns = area
        side = max(1, round(PANEL_EDGE * type_size * ink.scale))
        for edge in (rows.start, rows.stop):
            grey[max(0, edge - side) : edge + side, columns] = paper
        for edge in (columns.start, columns.stop):
            grey[rows, max(0, edge - side) : edge + side] = paper
    return replace(ink, grey=grey, mask=make_mask(grey, type_size * ink.scale), counts=count_greys(grey))


def find_tints(ink: Ink, type_size: float, lines: Sequence[Box]) -> tuple[Box, ...]:
    """Find tinted grounds under text: even, rectangular, darker than the paper around them."""
    unit = type_size * ink.scale
    paper = ink.level(PAPER_PERCENTILE)
    # The lightest grey within a line's reach is the ground that the type stands on; it takes as much off the edges.
    across, down = (odd(2 * reach * unit) for reach in GROUND_REACH)
    ground = cv2.dilate(cv2.blur(ink.grey, (odd(GRAIN * unit), 3)), np.ones((down, across), np.uint8))
    # Their median is below a grey where most of them are, and counting is much sooner than sorting.
    counts = cv2.boxFilter(
        darker(ground, TINT_CONTRAST * paper), cv2.CV_16U, (across, across), normalize=False, borderType=cv2.BORDER_REPLICATE
    )
    tinted = (counts > across * across // 2).astype(np.uint8)
    tinted = cv2.morphologyEx(tinted, cv2.MORPH_CLOSE, np.ones((odd(unit),) * 2, np.uint8))
    tinted = cv2.morphologyEx(tinted, cv2.MORPH_OPEN, np.ones((odd(unit),) * 2, np.uint8))
    found = [
        ink.box(*r) for r in _rectangles(np.asarray(tinted, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit), PANEL_FILL)
    ]
    found = [box for box in found if _is_even(_median(ground, ink.window(box), across), EVEN * paper)]
    boxes = [box.grown((across // 2) / ink.scale, (down // 2) / ink.scale) for box in found]
    even = [box for box in boxes if _text_cover(box, lines) >= TEXT_COVER]
    screened = [box for box in _screens(ink, type_size, lines) if not any(box.intersection(other) > 0 for other in even)]
    return (*even, *screened)


def with_headers(tints: Sequence[Box], panels: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Tints with the panels at their heads, each over most of a tint and no wider than it: light headings of what stands on it.

    Turned to paper (see `whiten_panels`), a panel ends the ground that it stands on.
    """
    slack = HEADER_GAP * type_size
    return tuple(
        hull(
            [
                tint,
                *(p for p in panels if _within(p, tint, slack) and abs(tint.y0 - p.y1) <= slack and p.width > tint.width / 2),
            ]
        )
        for tint in tints
    )


def _within(panel: Box, tint: Box, slack: float) -> bool:
    return tint.x0 - slack <= panel.x0 and panel.x1 <= tint.x1 + slack


def _median(grey: NDArray[np.uint8], window: tuple[slice, slice], side: int) -> NDArray[np.uint8]:
    """A part of an image whose median over windows of that side is taken, as that of the whole image is there."""
    (top, bottom), (left, right) = ((max(0, part.start - side), part.stop + side) for part in window)
    filtered = cv2.medianBlur(np.ascontiguousarray(grey[top:bottom, left:right]), side)
    rows, columns = (slice(p.start - start, p.stop - start) for p, start in zip(window, (top, left), strict=True))
    return np.asarray(filtered[rows, columns], np.uint8)


def _is_even(ground: NDArray[np.uint8], tolerance: float) -> bool:
    """Whether the middle part of a ground's greys, if there are any, lies within so many grey values."""
    if not ground.size:
        return True
    dark, light = (grey_level(ground, percentile) for percentile in MIDDLE_PART)
    return light - dark <= tolerance


def _screens(ink: Ink, type_size: float, lines: Sequence[Box]) -> list[Box]:
    """Grounds of dots: rectangles that are filled with ink and type alike, and reach beyond the type on all sides."""
    unit = type_size * ink.scale
    light, dark = (ink.level(p) for p in (PAPER_PERCENTILE, INK_PERCENTILE))
    tone = darker(ink.grey, light - PICTURE_CONTRAST * (light - dark))
    tone = cv2.morphologyEx(tone, cv2.MORPH_CLOSE, np.ones((odd(PICTURE_JOIN * unit),) * 2, np.uint8))
    tone = cv2.morphologyEx(tone, cv2.MORPH_OPEN, np.ones((odd(unit),) * 2, np.uint8))
    found = _rectangles(np.asarray(tone, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit), PANEL_FILL)
    screens = [box for box in (ink.box(*r) for r in found) if _text_cover(box, lines) >= TEXT_COVER]
    screens = [box for box in screens if _margins(box, lines, type_size)]
    return [box for box in screens if _is_even(_beside_lines(ink, box, lines, type_size), EVEN * light)]


def _beside_lines(ink: Ink, screen: Box, lines: Sequence[Box], type_size: float) -> NDArray[np.uint8]:
    """The greys of a screen's dots, run together, where no line stands: uint8 (n,)."""
    blurred = cv2.blur(ink.grey[ink.window(screen)], (odd(SCREEN * type_size * ink.scale),) * 2)
    free = np.ones(ink.grey.shape, dtype=bool)
    for line in lines:
        free[ink.window(line.grown(SCREEN * type_size / 2, SCREEN * type_size / 2))] = False
    return np.asarray(blurred[free[ink.window(screen)]], np.uint8)


def _margins(screen: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether all type on a ground keeps off its edges."""
    inner = screen.grown(-SCREEN_MARGIN * type_size, -SCREEN_MARGIN * type_size)
    return all(inner.intersection(line) >= line.area for line in lines if screen.intersection(line) > 0)


def find_pictures(ink: Ink, type_size: float, lines: Sequence[Box], tints: Sequence[Box]) -> tuple[Box, ...]:
    """Find photos and drawings: tone that is neither text nor rule nor tint, merged where pieces overlap."""
    unit = type_size * ink.scale
    light, dark = (ink.level(p) for p in (PAPER_PERCENTILE, INK_PERCENTILE))
    grey, paper = ink.grey.copy(), np.full(ink.grey.shape, light, np.float32)
    tone = darker(grey, light - PICTURE_CONTRAST * (light - dark))
    for tint in tints:
        area = ink.window(tint)
        if _is_screened(grey[area], unit, PICTURE_CONTRAST * (light - dark)):
            grey[area] = cv2.blur(grey[area], (odd(SCREEN * unit),) * 2)
        paper[area] = np.percentile(grey[area], 75)
        tone[area] = grey[area] < paper[area] - PICTURE_CONTRAST * (light - dark)
    photos = {line for line in lines if line.height >= PHOTO_LINE * type_size and _is_photo(tone[ink.window(line)])}
    amid = {line for line in lines if _amid_tone(ink, line, type_size, paper, LINE_TONE * (light - dark))}
    if amid:
        # A column of lines is text, whatever it stands on.
        amid -= {line for block in stack_lines(lines, (), type_size) if len(block.lines) >= COLUMN for line in block.lines}
    may_be_text = [line for line in lines if line not in photos]
    lines = [line for line in may_be_text if line not in amid]
    for line in lines:
        tone[ink.window(line.grown(LINE_MARGIN * type_size, LINE_MARGIN * type_size))] = 0
    bare, tone = tone, np.asarray(cv2.morphologyEx(tone, cv2.MORPH_CLOSE, np.ones((odd(PICTURE_JOIN * unit),) * 2, np.uint8)))
    solid = np.asarray(cv2.morphologyEx(tone, cv2.MORPH_OPEN, np.ones((odd(unit),) * 2, np.uint8)), np.uint8)
    found = [
        ink.box(*_trimmed(tone, *rectangle, strip=odd(PICTURE_JOIN * unit)))
        for piece in _rectangles(solid, (unit, unit), 0.0)
        for rectangle in _cut_at_gutters(ink, bare, piece, lines, unit)
    ]
    wholes = _as_wholes(found, lines, type_size)
    large = (box for box in wholes if min(box.width, box.height) >= PICTURE_MIN * type_size)
    free = (box for box in large if _text_cover(box, lines) < TEXT_COVER)
    screen = PICTURE_CONTRAST * (light - dark)
    return tuple(
        box
        for box in free
        if _is_screened(ink.grey[ink.window(box)], unit, screen) or has_detail(ink, box, may_be_text, type_size, light - dark)
    )


def _is_photo(tone: NDArray[np.uint8]) -> bool:
    """Whether a detected line's window has tone from side to side, but for what the detector took in beside the photo."""
    start, end = max(runs(np.asarray(tone.any(axis=0), np.bool_)), key=lambda run: run[1] - run[0], default=(0, 0))
    across, cover, wide = PHOTO_TONE
    own = tone[tone[:, start:end].any(axis=1), start:end]
    return own.shape[1] >= max(across * tone.shape[1], wide * len(own)) and bool(own.size) and float(own.mean()) >= cover


def _is_screened(tint: NDArray[np.uint8], unit: float, contrast: float) -> bool:
    """Whether a tint or photo is printed in dots: there is no place, however bare, where its greys are near one another."""
    around = np.ones((odd(DOTS * unit),) * 2, np.uint8)
    return grey_level(cv2.subtract(cv2.dilate(tint, around), cv2.erode(tint, around)), BAREST) >= contrast


def _amid_tone(ink: Ink, line: Box, type_size: float, paper: NDArray[np.float32], tone: float) -> bool:
    """Whether a detected line has no row of white above it and none below: then it is texture of a photo, and not text.

    White is what is darker than the paper by less than `tone`.
    """
    rows, columns = ink.window(line.grown(0, LINE_WHITE * type_size))
    lighter = ink.grey[rows, columns].mean(axis=1) > paper[rows, columns].mean(axis=1) - tone
    edge = round(2 * LINE_WHITE * type_size * ink.scale)
    return not lighter[:edge].any() and not lighter[-edge:].any()


def _trimmed(tone: NDArray[np.uint8], x: int, y: int, w: int, h: int, *, strip: int) -> tuple[int, int, int, int]:
    """A rectangle without the sides that have hardly any tone, in working pixels: strip after strip is taken off."""
    x1, y1 = x + w, y + h
    while x1 - x > 2 * strip and y1 - y > 2 * strip:
        sides = {
            "left": tone[y:y1, x : x + strip].mean(),
            "right": tone[y:y1, x1 - strip : x1].mean(),
            "top": tone[y : y + strip, x:x1].mean(),
            "bottom": tone[y1 - strip : y1, x:x1].mean(),
        }
        side = min(sides, key=lambda key: float(sides[key]))
        if sides[side] >= PICTURE_EDGE:
            break
        x, x1 = x + strip * (side == "left"), x1 - strip * (side == "right")
        y, y1 = y + strip * (side == "top"), y1 - strip * (side == "bottom")
    return x, y, x1 - x, y1 - y


def _as_wholes(pieces: Sequence[Box], lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Pictures' pieces that nearly touch, joined to their hull, until none do; not those that a gutter of the page parts."""
    wholes: list[Box] = []
    for piece in pieces:
        current = piece
        while near := [other for other in wholes if _touch(current, other, lines, type_size)]:
            wholes = [other for other in wholes if other not in near]
            current = hull((current, *near))
        wholes.append(current)
    return tuple(sorted(wholes))


def _touch(one: Box, other: Box, lines: Sequence[Box], type_size: float) -> bool:
    """Whether so little white parts two pieces that they are of one picture, and not two that fill a column each."""
    reach, whole = PICTURE_JOIN * type_size, PICTURE_MIN * type_size
    if one.grown(reach, reach).intersection(other.grown(reach, reach)) == 0:
        return False
    left, right = sorted((one, other), key=lambda box: box.cx)
    if left.x1 > right.x0 or min(left.width, right.width, left.height, right.height) < whole:
        return True
    return not _is_gutter(left.x1, right.x0, lines, type_size)


def _cut_at_gutters(
    ink: Ink, tone: NDArray[np.uint8], piece: tuple[int, int, int, int], lines: Sequence[Box], unit: float
) -> list[tuple[int, int, int, int]]:
    """A piece of pictures, in working pixels, cut where a gutter of the page runs through it, with a rule in it or not."""
    x, y, width, height = piece
    white = (tone[y : y + height, x : x + width].mean(axis=0) <= GUTTER_TONE)[np.newaxis].astype(np.uint8)
    over_rules = cv2.morphologyEx(white, cv2.MORPH_CLOSE, np.ones((1, odd(RULE_IN_GUTTER * unit)), np.uint8))
    smallest, type_size, cuts = PICTURE_MIN * unit, unit / ink.scale, [0]
    for left, right in runs(np.asarray(over_rules[0] > 0)):
        wide = white[0, left:right].sum() >= GUTTER_WHITE * unit
        sides = (x + left) / ink.scale, (x + right) / ink.scale
        if wide and left - cuts[-1] >= smallest and width - right >= smallest and _is_gutter(*sides, lines, type_size):
            cuts += [left, right]
    cuts.append(width)
    return [(x + a, y, b - a, height) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def _is_gutter(left: float, right: float, lines: Sequence[Box], type_size: float) -> bool:
    """Whether white between two pictures is a gutter of the page: lines of text end, and begin, in line with its sides."""
    slack = IN_LINE * type_size
    ends = sum(abs(line.x1 - left) <= slack for line in lines)
    starts = sum(abs(line.x0 - right) <= slack for line in lines)
    return min(ends, starts) >= GRID_LINES
