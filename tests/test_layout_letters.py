"""Lines of letters and drop capitals, on pages drawn with the typeface that comes with Pillow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from galleys import make_ink, page_of, text_block
from PIL import Image, ImageDraw, ImageFont

from digitize.geometry import IDENTITY, Box
from digitize.layout import DetectedText, find_layout, join_read_initials
from digitize.layout.detection import body_size
from digitize.layout.headings import find_headings
from digitize.layout.initials import find_initials
from digitize.layout.letters import set_heights
from digitize.model import Region, Role, Scan, Source

EM, PITCH, LEFT, TOP = 34, 40, 100, 100
LOW, TAILS, TALL, BOTH = (
    "nervous men saw a sum rose",
    "spray opening approves gym",
    "The blind child halted with",
    "Lady Hope thought of Jugs by",
)


class Sheet:
    """A page that text is drawn on; it keeps the box of each line's ink."""

    def __init__(self) -> None:
        """Begin with white paper."""
        self._image = Image.new("L", (1200, 1000), 255)
        self._draw = ImageDraw.Draw(self._image)
        self.lines: list[Box] = []

    def print(self, text: str, x: float, baseline: float, em: float = EM) -> None:
        """Draw a line of text from x on a baseline."""
        font = ImageFont.load_default(em)
        self._draw.text((x, baseline), text, fill=0, font=font, anchor="ls")
        self.lines.append(Box(*self._draw.textbbox((x, baseline), text, font=font, anchor="ls")))

    def layout(self) -> tuple[Region, ...]:
        """The regions of the page as drawn, its lines detected as they are."""
        pixels = np.asarray(self._image, np.uint8)
        scan = Scan("p", Source("p.png", 1, 1, "0" * 64, "image/png", pixels.shape[1], pixels.shape[0]), pixels, None, IDENTITY)
        text = DetectedText(tuple(line.polygon for line in self.lines), tuple(self.lines), body_size(self.lines))
        return find_layout(scan, text).regions

    def set_heights(self) -> list[float]:
        """The heights of the lines' type."""
        return [box.height for box in set_heights(make_ink(np.asarray(self._image, np.uint8), 20.0), self.lines)]


def test_the_type_of_a_line_is_as_high_whichever_letters_stand_in_it() -> None:
    """Lines with tails, with tall letters and with both come out within a sixth of one another."""
    sheet = Sheet()
    for row, text in enumerate((TAILS, TALL, BOTH, "A spry hobby " + TAILS)):
        sheet.print(text, LEFT, TOP + row * PITCH)
    ink, found = [line.height for line in sheet.lines], sheet.set_heights()
    assert max(ink) > 1.2 * min(ink)

    assert max(found) <= 1.15 * min(found)


def test_a_line_of_low_letters_alone_is_as_high_as_the_lines_around_it() -> None:
    """A line without a tall letter is given the height that tall letters have."""
    sheet = Sheet()
    for row, text in enumerate((TALL, BOTH, TALL, BOTH, LOW)):
        sheet.print(text, LEFT, TOP + row * PITCH)
    found = sheet.set_heights()
    assert sheet.lines[-1].height < 0.8 * found[0]
    assert found[-1] == pytest.approx(found[0], rel=0.15)


def test_the_last_line_of_a_headline_may_have_low_letters_alone() -> None:
    """A short line of low letters under a headline's is as high as that; by itself, it may be anything."""
    sheet = Sheet()
    for row in range(8):
        sheet.print(BOTH, LEFT, 400 + PITCH * row)
    sheet.print("Old Bridge backs temporary", LEFT, 150, em=66)
    sheet.print("museum", LEFT, 228, em=66)
    *_, first, last = sheet.set_heights()
    assert last == pytest.approx(first, rel=0.17)


@pytest.mark.parametrize("em", [30, 36, 43])
def test_figures_with_tails_beside_them_are_no_low_letters(em: float) -> None:
    """A line dense up to the top of its figures reaches below its baseline by less than low letters do."""
    sheet = Sheet()
    for row, text in enumerate((TALL, BOTH, TALL, BOTH, "of a 395,000 home. By 8 p.m.,")):
        sheet.print(text, LEFT, TOP + row * PITCH, em)
    found = sheet.set_heights()
    assert found[-1] == pytest.approx(found[0], rel=0.15)


def test_ideographs_keep_the_height_of_their_ink() -> None:
    """Lines whose ink is spread evenly over their height stay as they are."""
    pixels = np.full((400, 900), 255, np.uint8)
    lines = [Box(100, 60 + 60 * row, 800, 90 + 60 * row) for row in range(5)]
    for line in lines:
        for x in range(100, 800, 35):
            for y in range(int(line.y0), int(line.y1), 6):
                pixels[y : y + 3, x : x + 30] = 0
            pixels[int(line.y0) : int(line.y1), x + 13 : x + 17] = 0
    assert set_heights(make_ink(pixels, 30.0), lines) == tuple(lines)


def test_lines_with_tails_are_no_headings() -> None:
    """A column of lines of all sorts is one paragraph, though some lines are taller than the others by half."""
    sheet = Sheet()
    for row, text in enumerate((TALL, LOW, BOTH, TAILS, "Gypsy (b) jugs, by Lady Joy", TALL, LOW, BOTH, TALL, TAILS)):
        sheet.print(text, LEFT, TOP + row * PITCH)
    assert [(region.role, len(region.lines)) for region in sheet.layout()] == [(Role.PARAGRAPH, 10)]


def test_text_with_a_drop_capital_is_one_region() -> None:
    """The letter and the lines beside it and below it are one paragraph, the letter first, over three lines."""
    sheet = Sheet()
    sheet.print("H", LEFT, TOP + 2 * PITCH, 3.2 * EM)
    inset = sheet.lines[0].x1 + 8 - LEFT
    for row, text in enumerate((BOTH, TALL, BOTH, BOTH + " seven", TALL + " seven", BOTH + " seven", TALL + " seven")):
        sheet.print(text, LEFT + (inset if row <= 2 else 0), TOP + row * PITCH)
    (region,) = sheet.layout()
    assert region.role is Role.PARAGRAPH
    assert len(region.lines) == 8
    assert region.lines[0].box.height > 2 * region.lines[1].box.height
    assert all(line.box.x0 >= region.lines[0].box.x1 for line in region.lines[1:4])


def test_a_large_figure_with_another_below_it_is_no_drop_capital() -> None:
    """The numbers of a list of entries stand alone."""
    entries = [Box(180, y, 600, y + 25) for y in (100, 135, 200, 235)]
    figures = [Box(100, y, 150, y + 60) for y in (100, 200)]
    assert find_initials([*entries, *figures], 25.0) == ()


def test_lines_go_on_from_the_nearer_of_two_large_signs() -> None:
    """Where a mark stands before a drop capital, or a stain, each line beside them is told once."""
    lines = [Box(200, 100 + row * 30, 500, 120 + row * 30) for row in range(2)]
    below = [Box(left, 170, 500, 190) for left in (100, 150)]
    letter, mark = Box(150, 100, 195, 150), Box(100, 100, 148, 150)
    (initial,) = find_initials([*lines, *below, letter, mark], 20.0)
    assert initial.box == letter
    assert initial.lines == tuple(lines)


@pytest.mark.parametrize(
    ("letter", "beside", "whole"),
    [("H", " ARLOW FALLS (AP)", "HARLOW FALLS (AP)"), ("春", "天来了江水暖了", "春天来了江水暖了")],
)
def test_a_read_drop_capital_goes_before_its_word(letter: str, beside: str, whole: str) -> None:
    """The letter is joined to the first line beside it, and all lines beside it count from its left edge."""
    region = text_block("r1", [letter, beside, "the second line of it", "and the text goes on below"])
    page = page_of(region)
    size = page.type_size
    tops = [line.box.y0 for line in region.lines]
    big = replace(region.lines[0].box, x1=region.lines[0].box.x0 + 2 * size, y0=tops[1], y1=tops[2] + size)
    inset = [replace(line, box=replace(line.box, x0=big.x1 + size / 4)) for line in region.lines[1:3]]
    lines = (replace(region.lines[0], box=big), *inset, region.lines[3])
    (joined,) = join_read_initials(replace(page, regions=(replace(region, lines=lines),))).regions
    assert [line.text for line in joined.lines] == [whole, "the second line of it", "and the text goes on below"]
    assert {line.box.x0 for line in joined.lines} == {big.x0}


def test_a_line_in_capitals_with_brackets_is_no_heading() -> None:
    """A dateline in capitals at the head of a text is as high as the text's tall letters, though brackets reach further."""
    sheet = Sheet()
    for row, text in enumerate(("  HARLOW FALLS (AP) JULY", TALL, LOW, BOTH, TALL, TAILS, TALL, BOTH)):
        sheet.print(text, LEFT, TOP + row * PITCH)
    found = sheet.set_heights()
    assert found[0] == pytest.approx(found[1], rel=0.15)
    assert [region.role for region in sheet.layout()] == [Role.PARAGRAPH]


def test_a_byline_under_a_large_deck_belongs_to_the_heading() -> None:
    """Of headline, deck and byline, each smaller than the one above, none is left for the text below."""
    lines = [Box(100, 100, 700, 160), Box(150, 180, 650, 214), Box(300, 230, 500, 252)]
    body = [Box(100, 280 + 40 * row, 390, 305 + 40 * row) for row in range(5)]
    (heading,), rest = find_headings([*lines, *body], body, (), 25.0)
    assert heading.lines[0][1] is Role.HEADLINE
    assert [line for line, _ in heading.lines] == lines
    assert rest == tuple(body)


def test_a_drop_capital_that_the_detector_missed_is_found_by_its_ink() -> None:
    """A large letter in no detected line comes into the region of the lines beside it."""
    sheet = Sheet()
    sheet.print("K", LEFT, TOP + 2 * PITCH, 3.2 * EM)
    letter = sheet.lines.pop()
    for row, text in enumerate((BOTH, TALL, BOTH, BOTH + " seven", TALL + " seven", BOTH + " seven", TALL + " seven")):
        sheet.print(text, LEFT + (letter.width + 24 if row <= 2 else 0), TOP + row * PITCH)
    (region,) = sheet.layout()
    assert len(region.lines) == 8
    assert region.lines[0].box.intersection(letter) > 0.8 * letter.area
