"""The program: runs a command, and turns whatever ends it into one line and an exit code.

Worker processes import it again as they start, and need no command: what parses them is loaded when it is called.
"""

from __future__ import annotations

import signal
import sys
import traceback
from typing import TYPE_CHECKING

from digitize.errors import DigitizeError, ExitCode, SheetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.cli import Session


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the arguments are those of the command line unless others are given.

    Returns:
        The exit code. Errors are told on stderr, in one line; with --verbose also where they arose.
    """
    import click  # noqa: PLC0415 - see the module's docstring

    from digitize.cli import Session, cli  # noqa: PLC0415 - the same

    session = Session()
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a container that is stopped leaves nothing half-written
        result = cli.main(arguments, prog_name="digitize", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("digitize: interrupted", err=True)
        return ExitCode.INTERRUPTED
    except DigitizeError as error:
        for fault in error.faults if isinstance(error, SheetError) else ():
            click.echo(fault, err=True)
        _tell(str(error), session)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last line of defence
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        _tell(f"{reason} (this is a defect; run again with --verbose and report what it shows)", session)
        return ExitCode.OTHER
    return result if isinstance(result, int) else ExitCode.DONE


def _tell(text: str, session: Session) -> None:
    import click  # noqa: PLC0415 - see the module's docstring

    if session.verbose:
        traceback.print_exc()
    click.echo(f"digitize: {text}", err=True)


if __name__ == "__main__":
    sys.exit(main())
