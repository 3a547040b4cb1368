"""Which device an engine takes, and what it says when a GPU cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from digitize.errors import MissingDependencyError
from digitize.ocr import engine as engines
from digitize.ocr import runners
from digitize.ocr.engine import open_engine, open_networks
from digitize.options import Options


class Network:
    """Stands for a network that was opened on a device."""

    works = True

    def __init__(self, _path: Any, device: str, threads: int = 0, **_: bool) -> None:
        if device != "cpu" and self.works is None:
            raise RuntimeError("CUDA driver version is insufficient\nmore")
        self.device, self.threads = device, threads

    def look(self, _: Any) -> Any:
        """Nobody looks."""

    def tell(self, _: Any) -> Any:
        """Nobody asks."""

    @property
    def on_gpu(self) -> bool:
        """A GPU where one was asked for, unless the runtime fell back."""
        return self.device != "cpu" and bool(self.works)


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network is loaded, and the machine shows no GPU."""
    monkeypatch.setattr(runners, "DetectionNetwork", Network)
    monkeypatch.setattr(runners, "RecognitionNetwork", Network)
    monkeypatch.setattr(engines, "_GPU_TRACES", ())
    monkeypatch.setattr(engines, "gpu_offered", lambda: False)


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_without_a_gpu_the_cpu_works_in_silence(device: str) -> None:
    """Where nothing speaks of a GPU, the CPU is taken without a warning."""
    networks = open_networks(Options(device=device), threads=3)
    assert (networks.device, networks.warnings, networks.look.__self__.threads) == ("cpu", (), 3)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("asked", "taken"), [("auto", "gpu:0"), ("gpu", "gpu:0"), ("gpu:1", "gpu:1")])
def test_a_working_gpu_is_taken(asked: str, taken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime that offers CUDA, and whose sessions get it, is used; the engine says which GPU."""
    monkeypatch.setattr(engines, "gpu_offered", lambda: True)
    assert taken == open_engine(Options(device=asked)).device


@pytest.mark.parametrize("works", ["", None])
def test_auto_falls_back_with_one_warning(works: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that raises, or that the runtime quietly leaves for the CPU, gives the CPU and one line to read."""
    monkeypatch.setattr(engines, "gpu_offered", lambda: True)
    monkeypatch.setattr(Network, "works", works)
    engine = open_engine(Options(device="auto"))
    assert engine.device == "cpu"
    (warning,) = engine.warnings
    assert "no GPU is used" in warning
    assert "\n" not in warning


def test_auto_warns_when_a_gpu_lies_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that the installed runtime was not built for is not passed over in silence."""
    monkeypatch.setattr(engines, "_GPU_TRACES", ("/dev/null",))
    assert ["not built for CUDA" in warning for warning in open_engine(Options(device="auto")).warnings] == [True]


@pytest.mark.parametrize("device", ["gpu", "gpu:2"])
def test_a_gpu_that_was_asked_for_and_is_not_there_is_an_error(device: str) -> None:
    """There is no silent fall-back from a GPU that was asked for by name; the remedy is named."""
    with pytest.raises(MissingDependencyError, match=f"device {device} cannot be used.*install onnxruntime-gpu"):
        open_engine(Options(device=device))


def test_a_gpu_that_fails_is_an_error_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the runtime said is passed on, in one line."""
    monkeypatch.setattr(engines, "gpu_offered", lambda: True)
    monkeypatch.setattr(Network, "works", None)
    with pytest.raises(MissingDependencyError, match="CUDA driver version is insufficient \\("):
        open_engine(Options(device="gpu"))
