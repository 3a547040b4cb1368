"""PaddleOCR's text detection and recognition on ONNX Runtime: the only module that imports Paddle, and only when used.

The networks and PaddleOCR's own post-processing are used as they are. Pre-processing is done here on grey pixels, so
that a page is not copied three times at full size, and recognition is decoded here, because PaddleOCR gives a line's
text and mean score, and the page model wants each character's confidence and place. What comes out is the same, to the
character and the score, as `TextRecognition.predict` gives for the same crops one by one; a test holds that.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import itertools
import logging
import math
import os
import tempfile
import warnings
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from digitize.errors import MissingDependencyError
from digitize.machine import usable_cores
from digitize.model import ProcessingStep
from digitize.ocr import Character, Detection, Reading
from digitize.ocr.runtime import onnxruntime
from digitize.ocr.weights import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from digitize.ocr.weights import ModelPart, Weights

# PaddleOCR's defaults for pages (its OCR pipeline). Score of a pixel to be text, mean score of a box to be kept, and
# by how much of its area over its outline a box is grown, because the network is trained on shrunken boxes.
PIXEL_THRESHOLD = 0.3
BOX_THRESHOLD = 0.6
UNCLIP_RATIO = 1.5
# PaddleOCR stops at 1,000 pieces of text and drops the rest; a page of small advertisements has more.
MAX_DETECTIONS = 20_000
# The network halves its input five times.
_STRIDE = 32
_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
_IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)
# PaddleOCR keeps corners as int16.
_MAX_CORNER = 32_000

# The recognizer reads lines at this height; narrower lines are filled up with middle grey, wider ones were not trained.
_LINE_HEIGHT = 48
_MIN_WIDTH = 320
_MAX_WIDTH = 3200
# Widths of one batch together, in pixels at line height: some ten lines of a column, small enough that the batches of a
# page share out evenly among the cores and that what one works on stays at some 30 MB; a GPU wants more at once.
_BATCH_WIDTH = 3200
_GPU_BATCH_WIDTH = 12_800
# A line too wide is cut where its ink is least, this many line heights around the even division.
_CUT_SEARCH = 1.0


class PaddleDetector:
    """Text detection with a DB network."""

    def __init__(self, part: ModelPart, device: str, threads: int = 0) -> None:
        self._predictor = _open("TextDetection", part, device, threads)
        self._predictor.post_op.max_candidates = MAX_DETECTIONS

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return _on_gpu(self._predictor)

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """Find text in a grey image, uint8 (height, width), 0 = ink, looked at with `long_side` pixels on its long side.

        Returns:
            The pieces found, top to bottom, in whole pixels of `image`.
        """
        height, width = image.shape
        if not image.size:
            return ()
        seen = _resized_for_detection(image, long_side)
        tensor = (seen.astype(np.float32)[None] / 255 - _IMAGENET_MEAN) / _IMAGENET_STD
        maps = self._predictor.runner(x=[tensor[None]])
        shrink = min(1.0, _MAX_CORNER / max(height, width))
        shape = np.array([height * shrink, width * shrink, 1.0, 1.0])
        quads, scores = self._predictor.post_op(
            maps, [shape], thresh=PIXEL_THRESHOLD, box_thresh=BOX_THRESHOLD, unclip_ratio=UNCLIP_RATIO
        )
        found = [
            Detection(tuple((float(x) / shrink, float(y) / shrink) for x, y in quad), float(score))
            for quad, score in zip(quads[0], scores[0], strict=True)
        ]
        return tuple(sorted(found, key=lambda d: (d.polygon[0][1], d.polygon[0][0])))


class PaddleRecognizer:
    """Text recognition with a CTC network.

    On the CPU each batch of lines runs in one thread and as many batches run at once as there are cores: a tenth to a
    seventh sooner than the same cores at work on one batch after the other, where they wait for each other at every
    layer (212 lines on two cores, medians of five: 4.1 s against 4.8 s).
    """

    def __init__(self, part: ModelPart, device: str, threads: int = 0) -> None:
        self._predictor = _open("TextRecognition", part, device, threads=1)
        self._at_once = 1 if self.on_gpu else threads or usable_cores()
        self._batch_width = _GPU_BATCH_WIDTH if self.on_gpu else _BATCH_WIDTH
        self._characters = tuple(self._predictor.post_op.character)  # the blank first, as CTC has it

    @property
    def on_gpu(self) -> bool:
        """Whether the network really runs on a GPU."""
        return _on_gpu(self._predictor)

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
            lines = pool.map(lambda batch: self._read_batch([pieces[n][1] for n in batch]), batches)
            read = dict(pair for batch, group in zip(batches, lines, strict=True) for pair in zip(batch, group, strict=True))
        characters: list[list[Character]] = [[] for _ in crops]
        for number, (index, _, (start, end)) in enumerate(pieces):
            characters[index] += (Character(c.text, c.confidence, start + c.position * (end - start)) for c in read[number])
        return tuple(Reading(tuple(line)) for line in characters)

    def _read_batch(self, crops: Sequence[NDArray[np.uint8]]) -> list[tuple[Character, ...]]:
        """Read crops of one width at line height."""
        width = _tensor_width(crops[0])
        tensor = np.zeros((len(crops), 3, _LINE_HEIGHT, width), np.float32)
        ends = []
        for row, crop in zip(tensor, crops, strict=True):
            line = _line_tensor(crop, width)
            row[:, :, : line.shape[2]] = line
            ends.append(line.shape[2] / width)
        probabilities = self._predictor.runner(x=[tensor])[0]
        labels = probabilities.argmax(axis=-1)
        certainties = np.take_along_axis(probabilities, labels[..., None], axis=-1)[..., 0]
        return [self._decode(*line) for line in zip(labels, certainties, ends, strict=True)]

    def _decode(self, labels: NDArray[np.int64], certainties: NDArray[np.float32], end: float) -> tuple[Character, ...]:
        """Greedy CTC: a run of one label is one character, as sure as its first step, in the middle of the run."""
        starts = np.flatnonzero(np.diff(labels, prepend=-1))
        stops = np.append(starts[1:], len(labels))
        kept = labels[starts] != 0
        middles = (starts[kept] + stops[kept]) / 2 / len(labels) / end
        return tuple(
            Character(self._characters[label], float(certainty), min(float(middle), 1.0))
            for label, certainty, middle in zip(labels[starts][kept], certainties[starts][kept], middles, strict=True)
        )


def steps_of(weights: Weights) -> tuple[ProcessingStep, ...]:
    """What detection and recognition did, by which software, for the page's record."""
    software = f"PaddleOCR {importlib.metadata.version('paddleocr')}"
    runtime = f"ONNX Runtime {onnxruntime().__version__}"
    return (
        ProcessingStep(
            "text detection",
            f"{software}, {weights.detection.model_name}",
            importlib.metadata.version("paddleocr"),
            f"{runtime}; sha256 {weights.detection.sha256}; thresh {PIXEL_THRESHOLD}, box_thresh {BOX_THRESHOLD}, "
            f"unclip_ratio {UNCLIP_RATIO}",
        ),
        ProcessingStep(
            "text recognition",
            f"{software}, {weights.recognition.model_name}",
            importlib.metadata.version("paddleocr"),
            f"{runtime}; sha256 {weights.recognition.sha256}",
        ),
    )


def download(model_name: str, kind: str) -> Path:
    """Let PaddleOCR fetch one of its models, in ONNX form; the folder that it came to.

    Args:
        model_name: PaddleOCR's name of the model.
        kind: PaddleOCR's class that opens it, TextDetection or TextRecognition.

    Raises:
        MissingDependencyError: it could not be fetched or opened.
    """
    try:
        with _quiet():
            model = getattr(_paddleocr(offline=False), kind)(model_name=model_name, device="cpu", engine="onnxruntime")
    except Exception as error:  # whatever the network, the hosts and three client libraries may raise
        raise MissingDependencyError(
            f"{model_name} could not be fetched: {error}",
            remedy="check the network, or copy the model from another machine and use --model DIR",
        ) from error
    return Path(model.paddlex_predictor.model_dir)


def gpu_offered() -> bool:
    """Whether the installed ONNX Runtime is built for CUDA; a session may still not get it."""
    return "CUDAExecutionProvider" in onnxruntime().get_available_providers()


def _open(kind: str, part: ModelPart, device: str, threads: int) -> Any:  # noqa: ANN401 - PaddleX has no types
    """Open a network with PaddleOCR; what comes back is PaddleX's predictor."""
    config = {"log_severity_level": 3} | ({"intra_op_num_threads": threads} if threads else {})
    with _quiet():
        model = getattr(_paddleocr(), kind)(
            model_name=part.model_name,
            model_dir=str(part.folder),
            device=device,
            engine="onnxruntime",
            engine_config=config,
        )
    return model.paddlex_predictor


def _paddleocr(*, offline: bool = True) -> Any:  # noqa: ANN401 - PaddleOCR has no types
    """Import PaddleOCR without its banners, without handlers on its loggers, and without a look at the network.

    PaddleX reads its settings from the environment while it is imported, and fails where it cannot make its cache
    folder; both are seen to here, and the environment is left as it was (but for `digitize.ocr.runtime`'s word).
    """
    settings = {"PADDLEOCR_DISABLE_AUTO_LOGGING_CONFIG": "1", "PADDLE_PDX_CACHE_HOME": str(_paddlex_home())}
    if offline:
        settings |= {"PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "HF_HUB_OFFLINE": "1"}
    before = {name: os.environ.get(name) for name in settings}
    onnxruntime()  # before PaddleX imports it
    for name in ("paddlex", "paddleocr"):
        logger = logging.getLogger(name)
        if not logger.handlers:  # PaddleX would add its own
            logger.addHandler(logging.NullHandler())
    try:
        os.environ.update({name: value for name, value in settings.items() if before[name] is None})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of some forty packages; none is this program's to mend
            import paddleocr  # noqa: PLC0415 - a second to import, so only when a page is read
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
    return paddleocr


def _paddlex_home() -> Path:
    home = cache_folder() / "paddlex"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir())
    return home if os.access(home, os.W_OK) else Path(tempfile.gettempdir())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep PaddleX's notices off the terminal; its errors reach us as exceptions."""
    logger = logging.getLogger("paddlex")
    logger.addFilter(_no_record)
    try:
        yield
    finally:
        logger.removeFilter(_no_record)


def _no_record(_: logging.LogRecord) -> bool:
    return False


def _on_gpu(predictor: Any) -> bool:  # noqa: ANN401 - PaddleX has no types
    return bool(predictor.runner.session.get_providers()[0] == "CUDAExecutionProvider")


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


def _line_tensor(crop: NDArray[np.uint8], tensor_width: int) -> NDArray[np.float32]:
    """A line at the network's height, float32 (1, 48, width), -1 = black, 1 = white; three equal channels broadcast."""
    height, width = crop.shape
    line_width = min(tensor_width, math.ceil(_LINE_HEIGHT * (width / height)))
    line = cv2.resize(crop, (line_width, _LINE_HEIGHT)).astype(np.float32)
    return np.asarray((line / 255 - 0.5) / 0.5, np.float32)[None]


def _batches(numbers: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
