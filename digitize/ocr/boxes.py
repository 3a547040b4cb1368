"""From a text detection network's map to boxes: the second half of differentiable binarization (DB).

Minghui Liao, Zhaoyi Wan, Cong Yao, Kai Chen, Xiang Bai, "Real-time Scene Text Detection with Differentiable
Binarization", AAAI 2020. The network is trained on shrunken text regions, so each region found is grown again by its
area over its outline. Steps, limits and rounding are PaddleOCR's; a test holds that the boxes are those that it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pyclipper

from digitize.ocr import Detection

if TYPE_CHECKING:
    from numpy.typing import NDArray

# PaddleOCR's defaults for pages (its OCR pipeline). Score of a pixel to be text, mean score of a box to be kept, and
# by how much of its area over its outline a box is grown.
PIXEL_THRESHOLD = 0.3
BOX_THRESHOLD = 0.6
UNCLIP_RATIO = 1.5
# Regions thinner than the first, and boxes thinner than the second after growing, are specks, in pixels of the map.
_THINNEST_REGION = 3.0
_THINNEST_BOX = 5.0


def find_boxes(scores: NDArray[np.float32], width: int, height: int) -> tuple[Detection, ...]:
    """The boxes of text in a map.

    Args:
        scores: for each pixel of the image that the network saw, 0..1, how sure it is text; float32.
        width: of the image that the boxes are for, in pixels.
        height: the same.

    Returns:
        The boxes, in no order, their corners in whole pixels of that image.
    """
    scale = np.array([width / scores.shape[1], height / scores.shape[0]], np.float32)
    regions, _ = cv2.findContours((scores > PIXEL_THRESHOLD).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for region in regions:
        corners, thickness = _corners(np.asarray(region, np.int32))
        if thickness < _THINNEST_REGION or (score := _mean_score(scores, corners)) < BOX_THRESHOLD:
            continue
        grown, thickness = _corners(_grown(corners))
        if thickness >= _THINNEST_BOX:
            polygon = np.rint(grown * scale).clip(0, (width, height))
            found.append(Detection(tuple((x, y) for x, y in polygon.tolist()), score))
    return tuple(found)


def _corners(points: NDArray[np.int32]) -> tuple[NDArray[np.float32], float]:
    """The corners of the smallest turned box around points, clockwise from the top left, and its shorter side."""
    box = cv2.minAreaRect(points)
    by_x = sorted(cv2.boxPoints(box), key=lambda corner: float(corner[0]))
    left, right = (sorted(pair, key=lambda corner: float(corner[1])) for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32), min(box[1])


def _mean_score(scores: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    """The mean of the map within a box."""
    limits = np.array(scores.shape[::-1]) - 1
    x0, y0 = np.clip(np.floor(corners.min(axis=0)), 0, limits).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)), 0, limits).astype(int).tolist()
    inside = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(inside, [(corners - np.array([x0, y0], np.float32)).astype(np.int32)], 1)
    return float(cv2.mean(scores[y0 : y1 + 1, x0 : x1 + 1], inside)[0])


def _grown(corners: NDArray[np.float32]) -> NDArray[np.int32]:
    """The outline of a box grown by `UNCLIP_RATIO` of its area over its outline's length, round at its corners."""
    distance = cv2.contourArea(corners) * UNCLIP_RATIO / cv2.arcLength(corners, closed=True)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(corners.tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return np.array(offset.Execute(distance)[0], np.int32)
