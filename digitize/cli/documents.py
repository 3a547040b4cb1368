"""Commands that check and measure documents: validate, evaluate, and the official schemas."""

from __future__ import annotations

from pathlib import Path

import click

from digitize.cli.terms import counted, verbose_option
from digitize.errors import ExitCode, OutputError

VALIDATE_EXAMPLES = """\b
Examples:
  digitize validate articles/
  digitize validate articles/A08/A08-a001.tei.xml

\b
Exit codes: 0 no fault found, 2 nothing to check, 3 an official schema is missing, 4 faults found
"""
EVALUATE_EXAMPLES = """\b
Examples:
  digitize evaluate archive/ --truth truth/
  digitize evaluate archive/ --truth truth/ --json figures.json

\b
Exit codes: 0 every page of the truth was measured, 1 some were not read; each is named, 2 nothing to compare,
4 a document is not well-formed TEI, 5 the JSON cannot be written
"""


@click.command(name="validate", epilog=VALIDATE_EXAMPLES)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--official",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the official schemas.  [default: where `digitize schemas fetch` puts them, if they are there]",
)
@verbose_option
def validate_command(paths: tuple[Path, ...], official: Path | None) -> None:
    """Check documents, or all documents below folders, as `file:line: what is wrong`.

    Each document is checked against this project's profile of its format and its rules, and against the official
    schema where that is there; the documents of a page against each other and against the page's record.
    """
    from digitize.errors import InvalidXmlError  # noqa: PLC0415
    from digitize.validate import validate_paths  # noqa: PLC0415

    count = 0
    for count, violation in enumerate(validate_paths(paths, official), start=1):  # noqa: B007 - the last one is the count
        click.echo(str(violation))
    if count:
        raise InvalidXmlError(
            f"{counted(count, 'fault')} found", remedy="read the pages again, or report the faults as a defect"
        )


@click.command(name="evaluate", epilog=EVALUATE_EXAMPLES)
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with the truth: for each page a folder of its name, with corrected TEI documents.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the figures to a file as JSON, too."
)
@click.option("--film", is_flag=True, help="For originals so bad that every fifth character is misread: tolerate more.")
@verbose_option
def evaluate_command(archive: Path, truth: Path, json_file: Path | None, film: bool) -> None:  # noqa: FBT001 - click's way
    """Measure what was read against a truth: articles, headings, order, characters.

    ARCHIVE is a folder that `digitize run` has written. A truth is made by correcting copies of its TEI documents. All
    figures lie from 0 to 1 and are better when higher, but cer, the character error rate; `-` stands where the truth
    holds nothing of the kind.
    """
    from digitize.evaluate import evaluate, to_json, to_table  # noqa: PLC0415 - see the package's docstring

    evaluation = evaluate(archive, truth, film=film)
    click.echo(to_table(evaluation))
    if json_file:
        _write_text(json_file, to_json(evaluation))
    for page in evaluation.missing:
        click.echo(f"{page}: has a truth, but was not read: everything on it counts as wrong", err=True)
    if evaluation.without_truth:
        pages = counted(len(evaluation.without_truth), "page")
        click.echo(f"{pages} without truth, not measured: {', '.join(evaluation.without_truth)}", err=True)
    click.get_current_context().exit(ExitCode.PAGES_FAILED if evaluation.missing else ExitCode.DONE)


@click.group()
def schemas() -> None:
    """Fetch the official schemas, for `digitize validate`."""


@schemas.command(name="fetch")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="DIR", help="Folder to put them in.  [default: the user's cache]"
)
@verbose_option
def fetch_schemas_command(target: Path | None) -> None:
    """Fetch the official schemas of TEI, NewsML-G2 and ALTO from their homes, and print where they are."""
    from digitize.validate import default_schema_cache, fetch_schemas  # noqa: PLC0415

    for path in fetch_schemas(target or default_schema_cache()):
        click.echo(click.format_filename(path))


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        name = click.format_filename(path)
        raise OutputError(f"{name} cannot be written: {error.strerror}", remedy="name a file that can be written") from error
