"""The official schemas: fetched whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import http.server
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digitize.errors import MissingDependencyError, OutputError
from digitize.validate import default_schema_cache, fetch_schemas
from digitize.validate.official import OfficialSchema, official_schemas, profile_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

RIGHT = b"<schema>right</schema>"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and counts what is asked of it."""

    requests: list[str]

    def do_GET(self) -> None:
        """Count the request, then serve the file."""
        self.requests.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Home:
    """A schema's home: a folder that a local server serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: list[str] = []
        handler = type("Handler", (QuietHandler,), {"requests": self.requests})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def schema(self, name: str, content: bytes, *, served: bytes | None = None) -> OfficialSchema:
        """A schema that is pinned to `content`, while the server gives `served`."""
        (self.folder / name).write_bytes(content if served is None else served)
        url = f"http://127.0.0.1:{self._server.server_port}/{name}"
        return OfficialSchema(f"tei/{name}", url, len(content), hashlib.sha256(content).hexdigest())

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A server on this machine."""
    folder = tmp_path / "home"
    folder.mkdir()
    served = Home(folder)
    yield served
    served.close()


def files(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_schema_comes_to_its_place(home: Home, tmp_path: Path) -> None:
    """The folder is made, the file is what was pinned, and nothing else lies beside it."""
    (path,) = fetch_schemas(tmp_path / "new" / "cache", [home.schema("a.rng", RIGHT)])

    assert path == tmp_path / "new" / "cache" / "tei" / "a.rng"
    assert path.read_bytes() == RIGHT
    assert files(tmp_path / "new") == ["cache/tei/a.rng"]


@pytest.mark.parametrize("served", [b"<schema>wrong</schema>", RIGHT + b" ", RIGHT[:-1], b""])
def test_a_schema_that_is_not_what_was_pinned_is_refused(home: Home, tmp_path: Path, served: bytes) -> None:
    """Other, longer, cut off or empty: nothing is left in the folder."""
    with pytest.raises(MissingDependencyError, match="not the schema that was pinned"):
        fetch_schemas(tmp_path / "cache", [home.schema("a.rng", RIGHT, served=served)])

    assert files(tmp_path / "cache") == []


def test_a_refused_schema_leaves_the_one_that_lay_there(home: Home, tmp_path: Path) -> None:
    """What was there before stays as it was."""
    (tmp_path / "cache" / "tei").mkdir(parents=True)
    (tmp_path / "cache" / "tei" / "a.rng").write_bytes(b"old")
    with pytest.raises(MissingDependencyError):
        fetch_schemas(tmp_path / "cache", [home.schema("a.rng", RIGHT, served=b"wrong")])

    assert (tmp_path / "cache" / "tei" / "a.rng").read_bytes() == b"old"


def test_a_schema_that_is_there_is_not_fetched_again(home: Home, tmp_path: Path) -> None:
    """The network is asked once."""
    schema = home.schema("a.rng", RIGHT)
    fetch_schemas(tmp_path / "cache", [schema])
    fetch_schemas(tmp_path / "cache", [schema])

    assert home.requests == ["/a.rng"]


def test_an_altered_schema_is_fetched_again(home: Home, tmp_path: Path) -> None:
    """A file that no longer has its SHA-256 is replaced."""
    schema = home.schema("a.rng", RIGHT)
    (path,) = fetch_schemas(tmp_path / "cache", [schema])
    path.write_bytes(b"altered")
    fetch_schemas(tmp_path / "cache", [schema])

    assert path.read_bytes() == RIGHT


def test_a_schema_that_its_home_does_not_have_is_named(home: Home, tmp_path: Path) -> None:
    """The server's answer is in the message."""
    schema = home.schema("a.rng", RIGHT)
    (home.folder / "a.rng").unlink()
    with pytest.raises(MissingDependencyError, match=r"a\.rng: the server answered 404"):
        fetch_schemas(tmp_path / "cache", [schema])


def test_a_home_that_cannot_be_reached_is_named_with_a_remedy(home: Home, tmp_path: Path) -> None:
    """Without a network the message says what to do."""
    schema = home.schema("a.rng", RIGHT)
    home.close()
    with pytest.raises(MissingDependencyError, match=r"cannot be reached.*copy the folder here"):
        fetch_schemas(tmp_path / "cache", [schema])


def test_a_folder_that_cannot_be_written_is_told(home: Home, tmp_path: Path) -> None:
    """A file where the folder should be is an error of output."""
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        fetch_schemas(tmp_path / "cache", [home.schema("a.rng", RIGHT)])


def test_every_address_is_encrypted_and_every_sum_complete() -> None:
    """The table names https addresses and full SHA-256 sums, each file once."""
    table = official_schemas()

    assert all(schema.url.startswith("https://") for schema in table)
    assert all(len(schema.sha256) == 64 and schema.size > 0 for schema in table)
    assert len({schema.path for schema in table}) == len(table)


def test_the_table_pins_the_schemas_that_the_project_was_checked_with(shared: Path) -> None:
    """Path, size and sum of every row are those of the manifest beside the project."""
    manifest = (shared / "schemas" / "MANIFEST.sha256").read_text().splitlines()
    rows = {tuple(line.split()) for line in manifest if not line.startswith("#")}

    assert {(s.sha256, str(s.size), s.path) for s in official_schemas()} <= rows


def test_the_cache_follows_the_user_s_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME is heard; without it the cache is in the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert default_schema_cache() == Path("/var/cache/me/digitize/schemas")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_schema_cache() == Path("/home/me/.cache/digitize/schemas")


def test_the_profiles_are_found() -> None:
    """In a checkout they lie beside the package."""
    assert {"tei-article.rng", "newsml-article.sch", "alto-page.rng"} <= {p.name for p in profile_folder().iterdir()}
