"""PaddleOCR's text detection and recognition: its networks, run by ONNX Runtime, with all around them done here.

PaddleOCR's own Python layer takes a second to import, copies a page three times at full size, and gives a line's text
and mean score where the page model wants each character's confidence and place. So grey pixels are prepared here,
detection's map is turned into boxes in `boxes.py`, and recognition is decoded here. What comes out is the same as
PaddleOCR gives: the boxes of `TextDetection` for the same map, and the text and score of `TextRecognition.predict` for
the same crops one by one; tests hold both.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.machine import usable_cores
from digitize.model import ProcessingStep
from digitize.ocr import Character, Detection, Reading
from digitize.ocr.boxes import BOX_THRESHOLD, PIXEL_THRESHOLD, UNCLIP_RATIO, find_boxes
from digitize.ocr.classes import BLANK, STEPS_AT_ONCE, Classes, most_likely
from digitize.ocr.half import HalfNetwork, half_version
from digitize.ocr.model_folders import read_characters
from digitize.ocr.networks import Network
from digitize.ocr.runtime import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from digitize.ocr.classes import Steps
    from digitize.ocr.weights import ModelPart, Weights

# The network halves its input five times.
_STRIDE = 32
# What detection makes of the 256 greys: three channels with ImageNet's mean and deviation, as it was trained.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None]
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None]
_DETECTION_GREYS = np.asarray((np.arange(256, dtype=np.float32) / 255 - _MEAN) / _DEVIATION, np.float32)

# What recognition makes of them: -1 = black, 1 = white.
_LINE_GREYS = np.asarray((np.arange(256, dtype=np.float32) / 255 - 0.5) / 0.5, np.float32)

# The recognizer reads lines at this height; narrower lines are filled up with middle grey, wider ones were not trained.
_LINE_HEIGHT = 48
_MIN_WIDTH = 320
_MAX_WIDTH = 3200
# Widths of one batch together, in pixels at line height: two lines of a column. What a core works on then stays in its
# cache, which is a tenth sooner than three times as much at once; a GPU wants more.
_BATCH_WIDTH = 1024
_GPU_BATCH_WIDTH = 12_800
# A line too wide is cut where its ink is least, this many line heights around the even division.
_CUT_SEARCH = 1.0


class PaddleDetector:
    """Text detection with a DB network."""

    def __init__(self, part: ModelPart, device: str, threads: int = 0) -> None:
        self._network = Network(part.onnx, device, threads)

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return self._network.on_gpu

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """Find text in a grey image, uint8 (height, width), 0 = ink, looked at with `long_side` pixels on its long side.

        Returns:
            The pieces found, top to bottom, in whole pixels of `image`.
        """
        height, width = image.shape
        if not image.size:
            return ()
        seen = _resized_for_detection(image, long_side)
        scores = self._network.run(_DETECTION_GREYS[:, seen][None])[0, 0]
        return tuple(sorted(find_boxes(scores, width, height), key=lambda d: (d.polygon[0][1], d.polygon[0][0])))


class PaddleRecognizer:
    """Text recognition with a CTC network.

    On the CPU each batch of lines runs in one thread and as many batches run at once as there are cores: a tenth to a
    seventh sooner than the same cores at work on one batch after the other, where they wait for each other at every
    layer (212 lines on two cores, medians of five: 4.1 s against 4.8 s).
    """

    def __init__(self, part: ModelPart, device: str, threads: int = 0, *, half: bool = False) -> None:
        """Open the network, with `half` with 16 bits, on the CPU: see `HalfNetwork`."""
        at_once = threads or usable_cores()
        self._network: Network | HalfNetwork = (
            HalfNetwork(part.onnx, at_once) if half else Network(part.onnx, device, threads=1, features=device == "cpu")
        )
        self._classes = Classes(self._network.last_layer) if self._network.last_layer else None
        self._at_once = 1 if self.on_gpu else at_once
        self._batch_width = _GPU_BATCH_WIDTH if self.on_gpu else _BATCH_WIDTH
        self._characters = ("", *read_characters(part.folder), " ")  # the blank first, as CTC has it

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return self._network.on_gpu

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """Read grey crops of one line each, uint8 (height, width), 0 = ink; one reading for each crop, in their order.

        A crop wider than the network was trained for (some 66 times its height) is cut at gaps and read in pieces,
        instead of being squeezed. Lines of exactly one width are read together: a line's reading does not depend on
        its neighbours.
        """
        pieces = [(index, piece, span) for index, crop in enumerate(crops) for piece, span in _pieces(crop)]
        by_width: dict[int, list[int]] = defaultdict(list)
        for number, (_, piece, _) in enumerate(pieces):
            by_width[_tensor_width(piece)].append(number)
        widest_first = sorted(by_width, reverse=True)  # so that the last ones, which may run alone, are short
        batches = [b for width in widest_first for b in _batches(by_width[width], max(1, self._batch_width // width))]
        with ThreadPoolExecutor(self._at_once) as pool:
            told = self._told([[pieces[number][1] for number in batch] for batch in batches], pool)
            read = dict(zip(itertools.chain.from_iterable(batches), told, strict=True))
        characters: list[list[Character]] = [[] for _ in crops]
        for number, (index, piece, (start, end)) in enumerate(pieces):
            line = self._decode(read[number], _line_width(piece) / _tensor_width(piece))
            characters[index] += (Character(c.text, c.confidence, start + c.position * (end - start)) for c in line)
        return tuple(Reading(tuple(line)) for line in characters)

    def _told(self, batches: Sequence[Sequence[NDArray[np.uint8]]], pool: Executor) -> Iterator[Steps]:
        """The steps of all lines, batch by batch."""
        if self._classes:
            features = itertools.chain.from_iterable(pool.map(self._run, batches))
            steps = pool.map(self._classes.tell, _together(features))
        else:
            steps = pool.map(lambda batch: most_likely(self._run(batch)), batches)
        return itertools.chain.from_iterable(steps)

    def _run(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """What the network gives for crops of one width at line height: float32 (lines, steps, features or classes)."""
        tensor = np.zeros((len(crops), 3, _LINE_HEIGHT, _tensor_width(crops[0])), np.float32)
        for row, crop in zip(tensor, crops, strict=True):
            row[:, :, : _line_width(crop)] = _line_tensor(crop)
        return self._network.run(tensor)

    def _decode(self, steps: Steps, end: float) -> tuple[Character, ...]:
        """Greedy CTC: a run of one label is one character, as sure as its first step, in the middle of the run.

        `end` is the share of the steps that the line takes.
        """
        starts = np.flatnonzero(np.diff(steps.labels, prepend=-1))
        stops = np.append(starts[1:], len(steps.labels))
        kept = steps.labels[starts] != BLANK
        middles = (starts[kept] + stops[kept]) / 2 / len(steps.labels) / end
        begun = starts[kept]
        return tuple(
            Character(self._characters[label], certainty, min(middle, 1.0))
            for label, certainty, middle in zip(
                steps.labels[begun].tolist(), steps.certainties[begun].tolist(), middles.tolist(), strict=True
            )
        )


def steps_of(weights: Weights, *, half: bool = False) -> tuple[ProcessingStep, ...]:
    """What detection and recognition did, by which software, for the page's record."""
    version = str(onnxruntime().__version__)
    reader = ("OpenVINO with bfloat16", half_version()) if half else ("ONNX Runtime", version)
    limits = f"thresh {PIXEL_THRESHOLD}, box_thresh {BOX_THRESHOLD}, unclip_ratio {UNCLIP_RATIO}"
    return (
        ProcessingStep(
            "text detection",
            f"PaddleOCR's {weights.detection.model_name} on ONNX Runtime",
            version,
            f"sha256 {weights.detection.sha256}; {limits}",
        ),
        ProcessingStep(
            "text recognition",
            f"PaddleOCR's {weights.recognition.model_name} on {reader[0]}",
            reader[1],
            f"sha256 {weights.recognition.sha256}",
        ),
    )


def gpu_offered() -> bool:
    """Whether the installed ONNX Runtime is built for CUDA; a session may still not get it."""
    return "CUDAExecutionProvider" in onnxruntime().get_available_providers()


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
    if width * _LINE_HEIGHT <= _MAX_WIDTH * height:
        return [(crop, (0.0, 1.0))]
    reach = max(1, round(_CUT_SEARCH * height))
    longest = max(1, _MAX_WIDTH * height // _LINE_HEIGHT - 2 * reach)
    count = math.ceil(width / longest)
    paper = crop.mean(axis=0)
    cuts = [0]
    for number in range(1, count):
        even = width * number // count
        first = max(cuts[-1] + 1, even - reach)
        cuts.append(first + int(paper[first : even + reach].argmax()))
    cuts.append(width)
    return [(crop[:, a:b], (a / width, b / width)) for a, b in itertools.pairwise(cuts)]


def _tensor_width(crop: NDArray[np.uint8]) -> int:
    height, width = crop.shape
    return max(_MIN_WIDTH, int(_LINE_HEIGHT * (width / height)))


def _line_width(crop: NDArray[np.uint8]) -> int:
    """How wide a line is at the network's height; what is left of the tensor is middle grey."""
    height, width = crop.shape
    return int(min(_tensor_width(crop), math.ceil(_LINE_HEIGHT * (width / height))))


def _line_tensor(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A line at the network's height, float32 (48, width), -1 = black, 1 = white: one of three equal channels."""
    line = np.asarray(cv2.resize(crop, (_line_width(crop), _LINE_HEIGHT)), np.uint8)
    return np.asarray(_LINE_GREYS[line])


def _together(lines: Iterable[NDArray[np.float32]]) -> Iterator[list[NDArray[np.float32]]]:
    """Lines' features in groups of so many steps as are told at once, or a few more."""
    group: list[NDArray[np.float32]] = []
    for line in lines:
        group.append(line)
        if sum(map(len, group)) >= STEPS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _batches(numbers: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
