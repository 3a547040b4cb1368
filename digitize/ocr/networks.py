"""PaddleOCR's networks, opened in ONNX Runtime on the device that was asked for, their weights freed of denormal numbers.

A processor works on denormal numbers (below 1.2e-38) in microcode, a hundred times slower than on others. Training
leaves many in weights that do nothing: two layers of PP-OCRv6 small's detection hold 255,000, and take two thirds of
its time. As zeros they give the same output, to the bit; a test holds that.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digitize.errors import MissingDependencyError
from digitize.ocr.runtime import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_QUIET, _SILENT = 3, 4  # ONNX Runtime's severity from which it writes to the terminal: errors, and what ends the process

# Where an ONNX file (onnx.proto) holds its weights, by the numbers of Protocol Buffers' fields: ModelProto.graph,
# GraphProto.initializer, and in TensorProto data_type and raw_data.
_GRAPH, _INITIALIZER, _DATA_TYPE, _RAW_DATA = 7, 5, 2, 9
_FLOAT = 1  # TensorProto.DataType.FLOAT
# How a field is written, in the low bits of its tag, and how many bytes those of fixed length take.
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}

# The exponent's bits of a 32 bit float: all of them are 0 in denormal numbers, and in zero itself.
_EXPONENT = np.uint32(0x7F80_0000)


class Network:
    """A network with one input and one output, ready to run."""

    def __init__(self, path: Path, device: str, threads: int = 0) -> None:
        """Open a network.

        Args:
            path: its ONNX file.
            device: "cpu" or "gpu:N".
            threads: how many threads one run may use on the CPU; 0 leaves it to ONNX Runtime.

        Raises:
            MissingDependencyError: the file cannot be opened as a network on the device.
        """
        runtime = onnxruntime()
        settings = runtime.SessionOptions()
        settings.log_severity_level = _QUIET
        settings.intra_op_num_threads = threads
        # A plan of memory for each shape of input is of no use where shapes differ, and takes a quarter more at the peak.
        settings.enable_mem_pattern = False
        # Threads that wait for the next run take the cores from the stages between.
        settings.add_session_config_entry("session.force_spinning_stop", "1")
        try:
            if device != "cpu":
                _load_cuda(runtime)
            self._session = runtime.InferenceSession(_to_open(path), settings, providers=_providers(device))
        except Exception as error:  # ONNX Runtime's own kinds, which share no base
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise MissingDependencyError(
                f"{path} cannot be opened on {device}: {reason}", remedy="fetch or install the model again"
            ) from error
        self._input = self._session.get_inputs()[0].name

    @property
    def on_gpu(self) -> bool:
        """Whether it really runs on a GPU."""
        return bool(self._session.get_providers()[0] == "CUDAExecutionProvider")

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output for an input; callable from several threads at once."""
        return np.asarray(self._session.run(None, {self._input: tensor})[0], np.float32)


def _load_cuda(runtime: Any) -> None:  # noqa: ANN401 - ONNX Runtime has no types
    """Load CUDA's libraries from the wheels that onnxruntime-gpu[cuda,cudnn] brings, where the system has none.

    What is missing is printed; which device the session runs on says it again.
    """
    runtime.set_default_logger_severity(_SILENT)
    with contextlib.redirect_stdout(io.StringIO()):
        runtime.preload_dlls()


def _providers(device: str) -> list[Any]:
    if device == "cpu":
        return ["CPUExecutionProvider"]
    return [("CUDAExecutionProvider", {"device_id": device.partition(":")[2] or "0"}), "CPUExecutionProvider"]


def _to_open(path: Path) -> str | bytes:
    """The model for ONNX Runtime: its file, or, where that has denormal weights, its bytes without them."""
    model = bytearray(path.read_bytes())
    try:
        found = flush_denormals(model)
    except (IndexError, ValueError):  # no ONNX file, of which ONNX Runtime says more
        return str(path)
    return bytes(model) if found else str(path)


def flush_denormals(model: bytearray) -> int:
    """Set the denormal numbers among an ONNX model's 32 bit weights to zero, in place; how many there were.

    Raises:
        IndexError, ValueError: these are not the bytes of an ONNX model.
    """
    found = 0
    for start, stop in _float_weights(model):
        weights = np.frombuffer(model, np.uint32, (stop - start) // 4, start)
        denormal = (weights & _EXPONENT == 0) & (weights != 0)
        found += int(denormal.sum())
        weights[denormal] = 0
    return found


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a Protocol Buffers message: its number, and its value, or where its bytes stand."""

    number: int
    value: int = 0
    start: int = 0
    stop: int = 0


def _float_weights(model: bytearray) -> Iterator[tuple[int, int]]:
    """Where the weights of 32 bits begin and end; those in other files, or written one by one, are passed over."""
    graphs = [field for field in _fields(model, 0, len(model)) if field.number == _GRAPH]
    tensors = [f for graph in graphs for f in _fields(model, graph.start, graph.stop) if f.number == _INITIALIZER]
    for tensor in tensors:
        parts = {field.number: field for field in _fields(model, tensor.start, tensor.stop)}
        if _RAW_DATA in parts and _DATA_TYPE in parts and parts[_DATA_TYPE].value == _FLOAT:
            yield parts[_RAW_DATA].start, parts[_RAW_DATA].stop


def _fields(message: bytearray, start: int, stop: int) -> Iterator[_Field]:
    """The fields of a message that takes these bytes (https://protobuf.dev/programming-guides/encoding/)."""
    at = start
    while at < stop:
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield _Field(number, value=value)
        elif kind == _BYTES:
            length, at = _varint(message, at)
            if at + length > stop:
                raise ValueError("a field ends behind its message")
            yield _Field(number, start=at, stop=at + length)
            at += length
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            raise ValueError(f"there is no field of kind {kind}")


def _varint(message: bytearray, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, lowest first, and where the next value begins."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | message[at] << shift, at + 1
