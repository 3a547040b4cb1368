"""The language of a page, from its text: which table of cues has words, or ideographs, that stand in it most often."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from digitize.model import UNDETERMINED
from digitize.options import LANGUAGES
from digitize.reflow.cues import load_telling, tokens

if TYPE_CHECKING:
    from digitize.model import Page

SURE, CLEARLY = 5, 3
"""So many telling words, and so many times those of the page's language, show that an article is in another one: a fifth of
a text tells, so that two sentences do; names and quotations have fewer."""


def settle_language(page: Page) -> Page:
    """The page with the language of its text, where that is not known yet (`und`); otherwise the page itself."""
    if page.language != UNDETERMINED:
        return page
    return replace(page, language=find_language("\n".join(line.text for line in page.lines)))


def find_language(text: str) -> str:
    """The language of a text (BCP 47), `und` where no word of it tells.

    Each language's telling words stand in its table of cues and in no other's: simplified or traditional ideographs of
    which only one form is printed in the language, function words of the Latin languages. They make up a fifth of any
    running text, so that the language with the most of them is told by a few lines, misread ones among them; names and
    advertisements in another language do no harm.
    """
    found = _told(text)
    best = max(LANGUAGES, key=lambda language: found[language])
    return best if found[best] else UNDETERMINED


def own_language(text: str, page: str) -> str:
    """The language of one article (BCP 47): its page's, where its own text does not say another one for sure."""
    found = _told(text)
    best = max(LANGUAGES, key=lambda language: found[language])
    return best if found[best] >= max(SURE, CLEARLY * found.get(page, 0)) else page


def _told(text: str) -> dict[str, int]:
    """How many words of a text tell each language."""
    counts = Counter(tokens(text))
    return {language: sum(counts[token] for token in load_telling(language)) for language in LANGUAGES}
