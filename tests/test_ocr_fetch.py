"""PaddleOCR, imported to fetch a model: without a trace in the process."""

from __future__ import annotations

import logging
import os

from digitize.ocr import fetch


def test_paddleocr_leaves_the_loggers_and_the_environment_alone() -> None:
    """Importing it adds no handler that prints, to the root logger or to Paddle's, and sets no variable for good."""
    fetch.onnxruntime()  # sets one of its own, for good
    before, root = dict(os.environ), list(logging.getLogger().handlers)
    fetch._paddleocr()
    assert before == dict(os.environ)
    assert root == logging.getLogger().handlers
    for name in ("paddlex", "paddleocr"):
        assert not any(type(handler) is logging.StreamHandler for handler in logging.getLogger(name).handlers)
