"""Areas that set themselves apart by their ground: black panels and tints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, hull
from digitize.layout.ink import components, count_greys, darker, grey_level, make_mask, odd

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

MIDDLE_PART = 20, 80
"""The middle part of a ground, as percentiles: large headings and pictures that stand on it are beyond."""

TEXT_COVER = 0.12
"""Share of an area that its text lines cover from which it is a ground for text and not a picture."""

PICTURE_CONTRAST = 0.22
"""A picture's tone is darker than the paper by this share of the ink's contrast: print that shows through stays below."""

INK_PERCENTILE = 1
"""The darkest hundredth of any page with text on it is ink."""

PICTURE_JOIN = 0.5
"""Gaps up to this many type sizes inside a picture are its light tones and halftone's white."""


def rectangles(mask: NDArray[np.uint8], smallest: tuple[float, float], fill: float) -> list[tuple[int, int, int, int]]:
    """The pieces of a mask that are at least so wide and high and fill their rectangle, in working pixels."""
    large = (piece for piece in components(mask).tolist() if piece[2] >= smallest[0] and piece[3] >= smallest[1])
    return [(x, y, w, h) for x, y, w, h in large if _filled(mask[y : y + h, x : x + w]) >= fill * w * h]


def _filled(window: NDArray[np.uint8]) -> int:
    """The pixels of the piece of a mask whose box the window is; what else stands in it does not reach all four sides."""
    height, width = window.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(window), connectivity=8)
    own = (stats[1:, cv2.CC_STAT_WIDTH] == width) & (stats[1:, cv2.CC_STAT_HEIGHT] == height)
    return int(stats[1:, cv2.CC_STAT_AREA][own].max())


def text_cover(area: Box, lines: Sequence[Box]) -> float:
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
            if framed and text_cover(box, lines) >= TEXT_COVER:
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
        ink.box(*r) for r in rectangles(np.asarray(tinted, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit), PANEL_FILL)
    ]
    found = [box for box in found if _is_even(_median(ground, ink.window(box), across), EVEN * paper)]
    boxes = [box.grown((across // 2) / ink.scale, (down // 2) / ink.scale) for box in found]
    even = [box for box in boxes if text_cover(box, lines) >= TEXT_COVER]
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
    found = rectangles(np.asarray(tone, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit), PANEL_FILL)
    screens = [box for box in (ink.box(*r) for r in found) if text_cover(box, lines) >= TEXT_COVER]
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
