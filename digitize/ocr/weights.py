"""The models' weights: which are known, where they lie, whether they are whole, and the folders that PaddleOCR reads.

PaddleOCR wants a folder for each model that holds `inference.onnx` and `inference.yml`. The default model, `small`,
comes with the rapidocr wheel as bare ONNX files, so its folders are made in the user's cache: a link to the wheel's
file, and an `inference.yml` written from what the ONNX file says of itself. Nothing here touches the network.

A model folder, also one of one's own (`--model DIR`):

    DIR/det/inference.onnx  DIR/det/inference.yml      text detection
    DIR/rec/inference.onnx  DIR/rec/inference.yml      text recognition
    DIR/SHA256SUMS                                     optional, in the format of sha256sum
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from digitize.errors import ConfigurationError, MissingDependencyError
from digitize.ocr.runtime import onnxruntime
from digitize.storage import sum_of

SUMS = "SHA256SUMS"

_LAYOUT = "1"  # raise when what stands in an inference.yml changes, so that folders made before are not used
_ONNX, _YML = "inference.onnx", "inference.yml"
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # written in C where it is there: ten times sooner
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
class WheelFile:
    """A file that an installed package carries, with its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model by the name that `--model` takes, PaddleOCR's names of its parts, and the wheel's files if one has them."""

    name: str
    detection: str
    recognition: str
    wheel_files: tuple[WheelFile, ...] = ()


MODELS = {
    model.name: model
    for model in (
        KnownModel(
            "small",
            "PP-OCRv6_small_det",
            "PP-OCRv6_small_rec",
            (
                WheelFile(
                    "PP-OCRv6_det_small.onnx",
                    9_929_594,
                    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
                ),
                WheelFile(
                    "PP-OCRv6_rec_small.onnx",
                    21_234_383,
                    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
                ),
            ),
        ),
        KnownModel("tiny", "PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec"),
        KnownModel("medium", "PP-OCRv6_medium_det", "PP-OCRv6_medium_rec"),
    )
}


@dataclass(frozen=True, slots=True)
class ModelPart:
    """One network of a model: PaddleOCR's name for it, its folder, and the SHA-256 of its ONNX file."""

    model_name: str
    folder: Path
    sha256: str

    @property
    def onnx(self) -> Path:
        """Its ONNX file."""
        return self.folder / _ONNX


@dataclass(frozen=True, slots=True)
class Weights:
    """A model that is there and whole, ready to be opened."""

    name: str
    detection: ModelPart
    recognition: ModelPart

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over both networks: it changes when the weights do."""
        return hashlib.sha256((self.detection.sha256 + self.recognition.sha256).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a model: where it is or should be, its size in bytes and SHA-256 as found, and what is wrong with it."""

    path: Path
    size: int
    sha256: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ModelState:
    """A known model as it stands on this machine; `where` says where its files come from."""

    name: str
    where: str
    files: tuple[FileState, ...]

    @property
    def complete(self) -> bool:
        """Whether all files are there with the right size and SHA-256."""
        return bool(self.files) and not any(file.fault for file in self.files)


def cache_folder() -> Path:
    """The folder for what digitize keeps between runs; it need not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path("~/.cache").expanduser()
    return root / "digitize"


def find_weights(model: str) -> Weights:
    """Find a model by the name it is known by, or in a folder of one's own, and check that it is whole.

    Raises:
        MissingDependencyError: the model's files are missing or damaged.
        ConfigurationError: it is neither a known name nor a folder.
    """
    if known := MODELS.get(model):
        folder = _wheel_model_folder(known) if known.wheel_files else fetched_folder(model)
        if not folder.is_dir():
            raise MissingDependencyError(f"the model {model!r} is not here", remedy=f"run `digitize models fetch {model}`")
    else:
        folder = Path(model)
        if not folder.is_dir():
            raise ConfigurationError(
                f"there is no model {model!r}",
                remedy=f"use one of {', '.join(MODELS)}, or a folder with det/ and rec/ in it",
            )
    sums = read_sums(folder)
    return Weights(model, _part(folder, "det", sums), _part(folder, "rec", sums))


def model_states() -> tuple[ModelState, ...]:
    """Every known model as it stands on this machine; reads all files to sum them."""
    return tuple(_wheel_state(known) if known.wheel_files else _fetched_state(known) for known in MODELS.values())


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
            for name in (_ONNX, _YML):
                if not (source / name).is_file():
                    raise MissingDependencyError(f"{source}: no {name} came with the model", remedy="fetch it again")
                shutil.copyfile(source / name, scratch / part / name)
        names = [f"{part}/{name}" for part in ("det", "rec") for name in (_ONNX, _YML)]
        sums = "".join(f"{sum_of(scratch / name)}  {name}\n" for name in names)
        (scratch / SUMS).write_text(sums, "utf-8")
        _swap_in(scratch, target, keep_whole=False)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def read_characters(part: ModelPart) -> tuple[str, ...]:
    """The characters that a recognition network knows, in its order, without the blank before and the space behind them.

    Raises:
        MissingDependencyError: its inference.yml does not list them.
    """
    path = part.folder / _YML
    text = path.read_text("utf-8")
    try:
        config = json.loads(text) if text.startswith("{") else yaml.load(text, _YAML_LOADER)  # noqa: S506 - the safe ones
        return tuple(map(str, config["PostProcess"]["character_dict"]))
    except (ValueError, yaml.YAMLError, LookupError, TypeError) as error:
        raise MissingDependencyError(
            f"{path} lists no characters", remedy="use the inference.yml that PaddleOCR exported with the model"
        ) from error


def read_sums(folder: Path) -> dict[str, str]:
    """The sums that stand in a model folder's SHA256SUMS, by relative path; empty when it has none."""
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
    except OSError:
        return {}
    return {name.strip(): digest for digest, _, name in (line.partition("  ") for line in lines)}


def _part(folder: Path, part: str, sums: dict[str, str]) -> ModelPart:
    for name in (_ONNX, _YML):
        path = folder / part / name
        if not path.is_file():
            raise MissingDependencyError(
                f"{path} is not there", remedy="a model folder holds inference.onnx and inference.yml in det/ and rec/"
            )
        expected = sums.get(f"{part}/{name}")
        if expected and sum_of(path) != expected:
            raise MissingDependencyError(
                f"{path} is not the file it was (its SHA-256 differs)", remedy="fetch or install the model again"
            )
    return ModelPart(_model_name(folder / part / _YML), folder / part, sum_of(folder / part / _ONNX))


def _model_name(path: Path) -> str:
    # Read by pattern: the file also holds a list of some 18,000 characters, and parsing YAML takes half a second.
    match = _MODEL_NAME.search(path.read_text("utf-8"))
    if not match:
        raise MissingDependencyError(
            f"{path} names no model", remedy="use the inference.yml that PaddleOCR exported with the model"
        )
    return match[1]


def _wheel_file(name: str) -> Path:
    """Where the rapidocr package keeps a model file; the package itself is not imported."""
    spec = importlib.util.find_spec("rapidocr")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise MissingDependencyError(
            "the package rapidocr, which carries the model, is not installed", remedy="pip install rapidocr"
        )
    return Path(places[0]) / "models" / name


def _check(path: Path, expected: WheelFile) -> FileState:
    if not path.is_file():
        return FileState(path, 0, "", "missing")
    size = path.stat().st_size
    if size != expected.size:
        return FileState(path, size, "", f"{size} bytes, not {expected.size}")
    digest = sum_of(path)
    return FileState(path, size, digest, "" if digest == expected.sha256 else "another SHA-256")


def _wheel_state(known: KnownModel) -> ModelState:
    try:
        files = tuple(_check(_wheel_file(file.name), file) for file in known.wheel_files)
    except MissingDependencyError:
        files = tuple(FileState(Path(file.name), 0, "", "missing") for file in known.wheel_files)
    return ModelState(known.name, "the installed package rapidocr", files)


def _fetched_state(known: KnownModel) -> ModelState:
    folder = fetched_folder(known.name)
    files = []
    for name, expected in read_sums(folder).items():
        path = folder / name
        digest = sum_of(path) if path.is_file() else ""
        fault = "" if digest == expected else "another SHA-256" if digest else "missing"
        files.append(FileState(path, path.stat().st_size if digest else 0, digest, fault))
    return ModelState(known.name, str(folder) if files else "not fetched", tuple(files))


def _wheel_model_folder(known: KnownModel) -> Path:
    """The model folder made from the wheel's files, in the cache or, where that cannot be written, in a temporary one."""
    states = [_check(_wheel_file(file.name), file) for file in known.wheel_files]
    for state in states:
        if state.fault:
            raise MissingDependencyError(f"{state.path}: {state.fault}", remedy="pip install --force-reinstall rapidocr")
    # The paths are part of the name: an environment that moved leaves links that lead nowhere.
    key = hashlib.sha256("\n".join([_LAYOUT, *(f"{s.path} {s.sha256}" for s in states)]).encode()).hexdigest()[:16]
    target = cache_folder() / "models" / f"{known.name}-{key}"
    if _has_all_files(target):
        return target
    scratch = _scratch_folder(target)
    _write_part(scratch / "det", states[0].path, _detection_config(known.detection))
    _write_part(scratch / "rec", states[1].path, _recognition_config(known.recognition, states[1].path))
    if scratch.parent != target.parent:
        return scratch
    _swap_in(scratch, target, keep_whole=True)
    return target


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
        (folder / _ONNX).symlink_to(onnx)
    except OSError:  # a file system without links
        shutil.copyfile(onnx, folder / _ONNX)
    # JSON is YAML; characters stand as they are, because YAML does not join JSON's surrogate escapes.
    (folder / _YML).write_text(json.dumps(config, ensure_ascii=False), "utf-8")


def _has_all_files(folder: Path) -> bool:
    return all((folder / part / name).is_file() for part in ("det", "rec") for name in (_ONNX, _YML))


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


def _recognition_config(model_name: str, onnx: Path) -> dict[str, Any]:
    session = onnxruntime().InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    characters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    return {
        "Global": {"model_name": model_name},
        "PreProcess": {"transform_ops": _RECOGNITION_TRANSFORMS},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }
