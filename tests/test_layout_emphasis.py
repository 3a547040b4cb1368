"""Headlines in small type, told by their weight, on drawn pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from galleys import COLUMN, PITCH, TYPE, make_ink
from hypothesis import given
from hypothesis import strategies as st

from digitize.geometry import Box
from digitize.layout.emphasis import Surroundings, small_headlines, stroke_widths
from digitize.layout.regions import find_regions
from digitize.model import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEFT, LIGHT, BOLD = 100.0, 2, 4
RULE = Box(LEFT, 180, LEFT + COLUMN * TYPE, 183)


def typeset(lines: Sequence[Box], bold: Sequence[Box], *, ink: int = 20, paper: int = 245) -> NDArray[np.uint8]:
    """A page on which each line is a row of crosses in squares, their strokes light or bold."""
    pixels = np.full((1200, 1600), paper, np.uint8)
    for line in lines:
        stroke, size = (BOLD if line in bold else LIGHT), int(line.height)
        for x in range(int(line.x0), int(line.x1) - size + 2, size):
            y, middle = int(line.y0), size // 2 - stroke // 2
            pixels[y : y + size, x + middle : x + middle + stroke] = ink
            pixels[y + middle : y + middle + stroke, x + 1 : x + size - 1] = ink
    return pixels


def item(y: float, *, x: float = LEFT, head: float = 8.0, rows: int = 4) -> tuple[Box, list[Box]]:
    """A line of so many characters, and below it a paragraph with its indent."""
    text = [Box(x + (2 * TYPE if row == 0 else 0), y + (row + 1) * PITCH, x + COLUMN * TYPE, 0) for row in range(rows)]
    return Box(x, y, x + head * TYPE, y + TYPE), [Box(b.x0, b.y0, b.x1, b.y0 + TYPE) for b in text]


def headlines(
    lines: Sequence[Box],
    bold: Sequence[Box],
    *obstacles: Box,
    ground: Box | None = None,
    pixels: NDArray[np.uint8] | None = None,
) -> set[Box]:
    """The lines that head an item, on a page with some lines in bold."""
    widths = stroke_widths(make_ink(typeset(lines, bold) if pixels is None else pixels, TYPE), lines)
    return set(small_headlines(lines, widths, Surroundings(obstacles, ground, TYPE), 1.25 * TYPE))


@pytest.mark.parametrize(("ink", "paper"), [(20, 245), (120, 245), (90, 190)])
def test_stroke_widths_do_not_change_with_ink_and_paper(ink: int, paper: int) -> None:
    """Bold strokes are about twice as wide as light ones, in print that is black, faded, or on a tint."""
    head, text = item(200)
    widths = stroke_widths(make_ink(typeset([head, *text], [head], ink=ink, paper=paper), TYPE), [head, *text])
    assert widths[head] / widths[text[-1]] == pytest.approx(BOLD / LIGHT, rel=0.2)


def test_a_bold_line_below_a_rule_is_a_headline() -> None:
    """A heavier line of the body's size between a rule and an indented paragraph heads an item; a light one does not."""
    head, text = item(200)
    assert headlines([head, *text], [head], RULE) == {head}
    assert headlines([head, *text], [], RULE) == set()


def test_a_bold_line_between_paragraphs_is_none() -> None:
    """In the midst of a column, without a rule or another sign that an item ends, a bold line is a subheading."""
    _, before = item(200)
    head, text = item(before[-1].y0 + PITCH)
    assert headlines([*before, head, *text], [head], RULE) == set()


def test_briefs_set_alike_follow_each_other() -> None:
    """Below a headline in small type, a line of the same weight, size and edge heads the next item."""
    first, text = item(200)
    second, more = item(text[-1].y0 + PITCH)
    assert headlines([first, *text, second, *more], [first, second], RULE) == {first, second}


def test_briefs_set_like_a_headline_in_larger_type_follow_it() -> None:
    """Where one headline of a group is measured as large, and the next as small, they are of one group all the same."""
    first, text = item(200)
    second, more = item(text[-1].y0 + PITCH)
    large = Box(first.x0, first.y0 - 5, first.x1, first.y0 + 1.3 * TYPE - 5)
    smaller = Box(second.x0, second.y0 - 4, second.x1, second.y0 + 1.2 * TYPE - 4)
    assert headlines([large, *text, smaller, *more], [large, smaller]) == {smaller}


@pytest.mark.parametrize(("below", "found"), [(1, 0), (2, 1)], ids=["one", "several"])
def test_a_bold_line_is_a_headline_for_several_like_it_below(below: int, found: int) -> None:
    """At a column's head a line set like two larger headlines further down is the first of a group; like one, a subheading."""
    first, text = item(200)
    lines, heads = [first, *text], []
    for _ in range(below):
        y = lines[-1].y0 + PITCH
        heads.append(Box(first.x0, y - 4, first.x1, y - 4 + 1.3 * TYPE))
        lines += [heads[-1], *item(y)[1]]
    assert headlines(lines, [first, *heads]) == set([first][:found])


def test_the_first_of_a_group_below_its_name_is_a_headline() -> None:
    """Below the name of a group of briefs, in larger type, the line that is set like their headlines is one of them."""
    name = Box(LEFT + 4 * TYPE, 150, LEFT + 10 * TYPE, 150 + 1.6 * TYPE)
    first, text = item(200)
    second, more = item(text[-1].y0 + 2 * PITCH)
    third, last = item(more[-1].y0 + 2 * PITCH)
    rules = [Box(LEFT, head.y0 - 12, LEFT + COLUMN * TYPE, head.y0 - 10) for head in (second, third)]
    lines = [name, first, *text, second, *more, third, *last]
    assert headlines(lines, [first, second, third], *rules) == {first, second, third}
    assert headlines(lines[1:], [first, second, third], *rules) == {second, third}


@pytest.mark.parametrize(("width", "items", "found"), [(6, 3, True), (6, 2, False), (14, 3, False), (14, 5, True)])
def test_heads_set_alike_below_a_name_are_a_group(width: int, items: int, *, found: bool) -> None:
    """Without rules, bold lines below a word in larger type head briefs; below a line that fills the column many must do so."""
    name = Box(LEFT, 100, LEFT + width * TYPE, 100 + 1.6 * TYPE)
    heads, lines = [], [name]
    for _ in range(items):
        head, text = item(max(line.y0 for line in lines) + 2 * PITCH, rows=2)
        heads.append(head)
        lines += [head, *text]
    assert headlines(lines, heads) == (set(heads) if found else set())


def test_a_bold_line_above_another_items_headline_is_a_subheading() -> None:
    """What is set like a headline further down its column repeats nothing: items follow each other from the top."""
    first, text = item(200)
    second, more = item(text[-1].y0 + 2 * PITCH)
    rule = Box(LEFT, second.y0 - 12, LEFT + COLUMN * TYPE, second.y0 - 10)
    above = Box(LEFT, 150, LEFT + COLUMN * TYPE, 150 + TYPE)
    assert headlines([above, first, *text, second, *more], [first, second], rule) == {second}


def test_an_item_ends_with_ornaments_or_a_signature() -> None:
    """A bold line below a row of ornaments, or below a name set to the right, heads the next item."""
    _, before = item(200)
    foot, right = before[-1].y0 + PITCH, LEFT + COLUMN * TYPE
    head, text = item(foot + PITCH)
    ornaments = Box(LEFT + 6 * TYPE, foot, LEFT + 9 * TYPE, foot + 0.6 * TYPE)
    signature = Box(right - 4 * TYPE, foot, right, foot + TYPE)
    for above in (ornaments, signature):
        assert headlines([*before, above, head, *text], [head]) == {head}


def test_the_first_bold_line_on_a_tint_is_a_headline() -> None:
    """What stands at the top of a tint heads an item; the same line at the top of the open page may be anything."""
    head, text = item(200)
    assert headlines([head, *text], [head], ground=Box(LEFT - 20, 180, 500, 400)) == {head}
    assert headlines([head, *text], [head]) == set()


def test_a_bold_line_that_goes_on_in_light_type_is_none() -> None:
    """A heavy line that fills its column, with text flush below it, opens a paragraph."""
    head, text = item(200, head=COLUMN)
    flush = [Box(LEFT, line.y0, line.x1, line.y1) for line in text]
    assert headlines([head, *flush], [head], RULE) == set()


def test_text_beside_a_bold_line_may_go_on_in_its_column() -> None:
    """A rule over two columns leads to no headline in the right one where text stands in the left, but for a rule between."""
    right = LEFT + (COLUMN + 1) * TYPE
    wide = Box(LEFT, 180, right + COLUMN * TYPE, 183)
    _, beside = item(200 - PITCH, rows=6)
    head, text = item(200, x=right)
    lines = [*beside, head, *text]
    between = Box(right - TYPE / 2, 190, right - TYPE / 2 + 2, 500)
    assert headlines(lines, [head], wide) == set()
    assert headlines(lines, [head], wide, between) == {head}


def test_a_bold_line_in_the_middle_of_a_column_below_a_box_is_a_subheading() -> None:
    """Text that goes round a box comes to its column from the left however far the line stands from the gutter."""
    right = LEFT + (COLUMN + 1) * TYPE
    foot = Box(LEFT, 180, right + COLUMN * TYPE, 183)
    _, beside = item(200 - PITCH, rows=6)
    head, text = item(200, x=right)
    shift = (COLUMN - 6) / 2 * TYPE
    middle = Box(head.x0 + shift, head.y0, head.x0 + shift + 6 * TYPE, head.y1)
    assert headlines([*beside, middle, *text], [middle], foot) == set()


def test_a_headlines_first_line_may_be_measured_low() -> None:
    """Where few of its letters are tall it is lower than the type is; its strokes are those of the line below it."""
    head, text = item(200 + PITCH)
    first = Box(head.x0, 200 + 6, head.x1, 200 + TYPE)
    assert headlines([first, head, *text], [first, head], RULE) == {first, head}


def test_uneven_light_makes_no_headline() -> None:
    """Where ink fades over the page and is blurred, as on film, light lines stay what they are and bold ones too."""
    head, text = item(200)
    lines = [head, *text]
    fade = np.linspace(0.4, 1.0, 1600, dtype=np.float32)

    def filmed(bold: Sequence[Box]) -> NDArray[np.uint8]:
        blurred = cv2.GaussianBlur(typeset(lines, bold), (0, 0), 1.0).astype(np.float32)
        return np.asarray(245 - (245 - blurred) * fade, dtype=np.uint8)

    assert headlines(lines, [head], RULE, pixels=filmed([head])) == {head}
    assert headlines(lines, [head], RULE, pixels=filmed([])) == set()


def test_each_small_headline_is_a_region_of_its_own() -> None:
    """Two briefs below a rule make two headlines and two paragraphs, in this order, and no line is lost."""
    first, text = item(200)
    second, more = item(text[-1].y0 + PITCH)
    lines = [first, *text, second, *more]
    widths = stroke_widths(make_ink(typeset(lines, [first, second]), TYPE), lines)
    drafts = find_regions(lines, (), [RULE], (), TYPE, widths=widths)
    assert [draft.role for draft in drafts] == [Role.HEADLINE, Role.PARAGRAPH] * 2
    assert sorted(line for draft in drafts for line in draft.lines) == sorted(lines)


noise = st.builds(
    lambda x, y, width, height: Box(x, y, x + width, y + height),
    st.integers(0, 400),
    st.integers(0, 800),
    st.integers(2, 300),
    st.sampled_from([3, 10, 20, 22, 40, 80]),
)


@given(st.lists(st.tuples(noise, st.sampled_from([0.0, 1.0, 1.1, 2.0])), unique_by=lambda pair: pair[0]), st.lists(noise))
def test_noise_heads_nothing_but_itself(marks: list[tuple[Box, float]], obstacles: list[Box]) -> None:
    """Whatever is taken for lines and rules, what is found are lines given, each once, none of them as large as headings."""
    found = small_headlines([box for box, _ in marks], dict(marks), Surroundings(obstacles, None, TYPE), 1.25 * TYPE)
    assert len(set(found)) == len(found)
    assert {box for box in found if box.height < 1.25 * TYPE} == set(found) <= {box for box, _ in marks}
