"""Passages: the lines of one article as running text, cut into paragraphs, bylines and subheadings, with marks."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.model import Dateline, LinePiece, Mark, MarkKind, Passage, Role
from digitize.reflow.bylines import is_byline, is_signature, person_marks
from digitize.reflow.dates import complete_date
from digitize.reflow.edges import Edges, line_end
from digitize.reflow.flow import (
    INDENT_MAX,
    PARAGRAPH_WHITE,
    closes_item,
    ends_short,
    in_heading_order,
    is_centred,
    is_paragraph_start,
    is_short,
    keeps_on,
    line_indent,
    set_apart,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from digitize.model import Region, TextLine
    from digitize.reflow.cues import Cues

LAST = 2
"""What leads to another page stands in one of an article's last passages: the last paragraph, or a line of its own."""

PARTING = 0.3
"""White beyond the leading that parts two paragraphs, in type sizes, at least: warp and tall signs leave less."""

BULLETS = ("■", "□", "●", "○", "◎", "▲", "△", "▼", "◆", "◇", "★", "☆", "•", "▶", "※")
"""Signs that open the parts of a list, or brief news."""

VERSE_WHITE = 0.9
"""White at the end of a line of verse, in type sizes: one character less than its fellow is a line of its own."""

_BRACKETED = re.compile(r"[（(\[【〔]([^（()）\[\]【】〔〕]{2,40})[)）\]】〕]")
# The same behind a dateline, where the opening bracket, all white on its left, was not read.
_HALF_BRACKETED = re.compile(r"([^（()）\[\]【】〔〕]{2,40})[)）\]】〕]")
_LETTER = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HYPHENS = ("-", "\u2010", "\u00ad", "\u00ac")


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with the region that it stands in and the edges of its column."""

    line: TextLine
    region_id: str
    edges: Edges
    ragged: bool = False  # it stands among lines that are not set to both edges
    flush: bool = False  # its paragraphs have no indents
    pitch: float = 0.0  # from line to line in its region, in pixels; 0 for a line by itself


def make_passage(role: Role, lines: Iterable[PlacedLine]) -> Passage | None:
    """Join lines into one running text; None where no line has any."""
    pieces: list[LinePiece] = []
    region_ids: list[str] = []
    for placed in lines:
        text = placed.line.text
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        if start >= end:
            continue
        piece = LinePiece(placed.line, start, end)
        pieces[-1:] = _joined(pieces[-1], piece, apart=role is Role.BYLINE) if pieces else [piece]
        if placed.region_id not in region_ids:
            region_ids.append(placed.region_id)
    return Passage(role, tuple(pieces), tuple(region_ids)) if pieces else None


def _joined(before: LinePiece, after: LinePiece, *, apart: bool) -> list[LinePiece]:
    """Two pieces of running text: no space between ideographs, one between words, none within a hyphenated word.

    `apart`: a line's end parts names, as in bylines, and is a space in any script.
    """
    last, first = before.text[-1], after.text[0]
    if last in _HYPHENS and before.line.hyphenated is False and before.end == len(before.line.text.rstrip()):
        return [before, after]
    if last in _HYPHENS and len(before.text) > 1 and _LETTER.match(before.text[-2]) and (first.islower() or _told(before)):
        return [replace(before, end=before.end - 1), replace(after, hyphenated=True)]
    spaced = apart or ((_LETTER.match(last) or last in ",.;:!?)") and (_LETTER.match(first) or first == "("))
    return [before, replace(after, gap=" " if spaced else "")]


def _told(piece: LinePiece) -> bool:
    """Whether something but the text tells that the hyphen at a line's end only parts a word."""
    return piece.line.hyphenated is True and piece.end == len(piece.line.text.rstrip())


def join_passages(first: Passage, second: Passage) -> Passage:
    """One running text of two, the second of which goes on in mid-sentence; the marks of both stay where they stood."""
    joined = _joined(first.pieces[-1], second.pieces[0], apart=False)
    pieces = (*first.pieces[:-1], *joined, *second.pieces[1:])
    shift = sum(len(piece.gap + piece.text) for piece in pieces) - len(second.text)
    marks = (*first.marks, *(replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in second.marks))
    regions = tuple(dict.fromkeys((*first.region_ids, *second.region_ids)))
    return replace(first, pieces=pieces, region_ids=regions, marks=marks)


def heading_passages(regions: Iterable[Region], cues: Cues) -> tuple[Passage, ...]:
    """The parts of a heading, kicker, headline and deck.

    Lines that are a byline and nothing else follow them as one, then what says that the text goes on from another page.
    """
    passages: list[Passage] = []
    bylines: list[Passage] = []
    continued: list[Passage] = []
    for region in in_heading_order(regions):
        placed = [PlacedLine(line, region.id, Edges(region.box.x0, region.box.x1)) for line in region.lines]
        signed = _signed(placed, region.role, cues)
        led = [p for p in placed if region.role is Role.DECK and cues.continued_from.fullmatch(p.line.text.strip())]
        if part := make_passage(region.role, [p for p in placed if p not in signed and p not in led]):
            passages.append(part)
        if words := make_passage(Role.CONTINUATION, led):
            continued.append(words)
        if byline := make_passage(Role.BYLINE, signed):
            bylines.append(replace(byline, marks=person_marks(byline.text, 0, len(byline.text), cues)))
    return (*passages, *bylines, *continued)


def _signed(lines: Sequence[PlacedLine], role: Role, cues: Cues) -> list[PlacedLine]:
    """The lines of a heading's part that are its byline: names, and a post below a name."""
    signed: list[PlacedLine] = []
    for before, placed, after in zip((None, *lines), lines, (*lines[1:], None), strict=False):
        if _signs(placed, after, role, cues):
            signed.append(placed)
        elif before and role is not Role.HEADLINE and is_byline(f"{before.line.text} {placed.line.text}", cues):
            signed += [line for line in (before, placed) if line not in signed]
    return signed


def _signs(placed: PlacedLine, after: PlacedLine | None, role: Role, cues: Cues) -> bool:
    """Whether a line of a heading is a byline.

    Below the headline a name needs no role, but where a byline with one follows, it is the deck's last words.
    """
    if role is not Role.HEADLINE and is_byline(placed.line.text, cues):
        return True
    followed = after is not None and is_byline(after.line.text, cues)
    return role is Role.DECK and is_signature(placed.line.text, cues) and not followed


def body_passages(lines: Sequence[PlacedLine], type_size: float, cues: Cues) -> tuple[Passage, ...]:
    """The paragraphs and bylines of an article, from its body lines in reading order."""
    groups: list[tuple[Role, list[PlacedLine]]] = []
    for placed, after in itertools.zip_longest(lines, lines[1:]):
        role = _line_role(placed, groups[-1] if groups else None, type_size, cues)
        if role is Role.SUBHEADING and after and after.line.text.strip()[:1].islower():
            role = Role.PARAGRAPH  # its sentence goes on below
        if role is Role.PARAGRAPH and groups and _closes(groups[-1][1][-1], placed, lines, type_size, cues):
            role = Role.BYLINE
        if role is Role.PARAGRAPH and groups and after and _is_crosshead(groups[-1][1][-1], placed, after, type_size, cues):
            role = Role.SUBHEADING
        begins = role is Role.PARAGRAPH and groups and _begins(placed, after, groups[-1][1], type_size, cues)
        if groups and role is groups[-1][0] and not begins:
            groups[-1][1].append(placed)
        else:
            groups.append((role, [placed]))
    passages = _part_continuations([passage for role, group in groups if (passage := make_passage(role, group))], cues)
    first = next((p for p in passages if p.role is Role.PARAGRAPH), None)
    return tuple(_marked(passage, cues, first=passage is first) for passage in passages)


def _part_continuations(passages: list[Passage], cues: Cues) -> list[Passage]:
    """Part the words that lead to another page, at an article's end, or from one, at its start, from the text."""
    parted: list[Passage] = []
    for index, passage in enumerate(passages):
        text, cuts = passage.text, [0, len(passage.text)]
        if passage.role is not Role.PARAGRAPH:
            parted.append(passage)
            continue
        start = cues.continued_from.match(text) if index == 0 else None
        end = (
            next((m for m in cues.continued_to.finditer(text) if m.end() == len(text)), None)
            if len(passages) - index <= LAST
            else None
        )
        if start:
            cuts.insert(1, start.end())
        if end:
            cuts.insert(-1, end.start())
        for low, high in itertools.pairwise(cuts):
            leads = (start and high == start.end()) or (end and low == end.start())
            if part := cut_passage(passage, low, high):
                parted.append(replace(part, role=Role.CONTINUATION) if leads else part)
    return parted


def cut_passage(passage: Passage, start: int, end: int) -> Passage | None:
    """The part of a passage from one character to another, with the pieces of lines that hold it; None for nothing."""
    pieces: list[LinePiece] = []
    position = 0
    for piece in passage.pieces:
        position += len(piece.gap)
        first, last = max(start, position), min(end, position + len(piece.text))
        if first < last:
            offset = piece.start - position
            gap = piece.gap if pieces else ""
            pieces.append(replace(piece, start=first + offset, end=last + offset, gap=gap))
        position += len(piece.text)
    return replace(passage, pieces=tuple(pieces), marks=()) if pieces else None


def _line_role(placed: PlacedLine, before: tuple[Role, list[PlacedLine]] | None, type_size: float, cues: Cues) -> Role:
    """A byline stands apart from the column's edge and names people; what is set like it below it goes on with it."""
    if not set_apart(placed.line, placed.edges, type_size):
        return Role.PARAGRAPH
    if is_byline(placed.line.text, cues) or _is_name_at_edge(placed, type_size, cues):
        return Role.BYLINE
    if _is_subheading(placed, before, type_size, cues):
        return Role.SUBHEADING
    if before is None or before[0] is not Role.BYLINE or placed.edges.right - placed.line.box.x1 >= type_size:
        return Role.PARAGRAPH
    whole = " ".join(p.line.text.strip() for p in (*before[1], placed))
    return Role.BYLINE if _all_names(placed.line.text) or is_byline(whole, cues) else Role.PARAGRAPH


def _closes(before: PlacedLine, placed: PlacedLine, lines: Sequence[PlacedLine], type_size: float, cues: Cues) -> bool:
    """Whether a line signs the item, and is its last one or followed by one line of more names."""
    if not closes_item(before.line, placed.line, cues):
        return False
    match lines[lines.index(placed) + 1 :]:
        case []:
            return True
        case [last]:
            return set_apart(last.line, last.edges, type_size) and is_byline(f"{placed.line.text} {last.line.text}", cues)
    return False


def _is_name_at_edge(placed: PlacedLine, type_size: float, cues: Cues) -> bool:
    """Whether a line is a name and nothing else, set to the column's right edge as those that sign an item are."""
    far = line_indent(placed.line, placed.edges, type_size) > INDENT_MAX
    return far and placed.edges.right - placed.line.box.x1 <= type_size and is_signature(placed.line.text, cues)


def _is_subheading(placed: PlacedLine, before: tuple[Role, list[PlacedLine]] | None, type_size: float, cues: Cues) -> bool:
    """A line in the middle of the column, white on both sides, between the end of one paragraph and the next."""
    text = placed.line.text.strip()
    if (
        not is_centred(placed.line, placed.edges, type_size)
        or cues.openings.match(text)
        or cues.continued_from.fullmatch(text)
        or text[-1:] in tuple(cues.terminal.replace("”", "").replace("’", ""))
    ):
        return False
    return before is None or before[0] is not Role.PARAGRAPH or before[1][-1].line.text.strip()[-1:] in tuple(cues.terminal)


def _is_crosshead(before: PlacedLine, placed: PlacedLine, after: PlacedLine, type_size: float, cues: Cues) -> bool:
    """Whether a line at the column's edge, by itself and without a full stop, stands between two paragraphs of its column."""
    terminal = tuple(cues.terminal)
    ended = before.line.text.strip()[-1:] in terminal and placed.line.text.strip()[-1:] not in (*terminal, ",", "，", "、", "-")
    short = is_short(placed.line, placed.edges, type_size)
    begins = is_paragraph_start(after.line, after.edges, type_size) or (after.flush and short)
    within = before.line.box.y1 <= placed.line.box.cy and placed.line.box.cy <= after.line.box.y0
    return not placed.pitch and not set_apart(placed.line, placed.edges, type_size) and ended and begins and within


def _all_names(text: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d_]{2,4}(?:[\s\u3000、]+[^\W\d_]{2,4})*", text.strip()))


def _begins(placed: PlacedLine, after: PlacedLine | None, group: Sequence[PlacedLine], type_size: float, cues: Cues) -> bool:
    """Whether a line of text begins a paragraph behind a group of lines."""
    if placed.line.text.strip()[:1].islower():
        return False
    if is_paragraph_start(placed.line, placed.edges, type_size):
        return not _leans(group[-1], placed, after, type_size, cues) and not _only_opens(
            "".join(p.line.text for p in group), cues
        )
    if _ends_verse(group[-1], type_size) and not set_apart(placed.line, placed.edges, type_size):
        return True
    if _is_parted(group[-1], placed, type_size, cues):
        return True
    # A line that opens an item begins a paragraph even where no indent is set.
    return bool(cues.openings.match(placed.line.text.strip())) and group[-1].line.text.strip()[-1:] in tuple(cues.terminal)


def _leans(before: PlacedLine, placed: PlacedLine, after: PlacedLine | None, type_size: float, cues: Cues) -> bool:
    """Whether a line looks indented because its column leans there: so does the one before it, or behind a block's first."""
    first = before.region_id != placed.region_id
    upper, lower = (placed, after) if first else (before, placed)
    if lower is None or upper.region_id != lower.region_id or placed.ragged:
        return False
    return keeps_on(upper.line, lower.line, upper.edges, type_size, cues)


def _is_parted(before: PlacedLine, placed: PlacedLine, type_size: float, cues: Cues) -> bool:
    """Whether a line begins a paragraph without an indent: behind a short last line, or below white, where these alone tell."""
    text = placed.line.text.strip()
    if before.line.text.strip()[-1:] not in tuple(cues.terminal) or text[:1].islower():
        return False
    short = not before.ragged and ends_short(before.line, before.edges, type_size, cues)
    upper, lower = before.line.box, placed.line.box
    beyond = lower.y0 - upper.y0 - max(before.pitch, placed.pitch)
    white = PARTING * type_size <= beyond <= PARAGRAPH_WHITE * type_size and upper.overlap_x(lower) > 0
    if set_apart(placed.line, placed.edges, type_size):  # an office and a date below a notice, each on a line of its own
        return short
    return (short or white) if placed.flush else short and (white or text.startswith(BULLETS))


def _ends_verse(placed: PlacedLine, type_size: float) -> bool:
    """Whether a line ends before its column does for no other reason than that it is a line of verse or of a list.

    Scripts that part words by spaces leave lines unequal for want of room; ideographs fill theirs.
    """
    white = placed.edges.right - line_end(placed.line)
    last = next((c for c in reversed(placed.line.text) if c.isalnum()), "")
    return placed.ragged and white >= VERSE_WHITE * type_size and not _LETTER.match(last)


def _only_opens(text: str, cues: Cues) -> bool:
    """Whether a text is a dateline with its bracket and no more: the space behind it may stand at the next line's start."""
    match = cues.dateline.match(text.strip())
    return match is not None and not _BRACKETED.sub("", text.strip()[match.end() :]).strip()


def _marked(passage: Passage, cues: Cues, *, first: bool) -> Passage:
    text = passage.text
    if passage.role is Role.BYLINE:
        return replace(passage, marks=person_marks(text, 0, len(text), cues))
    marks: list[Mark] = []
    bracketed = list(_BRACKETED.finditer(text))
    if first and (match := cues.dateline.match(text)):
        marks += _dateline_marks(match)
        bracketed += filter(None, [_HALF_BRACKETED.match(text, match.end())])
    for start, end in (match.span(1) for match in bracketed):
        if is_byline(text[start:end], cues) and (persons := person_marks(text, start, end, cues)):
            marks += [Mark(MarkKind.BYLINE, start, end), *persons]
    return replace(passage, marks=tuple(sorted(marks, key=lambda m: (m.start, -m.end))))


def _dateline_marks(match: re.Match[str]) -> list[Mark]:
    marks = [Mark(MarkKind.DATELINE, match.start(), match.end())]
    for kind, group in ((MarkKind.PLACE, "place"), (MarkKind.DATE, "date")):
        if match.groupdict().get(group):
            marks.append(Mark(kind, match.start(group), match.end(group)))
    return marks


def find_dateline(
    passages: Sequence[Passage], issue_date: dt.date | None, cues: Cues
) -> tuple[tuple[Passage, ...], Dateline | None]:
    """The dateline of an article, and its passages with the date's full form in its mark."""
    for index, passage in enumerate(passages):
        for mark in passage.marks:
            if mark.kind is not MarkKind.DATELINE:
                continue
            match = cues.dateline.match(passage.text)
            parts = match.groupdict() if match else {}
            date_text = parts.get("date") or ""
            date = complete_date(date_text, issue_date, cues)
            marks = tuple(replace(m, value=date.isoformat()) if m.kind is MarkKind.DATE and date else m for m in passage.marks)
            done = (*passages[:index], replace(passage, marks=marks), *passages[index + 1 :])
            text = passage.text[mark.start : mark.end]
            return done, Dateline(text, parts.get("place") or "", date_text, date, parts.get("source") or "")
    return tuple(passages), None
