"""Straightening: bent pages are made level by their own lines, and what needs nothing is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.geometry import AffineMap, Box, Warp, map_polygons
from digitize.model import Scan, Source
from digitize.scan import straighten
from digitize.scan.dewarp import DEGREE, LARGEST_SLOPE, measure_warp, trace_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.geometry import Polygon

WIDTH, HEIGHT = 1300, 1500
TYPE, PITCH, COLUMN = 24, 38, 380
PAPER, INK = 245, 20
OFFSET = AffineMap.shift(37.0, 12.0)
"""From the pages here to their originals: what cleaning has cut off."""

LINES = tuple(
    Box(
        60 + column * (COLUMN + 30),
        80 + row * PITCH,
        60 + column * (COLUMN + 30) + COLUMN // TYPE * TYPE,
        80 + row * PITCH + TYPE,
    )
    for column in range(3)
    for row in range(34)
)


def printed(lines: tuple[Box, ...] = LINES) -> NDArray[np.uint8]:
    """A flat page: squares with a bar through their middle, side by side."""
    pixels = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    for line in lines:
        for x in range(int(line.x0), int(line.x1), TYPE):
            cv2.rectangle(pixels, (x + 2, int(line.y0)), (x + TYPE - 3, int(line.y1) - 1), INK, 2)
            pixels[int(line.cy) - 2 : int(line.cy) + 2, x + 2 : x + TYPE - 2] = INK
    return pixels


def bent(pixels: NDArray[np.uint8], bending: Warp) -> NDArray[np.uint8]:
    """What a camera sees of a flat page that bends."""
    grid = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), axis=-1).reshape(-1, 2).astype(np.float64)
    flat = bending.backward(grid).reshape(HEIGHT, WIDTH, 2).astype(np.float32)
    seen = cv2.remap(pixels, flat[:, :, 0], flat[:, :, 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def scan_of(pixels: NDArray[np.uint8]) -> Scan:
    """A cleaned scan of these pixels, cut out of a larger original."""
    return Scan("p", Source("p.png", 1, 1, "0" * 64, "image/png", WIDTH + 100, HEIGHT + 100), pixels, None, OFFSET)


def shifts(**terms: float) -> tuple[tuple[float, ...], ...]:
    """Coefficients by degree: `x2y1=9.0` is nine pixels of T2(x) T1(y)."""
    table = np.zeros((DEGREE + 1, DEGREE + 1))
    for name, value in terms.items():
        table[int(name[1]), int(name[3])] = value
    return tuple(map(tuple, table.tolist()))


WHOLE = Box(0, 0, WIDTH, HEIGHT)
CURL = Warp(WHOLE, shifts(x0y2=7.0), shifts(x2y0=8.0, x3y0=-2.0, x1y1=4.0))
"""A page that curls: lines sag by half their height, and columns lean in the middle."""


@pytest.fixture(scope="module")
def curled() -> Scan:
    """The curled page."""
    return scan_of(bent(printed(), CURL))


@pytest.fixture(scope="module")
def straightened(curled: Scan) -> Scan:
    """The curled page, straightened by its lines."""
    return straighten(curled, map_polygons([line.polygon for line in LINES], CURL))


def seen_at(points: NDArray[np.float64], straight: Scan) -> NDArray[np.float64]:
    """Where points of the flat page stand on the straightened one, by way of the original."""
    return straight.frame.backward(OFFSET.forward(CURL.forward(points)))


def test_a_page_that_curls_at_one_side_is_straightened() -> None:
    """Most lines of such a page are level already, to within the shapes of their characters; those of its last column tell."""
    ragged = np.random.default_rng(3)
    traced = []
    for column in range(5):
        for row in range(30):
            x = 100 + 440 * column + np.linspace(0, 400, 10)
            y = 100 + 60 * row + 15 * np.exp((x - 2260) / 120) + ragged.normal(0, 2, 10)
            traced.append(np.column_stack([x, y, np.full(10, 36.0)]))
    risen = np.diff(measure_warp(traced).shifts(np.array([(1900.0, 900.0), (2250.0, 900.0)]))[:, 1])
    assert abs(risen) == pytest.approx(15 * (np.exp(-10 / 120) - np.exp(-360 / 120)), rel=0.35)


def test_a_flat_page_is_left_as_it_is() -> None:
    """Pixels that need no resampling are not resampled: the scan itself comes back."""
    scan = scan_of(printed())
    assert straighten(scan, [line.polygon for line in LINES]) is scan


def test_a_leaning_page_is_not_taken_for_a_flat_one_with_few_lines() -> None:
    """With too few lines to tell, even a curled page is left as it is."""
    few = LINES[:11]
    scan = scan_of(bent(printed(few), CURL))
    assert straighten(scan, map_polygons([line.polygon for line in few], CURL)) is scan


def test_a_page_without_text_is_left_as_it_is() -> None:
    """Nothing detected, nothing to go by."""
    scan = scan_of(np.full((HEIGHT, WIDTH), PAPER, np.uint8))
    assert straighten(scan, ()) is scan


@pytest.mark.parametrize(("rise", "left_alone"), [(60.0, True), (33.0, False)])
def test_a_bending_that_no_page_has_is_left_alone(rise: float, *, left_alone: bool) -> None:
    """Lines that rise and fall at 20 degrees are a drawing, or a mistake; on film that lies in waves they do so at 11."""
    steep = Warp(WHOLE, shifts(), shifts(x2y0=rise))
    scan = scan_of(bent(printed(), steep))
    assert (straighten(scan, map_polygons([line.polygon for line in LINES], steep)) is scan) == left_alone


def test_the_lines_of_a_curled_page_come_out_level(straightened: Scan) -> None:
    """Every line, which sagged by more than ten pixels, stands at one height to within a pixel."""
    sag, left = [], []
    for line in LINES:
        along = np.column_stack([np.linspace(line.x0 + 12, line.x1 - 12, 9), np.full(9, line.cy)])
        sag.append(np.ptp(CURL.forward(along)[:, 1]))
        left.append(np.ptp(seen_at(along, straightened)[:, 1]))
    assert max(sag) > 10
    assert max(left) <= 1


def test_the_columns_of_a_curled_page_come_out_upright(straightened: Scan) -> None:
    """The left edges of a column, which leaned by ten pixels and more, stand within a pixel and a half."""
    for first in range(0, len(LINES), 34):
        edges = np.array([(line.x0, line.cy) for line in LINES[first : first + 34]])
        assert np.ptp(CURL.forward(edges)[:, 0]) > 10
        assert np.ptp(seen_at(edges, straightened)[:, 0]) <= 1.5


def test_the_frame_leads_back_to_the_print(straightened: Scan, curled: Scan) -> None:
    """What is inked on the straight page is inked where its frame says on the original, and so is what is white."""
    middles = np.array([(line.x0 + 12 + TYPE * i, line.cy) for line in LINES for i in range(15)])
    gaps = np.array([(line.cx, line.y1 + (PITCH - TYPE) / 2) for line in LINES])
    for points, ink in ((middles, True), (gaps, False)):
        straight = np.round(seen_at(points, straightened) - 0.5)
        original = np.round(OFFSET.backward(straightened.frame.forward(straight + 0.5)) - 0.5)
        for pixels, places in ((straightened.pixels, straight), (curled.pixels, original)):
            x, y = places.astype(int).T
            assert (pixels[y, x] < 128).mean() == pytest.approx(float(ink), abs=0.01)


def test_what_was_done_is_recorded(straightened: Scan, curled: Scan) -> None:
    """The scan keeps its size and says that it was straightened, and by how much at most."""
    assert straightened.pixels.shape == curled.pixels.shape
    (step,) = straightened.steps
    assert step.name == "dewarp"
    assert 10 < float(step.settings.removeprefix("largest=").removesuffix("px")) < 30


def test_a_line_is_followed_by_its_characters() -> None:
    """The points of a sagging line lie on its middle, the outer ones at the edges of its first and last character."""
    line = LINES[40]
    pixels = bent(printed(), CURL)
    (polygon,) = map_polygons([line.polygon], CURL)
    points = trace_line(pixels, polygon)
    flat = CURL.backward(points[:, :2])
    assert np.abs(flat[1:-1, 1] - line.cy).max() <= 1
    assert flat[[0, -1], 0] == pytest.approx([line.x0 + 2, line.x1 - 2], abs=2)
    assert points[:, 2] == pytest.approx(TYPE, abs=4)


def test_a_line_is_followed_on_grainy_film() -> None:
    """Grain, and print that shows through, make no line higher: the points keep to its middle, and to its height."""
    rng = np.random.default_rng(7)
    flat = cv2.addWeighted(printed(), 0.9, cv2.GaussianBlur(np.roll(printed(), (17, 11), (0, 1)), (0, 0), 4), 0.1, 0)
    grain = cv2.GaussianBlur(rng.normal(0, 1, flat.shape), (0, 0), 0.8)
    film = np.clip(bent(flat, CURL) + grain * (22 / grain.std()), 0, 255).astype(np.uint8)
    for line in LINES[3::20]:
        (polygon,) = map_polygons([line.polygon], CURL)
        points = trace_line(film, polygon)[1:-1]
        assert np.abs(CURL.backward(points[:, :2])[:, 1] - line.cy).max() <= 2
        assert points[:, 2] == pytest.approx(TYPE, abs=7)


@pytest.mark.parametrize(
    "line", [Box(60, 80, 60 + 2 * TYPE, 80 + TYPE), Box(600, 900, 800, 924)], ids=["short", "nothing there"]
)
def test_what_tells_nothing_gives_no_points(line: Box) -> None:
    """A line of two characters has no direction, and white paper no line."""
    pixels = printed(tuple(box for box in LINES if not box.overlap_y(Box(0, 890, WIDTH, 940))))
    assert len(trace_line(pixels, line.polygon)) == 0


@st.composite
def warps(draw: st.DrawFn) -> Warp:
    """Bendings of any shape, as steep as pages are taken to be at most."""
    area = draw(st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), *[st.floats(0, 500)] * 2, *[st.floats(300, 5000)] * 2))
    tables = [np.zeros((DEGREE + 1, DEGREE + 1)), np.zeros((DEGREE + 1, DEGREE + 1))]
    for table in tables:
        for i in range(DEGREE + 1):
            for j in range(DEGREE + 1 - i):
                table[i, j] = draw(st.floats(-60, 60))
    # |T_n'| <= n^2 on -1..1, which spans half the area.
    degrees = np.arange(DEGREE + 1) ** 2
    steepest = max(
        float((np.abs(table) * (2 * degrees[:, None] / area.width + 2 * degrees[None, :] / area.height)).sum())
        for table in tables
    )
    dx, dy = (tuple(map(tuple, (table * min(1.0, LARGEST_SLOPE / max(steepest, 1e-9))).tolist())) for table in tables)
    return Warp(area, dx, dy)


@given(warps(), st.lists(st.tuples(st.floats(-500, 6000), st.floats(-500, 6000)), min_size=1, max_size=8))
def test_a_warp_followed_there_and_back_is_where_it_began(warp: Warp, points: list[tuple[float, float]]) -> None:
    """`backward` undoes `forward`, and `forward` `backward`, to a thousandth of a pixel, on the page and off it."""
    start: Polygon = tuple(points)
    assert np.abs(warp.backward(warp.forward(np.array(start))) - np.array(start)).max() < 1e-3
    assert np.abs(warp.forward(warp.backward(np.array(start))) - np.array(start)).max() < 1e-3


def test_outside_the_measured_area_a_warp_keeps_the_value_at_its_edge() -> None:
    """A polynomial would run away where nothing was measured."""
    warp = Warp(Box(100, 100, 200, 200), ((0.0,), (3.0,)), ((5.0,),))
    assert warp.shifts(np.array([[200.0, 150.0], [5000.0, -900.0], [100.0, 150.0], [-7.0, 150.0]])).tolist() == [
        [3.0, 5.0],
        [3.0, 5.0],
        [-3.0, 5.0],
        [-3.0, 5.0],
    ]


@pytest.mark.parametrize("seed", [2, 5, 6, 10])
def test_ragged_edges_bend_no_page(seed: int) -> None:
    """Lines whose ends differ by chance, within half a character, are level; nothing makes their columns straighter."""
    rng = np.random.default_rng(seed)
    ragged = tuple(
        Box(line.x0 + rng.integers(0, 13), line.y0, line.x1 - rng.integers(0, 5) * TYPE, line.y1)
        for line in LINES
        if rng.random() < 0.4
    )
    scan = scan_of(printed(ragged))
    assert straighten(scan, [line.polygon for line in ragged]) is scan
