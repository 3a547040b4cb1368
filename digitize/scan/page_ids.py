"""Page ids, made from file names: the same name always gives the same id, and every id is a valid NCName.

Ids stand in XML (`xml:id`, `xs:ID`), in file names and in URLs. XML 1.0 took more letters into names with its fifth
edition, but validators in daily use (libxml2, Xerces) still go by the fourth: what is not a letter there becomes "-".
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from digitize.storage import Address

# Letters that may begin a name in every edition of XML 1.0: Latin, Greek, Cyrillic, kana, Han and Hangul.
_LETTERS = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0388-\u038a\u038e-\u03a1"
    "\u03a3-\u03ce\u0401-\u040c\u040e-\u044f\u0451-\u045c\u045e-\u0481\u3007\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
_START = re.compile(f"[{_LETTERS}]")
_ODD = re.compile(f"[^{_LETTERS}0-9.-]+")

PREFIX = "p"  # for names that begin with what cannot begin an NCName
REPORT_NAME = "report"  # the folder of the report, beside those of the pages
HASH_DIGITS = 8
# A name on disk holds 255 bytes. The longest that is built on an id is <id>-f001-a001.newsml.xml, beside its place
# under a temporary name while it is written: 55 bytes are left for these endings.
LONGEST = 200


def page_stem(parts: Sequence[str]) -> str:
    """The page id of a file, before any frame number is added.

    Args:
        parts: the names of the folders between the input folder and the file, and the file's name without its suffix.
    """
    name = unicodedata.normalize("NFC", "-".join(parts))
    stem = _ODD.sub("-", name).strip("-")
    if not any(c.isalnum() for c in stem):  # nothing is left that tells one name from another
        stem = "-".join(filter(None, (PREFIX, _digest(name))))
    if not _START.match(stem):
        stem = PREFIX + stem
    if stem.casefold() == REPORT_NAME:
        stem = f"{PREFIX}-{stem}"
    if len(stem.encode()) > LONGEST:
        head = stem.encode()[: LONGEST - HASH_DIGITS - 1].decode(errors="ignore")
        stem = f"{head}-{_digest(name)}"
    return stem


def page_id(stem: str, frame: int, frames: int) -> str:
    """The id of one frame (from 1) of a file; the frame is named only where there are several."""
    return stem if frames == 1 else f"{stem}-f{frame:03d}"


def half_id(page: str, number: int) -> str:
    """The id of one of the two pages on a frame, the first or second in reading order, by the frame's id."""
    return f"{page}-{number}"


def split_frame(stem: str) -> tuple[str, int] | None:
    """The stem and frame number that a stem would be the page id of, None where it does not end like one."""
    match = re.fullmatch(r"(.+)-f(\d{3,})", stem)
    return (match[1], int(match[2])) if match else None


def natural_order(name: str) -> tuple[list[str | int], str]:
    """A sort key under which p2 comes before p10; letters compare without case, then with it."""
    pieces: list[str | int] = list(re.split(r"(\d+)", name.casefold()))
    pieces[1::2] = [int(digits) for digits in pieces[1::2]]
    return pieces, name


def printable(path: PurePath | Address) -> str:
    """A path as text that fits on one line and into XML: bytes that are no text and control characters as escapes."""
    return "".join(
        c.encode("unicode_escape", "backslashreplace").decode()
        if unicodedata.category(c) in {"Cc", "Cs", "Cn", "Zl", "Zp"}
        else c
        for c in str(path)
    )


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:HASH_DIGITS]
