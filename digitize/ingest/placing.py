"""Places for text of which a file tells only where its line or its block stands: nothing that it holds is left out."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.geometry import Box
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
    step, start = line.width / (sum(len(word.text) + 1 for word in words) - 1), line.x0
    placed = []
    for word in words:
        end = start + step * len(word.text)
        placed.append(Word(word.text, Box(start, line.y0, end, line.y1), word.confidence))
        start = end + step
    return placed


def told_words(text: str, confidence: float) -> list[ToldWord]:
    """The words of a line's text, none of which has a place."""
    return [ToldWord(match.group(), None, confidence) for match in re.finditer(r"\S+", text)]


def rows(block: Box, count: int) -> list[Box]:
    """So many lines, one below the other, that fill a block."""
    height = block.height / max(1, count)
    return [Box(block.x0, block.y0 + i * height, block.x1, block.y0 + (i + 1) * height) for i in range(count)]


def wrap(text: str, block: Box) -> list[str]:
    """A text that fills a block in lines of which the file does not tell: as many as its characters need at one type size."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text) > len(text) / 2
    size = math.sqrt(block.width * block.height / (len(text) * (IDEOGRAPH if wide else LETTER) * LEADING))
    count = max(1, round(block.height / (LEADING * size)))
    return textwrap.wrap(text, math.ceil(len(text) / count), break_on_hyphens=False)
