"""Fetching a model that does not come with the installed packages: the one place that uses the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.errors import UsageError
from digitize.ocr import paddle
from digitize.ocr.weights import MODELS, ModelState, install_fetched, model_states

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def fetch_model(name: str, download: Callable[[str, str], Path] = paddle.download) -> ModelState:
    """Let PaddleOCR fetch a known model, and keep it with its sums; a model of the installed packages stays as it is.

    Raises:
        UsageError: there is no model of that name.
        MissingDependencyError: it could not be fetched.
        ConfigurationError: the cache cannot be written.
    """
    known = MODELS.get(name)
    if known is None:
        raise UsageError(f"there is no model {name!r}", remedy=f"fetch one of {', '.join(MODELS)}")
    if not known.wheel_files:
        detection, recognition = download(known.detection, "TextDetection"), download(known.recognition, "TextRecognition")
        install_fetched(name, detection, recognition)
    return next(state for state in model_states() if state.name == name)
