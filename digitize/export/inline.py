"""Running text as a tree: where printed lines start, what is doubtful, and which stretches name something."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from digitize.export.confidence import character_confidences, mean
from digitize.model import DOUBTFUL, MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.model import LinePiece, Mark, Passage


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that follow each other; `doubt` is their mean confidence where they are doubtful, else None."""

    text: str
    doubt: float | None = None


@dataclass(frozen=True, slots=True)
class LineStart:
    """Here a printed line starts."""

    piece: LinePiece


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch and what it holds."""

    mark: Mark
    children: tuple[Inline, ...]


Inline = Run | LineStart | Span

# Of two marks over the same characters, which one holds the other.
_OUTER_FIRST = tuple(MarkKind)

_Starts = tuple[tuple[int, "LinePiece"], ...]
_Characters = tuple[tuple[str, float], ...]


def inline_tree(passage: Passage) -> tuple[Inline, ...]:
    """The passage's text as a tree whose runs, joined, are exactly `passage.text`.

    A line starts outside a mark that begins or ends there. Marks must nest: one that crosses the end of an earlier
    one, or that holds no character, is left out; its text stays.
    """
    characters, starts = _characters(passage)
    within = (m for m in passage.marks if 0 <= m.start < m.end <= len(characters))
    marks = sorted(within, key=lambda m: (m.start, -m.end, _OUTER_FIRST.index(m.kind)))
    return tuple(_fill(0, len(characters), tuple(marks), starts, characters))


def _characters(passage: Passage) -> tuple[_Characters, _Starts]:
    characters: list[tuple[str, float]] = []
    starts = []
    for piece in passage.pieces:
        characters += [(blank, 1.0) for blank in piece.gap]
        starts.append((len(characters), piece))
        confidences = character_confidences(piece.line)[piece.start : piece.end]
        characters += zip(piece.text, confidences, strict=True)
    return tuple(characters), tuple(starts)


def _fill(start: int, end: int, marks: tuple[Mark, ...], starts: _Starts, characters: _Characters) -> Iterator[Inline]:
    while marks:
        mark, *rest = marks
        inner = tuple(m for m in rest if m.end <= mark.end)
        marks = tuple(m for m in rest if m.start >= mark.end)
        yield from _runs(start, mark.start, starts, characters)
        strictly_inside = tuple((offset, piece) for offset, piece in starts if mark.start < offset < mark.end)
        yield Span(mark, tuple(_fill(mark.start, mark.end, inner, strictly_inside, characters)))
        start = mark.end
    yield from _runs(start, end, starts, characters)


def _runs(start: int, end: int, starts: _Starts, characters: _Characters) -> Iterator[Run | LineStart]:
    for offset, piece in starts:
        if start <= offset <= end:
            yield from _by_doubt(characters[start:offset])
            yield LineStart(piece)
            start = offset
    yield from _by_doubt(characters[start:end])


def _by_doubt(characters: _Characters) -> Iterator[Run]:
    for doubtful, group in groupby(characters, key=lambda c: c[1] < DOUBTFUL):
        texts, confidences = zip(*group, strict=True)
        yield Run("".join(texts), mean(confidences) if doubtful else None)
