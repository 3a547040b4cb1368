"""A page's files are written whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitize.batch.record import Record, Status, WrittenFile
from digitize.batch.writing import is_whole, prepare_output, read_record, recover, sha256, write_page
from digitize.errors import OutputError
from digitize.model import Source

OLD = {"p.alto.xml": b"old", "p-a001.tei.xml": b"old article"}
NEW = {"p.alto.xml": b"new", "p-a002.tei.xml": b"new article"}


def record_of(documents: dict[str, bytes]) -> Record:
    """A record that lists these documents."""
    source = Source("p.png", 1, 1, "a" * 64, "image/png", 300, 400)
    when = dt.datetime(2026, 5, 9, tzinfo=dt.UTC)
    files = tuple(WrittenFile(name, sha256(content)) for name, content in documents.items())
    return Record("p", Status.DONE, source, "0.1.0", "b" * 64, "c" * 64, when, files=files)


def contents(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for the record."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "page.json"}


def written(folder: Path, documents: dict[str, bytes], earlier: Record | None = None) -> Record:
    """The record of documents that were written."""
    record = record_of(documents)
    write_page(folder, record, documents, earlier)
    return record


def test_a_page_is_written_with_its_record(tmp_path: Path) -> None:
    """All documents and the record are there, whole, and nothing else is."""
    record = written(tmp_path / "p", OLD)
    assert contents(tmp_path / "p") == OLD
    assert read_record(tmp_path / "p") == record
    assert is_whole(tmp_path / "p", record)


def test_a_second_reading_removes_what_the_first_left(tmp_path: Path) -> None:
    """Documents of articles that are no more go; files that are not the program's stay."""
    first = written(tmp_path / "p", OLD)
    (tmp_path / "p" / "notes.txt").write_bytes(b"mine")
    written(tmp_path / "p", NEW, first)
    assert contents(tmp_path / "p") == NEW | {"notes.txt": b"mine"}


def test_the_record_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is put into place after the record."""
    places: list[str] = []
    real = Path.replace

    def noted(self: Path, target: Path) -> Path:
        places.append(target.name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    written(tmp_path / "p", OLD)
    assert places == [*OLD, "page.json"]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_failing_rename_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """Wherever the renaming breaks off, neither documents nor a record nor scratch files stay."""
    real, calls = Path.replace, []

    def breaking(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", breaking)
    with pytest.raises(OutputError, match=r"p cannot be written: Input/output error \(give an --output"):
        written(tmp_path / "p", OLD)
    assert not (tmp_path / "p").exists()


def test_a_full_disk_leaves_the_earlier_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot even be written beside its place takes nothing away from what is there."""
    first = written(tmp_path / "p", OLD)
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="No space left on device"):
        written(tmp_path / "p", NEW, first)
    assert contents(tmp_path / "p") == OLD
    assert read_record(tmp_path / "p") == first


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a page is passed on, and nothing half-written stays."""
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path / "p", OLD)
    assert not (tmp_path / "p").exists()


def test_a_real_limit_on_file_sizes_leaves_nothing(tmp_path: Path) -> None:
    """Under the system's own limit (RLIMIT_FSIZE) a document breaks off in the middle, and nothing of the page stays."""
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_batch_writing import written
from digitize.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    written(Path({str(tmp_path / "p")!r}), {{"small.xml": b"s", "big.xml": b"b" * 1_000_000}})
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "p cannot be written: File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_scratch_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    """What a run that was killed left beside the documents goes with the next writing."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".digitize-p.alto.xml").write_bytes(b"half")
    written(tmp_path / "p", OLD)
    assert contents(tmp_path / "p") == OLD


def test_a_run_that_is_killed_at_any_step_leaves_a_page_as_before_or_as_after(tmp_path: Path) -> None:
    """Killed before each single change of the folder, a page that is replaced is recovered, with nothing beside it."""
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_batch_writing import NEW, OLD, written

def deadly(real, left):
    def change(*arguments, **named):
        left.append(1)
        if len(left) > last:
            os._exit(9)
        return real(*arguments, **named)
    return change

last = -1
while True:
    last += 1
    first = written(Path({str(tmp_path)!r}, str(last), "p"), OLD)
    if not os.fork():
        left = []
        for name in ("write_bytes", "replace", "unlink"):
            setattr(Path, name, deadly(getattr(Path, name), left))
        written(Path({str(tmp_path)!r}, str(last), "p"), NEW, first)
        os._exit(0)
    if os.wait()[1] == 0:
        break
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    before, after = OLD, NEW
    found = []
    for out in sorted(tmp_path.iterdir(), key=lambda path: int(path.name)):
        recover(out)
        kept = contents(out / "p")
        assert kept in (before, after)
        record = read_record(out / "p")
        assert record is not None
        assert {file.name: file.sha256 for file in record.files} == {name: sha256(text) for name, text in kept.items()}
        found.append(kept == after)
    assert found == sorted(found)
    assert (found[0], found[-1], len(found)) == (False, True, 8)


def test_a_first_reading_that_is_killed_leaves_no_folder(tmp_path: Path) -> None:
    """What was begun and cannot be finished is gone, also where no more than the folder was made; others' folders stay."""
    for name in ("p", "q", "lost+found"):
        (tmp_path / name).mkdir()
    (tmp_path / "p" / ".digitize-p.alto.xml").write_bytes(b"half")
    recover(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lost+found"]


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_page_with_a_lost_or_changed_file_is_not_whole(tmp_path: Path, damage: str) -> None:
    """A file that went, or whose bytes changed (a power cut leaves such), is noticed."""
    record = written(tmp_path / "p", OLD)
    path = tmp_path / "p" / "p.alto.xml"
    path.unlink() if damage == "missing" else path.write_bytes(b"")
    assert not is_whole(tmp_path / "p", record)


def test_files_follow_the_umask(tmp_path: Path) -> None:
    """Documents can be read by whom the user lets read."""
    mask = os.umask(0o027)
    try:
        written(tmp_path / "p", OLD)
    finally:
        os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "p").iterdir()} == {0o640}


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The output cannot be made where a file stands; the error names it."""
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError, match="out cannot be written"):
        prepare_output(tmp_path / "out")


def test_preparing_the_output_leaves_it_empty(tmp_path: Path) -> None:
    """The folder is made with those above it, and nothing is put into it."""
    prepare_output(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"{", b'{"schema": 99}'])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, content: bytes | None) -> None:
    """A missing, broken or future record counts as none."""
    if content is not None:
        (tmp_path / "page.json").write_bytes(content)
    assert read_record(tmp_path) is None
