"""Numbers as newspapers print them: in digits, or in Chinese words, plain (廿八, 三十) or formal (貳拾捌)."""

from __future__ import annotations

import re

_DIGITS = {
    character: value
    for value, characters in enumerate(
        ("〇○零", "一壹弌", "二貳贰貮弍两兩", "三叁參弎", "四肆", "五伍", "六陸陆", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_FIRST = "元"  # 元年 is a year one
_AGAIN = re.compile(r"(.)[々〻]")

NUMBER = re.compile(rf"\d+(?:(?i:er|st|nd|rd|th|d)\b)?(?![^\W\d_\u3400-\u9fff])|[{''.join((*_DIGITS, *_TENS, *_UNITS))}々〻]+")
"""A number within a text, in digits or Chinese words. Digits that a letter follows were misread, and are none."""


def read_number(text: str) -> int | None:
    """The value of a number, None where the text is none.

    Chinese words count places (二十八, 廿八, 百零一) or stand for digits one by one (一九三九); 々 repeats the character
    before it.
    """
    digits = re.sub(r"(?i:er|st|nd|rd|th|d)$|[\s,.]", "", text)
    if digits.isdecimal():
        return int(digits)
    words = _AGAIN.sub(r"\1\1", "".join(text.split()))
    if words == _FIRST:
        return 1
    if words and all(word in _DIGITS for word in words):
        return int("".join(str(_DIGITS[word]) for word in words))
    return _counted(words)


def _counted(words: str) -> int | None:
    """The value of words that count thousands, hundreds, tens and ones, each place once and the greater first."""
    total, digit, place = 0, 0, 10_000
    for word in words:
        if word in _DIGITS and not digit:
            digit = _DIGITS[word]
        elif word in _TENS and not digit and place > 10:  # noqa: PLR2004 - tens
            total, place = total + _TENS[word], 10
        elif word in _UNITS and _UNITS[word] < place:
            place = _UNITS[word]
            total, digit = total + (digit or 1) * place, 0
        else:
            return None
    return total + digit if words else None
