"""How time and memory grow with the number of pages, of lines on a page, and of workers: everything but the networks.

    .venv/bin/python benchmarks/scaling.py
    .venv/bin/python benchmarks/scaling.py --pages 10,100,1000 --lines 50,100,250,500,1000 --workers 1,2

Pages are drawn: columns of squares under a heading. Stand-ins detect and read them; opening, cleaning, layout, reading
order, exports, records and workers are the program's own. Growth is linear where the last column stays level.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image
from speed import memory_of_tree

import digitize
from digitize.batch.documents import page_documents
from digitize.batch.job import Stages
from digitize.batch.tasks import Workers
from digitize.evaluate import aligned
from digitize.ocr import Character, Detection, Engine, Reading
from digitize.pipeline import process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.options import Options

TYPE, PITCH, CHARACTERS = 36, 54, 14  # of a drawn line: its height and distance to the next in pixels, its characters
COLUMNS, GUTTER, MARGIN = 5, 60, 150
GREY, INKED = 128, 0.4  # half of white, and the share of a character that is ink
SMALL, USUAL = 25, 250  # lines of a page that tells of the program's own cost, and of a newspaper page


class Squares:
    """Detects and reads drawn lines: what is black within a character's distance is one line, and a character a square."""

    def detect(self, image: NDArray[np.uint8], long_side: int) -> tuple[Detection, ...]:
        """The drawn lines, whatever `long_side`."""
        del long_side
        ink = cv2.morphologyEx(
            (image < GREY).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 1 + image.shape[0] // 60), np.uint8)
        )
        boxes = cv2.connectedComponentsWithStats(ink)[2][1:, :4].tolist()
        return tuple(Detection(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), 1.0) for x, y, w, h in boxes if w > h)

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
        """As many ideographs as squares fit in."""
        counts = [max(1, round(crop.shape[1] / crop.shape[0])) if crop.size else 0 for crop in crops]
        return tuple(Reading(tuple(Character("国", 1.0, (i + 0.5) / n) for i in range(n))) for n in counts)


def load(options: Options, threads: int) -> Stages:
    """The stages as they are, with a stand-in for the networks."""
    del threads
    engine = Engine(Squares(), Squares())
    return Stages(lambda scan: process(scan, engine, options), page_documents, "cpu")


def drawn(lines: int) -> Image.Image:
    """A page of so many lines in columns, below a heading."""
    rows = -(-lines // COLUMNS)
    column = CHARACTERS * TYPE
    width = 2 * MARGIN + COLUMNS * column + (COLUMNS - 1) * GUTTER
    height = max(2 * MARGIN + 4 * TYPE + rows * PITCH, round(1.2 * width))  # wider than high, it may be two pages
    page = np.full((height, width), 255, np.uint8)
    glyphs = np.random.default_rng(1).random((64, 8, 8)) < INKED

    def put(x: int, y: int, size: int, number: int) -> None:
        glyph = np.kron(glyphs[number % len(glyphs)], np.ones((size // 9, size // 9), np.bool_))
        page[y : y + glyph.shape[0], x : x + glyph.shape[1]][glyph] = 0

    for i in range(12):
        put(MARGIN + i * 3 * TYPE, MARGIN, 3 * TYPE, i)
    for number in range(lines):
        x, y = MARGIN + number // rows * (column + GUTTER), MARGIN + 4 * TYPE + number % rows * PITCH
        for i in range(CHARACTERS):
            put(x + i * TYPE, y, TYPE, number * CHARACTERS + i)
    return Image.fromarray(page)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took: seconds from start to end, processor time, and memory, of all processes together."""

    seconds: float
    cpu: float
    peak: int


def measure(page: Image.Image, pages: int, workers: int) -> Run:
    """Read so many copies of a page."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch) / "in", Path(scratch) / "out"
        folder.mkdir()
        image = io.BytesIO()
        page.save(image, "png")
        for number in range(pages):  # each file is another one: what lies behind the image is not looked at
            (folder / f"p{number:05}.png").write_bytes(image.getvalue() + number.to_bytes(4))
        peak, ended = [0], threading.Event()

        def look() -> None:
            while not ended.wait(0.1):
                peak[0] = max(peak[0], memory_of_tree(os.getpid()))

        watch = threading.Thread(target=look)
        watch.start()
        started, before = time.monotonic(), sum(os.times()[:4])
        try:
            summary = digitize.run([folder], out, digitize.Options(language="zh-Hans"), workers=Workers(workers), load=load)
        finally:
            ended.set()
            watch.join()
        seconds = time.monotonic() - started
        if summary.exit_code:
            raise RuntimeError(str(summary.failed[0].error))
        return Run(seconds, sum(os.times()[:4]) - before, peak[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", default="10,100,1000", help="numbers of pages; default: %(default)s")
    parser.add_argument("--lines", default="50,100,250,500,1000", help="numbers of lines; default: %(default)s")
    parser.add_argument("--workers", default="1,2", help="numbers of workers; default: %(default)s")
    told = parser.parse_args(arguments)
    rows = [("pages", f"s, {SMALL} lines", "peak GB", "s a page")]
    for pages in _numbers(told.pages):
        run = measure(drawn(SMALL), pages, 1)
        rows.append((str(pages), f"{run.seconds:.1f}", f"{run.peak / 1e9:.2f}", f"{run.seconds / pages:.3f}"))
    print(aligned(rows), end="\n\n")
    rows = [("lines", "cpu s a page", "peak GB", "ms a line")]
    for lines in _numbers(told.lines):
        page = drawn(lines)
        one, many = measure(page, 1, 1), measure(page, 9, 1)
        a_page = (many.cpu - one.cpu) / 8  # without the start
        rows.append((str(lines), f"{a_page:.2f}", f"{many.peak / 1e9:.2f}", f"{1000 * a_page / lines:.1f}"))
    print(aligned(rows), end="\n\n")
    rows = [("workers", f"s for 20 pages, {USUAL} lines", "cpu s", "peak GB", "pages a minute")]
    for workers in _numbers(told.workers):
        run = measure(drawn(USUAL), 20, workers)
        minute = f"{60 * 20 / run.seconds:.0f}"
        rows.append((str(workers), f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{run.peak / 1e9:.2f}", minute))
    print(aligned(rows))
    return 0


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
