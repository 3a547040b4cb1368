"""What documents are called: tag URIs, titles, file names, ids of what the model leaves unnamed."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from digitize.export.markup import one_line
from digitize.export.parts import all_passages
from digitize.model import Role

if TYPE_CHECKING:
    from digitize.model import Article, Issue, Page, Source

# Sixteen hex digits (64 bits): a clash among a billion scans stays a one in forty matter, and the URI stays readable.
SHA256_DIGITS = 16

# A URI that leads to a page: without blanks, or what a URI must escape (RFC 3986).
_URI = re.compile(r"https?://[\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII)

# Enough of a text to tell the untitled items of a page apart, and still one row of a list.
INCIPIT_LENGTH = 24


def guid(article: Article, page: Page, issue: Issue) -> str:
    """The article's tag URI (RFC 4151): it stays the same when the page is read again.

    It is made of who mints it, the source's SHA-256, the page and the article's number on it.
    """
    number = article.id.removeprefix(f"{page.id}-")
    return f"tag:{issue.authority}:{page.source.sha256[:SHA256_DIGITS]}/{quote(page.id, safe='')}/{quote(number, safe='')}"


def code_scheme(issue: Issue) -> str:
    """The URI of the codes that the documents use beside the standards' own."""
    return f"tag:{issue.authority}:codes/"


def minting_authority(issue: Issue) -> str:
    """Who mints the tag URIs: the domain without the year."""
    return issue.authority.partition(",")[0]


def titles(article: Article) -> tuple[str, ...]:
    """The article's headlines; where it has none, how its text begins; where it has no text, its id. Never empty."""
    headlines = tuple(filter(None, (one_line(p.text) for p in article.passages if p.role is Role.HEADLINE)))
    return headlines or (incipit(article) or article.id,)


def title(article: Article) -> str:
    """What to call the article in one line."""
    return " ".join(titles(article))


def has_headline(article: Article) -> bool:
    """Whether the page prints a headline over the article."""
    return any(p.role is Role.HEADLINE and one_line(p.text) for p in article.passages)


def incipit(article: Article) -> str:
    """How the article's text begins, cut between words where there are blanks; "" for one without text."""
    text = next(filter(None, (one_line(passage.text) for passage in all_passages(article))), "")
    if len(text) <= INCIPIT_LENGTH:
        return text
    cut = re.sub(r"(?<=\S) \S*$", "", text[: INCIPIT_LENGTH + 1])
    return (cut if len(cut) > INCIPIT_LENGTH // 2 else text)[:INCIPIT_LENGTH] + "…"


def source_name(source: Source) -> str:
    """The source's file name, without the folder it lay in: the archive knows where it keeps its scans."""
    return one_line(PurePath(source.path).name)


def is_uri(text: str) -> bool:
    """Whether a text, as of rights, is a URI that can be pointed at."""
    return bool(_URI.fullmatch(text))


def source_url(source: Source) -> str:
    """The source's file name as a relative URI."""
    return quote(source_name(source), safe="")
