"""Whether an area shows anything: a photo or a drawing has edges, an unevenly lit part of the page has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.layout.ink import odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

AROUND = 0.5
"""An area is looked at with so much of what is around it, in type sizes: a pale one may show nothing but its own edges."""

SMOOTH = 0.5
"""Greys are averaged over so many type sizes: film grain and a halftone's dots go, edges stay."""

STEP = 0.4
"""Where it has most detail, a picture's tone changes within one type size by this share of the ink's contrast, at least: on
measured pages by 0.58 and more, within bands of shade on film by 0.32 and less."""

MOST = 97
"""Where there is most detail, as a percentile: the edges of a picture of half a page are some hundredths of it."""

TEXT_REACH = 1.0
"""What is within so many type sizes of a line of text is its own edge, or the text's."""


def has_detail(ink: Ink, area: Box, lines: Sequence[Box], type_size: float, contrast: float) -> bool:
    """Whether tone changes sharply anywhere in an area or at its edges, apart from lines of text.

    An area that text covers all over has none of its own. `lines` are all detected ones that may be text; `contrast` is the
    ink's, in grey values.
    """
    unit = type_size * ink.scale
    window = ink.window(area.grown(AROUND * type_size, AROUND * type_size))
    free = np.ones(ink.grey[window].shape, np.bool_)
    top, left = window[0].start, window[1].start
    reach = TEXT_REACH * type_size
    for line in lines:
        rows, columns = ink.window(line.grown(reach, reach))
        free[max(0, rows.start - top) : max(0, rows.stop - top), max(0, columns.start - left) : max(0, columns.stop - left)] = (
            False
        )
    if not free.any():
        return False
    smooth = cv2.blur(ink.grey[window], (odd(SMOOTH * unit),) * 2)
    near = np.ones((odd(unit),) * 2, np.uint8)
    steps = cv2.subtract(cv2.dilate(smooth, near), cv2.erode(smooth, near))[free]
    return float(np.percentile(steps, MOST)) >= STEP * contrast
