"""Options: everything that a run can be told, from flags, the environment or a TOML file, in one frozen value."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from digitize.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT_PREFIX = "DIGITIZE_"

LANGUAGES = ("zh-Hans", "zh-Hant", "en", "fr", "de")
AUTO = "auto"

SPLITS = ("auto", "never", "always")
WRITING_MODES = ("auto", "horizontal-tb", "vertical-rl")
PRECISIONS = ("full", "half")

_DEVICE = re.compile(r"auto|cpu|gpu(:\d+)?")
_SWITCH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_AUTHORITY = re.compile(r"[A-Za-z0-9.@-]+,\d{4}(-\d{2}(-\d{2})?)?")


class Format(StrEnum):
    """A document format that a run can write."""

    TEI = "tei"
    NEWSML = "newsml"
    ALTO = "alto"


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was told.

    The language `auto` is found on each page. `newspaper` and `date` override what the folio says; None and "" leave it
    to the folio. `metadata` is a CSV file in which the archive says of its pages what it knows; "" for none.

    Raises:
        ConfigurationError: a value is outside its set; the message names the setting.
    """

    language: str = AUTO
    formats: tuple[Format, ...] = tuple(Format)
    newspaper: str = ""
    date: dt.date | None = None
    device: str = "auto"
    model: str = "small"
    authority: str = "digitize.invalid,2026"
    max_pixels: int = 400_000_000
    writing_mode: str = "auto"
    trust_blocks: bool = False
    split: str = "auto"
    metadata: str = ""
    precision: str = "full"

    def __post_init__(self) -> None:
        """Refuse values outside their sets."""
        languages = (AUTO, *LANGUAGES)
        _require(self.language in languages, "language", self.language, f"one of {', '.join(languages)}")
        _require(bool(self.formats), "formats", "", f"at least one of {', '.join(Format)}")
        _require(bool(_DEVICE.fullmatch(self.device)), "device", self.device, "auto, cpu, gpu or gpu:N")
        _require(
            bool(_AUTHORITY.fullmatch(self.authority)),
            "authority",
            self.authority,
            "a domain and a year, as in archive.example,2026",
        )
        _require(self.writing_mode in WRITING_MODES, "writing_mode", self.writing_mode, f"one of {', '.join(WRITING_MODES)}")
        _require(self.split in SPLITS, "split", self.split, f"one of {', '.join(SPLITS)}")
        _require(self.precision in PRECISIONS, "precision", self.precision, f"one of {', '.join(PRECISIONS)}")
        _require(self.max_pixels > 0, "max_pixels", self.max_pixels, "a positive number")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the settings that change what is written: not the device, nor where the sheet lies."""
        values = {k: v for k, v in dataclasses.asdict(self).items() if k not in {"device", "metadata"}}
        return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _require(holds: bool, name: str, value: object, expected: str) -> None:  # noqa: FBT001 - a predicate, read in place
    if not holds:
        raise ConfigurationError(f"{name} = {value!r} makes no sense", remedy=f"use {expected}")


def load_settings(path: Path) -> dict[str, Any]:
    """Read settings from a TOML file: the fields of `Options`, by their names.

    Raises:
        ConfigurationError: the file cannot be read, is not TOML, or its settings make no sense.
    """
    try:
        settings = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", remedy="give a TOML file that can be read") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}", remedy="correct the TOML there; it is UTF-8") from error
    try:
        make_options(settings)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error.message}", remedy=error.remedy) from error
    return settings


def environment_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings that stand in the environment as DIGITIZE_<NAME>; lists are parted by commas."""
    names = {field.name for field in dataclasses.fields(Options)}
    found = {}
    for key, value in environ.items():
        name = key.removeprefix(ENVIRONMENT_PREFIX).lower()
        if key.startswith(ENVIRONMENT_PREFIX) and name in names and value:
            found[name] = value
    return found


def gather_options(flags: Mapping[str, Any], config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Options:
    """The options of a run: flags come before the environment, the environment before the file.

    Raises:
        UsageError: a flag's value makes no sense.
        ConfigurationError: a value in the environment or the file makes no sense.
    """
    try:
        make_options(flags)
    except ConfigurationError as error:
        raise UsageError(error.message, remedy=error.remedy) from error
    return make_options(load_settings(config) if config else {}, environment_settings(environ), flags)


def make_options(*layers: Mapping[str, Any]) -> Options:
    """Join layers of settings, later ones first in rank, into options.

    Raises:
        ConfigurationError: a setting is unknown or its value makes no sense.
    """
    names = {field.name for field in dataclasses.fields(Options)}
    merged: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            if name not in names:
                raise ConfigurationError(f"there is no setting {name!r}", remedy=f"settings are {', '.join(sorted(names))}")
            if value is not None:
                merged[name] = _parse(name, value)
    return Options(**merged)


def _parse(name: str, value: Any) -> Any:  # noqa: ANN401 - TOML and flags give any type
    match name:
        case "formats":
            return _parse_formats(value)
        case "date":
            return _parse_date(value)
        case "max_pixels":
            return _parse_number(name, value)
        case "trust_blocks":
            return _parse_switch(name, value)
        case _:
            _require(isinstance(value, str), name, value, "a text")
            return value


def _parse_formats(value: Any) -> tuple[Format, ...]:  # noqa: ANN401 - as above
    """Formats from a list, or from one text with commas; each once, in the order given."""
    parts = value.split(",") if isinstance(value, str) else value
    _require(
        isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts), "formats", value, "a list of names"
    )
    names = [part.strip() for part in parts if part.strip()]
    for name in names:
        _require(name in list(Format), "formats", name, f"any of {', '.join(Format)}")
    return tuple(dict.fromkeys(Format(name) for name in names))


def _parse_date(value: Any) -> dt.date:  # noqa: ANN401 - as above
    if type(value) is dt.date:  # a TOML date; a date with a time is another type
        return value
    try:
        return dt.date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"date = {str(value)!r} is not a date", remedy="write it as 1926-05-09") from error


def _parse_switch(name: str, value: Any) -> bool:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    _require(word in _SWITCH, name, value, "true or false")
    return _SWITCH[word]


def _parse_number(name: str, value: Any) -> int:  # noqa: ANN401 - as above
    try:
        return int(str(value).replace("_", ""))
    except ValueError as error:
        raise ConfigurationError(f"{name} = {value!r} is not a number", remedy="write it in digits") from error
