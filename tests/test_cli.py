"""The command line: what it says where, and how it ends, for each kind of bad input."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from digitize import __version__
from digitize.__main__ import main
from digitize.batch import run as batch
from digitize.batch.outcome import Outcome, Summary
from digitize.batch.record import Counts, Failure, Status
from digitize.errors import ExitCode, OutputError
from digitize.ocr import fetch

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).resolve().parents[1]
COMMANDS = (
    [],
    ["run"],
    ["models"],
    ["models", "list"],
    ["models", "fetch"],
    ["validate"],
    ["evaluate"],
    ["status"],
    ["report"],
    ["verify"],
    ["explain"],
    ["schemas"],
    ["schemas", "fetch"],
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the caller's leaks in."""
    for name in list(os.environ):
        if name.startswith("DIGITIZE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A white page."""
    Image.new("L", (300, 400), 255).save(tmp_path / "A08.png")
    return tmp_path / "A08.png"


def program(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does."""
    command = [sys.executable, "-m", "digitize", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, env=os.environ | environ, capture_output=True, text=True, check=False)


def given_outcomes(monkeypatch: pytest.MonkeyPatch, *outcomes: Outcome, interrupted: bool = False) -> None:
    """Let a run end with these pages."""

    def run(*_: object, on_page: Callable[[Outcome], None], **__: object) -> Summary:
        for outcome in outcomes:
            on_page(outcome)
        return Summary(outcomes, interrupted=interrupted)

    monkeypatch.setattr(batch, "run", run)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c) or "digitize")
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    """--help of every command answers without numpy, OpenCV, lxml, ONNX Runtime or PaddleOCR."""
    code = (
        "import sys; from digitize.__main__ import main; code = main(sys.argv[1:]);"
        "heavy = {'numpy', 'cv2', 'lxml', 'PIL', 'onnxruntime', 'paddleocr', 'rich'} & set(sys.modules);"
        "sys.exit(code or repr(heavy) if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: digitize")


def test_help_answers_at_once() -> None:
    """The best of three calls of --help takes less than 0.2 s of the processor's time, however busy the machine is."""
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        program("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.2


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Every exit code is explained where a user looks for it."""
    assert main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    assert all(f" {code.value}  " in text for code in ExitCode)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints name and version to stdout."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"digitize {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run"],
        ["run", "none.png", "--output", "out"],
        ["run", "{scan}"],
        ["run", "{scan}", "-o", "{out}", "--speed", "9"],
        ["run", "{scan}", "-o", "{out}", "--language", "zh"],
        ["run", "{scan}", "-o", "{out}", "--format", "tei,bmp"],
        ["run", "{scan}", "-o", "{out}", "--date", "tomorrow"],
        ["run", "{scan}", "-o", "{out}", "--device", "tpu"],
        ["run", "{scan}", "-o", "{out}", "--authority", "me"],
        ["run", "{scan}", "-o", "{out}", "--max-pixels", "0"],
        ["run", "{empty}", "-o", "{out}"],
        ["models", "fetch", "huge"],
        ["validate", "none.xml"],
        ["validate", "{empty}"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_ends_with_2(
    arguments: list[str], scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be carried out as written says so on stderr, writes nothing and shows no traceback."""
    (tmp_path / "empty").mkdir()
    places = {"scan": scan, "out": tmp_path / "out", "empty": tmp_path / "empty"}
    assert main([argument.format(**places) for argument in arguments]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "Traceback" not in captured.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speed = 9", "there is no setting 'speed'"),
        ('language = "zh"', "language = 'zh' makes no sense"),
        ("language = ", "Invalid value"),
    ],
)
def test_a_senseless_file_ends_with_9(
    text: str, told: str, scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A configuration file with an unknown setting, a wrong value or broken TOML is named in one line."""
    (tmp_path / "a.toml").write_text(text)
    arguments = ["run", str(scan), "-o", str(tmp_path / "out"), "--config", str(tmp_path / "a.toml")]
    assert main(arguments) == ExitCode.CONFIGURATION
    error = capsys.readouterr().err
    assert told in error
    assert "a.toml" in error
    assert error.count("\n") == 1


def test_a_senseless_environment_ends_with_9(scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value in the environment is a wrong setting, not a wrong command."""
    monkeypatch.setenv("DIGITIZE_LANGUAGE", "zh")
    assert main(["run", str(scan), "-o", str(tmp_path / "out")]) == ExitCode.CONFIGURATION


def test_an_unknown_model_ends_with_9(scan: Path, tmp_path: Path) -> None:
    """A model that is neither known nor a folder is refused before a page is opened."""
    assert main(["run", str(scan), "-o", str(tmp_path / "out"), "--model", "huge"]) == ExitCode.CONFIGURATION
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_here_ends_with_3(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one line names the command that fetches it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["run", str(scan), "-o", str(tmp_path / "out"), "--model", "medium"]) == ExitCode.MISSING_DEPENDENCY
    assert capsys.readouterr().err == "digitize: the model 'medium' is not here (run `digitize models fetch medium`)\n"


def test_a_gpu_that_is_not_there_ends_with_3(scan: Path, tmp_path: Path) -> None:
    """A GPU that was asked for and cannot be used is not silently replaced by the CPU."""
    done = program("run", scan, "-o", tmp_path / "out", "--device", "gpu:7")
    if done.returncode == 0:
        pytest.skip("this machine has a gpu:7")
    assert done.returncode == ExitCode.MISSING_DEPENDENCY
    assert "device gpu:7 cannot be used" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_output_that_cannot_be_made_ends_with_5(scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the place of the output folder is told before a page is read."""
    (tmp_path / "out").write_bytes(b"")
    assert main(["run", str(scan), "-o", str(tmp_path / "out")]) == ExitCode.OUTPUT_NOT_WRITABLE
    assert "out cannot be written" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_ends_with_5(scan: Path) -> None:
    """A folder in which no file can be made (not even by root: /proc) ends the run."""
    assert main(["run", str(scan), "-o", "/proc/out"]) == ExitCode.OUTPUT_NOT_WRITABLE


def test_any_other_error_ends_with_15(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A defect is told in one line; where it arose, only with --verbose."""

    def defective(*_: object, **__: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(batch, "run", defective)
    arguments = ["run", str(scan), "-o", str(tmp_path / "out")]
    assert main(arguments) == ExitCode.OTHER
    quiet = capsys.readouterr().err
    assert quiet.startswith("digitize: IndexError: list index out of range (")
    assert quiet.count("\n") == 1
    assert main([*arguments, "-v"]) == ExitCode.OTHER
    assert "Traceback" in capsys.readouterr().err


def test_an_error_of_our_own_shows_where_it_arose_only_with_verbose(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--verbose adds the traceback to the one line."""

    def full(*_: object, **__: object) -> None:
        raise OutputError("out: No space left on device", remedy="free some")

    monkeypatch.setattr(batch, "run", full)
    arguments = ["run", str(scan), "-o", str(tmp_path / "out")]
    assert main(arguments) == ExitCode.OUTPUT_NOT_WRITABLE
    assert capsys.readouterr().err == "digitize: out: No space left on device (free some)\n"
    main([*arguments, "--verbose"])
    assert "Traceback" in capsys.readouterr().err


DONE = Outcome("A08", "A08.png", Status.DONE, Counts(lines=9, articles=2, advertisements=1), seconds=1.25)
BLANK = Outcome("A09", "A09.png", Status.BLANK, seconds=0.5)
FAILED = Outcome(
    "A10", "A10.png", Status.FAILED, error=Failure("PageError", "it is torn", "mend it"), trace="Traceback: here\n"
)


def test_progress_and_failures_go_to_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line per page, with id, articles and seconds, or the reason; stdout stays empty; the end is 1."""
    given_outcomes(monkeypatch, DONE, BLANK, FAILED)
    assert main(["run", "x", "-o", "out"]) == ExitCode.PAGES_FAILED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "A08: 2 articles, 1 advertisement, 1.2 s",
        "A09: blank, 0.5 s",
        "A10: failed: it is torn (mend it)",
        "2 pages read, 1 of them blank, 1 failed; see out",
        "to look at them in a browser: digitize report out",
    ]


def test_quiet_tells_only_what_failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With -q only failed pages are named."""
    given_outcomes(monkeypatch, DONE, BLANK, FAILED)
    main(["run", "x", "-o", "out", "-q"])
    assert capsys.readouterr().err == "A10: failed: it is torn (mend it)\n"


def test_verbose_shows_where_a_page_failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With -v the traceback follows the failed page's line."""
    given_outcomes(monkeypatch, FAILED)
    main(["run", "x", "-o", "out", "-v"])
    assert "(mend it)\nTraceback: here\n" in capsys.readouterr().err


def test_an_interrupted_run_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What was read is told, and that the run did not finish."""
    given_outcomes(monkeypatch, DONE, interrupted=True)
    assert main(["run", "x", "-o", "out"]) == ExitCode.INTERRUPTED
    assert "1 page read; see out (interrupted)" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_with_130(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, and the signal with which containers are stopped, end a real run without a traceback or half a page."""
    for page in range(20):
        Image.effect_noise((800, 800), 60).save(tmp_path / f"A{page}.png")
    # As from a terminal: what is started in the background ignores Ctrl-C.
    begin = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    begin += "import runpy; runpy.run_module('digitize', run_name='__main__')"
    command = [sys.executable, "-c", begin, "run", str(tmp_path), "-o", str(tmp_path / "out"), "--device", "cpu"]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED, first + rest
    assert "Traceback" not in rest
    written = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert all((folder / "page.json").is_file() for folder in written)


def test_models_lists_files_and_whether_they_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, place, size and sum of each file of the default model, and how to get the others."""
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    assert "small: complete" in listed
    assert "PP-OCRv6_rec_small.onnx  21234383 bytes  sha256 6f327246" in listed
    assert main(["models", "list"]) == 0
    assert capsys.readouterr().out == listed


def test_the_default_model_needs_no_fetching(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching it touches no network and says where it is."""
    monkeypatch.setattr(fetch, "_paddleocr", None)
    assert main(["models", "fetch", "small"]) == 0
    assert "small: complete" in capsys.readouterr().out


def test_validate_names_file_line_and_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken document is told as file:line: what, on stdout, and the end is 4."""
    broken = tmp_path / "A08-a001.tei.xml"
    broken.write_bytes(b"<TEI xmlns='http://www.tei-c.org/ns/1.0'>\n<text/></TEI>")
    assert main(["validate", str(broken)]) == ExitCode.INVALID_XML
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{broken}:")
    assert "found (" in captured.err


def test_a_blank_page_from_end_to_end(scan: Path, tmp_path: Path) -> None:
    """A white page, read by the real engine, is recorded as blank; its documents are valid; stdout stays empty."""
    out = tmp_path / "out"
    done = program("run", scan, "-o", out, "--device", "cpu")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("A08: blank, ")
    assert json.loads((out / "A08" / "page.json").read_bytes())["status"] == "blank"
    valid = program("validate", out)
    assert (valid.returncode, valid.stdout) == (0, "")


def test_bad_pages_from_end_to_end(scan: Path, tmp_path: Path) -> None:
    """Damaged files among good ones are named, recorded and counted; the good ones are read; the end is 1."""
    folder = tmp_path / '旧报 "1"'
    folder.mkdir()
    scan.rename(folder / "第 1 版.png")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "torn.png").write_bytes((folder / "第 1 版.png").read_bytes()[:200])
    done = program("run", folder, "-o", tmp_path / "out", "--device", "cpu")
    assert done.returncode == ExitCode.PAGES_FAILED
    assert done.stdout == ""
    statuses = {path.name: json.loads((path / "page.json").read_bytes())["status"] for path in (tmp_path / "out").iterdir()}
    assert statuses == {"empty": "failed", "torn": "failed", "第-1-版": "blank"}
    assert "empty: failed: " in done.stderr
    assert "1 page read, 1 of them blank, 2 failed" in done.stderr
