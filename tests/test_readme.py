"""The project's papers: what they promise is there, and what is there is in them."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from PIL import Image

from digitize import __version__
from digitize.batch.record import Counts, Failure, Record, Status
from digitize.cli import cli
from digitize.errors import ExitCode
from digitize.model import Source
from digitize.options import LANGUAGES, Format, Options, environment_settings, make_options
from digitize.scan.inputs import SUFFIXES

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
PAPERS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "samples").glob("*.md"), *(PROJECT / "schemas").glob("*.md")])

OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    """What stands in the README under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    return found[1]


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its heading."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def leaves(command: click.Command, name: str = "digitize") -> list[tuple[str, click.Command]]:
    """All commands that do something, by the words that call them."""
    if isinstance(command, click.Group):
        return [leaf for key, child in command.commands.items() for leaf in leaves(child, f"{name} {key}")]
    return [(name, command)]


def told_commands() -> list[str]:
    """Every command line of the program in the papers' code blocks, also behind `docker run`."""
    lines = [
        line.partition("  #")[0].strip()
        for paper in PAPERS
        for block in blocks(paper.read_text("utf-8"), "sh")
        for line in block.replace("\\\n", " ").splitlines()
    ]
    words = [re.sub(r"^(\S*/|docker run .* )(?=digitize )", "", line) for line in lines]
    return [line for line in words if line.startswith("digitize ")]


@pytest.mark.parametrize(("name", "command"), leaves(cli), ids=lambda value: value if isinstance(value, str) else "")
def test_every_option_has_its_row(name: str, command: click.Command) -> None:
    """The table of each command names exactly the options that it takes, long and short."""
    taken = {option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts}
    told = {option for row in rows(name) for option in OPTION.findall(row[0])}

    assert told == taken


def test_what_all_commands_take_is_told() -> None:
    """Help and version stand before the commands."""
    assert {"-h", "--help", "--version"} <= set(OPTION.findall(section("Commands")))


@pytest.mark.parametrize("line", told_commands())
def test_commands_can_be_typed_as_they_stand(line: str) -> None:
    """Each command line of the papers is one that the program takes, with settings that make sense."""
    command, words = cli, shlex.split(line)[1:]
    while isinstance(command, click.Group) and words:
        command, words = command.commands[words[0]], words[1:]
    values = command.make_context("digitize", words).params

    make_options({name: value for name, value in values.items() if name in {f.name for f in dataclasses.fields(Options)}})


def test_there_are_commands_to_type() -> None:
    """The test above looked at something: runs, validation, and what the container is told."""
    told = told_commands()
    assert len(told) > 5
    assert "digitize run /in --output /out" in told


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(PROJECT)))
def test_relative_links_lead_somewhere(paper: Path) -> None:
    """Files that links and pictures name are there, and so are the headings."""
    text = re.sub(r"^```.*?^```$", "", paper.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (paper.parent / path).resolve() if path else paper
        assert target.is_file(), link
        assert target.is_relative_to(PROJECT), link
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, link


def test_every_setting_can_be_looked_up() -> None:
    """Each setting has its row, with the variable that is read for it; the file shown is one that can be read."""
    told = {row[0].strip("`"): row[1].strip("`") for row in rows("Settings")}
    assert set(told) == {field.name for field in dataclasses.fields(Options)}
    assert set(environment_settings(dict.fromkeys(told.values(), "x"))) == set(told)
    (file,) = blocks(section("Settings"), "toml")
    assert make_options(tomllib.loads(file)) != Options()


def test_every_exit_code_is_told() -> None:
    """The table of exit codes has each of them and no other."""
    assert [int(row[0]) for row in rows("Exit codes")] == [code.value for code in ExitCode]


def test_every_field_of_the_record_is_told() -> None:
    """Each field of page.json is explained, and those of what it holds."""
    named = {name for row in rows("page.json") for cell in row for name in re.findall(r"`(\w+)`", cell)}
    parts = (Record, Source, Counts, Failure)
    assert {field.name for part in parts for field in dataclasses.fields(part)} | {"schema"} <= named
    assert {status.value for status in Status} <= named


def test_formats_languages_and_suffixes_are_told() -> None:
    """What may be given to --format and --language, and which files are taken from folders."""
    assert ",".join(Format) in section("digitize run")
    assert all(f"`{language}`" in section("digitize run") for language in LANGUAGES)
    assert set(re.findall(r"\.\w+", re.search(r"suffixes `(.*?)`", section("Inputs"), re.DOTALL)[1])) == SUFFIXES


def test_make_targets_are_there() -> None:
    """Every `make` that the papers tell of is a target of the Makefile."""
    targets = set(re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"`make (\w+)[^`]*`|^make (\w+)", README + CONTRIBUTING, re.MULTILINE))

    assert {name for pair in told for name in pair if name} == {"demo", "test", "lint", "bench", "clean"} <= targets


def test_the_version_is_in_the_changelog() -> None:
    """What this version brings is written down."""
    assert f"## [{__version__}]" in (PROJECT / "CHANGELOG.md").read_text("utf-8")


def test_every_room_is_on_the_plan() -> None:
    """Each folder and module of the package has its place in the table of rooms."""
    rooms = [path for path in (PROJECT / "digitize").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in rooms} - {"__init__.py"}

    assert {name for name in names if not re.search(rf"`(digitize/)?{re.escape(name)}`", CONTRIBUTING)} == set()


def test_the_library_example_runs(tmp_path: Path) -> None:
    """The README's Python code does what it says, in a folder with a scan; the record has the stages that are told."""
    (example,) = blocks(README, "python")
    (tmp_path / "scans").mkdir()
    Image.new("L", (400, 300), 255).save(tmp_path / "scans" / "A08.png")
    code = f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n{example}"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads((tmp_path / "archive" / "A08" / "page.json").read_bytes())
    (stages,) = (cell for name, cell in rows("page.json") if name == "`timings`")
    assert list(record["timings"]) == re.findall(r"`(\w+)`", stages)


@pytest.mark.parametrize(("name", "most"), [("overlay", 600_000), ("report", 150_000)])
def test_the_pictures_are_small_enough_to_load(name: str, most: int) -> None:
    """The README's pictures are wide enough to read and light enough for a page."""
    file = PROJECT / "docs" / f"{name}.png"
    with Image.open(file) as picture:
        assert picture.width == 1100
    assert file.stat().st_size < most


def test_code_blocks_of_the_shell_are_well_formed() -> None:
    """The shell reads every block of commands without complaint."""
    shell = shutil.which("bash") or pytest.skip("NO SHELL: the papers' commands are not read by one")
    for paper in PAPERS:
        for block in blocks(paper.read_text("utf-8"), "sh"):
            done = subprocess.run([shell, "-n"], input=block, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), block
