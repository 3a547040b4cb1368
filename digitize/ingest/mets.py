"""METS: the pages of an issue in their order, each with its OCR and image file, and the newspaper and date in MODS."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digitize.ingest.parsing import children, descendants, first, local_name, number, text_of
from digitize.model import Folio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

HREF = "{http://www.w3.org/1999/xlink}href"

OCR_SUFFIX = ".xml"

PAGE_TYPE = "page"
"""What the part of a METS document that stands for a page is called; some profiles put their own prefix before it."""

ISSUE_TYPES = re.compile(r"newspaper|issue|periodical|print|volume", re.IGNORECASE)
"""What the parts of a METS document that stand for the whole issue are called, in the profiles of several libraries."""

_LABEL_END = re.compile(r",|\s\(|\s[-–]\s(?=\d)")
"""Where the newspaper's name ends in a label, before its place or the issue's date."""

_ISO_DATE = re.compile(r"(1[5-9]\d\d|20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")
_DAY_FIRST = re.compile(r"(0?[1-9]|[12]\d|3[01])[./](0?[1-9]|1[0-2])[./](1[5-9]\d\d|20\d\d)")


@dataclass(frozen=True, slots=True)
class MetsPage:
    """A page of an issue: its OCR file and images, as the METS document names them (relative, with slashes), and its number."""

    ocr: str
    images: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class MetsIssue:
    """An issue: its pages in order, and what its metadata say of it."""

    pages: tuple[MetsPage, ...]
    folio: Folio = field(default_factory=Folio)


def read_mets(root: etree._Element) -> MetsIssue:
    """The issue that a METS document describes; pages without an OCR file in XML are left out."""
    files = {each.get("ID", ""): href for each in descendants(root, "file") if (href := _href(each))}
    divs = _page_divs(root)
    pages = [page for div in divs if (page := _page(div, [files[key] for key in _pointers(div) if key in files]))]
    if not pages:  # no physical structure: the files as they stand
        pages = [MetsPage(href) for href in files.values() if href.lower().endswith(OCR_SUFFIX)]
    return MetsIssue(tuple(pages), _folio(root))


def _href(file: etree._Element) -> str:
    """A file's place relative to the METS document; "" for one on another machine."""
    location = next(children(file, "FLocat"), None)
    href = location.get(HREF, "") if location is not None else ""
    parts = urlsplit(href.replace("\\", "/"))
    if parts.scheme in {"http", "https", "ftp"}:
        return ""
    return unquote(f"{parts.netloc}{parts.path}" if parts.scheme == "file" else href).lstrip("/").removeprefix("./")


def _page_divs(root: etree._Element) -> list[etree._Element]:
    """The divisions that stand for pages, of the physical structure where one is named so, in their order."""
    maps = list(children(root, "structMap"))
    physical = [each for each in maps if each.get("TYPE", "").lower() == "physical"]
    found = (_ordered(each) for each in [*physical, *maps])
    return next(filter(None, found), [])


def _ordered(division: etree._Element) -> list[etree._Element]:
    """The pages in a division: its parts in their order, sections and supplements each with all that is in it."""
    kind = division.get("TYPE", "").lower().rpartition(":")[2]
    if local_name(division) == "div" and kind == PAGE_TYPE:
        return [division]
    parts = sorted(children(division, "div"), key=lambda div: number(div, "ORDER") or 0.0)
    return [page for part in parts for page in _ordered(part)]


def _pointers(div: etree._Element) -> Iterator[str]:
    """The ids of the files of a division, its own and not those of divisions in it."""
    for pointer in children(div, "fptr"):
        if key := pointer.get("FILEID"):
            yield key
        yield from (area.get("FILEID", "") for area in descendants(pointer, "area"))


def _page(div: etree._Element, hrefs: list[str]) -> MetsPage | None:
    """A page of its files; of several OCR files the last: workflows that keep each step add the later ones behind."""
    texts = [href for href in hrefs if href.lower().endswith(OCR_SUFFIX)]
    images = tuple(dict.fromkeys(href for href in hrefs if href not in texts))
    label = div.get("ORDERLABEL", "").split()[-1:]
    return MetsPage(texts[-1], images, label[0].strip("[]().") if label else "") if texts else None


def _folio(root: etree._Element) -> Folio:
    """Newspaper, date and number of the issue, from the metadata that its own divisions name, else from all."""
    sections = {each.get("ID", ""): each for each in children(root, "dmdSec")}
    named = [
        key
        for div in descendants(root, "div")
        if ISSUE_TYPES.search(div.get("TYPE", ""))
        for key in div.get("DMDID", "").split()
    ]
    own = [sections[key] for key in dict.fromkeys(named) if key in sections] or list(sections.values())[:1]
    title = next((text for section in own if (text := _title(section))), "")
    dates = [text_of(each) for section in own for each in descendants(section, "dateIssued", "date")]
    dates += [root.get("LABEL", "")]
    numbers = [
        text_of(first(each, "number"))
        for section in own
        for each in descendants(section, "detail")
        if each.get("type") in {"issue", "number"}
    ]
    date = next((found for text in dates if (found := parse_date(text))), None)
    return Folio(
        newspaper=title or _LABEL_END.split(root.get("LABEL", ""))[0].strip(" ."),
        date=date,
        issue_number=next(filter(None, numbers), ""),
    )


def _title(section: etree._Element) -> str:
    """The title in a section: that of what the described part stands in, before its own."""
    hosts = [each for each in descendants(section, "relatedItem") if each.get("type") in {"host", "series"}]
    for each in (*hosts, section):
        info = next((t for t in descendants(each, "titleInfo") if local_name(t)), None)
        if info is not None:
            parts = (text_of(next(children(info, key), None)) for key in ("nonSort", "title"))
            return " ".join(filter(None, parts))
    return ""


def parse_date(text: str) -> dt.date | None:
    """The day that a text in figures names, year first or day first; None where it names none."""
    for pattern, order in ((_ISO_DATE, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1))):
        if match := pattern.search(text):
            try:
                return dt.date(*(int(match[group]) for group in order))
            except ValueError:
                continue
    return None
