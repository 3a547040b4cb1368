"""A document against its profile, its rules and, where they are at hand, the official schemas."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from lxml import etree
from lxml.isoschematron import Schematron  # type: ignore[import-not-found] # the stubs leave it out

from digitize.validate.documents import Kind, Parsed, Violation, line_of, parse, select
from digitize.validate.official import official_schemas, profile_folder, require_official

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_PROFILES = {Kind.TEI: "tei-article", Kind.NEWSML: "newsml-article", Kind.ALTO: "alto-page"}

# The official schema that a kind is checked against: a file of the official folder, or one of the project's drivers.
_OFFICIAL = {Kind.TEI: "tei/4.12.0/tei_all.rng", Kind.ALTO: "alto/4.4/alto-4-4.xsd", Kind.NEWSML: "newsml-g2+nitf.xsd"}

# By these addresses, too, schemas ask for files of the official folder.
_ALIASES = {"http://www.loc.gov/standards/xlink/xlink.xsd": "xlink/xlink.xsd"}

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"

# A compiled schema keeps the errors of its last document.
_LOCK = threading.Lock()


class _Error(Protocol):
    line: int
    message: str


class _Schema(Protocol):
    @property
    def error_log(self) -> Iterable[_Error]: ...

    def validate(self, document: etree._Element) -> bool: ...


def validate(document: bytes, name: str, *, official: Path | None = None) -> tuple[Violation, ...]:
    """Check one document by itself: TEI, NewsML-G2 or ALTO; of an SVG, only that it is well-formed.

    Args:
        document: the document.
        name: what to call it in violations, its path as a rule.
        official: the folder of the official schemas, laid out as `fetch_schemas` does; None leaves them out.

    Returns:
        What is wrong, by lines; empty for a document without fault. A rule is named as in the Schematron files,
        `profile`, `official`, or `well-formed`, `doctype`, `root` for what could not even be looked at.

    Raises:
        MissingDependencyError: `official` lacks a schema, or holds another than was pinned.
    """
    parsed = parse(document, name)
    return (parsed,) if isinstance(parsed, Violation) else check(parsed, official)


def check(parsed: Parsed, official: Path | None) -> tuple[Violation, ...]:
    """Check a document that has been read; as `validate`."""
    if parsed.kind not in _PROFILES:
        return ()
    with _LOCK:
        found = [*_errors(_profile(parsed.kind), parsed, "profile"), *_failed_asserts(parsed)]
        if official is not None:
            found += _errors(_official(parsed.kind, official), parsed, "official")
    return tuple(sorted(set(found)))


def _errors(schema: _Schema, parsed: Parsed, rule: str) -> Iterator[Violation]:
    if not schema.validate(parsed.root):
        for error in schema.error_log:
            yield Violation(parsed.name, max(1, error.line), error.message, rule)


def _failed_asserts(parsed: Parsed) -> Iterator[Violation]:
    rules = _rules(parsed.kind)
    if rules.validate(parsed.root):
        return
    for failed in rules.validation_report.iter(f"{_SVRL}failed-assert"):
        place, *_ = select(parsed.root, failed.get("location"))
        message = " ".join("".join(failed.itertext()).split())
        yield Violation(parsed.name, line_of(place), message, failed.get("id"))


@cache
def _profile(kind: Kind) -> _Schema:
    return cast("_Schema", etree.RelaxNG(etree.parse(profile_folder() / f"{_PROFILES[kind]}.rng")))


@cache
def _rules(kind: Kind) -> Schematron:
    return Schematron(etree.parse(profile_folder() / f"{_PROFILES[kind]}.sch"), store_report=True)


@cache
def _official(kind: Kind, folder: Path) -> _Schema:
    require_official(folder)
    name = _OFFICIAL[kind]
    path = folder / name if "/" in name else profile_folder() / "drivers" / name
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_LocalCopies(folder))
    tree = etree.parse(path, parser)
    return cast("_Schema", etree.RelaxNG(tree) if path.suffix == ".rng" else etree.XMLSchema(tree))


class _LocalCopies(etree.Resolver):
    """Gives the local copy of a schema that is asked for by its address, and nothing that is not local."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._local = {schema.url: folder / schema.path for schema in official_schemas()}
        self._local |= {address: folder / path for address, path in _ALIASES.items()}

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override] # noqa: ARG002 - as lxml calls it
        """The local copy for an address of the table; files as they are; nothing for any other address."""
        if system_url in self._local:
            return self.resolve_filename(str(self._local[system_url]), context)  # type: ignore[attr-defined]
        if "://" in system_url and not system_url.startswith("file://"):
            return self.resolve_empty(context)  # type: ignore[attr-defined]
        return None
