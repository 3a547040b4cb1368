"""What the Ray engine costs beside the reading: overhead of a page, and the driver's memory as pages go by.

    .venv/bin/python benchmarks/cluster.py --pages 10000

A cluster of one node with two processors is started on the loopback. Pages are tiny images, and are read with stages that
do nothing: what is left is opening, summing, writing the record, and sending a page to its reader and back. The same is
measured with the local engine and, for what a page costs by itself, in the process of the run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests"), str(PROJECT / "benchmarks")]

from nothing import load  # noqa: E402 - the same
from rays import cluster  # noqa: E402 - needs the path

from digitize.batch.run import run  # noqa: E402 - the same
from digitize.batch.tasks import Engine, Workers  # noqa: E402 - the same
from digitize.machine import memory_of  # noqa: E402 - the same
from digitize.options import Options  # noqa: E402 - the same

if TYPE_CHECKING:
    from digitize.batch.outcome import Outcome

PORT = 7400
READERS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds that a page took, all readers together, and the run's memory at tenths of the pages, in MB."""

    seconds: float
    memory: tuple[float, ...]


def measure(scans: Path, output: Path, pages: int, workers: Workers) -> Measured:
    """Read all pages; the clock runs from the first one's end, when all is loaded."""
    ends: list[float] = []
    memory: list[float] = []
    count = 0

    def on_page(_: Outcome) -> None:
        nonlocal count
        count += 1
        if count in {1, pages}:
            ends.append(time.perf_counter())
        if count % max(1, pages // 10) == 0:
            memory.append(round(memory_of(os.getpid()) / 1e6, 1))

    run([scans], output, Options(device="cpu"), workers=workers, load=load, keep=False, on_page=on_page)
    return Measured((ends[-1] - ends[0]) / (pages - 1), tuple(memory))


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--json", type=Path, default=Path("out/cluster.json"))
    told = parser.parse_args()
    ways = {
        "in the run's own process": Workers(jobs=0),
        "local processes": Workers(jobs=READERS, pages_per_worker=1_000_000),
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(PORT, {"PYTHONPATH": os.pathsep.join(sys.path[:3])}, cpus=(READERS,)) as nodes,
    ):
        ways["Ray"] = Workers(jobs=READERS, pages_per_worker=1_000_000, engine=Engine.RAY, address=nodes.address)
        scans = Path(folder) / "scans"
        scans.mkdir()
        image = Image.new("L", (100, 120), 255)
        for number in range(told.pages):
            image.save(scans / f"A{number:07d}.png")
        found = {name: measure(scans, Path(folder) / name, told.pages, way) for name, way in ways.items()}
    for name, each in found.items():
        print(f"{name}: {each.seconds * 1000:.2f} ms a page; memory {' '.join(f'{mb:.0f}' for mb in each.memory)} MB")
    alone = found["in the run's own process"].seconds / READERS
    print(f"overhead of Ray: {(found['Ray'].seconds - alone) * 1000:.2f} ms a page of the run, with {READERS} readers")
    told.json.parent.mkdir(parents=True, exist_ok=True)
    told.json.write_text(json.dumps({name: {"ms": each.seconds * 1000, "memory": each.memory} for name, each in found.items()}))


if __name__ == "__main__":
    main()
