"""ONNX Runtime and OpenVINO, imported so that they stay at home.

Since 1.29 the official Linux builds report to their maker: when they are loaded and when a model is opened, with the
model's name and hashes, unless the environment forbids it. This program works on archives' machines and must not
speak to anybody, so every import of ONNX Runtime in it goes through here, and the variable stays set for whatever
imports it later (PaddleX does) and for child processes.

OpenVINO's package tells its maker of every import, from its tools that convert models. They are not needed, and it does
without them where they cannot be imported.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def onnxruntime() -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """The module onnxruntime, its reporting switched off before it is loaded."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime as module  # noqa: PLC0415 - heavy, and the line above must come first

    module.disable_telemetry_events()  # for a program that had loaded it before us
    return module


def float16() -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """ONNX Runtime's tool that gives the numbers of a model 16 bits; half a second to load."""
    onnxruntime()
    from onnxruntime.transformers import float16 as module  # noqa: PLC0415 - after the line above

    return module


def openvino() -> Any:  # noqa: ANN401 - OpenVINO has no types
    """The module openvino, without the tools that report.

    Raises:
        ImportError: it is not installed; it is an extra.
    """
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type] # None is how an import is refused
    import openvino as module  # noqa: PLC0415 - an extra, and the line above must come first

    return module
