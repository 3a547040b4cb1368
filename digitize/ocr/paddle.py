"""PaddleOCR's text detection and recognition: its networks run as they are, with all around them done here.

PaddleOCR's own Python layer takes a second to import, copies a page three times at full size, and gives a line's text
and mean score where the page model wants each character's confidence and place. So grey pixels are prepared in `runners.py`,
detection's map is turned into boxes in `boxes.py`, and recognition is decoded here. What comes out is the same as
PaddleOCR gives: the boxes of `TextDetection` for the same map, and the text and score of `TextRecognition.predict` for
the same crops one by one; tests hold both.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.ocr import Character, Detection, Reading
from digitize.ocr.boxes import find_boxes
from digitize.ocr.classes import BLANK
from digitize.ocr.runners import LINE_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from digitize.ocr.classes import Steps

    Look = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    Tell = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Steps]]

# The network halves its input five times.
_STRIDE = 32
# Wider lines at the network's height were not trained.
_MAX_WIDTH = 3200
# A line too wide is cut where its ink is least, this many line heights around the even division.
_CUT_SEARCH = 1.0


class PaddleDetector:
    """Text detection with a DB network, which `look` runs: see `DetectionNetwork.look`."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """Find text in a grey image, uint8 (height, width), 0 = ink, looked at with `long_side` pixels on its long side.

        Returns:
            The pieces found, top to bottom, in whole pixels of `image`.
        """
        height, width = image.shape
        if not image.size:
            return ()
        scores = self._look(_resized_for_detection(image, long_side))
        return tuple(sorted(find_boxes(scores, width, height), key=lambda d: (d.polygon[0][1], d.polygon[0][0])))


class PaddleRecognizer:
    """Text recognition with a CTC network, which `tell` runs: see `RecognitionNetwork.tell`.

    `characters` are what its classes after the blank stand for.
    """

    def __init__(self, tell: Tell, characters: Iterable[str]) -> None:
        self._tell = tell
        self._characters = ("", *characters, " ")  # the blank first, as CTC has it

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """Read grey crops of one line each, uint8 (height, width), 0 = ink; one reading for each crop, in their order.

        A crop wider than the network was trained for (some 66 times its height) is cut at gaps and read in pieces,
        instead of being squeezed.
        """
        pieces = [(index, piece, span) for index, crop in enumerate(crops) for piece, span in _pieces(crop)]
        told = self._tell([piece for _, piece, _ in pieces])
        characters: list[list[Character]] = [[] for _ in crops]
        for (index, _, (start, end)), steps in zip(pieces, told, strict=True):
            line = self._decode(steps)
            characters[index] += (Character(c.text, c.confidence, start + c.position * (end - start)) for c in line)
        return tuple(Reading(tuple(line)) for line in characters)

    def _decode(self, steps: Steps) -> tuple[Character, ...]:
        """Greedy CTC: a run of one label is one character, as sure as its first step, in the middle of the run."""
        starts = np.flatnonzero(np.diff(steps.labels, prepend=-1))
        stops = np.append(starts[1:], len(steps.labels))
        kept = steps.labels[starts] != BLANK
        middles = (starts[kept] + stops[kept]) / 2 / len(steps.labels) / steps.filled
        begun = starts[kept]
        return tuple(
            Character(self._characters[label], certainty, min(middle, 1.0))
            for label, certainty, middle in zip(
                steps.labels[begun].tolist(), steps.certainties[begun].tolist(), middles.tolist(), strict=True
            )
        )


def _resized_for_detection(image: NDArray[np.uint8], long_side: int) -> NDArray[np.uint8]:
    scale = long_side / max(image.shape)
    height, width = (max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in image.shape)
    # Shrinking by area keeps thin strokes and drops film grain; bilinear sampling does neither.
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)


def _pieces(crop: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], tuple[float, float]]]:
    """The crop, or its parts where it is too wide for the network, each with the stretch of the crop that it covers."""
    height, width = crop.shape
    if not crop.size:
        return []
    if width * LINE_HEIGHT <= _MAX_WIDTH * height:
        return [(crop, (0.0, 1.0))]
    reach = max(1, round(_CUT_SEARCH * height))
    longest = max(1, _MAX_WIDTH * height // LINE_HEIGHT - 2 * reach)
    count = math.ceil(width / longest)
    paper = crop.mean(axis=0)
    cuts = [0]
    for number in range(1, count):
        even = width * number // count
        first = max(cuts[-1] + 1, even - reach)
        cuts.append(first + int(paper[first : even + reach].argmax()))
    cuts.append(width)
    return [(crop[:, a:b], (a / width, b / width)) for a, b in itertools.pairwise(cuts)]
