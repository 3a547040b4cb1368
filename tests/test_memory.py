"""Memory: frames are opened one by one, and a broadsheet at 600 dpi takes a few bytes for each of its pixels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PROJECT = Path(__file__).resolve().parents[1]

# Each prints the most memory that the process has held, in bytes; the modules' own share is that of a small page.
FRAMES = """
import sys
from pathlib import Path
from digitize.options import Options
from digitize.scan import clean, open_scans
options = Options()
for scan in open_scans(Path(sys.argv[1]), "reel", options):
    clean(scan, options)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0] + "000")
"""
PAGE = """
import sys
from pathlib import Path
from scaling import Squares
from digitize.ocr import Engine
from digitize.options import Options
from digitize.pipeline import process
from digitize.scan import open_scans
options = Options(language="zh-Hans")
(scan,) = open_scans(Path(sys.argv[1]), "page", options)
assert process(scan, Engine(Squares(), Squares()), options).page.lines
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0] + "000")
"""
BYTES_A_PIXEL = 5
"""The page as opened, cleaned and straightened, a byte a pixel each, what a step needs beside its input and result, and
the reduced images that layout looks at."""


def peak(code: str, path: Path) -> int:
    """The most memory that a process of its own held, in bytes."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "benchmarks")])}
    done = subprocess.run([sys.executable, "-c", code, path], env=environ, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """A page of dark and light, 1,500 x 2,000 pixels."""
    return Image.fromarray(
        np.kron(np.random.default_rng(3).integers(90, 250, (200, 150), np.uint8), np.ones((10, 10), np.uint8))
    )


def test_the_frames_of_a_file_are_opened_one_by_one(tmp_path: Path, page: Image.Image) -> None:
    """A TIFF of 30 frames takes hardly more memory than one of 3."""
    for count in (3, 30):
        page.save(tmp_path / f"{count}.tif", save_all=True, append_images=[page] * (count - 1), compression="tiff_lzw")
    # All of them at once would take 27 pages more.
    assert peak(FRAMES, tmp_path / "30.tif") < peak(FRAMES, tmp_path / "3.tif") + 10 * page.width * page.height


def test_a_broadsheet_takes_a_few_bytes_a_pixel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of 12,000 x 9,000 pixels, slightly askew, is understood in bounded memory, the networks' own left out."""
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    from scaling import drawn  # noqa: PLC0415 - from the line above

    small = drawn(50)
    small.resize((300, 400)).save(tmp_path / "small.png")
    large = small.resize((9_000, 12_000)).rotate(1.0, fillcolor=255)
    large.save(tmp_path / "large.png", compress_level=1)
    taken = peak(PAGE, tmp_path / "large.png") - peak(FRAMES, tmp_path / "small.png")
    assert large.width * large.height < taken < BYTES_A_PIXEL * large.width * large.height
