"""How fast pages are read, beside other programs with the same networks, and beside the networks alone.

    make bench
    .venv/bin/python benchmarks/speed.py PAGE... --threads 2 --runs 5 --batch 20 --json speed.json

All programs read the same pages in one run, in turn, so that what else the machine does concerns all of them. Ratios are
what counts. Bars that are missed have an asterisk; the program ends with 1 only where a program fails.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from digitize.evaluate import aligned
from digitize.machine import usable_cores
from digitize.ocr.runtime import openvino

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
MEASURING_PAGES = HERE.parents[1] / "shared" / "pages" / "dev"
SAMPLES = HERE.parent / "samples" / "pages"

NAMES = ("digitize", "half", "limit", "runs", "PaddleOCR", "RapidOCR", "Tesseract")
# The networks alone, side by side as this program runs them, and one run after the other; they are no programs.
NETWORKS = ("limit", "runs")
# Those whose batch and memory are measured.
PROGRAMS = tuple(name for name in NAMES if name not in NETWORKS)
OURS = ("digitize", "half")
LARGE = 20_000_000  # pixels of the page on which memory is measured
LOOK = 0.1  # seconds between looks at it


@dataclass(slots=True)
class Measured:
    """What was measured of one program.

    Seconds are of the wall clock, `cpu` those of processor time; `peak` is the process tree's memory in bytes; `first` is
    from the command to a page's last file.
    """

    startup: float | None = None
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    pages_a_minute: float | None = None
    peak: int | None = None
    first: float | None = None

    @property
    def a_page(self) -> float | None:
        """The median page."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def cpu_a_page(self) -> float | None:
        """The same in processor time."""
        return statistics.median(self.cpu) if self.cpu else None


class Contender:
    """A program in a process of its own, told pages one by one; `peak` grows while it lives."""

    def __init__(self, name: str, threads: int) -> None:
        self._started = time.monotonic()
        command = [sys.executable, str(HERE / "contenders.py"), name, str(threads)]
        environ = os.environ | {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
        self.peak = 0
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self._answer()
        self.startup = time.monotonic() - self._started

    def read(self, page: Path) -> tuple[float, float]:
        """Seconds of the wall clock and of processor time that a page takes."""
        if self._process.stdin is None:
            raise RuntimeError("the process has no input")
        print(page, file=self._process.stdin, flush=True)
        answer = self._answer()
        return answer["seconds"], answer["cpu"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._watch.join()

    def _answer(self) -> dict[str, float]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.close()
            raise RuntimeError(f"{self._process.args} ended with {self._process.returncode}")
        return dict(json.loads(line))

    def _look(self) -> None:
        while self._process.poll() is None:
            self.peak = max(self.peak, memory_of_tree(self._process.pid))
            time.sleep(LOOK)


def memory_of_tree(pid: int) -> int:
    """The memory of a process and all below it, in bytes; what they share is counted once."""
    own, shared, waiting = 0, 0, [pid]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            _, resident, common, *_ = map(int, (process / "statm").read_text("ascii").split())
            for task in (process / "task").iterdir():
                waiting += map(int, (task / "children").read_text("ascii").split())
        except (OSError, ValueError):  # it has ended
            continue
        own, shared = own + resident - common, max(shared, common)
    return (own + shared) * os.sysconf("SC_PAGE_SIZE")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", type=Path, help="images; default: two measuring pages, or the samples")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="of each program; default: all cores")
    parser.add_argument("--runs", type=int, default=5, help="of each program on each page; default: %(default)s")
    parser.add_argument("--batch", type=int, default=20, help="pages of the batch, 0 for none; default: %(default)s")
    parser.add_argument("--only", help="programs, with commas between them; default: all that are installed")
    parser.add_argument("--json", type=Path, help="write all figures there")
    told = parser.parse_args(arguments)
    pages = [page.resolve() for page in told.pages or default_pages()]
    names = [name for name in NAMES if is_there(name)]
    names = [name for name in names if not told.only or name in told.only.split(",")]
    measured = {name: Measured() for name in names}
    read_in_turn(measured, pages, told.threads, told.runs)
    with tempfile.TemporaryDirectory() as scratch:
        for name in (name for name in names if name in PROGRAMS):
            if told.batch:
                measured[name].pages_a_minute = 60 * told.batch / read_batch(name, pages, told.batch, Path(scratch))
            measured[name].peak = peak_of(name, large_page(pages[0], Path(scratch)))
            if name in OURS:
                measured[name].first = first_page(name, pages[0], told.runs, Path(scratch))
            say(f"{name}: batch and memory measured")
    print(report(measured))
    if told.json:
        told.json.write_text(json.dumps(as_json(measured, pages, told.threads), indent=2) + "\n", "utf-8")
    return 0


def is_there(name: str) -> bool:
    """Whether a program, or what it needs beside this project's own packages, is on this machine."""
    if name == "half":
        found = importlib.util.find_spec("openvino") is not None
        return found and "BF16" in openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return name != "Tesseract" or shutil.which("tesseract") is not None


def default_pages() -> list[Path]:
    """A clean page and one on film of the measuring pages, where they are; else the samples."""
    if MEASURING_PAGES.is_dir():
        return [MEASURING_PAGES / "000-rules.png", MEASURING_PAGES / "000-rules-film2.jpg"]
    return sorted(path for path in SAMPLES.iterdir() if path.suffix in {".png", ".jpg"})


def read_in_turn(measured: dict[str, Measured], pages: Sequence[Path], threads: int, runs: int) -> None:
    """Let all programs read each page, one after the other, so many times after one that does not count."""
    contenders = {name: Contender(name, threads) for name in measured}
    for name, contender in contenders.items():
        measured[name].startup = contender.startup
    for page in pages:
        for number in range(runs + 1):
            for name, contender in contenders.items():
                seconds, cpu = contender.read(page)
                if number:
                    measured[name].seconds.append(seconds)
                    measured[name].cpu.append(cpu)
            say(f"{page.name}: {number} of {runs}")
    for contender in contenders.values():
        contender.close()


def read_batch(name: str, pages: Sequence[Path], count: int, scratch: Path) -> float:
    """Seconds for so many pages with all cores, from the start of the program to its end."""
    folder = scratch / "batch"
    if not folder.is_dir():
        folder.mkdir()
        for number in range(count):
            page = pages[number % len(pages)]
            shutil.copyfile(page, folder / f"{number:03}{page.suffix}")  # links to one file would be read once
    started = time.monotonic()
    if name in OURS:
        # What the command line does, files written, with as many workers as it takes by itself.
        subprocess.run(command(name, folder, scratch / name), check=True, capture_output=True)
    else:
        contender = Contender(name, usable_cores())
        for page in sorted(folder.iterdir()):
            contender.read(page)
        contender.close()
    return time.monotonic() - started


def first_page(name: str, page: Path, runs: int, scratch: Path) -> float:
    """Seconds from the command to the last file of a page, the median of so many runs after one that does not count.

    Python keeps what it has compiled, as where the program is installed.
    """
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = str(scratch / "compiled")
    took = []
    for _ in range(runs + 1):
        started = time.monotonic()
        told = [*command(name, page, scratch / f"{name}-first"), "--force"]
        subprocess.run(told, check=True, capture_output=True, env=environ)
        took.append(time.monotonic() - started)
    return statistics.median(took[1:])


def command(name: str, images: Path, output: Path) -> list[str]:
    """This program's command line."""
    told = [sys.executable, "-m", "digitize", "run", str(images), "--output", str(output), "--device", "cpu"]
    return [*told, "--precision", "half"] if name == "half" else told


def large_page(page: Path, scratch: Path) -> Path:
    """The page enlarged to `LARGE` pixels."""
    large = scratch / "large.png"
    if not large.exists():
        with Image.open(page) as image:
            scale = (LARGE / (image.width * image.height)) ** 0.5
            image.convert("L").resize((round(image.width * scale), round(image.height * scale))).save(large)
    return large


def peak_of(name: str, page: Path) -> int:
    """The memory of a program that reads one page in one thread, as one of several workers does."""
    contender = Contender(name, 1)
    contender.read(page)
    contender.close()
    return contender.peak


def ratio(ours: float | None, other: float | None) -> float | None:
    """One figure over another, where both are there."""
    return ours / other if ours is not None and other else None


def bars(measured: dict[str, Measured]) -> list[tuple[str, float | None, float, bool]]:
    """What the project promises: the promise, what was measured, the bar, and whether the bar is an upper one."""
    nobody = Measured()
    ours, stock, alone, runs = (measured.get(name, nobody) for name in ("digitize", "PaddleOCR", *NETWORKS))
    return [
        ("a page, of PaddleOCR's time", ratio(ours.a_page, stock.a_page), 0.40, True),
        ("pages a minute in batch, times PaddleOCR's", ratio(ours.pages_a_minute, stock.pages_a_minute), 3.0, False),
        ("a page, times the networks' runs one by one", ratio(ours.a_page, runs.a_page), 1.30, True),
        ("a page, times the networks side by side", ratio(ours.a_page, alone.a_page), 1.30, True),
        ("the same in processor time", ratio(ours.cpu_a_page, alone.cpu_a_page), 1.30, True),
        ("memory of a worker on 20 megapixels, GB", ours.peak / 1e9 if ours.peak else None, 1.2, True),
        ("from the command to the first page, s", ours.first, 4.0, True),
    ]


def report(measured: dict[str, Measured]) -> str:
    """A table of the programs, and one of the bars."""
    ours = measured.get("digitize", Measured())
    head = ("", "s a page", "cpu s", "pages/min", "peak GB", "start s", "first s", "digitize takes")
    rows = [
        (
            name,
            *map(_text, (m.a_page, m.cpu_a_page, m.pages_a_minute, m.peak and m.peak / 1e9, m.startup, m.first)),
            _text(ratio(ours.a_page, m.a_page)),
        )
        for name, m in measured.items()
    ]
    kept = [
        (what, f"{'*' if value is not None and (value > bar) is upper else ''}{_text(value)}", f"{'≤≥'[not upper]} {bar:.2f}")
        for what, value, bar, upper in bars(measured)
    ]
    return "\n\n".join([aligned([head, *rows]), aligned([("bar", "measured", ""), *kept])])


def as_json(measured: dict[str, Measured], pages: Sequence[Path], threads: int) -> dict[str, object]:
    """All figures, and what they were measured on."""
    return {
        "schema": 1,
        "machine": {"processor": _processor(), "cores": usable_cores(), "python": platform.python_version()},
        "threads": threads,
        "pages": [page.name for page in pages],
        "programs": {
            name: asdict(m) | {"seconds_a_page": m.a_page, "cpu_a_page": m.cpu_a_page} for name, m in measured.items()
        },
        "bars": [{"what": what, "measured": value, "bar": bar, "upper": up} for what, value, bar, up in bars(measured)],
    }


def say(text: str) -> None:
    """Tell how far it has come."""
    print(text, file=sys.stderr, flush=True)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
