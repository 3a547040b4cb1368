"""Commands that look at an output folder as a whole, by its records: status, report and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digitize.cli.terms import PLACE, counted, print_warning, verbose_option
from digitize.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.batch.archive import State
    from digitize.storage import Place

# How many blank pages are named on a terminal.
BLANKS_NAMED = 10

STATUS_EXAMPLES = """\b
Examples:
  digitize status articles/
  digitize status articles/ --json

\b
Exit codes: 0 no page failed, 1 some pages failed, 2 no page records found
"""
REPORT_EXAMPLES = """\b
Examples:
  digitize report articles/
  digitize report articles/ --title "Reel 7, April 1937"

\b
Exit codes: 0 every page is shown, 1 some are not, or not whole; each is named, 2 no page records found,
5 the report cannot be written
"""
VERIFY_EXAMPLES = """\b
Examples:
  digitize verify articles/

\b
Exit codes: 0 every file is as recorded, 2 no page records found, 4 files are missing, altered or extra,
5 a file cannot be read
"""


@click.command(name="status", epilog=STATUS_EXAMPLES)
@click.argument("output", type=PLACE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@verbose_option
def status_command(output: Place, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Tell how the pages of an output folder ended.

    Counts, failures, blank frames, pages that were filmed more than once, the slowest, those of the lowest confidence.
    """
    from digitize.batch.archive import state_of  # noqa: PLC0415 - see the package's docstring

    state = state_of(output)
    if as_json:
        click.echo(state.to_json())
    else:
        _print_state(state)
    click.get_current_context().exit(ExitCode.PAGES_FAILED if state.failed else ExitCode.DONE)


@click.command(name="report", epilog=REPORT_EXAMPLES)
@click.argument("output", type=PLACE)
@click.option("--title", default="", metavar="TEXT", help="What to head the report.  [default: the folder's name]")
@verbose_option
def report_command(output: Place, title: str) -> None:
    """Write a report over an output folder: HTML pages to look at in a browser, in its folder report.

    It shows every page with its scan and its text beside it, what was not read and why, and what is worth a look. It is
    made of the records and the documents in the folder, needs no server and no network, and can be made anew at any time.
    The first page's path is printed.
    """
    from digitize.batch.reporting import write_report  # noqa: PLC0415 - see the package's docstring

    report = write_report(output, print_warning, title=title)
    click.echo(click.format_filename(str(report.index)))
    click.get_current_context().exit(ExitCode.PAGES_FAILED if report.incomplete else ExitCode.DONE)


@click.command(name="verify", epilog=VERIFY_EXAMPLES)
@click.argument("output", type=PLACE)
@click.option(
    "--inputs",
    type=PLACE,
    metavar="FOLDER",
    multiple=True,
    help="Where the inputs lie now, if no longer where the run found them; it may be in a store.",
)
@verbose_option
def verify_command(output: Place, inputs: tuple[Place, ...]) -> None:
    """Compare every input and output file with the SHA-256 in the pages' records.

    What is missing, altered, or in the output folder without a record is listed, and inputs that are not found.
    """
    from digitize.batch.fixity import Difference, verify  # noqa: PLC0415 - see the package's docstring
    from digitize.errors import InvalidXmlError  # noqa: PLC0415

    count = lost = 0
    for fault in verify(output, inputs):
        click.echo(str(fault))
        count += fault.files
        lost += fault.files if fault.difference is Difference.NOT_FOUND else 0
    if count:
        moved = "name the folder where the inputs lie now with --inputs"
        remedy = "restore the files from a copy, or run again: what is missing or altered is read again"
        remedy = moved if lost == count else f"{remedy}; {moved}" if lost else remedy
        raise InvalidXmlError(f"{counted(count, 'file')} not as recorded", remedy=remedy)


def _print_state(state: State) -> None:
    parts = [
        f"{state.done} done",
        f"{state.blank} blank" if state.blank else "",
        f"{state.failed} failed" if state.failed else "",
    ]
    click.echo(f"{counted(state.pages, 'page')}: {', '.join(filter(None, parts))}")
    click.echo(f"{counted(state.articles, 'article')}, {counted(state.advertisements, 'advertisement')}")
    click.echo(f"{state.seconds:.1f} s of reading")
    for page in state.failures:
        reason = f"{page.error.message} ({page.error.remedy})" if page.error else "no reason recorded"
        click.echo(f"{page.page_id}: failed: {reason}")
    if state.blank_pages:
        click.echo(f"blank: {_listed(state.blank_pages)}")
    for same in state.duplicates:
        click.echo(f"filmed more than once: {', '.join(same)}")
    for title, pages in (("slowest", state.slowest), ("lowest confidence", state.least_confident)):
        unit = " s" if title == "slowest" else ""
        if pages:
            click.echo(f"{title}: {', '.join(f'{page.page_id} {page.figure:.2f}{unit}' for page in pages)}")


def _listed(pages: Sequence[str]) -> str:
    """The first pages by name, and how many more there are."""
    more = len(pages) - BLANKS_NAMED
    return ", ".join(pages[:BLANKS_NAMED]) + (f" and {more} more (--json lists all)" if more > 0 else "")
