"""How large the type of a line is, from the boxes of its words: a word of low letters is lower than one with tall ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitize.geometry import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.geometry import Box
    from digitize.model import Glyph, TextLine

X_HEIGHT, TALL, TAIL = 0.46, 0.70, 0.21
"""Heights in parts of the type size, as they are in text types of all times: letters like x, letters like d and
capitals, and what letters like p have below the line."""

_TAILS = frozenset("gjpqyçşţQ,;ſß")
_LOW = frozenset("acegmnopqrsuvwxyzæœç")
_SIGNS = frozenset(".,-\u2010\u00ad\u00ac'’\"“”„«»*^~_•·:;—–=")


def square_size(line: TextLine) -> float:
    """The size of the type of a line of Chinese characters, which are as high as the line, or as wide where it runs across."""
    return line.box.width if line.crosswise else line.box.height


def type_size(line: TextLine) -> float:
    """The size of a line's type, in the line's pixels: the middle one of its words, long words weighing more.

    Words that are all as high as their line have been given its height, and tell no more than the line as a whole. Lines
    without words that tell (signs alone) have the height of their box.
    """
    words = list(_words(line.glyphs))
    if len({(round(box.y0), round(box.y1)) for _, box in words}) == 1:
        words = [("".join(word for word, _ in words), words[0][1])]
    sizes = sorted((box.height / factor, len(word)) for word, box in words if (factor := _height_factor(word)))
    total, seen = sum(weight for _, weight in sizes), 0
    for size, weight in sizes:
        seen += weight
        if 2 * seen >= total:
            return size
    return line.box.height


def _words(glyphs: Sequence[Glyph]) -> Iterator[tuple[str, Box]]:
    word: list[Glyph] = []
    for glyph in (*glyphs, None):
        if glyph is not None and not glyph.text.isspace():
            word.append(glyph)
            continue
        if word:
            yield "".join(g.text for g in word), bounds(tuple(point for g in word for point in g.polygon))
        word = []


def _height_factor(word: str) -> float:
    """The height of a word in parts of its type's size; 0 for one that does not tell."""
    letters = [c for c in word if c not in _SIGNS]
    if not letters:
        return 0.0
    top = X_HEIGHT if all(c in _LOW for c in letters) else TALL
    return top + (TAIL if any(c in _TAILS for c in word) else 0.0)


def body_type(lines: Sequence[TextLine]) -> float:
    """The size of the page's running type: the middle one of its lines, weighted by their lengths; 0 without lines."""
    if not lines:
        return 0.0
    sizes = np.array([line.type_size for line in lines])
    order = np.argsort(sizes)
    weights = np.cumsum(np.array([len(line.text) for line in lines], np.float64)[order])
    return float(sizes[order][np.searchsorted(weights, weights[-1] / 2)])
