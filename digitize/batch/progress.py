"""What a run tells while it goes on: a line for each page, as text or JSON, and on a terminal a bar below; on stderr."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

import click

from digitize.batch.record import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from digitize.batch.outcome import Outcome
    from digitize.batch.run import Progress

# Pages after which a pace is told; the first ones wait for the model.
_PACED = 3


class Teller:
    """Tells of pages and of what concerns the run; `as_json` for programs, one object a line with the page's id."""

    def __init__(self, *, quiet: bool, verbose: bool, as_json: bool) -> None:
        self._quiet, self._verbose, self._as_json = quiet, verbose, as_json
        self._print: Callable[[str], None] = lambda text: click.echo(text, err=True)
        self._bar: Bar | None = None
        self._row: TaskID | None = None

    @contextlib.contextmanager
    def showing(self) -> Iterator[None]:
        """Keep a bar below the lines as long as this lasts, where a person looks on."""
        if self._as_json or self._quiet or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console  # noqa: PLC0415 - a tenth of a second to load, and only for terminals
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - the same

        console = Console(stderr=True)
        with Progress(BarColumn(bar_width=30), TextColumn("{task.description}", markup=False), console=console) as bar:
            self._bar, self._row = bar, bar.add_task("starting", total=None)
            self._print = lambda text: console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)
            try:
                yield
            finally:
                bar.remove_task(self._row)
                self._bar, self._print = None, lambda text: click.echo(text, err=True)

    def page(self, outcome: Outcome) -> None:
        """Tell how a page ended."""
        if outcome.error:
            when = " before" if outcome.skipped else ""
            self._tell(outcome, "error", f"failed{when}: {outcome.error.message} ({outcome.error.remedy})")
            if self._verbose and outcome.trace and not self._as_json:
                self._print(outcome.trace.rstrip("\n"))
        elif not self._quiet:
            self._tell(outcome, "info", _told(outcome))

    def warning(self, text: str) -> None:
        """Tell what concerns the whole run."""
        if self._as_json:
            self._print_json(level="warning", page="", message=text)
        else:
            self._print(f"digitize: warning: {text}")

    def progress(self, progress: Progress) -> None:
        """Move the bar, and say what each worker is at."""
        if self._bar is None or self._row is None:
            return
        ended = progress.done + progress.failed + progress.skipped
        total = None if progress.left is None else ended + progress.left
        self._bar.update(self._row, completed=ended, total=total, description=_standing(progress))

    def _tell(self, outcome: Outcome, level: str, text: str) -> None:
        if self._as_json:
            self._print_json(
                level=level,
                page=outcome.page_id,
                file=outcome.path,
                status=outcome.status,
                skipped=outcome.skipped,
                seconds=round(outcome.seconds, 3),
                message=text,
            )
        else:
            self._print(f"{outcome.page_id or outcome.path}: {text}")

    def _print_json(self, **values: object) -> None:
        when = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        # A file name that is not UTF-8 reaches us with lone surrogates; as JSON escapes they come back.
        self._print(json.dumps({"time": when, **values}, ensure_ascii=False).encode("utf-8", "backslashreplace").decode())


def _standing(progress: Progress) -> str:
    """Pages done, failed and left, the pace and the time left by it, and the workers' pages."""
    left = "" if progress.left is None else f", {progress.left} left"
    parts = [f"{progress.done + progress.skipped} done, {progress.failed} failed{left}"]
    if progress.done >= _PACED:
        pace = progress.done / progress.seconds
        to_go = "" if progress.left is None else f", {dt.timedelta(seconds=round(progress.left / pace))} to go"
        parts.append(f"{pace * 60:.1f} pages/min{to_go}")
    return " | ".join([*parts, *progress.workers])


def _told(outcome: Outcome) -> str:
    counts = outcome.counts
    found = f"{counted(counts.articles, 'article')}, {counted(counts.advertisements, 'advertisement')}"
    if outcome.status is Status.BLANK:
        found = f"blank, {counted(counts.characters, 'character')} on it" if counts.characters else "blank"
    return f"{found}, done before" if outcome.skipped else f"{found}, {outcome.seconds:.1f} s"


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
