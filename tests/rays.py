"""A Ray cluster of two nodes on the loopback, as `ray start` makes it; each node is a process group that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from standins import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Ray takes 127.0.0.1 for the machine's own address on its network; other addresses of the loopback it leaves alone.
HEAD, SECOND = "127.0.0.2", "127.0.0.3"
RAY = [sys.executable, "-c", "import sys; from ray.scripts.scripts import main; sys.exit(main())"]
# As little as Ray allows: pages never pass through its store of objects.
OBJECTS = 80_000_000


class Nodes:
    """A running cluster: its address, and its nodes by their addresses."""

    def __init__(self, port: int, environ: Mapping[str, str], folder: Path) -> None:
        self.address, self.client_port = f"{HEAD}:{port}", port + 1000
        self._environ, self._folder = environ, folder
        self._groups: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, host: str, cpus: int) -> None:
        """Start a node, and wait until it is up."""
        port = int(self.address.partition(":")[2])
        head = [
            "--head",
            "--port",
            str(port),
            "--ray-client-server-port",
            str(self.client_port),
            "--include-dashboard",
            "false",
        ]
        head += ["--temp-dir", str(self._folder)]
        log = self._folder / f"{host}.log"
        with log.open("wb") as told:
            self._groups[host] = subprocess.Popen(
                [
                    *RAY,
                    "start",
                    *(head if host == HEAD else ["--address", self.address]),
                    *("--node-ip-address", host, "--num-cpus", str(cpus), "--num-gpus", "0"),
                    *("--object-store-memory", str(OBJECTS), "--disable-usage-stats" if host == HEAD else "--block"),
                    "--block",
                ],
                env=self._environ,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        end = time.monotonic() + 120
        while b"Ray runtime started" not in log.read_bytes():
            assert self._groups[host].poll() is None, log.read_text()
            assert time.monotonic() < end, "the node does not start"
            time.sleep(0.1)

    def kill(self, host: str) -> None:
        """Kill all processes of a node at once, as a power cut does."""
        process = self._groups.pop(host)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """End the cluster."""
        for host in list(self._groups):
            self.kill(host)


@contextmanager
def cluster(port: int, environ: Mapping[str, str], *, cpus: tuple[int, ...] = (1, 1)) -> Iterator[Nodes]:
    """A cluster whose nodes have so many processors; readers find the stand-ins of the tests."""
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:
        path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
        told = {"PYTHONPATH": path, "RAY_USAGE_STATS_ENABLED": "0", "SOURCE_DATE_EPOCH": "1780000000"}
        nodes = Nodes(port, {**os.environ, **told, **environ}, Path(folder))
        try:
            for host, count in zip((HEAD, SECOND), cpus, strict=False):
                nodes.start(host, count)
            yield nodes
        finally:
            nodes.kill_all()
