"""The data model: what is known of a scan, a page and its articles. Frozen values, tuples, closed sets.

Two frames meet here, and every value says in which it stands: a `polygon` is in *original* pixels and is what the
exports write; a `box` is in the *reading frame*, the cropped and straightened page, and is what layout and reflow
reason with. See `digitize.geometry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from digitize.geometry import Box, FrameMap, Polygon


UNDETERMINED = "und"
"""The tag (BCP 47) of a language that is not known, as before the first line of a page has been read."""

DOUBTFUL = 0.5
"""A character of a lower confidence is, in the recognizer's own terms, more likely wrong than right: the one cut that
follows from what a probability means and needs no tuning to a corpus. Recognizers are rather too sure than too modest,
so what falls below is worth an editor's look."""


class WritingMode(StrEnum):
    """How characters follow each other and lines stack (CSS Writing Modes)."""

    HORIZONTAL_TB = "horizontal-tb"
    VERTICAL_RL = "vertical-rl"


class Role(StrEnum):
    """What a region, or a passage of an article, is on the page."""

    KICKER = "kicker"
    HEADLINE = "headline"
    DECK = "deck"
    SUBHEADING = "subheading"
    PARAGRAPH = "paragraph"
    BYLINE = "byline"
    CONTINUATION = "continuation"
    CAPTION = "caption"
    PICTURE = "picture"
    ADVERTISEMENT = "advertisement"
    FOLIO = "folio"
    FILLER = "filler"


HEADING_ROLES = frozenset({Role.KICKER, Role.HEADLINE, Role.DECK})


class SeparatorKind(StrEnum):
    """What parts two areas of the page."""

    RULE = "rule"
    BOX_EDGE = "box-edge"
    GUTTER = "gutter"


class ArticleKind(StrEnum):
    """What an article-like unit of the page is; advertisements are kept apart from news items."""

    ARTICLE = "article"
    ADVERTISEMENT = "advertisement"


class MarkKind(StrEnum):
    """What a stretch of a passage's text names."""

    BYLINE = "byline"
    DATELINE = "dateline"
    PERSON = "person"
    PLACE = "place"
    DATE = "date"


CROSSWISE = 1.5
"""A line of text is so much longer across the reading frame's lines than along them where it runs across."""


class Calendar(StrEnum):
    """What a printed date's year counts from."""

    GREGORIAN = "gregorian"
    MINGUO = "minguo"  # the years of the Republic of China: the first is 1912


class LinkKind(StrEnum):
    """What one region is to another in the flow of the text."""

    CONTINUES = "continues"  # the target goes on where the source ends
    HEADS = "heads"  # the source is the heading of the text that begins with the target
    ILLUSTRATES = "illustrates"  # the source is a picture of the article that begins with the target
    CAPTIONS = "captions"  # the source is the caption of the target


FLOW_LINKS = frozenset({LinkKind.CONTINUES, LinkKind.HEADS})
"""The links that make an article's text; the others lead from its pictures."""


@dataclass(frozen=True, slots=True)
class Link:
    """A decision of the reading order: from one region to the next, with its score and the reasons that made it."""

    source: str
    target: str
    kind: LinkKind
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a scan came from: the file as given, which of its frames (from 1), and what the whole file sums to.

    `width` and `height` are those of the frame in original pixels (EXIF turning done). `identifier` is the archive's own
    for what it shows, "" where none is told. `etag` is what the store that it lies in called it when it was read.
    """

    path: str
    frame: int
    frames: int
    sha256: str
    media_type: str
    width: int
    height: int
    identifier: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What the archive itself says of a page, in a metadata sheet; None or empty where it says nothing.

    It goes before what was read on the page and what holds for the whole run. `rights` is a statement, or the URI of one.
    """

    newspaper: str = ""
    date: dt.date | None = None
    page_number: str = ""
    edition: str = ""
    rights: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class ProcessingStep:
    """One step of the work on a page, as ALTO and PREMIS record it: what, by which software, how set."""

    name: str
    software: str
    version: str
    settings: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One page image after opening or cleaning.

    `pixels` is uint8 (height, width), 0 = black; after cleaning 0 = ink and 255 = paper. `frame` maps its pixels to
    original pixels. `dpi` is what the file says, None when it says nothing.
    """

    page_id: str
    source: Source
    pixels: NDArray[np.uint8]
    dpi: float | None
    frame: FrameMap
    steps: tuple[ProcessingStep, ...] = ()
    negative: bool = False
    skew: float = 0.0  # degrees, clockwise as seen on the film
    described: Description = field(default_factory=Description)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One recognized character: its text, 0..1 how sure the recognizer is, and where (original pixels)."""

    text: str
    confidence: float
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line.

    `type_size` is the height of its characters, in reading-frame pixels, or their width where it runs across. `glyphs`
    run in reading order, one for each character of `text`, or are empty when the line has not been read. `reversed` is
    white type on black. `hyphenated`: whether the hyphen at its end only parts a word, None where nothing but the text
    tells.
    """

    id: str
    polygon: Polygon
    box: Box
    type_size: float
    writing_mode: WritingMode = WritingMode.HORIZONTAL_TB
    reversed: bool = False
    text: str = ""
    confidence: float = 0.0
    glyphs: tuple[Glyph, ...] = ()
    hyphenated: bool | None = None

    @property
    def crosswise(self) -> bool:
        """Whether it runs across the page's lines, as a vertical heading does on a horizontal page."""
        return self.box.height > CROSSWISE * self.box.width


def mean_confidence(lines: Iterable[TextLine]) -> float:
    """The mean confidence of the lines' characters, 0..1; 0 where there are none."""
    weights = [(len(line.text), line.confidence) for line in lines]
    total = sum(count for count, _ in weights)
    return sum(count * value for count, value in weights) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Separator:
    """A printed rule, an edge of a box, or a white gutter."""

    kind: SeparatorKind
    polygon: Polygon
    box: Box

    @property
    def vertical(self) -> bool:
        """Whether it runs down the page and parts left from right."""
        return self.box.upright


@dataclass(frozen=True, slots=True)
class Region:
    """A typed area of the page with its lines, top to bottom; pictures have none.

    `frame_id` names the printed box or tint that encloses the region, None for the open page. `column` counts the
    page's columns from 1 in reading direction; 0 where the region spans several or none. `heading_id` names the
    headline's region that a kicker or deck belongs to; a headline names itself. `tier` counts from 1 the parts of a page
    that is set in running columns, where text goes on from one column to the next, in the order in which they are read; 0
    on other pages.
    """

    id: str
    role: Role
    polygon: Polygon
    box: Box
    lines: tuple[TextLine, ...] = ()
    frame_id: str | None = None
    column: int = 0
    heading_id: str | None = None
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """A printed box or tinted panel that sets its content apart from the page around it."""

    id: str
    polygon: Polygon
    box: Box


@dataclass(frozen=True, slots=True)
class Folio:
    """What the page says of itself: newspaper, date, page number and section; None or empty where it says nothing.

    `calendar` is the one that `date_text` is in; `date` is always Gregorian.
    """

    newspaper: str = ""
    date: dt.date | None = None
    date_text: str = ""
    page_number: str = ""
    section: str = ""
    issue_number: str = ""
    calendar: Calendar = Calendar.GREGORIAN


@dataclass(frozen=True, slots=True)
class Page:
    """What was found on one scan. `regions` stand in reading order once `read_order` has run.

    `type_size` is the height of the body type and `line_pitch` the distance of its baselines, in reading-frame
    pixels; `width` and `height` are the original image's. `rejected` are the links that the reading order weighed and
    did not make, the strongest few into each block of text, best first. `language` is a BCP 47 tag. `following` are the
    pages of the issue on which articles that begin here go on.
    """

    id: str
    source: Source
    width: int
    height: int
    frame: FrameMap
    frame_width: int
    frame_height: int
    type_size: float
    line_pitch: float
    regions: tuple[Region, ...]
    separators: tuple[Separator, ...] = ()
    frames: tuple[Frame, ...] = ()
    links: tuple[Link, ...] = ()
    rejected: tuple[Link, ...] = ()
    writing_mode: WritingMode = WritingMode.HORIZONTAL_TB
    language: str = UNDETERMINED
    folio: Folio = field(default_factory=Folio)
    steps: tuple[ProcessingStep, ...] = ()
    dpi: float | None = None
    negative: bool = False
    skew: float = 0.0
    following: tuple[Page, ...] = ()

    @property
    def vertical(self) -> bool:
        """Whether it is set in vertical lines."""
        return self.writing_mode is WritingMode.VERTICAL_RL

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """All lines, region by region."""
        return tuple(line for region in self.regions for line in region.lines)

    @property
    def running_text(self) -> tuple[Region, ...]:
        """The regions of running text that have lines."""
        return tuple(region for region in self.regions if region.role is Role.PARAGRAPH and region.lines)

    @property
    def confidence(self) -> float:
        """The mean confidence of the page's characters, 0..1; 0 for a page without text."""
        return mean_confidence(self.lines)


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


@dataclass(frozen=True, slots=True)
class Revision:
    """How often this page has been read into this archive, when now and when first (UTC)."""

    number: int
    created: dt.datetime
    first_created: dt.datetime


@dataclass(frozen=True, slots=True)
class Transcript:
    """One page as a file of earlier OCR tells it: lines with their text, in no order that is to be trusted.

    All is in original pixels, and the reading frame is the original image: a line's `box` is that of its printed
    characters, its `type_size` what the file tells or its height. `separators` and `pictures` are those that the file
    names. `blocks` are its own regions, each with its lines, for those who ask for them. `image` is the image file by
    the name that the file has for it, "" for none; `dpi` is None where the file does not tell a size on paper.
    `folio` is what the issue's own metadata say, `described` what the archive's sheet does.
    """

    page_id: str
    source: Source
    lines: tuple[TextLine, ...]
    separators: tuple[Separator, ...] = ()
    pictures: tuple[Box, ...] = ()
    blocks: tuple[tuple[str, ...], ...] = ()
    language: str = ""
    dpi: float | None = None
    image: str = ""
    folio: Folio = field(default_factory=Folio)
    steps: tuple[ProcessingStep, ...] = ()
    described: Description = field(default_factory=Description)
