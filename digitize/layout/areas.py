"""Tints: grounds for text that are darker than the paper, even or screened; and what areas of all kinds are told by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import hull
from digitize.layout.ink import components, darker, grey_level, labelled, odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

PAPER_PERCENTILE = 90
"""Paper is the lightest tenth's lower bound: more of any newspaper page is paper than ink, even around large photos."""

GROUND_FILL = 0.9
"""Share of its rectangle that a panel's or tint's outline takes; a photo's dark parts are ragged."""

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

ACROSS = 0.2
"""A line runs over a tint's side where more than this share of it lies on either."""

PICTURE_CONTRAST = 0.22
"""A picture's tone is darker than the paper by this share of the ink's contrast: print that shows through stays below."""

INK_PERCENTILE = 1
"""The darkest hundredth of any page with text on it is ink."""

PICTURE_JOIN = 0.5
"""Gaps up to this many type sizes inside a picture are its light tones and halftone's white."""


def pieces(mask: NDArray[np.uint8], smallest: tuple[float, float]) -> list[tuple[int, int, int, int]]:
    """The pieces of a mask that are at least so wide and high: x, y, width and height in working pixels."""
    return [(x, y, w, h) for x, y, w, h in components(mask).tolist() if w >= smallest[0] and h >= smallest[1]]


def _rectangles(mask: NDArray[np.uint8], smallest: tuple[float, float]) -> list[tuple[int, int, int, int]]:
    """Those of them that fill their rectangle, as a ground does."""
    return [(x, y, w, h) for x, y, w, h in pieces(mask, smallest) if _is_filled(mask[y : y + h, x : x + w])]


def _is_filled(window: NDArray[np.uint8]) -> bool:
    """Whether the piece of a mask whose box the window is fills it; what else stands in it does not reach all four sides."""
    (height, width), least = window.shape, GROUND_FILL * window.size
    if cv2.countNonZero(window) < least:
        return False
    _, stats = labelled(np.ascontiguousarray(window))
    own = (stats[1:, cv2.CC_STAT_WIDTH] == width) & (stats[1:, cv2.CC_STAT_HEIGHT] == height)
    return bool(stats[1:, cv2.CC_STAT_AREA][own].max() >= least)


def text_cover(area: Box, lines: Sequence[Box]) -> float:
    """The share of an area that lines cover (lines do not overlap one another by more than slivers)."""
    return sum(area.intersection(line) for line in lines) / max(1.0, area.area)


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
    found = [ink.box(*r) for r in _rectangles(np.asarray(tinted, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit))]
    whole = [(box, box.grown((across // 2) / ink.scale, (down // 2) / ink.scale)) for box in found]
    under_text = [(inner, box) for inner, box in whole if text_cover(box, lines) >= TEXT_COVER and _holds_lines(box, lines)]
    even = [box for inner, box in under_text if _is_even(_median(ground, ink.window(inner), across), EVEN * paper)]
    screened = [box for box in _screens(ink, type_size, lines) if not any(box.intersection(other) > 0 for other in even)]
    return (*even, *screened)


def _holds_lines(tint: Box, lines: Sequence[Box]) -> bool:
    """Whether no more lines run over a tint's sides than stand on it: the back's grounds and stains lie anywhere."""
    shares = [share for line in lines if (share := tint.intersection(line) / line.area) > ACROSS]
    return 2 * sum(share >= 1 - ACROSS for share in shares) >= len(shares)


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
    found = _rectangles(np.asarray(tone, np.uint8), (TINT_MIN[0] * unit, TINT_MIN[1] * unit))
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
