"""Opening a detector and a recognizer on the device that the options ask for, and that really is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import MissingDependencyError
from digitize.ocr import Engine, paddle
from digitize.ocr.weights import find_weights

if TYPE_CHECKING:
    from digitize.ocr.weights import Weights
    from digitize.options import Options

_REMEDY = "install onnxruntime-gpu[cuda,cudnn] in place of onnxruntime, or use --device cpu"
# What the NVIDIA driver shows of itself when a GPU is there.
_GPU_TRACES = ("/dev/nvidia0", "/proc/driver/nvidia/version", "/dev/dxg")


def open_engine(options: Options, threads: int = 0) -> Engine:
    """Open the options' model on the options' device; takes half a second.

    With the device `auto` a GPU is taken where ONNX Runtime really runs on one, else the CPU; the engine carries a
    warning when a GPU seems to be there and could not be used. Half precision is for the CPU, which it takes.

    Args:
        options: model, device and precision are used.
        threads: how many threads each network may use on the CPU; 0 leaves it to ONNX Runtime.

    Raises:
        MissingDependencyError: the model is missing or damaged, or a GPU or half precision was asked for and cannot be
            used.
        ConfigurationError: the model's name is not known.
    """
    weights = find_weights(options.model)
    half = options.precision == "half"
    if options.device == "cpu" or half:
        return _open(weights, threads, half=half)
    wanted = "gpu:0" if options.device in ("auto", "gpu") else options.device
    fault = "the installed ONNX Runtime is not built for CUDA"
    if paddle.gpu_offered():
        engine, fault = _try_gpu(weights, wanted, threads)
        if engine:
            return engine
    if options.device != "auto":
        raise MissingDependencyError(f"device {options.device} cannot be used: {fault}", remedy=_REMEDY)
    warn = paddle.gpu_offered() or any(Path(trace).exists() for trace in _GPU_TRACES)
    return _open(weights, threads, warnings=(f"no GPU is used: {fault} ({_REMEDY})",) if warn else ())


def _open(weights: Weights, threads: int, *, half: bool = False, warnings: tuple[str, ...] = ()) -> Engine:
    """An engine on the CPU."""
    with ThreadPoolExecutor(1) as beside:
        opening = beside.submit(paddle.PaddleDetector, weights.detection, "cpu", threads)
        recognizer = paddle.PaddleRecognizer(weights.recognition, "cpu", threads, half=half)
        detector = opening.result()
    return Engine(detector, recognizer, "cpu", paddle.steps_of(weights, half=half), weights.digest, warnings)


def _try_gpu(weights: Weights, device: str, threads: int) -> tuple[Engine | None, str]:
    """An engine whose networks both run on the GPU, or None and the reason."""
    try:
        detector = paddle.PaddleDetector(weights.detection, device, threads)
        recognizer = paddle.PaddleRecognizer(weights.recognition, device, threads)
    except Exception as error:  # noqa: BLE001 - drivers and runtimes raise what they like; the reason is passed on
        return None, (str(error).strip().splitlines() or [type(error).__name__])[0]
    if not (detector.on_gpu and recognizer.on_gpu):
        return None, "ONNX Runtime fell back to the CPU; its CUDA libraries do not load"
    return Engine(detector, recognizer, device, paddle.steps_of(weights), weights.digest), ""
