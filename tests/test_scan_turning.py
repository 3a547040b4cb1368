"""Turning a scan by right angles."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.geometry import AffineMap, Box, Chain, Warp
from digitize.model import Scan, Source
from digitize.scan import turned

PIXELS = np.arange(6, dtype=np.uint8).reshape(2, 3)


def scan(frame: AffineMap | Chain | None = None) -> Scan:
    """Two rows of three pixels, each of another grey."""
    return Scan("A01", Source("A01.png", 1, 1, "", "image/png", 3, 2), PIXELS, None, frame or AffineMap())


@pytest.mark.parametrize("quarters", range(-1, 5))
def test_every_pixel_is_led_back_to_where_it_was(quarters: int) -> None:
    """The frame of a turned scan leads the middle of each pixel to that of the same grey in the original."""
    made = turned(scan(), quarters)
    rows, columns = made.pixels.shape
    for y in range(rows):
        for x in range(columns):
            ((left, top),) = made.frame.forward(np.array([[x + 0.5, y + 0.5]]))
            assert PIXELS[int(top), int(left)] == made.pixels[y, x]


def test_a_turn_is_told_of() -> None:
    """The page's record names the turn; no turn leaves the scan as it is."""
    assert [(step.name, step.settings) for step in turned(scan(), 1).steps] == [("turn", "angle=90")]
    assert turned(scan(), 0).steps == ()


def test_a_scan_is_turned_on_from_a_bent_frame() -> None:
    """The frame that a scan has already is kept behind the turn."""
    bent = Chain(Warp(Box(0, 0, 3, 2), ((0.0,),), ((0.0,),)), AffineMap.shift(10, 20))
    made = turned(scan(bent), 2)
    assert made.frame.forward(np.array([[0.5, 0.5]])) == pytest.approx(np.array([[12.5, 21.5]]))
