"""What an output folder holds: how its pages ended, and whether every file is what it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import standins
from PIL import Image

from digitize.__main__ import main
from digitize.batch.fixity import Difference, Fault, verify
from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.errors import ExitCode
from digitize.options import Options

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three pages that were read, and one that failed, from a folder named by a relative path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    for shade, name in enumerate(("A01", "A02", "A03-raise", "A04-blank")):
        Image.new("L", (100, 120), 200 + shade).save(tmp_path / "scans" / f"{name}.png")
    scans = (tmp_path / "scans").relative_to(tmp_path)
    run([scans], tmp_path / "out", Options(device="cpu"), workers=Workers(jobs=0), load=standins.load)
    return tmp_path / "out"


def differences(archive: Path) -> dict[str, Difference]:
    """What differs, by the end of its path."""
    return {"/".join(fault.path.split("/")[-2:]): fault.difference for fault in verify(archive)}


def test_an_archive_that_nobody_touched_is_as_recorded(archive: Path) -> None:
    """Nothing is found, and the command ends with 0; so it is for a reel whose pages failed."""
    assert list(verify(archive)) == []
    assert main(["verify", str(archive)]) == ExitCode.DONE


def test_what_is_missing_altered_or_extra_is_listed(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inputs, outputs and records; with code 4."""
    (archive / "A01" / "A01.alto.xml").write_bytes(b"x")
    (archive / "A02" / "A02-a001.tei.xml").unlink()
    (archive / "A02" / "A02-a009.tei.xml").write_bytes(b"x")
    (archive / "A04-blank" / "page.json").write_bytes(b"{")
    (archive.parent / "scans" / "A01.png").unlink()
    (archive.parent / "scans" / "A02.png").write_bytes(b"x")
    expected = {
        "A01/A01.alto.xml": Difference.ALTERED,
        "A02/A02-a001.tei.xml": Difference.MISSING,
        "A02/A02-a009.tei.xml": Difference.EXTRA,
        "scans/A01.png": Difference.NOT_FOUND,
        "scans/A02.png": Difference.ALTERED,
    } | {f"A04-blank/{name}": Difference.EXTRA for name in ("A04-blank.alto.xml", "A04-blank.svg", "page.json")}
    assert differences(archive) == expected
    assert main(["verify", str(archive)]) == ExitCode.INVALID_XML
    told = capsys.readouterr()
    assert str(Fault(str(archive.parent / "scans" / "A02.png"), Difference.ALTERED)) in told.out.splitlines()
    assert "8 files not as recorded (restore the files from a copy, or run again" in told.err
    assert "name the folder where the inputs lie now with --inputs" in told.err


def test_inputs_are_found_from_anywhere(archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Relative paths go from the folder that the run was started in."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert list(verify(archive)) == []


def test_inputs_that_lie_elsewhere_can_be_named(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the folder named, by as much of their paths as is there; without it they are told in one line for each folder."""
    scans = archive.parent / "scans"
    scans.rename(archive.parent / "moved")
    (archive.parent / "mounted").mkdir()
    assert list(verify(archive)) == [Fault("scans", Difference.NOT_FOUND, 4)]
    assert main(["verify", str(archive)]) == ExitCode.INVALID_XML
    told = capsys.readouterr()
    assert told.out.splitlines() == ["scans: not found, 4 inputs"]
    assert told.err.endswith("4 files not as recorded (name the folder where the inputs lie now with --inputs)\n")
    assert main(["verify", str(archive), "--inputs", str(archive.parent / "moved")]) == ExitCode.DONE
    (archive.parent / "moved").rename(archive.parent / "mounted" / "scans")
    assert list(verify(archive, [archive.parent / "mounted"])) == []
    (archive.parent / "mounted" / "scans" / "A01.png").write_bytes(b"x")
    (fault,) = verify(archive, [archive.parent / "mounted"])
    assert (fault.path, fault.difference) == (str(archive.parent / "mounted" / "scans" / "A01.png"), Difference.ALTERED)


def test_a_second_run_puts_right_what_was_altered(archive: Path) -> None:
    """What verify finds wrong in documents, the same command reads again."""
    (archive / "A01" / "A01.alto.xml").write_bytes(b"x")
    scans = (archive.parent / "scans").relative_to(archive.parent)
    run([scans], archive, Options(device="cpu"), workers=Workers(jobs=0), load=standins.load)
    assert list(verify(archive)) == []


def test_the_output_may_lie_among_the_inputs(tmp_path: Path) -> None:
    """Inputs that are recorded are not extra."""
    Image.new("L", (100, 120), 200).save(tmp_path / "A01.png")
    run([tmp_path], tmp_path, Options(device="cpu"), workers=Workers(jobs=0), load=standins.load)
    assert list(verify(tmp_path)) == []


def test_status_tells_how_pages_ended(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, reasons, slow pages and doubtful ones; with code 1, since one failed."""
    assert main(["status", str(archive)]) == ExitCode.PAGES_FAILED
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["4 pages: 2 done, 1 blank, 1 failed", "4 articles, 0 advertisements"]
    assert lines[3] == "A03-raise: failed: A03-raise: it is torn (mend it)"
    assert lines[5].startswith("slowest: A0")
    assert lines[4] == "blank: A04-blank"
    assert lines[6] == "lowest confidence: A01 0.90, A02 0.90"


def test_status_as_json_can_be_computed_with(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as figures and texts."""
    main(["status", str(archive), "--json"])
    state = json.loads(capsys.readouterr().out)
    assert (state["pages"], state["done"], state["blank"], state["failed"], state["articles"]) == (4, 2, 1, 1, 4)
    assert state["failures"][0]["error"] == {"kind": "PageError", "message": "A03-raise: it is torn", "remedy": "mend it"}


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_folder_without_records_is_a_wrong_command(command: str, tmp_path: Path) -> None:
    """Nothing to tell of is told, with code 2."""
    assert main([command, str(tmp_path)]) == ExitCode.USAGE
    assert main([command, str(tmp_path / "none")]) == ExitCode.USAGE
