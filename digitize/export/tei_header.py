"""The TEI header: what the document is, what it was made from, by which software, and how sure its text is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digitize.export.identity import guid, has_headline, is_uri, minting_authority, source_name, titles
from digitize.export.markup import XML_ID, add, add_known, one_line, timestamp
from digitize.export.parts import pages_of
from digitize.model import Calendar, Role

if TYPE_CHECKING:
    from lxml import etree

    from digitize.model import Article, Issue, Page, ProcessingStep, Revision

# The part of a version that TEI's teidata.versionNumber can say; the printed version stands beside it in full.
_VERSION_NUMBER = re.compile(r"\d+(\.\d+){0,3}")
# What is said of a calendar that a printed date is in; without a word, a date is Gregorian (TEI Guidelines, 14.4).
_CALENDARS = {
    Calendar.MINGUO: "The years of the Republic of China, of which the first is 1912; months and days are Gregorian.",
    Calendar.MEIJI: "The years of the Meiji era, of which the first is 1868; months and days are Gregorian from 1873 on.",
    Calendar.TAISHO: "The years of the Taisho era, of which the first is 1912; months and days are Gregorian.",
    Calendar.SHOWA: "The years of the Showa era, of which the first is 1926; months and days are Gregorian.",
    Calendar.DATONG: "The years of the Datong era of Manchukuo, of which the first is 1932; months and days are Gregorian.",
    Calendar.KANGDE: "The years of the Kangde era of Manchukuo, of which the first is 1934; months and days are Gregorian.",
}
_NOT_IN_NAME = re.compile(r"[^\w.-]")


def add_header(root: etree._Element, article: Article, page: Page, issue: Issue, revision: Revision) -> None:
    """Append the `teiHeader`; what is not known is not said."""
    header = add(root, "teiHeader")
    file_desc = add(header, "fileDesc")
    statement = add(file_desc, "titleStmt")
    _add_titles(statement, article)
    publication = add(file_desc, "publicationStmt")
    add(publication, "authority", minting_authority(issue))
    add(publication, "idno", guid(article, page, issue), type="guid")
    _add_rights(publication, issue)
    add(publication, "date", when=timestamp(revision.created))
    source = add(file_desc, "sourceDesc")
    _add_printed_source(source, article, issue)
    for each in pages_of(article, page):
        _add_scan(source, each)
    _add_encoding(header, page)
    _add_profile(header, article.language or page.language, issue)
    _add_revisions(header, revision)


def _add_rights(parent: etree._Element, issue: Issue) -> None:
    if rights := one_line(issue.rights):
        availability = add(parent, "availability")
        add(availability, "licence", rights, target=rights) if is_uri(rights) else add(availability, "p", rights)


def _add_titles(parent: etree._Element, article: Article) -> None:
    for passage in article.passages:
        if passage.role is Role.KICKER:
            add_known(parent, "title", passage.text, level="a", type="kicker")
    for title in titles(article):
        add(parent, "title", title, level="a", type="main" if has_headline(article) else "incipit")
    for passage in article.passages:
        if passage.role is Role.DECK:
            add_known(parent, "title", passage.text, level="a", type="sub")


def _add_printed_source(parent: etree._Element, article: Article, issue: Issue) -> None:
    printed = add(parent, "biblStruct")
    analytic = add(printed, "analytic")
    for title in titles(article):
        add(analytic, "title", title, level="a")
    for person in article.persons:
        statement = add(analytic, "respStmt" if one_line(person.role) else "author")
        add_known(statement, "resp", person.role)
        add(statement, "persName", one_line(person.name))
    monograph = add(printed, "monogr")
    add(monograph, "title", one_line(issue.newspaper), level="j", cert=None if one_line(issue.newspaper) else "unknown")
    add_known(monograph, "edition", issue.edition)
    imprint = add(monograph, "imprint")
    when = issue.date.isoformat() if issue.date else None
    printed_date = one_line(issue.date_text)
    calendar = f"#{issue.calendar}" if printed_date and issue.calendar in _CALENDARS else None
    add(imprint, "date", printed_date, when=when, calendar=calendar, cert=None if when or printed_date else "unknown")
    scopes = {"issue": issue.issue_number, "section": issue.section, "page": issue.page_number}
    for unit, text in scopes.items():
        add_known(imprint, "biblScope", text, unit=unit)
    if article.columns:
        first, last = article.columns
        text = str(first) if first == last else f"{first}-{last}"
        add(imprint, "biblScope", text, unit="column", **{"from": str(first), "to": str(last)})


def _add_scan(parent: etree._Element, page: Page) -> None:
    scan = add(parent, "bibl", type="scan")
    add(scan, "idno", source_name(page.source), type="filename")
    add(scan, "idno", page.source.sha256, type="sha256")
    add_known(scan, "idno", page.source.identifier, type="archive")
    add(scan, "biblScope", str(page.source.frame), unit="frame")


def _add_encoding(header: etree._Element, page: Page) -> None:
    encoding = add(header, "encodingDesc")
    editorial = add(encoding, "editorialDecl")
    correction = add(editorial, "correction", status="unknown")
    add(correction, "p", "Read by machine and not corrected; cert is the mean confidence of the recognizer, from 0 to 1.")
    normalization = add(editorial, "normalization")
    add(normalization, "p", "Spelling and punctuation as read; control characters that XML cannot carry are left out.")
    hyphenation = add(editorial, "hyphenation", eol="none")
    add(hyphenation, "p", 'Hyphens at line ends are left out; the line that goes on with the word starts with lb break="no".')
    if page.steps:
        _add_applications(add(encoding, "appInfo"), page.steps)


def _add_applications(parent: etree._Element, steps: tuple[ProcessingStep, ...]) -> None:
    for number, step in enumerate(steps, start=1):
        name = _NOT_IN_NAME.sub("-", step.software)
        ident = name if re.match(r"[^\W\d]", name) else f"app-{name}"
        version = _VERSION_NUMBER.search(step.version)
        application = add(parent, "application", ident=ident, version=version.group() if version else "0")
        application.set(XML_ID, f"app-{number}")
        add(application, "label", one_line(step.name))
        add(application, "desc", one_line(f"{step.software} {step.version} {step.settings}"))


def _add_profile(header: etree._Element, language: str, issue: Issue) -> None:
    profile = add(header, "profileDesc")
    add(add(profile, "langUsage"), "language", ident=language)
    if one_line(issue.date_text) and issue.calendar in _CALENDARS:
        calendar = add(add(profile, "calendarDesc"), "calendar")
        calendar.set(XML_ID, issue.calendar)
        add(calendar, "p", _CALENDARS[issue.calendar])


def _add_revisions(header: etree._Element, revision: Revision) -> None:
    revisions = add(header, "revisionDesc")
    if revision.number > 1:
        when = timestamp(revision.created)
        add(revisions, "change", "Read again from the page image.", n=str(revision.number), when=when)
    add(revisions, "change", "Read from the page image.", n="1", when=timestamp(revision.first_created))
