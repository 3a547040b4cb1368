"""Where files lie: paths of this machine, and addresses of stores (s3://, gs://, sftp://, ...) by way of fsspec.

An `Address` has those of a path's names and methods that reading and writing need, so that code which joins names and
reads bytes need not ask which it has. It asks patiently: what a store refuses in passing is asked for again. fsspec and
a store's own package are loaded when an address is first used.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any, TypeVar

from digitize.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_T = TypeVar("_T")

# A scheme, then whom to be, then where. One letter is a drive of Windows.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://(?:([^/@]*)@)?(.*)", re.DOTALL)
# Seconds to wait before asking again, beyond what a store's own package does (s3fs asks for half a minute each time): a
# store that is gone for longer ends the run, which goes on where it stopped.
PAUSES = (1.0, 5.0)
# Stores without folders: a file's folder need not be made, and their packages would make a bucket instead.
_FLAT = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"})
# Errors of a store's package that asking again does not mend; those of the system among them keep their kind.
_FINAL = (FileNotFoundError, PermissionError, FileExistsError, IsADirectoryError, NotADirectoryError)
_NO_ENTRY = frozenset({"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "AuthenticationException"})


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a store. As text it has no user's name and no password, and neither does any message.

    `path` begins with the host or bucket. `credentials` is what stood before an @ in the address.
    """

    protocol: str
    path: str
    credentials: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.protocol}://{self.path}"

    def __truediv__(self, name: str) -> Address:
        return replace(self, path=f"{self.path}/{name}")

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The last name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The last name's suffix, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> Address:
        """The folder that this lies in."""
        return replace(self, path=self.path.rpartition("/")[0])

    def read_bytes(self) -> bytes:
        """A file's content.

        Raises:
            OSError: it cannot be had; FileNotFoundError if it is not there.
        """
        return bytes(self._ask(lambda store, path: store.cat_file(path)))

    def read_head(self, size: int) -> bytes:
        """The first bytes of a file, and no more.

        Raises:
            OSError: they cannot be had; FileNotFoundError if the file is not there.
        """
        return bytes(self._ask(lambda store, path: store.cat_file(path, start=0, end=size)))

    def size(self) -> int:
        """A file's size in bytes.

        Raises:
            OSError: it cannot be asked; FileNotFoundError if it is not there.
        """
        return int(self._ask(lambda store, path: store.info(path))["size"])

    def read_many(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """The contents of files below this, asked for together; None for each that is not there.

        Raises:
            OSError: one is there and cannot be had.
        """

        def read(store: Any, path: str) -> list[bytes | None]:  # noqa: ANN401 - fsspec has no types
            wanted = [f"{path}/{name}" for name in names]
            found = store.cat(wanted, on_error="return") if wanted else {}
            known = {key.lstrip("/"): content for key, content in found.items()}
            contents = [known.get(each.lstrip("/")) for each in wanted]
            for content in contents:
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                    raise content
            return [content if isinstance(content, bytes) else None for content in contents]

        yield from self._ask(read)

    def write_bytes(self, content: bytes) -> None:
        """Write a file, in place of what is there.

        Raises:
            OSError: it could not be written.
        """

        def write(store: Any, path: str) -> None:  # noqa: ANN401 - as above
            if self.protocol not in _FLAT:
                store.makedirs(path.rpartition("/")[0], exist_ok=True)
            store.pipe_file(path, content)

        self._ask(write)

    def write_many(self, contents: Mapping[str, bytes]) -> None:
        """Write files below this, in place of what is there; all at once where the store's package can.

        Raises:
            OSError: one of them could not be written.
        """

        def write(store: Any, path: str) -> None:  # noqa: ANN401 - as above
            if self.protocol not in _FLAT:
                store.makedirs(path, exist_ok=True)
            store.pipe({f"{path}/{name}": content for name, content in contents.items()})

        if contents:
            self._ask(write)

    def create(self, content: bytes) -> None:
        """Write a file where there is none; stores that can tell (S3 and its like) make sure of it.

        Raises:
            FileExistsError: there is one.
            OSError: it could not be written.
        """

        def write(store: Any, path: str) -> None:  # noqa: ANN401 - as above
            if self.protocol in _FLAT:
                store.pipe_file(path, content, mode="create")
                return
            if store.exists(path):
                raise FileExistsError(errno.EEXIST, "is there already", str(self))
            store.makedirs(path.rpartition("/")[0], exist_ok=True)
            store.pipe_file(path, content)

        self._ask(write)

    def unlink(self) -> None:
        """Remove a file; one that is not there is gone already.

        Raises:
            OSError: it is there and cannot be removed.
        """
        with contextlib.suppress(FileNotFoundError):
            self._ask(lambda store, path: store.rm_file(path))

    def version(self) -> str:
        """What tells a file from what it was before, without reading it: the store's own tag, or size and time.

        Raises:
            OSError: it cannot be asked; FileNotFoundError if it is not there.
        """
        told = self._ask(lambda store, path: store.info(path))
        tag = told.get("ETag") or told.get("etag") or told.get("md5Hash")
        when = next((told[key] for key in ("LastModified", "mtime", "updated", "created") if told.get(key)), "")
        return str(tag).strip('"') if tag else f"{told.get('size')}-{when}"

    def lies_below(self, folder: Address) -> bool:
        """Whether this lies in a folder, or in one that lies there."""
        return str(self).startswith(f"{folder}/")

    def as_known_by(self, other: Address) -> Address:
        """This place, asked as whom another one of the same store is asked."""
        same = (self.protocol, self.path.partition("/")[0]) == (other.protocol, other.path.partition("/")[0])
        return replace(self, credentials=self.credentials or other.credentials) if same else self

    def joined(self, relative: str) -> Address:
        """What a relative path with slashes, maybe with `..`, leads to from this folder."""
        return replace(self, path=normpath(f"{self.path}/{relative}"))

    def is_folder(self) -> bool:
        """Whether this is a folder, or what stands for one: a beginning that names have in common.

        Raises:
            OSError: it cannot be asked; FileNotFoundError if nothing is there.
        """
        return bool(self._ask(lambda store, path: store.info(path))["type"] == "directory")

    def names(self) -> frozenset[str]:
        """The names of the files in this folder; none where it is not there.

        Raises:
            OSError: it cannot be asked.
        """
        try:
            found = self._ask(lambda store, path: store.ls(path, detail=True))
        except FileNotFoundError:
            return frozenset()
        return frozenset(each["name"].rpartition("/")[2] for each in found if each["type"] != "directory")

    def files(self) -> Iterator[Address]:
        """All files below this, as the store lists them; never more than a folder's, or a page of S3's list, at a time.

        There are none where nothing is there.

        Raises:
            OSError: it cannot be listed.
        """
        for file, is_folder in self._list(deep=True):
            if is_folder:
                yield from file.files()
            else:
                yield file

    def entries(self) -> Iterator[tuple[Address, bool]]:
        """Files and folders directly below this, each with whether it is a folder; streamed, as in `files`.

        Raises:
            OSError: it cannot be listed.
        """
        yield from self._list(deep=False)

    def fetch(self, target: Path) -> None:
        """Copy a file to this machine, piece by piece.

        Raises:
            OSError: it cannot be had; FileNotFoundError if it is not there.
        """
        self._ask(lambda store, path: store.get_file(path, str(target)))

    def _list(self, *, deep: bool) -> Iterator[tuple[Address, bool]]:
        if self.protocol in ("s3", "s3a"):
            yield from self._list_s3(deep=deep)
            return
        try:
            found = self._ask(lambda store, path: store.ls(path, detail=True))
        except FileNotFoundError:
            return
        for each in sorted(found, key=lambda each: str(each["name"])):
            yield self / str(each["name"]).rstrip("/").rpartition("/")[2], each["type"] == "directory"

    def _list_s3(self, *, deep: bool) -> Iterator[tuple[Address, bool]]:
        """By the pages of S3's own list: s3fs itself would gather all of them."""
        bucket, _, prefix = self.path.partition("/")
        told = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else ""} | ({} if deep else {"Delimiter": "/"})
        while True:
            page = self._ask(lambda store, _: store.call_s3("list_objects_v2", **told))
            for folder in page.get("CommonPrefixes", ()):
                yield replace(self, path=f"{bucket}/{folder['Prefix']}".rstrip("/")), True
            for file in page.get("Contents", ()):
                if not file["Key"].endswith("/"):  # consoles make such for folders
                    yield replace(self, path=f"{bucket}/{file['Key']}"), False
            if not page.get("IsTruncated"):
                return
            told["ContinuationToken"] = page["NextContinuationToken"]

    def _ask(self, question: Callable[[Any, str], _T]) -> _T:
        """Ask the store, again after a pause where that may help.

        Raises:
            OSError: what the store said at last, on one line, without credentials.
            MissingDependencyError: the store's package is not there.
            UsageError: nobody knows such stores.
        """
        for pause in (*PAUSES, None):
            try:
                store, path = self._store()
                return question(store, path)
            except _FINAL as error:
                raise type(error)(error.errno or errno.EIO, self._said(error), str(self)) from None
            except (MissingDependencyError, UsageError):
                raise
            except Exception as error:  # noqa: BLE001 - a store's package may raise anything; it becomes an OSError
                if type(error).__name__ in _NO_ENTRY:
                    raise PermissionError(errno.EACCES, self._said(error), str(self)) from None
                if pause is None:
                    raise OSError(errno.EIO, self._said(error), str(self)) from None
                time.sleep(pause)
        raise AssertionError("the last pause is none")

    def _store(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - not needed where all is on this machine

        before = f"{self.credentials}@" if self.credentials else ""
        try:
            store, path = url_to_fs(f"{self.protocol}://{before}{self.path}")
        except ImportError as error:
            raise MissingDependencyError(
                f"{self.protocol}:// needs a package that is not installed: {' '.join(str(error).split())}",
                remedy="install it with pip; for S3 that is `pip install 'digitize[s3]'`",
            ) from error
        except ValueError as error:
            raise UsageError(f"{self}: no store is known by {self.protocol}://", remedy="use s3://, gs://, sftp://") from error
        store.invalidate_cache()  # others write, too
        return store, str(path)

    def _said(self, error: Exception) -> str:
        text = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
        return text.replace(self.credentials, "...") if self.credentials else text


Place = Path | Address


def place(text: str) -> Place:
    """A path of this machine, which `file://` may stand before, or the address of a store."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return Path(text)
    protocol, credentials, path = match.groups()
    if protocol in ("file", "local"):
        return Path(path)
    return Address(protocol, path.rstrip("/"), credentials or "")


@contextlib.contextmanager
def fetched(file: Place) -> Iterator[Path]:
    """A file of this machine; of one in a store a copy, which lasts as long as it is worked with.

    Raises:
        OSError: the copy cannot be made.
    """
    if isinstance(file, Path):
        yield file
        return
    import tempfile  # noqa: PLC0415 - nothing that answers `--help` needs it

    with tempfile.TemporaryDirectory(prefix="digitize-") as folder:
        copy = Path(folder) / f"page{file.suffix}"
        file.fetch(copy)
        yield copy


def sum_of(file: Place) -> str:
    """The SHA-256 (hex) of a file's content; of one in a store that of a copy.

    Raises:
        OSError: it cannot be had; FileNotFoundError if it is not there.
    """
    with fetched(file) as copy, copy.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
