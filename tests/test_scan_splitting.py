"""Two pages on one frame: the fold is found, and each page is a scan of its own in the frame's pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.batch.documents import preview_of
from digitize.geometry import IDENTITY
from digitize.model import Scan, Source
from digitize.options import Options
from digitize.scan import crosses, find_fold, may_split, split_at_fold

HEIGHT, WIDTH, FOLD = 1000, 1500, 770


def frame(lean: int = 0) -> Scan:
    """Two pages of short strokes, parted by white around x = 770, which leans by some pixels from top to bottom."""
    pixels = np.full((HEIGHT, WIDTH), 240, np.uint8)
    rng = np.random.default_rng(1)
    for y in range(60, 940, 12):
        fold = FOLD + round(lean * (y / HEIGHT - 0.5))
        for x in rng.integers(80, 1420, 160):
            if abs(x + 2 - fold) > 16:
                pixels[y : y + 7, x : x + 4] = 20
    return Scan("A01", Source("A01.png", 1, 1, "", "image/png", WIDTH, HEIGHT), pixels, None, IDENTITY)


@pytest.mark.parametrize("lean", [0, 16])
def test_the_fold_runs_where_nothing_is_printed(lean: int) -> None:
    """It is found off the middle, and where it leans."""
    top, bottom = find_fold(frame(lean).pixels)
    assert (top + bottom) / 2 == pytest.approx(FOLD, abs=9)
    assert bottom - top == pytest.approx(lean, abs=10)


@pytest.mark.parametrize("right_first", [False, True])
def test_pages_are_numbered_in_reading_order(right_first: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The first is the right one in issues read from right to left; every pixel is led back to where it was."""
    scan = frame()
    first, second = split_at_fold(scan, (FOLD, FOLD), right_first=right_first)
    assert (first.page_id, second.page_id) == ("A01-1", "A01-2")
    left, right = (second, first) if right_first else (first, second)
    assert left.pixels.shape[1] + right.pixels.shape[1] == WIDTH
    for half in (left, right):
        ((x, y),) = half.frame.forward(np.array([[0.0, 0.0]]))
        height, width = half.pixels.shape
        assert np.array_equal(scan.pixels[int(y) : int(y) + height, int(x) : int(x) + width], half.pixels)
        assert half.source == scan.source


def test_each_page_lies_where_it_is_on_its_frame_in_the_drawing() -> None:
    """The picture under the drawing is white where the other page is, for the page on the left as well."""
    whole = frame()
    for page, empty in zip(split_at_fold(whole, find_fold(whole.pixels), right_first=False), ("right", "left"), strict=True):
        shown = cv2.imdecode(np.frombuffer(preview_of(page), np.uint8), cv2.IMREAD_GRAYSCALE)
        thirds = dict(zip(("left", "middle", "right"), np.array_split(shown, 3, axis=1), strict=True))
        assert [side for side, third in thirds.items() if third.min() > 200] == [empty]


def test_lines_that_run_over_a_fold_are_seen() -> None:
    """A line crosses where a good part of it lies on either side."""
    over, beside = ((700, 10), (800, 10), (800, 30), (700, 30)), ((772, 10), (900, 10), (900, 30), (768, 30))
    assert crosses((FOLD, FOLD), over, HEIGHT)
    assert not crosses((FOLD, FOLD), beside, HEIGHT)


def test_only_wide_frames_are_looked_at_unless_told() -> None:
    """A frame higher than wide shows one page; always and never mean what they say."""
    wide = frame()
    narrow = Scan("A01", wide.source, wide.pixels[:, :900], None, IDENTITY)
    splits = [[may_split(scan, Options(split=split)) for split in ("auto", "never", "always")] for scan in (wide, narrow)]
    assert splits == [[True, False, True], [False, False, True]]
