"""What the Dockerfile runs while the image is built works with this source."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def test_the_models_folders_are_made_while_the_image_is_built(tmp_path: Path) -> None:
    """The Dockerfile's line of Python makes the default model's folders in the cache that it is given."""
    (code,) = re.findall(r'-c \\\n\s+"([^"]+)"', (PROJECT / "Dockerfile").read_text("utf-8"))
    environ = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environ, cwd=PROJECT, check=True)
    assert {path.name for path in tmp_path.rglob("inference.*")} == {"inference.onnx", "inference.yml"}


def requirements(extras: str) -> list[str]:
    """What the image installs, as the Dockerfile's first line of Python prints it."""
    (code,) = re.findall(r'RUN python3 -c "(import sys, tomllib;[^"]+)"', (PROJECT / "Dockerfile").read_text("utf-8"))
    command = [sys.executable, "-c", code.replace("\\\n", ""), extras]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_image_holds_what_the_project_asks_for_and_extras_where_they_are_named() -> None:
    """Without extras the dependencies are installed; EXTRAS=gpu adds ONNX Runtime's build for CUDA and CUDA itself."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == requirements("")
    assert [*project["dependencies"], *project["optional-dependencies"]["gpu"]] == requirements("gpu")
    assert [
        *project["dependencies"],
        *(name for extra in ("ray", "s3") for name in project["optional-dependencies"][extra]),
    ] == (requirements("ray,s3"))
    assert [name.partition("[")[0] for name in project["optional-dependencies"]["gpu"]] == ["onnxruntime-gpu"]
