"""A Ray cluster of two nodes on the loopback, and an S3 server: nodes and drivers are killed, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
import standins
from PIL import Image, ImageDraw, ImageFont
from rays import HEAD, SECOND, Nodes, cluster
from stores import BUCKET, Mishaps, contents, every_seventh, s3_server, timeless

from digitize.batch.fixity import verify
from digitize.batch.record import RECORD_NAME, Status
from digitize.batch.run import run
from digitize.batch.tasks import Engine, Workers
from digitize.batch.writing import read_record
from digitize.cli import cli
from digitize.errors import ExitCode, MissingDependencyError
from digitize.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digitize.storage import Address

IN = BUCKET / "scans"
PORT = 6400 + os.getpid() % 600
STORE_PORT = 22000 + os.getpid() % 400 * 2
# Prints where the nodes of a cluster export their metrics.
EXPORTERS = """
import ray, sys
ray.init(sys.argv[1], log_to_driver=False, logging_level=50)
print(*(f"{each['NodeManagerAddress']}:{each['MetricsExportPort']}" for each in ray.nodes() if each["Alive"]))
"""
# The program, which tells at its end how many inputs it has ever listed beyond those whose pages had ended.
COUNTED = """
import sys, standins
from digitize.batch import feed, run
listed, ended, most = 0, 0, 0
find, count = feed.stored_entries, run._Ended.count
def counted(*arguments, **told):
    global listed
    for each in find(*arguments, **told):
        listed += 1
        yield each
def tell(self, outcome):
    global ended, most
    most, ended = max(most, listed - ended), ended + 1
    count(self, outcome)
feed.stored_entries, run._Ended.count = counted, tell
code = standins.run_with(*sys.argv[1:])
print(f"ahead: {most}", file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Mishaps]:
    """A store, and what may befall its requests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOURCE_DATE_EPOCH", "1780000000")
        environment.setenv("RAY_metrics_report_interval_ms", "500")
        with s3_server(environment, STORE_PORT) as mishaps:
            yield mishaps


@pytest.fixture(scope="module")
def nodes(store: Mishaps) -> Iterator[Nodes]:
    """A cluster whose nodes find the store where the tests find it."""
    del store
    with cluster(PORT, {}) as made:
        yield made


@pytest.fixture
def out(nodes: Nodes, request: pytest.FixtureRequest) -> Iterator[Address]:
    """A place in the store for a test's output; its inputs are removed at the end."""
    del nodes
    yield BUCKET / request.node.name
    for file in list(IN.files()):
        file.unlink()


def put_images(tmp_path: Path, *names: str) -> None:
    """Small images of these names in the store."""
    for shade, name in enumerate(names, start=100):
        Image.new("L", (100, 120), shade).save(tmp_path / "page.png")
        (IN / f"{name}.png").write_bytes((tmp_path / "page.png").read_bytes())


def start(
    nodes: Nodes, load: str, out: Address | Path, *more: str | Path, source: Address | Path = IN
) -> subprocess.Popen[str]:
    """Start a run on the cluster as a user does."""
    return standins.program(load, "run", str(source), "-o", str(out), "--engine", "ray", "--address", nodes.address, *more)


def finished(process: subprocess.Popen[str]) -> str:
    """What a run told, when it has ended well."""
    printed, told = process.communicate(timeout=240)
    assert (process.returncode, printed) == (ExitCode.DONE, ""), told
    return told


def wait_for_records(out: Address, count: int) -> None:
    """Wait until so many pages are recorded."""
    end = time.monotonic() + 120
    while sum(name.endswith(RECORD_NAME) for name in contents(out)) < count:
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def test_a_lost_node_costs_no_page(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """Killed in the midst of 60 pages, it leaves a run whose every byte is that of the local engine."""
    put_images(tmp_path, *(f"A{n:02d}" for n in range(60)))
    process = start(nodes, "load_in_moments", out)
    wait_for_records(out, 10)
    nodes.kill(SECOND)
    told = finished(process)
    nodes.start(SECOND, 1)
    assert "60 pages read" in told
    run([IN], BUCKET / "local", Options(), load=standins.load, workers=Workers(jobs=2))
    assert timeless(contents(out)) == timeless(contents(BUCKET / "local"))
    assert list(verify(out)) == []


def test_pages_can_do_no_harm(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """They crash, end and hang a reader, and fail with the reason; frames that crash, and pages on one, do so alone."""
    put_images(tmp_path, "A01", "A02-crash", "A03-exit", "A04-hang", "A05-raise", "A06-blank", "A07")
    for name, count, width in (("reel", 20, 100), ("B-crash", 2, 100), ("fold-crash2", 2, 200)):
        frames = [Image.new("L", (width, 120), 20 + frame) for frame in range(count)]
        frames[0].save(tmp_path / "reel.tif", save_all=True, append_images=frames[1:])
        (IN / f"{name}.tif").write_bytes((tmp_path / "reel.tif").read_bytes())
    process = start(nodes, "load", out, "--page-timeout", "8", "--log-format", "json")
    printed, told = process.communicate(timeout=240)
    assert (process.returncode, printed) == (ExitCode.PAGES_FAILED, ""), told
    records = {name: read_record(out / name) for name in {path.partition("/")[0] for path in contents(out)}}
    failed = {name: record.error.message.partition(": ")[2] for name, record in records.items() if record and record.error}
    assert failed.keys() == {"A02-crash", "A03-exit", "A04-hang", "A05-raise"} | {
        f"{name}-f00{frame}{part}" for name, part in (("B-crash", ""), ("fold-crash2", "-2")) for frame in (1, 2)
    }
    assert (failed["A04-hang"], failed["A05-raise"]) == ("the page exceeded 8 s", "it is torn")
    assert failed["A02-crash"].startswith("the worker process crashed or was killed: Worker unexpectedly exits")
    assert len(records) == 33
    crashed = records["A02-crash"]
    assert crashed
    assert (len(crashed.source.sha256), bool(crashed.source.etag), crashed.status) == (64, True, Status.FAILED)
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert {line["page"] for line in lines if line["level"] != "warning"} == records.keys()
    again = start(nodes, "load", out, "--log-format", "json")
    assert again.communicate(timeout=240)[1].count('"skipped": true') == 33


def test_a_killed_run_is_resumed(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """Its readers end with it, its lease counts no more, and what was done is not done again."""
    put_images(tmp_path, *(f"A{n:02d}" for n in range(30)))
    process = start(nodes, "load_in_moments", out)
    wait_for_records(out, 5)
    process.kill()
    process.communicate()
    told = finished(start(nodes, "load_in_moments", out))
    read, before = map(int, re.search(r"(\d+) pages? read, (\d+) done before", told).groups())  # type: ignore[union-attr]
    assert (read + before, before >= 5) == (30, True)
    assert list(verify(out)) == []


def test_mishaps_of_a_store_cost_nothing(nodes: Nodes, store: Mishaps, out: Address, tmp_path: Path) -> None:
    """Of the driver's requests and the readers' some fail, are throttled or cut off: every byte is as without."""
    put_images(tmp_path, *(f"A{n:02d}" for n in range(12)))
    run([IN], BUCKET / "smooth", Options(), load=standins.load, workers=Workers(jobs=2))
    store.happened.clear()
    store.befall = every_seventh
    told = finished(start(nodes, "load", out))
    store.befall = lambda *_: None
    assert "12 pages read" in told
    assert {each.split()[0] for each in store.happened} == {"500", "503", "drop"}
    assert timeless(contents(out)) == timeless(contents(BUCKET / "smooth"))


def test_a_cluster_is_reached_from_without(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """By its server for clients, ray://: a page that crashes fails, the others are as the local engine's."""
    put_images(tmp_path, "A01", "A02-crash", "A03")
    address = f"ray://{HEAD}:{nodes.client_port}"
    process = standins.program("load", "run", str(IN), "-o", str(out), "--engine", "ray", "--address", address)
    printed, told = process.communicate(timeout=240)
    assert (process.returncode, printed) == (ExitCode.PAGES_FAILED, ""), told
    run([IN / "A01.png", IN / "A03.png"], BUCKET / "within", Options(), load=standins.load, workers=Workers(jobs=2))
    read = {name: content for name, content in contents(out).items() if not name.startswith("A02")}
    assert timeless(read) == timeless(contents(BUCKET / "within"))
    failed = read_record(out / "A02-crash")
    assert failed is not None
    assert failed.error is not None
    assert failed.error.kind == "WorkerCrashed"


def test_counts_are_exported(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """Ray's exporters tell pages by how they ended, failures by kind, and seconds by stage, in Prometheus's form."""
    put_images(tmp_path, "A00-raise", *(f"A{n:02d}" for n in range(1, 40)))
    told = subprocess.run([sys.executable, "-c", EXPORTERS, nodes.address], capture_output=True, text=True, check=True)
    process = start(nodes, "load_in_moments", out, "--jobs", "1")
    wanted = {'status="done"', 'kind="PageError"', 'stage="ocr"'}
    end = time.monotonic() + 120
    while wanted:  # as the run goes on: what a process counted goes with it
        assert time.monotonic() < end, wanted
        for place in told.stdout.split():
            text = urllib.request.urlopen(f"http://{place}/metrics", timeout=20).read().decode()
            ours = [line for line in text.splitlines() if line.startswith("ray_digitize_")]
            wanted -= {label for label in wanted if any(label in line for line in ours)}
        time.sleep(0.2)
    printed, _ = process.communicate(timeout=240)
    assert (process.returncode, printed) == (ExitCode.PAGES_FAILED, "")


def test_real_pages_are_read_alike(nodes: Nodes, out: Address, tmp_path: Path) -> None:
    """Six pages with the real networks, a node killed in their midst: as the local engine reads them, byte for byte."""
    for number in range(6):
        image = Image.new("L", (700, 500), 255)
        draw, font = ImageDraw.Draw(image), ImageFont.load_default(34)
        for line in range(8):
            draw.text((40, 40 + 50 * line), f"the harbour council met {number} times", font=font, fill=0)
        image.save(tmp_path / f"B{number}.png")
        (IN / f"B{number}.png").write_bytes((tmp_path / f"B{number}.png").read_bytes())
    process = start(nodes, "load_stages", out)
    wait_for_records(out, 2)
    nodes.kill(SECOND)
    finished(process)
    nodes.start(SECOND, 1)
    run([IN], BUCKET / "real", Options(device="cpu"), workers=Workers(jobs=1))
    assert timeless(contents(out)) == timeless(contents(BUCKET / "real"))
    assert all(read_record(out / f"B{n}").counts.characters > 100 for n in range(6))  # type: ignore[union-attr]


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_no_more_is_listed_than_is_read(nodes: Nodes, out: Address, tmp_path: Path, engine: str) -> None:
    """A page for each of two processes, and one that waits: the list may be as long as it likes."""
    put_images(tmp_path, *(f"A{n:02d}" for n in range(25)))
    where = ["--engine", engine, "--address", nodes.address, "--jobs", "2"]
    told = finished(standins.program("load", "run", str(IN), "-o", str(out), *where, code=COUNTED))
    assert "25 pages read" in told
    assert int(told.rpartition("ahead: ")[2]) <= 2 + 1


def test_folders_that_all_nodes_share_will_do(nodes: Nodes, tmp_path: Path) -> None:
    """With the lock of a local run, and the fence for the readers; the record tells of the path as it was given."""
    (tmp_path / "scans").mkdir()
    for number in range(4):
        Image.new("L", (100, 120), 100 + number).save(tmp_path / "scans" / f"A{number}.png")
    finished(start(nodes, "load", tmp_path / "out", source=tmp_path / "scans"))
    local = run([tmp_path / "scans"], tmp_path / "local", Options(), load=standins.load, workers=Workers(jobs=2))
    assert local.exit_code is ExitCode.DONE
    assert files(tmp_path / "out") == files(tmp_path / "local")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for the seconds that records tell of."""
    return timeless({str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()})


def test_without_a_cluster_the_run_ends(tmp_path: Path) -> None:
    """With code 3, and what to start."""
    Image.new("L", (100, 120), 100).save(tmp_path / "A01.png")
    process = standins.program(
        "load", "run", tmp_path / "A01.png", "-o", tmp_path / "out", "--engine", "ray", "--address", f"{HEAD}:1"
    )
    _, told = process.communicate(timeout=240)
    assert process.returncode == ExitCode.MISSING_DEPENDENCY
    assert f"no Ray cluster can be reached at {HEAD}:1" in told
    assert "start one with `ray start --head`" in told


def test_without_ray_the_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With code 3, and what to install; nothing else needs it."""
    monkeypatch.setitem(sys.modules, "ray", None)
    Image.new("L", (100, 120), 100).save(tmp_path / "A01.png")
    with pytest.raises(MissingDependencyError) as raised:
        run([tmp_path / "A01.png"], tmp_path / "out", Options(), load=standins.load, workers=Workers(engine=Engine.RAY))
    assert "pip install 'digitize[ray]'" in raised.value.remedy
    assert cli.commands["run"]
