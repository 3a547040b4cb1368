"""Lines, rules, blocks and headings on drawn pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from galleys import COLUMN, PITCH, TYPE, column_left, make_ink
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.geometry import IDENTITY, Box, hull
from digitize.layout import DetectedText, detect_text, find_layout
from digitize.layout.areas import find_tints
from digitize.layout.blocks import number_columns, split_at_gaps, stack_lines
from digitize.layout.detection import body_size
from digitize.layout.dust import trim_dust
from digitize.layout.edges import last_words, reach_edges
from digitize.layout.gutters import Gutters
from digitize.layout.headings import find_headings
from digitize.layout.ink import components, grey_level
from digitize.layout.letters import set_heights
from digitize.layout.lines import complete_lines, cut_lines, join_lines
from digitize.layout.panels import find_panels
from digitize.layout.pictures import find_pictures
from digitize.layout.regions import find_regions
from digitize.layout.separators import column_rules, find_boxes, find_rules, slender
from digitize.layout.strays import level_strays
from digitize.layout.upright import inside, passed_over, transposed, turned, turned_back, upright_lines, with_end_signs
from digitize.model import Role, Scan, Source
from digitize.ocr import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PAPER, INK = 245, 20


def blank(height: int = 1200, width: int = 1600) -> NDArray[np.uint8]:
    """A page of paper."""
    return np.full((height, width), PAPER, np.uint8)


def print_line(pixels: NDArray[np.uint8], box: Box, *, ink: int = INK) -> None:
    """Print characters, as crosses in squares, side by side over a box."""
    size = int(box.height)
    for x in range(int(box.x0), int(box.x1) - size + 2, size):
        y = int(box.y0)
        pixels[y : y + size, x + size // 2 - 1 : x + size // 2 + 1] = ink
        pixels[y + size // 2 - 1 : y + size // 2 + 1, x + 1 : x + size - 1] = ink
        pixels[y : y + 2, x + 2 : x + size - 2] = ink
        pixels[y + size - 2 : y + size, x + 2 : x + size - 2] = ink


def column_lines(column: int, rows: int, y: float = 200.0) -> list[Box]:
    """Full lines of one column."""
    x = column_left(column)
    return [Box(x, y + r * PITCH, x + COLUMN * TYPE, y + r * PITCH + TYPE) for r in range(rows)]


class Printed:
    """A detector that knows where lines were printed: what a perfect detector finds."""

    def __init__(self, lines: list[Box], shape: tuple[int, ...]) -> None:
        self._lines, self._shape = lines, shape

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """The printed lines at the image's scale."""
        del long_side
        scale = image.shape[0] / self._shape[0]
        boxes = [Box(b.x0 * scale, b.y0 * scale, b.x1 * scale, b.y1 * scale) for b in self._lines]
        return tuple(Detection(box.polygon, 0.9) for box in boxes)


def scan_of(pixels: NDArray[np.uint8]) -> Scan:
    """A cleaned scan of these pixels."""
    height, width = pixels.shape
    return Scan("p", Source("p.png", 1, 1, "0" * 64, "image/png", width, height), pixels, None, IDENTITY)


def cut(pixels: NDArray[np.uint8], lines: list[Box], rules: Sequence[Box] = ()) -> tuple[Box, ...]:
    """These lines of a printed page, cut."""
    ink = make_ink(pixels, TYPE)
    return cut_lines(ink, lines, Gutters(ink, lines, rules, TYPE))


BLANK = make_ink(blank(), TYPE)


def join(lines: list[Box], rules: Sequence[Box] = ()) -> tuple[Box, ...]:
    """These pieces of lines, joined; what is printed between them is of no account."""
    return join_lines(lines, Gutters(BLANK, lines, rules, TYPE))


def test_a_line_over_a_gutter_is_cut_where_its_neighbours_keep_off() -> None:
    """A detected line that runs over two columns becomes two lines."""
    pixels = blank()
    lines = [*column_lines(0, 6), *column_lines(1, 6)]
    for line in lines:
        print_line(pixels, line)
    joined = hull((lines[2], lines[8]))
    detected = [line for line in lines if line not in (lines[2], lines[8])]
    assert len(cut(pixels, [*detected, joined])) == len(lines)


@pytest.mark.parametrize(("below", "pieces"), [(0, 2), (1, 1)], ids=["the columns end", "a line runs over"])
def test_dust_in_a_gutter_is_none_of_a_line_at_the_foot_of_its_columns(below: int, pieces: int) -> None:
    """Lines above that keep off a gutter show dust in it, also where a column ends below; a line that runs on shows text."""
    pixels = blank()
    lines = [*column_lines(0, 7), *column_lines(1, 7)]
    for line in lines:
        print_line(pixels, line)
    last = hull((lines[6], lines[13]))
    for x in (int(lines[6].x1) + 8, int(lines[6].x1) + 19):
        pixels[int(last.y0) + 6 : int(last.y0) + 12, x : x + 4] = INK
    wide = [Box(last.x0, last.y0 + PITCH * (n + 1), last.x1, last.y1 + PITCH * (n + 1)) for n in range(below)]
    for line in wide:
        print_line(pixels, line)
    detected = [*lines[:6], *lines[7:13], last, *wide]
    assert len(cut(pixels, detected)) == len(lines) - 2 + pieces + below


def test_a_line_with_a_space_in_it_is_left_whole() -> None:
    """A wide space is no gutter where the lines around it run across."""
    pixels = blank()
    lines = column_lines(0, 7)
    for line in lines:
        print_line(pixels, line)
    pixels[int(lines[3].y0) : int(lines[3].y1), int(lines[3].x0) + 100 : int(lines[3].x0) + 130] = PAPER
    assert sorted(cut(pixels, lines)) == sorted(lines)


@pytest.mark.parametrize(("gap", "pieces"), [(0, 1), (TYPE, 2)], ids=["its own white", "a gutter behind it"])
def test_white_behind_full_stops_below_one_another_is_their_own(gap: float, pieces: int) -> None:
    """On a grid stops may stand below one another, and a paragraph end there, too; a gutter is wider than their white."""
    pixels, stop = blank(), int(column_left(0) + 5 * TYPE)
    left, right = column_left(0), column_left(0) + COLUMN * TYPE + gap
    rows = [(left, right), (left, right), (left, right), (left, stop + 8.0), (left + 2 * TYPE, right), (left, right)]
    lines = [Box(x0, 200 + row * PITCH, x1, 200 + row * PITCH + TYPE) for row, (x0, x1) in enumerate(rows)]
    for line in lines:
        top, foot = int(line.y0), int(line.y1)
        print_line(pixels, replace(line, x1=float(stop)))
        print_line(pixels, replace(line, x0=stop + TYPE + gap))
        pixels[top:foot, stop : int(stop + TYPE + gap)] = PAPER
        pixels[foot - 7 : foot, stop + 2 : stop + 8] = INK
    seen = [replace(lines[4], x1=stop + 8.0), replace(lines[4], x0=stop + TYPE + gap)]
    assert len(cut(pixels, [*lines[:4], *seen, lines[5]])) == 3 + 4 * pieces


def test_a_narrow_part_of_a_lines_last_sign_is_no_dust_in_a_gutter() -> None:
    """The white on both its sides is the sign's own: the next column begins further on than dust stands from it."""
    pixels = blank()
    left = [line if row == 3 else replace(line, x1=line.x1 - 8) for row, line in enumerate(column_lines(0, 7))]  # full stops
    lines = [*left, *column_lines(1, 7)]
    for line in lines:
        print_line(pixels, line)
    x, top, foot = (int(side) for side in (left[3].x1, left[3].y0, left[3].y1))
    pixels[top:foot, x - 20 : x] = PAPER
    pixels[top + 2 : foot - 2, x - 14 : x - 9] = INK
    pixels[top + 2 : foot - 2, x - 5 : x] = INK
    assert cut(pixels, lines)[3].x1 == pytest.approx(x, abs=1)


def test_a_line_over_a_rule_is_cut() -> None:
    """A vertical rule always parts lines."""
    pixels = blank()
    line = Box(100, 300, 500, 320)
    print_line(pixels, line)
    upright = Box(299, 200, 301, 500)
    left, right = cut(pixels, [line], [upright])
    assert left.x1 <= upright.x1 <= right.x1


def test_headings_side_by_side_over_a_gutter_are_not_joined() -> None:
    """Large lines further apart than a full space, over white that parts columns, are two; closer ones are one."""
    columns = [line for column in range(2) for line in column_lines(column, 6, y=300)]
    gutter = (column_left(0) + COLUMN * TYPE, column_left(1))
    left, right = Box(80, 200, gutter[0] - 20, 240), Box(gutter[1] + 20, 200, gutter[1] + 280, 240)
    assert left in join([left, right, *columns])
    assert left not in join([left, Box(left.x1 + 40, 200, left.x1 + 300, 240), *columns])


def test_a_heading_that_begins_where_its_columns_do_is_one_of_its_own() -> None:
    """Two large lines seen apart over a gutter, less than a full space apart, are two where the right one begins a column."""
    columns = [line for column in range(2) for line in column_lines(column, 6, y=300)]
    left = Box(80, 200, column_left(0) + COLUMN * TYPE - 5, 240)
    assert left in join([left, Box(column_left(1), 200, column_left(1) + 280, 240), *columns])
    assert left not in join([left, Box(column_left(1) + 12, 200, column_left(1) + 280, 240), *columns])


def test_a_space_in_large_type_over_a_gutter_is_no_cut() -> None:
    """A deck of two phrases is one line, though the second begins where a column does and has figures of another height."""
    pixels = blank()
    columns = [line for column in range(2) for line in column_lines(column, 6, y=300)]
    deck = Box(80, 200, column_left(1) - 25, 230), Box(column_left(1), 206, column_left(1) + 8 * 24, 230)
    for line in (*columns, *deck):
        print_line(pixels, line)
    assert hull(deck) in cut(pixels, [*columns, hull(deck)])


def test_the_pieces_of_a_line_are_joined() -> None:
    """A line that the detector found in two pieces is one again; the next column's is not."""
    lines = [*column_lines(0, 5), *column_lines(1, 5)]
    whole = lines[2]
    torn = [Box(whole.x0, whole.y0, whole.x0 + 140, whole.y1), Box(whole.x0 + 155, whole.y0, whole.x1, whole.y1)]
    assert sorted(join([*lines[:2], *lines[3:], *torn])) == sorted(lines)


def torn_line(left: int, right: int) -> tuple[NDArray[np.uint8], list[Box], list[Box], list[Box]]:
    """A printed column whose middle line has nothing between two places: its pixels, whole lines, pieces, all as torn."""
    pixels, lines = blank(), column_lines(0, 7)
    whole = lines[3]
    pieces = [Box(whole.x0, whole.y0, whole.x0 + left, whole.y1), Box(whole.x0 + right, whole.y0, whole.x1, whole.y1)]
    torn = [*lines[:3], *pieces, *lines[4:]]
    for line in torn:
        print_line(pixels, line)
    return pixels, lines, pieces, torn


def test_words_that_fill_a_line_alone_are_joined_over_wide_white() -> None:
    """Two words at the ends of a line are one line where the lines around run over the white, and two where they keep off."""
    pixels, lines, words, torn = torn_line(120, 200)
    ink = make_ink(pixels, TYPE)
    assert sorted(join_lines(torn, Gutters(ink, torn, (), TYPE))) == sorted(lines)
    columns = [replace(word, y0=line.y0, y1=line.y1) for word in words for line in lines]
    assert sorted(join_lines(columns, Gutters(ink, columns, (), TYPE))) == sorted(columns)


def test_a_word_between_two_pieces_parts_the_white() -> None:
    """Pieces far apart are one line where a word that was not detected stands between them."""
    pixels, lines, pieces, torn = torn_line(60, 200)
    ink = make_ink(pixels, TYPE)
    assert set(pieces) < set(join_lines(torn, Gutters(ink, torn, (), TYPE)))
    whole = lines[3]
    print_line(pixels, Box(whole.x0 + 110, whole.y0, whole.x0 + 150, whole.y1))
    ink = make_ink(pixels, TYPE)
    assert sorted(join_lines(torn, Gutters(ink, torn, (), TYPE))) == sorted(lines)


def test_a_caption_says_nothing_of_the_gutters_below_it() -> None:
    """A caption runs over the gutter of the two columns that go on below its picture: the lines there are cut all the same."""
    pixels = blank()
    picture = Box(column_left(0), 100, column_left(1) + COLUMN * TYPE, 170)
    caption = Box(column_left(0), 178, column_left(1) + 200, 196)
    far = [line for column in range(2) for line in column_lines(column, 6, y=600)]
    left, right = column_lines(0, 3, y=220), column_lines(1, 3, y=220)
    short = replace(left[2], x1=left[2].x0 + 80)
    lines = [*(hull(pair) for pair in zip(left[:2], right[:2], strict=True)), short, right[2]]
    for line in (caption, *far, *left[:2], short, *right):
        print_line(pixels, line)
    ink, seen = make_ink(pixels, TYPE), [caption, *lines, *far]
    cut_below = cut_lines(ink, seen, Gutters(ink, seen, (), TYPE, pictures=(picture,)))
    assert [len(cut_below), len(cut(pixels, seen))] == [len(seen) + 2, len(seen)]


def test_a_line_is_not_cut_at_the_gutter_of_the_columns_above_its_item() -> None:
    """White in a first line, in line with a gutter of what stands above, is a space where the lines right below run over it."""
    pixels = blank()
    above = [line for column in range(2) for line in column_lines(column, 5)]
    own = [Box(60, 400 + row * PITCH, column_left(1) + 150, 400 + row * PITCH + TYPE) for row in range(6)]
    for line in (*above, *own):
        print_line(pixels, line)
    gutter = slice(int(column_left(0) + COLUMN * TYPE), int(column_left(1)))
    pixels[int(own[0].y0) : int(own[0].y1), gutter] = PAPER
    assert own[0] in cut(pixels, [*above, *own])


@pytest.mark.parametrize(("strokes", "found"), [(Box(180, 300, 360, 360), 1), (Box(180, 300, 1300, 420), 2)])
def test_strokes_of_large_type_seen_as_small_type_do_no_harm(strokes: Box, found: int) -> None:
    """A headline of which the fine pass saw a corner is the coarse pass's; one over small type is not. A kicker stays."""
    kicker, small = Box(110, 230, 390, 297), [Box(100, y, 500, y + 40) for y in range(600, 1200, 60)]
    second = [Box(180, 340, 1300, 380)] if found > 1 else []
    fine = [kicker, *small, *([replace(strokes, y1=335)] if found > 1 else [strokes]), *second]
    coarse = Box(130, 265, 1410, 465)

    class Detector:
        """Sees the fine boxes at 1,280 pixels and the coarse one at half of that."""

        def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
            del long_side
            scale = image.shape[0] / 2000
            boxes = fine if image.shape[0] > 700 else [coarse]
            return tuple(Detection(Box(*(v * scale for v in (b.x0, b.y0, b.x1, b.y1))).polygon, 0.9) for b in boxes)

    lines = detect_text(np.full((2000, 1600), PAPER, np.uint8), Detector()).lines
    headline = [line for line in lines if line.y0 > 290 and line.y1 < 500]
    assert len(headline) == found
    assert any(abs(line.y0 - kicker.y0) < 2 and abs(line.y1 - kicker.y1) < 2 for line in lines)


def test_a_sign_seen_twice_at_a_gutter_is_joined_to_its_line() -> None:
    """A piece that lies within another one is no line of the next column."""
    lines = [*column_lines(0, 6), *column_lines(1, 6)]
    last = lines[2]
    sign = Box(last.x1 - 12, last.y0 + 2, last.x1, last.y1 - 2)
    assert sorted(join([*lines, sign])) == sorted(lines)


def test_one_line_in_each_column_below_a_picture_is_two_lines() -> None:
    """Columns go on below a picture, where no other line tells of the gutter: the lines above the picture do."""
    above, below = [*column_lines(0, 4), *column_lines(1, 4)], [*column_lines(0, 1, y=900), *column_lines(1, 1, y=900)]
    pixels = blank()
    for line in (*above, *below):
        print_line(pixels, line)
    assert len(cut(pixels, [*above, hull(below)])) == len([*above, *below])
    assert sorted(join([*above, *below])) == sorted([*above, *below])


def test_a_heading_walls_off_the_columns_above_it() -> None:
    """Text under another heading runs over what was a gutter above it."""
    above, heading = [*column_lines(0, 4), *column_lines(1, 4)], Box(100, 700, 600, 760)
    left, right = column_lines(0, 1, y=900)[0], column_lines(1, 1, y=900)[0]
    pixels = blank()
    for line in (*above, heading, left, right):
        print_line(pixels, line)
    assert hull((left, right)) in cut(pixels, [*above, heading, hull((left, right))])


def test_a_rule_beyond_a_picture_tells_of_the_gutter() -> None:
    """A printed rule in line with the white of a line parts it, though it ends above a picture."""
    left, right = column_lines(0, 1, y=900)[0], column_lines(1, 1, y=900)[0]
    pixels = blank()
    for line in (left, right):
        print_line(pixels, line)
    middle = (left.x1 + right.x0) / 2
    assert len(cut(pixels, [hull((left, right))], [Box(middle - 1, 200, middle + 1, 500)])) == 2
    assert len(cut(pixels, [hull((left, right))])) == 1


def test_full_stops_below_one_another_are_no_gutter() -> None:
    """White that some lines of a column share does not part them where another line has ink in it."""
    pixels = blank()
    lines = column_lines(0, 5)
    for line in lines:
        print_line(pixels, line)
    for line in lines[:4]:
        pixels[int(line.y0) : int(line.y1), int(line.x0) + 100 : int(line.x0) + 120] = PAPER
    assert sorted(cut(pixels, lines)) == sorted(lines)


def test_columns_a_character_apart_part_where_all_lines_are_seen_as_one() -> None:
    """Where a stop makes one line's white twice as wide as the gutter, the white of the lines around lies within it."""
    pixels, left, right = blank(), [Box(60, 200 + r * PITCH, 380, 220 + r * PITCH) for r in range(6)], 20.0
    for line in left:
        print_line(pixels, line)
        print_line(pixels, Box(line.x1 + right, line.y0, line.x1 + right + 320, line.y1))
    x, top, foot = (int(side) for side in (left[2].x1, left[2].y0, left[2].y1))
    pixels[top:foot, x - 20 : x] = PAPER
    pixels[foot - 6 : foot, x - 19 : x - 14] = INK
    seen = [replace(line, x1=line.x1 + right + 320) for line in left]
    assert len(cut(pixels, seen)) == 2 * len(left)


def test_a_stop_in_the_middle_of_its_square_is_not_cut_from_its_line() -> None:
    """White before a line's last stop, in line with other lines' ends, is not the gutter behind it."""
    pixels, left = blank(), column_lines(0, 7)
    lines = [*(line if row == 3 else replace(line, x1=line.x1 - TYPE) for row, line in enumerate(left)), *column_lines(1, 7)]
    for line in lines:
        print_line(pixels, line)
    y, x = int(lines[3].cy), int(lines[3].x1)
    pixels[y - 10 : y + 10, x - 20 : x] = PAPER
    pixels[y - 3 : y + 3, x - 7 : x - 2] = INK
    joined = hull((lines[3], lines[10]))
    pieces = cut(pixels, [*(line for line in lines if line not in (lines[3], lines[10])), joined])
    assert len(pieces) == len(lines)
    assert max(piece.x1 for piece in pieces if piece.x0 < x and piece.contains(piece.cx, y)) == pytest.approx(x - 2, abs=1)


def test_pieces_of_a_line_over_two_columns_stand_as_high_as_their_own_ink() -> None:
    """Columns whose lines stand at different heights are seen as one tall line; each piece is trimmed to its own."""
    left, right = column_lines(0, 5), [Box(b.x0, b.y0 + 6, b.x1, b.y1 + 6) for b in column_lines(1, 5)]
    pixels = blank()
    for line in (*left, *right):
        print_line(pixels, line)
    pieces = cut(pixels, [*left[:2], *left[3:], *right[:2], *right[3:], hull((left[2], right[2]))])
    assert len(pieces) == len([*left, *right])
    assert max(piece.height for piece in pieces) <= TYPE + 1


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40, unique=True))
def test_joining_never_loses_ground(rows: list[int]) -> None:
    """Whatever is joined, every line given lies in a line that comes out."""
    lines = [Box(60 + 9 * (r % 7), 30.0 * r, 300 + 11 * (r % 5), 30.0 * r + 20) for r in rows]
    joined = join(lines)
    assert all(any(out.intersection(line) == pytest.approx(line.area) for out in joined) for line in lines)


@given(st.lists(st.tuples(*[st.integers(0, 900)] * 4), max_size=8))
def test_turning_a_page_and_back_changes_no_box(corners: list[tuple[int, int, int, int]]) -> None:
    """What is turned by a quarter comes back to where it was."""
    boxes = tuple(Box(x, y, x + w, y + h) for x, y, w, h in corners)
    assert turned_back(turned(boxes, 1600), 1600) == boxes


def test_rules_are_found_and_strokes_are_not() -> None:
    """Long thin ink is a rule, whichever way it runs; a heading's strokes are none."""
    pixels = blank()
    heading = Box(200, 400, 600, 480)
    print_line(pixels, heading)
    pixels[300:303, 100:1400] = INK
    pixels[320:1000, 800:803] = INK
    rules = find_rules(make_ink(pixels, TYPE), TYPE, [heading], ())
    assert [rule.width > rule.height for rule in rules] == [True, False]


def test_a_rule_beside_an_upright_heading_is_found() -> None:
    """A column rule that stands in the white of a vertical heading's detected box is whole."""
    pixels = blank()
    pixels[200:900, 302:305] = INK
    (rule,) = find_rules(make_ink(pixels, TYPE), TYPE, [Box(300, 200, 380, 600)], ())
    assert (rule.y0, rule.y1) == (pytest.approx(200, abs=4), pytest.approx(900, abs=4))


def test_a_rule_is_whole_under_a_line_that_was_detected_over_it() -> None:
    """A line that seems tall, because the detector took the rule below it in, does not tear the rule."""
    pixels = blank()
    pixels[300:303, 100:1400] = INK
    (rule,) = find_rules(make_ink(pixels, TYPE), TYPE, [Box(600, 262, 800, 306)], ())
    assert rule.width > 0.98 * 1300


@pytest.mark.parametrize(("gap", "rules"), [(0, 1), (4, 0)])
def test_a_rule_along_a_line_that_was_detected_over_it_is_no_stroke(gap: int, rules: int) -> None:
    """It makes the line look large, but runs on where strokes in a row have the white between two characters."""
    pixels = blank()
    line = Box(100, 306, 700, 326)
    print_line(pixels, line)
    pixels[296:299, 100:700] = INK
    for x in range(100, 700, 40):
        pixels[296:299, x : x + gap] = PAPER
    assert len(find_rules(make_ink(pixels, TYPE), TYPE, [Box(96, 290, 704, 330)], ())) == rules


def test_a_rule_that_ends_at_a_large_line_is_two_rules() -> None:
    """Where nothing is printed on a rule's way behind large type, there is no rule."""
    pixels = blank()
    pixels[300:303, 100:600] = pixels[300:303, 800:1400] = INK
    assert len(find_rules(make_ink(pixels, TYPE), TYPE, [Box(600, 262, 800, 342)], ())) == 2


def test_a_leaning_rule_is_one_rule() -> None:
    """What is left of a page's skew does not break a rule into pieces."""
    pixels = blank()
    for x in range(100, 1400):
        y = 300 + x // 120
        pixels[y : y + 3, x] = INK
    (rule,) = find_rules(make_ink(pixels, TYPE), TYPE, (), ())
    assert rule.width > 0.98 * 1300


def test_a_scratch_through_text_is_no_column_rule() -> None:
    """A thin line with characters close on both its sides parts nothing; one in the white of a gutter does."""
    pixels = blank()
    lines = [*column_lines(0, 6), *column_lines(1, 6)]
    for line in lines:
        print_line(pixels, line)
    gutter = (lines[0].x1 + lines[-1].x0) / 2
    scratch, printed = Box(209, 190, 211, 380), Box(gutter - 1, 190, gutter + 1, 380)
    assert column_rules(make_ink(pixels, TYPE), (scratch, printed), lines, TYPE) == (printed,)


@pytest.mark.parametrize(("ends", "rules"), [((60, 380), 0), ((60, 180, 260, 380), 1)])
def test_a_scratch_down_a_gutter_and_through_a_heading_is_no_column_rule(ends: tuple[int, ...], rules: int) -> None:
    """Printers set a column rule between two headings, but through none, though it has white on both sides in all rows."""
    pixels = blank()
    rows = [Box(x, y, x + 140, y + 20) for y in (*range(100, 190, 30), *range(300, 390, 30)) for x in (60, 240)]
    headings = [Box(x0, 220, x1, 260) for x0, x1 in zip(ends[::2], ends[1::2], strict=True)]
    for line in (*rows, *headings):
        print_line(pixels, line)
    detected = [*(row.grown(18, 0) for row in rows), *headings]  # detectors leave white around a line
    assert len(column_rules(make_ink(pixels, TYPE), [Box(219, 100, 221, 380)], detected, TYPE)) == rules


def _ruled(pitch: int) -> tuple[NDArray[np.uint8], list[Box]]:
    """Two columns of ten lines, with a rule over both after the fifth, where the next line stands so many pixels lower."""
    pixels = blank()
    lines = [line for column in range(2) for line in (*column_lines(column, 5), *column_lines(column, 5, 320 + pitch))]
    for line in lines:
        print_line(pixels, line)
    y = (340 + 320 + pitch) // 2
    pixels[y - 1 : y + 1, 60:700] = INK
    return pixels, lines


@pytest.mark.parametrize(("pitch", "strays"), [(30, 1), (42, 0)])
def test_a_rule_between_lines_that_follow_each_other_is_a_scratch(pitch: int, strays: int) -> None:
    """Printers leave white for a rule: a line between two lines at their usual pitch parts nothing."""
    pixels, lines = _ruled(pitch)
    ink = make_ink(pixels, TYPE)
    rules = find_rules(ink, TYPE, lines, ())
    assert len(rules) == 1
    assert len(level_strays(ink, rules, lines, TYPE)) == strays


@pytest.mark.parametrize(("pitch", "parts"), [(30, 1), (42, 2)])
def test_a_scratch_between_lines_parts_no_column(pitch: int, parts: int) -> None:
    """Each column is one block of text over the scratch, and its lines are no taller for it; over a rule it is two."""
    pixels, lines = _ruled(pitch)
    page = find_layout(scan_of(pixels), DetectedText(tuple(line.polygon for line in lines), tuple(lines), TYPE))
    assert len(page.regions) == 2 * parts
    assert max(line.box.height for line in page.lines) <= TYPE + 2


@pytest.mark.parametrize("fault", ["hair", "lean"])
def test_a_line_that_is_tall_in_places_or_leans_is_set_in_body_type(fault: str) -> None:
    """A hair that reaches out of a line over a third of it makes no headline of it, nor does a line's lean; large type does."""
    pixels = blank()
    lines, tall = column_lines(0, 8), 4
    lines[tall + 1 :] = [replace(line, y0=line.y0 + 10, y1=line.y1 + 10) for line in lines[tall + 1 :]]
    for line in (*lines[:tall], *lines[tall + 1 :]):
        print_line(pixels, line)
    for x in range(60, 380, 20):
        drop = (x - 60) // 32 if fault == "lean" else 0
        print_line(pixels, Box(x, lines[tall].y0 + drop, x + 20, lines[tall].y1 + drop))
    if fault == "hair":
        cv2.line(pixels, (100, 341), (200, 349), INK, 2)
    lines[tall] = replace(lines[tall], y1=lines[tall].y1 + 10)
    heading = Box(60, 140, 240, 170)
    print_line(pixels, heading)
    *_, last = set_heights(make_ink(pixels, TYPE), [*lines, heading])
    assert last.height == pytest.approx(heading.height, abs=1)
    assert set_heights(make_ink(pixels, TYPE), lines)[tall].height <= 1.1 * TYPE
    page = find_layout(scan_of(pixels), DetectedText(tuple(line.polygon for line in lines), (*lines, heading), TYPE))
    assert [region.role for region in page.regions if region.role is not Role.PARAGRAPH] == [Role.HEADLINE]


def test_large_type_keeps_its_height_where_its_places_are_lower() -> None:
    """Half a character of a heading is lower than the whole: only a line that is body type in most places is made lower."""
    pixels = blank()
    lines, heading = column_lines(0, 8), Box(60, 130, 360, 170)
    for line in lines:
        print_line(pixels, line)
    for x in range(60, 360, 40):
        pixels[130:162, x : x + 20] = INK
        pixels[138:170, x + 20 : x + 40] = INK
    assert set_heights(make_ink(pixels, TYPE), [*lines, heading])[-1].height == heading.height


@pytest.mark.parametrize("characters", [1, 2, 3])
def test_dust_below_a_short_line_does_not_make_it_tall(characters: int) -> None:
    """A spot under one character of a line is no part of its type; what is tall all along is left as it is."""
    pixels = blank()
    line, heading = Box(60, 200, 60 + characters * TYPE, 220), Box(60, 400, 180, 430)
    print_line(pixels, line)
    print_line(pixels, heading)
    pixels[218:228, 70:79] = INK
    (trimmed, same) = trim_dust(make_ink(pixels, TYPE), [replace(line, y1=228), heading], TYPE)
    assert (trimmed.height, same.height) == (pytest.approx(TYPE, abs=1), pytest.approx(30, abs=1))


@pytest.mark.parametrize(("marked", "top", "foot"), [(False, 200, 240), (True, 190, 249)])
def test_dust_around_a_heading_makes_it_no_higher(top: float, foot: float, *, marked: bool) -> None:
    """Spots above large type, one beside the other, and below it do not reach its middle: it is as high as its characters.

    On a vertical page they may be marks beside the line, and are left.
    """
    pixels = blank()
    heading, lines = Box(60, 200, 360, 240), column_lines(0, 10, y=400)
    for line in (heading, *lines):
        print_line(pixels, line)
    for x in range(70, 350, 40):
        pixels[190:196, x : x + 6] = INK
        pixels[244:249, x + 10 : x + 15] = INK
    seen = [heading.grown(4, 12), *(line.grown(4, 4) for line in lines)]
    completed = complete_lines(make_ink(pixels, TYPE), seen, (), marked=marked)
    assert (completed[0].y0, completed[0].y1) == (pytest.approx(top, abs=1), pytest.approx(foot, abs=1))


@pytest.mark.parametrize(
    ("mark", "right"),
    [((0, 0, 3, 60), 220), ((10, 0, 12, 40), 260), ((17, 0, 19, 60), 220), ((-12, 20, 21, 58), 220)],
    ids=["along the head", "a dash", "along the foot", "a hair across"],
)
def test_a_hair_beyond_a_line_is_no_part_of_it(mark: tuple[int, int, int, int], right: int) -> None:
    """What runs on thinly from a line's last character over a gutter, along or across, is a hair; a dash is the line's own."""
    pixels = blank()
    line = Box(60, 200, 220, 220)
    print_line(pixels, line)
    top, left, foot, width = mark
    if top < 0:
        cv2.line(pixels, (216, 200 + top // 2), (220 + width, 200 + foot), INK, 2)
    else:
        pixels[200 + top : 200 + foot, 218 + left : 220 + width] = INK
    (completed,) = complete_lines(make_ink(pixels, TYPE), [line.grown(2, 3)], ())
    assert completed.x1 == pytest.approx(right, abs=4)


def test_a_spot_at_its_foot_begins_no_line() -> None:
    """A spot in the gutter before a line, as low as a stop, is dust: no stop begins a line. One behind it ends the line."""
    pixels = blank()
    print_line(pixels, Box(60, 200, 220, 220))
    for x in (46, 228):
        pixels[213:219, x : x + 6] = INK
    (completed,) = complete_lines(make_ink(pixels, TYPE), [Box(44, 197, 236, 223)], ())
    assert (completed.x0, completed.x1) == (pytest.approx(62, abs=2), pytest.approx(234, abs=2))


@pytest.mark.parametrize(("tone", "height"), [(170, TYPE), (INK, 31)], ids=["of the back", "its own"])
def test_print_of_the_back_below_a_line_does_not_make_it_tall(tone: int, height: int) -> None:
    """What runs along below a line, paler than its strokes, is not its own and goes; as dark as they are it stays."""
    pixels = blank()
    line = Box(60, 200, 60 + 12 * TYPE, 220)
    for x in range(60, 300, 8):
        pixels[216:231, x : x + 4] = tone
    print_line(pixels, line)
    (trimmed,) = trim_dust(make_ink(pixels, TYPE), [replace(line, y1=231)], TYPE)
    assert trimmed.height == pytest.approx(height, abs=2)


def test_a_hair_through_a_line_does_not_make_it_tall() -> None:
    """A hair that runs on above a short line and through it leaves it as high as its type."""
    pixels = blank()
    line = Box(60, 200, 60 + 2 * TYPE, 220)
    print_line(pixels, line)
    for y in range(176, 220):
        x = 64 + (220 - y) // 6
        pixels[y, x : x + 3] = INK
    (trimmed,) = trim_dust(make_ink(pixels, TYPE), [replace(line, y0=176)], TYPE)
    assert trimmed.height == pytest.approx(TYPE, abs=1)


def test_a_scratch_along_a_line_does_not_make_it_tall() -> None:
    """What is left of a scratch over a line of text, beyond white, is no part of it; a short line's strokes are its own."""
    pixels = blank()
    line, two = Box(60, 200, 60 + 8 * TYPE, 220), Box(60, 400, 60 + 2 * TYPE, 430)
    print_line(pixels, line)
    pixels[194:196, 100:240] = INK
    for y in (400, 426):
        pixels[y : y + 4, 62:98] = INK
    trimmed, same = trim_dust(make_ink(pixels, TYPE), [replace(line, y0=194), two], TYPE)
    assert (trimmed.height, same.height) == (pytest.approx(TYPE, abs=1), pytest.approx(30, abs=1))


def test_dust_between_a_line_and_the_feet_of_another_makes_neither_a_part_of_it() -> None:
    """What a line has of the one above it, over a spot of dust, is trimmed with the dust; strokes over white are its own."""
    pixels = blank()
    line, three = Box(60, 200, 60 + 2 * TYPE, 220), Box(60, 400, 60 + 2 * TYPE, 430)
    print_line(pixels, line)
    pixels[188:190, 62:96] = INK
    pixels[188:201, 70:76] = INK
    for y in (400, 412, 426):
        pixels[y : y + 4, 62:98] = INK
    trimmed, same = trim_dust(make_ink(pixels, TYPE), [replace(line, y0=188), three], TYPE)
    assert (trimmed.height, same.height) == (pytest.approx(TYPE, abs=1), pytest.approx(30, abs=1))


@pytest.mark.parametrize(("spot", "right"), [((228, 207, 232, 213), 220), ((228, 214, 232, 220), 232)], ids=["dust", "a stop"])
def test_a_spot_at_half_height_is_no_end_of_a_line(spot: tuple[int, int, int, int], right: int) -> None:
    """Dust behind a line's last character is left out, though the detector took it in; a stop, at the line's foot, is not."""
    pixels = blank()
    print_line(pixels, Box(60, 200, 220, 220))
    x0, y0, x1, y1 = spot
    pixels[y0:y1, x0:x1] = INK
    (line,) = complete_lines(make_ink(pixels, TYPE), [Box(58, 199, 234, 221)], [])
    assert line.x1 == pytest.approx(right, abs=1)


def test_lines_that_the_detector_sees_over_each_other_are_parted_at_the_white_between() -> None:
    """Where a detected line takes in half of the line above, in tight leading, both keep to their own ink."""
    pixels = blank()
    upper, lower = Box(60, 200, 400, 220), Box(60, 226, 400, 246)
    print_line(pixels, upper)
    print_line(pixels, lower)
    found = complete_lines(make_ink(pixels, TYPE), [Box(58, 197, 402, 226), Box(58, 211, 402, 252)], [])
    assert [edge for line in found for edge in (line.y0, line.y1)] == pytest.approx([200, 220, 226, 246], abs=1)


def test_a_short_last_line_and_a_byline_seen_over_each_other_are_parted_at_the_white_between() -> None:
    """A byline set to the right begins above the last word's foot, as the detector sees it; both keep to their own ink."""
    pixels = blank()
    upper, lower = Box(60, 200, 220, 220), Box(160, 226, 400, 246)
    print_line(pixels, upper)
    print_line(pixels, lower)
    found = complete_lines(make_ink(pixels, TYPE), [Box(58, 195, 222, 231), Box(158, 212, 402, 248)], [])
    assert [edge for line in found for edge in (line.y0, line.y1)] == pytest.approx([200, 220, 226, 246], abs=1)


@pytest.mark.parametrize("upright", [True, False])
def test_a_rule_that_leans_takes_no_more_room_than_its_ink(*, upright: bool) -> None:
    """Type within the box around all of a leaning rule is beside the rule; a straight rule stays in one piece."""
    pixels = blank()
    cv2.line(pixels, (100, 100), (118, 1000), INK, 3)
    pixels[100:1000, 300:303] = INK
    pixels = pixels if upright else np.ascontiguousarray(pixels.T)
    rules = [Box(99, 100, 120, 1000), Box(300, 100, 303, 1000)]
    rules = rules if upright else list(transposed(rules))
    pieces = slender(make_ink(pixels, TYPE), rules, TYPE)
    seen = pieces if upright else transposed(pieces)
    assert [piece.x0 for piece in seen if piece.height == 900] == [300]
    leaning = [piece for piece in seen if piece.x0 < 200]
    assert (leaning[0].y0, leaning[-1].y1) == (100, 1000)
    assert all(piece.width <= 6 and abs(piece.cx - (100 + 18 * (piece.cy - 100) / 900)) <= 2 for piece in leaning)


@pytest.mark.parametrize(("end", "top"), [(400, 240), (380, 210)])
def test_a_column_rule_ends_where_a_stroke_of_a_heading_begins(end: int, top: int) -> None:
    """Film runs the rule below a heading together with an upright stroke of it; between two headings the rule is whole."""
    pixels = blank()
    print_line(pixels, Box(end - 280, 200, end, 240))
    print_line(pixels, Box(440, 200, 720, 240))
    pixels[210:800, 399:402] = INK
    rule = Box(399, 210, 402, 800)
    assert [each.y0 for each in column_rules(make_ink(pixels, TYPE), [rule], [Box(100, 200, 700, 240)], TYPE)] == [top]


def test_four_rules_close_a_box() -> None:
    """A closed border is a box; three sides are not."""
    pixels = blank()
    pixels[300:303, 200:700] = pixels[600:603, 200:700] = INK
    pixels[300:603, 200:203] = INK
    ink = make_ink(pixels, TYPE)
    assert find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ())) == ()
    pixels[300:603, 697:700] = INK
    ink = make_ink(pixels, TYPE)
    (box,) = find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()))
    assert box.intersection(Box(200, 300, 700, 603)) > 0.97 * 500 * 303


def _bordered(*breaks: Box) -> NDArray[np.uint8]:
    """A page with a box at (200, 300, 700, 603), its border broken off in places."""
    pixels = blank()
    pixels[300:303, 200:700] = pixels[600:603, 200:700] = INK
    pixels[300:603, 200:203] = pixels[300:603, 697:700] = INK
    for gap in breaks:
        pixels[int(gap.y0) : int(gap.y1), int(gap.x0) : int(gap.x1)] = PAPER
    return pixels


@pytest.mark.parametrize(
    ("missing", "boxes"),
    [
        ((Box(400, 290, 430, 310),), 1),
        ((Box(600, 290, 696, 310), Box(190, 400, 210, 430)), 1),
        ((Box(204, 590, 290, 610),), 1),
        ((Box(690, 304, 710, 345),), 1),
        ((Box(400, 290, 600, 310),), 0),
        ((Box(450, 290, 696, 310),), 0),
    ],
    ids=[
        "a side",
        "a corner and a side",
        "a corner at the left",
        "an upright side at the top",
        "half a side",
        "half to a corner",
    ],
)
def test_a_worn_border_is_a_box(missing: tuple[Box, ...], boxes: int) -> None:
    """A border from which a scratch or wear has taken a piece still closes; one of which half a side is missing does not."""
    ink = make_ink(_bordered(*missing), TYPE)
    assert len(find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()))) == boxes


def test_a_border_with_rounded_corners_is_a_box() -> None:
    """At such corners both sides end short, by up to half the type's size; film takes the arc between them."""
    corners = [Box(x - 9, y - 9, x + 9, y + 9) for x in (200, 700) for y in (300, 603)]
    ink = make_ink(_bordered(*corners), TYPE)
    (box,) = find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()))
    assert box.intersection(Box(200, 300, 700, 603)) > 0.97 * 500 * 303


def test_a_scratch_that_touches_a_border_makes_its_box_no_larger() -> None:
    """A hair or scratch along a side, joined to it by wear, runs on above the box: what stands beside it there is outside."""
    pixels = _bordered()
    pixels[220:520, 705:707] = INK
    ink = make_ink(pixels, TYPE)
    (box,) = find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()))
    assert box.y0 >= 300 - TYPE


@pytest.mark.parametrize(("dx", "dy"), [(0, 325), (525, 0)], ids=["below", "beside"])
def test_boxes_one_after_the_other_are_two(dx: int, dy: int) -> None:
    """The white between two boxes of one size is no gap in a border: their corners stand at it."""
    pixels = np.minimum(_bordered(), np.roll(_bordered(), (dy, dx), (0, 1)))
    ink = make_ink(pixels, TYPE)
    assert len(find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()))) == 2


@pytest.mark.parametrize(("outside", "boxes"), [(0, 0), (8, 1)])
def test_a_border_around_the_whole_page_is_no_box(outside: int, boxes: int) -> None:
    """What a box sets apart is apart from something: a border around all text, or the paper's edge, sets nothing apart."""
    pixels = _bordered()
    lines = [Box(230, 330 + PITCH * i, 670, 330 + PITCH * i + TYPE) for i in range(8)]
    lines += [Box(230, 700 + PITCH * i, 670, 700 + PITCH * i + TYPE) for i in range(outside)]
    for line in lines:
        print_line(pixels, line)
    page = find_layout(scan_of(pixels), DetectedText(lines=tuple(lines), type_size=TYPE))
    assert len(page.frames) == boxes


@pytest.mark.parametrize("caps", [True, False])
def test_a_black_panel_closes_a_box_of_three_rules(*, caps: bool) -> None:
    """A box may have a panel with its heading for its upper side: the panel is a part of it. Without one it stays open."""
    pixels = _bordered()
    panel = Box(200, 300, 700, 345)
    pixels[300:345, 200:700] = PAPER
    if caps:
        pixels[300:345, 200:700] = INK
    ink = make_ink(pixels, TYPE, (panel,) if caps else ())
    boxes = find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ()), (panel,) if caps else ())
    assert [round(box.y0, -1) for box in boxes] == [300] * caps


def test_rules_that_meet_without_a_corner_close_no_box() -> None:
    """A column rule whose end is away from the rules above and below parts columns and is no side of a box."""
    pixels = _bordered(Box(690, 290, 710, 340), Box(690, 560, 710, 610))
    pixels[300:303, 690:900] = pixels[600:603, 690:900] = INK
    ink = make_ink(pixels, TYPE)
    assert find_boxes(ink, TYPE, find_rules(ink, TYPE, (), ())) == ()


def test_a_black_panel_with_light_type_is_no_picture() -> None:
    """White on black is type on a ground."""
    pixels = blank()
    pixels[200:300, 200:800] = INK
    line = Box(300, 230, 700, 270)
    print_line(pixels, line, ink=PAPER)
    (panel,) = find_panels(make_ink(pixels, TYPE), TYPE, [line])
    assert panel.intersection(Box(200, 200, 800, 300)) > 0.97 * 600 * 100


def test_a_panel_that_was_detected_as_one_line_is_a_panel() -> None:
    """A small black panel with a word in its middle is one though the detector saw all of it as type; bold type is none."""
    pixels = blank()
    pixels[200:240, 200:320] = INK
    pixels[400:440, 200:320] = INK
    print_line(pixels, Box(220, 210, 300, 230), ink=PAPER)
    print_line(pixels, Box(200, 410, 320, 430), ink=PAPER)
    seen = [Box(190, 190, 330, 250), Box(190, 390, 330, 450)]
    [panel] = find_panels(make_ink(pixels, TYPE), TYPE, seen)
    assert panel.intersection(Box(200, 200, 320, 240)) > 0.9 * 120 * 40


def test_a_line_detected_over_the_side_of_a_panel_is_two() -> None:
    """What stands on black and what stands beside it were printed apart, though the detector saw one line; both are kept."""
    pixels = blank()
    pixels[200:320, 200:700] = INK
    upper, lower, outside = Box(268, 220, 632, 248), Box(240, 268, 660, 296), Box(760, 268, 1152, 296)
    for line in (upper, lower):
        print_line(pixels, line, ink=PAPER)
    print_line(pixels, outside)
    merged = Box(lower.x0, lower.y0, outside.x1, outside.y1)
    page = find_layout(scan_of(pixels), DetectedText(lines=(upper, merged), type_size=TYPE))
    found = sorted((line.box.x0, line.box.x1, line.reversed) for region in page.regions for line in region.lines)
    assert [(x0 < 700, x1 < 700, dark) for x0, x1, dark in found] == [(True, True, True)] * 2 + [(False, False, False)]


def test_grain_is_no_ink_where_film_is_dark_and_full_stops_are() -> None:
    """Grain leaves a speck in fewer than one of ten squares of type; the ring of a full stop stays, however faint."""
    rng = np.random.default_rng(3)
    pixels = np.full((1200, 1600), 250, np.uint8)
    stops = [(x, y) for x in range(100, 1600, 200) for y in range(100, 1200, 200)]
    for place in stops:
        cv2.circle(pixels, place, 4, 110, 2, cv2.LINE_AA)
    grain = cv2.GaussianBlur(rng.normal(0, 1, pixels.shape), (0, 0), 0.8)
    film = pixels + grain / grain.std() * np.linspace(6, 15, 1600)
    ink = make_ink(np.clip(film, 0, 255).astype(np.uint8), 20.0)
    marks = components(ink.mask)
    inked = [ink.mask[y - 8 : y + 8, x - 8 : x + 8].any() for x, y in stops]
    assert all(inked)
    assert len(marks) < 0.1 * pixels.size / 20**2


def test_a_tint_is_a_ground_and_a_photo_is_a_picture() -> None:
    """Even grey under text is a tint; tone without text is a picture."""
    pixels = blank()
    pixels[200:500, 100:460] = 215
    lines = column_lines(0, 8, y=230)
    lines = [Box(line.x0 + 60, line.y0, line.x1 + 60, line.y1) for line in lines]
    for line in lines:
        print_line(pixels, line)
    noise = np.random.default_rng(1)
    pixels[200:500, 700:1200] = noise.choice(np.array([30, 120, 240], np.uint8), (300, 500))
    ink = make_ink(pixels, TYPE)
    (tint,) = find_tints(ink, TYPE, lines)
    (picture,) = find_pictures(ink, TYPE, lines, [tint])
    assert tint.intersection(Box(100, 200, 460, 500)) > 0.95 * 360 * 300
    assert picture.intersection(Box(700, 200, 1200, 500)) > 0.95 * 500 * 300


def test_a_tint_on_grainy_film_is_a_ground_and_a_photo_none() -> None:
    """Grain that reaches up to the paper's white hides no tint, and a photo with lines seen in it is not one."""
    pixels = blank()
    pixels[200:500, 100:460] = 215
    lines = [Box(line.x0 + 60, line.y0, line.x1 + 60, line.y1) for line in column_lines(0, 8, y=230)]
    for line in lines:
        print_line(pixels, line)
    rng = np.random.default_rng(1)
    photo = cv2.resize(rng.integers(20, 230, (4, 6), dtype=np.uint8), (500, 300), interpolation=cv2.INTER_CUBIC)
    pixels[200:500, 700:1200] = photo
    grain = cv2.GaussianBlur(rng.normal(0, 1, pixels.shape), (0, 0), 0.8)
    film = np.clip(pixels + grain * (14 / grain.std()), 0, 255).astype(np.uint8)
    texture = [Box(720, y, 1180, y + 30) for y in (230, 320, 410)]
    (tint,) = find_tints(make_ink(film, TYPE), TYPE, [*lines, *texture])
    assert tint.intersection(Box(100, 200, 460, 500)) > 0.95 * 360 * 300


def test_a_screen_of_dots_under_text_is_a_ground() -> None:
    """Dots that make a tint under type are neither a picture nor many."""
    pixels = blank()
    for y in range(200, 500, 6):
        for x in range(100, 500, 6):
            pixels[y : y + 2, x : x + 2] = INK
    lines = [Box(line.x0 + 60, line.y0, line.x1 + 60, line.y1) for line in column_lines(0, 6, y=230)]
    for line in lines:
        pixels[int(line.y0) - 4 : int(line.y1) + 4, int(line.x0) - 4 : int(line.x1) + 4] = PAPER
        print_line(pixels, line)
    ink = make_ink(pixels, TYPE)
    (tint,) = find_tints(ink, TYPE, lines)
    assert tint.intersection(Box(100, 200, 500, 500)) > 0.9 * 400 * 300
    assert find_pictures(ink, TYPE, lines, [tint]) == ()


def test_a_photo_taken_for_a_line_is_a_picture() -> None:
    """What is seen as one very tall line, but has tone from side to side, is a photo; large type has white in it."""
    pixels = blank()
    noise = np.random.default_rng(1)
    pixels[200:320, 100:1200] = noise.choice(np.array([30, 120, 240], np.uint8), (120, 1100))
    banner = Box(100, 500, 1300, 600)
    print_line(pixels, banner)
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, [Box(500, 180, 1260, 350), banner], ())
    assert picture.intersection(Box(100, 200, 1200, 320)) > 0.95 * 1100 * 120


def test_a_part_of_a_photo_taken_for_an_upright_line_is_of_the_picture() -> None:
    """It has tone from its top to its foot; signs set downwards have white between them."""
    pixels = blank()
    noise = np.random.default_rng(1)
    pixels[200:400, 100:500] = noise.choice(np.array([30, 120, 160], np.uint8), (200, 400))
    signs = [Box(700, y, 770, y + 70) for y in (200, 280)]
    for sign in signs:
        print_line(pixels, sign)
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, [Box(95, 190, 200, 405), hull(signs)], ())
    assert picture.intersection(Box(100, 200, 500, 400)) > 0.95 * 400 * 200


def test_a_photo_close_to_its_box_is_none_of_it() -> None:
    """The line around a photo and the text below it stays outside the picture."""
    pixels = blank()
    noise = np.random.default_rng(1)
    photo, box = Box(700, 200, 1200, 500), Box(694, 194, 1206, 700)
    pixels[200:500, 700:1200] = noise.choice(np.array([30, 120, 160], np.uint8), (300, 500))
    cv2.rectangle(pixels, (int(box.x0), int(box.y0)), (int(box.x1), int(box.y1)), INK, 3)
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, [], ())
    sides = [(b.x0, b.y0, b.x1, b.y1) for b in (picture, photo)]
    assert sides[0] == pytest.approx(sides[1], abs=2)


def test_a_band_of_shade_is_no_picture() -> None:
    """Where light falls off over several lines the page is darker, but has no edge and shows nothing; a photo in it has."""
    pixels = blank()
    across = np.abs(np.arange(1600) - 900) / 300
    down = np.abs(np.arange(1200) - 500) / 240
    shade = 100 * np.maximum(0, 1 - np.maximum(across[np.newaxis], down[:, np.newaxis]))
    pixels[:] = (PAPER - shade).astype(np.uint8)
    lines = column_lines(0, 30, y=100)
    for line in lines:
        print_line(pixels, line)
    assert find_pictures(make_ink(pixels, TYPE), TYPE, lines, ()) == ()
    pixels[400:600, 800:1000] = PAPER - 150
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, lines, ())
    assert picture.contains(900, 500)


@pytest.mark.parametrize(("x", "tints"), [(40, 1), (260, 0)], ids=["under the lines", "under their ends"])
def test_a_ground_that_cuts_lines_is_no_tint(x: int, tints: int) -> None:
    """Lines stand on a printed tint as a whole; a panel of the page's back, or a stain, ends in the midst of them."""
    pixels = blank()
    pixels[180:480, x : x + 460] = 205
    lines = column_lines(0, 8)
    for line in lines:
        print_line(pixels, line)
    assert len(find_tints(make_ink(pixels, TYPE), TYPE, lines)) == tints


def test_a_photo_within_the_dark_around_a_page_is_a_picture() -> None:
    """Where the film around a page was not cut off, the dark runs around all that is printed: it takes no photo along."""
    pixels = blank()
    pixels[:30], pixels[-30:], pixels[:, :30], pixels[:, -30:] = 60, 60, 60, 60
    for line in (lines := [line for column in (0, 1, 2) for line in column_lines(column, 28, y=100)]):
        print_line(pixels, line)
    pixels[960:1140, 600:900] = 60
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, lines, ())
    assert picture.intersection(Box(600, 960, 900, 1140)) > 0.9 * 300 * 180


def test_a_pale_photo_on_a_tint_is_a_picture() -> None:
    """Where a tint is even, a photo on it is told by its dots, however near its tone is to the tint's."""
    pixels = blank()
    pixels[200:700, 60:440] = 215
    lines = [Box(line.x0 + 30, line.y0, line.x1 + 30, line.y1) for line in column_lines(0, 8, y=450)]
    for line in lines:
        print_line(pixels, line)
    pixels[230:420, 120:380] = 225
    for y in range(230, 420, 6):
        for x in range(120, 380, 6):
            pixels[y : y + 2, x : x + 2] = INK
    ink = make_ink(pixels, TYPE)
    (tint,) = find_tints(ink, TYPE, lines)
    (picture,) = find_pictures(ink, TYPE, lines, [tint])
    assert picture.intersection(Box(120, 230, 380, 420)) > 0.9 * 260 * 190


def test_a_photo_reaches_down_to_the_white_above_its_caption() -> None:
    """A line detected close below it takes in a strip of the photo, which is the photo's all the same."""
    pixels = blank()
    noise = np.random.default_rng(1)
    pixels[200:500, 700:1200] = noise.choice(np.array([30, 120, 160], np.uint8), (300, 500))
    caption = Box(700, 505, 1000, 525)
    print_line(pixels, caption)
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, [replace(caption, y0=490)], ())
    assert picture.y1 == pytest.approx(500, abs=2)


@pytest.mark.parametrize(("width", "above", "found"), [(48, COLUMN, 1), (16, COLUMN, 0), (48, 9, 0)])
def test_a_paragraphs_last_word_that_was_passed_over_is_found(width: int, above: int, found: int) -> None:
    """It stands below a full line, at its column's edge; dust is smaller, and no text goes on from a short line."""
    pixels = blank()
    lines = [line for row, line in enumerate(column_lines(0, 8)) if row != 4]
    lines[3] = replace(lines[3], x1=lines[3].x0 + above * TYPE)
    word = Box(lines[3].x0, lines[3].y0 + PITCH, lines[3].x0 + width, lines[3].y1 + PITCH)
    for line in (*lines, word):
        print_line(pixels, line)
    words = last_words(make_ink(pixels, TYPE), lines, (), TYPE)
    assert [(b.x0, b.y0, b.y1) for b in words] == [pytest.approx((word.x0, word.y0, word.y1), abs=2)] * found


def test_a_line_right_below_a_photo_takes_in_none_of_it() -> None:
    """A caption that the detector saw with a strip of the photo above it is as high as its type, and ends where that ends."""
    pixels = blank()
    pixels[200:400, 100:900] = 60
    caption = Box(100, 412, 400, 432)
    print_line(pixels, caption)
    seen = Box(96, 390, 404, 446)
    (line,) = complete_lines(make_ink(pixels, TYPE), [seen], (), [Box(100, 200, 900, 400)])
    assert [line.y0, line.y1, line.x1] == pytest.approx([412, 432, 400], abs=3)


def test_what_looks_like_lines_in_a_photo_does_not_tear_it() -> None:
    """A line detected in a photo's texture, with tone above and below it, leaves the photo whole."""
    pixels = blank()
    noise = np.random.default_rng(1)
    pixels[200:500, 700:1200] = noise.choice(np.array([30, 120, 160], np.uint8), (300, 500))
    texture = Box(700, 330, 1200, 360)
    (picture,) = find_pictures(make_ink(pixels, TYPE), TYPE, [texture], ())
    assert picture.intersection(Box(700, 200, 1200, 500)) > 0.95 * 500 * 300


def test_narrow_lines_at_a_pictures_side_are_its_caption() -> None:
    """A block too narrow for a column, within a picture's height, captions it; a column beside it does not."""
    picture, column = Box(60, 200, 400, 500), column_lines(1, 10)
    narrow = [Box(410, y, 470, y + TYPE) for y in (420, 450, 480)]
    roles = {draft.role for draft in find_regions(narrow, [picture], (), (), TYPE) if draft.lines}
    assert roles == {Role.CAPTION}
    assert {draft.role for draft in find_regions(column, [picture], (), (), TYPE) if draft.lines} == {Role.PARAGRAPH}


@pytest.mark.parametrize(
    ("y", "height", "text", "role"),
    [
        (200, 17, 0, Role.CAPTION),
        (200, 20, 0, Role.PARAGRAPH),
        (260, 20, 0, Role.CAPTION),
        (260, 17, 3, Role.PARAGRAPH),
    ],
)
def test_a_few_lines_alone_beside_a_picture_are_its_caption(y: int, height: int, text: int, role: Role) -> None:
    """Lines over the column beside a picture caption it where no text shares that column.

    They are set in smaller type than the text's, or not level with the picture's top, as the text of its row is.
    """
    picture, x = Box(60, 200, 380, 500), column_left(1)
    small = [Box(x, top, x + COLUMN * TYPE, top + height) for top in (y, y + 28, y + 56)]
    drafts = find_regions([*small, *column_lines(1, text, y=380)], [picture], (), (), TYPE)
    assert next(draft.role for draft in drafts if draft.lines) == role


@pytest.mark.parametrize(("width", "role"), [(9, Role.CAPTION), (14, Role.PARAGRAPH)])
def test_a_few_lines_narrower_than_columns_alone_beside_a_picture_are_its_caption(width: float, role: Role) -> None:
    """Lines in the text's type, level with the picture's top, are set in a column only where they are about as wide as one."""
    picture, x = Box(60, 200, 380, 500), column_left(1)
    few = [Box(x, top, x + width * TYPE, top + TYPE) for top in (200, 230, 260)]
    drafts = find_regions([*few, *column_lines(0, 6, y=520), *column_lines(1, 6, y=520)], [picture], (), (), TYPE)
    assert [draft.role for draft in drafts if few[0] in draft.lines] == [role]


def test_a_byline_beside_the_next_columns_picture_is_no_caption() -> None:
    """Narrow lines right below a column of text, ending where it does, sign it, whatever picture stands beside them."""
    column, byline = column_lines(0, 5), Box(300, 350, 380, 350 + TYPE)
    picture = Box(column_left(1), 200, column_left(1) + 300, 500)
    roles = {draft.role for draft in find_regions([*column, byline], [picture], (), (), TYPE) if draft.lines}
    assert roles == {Role.PARAGRAPH}


def test_a_caption_set_like_text_is_parted_from_it_by_white() -> None:
    """Two lines right below a picture, with white and a byline under them, are its caption, large as they are."""
    picture, lines = Box(60, 200, 400, 390), column_lines(0, 8, y=400)
    short = [replace(lines[1], x1=lines[1].x0 + 200), *(replace(line, y0=line.y0 + 30, y1=line.y1 + 30) for line in lines[2:])]
    found = find_regions([lines[0], *short], [picture], (), (), TYPE)
    assert [(d.role, len(d.lines)) for d in found if d.lines] == [(Role.CAPTION, 2), (Role.PARAGRAPH, 6)]


def test_a_line_level_with_the_first_of_a_column_below_the_same_picture_is_text() -> None:
    """A paragraph's last line at the head of a column, below a picture over two of them, is no caption; a lower one may be."""
    picture, column = Box(60, 100, 730, 280), column_lines(0, 5, y=300)
    for y, role in ((300, Role.PARAGRAPH), (290, Role.CAPTION)):
        last = Box(column_left(1), y, column_left(1) + 3 * TYPE, y + TYPE)
        drafts = find_regions([*column, last], [picture], (), (), TYPE)
        assert [draft.role for draft in drafts if last in draft.lines] == [role]


def test_a_line_of_text_by_itself_below_a_caption_is_none_of_it() -> None:
    """A paragraph's last line between a caption and a subheading: it is larger, with more white above it than captions have."""
    picture, caption = Box(60, 100, 380, 280), Box(60, 288, 300, 304)
    for white, roles in ((16, [Role.CAPTION, Role.PARAGRAPH]), (5, [Role.CAPTION])):
        last = Box(60, caption.y1 + white, 100, caption.y1 + white + TYPE)
        drafts = find_regions([caption, last], [picture], (), (), TYPE)
        assert [draft.role for draft in drafts if draft.lines] == roles


def test_a_caption_is_no_shorter_for_a_line_of_low_letters() -> None:
    """Where all lines below a picture are smaller than the text, one that is lower than the others parts nothing."""
    picture = Box(60, 200, 400, 390)
    lines = [Box(60, 400, 380, 416), Box(60, 425, 390, 443), Box(60, 450, 300, 468)]
    (found,) = (draft for draft in find_regions(lines, [picture], (), (), TYPE) if draft.lines)
    assert (found.role, len(found.lines)) == (Role.CAPTION, 3)


def test_text_goes_on_below_a_picture() -> None:
    """Full lines of body type below a picture are text, though a speck makes one of them lower or wider."""
    picture, lines = Box(60, 200, 500, 390), column_lines(0, 4, y=400)
    lines[2] = Box(lines[2].x0, lines[2].y0, lines[2].x1 + 12, lines[2].y1)
    assert [draft.role for draft in find_regions(lines, [picture], (), (), TYPE)] == [Role.PICTURE, Role.PARAGRAPH]


def test_a_paragraphs_last_line_under_a_deck_is_no_line_of_it() -> None:
    """A deck set left has its lines at the left; one at the head of another column, as far right as the deck ends, is text."""
    headline, first = Box(60, 100, 700, 150), Box(60, 162, 620, 185)
    body = column_lines(1, 5, y=260)
    for line, decks in ((Box(column_left(1), 195, 625, 215), 1), (Box(60, 195, 300, 218), 2)):
        (heading,), _ = find_headings([headline, first, line, *body], body, (), TYPE)
        assert [role for _, role in heading.lines].count(Role.DECK) == decks


def test_a_deck_over_one_of_the_columns_is_no_line_of_it() -> None:
    """A line in slightly larger type, that stands on a column under a headline, is the headline's deck."""
    headline, deck = Box(200, 100, 1000, 150), Box(420, 162, 700, 185)
    body = [line for column in range(3) for line in column_lines(column, 5, y=200)]
    roles = {draft.lines[0]: draft.role for draft in find_regions([headline, deck, *body], (), (), (), TYPE)}
    assert roles[deck] is Role.DECK
    assert [len(d.lines) for d in find_regions([headline, deck, *body], (), (), (), TYPE)] == [1, 1, 5, 5, 5]


def test_a_deck_of_two_lines_over_a_column_is_no_part_of_it() -> None:
    """Both lines in slightly larger type, flush left with the column below, are the headline's deck."""
    headline, deck = Box(60, 100, 700, 150), [Box(60, 164, 300, 187), Box(60, 193, 320, 216)]
    body = [line for column in range(2) for line in column_lines(column, 6, y=232)]
    found = find_regions([headline, *deck, *body], (), (), (), TYPE)
    assert [(draft.role, len(draft.lines)) for draft in found] == [
        (Role.HEADLINE, 1),
        (Role.DECK, 2),
        (Role.PARAGRAPH, 6),
        (Role.PARAGRAPH, 6),
    ]


def test_a_tall_sign_in_a_columns_first_line_does_not_part_it() -> None:
    """Without a headline right above, the first line of a column is a line of it, however tall it looks."""
    first, *rest = column_lines(0, 6)
    tall = Box(first.x0, first.y0 - 3, first.x1, first.y1)
    assert [len(draft.lines) for draft in find_regions([tall, *rest], (), (), (), TYPE)] == [6]


def test_phrases_of_a_kicker_over_a_gutter_are_one_kicker() -> None:
    """Neither phrase is the kicker alone, though each is near enough to the headline's middle."""
    phrases, headline = [Box(580, 160, 680, 181), Box(705, 160, 805, 182)], Box(200, 200, 1180, 270)
    body = [line for column in range(3) for line in column_lines(column, 5, y=300)]
    found = find_regions([headline, *phrases, *body], (), (), (), TYPE)
    assert [draft.lines for draft in found if draft.role is Role.KICKER] == [tuple(phrases)]


def test_phrases_of_a_deck_over_a_gutter_are_one_deck() -> None:
    """Two phrases side by side, in the middle under a headline, are its deck, though neither is in the middle by itself."""
    headline, phrases = Box(300, 100, 800, 150), [Box(400, 162, 540, 185), Box(570, 162, 710, 185)]
    body = [line for column in range(3) for line in column_lines(column, 5, y=215)]
    found = find_regions([headline, *phrases, *body], (), (), (), TYPE)
    assert [d.lines for d in found if d.role is Role.DECK] == [tuple(phrases)]


def test_large_phrases_of_a_deck_over_a_gutter_are_one_deck() -> None:
    """They stand a space apart, in the middle under the headline as a whole; two headlines stand further apart."""
    headline = Box(300, 100, 800, 150)
    body = [line for column in range(3) for line in column_lines(column, 5, y=215)]

    def decks(*large: Box) -> list[tuple[Box, ...]]:
        return [d.lines for d in find_regions([headline, *large, *body], (), (), (), TYPE) if d.role is Role.DECK]

    phrases = Box(400, 163, 540, 189), Box(560, 162, 700, 189)
    assert decks(*phrases) == [phrases]
    assert decks(Box(310, 162, 520, 189), Box(580, 162, 790, 189)) == []


def test_a_column_beside_the_masthead_is_no_folio() -> None:
    """Where the rule below the masthead leaves columns free, an item begins beside it, and runs on below."""
    title, date = Box(80, 60, 700, 160), Box(80, 170, 600, 190)
    beside = column_lines(3, 20, y=60)
    body = [line for column in range(3) for line in column_lines(column, 20, y=260)]
    rule_below = Box(60, 210, column_left(3) - 30, 213)
    found = find_regions([title, date, *beside, *body], (), [rule_below], (), TYPE)
    assert {line for draft in found if draft.role is Role.FOLIO for line in draft.lines} == {title, date}


def test_a_weather_box_above_the_masthead_rule_is_folio() -> None:
    """Lines of about one length in a box narrower than any column are no article, and the masthead is closed off below."""
    title, weather = Box(500, 60, 1100, 160), [Box(80, y, 180, y + TYPE) for y in (60, 90, 120)]
    body = [line for column in range(4) for line in column_lines(column, 20, y=260)]
    found = find_regions([title, *weather, *body], (), [Box(60, 200, 1430, 203)], (), TYPE)
    assert {draft.role for draft in found if draft.box.y1 < 200} == {Role.FOLIO}


LINES = st.lists(
    st.builds(
        lambda x, y, width, height: Box(x, y, x + width, y + height),
        st.integers(0, 1200),
        st.integers(0, 1100),
        st.integers(10, 400),
        st.integers(8, 60),
    ),
    max_size=25,
    unique=True,
)
AREAS = st.lists(
    st.builds(lambda x, y, side: Box(x, y, x + side, y + side), st.integers(0, 900), st.integers(0, 900), st.integers(60, 500)),
    max_size=3,
    unique=True,
)


@given(lines=LINES, pictures=AREAS, grounds=AREAS)
def test_every_line_stands_in_one_region(lines: list[Box], pictures: list[Box], grounds: list[Box]) -> None:
    """However lines, pictures and grounds lie, each line is in exactly one region, and each region's box holds its lines."""
    drafts = find_regions(lines, pictures, (), grounds, TYPE)
    assert sorted(line for draft in drafts for line in draft.lines) == sorted(lines)
    assert all(hull((draft.box, *draft.lines)) == draft.box for draft in drafts)


@settings(max_examples=15, deadline=None)
@given(noise=LINES)
def test_noise_boxes_never_lose_text(noise: list[Box]) -> None:
    """Whatever else the detector thinks it sees beside the print, the printed lines come out all the same."""
    pixels = blank()
    body = [*column_lines(0, 6), *column_lines(1, 6)]
    for line in body:
        print_line(pixels, line)
    beside = [box for box in noise if not any(box.grown(TYPE, TYPE).intersection(line) for line in body)]
    scan = scan_of(pixels)
    clean, noisy = (find_layout(scan, DetectedText(lines=(*body, *more), type_size=TYPE)) for more in ((), beside))
    assert [line.box for line in noisy.lines] == [line.box for line in clean.lines]


def test_lines_stack_by_column() -> None:
    """Two columns side by side make two blocks, indents and short last lines included."""
    left, right = column_lines(0, 5), column_lines(1, 5)
    left[2] = Box(left[2].x0, left[2].y0, left[2].x0 + TYPE, left[2].y1)
    left[3] = Box(left[3].x0 + 2 * TYPE, left[3].y0, left[3].x1, left[3].y1)
    blocks = stack_lines([*right, *left], (), TYPE)
    assert [len(block.lines) for block in blocks] == [5, 5]


def test_a_paragraph_that_looks_a_little_larger_stacks_below_a_short_last_line() -> None:
    """Film makes lines taller here and there: an indented line below a short one is the next paragraph's first."""
    lines = column_lines(0, 4)
    lines[1] = Box(lines[1].x0, lines[1].y0, lines[1].x0 + 3 * TYPE, lines[1].y1)
    lines[2] = Box(lines[2].x0 + 2 * TYPE, lines[2].y0, lines[2].x1, lines[2].y0 + 1.15 * TYPE)
    assert [len(block.lines) for block in stack_lines(lines, (), TYPE)] == [4]


def test_a_block_is_cut_where_its_leading_breaks() -> None:
    """Lines further apart than the others belong to two blocks."""
    (block,) = stack_lines([*column_lines(0, 4), *column_lines(0, 4, y=200 + 4 * PITCH + 9)], (), TYPE)
    (wider,) = stack_lines([*column_lines(0, 4), *column_lines(0, 4, y=200 + 4 * PITCH + 10.5)], (), TYPE) or (None,)
    assert len(split_at_gaps(block, TYPE)) == 1
    assert wider is not None
    far = [*column_lines(0, 4), *column_lines(0, 4, y=200 + 4 * PITCH + 13)]
    assert len([piece for b in stack_lines(far, (), TYPE) for piece in split_at_gaps(b, TYPE)]) == 2


def test_lines_that_keep_a_wide_leading_are_one_block() -> None:
    """A column set at a pitch of two type sizes and more is one block; two lines as far apart are two."""
    wide = [Box(60, y, 380, y + TYPE) for y in (200, 250, 300, 350)]
    assert [len(block.lines) for block in stack_lines(wide, (), TYPE)] == [4]
    assert [len(block.lines) for block in stack_lines(wide[:2], (), TYPE)] == [1, 1]


def test_a_leading_that_one_column_keeps_holds_in_the_next() -> None:
    """Two lines of a short column stack at the wide leading of the long column beside them."""
    long = [Box(60, y, 380, y + TYPE) for y in (200, 250, 300, 350)]
    short = [Box(410, y, 730, y + TYPE) for y in (200, 250)]
    assert [len(block.lines) for block in stack_lines([*long, *short], (), TYPE)] == [4, 2]


def test_a_line_between_two_others_parts_them() -> None:
    """A centred subheading ends the block above it, however wide the leading."""
    wide = [Box(60, y, 380, y + TYPE) for y in (200, 250, 300, 400, 450, 500)]
    subheading = Box(170, 350, 270, 350 + TYPE)
    assert [len(block.lines) for block in stack_lines([*wide, subheading], (), TYPE)] == [3, 1, 3]


def test_lines_of_a_deck_that_are_measured_unlike_stand_in_one_heading() -> None:
    """Of two lines of a deck, just below and above the size of headings, none is left out."""
    headline, deck = Box(60, 100, 700, 150), [Box(60, 162, 360, 186), Box(60, 192, 340, 218)]
    body = [line for column in range(2) for line in column_lines(column, 5, y=250)]
    (heading,), rest = find_headings([headline, *deck, *body], body, (), TYPE)
    assert [role for _, role in heading.lines] == [Role.HEADLINE, Role.DECK, Role.DECK]
    assert sorted(rest) == sorted(body)


def test_a_quotation_mark_moves_a_headline_no_further_than_its_white() -> None:
    """Kicker and deck are flush left with a headline whose opening quotation mark leaves half a square white."""
    kicker, headline, deck = Box(110, 100, 400, 122), Box(150, 130, 800, 210), Box(110, 225, 420, 247)
    body = [line for column in range(2) for line in column_lines(column, 5, y=290)]
    (heading,), _ = find_headings([kicker, headline, deck, *body], body, (), TYPE)
    assert [role for _, role in heading.lines] == [Role.KICKER, Role.HEADLINE, Role.DECK]


def test_small_lines_next_to_a_headline_are_kicker_and_deck() -> None:
    """What stands above the largest type is the kicker, what stands below it the deck; the text below is neither."""
    kicker, headline, deck = Box(200, 100, 500, 120), Box(120, 130, 620, 180), Box(180, 190, 560, 212)
    body = column_lines(0, 5, y=240)
    (heading,), rest = find_headings([kicker, headline, deck, *body], body, (), TYPE)
    assert [role for _, role in heading.lines] == [Role.KICKER, Role.HEADLINE, Role.DECK]
    assert sorted(rest) == sorted(body)


def test_a_line_of_another_weight_above_a_headline_is_its_kicker() -> None:
    """Where a kicker is nearly as large as the headline, its thinner strokes tell; two lines of one weight are one headline."""
    kicker, headline = Box(60, 100, 400, 128), Box(60, 140, 600, 173)
    body = column_lines(0, 5, y=200)
    for strokes, role in ((2.0, Role.KICKER), (3.2, Role.HEADLINE)):
        widths = {kicker: strokes, headline: 4.0}
        (found,), _ = find_headings([kicker, headline, *body], body, (), TYPE, widths=widths)
        assert found.lines == ((kicker, role), (headline, Role.HEADLINE))


def test_letters_of_one_weight_are_one_headline_however_high_their_line() -> None:
    """A line with tails below capitals is higher, and its strokes are thinner for its height, than one without any."""
    first, last = Box(96, 100, 923, 144), Box(96, 167, 378, 216)
    (found,), _ = find_headings([first, last], (), (), 24.5, widths={first: 3.56, last: 3.18})
    assert [role for _, role in found.lines] == [Role.HEADLINE] * 2


def test_the_last_word_of_a_headline_may_have_low_letters_only() -> None:
    """A line that is surely one of a headline is a part of it below larger ones, and not its deck."""
    first, second, last = Box(100, 100, 500, 140), Box(100, 160, 400, 200), Box(100, 220, 280, 248)
    body = column_lines(0, 5, y=270)
    (heading,), _ = find_headings([first, second, last, *body], body, (), TYPE, [last])
    assert [role for _, role in heading.lines] == [Role.HEADLINE] * 3


def test_lines_of_a_heading_stand_closer_where_ideographs_fill_their_squares() -> None:
    """White of a line's whole height is within a headline of letters, and between two headings of a vertical page."""
    lines = [Box(0, 0, 400, 40), Box(0, 80, 400, 120)]
    assert len(find_headings(lines, (), (), TYPE)[0]) == 1
    assert len(find_headings(lines, (), (), TYPE, vertical=True)[0]) == 2


def test_a_heading_set_downwards_is_read_from_right_to_left() -> None:
    """Upright lines side by side are one heading: the small one on the right its kicker, then the headline's lines."""
    kicker, first, second = Box(230, 200, 252, 500), Box(160, 200, 210, 560), Box(100, 260, 150, 620)
    (heading,), rest = find_headings([second, first, kicker], (), (), TYPE)
    assert heading.lines == ((kicker, Role.KICKER), (first, Role.HEADLINE), (second, Role.HEADLINE))
    assert rest == ()


def test_a_name_beside_a_heading_set_downwards_is_a_part_of_it() -> None:
    """A small upright line anywhere along an upright heading belongs to it, and one beyond its end does not."""
    title, name = Box(200, 200, 250, 700), Box(150, 530, 170, 640)
    (heading,), _ = find_headings([title, name], (), (), TYPE)
    assert [role for _, role in heading.lines] == [Role.HEADLINE, Role.DECK]
    (heading,), rest = find_headings([title, replace(name, y0=670, y1=780)], (), (), TYPE)
    assert len(rest) == 1


def test_upright_headings_with_an_article_between_are_two() -> None:
    """Two lines set downwards, a column apart, are neither one line nor one heading."""
    pixels = blank()
    body = [Box(b.x0 + 100, b.y0, b.x1 + 100, b.y1) for b in column_lines(0, 8)]
    uprights = [Box(x, 200, x + 40, 440) for x in (90, 520)]
    for line in body:
        print_line(pixels, line)
    for line in uprights:
        for y in range(200, 440, 40):
            print_line(pixels, Box(line.x0, y, line.x1, y + 40))
    page = find_layout(scan_of(pixels), detect_text(pixels, Printed([*body, *uprights], pixels.shape)))
    found = [region for region in page.regions if region.role is Role.HEADLINE]
    assert [(region.box.width, len(region.lines)) for region in found] == [(pytest.approx(40, abs=6), 1)] * 2


def test_a_figure_in_a_large_level_line_is_not_upright() -> None:
    """A narrow figure beside characters of its height belongs to their line."""
    figure, beside = Box(100, 200, 120, 260), Box(125, 200, 400, 262)
    assert upright_lines([figure, beside], TYPE) == ()
    assert upright_lines([figure], TYPE) == (figure,)


def test_a_sign_that_was_seen_apart_at_an_upright_lines_end_is_one_of_it() -> None:
    """It stands right above the line and in its middle; one further up, at its side, or on a panel is something else."""
    line, sign = Box(100, 200, 140, 440), Box(105, 165, 135, 195)
    assert with_end_signs((line,), (sign,)) == ((hull((line, sign)),), ())
    for other in (replace(sign, y0=145, y1=175), replace(sign, x0=125, x1=155)):
        assert with_end_signs((line,), (other,)) == ((line,), (other,))
    assert with_end_signs((line,), (sign,), panels=(sign.grown(5, 2),)) == ((line,), (sign,))


def test_a_line_of_an_upright_heading_that_was_passed_over_is_found() -> None:
    """Ink as high and about as long as a heading's line, right beside it, is a line of it; one sign of it was detected."""
    pixels = blank()
    seen, missed = Box(200, 300, 500, 360), Box(200, 375, 500, 435)
    print_line(pixels, seen)
    print_line(pixels, missed)
    sign = Box(440, 370, 505, 440)
    (found,) = passed_over(make_ink(pixels, TYPE), [seen], [sign], (), TYPE)
    assert found.intersection(missed) > 0.9 * missed.area
    assert inside(sign, found)


def test_text_beside_an_upright_heading_is_no_line_of_it() -> None:
    """Ink beside a heading that was detected as text, or is less high, stays what it is."""
    pixels = blank()
    seen, text, small = Box(200, 300, 500, 360), Box(200, 375, 500, 435), Box(200, 270, 500, 290)
    for line in (seen, text, small):
        print_line(pixels, line)
    assert passed_over(make_ink(pixels, TYPE), [seen], [text], (), TYPE) == ()


def test_headlines_side_by_side_are_two_headings() -> None:
    """Large lines that share no ground in x head two articles."""
    left, right = Box(60, 200, 360, 240), Box(420, 205, 720, 245)
    headings, _ = find_headings([left, right], (), (), TYPE)
    assert len(headings) == 2


def test_columns_are_numbered_from_the_left() -> None:
    """Blocks that begin at one edge stand in one column, a byline to the right in the column that it stands in."""
    boxes = [hull(column_lines(c, 4)) for c in (2, 0, 1, 0)]
    byline = Box(column_left(1) + 200, 700, column_left(1) + COLUMN * TYPE, 720)
    assert number_columns([*boxes, byline], TYPE) == (3, 1, 2, 1, 2)


def test_the_body_size_is_that_of_the_running_text() -> None:
    """A few headlines do not raise it."""
    assert body_size([*column_lines(0, 9), Box(0, 0, 900, 90)]) == TYPE


def test_a_page_without_text_has_no_regions() -> None:
    """A blank scan gives a page, and no error."""
    scan = scan_of(blank())
    page = find_layout(scan, detect_text(scan.pixels, Printed([], (1200, 1600))))
    assert (page.regions, page.separators) == ((), ())


def test_a_printed_page_is_understood() -> None:
    """A running head over a rule, a heading over two columns: each printed line is in one region of the right role."""
    pixels = blank()
    head = Box(70, 60, 270, 90)
    headline = Box(150, 130, 650, 170)
    body = [*column_lines(0, 10), *column_lines(1, 10)]
    for line in (head, headline, *body):
        print_line(pixels, line)
    pixels[105:108, 60:760] = INK
    page = find_layout(scan_of(pixels), detect_text(pixels, Printed([head, headline, *body], pixels.shape)))
    assert [(region.role, len(region.lines)) for region in page.regions] == [
        (Role.FOLIO, 1),
        (Role.HEADLINE, 1),
        (Role.PARAGRAPH, 10),
        (Role.PARAGRAPH, 10),
    ]
    assert len({line.id for line in page.lines}) == len(page.lines)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.3))
def test_the_pieces_of_a_mask_are_found_sparse_or_dense(seed: int, share: float) -> None:
    """Pieces that touch by a corner are one, those in a hole of another are their own, and none is left out."""
    mask = (np.random.default_rng(seed).random((40, 60)) < share).astype(np.uint8)
    numbered = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:, :4]
    assert sorted(numbered.tolist()) == sorted(components(mask).tolist())


@given(st.binary(min_size=1, max_size=300), st.floats(0, 100))
def test_a_grey_level_is_the_percentile_of_the_pixels(pixels: bytes, percent: float) -> None:
    """Counting the greys gives what sorting the pixels gives."""
    grey = np.frombuffer(pixels, np.uint8)[None]
    assert grey_level(grey, percent) == pytest.approx(np.percentile(grey, percent))


def test_a_word_that_was_passed_over_at_its_columns_edge_is_read_with_its_line() -> None:
    """Two signs at the left edge, wide white behind them, are a part of the line; dust there is none, nor is what is a line."""
    lines = column_lines(0, 5)
    word, seen = replace(lines[2], x1=lines[2].x0 + 2 * TYPE), replace(lines[2], x0=lines[2].x0 + 5 * TYPE)
    pixels = blank()
    for line in (*lines[:2], word, seen, *lines[3:]):
        print_line(pixels, line)
    detected = [*lines[:2], seen, *lines[3:]]
    grown = reach_edges(make_ink(pixels, TYPE), detected, (), TYPE)
    assert grown[2].x0 == pytest.approx(word.x0, abs=3)
    assert [grown[i] for i in (0, 1, 3, 4)] == [detected[i] for i in (0, 1, 3, 4)]
    assert reach_edges(make_ink(pixels, TYPE), [*detected, word], (), TYPE)[2] == seen
    spotted = blank()
    for line in detected:
        print_line(spotted, line)
    spotted[int(word.y0) + 8 : int(word.y0) + 12, int(word.x0) + 4 : int(word.x0) + 8] = INK
    assert reach_edges(make_ink(spotted, TYPE), detected, (), TYPE)[2] == seen


def test_a_drop_capital_that_was_passed_over_is_no_word_of_a_line() -> None:
    """Large type at the column's edge stands beside several lines and belongs to none of them."""
    lines = column_lines(0, 6)
    detected = [replace(line, x0=line.x0 + 4 * TYPE) for line in lines[:2]] + lines[2:]
    pixels = blank()
    for line in detected:
        print_line(pixels, line)
    print_line(pixels, Box(lines[0].x0, lines[0].y0, lines[0].x0 + 50, lines[0].y0 + 50))
    pixels[int(lines[0].y0) : int(lines[0].y0) + 50, int(lines[0].x0) + 20 : int(lines[0].x0) + 30] = INK
    assert list(reach_edges(make_ink(pixels, TYPE), detected, (), TYPE)) == detected
