"""Lines cut out of a page, read, and filled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from digitize.geometry import AffineMap, Box, bounds
from digitize.model import Page, ProcessingStep, Region, Role, Scan, Source, TextLine, WritingMode
from digitize.ocr import Character, Reading
from digitize.ocr.lines import recognize
from digitize.ocr.setting import corrected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SOURCE = Source("a.png", 1, 1, "0" * 64, "image/png", 400, 300)
STEP = ProcessingStep("text recognition", "none", "1")


class Reader:
    """Reads one fixed reading everywhere and keeps the crops."""

    def __init__(self, *characters: Character) -> None:
        self.reading = Reading(characters)
        self.crops: list[NDArray[np.uint8]] = []

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """The reading, for each crop."""
        self.crops += crops
        return tuple(self.reading for _ in crops)


class LeftEdge:
    """Reads where a crop was cut: "a" for one from column 34, "b" for one from column 35, and so on."""

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """A letter for each crop, by its first pixel."""
        return tuple(Reading((Character(chr(ord("a") + int(crop[0, 0]) - 34), 1.0, 0.5),)) for crop in crops)


def line(name: str, box: Box, **kwargs: object) -> TextLine:
    """A line without text."""
    return TextLine(name, box.polygon, box, 20.0, **kwargs)  # type: ignore[arg-type]


def page_with(*regions: tuple[TextLine, ...], frame: AffineMap | None = None) -> tuple[Scan, Page]:
    """A page of 400 x 300 pixels, each as light as its column, with these lines in these regions."""
    frame = frame or AffineMap()
    pixels = np.tile((np.arange(400) % 250).astype(np.uint8), (300, 1))
    made = tuple(Region(f"r{n}", Role.PARAGRAPH, (), Box(0, 0, 1, 1), lines) for n, lines in enumerate(regions))
    page = Page("p", SOURCE, 400, 300, frame, 400, 300, 20.0, 28.0, made)
    return Scan("p", SOURCE, pixels, None, frame), page


AB = (Character("甲", 0.9, 0.25), Character("乙", 0.7, 0.75))


def test_lines_get_text_confidence_and_glyphs() -> None:
    """Each line, in its region, holds what was read in it; the page records how."""
    scan, page = page_with(
        (line("l1", Box(40, 40, 80, 60)), line("l2", Box(40, 70, 80, 90))), (), (line("l3", Box(200, 40, 240, 60)),)
    )
    read = recognize(scan, page, Reader(*AB), (STEP,))
    assert [[x.id for x in region.lines] for region in read.regions] == [["l1", "l2"], [], ["l3"]]
    assert {"甲乙"} == {x.text for x in read.lines}
    assert pytest.approx([x.confidence for x in read.lines]) == [0.8] * 3
    assert tuple(g.text for g in read.lines[0].glyphs) == ("甲", "乙")
    assert read.steps == (STEP,)


def test_the_page_given_is_not_changed() -> None:
    """Reading makes a new page."""
    scan, page = page_with((line("l1", Box(40, 40, 80, 60)),))
    recognize(scan, page, Reader(*AB))
    assert page.lines[0].text == ""


def test_glyph_cells_part_the_line_between_them() -> None:
    """Neighbouring cells touch half-way, stay in the line's height, and the outer ones end with the line."""
    scan, page = page_with((line("l1", Box(40, 40, 70, 60)),))
    first, second = (bounds(g.polygon) for g in recognize(scan, page, Reader(*AB)).lines[0].glyphs)
    assert Box(40, 40, 55, 60) == first
    assert Box(55, 40, 70, 60) == second


def test_a_glyph_in_a_wide_gap_is_no_wider_than_its_type() -> None:
    """Letter-spaced characters get cells of about a type size, around their middles."""
    scan, page = page_with((line("l1", Box(40, 40, 240, 60)),))
    for glyph, middle in zip(recognize(scan, page, Reader(*AB)).lines[0].glyphs, (87, 193), strict=True):
        cell = bounds(glyph.polygon)
        assert middle == pytest.approx(cell.cx, abs=2)
        assert pytest.approx(cell.width, abs=0.2) == 24


def test_glyphs_are_given_in_original_pixels() -> None:
    """The map of the page's frame applies to every glyph, to a tenth of a pixel."""
    frame = AffineMap(a=2, e=2, c=100.04, f=7)
    scan, page = page_with((line("l1", Box(40, 40, 70, 60)),), frame=frame)
    glyph = recognize(scan, page, Reader(*AB)).lines[0].glyphs[0]
    assert Box(180, 87, 210, 127) == bounds(glyph.polygon)


def test_a_crop_has_a_margin_and_stays_on_the_page() -> None:
    """Three tenths of the type size are left around a line, as far as the page goes."""
    reader = Reader(Character("a", 0.9, 0.5))
    scan, page = page_with((line("inside", Box(40, 40, 80, 60)), line("corner", Box(380, 290, 400, 300))))
    recognize(scan, replace(page, language="en"), reader)
    assert [crop.shape for crop in reader.crops] == [(32, 52), (16, 26)]


def test_ideographs_are_read_narrowed() -> None:
    """Crops of a Chinese page keep their height and four fifths of their width."""
    reader = Reader(Character("甲", 0.9, 0.5))
    scan, page = page_with((line("inside", Box(40, 40, 80, 60)),))
    recognize(scan, replace(page, language="zh-Hant"), reader)
    assert [crop.shape for crop in reader.crops] == [(32, 42)]


class Twice:
    """Reads "a" in crops with room and "b" in those cut close, as surely as told."""

    def __init__(self, first: float, second: float) -> None:
        self.sure = {32: ("a", first), 24: ("b", second)}
        self.heights: list[int] = []

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """A sure letter, and this one at the line's end."""
        self.heights += [len(crop) for crop in crops]
        told = [self.sure[len(crop)] for crop in crops]
        return tuple(Reading((Character("x", 0.9, 0.3), Character(text, sure, 0.7))) for text, sure in told)


@pytest.mark.parametrize(
    ("first", "second", "text", "heights"),
    [(0.49, 0.6, "xb", [32, 24]), (0.49, 0.4, "xa", [32, 24]), (0.5, 0.9, "xa", [32])],
)
def test_a_doubtful_line_is_read_once_more_cut_otherwise(first: float, second: float, text: str, heights: list[int]) -> None:
    """The surer reading is taken, its glyphs where that crop has them; a line without doubtful characters is read once."""
    reader = Twice(first, second)
    scan, page = page_with((line("l1", Box(40, 40, 80, 60)),))
    (read,) = recognize(scan, replace(page, language="en"), reader).lines
    assert (read.text, reader.heights) == (text, heights)
    left, width = (38, 44) if text == "xb" else (34, 52)
    assert bounds(read.glyphs[1].polygon).x0 == pytest.approx(left + width / 2, abs=0.1)


def test_headings_and_vertical_lines_are_first_cut_close() -> None:
    """Their crops are as large as they can be; with room they are read where they are doubtful."""
    scan, page = page_with((line("l1", Box(40, 40, 80, 60)),))
    heading = replace(page.regions[0], role=Role.KICKER)
    for told in ({"regions": (heading,)}, {"writing_mode": WritingMode.VERTICAL_RL}):
        each = replace(page, language="en", **told)
        sure, unsure = Reader(Character("a", 0.9, 0.5)), Reader()
        recognize(scan, each, sure)
        recognize(scan, each, unsure)
        assert [crop.shape for crop in sure.crops] == [(24, 44)]
        assert [crop.shape for crop in unsure.crops] == [(24, 44), (32, 52)]


def test_what_is_found_only_when_cut_close_is_kept() -> None:
    """A line in which nothing was read is doubtful, too; and it is known whether it holds ideographs by the others."""

    class Close:
        widths: ClassVar[list[int]] = []

        def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
            self.widths += [crop.shape[1] for crop in crops if len(crop) == 24]
            return tuple(Reading((Character("甲", 0.9, 0.5),) if c[0, 0] > 100 or len(c) == 24 else ()) for c in crops)

    scan, page = page_with((line("l1", Box(40, 40, 80, 60)), line("l2", Box(140, 40, 180, 60))))
    assert [x.text for x in recognize(scan, replace(page, language="und"), Close()).lines] == ["甲", "甲"]
    assert Close.widths == [35]


def test_reversed_lines_are_turned_to_black_on_white() -> None:
    """White type on black reaches the recognizer as its negative, other lines as they are."""
    reader = Reader(Character("a", 0.9, 0.5))
    scan, page = page_with((line("l1", Box(40, 40, 80, 60)), line("l2", Box(40, 40, 80, 60), reversed=True)))
    recognize(scan, page, reader)
    plain, turned = reader.crops
    assert np.array_equal(255 - plain, turned)


def test_an_unreadable_line_keeps_no_text() -> None:
    """A line in which nothing was read stays on the page with text "" and no confidence."""
    scan, page = page_with((line("l1", Box(40, 40, 80, 60)), line("off", Box(900, 900, 950, 920))))
    assert [(x.text, x.confidence, x.glyphs) for x in recognize(scan, page, Reader()).lines] == [("", 0.0, ())] * 2


def test_a_blank_page_is_no_error() -> None:
    """A page without regions comes back as it was."""
    scan, page = page_with()
    assert page == recognize(scan, page, Reader())


def reading_of(text: str, positions: Sequence[float] | None = None) -> Reading:
    """A reading of evenly set characters, or of characters at these positions."""
    places = positions or [(index + 0.5) / len(text) for index in range(len(text))]
    return Reading(tuple(Character(c, 0.9, place) for c, place in zip(text, places, strict=True)))


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        (".应急厅指挥中心", "应急厅指挥中心"),
        ("我们共建、·共治家园", "我们共建、共治家园"),
        ("全市增长速度3.5倍", "全市增长速度3.5倍"),
        ("1.会议要求各单位", "1.会议要求各单位"),
        ("特大暴雨“7·20”灾害", "特大暴雨“7·20”灾害"),
        ("the end.", "the end."),
    ],
)
def test_specks_are_no_points(read: str, printed: str) -> None:
    """A full stop or middle dot that keeps no company among ideographs was dust; printed ones stay."""
    assert corrected(reading_of(read)).text == printed


def test_a_point_with_a_square_of_its_own_was_printed() -> None:
    """A comma read as a full stop keeps its neighbours apart; dust between them does not."""
    even = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75]
    assert corrected(reading_of("防控形势.动员会", even)).text == "防控形势.动员会"
    assert corrected(reading_of("防控形势.动员会", [*even[:4], 0.4, *even[4:7]])).text == "防控形势动员会"
    assert corrected(reading_of("会议要求：一是", even[:7])).text == "会议要求：一是"
    assert corrected(reading_of("会议要求：一是", [*even[:4], 0.4, *even[4:6]])).text == "会议要求一是"


def test_a_point_at_a_lines_end_is_print_where_it_is_read_surely() -> None:
    """Nothing after it shows its square: there the recognizer's own certainty decides."""
    sure = reading_of("会议要求各单位.")
    doubtful = Reading((*sure.characters[:-1], replace(sure.characters[-1], confidence=0.5)))
    assert (corrected(sure).text, corrected(doubtful).text) == ("会议要求各单位.", "会议要求各单位")


@pytest.mark.parametrize("comma", ["，", "、", ","])
def test_a_comma_that_begins_a_line_is_print_where_it_is_read_surely(comma: str) -> None:
    """Setting hardly ever begins a line with a comma: what is read as one, and not surely, is a speck before an indent."""
    sure = reading_of(comma + "本报讯记者李盼")
    doubtful = Reading((replace(sure.characters[0], confidence=0.56), *sure.characters[1:]))
    assert (corrected(sure).text, corrected(doubtful).text) == (comma + "本报讯记者李盼", "本报讯记者李盼")


def test_an_ideograph_read_twice_in_one_place_is_one() -> None:
    """Two of one ideograph nearer than ideographs can stand are one; printed repetitions stay."""
    echo = reading_of("甲乙年年丙丁", [0.1, 0.3, 0.5, 0.54, 0.7, 0.9])
    assert corrected(echo).text == "甲乙年丙丁"
    assert corrected(reading_of("甲乙年年丙丁")).text == "甲乙年年丙丁"


@pytest.mark.parametrize(("character", "width"), [("甲", 42), ("a", 52)])
def test_the_first_lines_tell_how_the_others_are_cut(character: str, width: int) -> None:
    """Without a language, a few lines are read at full width; where they hold ideographs, the others are narrowed."""
    reader = Reader(Character(character, 0.9, 0.5))
    scan, page = page_with(tuple(line(f"l{n}", Box(40, 40, 80, 60)) for n in range(30)))
    read = recognize(scan, replace(page, language="und"), reader)
    assert [crop.shape[1] for crop in reader.crops] == [52] * 10 + [width] * 20
    assert [x.text for x in read.lines] == [character] * 30


def test_every_line_gets_its_own_reading() -> None:
    """However many lines there are, each gets the reading of its own crop."""
    for count in (0, 1, 11, 12, 13, 25):
        scan, page = page_with(tuple(line(f"l{n}", Box(40 + n, 40, 80 + n, 60)) for n in range(count)))
        read = recognize(scan, replace(page, language="und"), LeftEdge())
        assert [x.text for x in read.lines] == [chr(ord("a") + n) for n in range(count)]


@pytest.mark.parametrize("sign", "(),:;!?")
def test_a_sign_that_takes_a_square_is_given_corrected(sign: str) -> None:
    """A whole square between two ideographs is a full-width form's; what takes half of one stays as it was read."""
    wide = chr(ord(sign) + 0xFEE0)
    text = f"甲乙丙丁戊己{sign}庚辛"
    for step, expected in ((1.0, wide), (0.75, sign)):
        places = [0.05 * n for n in range(6)] + [0.25 + 0.05 * step, 0.25 + 0.1 * step, 0.3 + 0.1 * step]
        reading = Reading(tuple(Character(c, 1.0, x) for c, x in zip(text, places, strict=True)))
        assert corrected(reading).text == text.replace(sign, expected)


def test_the_brackets_of_a_pair_have_one_width() -> None:
    """Where one bracket shows that it takes a square, the other at the line's end, or beside letters, does so, too."""
    text = "甲乙丙丁戊(己庚)"
    places = [0.05 * n for n in range(5)] + [0.25, 0.3, 0.35, 0.39]
    reading = Reading(tuple(Character(c, 1.0, x) for c, x in zip(text, places, strict=True)))
    assert corrected(reading).text == "甲乙丙丁戊（己庚）"


@pytest.mark.parametrize(("step", "expected"), [(0.8, "甲乙丙丁戊G庚"), (1.6, "甲乙丙丁戊 G庚")])
def test_a_space_that_typesetting_leaves_is_none(step: float, expected: str) -> None:
    """Between an ideograph and a letter that nearly touch, the recognizer's space is left out; a printed one stays."""
    text = "甲乙丙丁戊 G庚"
    places = [0.05 * n for n in range(5)] + [0.2 + 0.025 * step, 0.2 + 0.05 * step, 0.25 + 0.05 * step]
    reading = Reading(tuple(Character(c, 1.0, x) for c, x in zip(text, places, strict=True)))
    assert corrected(reading).text == expected


def test_a_sign_beside_letters_keeps_the_width_that_was_read() -> None:
    """Letters and digits have no square to measure by, nor has a line's end."""
    for text in ("甲乙丙丁戊(GDP)己庚", "甲乙丙丁戊（GDP）己庚", "甲乙丙丁戊己:"):
        assert corrected(reading_of(text)).text == text
