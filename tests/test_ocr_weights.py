"""The models' weights: found, checked, made into folders once, and listed."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from digitize.errors import ConfigurationError, MissingDependencyError
from digitize.ocr import fetch, model_folders, weights


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "digitize"


def own_model(folder: Path) -> Path:
    """A folder in the form of a model of one's own; its networks are not networks."""
    for part in ("det", "rec"):
        (folder / part).mkdir(parents=True)
        (folder / part / "inference.onnx").write_bytes(part.encode())
        (folder / part / "inference.yml").write_text(f"Global:\n  model_name: PP-OCRv6_small_{part}\n")
    return folder


def test_the_default_model_comes_from_the_installed_package(cache: Path) -> None:
    """Its folders lie in the cache and link to the package's files, which have the sums that are known."""
    found = weights.find_weights("small")
    assert found.detection.folder.is_relative_to(cache)
    assert [f.sha256 for f in weights.MODELS["small"].wheel_files] == [found.detection.sha256, found.recognition.sha256]
    assert (found.recognition.folder / "inference.onnx").is_symlink()


def test_the_character_list_is_that_of_the_network() -> None:
    """The list in inference.yml has as many characters as the network has classes, less the blank and the space."""
    assert len(model_folders.read_characters(weights.find_weights("small").recognition.folder)) == 18710 - 2


def test_a_second_search_finds_the_same_folder(cache: Path) -> None:
    """The folders are made once and nothing else is left in the cache."""
    first = weights.find_weights("small")
    assert first == weights.find_weights("small")
    assert len(list((cache / "models").iterdir())) == 1


def _find(_: int) -> str:
    return str(weights.find_weights("small").detection.folder)


def test_processes_that_start_together_share_one_folder(cache: Path) -> None:
    """Several processes with an empty cache end with one whole folder and no leftovers."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        folders = pool.map(_find, range(4))
    assert len(set(folders)) == 1
    assert [Path(folders[0]).parent] == list((cache / "models").iterdir())


def test_an_incomplete_folder_is_made_again() -> None:
    """A folder that lost a file is replaced, not used."""
    part = weights.find_weights("small").recognition
    (part.folder / "inference.yml").unlink()
    weights.find_weights("small")
    assert (part.folder / "inference.yml").is_file()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is found all the same, in a temporary folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    monkeypatch.setattr(model_folders.tempfile, "tempdir", str(tmp_path))
    assert weights.find_weights("small").detection.folder.is_relative_to(tmp_path)


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with the right size and other bytes is named, with the remedy."""
    known = weights.MODELS["small"].wheel_files[0]
    damaged = tmp_path / known.name
    damaged.write_bytes(b"")
    os.truncate(damaged, known.size)
    monkeypatch.setattr(weights, "_wheel_file", lambda name: tmp_path / name)
    with pytest.raises(MissingDependencyError, match=f"{known.name}: another SHA-256.*reinstall"):
        weights.find_weights("small")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rapidocr the error says which package to install; the listing still works."""
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match="pip install rapidocr"):
        weights.find_weights("small")
    assert [state.complete for state in weights.model_states()] == [False] * 3


def test_the_listing_says_what_is_complete() -> None:
    """Of the known models only the packaged one is here, whole, with its files' sizes."""
    states = {state.name: state for state in weights.model_states()}
    assert {name: s.complete for name, s in states.items()} == {"small": True, "tiny": False, "medium": False}
    assert [file.size for file in states["small"].files] == [9_929_594, 21_234_383]


def test_a_model_that_was_not_fetched_names_the_command() -> None:
    """Asking for a known model that is not here says how to get it."""
    with pytest.raises(MissingDependencyError, match="digitize models fetch medium"):
        weights.find_weights("medium")


def test_an_unknown_model_is_a_wrong_setting() -> None:
    """A name that is neither known nor a folder is refused with what can be given."""
    with pytest.raises(ConfigurationError, match=r"there is no model 'huge' \(use one of small, tiny, medium"):
        weights.find_weights("huge")


def test_a_folder_of_ones_own_is_a_model(tmp_path: Path) -> None:
    """The names that PaddleOCR needs are read from the folder's inference.yml."""
    found = weights.find_weights(str(own_model(tmp_path / "own")))
    assert (found.detection.model_name, found.recognition.model_name) == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")


EXPORTED = """PostProcess:
  name: CTCLabelDecode
  character_dict:
  - '!'
  - '"'
  - ''''
  - 7
  - 国
  - 𠮷
"""


def test_the_characters_of_ones_own_model_are_read_as_paddleocr_exports_them(tmp_path: Path) -> None:
    """The list may be YAML, with signs that mean something there in quotes, and figures without."""
    part = weights.find_weights(str(own_model(tmp_path / "own"))).recognition
    with (part.folder / "inference.yml").open("a", encoding="utf-8") as file:
        file.write(EXPORTED)
    assert model_folders.read_characters(part.folder) == ("!", '"', "'", "7", "国", "𠮷")


@pytest.mark.parametrize("text", ["Global: {}", "{", "PostProcess: [", "PostProcess:\n  character_dict:\n", "- 1"])
def test_a_model_without_characters_is_refused(tmp_path: Path, text: str) -> None:
    """An inference.yml that lists none, or is no YAML, is named."""
    part = weights.find_weights(str(own_model(tmp_path / "own"))).recognition
    (part.folder / "inference.yml").write_text(text, "utf-8")
    with pytest.raises(MissingDependencyError, match=r"rec/inference\.yml lists no characters"):
        model_folders.read_characters(part.folder)


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    """A model folder that lacks a file is refused by that file's name."""
    (own_model(tmp_path / "own") / "rec" / "inference.onnx").unlink()
    with pytest.raises(MissingDependencyError, match=r"rec/inference.onnx is not there"):
        weights.find_weights(str(tmp_path / "own"))


def test_a_fetched_model_is_kept_with_its_sums(tmp_path: Path) -> None:
    """What was downloaded is found by its name, listed as complete, and refused once a byte changes."""
    own = own_model(tmp_path / "download")
    folder = model_folders.install_fetched("tiny", own / "det", own / "rec")
    assert weights.find_weights("tiny").detection.folder == folder / "det"
    assert {state.name: state.complete for state in weights.model_states()}["tiny"]
    (folder / "det" / "inference.onnx").write_bytes(b"bad")
    assert not {state.name: state.complete for state in weights.model_states()}["tiny"]
    with pytest.raises(MissingDependencyError, match="SHA-256 differs"):
        weights.find_weights("tiny")


def test_a_fetch_that_brings_half_a_model_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    """A download without its inference.yml is refused and nothing stays in the cache."""
    own = own_model(tmp_path / "download")
    (own / "rec" / "inference.yml").unlink()
    with pytest.raises(MissingDependencyError, match=r"no inference\.yml came"):
        model_folders.install_fetched("tiny", own / "det", own / "rec")
    assert list((cache / "models").iterdir()) == []


def test_a_fetch_without_a_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever PaddleOCR raises while it downloads becomes one error with a remedy."""

    class Unreachable:
        def TextDetection(self, **_: object) -> None:  # noqa: N802 - PaddleOCR's name
            raise OSError("No available model hosting platforms detected")

    monkeypatch.setattr(fetch, "_paddleocr", lambda **_: Unreachable())
    with pytest.raises(MissingDependencyError, match=r"PP-OCRv6_tiny_det could not be fetched.*--model DIR"):
        fetch.download("PP-OCRv6_tiny_det", "TextDetection")
