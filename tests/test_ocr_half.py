"""Lines read in half precision: the same text, by OpenVINO, which stays at home; and what is said where it cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.errors import MissingDependencyError
from digitize.ocr import half
from digitize.ocr.engine import open_engine
from digitize.ocr.half import HalfNetwork
from digitize.ocr.runtime import openvino
from digitize.options import Options

PROJECT = Path(__file__).resolve().parents[1]
HALF = Options(device="cpu", precision="half")
LINES = ("the harbour council met again", "three ships were late", "and nobody knew why")

IMPORT = """
import sys
from digitize.ocr.runtime import openvino
openvino().Core()
print(*(name for name, module in sys.modules.items() if module and ("telemetry" in name or ".ovc" in name)))
"""

wants_bfloat16 = pytest.mark.skipif(
    "BF16" not in openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    reason="this processor has no bfloat16",
)


def drawn(text: str) -> Any:
    """A line of type, uint8, 0 = ink."""
    font = ImageFont.load_default(40)
    image = Image.new("L", (round(font.getlength(text)) + 20, 56), 255)
    ImageDraw.Draw(image).text((10, 2), text, font=font, fill=0)
    return np.asarray(image)


@wants_bfloat16
@pytest.mark.parametrize("threads", [1, 2])
def test_lines_read_in_half_precision_have_the_same_text(threads: int) -> None:
    """In one thread and in several at once; characters are as sure to a few hundredths, and the record says how it was."""
    crops = [drawn(line) for line in LINES] * 4
    halved, full = open_engine(HALF, threads), open_engine(Options(device="cpu"), threads)
    read, expected = halved.recognizer.read(crops), full.recognizer.read(crops)
    assert [reading.text for reading in expected] == [reading.text for reading in read]
    assert [r.confidence for r in expected] == pytest.approx([r.confidence for r in read], abs=0.05)
    assert [r.confidence for r in expected] != [r.confidence for r in read]
    assert halved.digest == full.digest
    assert halved.steps[0] == full.steps[0]
    assert "OpenVINO with bfloat16" in halved.steps[1].software


def test_openvino_reports_to_nobody() -> None:
    """A fresh process that loads it has loaded nothing of what tells its maker."""
    environ = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", IMPORT], env=environ, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_without_openvino_half_precision_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names what is missing, and two ways out."""
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(
        MissingDependencyError, match=r"OpenVINO, which is not installed \(leave --precision at full, or install"
    ):
        open_engine(HALF)


def test_a_processor_without_bfloat16_is_not_slowed_down_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenVINO would go on in 32 bits, no sooner than without it."""

    class Plain:
        @staticmethod
        def Core() -> Any:  # noqa: N802 - OpenVINO's name
            return Plain()

        def get_property(self, *_: str) -> list[str]:
            return ["FP32", "INT8"]

    monkeypatch.setattr(half, "openvino", Plain)
    with pytest.raises(MissingDependencyError, match="processor has no bfloat16"):
        open_engine(HALF)


@wants_bfloat16
def test_a_damaged_model_is_refused_by_name(tmp_path: Path) -> None:
    """What is no ONNX file opens as no network, and the error names it in one line."""
    path = tmp_path / "inference.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(MissingDependencyError, match=r"inference\.onnx cannot be opened by OpenVINO") as caught:
        HalfNetwork(path, 1)
    assert "\n" not in str(caught.value)


def test_pages_are_read_again_in_another_precision() -> None:
    """It changes what is written."""
    assert HALF.digest != Options(device="cpu").digest
