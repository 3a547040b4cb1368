"""How lines are cut out for the recognizer: character errors and seconds for each way, on pages with truth.

    .venv/bin/python benchmarks/crops.py ../shared/pages/dev/*.png ../shared/pages/dev/*.jpg --save crops.json

Every page is cleaned and laid out once; its lines are then read anew with each way of cutting. A line is
matched with the truth by text (the most similar line of the page), so that what layout leaves out or cuts short counts
the same for all. Second readings, of the lines that the first one doubts, cost no further run: all readings are there.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
import unicodedata
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from rapidfuzz import process as fuzz
from rapidfuzz.distance import Levenshtein

from digitize.layout import detect_text, find_layout
from digitize.model import Scan
from digitize.ocr.engine import open_engine
from digitize.ocr.setting import corrected
from digitize.options import Options
from digitize.scan import clean, open_scans, straighten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digitize.model import TextLine
    from digitize.ocr import Engine, Reading

    Cut = Callable[[NDArray[np.uint8], TextLine], NDArray[np.uint8]]

LINE_HEIGHT = 48
"""The height at which the network reads a line, in pixels."""

SAME_LINE = 0.5
"""A reading less similar to every line of the truth than this (lettering in a photo, half a heading) is left out."""

STRETCH = (1.0, 99.0)
"""Percentiles of a crop's grey values that contrast stretching makes black and white."""

DOUBTS = (0.5, 0.7, 0.9)
"""A line whose least sure character is less sure than this is read a second time."""

QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "…": "."})
"""Punctuation that print does not tell apart."""


def cut(pixels: NDArray[np.uint8], line: TextLine, margin: float) -> NDArray[np.uint8]:
    """A line with so many type sizes of the page around it, uint8 (height, width), 0 = ink."""
    room = margin * (line.type_size or line.box.height)
    box = line.box.grown(room, room).clipped(pixels.shape[1], pixels.shape[0])
    crop = pixels[math.floor(box.y0) : math.ceil(box.y1), math.floor(box.x0) : math.ceil(box.x1)]
    return np.bitwise_not(crop) if line.reversed else crop


def with_margin(margin: float) -> Cut:
    """Cut with so many type sizes of the page around the line."""
    return lambda pixels, line: cut(pixels, line, margin)


def with_paper(margin: float) -> Cut:
    """Cut the line's own box and put paper around it, so that no neighbour shows."""

    def padded(pixels: NDArray[np.uint8], line: TextLine) -> NDArray[np.uint8]:
        room = round(margin * (line.type_size or line.box.height))
        return np.pad(cut(pixels, line, 0.0), room, constant_values=255)

    return padded


def then(first: Cut, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Cut:
    """Cut, then change the crop."""
    return lambda pixels, line: change(first(pixels, line))


def stretched(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop with its darkest grey black and its lightest white."""
    low, high = np.percentile(crop, STRETCH)
    scaled = (crop.astype(np.float32) - low) * (255 / max(1.0, high - low))
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def binarized(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop in black and white, parted where Otsu's method parts it."""
    _, black_and_white = cv2.threshold(crop, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(black_and_white, np.uint8)


def smoothed(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop without specks of a pixel."""
    return np.asarray(cv2.medianBlur(crop, 3), np.uint8)


def shrunk(method: int) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Bring a crop to the network's height by an interpolation of one's own; the recognizer's is linear."""

    def resize(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = crop.shape
        size = (max(1, round(width * LINE_HEIGHT / height)), LINE_HEIGHT)
        return np.asarray(cv2.resize(crop, size, interpolation=method), np.uint8)

    return resize


def narrowed(share: float) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Make a crop narrower, which makes reading it cheaper."""
    return lambda crop: np.asarray(cv2.resize(crop, None, fx=share, fy=1, interpolation=cv2.INTER_AREA), np.uint8)


TENTH = with_margin(0.1)
WAYS: Mapping[str, Cut] = {
    "margin 0.1, grey as cleaned": TENTH,
    "margin 0.05": with_margin(0.05),
    "margin 0.2": with_margin(0.2),
    "margin 0.3": with_margin(0.3),
    "paper 0.1": with_paper(0.1),
    "paper 0.2": with_paper(0.2),
    "stretched": then(TENTH, stretched),
    "binarized": then(TENTH, binarized),
    "median of 3": then(TENTH, smoothed),
    "area to 48": then(TENTH, shrunk(cv2.INTER_AREA)),
    "cubic to 48": then(TENTH, shrunk(cv2.INTER_CUBIC)),
    "width x 0.8": then(TENTH, narrowed(0.8)),
    "width x 0.7": then(TENTH, narrowed(0.7)),
}
"""The first is the plainest; each other one changes one thing of it. `digitize.ocr.lines` says which one the program uses."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one way read in a line: text, confidence (mean, and of the least sure character), and how much is wrong."""

    text: str
    confidence: float
    lowest: float
    errors: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A page read in one way: its lines in one order for all ways, and the recognizer's seconds of processor time.

    Processor time on one thread, because that is the same on a busy machine.
    """

    lines: tuple[Read, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Printed:
    """A page ready to be read: its straightened scan, its lines, and the truth's text of each, "" where none matches."""

    name: str
    scan: Scan
    lines: tuple[TextLine, ...]
    truths: tuple[str, ...]


def prepare(path: Path, engine: Engine) -> Printed:
    """Clean a page, find its lines, and match each with a line of the truth."""
    scan = next(iter(open_scans(path, "p", Options())))
    if not isinstance(scan, Scan):
        raise scan.error
    cleaned = clean(scan, Options())
    text = detect_text(cleaned.pixels, engine.detector)
    straight = straighten(cleaned, text.polygons)
    if straight is not cleaned:
        text = detect_text(straight.pixels, engine.detector)
    lines = find_layout(straight, text).lines
    truth = json.loads((path.parent / "truth" / f"{path.stem}.json").read_text("utf-8"))
    wanted = [normal(line["text"]) for line in truth["lines"]]
    readings = engine.recognizer.read([TENTH(straight.pixels, line) for line in lines])
    best = [_most_similar(normal(reading.text), wanted) for reading in readings]
    return Printed(path.stem, straight, lines, tuple(best))


def _most_similar(text: str, wanted: Sequence[str]) -> str:
    found = fuzz.extractOne(text, wanted, scorer=Levenshtein.normalized_similarity, score_cutoff=SAME_LINE)
    return str(found[0]) if found else ""


def normal(text: str) -> str:
    """Text without what print does not tell apart: widths, white space, the shapes of quotation marks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(QUOTES))


def measure(page: Printed, way: Cut, engine: Engine) -> Measured:
    """Read a page's lines in one way."""
    crops = [way(page.scan.pixels, line) for line in page.lines]
    start = time.process_time()
    readings = engine.recognizer.read(crops)
    seconds = time.process_time() - start
    kept = (corrected(reading) for reading in readings)
    lines = [_judged(reading, truth) for reading, truth in zip(kept, page.truths, strict=True)]
    return Measured(tuple(lines), seconds)


def _judged(reading: Reading, truth: str) -> Read:
    lowest = min((character.confidence for character in reading.characters), default=0.0)
    errors = Levenshtein.distance(normal(reading.text), truth) if truth else 0
    return Read(reading.text, reading.confidence, lowest, errors)


def second(first: Measured, other: Measured, doubt: float) -> Measured:
    """The first reading, and where it is doubtful, the other one if that is surer; the seconds are in proportion."""
    again = [one.lowest < doubt for one in first.lines]
    lines = tuple(
        b if doubtful and b.confidence > a.confidence else a
        for a, b, doubtful in zip(first.lines, other.lines, again, strict=True)
    )
    return Measured(lines, first.seconds + other.seconds * sum(again) / max(1, len(again)))


def group(name: str) -> str:
    """The column of the table that a page counts in: clean, film1, film2 or film3."""
    film = re.search(r"film(\d)", name)
    return f"film {film[1]}" if film else "clean"


def table(results: Mapping[str, Mapping[str, Measured]]) -> Iterable[str]:
    """The table, in Markdown: errors by group of pages, and seconds for each page on average."""
    names = sorted({group(page) for ways in results.values() for page in ways})
    yield f"| way | {' | '.join(f'{name}, errors' for name in names)} | seconds a page |"
    yield f"| --- |{' ---: |' * (len(names) + 1)}"
    for way, pages in results.items():
        errors: dict[str, int] = defaultdict(int)
        for page, measured in pages.items():
            errors[group(page)] += sum(line.errors for line in measured.lines)
        seconds = sum(measured.seconds for measured in pages.values()) / len(pages)
        yield f"| {way} | {' | '.join(str(errors[name]) for name in names)} | {seconds:.1f} |"


def second_readings(results: Mapping[str, Mapping[str, Measured]]) -> dict[str, dict[str, Measured]]:
    """What second readings of doubtful lines would give, for each other way and each measure of doubt."""
    first, *others = results
    return {
        f"{other}, below {doubt:g}": {
            page: second(results[first][page], results[other][page], doubt) for page in results[first]
        }
        for other in others
        for doubt in DOUBTS
    }


def main() -> None:
    """Measure all ways on all pages and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+", help="page images, with truth/NAME.json beside NAME.png or NAME.jpg")
    parser.add_argument("--save", type=Path, help="write every reading here, as JSON")
    arguments = parser.parse_args()
    engine = open_engine(Options(device="cpu"), threads=1)
    results: dict[str, dict[str, Measured]] = {name: {} for name in WAYS}
    for path in arguments.pages:
        page = prepare(path, engine)
        for name, way in WAYS.items():
            results[name][page.name] = measure(page, way, engine)
        errors = sum(line.errors for line in next(iter(results.values()))[page.name].lines)
        print(f"{page.name}: {len(page.lines)} lines, {sum(map(len, page.truths))} characters, {errors} wrong", flush=True)
        if arguments.save:
            saved = {name: {key: asdict(one) for key, one in pages.items()} for name, pages in results.items()}
            arguments.save.write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
    print("\nOne reading:\n", *table(results), "\nA second reading of doubtful lines:\n", sep="\n")
    print(*table(second_readings(results)), sep="\n")


if __name__ == "__main__":
    main()
