"""Which run this is: a new one, or one that was stopped and goes on.

As long as a run is not finished, a file in the output folder says when it began and with which command. The same command
goes on with it. So pages that it has read already are told from those that an earlier run has read, also where all are to
be read again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.batch.record import Run
from digitize.batch.stored import unwritable
from digitize.batch.writing import sha256, write_file
from digitize.scan.page_ids import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.storage import Place

MARK_NAME = ".digitize-run"


def command_digest(inputs: Sequence[Place], *settings: str | bool) -> str:
    """What tells a command from others, wherever it was started."""
    places = sorted(printable(place.absolute() if isinstance(place, Path) else place) for place in inputs)
    return sha256(json.dumps([places, *settings]).encode())


def begin(output: Place, command: str) -> Run:
    """Begin a run, or go on with the one that the same command has begun and not finished.

    Raises:
        OutputError: the folder cannot be written.
    """
    mark = output / MARK_NAME
    folder = printable(Path.cwd())
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        unfinished = json.loads(mark.read_bytes())
        if unfinished["command"] == command:
            return Run(str(unfinished["began"]), folder)
    began = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    content = json.dumps({"began": began, "command": command}).encode()
    if isinstance(mark, Path):
        write_file(mark, content)
    else:
        try:
            mark.write_bytes(content)
        except OSError as error:
            raise unwritable(mark, error) from error
    return Run(began, folder)


def finish(output: Place) -> None:
    """Forget the run: it is finished, or has read nothing."""
    with contextlib.suppress(OSError):
        (output / MARK_NAME).unlink()
