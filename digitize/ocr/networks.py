"""PaddleOCR's networks, opened in ONNX Runtime on the device that was asked for."""

from __future__ import annotations

import contextlib
import io
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from digitize.errors import MissingDependencyError
from digitize.ocr.onnx_file import flush_denormals, give_best_classes, in_half_precision, product_model, take_off_last_layer
from digitize.ocr.runtime import onnxruntime

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digitize.ocr.onnx_file import LastLayer

_QUIET, _SILENT = 3, 4  # ONNX Runtime's severity from which it writes to the terminal: errors, and what ends the process


class Output(Enum):
    """What a network gives: what it ends with as it comes, or, where it tells classes, something in place of these."""

    WHOLE = "as it comes"
    FEATURES = "what the layer is given that tells the classes"
    BEST = "of each step the most likely class's probability, and which it is"


class Network:
    """A network with one input, ready to run.

    `last_layer` is what was taken off it: then its output are the features that tell the classes.
    """

    def __init__(self, path: Path, device: str, threads: int = 0, *, output: Output = Output.WHOLE, half: bool = False) -> None:
        """Open a network.

        Args:
            path: its ONNX file.
            device: "cpu" or "gpu:N".
            threads: how many threads one run may use on the CPU; 0 leaves it to ONNX Runtime.
            output: what it is to give.
            half: whether its numbers have 16 bits (float16), but for those of the layer that tells classes.

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
            model, self.last_layer = read_model(path, output, half=half)
            self._session = runtime.InferenceSession(model, settings, providers=_providers(device))
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

    def run(self, tensor: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
        """The outputs for an input: float32, and int64 where they are classes; callable from several threads at once."""
        return tuple(self._session.run(None, {self._input: tensor}))


class Product:
    """The product of two matrices, float32 (n, m) and (m, k), in one thread; callable from several threads at once.

    NumPy's own works in as many threads as the machine has cores, which wait for each other where several of them ask.
    """

    def __init__(self) -> None:
        runtime = onnxruntime()
        settings = runtime.SessionOptions()
        settings.intra_op_num_threads = 1
        self._session = runtime.InferenceSession(product_model(), settings, providers=_providers("cpu"))

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """Their product, float32 (n, k)."""
        return np.asarray(self._session.run(None, {"a": a, "b": b})[0], np.float32)


def read_model(path: Path, output: Output, *, half: bool = False) -> tuple[str | bytes, LastLayer | None]:
    """A model to be opened, as a file or as what it holds, without denormal weights; and its last layer, if that was taken off.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except DecodeError:  # no ONNX file, of which what opens it says more
        return str(path), None
    changed = flush_denormals(model) > 0
    last_layer = take_off_last_layer(model) if output is Output.FEATURES else None
    if half:
        model = in_half_precision(model)
    if output is Output.BEST:
        give_best_classes(model)
    changed = changed or half or last_layer is not None or output is Output.BEST
    return model.SerializeToString() if changed else str(path), last_layer


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
