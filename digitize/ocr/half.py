"""A recognition network run with 16 bits a number (bfloat16) by OpenVINO, on processors that have instructions for it.

A bfloat16 has the range of a 32 bit float, and 8 of its 24 bits of accuracy. Lines are read in two fifths of the time;
of 32,833 characters on ten pages, clean and on film, 3 came out otherwise, on heavy film, where one was right before and
one after. Two steps keep their 32 bits: text detection, whose boxes would move (an article was lost on one page of ten),
and recognition's last layer, which tells characters that look alike (with it, 5 came out otherwise).
"""

from __future__ import annotations

import threading
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from digitize.errors import MissingDependencyError
from digitize.ocr.networks import Output, read_model
from digitize.ocr.runtime import openvino

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Steps prepared for a shape of input that are kept. So many are there for the widths of the lines of some newspapers: with
# 100 lines take a half longer, with the 5,000 that OpenVINO keeps by itself memory grows by a gigabyte and not by a half.
_PREPARED = 2000
# A line of one character, as recognition takes it: batch, colours, height, width.
_NARROWEST = (1, 3, 48, 48)
_REMEDY = "leave --precision at full, or install digitize[openvino] where the processor has bfloat16"


class HalfNetwork:
    """A network with one input and one output, ready to run, without the layer that tells classes if it ends with one.

    `last_layer` is what was taken off it.
    """

    on_gpu = False

    def __init__(self, path: Path, at_once: int) -> None:
        """Open a network.

        Args:
            path: its ONNX file.
            at_once: how many runs there may be at once, in one thread each.

        Raises:
            MissingDependencyError: OpenVINO or such a processor is not there, or the file cannot be opened as a network.
        """
        core = _core()
        model, self.last_layer = read_model(path, Output.FEATURES)
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "INFERENCE_NUM_THREADS": at_once,
            "NUM_STREAMS": at_once,
            "ENABLE_CPU_PINNING": False,  # other workers run on the same cores
            "CPU_RUNTIME_CACHE_CAPACITY": _PREPARED,
        }
        try:
            self._network = core.compile_model(core.read_model(model), "CPU", settings)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise MissingDependencyError(
                f"{path} cannot be opened by OpenVINO: {reason}", remedy="fetch or install the model again"
            ) from error
        self._own = threading.local()
        # What OpenVINO's binding to NumPy sets up at the first run, two threads that begin at once would wait for for ever.
        self.run(np.zeros(_NARROWEST, np.float32))

    def run(self, tensor: NDArray[np.float32]) -> tuple[NDArray[np.float32]]:
        """The network's output for an input; callable from several threads at once."""
        if not hasattr(self._own, "request"):
            self._own.request = self._network.create_infer_request()
        self._own.request.infer({0: tensor})
        return (np.array(self._own.request.get_output_tensor(0).data, np.float32),)


def half_version() -> str:
    """OpenVINO's version."""
    return metadata.version("openvino")


def _core() -> Any:  # noqa: ANN401 - OpenVINO has no types
    """OpenVINO, on a processor that has bfloat16.

    Raises:
        MissingDependencyError: one or the other is not there.
    """
    try:
        core = openvino().Core()
    except ImportError as error:
        raise MissingDependencyError("half precision wants OpenVINO, which is not installed", remedy=_REMEDY) from error
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise MissingDependencyError("this machine's processor has no bfloat16 for half precision", remedy=_REMEDY)
    return core
