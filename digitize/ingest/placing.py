"""Places for text of which a file tells only where its line or its block stands: nothing that it holds is left out."""

from __future__ import annotations

import itertools
import math
import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull
from digitize.ingest.found import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTER, IDEOGRAPH = 0.5, 1.0
"""The width of a letter and of a Chinese character, in type sizes."""

LEADING = 1.15
"""From line to line of running text, in type sizes, at least: news is set close."""


@dataclass(frozen=True, slots=True)
class ToldWord:
    """A word as a file tells it; `box` is None where it tells no place."""

    text: str
    box: Box | None = None
    confidence: float = 1.0


def place_words(words: Sequence[ToldWord], line: Box) -> list[Word]:
    """The words in their own places, where all have one; else the line's box parted by the number of characters."""
    placed = [Word(word.text, word.box, word.confidence) for word in words if word.box]
    if len(placed) == len(words):
        return placed
    cells = iter(parted(line, sum(len(word.text) + 1 for word in words) - 1))
    placed = []
    for word in words:
        placed.append(Word(word.text, hull(itertools.islice(cells, len(word.text))), word.confidence))
        next(cells, None)  # the blank behind it
    return placed


def parted(box: Box, count: int) -> list[Box]:
    """A box parted evenly among so many characters, downwards where it is higher than wide."""
    if count > 1 and box.height > box.width:
        return rows(box, count)
    step = box.width / count
    return [Box(box.x0 + i * step, box.y0, box.x0 + (i + 1) * step, box.y1) for i in range(count)]


def told_words(text: str, confidence: float) -> list[ToldWord]:
    """The words of a line's text, none of which has a place."""
    return [ToldWord(match.group(), None, confidence) for match in re.finditer(r"\S+", text)]


def rows(block: Box, count: int) -> list[Box]:
    """So many lines or characters, one below the other, that fill a box."""
    height = block.height / max(1, count)
    return [Box(block.x0, block.y0 + i * height, block.x1, block.y0 + (i + 1) * height) for i in range(count)]


def wrap(text: str, block: Box) -> list[str]:
    """A text that fills a block in lines of which the file does not tell: as many as its characters need at one type size."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text) > len(text) / 2
    size = math.sqrt(block.width * block.height / (len(text) * (IDEOGRAPH if wide else LETTER) * LEADING))
    count = max(1, round(block.height / (LEADING * size)))
    return textwrap.wrap(text, math.ceil(len(text) / count), break_on_hyphens=False)
