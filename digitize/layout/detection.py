"""Text detection: a page seen small at two scales, so that body type and headings are both found whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, bounds, hull

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

DETECTION_SIDE_MAX = 2880
"""The largest detection image, in pixels: its activations stay below 2 GB."""

COARSE = 0.5
"""Scale of the second detection pass against the first: type of three body sizes and more is whole only there."""

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
    size = body_size([bounds(polygon) for polygon in polygons])
    seen = size * side / max(pixels.shape)
    if seen < DETECTION_TYPE[0]:
        side = min(DETECTION_SIDE_MAX, round(side * DETECTION_TYPE[1] / seen))
        polygons = _detect_at(pixels, detector, side)
        size = body_size([bounds(polygon) for polygon in polygons])
    coarse = [bounds(polygon) for polygon in _detect_at(pixels, detector, round(side * COARSE))]
    fine = [bounds(polygon) for polygon in polygons]
    return DetectedText(polygons, _merge_scales(fine, [b for b in coarse if b.height >= LARGE_TYPE * size], size), size)


def _detect_at(pixels: NDArray[np.uint8], detector: TextDetector, side: int) -> tuple[Polygon, ...]:
    side = min(side, max(pixels.shape))
    scale = side / max(pixels.shape)
    image = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    found = detector.detect(np.asarray(image, np.uint8), side)
    return tuple(tuple((x / scale, y / scale) for x, y in detection.polygon) for detection in found)


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
        inside = [box for box in lines if box.intersection(large) > 0.5 * box.area]
        if any(box.height < 0.5 * large.height and box.width > 2 * size for box in inside):
            continue  # the coarse pass ran several lines of small type together
        if any(_covers(box, large) for box in lines if box not in inside):
            continue  # the coarse pass saw a part of a line that the fine pass has whole
        lines = [box for box in lines if box not in inside]
        lines.append(hull((large, *inside)))
    return tuple(lines)


def _covers(line: Box, other: Box) -> bool:
    """Whether a line runs over most of another one's length, at its height."""
    return line.overlap_x(other) > 0.5 * other.width and line.overlap_y(other) > 0.5 * min(line.height, other.height)
