"""Boxes and the maps between frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.geometry import AffineMap, Box, bounds, hull, map_polygon

coordinates = st.floats(-5000, 5000)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), coordinates, coordinates, st.floats(0, 3000), st.floats(0, 3000))
maps = st.builds(
    lambda angle, cx, cy, dx, dy: AffineMap.rotation(angle, cx, cy).then(AffineMap.shift(dx, dy)),
    st.floats(-180, 180),
    coordinates,
    coordinates,
    coordinates,
    coordinates,
)


@given(maps, st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=5))
def test_a_map_followed_there_and_back_is_where_it_began(frame: AffineMap, points: list[tuple[float, float]]) -> None:
    """`backward` undoes `forward` to far less than a pixel."""
    start = np.array(points)
    assert np.allclose(frame.backward(frame.forward(start)), start, atol=1e-6)


@given(maps, maps, coordinates, coordinates)
def test_maps_joined_do_what_they_do_one_after_the_other(first: AffineMap, second: AffineMap, x: float, y: float) -> None:
    """`first.then(second)` is `second` after `first`."""
    point = np.array([[x, y]])
    assert np.allclose(first.then(second).forward(point), second.forward(first.forward(point)), atol=1e-6)


def test_a_turn_is_clockwise_on_the_page() -> None:
    """A quarter turn about the origin takes what points right to point down."""
    assert np.allclose(AffineMap.rotation(90, 0, 0).forward(np.array([[1.0, 0.0]])), [[0.0, 1.0]])


@given(boxes, boxes)
def test_the_hull_holds_what_it_is_made_of(a: Box, b: Box) -> None:
    """A hull shares all of each box with it."""
    around = hull((a, b))
    assert (around.intersection(a), around.intersection(b)) == pytest.approx((a.area, b.area))


@given(boxes)
def test_the_bounds_of_a_box_are_the_box(box: Box) -> None:
    """Corners and bounds are each other's inverse."""
    assert bounds(box.polygon) == box


@given(boxes, boxes)
def test_overlap_is_mutual(a: Box, b: Box) -> None:
    """What a shares with b, b shares with a."""
    assert (a.overlap_x(b), a.overlap_y(b), a.intersection(b)) == (b.overlap_x(a), b.overlap_y(a), b.intersection(a))


def test_a_polygon_is_mapped_corner_by_corner() -> None:
    """A shifted box has shifted corners, in the same order."""
    assert map_polygon(Box(0, 0, 2, 1).polygon, AffineMap.shift(10, 20)) == ((10, 20), (12, 20), (12, 21), (10, 21))


def test_a_box_is_cut_to_the_page() -> None:
    """Nothing of a clipped box lies off the page."""
    assert Box(-5, 10, 50, 200).clipped(40, 100) == Box(0, 10, 40, 100)
