"""Addresses: a real S3 server over HTTP on the loopback, with and without mishaps, and the memory of fsspec."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import standins
from click.testing import CliRunner
from PIL import Image
from s3fs import S3FileSystem
from stores import BUCKET, Mishaps, contents, every_seventh, s3_server, timeless
from transcribed import mets, write_issue

from digitize import storage
from digitize.batch import lease
from digitize.batch.archive import state_of
from digitize.batch.fixity import Difference, verify
from digitize.batch.lease import Fence, held
from digitize.batch.lock import LOCK_NAME
from digitize.batch.packages import stored_entries
from digitize.batch.record import RECORD_NAME, Record, Status
from digitize.batch.reporting import write_report
from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.batch.writing import read_record
from digitize.cli import cli
from digitize.errors import ConfigurationError, ExitCode, MissingDependencyError, OutputError, SheetError, UsageError
from digitize.options import Options
from digitize.scan import FailedInput, Input
from digitize.storage import Address, fetched, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitize.batch.outcome import Summary

CPU = Options(device="cpu")
IN, OUT = BUCKET / "scans", BUCKET / "out"


@pytest.fixture(scope="module")
def server() -> Iterator[Mishaps]:
    """A store, which the environment leads to."""
    with pytest.MonkeyPatch.context() as environment, s3_server(environment, 21000 + os.getpid() % 400 * 2) as mishaps:
        yield mishaps


@pytest.fixture
def store(server: Mishaps, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mishaps]:
    """The store, empty, and what may befall its requests."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    yield server
    server.befall = lambda *_: None
    server.happened.clear()
    for file in list(BUCKET.files()):
        file.unlink()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for what does not come."""
    monkeypatch.setattr(storage, "PAUSES", (0.01, 0.01))


def image(path: Path, shade: int) -> bytes:
    """A small image file."""
    Image.new("L", (100, 120), shade).save(path)
    return path.read_bytes()


def put_pages(folder: Address, tmp_path: Path, *names: str) -> None:
    """Small images of these names in a store."""
    for shade, name in enumerate(names, start=200 - len(names)):
        (folder / name).write_bytes(image(tmp_path / "page.png", shade))


def read(*inputs: Any, out: Any = OUT, options: Options = CPU, **told: Any) -> Summary:
    """Read with stand-ins, in this process unless told otherwise."""
    return run(inputs, out, options, **({"load": standins.load, "workers": Workers(jobs=0)} | told))


def record(page: str) -> Record:
    """A page's record in the store."""
    found = read_record(OUT / page)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scans/A08.png", Path("scans/A08.png")),
        ("file:///scans/A08.png", Path("/scans/A08.png")),
        ("s3://bucket/a/b.png/", Address("s3", "bucket/a/b.png")),
        ("s3://bucket/a@b.png", Address("s3", "bucket/a@b.png")),
        ("sftp://me:word@host/a", Address("sftp", "host/a", "me:word")),
    ],
)
def test_addresses_are_told_from_paths(text: str, expected: Any) -> None:
    """What has a scheme is an address, but for those of this machine's own files."""
    found = place(text)
    assert found == expected
    assert getattr(found, "credentials", "") == getattr(expected, "credentials", "")


def test_credentials_show_nowhere() -> None:
    """Whom one is to a store stands neither in its text nor in what the debugger shows, and travels all the same."""
    address = place("sftp://me:word@host/a") / "b.png"
    assert isinstance(address, Address)
    assert (str(address), address.name, address.stem, address.suffix) == ("sftp://host/a/b.png", "b.png", "b", ".png")
    assert "word" not in f"{address!r} {address.parent} {address._said(ValueError('no entry for me:word'))}"
    assert pickle.loads(pickle.dumps(address)).credentials == "me:word"  # noqa: S301 - our own


@pytest.mark.usefixtures("impatient")
def test_a_store_that_nobody_knows_is_told() -> None:
    """Its scheme may be misspelt."""
    with pytest.raises(UsageError, match="no store is known by s4://"):
        Address("s4", "bucket/a").read_bytes()


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With code 3, and how to get it; all else goes without it."""
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    result = CliRunner().invoke(cli, ["status", "gs://bucket/out"])
    assert isinstance(result.exception, MissingDependencyError)
    assert "install it with pip" in result.exception.remedy


@pytest.mark.usefixtures("store")
def test_files_are_streamed_from_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file is there before the second page of the list is asked for; names are what they are."""
    asked: list[dict[str, Any]] = []
    call = S3FileSystem.call_s3

    def counting(self: Any, method: str, **told: Any) -> Any:
        asked.append(told)
        return call(self, method, **told | {"MaxKeys": 3})

    monkeypatch.setattr(S3FileSystem, "call_s3", counting)
    names = ["a 1.png", "b+ü.png", "c&d.png", "e/f%20g.png", "e/h#1.png", "港.png", "z?.png"]
    put_pages(IN, tmp_path, *names)
    listed = IN.files()
    first = next(listed)
    assert (str(first), len(asked)) == (f"{IN}/a 1.png", 1)
    assert {str(first), *map(str, listed)} == {f"{IN}/{name}" for name in names}
    assert len(asked) == 3
    assert {(each.name, folder) for each, folder in IN.entries()} >= {("e", True), ("z?.png", False)}


@pytest.mark.usefixtures("store")
def test_inputs_have_the_ids_of_files_in_folders(tmp_path: Path) -> None:
    """Folders give their names, hidden files are left out, and of two files with one id the later one fails."""
    put_pages(IN, tmp_path, "0001.png", "reel/0001.png", "reel-0001.tif", "reel/.hidden.png", "notes.txt", "page.xml")
    found = list(stored_entries([IN, IN / "0001.png"]))
    assert [(each.path.name, each.stem) for each in found if isinstance(each, Input)] == [
        ("0001.png", "p0001"),
        ("reel-0001.tif", "reel-0001"),
    ]
    assert [each.error.message.partition(": ")[2] for each in found if isinstance(each, FailedInput)] == [
        f"its page id reel-0001 is that of {IN}/reel-0001.tif as well"
    ]
    with pytest.raises(UsageError, match="nowhere: "):
        next(stored_entries([IN / "nowhere"]))


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("root", [IN, Address("memory", "/ocr")], ids=["s3", "memory"])
def test_earlier_ocr_is_read_from_stores(tmp_path: Path, root: Address) -> None:
    """As from folders, byte for byte: METS files below which all is one issue, folders of ALTO, images beside and without."""
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in ("1858", "1858/images", "1859"):
        write_issue(scans / name) if name != "1858/images" else (scans / name).mkdir()
    (scans / "1858" / "text").mkdir()
    for page in (scans / "1858").glob("*.xml"):
        page.rename(scans / "1858" / "text" / page.name)
    (scans / "1858" / "zz-mets.xml").write_bytes(mets(["text/p2.xml", "text/p1.xml"], images=("images/2.png", "images/1.png")))
    (scans / "1859" / "notes.xml").write_text("<notes/>")
    (scans / "1860.xml").write_bytes(b"<alto><Layout>")
    for shade, name in enumerate(("1858/images/1.png", "1858/images/2.png", "1859/p1-a.png", "1859/p1.png", "z.png")):
        image(scans / name, 200 + shade)
    names = sorted(str(path.relative_to(scans)) for path in scans.rglob("*") if path.is_file())
    for name in names:
        (root / name).write_bytes((scans / name).read_bytes())
    local = read(scans, out=tmp_path / "out")
    stored = read(root)
    assert {each.page_id for each in local.outcomes} == {
        *("p1858-text-p1", "p1858-text-p2", "p1859-p1", "p1859-p2", "p1859-p1-a", "p1860", "z")
    }
    assert [each.page_id for each in stored.outcomes if "1858" in each.page_id] == ["p1858-text-p2", "p1858-text-p1"]
    assert (stored.exit_code, stored.tally) == (local.exit_code, local.tally) == (ExitCode.PAGES_FAILED, local.tally)
    here = {str(p.relative_to(tmp_path / "out")): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    elsewhere = {name: content.replace(f"{scans}/".encode(), f"{root}/".encode()) for name, content in here.items()}
    there = contents(OUT)
    assert there.keys() == here.keys()
    documents = {name: content for name, content in there.items() if not name.endswith(RECORD_NAME)}
    assert documents == {name: elsewhere[name] for name in documents}
    assert [each.page_id for each in read(root).outcomes if not each.skipped] == []
    alone = read(root / "1858" / "zz-mets.xml", out=BUCKET / "alone")
    assert [each.page_id for each in alone.outcomes] == ["p2", "p1"]


@pytest.mark.usefixtures("store")
def test_a_sheet_tells_of_files_in_a_store(tmp_path: Path) -> None:
    """Itself in the store, or here; a row of a file that is not there is a fault before anything is read."""
    put_pages(IN, tmp_path, "reel/A01.png", "reel/A02.png")
    sheet = BUCKET / "sheet.csv"
    sheet.write_bytes("file,newspaper,date\nreel/A01.png,大公报,1939-04-26\n".encode())
    told: list[str] = []
    read(IN, options=replace(CPU, metadata=str(sheet)), on_warning=told.append)
    assert "大公报".encode() in contents(OUT)["reel-A01/reel-A01-a001.tei.xml"]
    assert told[0] == f"{sheet}: no row is of reel-A02; what their pages say of themselves is taken"
    sheet.write_bytes("file,newspaper\nreel/A03.png,大公报\n".encode())
    with pytest.raises(SheetError, match="1 fault in the metadata sheet") as raised:
        read(IN, options=replace(CPU, metadata=str(sheet)))
    assert raised.value.faults == (f"{sheet}:2: reel/A03.png: no such file is read; correct its name, or leave out the row",)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(IN, options=replace(CPU, metadata=f"{BUCKET}/none.csv"))


@pytest.mark.usefixtures("store")
def test_a_run_from_and_to_a_store_is_that_of_folders(tmp_path: Path) -> None:
    """Byte for byte but for where the file lies; nothing is left of the lease, and done pages are not read again."""
    (tmp_path / "scans").mkdir()
    for shade, name in enumerate(("A01.png", "A02.png", "A03-raise.png"), start=197):
        (IN / name).write_bytes(image(tmp_path / "scans" / name, shade))
    summary = read(IN, workers=Workers(jobs=2))
    local = read(tmp_path / "scans", out=tmp_path / "out", workers=Workers(jobs=2))
    assert (summary.exit_code, summary.tally) == (ExitCode.PAGES_FAILED, local.tally)
    there = contents(OUT)
    here = {str(p.relative_to(tmp_path / "out")): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert there.keys() == here.keys()
    elsewhere = {name: content.replace(f"{tmp_path}/scans/".encode(), f"{IN}/".encode()) for name, content in here.items()}
    documents = {name: content for name, content in there.items() if not name.endswith(RECORD_NAME)}
    assert documents == {name: elsewhere[name] for name in documents}
    assert record("A01").source.path == f"{IN}/A01.png"
    assert [each.skipped for each in read(IN).outcomes] == [True, True, True]


def test_mishaps_of_a_store_cost_nothing(store: Mishaps, tmp_path: Path) -> None:
    """Requests that fail, are throttled or cut off are asked again: what is there at last is what is there without."""
    put_pages(IN, tmp_path, *(f"A{n:02d}.png" for n in range(5)))
    read(IN)
    smooth = timeless(contents(OUT))
    for file in list(OUT.files()):
        file.unlink()
    store.befall = every_seventh
    summary = read(IN)
    store.befall = lambda *_: None
    assert (summary.exit_code, timeless(contents(OUT))) == (ExitCode.DONE, smooth)
    assert {each.split()[0] for each in store.happened} == {"500", "503", "drop"}


@pytest.mark.usefixtures("impatient")
def test_a_store_that_is_gone_ends_the_run(store: Mishaps, tmp_path: Path) -> None:
    """With what can be done about it; pages are as they were, and the same command does the rest."""
    put_pages(IN, tmp_path, "A01.png", "A02.png")
    store.befall = lambda _, method, path: "drop" if method == "PUT" and "/A02/" in path else None
    with pytest.raises(OutputError, match="A02 cannot be reached") as raised:
        read(IN)
    assert "run the same command again" in raised.value.remedy
    store.befall = lambda *_: None
    assert [each.skipped for each in read(IN).outcomes] == [True, False]


@pytest.mark.usefixtures("impatient")
def test_a_page_that_is_replaced_is_never_a_mix(store: Mishaps, tmp_path: Path) -> None:
    """Whatever ends its writing: it is not taken for done, its next reading counts on, and leftovers go."""
    put_pages(IN, tmp_path, "A01.png")
    read(IN)
    (OUT / "A01" / "A01-a009.tei.xml").write_bytes(b"of a run that nobody recorded")
    store.befall = lambda _, method, path: "drop" if method == "PUT" and path.endswith(".svg") else None
    with pytest.raises(OutputError):
        read(IN, force=True)
    store.befall = lambda *_: None
    assert (record("A01").status, record("A01").revision) == (Status.FAILED, 1)
    assert [each.skipped for each in read(IN).outcomes] == [False]
    assert (record("A01").status, record("A01").revision) == (Status.DONE, 2)
    assert list(verify(OUT)) == []


def test_a_file_that_changed_is_read_again(store: Mishaps, tmp_path: Path) -> None:
    """The store's own tag tells; others are not even fetched."""
    put_pages(IN, tmp_path, "A01.png", "A02.png")
    read(IN)
    (IN / "A01.png").write_bytes(image(tmp_path / "page.png", 50))
    store.befall = lambda _, method, path: "drop" if method == "GET" and path.endswith("A02.png") else None
    assert [each.skipped for each in read(IN).outcomes] == [False, True]
    assert store.happened == []


@pytest.mark.usefixtures("store")
def test_status_and_verify_look_into_stores(tmp_path: Path) -> None:
    """They tell the same as of folders: counts, what is missing, altered or extra."""
    put_pages(IN, tmp_path, "A01.png", "A02.png", "A03-raise.png")
    read(IN)
    state = state_of(OUT)
    assert (state.pages, state.done, state.failed, state.articles) == (3, 2, 1, 4)
    (OUT / "report" / "index.html").write_bytes(b"a report that was copied here")
    assert list(verify(OUT)) == []
    (OUT / "A01" / "A01-a001.tei.xml").unlink()
    (OUT / "A02" / "A02.svg").write_bytes(b"")
    (OUT / "A02" / "notes.txt").write_bytes(b"")
    (IN / "A02.png").unlink()
    assert {(str(fault.path).rpartition("/")[2], fault.difference) for fault in verify(OUT)} == {
        ("A01-a001.tei.xml", Difference.MISSING),
        ("A02.svg", Difference.ALTERED),
        ("notes.txt", Difference.EXTRA),
        ("A02.png", Difference.NOT_FOUND),
    }
    with pytest.raises(UsageError, match="no page records"):
        state_of(OUT / "nowhere")


@pytest.mark.usefixtures("store")
def test_inputs_may_have_moved_within_stores(tmp_path: Path) -> None:
    """They are looked for where the command says, in a store or here, for an output in a store or here."""
    put_pages(IN, tmp_path, "reel/A01.png")
    read(IN)
    read(IN, out=tmp_path / "out")
    (BUCKET / "elsewhere" / "reel" / "A01.png").write_bytes((IN / "reel" / "A01.png").read_bytes())
    (tmp_path / "reel").mkdir()
    (tmp_path / "reel" / "A01.png").write_bytes((IN / "reel" / "A01.png").read_bytes())
    (IN / "reel" / "A01.png").unlink()
    for out in (OUT, tmp_path / "out"):
        assert [fault.difference for fault in verify(out)] == [Difference.NOT_FOUND]
        assert list(verify(out, [BUCKET / "elsewhere"])) == []
        assert list(verify(out, [tmp_path])) == []
    (BUCKET / "elsewhere" / "reel" / "A01.png").write_bytes(b"another")
    assert [fault.difference for fault in verify(OUT, [BUCKET / "elsewhere"])] == [Difference.ALTERED]


def test_who_one_is_to_a_store_is_known_of_its_output() -> None:
    """Records hold no credentials: for an input in the store of the output those of the output are taken, for no other."""
    output = Address("sftp", "host/out", "me:word")
    assert Address("sftp", "host/scans").as_known_by(output).credentials == "me:word"
    assert Address("sftp", "other/scans").as_known_by(output).credentials == ""
    assert Address("s3", "host/scans").as_known_by(output).credentials == ""


@pytest.mark.usefixtures("store")
def test_a_report_in_a_store_is_that_of_a_folder(tmp_path: Path) -> None:
    """Byte for byte; what an earlier one left goes, also with a page of no record; what is no report stays as it is."""
    put_pages(IN, tmp_path, "A01.png", "A02.png", "A03-raise.png")
    read(IN)
    (OUT / "A02" / "A02-a001.tei.xml").unlink()
    told: list[str] = []
    report = write_report(OUT, told.append)
    assert (str(report.index), report.pages, report.incomplete) == (f"{OUT}/report/index.html", 3, 1)
    assert told == [f"{OUT}/A02: A02-a001.tei.xml is not there (run again: what is missing or altered is read again)"]
    for name, content in contents(OUT).items():
        if not name.startswith("report/"):
            path = tmp_path / "out" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    local = write_report(tmp_path / "out").index.parent
    expected = {str(path.relative_to(local)): path.read_bytes() for path in local.rglob("*") if path.is_file()}
    assert contents(OUT / "report") == expected
    for file in (OUT / "A01").files():
        file.unlink()
    assert write_report(OUT).pages == 2
    assert "pages/A01.html" not in contents(OUT / "report")
    (OUT / "report" / "index.html").write_bytes(b"somebody's own")
    with pytest.raises(UsageError, match="is no report"):
        write_report(OUT)
    assert contents(OUT / "report")["index.html"] == b"somebody's own"


@pytest.mark.usefixtures("store")
def test_a_store_is_held_by_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one says by whom; a lease that has expired is taken, and who had it writes no more."""
    monkeypatch.setattr(lease, "is_gone", lambda _: False)
    put_pages(IN, tmp_path, "A01.png")
    with held(OUT) as first:
        with pytest.raises(UsageError, match=f"is being written by another run: process {os.getpid()} on "):
            read(IN)
        said = json.loads((OUT / LOCK_NAME).read_bytes())
        (OUT / LOCK_NAME).write_bytes(json.dumps(said | {"until": time.time() - 3600}).encode())
        assert read(IN).exit_code is ExitCode.DONE
        with pytest.raises(OutputError, match="has been taken over by another run"):
            first.fence.check()
    assert LOCK_NAME not in contents(OUT)


@pytest.mark.usefixtures("store")
def test_a_lease_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it is the run's own."""
    monkeypatch.setattr(lease, "RENEWED", 0.05)
    with held(OUT) as hold:
        until = json.loads((OUT / LOCK_NAME).read_bytes())["until"]
        end = time.monotonic() + 30
        while json.loads((OUT / LOCK_NAME).read_bytes())["until"] == until:
            assert time.monotonic() < end
        hold.fence.check()
    assert contents(OUT) == {}


def test_a_fence_stands_on_this_machine_too(tmp_path: Path) -> None:
    """A process elsewhere reads the lock's file."""
    with held(tmp_path) as hold:
        hold.fence.check()
        with pytest.raises(OutputError, match="taken over"):
            Fence(tmp_path / LOCK_NAME, "process 1 on another machine").check()


@pytest.mark.usefixtures("store")
def test_a_killed_run_is_followed_at_once(tmp_path: Path) -> None:
    """Its process is gone, so its lease counts no more; what it had done is not done again."""
    put_pages(IN, tmp_path, *(f"A{n:02d}.png" for n in range(8)))
    process = standins.program("load_slowly", "run", str(IN), "-o", str(OUT), "--jobs", "1")
    end = time.monotonic() + 90
    while not any(name.endswith(RECORD_NAME) for name in contents(OUT)):
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    summary = read(IN)
    assert (summary.exit_code, summary.tally.read + summary.tally.skipped) == (ExitCode.DONE, 8)
    assert summary.tally.skipped >= 1
    assert list(verify(OUT)) == []


def test_stores_without_pages_of_lists_work_too(tmp_path: Path) -> None:
    """Any store of fsspec: here its memory, which has folders."""
    scans, out = Address("memory", "/scans"), Address("memory", "/out")
    put_pages(scans, tmp_path, "A02.png", "reel/A10.png", "A01.png")
    assert [each.stem for each in stored_entries([scans]) if isinstance(each, Input)] == ["A01", "A02", "reel-A10"]
    assert read(scans, out=out).exit_code is ExitCode.DONE
    assert [each.skipped for each in read(scans, out=out).outcomes] == [True, True, True]
    assert list(verify(out)) == []


def test_a_copy_lasts_as_long_as_it_is_needed() -> None:
    """Disk is taken for one file at a time."""
    file = Address("memory", "/one/A01.png")
    file.write_bytes(b"content")
    with fetched(file) as copy:
        assert (copy.read_bytes(), copy.suffix) == (b"content", ".png")
    assert not copy.parent.exists()
