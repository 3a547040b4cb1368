"""Text detection and recognition, behind two protocols; `digitize.ocr.paddle` is their one real implementation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.model import ProcessingStep


@dataclass(frozen=True, slots=True)
class Detection:
    """A detected piece of text: four corners, clockwise from the top left, in pixels of the image given; score 0..1."""

    polygon: Polygon
    score: float


@dataclass(frozen=True, slots=True)
class Character:
    """A recognized character and where it stands in its crop: `position` is its middle, 0 = left edge, 1 = right."""

    text: str
    confidence: float
    position: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a recognizer read in one crop: its characters, left to right."""

    characters: tuple[Character, ...]

    @property
    def text(self) -> str:
        """The characters' text."""
        return "".join(c.text for c in self.characters)

    @property
    def confidence(self) -> float:
        """The mean of the characters' confidences; 0 when nothing was read."""
        return sum(c.confidence for c in self.characters) / len(self.characters) if self.characters else 0.0


class TextDetector(Protocol):
    """Finds pieces of text in an image."""

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """Find text in a grey image, uint8 (height, width), 0 = ink, looked at with `long_side` pixels on its long side."""


class Recognizer(Protocol):
    """Reads single lines of text."""

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """Read grey crops of one line each, uint8 (height, width), 0 = ink; one reading for each crop, in their order."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A detector and a recognizer that are ready to work.

    `device` is where they really run, "cpu" or "gpu:N"; `steps` says which software and models they are, for the
    page's record; `digest` changes when the weights do; `warnings` are for the user, one line each.
    """

    detector: TextDetector
    recognizer: Recognizer
    device: str = "cpu"
    steps: tuple[ProcessingStep, ...] = ()
    digest: str = ""
    warnings: tuple[str, ...] = ()
