"""Opening a detector and a recognizer on the device that the options ask for, and that really is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import MissingDependencyError
from digitize.model import ProcessingStep
from digitize.ocr import Engine, runners
from digitize.ocr.boxes import BOX_THRESHOLD, PIXEL_THRESHOLD, UNCLIP_RATIO
from digitize.ocr.half import half_version
from digitize.ocr.model_folders import read_characters
from digitize.ocr.paddle import PaddleDetector, PaddleRecognizer
from digitize.ocr.runtime import onnxruntime
from digitize.ocr.weights import find_weights

if TYPE_CHECKING:
    from digitize.ocr.paddle import Look, Tell
    from digitize.ocr.weights import Weights
    from digitize.options import Options

_REMEDY = "install onnxruntime-gpu[cuda,cudnn] in place of onnxruntime, or use --device cpu"
# What the NVIDIA driver shows of itself when a GPU is there.
_GPU_TRACES = ("/dev/nvidia0", "/proc/driver/nvidia/version", "/dev/dxg")
_CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Networks:
    """Text detection's and recognition's networks, running on `device`, "cpu" or "gpu:N"; `warnings` are for the user."""

    look: Look
    tell: Tell
    device: str
    warnings: tuple[str, ...] = ()


def open_engine(options: Options, threads: int = 0) -> Engine:
    """Open the options' model on the options' device; takes half a second.

    With the device `auto` a GPU is taken where ONNX Runtime really runs on one, else the CPU; the engine carries a
    warning when a GPU seems to be there and could not be used.

    Args:
        options: model, device and precision are used.
        threads: how many threads each network may use on the CPU; 0 leaves it to ONNX Runtime.

    Raises:
        MissingDependencyError: the model is missing or damaged, or a GPU or half precision was asked for and cannot be
            used.
        ConfigurationError: the model's name is not known.
    """
    return engine_with(open_networks(options, threads), options)


def engine_with(networks: Networks, options: Options) -> Engine:
    """A detector and a recognizer whose networks are open.

    Raises:
        MissingDependencyError: the model is missing or damaged.
        ConfigurationError: the model's name is not known.
    """
    weights = find_weights(options.model)
    return Engine(
        PaddleDetector(networks.look),
        PaddleRecognizer(networks.tell, read_characters(weights.recognition.folder)),
        networks.device,
        _steps(weights, networks.device, half=options.precision == "half"),
        weights.digest,
        networks.warnings,
    )


def open_networks(options: Options, threads: int = 0) -> Networks:
    """Open the networks alone; see `open_engine`, also for errors."""
    weights = find_weights(options.model)
    half = options.precision == "half"
    if options.device == _CPU:
        return _open(weights, _CPU, threads, half=half)
    wanted = "gpu:0" if options.device in {"auto", "gpu"} else options.device
    offered, fault = gpu_offered(), "the installed ONNX Runtime is not built for CUDA"
    if offered:
        networks, fault = _try_gpu(weights, wanted, threads, half=half)
        if networks:
            return networks
    if options.device != "auto":
        raise MissingDependencyError(f"device {options.device} cannot be used: {fault}", remedy=_REMEDY)
    warn = offered or any(Path(trace).exists() for trace in _GPU_TRACES)
    return _open(weights, _CPU, threads, half=half, warnings=(f"no GPU is used: {fault} ({_REMEDY})",) if warn else ())


def gpu_offered() -> bool:
    """Whether the installed ONNX Runtime is built for CUDA; a session may still not get it."""
    return "CUDAExecutionProvider" in onnxruntime().get_available_providers()


def _open(weights: Weights, device: str, threads: int, *, half: bool, warnings: tuple[str, ...] = ()) -> Networks:
    with ThreadPoolExecutor(1) as beside:
        opening = beside.submit(runners.DetectionNetwork, weights.detection.onnx, device, threads)
        recognition = runners.RecognitionNetwork(weights.recognition.onnx, device, threads, half=half)
        detection = opening.result()
    if device != _CPU and not (detection.on_gpu and recognition.on_gpu):
        raise RuntimeError("ONNX Runtime fell back to the CPU; its CUDA libraries do not load")
    return Networks(detection.look, recognition.tell, device, warnings)


def _try_gpu(weights: Weights, device: str, threads: int, *, half: bool) -> tuple[Networks | None, str]:
    """Networks that both run on the GPU, or None and the reason."""
    try:
        return _open(weights, device, threads, half=half), ""
    except Exception as error:  # noqa: BLE001 - drivers and runtimes raise what they like; the reason is passed on
        return None, (str(error).strip().splitlines() or [type(error).__name__])[0]


def _steps(weights: Weights, device: str, *, half: bool) -> tuple[ProcessingStep, ...]:
    """What detection and recognition did, by which software, for the page's record."""
    version = str(onnxruntime().__version__)
    reader = ("ONNX Runtime", version)
    if half:
        reader = ("OpenVINO with bfloat16", half_version()) if device == _CPU else ("ONNX Runtime with float16", version)
    limits = f"thresh {PIXEL_THRESHOLD}, box_thresh {BOX_THRESHOLD}, unclip_ratio {UNCLIP_RATIO}"
    return (
        ProcessingStep(
            "text detection",
            f"PaddleOCR's {weights.detection.model_name} on ONNX Runtime",
            version,
            f"sha256 {weights.detection.sha256}; {limits}",
        ),
        ProcessingStep(
            "text recognition",
            f"PaddleOCR's {weights.recognition.model_name} on {reader[0]}",
            reader[1],
            f"sha256 {weights.recognition.sha256}",
        ),
    )
