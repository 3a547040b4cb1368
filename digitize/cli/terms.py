"""What the commands share: the --verbose switch, the table of exit codes, counts in words."""

from __future__ import annotations

from dataclasses import dataclass

import click

from digitize.storage import Place, place


@dataclass(slots=True)
class Session:
    """What `main` must know of a command after it has failed."""

    verbose: bool = False


def _set_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.ensure_object(Session).verbose = True


verbose_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, callback=_set_verbose, help="Show also where an error arose."
)


class PlaceType(click.ParamType[Place]):
    """A path of this machine, or the address of a store."""

    name = "place"

    def convert(self, value: str | Place, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """The place that a word on the command line names."""
        del param, ctx
        return place(value) if isinstance(value, str) else value


PLACE = PlaceType()

EXIT_CODES = """

\b
Exit codes:
    0  all pages done
    1  finished, but some pages failed; each is named with its reason
    2  the command cannot be carried out as written
    3  a package, model or device is missing
    4  invalid XML found, or files not as recorded
    5  the output folder cannot be written
    9  a setting in the environment or the configuration file, or a row of the metadata sheet, makes no sense
   15  anything else
  130  interrupted; finished pages stay, nothing half-written does
"""


def counted(count: int, noun: str) -> str:
    """A count with its noun: 1 page, 2 pages."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def print_warning(text: str) -> None:
    """Tell on stderr what does not end the command."""
    click.echo(f"digitize: warning: {text}", err=True)
