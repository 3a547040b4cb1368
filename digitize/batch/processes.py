"""Processes beside the run's own: spawned, and ended with it, however it ends."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess

CONTEXT = multiprocessing.get_context("spawn")
"""How processes are begun: afresh, as every system can."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PR_SET_PDEATHSIG = 1  # prctl(2)


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:  # noqa: ANN401 - the target's own
    """Start a process; it inherits that signals are blocked: Ctrl-C while it begins would end it with a traceback."""
    with signals_blocked():
        process = CONTEXT.Process(target=target, args=arguments, daemon=True)
        process.start()
    return process


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Let what asks the run to end wait."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def end_with_parent() -> None:
    """Let the kernel kill this process when the run is killed, and first of all processes when memory runs out."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    if os.getppid() != parent:  # it was killed before the kernel knew
        os._exit(1)
