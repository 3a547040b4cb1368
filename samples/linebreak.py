"""Chinese lines: which characters may begin or end one, how punctuation gives way, and how a line is filled.

The rules are those of GB/T 15834 and of W3C's Requirements for Chinese Text Layout: closing marks never begin a line,
opening marks never end one, dashes and ellipses stay whole, adjoining marks share one em.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

OPENING = frozenset("“‘（《〈【")
CLOSING = frozenset("”’）》〉】，。、；：")
NOT_AT_START = CLOSING | frozenset("！？·％℃…—")
NOT_AT_END = OPENING
FULL_SPACE = "\u3000"

_ATOM = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.%/-]*[0-9A-Za-z%])?|——|……|.", re.DOTALL)
_ALPHABETIC = re.compile(r"[0-9A-Za-z]")

MARK_GIVES = 0.5  # of an em: the empty half of a full-width mark
INNER_MARK_GIVES = 0.3  # what a mark within the line gives way before the next character is sent to the next line
HEADING_MARK_GIVES = 0.32  # the same in headings, where the empty half would look like a hole
ALPHABETIC_SPACE = 0.12  # of an em, between Chinese and alphabetic text
LOOK_AHEAD = 3  # atoms that a line may take in beyond its measure by squeezing


@dataclass(frozen=True, slots=True)
class SetAtom:
    """A character or an unbreakable run of characters and where it starts, in pixels from the line's left end."""

    text: str
    x: float


@dataclass(frozen=True, slots=True)
class SetRun:
    """One line's atoms with their places; `width` is from the line's left end to the last atom's right end, pixels."""

    atoms: tuple[SetAtom, ...]
    width: float

    @property
    def text(self) -> str:
        """The line's characters, without spaces at its ends."""
        return "".join(atom.text for atom in self.atoms).strip()


def split_atoms(text: str) -> tuple[str, ...]:
    """The text's characters, with numbers, words, dashes and ellipses kept whole."""
    return tuple(_ATOM.findall(text))


def set_run(text: str, font: FreeTypeFont, *, tight: bool = False) -> SetRun:
    """The whole text on one line, at its own width; `tight`: marks give up most of their empty half, as in headings."""
    atoms, sizes = split_atoms(text), _Measurer(font)
    if not tight:
        return _place(atoms, sizes, shift=0.0)
    pairs = enumerate(pairwise(atoms))
    meets_mark = [i for i, (a, b) in pairs if (a in CLOSING or b in OPENING) and sizes.between(a, b) >= 0]
    return _place(atoms, sizes, shift=0.0, less=dict.fromkeys(meets_mark, HEADING_MARK_GIVES * sizes.em))


def break_lines(text: str, font: FreeTypeFont, measure: float, indent: float) -> tuple[SetRun, ...]:
    """Break a paragraph into justified lines of `measure` pixels, the first one `indent` pixels shorter.

    Positions count from each line's own left end, so the first line's from behind the indent.
    """
    atoms, sizes = split_atoms(text), _Measurer(font)
    lines: list[SetRun] = []
    start = 0
    while start < len(atoms):
        room = measure - (0 if lines else indent)
        end = _line_end(atoms, start, room, sizes)
        lines.append(_justified(atoms[start:end], room, sizes, last=end == len(atoms)))
        start = end
        while start < len(atoms) and atoms[start] == " ":
            start += 1
    return tuple(lines)


def may_break(atoms: tuple[str, ...], at: int) -> bool:
    """Whether a line may end before atom `at`."""
    if at >= len(atoms):
        return True
    after, before = atoms[at][0], atoms[at - 1][-1]
    if before == " ":
        return True
    glued_unit = _ALPHABETIC.match(before) is not None and after in "%℃"
    return after not in NOT_AT_START and before not in NOT_AT_END and not glued_unit


class _Measurer:
    """Widths of atoms in one font, in pixels."""

    def __init__(self, font: FreeTypeFont) -> None:
        self.font = font
        self.em = float(font.size)
        self._widths: dict[str, float] = {}

    def width(self, atom: str) -> float:
        """The atom's own advance."""
        if atom not in self._widths:
            self._widths[atom] = self.em / 3 if atom == " " else self.font.getlength(atom)
        return self._widths[atom]

    def between(self, left: str, right: str) -> float:
        """What stands between two atoms: less than nothing where two marks meet, a little where scripts meet."""
        a, b = left[-1], right[0]
        if (a in CLOSING and (b in CLOSING or b in OPENING)) or (a in OPENING and b in OPENING):
            return -MARK_GIVES * self.em
        alphabetic = (_ALPHABETIC.match(a) is not None, _ALPHABETIC.match(b) is not None)
        plain = not {a, b} & (OPENING | CLOSING | frozenset(" %℃—·" + FULL_SPACE))
        return ALPHABETIC_SPACE * self.em if plain and alphabetic[0] != alphabetic[1] else 0.0

    def natural(self, atoms: tuple[str, ...]) -> float:
        """The width of the atoms on one line, nothing squeezed but adjoining marks."""
        gaps = sum(self.between(a, b) for a, b in pairwise(atoms))
        return sum(map(self.width, atoms)) + gaps

    def gives(self, atoms: tuple[str, ...]) -> float:
        """By how much the line can be squeezed: its marks' empty halves, the last one's whole."""
        inner = sum(self._can_give(atoms, i) for i in range(len(atoms) - 1)) * INNER_MARK_GIVES
        return self.em * (inner + (MARK_GIVES if atoms[-1][-1] in CLOSING else 0.0))

    def _can_give(self, atoms: tuple[str, ...], i: int) -> bool:
        return atoms[i] in CLOSING and self.between(atoms[i], atoms[i + 1]) >= 0


def _line_end(atoms: tuple[str, ...], start: int, room: float, sizes: _Measurer) -> int:
    fits = start + 1
    while fits < len(atoms) and sizes.natural(atoms[start : fits + 1]) <= room:
        fits += 1
    if may_break(atoms, fits):
        return fits
    for end in range(fits + 1, min(fits + LOOK_AHEAD, len(atoms)) + 1):
        line = atoms[start:end]
        if may_break(atoms, end) and sizes.natural(line) - sizes.gives(line) <= room:
            return end
    for end in range(fits - 1, start, -1):
        if may_break(atoms, end):
            return end
    return fits


def _justified(atoms: tuple[str, ...], room: float, sizes: _Measurer, *, last: bool) -> SetRun:
    while atoms and atoms[-1] == " ":
        atoms = atoms[:-1]
    spare = room - sizes.natural(atoms)
    if spare < 0:
        return _squeezed(atoms, -spare, sizes)
    gaps = len(atoms) - 1
    return _place(atoms, sizes, shift=0.0 if last or not gaps else spare / gaps)


def _squeezed(atoms: tuple[str, ...], excess: float, sizes: _Measurer) -> SetRun:
    """The line with its marks squeezed: the one at its end first, as its empty half is outside the measure anyway."""
    at_end = min(excess, MARK_GIVES * sizes.em) if atoms[-1][-1] in CLOSING else 0.0
    rest = excess - at_end
    soft = [i for i in range(len(atoms) - 1) if atoms[i] in CLOSING and sizes.between(atoms[i], atoms[i + 1]) >= 0]
    less = {i: rest / len(soft) for i in soft} if soft else {}
    run = _place(atoms, sizes, shift=0.0, less=less)
    return SetRun(run.atoms, run.width - at_end)


def _place(atoms: tuple[str, ...], sizes: _Measurer, *, shift: float, less: dict[int, float] | None = None) -> SetRun:
    x, placed = 0.0, []
    for i, atom in enumerate(atoms):
        placed.append(SetAtom(atom, x))
        x += sizes.width(atom)
        if i + 1 < len(atoms):
            x += sizes.between(atom, atoms[i + 1]) + shift - (less or {}).get(i, 0.0)
    # Between two marks the right one moves left: an opening mark's empty half is on its left, so this holds for both.
    return SetRun(tuple(placed), x)
