"""Options: their sets, their layers, their digest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from digitize.errors import ConfigurationError, UsageError
from digitize.options import Format, Options, environment_settings, gather_options, load_settings, make_options


def config(folder: Path, text: str) -> Path:
    """A configuration file with that text."""
    path = folder / "digitize.toml"
    path.write_text(text, "utf-8")
    return path


def test_flags_come_before_the_environment_before_the_file(tmp_path: Path) -> None:
    """Of a setting that stands in all three the flag holds, else the environment, else the file, else the default."""
    file = config(tmp_path, 'newspaper = "file"\nlanguage = "en"\nmodel = "tiny"\n')
    environ = {"DIGITIZE_NEWSPAPER": "environment", "DIGITIZE_LANGUAGE": "zh-Hant"}
    options = gather_options({"newspaper": "flag", "language": None, "date": None}, file, environ)
    assert options == Options(newspaper="flag", language="zh-Hant", model="tiny")


def test_all_settings_can_stand_in_a_file(tmp_path: Path) -> None:
    """Each field has a TOML form."""
    text = """
formats = ["alto", "tei"]
date = 1926-05-09
max_pixels = 1_000_000
device = "gpu:1"
authority = "archive.example,2026-01"
"""
    assert gather_options({}, config(tmp_path, text), {}) == Options(
        formats=(Format.ALTO, Format.TEI),
        date=dt.date(1926, 5, 9),
        max_pixels=1_000_000,
        device="gpu:1",
        authority="archive.example,2026-01",
    )


def test_all_settings_can_stand_in_the_environment() -> None:
    """Each field has a text form; what is empty, unknown or another program's is passed over."""
    environ = {
        "DIGITIZE_FORMATS": "tei, newsml,tei",
        "DIGITIZE_DATE": "1926-05-09",
        "DIGITIZE_MAX_PIXELS": "1000",
        "DIGITIZE_MODEL": "",
        "DIGITIZE_SOMETHING": "else",
        "PATH": "/bin",
    }
    assert make_options(environment_settings(environ)) == Options(
        formats=(Format.TEI, Format.NEWSML), date=dt.date(1926, 5, 9), max_pixels=1000
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"language": "zh"}, "language = 'zh' makes no sense (use one of auto, zh-Hans, zh-Hant, en, fr, de)"),
        ({"formats": "tei,bmp"}, "formats = 'bmp' makes no sense (use any of tei, newsml, alto)"),
        ({"formats": ","}, "formats = '' makes no sense (use at least one of tei, newsml, alto)"),
        ({"formats": 3}, "formats = 3 makes no sense (use a list of names)"),
        ({"formats": [3]}, "formats = [3] makes no sense (use a list of names)"),
        ({"date": "9 May"}, "date = '9 May' is not a date (write it as 1926-05-09)"),
        (
            {"date": dt.datetime(1926, 5, 9, tzinfo=dt.UTC)},
            "date = '1926-05-09 00:00:00+00:00' is not a date (write it as 1926-05-09)",
        ),
        ({"device": "tpu"}, "device = 'tpu' makes no sense (use auto, cpu, gpu or gpu:N)"),
        ({"device": 0}, "device = 0 makes no sense (use a text)"),
        ({"max_pixels": 0}, "max_pixels = 0 makes no sense (use a positive number)"),
        ({"max_pixels": "many"}, "max_pixels = 'many' is not a number (write it in digits)"),
        ({"authority": "me"}, "authority = 'me' makes no sense (use a domain and a year, as in archive.example,2026)"),
    ],
)
def test_a_value_outside_its_set_is_named_with_the_remedy(settings: dict[str, object], told: str) -> None:
    """The message names the setting, the value and what to use instead; a flag is a wrong command, a setting is not."""
    with pytest.raises(ConfigurationError) as wrong:
        make_options(settings)
    assert str(wrong.value) == told
    with pytest.raises(UsageError):
        gather_options(settings, None, {})


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    """A misspelt name in a file is not passed over in silence; the file is named."""
    file = config(tmp_path, 'langauge = "en"\n')
    with pytest.raises(ConfigurationError, match=r"digitize\.toml: there is no setting 'langauge' \(settings are author"):
        load_settings(file)


@pytest.mark.parametrize("content", [b"language = ", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """Broken TOML, and what is not text, is named with its file."""
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"a\.toml"):
        load_settings(tmp_path / "a.toml")


def test_a_file_that_is_not_there_is_refused() -> None:
    """A missing configuration file is an error, not an empty one."""
    with pytest.raises(ConfigurationError, match="No such file"):
        load_settings(Path("none.toml"))


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors on Windows put one there."""
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbflanguage = "en"\n')
    assert load_settings(tmp_path / "a.toml") == {"language": "en"}


def test_the_digest_changes_with_what_is_written() -> None:
    """Each setting but the device changes the digest; equal options have equal digests."""
    changed = [
        Options(language="en"),
        Options(formats=(Format.TEI,)),
        Options(newspaper="x"),
        Options(date=dt.date(1926, 5, 9)),
        Options(model="tiny"),
        Options(authority="a.example,2026"),
    ]
    assert len({options.digest for options in [*changed, Options()]}) == len(changed) + 1
    assert Options(device="cpu").digest == Options().digest
