"""PaddleOCR's networks behind the protocols: its own boxes, text and scores; places, odd crops, silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.ocr import fetch
from digitize.ocr.engine import open_engine
from digitize.ocr.weights import find_weights
from digitize.options import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.ocr import Engine
    from digitize.ocr.weights import ModelPart

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "pages" / "A01.png"
OPEN_ENGINE = """
from digitize.ocr.engine import open_engine
from digitize.options import Options
open_engine(Options(device="cpu"))
"""
LINES = (
    "Council",
    "The harbour council met on Tuesday",
    "to discuss the new lighthouse and the quay",
    "9 May 1926",
    "Vol. 12, No. 3456, price five cents, printed every Saturday in the old town",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The default model on the CPU."""
    return open_engine(Options(device="cpu"))


def drawn(text: str, size: int = 40, margin: int = 8) -> NDArray[np.uint8]:
    """A line of text, black on white, uint8 (height, width)."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = (int(v) for v in font.getbbox(text))
    image = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin), 255)
    ImageDraw.Draw(image).text((margin - left, margin - top), text, font=font, fill=0)
    return np.asarray(image)


def sample_lines(engine: Engine) -> list[NDArray[np.uint8]]:
    """Printed lines of a sample page, of many widths, as the detector finds them."""
    page = np.asarray(Image.open(SAMPLE).convert("L"))
    boxes = [np.array(d.polygon, int) for d in engine.detector.detect(page, 1280)[::4]]
    return [page[b[:, 1].min() : b[:, 1].max(), b[:, 0].min() : b[:, 0].max()] for b in boxes]


def theirs(kind: str, part: ModelPart) -> Any:
    """PaddleOCR's own class for a network, on ONNX Runtime."""
    return getattr(fetch._paddleocr(), kind)(
        model_name=part.model_name, model_dir=str(part.folder), device="cpu", engine="onnxruntime"
    )


def test_recognition_gives_what_paddleocr_gives(engine: Engine) -> None:
    """Text and score of each crop are those of TextRecognition.predict on the same crop."""
    crops = sample_lines(engine) + [drawn(text, size) for text in LINES for size in (18, 31, 40)]
    images = [np.repeat(crop[..., None], 3, axis=2) for crop in crops]
    expected = theirs("TextRecognition", find_weights("small").recognition).predict(images, batch_size=1)
    readings = engine.recognizer.read(crops)
    assert [r.text for r in readings] == [e["rec_text"] for e in expected]
    assert [r.confidence for r in readings] == pytest.approx([e["rec_score"] for e in expected], abs=1e-4)
    assert sum(len(r.text) for r in readings) > 500


@pytest.mark.parametrize("quarters", [0, 1])
def test_detection_gives_what_paddleocr_gives(engine: Engine, quarters: int) -> None:
    """Boxes and scores are those of TextDetection.predict on the same image, upright and on its side."""
    page = np.rot90(np.asarray(Image.open(SAMPLE).convert("L").resize((960, 1280))), quarters)
    (expected,) = theirs("TextDetection", find_weights("small").detection).predict(
        np.repeat(page[..., None], 3, axis=2),
        limit_side_len=1280,
        limit_type="max",
        thresh=0.3,
        box_thresh=0.6,
        unclip_ratio=1.5,
    )
    found = engine.detector.detect(np.ascontiguousarray(page), 1280)
    pairs = zip(expected["dt_polys"], expected["dt_scores"], strict=True)
    boxes = {tuple(map(tuple, box.tolist())): score for box, score in pairs}
    assert set(boxes) == {d.polygon for d in found}
    assert [boxes[d.polygon] for d in found] == pytest.approx([d.score for d in found], abs=1e-6)
    assert len(found) > 50


def test_lines_are_read(engine: Engine) -> None:
    """Clearly drawn lines are read as they are written, in the order of the crops."""
    readings = engine.recognizer.read([drawn(text) for text in LINES])
    assert [text.replace(" ", "") for text in LINES] == [r.text.replace(" ", "") for r in readings]


def test_a_reading_does_not_depend_on_the_other_crops(engine: Engine) -> None:
    """A crop gives the same characters alone and among others."""
    crops = [drawn(text) for text in LINES]
    together = [r.text for r in engine.recognizer.read(crops)]
    assert [engine.recognizer.read([crop])[0].text for crop in crops] == together


def test_positions_run_along_the_line(engine: Engine) -> None:
    """Characters stand in rising positions within the crop, about where they were drawn."""
    crop = drawn("W" + " " * 30 + "M")
    characters = [c for c in engine.recognizer.read([crop])[0].characters if c.text.strip()]
    assert "".join(c.text for c in characters) == "WM"
    assert characters[0].position < 0.15
    assert characters[1].position > 0.85


@pytest.mark.parametrize("shape", [(0, 0), (0, 40), (40, 0), (1, 1), (48, 1), (400, 3), (1, 3000)])
def test_odd_crops_are_read_as_something(engine: Engine, shape: tuple[int, int]) -> None:
    """Empty and extreme crops give a reading, not an error; a crop without pixels gives an empty one."""
    (reading,) = engine.recognizer.read([np.full(shape, 255, np.uint8)])
    assert reading.text == "" or min(shape) > 0
    assert all(0 <= c.position <= 1 for c in reading.characters)


def test_a_line_wider_than_the_network_is_read_whole(engine: Engine) -> None:
    """A crop of more than 66 times its height keeps all its words, once, in order."""
    words = ["harbour", "council", "lighthouse", "quay", "Tuesday", "weather"] * 5
    crop = drawn(" ".join(words), 30, margin=2)
    assert crop.shape[1] > 66.7 * crop.shape[0]
    (reading,) = engine.recognizer.read([crop])
    assert "".join(words) == reading.text.replace(" ", "")
    positions = [c.position for c in reading.characters]
    assert sorted(positions) == positions


def page_of_lines() -> NDArray[np.uint8]:
    """A white page with the lines, one below the other."""
    page = np.full((900, 1800), 255, np.uint8)
    for number, text in enumerate(LINES):
        line = drawn(text)
        page[60 + 150 * number :, 80:][: line.shape[0], : line.shape[1]] = line
    return page


@pytest.mark.parametrize("long_side", [640, 1280, 1800])
def test_detection_finds_the_lines(engine: Engine, long_side: int) -> None:
    """Each drawn line is found once, in the page's own pixels, whatever size the page is looked at."""
    found = engine.detector.detect(page_of_lines(), long_side)
    assert [80 + 150 * n for n in range(len(LINES))] == pytest.approx(
        [np.mean([y for _, y in d.polygon]) for d in found], abs=20
    )
    assert [80 + drawn(text).shape[1] for text in LINES] == pytest.approx([max(x for x, _ in d.polygon) for d in found], abs=30)


def test_detected_corners_run_clockwise_from_the_top_left(engine: Engine) -> None:
    """The first corner is the top left one, the second the top right one, the third the bottom right one."""
    for detection in engine.detector.detect(page_of_lines(), 1280):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = detection.polygon
        assert max(x0, x3) < min(x1, x2)
        assert max(y0, y1) < min(y2, y3)


def test_nothing_is_found_on_blank_paper(engine: Engine) -> None:
    """A white page, and one without pixels, have no text."""
    assert engine.detector.detect(np.full((500, 400), 255, np.uint8), 1280) == ()
    assert engine.detector.detect(np.zeros((0, 0), np.uint8), 1280) == ()


def test_more_than_a_thousand_pieces_of_text_are_found(engine: Engine) -> None:
    """PaddleOCR's limit of 1,000 candidates does not cut a dense page short."""
    page = np.full((2000, 2000), 255, np.uint8)
    mark = drawn("8", 28, margin=0)
    for y in range(20, 1960, 50):
        for x in range(20, 1960, 50):
            page[y : y + mark.shape[0], x : x + mark.shape[1]] = mark
    assert len(engine.detector.detect(page, 1600)) > 1000


def test_corners_of_very_wide_images_do_not_overflow(engine: Engine) -> None:
    """Text beyond pixel 32,767, where PaddleOCR's corners wrap around, is found where it is."""
    page = np.full((200, 36_000), 255, np.uint8)
    line = drawn("HARBOUR", 120, margin=0)
    page[40 : 40 + line.shape[0], 35_000 : 35_000 + line.shape[1]] = line
    found = engine.detector.detect(page, 8000)
    assert max(x for d in found for x, _ in d.polygon) == pytest.approx(35_000 + line.shape[1], abs=150)


def test_the_engine_says_what_it_is(engine: Engine) -> None:
    """The steps name both models, their software and the sums of their weights; the device is the one that works."""
    weights = find_weights("small")
    assert engine.device == "cpu"
    assert [step.name for step in engine.steps] == ["text detection", "text recognition"]
    assert weights.detection.sha256 in engine.steps[0].settings
    assert weights.recognition.sha256 in engine.steps[1].settings
    assert weights.digest == engine.digest


def test_onnx_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """A fresh process with an empty cache makes no folder but the program's own: ONNX Runtime's reporting is off."""
    environ = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run([sys.executable, "-c", OPEN_ENGINE], env=environ | {"XDG_CACHE_HOME": str(tmp_path)}, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["digitize"]


def test_opening_an_engine_prints_nothing(tmp_path: Path) -> None:
    """A fresh process that opens an engine, with a home that cannot be written, leaves stdout and stderr empty."""
    environ = os.environ | {"HOME": "/proc/none", "TMPDIR": str(tmp_path)}
    environ.pop("XDG_CACHE_HOME", None)
    done = subprocess.run([sys.executable, "-c", OPEN_ENGINE], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
