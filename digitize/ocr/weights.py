"""The models' weights: which are known, where they lie, and whether they are whole. Nothing here touches the network."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digitize.errors import ConfigurationError, MissingDependencyError
from digitize.ocr.model_folders import ONNX, YML, NetworkFile, fetched_folder, linked_folder, read_model_name, read_sums
from digitize.storage import sum_of


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
        return self.folder / ONNX


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


def find_weights(model: str) -> Weights:
    """Find a model by the name it is known by, or in a folder of one's own, and check that it is whole.

    Raises:
        MissingDependencyError: the model's files are missing or damaged.
        ConfigurationError: it is neither a known name nor a folder.
    """
    if known := MODELS.get(model):
        folder = _wheel_folder(known) if known.wheel_files else fetched_folder(model)
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


def _part(folder: Path, part: str, sums: dict[str, str]) -> ModelPart:
    for name in (ONNX, YML):
        path = folder / part / name
        if not path.is_file():
            raise MissingDependencyError(
                f"{path} is not there", remedy="a model folder holds inference.onnx and inference.yml in det/ and rec/"
            )
        expected = sums.get(f"{part}/{name}")
        if expected and _sum_of(path) != expected:
            raise MissingDependencyError(
                f"{path} is not the file it was (its SHA-256 differs)", remedy="fetch or install the model again"
            )
    return ModelPart(read_model_name(folder / part), folder / part, _sum_of(folder / part / ONNX))


def _sum_of(path: Path) -> str:
    """The SHA-256 (hex) of a file; one that several folders link to is read once, as long as it does not change."""
    state = path.stat()
    return _sum(path.resolve(), state.st_size, state.st_mtime_ns)


@cache
def _sum(path: Path, _size: int, _changed: int) -> str:
    return sum_of(path)


def _wheel_file(name: str) -> Path:
    """Where the rapidocr package keeps a model file; the package itself is not imported."""
    spec = importlib.util.find_spec("rapidocr")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise MissingDependencyError(
            "the package rapidocr, which carries the model, is not installed", remedy="pip install rapidocr"
        )
    return Path(places[0]) / "models" / name


def _wheel_folder(known: KnownModel) -> Path:
    states = [_check(_wheel_file(file.name), file) for file in known.wheel_files]
    for state in states:
        if state.fault:
            raise MissingDependencyError(f"{state.path}: {state.fault}", remedy="pip install --force-reinstall rapidocr")
    names = known.detection, known.recognition
    detection, recognition = (NetworkFile(name, state.path, state.sha256) for name, state in zip(names, states, strict=True))
    return linked_folder(known.name, detection, recognition)


def _check(path: Path, expected: WheelFile) -> FileState:
    if not path.is_file():
        return FileState(path, 0, "", "missing")
    size = path.stat().st_size
    if size != expected.size:
        return FileState(path, size, "", f"{size} bytes, not {expected.size}")
    digest = _sum_of(path)
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
        digest = _sum_of(path) if path.is_file() else ""
        fault = "" if digest == expected else "another SHA-256" if digest else "missing"
        files.append(FileState(path, path.stat().st_size if digest else 0, digest, fault))
    return ModelState(known.name, str(folder) if files else "not fetched", tuple(files))
