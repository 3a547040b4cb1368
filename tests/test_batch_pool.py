"""Worker processes, and what befalls them: real crashes, kills, hangs, full disks; nothing is simulated but reading."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import standins
from PIL import Image

from digitize.batch.lock import LOCK_NAME, locked
from digitize.batch.record import RECORD_NAME, Status
from digitize.batch.run import Progress, run
from digitize.batch.tasks import Workers
from digitize.batch.unfinished import MARK_NAME
from digitize.batch.writing import is_whole, read_record
from digitize.errors import ConfigurationError, DigitizeError, ExitCode, OutputError, UsageError
from digitize.options import Options

if TYPE_CHECKING:
    from digitize.batch.outcome import Summary

CPU = Options(device="cpu")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder for pages."""
    (tmp_path / "scans").mkdir()
    return tmp_path / "scans"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "out"


def pages(folder: Path, *names: str) -> None:
    """Small images of these names."""
    for shade, name in enumerate(names, start=200 - len(names)):
        Image.new("L", (100, 120), shade).save(folder / f"{name}.png")


def frames(path: Path, count: int) -> None:
    """A file of several pages."""
    made = [Image.new("L", (100, 120), 150 + frame) for frame in range(count)]
    made[0].save(path, save_all=True, append_images=made[1:])


def read(scans: Path, out: Path, workers: Workers | None = None, **told: Any) -> Summary:
    """Read in two processes."""
    return run([scans], out, CPU, workers=workers or Workers(jobs=2), **({"load": standins.load} | told))


def reasons(summary: Summary) -> dict[str, str]:
    """Why each failed page failed, without the file's name."""
    return {each.page_id: each.error.message.partition(": ")[2] for each in summary.failed if each.error}


def statuses(out: Path) -> dict[str, str]:
    """How the records say that each page ended."""
    return {path.parent.name: json.loads(path.read_bytes())["status"] for path in out.glob(f"*/{RECORD_NAME}")}


def wait_for(condition: Any, seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(child)
        for child in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    ]


def test_a_page_can_do_no_harm(scans: Path, out: Path) -> None:
    """Pages that crash, end, hang or take all memory fail with the true reason; the others are done."""
    pages(scans, "A01", "A02-crash", "A03-exit", "A04-hang", "A05-hog", "A06-raise", "A07")
    summary = read(scans, out, Workers(jobs=2, page_timeout=6, memory=600_000_000))
    found = reasons(summary)
    assert found.pop("A05-hog").startswith("ran out of memory: took ")
    assert found == {
        "A02-crash": "the worker process crashed: SIGSEGV",
        "A03-exit": "the worker process ended with exit code 3",
        "A04-hang": "the page exceeded 6 s",
        "A06-raise": "it is torn",
    }
    assert [each.page_id for each in summary.outcomes] == [path.stem for path in sorted(scans.iterdir())]
    assert {name for name, status in statuses(out).items() if status == "done"} == {"A01", "A07"}
    record = read_record(out / "A02-crash")
    assert record is not None
    assert len(record.source.sha256) == 64


def test_a_crash_costs_a_file_of_many_pages_one_page(scans: Path, out: Path) -> None:
    """Frames are shared out among the workers; each that crashes fails by itself, with its number."""
    frames(scans / "reel.tif", 7)
    frames(scans / "crash.tif", 3)
    summary = read(scans, out)
    assert [each.page_id for each in summary.outcomes][:3] == [f"crash-f00{n}" for n in (1, 2, 3)]
    assert len(reasons(summary)) == 3
    assert {read_record(out / f"reel-f00{n}").status for n in range(1, 8)} == {Status.DONE}  # type: ignore[union-attr]


@pytest.mark.parametrize(("mishap", "lost", "kept"), [("crash1", 1, 2), ("crash2", 2, 1), ("hang2", 2, 1)])
def test_a_mishap_on_one_of_two_pages_on_a_frame_costs_that_page(
    scans: Path, out: Path, mishap: str, lost: int, kept: int
) -> None:
    """The other one is read, each is told of once, and none is tried again while nothing changes."""
    made = [Image.new("L", (200, 120), 150 + frame) for frame in range(2)]
    made[0].save(scans / f"fold-{mishap}.tif", save_all=True, append_images=made[1:])
    summary = read(scans, out, Workers(jobs=1, page_timeout=3))
    names = [f"fold-{mishap}-f00{frame}" for frame in (1, 2)]
    assert sorted(reasons(summary)) == [f"{name}-{lost}" for name in names]
    expected = {f"{name}-{kept}": "done" for name in names} | {f"{name}-{lost}": "failed" for name in names}
    assert statuses(out) == expected
    assert sorted(outcome.page_id for outcome in summary.outcomes) == sorted(expected)
    assert all(outcome.skipped for outcome in read(scans, out, Workers(jobs=1, page_timeout=3)).outcomes)


def test_a_frame_both_of_whose_pages_crash_loses_both(scans: Path, out: Path) -> None:
    """And the run ends."""
    Image.new("L", (200, 120), 150).save(scans / "fold-crash.png")
    assert sorted(reasons(read(scans, out))) == ["fold-crash-1", "fold-crash-2"]
    assert statuses(out) == {"fold-crash-1": "failed", "fold-crash-2": "failed"}


def test_a_worker_that_somebody_kills_costs_nothing(scans: Path, out: Path) -> None:
    """Its page is read by another one."""
    pages(scans, *(f"A{n:02d}" for n in range(30)))
    killed: list[int] = []

    def kill_one(_: object) -> None:
        workers = [pid for pid in children(os.getpid()) if "spawn_main" in _command(pid)]
        if len(killed) < 2 and workers:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    summary = read(scans, out, load=standins.load_slowly, on_page=kill_one)
    assert (len(killed), summary.exit_code) == (2, ExitCode.DONE)
    assert set(statuses(out).values()) == {"done"}


def _command(pid: int) -> str:
    """A process's whole command line, however long; ps would cut it at the width of a terminal."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_workers_are_replaced_after_their_pages(scans: Path, out: Path) -> None:
    """No process reads more pages than it may."""
    pages(scans, *(f"A{n}" for n in range(7)))
    seen: set[int] = set()

    def look(_: Progress) -> None:
        seen.update(pid for pid in children(os.getpid()) if "spawn_main" in _command(pid))

    summary = read(scans, out, Workers(jobs=1, pages_per_worker=3), load=standins.load_slowly, on_progress=look)
    assert summary.exit_code is ExitCode.DONE
    assert len(seen) == 3


def test_warnings_are_told_once(scans: Path, out: Path) -> None:
    """Every worker has the same to say of the machine."""
    pages(scans, *(f"A{n}" for n in range(6)))
    warnings: list[str] = []
    read(scans, out, on_warning=warnings.append)
    assert warnings == ["these are stand-ins"]


def test_what_is_not_the_pages_fault_ends_the_run(scans: Path, out: Path) -> None:
    """An error that the next page would meet as well comes out of the run as it was raised."""
    pages(scans, "A01-full")
    with pytest.raises(OutputError, match="no space") as raised:
        read(scans, out)
    assert raised.value.remedy == "free some"
    assert list(out.iterdir()) == []


def test_models_that_do_not_load_end_the_run(scans: Path, out: Path) -> None:
    """No page is recorded as failed because the network crashes before it sees one."""
    pages(scans, "A01", "A02", "A03")
    with pytest.raises(DigitizeError, match="the models do not load: the worker process crashed: SIGSEGV"):
        read(scans, out, load=standins.load_nothing)
    assert list(out.iterdir()) == []


def test_senseless_workers_are_refused(scans: Path, out: Path) -> None:
    """Before anything is made."""
    with pytest.raises(ConfigurationError):
        read(scans, out, Workers(jobs=-1))
    assert not out.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_at_once(scans: Path, out: Path, number: signal.Signals) -> None:
    """With 130, within 5 s, though a page hangs and workers are busy; nothing is half written, and nobody is left."""
    pages(scans, "A01", "A02-hang", *(f"B{n:03d}" for n in range(300)))
    process = standins.program("load_slowly", "run", scans, "-o", out, "--jobs", "2")
    wait_for(lambda: len(statuses(out)) > 5)
    workers = children(process.pid)
    started = time.monotonic()
    process.send_signal(number)
    _, told = process.communicate()
    assert time.monotonic() - started < 5
    assert process.returncode == ExitCode.INTERRUPTED, told
    assert "Traceback" not in told
    wait_for(lambda: not any(_command(pid) for pid in workers), 5)
    assert all(is_whole(folder, read_record(folder)) for folder in out.glob("*/"))  # type: ignore[arg-type]
    assert [path.name for path in out.rglob(".digitize-*")] == [MARK_NAME]


def test_a_second_run_stops_at_once(scans: Path, out: Path) -> None:
    """It names who holds the folder, ends with 2, and leaves the first one alone."""
    pages(scans, "A01", "A02-hang")
    first = standins.program("load", "run", scans, "-o", out, "--jobs", "2")
    wait_for(lambda: (out / LOCK_NAME).is_file() and "A01" in statuses(out))
    with pytest.raises(UsageError, match=f"is being written by another run: process {first.pid} on "):
        read(scans, out)
    assert first.poll() is None
    first.kill()
    first.communicate()


def test_the_lock_of_a_killed_run_is_taken_over(scans: Path, out: Path) -> None:
    """At once: its workers are gone with it."""
    pages(scans, "A01", "A02-hang")
    first = standins.program("load", "run", scans, "-o", out, "--jobs", "2")
    wait_for(lambda: "A01" in statuses(out))
    workers = children(first.pid)
    first.kill()
    first.communicate()
    (scans / "A02-hang.png").unlink()
    assert read(scans, out).exit_code is ExitCode.DONE
    assert not any("spawn_main" in _command(pid) for pid in workers)
    assert not (out / LOCK_NAME).exists()


def test_a_lock_is_held_by_whoever_inherits_it(tmp_path: Path) -> None:
    """The lock ends with its last holder, and its file with it."""
    with locked(tmp_path), pytest.raises(UsageError, match=f"process {os.getpid()} on "), locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


def test_a_full_disk_ends_the_run_and_tells_what_to_free(scans: Path, tmp_path: Path) -> None:
    """On a real disk of 96 KB: code 5, finished pages are whole; with more room the same command does the rest."""
    pages(scans, *(f"A{n:02d}" for n in range(12)))
    out = tmp_path / "small"
    out.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(out)], capture_output=True, check=False
    ).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        process = standins.program("load", "run", scans, "-o", out, "--jobs", "2")
        _, told = process.communicate()
        assert process.returncode == ExitCode.OUTPUT_NOT_WRITABLE, told
        assert "No space left on device (free space on the disk of" in told
        assert "MB for each page left, and run the same command again)" in told
        assert "10 MB are wanted for 12 files, more if they hold several pages, and 0 MB are free" in told
        assert "Traceback" not in told
        assert 0 < len(statuses(out)) < 12
        assert all(is_whole(folder, read_record(folder)) for folder in out.glob("*/"))  # type: ignore[arg-type]
        subprocess.run(["mount", "-o", "remount,size=4m", str(out)], check=True)
        assert read(scans, out).exit_code is ExitCode.DONE
        assert len(statuses(out)) == 12
    finally:
        subprocess.run(["umount", str(out)], check=True)


def test_a_file_that_may_not_grow_ends_the_run(scans: Path, out: Path) -> None:
    """A limit on the size of files (ulimit -f) is told as what cannot be written, with code 5."""
    pages(scans, "A01", "A02")
    code = (
        "import resource, sys, standins; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600));"
        "sys.exit(standins.run_with(*sys.argv[1:]))"
    )
    process = standins.program("load", "run", scans, "-o", out, code=code)
    _, told = process.communicate()
    assert process.returncode == ExitCode.OUTPUT_NOT_WRITABLE, told
    assert "cannot be written: File too large" in told
    assert list(out.iterdir()) == []


def test_an_output_that_can_no_longer_be_written_ends_the_run(scans: Path, out: Path) -> None:
    """Where a page's folder should be is a file."""
    pages(scans, "A01", "A02")
    out.mkdir()
    (out / "A02").write_bytes(b"")
    with pytest.raises(OutputError, match="A02 cannot be written"):
        read(scans, out)


def test_a_file_that_changes_while_it_is_read_is_no_mix(scans: Path, out: Path) -> None:
    """It fails, without a sum, and is read by the next run."""
    frames(scans / "reel.tif", 40)

    def touch(_: object) -> None:
        if len(list(out.glob("*/page.json"))) > 3:
            os.utime(scans / "reel.tif")

    summary = read(scans, out, Workers(jobs=1), load=standins.load_slowly, on_page=touch)
    assert set(reasons(summary).values()) == {"the file changed or vanished while it was read"}
    assert read(scans, out).exit_code is ExitCode.DONE
    assert len(statuses(out)) == 40


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_and_cores_are_shared_out(scans: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many workers as there are pages and memory; each has its share of the cores."""
    monkeypatch.setattr("digitize.batch.run.usable_cores", lambda: 8)
    monkeypatch.setattr("digitize.batch.run.available_memory", lambda: 2_500_000_000)
    pages(scans, *(f"A{n}" for n in range(9)))
    summary = read(scans, out, Workers())
    record = read_record(out / "A1")
    assert record is not None
    assert (summary.exit_code, record.device) == (ExitCode.DONE, "cpu, 4 threads")
    shutil.rmtree(out)
    monkeypatch.setattr("digitize.batch.run.available_memory", lambda: 1_000_000_000)
    read(scans, out, Workers())
    alone = read_record(out / "A1")
    assert alone is not None
    assert alone.device == "cpu, 8 threads"
