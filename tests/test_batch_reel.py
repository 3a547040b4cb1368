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

from digitize.batch.fixity import verify
from digitize.errors import ExitCode

PAGES = 200
SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples" / "pages").glob("A0*"))
# Seconds that a page may take here: it has a few milliseconds of work, on a machine that may be busy.
TIMEOUT = "8"
MISHAPS = {
    20: "hang",
    60: "crash",
    90: "hog",
    130: "hang",
    170: "crash",
}
CORRUPT = (5, 45, 85, 125, 165)


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    """200 pages made of the samples, each a little different; five files are broken in the ways that files are."""
    folder = tmp_path / "reel"
    folder.mkdir()
    originals = [Image.open(path).convert("L").reduce(6) for path in SAMPLES]
    for number in range(1, PAGES + 1):
        image = ImageEnhance.Brightness(originals[number % len(originals)]).enhance(0.8 + number / 1000)
        image.save(folder / f"p{number:03d}{'-' if number in MISHAPS else ''}{MISHAPS.get(number, '')}.jpg", quality=70)
    for number, damage in zip(CORRUPT, (b"", b"%PDF-1.7 nothing", b"<html>", b"\xff\xd8\xff", None), strict=True):
        path = folder / f"p{number:03d}.jpg"
        path.write_bytes(path.read_bytes()[:1000] if damage is None else damage)
    return folder


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


def start(reel: Path, out: Path) -> Any:
    """Begin to read, or go on."""
    limits = ("--page-timeout", TIMEOUT, "--worker-memory", "0.6")
    return standins.program("load_slowly", "run", reel, "-o", out, "--jobs", "2", *limits)


def test_a_reel_comes_through(reel: Path, tmp_path: Path) -> None:
    """Killed three times at random moments, then let run: 190 pages done, 10 failed for the true reason, all as recorded."""
    out = tmp_path / "out"
    moments = sorted(random.Random().sample(range(5, 150), 3))  # noqa: S311 - anywhere in the run
    for moment in moments:
        process = start(reel, out)
        while len(list(out.glob("*/page.json"))) < moment:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.01)
        process.kill()
        process.communicate()
    process = start(reel, out)
    _, told = process.communicate()
    assert process.returncode == ExitCode.PAGES_FAILED, (moments, told)

    found = records(out)
    failed = {
        name: record["error"]["message"].partition(": ")[2] for name, record in found.items() if record["status"] == "failed"
    }
    assert len(found) == PAGES
    assert len(failed) == 10
    assert {name for name in failed if "-" not in name} == {f"p{number:03d}" for number in CORRUPT}
    assert failed["p020-hang"] == failed["p130-hang"] == f"the page exceeded {TIMEOUT} s"
    assert failed["p060-crash"] == failed["p170-crash"] == "the worker process crashed: SIGSEGV"
    assert failed["p090-hog"].startswith("ran out of memory: took 0.")
    assert list(verify(out)) == []
    assert not list(out.rglob(".digitize-*"))

    process = start(reel, tmp_path / "undisturbed")
    process.communicate()
    undisturbed = records(tmp_path / "undisturbed")
    for record in (*found.values(), *undisturbed.values()):
        if record["error"] and record["error"]["kind"] == "OutOfMemory":
            del record["error"]["message"]  # how much it had taken when it was looked at
    assert found == undisturbed
    assert documents(out) == documents(tmp_path / "undisturbed")
