"""Bleed-through: what shows through from the page's back is painted over, what the page itself has stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import IDENTITY, Box
from digitize.model import Scan, Source
from digitize.scan import without_bleed

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 1500, 2000
TYPE, PITCH, ADVANCE = 24, 38, 28
PAPER, INK = 245, 30
LINES = tuple(Box(100, y, 600, y + TYPE) for y in range(100, 1800, PITCH))
BACK = tuple(Box(800, y, 1300, y + 2 * TYPE) for y in range(100, 1800, 2 * PITCH))


def printed(lines: tuple[Box, ...], ink: int = INK, stroke: float = 1 / 8) -> NDArray[np.uint8]:
    """A page of squares with a bar through their middle, side by side; strokes are so wide a share of their height."""
    pixels = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    for line in lines:
        size = int(line.height)
        for x in range(int(line.x0), int(line.x1) - size, size + 4):
            cv2.rectangle(pixels, (x, int(line.y0)), (x + size, int(line.y1)), ink, int(stroke * size))
            cv2.line(pixels, (x, int(line.cy)), (x + size, int(line.cy)), ink, int(stroke * size))
    return pixels


def shown_through(lines: tuple[Box, ...] = BACK) -> NDArray[np.uint8]:
    """What the page's back adds, paler and softer."""
    return np.asarray(cv2.GaussianBlur(printed(lines, 200, stroke=1 / 5), (0, 0), 2.0), np.uint8)


def scan_of(pixels: NDArray[np.uint8]) -> Scan:
    """A cleaned scan of these pixels."""
    height, width = pixels.shape
    return Scan("page", Source("page.png", 1, 1, "", "image/png", width, height), pixels, None, IDENTITY)


def painted(pixels: NDArray[np.uint8]) -> Scan:
    """A page with lines of its own on the left, without the print of its back."""
    return without_bleed(scan_of(pixels), [line.polygon for line in LINES])


def test_print_of_the_back_is_painted_over() -> None:
    """Beside the page's own type nothing of it stays."""
    scan = painted(np.minimum(printed(LINES), shown_through()))
    assert [step.name for step in scan.steps] == ["paint-bleed-through"]
    assert scan.pixels[:, 700:].min() > PAPER - 20


def test_lines_before_print_of_the_back_keep_their_strokes() -> None:
    """Large type of the back goes between lines of small type, and these stay."""
    own, back = printed(LINES[::2]), shown_through(tuple(Box(90, y, 610, y + 3 * TYPE) for y in range(90, 1800, 3 * PITCH)))
    pixels = painted(np.minimum(own, back)).pixels
    assert (pixels[own < PAPER - 50] == own[own < PAPER - 50]).all()
    white = cv2.erode(own, np.ones((11, 11), np.uint8)) == PAPER
    assert (pixels[white] < PAPER - 20).sum() < (back[white] < PAPER - 20).sum() / 5


def test_a_page_without_print_of_the_back_is_left_as_it_is() -> None:
    """There is nothing to paint over, and no step."""
    scan = scan_of(printed(LINES))
    assert without_bleed(scan, [line.polygon for line in LINES]) is scan


def test_pale_points_stay() -> None:
    """Punctuation that film has made pale is smaller than any piece of a character of the back."""
    pixels = np.minimum(printed(LINES), shown_through())
    for line in LINES:
        cv2.circle(pixels, (1400, int(line.y1) - 4), 3, 190, -1)
    points = painted(pixels).pixels[:, 1390:1410]
    assert (points < 200).sum() == (pixels[:, 1390:1410] < 200).sum()


def test_pictures_keep_their_greys() -> None:
    """What is wider than strokes is ground, and on dark ground nothing is painted over."""
    rng = np.random.default_rng(1)
    pixels = np.minimum(printed(LINES), shown_through())
    coarse = rng.integers(90, 200, (8, 8), dtype=np.uint8)
    pixels[200:700, 800:1300] = cv2.resize(coarse, (500, 500), interpolation=cv2.INTER_CUBIC)
    assert (painted(pixels).pixels[220:680, 820:1280] == pixels[220:680, 820:1280]).all()


def test_a_page_without_lines_is_left_as_it_is() -> None:
    """Nothing tells how dark its own print is."""
    scan = scan_of(shown_through())
    assert without_bleed(scan, []) is scan
