"""Networks opened without denormal weights, and without the layer that tells characters: with the same output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from PIL import Image, ImageDraw, ImageFont

from digitize.errors import MissingDependencyError
from digitize.ocr import networks
from digitize.ocr.classes import Classes
from digitize.ocr.networks import Network, Output, Product
from digitize.ocr.onnx_file import LastLayer, flush_denormals, take_off_last_layer
from digitize.ocr.runners import RecognitionNetwork
from digitize.ocr.runtime import onnxruntime
from digitize.ocr.weights import find_weights

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digitize.ocr.classes import Steps

DENORMAL = 1e-40


def test_denormal_weights_become_zero_and_no_others() -> None:
    """Of a model's 32 bit weights the denormal ones are zero afterwards; all else is as it was."""
    weights = np.array([1.5, DENORMAL, -DENORMAL, 0.0, 2e-38, -3.0, np.inf] * 40, np.float32)
    flushed = np.array([1.5, 0.0, 0.0, 0.0, 2e-38, -3.0, np.inf] * 40, np.float32)
    whole = np.arange(1, 50, dtype=np.int32)  # as floats all of these would be denormal
    content, expected = (
        helper.make_model(
            helper.make_graph([], "graph", [], [], [numpy_helper.from_array(each, "floats"), numpy_helper.from_array(whole)])
        )
        for each in (weights, flushed)
    )
    assert flush_denormals(content) == 80
    assert content == expected


@pytest.mark.parametrize("kept", [1, 40, 200])
def test_a_damaged_model_is_refused_by_name(tmp_path: Path, kept: int) -> None:
    """What is left of a truncated file opens as no network, and the error names it."""
    path = tmp_path / "inference.onnx"
    path.write_bytes(find_weights("small").detection.onnx.read_bytes()[:kept])
    with pytest.raises(MissingDependencyError, match=r"inference\.onnx cannot be opened on cpu"):
        Network(path, "cpu")


def test_text_detection_gives_the_same_to_the_bit_without_denormals() -> None:
    """The default model has them, and what it says of an image does not change when they are zero."""
    path = find_weights("small").detection.onnx
    image = np.random.default_rng(5).random((1, 3, 256, 320), np.float32)
    plain = onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert flush_denormals(onnx.load(path)) > 100_000
    assert np.array_equal(plain.run(None, {"x": image})[0], *Network(path, "cpu").run(image))


def test_the_last_layer_taken_off_tells_the_same_characters() -> None:
    """Of lines read together each step has the network's own class, and where a character begins its probability."""
    path = find_weights("small").recognition.onnx
    lines = np.random.default_rng(7).uniform(-1, 1, (3, 1, 48, 320)).astype(np.float32).repeat(3, axis=1)
    lines[1, :, :, 40:] = 1
    whole, cut = Network(path, "cpu"), Network(path, "cpu", output=Output.FEATURES)
    assert whole.last_layer is None
    assert cut.last_layer is not None
    told = Classes(cut.last_layer).tell([*cut.run(lines[:2])[0], *cut.run(lines[2:])[0]])
    (probabilities,) = whole.run(lines)
    for own, expected in zip(told, probabilities, strict=True):
        labels = expected.argmax(axis=1)
        begun = np.flatnonzero((np.diff(labels, prepend=0) != 0) & (labels != 0))
        assert own.labels.tolist() == labels.tolist()
        assert own.certainties[begun] == pytest.approx(expected.max(axis=1)[begun], abs=1e-4)


def test_the_best_classes_are_those_of_all_probabilities() -> None:
    """Where a network is to give only these, as on a GPU, they are to the bit what all it gave would say."""
    path = find_weights("small").recognition.onnx
    lines = np.random.default_rng(7).uniform(-1, 1, (2, 3, 48, 320)).astype(np.float32)
    best, classes = Network(path, "cpu", output=Output.BEST).run(lines)
    (probabilities,) = Network(path, "cpu").run(lines)
    assert np.array_equal(classes[..., 0], probabilities.argmax(axis=-1))
    assert np.array_equal(best[..., 0], probabilities.max(axis=-1))


def test_a_class_is_told_by_the_first_of_the_highest_scores() -> None:
    """Also where they stand in different blocks of classes; runs of one class begin anew with each line."""
    weights = np.zeros((1, 1500), np.float32)
    weights[0, [3, 1200]] = 1
    classes = Classes(LastLayer(weights, np.full(1500, -1, np.float32)))
    first, second = classes.tell([np.full((2, 1), 50, np.float32), np.full((3, 1), 50, np.float32)])
    assert [first.labels.tolist(), second.labels.tolist()] == [[3, 3], [3, 3, 3]]
    assert [first.certainties.tolist(), second.certainties.tolist()] == [[0.5, 0], [0.5, 0, 0]]


def test_only_a_layer_that_tells_classes_is_taken_off() -> None:
    """Text detection ends otherwise, and stays as it is; so does a model without a graph."""
    model, plain = (onnx.load(find_weights("small").detection.onnx) for _ in range(2))
    assert take_off_last_layer(model) is None
    assert model == plain
    assert take_off_last_layer(onnx.ModelProto()) is None


def test_a_product_is_numpys() -> None:
    """Of matrices of any size."""
    rng = np.random.default_rng(2)
    a, b = rng.random((7, 5)).astype(np.float32), rng.random((5, 3)).astype(np.float32)
    assert Product()(a, b) == pytest.approx(a @ b, rel=1e-6)


class CudaRuntime:
    """Stands for ONNX Runtime built for CUDA: its sessions run on the CPU and say that they run on a GPU."""

    SessionOptions = staticmethod(onnxruntime().SessionOptions)

    def __init__(self) -> None:
        self.loaded = False
        self.asked: list[Any] = []
        self.widths: list[tuple[int, int]] = []

    def set_default_logger_severity(self, severity: int) -> None:
        """Only what ends the process is told on the terminal."""
        assert severity == 4

    def preload_dlls(self) -> None:
        """CUDA's libraries are looked for before the first session that wants them; what is missing is printed."""
        print("Failed to load libcublas.so")  # noqa: T201 - as it does
        self.loaded = not self.asked or self.loaded

    def InferenceSession(self, model: str | bytes, settings: Any, providers: list[Any]) -> Any:  # noqa: N802 - ONNX Runtime's name
        """A session on the CPU."""
        self.asked.append(providers[0])
        session = onnxruntime().InferenceSession(model, settings, providers=["CPUExecutionProvider"])
        widths = self.widths

        class Session:
            get_inputs = session.get_inputs

            def get_providers(self) -> list[str]:
                return ["CUDAExecutionProvider", "CPUExecutionProvider"]

            def run(self, outputs: None, inputs: dict[str, Any]) -> Any:
                (tensor,) = inputs.values()
                widths.append((len(tensor), tensor.shape[3]))
                return session.run(outputs, inputs)

        return Session()


def drawn(text: str, width: int) -> NDArray[np.uint8]:
    """A line of type, as high as recognition takes it."""
    image = Image.new("L", (width, 48), 255)
    ImageDraw.Draw(image).text((6, 4), text, font=ImageFont.load_default(34), fill=0)
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize("half", [False, True])
def test_a_gpu_tells_what_a_cpu_tells_in_larger_batches(
    half: bool,  # noqa: FBT001 - what is tested
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The GPU that was asked for gets the network, its libraries loaded in silence, and lines of like width in one batch."""
    lines = [drawn(f"boat {number} lay in harbour", 400 - number % 3) for number in range(20)]
    path = find_weights("small").recognition.onnx
    expected = RecognitionNetwork(path, "cpu").tell(lines)
    runtime = CudaRuntime()
    monkeypatch.setattr(networks, "onnxruntime", lambda: runtime)
    network = RecognitionNetwork(path, "gpu:1", half=half)
    assert network.on_gpu
    assert runtime.loaded
    assert capsys.readouterr().out == ""
    assert runtime.asked == [("CUDAExecutionProvider", {"device_id": "1"})]
    told = network.tell(lines)
    assert [characters(steps) for steps in told] == [characters(steps) for steps in expected]
    assert [steps.filled for steps in told] == pytest.approx([len(line[0]) / 400 for line in lines])
    assert runtime.widths == [(20, 400)]
    begun = [np.flatnonzero(steps.certainties) for steps in expected[::3]]  # as wide as the batch
    sure, again = (
        np.concatenate([steps.certainties[some] for steps, some in zip(each[::3], begun, strict=True)])
        for each in (expected, told)
    )
    assert len(sure) > 100
    assert again == pytest.approx(sure, abs=0.02 if half else 1e-5)
    assert half == (np.abs(again - sure).max() > 1e-5)  # it was in 16 bits


def characters(steps: Steps) -> list[int]:
    """The classes that a line reads, without blanks and repetitions."""
    begun = np.diff(steps.labels, prepend=-1) != 0
    return [label for label in steps.labels[begun].tolist() if label]
