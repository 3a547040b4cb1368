"""Text detection: a page seen small at two scales, so that body type and headings are both found whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, bounds, hull
from digitize.layout.tiles import detect_in_tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.ocr import TextDetector

DETECTION_SIDE = 1280
"""Long side of the image for the first detection pass, in pixels: a newspaper page's body type is then 10 to 16 pixels
high, which the detector finds best (measured: 209 of 211 lines at 1280, fewer at full size)."""

DETECTION_TYPE = (9.0, 13.0)
"""Body type below the first figure, in pixels of the detection image, is missed: then detection runs again at the second."""

DETECTION_PITCH = (14.5, 24.0)
"""Lines that follow each other more closely than the first figure, in pixels of the detection image, run into each other
or are missed: then detection runs again at the second. (Vertical newspaper type of 1939, lines found to follow each other:
58 % at a pitch of 12 pixels, 71 % at 18, 75 % at 24.)"""

NEXT_LINE = 0.3
"""The next line begins so many heights lower at least, as detectors see it: less is the same line's other piece."""

COARSE = 0.5
"""Scale of the second detection pass against the first: type of three body sizes and more is whole only there."""

LINE, RUN_TOGETHER = 3.0, 0.15
"""A line of large type, in which the fine pass sees a few strokes as small type, is so many times as wide as high; where
lines of small type take so large a share of a coarse box, it is several of them."""

OUTSIDE = 0.25
"""A line of small type of which so much reaches out of a coarse box is a kicker or deck beside the large one."""

LARGE_TYPE = 1.4
"""Height, in body sizes, from which a line is a heading's and runs over gutters: body type varies by a quarter on a page."""


@dataclass(frozen=True, slots=True)
class DetectedText:
    """The text detected on a page, in its pixels.

    `polygons` are as the detector gave them at the finer of two scales, `lines` are those of both; `type_size` is the
    height of the body type, 0.0 on a page without text.
    """

    polygons: tuple[Polygon, ...] = ()
    lines: tuple[Box, ...] = ()
    type_size: float = 0.0


def detect_text(pixels: NDArray[np.uint8], detector: TextDetector) -> DetectedText:
    """Detect text on a page, uint8 (height, width), 0 = ink, at two scales."""
    polygons, side = _detect_at(pixels, detector, DETECTION_SIDE), DETECTION_SIDE
    if not polygons:
        return DetectedText()
    enlarged = _enlargement([bounds(polygon) for polygon in polygons], side / max(pixels.shape))
    if enlarged > 1:
        side = round(side * enlarged)
        polygons = _detect_at(pixels, detector, side)
    size = body_size([bounds(polygon) for polygon in polygons])
    coarse = [bounds(polygon) for polygon in _detect_at(pixels, detector, round(side * COARSE))]
    fine = [bounds(polygon) for polygon in polygons]
    return DetectedText(polygons, _merge_scales(fine, [b for b in coarse if b.height >= LARGE_TYPE * size], size), size)


def _detect_at(pixels: NDArray[np.uint8], detector: TextDetector, side: int) -> tuple[Polygon, ...]:
    side = min(side, max(pixels.shape))
    scale = side / max(pixels.shape)
    image = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    found = detect_in_tiles(np.asarray(image, np.uint8), detector)
    return tuple(tuple((x / scale, y / scale) for x, y in polygon) for polygon in found)


def _enlargement(boxes: Sequence[Box], scale: float) -> float:
    """By how much the detection image, `scale` pixels for each of the page's, must be larger to show its lines; 1 for none."""
    size, pitch = (scale * length for length in (body_size(boxes), line_distance(boxes)))
    by_size = DETECTION_TYPE[1] / size if 0 < size < DETECTION_TYPE[0] else 1.0
    by_pitch = DETECTION_PITCH[1] / pitch if 0 < pitch < DETECTION_PITCH[0] else 1.0
    return max(by_size, by_pitch)


def line_distance(boxes: Sequence[Box]) -> float:
    """The middle distance from a line's top to that of the next line below it, in the boxes' pixels; 0 where none is."""
    wide = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes if b.width > 2 * b.height]).reshape(-1, 4)
    x0, y0, x1, y1 = wide.T
    width, height = x1 - x0, y1 - y0
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    drop = y0 - y0[:, None]
    below = (shared > 0.5 * np.minimum(width[:, None], width)) & (drop > NEXT_LINE * height[:, None])
    nearest = np.where(below, drop, np.inf).min(axis=1, initial=np.inf)
    followed = np.isfinite(nearest)
    return float(np.median(nearest[followed])) if followed.any() else 0.0


def body_size(boxes: Sequence[Box]) -> float:
    """The size of the body type, in the boxes' pixels: the middle height of the page's running text, weighted by length."""
    wide = [box for box in boxes if box.width > 2 * box.height] or list(boxes)
    if not wide:
        return 0.0
    heights = np.array([box.height for box in wide])
    order = np.argsort(heights)
    weights = np.cumsum(np.array([box.width / box.height for box in wide])[order])
    return float(heights[order][np.searchsorted(weights, weights[-1] / 2)])


def _merge_scales(fine: Sequence[Box], coarse: Sequence[Box], size: float) -> tuple[Box, ...]:
    """Lines of the fine pass, those of large type completed or replaced by the coarse pass's."""
    lines = list(fine)
    for large in coarse:
        level = [box for box in lines if box.y0 < large.y1 and box.y1 > large.y0]
        inside = [box for box in level if box.intersection(large) > 0.5 * box.area]
        small = [box for box in level if box.height < 0.5 * large.height and box.width > 2 * size and box.overlap_x(large) > 0]
        own = [box for box in small if box in inside]
        if own and (large.width < LINE * large.height or sum(box.area for box in own) >= RUN_TOGETHER * large.area):
            continue  # the coarse pass ran several lines of small type together, or saw type in a picture
        beside = [box for box in small if not _lies_within(box, large)]
        inside = [box for box in inside if box not in beside]
        kept = _without(large, beside)
        if any(_covers(box, kept) for box in level if box not in inside and box not in beside):
            continue  # the coarse pass saw a part of a line that the fine pass has whole
        lines = [box for box in lines if box not in inside]
        lines.append(hull((kept, *inside)))
    return tuple(lines)


def _lies_within(box: Box, large: Box) -> bool:
    """Whether a box reaches out of another one, above or below, by little: it is a part of that, and no line beside it."""
    return max(large.y0 - box.y0, box.y1 - large.y1) < OUTSIDE * box.height


def _without(large: Box, beside: Sequence[Box]) -> Box:
    """A coarse box without the lines of small type at its top and foot, over which it was blurred."""
    top = max((box.y1 for box in beside if box.cy < large.cy), default=large.y0)
    foot = min((box.y0 for box in beside if box.cy > large.cy), default=large.y1)
    return replace(large, y0=max(large.y0, top), y1=min(large.y1, foot))


def _covers(line: Box, other: Box) -> bool:
    """Whether a line runs over most of another one's length, at its height."""
    return line.overlap_x(other) > 0.5 * other.width and line.overlap_y(other) > 0.5 * min(line.height, other.height)
