"""Stages that read nothing: a page of so many articles, or the mishap that its file's name asks for.

Worker processes load them by name, as they load the real ones.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitize.__main__ import main
from digitize.batch import run as runs
from digitize.batch.documents import page_documents
from digitize.batch.job import Stages, load_stages
from digitize.errors import MissingDependencyError, OutputError, PageError
from digitize.geometry import Box
from digitize.model import Article, ArticleKind, Folio, LinePiece, Page, Passage, Region, Role, TextLine
from digitize.ocr.engine import Networks, open_networks
from digitize.pipeline import PageResult, make_issue
from digitize.scan import clean
from digitize.scan.page_ids import half_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.model import Scan
    from digitize.ocr.classes import Steps
    from digitize.options import Options


TESTS = Path(__file__).resolve().parent


PROGRAM = "import sys, standins; sys.exit(standins.run_with(*sys.argv[1:]))"


def program(load_name: str, *arguments: str | Path, code: str = PROGRAM) -> subprocess.Popen[str]:
    """Start the program as a user does, but for what pages are read with: one of the functions below."""
    command = [sys.executable, "-c", code, load_name, *map(str, arguments)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]), "SOURCE_DATE_EPOCH": "1780000000"}
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_with(load_name: str, *arguments: str) -> int:
    """The program's `main`, with other stages; Ctrl-C reaches it, though tests in the background are started without."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runs.run.__kwdefaults__["load"] = globals()[load_name]
    return main(arguments)


def load(options: Options, threads: int) -> Stages:
    """Stages that do at once, without a network, what a page's name says."""
    told = ("these are stand-ins",)
    return Stages(lambda scan: _read(scan, options), page_documents, f"cpu, {threads} threads", told, _split)


def load_slowly(options: Options, threads: int) -> Stages:
    """The same, but each page takes a while, so that a run can be stopped in the midst of it."""
    return Stages(lambda scan: _pause(0.05) or _read(scan, options), page_documents, f"cpu, {threads} threads")


def load_cleaning(options: Options, threads: int) -> Stages:
    """Stages that clean a page as the real ones do, and read nothing on it."""
    made = load(options, threads)
    return replace(made, process=lambda scan: made_result(clean(scan, options), options, 2))


def load_reel(options: Options, threads: int) -> Stages:
    """Stages for a whole reel: pages whose name says that they are real are really read, with the default model."""
    made, real = load_slowly(options, threads), load_stages(options, threads)
    return replace(made, process=lambda scan: (real if "real" in scan.page_id else made).process(scan))


def load_in_moments(options: Options, threads: int) -> Stages:
    """The same, but each page takes a fifth of a second: long enough to kill a node in the midst of some."""
    return replace(load(options, threads), process=lambda scan: _pause(0.2) or _read(scan, options))


def open_as_gpu(options: Options, notes: Path, mishap: str = "") -> Networks:
    """The networks as they are on the CPU, said to be on a GPU; what they are given is noted.

    They take their time for an image, and end as a driver does that crashes when they are given the second; or they have
    no memory for more than three lines, and none for black ones.
    """
    networks = open_networks(replace(options, device="cpu"))

    def look(image: NDArray[np.uint8]) -> NDArray[np.float32]:
        if mishap == "crash" and notes.exists():
            os.kill(os.getpid(), signal.SIGSEGV)
        with notes.open("a") as told:
            told.write("image\n")
        time.sleep(0.5)
        return networks.look(image)

    def tell(lines: Sequence[NDArray[np.uint8]]) -> Sequence[Steps]:
        with notes.open("a") as told:
            told.write(f"{len(lines)} lines\n")
        if mishap == "memory" and (len(lines) > 3 or any(not line.any() for line in lines)):
            raise MemoryError("no more")
        return networks.tell(lines)

    return Networks(look, tell, "cpu" if mishap == "none" else "gpu:7")


def open_no_gpu(_options: Options) -> Networks:
    """Networks that cannot be opened."""
    raise MissingDependencyError("there is no GPU", remedy="use --device cpu")


def load_nothing(_options: Options, _threads: int) -> Stages:
    """A network that crashes while it is loaded."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("still alive")


def _split(scan: Scan) -> tuple[Scan, ...]:
    """Two pages of a frame whose name says that it has a fold."""
    if "fold" not in scan.page_id:
        return (scan,)
    return tuple(replace(scan, page_id=half_id(scan.page_id, number)) for number in (1, 2))


def _is_asked_for(mishap: str, name: str) -> bool:
    """Whether a page's name asks for a mishap; one with a number befalls only one of the two pages on a frame."""
    match = re.search(rf"{mishap}(\d?)", name)
    return match is not None and (not match[1] or name.endswith(f"-{match[1]}"))


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _read(scan: Scan, options: Options) -> PageResult:
    name = scan.page_id
    if _is_asked_for("hang", name):
        time.sleep(3600)
    if _is_asked_for("crash", name):
        os.kill(os.getpid(), signal.SIGSEGV)
    if "exit" in name:
        os._exit(3)
    if "hog" in name:
        _take_all_memory()
    if "raise" in name:
        raise PageError(f"{name}: it is torn", remedy="mend it")
    if "full" in name:
        raise OutputError("no space", remedy="free some")
    return made_result(scan, options, 0 if "blank" in name else 2)


def _take_all_memory() -> None:
    taken = []
    while True:  # the pixels are written to: memory that nobody touches is not taken
        taken.append(np.full(50_000_000, 1, np.uint8))
        time.sleep(0.005)


def made_result(scan: Scan, options: Options, articles: int) -> PageResult:
    """What was understood of a scan: so many articles of one line each."""
    name, source = scan.page_id, scan.source
    regions = tuple(_region(f"{name}-r{n}", 10 + 30 * n) for n in range(articles))
    width, height = source.width, source.height
    page = Page(name, source, width, height, scan.frame, width, height, 20, 28, regions, language=options.language)
    made = tuple(_article(f"{name}-a{n + 1:03d}", n + 1, region) for n, region in enumerate(regions))
    return PageResult(page, made, make_issue(Folio(), options, scan.described), (("layout", 0.25), ("ocr", 1.0)))


def _region(name: str, top: float) -> Region:
    box = Box(10, top, 90, top + 20)
    line = TextLine(name.replace("-r", "-l"), box.polygon, box, 20.0, text="港务会议今日开幕", confidence=0.9)
    return Region(name, Role.PARAGRAPH, box.polygon, box, (line,))


def _article(name: str, number: int, region: Region) -> Article:
    passage = Passage(Role.PARAGRAPH, (LinePiece(region.lines[0], 0, 8),), (region.id,))
    return Article(name, ArticleKind.ARTICLE, number, (passage,))
