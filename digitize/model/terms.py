"""Closed sets of words that a page and its articles are described in, and what they mean."""

from __future__ import annotations

from enum import StrEnum

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
    MEIJI = "meiji"  # reigns of Japan, as printed in its colonies and wherever it ruled
    TAISHO = "taisho"
    SHOWA = "showa"
    DATONG = "datong"  # reigns of Manchukuo
    KANGDE = "kangde"
    QING = "qing"  # reigns of the Qing, with lunar months and days


class LinkKind(StrEnum):
    """What one region is to another in the flow of the text."""

    CONTINUES = "continues"  # the target goes on where the source ends
    HEADS = "heads"  # the source is the heading of the text that begins with the target
    ILLUSTRATES = "illustrates"  # the source is a picture of the article that begins with the target
    SUMMARIZES = "summarizes"  # the source begins the key points of the article that begins with the target
    CAPTIONS = "captions"  # the source is the caption of the target


FLOW_LINKS = frozenset({LinkKind.CONTINUES, LinkKind.HEADS})
"""The links that make an article's text; the others lead from its pictures and its key points."""
