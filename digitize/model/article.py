"""Articles, by the lines that they are made of, and the issue that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.model.page import mean_confidence
from digitize.model.terms import Calendar, Role

if TYPE_CHECKING:
    import datetime as dt

    from digitize.geometry import Polygon
    from digitize.model.page import TextLine
    from digitize.model.terms import ArticleKind, MarkKind


@dataclass(frozen=True, slots=True)
class LinePiece:
    """The part of a printed line that belongs to a passage: characters `start` to `end` of the line's text.

    `gap` is what stands between the piece before and this one in running text ("" or " "). `hyphenated`: the line
    before ended in a hyphen that is not part of the word; the piece before leaves it out.
    """

    line: TextLine
    start: int
    end: int
    gap: str = ""
    hyphenated: bool = False

    @property
    def text(self) -> str:
        """The characters of the piece."""
        return self.line.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a passage that names something: characters `start` to `end` of the passage's text.

    `value` is the normal form: a date as YYYY-MM-DD, a person's role, else "".
    """

    kind: MarkKind
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A running text of one role: a heading part, a paragraph, a byline, a caption; possibly over several columns."""

    role: Role
    pieces: tuple[LinePiece, ...]
    region_ids: tuple[str, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def text(self) -> str:
        """The running text."""
        return "".join(piece.gap + piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Person:
    """A person named in a byline or credit, with the printed role (记者, 通讯员, 摄, ...), "" where none stands."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Dateline:
    """What opens a news item: place and date as printed, the date's normal form, and the source (本报讯, 新华社)."""

    text: str
    place: str = ""
    date_text: str = ""
    date: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of an article with its captions."""

    region_id: str
    polygon: Polygon
    captions: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One news item, or one advertisement.

    `passages` hold every text of it once, in reading order: heading parts, bylines, paragraphs, subheadings; captions
    stand with their figures. `persons` are those of its bylines and credits. `language` is a BCP 47 tag, "" for
    the page's.
    """

    id: str
    kind: ArticleKind
    number: int
    passages: tuple[Passage, ...]
    figures: tuple[Figure, ...] = ()
    dateline: Dateline | None = None
    persons: tuple[Person, ...] = ()
    continued_to: str = ""
    continued_from: str = ""
    columns: tuple[int, int] | None = None
    language: str = ""

    def _texts(self, role: Role) -> tuple[str, ...]:
        return tuple(p.text for p in self.passages if p.role is role)

    @property
    def kicker(self) -> str:
        """The kicker's text, "" where there is none."""
        return "\n".join(self._texts(Role.KICKER))

    @property
    def headline(self) -> str:
        """The headline's text, "" where there is none."""
        return "\n".join(self._texts(Role.HEADLINE))

    @property
    def deck(self) -> str:
        """The deck's text, "" where there is none."""
        return "\n".join(self._texts(Role.DECK))

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """Every printed line that the article uses, once, in reading order, captions last."""
        passages = (*self.passages, *(c for figure in self.figures for c in figure.captions))
        return tuple({piece.line.id: piece.line for p in passages for piece in p.pieces}.values())

    @property
    def confidence(self) -> float:
        """The mean confidence of the article's characters, 0..1."""
        return mean_confidence(self.lines)


@dataclass(frozen=True, slots=True)
class Issue:
    """One edition of a newspaper, as the documents' headers name it; as the archive tells, else the options, else the folio."""

    newspaper: str = ""
    date: dt.date | None = None
    date_text: str = ""
    page_number: str = ""
    section: str = ""
    issue_number: str = ""
    calendar: Calendar = Calendar.GREGORIAN
    edition: str = ""
    rights: str = ""
    authority: str = "digitize.invalid,2026"  # who mints the tag URIs (RFC 4151): a domain and a year
