"""The data model: what is known of a scan, a page and its articles. Frozen values, tuples, closed sets.

Two frames meet here, and every value says in which it stands: a `polygon` is in *original* pixels and is what the
exports write; a `box` is in the *reading frame*, the cropped and straightened page, and is what layout and reflow
reason with. See `digitize.geometry`.
"""

from digitize.model.article import Article, Dateline, Figure, Issue, LinePiece, Mark, Passage, Person
from digitize.model.ideographs import IDEOGRAPHS, are_ideographs, is_ideograph
from digitize.model.page import Folio, Frame, Glyph, Link, Page, Region, Separator, TextLine, Transcript, mean_confidence
from digitize.model.scan import Description, ProcessingStep, Revision, Scan, Source
from digitize.model.terms import (
    CROSSWISE,
    DOUBTFUL,
    FLOW_LINKS,
    HEADING_ROLES,
    UNDETERMINED,
    ArticleKind,
    Calendar,
    LinkKind,
    MarkKind,
    Role,
    SeparatorKind,
    WritingMode,
)

__all__ = [
    "CROSSWISE",
    "DOUBTFUL",
    "FLOW_LINKS",
    "HEADING_ROLES",
    "IDEOGRAPHS",
    "UNDETERMINED",
    "Article",
    "ArticleKind",
    "Calendar",
    "Dateline",
    "Description",
    "Figure",
    "Folio",
    "Frame",
    "Glyph",
    "Issue",
    "LinePiece",
    "Link",
    "LinkKind",
    "Mark",
    "MarkKind",
    "Page",
    "Passage",
    "Person",
    "ProcessingStep",
    "Region",
    "Revision",
    "Role",
    "Scan",
    "Separator",
    "SeparatorKind",
    "Source",
    "TextLine",
    "Transcript",
    "WritingMode",
    "are_ideographs",
    "is_ideograph",
    "mean_confidence",
]
