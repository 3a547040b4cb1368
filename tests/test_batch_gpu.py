"""The process that has the GPU, and the workers that it reads for; processes and networks are real, the GPU is not."""

from __future__ import annotations

import json
import threading
import time
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import standins
from PIL import Image, ImageDraw, ImageFont

from digitize.batch import run as runs
from digitize.batch.gpu import GpuProcess, connect, is_wanted
from digitize.batch.record import RECORD_NAME
from digitize.batch.run import run
from digitize.batch.tasks import Workers
from digitize.ocr.engine import open_networks
from digitize.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from digitize.batch.outcome import Summary
    from digitize.ocr.engine import Networks

CPU = Options(device="cpu")
GPU = Options(device="auto")
TEXTS = ("the harbour council met again", "three ships were late", "and nobody knew why")
PAGES = ("A01", "A02", "A03", "A04")


def drawn(text: str) -> NDArray[np.uint8]:
    """A line of type."""
    image = Image.new("L", (600, 48), 255)
    ImageDraw.Draw(image).text((6, 4), text, font=ImageFont.load_default(32), fill=0)
    return np.asarray(image, np.uint8)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the networks note what they are given."""
    return tmp_path / "notes"


@pytest.fixture
def process(notes: Path) -> Callable[..., GpuProcess]:
    """Starts the process, with the mishap that befalls its networks; whoever starts it ends it."""
    return lambda mishap="": GpuProcess(GPU, partial(standins.open_as_gpu, notes=notes, mishap=mishap))


def connected(process: GpuProcess) -> Networks:
    """The process's networks."""
    networks = connect(process.address)
    assert networks is not None
    return networks


def told(networks: Networks, texts: tuple[str, ...]) -> list[tuple[list[int], float]]:
    """What the networks tell of lines of these texts."""
    return [(steps.labels.tolist(), steps.filled) for steps in networks.tell([drawn(text) for text in texts])]


def ask_all(started: GpuProcess, notes: Path, *askers: Callable[[Networks], Any]) -> list[Any]:
    """What several workers get that ask while an image is looked at."""
    networks = [connected(started) for _ in askers]
    answers: list[Any] = [None] * len(askers)

    def ask(number: int) -> None:
        try:
            answers[number] = askers[number](networks[number])
        except RuntimeError as error:
            answers[number] = error

    image = threading.Thread(target=connected(started).look, args=(np.full((64, 64), 255, np.uint8),))
    image.start()
    while not notes.exists():
        time.sleep(0.01)
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(askers))]
    for thread in threads:
        thread.start()
    for thread in (image, *threads):
        thread.join()
    started.close()
    return answers


def test_lines_of_several_workers_are_told_together(process: Callable[..., GpuProcess], notes: Path) -> None:
    """Each worker gets what it would have been told alone, in the order of its lines."""
    one, two = TEXTS[:2], TEXTS
    answers = ask_all(process(), notes, lambda networks: told(networks, one), lambda networks: told(networks, two))
    own = open_networks(CPU)
    assert answers == [told(own, one), told(own, two)]
    assert notes.read_text().splitlines() == ["image", "5 lines"]


def test_what_fails_together_is_tried_alone(process: Callable[..., GpuProcess], notes: Path) -> None:
    """Where memory runs out on all lines at once, each worker's are told by themselves; who is at fault learns why."""
    black = np.zeros((48, 600), np.uint8)
    answers = ask_all(process("memory"), notes, lambda networks: told(networks, TEXTS), lambda networks: networks.tell([black]))
    assert answers[0] == told(open_networks(CPU), TEXTS)
    assert str(answers[1]) == "MemoryError: no more"
    assert sorted(notes.read_text().splitlines()) == ["1 lines", "3 lines", "4 lines", "image"]


def test_nobody_answers_where_there_is_no_gpu(process: Callable[..., GpuProcess]) -> None:
    """The process ends at once, and so it does where its networks cannot be opened: workers find out why by themselves."""
    for started in (process("none"), GpuProcess(GPU, standins.open_no_gpu)):
        assert connect(started.address) is None
        assert connect(started.address) is None
        started.close()
        assert not Path(started.address).parent.exists()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with pages of a few lines."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for page in PAGES:
        image = Image.new("L", (700, 500), 255)
        for row, text in enumerate((*TEXTS, f"page {page}")):
            image.paste(Image.fromarray(drawn(text)), (40, 60 + 60 * row))
        image.save(folder / f"{page}.png")
    return folder


def read(scans: Path, out: Path, options: Options, jobs: int = 2) -> Summary:
    """Read all pages."""
    return run([scans], out, options, workers=Workers(jobs=jobs))


def devices(out: Path) -> set[str]:
    """Where the records say that pages were read."""
    return {json.loads((out / page / RECORD_NAME).read_bytes())["device"] for page in PAGES}


def layouts(out: Path) -> list[str]:
    """What was read on each page, and where, without by what."""
    return [path.read_text("utf-8").partition("<Layout")[2] for path in sorted(out.glob("*/*.alto.xml"))]


def test_pages_read_beside_a_gpu_are_those_read_on_the_cpu(
    scans: Path, tmp_path: Path, process: Callable[..., GpuProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers are read for by one process, and say so in their records; one worker alone needs none."""
    monkeypatch.setattr(runs, "is_wanted", lambda _: True)
    monkeypatch.setattr(runs, "GpuProcess", lambda _: process())
    assert not read(scans, tmp_path / "gpu", GPU).failed
    assert devices(tmp_path / "gpu") == {"gpu:7"}
    assert not read(scans, tmp_path / "cpu", GPU, jobs=1).failed
    assert devices(tmp_path / "cpu") == {"cpu"}
    assert layouts(tmp_path / "gpu") == layouts(tmp_path / "cpu")
    assert all("harbour" in page for page in layouts(tmp_path / "gpu"))


def test_when_the_process_crashes_its_pages_are_read_again(
    scans: Path, tmp_path: Path, process: Callable[..., GpuProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page is lost: the workers that waited are replaced by some that read on their own."""
    monkeypatch.setattr(runs, "is_wanted", lambda _: True)
    monkeypatch.setattr(runs, "GpuProcess", lambda _: process("crash"))
    summary = read(scans, tmp_path / "out", GPU)
    assert not summary.failed
    assert {outcome.page_id for outcome in summary.outcomes} == set(PAGES)
    assert "cpu" in devices(tmp_path / "out")


def test_a_gpu_is_wanted_where_its_runtime_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the CPU was asked for."""
    monkeypatch.setattr(metadata, "version", {"onnxruntime-gpu": "1.31.0"}.__getitem__)
    assert [is_wanted(Options(device=device)) for device in ("cpu", "auto", "gpu", "gpu:1")] == [False, True, True, True]

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert not is_wanted(Options(device="auto"))
