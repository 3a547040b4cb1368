"""Networks opened without denormal weights: found in the file, set to zero, with the same output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from digitize.errors import MissingDependencyError
from digitize.ocr.networks import Network, flush_denormals
from digitize.ocr.runtime import onnxruntime
from digitize.ocr.weights import find_weights

if TYPE_CHECKING:
    from pathlib import Path

DENORMAL = 1e-40


def field(number: int, content: bytes | int) -> bytes:
    """A field of a Protocol Buffers message, its length or value below 16,384."""

    def varint(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value & 127 | 128, value >> 7])

    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(kind: int, content: bytes) -> bytes:
    """An ONNX tensor with its values as bytes."""
    return field(1, 3) + field(2, kind) + field(8, b"weights") + field(9, content)


def model(*tensors: bytes) -> bytearray:
    """The bytes of an ONNX model with these weights, and with fields of all kinds around them."""
    graph = field(1, b"node") + b"".join(field(5, each) for each in tensors) + field(2, b"graph")
    other = bytes([3 << 3 | 5, 1, 2, 3, 4, 4 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8])
    return bytearray(field(1, 8) + other + field(7, graph) + field(2, b"maker"))


def test_denormal_weights_become_zero_and_no_others() -> None:
    """Of a model's 32 bit weights the denormal ones are zero afterwards; all other bytes are as they were."""
    weights = np.array([1.5, DENORMAL, -DENORMAL, 0.0, 2e-38, -3.0, np.inf] * 40, np.float32)
    flushed = np.array([1.5, 0.0, 0.0, 0.0, 2e-38, -3.0, np.inf] * 40, np.float32)
    whole = np.arange(1, 50, dtype=np.int32)  # as floats all of these would be denormal
    content = model(tensor(1, weights.tobytes()), tensor(6, whole.tobytes()))
    assert flush_denormals(content) == 80
    assert model(tensor(1, flushed.tobytes()), tensor(6, whole.tobytes())) == content


@pytest.mark.parametrize("kept", [1, 40, 200])
def test_a_damaged_model_is_refused_by_name(tmp_path: Path, kept: int) -> None:
    """What is left of a truncated file opens as no network, and the error names it."""
    path = tmp_path / "inference.onnx"
    path.write_bytes(find_weights("small").detection.onnx.read_bytes()[:kept])
    with pytest.raises(MissingDependencyError, match=r"inference\.onnx cannot be opened on cpu"):
        Network(path, "cpu")


def test_text_detection_gives_the_same_to_the_bit_without_denormals() -> None:
    """The default model has them, and what it says of an image does not change when they are zero."""
    path = find_weights("small").detection.onnx
    image = np.random.default_rng(5).random((1, 3, 256, 320), np.float32)
    plain = onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert flush_denormals(bytearray(path.read_bytes())) > 100_000
    assert np.array_equal(plain.run(None, {"x": image})[0], Network(path, "cpu").run(image))
