"""What a file of earlier OCR tells of a page, in the file's own unit, before it is fitted to an image."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digitize.geometry import Box, hull

if TYPE_CHECKING:
    from digitize.model import ProcessingStep


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or what the file holds for one, with its box and how sure it is, 0..1."""

    text: str
    box: Box
    confidence: float = 1.0

    def with_hyphen(self, mark: str, place: Box | None) -> Word:
        """The word with the hyphen that the file keeps apart from it; one without a place stands within the word's box."""
        return replace(self, text=self.text + mark, box=hull((self.box, place)) if place else self.box)


_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
"""Characters of scripts that put no blanks between words, and the signs that go with them."""


def blank_between(left: Word | None, right: Word) -> str:
    """What stands between two words of a line: nothing at its start, or where a script without blanks is on both sides."""
    if left is None or (_UNSPACED.match(left.text[-1]) and _UNSPACED.match(right.text[0])):
        return ""
    return " "


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line's words from its start on. `hyphenated`: whether a hyphen at its end only parts a word; None for untold."""

    words: tuple[Word, ...]
    box: Box
    hyphenated: bool | None = None

    @property
    def text(self) -> str:
        """The line's text, a blank between its words where its script has them."""
        before = (None, *self.words[:-1])
        return "".join(blank_between(left, word) + word.text for left, word in zip(before, self.words, strict=True))


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of the file: its size, lines, separators and pictures in the file's unit, and what it says of itself.

    `blocks` counts the lines of each of the file's text blocks, in the order of `lines`; `graphics` are what the file
    calls graphical elements or separators: rules, or ornaments and whole drawings. `units_per_inch` is None for pixels.
    """

    width: float
    height: float
    lines: tuple[FoundLine, ...]
    blocks: tuple[int, ...]
    units_per_inch: float | None = None
    graphics: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()
    image: str = ""
    language: str = ""
    number: str = ""
    steps: tuple[ProcessingStep, ...] = field(default=())
