"""Memory over a long run: a worker takes no more after hundreds of pages than after the first."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import standins
from PIL import Image
from test_batch_pool import _command, children

from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.errors import ExitCode
from digitize.options import Options

if TYPE_CHECKING:
    from digitize.batch.outcome import Outcome

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples" / "pages").iterdir())
PAGES, PART = 300, 100
SIZES = (500, 650, 800)


def peak_of(process: int) -> int:
    """The most memory that a process has had, in kilobytes, since this was last forgotten; it is forgotten now."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return int(fields["VmHWM"].split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat(tmp_path: Path) -> None:
    """Of 300 pages, opened, cleaned and written by one worker, the last 100 take at most a tenth more than the first."""
    reel = tmp_path / "reel"
    reel.mkdir()
    made = []
    for place, (sample, size) in enumerate((sample, size) for sample in SAMPLES for size in SIZES):
        image = Image.open(sample).convert("L")
        image.thumbnail((size, size))
        image.save(tmp_path / f"{place}.jpg", quality=80)
        made.append(tmp_path / f"{place}.jpg")
    for number in range(PAGES):
        os.link(made[number % len(made)], reel / f"p{number:03d}.jpg")
    peaks: list[tuple[int, int]] = []
    seen: list[Outcome] = []

    def look(outcome: Outcome) -> None:
        seen.append(outcome)
        if len(seen) % PART == 0:
            (worker,) = (pid for pid in children(os.getpid()) if "spawn_main" in _command(pid))
            peaks.append((worker, peak_of(worker)))

    out, options, workers = tmp_path / "out", Options(device="cpu"), Workers(jobs=1)
    summary = run([reel], out, options, workers=workers, load=standins.load_cleaning, on_page=look)
    assert summary.exit_code is ExitCode.DONE
    processes, (first, _, last) = zip(*peaks, strict=True)
    assert len(set(processes)) == 1
    assert last <= 1.1 * first, peaks
