"""Cleaning pages drawn for the purpose: type of random strokes, so that no font is needed."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize import __version__
from digitize.geometry import IDENTITY, AffineMap
from digitize.model import Scan, Source
from digitize.options import Options
from digitize.scan import clean
from digitize.scan.cleaning import _resampled
from digitize.scan.cuts import cuts_characters, cuts_type
from digitize.scan.deskew import find_skew
from digitize.scan.film import find_page
from digitize.scan.polarity import ink_skewness, is_negative
from digitize.scan.scratches import Scratch, find_scratches, without_scratches

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PAPER, INK = 240, 30
WIDTH, HEIGHT = 1500, 1800
MARGIN = 100
BODY = 18  # height of the body type in pixels, about 1/100 of the page as on a newspaper seen small


def _character(page: NDArray[np.uint8], place: tuple[int, int], size: int, rng: np.random.Generator, ink: int = INK) -> None:
    """Five strokes in a square, as in a Chinese character of middling density."""
    x, y = place
    for _ in range(5):
        (x0, y0), along = rng.integers(0, size - size // 4, 2), int(rng.integers(size // 2, size))
        x1, y1 = (x0, min(y0 + along, size)) if rng.random() < 0.5 else (min(x0 + along, size), y0)
        start, end = (x + int(x0), y + int(y0)), (x + int(x1), y + int(y1))
        cv2.line(page, start, end, ink, max(1, size // 9), cv2.LINE_AA)


def _block(
    page: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    rng: np.random.Generator,
    size: int = BODY,
    *,
    vertical: bool = False,
) -> None:
    """A block of lines of type, with ragged ends, in a box of x0, y0, x1, y1."""
    x0, y0, x1, y1 = box
    pitch, advance = round(size * 1.6), round(size * 1.1)
    if vertical:
        for x in range(x1 - size, x0, -pitch):
            for y in range(y0, y1 - int(rng.integers(size, 6 * size)), advance):
                _character(page, (x, y), size, rng)
    else:
        for y in range(y0, y1 - size, pitch):
            for x in range(x0, x1 - int(rng.integers(size, 6 * size)), advance):
                _character(page, (x, y), size, rng)


def _page(*, vertical: bool = False, photo: bool = True, seed: int = 1) -> NDArray[np.uint8]:
    """A page with a headline, a rule, three columns (or tiers, for vertical type) and a photograph."""
    rng = np.random.default_rng(seed)
    page = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    _block(page, (MARGIN, MARGIN, WIDTH - MARGIN, MARGIN + 110), rng, 60)
    cv2.line(page, (MARGIN, 250), (WIDTH - MARGIN, 250), INK, 3)
    for third in range(3):
        if vertical:
            top = 280 + third * 470
            _block(page, (MARGIN, top, WIDTH - MARGIN, top + 440), rng, vertical=True)
        else:
            left = MARGIN + third * 440
            _block(page, (left, 280, left + 410, HEIGHT - MARGIN), rng)
    if photo:
        picture = cv2.resize(rng.integers(20, 220, (9, 12), dtype=np.uint8), (850, 420), interpolation=cv2.INTER_CUBIC)
        page[900:1320, MARGIN : MARGIN + 850] = picture
    return page


PAGE = _page()
VERTICAL_PAGE = _page(vertical=True)


def _turned(page: NDArray[np.uint8], degrees: float, around: int = PAPER) -> NDArray[np.uint8]:
    """The page turned clockwise about its middle, the corners filled."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=around)
    return np.asarray(turned, dtype=np.uint8)


def _on_film(page: NDArray[np.uint8], border: int = 20, width: int = 90) -> NDArray[np.uint8]:
    film = np.full((page.shape[0] + 2 * width, page.shape[1] + 2 * width), border, np.uint8)
    film[width:-width, width:-width] = page
    return film


def _scan(pixels: NDArray[np.uint8]) -> Scan:
    height, width = pixels.shape
    return Scan("page", Source("page.png", 1, 1, "", "image/png", width, height), pixels, None, IDENTITY)


def _cleaned(pixels: NDArray[np.uint8]) -> Scan:
    return clean(_scan(pixels), Options())


def _steps(scan: Scan) -> list[str]:
    return [step.name for step in scan.steps]


@pytest.mark.parametrize("page", [PAGE, VERTICAL_PAGE], ids=["horizontal", "vertical"])
@pytest.mark.parametrize("degrees", [-5, -2.3, -0.7, -0.1, 0, 0.25, 1.15, 3.4, 5])
def test_the_skew_is_found(page: NDArray[np.uint8], degrees: float) -> None:
    """Within 0.05 degrees, for both writing modes, with a photograph on the page."""
    assert find_skew(_turned(page, degrees)) == pytest.approx(degrees, abs=0.05)


@pytest.mark.parametrize("scale", [0.5, 2.5])
def test_the_skew_does_not_depend_on_the_resolution(scale: float) -> None:
    """The same page at 150 and at 750 dpi has the same skew."""
    page = cv2.resize(
        _turned(PAGE, 1.5), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    assert find_skew(np.asarray(page, np.uint8)) == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("degrees", [-4.0, 0.8])
def test_a_crooked_page_comes_out_upright(degrees: float) -> None:
    """After cleaning no skew is left, and the skew that was is recorded with its step."""
    page = _cleaned(_turned(PAGE, degrees))
    assert page.skew == pytest.approx(degrees, abs=0.05)
    assert abs(find_skew(page.pixels)) < 0.05
    step = next(step for step in page.steps if step.name == "deskew")
    assert (step.software, step.version, step.settings) == ("digitize", __version__, f"angle={page.skew:.2f}")


def test_nothing_is_lost_at_the_edges_of_a_crooked_page() -> None:
    """The canvas grows, so that the corners of the scan are still on it."""
    page = _cleaned(_turned(PAGE, 3))
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], dtype=float)
    height, width = page.pixels.shape
    inside = page.frame.backward(corners)
    assert (inside >= -1e-6).all()
    assert (inside <= (width + 1e-6, height + 1e-6)).all()


def test_marks_keep_their_places_through_the_frame() -> None:
    """A cross found on the cleaned page lies, mapped through its frame, where it was drawn on the scan."""
    turned = _turned(PAGE, 2.2)
    x, y = 1000, 190
    turned[y - 22 : y + 22, x - 22 : x + 22] = PAPER
    turned[y - 10 : y + 10, x - 10 : x + 10] = 0
    page = _cleaned(_on_film(turned))
    height, width = page.pixels.shape
    around = page.frame.backward(np.array([(x + 90.0, y + 90.0)]))[0].round().astype(int)
    patch = page.pixels[around[1] - 20 : around[1] + 20, around[0] - 20 : around[0] + 20]
    ys, xs = np.nonzero(patch < 100)
    middle = np.array([(xs.mean() + 0.5 + around[0] - 20, ys.mean() + 0.5 + around[1] - 20)])
    assert page.frame.forward(middle)[0] == pytest.approx((x + 90, y + 90), abs=0.5)
    assert (width, height) != turned.shape[::-1]


def test_large_scans_are_resampled_in_tiles_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a page is turned in one piece or in many makes no difference to its pixels."""
    turned = _turned(PAGE, 2)
    whole = _cleaned(turned)
    monkeypatch.setattr("digitize.scan.cleaning.TILE", 333)
    tiled = _cleaned(turned)
    difference = np.abs(whole.pixels.astype(int) - tiled.pixels)
    assert difference.mean() < 0.5


def test_strips_of_film_that_opencv_cannot_hold_are_turned() -> None:
    """A scan of 33,000 rows is turned like any other."""
    strip = np.full((33_000, 40), PAPER, np.uint8)
    turned = _resampled(strip, AffineMap.rotation(0.01, 20, 16_500), (40, 33_000))
    assert np.median(turned) == PAPER


@settings(max_examples=10, deadline=None)
@given(
    st.floats(-5, 5),
    st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=1, max_size=5),
)
def test_the_frame_of_a_cleaned_page_inverts(degrees: float, places: list[tuple[float, float]]) -> None:
    """From original pixels to clean pixels and back is where one began."""
    small = cv2.resize(_turned(PAGE, degrees), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    frame = _cleaned(np.asarray(small, np.uint8)).frame
    points = np.array(places)
    assert frame.forward(frame.backward(points)) == pytest.approx(points, abs=1e-6)


def test_an_upright_white_page_is_left_as_it_is() -> None:
    """No step is taken and no pixel changed where nothing is wrong."""
    page = _cleaned(PAGE)
    assert page.steps == ()
    assert np.array_equal(page.pixels, PAGE)
    assert page.frame == IDENTITY


def test_cleaning_changes_nothing_in_its_input() -> None:
    """The scan that was given still has the pixels that it had."""
    pixels = cv2.bitwise_not(_on_film(_turned(PAGE, 1)))
    before = pixels.copy()
    scan = _scan(pixels)
    clean(scan, Options())
    assert np.array_equal(scan.pixels, before)


def test_cleaning_a_cleaned_page_again_changes_hardly_anything() -> None:
    """What comes out is positive, upright, without border and white, so that no step is left to take."""
    once = _cleaned(cv2.bitwise_not(_on_film(_turned(PAGE, 1.3), 40)))
    twice = clean(once, Options())
    assert twice.steps == once.steps


def _reversed_half(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page with a black advertisement over its lower half, in large white type."""
    rng = np.random.default_rng(3)
    half = page.copy()
    half[HEIGHT // 2 :] = INK
    for y in range(HEIGHT // 2 + 60, HEIGHT - 100, 160):
        for x in range(MARGIN, WIDTH - MARGIN - 90, 110):
            _character(half, (x, y), 90, rng, PAPER)
    return half


def _dark_photo(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page with a night scene over more than half of it: dark, with small lights and grain."""
    rng = np.random.default_rng(4)
    night = page.copy()
    scene = rng.normal(45, 8, (1000, WIDTH - 2 * MARGIN))
    night[700:1700, MARGIN:-MARGIN] = np.clip(scene, 0, 255)
    for x, y in zip(rng.integers(MARGIN, WIDTH - MARGIN, 60), rng.integers(700, 1690, 60), strict=True):
        cv2.circle(night, (int(x), int(y)), 4, 220, -1)
    return night


def _dense_film(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page as a dense film of it gives it: paper and ink two near greys, specks and the film's rim far from both."""
    rng = np.random.default_rng(14)
    film = _on_film((page // 8 + 60).astype(np.uint8), 250, 60)
    for x, y in zip(rng.integers(0, film.shape[1], 200), rng.integers(0, film.shape[0], 200), strict=True):
        cv2.circle(film, (int(x), int(y)), 2, 250, -1)
    return film


POLARITY_PAGES = {
    "horizontal": PAGE,
    "vertical": VERTICAL_PAGE,
    "black border": _on_film(PAGE, 10, 300),
    "white border": _on_film(PAGE, 255, 300),
    "half black advertisement": _reversed_half(PAGE),
    "dark photograph": _dark_photo(PAGE),
    "dense film": _dense_film(PAGE),
    "faint": (PAGE // 4 + 150).astype(np.uint8),
}


@pytest.mark.parametrize("name", POLARITY_PAGES)
def test_the_polarity_is_told_by_the_type(name: str) -> None:
    """Wide borders, black advertisements and dark photographs do not make a negative, nor hide one."""
    page = POLARITY_PAGES[name]
    assert not is_negative(page)
    assert is_negative(cv2.bitwise_not(page))


@pytest.mark.parametrize("name", POLARITY_PAGES)
def test_turning_the_polarity_changes_nothing_but_the_record(name: str) -> None:
    """A negative and its positive come out alike; only the step and the mark tell them apart."""
    page = POLARITY_PAGES[name]
    positive, negative = _cleaned(page), _cleaned(cv2.bitwise_not(page))
    assert np.array_equal(positive.pixels, negative.pixels)
    assert (positive.negative, negative.negative) == (False, True)
    assert ["invert", *_steps(positive)] == _steps(negative)


def test_the_polarity_counts_as_unknown_where_there_is_no_type() -> None:
    """Blank frames, black frames and noise have no skewness to speak of."""
    noise = np.random.default_rng(5).integers(0, 256, (900, 700), dtype=np.uint8)
    frames = [np.full((900, 700), grey, np.uint8) for grey in (0, 128, 255)]
    assert [abs(ink_skewness(frame)) < 0.05 for frame in (*frames, noise)] == [True] * 4


@pytest.mark.parametrize("border", [0, 20, 70, 120])
@pytest.mark.parametrize("degrees", [0, 1.5, -3])
def test_the_film_around_the_page_is_cut_off(border: int, degrees: float) -> None:
    """The page comes out at nearly its own size, with white where the film was and all its type."""
    film = _turned(_on_film(PAGE, border, 130), degrees, border)
    page = _cleaned(film)
    height, width = page.pixels.shape
    assert (width, height) == pytest.approx((WIDTH, HEIGHT), rel=0.03)
    edges = np.concatenate(
        [page.pixels[:8].ravel(), page.pixels[-8:].ravel(), page.pixels[:, :8].ravel(), page.pixels[:, -8:].ravel()]
    )
    assert edges.min() > 200
    ink_before, ink_after = (int((pixels < 100).sum()) for pixels in (PAGE, page.pixels))
    assert ink_after == pytest.approx(ink_before, rel=0.05)


def test_a_border_on_one_side_is_cut_off_there_alone() -> None:
    """A scanner's lid shows on one side of the page only."""
    lid = np.full((HEIGHT, 80), 25, np.uint8)
    page = _cleaned(np.hstack([PAGE, lid]))
    height, width = page.pixels.shape
    assert (height, page.frame.forward(np.zeros((1, 2)))[0].tolist()) == (HEIGHT, [0, 0])
    assert width == pytest.approx(WIDTH, abs=0.01 * WIDTH)


def test_film_with_dust_and_scratches_is_still_film() -> None:
    """Bright specks and lines in the border do not pass for print."""
    rng = np.random.default_rng(6)
    film = _on_film(PAGE, 30, 130)
    for x, y in zip(rng.integers(0, film.shape[1], 150), rng.integers(0, film.shape[0], 150), strict=True):
        cv2.circle(film, (int(x), int(y)), 3, 250, -1)
    for x in (40, 700, 1200):
        film[:, x : x + 2] = 250
    assert find_page(film) is not None


@pytest.mark.parametrize("around", [150, 195, 255])
def test_a_grey_or_white_surround_is_cut_off_at_its_edge(around: int) -> None:
    """A table or a lid around the page may be nearly as light as the paper, or lighter: its edge tells."""
    paper = (PAGE * 0.9).astype(np.uint8)
    page = _cleaned(_turned(_on_film(paper, around, 130), 1.0, around))
    height, width = page.pixels.shape
    assert (width, height) == pytest.approx((WIDTH, HEIGHT), rel=0.03)


@pytest.mark.parametrize("degrees", [4, -4.5])
def test_wedges_of_film_beside_a_crooked_page_are_cut_off(degrees: float) -> None:
    """Where the page runs off the scan at one end of a side, the film at the side's other end goes all the same."""
    film = _turned(_on_film(PAGE, 20, 130), degrees, 20)[60:-60, 60:-60]
    page = _cleaned(film)
    assert "crop" in _steps(page)
    outside = (page.pixels < 60).astype(np.uint8)
    assert cv2.morphologyEx(outside, cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))[:, :MARGIN].max() == 0


def test_a_film_with_a_rim_is_cut_off_with_it() -> None:
    """Around the page lies a dark table, and around that the film's own clear edge."""
    page = _cleaned(_on_film(_on_film(PAGE, 20, 100), 245, 50))
    height, width = page.pixels.shape
    assert (width, height) == pytest.approx((WIDTH, HEIGHT), rel=0.03)


def test_the_edge_of_a_picture_is_not_the_page_s() -> None:
    """On a scan that ends in the white margin, the edges of a photograph and of type stay whole."""
    assert find_page(PAGE[:, MARGIN // 2 :]) is None


def test_a_column_of_pale_type_beside_a_photo_is_not_the_lid_beside_the_page() -> None:
    """Where a photo's edge is the only step in tone, what is lighter beyond it may bear type: nothing is cut off."""
    page, rng = np.full((HEIGHT, WIDTH), PAPER, np.uint8), np.random.default_rng(5)
    for y in range(MARGIN, HEIGHT - MARGIN, 3 * BODY):
        for x in (*range(MARGIN, 1080, BODY), *range(1140, WIDTH - MARGIN, BODY)):
            _character(page, (x, y), BODY - 2, rng, 100)
    tones = rng.integers(20, 230, (4, 8), dtype=np.uint8)
    page[500:900, MARGIN:1100] = cv2.resize(tones, (1100 - MARGIN, 400), interpolation=cv2.INTER_CUBIC)
    assert find_page(page) is None


@pytest.mark.parametrize("name", ["000-rules", "001-white", "002-rows", "002-six"])
def test_columns_of_type_and_tints_in_white_margins_are_no_page_on_a_lid(shared: Path, name: str) -> None:
    """A clean page is not cropped to its print, though its columns and tints end along one line."""
    page = cv2.imread(str(shared / "pages" / "dev" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert find_page(np.asarray(page, dtype=np.uint8)) is None


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_type_in_a_dark_border_is_never_cut_off(side: str) -> None:
    """A black banner that runs off the page, with white type in it, is print and not film."""
    rng = np.random.default_rng(7)
    turns = {"left": 0, "top": 3, "right": 2, "bottom": 1}[side]
    page = np.rot90(PAGE, -turns).copy()
    page[:, :180] = INK
    for y in range(60, page.shape[0] - 120, 110):
        _character(page, (40, y), 90, rng, PAPER)
    assert find_page(np.rot90(page, turns)) is None


def test_a_black_panel_that_runs_off_the_page_stays() -> None:
    """On film, a panel at the page's edge keeps its full width, though it is as dark as the film beside it."""
    page = PAGE.copy()
    page[1300:1500, :600] = INK
    cleaned = _cleaned(_on_film(page, 20, 100))
    left = cleaned.frame.backward(np.array([(100.0, 1500.0)]))[0]
    row = cleaned.pixels[round(left[1]), : round(left[0]) + 600]
    assert (row < 60).sum() > 600 * 0.97


@pytest.mark.parametrize("pixels", [np.full((900, 700), 128, np.uint8), PAGE, _dark_photo(PAGE)[700:1700, MARGIN:-MARGIN]])
def test_pages_without_film_are_not_cropped(pixels: NDArray[np.uint8]) -> None:
    """A blank frame, a page to the edge of the scan, and a dark photograph all over it are left whole."""
    assert find_page(pixels) is None


def _vignetted(page: NDArray[np.uint8], fall_off: float = 0.5, level: float = 0.8) -> NDArray[np.uint8]:
    """The page as a lens sees it: darker towards the corners by `fall_off`, its middle left of the page's."""
    ys, xs = np.mgrid[-1 : 1 : page.shape[0] * 1j, -0.8 : 1.2 : page.shape[1] * 1j]
    return np.asarray(page * level * (1 - fall_off * (xs**2 + ys**2) / 2.5), dtype=np.uint8)


def test_uneven_light_is_evened_out() -> None:
    """The paper becomes white from corner to corner, and the ink black."""
    page = _cleaned(_vignetted(PAGE))
    paper = page.pixels[PAGE == PAPER]
    assert _steps(page) == ["even-exposure"]
    assert np.percentile(paper, 5) > 235
    assert np.median(page.pixels[PAGE == INK]) < 40


def test_tints_and_panels_keep_their_tone() -> None:
    """A grey tint over a third of the page and a black panel over a sixth stay grey and black, evenly."""
    page = PAGE.copy()
    page[280:1700, 950:1400] = np.minimum(page[280:1700, 950:1400], 200)
    page[1350:1700, 120:840] = INK
    cleaned = _cleaned(_vignetted(page)).pixels
    tint = cleaned[280:1700, 950:1400][page[280:1700, 950:1400] == 200]
    assert 190 < np.median(tint) < 230
    assert np.ptp(np.percentile(tint, [5, 95])) < 25
    assert np.percentile(cleaned[1360:1690, 130:830], 95) < 30
    assert np.percentile(cleaned[:, :MARGIN], 5) > 235


def test_light_in_swells_is_evened_out_beside_a_tint() -> None:
    """Light that comes and goes three times over the page is evened out; a tint that is no darker than it stays a tint."""
    page = PAGE.copy()
    page[280:1200, 950:1400] = np.minimum(page[280:1200, 950:1400], 200)
    ys, xs = np.mgrid[0 : 3 * np.pi : HEIGHT * 1j, 0 : 3 * np.pi : WIDTH * 1j]
    cleaned = _cleaned((page * (0.8 + 0.1 * np.sin(xs + 1) * np.sin(ys + 2))).astype(np.uint8)).pixels
    tint = cleaned[290:1190, 960:1390][page[290:1190, 960:1390] == 200]
    assert np.percentile(cleaned[page == PAPER], 5) > 240
    assert 190 < np.median(tint) < 230
    assert np.ptp(np.percentile(tint, [5, 95])) < 25


def test_pictures_keep_their_greys() -> None:
    """The greys of a photograph stay in the same order and apart."""
    cleaned = _cleaned(_vignetted(PAGE, fall_off=0.0, level=0.7)).pixels
    before, after = (pixels[900:1320, MARGIN : MARGIN + 850].ravel() for pixels in (PAGE, cleaned))
    assert np.corrcoef(before, after)[0, 1] > 0.995
    assert len(np.unique(after)) > 100


def test_faint_grain_is_not_stretched_to_ink() -> None:
    """An empty page of grey film grain comes out light."""
    grain = np.clip(np.random.default_rng(8).normal(150, 6, (900, 700)), 0, 255).astype(np.uint8)
    assert _cleaned(grain).pixels.mean() > 225


def _scratched(page: NDArray[np.uint8], *lines: tuple[int, int], width: int = 4) -> NDArray[np.uint8]:
    """The page with dark lines from its top to its bottom, each from an x to an x."""
    scratched = page.copy()
    for top, bottom in lines:
        cv2.line(scratched, (top, 0), (bottom, page.shape[0]), 25, width, cv2.LINE_AA)
    return scratched


@pytest.mark.parametrize("degrees", [0, 1.4, -4])
def test_scratches_down_the_film_are_painted_over(degrees: float) -> None:
    """Dark lines from edge to edge go, upright or leaning, also where the page lies crooked; the print stays."""
    film = _on_film(_turned(PAGE, degrees), 20, 100)
    clear, scratched = _cleaned(film), _cleaned(_scratched(film, (500, 500), (905, 893), (1300, 1312)))
    assert [step.settings for step in scratched.steps if step.name == "paint-scratches"] == ["count=3"]
    assert _steps(clear) == [name for name in _steps(scratched) if name != "paint-scratches"]
    ink_clear, ink_scratched = (int((page.pixels < 100).sum()) for page in (clear, scratched))
    assert ink_scratched == pytest.approx(ink_clear, rel=0.02)


@pytest.mark.parametrize("ends", [(0.03, 1.0), (0.0, 0.97), (0.05, 0.95)])
def test_printed_rules_stay(ends: tuple[float, float]) -> None:
    """A rule down the page that leaves a margin free, above or below, is print."""
    page = PAGE.copy()
    cv2.line(page, (530, round(ends[0] * HEIGHT)), (530, round(ends[1] * HEIGHT)), INK, 4)
    assert "paint-scratches" not in _steps(_cleaned(page))


def test_rules_on_a_scan_that_was_cut_close_stay() -> None:
    """Where the margins are printed, a rule from edge to edge is no scratch."""
    close = PAGE[300:1700].copy()
    close[:, 525:535] = PAPER
    close[:, 528:532] = INK
    assert "paint-scratches" not in _steps(_cleaned(close))


@pytest.mark.parametrize(("ends", "scratches"), [((0.0, 1.0), 1), ((0.03, 0.97), 0)])
def test_a_line_from_edge_to_edge_of_paper_seen_on_film_is_a_scratch(ends: tuple[float, float], scratches: int) -> None:
    """However narrow the margins are, no rule is printed from one edge of the paper to the other."""
    close = PAGE[300:1700].copy()
    close[:, 525:535] = PAPER
    cv2.line(close, (530, round(ends[0] * len(close))), (530, round(ends[1] * len(close))), INK, 4)
    steps = [step.settings for step in _cleaned(_on_film(close, 20, 100)).steps if step.name == "paint-scratches"]
    assert steps == ["count=1"] * scratches


def _boxed(page: NDArray[np.uint8], xs: tuple[int, ...], ys: tuple[int, ...]) -> NDArray[np.uint8]:
    """The page with a table of rules, upright at every x and level at every y."""
    ruled = page.copy()
    for x in xs:
        cv2.line(ruled, (x, ys[0]), (x, ys[-1]), INK, 3)
    for y in ys:
        cv2.line(ruled, (xs[0], y), (xs[-1], y), INK, 3)
    return ruled


@pytest.mark.parametrize("lean", [0, 12])
def test_a_scratch_through_a_part_of_the_page_is_painted_over(lean: int) -> None:
    """A thin line that cuts line after line of type is none of the printer's, wherever it begins and ends."""
    scratched = PAGE.copy()
    cv2.line(scratched, (300, 400), (300 + lean, 800), INK, 2, cv2.LINE_AA)
    (scratch,) = find_scratches(scratched, 0.0, None)
    assert (scratch.top, scratch.bottom) == pytest.approx((400, 800), abs=2 * BODY)
    assert scratch.middle[[0, -1]] == pytest.approx([300, 300 + lean], abs=2)
    ink = [int((page < 100).sum()) for page in (PAGE, without_scratches(scratched, (scratch,)))]
    assert ink[1] == pytest.approx(ink[0], rel=0.005)


def _faded(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page as on film: grey ink on grey paper."""
    return np.asarray(40 + 0.6 * page, np.uint8)


@pytest.mark.parametrize("level", [False, True])
@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.3, 0.5)])
def test_light_scratches_are_painted_over_with_the_strokes_that_they_part(ends: tuple[float, float], *, level: bool) -> None:
    """A line lighter than grey paper, through all or a part of the page, goes: most of what it cut is whole, paper white."""
    clear = _faded(PAGE)
    scratched = clear.copy()
    along = scratched.T if level else scratched
    first, last = (round(end * len(along)) for end in ends)
    place = 316 if level else 308  # in the midst of type
    along[first:last, place : place + 4] = 250
    (step,) = (step for step in _cleaned(scratched).steps if step.name == "paint-light-scratches")
    assert step.settings == "count=1"
    pages = (_cleaned(page).pixels for page in (clear, scratched))
    whole, mended = ((page.T if level else page)[first:last, place - 3 : place + 7] for page in pages)
    inked, white = (whole < 64).all(axis=1), (whole > 224).all(axis=1)
    assert inked.sum() > 10
    assert white.sum() > 10
    assert (mended[inked] < 128).all(axis=1).mean() > 0.6  # a short stroke may end in the blur beside the scratch
    assert (mended[white] > 192).mean() > 0.95


def test_white_within_print_is_no_light_scratch() -> None:
    """Lines left white in a photo or a panel are as light as the paper, and stay."""
    page = PAGE.copy()
    page[1350:1500, 540:920] = INK
    page[1350:1500, 700:703] = page[900:1320, 500:503] = PAPER
    assert "paint-light-scratches" not in _steps(_cleaned(_faded(page)))
    assert "paint-light-scratches" not in _steps(_cleaned(_on_film(_faded(page), 20, 100)))


def test_a_scratch_as_wide_as_a_stroke_of_type_is_told_by_what_it_cuts() -> None:
    """Blur makes a scratch wider than the line that it is; what runs through line after line of type is one all the same."""
    scratched = PAGE.copy()
    cv2.line(scratched, (300, 400), (300, 800), INK, 5)
    assert cuts_type(scratched, Scratch(400, np.full(400, 300), half_width=4))
    assert not cuts_type(scratched, Scratch(400, np.full(400, 525), half_width=4))


def test_column_rules_stay() -> None:
    """A thin rule in the gutter, clear of the type on both sides, is print, however long."""
    ruled = PAGE.copy()
    for gutter in (525, 965):
        cv2.line(ruled, (gutter, 280), (gutter, 860), INK, 2)
    assert find_scratches(ruled, 0.0, None) == ()


def test_a_column_rule_that_a_few_lines_touch_stays() -> None:
    """Type that is set too wide, or grain, meets a rule here and there; a scratch meets line after line."""
    ruled = PAGE.copy()
    cv2.line(ruled, (525, 280), (525, 1690), INK, 2)
    for line in (3, 9, 16, 40):
        cv2.line(ruled, (516, 280 + 29 * line + 9), (525, 280 + 29 * line + 9), INK, 2)
    assert find_scratches(ruled, 0.0, None) == ()


def test_the_rules_of_a_table_stay() -> None:
    """Rules that other rules meet are no scratches: what touches them is no type."""
    blank = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    table = _boxed(blank, (200, 500, 800, 1100), tuple(range(300, 1300, 60)))
    assert find_scratches(table, 0.0, None) == ()


def test_the_strokes_of_large_type_stay() -> None:
    """A stroke of a headline that is as long as many lines of body type runs through none of them."""
    page = PAGE.copy()
    page[300:800, 100:520] = PAPER
    for x in (150, 250, 400):
        page[320:780, x : x + 9] = INK
        for y in (400, 500, 600, 700):
            page[y : y + 6, x - 40 : x + 60] = INK
    assert find_scratches(page, 0.0, None) == ()


@pytest.mark.parametrize(("left", "right"), [(0, WIDTH), (90, 960)])
def test_a_scratch_across_lines_of_type_is_painted_over(left: int, right: int) -> None:
    """A thin line that leans through the characters of a line is none of the printer's, over all of the page or a part."""
    scratched = PAGE.copy()
    cv2.line(scratched, (left, 600), (right, 612), INK, 2, cv2.LINE_AA)
    (scratch,) = find_scratches(scratched, 0.0, None)
    assert scratch.level
    assert (scratch.top, scratch.bottom) == pytest.approx((left, right), abs=2 * BODY)
    ink = [int((page < 100).sum()) for page in (PAGE, without_scratches(scratched, (scratch,)))]
    assert ink[1] == pytest.approx(ink[0], rel=0.005)


def test_a_scratch_that_cuts_characters_at_one_end_only_is_painted_over() -> None:
    """Where a line runs through a few characters, it is no rule in the white that the rest of it runs through."""
    page = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    rng = np.random.default_rng(3)
    _block(page, (100, 560, 400, 1000), rng)
    _block(page, (430, 640, 1400, 1000), rng)
    cv2.line(page, (100, 602), (1300, 610), INK, 2, cv2.LINE_AA)
    (scratch,) = find_scratches(page, 0.0, None)
    assert (scratch.level, scratch.top, scratch.bottom) == (True, pytest.approx(100, abs=BODY), pytest.approx(1300, abs=BODY))


@pytest.mark.parametrize("margin", [100, 32])
def test_a_scratch_from_edge_to_edge_between_two_lines_of_type_is_painted_over(margin: int) -> None:
    """What runs over both margins, narrow ones too, with type close above and below, is no rule, though it cuts nothing."""
    page = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    for y in range(200, 1700, 36):
        for x in range(margin, WIDTH - margin - 16, 22):
            page[y + 3 : y + 15, x : x + 16] = INK
    cv2.line(page, (0, 479), (WIDTH, 479), INK, 2)
    assert [(scratch.level, scratch.top, scratch.bottom) for scratch in find_scratches(page, 0.0, None)] == [(True, 0, WIDTH)]


@pytest.mark.parametrize("ends", [(0, WIDTH), (MARGIN, WIDTH - MARGIN)])
def test_level_rules_stay(ends: tuple[int, int]) -> None:
    """A level rule with white above and below is print, also where it runs off the page."""
    ruled = PAGE.copy()
    ruled[820:900] = PAPER
    cv2.line(ruled, (ends[0], 860), (ends[1], 860), INK, 3)
    assert find_scratches(ruled, 0.0, None) == ()


def test_a_level_rule_that_a_word_is_set_upon_stays() -> None:
    """Characters that touch a rule in one place were set too near; a scratch meets them along its way."""

    def lined(step: int) -> NDArray[np.uint8]:
        turned = np.full((1800, 600), PAPER, np.uint8)
        turned[200:1000, 298:303] = INK
        for character in range(10):
            turned[220 + step * character : 232 + step * character, 303:309] = INK
        return turned

    line = Scratch(200, np.full(800, 300), half_width=2)
    assert [cuts_characters(lined(step), line) for step in (75, 30)] == [True, False]


@pytest.mark.parametrize(("end", "is_scratch"), [(1400, False), (1600, True)])
def test_a_level_rule_that_ends_before_a_row_of_text_stays(end: int, is_scratch: bool) -> None:  # noqa: FBT001
    """Where the search runs on from a rule through the text beside it, no line shows between the characters."""
    turned = np.full((1800, 600), PAPER, np.uint8)
    turned[200:end, 298:303] = INK
    for start in range(1420, 1580, 26):
        turned[start : start + 14, 293:308] = INK
    assert cuts_characters(turned, Scratch(200, np.full(1400, 300), half_width=2)) is is_scratch


def test_along_the_lines_of_a_vertical_page_scratches_go_and_rules_between_its_tiers_stay() -> None:
    """In the reading frame a rule that runs down through the page, close to the type of every line, parts two tiers."""
    page = PAGE.copy()
    cv2.line(page, (300, 400), (300, 800), INK, 2, cv2.LINE_AA)
    cv2.line(page, (90, 600), (960, 612), INK, 2, cv2.LINE_AA)
    assert {scratch.level for scratch in find_scratches(page, 0.0, None)} == {False, True}
    assert [scratch.level for scratch in find_scratches(page, 0.0, None, vertical=True)] == [True]
    cv2.line(page, (700, 0), (700, HEIGHT), INK, 2)
    assert [scratch.level for scratch in find_scratches(page, 0.0, None, vertical=True)] == [False, True]


def test_the_crests_of_a_wavy_rule_are_no_strokes_that_it_cuts() -> None:
    """They stand on one side of its middle or the other; a character's strokes go on at both sides of a scratch."""

    def lined(other: int) -> NDArray[np.uint8]:
        turned = np.full((1800, 600), PAPER, np.uint8)
        turned[200:1000, 298:303] = INK
        for place in range(200, 1000, 30):
            turned[place : place + 10, 303:309] = turned[place + other : place + other + 10, 292:298] = INK
        return turned

    line = Scratch(200, np.full(800, 300), half_width=2)
    assert [cuts_characters(lined(other), line, both=True) for other in (0, 15)] == [True, False]


def test_an_edge_is_no_scratch() -> None:
    """A line with ink beside it along most of its length is the edge of a panel, whatever white type touches it."""

    def lined(inked: int) -> NDArray[np.uint8]:
        turned = np.full((1800, 600), PAPER, np.uint8)
        turned[200:1000, 297:304] = INK
        for character in range(200, 1000, 30):
            turned[character : character + inked, 304:311] = INK
        return turned

    line = Scratch(200, np.full(800, 300), half_width=3)
    assert [cuts_characters(lined(inked), line) for inked in (10, 20)] == [True, False]


def test_a_thin_stroke_of_a_headline_stays_whatever_strokes_meet_it() -> None:
    """A stroke of large type may be as thin as a scratch, and met by several others; it is not as high as three lines."""
    page = PAGE.copy()
    page[300:500, 100:520] = PAPER
    page[320:400, 300:304] = INK
    for y in (330, 350, 370, 390):
        page[y : y + 4, 300:316] = INK
    assert find_scratches(page, 0.0, None) == ()


def test_painting_over_makes_no_pixel_darker() -> None:
    """Whatever is taken for a scratch, nothing is added to the page."""
    page = _scratched(PAGE, (400, 420))
    scratches = find_scratches(page, 0.0, None)
    painted = without_scratches(page, scratches)
    assert len(scratches) == 1
    assert (painted >= page).all()


ODD_PAGES = {
    "white": np.full((900, 700), 255, np.uint8),
    "black": np.zeros((900, 700), np.uint8),
    "grey": np.full((900, 700), 128, np.uint8),
    "noise": np.random.default_rng(9).integers(0, 256, (900, 700), dtype=np.uint8),
    "one line": np.vstack(
        [np.full((400, 700), 255, np.uint8), np.zeros((1, 700), np.uint8), np.full((400, 700), 255, np.uint8)]
    ),
    "tiny": np.random.default_rng(10).integers(0, 256, (32, 32), dtype=np.uint8),
    "strip": PAGE[:40],
    "column": np.ascontiguousarray(PAGE[:, 100:140]),
    "thread": np.random.default_rng(16).integers(0, 256, (32_000, 40), dtype=np.uint8),
    "patches": np.kron(np.random.default_rng(17).integers(9, 250, (60, 50), dtype=np.uint8), np.ones((16, 16), np.uint8)),
}


@pytest.mark.parametrize("name", ODD_PAGES)
def test_pages_with_nothing_to_go_by_pass_through(name: str) -> None:
    """Blank pages, noise and slivers come out, uint8 and not empty, with a frame that inverts."""
    page = _cleaned(ODD_PAGES[name])
    assert page.pixels.dtype == np.uint8
    assert min(page.pixels.shape) >= 30
    assert page.frame.backward(page.frame.forward(np.ones((1, 2)))) == pytest.approx(np.ones((1, 2)))


@pytest.mark.parametrize("name", ["white", "black", "grey", "noise"])
def test_a_page_without_type_is_neither_turned_nor_cropped(name: str) -> None:
    """Where nothing tells what is upright, nothing is moved."""
    assert _cleaned(ODD_PAGES[name]).frame == IDENTITY


def test_cleaning_continues_the_frame_that_it_was_given() -> None:
    """A scan that was cut out of a larger image still maps to the larger image."""
    scan = dataclasses.replace(_scan(_turned(PAGE, 2)), frame=AffineMap.shift(1000, 500))
    plain, shifted = clean(_scan(_turned(PAGE, 2)), Options()), clean(scan, Options())
    point = np.array([(700.0, 900.0)])
    assert shifted.frame.forward(point) == pytest.approx(plain.frame.forward(point) + np.array([1000, 500]))


@pytest.mark.parametrize(
    ("name", "negative"),
    [("000-rules-film1", False), ("000-rules-film2", False), ("000-rules-film3n", True), ("002-rows-film3", False)],
)
def test_film_pages_come_out_white_upright_and_cropped(shared: Path, name: str, negative: bool) -> None:  # noqa: FBT001
    """Aged pages at every level: the polarity is told, the film is gone, the paper is white, no skew is left."""
    folder = shared / "pages" / "dev"
    film = np.asarray(cv2.imread(str(folder / f"{name}.jpg"), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    master = np.asarray(cv2.imread(str(folder / f"{name.rsplit('-', 1)[0]}.png"), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    page = _cleaned(film)
    assert page.negative is negative
    assert abs(page.skew) < 2
    assert np.median(page.pixels) > 235
    if not name.endswith("film1"):  # whose film is as light as its paper
        assert page.pixels.shape == pytest.approx(master.shape, rel=0.02)
        assert math.isclose((page.pixels < 128).mean(), (master < 128).mean(), rel_tol=0.35)
    assert abs(find_skew(page.pixels)) < 0.15
