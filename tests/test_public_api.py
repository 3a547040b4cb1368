"""The face of the package: a handful of names, pinned, and loaded only when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import digitize

PUBLIC = [
    "DigitizeError",
    "Format",
    "Options",
    "__version__",
    "export_page",
    "find_inputs",
    "open_engine",
    "open_scans",
    "process",
    "run",
]


def test_the_public_names_are_these() -> None:
    """Adding or removing a public name is a decision, not an accident."""
    assert digitize.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    """Each name can be had from the package, and says what it is."""
    assert getattr(digitize, name).__doc__


def test_other_names_are_not_there() -> None:
    """A misspelt name is an AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'digitise'"):
        _ = digitize.digitise


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import digitize` loads neither numpy nor any of the package's own modules."""
    code = "import digitize, sys; print([m for m in sys.modules if m.startswith(('numpy', 'cv2', 'digitize.'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_that_reads_nothing_itself_loads_nothing_that_reads() -> None:
    """The process that finds files and hands them to workers needs neither pixels nor XML, so it starts at once."""
    heavy = "numpy", "cv2", "PIL", "lxml", "pypdfium2", "yaml", "onnx", "onnxruntime"
    code = f"import digitize.batch.run, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
