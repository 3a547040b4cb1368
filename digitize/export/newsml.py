"""NewsML-G2 2.35, power conformance: one `newsItem` per article, its text inline as NITF 3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.export.confidence import decimal
from digitize.export.identity import (
    code_scheme,
    guid,
    is_uri,
    minting_authority,
    source_name,
    source_url,
    title,
)
from digitize.export.markup import XML_LANG, add, add_known, lay_out, one_line, points_text, root_element, serialize, timestamp
from digitize.export.nitf import RUNNING, make_nitf
from digitize.export.parts import pages_of
from digitize.model import HEADING_ROLES, ArticleKind, MarkKind, Role

if TYPE_CHECKING:
    from lxml import etree

    from digitize.export.nitf import Placed
    from digitize.model import Article, Issue, Page, Revision

G2 = "http://iptc.org/std/nar/2006-10-01/"

IPTC_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"

# The alias of the project's own codes: roles, the polygon and confidence properties, the kind of an advertisement.
ALIAS = "dz"


def to_newsml(article: Article, page: Page, issue: Issue, revision: Revision) -> bytes:
    """Write an article as a NewsML-G2 news item with inline NITF.

    What is not known (subject, genre of a news item) is not said. Each passage and each picture is a
    `partMeta` with its role and its polygons in original pixels, clipped to the page.

    Args:
        article: the article; its lines and regions are those of `page`.
        page: the page it stands on.
        issue: what is known of the newspaper; what is empty or None is left out.
        revision: gives the item's version, when it was created and when first.

    Returns:
        The document, UTF-8; the same values give the same bytes.
    """
    root = root_element(G2, "newsItem")
    root.set("guid", guid(article, page, issue))
    root.set("version", str(revision.number))
    root.set("standard", "NewsML-G2")
    root.set("standardversion", "2.35")
    root.set("conformance", "power")
    root.set(XML_LANG, article.language or page.language)
    add(root, "catalogRef", href=IPTC_CATALOG)
    add(add(root, "catalog"), "scheme", alias=ALIAS, uri=code_scheme(issue))
    _add_rights(root, issue)
    _add_item_meta(root, article, page, issue, revision)
    _add_content_meta(root, article, page, issue)
    nitf, placed = make_nitf(article, page, issue)
    _add_parts(root, placed, page)
    contents = add(root, "contentSet")
    inline = add(contents, "inlineXML", contenttype="application/nitf+xml", generated=timestamp(revision.created))
    inline.append(nitf)
    for each in pages_of(article, page):
        _add_scan(contents, each)
    lay_out(root, RUNNING)
    return serialize(root)


def _add_rights(root: etree._Element, issue: Issue) -> None:
    if rights := one_line(issue.rights):
        add(add(root, "rightsInfo"), "usageTerms", rights, href=rights if is_uri(rights) else None)


def _add_item_meta(root: etree._Element, article: Article, page: Page, issue: Issue, revision: Revision) -> None:
    meta = add(root, "itemMeta")
    add(meta, "itemClass", qcode="ninat:text")
    add(meta, "provider", literal=minting_authority(issue))
    add(meta, "versionCreated", timestamp(revision.created))
    add(meta, "firstCreated", timestamp(revision.first_created))
    add(meta, "pubStatus", qcode="stat:usable")
    for software, version in dict.fromkeys((one_line(s.software), one_line(s.version)) for s in page.steps):
        add(meta, "generator", software, versioninfo=version)
    add(meta, "title", title(article))
    add(meta, "edNote", "Read by machine from a page image; not corrected.")
    add(meta, "link", rel="irel:derivedFrom", href=source_url(page.source), contenttype=page.source.media_type)


def _add_content_meta(root: etree._Element, article: Article, page: Page, issue: Issue) -> None:
    meta = add(root, "contentMeta")
    _add_origin(meta, article, issue)
    _add_description(meta, article, page)
    add(meta, "contentMetaExtProperty", type=f"{ALIAS}:confidence", value=decimal(article.confidence))
    for direction, text in (("from", article.continued_from), ("to", article.continued_to)):
        if one_line(text):
            add(meta, "contentMetaExtProperty", type=f"{ALIAS}:continued-{direction}", value=one_line(text))


def _add_origin(meta: etree._Element, article: Article, issue: Issue) -> None:
    if issue.date:
        add(meta, "contentCreated", issue.date.isoformat())
    if article.dateline and one_line(article.dateline.place):
        _add_named(meta, "located", article.dateline.place)
    if one_line(issue.newspaper):
        _add_named(meta, "infoSource", issue.newspaper)
    for person in article.persons:
        add_known(_add_named(meta, "creator", person.name), "note", person.role)


def _add_description(meta: etree._Element, article: Article, page: Page) -> None:
    add(meta, "language", tag=article.language or page.language)
    if article.kind is ArticleKind.ADVERTISEMENT:
        add(meta, "genre", qcode=f"{ALIAS}:advertisement")
    for passage in article.passages:
        if passage.role in HEADING_ROLES:
            add_known(meta, "headline", passage.text, role=f"{ALIAS}:{passage.role}")
    if article.dateline:
        add_known(meta, "dateline", article.dateline.text)
    for text in _bylines(article):
        add_known(meta, "by", text)
    if article.dateline:
        add_known(meta, "creditline", article.dateline.source)


def _add_named(parent: etree._Element, tag: str, name: str) -> etree._Element:
    element = add(parent, tag, literal=one_line(name))
    add(element, "name", one_line(name))
    return element


def _bylines(article: Article) -> tuple[str, ...]:
    """Bylines as printed: those on their own, and those that run inside a paragraph."""
    texts = []
    for passage in article.passages:
        if passage.role is Role.BYLINE:
            texts.append(passage.text)
        else:
            texts += [passage.text[m.start : m.end] for m in passage.marks if m.kind is MarkKind.BYLINE]
    return tuple(texts)


def _add_parts(root: etree._Element, placed: tuple[Placed, ...], page: Page) -> None:
    for number, element in enumerate(placed, start=1):
        part = add(root, "partMeta", partid=f"part-{number}", seq=str(number), contentrefs=element.id)
        add(part, "role", qcode=f"{ALIAS}:{element.role}")
        for area in element.areas:
            add(part, "partMetaExtProperty", type=f"{ALIAS}:polygon", value=points_text(area, page))


def _add_scan(contents: etree._Element, page: Page) -> None:
    scan = add(
        contents,
        "remoteContent",
        href=source_url(page.source),
        contenttype=page.source.media_type,
        width=str(page.width),
        height=str(page.height),
        widthunit="dimensionunit:pixels",
        heightunit="dimensionunit:pixels",
    )
    add(scan, "altId", source_name(page.source), type=f"{ALIAS}:filename")
    add_known(scan, "altId", page.source.identifier, type=f"{ALIAS}:archive")
    add(scan, "hash", page.source.sha256, hashtype=f"{ALIAS}:sha-256")
