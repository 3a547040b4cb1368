"""Tiers of vertical lines, seen as columns in the reading frame: the rules and narrow gutters between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from galleys import TYPE, make_ink
from test_layout import INK, blank, print_line

from digitize.geometry import Box
from digitize.layout.gutters import Gutters
from digitize.layout.headings import find_headings
from digitize.layout.lines import cut_lines, join_lines
from digitize.layout.ornaments import find_rows_of_marks, is_of_marks, ornamented_rules
from digitize.layout.regions import find_regions
from digitize.layout.separators import column_rules, find_rules
from digitize.layout.sidemarks import trim_marks
from digitize.layout.subheadings import find_subheadings
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.layout.ink import Ink

ROWS = 16
LEFT, RIGHT = 100.0, 320.0
"""Where the first tier begins and ends; the second one begins a character further on."""


def tier_lines(left: float = LEFT, right: float = RIGHT, rows: int = ROWS) -> list[Box]:
    """Lines of one tier, set a third of a character apart."""
    return [Box(left, 200 + row * 27, right, 220 + row * 27) for row in range(rows)]


def two_tiers(gap: float) -> tuple[list[Box], list[Box]]:
    """The lines of two tiers with so much white between them."""
    return tier_lines(), tier_lines(RIGHT + gap, RIGHT + gap + 220)


def find_ornamented_rules(ink: Ink, lines: Sequence[Box], rules: Sequence[Box], *, ideographs: bool = False) -> tuple[Box, ...]:
    """The rules that are rows of marks, of a page whose other rules are known."""
    return ornamented_rules(find_rows_of_marks(ink, TYPE, lines, ideographs=ideographs), rules)


def test_a_leaning_rule_in_a_narrow_gutter_parts_columns() -> None:
    """A tier rule that leans has text close beside its box, but none beside itself."""
    pixels = blank()
    first, second = two_tiers(12)
    for line in (*first, *second):
        print_line(pixels, line)
    for y in range(190, 640):
        x = int(RIGHT + 1 + (y - 190) / 50)
        pixels[y, x : x + 2] = INK
    leaning = Box(RIGHT + 1, 190, RIGHT + 12, 640)
    assert column_rules(make_ink(pixels, TYPE), (leaning,), [*first, *second], TYPE) == (leaning,)


def test_a_wavy_rule_in_a_gutter_parts_columns() -> None:
    """The crests of a wave are its own ink, and no text beside it."""
    pixels = blank()
    first, second = two_tiers(34)
    for line in (*first, *second):
        print_line(pixels, line)
    for y in range(190, 640):
        x = int(RIGHT + 16) + (0, 1, 2, 1, 0, -1, -2, -1)[y // 2 % 8]
        pixels[y, x : x + 3] = INK
    wave = Box(RIGHT + 13, 190, RIGHT + 22, 640)
    assert column_rules(make_ink(pixels, TYPE), (wave,), [*first, *second], TYPE) == (wave,)


def test_a_rule_through_a_line_that_was_run_together_is_found() -> None:
    """Two lines that the detector took for one of large type do not hide the rule that passes them; strokes are none."""
    pixels = blank()
    pixels[200:600, 300:303] = INK
    pixels[700:740, 300:303] = INK
    merged, large = Box(100, 400, 540, 447), Box(280, 690, 330, 750)
    (rule,) = find_rules(make_ink(pixels, TYPE), TYPE, (merged, large), ())
    assert rule.height > 380


def test_what_runs_along_the_middle_of_a_line_is_no_rule() -> None:
    """Strokes that film has run together, or a dash, lie in a line of text; a rule below it stands off."""
    pixels = blank()
    pixels[209:212, 100:500] = INK
    pixels[232:235, 100:500] = INK
    (rule,) = find_rules(make_ink(pixels, TYPE), TYPE, (Box(90, 200, 520, 220),), ())
    assert rule.cy > 225


def test_a_worn_end_of_a_rule_still_cuts_a_line() -> None:
    """Where a rule between tiers ends amid a line that was run together, the white around it is a gutter."""
    pixels = blank()
    first, second = two_tiers(18)
    for line in (*first, *second):
        print_line(pixels, line)
    last = Box(first[-1].x0, first[-1].y0, second[-1].x1, first[-1].y1)
    rule = Box(RIGHT + 8, 190, RIGHT + 10, last.cy - 1)
    pixels[int(rule.y0) : int(rule.y1), int(rule.x0) : int(rule.x1)] = INK
    lines = [*first[:-1], *second[:-1], last]
    pieces = cut_lines(ink := make_ink(pixels, TYPE), lines, Gutters(ink, lines, (rule,), TYPE))
    assert len(pieces) == 2 * ROWS


def test_white_too_narrow_for_a_gutter_is_one_where_all_lines_around_part() -> None:
    """A line run together over half a character of white is cut where tiers part above it and below it."""
    pixels = blank()
    first, second = two_tiers(5)
    for line in (*first, *second):
        print_line(pixels, line)
    middle = ROWS // 2
    torn = Box(first[middle].x0, first[middle].y0, second[middle].x1, first[middle].y1)
    lines = [*(line for line in (*first, *second) if line.cy != torn.cy), torn]
    pieces = cut_lines(ink := make_ink(pixels, TYPE), lines, Gutters(ink, lines, (), TYPE))
    assert len(pieces) == 2 * ROWS
    alone = cut_lines(ink, [torn], Gutters(ink, [torn], (), TYPE))
    assert len(alone) == 1


def test_a_deck_over_the_gutter_of_two_tiers_is_one_line() -> None:
    """On a vertical page a heading's line, however little larger than the text, is not cut where tiers part below it."""
    pixels = blank()
    first, second = two_tiers(22)
    for line in (*first[4:], *second[4:]):
        print_line(pixels, line)
    deck = Box(LEFT + 60, first[2].y0, RIGHT + 160, first[2].y0 + 27)
    for part in (replace(deck, x1=RIGHT + 2), replace(deck, x0=RIGHT + 22)):
        print_line(pixels, part)
    lines, ink = [*first[4:], *second[4:], deck], make_ink(pixels, TYPE)
    cut, whole = (cut_lines(ink, [deck], Gutters(ink, lines, (), TYPE, whole=size)) for size in (1.4, 1.25))
    assert (len(cut), whole) == (2, (deck,))


def test_pieces_that_touch_in_a_gutter_are_two_lines() -> None:
    """A sign that hangs into the gutter joins two tiers no more than it does elsewhere; amid a column it does."""
    first, second = two_tiers(22)
    middle = ROWS // 2
    left = Box(first[middle].x0, first[middle].y0, RIGHT + 20, first[middle].y1)
    right = Box(RIGHT + 19, left.y0, second[middle].x1, left.y1)
    others = [line for line in (*first, *second) if line.cy != left.cy]
    lines = [*others, left, right]
    ink = make_ink(blank(), TYPE)
    assert {left, right} <= set(join_lines(lines, Gutters(ink, lines, (), TYPE)))
    torn = [Box(LEFT, left.y0, 200, left.y1), Box(199, left.y0, RIGHT, left.y1)]
    lines = [*others, *torn, second[middle]]
    assert not set(torn) & set(join_lines(lines, Gutters(ink, lines, (), TYPE)))


def test_rows_of_marks_are_rules() -> None:
    """Dots in a long row between lines are a rule, level or upright; three of them lead to a number."""
    pixels = blank()
    for place in range(100, 500, 8):
        pixels[300:304, place : place + 4] = INK
        pixels[place + 300 : place + 304, 800:804] = INK
    for place in range(100, 124, 8):
        pixels[500:504, place : place + 4] = INK
    found = find_ornamented_rules(make_ink(pixels, TYPE), (), ())
    assert [(rule.upright, round(max(rule.width, rule.height) / TYPE)) for rule in found] == [(False, 20), (True, 20)]


def test_a_row_of_marks_that_leans_is_a_rule() -> None:
    """A rule of dots may drift by more than it is thick over its length, as warp and curl have it."""
    pixels = blank()
    for place in range(100, 900, 8):
        drift = 300 + (place - 100) // 60
        pixels[drift : drift + 4, place : place + 4] = INK
    (rule,) = find_ornamented_rules(make_ink(pixels, TYPE), (), ())
    assert rule.width > 780


def test_the_signs_of_a_line_are_no_rule() -> None:
    """A row of dots that stands in a line of text belongs to it."""
    pixels = blank()
    for place in range(100, 500, 8):
        pixels[308:312, place : place + 4] = INK
    print_line(pixels, Box(510, 300, 710, 320))
    assert find_ornamented_rules(make_ink(pixels, TYPE), (Box(90, 300, 720, 320),), ()) == ()


def test_a_row_of_marks_that_was_taken_for_a_line_is_a_rule() -> None:
    """Where a detected line holds nothing but the marks it is a rule, and no text; a line that it crosses is text."""
    pixels = blank()
    for place in range(100, 500, 8):
        pixels[308:313, place : place + 5] = INK
    taken, text = Box(95, 302, 505, 319), Box(300, 200, 320, 420)
    ink = make_ink(pixels, TYPE)
    (rule,) = find_ornamented_rules(ink, (taken,), (), ideographs=True)
    assert find_ornamented_rules(ink, (taken,), ()) == ()  # a line of low letters looks like it
    assert [is_of_marks(line, rule) for line in (taken, text)] == [True, False]


def test_a_row_of_figures_is_no_rule() -> None:
    """Figures are as low as the marks of a rule, and differ where these are one mark over and over."""
    pixels, rng = blank(), np.random.default_rng(2)
    x = 100
    while x < 300:
        width = int(rng.integers(3, 10))
        pixels[308 : 308 + int(rng.integers(5, 10)), x : x + width] = INK
        x += width + 4
    assert find_ornamented_rules(make_ink(pixels, TYPE), (Box(95, 302, 310, 322),), (), ideographs=True) == ()


def test_a_wave_that_leans_and_meets_other_ink_is_one_rule() -> None:
    """A wavy rule between two tiers is found as a whole, though it bends and another rule runs into it somewhere."""
    pixels = blank()
    first, second = two_tiers(44)
    for line in (*first, *second):
        print_line(pixels, line)
    for y in range(190, 640):
        x = int(RIGHT + 16 + (y - 190) / 70) + abs(y // 2 % 12 - 6)
        pixels[y, x : x + 3] = INK
    pixels[400:403, int(LEFT) : int(RIGHT + 24)] = INK
    over = [Box(a.x0, a.y0, b.x1, a.y1) for a, b in zip(first, second, strict=True)]
    (rule,) = (r for r in find_ornamented_rules(make_ink(pixels, TYPE), over, ()) if r.upright)
    assert (rule.y0, rule.y1) == pytest.approx((190, 640), abs=TYPE)


def test_dots_between_tiers_are_a_rule_however_far_lines_were_seen() -> None:
    """Marks that no character stands close to are a rule, though level rules end at it and lines were detected over it."""
    pixels = blank()
    first, second = two_tiers(34)
    for line in (*first, *second):
        print_line(pixels, line)
    for y in range(190, 640, 10):
        pixels[y : y + 5, int(RIGHT + 15) : int(RIGHT + 20)] = INK
    over = [Box(a.x0, a.y0, b.x1, a.y1) for a, b in zip(first, second, strict=True)]
    crossing = Box(LEFT, 636, RIGHT + 220, 638)
    (rule,) = find_ornamented_rules(make_ink(pixels, TYPE), over, (crossing,))
    assert rule.upright
    assert RIGHT < rule.x0 < rule.x1 < RIGHT + 34


def test_strokes_below_one_another_are_no_rule() -> None:
    """Signs of a single stroke, one in each of several lines, stand free as marks do, but are longer."""
    pixels = blank()
    lines = tier_lines()
    for line in lines:
        print_line(pixels, replace(line, x1=190))
        print_line(pixels, replace(line, x0=210))
        pixels[int(line.y0) : int(line.y1), 198:201] = INK
    assert find_ornamented_rules(make_ink(pixels, TYPE), lines, ()) == ()


def test_marks_beside_characters_make_no_line_larger() -> None:
    """Points and rings of emphasis above a line of the reading frame are trimmed off; larger type without any is not."""
    pixels = blank()
    line = Box(100, 300, 320, 320)
    for x in range(100, 320, 20):
        pixels[301:319, x + 1 : x + 18] = INK
        pixels[291:296, x + 7 : x + 12] = INK
        pixels[325:330, x + 7 : x + 12] = INK
    larger = Box(100, 500, 350, 527)
    print_line(pixels, larger)
    lines = replace(line, y0=290), replace(line, y0=290, y1=331), larger
    above, around, same = trim_marks(make_ink(pixels, TYPE), lines, TYPE)
    assert [round(y) for y in (above.y0, around.y0, around.y1)] == [301, 301, 319]
    assert same == larger


def test_level_lines_of_a_vertical_heading_follow_from_the_top() -> None:
    """The level lines of a vertical page stand upright in the reading frame, the first of them on the left."""
    upper, lower = Box(100, 200, 140, 500), Box(150, 250, 172, 450)
    (heading,), _ = find_headings((lower, upper), (), (), TYPE, vertical=True)
    assert heading.lines == ((upper, Role.HEADLINE), (lower, Role.DECK))
    (turned,), _ = find_headings((lower, upper), (), (), TYPE)
    assert turned.lines == ((lower, Role.KICKER), (upper, Role.HEADLINE))


@pytest.mark.parametrize(
    ("line", "rule", "parts"),
    [
        (Box(LEFT + 40, 0, LEFT + 150, 26), None, True),
        (Box(LEFT + 40, 0, LEFT + 150, 26), 1, False),  # a rule above it ends the item there
        (Box(LEFT, 0, LEFT + 150, 26), None, False),  # at the tier's head, as headlines stand
        (Box(LEFT + 40, 0, LEFT + 150, 50), None, False),  # as large as a headline
    ],
)
def test_a_lowered_line_close_to_the_columns_beside_it_is_a_subheading(line: Box, rule: int | None, *, parts: bool) -> None:
    """On a vertical page larger type that stands amid the columns of an item, lowered as a paragraph is, opens no item."""
    columns = [Box(LEFT, y, LEFT + 300, y + TYPE) for y in (100, 130, 160, 226, 256, 286)]
    line = Box(line.x0, 190, line.x1, 190 + line.height)
    headline = Box(LEFT + 20, 20, LEFT + 280, 70)
    rules = () if rule is None else (Box(LEFT, 184, LEFT + 300, 186),)
    found = find_subheadings((headline, line), columns, rules, TYPE)
    assert found == ((line,) if parts else ())


def test_what_stands_above_the_frame_of_a_vertical_page_is_its_masthead() -> None:
    """Lines left of a tall rule in the reading frame are above the text; a tier of text above a rule is none."""
    name, text = Box(20, 400, 60, 600), tier_lines()
    rule = Box(80, 150, 83, 700)
    roles = {draft.role for draft in find_regions((name, *text), (), (rule,), (), TYPE, vertical=True) if name in draft.lines}
    assert roles == {Role.FOLIO}
    below = Box(RIGHT + 20, 150, RIGHT + 22, 700)
    drafts = find_regions(tuple(text), (), (below,), (), TYPE, vertical=True)
    assert {draft.role for draft in drafts} == {Role.PARAGRAPH}
