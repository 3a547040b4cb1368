"""A model's folder in the form that PaddleOCR reads: what its files tell, and folders that are made in the cache.

PaddleOCR wants a folder for each network that holds `inference.onnx` and `inference.yml`. The default model comes with
the rapidocr wheel as bare ONNX files, so its folders are made in the user's cache: a link to the wheel's file, and an
`inference.yml` written from what the ONNX file says of itself. Nothing here touches the network.

A model folder, also one of one's own (`--model DIR`):

    DIR/det/inference.onnx  DIR/det/inference.yml      text detection
    DIR/rec/inference.onnx  DIR/rec/inference.yml      text recognition
    DIR/SHA256SUMS                                     optional, in the format of sha256sum
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitize.errors import ConfigurationError, MissingDependencyError
from digitize.ocr.runtime import onnxruntime
from digitize.storage import sum_of

ONNX, YML, SUMS = "inference.onnx", "inference.yml", "SHA256SUMS"

_LAYOUT = "1"  # raise when what stands in an inference.yml changes, so that folders made before are not used
_MODEL_NAME = re.compile(r"""["']?model_name["']?\s*:\s*["']?([\w.-]+)""")

# How PP-OCR detection models were trained to see an image: ImageNet's mean and deviation, channels as OpenCV has them.
_DETECTION_TRANSFORMS: list[dict[str, Any]] = [
    {"DetResizeForTest": {"limit_type": "resize_long", "limit_side_len": 1280}},
    {
        "NormalizeImage": {
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
            "scale": 1 / 255,
            "order": "hwc",
        }
    },
    {"ToCHWImage": None},
]
_RECOGNITION_TRANSFORMS: list[dict[str, Any]] = [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """An ONNX file of which a folder is made: PaddleOCR's name for the network, where it lies, and its SHA-256."""

    model_name: str
    path: Path
    sha256: str


def cache_folder() -> Path:
    """The folder for what digitize keeps between runs; it need not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path("~/.cache").expanduser()
    return root / "digitize"


def fetched_folder(model: str) -> Path:
    """Where a downloaded model lies; it need not exist."""
    return cache_folder() / "models" / model


def install_fetched(model: str, detection: Path, recognition: Path) -> Path:
    """Take two downloaded folders into the cache as one model, with the sums of what came, all or nothing.

    Raises:
        MissingDependencyError: the download is not a model that this program can open.
        ConfigurationError: the cache cannot be written.
    """
    target = fetched_folder(model)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{model}-", dir=target.parent))
    except OSError as error:
        raise ConfigurationError(
            f"{target.parent}: {error.strerror}", remedy="set XDG_CACHE_HOME to a folder that can be written"
        ) from error
    try:
        for source, part in ((detection, "det"), (recognition, "rec")):
            (scratch / part).mkdir()
            for name in (ONNX, YML):
                if not (source / name).is_file():
                    raise MissingDependencyError(f"{source}: no {name} came with the model", remedy="fetch it again")
                shutil.copyfile(source / name, scratch / part / name)
        names = [f"{part}/{name}" for part in ("det", "rec") for name in (ONNX, YML)]
        sums = "".join(f"{sum_of(scratch / name)}  {name}\n" for name in names)
        (scratch / SUMS).write_text(sums, "utf-8")
        _swap_in(scratch, target, keep_whole=False)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def linked_folder(name: str, detection: NetworkFile, recognition: NetworkFile) -> Path:
    """The model folder made from two ONNX files, in the cache or, where that cannot be written, in a temporary one."""
    networks = detection, recognition
    # The paths are part of the name: an environment that moved leaves links that lead nowhere.
    key = hashlib.sha256("\n".join([_LAYOUT, *(f"{each.path} {each.sha256}" for each in networks)]).encode()).hexdigest()[:16]
    target = cache_folder() / "models" / f"{name}-{key}"
    if _has_all_files(target):
        return target
    scratch = _scratch_folder(target)
    _write_part(scratch / "det", detection.path, _detection_config(detection.model_name))
    _write_part(scratch / "rec", recognition.path, _recognition_config(recognition))
    if scratch.parent != target.parent:
        return scratch
    _swap_in(scratch, target, keep_whole=True)
    return target


def read_characters(folder: Path) -> tuple[str, ...]:
    """The characters that a folder's recognition network knows, in its order, without the blank before and the space behind.

    Raises:
        MissingDependencyError: its inference.yml does not list them.
    """
    path = folder / YML
    try:
        return tuple(map(str, _parsed(path.read_text("utf-8"))["PostProcess"]["character_dict"]))
    except (ValueError, LookupError, TypeError) as error:
        raise MissingDependencyError(
            f"{path} lists no characters", remedy="use the inference.yml that PaddleOCR exported with the model"
        ) from error


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever stands in it
    """What an inference.yml holds: JSON where this program has written it.

    Raises:
        ValueError: it is neither JSON nor YAML.
    """
    if text.startswith("{"):
        return json.loads(text)
    import yaml  # noqa: PLC0415 - not needed for the default model

    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - in C where it is there, ten times sooner
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def read_model_name(folder: Path) -> str:
    """PaddleOCR's name for the network in a folder.

    Raises:
        MissingDependencyError: its inference.yml does not tell.
    """
    path = folder / YML
    # Read by pattern: the file also holds a list of some 18,000 characters, and parsing YAML takes half a second.
    match = _MODEL_NAME.search(path.read_text("utf-8"))
    if not match:
        raise MissingDependencyError(
            f"{path} names no model", remedy="use the inference.yml that PaddleOCR exported with the model"
        )
    return match[1]


def read_sums(folder: Path) -> dict[str, str]:
    """The sums that stand in a model folder's SHA256SUMS, by relative path; empty when it has none."""
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
    except OSError:
        return {}
    return {name.strip(): digest for digest, _, name in (line.partition("  ") for line in lines)}


def _scratch_folder(target: Path) -> Path:
    """A new folder beside the target; in the system's temporary folder, until the program ends, where that fails."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError:
        pass
    try:
        scratch = Path(tempfile.mkdtemp(prefix="digitize-model-"))
    except OSError as error:
        raise ConfigurationError(
            f"no folder for the model can be made: {error.strerror}",
            remedy="set XDG_CACHE_HOME or TMPDIR to a folder that can be written",
        ) from error
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return scratch


def _write_part(folder: Path, onnx: Path, config: dict[str, Any]) -> None:
    folder.mkdir()
    try:
        (folder / ONNX).symlink_to(onnx)
    except OSError:  # a file system without links
        shutil.copyfile(onnx, folder / ONNX)
    # JSON is YAML; characters stand as they are, because YAML does not join JSON's surrogate escapes.
    (folder / YML).write_text(json.dumps(config, ensure_ascii=False), "utf-8")


def _has_all_files(folder: Path) -> bool:
    return all((folder / part / name).is_file() for part in ("det", "rec") for name in (ONNX, YML))


def _swap_in(scratch: Path, target: Path, *, keep_whole: bool) -> None:
    """Rename a finished folder into place.

    With `keep_whole` a folder that has all its files, put there by another process in the meantime, stays: it is as
    good, and that process may be reading it.
    """
    if target.exists() and not (keep_whole and _has_all_files(target)):
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
        with contextlib.suppress(FileNotFoundError):  # another process moved it away first
            target.rename(old / target.name)
        shutil.rmtree(old, ignore_errors=True)
    try:
        scratch.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(scratch, ignore_errors=True)


def _detection_config(model_name: str) -> dict[str, Any]:
    return {
        "Global": {"model_name": model_name},
        "PreProcess": {"transform_ops": _DETECTION_TRANSFORMS},
        "PostProcess": {"name": "DBPostProcess"},
    }


def _recognition_config(network: NetworkFile) -> dict[str, Any]:
    session = onnxruntime().InferenceSession(str(network.path), providers=["CPUExecutionProvider"])
    characters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    return {
        "Global": {"model_name": network.model_name},
        "PreProcess": {"transform_ops": _RECOGNITION_TRANSFORMS},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }
