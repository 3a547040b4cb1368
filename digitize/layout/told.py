"""A page set in blocks whose lines are known: headlines over several columns, text in columns below and beside them.

lines in the height of their type -> boxes closed by rules -> regions, as on a scan, from boxes alone
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import Box
from digitize.layout.ink import TYPE_PIXELS, Ink
from digitize.layout.paging import Furniture, make_page
from digitize.layout.regions import find_regions
from digitize.layout.separators import find_boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.layout.sheet import Sheet
    from digitize.model import Page, TextLine

APART = 0.01
"""Pixels by which one of two lines in one box is made wider: a file may tell one place for both."""


def find_block_layout(sheet: Sheet) -> Page:
    """Find headings, running text, captions and boxes on a page whose lines are known, from where they stand."""
    size = sheet.type_size
    told = _by_box(sheet.lines)
    boxes = find_boxes(_drawn(sheet.rules, sheet.page, size), size, sheet.rules) if sheet.rules else ()
    drafts = find_regions(tuple(told), sheet.pictures, sheet.rules, boxes, size, vertical=sheet.page.vertical)
    drafts = tuple(replace(draft, sizes=tuple(told[box].type_size for box in draft.lines)) for draft in drafts)
    return make_page(sheet.page, drafts, Furniture(sheet.rules, boxes), told)


def _by_box(lines: Sequence[TextLine]) -> dict[Box, TextLine]:
    """The lines by their boxes, as high as their type."""
    told: dict[Box, TextLine] = {}
    for line in lines:
        half = line.type_size / 2
        box = line.box if line.crosswise else Box(line.box.x0, line.box.cy - half, line.box.x1, line.box.cy + half)
        while box in told:
            box = replace(box, x1=box.x1 + APART)
        told[box] = replace(line, box=box)
    return told


def _drawn(rules: Sequence[Box], page: Page, type_size: float) -> Ink:
    """The rules as ink on an empty page."""
    scale = TYPE_PIXELS / type_size
    mask = np.zeros((round(page.frame_height * scale) + 1, round(page.frame_width * scale) + 1), np.uint8)
    ink = Ink(np.full_like(mask, 255), scale, np.bincount([255], minlength=256), mask)
    for rule in rules:
        area = ink.window(rule)
        ink.mask[area], ink.grey[area] = 1, 0
    return ink
