"""How sure the recognizer was, character by character, and how the formats write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.model import DOUBTFUL

if TYPE_CHECKING:
    from digitize.model import TextLine


def character_confidences(line: TextLine) -> tuple[float, ...]:
    """For each character of the line's text, 0..1 how sure it is; the line's own figure where glyphs do not match it."""
    if "".join([glyph.text for glyph in line.glyphs]) != line.text:
        return (_unit(line.confidence),) * len(line.text)
    return tuple(_unit(glyph.confidence) for glyph in line.glyphs for _ in glyph.text)


def is_doubtful(line: TextLine) -> bool:
    """Whether a line has not been read, or holds a doubtful character."""
    return not line.text or any(value < DOUBTFUL for value in character_confidences(line))


def mean(values: tuple[float, ...]) -> float:
    """The mean, 0 for none."""
    return sum(values) / len(values) if values else 0.0


def decimal(value: float) -> str:
    """A confidence with two decimals, within 0.00 and 1.00."""
    return f"{_unit(value):.2f}"


def alto_digit(value: float) -> str:
    """A confidence as ALTO's CC: 0 = sure .. 9 = unsure."""
    return str(round(9 * (1 - _unit(value))))


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
