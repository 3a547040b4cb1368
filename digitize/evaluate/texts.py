"""What is compared: the texts and places of a page's articles, in a form in which only real differences are left."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitize.geometry import Box

# Signs that typesetters and recognizers use for one another. NFKC has taken three dots out of an ellipsis before.
_ALIKE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-"})


def normalized(text: str) -> str:
    """A text without spaces, in one width (NFKC), its quotation marks and dashes of one kind."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_ALIKE).split())


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article; all texts are normalized.

    `byline` is all that names authors, `byline_apart` what of it stands outside the paragraphs. `lines` are the boxes of
    the printed lines outside captions, in reading order, and `area` the box around the whole article, pictures included:
    both in original pixels, empty and None where the document has no zones.
    """

    kicker: str = ""
    headline: str = ""
    deck: str = ""
    byline: str = ""
    byline_apart: str = ""
    paragraphs: tuple[str, ...] = ()
    lines: tuple[Box, ...] = ()
    area: Box | None = None

    @property
    def body(self) -> str:
        """The paragraphs, joined."""
        return "".join(self.paragraphs)

    @property
    def text(self) -> str:
        """All of the article's text, once."""
        return self.kicker + self.headline + self.deck + self.body + self.byline_apart


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The articles of one page; advertisements are none.

    `joins` are the pairs of printed lines of body text that follow each other within one article, normalized.
    """

    articles: tuple[ArticleText, ...] = ()
    joins: tuple[tuple[str, str], ...] = ()
