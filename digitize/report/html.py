"""Pages of HTML from values: the templates beside this module, filled in by Jinja, which escapes all that it fills in.

Every page carries its style and script, and a Content Security Policy that names them by their sums and allows nothing
else: no address outside, no script that a text might smuggle in. Pictures and links are relative and percent-encoded.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from digitize.report.views import LOW_CONFIDENCE, SKEWED, Flag, Outcome, few_articles, flags_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.report.views import Around, Imprint, PageView, Row

# What files are called by the ending of their names.
_DOCUMENTS = {".tei.xml": "TEI", ".newsml.xml": "NewsML-G2", ".alto.xml": "ALTO", ".svg": "Drawing"}

# The radius of an article's number on the scan, as a share of its longer side: a dozen pixels on a screen.
_BADGE = 0.014

_MINUTE, _HOUR = 60, 3600
# Newspapers that are named at the head of a report; a reel has one, rarely a few. A name that stands on fewer pages than
# this share of those with the most frequent one has been misread.
_NEWSPAPERS, _OFTEN = 6, 0.1


def index_html(title: str, rows: Sequence[Row]) -> bytes:
    """The overview of an archive.

    Args:
        title: what the archive is called.
        rows: its pages, in their order.

    Returns:
        The document, UTF-8; the same values give the same bytes.
    """
    few = few_articles(rows)
    flags = {row.id: flags_of(row, few) for row in rows}
    counts = Counter(flag for found in flags.values() for flag in found)
    return _rendered(
        "index",
        title=title,
        rows=rows,
        flags=flags,
        filters=[(flag, _meaning(flag, few), counts[flag]) for flag in Flag if counts[flag]],
        outcomes=Counter(row.outcome for row in rows),
        newspapers=_newspapers([row.imprint for row in rows]),
        not_read=[row for row in rows if row.outcome in {Outcome.FAILED, Outcome.UNKNOWN}],
    )


def page_html(page: PageView, title: str, around: Around) -> bytes:
    """One page: its scan with articles marked on it, and their text beside it.

    Args:
        page: the page.
        title: what the archive is called.
        around: what leads to it and away from it.

    Returns:
        The document, UTF-8; the same values give the same bytes.
    """
    left, right = page.between
    badge = round(_BADGE * max((right - left) * page.width, page.height))
    return _rendered("page", page=page, title=title, around=around, badge=badge)


def _rendered(name: str, **values: Any) -> bytes:  # noqa: ANN401 - the template knows what they are
    style, script = _asset("report.css"), _asset(f"{name}.js")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' file:; "
        f"style-src '{_sum(style)}'; script-src '{_sum(script)}'"
    )
    own = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - this package's own files
    page = _environment().get_template(f"{name}.html").render(own, policy=policy, **values)
    return page.encode("utf-8", "backslashreplace") + b"\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "path": lambda name: quote(name, safe=""),
        "grouped": lambda count: f"{count:,}",
        "percent": lambda share: f"{100 * share:.1f}\N{NO-BREAK SPACE}%",
        "duration": _duration,
        "document": _document,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "slug": lambda flag: flag.replace(" ", "-"),
    }
    environment.globals |= {"Outcome": Outcome, "Flag": Flag}
    return environment


@cache
def _asset(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


def _sum(text: str) -> str:
    """A style or script as a policy names it (CSP Level 2)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _document(name: str) -> str:
    return next((told for ending, told in _DOCUMENTS.items() if name.endswith(ending)), name)


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours:,} h {minutes} min"


def _meaning(flag: Flag, few: float) -> str:
    """What a flag says, for those who do not know."""
    return {
        Flag.FAILED: "the page could not be read",
        Flag.UNKNOWN: "the page's record is damaged, or of another version",
        Flag.INCOMPLETE: "a file that the record lists is missing or damaged",
        Flag.BLANK: "no more on it than labels, or nothing",
        Flag.LOW_CONFIDENCE: f"below {LOW_CONFIDENCE:.0%}, as the recognizer rates itself",
        Flag.FEW_ARTICLES: f"fewer than {few:g}, half of what is usual here",
        Flag.SKEWED: f"by more than {SKEWED:g}°",
        Flag.NEGATIVE: "filmed white on black",
        Flag.TWICE: "the same page is there again",
    }[flag]


def _newspapers(imprints: Sequence[Imprint]) -> list[tuple[str, str, str]]:
    """The newspapers of a reel, the most frequent first, each with its first and last date."""
    counts = Counter(imprint.newspaper for imprint in imprints if imprint.newspaper)
    dates = {name: sorted(i.date for i in imprints if i.newspaper == name and i.date) or [""] for name in counts}
    often = max(counts.values(), default=0) * _OFTEN
    named = [name for name, count in counts.most_common(_NEWSPAPERS) if count >= often]
    return [(name, dates[name][0], dates[name][-1]) for name in named]
