"""The strip of a neighbouring page on a frame: its lines are kept apart, and the page is laid out as if it were not there."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.geometry import IDENTITY, Box
from digitize.layout import DetectedText, find_layout
from digitize.layout.neighbours import find_neighbours
from digitize.model import Role, Scan, Source

TYPE, PITCH, WIDTH, HEIGHT = 20, 32, 1600, 1200
PAGE = tuple(Box(x, y, x + 400, y + TYPE) for x in (260, 690, 1120) for y in range(100, 1100, PITCH))


def strip(x0: float, x1: float) -> tuple[Box, ...]:
    """Lines of a neighbour at another height than the page's."""
    return tuple(Box(x0, y, x1, y + TYPE) for y in range(110, 1100, PITCH))


def mirrored(lines: tuple[Box, ...]) -> tuple[Box, ...]:
    """The lines with left and right exchanged."""
    return tuple(Box(WIDTH - line.x1, line.y0, WIDTH - line.x0, line.y1) for line in lines)


@pytest.mark.parametrize("on_right", [False, True])
def test_what_lies_beyond_two_margins_and_is_cut_by_the_frame_is_a_neighbours(*, on_right: bool) -> None:
    """The strip reaches from the frame's edge to shortly before the page's own lines, on either side."""
    lines = (*strip(0, 100), *PAGE)
    (found,) = find_neighbours(mirrored(lines) if on_right else lines, TYPE, WIDTH, HEIGHT)
    assert (found.x0, found.x1) == ((WIDTH - 230, WIDTH) if on_right else (0, 230))


@pytest.mark.parametrize(
    ("x0", "x1"),
    [(40, 120), (0, 180), (0, 215)],
    ids=["behind a margin", "as wide as a column", "beside a gutter"],
)
def test_what_a_page_prints_at_its_edge_is_its_own(x0: float, x1: float) -> None:
    """Print with a margin to the frame's edge, a whole column, and print a gutter's width from the next are the page's."""
    assert find_neighbours((*strip(x0, x1), *PAGE), TYPE, WIDTH, HEIGHT) == ()


def test_a_neighbours_lines_are_fillers_and_change_nothing_else() -> None:
    """They are kept, one by one, and the page has the regions that it has without them, whatever else the strip shows."""
    pixels = np.full((HEIGHT, WIDTH), 245, np.uint8)
    for line in PAGE:
        pixels[int(line.y0) : int(line.y1) : 4, int(line.x0) : int(line.x1)] = 20
    beyond = strip(0, 100)
    shown = pixels.copy()
    shown[100:1100:4, :100] = 20
    shown[400:700, :110] = 90  # its photo
    shown[50:1150, 180:184] = 20  # the edge of its paper
    source = Source("p.png", 1, 1, "0" * 64, "image/png", WIDTH, HEIGHT)
    alone, beside = (
        find_layout(Scan("p", source, image, None, IDENTITY), DetectedText(lines=lines, type_size=TYPE))
        for image, lines in ((pixels, PAGE), (shown, (*beyond, *PAGE)))
    )
    own = [region for region in beside.regions if region.box.x0 > 200]
    assert [(region.role, region.box) for region in own] == [(region.role, region.box) for region in alone.regions]
    fillers = [region for region in beside.regions if region not in own]
    assert {region.role for region in fillers} == {Role.FILLER}
    assert [line.box for region in fillers for line in region.lines] == list(beyond)
