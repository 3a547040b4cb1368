"""One run at a time on an output folder: a lock that no death of a run leaves behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from multiprocessing.reduction import DupFd
from typing import TYPE_CHECKING, Any

from digitize.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = ".digitize-lock"

# The workers of a run that was killed end with it, in milliseconds; one that waits for a disk may take longer.
ORPHANS_END = 5.0
_PAUSE = 0.05


@contextlib.contextmanager
def locked(output: Path) -> Iterator[Lock]:
    """Hold the lock of an output folder, which worker processes may be given to hold, too.

    The kernel drops the lock when the last process that holds it is gone, however that came about. The file says who
    holds it, for people; it is removed at the end.

    Raises:
        UsageError: another run holds it.
        OutputError: the folder cannot be written.
    """
    path = output / LOCK_NAME
    deadline = time.monotonic() + ORPHANS_END
    while (lock := _try(path)) is None:
        owner = _owner(path)
        if time.monotonic() > deadline or not is_gone(owner):
            raise UsageError(
                f"{output} is being written by another run: {owner or 'one that has just begun'}",
                remedy="wait for it to end, or give another --output",
            )
        time.sleep(_PAUSE)
    try:
        owner = f"process {os.getpid()} on {socket.gethostname()}"
        with contextlib.suppress(OSError):  # a disk that is full: then the first page will tell
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{owner}\n".encode(), 0)
        yield Lock(lock, owner)
    finally:
        with contextlib.suppress(OSError):  # a folder that can no longer be written: the lock ends all the same
            path.unlink()
        os.close(lock)


class Lock:
    """A lock that is held, and what its file says; sent to a process that is spawned, that process holds it too."""

    def __init__(self, descriptor: int, owner: str) -> None:
        self._descriptor, self.owner = descriptor, owner

    def __reduce__(self) -> tuple[object, ...]:
        """Travel as a descriptor that the new process inherits."""
        return (_inherited, (DupFd(self._descriptor), self.owner))


def _inherited(descriptor: Any, owner: str) -> Lock:  # noqa: ANN401 - multiprocessing has no public type for it
    return Lock(descriptor.detach(), owner)


def _try(path: Path) -> int | None:
    """Open and lock the file; None where another process has it, or has just removed it."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}", remedy="give an --output that can be written"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
    except BlockingIOError:
        pass
    except FileNotFoundError:
        pass
    except OSError as error:
        os.close(lock)
        raise OutputError(
            f"{path} cannot be locked: {error.strerror}", remedy="give an --output on a disk that locks"
        ) from error
    os.close(lock)
    return None


def _owner(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def is_gone(owner: str) -> bool:
    """Whether the process that took the lock has ended on this machine, so that only its workers can hold it still.

    A file that has just been made or removed names nobody: that is over in a moment, too.
    """
    words = owner.split()
    if not words:
        return True
    if len(words) != 4 or words[3] != socket.gethostname() or not words[1].isdigit():  # noqa: PLR2004 - as it is written
        return False
    try:
        os.kill(int(words[1]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
