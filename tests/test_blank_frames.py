"""Frames of a reel that are no pages: black, white, noise, leader, title boards and test charts, read by the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.model import Scan
from digitize.ocr.engine import open_engine
from digitize.options import Options
from digitize.pipeline import process
from digitize.scan import open_scans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from digitize.ocr import Engine
    from digitize.pipeline import PageResult

CPU = Options(device="cpu")
WIDTH, HEIGHT = 1650, 1750
RANDOM = np.random.default_rng(16)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The default model."""
    return open_engine(CPU)


def font(size: int) -> Any:
    """The font that comes with Pillow."""
    return ImageFont.load_default(size)


def grain(paper: float, spread: float) -> NDArray[np.uint8]:
    """Film of an even density."""
    noise = cv2.GaussianBlur(RANDOM.normal(paper, spread, (HEIGHT, WIDTH)), (0, 0), 1.2)
    return np.clip(noise, 0, 255).astype(np.uint8)


def leader() -> NDArray[np.uint8]:
    """Dark film with scratches along it, and dust."""
    film = grain(30, 25)
    for _ in range(25):
        x, top, length = (int(RANDOM.integers(0, end)) for end in (WIDTH, HEIGHT, HEIGHT))
        end = (x + int(RANDOM.integers(-15, 15)), top + length)
        cv2.line(film, (x, top), end, int(RANDOM.integers(120, 255)), int(RANDOM.integers(1, 4)))
    for _ in range(150):
        cv2.circle(film, (int(RANDOM.integers(0, WIDTH)), int(RANDOM.integers(0, HEIGHT))), int(RANDOM.integers(1, 8)), 200, -1)
    return film


def chart(title: str) -> Image.Image:
    """Groups of five bars, upright and level, ever finer, each with its number: four times on the frame."""
    image = Image.new("L", (WIDTH, HEIGHT), 235)
    draw = ImageDraw.Draw(image)
    for left, top in ((30, 30), (WIDTH // 2, 30), (30, HEIGHT // 2), (WIDTH // 2, HEIGHT // 2)):
        x, y = left, top
        for number in ("1.0", "1.1", "1.25", "1.4", "1.6", "1.8", "2.0", "2.2", "2.5"):
            bar = max(2, int(20 / float(number)))
            for i in range(0, 10 * bar, 2 * bar):
                draw.rectangle((x + i, y, x + i + bar, y + 9 * bar), fill=20)
                draw.rectangle((x + 12 * bar, y + i, x + 21 * bar, y + i + bar), fill=20)
            draw.text((x, y + 10 * bar), number, fill=20, font=font(2 * bar + 8))
            x += 24 * bar + 15
            if x > left + WIDTH // 2 - 24 * 20:
                x, y = left, y + 13 * bar + 40
    if title:
        draw.rectangle((300, 780, 1350, 960), fill=235)
        draw.text((320, 800), title, fill=10, font=font(44), spacing=16)
    return image


def title_board() -> Image.Image:
    """What stands at a reel's start: what is on it, in large letters."""
    image = Image.new("L", (WIDTH, HEIGHT), 240)
    draw = ImageDraw.Draw(image)
    for row, (text, size) in enumerate(
        (("START", 200), ("THE DAILY EXAMPLE", 120), ("January - June 1926", 90), ("REEL 7", 150))
    ):
        draw.text((200, 200 + 350 * row), text, fill=10, font=font(size))
    return image


CHART_TITLE = "MICROCOPY RESOLUTION TEST CHART\nSTANDARD REFERENCE MATERIAL 1010a"
FRAMES: dict[str, Callable[[], Any]] = {
    "black": lambda: np.zeros((HEIGHT, WIDTH), np.uint8),
    "white": lambda: np.full((HEIGHT, WIDTH), 255, np.uint8),
    "noise": lambda: RANDOM.integers(0, 256, (HEIGHT, WIDTH), np.uint8),
    "leader": leader,
    "test chart": lambda: chart(CHART_TITLE),
    "negative test chart": lambda: 255 - np.asarray(chart("")),
}


def read(frame: Any, folder: Path, engine: Engine) -> PageResult:
    """A frame, opened and understood."""
    image = frame if isinstance(frame, Image.Image) else Image.fromarray(frame)
    image.save(folder / "frame.png")
    (scan,) = open_scans(folder / "frame.png", "frame", CPU)
    assert isinstance(scan, Scan)
    return process(scan, engine, CPU)


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_is_no_page_is_blank(name: str, tmp_path: Path, engine: Engine) -> None:
    """There is no article on it, whatever its bars and labels were taken for."""
    result = read(FRAMES[name](), tmp_path, engine)
    assert (result.blank, result.articles) == (True, ())


def test_a_title_board_is_blank_and_what_it_says_is_kept(tmp_path: Path, engine: Engine) -> None:
    """It has no article; its words are on the page that is recorded."""
    result = read(title_board(), tmp_path, engine)
    text = " ".join(line.text for line in result.page.lines)
    assert (result.blank, result.articles) == (True, ())
    assert "DAILY EXAMPLE" in text
    assert "1926" in text


def test_a_clipping_is_no_blank(tmp_path: Path, engine: Engine) -> None:
    """A single item of two sentences alone on a frame counts as read, also where layout sees no article in it."""
    image = Image.new("L", (900, 800), 245)
    draw = ImageDraw.Draw(image)
    text = "The new bridge over the river was opened\nyesterday by the mayor in the presence\nof many citizens of both towns.\n"
    draw.text((40, 160), text * 2, fill=10, font=font(30), spacing=12)
    assert not read(image, tmp_path, engine).blank
