"""What holds of whole pages, whatever is on them: nothing is lost, nothing is told twice, and polarity does not matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_layout import blank, column_lines, print_line, scan_of

from digitize.geometry import Box
from digitize.layout import detect_text, find_layout
from digitize.model import Role, Scan
from digitize.ocr import Detection
from digitize.ocr.engine import open_engine
from digitize.options import Options
from digitize.pipeline import PageResult, process
from digitize.reflow import assemble, read_order
from digitize.scan import open_scans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.model import Article, Page, TextLine
    from digitize.ocr import Engine

PAGES = Path(__file__).resolve().parents[1] / "samples" / "pages"


# Drawn pages, with detections that are too many.

BODY = tuple(line for column in range(3) for line in column_lines(column, 12, y=210))
HEADLINE = Box(150, 130, 750, 180)
RUNNING_HEAD = Box(70, 60, 270, 90)
PRINTED = (RUNNING_HEAD, HEADLINE, *BODY)
CHARACTERS = {
    (index, place): chr(0x4E00 + 32 * index + place)
    for index, line in enumerate(PRINTED)
    for place in range(int(line.width // line.height))
}
"""A character of its own for every place of every printed line, so that each can be told from all others."""


def middle(index: int, place: int) -> tuple[float, float]:
    """The middle of a printed character."""
    line = PRINTED[index]
    return line.x0 + (place + 0.5) * line.height, line.cy


def drawn() -> NDArray[np.uint8]:
    """A page of three columns under a headline, a running head over a rule."""
    pixels = blank()
    for line in PRINTED:
        print_line(pixels, line)
    pixels[105:108, 60:1100] = 20
    return pixels


DRAWN = drawn()


class Noisy:
    """A detector that finds every printed line, and what is not there."""

    def __init__(self, noise: list[Box]) -> None:
        self._boxes = [*PRINTED, *noise]

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """Lines and noise, at the image's scale."""
        del long_side
        scale = image.shape[0] / DRAWN.shape[0]
        boxes = [Box(b.x0 * scale, b.y0 * scale, b.x1 * scale, b.y1 * scale) for b in self._boxes]
        return tuple(Detection(box.polygon, 0.9) for box in boxes)


def read_as_printed(page: Page) -> Page:
    """The page as a perfect recognizer reads it: in each line, the characters that are printed in its box."""

    def read(line: TextLine) -> TextLine:
        inside = [(x, c) for (i, p), c in CHARACTERS.items() for x, y in [middle(i, p)] if line.box.contains(x, y)]
        return replace(line, text="".join(c for _, c in sorted(inside)), confidence=0.9)

    return replace(page, regions=tuple(replace(r, lines=tuple(read(line) for line in r.lines)) for r in page.regions))


def placed(page: Page, articles: tuple[Article, ...]) -> Counter[tuple[str, int]]:
    """How often each character of each line is told: in articles and advertisements, folio and fillers."""
    passages = [p for a in articles for p in (*a.passages, *(c for figure in a.figures for c in figure.captions))]
    told = Counter((x.line.id, index) for p in passages for x in p.pieces for index in range(x.start, x.end))
    apart = [region for region in page.regions if region.role in {Role.FOLIO, Role.FILLER}]
    return told + Counter((line.id, index) for r in apart for line in r.lines for index in range(len(line.text)))


def text_of(page: Page, told: Counter[tuple[str, int]]) -> Counter[str]:
    """The characters behind places in lines."""
    texts = {line.id: line.text for line in page.lines}
    return Counter({texts[line][index]: count for (line, index), count in told.items()})


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.integers(0, 1500),
    st.integers(0, 1150),
    st.integers(3, 60),
    st.integers(3, 40),
)
doubles = st.builds(
    lambda line, start, share, dy: Box(
        line.x0 + start * line.width, line.y0 + dy, line.x0 + (start + share * (1 - start)) * line.width, line.y1 + dy
    ),
    st.sampled_from(PRINTED),
    st.floats(0, 0.8),
    st.floats(0.2, 1),
    st.integers(-4, 4),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(boxes | doubles, max_size=12), st.lists(boxes, max_size=6))
@example([Box(391, 231, 413, 271)], [])  # across the first characters of lines, as a drop capital stands
def test_noise_loses_no_text(noise: list[Box], specks: list[Box]) -> None:
    """With detections of specks, of white paper and of parts of lines, every printed character is still in one place."""
    pixels = DRAWN.copy()
    for speck in specks:
        spot = pixels[int(speck.y0) : int(speck.y0) + 4, int(speck.x0) : int(speck.x0) + 4]
        spot[:] = np.minimum(spot, 90)
    page = read_order(read_as_printed(find_layout(scan_of(pixels), detect_text(pixels, Noisy([*noise, *specks])))))
    assert text_of(page, placed(page, assemble(page))) == Counter(CHARACTERS.values())


def test_without_noise_the_drawn_page_is_one_article() -> None:
    """The page on which noise is tried has a folio and one article, whose text runs through three columns."""
    page = read_order(read_as_printed(find_layout(scan_of(DRAWN), detect_text(DRAWN, Noisy([])))))
    (article,) = assemble(page)
    assert article.headline == "".join(CHARACTERS[1, place] for place in range(12))
    assert article.columns == (1, 3)


# Sample pages, read by the real engine.


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The real engine."""
    return open_engine(Options(device="cpu"))


def opened(name: str) -> Scan:
    """A sample page as it is opened."""
    (scan,) = open_scans(PAGES / name, name.partition(".")[0], Options())
    assert isinstance(scan, Scan)
    return scan


@pytest.fixture(scope="module", params=["A02.png", "A03.jpg"])
def result(request: pytest.FixtureRequest, engine: Engine) -> PageResult:
    """A sample page, typeset or on film, read."""
    return process(opened(request.param), engine, Options())


def test_every_character_of_a_real_page_is_in_one_place(result: PageResult) -> None:
    """What was recognized stands in exactly one article, advertisement, folio or filler."""
    page = result.page
    recognized = Counter((line.id, index) for line in page.lines for index in range(len(line.text)))
    assert sum(recognized.values()) > 1000
    assert placed(page, result.articles) == recognized


def test_the_order_of_a_real_page_is_a_permutation(result: PageResult) -> None:
    """Ordering an ordered page again changes no line, and region and line ids are each there once."""
    page = result.page
    for ids in ([region.id for region in page.regions], [line.id for line in page.lines]):
        assert len(set(ids)) == len(ids)
    assert Counter(line.id for line in read_order(page).lines) == Counter(line.id for line in page.lines)


@pytest.fixture(scope="module")
def part() -> Scan:
    """The upper part of a sample page: a headline over four columns, a photo, boxes."""
    scan = opened("A02.png")
    upper = scan.pixels[:1550]
    return replace(scan, pixels=upper, source=replace(scan.source, height=len(upper)))


@pytest.fixture(scope="module")
def upright(part: Scan, engine: Engine) -> PageResult:
    """That part, read as it should be."""
    return process(part, engine, Options())


def test_polarity_does_not_matter(part: Scan, upright: PageResult, engine: Engine) -> None:
    """A page and its negative give the same articles, to the character and the pixel."""
    negative = process(replace(part, pixels=255 - part.pixels), engine, Options())
    assert (upright.page.negative, negative.page.negative) == (False, True)
    assert len(upright.articles) >= 2
    assert upright.articles == negative.articles


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_how_a_page_lies_does_not_matter(part: Scan, upright: PageResult, engine: Engine, quarters: int) -> None:
    """A page on its side or its head gives the same articles, to the character, and zones where its print now stands."""
    pixels = np.ascontiguousarray(np.rot90(part.pixels, quarters))
    height, width = pixels.shape
    lying = process(replace(part, pixels=pixels, source=replace(part.source, width=width, height=height)), engine, Options())
    assert len(lying.articles) >= 2
    assert [[(p.role, p.text) for p in a.passages] for a in lying.articles] == [
        [(p.role, p.text) for p in a.passages] for a in upright.articles
    ]
    rows, columns = part.pixels.shape
    moved = {1: lambda x, y: (y, columns - x), 2: lambda x, y: (columns - x, rows - y), 3: lambda x, y: (rows - y, x)}[quarters]
    for line, same in zip(lying.page.lines, upright.page.lines, strict=True):
        assert np.array(line.polygon) == pytest.approx(np.array([moved(x, y) for x, y in same.polygon]), abs=0.01)
