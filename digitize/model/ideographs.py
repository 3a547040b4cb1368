"""Chinese characters: which they are, and whether a text is written in them."""

from __future__ import annotations

from functools import cache

IDEOGRAPHS = r"\u3400-\u9fff"
"""The range of characters, for a regular expression: CJK Unified Ideographs with their first extension (Unicode 16)."""

_FIRST, _LAST = "\u3400", "\u9fff"


@cache  # a page asks some ten thousand times, of a few hundred characters
def is_ideograph(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return _FIRST <= character <= _LAST


def are_ideographs(text: str) -> bool:
    """Whether most letters of a text are Chinese characters; not so where there is no letter."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(map(is_ideograph, letters)) > len(letters)
