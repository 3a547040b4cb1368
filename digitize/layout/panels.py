"""Black and grey panels with light type on them, and the page without them: all type dark on light ground."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.layout.areas import EVEN, GROUND_FILL, PAPER_PERCENTILE, TEXT_COVER, text_cover
from digitize.layout.ink import count_greys, darker, odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Tones

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

REVERSED_GROUND = 0.75
"""Light type on a ground lighter than this share of the paper's level could hardly be read."""

PANEL_GROUND = 0.45
"""Share of a panel that is black: light type covers at most half of what it stands on."""


def find_panels(tones: Tones, type_size: float, lines: Sequence[Box]) -> tuple[Box, ...]:
    """Find panels with light type: solid black or of an even grey, rectangular, with detected lines in them."""
    paper = tones.level(PAPER_PERCENTILE)
    black = _solid(tones, type_size, lines, int(paper) // 2)
    grey = [box for box in _solid(tones, type_size, lines, REVERSED_GROUND * paper) if _is_reversed(tones, box, lines)]
    return (*black, *(box for box in grey if not any(box.intersection(other) > 0 for other in black)))


def _is_reversed(tones: Tones, panel: Box, lines: Sequence[Box]) -> bool:
    """Whether a ground is of one tone, and its type, as detected, lighter: a tint has dark type, a photo many tones."""
    paper, ground = tones.level(PAPER_PERCENTILE), tones.grey[tones.window(panel)]
    tone = float(np.median(ground))
    type_ = [
        tones.grey[tones.window(line)] for line in lines if _is_inside(line, panel) and line.area < WHOLE_PANEL * panel.area
    ]
    lighter = sum(np.count_nonzero(grey > tone + EVEN * paper) for grey in type_)
    darker_ = sum(np.count_nonzero(grey < tone - EVEN * paper) for grey in type_)
    even = np.count_nonzero(np.abs(ground - tone) <= EVEN * paper)
    return bool(lighter > darker_ and even >= PANEL_GROUND * ground.size)


def _solid(tones: Tones, type_size: float, lines: Sequence[Box], level: float) -> tuple[Box, ...]:
    """The rectangles of solid ground, darker than a grey level, with lines on it that keep off its sides."""
    unit = type_size * tones.scale
    dark = darker(tones.grey, level)
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
            and cv2.contourArea(cv2.convexHull(contour)) >= GROUND_FILL * w * h
            and dark[y : y + h, x : x + w].mean() >= PANEL_GROUND
        ):
            box = tones.box(x, y, w, h)
            seen = any(_is_inside(line, box) and line.area < WHOLE_PANEL * box.area for line in lines)
            # Detected lines reach beyond their type, and where that stands near a side, by as much as the margin.
            framed = (seen and _frames_text(box, lines, type_size)) or _holds_type(dark[y : y + h, x : x + w], unit)
            if framed and text_cover(box, lines) >= TEXT_COVER:
                found.append(box)
    return tuple(found)


def _is_inside(line: Box, panel: Box) -> bool:
    return panel.intersection(line) > 0.5 * line.area


def _holds_type(dark: NDArray[np.uint8], unit: float) -> bool:
    """Whether light type stands amid black ground, whatever lines were detected on it: it keeps off the ground's sides.

    On one that leans its head and foot are paper in part.
    """
    edge, margin = max(1, round(PANEL_EDGE * unit)), max(1, round(PANEL_MARGIN * unit))
    light = dark[margin:-margin, edge:-edge] == 0
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


def whiten_panels(tones: Tones, panels: Sequence[Box], type_size: float) -> Tones:
    """The page with its panels turned to dark type on light ground, so that no later step needs to know of them."""
    if not panels:
        return tones
    grey = tones.grey.copy()
    paper = tones.level(PAPER_PERCENTILE)
    for panel in panels:
        area = tones.window(panel)
        ground = np.percentile(grey[area], 25)
        grey[area] = np.clip(paper + ground - grey[area].astype(np.float32), 0, 255)
        # Between black and white a panel's sides are grey, which turned is grey again: no rules stand there.
        rows, columns = area
        side = max(1, round(PANEL_EDGE * type_size * tones.scale))
        for edge in (rows.start, rows.stop):
            grey[max(0, edge - side) : edge + side, columns] = paper
        for edge in (columns.start, columns.stop):
            grey[rows, max(0, edge - side) : edge + side] = paper
    return replace(tones, grey=grey, counts=count_greys(grey))
