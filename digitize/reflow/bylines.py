"""Bylines: who wrote, photographed or sent an item, and as what."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from digitize.model import IDEOGRAPHS, Mark, MarkKind, Person
from digitize.reflow.cues import SPOTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digitize.reflow.cues import Cues

BYLINE_LENGTH = 48
"""Bylines are shorter than this many characters: four people with their roles."""

_ORNAMENTS = " \u3000□■●◎▲△◆◇★☆()（）[]【】〔〕" + SPOTS
_OPENING, _CLOSING = "([（【〔", ")]）】〕"
_NO_SPOTS = str.maketrans("", "", SPOTS)
_NAME = re.compile(r"[^\W\d_]+(?:[·•][^\W\d_]+)*(?: ?[A-Z]\.)?")
_SEPARATORS = re.compile(rf"[\s\u3000、，,/／&|｜{SPOTS}]+")
_PARTICLES = ("d'", "d’", "de", "der", "des", "di", "du", "la", "le", "van", "von", "zu", "zum", "zur")
_LATIN_WORD = r"[A-ZÀ-ÖØ-Þ][\w.'’-]*"
# A name of two ideographs is often set as wide as those of three beside it.
_SPACED_NAME = rf"(?<![^\W_])[{IDEOGRAPHS}][ \u3000]{{1,2}}[{IDEOGRAPHS}](?![^\W_])"
_NAMES = re.compile(
    rf"{_LATIN_WORD}(?: (?:(?:{'|'.join(_PARTICLES)}) ?)*{_LATIN_WORD})*"
    rf"|{_SPACED_NAME}"
    rf"|[^、，,/／&|｜{re.escape(_ORNAMENTS)}]+(?:[·•][^\W\d_]+)*"
)
_CJK = re.compile(f"[{IDEOGRAPHS}]")
_CJK_NAME = 4  # characters in the longest common Chinese name; transliterated names carry a dot
_LATIN_NAMES = 4  # words of a Latin name


def is_byline(text: str, cues: Cues) -> bool:
    """Whether a line of text is a byline and nothing else: words for roles, and names; or a signature."""
    if cues.signature.fullmatch(text.strip()):
        return True
    stripped = text.strip(_ORNAMENTS)
    if text.strip()[:1] in tuple(_OPENING) and not any(sign in text for sign in _CLOSING):
        return False  # the bracket goes on below, and so does the text behind it
    if not stripped or stripped[-1] in "，。；," or len(stripped) > BYLINE_LENGTH or not cues.role.search(stripped):
        return False
    names = stripped[: _names_end(stripped, cues)]
    return _is_named(names, _persons(names, cues), cues)


def _is_named(text: str, persons: Iterable[tuple[int, int, str, str]], cues: Cues) -> bool:
    """Whether a text is words for roles, and these persons' names, and nothing else."""
    roles = _roles(text, cues)
    ends = [0, *itertools.chain.from_iterable((start, end) for start, end, _ in roles), len(text)]
    between = "".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))
    rest = _SEPARATORS.sub("", cues.joiner.sub("", between))
    return rest == _SEPARATORS.sub("", "".join(name for _, _, name, _ in persons)) and _starts_like_byline(text, roles, cues)


def _names_end(text: str, cues: Cues) -> int:
    """Where the names of a byline end: before words that tell from where the item was filed, or what post the writer holds."""
    end = len(text.rstrip(_ORNAMENTS))
    for start in range(1, end):
        if cues.filed.fullmatch(text, start, end):
            persons = _persons(text[:start], cues)
            signed = bool(cues.signature.fullmatch(text, 0, end))
            if persons and (signed or _is_named(text[:start].strip(_ORNAMENTS), persons, cues)):
                return start
    return len(text)


def _starts_like_byline(text: str, roles: Iterable[tuple[int, int, str]], cues: Cues) -> bool:
    """A role at the start, or a name before one of the roles that follow their names."""
    closing = [match.end() for match in cues.role_alone.finditer(text)][-1:]
    return any(start == 0 for start, _, _ in roles) or closing == [len(text)]


def byline_persons(text: str, cues: Cues) -> tuple[tuple[int, int, str, str], ...]:
    """The persons of a byline: start and end in the text, name, and the role word that stands before (else after) it.

    Where a word that may stand alone closes the byline, such words follow their names: 王一/文 李二/图. Words behind the names
    that tell from where the item was filed are left aside.
    """
    signed = cues.signature.fullmatch(text.strip())
    if signed and signed.groupdict().get("names"):  # a reader of such a town
        at = signed.start("names") + len(text) - len(text.lstrip())
        return tuple((start + at, end + at, name, role) for start, end, name, role in _persons(signed["names"], cues))
    return _persons(text[: _names_end(text, cues)], cues)


def _roles(text: str, cues: Cues) -> list[tuple[int, int, str]]:
    """The words for roles in a byline: start, end, and the word.

    Where one was read right, others may have one sign read wrong, or a name behind them that is none of the common ones.
    """
    roles = [(match.start(), match.end(), match.group().translate(_NO_SPOTS)) for match in cues.role.finditer(text)]
    if roles:
        for pattern, word in cues.role_misread:
            for match in pattern.finditer(text):
                if all(match.end() <= start or end <= match.start() for start, end, _ in roles):
                    roles.append((match.start(), match.end(), word))
    return sorted(roles)


def _persons(text: str, cues: Cues) -> tuple[tuple[int, int, str, str], ...]:
    found: list[tuple[int, int, str, str]] = []
    roles = _roles(text, cues)
    spans = zip([0, *(end for _, end, _ in roles)], [*(start for start, _, _ in roles), len(text)], strict=True)
    closed = bool(roles) and not text[roles[-1][1] :].strip(_ORNAMENTS) and cues.role_alone.fullmatch(roles[-1][2])
    for index, (start, end) in enumerate(spans):
        before = roles[index - 1][2] if index else ""
        after = roles[index][2] if index < len(roles) else ""
        follows = closed and after and cues.role_alone.fullmatch(before)
        role = after if follows or not before else before
        for match in _NAMES.finditer(text[start:end]):
            name = match.group()
            if cues.joiner.fullmatch(name):
                continue
            at = start + match.start()
            for each in _parted_names(name, cues):
                if not _is_name(each):
                    return ()
                found.append((at, at + len(each), each, role))
                at += len(each)
    return tuple(found)


def is_signature(text: str, cues: Cues) -> bool:
    """Whether a line of text is names and nothing else, each with a common surname, or in capitals, and no post.

    Spaces may part a name's signs.
    """
    names = text.strip(_ORNAMENTS).split()
    if cues.filed.fullmatch(text.strip()) or (text.strip()[-1:] == "." and not _CJK.search(text)):
        return False  # a post, or a sentence's last words
    whole = ("".join(names), " ".join(names))
    return bool(names) and (all(map(cues.person.fullmatch, names)) or any(map(cues.person.fullmatch, whole)))


def _parted_names(name: str, cues: Cues) -> tuple[str, ...]:
    """A name, or the fewest names that stand without a space between them, as recognizers lose narrow ones."""
    if cues.person.fullmatch(name):
        return (name,)
    for end in range(_CJK_NAME, 1, -1):
        rest = _parted_names(name[end:], cues) if len(name) > end and cues.person.fullmatch(name[:end]) else ()
        if rest and all(cues.person.fullmatch(each) for each in rest):
            return (name[:end], *rest)
    return (name,)


def _is_name(name: str) -> bool:
    if _CJK.match(name):
        plain = re.sub(r"[·•\s]", "", name)
        dotted = "·" in name or "•" in name
        return bool(_NAME.fullmatch(name) or plain != name) and 1 < len(plain) <= (12 if dotted else _CJK_NAME)
    first, *others = name.split()
    words = [first, *(word for word in others if word not in _PARTICLES)]
    return len(words) <= _LATIN_NAMES and all(word.lstrip("d'’")[:1].isupper() for word in words)


def person_marks(text: str, start: int, end: int, cues: Cues) -> tuple[Mark, ...]:
    """The persons in the byline at `start` to `end` of a text, as marks."""
    persons = byline_persons(text[start:end], cues)
    return tuple(Mark(MarkKind.PERSON, start + a, start + b, role) for a, b, _, role in persons)


def marked_persons(text: str, marks: tuple[Mark, ...]) -> tuple[Person, ...]:
    """The persons that a passage's marks name."""
    return tuple(Person(text[mark.start : mark.end], mark.value) for mark in marks if mark.kind is MarkKind.PERSON)
