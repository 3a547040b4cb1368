"""Which classes, the characters, a recognition network tells of each step along a line, and how surely.

The last layer of PP-OCRv6 has 18,710 classes and takes a fifth of the network's time where lines are given to it two by
two: its weights are read, and probabilities written of which one in 18,710 is wanted. Here the weights are read once
for the steps of some fifteen lines, in blocks that stay in a core's cache with what they give, and probabilities are
worked out where a character begins, at one step of four. Characters are the same, and probabilities to a millionth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitize.ocr.networks import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.ocr.onnx_file import LastLayer

BLANK = 0
"""The class of no character."""

STEPS_AT_ONCE = 1024
"""So many steps of lines, or a few more, are told at once: with more, what is worked out leaves the cache."""

_BLOCK = 512  # classes of a block: their weights, and what they give for so many steps, take two megabytes


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What was told of a line's steps: the most likely class of each, int (steps,), and its probability, float32 (steps,).

    Of a run of one class, and of the blank, only the first step's probability need be known; others may be 0. `filled` is
    the share of the steps that the line takes: the rest is beside it.
    """

    labels: NDArray[np.intp]
    certainties: NDArray[np.float32]
    filled: float = 1.0


class Classes:
    """Tells classes from features, by a layer that was taken off a network."""

    def __init__(self, layer: LastLayer) -> None:
        self._product = Product()
        # The bias is one more weight, of a feature that is 1: so adding it is no work of its own.
        weights = np.vstack([layer.weights, layer.bias])
        starts = range(0, weights.shape[1], _BLOCK)
        self._blocks = [(start, np.ascontiguousarray(weights[:, start : start + _BLOCK])) for start in starts]

    def tell(self, lines: Sequence[NDArray[np.float32]]) -> list[Steps]:
        """The steps of lines from their features, float32 (steps, features) each."""
        features = np.ones((sum(map(len, lines)), lines[0].shape[1] + 1), np.float32)
        np.concatenate(lines, out=features[:, :-1])
        labels, scores = self._highest(features)
        ends = np.cumsum([len(line) for line in lines])
        begun = np.diff(labels, prepend=BLANK) != 0
        begun[ends[:-1]] = True
        begun &= labels != BLANK
        certainties = np.zeros(len(labels), np.float32)
        certainties[begun] = self._certainties(features[begun], scores[begun])
        return [Steps(*line) for line in zip(*(np.split(each, ends[:-1]) for each in (labels, certainties)), strict=True)]

    def _highest(self, features: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """For each step the class with the highest score, the first of several, and the score, before softmax."""
        labels = np.zeros(len(features), np.intp)
        highest = np.full(len(features), -np.inf, np.float32)
        steps = np.arange(len(features))
        for start, scores in self._scores(features):
            best = scores.argmax(axis=1)
            score = scores[steps, best]
            higher = score > highest
            labels[higher], highest[higher] = start + best[higher], score[higher]
        return labels, highest

    def _certainties(self, features: NDArray[np.float32], highest: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability of each step's class with the highest score: softmax, of that class only."""
        total = np.zeros(len(features), np.float32)
        for _, scores in self._scores(features):
            below = np.subtract(scores, highest[:, None], out=scores)
            total += np.exp(below, out=below).sum(axis=1)
        return np.reciprocal(total)

    def _scores(self, features: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Block by block its first class, and the scores of its classes, float32 (steps, classes)."""
        for start, weights in self._blocks:
            yield start, self._product(features, weights)
