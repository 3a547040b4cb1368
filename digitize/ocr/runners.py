"""PaddleOCR's networks at work: pixels made into what they take, and lines given to them in batches, on the CPU or a GPU."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.machine import usable_cores
from digitize.ocr.classes import STEPS_AT_ONCE, Classes, Steps
from digitize.ocr.half import HalfNetwork
from digitize.ocr.networks import Network, Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

# What detection makes of the 256 greys: three channels with ImageNet's mean and deviation, as it was trained.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None]
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None]
_DETECTION_GREYS = np.asarray((np.arange(256, dtype=np.float32) / 255 - _MEAN) / _DEVIATION, np.float32)
# What recognition makes of them: -1 = black, 1 = white.
_LINE_GREYS = np.asarray((np.arange(256, dtype=np.float32) / 255 - 0.5) / 0.5, np.float32)

# Recognition takes lines of this height; narrower lines are filled up with middle grey.
LINE_HEIGHT = 48
_MIN_WIDTH = 320
# Widths of one batch together, in pixels at line height: two lines of a column. What a core works on then stays in its
# cache, which is a tenth sooner than three times as much at once; a GPU wants more.
_BATCH_WIDTH = 1024
_GPU_BATCH_WIDTH = 12_800
# On a GPU lines are filled up to a multiple of this width, a third of the line's height: the lines of a column, which differ by
# pixels, come into one batch, and a line of twenty characters is a sixtieth longer.
_GPU_WIDTH_STEP = 16


class DetectionNetwork:
    """Tells of each pixel how sure it is text."""

    def __init__(self, path: Path, device: str, threads: int = 0) -> None:
        self._network = Network(path, device, threads)

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return self._network.on_gpu

    def look(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Scores 0..1, float32 (height, width), of a grey image, uint8, 0 = ink, whose sides are multiples of 32 pixels."""
        tensor = np.empty((1, 3, *image.shape), np.float32)
        for channel, greys in zip(tensor[0], _DETECTION_GREYS, strict=True):
            channel[:] = cv2.LUT(image, greys)
        (scores,) = self._network.run(tensor)
        return np.asarray(scores[0, 0], np.float32)


class RecognitionNetwork:
    """Tells a line's characters step by step.

    On the CPU each batch of lines runs in one thread and as many batches run at once as there are cores: a tenth to a
    seventh sooner than the same cores at work on one batch after the other, where they wait for each other at every
    layer (212 lines on two cores, medians of five: 4.1 s against 4.8 s). A GPU is given one large batch after the other.
    """

    def __init__(self, path: Path, device: str, threads: int = 0, *, half: bool = False) -> None:
        """Open the network, with `half` with 16 bits: float16 on a GPU, bfloat16 on the CPU."""
        at_once = threads or usable_cores()
        self._network: Network | HalfNetwork
        if device != "cpu":
            self._network = Network(path, device, output=Output.BEST, half=half)
        elif half:
            self._network = HalfNetwork(path, at_once)
        else:
            self._network = Network(path, device, threads=1, output=Output.FEATURES)
        self._classes = Classes(self._network.last_layer) if self._network.last_layer else None
        self._at_once = 1 if self.on_gpu else at_once
        self._batch_width, self._width_step = (_GPU_BATCH_WIDTH, _GPU_WIDTH_STEP) if self.on_gpu else (_BATCH_WIDTH, 1)

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return self._network.on_gpu

    def tell(self, crops: Sequence[NDArray[np.uint8]]) -> list[Steps]:
        """The steps of grey crops of one line each, uint8 (height, width), 0 = ink, in their order.

        Lines of one width are run together: what is told of a line does not depend on its neighbours.
        """
        by_width: dict[int, list[int]] = defaultdict(list)
        for number, crop in enumerate(crops):
            by_width[self._tensor_width(crop)].append(number)
        widest_first = sorted(by_width, reverse=True)  # so that the last ones, which may run alone, are short
        batches = [b for width in widest_first for b in _batches(by_width[width], max(1, self._batch_width // width))]
        with ThreadPoolExecutor(self._at_once) as pool:
            told = self._told([[crops[number] for number in batch] for batch in batches], pool)
            steps = dict(zip(itertools.chain.from_iterable(batches), told, strict=True))
        return [
            replace(steps[number], filled=_line_width(crop) / self._tensor_width(crop)) for number, crop in enumerate(crops)
        ]

    def _told(self, batches: Sequence[Sequence[NDArray[np.uint8]]], pool: Executor) -> Iterator[Steps]:
        """The steps of all lines, batch by batch."""
        outputs = pool.map(self._run, batches)
        if self._classes:
            features = itertools.chain.from_iterable(output[0] for output in outputs)
            return itertools.chain.from_iterable(pool.map(self._classes.tell, _together(features)))
        return (Steps(classes[:, 0], best[:, 0]) for output in outputs for best, classes in zip(*output, strict=True))

    def _run(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.float32], ...]:
        """What the network gives for crops of one tensor width, lines first."""
        tensor = np.zeros((len(crops), 3, LINE_HEIGHT, self._tensor_width(crops[0])), np.float32)
        for row, crop in zip(tensor, crops, strict=True):
            row[:, :, : _line_width(crop)] = cv2.LUT(at_line_height(crop), _LINE_GREYS)
        return self._network.run(tensor)

    def _tensor_width(self, crop: NDArray[np.uint8]) -> int:
        return -(-max(_MIN_WIDTH, _line_width(crop)) // self._width_step) * self._width_step


def at_line_height(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A crop as high as recognition takes lines; one that is, stays as it is."""
    return crop if len(crop) == LINE_HEIGHT else np.asarray(cv2.resize(crop, (_line_width(crop), LINE_HEIGHT)), np.uint8)


def _line_width(crop: NDArray[np.uint8]) -> int:
    """How wide a line is at the network's height, rounded as PaddleOCR does: down, but up where it is filled up."""
    height, width = map(int, crop.shape)
    if height == LINE_HEIGHT:
        return width
    exact = LINE_HEIGHT * (width / height)
    return int(exact) if exact >= _MIN_WIDTH else math.ceil(exact)


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
