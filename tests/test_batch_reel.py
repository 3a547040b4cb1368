"""A whole reel, with all that befalls one: 200 pages, bad files, pages that kill, and a run that is killed three times."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
import standins
from PIL import Image, ImageEnhance

from digitize.batch.archive import state_of
from digitize.batch.fixity import verify
from digitize.errors import ExitCode
from digitize.ocr.engine import open_engine
from digitize.options import Options
from digitize.pipeline import process
from digitize.scan import open_scans

PAGES = 200
SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples" / "pages").glob("A0*"))
# Gigabytes that a worker may take: the model is in it.
MEMORY = "2"
CPU = Options(device="cpu")
MISHAPS = {
    20: "hang",
    60: "crash",
    90: "hog",
    130: "hang",
    170: "crash",
}
CORRUPT = (5, 45, 85, 125, 165)
# Pages that are really read: parts of the samples, each of them four times, as if it had been filmed again.
REAL = tuple(range(14, PAGES, 16))
PART = (0.05, 0.2, 0.3, 0.45)


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    """200 pages made of the samples, each a little different; five files are broken in the ways that files are.

    Twelve of them are parts at full size, to be read.
    """
    folder = tmp_path / "reel"
    folder.mkdir()
    originals = [Image.open(path).convert("L").reduce(6) for path in SAMPLES]
    for number in range(1, PAGES + 1):
        image = ImageEnhance.Brightness(originals[number % len(originals)]).enhance(0.8 + number / 1000)
        image.save(folder / f"p{number:03d}{'-' if number in MISHAPS else ''}{MISHAPS.get(number, '')}.jpg", quality=70)
    for place, number in enumerate(REAL):
        (folder / f"p{number:03d}.jpg").unlink()
        image = ImageEnhance.Brightness(part_of(SAMPLES[place % 3])).enhance(0.8 + place / 60)
        image.save(folder / f"p{number:03d}-real.jpg", quality=90)
    for number, damage in zip(CORRUPT, (b"", b"%PDF-1.7 nothing", b"<html>", b"\xff\xd8\xff", None), strict=True):
        path = folder / f"p{number:03d}.jpg"
        path.write_bytes(path.read_bytes()[:1000] if damage is None else damage)
    return folder


def part_of(sample: Path) -> Image.Image:
    """The upper part of a sample page's left half: some lines of text, as they were scanned."""
    image = Image.open(sample).convert("L")
    left, top, right, bottom = PART
    return image.crop((int(left * image.width), int(top * image.height), int(right * image.width), int(bottom * image.height)))


def records(out: Path) -> dict[str, dict[str, Any]]:
    """What the records say, but for how long things took."""
    found = {path.parent.name: json.loads(path.read_bytes()) for path in out.glob("*/page.json")}
    for record in found.values():
        del record["timings"], record["run"]["began"]
    return found


def documents(out: Path) -> dict[str, bytes]:
    """Every other file, by its path."""
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != "page.json"
    }


def measured_patience(folder: Path) -> str:
    """Seconds after which a page hangs: many times what a real one takes here and now, on a machine that may be busy."""
    part_of(SAMPLES[0]).save(folder / "part.png")
    (scan,) = open_scans(folder / "part.png", "part", CPU)
    engine = open_engine(CPU)
    started = time.monotonic()
    process(scan, engine, CPU)
    return f"{max(8.0, 10 * (time.monotonic() - started)):.0f}"


def start(reel: Path, out: Path, patience: str) -> Any:
    """Begin to read, or go on."""
    limits = ("--page-timeout", patience, "--worker-memory", MEMORY, "--device", "cpu")
    return standins.program("load_reel", "run", reel, "-o", out, "--jobs", "2", *limits)


def test_a_reel_comes_through(reel: Path, tmp_path: Path) -> None:
    """Killed three times at random moments, then let run: 190 pages done, 10 failed for the true reason, all as recorded."""
    out, patience = tmp_path / "out", measured_patience(tmp_path)
    moments = sorted(random.Random().sample(range(5, 150), 3))  # noqa: S311 - anywhere in the run
    for moment in moments:
        run = start(reel, out, patience)
        while len(list(out.glob("*/page.json"))) < moment:
            assert run.poll() is None, run.communicate()[1]
            time.sleep(0.01)
        run.kill()
        run.communicate()
    run = start(reel, out, patience)
    _, told = run.communicate()
    assert run.returncode == ExitCode.PAGES_FAILED, (moments, told)

    found = records(out)
    failed = {
        name: record["error"]["message"].partition(": ")[2] for name, record in found.items() if record["status"] == "failed"
    }
    assert len(found) == PAGES
    assert len(failed) == 10
    assert {name for name in failed if "-" not in name} == {f"p{number:03d}" for number in CORRUPT}
    assert failed["p020-hang"] == failed["p130-hang"] == f"the page exceeded {patience} s"
    assert failed["p060-crash"] == failed["p170-crash"] == "the worker process crashed: SIGSEGV"
    assert failed["p090-hog"].startswith("ran out of memory: took ")
    real = [f"p{number:03d}-real" for number in REAL]
    assert all(found[name]["status"] == "done" and found[name]["counts"]["characters"] > 100 for name in real)
    assert state_of(out).duplicates == tuple(tuple(real[place::3]) for place in range(3))
    assert list(verify(out)) == []
    assert not list(out.rglob(".digitize-*"))

    start(reel, tmp_path / "undisturbed", patience).communicate()
    undisturbed = records(tmp_path / "undisturbed")
    for record in (*found.values(), *undisturbed.values()):
        if record["error"] and record["error"]["kind"] == "OutOfMemory":
            del record["error"]["message"]  # how much it had taken when it was looked at
    assert found == undisturbed
    assert documents(out) == documents(tmp_path / "undisturbed")
