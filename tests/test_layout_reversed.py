"""Light type: on panels of grey, and in pictures, where large lettering may be a headline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from galleys import TYPE, full, heading, make_ink, page_of, picture, set_lines, text_block
from test_layout import INK, PAPER, blank, print_line

from digitize.geometry import Box, hull
from digitize.layout.areas import with_headers
from digitize.layout.lettering import find_lettering
from digitize.layout.panels import find_panels
from digitize.model import LinkKind, Page, Region, Role
from digitize.reflow import assemble, read_order

GREY = 130


@pytest.mark.parametrize(("type_", "panels"), [(PAPER, 1), (INK, 0)], ids=["light type", "dark type"])
def test_an_even_grey_with_light_type_is_a_panel(type_: int, panels: int) -> None:
    """Type lighter than the grey that it stands on is reversed; a grey ground with dark type is a tint."""
    pixels = blank()
    pixels[200:300, 200:800] = GREY
    line = Box(300, 230, 700, 270)
    print_line(pixels, line, ink=type_)
    assert len(find_panels(make_ink(pixels, TYPE), TYPE, [line])) == panels


def test_a_panel_that_leans_is_one_though_its_line_was_seen_from_edge_to_edge() -> None:
    """Where warp is left, a corner of the panel's box is paper: the type in its middle keeps off its sides nonetheless."""
    pixels = blank()
    for x in range(200, 800):
        top = 200 + (x - 200) // 120
        pixels[top : top + 64, x] = INK
    print_line(pixels, Box(230, 222, 550, 248), ink=PAPER)
    (panel,) = find_panels(make_ink(pixels, TYPE), TYPE, [Box(201, 214, 560, 256)])
    assert panel.intersection(Box(200, 200, 800, 268)) > 0.95 * 600 * 68


@pytest.mark.parametrize(("gap", "top"), [(0.5, 200), (3.0, 300)], ids=["at its head", "further up"])
def test_a_panel_at_a_tints_head_stands_on_it(gap: float, top: float) -> None:
    """The light heading of a tinted item is on the item's ground; one that stands apart from it is not."""
    tint, panel = Box(100, 300, 700, 900), Box(120, 200, 680, 300 - gap * TYPE)
    (ground,) = with_headers((tint,), (panel,), TYPE)
    assert ground == replace(tint, y0=top)


def test_a_photo_with_light_lettering_is_no_panel() -> None:
    """A ground of many tones is a picture, however light the type on it."""
    pixels = blank()
    pixels[200:300, 200:800] = np.linspace(40, 170, 600, dtype=np.uint8)
    line = Box(300, 230, 700, 270)
    print_line(pixels, line, ink=PAPER)
    assert find_panels(make_ink(pixels, TYPE), TYPE, [line]) == ()


def test_large_phrases_in_a_picture_are_kept_as_fillers() -> None:
    """Lines of the largest type in a picture are one region; small type and single signs are a photo's texture."""
    photo = Box(100, 100, 900, 600)
    lines = [Box(150, 500, 550, 550), Box(150, 440, 500, 490), Box(150, 200, 500, 220), Box(600, 200, 650, 260)]
    (found,) = find_lettering(lines, [photo], TYPE)
    assert (found.role, found.lines) == (Role.FILLER, (lines[1], lines[0]))


def lettering(*, y: float) -> Region:
    """Large type over the foot of a picture that begins at the page's left."""
    box = Box(90, y, 90 + 9 * 3 * TYPE, y + 3 * TYPE)
    (line,) = set_lines(["印在照片上的大标题"], y=y)
    return Region("t", Role.FILLER, box.polygon, box, (line,))


def illustrated(*regions: Region, y: float = 540) -> Page:
    """An item in two columns below a picture with lettering."""
    text = ["\u3000\u3000" + "甲" * 14, *full("甲", 4)]
    return page_of(
        picture("p", columns=(0, 1), y0=200, y1=500),
        lettering(y=430),
        *regions,
        text_block("a", text, column=0, y=y),
        text_block("b", [*full("乙", 5), "乙乙。"], column=1, y=y),
    )


def headlines(page: Page) -> list[str]:
    """The headlines of a page's articles."""
    return ["".join(p.text for p in a.passages if p.role is Role.HEADLINE) for a in assemble(read_order(page))]


def test_lettering_heads_an_item_that_has_no_heading() -> None:
    """Large type in the picture of an item without a headline is its headline, and a link says so."""
    page = illustrated()
    assert headlines(page) == ["印在照片上的大标题"]
    links = [link for link in read_order(page).links if link.kind is LinkKind.HEADS]
    assert [(link.source, link.target) for link in links] == [("t", "a")]


def test_a_banner_in_a_photo_heads_no_item_that_has_a_headline() -> None:
    """Where the item has a headline of its own, what is written in its picture stays a filler."""
    page = illustrated(heading("h", "标题大字", columns=(0, 1), y=540), y=620)
    assert headlines(page) == ["标题大字"]
    assert [r.id for r in read_order(page).regions if r.role is Role.FILLER] == ["t"]


def test_a_banner_in_a_photo_heads_no_text_that_goes_on_from_elsewhere() -> None:
    """Text that begins in mid-sentence has its headline where it began."""
    page = page_of(
        picture("p", columns=(0, 0), y0=200, y1=500),
        lettering(y=430),
        text_block("a", [*full("甲", 5), "甲甲。"], column=0, y=540),
    )
    assert headlines(page) == [""]


def test_lettering_is_told_once() -> None:
    """A headline from a picture stands in one region, and its outline is that of its line."""
    ordered = read_order(illustrated())
    assert sorted(region.id for region in ordered.regions) == ["a", "b", "p", "t"]
    head = next(region for region in ordered.regions if region.id == "t")
    assert head.box == hull([lettering(y=430).box])
