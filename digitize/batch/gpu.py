"""One process that runs the networks on a GPU for all workers of this machine, the lines of several pages in one batch.

A GPU that a worker had to itself would be given the lines of one page, and lie idle while the worker opens, lays out and
writes. Here it always has work as long as any worker has: images are looked at one by one, and the lines that workers have
sent in the meantime are told together.

When this process ends before its time, the workers that wait for it end too. Others take their place, which find nobody
and open networks of their own: so a page on which a driver crashes costs, the second time, only itself.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from digitize.batch.job import load_stages, stages_with
from digitize.batch.processes import end_with_parent, signals_blocked, start
from digitize.errors import DigitizeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digitize.batch.job import Stages
    from digitize.ocr.engine import Networks
    from digitize.options import Options

    # An image to look at, or lines to tell.
    Request = NDArray[np.uint8] | list[NDArray[np.uint8]]
    Asked = tuple[Connection[Any, Request], Request]

_GPU_BUILD = "onnxruntime-gpu"
_LOST = 70  # a worker's exit code when the process is gone


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a request was not answered."""

    reason: str


def open_here(options: Options) -> Networks:
    """The networks that the options tell, in this process."""
    from digitize.ocr.engine import open_networks  # noqa: PLC0415 - seconds to load

    return open_networks(options)


class GpuProcess:
    """The process, and the address at which workers find it."""

    def __init__(self, options: Options, open_: Callable[[Options], Networks] = open_here) -> None:
        """Start it, with networks as `open_`, importable by name, opens them."""
        self._folder = Path(tempfile.mkdtemp(prefix="digitize-"))  # for this user only
        self.address = str(self._folder / "gpu")
        with socket.socket(socket.AF_UNIX) as listener:  # there before any worker is
            listener.bind(self.address)
            listener.listen()
            self._process = start(_serve, listener, options, open_)

    def close(self) -> None:
        """End it, whatever it does."""
        with signals_blocked():
            self._process.kill()
            self._process.join()
            self._process.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def is_wanted(options: Options) -> bool:
    """Whether pages are to be read on a GPU, as far as can be told without loading what drives it."""
    if options.device == "cpu":
        return False
    try:
        return bool(metadata.version(_GPU_BUILD))
    except metadata.PackageNotFoundError:
        return False


def load_beside(address: str, options: Options, threads: int) -> Stages:
    """The stages of a worker, with the networks of the process at an address; its own where nobody answers there."""
    from digitize.ocr.engine import engine_with  # noqa: PLC0415 - seconds to load, see Stages

    networks = connect(address)
    return stages_with(engine_with(networks, options), options) if networks else load_stages(options, threads)


def connect(address: str) -> Networks | None:
    """The networks of the process at an address, to be asked by one thread at a time; None where nobody answers there.

    What they raise is a RuntimeError; when their process is gone, SystemExit ends that of who asks.
    """
    from digitize.ocr.engine import Networks  # noqa: PLC0415 - the same
    from digitize.ocr.runners import at_line_height  # noqa: PLC0415 - the same

    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(address)
            connection: Connection[Request, Any] = Connection(client.detach())
        device, warnings = connection.recv()
    except (OSError, EOFError):
        return None
    ask = partial(_ask, connection)
    return Networks(ask, lambda crops: ask([at_line_height(crop) for crop in crops]), device, warnings)


def _ask(connection: Connection[Request, Any], request: Request) -> Any:  # noqa: ANN401 - as the networks give it
    """What the networks give for an image or for lines."""
    try:
        connection.send(request)
        answer = connection.recv()
    except (OSError, EOFError):
        sys.exit(_LOST)
    match answer:
        case _Fault(reason):
            raise RuntimeError(reason)
        case _:
            return answer


def _serve(listener: socket.socket, options: Options, open_: Callable[[Options], Networks]) -> None:
    """Answer all who connect, until this process is killed; end at once where there is no GPU to be used.

    What is wrong with it then, or with the model, each worker finds itself, and tells.
    """
    end_with_parent()
    try:
        networks = open_(options)
    except DigitizeError:
        return
    if networks.device == "cpu":
        return
    asked: SimpleQueue[Asked] = SimpleQueue()
    threading.Thread(target=_accept, args=(listener, networks, asked), daemon=True).start()
    while True:
        waiting = [asked.get()]
        while not asked.empty():
            waiting.append(asked.get())
        for connection, answer in _answers(waiting, networks):
            with suppress(OSError):  # a worker that is gone
                connection.send(answer)


def _accept(listener: socket.socket, networks: Networks, asked: SimpleQueue[Asked]) -> None:
    while True:
        client, _ = listener.accept()
        connection: Connection[Any, Request] = Connection(client.detach())
        with suppress(OSError):
            connection.send((networks.device, networks.warnings))
        threading.Thread(target=_listen, args=(connection, asked), daemon=True).start()


def _listen(connection: Connection[Any, Request], asked: SimpleQueue[Asked]) -> None:
    with suppress(OSError, EOFError):  # the worker has ended
        while True:
            asked.put((connection, connection.recv()))


def _answers(waiting: Sequence[Asked], networks: Networks) -> Iterator[tuple[Connection[Any, Request], object]]:
    """What the networks give for all that waits, each with whom it is for; all lines in batches together."""
    of_lines = [(connection, request) for connection, request in waiting if isinstance(request, list)]
    for connection, request in waiting:
        if not isinstance(request, list):
            yield connection, _tried(networks.look, request)
    together = _tried(networks.tell, [line for _, lines in of_lines for line in lines]) if of_lines else []
    if isinstance(together, _Fault):  # which may be one page's, or that it is too much at once
        yield from ((connection, _tried(networks.tell, lines)) for connection, lines in of_lines)
        return
    steps = iter(together)
    yield from ((connection, list(islice(steps, len(lines)))) for connection, lines in of_lines)


def _tried(run: Callable[[Any], Any], given: Request) -> Any:  # noqa: ANN401 - as the networks give it
    try:
        return run(given)
    except Exception as error:  # noqa: BLE001 - drivers and runtimes raise what they like; the worker is told
        return _Fault(f"{type(error).__name__}: {error}")
