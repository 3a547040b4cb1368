"""The commands: parse, call, print. Heavy modules are imported inside the commands, so that --help answers at once."""

from __future__ import annotations

import click

from digitize import __version__
from digitize.cli.archive import report_command, status_command, verify_command
from digitize.cli.documents import evaluate_command, schemas, validate_command
from digitize.cli.models import models
from digitize.cli.reading import explain_command, run_command
from digitize.cli.terms import EXIT_CODES, Session

EXAMPLE = """\b
Example:
  digitize run scans/ --output articles/
"""


@click.group(epilog=EXAMPLE + EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Turn scanned newspaper pages into one validated XML document per article.

    Everything runs on this machine; only `models fetch` and `schemas fetch` use the network.
    """


for command in (
    run_command,
    explain_command,
    status_command,
    report_command,
    verify_command,
    validate_command,
    evaluate_command,
    models,
    schemas,
):
    cli.add_command(command)

__all__ = ["Session", "cli"]
