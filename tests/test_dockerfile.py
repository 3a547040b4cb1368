"""What the Dockerfile runs while the image is built works with this source."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def test_the_models_folders_are_made_while_the_image_is_built(tmp_path: Path) -> None:
    """The Dockerfile's line of Python makes the default model's folders in the cache that it is given."""
    (code,) = re.findall(r'-c \\\n\s+"([^"]+)"', (PROJECT / "Dockerfile").read_text("utf-8"))
    environ = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environ, cwd=PROJECT, check=True)
    assert {path.name for path in tmp_path.rglob("inference.*")} == {"inference.onnx", "inference.yml"}
