"""The overlay drawing, in what people debug by: badges, arrows with their reasons, doubtful characters."""

from __future__ import annotations

import math
from dataclasses import replace

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digitize.export import to_svg
from digitize.export.arrows import arrow_ends
from digitize.geometry import Box
from digitize.model import Link, LinkKind, Role

SVG = "{http://www.w3.org/2000/svg}"
SIZE = 20.0

coordinates = st.integers(0, 400).map(float)
boxes = st.tuples(coordinates, coordinates, coordinates, coordinates).map(
    lambda c: Box(c[0], c[1], c[0] + c[2] + 1, c[1] + c[3] + 1)
)


def drawn(shape: builders.Shape, *links: Link) -> etree._Element:
    """The overlay of a page on which those links were found."""
    return etree.fromstring(to_svg(replace(shape.page, links=links), shape.articles))


def titles(root: etree._Element, id_: str) -> str:
    """The hover text of a region."""
    return root.find(f"{SVG}g[@id='{id_}']").findtext(f"{SVG}title")


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        pytest.param(Box(0, 0, 100, 30), Box(0, 80, 60, 400), ((30, 30), (30, 80)), id="to the text below a heading"),
        pytest.param(Box(0, 0, 100, 300), Box(120, 10, 220, 90), ((100, 300), (120, 10)), id="up the gutter"),
        pytest.param(Box(240, 0, 340, 300), Box(0, 350, 100, 400), ((240, 300), (100, 350)), id="back to the first column"),
        pytest.param(Box(0, 0, 100, 30), Box(0, 34, 100, 90), ((50, 22), (50, 42)), id="into blocks that almost touch"),
    ],
)
def test_an_arrow_leads_from_where_text_ends_to_where_it_goes_on(
    source: Box, target: Box, expected: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    """It starts at the foot of the one and ends at the head of the other, in the white between them."""
    assert expected == arrow_ends(source, target, SIZE)


@given(boxes, boxes)
def test_an_arrow_can_always_be_seen(source: Box, target: Box) -> None:
    """However two boxes stand to each other, the arrow between them has its least length."""
    assert math.dist(*arrow_ends(source, target, SIZE)) >= SIZE - 1e-9


def test_arrows_tell_why_text_goes_on_there() -> None:
    """Each step of the reading order is an arrow in its article's colour that gives score and reasons."""
    shape = builders.over_columns()
    headline, left, right = (region.id for region in shape.page.regions)
    root = drawn(
        shape,
        Link(headline, left, LinkKind.HEADS, 4.0, "right below"),
        Link(left, right, LinkKind.CONTINUES, 5.0, "the next column +2.0; mid-sentence +3.0"),
    )
    arrows = [g for g in root.iter(f"{SVG}g") if g.find(f"{SVG}line") is not None]

    assert len({arrow.get("fill") for arrow in arrows}) == 1
    assert [arrow.findtext(f"{SVG}title") for arrow in arrows] == [
        "1 → 2, heads: +4.0 (right below)",
        "2 → 3, continues: +5.0 (the next column +2.0; mid-sentence +3.0)",
    ]


def test_regions_tell_what_they_are_and_why_they_stand_there() -> None:
    """The hover text names role, column and article, and the link that placed the region; a picture's has no arrow."""
    shape = builders.figure()
    headline, _, picture, _, caption = (region.id for region in shape.page.regions)
    root = drawn(
        shape,
        Link(picture, headline, LinkKind.ILLUSTRATES, 1.0, "within the outline"),
        Link(caption, picture, LinkKind.CAPTIONS, 1.0, "below the picture"),
    )

    assert root.find(f".//{SVG}line") is None
    assert titles(root, headline) == "1. headline, column 1, 1 line\nA08-a001, 花开满城"
    assert titles(root, picture).endswith("\nillustrates 1: +1.0 (within the outline)")
    assert titles(root, caption).endswith("\ncaption of 3: +1.0 (below the picture)")


def test_the_first_region_of_an_article_names_it() -> None:
    """Its badge leads to the article's files; the others have their number alone."""
    badges = [text.text for text in drawn(builders.advertisement()).iter(f"{SVG}text")]

    assert badges == ["1 a001", "2", "3 a002"]


@pytest.mark.parametrize("role", Role)
def test_every_role_can_be_drawn(role: Role) -> None:
    """Each role has an outline."""
    shape = builders.without_headline()
    region = replace(shape.page.regions[0], role=role)
    group = drawn(replace(shape, page=replace(shape.page, regions=(region,)))).find(f"{SVG}g[@id]")

    assert group.get("stroke").startswith("#")


def test_badges_stay_on_the_page() -> None:
    """A region in the corner of the page has its number on the page and not beyond."""
    shape = builders.off_the_edge()
    badge = drawn(shape).find(f"{SVG}g[@id]/{SVG}rect")

    assert (badge.get("x"), badge.get("y")) == ("0", "0")


def test_a_doubtful_character_is_marked() -> None:
    """It stands out within its line, with what was read and how sure that is."""
    marks = drawn(builders.plain()).findall(f"{SVG}g[last()]/{SVG}rect")

    assert [mark.findtext(f"{SVG}title") for mark in marks] == ["0.31: 全"]


def test_every_line_tells_what_was_read() -> None:
    """Pointing at any line, also one without doubt, shows its text and confidence."""
    shape = builders.over_columns()
    told = [title.text for title in drawn(shape).findall(f"{SVG}g[@id]/{SVG}g/{SVG}polygon/{SVG}title")]

    assert told == [f"0.97: {line.text}" for line in shape.page.lines]
