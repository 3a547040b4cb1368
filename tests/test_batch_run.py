"""Many pages: each in its folder with its record; what fails fails alone; what is done is not done again."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from standins import made_result

from digitize.batch import reading
from digitize.batch import run as runs
from digitize.batch.record import Record, Status
from digitize.batch.tasks import Workers
from digitize.batch.writing import is_whole, read_record
from digitize.errors import (
    ConfigurationError,
    ExitCode,
    MissingDependencyError,
    OutputError,
    PageError,
    UsageError,
)
from digitize.ocr import Engine
from digitize.ocr import engine as engines
from digitize.options import Format, Options
from digitize.scan.page_ids import half_id

if TYPE_CHECKING:
    from pathlib import Path

    from digitize.batch.outcome import Summary
    from digitize.model import Scan

CPU = Options(device="cpu")


class Pipeline:
    """Stands for the stages of a page: one article, unless the page's id says otherwise."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.wrong: dict[str, BaseException] = {}
        self.articles: dict[str, int] = {}
        self.split_frames: list[str] = []

    def process(self, scan: Scan, engine: Engine, options: Options) -> Any:
        """What was understood of a scan."""
        self.read.append(scan.page_id)
        if error := self.wrong.get(scan.page_id):
            raise error
        assert engine.device == "cpu"
        return made_result(scan, options, self.articles.get(scan.page_id, 1))

    def split(self, scan: Scan, engine: Engine, options: Options) -> tuple[Scan, ...]:
        """Two pages of frames that are wide enough."""
        del engine, options
        self.split_frames.append(scan.page_id)
        return tuple(replace(scan, page_id=half_id(scan.page_id, number)) for number in (1, 2))


@pytest.fixture(autouse=True)
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The stages and the engine, replaced."""
    stages = Pipeline()
    module = ModuleType("digitize.pipeline")
    module.process = stages.process  # type: ignore[attr-defined]
    module.split = stages.split  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "digitize.pipeline", module)
    nobody: Any = None
    monkeypatch.setattr(engines, "open_engine", lambda *_: Engine(nobody, nobody, "cpu", warnings=("a GPU lies idle",)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    return stages


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with three pages."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2, 3):
        image(folder / f"A0{number}.png", shade=200 + number)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "out"


def run(inputs: list[Path], output: Path, options: Options, **told: Any) -> Summary:
    """Read in this process, where the stages are replaced; tests/test_batch_pool.py reads in others."""
    return runs.run(inputs, output, options, workers=Workers(jobs=0), **told)


def image(path: Path, shade: int = 255) -> Path:
    """A small image file."""
    Image.new("L", (100, 120), shade).save(path)
    return path


def record(folder: Path) -> Record:
    """The record in a page's folder."""
    found = read_record(folder)
    assert found is not None
    return found


def statuses(summary: Summary) -> dict[str, str]:
    """How each page ended."""
    return {outcome.page_id: "skipped" if outcome.skipped else outcome.status.value for outcome in summary.outcomes}


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for the records, which hold timings."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "page.json"}


def test_each_page_gets_a_folder_with_documents_and_record(scans: Path, out: Path) -> None:
    """The folder holds what the record lists, whole, and nothing more."""
    summary = run([scans], out, CPU)
    assert statuses(summary) == {"A01": "done", "A02": "done", "A03": "done"}
    assert summary.exit_code is ExitCode.DONE
    expected = {"A01-a001.tei.xml", "A01-a001.newsml.xml", "A01.alto.xml", "A01.svg", "page.json"}
    assert {path.name for path in (out / "A01").iterdir()} == expected
    assert is_whole(out / "A01", record(out / "A01"))


def test_the_record_says_what_was_read_and_how(scans: Path, out: Path) -> None:
    """Source with its sum, settings, device, counts, timings, time and revision."""
    run([scans / "A02.png"], out, CPU)
    found = record(out / "A02")
    assert found.source.sha256 == hashlib.sha256((scans / "A02.png").read_bytes()).hexdigest()
    assert (found.options_digest, found.device, found.revision) == (CPU.digest, "cpu", 1)
    assert (found.counts.articles, found.counts.lines, found.counts.characters) == (1, 1, 8)
    assert [stage for stage, _ in found.timings] == ["open", "layout", "ocr", "export"]
    assert found.created.isoformat() == "2026-05-28T20:26:40+00:00"
    assert found.warnings == ("a GPU lies idle",)


def test_only_the_formats_wanted_are_written(scans: Path, out: Path) -> None:
    """Formats that were not asked for do not appear."""
    run([scans / "A01.png"], out, Options(device="cpu", formats=(Format.TEI,)))
    assert {path.name for path in (out / "A01").iterdir()} == {"A01-a001.tei.xml", "A01.svg", "page.json"}


def test_a_page_that_fails_does_not_stop_the_others(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """The page is recorded as failed, with reason and remedy and no documents; the run goes on and exits with 1."""
    pipeline.wrong["A02"] = ValueError("a defect")
    summary = run([scans], out, CPU)
    assert statuses(summary) == {"A01": "done", "A02": "failed", "A03": "done"}
    assert summary.exit_code is ExitCode.PAGES_FAILED
    assert [path.name for path in (out / "A02").iterdir()] == ["page.json"]
    error = record(out / "A02").error
    assert error is not None
    assert (error.kind, error.message) == ("ValueError", "a defect")
    assert "raise error" in summary.failed[0].trace


@pytest.mark.parametrize("error", [PageError("A02: no lines", remedy="look at it"), MemoryError(), RecursionError("deep")])
def test_whatever_a_page_raises_is_recorded(scans: Path, out: Path, pipeline: Pipeline, error: Exception) -> None:
    """Expected and unexpected errors alike, and the lack of memory for one page."""
    pipeline.wrong["A02"] = error
    run([scans], out, CPU)
    assert record(out / "A02").status is Status.FAILED
    assert record(out / "A03").status is Status.DONE


@pytest.mark.parametrize(
    "error", [OutputError("full", remedy="r"), MissingDependencyError("gone", remedy="r"), ConfigurationError("no", remedy="r")]
)
def test_what_is_not_the_pages_fault_ends_the_run(scans: Path, out: Path, pipeline: Pipeline, error: Exception) -> None:
    """An error that the next page would meet as well is not recorded against a page."""
    pipeline.wrong["A02"] = error
    with pytest.raises(type(error)):
        run([scans], out, CPU)
    assert pipeline.read == ["A01", "A02"]
    assert not (out / "A02").exists()


def test_an_engine_that_does_not_open_ends_the_run(scans: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps the engine from opening is no page's fault: nothing is recorded against any."""

    def broken(*_: object) -> Engine:
        raise ImportError("a library is broken")

    monkeypatch.setattr(engines, "open_engine", broken)
    with pytest.raises(ImportError):
        run([scans], out, CPU)
    assert list(out.iterdir()) == []


def test_a_file_that_cannot_be_opened_is_recorded(scans: Path, out: Path) -> None:
    """A damaged file has its id, from its name, and a record with the reason."""
    (scans / "A04.png").write_bytes(b"no image")
    summary = run([scans], out, CPU)
    assert statuses(summary)["A04"] == "failed"
    error = record(out / "A04").error
    assert error is not None
    assert "A04.png" in error.message


def test_a_file_that_vanishes_is_recorded(scans: Path, out: Path) -> None:
    """A file that was found and is gone when its turn comes fails alone."""
    summary = run([scans], out, CPU, on_page=lambda _: (scans / "A03.png").unlink(missing_ok=True))
    assert statuses(summary) == {"A01": "done", "A02": "done", "A03": "failed"}


def test_a_blank_page_is_recorded_as_blank(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """A page with nothing on it is no failure, and is not read again either."""
    pipeline.articles["A01"] = 0
    assert run([scans], out, CPU).exit_code is ExitCode.DONE
    assert record(out / "A01").status is Status.BLANK
    assert statuses(run([scans], out, CPU))["A01"] == "skipped"


def test_pages_that_are_done_are_skipped(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """A second run reads nothing, opens no engine, and changes no file."""
    run([scans], out, CPU)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    warnings: list[str] = []
    summary = run([scans], out, CPU, on_warning=warnings.append)
    assert statuses(summary) == {"A01": "skipped", "A02": "skipped", "A03": "skipped"}
    assert pipeline.read == ["A01", "A02", "A03"]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    assert warnings == []


def test_another_device_is_no_reason_to_read_again(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """Where a page was computed does not change what was written."""
    run([scans], out, CPU)
    run([scans], out, Options(device="auto"))
    assert len(pipeline.read) == 3


@pytest.mark.parametrize("change", ["option", "image", "lost file", "broken file", "broken record", "version", "model"])
def test_a_page_is_read_again_when_something_changed(
    scans: Path, out: Path, pipeline: Pipeline, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings, another image, another version or network, and documents that are not what they were."""
    run([scans], out, CPU)
    pipeline.read.clear()
    options = Options(device="cpu", newspaper="x") if change == "option" else CPU
    match change:
        case "image":
            image(scans / "A02.png", shade=9)
        case "lost file":
            (out / "A02" / "A02.alto.xml").unlink()
        case "broken file":
            (out / "A02" / "A02.alto.xml").write_bytes(b"")
        case "broken record":
            (out / "A02" / "page.json").write_bytes(b"{")
        case "version":
            monkeypatch.setattr(reading, "__version__", "99")
        case "model":
            monkeypatch.setattr(runs, "find_weights", lambda _: SimpleNamespace(digest="other"))
    run([scans], out, options)
    assert pipeline.read == (["A01", "A02", "A03"] if change in {"option", "version", "model"} else ["A02"])


def test_a_failed_page_is_tried_again_when_told_to(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """A failure stands, and is told again, as long as nothing has changed; --retry-failed reads only failed pages."""
    pipeline.wrong["A02"] = ValueError("once")
    run([scans], out, CPU)
    pipeline.wrong.clear()
    pipeline.read.clear()
    again = run([scans], out, CPU)
    assert (again.exit_code, pipeline.read) == (ExitCode.PAGES_FAILED, [])
    assert again.failed[0].error is not None
    assert again.failed[0].error.message == "once"
    assert statuses(run([scans], out, CPU, retry_failed=True)) == {"A01": "skipped", "A02": "done", "A03": "skipped"}


def test_a_page_whose_file_could_not_be_read_is_tried_again(scans: Path, out: Path) -> None:
    """Where no sum tells that nothing has changed, a failure does not stand."""
    (scans / "A02.png").rename(scans / "away")
    (scans / "A02.png").symlink_to(scans / "away.png")
    assert statuses(run([scans], out, CPU))["A02"] == "failed"
    (scans / "away").rename(scans / "away.png")
    assert statuses(run([scans], out, CPU))["A02"] == "done"


def test_force_reads_again_and_counts_up(scans: Path, out: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forced reading is the next revision; when the page was first read stays."""
    run([scans], out, CPU)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000999")
    run([scans], out, CPU, force=True)
    found = record(out / "A01")
    assert found.revision == 2
    assert found.first_created is not None
    assert (found.created - found.first_created).total_seconds() == 999
    assert len(pipeline.read) == 6


def test_articles_that_are_no_more_leave_no_files(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """A reading with fewer articles removes the documents of the earlier one."""
    pipeline.articles["A01"] = 3
    run([scans], out, CPU)
    pipeline.articles["A01"] = 1
    run([scans], out, CPU, force=True)
    assert [path.name for path in (out / "A01").glob("*.tei.xml")] == ["A01-a001.tei.xml"]


def test_a_failure_keeps_the_earlier_reading_of_the_same_image(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """Documents stay, and stay listed, when reading the same image again fails or the image cannot be reached."""
    run([scans], out, CPU)
    before = snapshot(out)
    pipeline.wrong["A01"] = ValueError("this time")
    (scans / "A02.png").unlink()
    (scans / "A02.png").symlink_to("/nowhere")
    run([scans], out, CPU, force=True)
    for name in ("A01", "A02"):
        found = record(out / name)
        assert (found.status, found.revision) == (Status.FAILED, 1)
        assert is_whole(out / name, found)
    assert {name: before[name] for name in before if "A03" not in name}.items() <= snapshot(out).items()


def test_a_failure_drops_the_earlier_reading_of_another_image(scans: Path, out: Path) -> None:
    """Where the image is another one now, the old documents do not stand for it."""
    run([scans], out, CPU)
    (scans / "A01.png").write_bytes(b"another, damaged")
    run([scans], out, CPU)
    assert [path.name for path in (out / "A01").iterdir()] == ["page.json"]


def test_a_page_of_another_file_is_not_overwritten(scans: Path, out: Path, tmp_path: Path) -> None:
    """A second reel with the same file names does not replace the first one's pages, unless it is forced to."""
    run([scans], out, CPU)
    before = snapshot(out)
    (tmp_path / "reel").mkdir()
    other = image(tmp_path / "reel" / "A01.png", shade=7)
    summary = run([other], out, CPU)
    assert summary.exit_code is ExitCode.PAGES_FAILED
    error = summary.failed[0].error
    assert error is not None
    assert "holds the reading of another file" in error.message
    assert snapshot(out) == before
    assert run([other], out, CPU, force=True).exit_code is ExitCode.DONE


def test_a_folder_that_moved_is_still_done(scans: Path, out: Path, tmp_path: Path, pipeline: Pipeline) -> None:
    """The same image under another path is the same page."""
    run([scans], out, CPU)
    scans.rename(tmp_path / "moved")
    assert set(statuses(run([tmp_path / "moved"], out, CPU)).values()) == {"skipped"}
    assert len(pipeline.read) == 3


def test_the_same_input_gives_the_same_bytes(scans: Path, tmp_path: Path) -> None:
    """Two runs into two folders write the same documents, timings or not."""
    run([scans], tmp_path / "one", CPU)
    run([scans], tmp_path / "two", CPU)
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_frames_of_one_file_are_pages(tmp_path: Path, out: Path, pipeline: Pipeline) -> None:
    """Each frame of a TIFF has its folder; of a file that was read, only the frames that need it are read again."""
    frames = [Image.new("L", (100, 120), shade) for shade in (200, 210, 220)]
    frames[0].save(tmp_path / "0001.tif", save_all=True, append_images=frames[1:])
    run([tmp_path / "0001.tif"], out, CPU)
    assert sorted(path.name for path in out.iterdir()) == ["p0001-f001", "p0001-f002", "p0001-f003"]
    assert set(statuses(run([tmp_path / "0001.tif"], out, CPU)).values()) == {"skipped"}
    (out / "p0001-f002" / "p0001-f002.svg").unlink()
    pipeline.read.clear()
    run([tmp_path / "0001.tif"], out, CPU)
    assert pipeline.read == ["p0001-f002"]


@pytest.mark.parametrize("inside", [False, True])
def test_output_in_the_input_is_not_read(scans: Path, inside: bool) -> None:  # noqa: FBT001
    """Neither an output folder inside the input, nor the input folder itself as output, is taken for pages."""
    output = scans / "out" if inside else scans
    run([scans], output, CPU)
    image(output / "A01" / "preview.png")
    assert set(statuses(run([scans], output, CPU))) == {"A01", "A02", "A03"}


def test_an_interrupt_ends_the_run_between_pages(scans: Path, out: Path, pipeline: Pipeline) -> None:
    """Ctrl-C drops the page at hand without a trace, keeps those before, and exits with 130."""
    pipeline.wrong["A02"] = KeyboardInterrupt()
    summary = run([scans], out, CPU)
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert [path.name for path in out.glob("*/")] == ["A01"]


def test_names_of_any_kind_are_read(tmp_path: Path, out: Path) -> None:
    """Chinese, quotes, spaces, line breaks and bytes that are no text, in names, are no obstacle."""
    folder = tmp_path / "旧 报\n'纸\""
    folder.mkdir()
    image(folder / "第 1 版.png")
    os.rename(image(folder / "x.png"), os.fsencode(folder) + b"/bad\xff.png")  # noqa: PTH104 - bytes
    summary = run([folder], out, CPU)
    assert [outcome.status for outcome in summary.outcomes] == [Status.DONE, Status.DONE]


def test_nothing_to_read_is_a_wrong_command(tmp_path: Path, out: Path) -> None:
    """A missing input ends the run before anything is made."""
    with pytest.raises(UsageError):
        run([tmp_path / "none"], out, CPU)
    assert not out.exists()


@pytest.mark.parametrize("epoch", ["yesterday", "99999999999999999999"])
def test_a_senseless_epoch_is_refused(scans: Path, out: Path, epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH that is no time is a wrong setting, told before the first page."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(ConfigurationError, match="SOURCE_DATE_EPOCH"):
        run([scans], out, CPU)
    assert not out.exists()


def test_warnings_of_the_engine_are_told_once(scans: Path, out: Path) -> None:
    """What concerns the whole run is not repeated for each page."""
    warnings: list[str] = []
    run([scans], out, CPU, on_warning=warnings.append)
    assert warnings == ["a GPU lies idle"]


def test_two_pages_of_one_frame_are_two_pages(tmp_path: Path, out: Path, pipeline: Pipeline) -> None:
    """A frame that shows two pages gets two folders, and the fold is not looked for again when both are done."""
    scan = tmp_path / "A01.png"
    Image.new("L", (250, 100), 255).save(scan)
    assert statuses(run([scan], out, CPU)) == {"A01-1": "done", "A01-2": "done"}
    assert statuses(run([scan], out, CPU)) == {"A01-1": "skipped", "A01-2": "skipped"}
    assert (pipeline.split_frames, pipeline.read) == (["A01"], ["A01-1", "A01-2"])


def test_frames_are_left_whole_where_told(tmp_path: Path, out: Path, pipeline: Pipeline) -> None:
    """With --split never a wide frame is one page."""
    scan = tmp_path / "A01.png"
    Image.new("L", (250, 100), 255).save(scan)
    assert statuses(run([scan], out, Options(device="cpu", split="never"))) == {"A01": "done"}
    assert pipeline.split_frames == []
