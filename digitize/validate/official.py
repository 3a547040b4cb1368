"""The official schemas: which they are, where they are kept, and how they get there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import MissingDependencyError, OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence

# A schema is at most a megabyte: what does not answer for this long will not answer.
_TIMEOUT_SECONDS = 30.0

_REMEDY_FETCH = "run `digitize schemas fetch`"
_REMEDY_OFFLINE = "run it where the network can be reached, then copy the folder here"


@dataclass(frozen=True, slots=True)
class OfficialSchema:
    """A file of an official schema: where it lies below the folder of schemas, its home, its size and its SHA-256."""

    path: str
    url: str
    size: int
    sha256: str


def profile_folder() -> Path:
    """The folder of the project's own profiles: `schemas` in a checkout, `digitize/schemas` in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@cache
def official_schemas() -> tuple[OfficialSchema, ...]:
    """The official schemas that documents are checked against, as `official.toml` lists them."""
    table = tomllib.loads((profile_folder() / "official.toml").read_text("utf-8"))
    return tuple(OfficialSchema(**row) for row in table["schema"])


def default_schema_cache() -> Path:
    """Where the official schemas are kept for this user: `$XDG_CACHE_HOME/digitize/schemas`, else below `~/.cache`."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "digitize" / "schemas"


def require_official(folder: Path) -> None:
    """Make sure that the official schemas are all there, each as it was pinned.

    Raises:
        MissingDependencyError: one is missing, cannot be read, or is not the one that was pinned.
    """
    for schema in official_schemas():
        path = folder / schema.path
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"{path}: the official schema cannot be read: {error.strerror}"
            raise MissingDependencyError(message, remedy=_REMEDY_FETCH) from error
        if hashlib.sha256(content).hexdigest() != schema.sha256:
            raise MissingDependencyError(f"{path}: not the schema that was pinned", remedy=_REMEDY_FETCH)


def fetch_schemas(target: Path, schemas: Sequence[OfficialSchema] | None = None) -> tuple[Path, ...]:
    """Bring the official schemas into a folder, each from its home; those already there as pinned are left alone.

    A file appears in its place only after its SHA-256 has been found right.

    Args:
        target: the folder; it is made where it does not exist.
        schemas: which to bring; None for all that documents are checked against.

    Returns:
        The files, in the table's order.

    Raises:
        MissingDependencyError: the network or a home cannot be reached, or what came is not what was pinned.
        OutputError: the folder cannot be written.
    """
    return tuple(_fetch(schema, target / schema.path) for schema in (official_schemas() if schemas is None else schemas))


def _fetch(schema: OfficialSchema, path: Path) -> Path:
    try:
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == schema.sha256:
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _download(schema)
        _write(content, path)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror}", remedy="choose a folder that can be written"
        ) from error
    return path


def _download(schema: OfficialSchema) -> bytes:
    request = urllib.request.Request(schema.url, headers={"User-Agent": "digitize"})  # noqa: S310 - pinned in official.toml
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - what comes is checked below
            content: bytes = answer.read(schema.size + 1)
    except urllib.error.HTTPError as error:
        with error:
            message = f"{schema.url}: the server answered {error.code} {error.reason}"
        raise MissingDependencyError(message, remedy=_REMEDY_OFFLINE) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MissingDependencyError(f"{schema.url}: cannot be reached: {reason}", remedy=_REMEDY_OFFLINE) from error
    if hashlib.sha256(content).hexdigest() != schema.sha256:
        message = f"{schema.url}: what came is not the schema that was pinned (SHA-256 {schema.sha256})"
        raise MissingDependencyError(message, remedy="try again later, or take the file from a copy that has this SHA-256")
    return content


def _write(content: bytes, path: Path) -> None:
    """Write beside the place, then rename into it: nobody sees half a file."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
