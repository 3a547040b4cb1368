"""ONNX Runtime, imported so that it stays at home.

Since 1.29 the official Linux builds report to their maker: when they are loaded and when a model is opened, with the
model's name and hashes, unless the environment forbids it. This program works on archives' machines and must not
speak to anybody, so every import of ONNX Runtime in it goes through here, and the variable stays set for whatever
imports it later (PaddleX does) and for child processes.
"""

from __future__ import annotations

import os
from typing import Any


def onnxruntime() -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """The module onnxruntime, its reporting switched off before it is loaded."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime as module  # noqa: PLC0415 - heavy, and the line above must come first

    module.disable_telemetry_events()  # for a program that had loaded it before us
    return module
