"""What is found on one scan: lines, separators, regions and the links between them; or told by a file of earlier OCR."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digitize.model.scan import Description
from digitize.model.terms import CROSSWISE, UNDETERMINED, Calendar, Role, WritingMode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from digitize.geometry import Box, FrameMap, Polygon
    from digitize.model.scan import ProcessingStep, Source
    from digitize.model.terms import LinkKind, SeparatorKind


@dataclass(frozen=True, slots=True)
class Link:
    """A decision of the reading order: from one region to the next, with its score and the reasons that made it."""

    source: str
    target: str
    kind: LinkKind
    score: float
    reason: str


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

    def mode_on(self, page: WritingMode) -> WritingMode:
        """How it is written on a page of that writing mode: as the page is, or, where it runs across, the other way."""
        if not self.crosswise:
            return page
        return WritingMode.VERTICAL_RL if page is WritingMode.HORIZONTAL_TB else WritingMode.HORIZONTAL_TB


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
