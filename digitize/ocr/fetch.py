"""Fetching a model that does not come with the installed packages: the one place that uses the network, and PaddleOCR."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitize.errors import MissingDependencyError, UsageError
from digitize.ocr.model_folders import cache_folder, install_fetched
from digitize.ocr.runtime import onnxruntime
from digitize.ocr.weights import MODELS, ModelState, model_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
            model = getattr(_paddleocr(), kind)(model_name=model_name, device="cpu", engine="onnxruntime")
    except Exception as error:  # whatever the network, the hosts and three client libraries may raise
        raise MissingDependencyError(
            f"{model_name} could not be fetched: {error}",
            remedy="check the network, or copy the model from another machine and use --model DIR",
        ) from error
    return Path(model.paddlex_predictor.model_dir)


def fetch_model(name: str, download: Callable[[str, str], Path] = download) -> ModelState:
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


def _paddleocr() -> Any:  # noqa: ANN401 - PaddleOCR has no types
    """Import PaddleOCR without its banners, and without handlers on its loggers.

    PaddleX reads its settings from the environment while it is imported, and fails where it cannot make its cache
    folder; both are seen to here, and the environment is left as it was (but for `digitize.ocr.runtime`'s word).
    """
    settings = {"PADDLEOCR_DISABLE_AUTO_LOGGING_CONFIG": "1", "PADDLE_PDX_CACHE_HOME": str(_paddlex_home())}
    onnxruntime()  # before PaddleX imports it
    before = dict(os.environ)
    for name in ("paddlex", "paddleocr"):
        logger = logging.getLogger(name)
        if not logger.handlers:  # PaddleX would add its own
            logger.addHandler(logging.NullHandler())
    try:
        os.environ.update(settings | before)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of some forty packages; none is this program's to mend
            import paddleocr  # noqa: PLC0415 - a second to import, so only when a model is fetched
    finally:
        for name in os.environ.keys() - before.keys():  # what it sets itself, and what its packages set
            del os.environ[name]
        os.environ.update(before)
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
