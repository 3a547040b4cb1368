"""One run at a time on an output: a lock on this machine's disks, a lease in a store.

A lease is an object that says who holds it and until when. It is renewed as long as the run lives, and whoever finds it
expired may take it. A run that was asleep, and is not the last one that took it, writes no more: before each page is
written the lease is read, and must be its own (a fence).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.batch.lock import LOCK_NAME, is_gone, locked
from digitize.batch.stored import unwritable
from digitize.errors import OutputError, UsageError
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.batch.lock import Lock
    from digitize.storage import Place

# How long a lease lasts unless it is renewed, in seconds, and how often it is: three renewals may fail.
LASTS = 120.0
RENEWED = 30.0
# How far clocks of two machines may be apart, in seconds; added to what a lease says.
CLOCKS_APART = 30.0
# After an expired lease was taken: in this time, in seconds, another that took it as well has done so.
SETTLED = 2.0


@dataclass(frozen=True, slots=True)
class Fence:
    """What the lock or lease of an output says as long as a run holds it."""

    place: Place
    token: str

    def holds(self) -> bool:
        """Whether the run still holds the output.

        Raises:
            OSError: nobody can tell.
        """
        try:
            return self.token in self.place.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return False

    def check(self) -> None:
        """Make sure that the run still holds the output.

        Raises:
            OutputError: it does not, or nobody can tell.
        """
        try:
            holds = self.holds()
        except OSError as error:
            raise OutputError(f"{self.place} cannot be read: {error.strerror}", remedy="run the same command again") from error
        if not holds:
            raise OutputError(
                f"{self.place.parent} has been taken over by another run",
                remedy="let that one go on; this one has been out of reach for too long",
            )


@dataclass(frozen=True, slots=True)
class Hold:
    """An output that is held for a run: `lock` is for processes of this machine, `fence` for all others."""

    fence: Fence
    lock: Lock | None = None


@contextlib.contextmanager
def held(output: Place) -> Iterator[Hold]:
    """Hold an output for one run.

    Raises:
        UsageError: another run holds it.
        OutputError: it cannot be written.
    """
    if isinstance(output, Address):
        with _leased(output / LOCK_NAME) as fence:
            yield Hold(fence)
    else:
        with locked(output) as lock:
            yield Hold(Fence(output / LOCK_NAME, lock.owner), lock)


@contextlib.contextmanager
def _leased(place: Address) -> Iterator[Fence]:
    token, owner = secrets.token_hex(16), f"process {os.getpid()} on {socket.gethostname()}"
    try:
        _take(place, token, owner)
    except OSError as error:
        raise unwritable(place.parent, error) from error
    fence, ended = Fence(place, token), threading.Event()
    keeper = threading.Thread(target=_renew, args=(place, fence, owner, ended), name="lease", daemon=True)
    keeper.start()
    try:
        yield fence
    finally:
        ended.set()
        keeper.join()
        with contextlib.suppress(OSError):  # then it expires by itself
            if fence.holds():
                place.unlink()


def _take(place: Address, token: str, owner: str) -> None:
    try:
        place.create(_lease(token, owner))
    except FileExistsError:
        said = _said(place)
        if said.get("token") == token:  # it was asked twice, and the first time had done it
            return
        until = float(said.get("until") or 0)
        other = said.get("owner") or "one that has just begun"
        if time.time() < until + CLOCKS_APART and not is_gone(other):
            left = max(0, round(until + CLOCKS_APART - time.time()))
            raise UsageError(
                f"{place.parent} is being written by another run: {other}",
                remedy=f"wait for it to end, or give another --output; if it is dead, its lease ends in {left} s",
            ) from None
        place.write_bytes(_lease(token, owner))
        time.sleep(SETTLED)
        if _said(place).get("token") != token:
            raise UsageError(
                f"{place.parent} is being written by another run that began at the same time", remedy="wait for it to end"
            ) from None


def _renew(place: Address, fence: Fence, owner: str, ended: threading.Event) -> None:
    """Renew a lease until the run ends, or it is another's: then the next page that is to be written ends the run."""
    while not ended.wait(RENEWED):
        with contextlib.suppress(OSError):  # out of reach for now: there is time for more attempts
            if not fence.holds():
                return
            place.write_bytes(_lease(fence.token, owner))


def _lease(token: str, owner: str) -> bytes:
    return json.dumps({"owner": owner, "token": token, "until": round(time.time() + LASTS, 3)}).encode()


def _said(place: Address) -> dict[str, str]:
    try:
        said = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return {}
    return {key: str(value) for key, value in said.items()} if isinstance(said, dict) else {}
