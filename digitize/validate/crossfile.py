"""What the documents of one article say of it, and that they say the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from digitize.validate.documents import Kind, Parsed, Violation, line_of, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml import etree

_NAMESPACES = {
    "tei": "http://www.tei-c.org/ns/1.0",
    "g2": "http://iptc.org/std/nar/2006-10-01/",
    "nitf": "http://iptc.org/std/NITF/2006-10-18/",
    "alto": "http://www.loc.gov/standards/alto/ns-v4#",
}

_LANG = "@xml:lang"


class Said(NamedTuple):
    """A value and the line where it stands."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one document says of one article; None where its format has no place for it."""

    file: str
    kind: Kind
    article: str
    guid: Said
    title: Said
    headline: Said | None
    date: Said
    language: Said
    edition: Said | None
    rights: Said | None
    identifier: Said


def statements(parsed: Parsed) -> tuple[Statement, ...]:
    """What a document says of its article or, an ALTO page, of each of its articles; nothing for other documents."""
    read: dict[Kind, Callable[[Parsed], tuple[Statement, ...]]] = {
        Kind.TEI: _read_tei,
        Kind.NEWSML: _read_newsml,
        Kind.ALTO: _read_alto,
    }
    return read[parsed.kind](parsed) if parsed.kind in read else ()


def disagreements(said: Iterable[Statement]) -> Iterator[Violation]:
    """Where documents of one article differ in what they say of it, and where one stands twice.

    Documents are held against the first of their article, in the order TEI, NewsML-G2, ALTO.
    """
    order = list(Kind)
    ordered = sorted(said, key=lambda s: (s.article, order.index(s.kind), s.file))
    for article, group in groupby(ordered, key=lambda s: s.article):
        first, *others = group
        previous = first
        for other in others:
            if other.kind is previous.kind:
                yield Violation(
                    other.file, other.guid.line, f"the article {article} also stands in {previous.file}", "same-article"
                )
            yield from _compare(first, other)
            previous = other


def _compare(first: Statement, other: Statement) -> Iterator[Violation]:
    pairs = (
        ("same-guid", "guid", first.guid, other.guid),
        ("same-headline", "title", first.title, other.title),
        ("same-headline", "headline", first.headline, other.headline),
        ("same-date", "date", first.date, other.date),
        ("same-language", "language", first.language, other.language),
        ("same-edition", "edition", first.edition, other.edition),
        ("same-rights", "rights statement", first.rights, other.rights),
        ("same-identifier", "archive's identifier", first.identifier, other.identifier),
    )
    for rule, what, here, there in pairs:
        if here is not None and there is not None and here.value != there.value:
            message = f'the {what} of {other.article} is "{there.value}", in {first.file} it is "{here.value}"'
            yield Violation(other.file, there.line, message, rule)


def _read_tei(parsed: Parsed) -> tuple[Statement, ...]:
    root = parsed.root
    return (
        Statement(
            parsed.name,
            parsed.kind,
            _said(root, "tei:text/tei:body/tei:div", "@xml:id").value,
            _said(root, ".//tei:publicationStmt/tei:idno[@type='guid']"),
            _said(root, ".//tei:titleStmt/tei:title[@type='main' or @type='incipit']"),
            _said(root, ".//tei:div/tei:head[@type='main']"),
            _said(root, ".//tei:imprint/tei:date", "@when"),
            _said(root, ".", _LANG),
            _said(root, ".//tei:monogr/tei:edition"),
            _said(root, ".//tei:publicationStmt/tei:availability/*"),
            _said(root, ".//tei:sourceDesc/tei:bibl[1]/tei:idno[@type='archive']"),
        ),
    )


def _read_newsml(parsed: Parsed) -> tuple[Statement, ...]:
    root = parsed.root
    return (
        Statement(
            parsed.name,
            parsed.kind,
            _said(root, ".//nitf:doc-id", "@id-string").value,
            _said(root, ".", "@guid"),
            _said(root, "g2:itemMeta/g2:title"),
            _said(root, "g2:contentMeta/g2:headline[@role='dz:headline']"),
            _said(root, "g2:contentMeta/g2:contentCreated"),
            _said(root, ".", _LANG),
            _said(root, ".//nitf:pubdata", "@edition.name"),
            _said(root, "g2:rightsInfo/g2:usageTerms"),
            _said(root, "g2:contentSet/g2:remoteContent[1]/g2:altId[@type='dz:archive']"),
        ),
    )


def _read_alto(parsed: Parsed) -> tuple[Statement, ...]:
    root = parsed.root
    date = _said(root, "alto:Tags/alto:OtherTag[@TYPE='date']", "@LABEL")
    page = _said(root, "alto:Layout/alto:Page", "@LANG")
    identifier = _said(root, "alto:Description/alto:sourceImageInformation/alto:documentIdentifier")
    return tuple(
        Statement(
            parsed.name,
            parsed.kind,
            _said(tag, ".", "@ID").value,
            _said(tag, ".", "@URI"),
            _said(tag, ".", "@LABEL"),
            None,
            date,
            _language_of(root, tag, page),
            None,
            None,
            identifier,
        )
        for tag in select(root, "alto:Tags/alto:StructureTag", _NAMESPACES)
    )


def _language_of(root: etree._Element, tag: etree._Element, page: Said) -> Said:
    """The language that the blocks of an article say, or their page where they say none."""
    blocks = select(root, "alto:Layout/alto:Page/alto:PrintSpace/alto:TextBlock[@LANG]", _NAMESPACES)
    own = [block for block in blocks if tag.get("ID") in (block.get("TAGREFS") or "").split()]
    return _said(own[0], ".", "@LANG") if own else page


def _said(context: etree._Element, path: str, attribute: str = ".") -> Said:
    """The texts, or attributes, of the elements on the path, joined by blanks, and the line of the first."""
    elements = select(context, path, _NAMESPACES)
    texts = [str(element.xpath(f"normalize-space({attribute})", namespaces=_NAMESPACES)) for element in elements]
    return Said(" ".join(filter(None, texts)), line_of(elements[0] if elements else context))
