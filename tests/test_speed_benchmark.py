"""The benchmark of speed: its ratios and bars, its memory gauge, and a real page read in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.geometry import IDENTITY
from digitize.model import Scan, Source
from digitize.ocr import Engine
from digitize.options import Options
from digitize.pipeline import process

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def loaded(name: str) -> ModuleType:
    """A benchmark as a module, by the name under which the others import it."""
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def speed() -> ModuleType:
    """The benchmark of speed."""
    return loaded("speed")


@pytest.fixture(scope="module")
def scaling(speed: ModuleType) -> ModuleType:
    """The benchmark of growth, which takes the other one's gauge."""
    assert speed
    return loaded("scaling")


@pytest.mark.parametrize("lines", [25, 250])
def test_drawn_pages_have_their_lines(scaling: ModuleType, lines: int) -> None:
    """On a page of so many lines stand-ins find as many and a heading, and the program reads each in one piece."""
    options = Options(language="zh-Hans")
    pixels = np.asarray(scaling.drawn(lines))
    source = Source("drawn.png", 1, 1, "", "image/png", pixels.shape[1], pixels.shape[0])
    scan = Scan("drawn", source, pixels, 300.0, IDENTITY)
    result = process(scan, Engine(scaling.Squares(), scaling.Squares()), options)
    read = [line for region in result.page.regions for line in region.lines]
    assert len(read) == lines + 1
    assert all(9 <= len(line.text) <= 14 for line in read if line.type_size < 2 * scaling.TYPE)


def test_ratios_are_those_of_one_run(speed: ModuleType) -> None:
    """Bars compare medians of this program with those of the others; what is over a bar has an asterisk."""
    measured = {
        "digitize": speed.Measured(1.0, [3.0, 9.0, 4.0], [6.0, 5.0, 7.0], 15.0, 900_000_000, 4.5),
        "limit": speed.Measured(0.5, [2.0], [5.0]),
        "runs": speed.Measured(0.5, [3.2], [6.0]),
        "PaddleOCR": speed.Measured(3.0, [16.0], [28.0], 4.0, 5_000_000_000),
    }
    assert [value for _, value, _, _ in speed.bars(measured)] == pytest.approx([0.25, 3.75, 1.25, 2.0, 1.2, 0.9, 4.5])
    told = speed.report(measured)
    assert [line.split()[-3] for line in told.splitlines()[-7:]] == ["0.25", "3.75", "1.25", "*2.00", "1.20", "0.90", "*4.50"]
    (stock,) = (line.split() for line in told.splitlines() if line.startswith("PaddleOCR"))
    assert stock == ["PaddleOCR", "16.00", "28.00", "4.00", "5.00", "3.00", "-", "0.25"]


def test_what_was_not_measured_has_no_ratio(speed: ModuleType) -> None:
    """Where a program is missing, its bars are empty, and nothing is missed."""
    told = speed.report({"digitize": speed.Measured(1.0, [3.0], [6.0])})
    assert "*" not in told
    assert all(value is None for _, value, _, _ in speed.bars({}))


def test_the_memory_of_a_tree_is_at_least_that_of_its_root(speed: ModuleType) -> None:
    """What this process holds in memory, and more when it takes more; nothing for one that has ended."""
    before = speed.memory_of_tree(os.getpid())
    taken = bytearray(os.urandom(1)) * 100_000_000
    assert speed.memory_of_tree(os.getpid()) >= before + 0.9 * len(taken)
    assert speed.memory_of_tree(2**22 + 1) == 0


@pytest.mark.parametrize("name", ["digitize", "limit", "runs"])
def test_a_page_is_read_and_timed_in_a_process_of_its_own(speed: ModuleType, tmp_path: Path, name: str) -> None:
    """A contender says when it is ready, answers a page with its seconds, and ends."""
    page = Image.new("L", (900, 400), 255)
    for number in range(5):
        text = "The harbour council met on Tuesday to discuss the quay"
        ImageDraw.Draw(page).text((40, 40 + 60 * number), text, font=ImageFont.load_default(28), fill=0)
    page.save(tmp_path / "page.png")
    contender = speed.Contender(name, 1)
    seconds, cpu = contender.read(tmp_path / "page.png")
    contender.close()
    assert seconds > 0
    assert cpu > 0
    assert contender.startup > 0
    assert contender.peak > 50_000_000


def test_the_first_page_is_timed_from_the_command_on(speed: ModuleType, tmp_path: Path) -> None:
    """The command is run as a user would, its files are there, and what Python compiles for it is kept beside them."""
    Image.new("L", (900, 400), 255).save(tmp_path / "page.png")
    assert speed.first_page("digitize", tmp_path / "page.png", 1, tmp_path) > 0
    assert (tmp_path / "digitize-first" / "page" / "page.json").is_file()
    assert list((tmp_path / "compiled").rglob("digitize/cli/*.pyc"))


def test_a_contender_that_fails_ends_the_benchmark(speed: ModuleType, tmp_path: Path) -> None:
    """A page that cannot be read is no time, but an error."""
    (tmp_path / "page.png").write_bytes(b"no image")
    contender = speed.Contender("digitize", 1)
    with pytest.raises(RuntimeError, match="ended with 1"):
        contender.read(tmp_path / "page.png")
