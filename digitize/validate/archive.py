"""Files and whole archives: each document by itself, the documents of a page together, and what its record promises."""

from __future__ import annotations

import hashlib
import json
import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import UsageError
from digitize.validate.crossfile import disagreements, statements
from digitize.validate.documents import Kind, Violation, parse
from digitize.validate.official import default_schema_cache, require_official
from digitize.validate.schemas import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digitize.validate.crossfile import Statement

RECORD = "page.json"

_SUFFIXES = {".tei.xml": Kind.TEI, ".newsml.xml": Kind.NEWSML, ".alto.xml": Kind.ALTO, ".svg": Kind.SVG}


def validate_paths(paths: Sequence[Path], official: Path | None) -> Iterator[Violation]:
    """Check files, and all documents below folders; violations come page by page, as they are found.

    Documents that lie in one folder are held against each other. Where a folder holds a page's record, the files that
    it names must be there and unchanged, and every article of the page's ALTO must have a document in each format that
    the record names.

    Args:
        paths: documents, or folders such as a whole archive.
        official: the folder of the official schemas; None for the user's cache, if there is one.

    Yields:
        What is wrong.

    Raises:
        UsageError: a path does not exist, or a folder holds neither documents nor records.
        MissingDependencyError: the folder of official schemas lacks one, or holds another than was pinned.
    """
    cached = default_schema_cache()
    folder = official if official is not None else cached if cached.is_dir() else None
    if folder is not None:
        folder = folder.resolve()
        require_official(folder)
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist", remedy="name documents, or a folder that holds them")
    for path in filter(Path.is_dir, paths):
        yield from _check_archive(path, folder)
    files = sorted((path for path in paths if not path.is_dir()), key=lambda path: (path.parent, path.name))
    for _, group in groupby(files, key=lambda path: path.parent):
        yield from _check_documents(group, folder)[0]


def _check_archive(archive: Path, official: Path | None) -> Iterator[Violation]:
    empty = True
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(archive, onerror=unreadable.append):
        folders.sort()
        documents = [Path(parent, name) for name in sorted(names) if _kind(name) is not None]
        if not documents and RECORD not in names:
            continue
        empty = False
        violations, said = _check_documents(documents, official)
        yield from violations
        if RECORD in names:
            yield from _check_record(Path(parent, RECORD), said)
    for error in unreadable:
        yield Violation(str(error.filename), 1, f"cannot be read: {error.strerror}", "readable")
    if empty and not unreadable:
        raise UsageError(f"{archive} holds no documents", remedy="name a folder that digitize has written")


def _kind(name: str) -> Kind | None:
    return next((kind for suffix, kind in _SUFFIXES.items() if name.endswith(suffix)), None)


def _check_documents(files: Iterable[Path], official: Path | None) -> tuple[list[Violation], list[Statement]]:
    """What is wrong with documents of one folder, and what they say of their articles."""
    violations: list[Violation] = []
    said: list[Statement] = []
    for file in files:
        try:
            document = file.read_bytes()
        except OSError as error:
            violations.append(Violation(str(file), 1, f"cannot be read: {error.strerror}", "readable"))
            continue
        parsed = parse(document, str(file))
        if isinstance(parsed, Violation):
            violations.append(parsed)
            continue
        promised = _kind(file.name)
        if promised not in {None, parsed.kind}:
            violations.append(Violation(str(file), 1, f"is not what its name says: the root is {parsed.kind}", "root"))
        violations += check(parsed, official)
        said += statements(parsed)
    violations += disagreements(said)
    return violations, said


def _check_record(record: Path, said: list[Statement]) -> Iterator[Violation]:
    try:
        files = _recorded_files(record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Violation(str(record), 1, f"is not a page's record: {error!r}", "record")
        return
    for name, sha256 in files.items():
        path = record.parent / name
        if not path.is_file():
            yield Violation(str(record), 1, f"names {name}, which is not there", "record-file")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield Violation(str(path), 1, "has changed since the page's record was written", "record-sha256")
    formats = {kind for name in files if (kind := _kind(name)) is not None} & {Kind.TEI, Kind.NEWSML}
    yield from _missing_articles(said, formats)


def _recorded_files(record: Path) -> dict[str, str]:
    """The names and SHA-256 of the files that a record says were written."""
    files = json.loads(record.read_text("utf-8"))["files"]
    return {str(file["name"]): str(file["sha256"]) for file in files}


def _missing_articles(said: list[Statement], formats: set[Kind]) -> Iterator[Violation]:
    """Articles of the page's ALTO that have no document in a format that the page has, and documents without article."""
    of_kind = {kind: {s.article: s for s in said if s.kind is kind} for kind in Kind}
    page = of_kind[Kind.ALTO]
    for kind in sorted(formats):
        for article, statement in page.items():
            if article not in of_kind[kind]:
                message = f"the article {article} has no {kind.name} document beside the page"
                yield Violation(statement.file, statement.guid.line, message, "article-document")
        for article, statement in of_kind[kind].items():
            if page and article not in page:
                message = f"the article {article} is not on the page"
                yield Violation(statement.file, statement.guid.line, message, "article-on-page")
