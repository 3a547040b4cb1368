"""Runs that are stopped and go on: what they have read counts as read, also where all is to be read again."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import standins
from PIL import Image

from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.batch.unfinished import MARK_NAME, begin, command_digest, finish
from digitize.errors import ExitCode
from digitize.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from digitize.batch.outcome import Outcome, Summary

CPU = Options(device="cpu")
PAGES = 12


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder of small pages, one of which fails."""
    (tmp_path / "scans").mkdir()
    for number in range(PAGES):
        name = f"A{number:02d}{'-raise' if number == 2 else ''}.png"
        Image.new("L", (100, 120), 180 + number).save(tmp_path / "scans" / name)
    return tmp_path / "scans"


def read(scans: Path, out: Path, **told: Any) -> Summary:
    """Read in this process."""
    return run([scans], out, CPU, workers=Workers(jobs=0), **({"load": standins.load} | told))


def stopped_after(count: int) -> Any:
    """A listener that stops the run after so many pages that were read."""
    seen: list[Outcome] = []

    def stop(outcome: Outcome) -> None:
        seen.extend([outcome] if not outcome.skipped else [])
        if len(seen) == count:
            raise KeyboardInterrupt

    return stop


def archive(out: Path) -> dict[str, Any]:
    """All that was written, but for times."""
    found: dict[str, Any] = {}
    for path in sorted(out.rglob("*")):
        if path.name == "page.json":
            record = json.loads(path.read_bytes())
            del record["timings"], record["run"]["began"]
            found[str(path.relative_to(out))] = record
        elif path.is_file():
            found[str(path.relative_to(out))] = path.read_bytes()
    return found


def reread(summary: Summary) -> list[str]:
    """The pages that were read, not skipped."""
    return [outcome.page_id for outcome in summary.outcomes if not outcome.skipped]


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents hold times; these are always the same here."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")


def test_a_forced_run_that_is_stopped_goes_on(scans: Path, tmp_path: Path) -> None:
    """It reads the rest and no more, and the archive is that of an undisturbed run, its revisions too."""
    for name in ("stopped", "undisturbed"):
        read(scans, tmp_path / name)
    first = read(scans, tmp_path / "stopped", force=True, on_page=stopped_after(5))
    assert first.exit_code is ExitCode.INTERRUPTED
    second = read(scans, tmp_path / "stopped", force=True)
    assert len(reread(second)) == PAGES - 5
    assert len(reread(read(scans, tmp_path / "undisturbed", force=True))) == PAGES
    assert archive(tmp_path / "stopped") == archive(tmp_path / "undisturbed")
    assert archive(tmp_path / "stopped")["A00/page.json"]["revision"] == 2


def test_a_forced_run_that_is_killed_goes_on(scans: Path, tmp_path: Path) -> None:
    """Killed with SIGKILL, wherever that meets it, it ends as one that nobody touched."""
    for name in ("killed", "undisturbed"):
        read(scans, tmp_path / name)
    command = ("load_slowly", "run", scans, "-o", tmp_path / "killed", "--device", "cpu", "--force", "--jobs", "2")

    def revisions() -> list[int]:
        return [json.loads(path.read_bytes())["revision"] for path in (tmp_path / "killed").glob("*/page.json")]

    process = standins.program(*command)
    while revisions().count(2) < 4:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    process.kill()
    process.communicate()
    process = standins.program(*command)
    process.communicate()
    assert process.returncode == ExitCode.PAGES_FAILED
    assert sorted(revisions()) == [0] + [2] * (PAGES - 1)


def test_the_next_forced_run_reads_all_again(scans: Path, tmp_path: Path) -> None:
    """Once a run has ended, it has ended, also where pages failed."""
    for _ in range(2):
        assert len(reread(read(scans, tmp_path / "out", force=True))) == PAGES
    assert not (tmp_path / "out" / MARK_NAME).exists()
    assert archive(tmp_path / "out")["A00/page.json"]["revision"] == 2


def test_what_failed_is_retried_once_by_a_run_that_goes_on(scans: Path, tmp_path: Path) -> None:
    """A page that hangs costs its time-out once, not each time that the run is taken up."""
    read(scans, tmp_path / "out")
    assert reread(read(scans, tmp_path / "out", retry_failed=True, on_page=stopped_after(1))) == ["A02-raise"]
    assert reread(read(scans, tmp_path / "out", retry_failed=True)) == []
    assert reread(read(scans, tmp_path / "out", retry_failed=True)) == ["A02-raise"]


def test_another_command_is_another_run(scans: Path, tmp_path: Path) -> None:
    """What it is to read again, it reads again."""
    read(scans, tmp_path / "out", force=True, on_page=stopped_after(5))
    options = Options(device="cpu", newspaper="大公报")
    workers = Workers(jobs=0)
    assert len(reread(run([scans], tmp_path / "out", options, force=True, workers=workers, load=standins.load))) == PAGES


def test_an_issue_of_earlier_ocr_that_is_stopped_counts_no_page_twice(tmp_path: Path) -> None:
    """Its pages are written again, as articles run over them, but they were read once."""
    folder = tmp_path / "issue"
    folder.mkdir()
    for number in (1, 2, 3):
        line = f'<TextLine HPOS="100" VPOS="100" WIDTH="500" HEIGHT="40"><String CONTENT="Page{number}" HPOS="100" VPOS="100" '
        (folder / f"p{number}.xml").write_text(
            '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description><MeasurementUnit>pixel</MeasurementUnit>'
            f'</Description><Layout><Page ID="x" WIDTH="900" HEIGHT="900"><PrintSpace><TextBlock ID="b">{line}'
            'WIDTH="500" HEIGHT="40" WC="0.9"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>'
        )
    assert read(folder, tmp_path / "stopped", on_page=stopped_after(2)).exit_code is ExitCode.INTERRUPTED
    assert read(folder, tmp_path / "stopped").exit_code is ExitCode.DONE
    read(folder, tmp_path / "undisturbed")
    assert archive(tmp_path / "stopped") == archive(tmp_path / "undisturbed")
    assert archive(tmp_path / "stopped")["p1/page.json"]["revision"] == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"command": "x"}', b"\xff"])
def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    """A new run begins."""
    (tmp_path / MARK_NAME).write_bytes(content)
    made = begin(tmp_path, "x")
    assert made.began
    assert begin(tmp_path, "x") == made != begin(tmp_path, "y")
    finish(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_command_is_the_same_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its inputs count, not the folder that they are named from, nor their order."""
    (tmp_path / "a").mkdir()
    here = command_digest([tmp_path / "a", tmp_path / "b"], "options")
    monkeypatch.chdir(tmp_path)
    a, b = ((tmp_path / name).relative_to(tmp_path) for name in "ab")
    assert command_digest([b, a], "options") == here
    assert command_digest([b, a], "others") != here
