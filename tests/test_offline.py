"""Nothing but the two fetch commands touches the network, whatever the libraries would like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.errors import ExitCode

PROJECT = Path(__file__).resolve().parents[1]

# Loaded by Python before the program: every attempt to reach another machine, or to look up its name, ends the process.
GUARD = """
import os, socket, sys

def refuse(*arguments, **_):
    sys.stderr.write(f"NETWORK: {arguments}\\n")
    sys.stderr.flush()
    os._exit(99)

class Guarded(socket.socket):
    connect = connect_ex = sendto = refuse

socket.socket = Guarded
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two columns of text."""
    image = Image.new("L", (1400, 1000), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(34)
    for column in range(2):
        for line in range(16):
            draw.text((80 + 660 * column, 80 + 50 * line), "the harbour council met again", font=font, fill=0)
    image.save(tmp_path / "A08.png")
    return tmp_path / "A08.png"


def guarded(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program with an empty cache, where no socket of Python's can reach out."""
    (tmp_path / "guard").mkdir(exist_ok=True)
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    path = os.pathsep.join(filter(None, [str(tmp_path / "guard"), str(PROJECT), os.environ.get("PYTHONPATH")]))
    environ = {k: v for k, v in os.environ.items() if k not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environ |= {"PYTHONPATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "digitize", *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_the_guard_works(tmp_path: Path) -> None:
    """A command that wants the network is stopped by the guard, or told that there is none: the test can fail."""
    done = guarded(tmp_path, "schemas", "fetch")
    assert done.returncode == 99
    assert "NETWORK" in done.stderr


def test_a_first_run_needs_no_network(page: Path, tmp_path: Path) -> None:
    """With nothing in the cache, a page is read, recognized, written and found valid without one look outside."""
    done = guarded(tmp_path, "run", page, "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    record = json.loads((tmp_path / "out" / "A08" / "page.json").read_bytes())
    assert record["status"] == "done"
    assert record["counts"]["characters"] > 32 * 20
    assert guarded(tmp_path, "validate", tmp_path / "out").returncode == 0
    assert guarded(tmp_path, "models").returncode == 0


def test_nothing_is_left_in_the_cache_but_ours(page: Path, tmp_path: Path) -> None:
    """No library leaves an identifier or a cache of its own in the user's folders."""
    guarded(tmp_path, "run", page, "-o", tmp_path / "out")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["digitize"]
    assert not (tmp_path / "home").exists()


def _namespaces() -> bool:
    try:
        command = ["unshare", "--net", "--map-root-user", "true"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not _namespaces(), reason="no network namespace can be made here: native code is not watched")
def test_a_run_works_where_there_is_no_network_at_all(page: Path, tmp_path: Path) -> None:
    """In a network namespace of its own, without even a loopback, the same page is read; native code included."""
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-m", "digitize", "run", page, "-o", tmp_path / "out"]
    environ = os.environ | {"PYTHONPATH": str(PROJECT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(list(map(str, command)), env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.DONE, done.stderr
