"""A report over an output folder, as files: all that it shows comes of the records and of the documents that they list.

It is made beside its place and put there as a whole. What is wrong with a page is told, and shown in the report; the
others go on.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.batch.archive import REPORT_INDEX, REPORT_WORK, page_folders
from digitize.batch.lock import locked
from digitize.batch.page_views import AGAIN, read_view
from digitize.batch.record import RECORD_NAME
from digitize.batch.writing import as_output_error
from digitize.errors import UsageError
from digitize.report import Arrival, Neighbours, index_html, page_html
from digitize.scan.page_ids import REPORT_NAME, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from digitize.report import PageView, Row


@dataclass(frozen=True, slots=True)
class Report:
    """A report that has been written: its first page, how many pages it shows, and how many of them not whole."""

    index: Path
    pages: int
    incomplete: int


def write_report(output: Path, on_problem: Callable[[str], None] = lambda _: None) -> Report:
    """Write a report over an output folder into its `report/`, in place of an earlier one.

    Args:
        output: the folder that a run has written.
        on_problem: called with each thing that is wrong with a page, in one line.

    Raises:
        UsageError: there is no page in the folder, a page lies where the report belongs, or another report is being made.
        OutputError: the report cannot be written.
    """
    folders = page_folders(output)
    place, work = output / REPORT_NAME, output / REPORT_WORK
    if (place / RECORD_NAME).exists():
        raise UsageError(
            f"{printable(place)}: a page lies where the report belongs", remedy="remove it, and read the page again"
        )
    with as_output_error(place / REPORT_INDEX):
        work.mkdir(exist_ok=True)
        with locked(work):
            made, earlier = work / "made", work / "earlier"
            for remains in (made, earlier):
                shutil.rmtree(remains, ignore_errors=True)
            rows = _Writer(output, folders, made, on_problem).write()
            if place.exists():
                place.rename(earlier)
            made.rename(place)
            shutil.rmtree(earlier, ignore_errors=True)
        with contextlib.suppress(OSError):
            work.rmdir()
    return Report(place / REPORT_INDEX, len(rows), sum(row.incomplete for row in rows))


class _Writer:
    """Writes a report's files, page by page."""

    def __init__(self, output: Path, folders: Sequence[Path], made: Path, on_problem: Callable[[str], None]) -> None:
        self._title = printable(output.resolve()).rpartition("/")[2]
        self._folders, self._made, self._on_problem = folders, made, on_problem
        self._places = {folder.name: number for number, folder in enumerate(folders)}

    def write(self) -> tuple[Row, ...]:
        for name in ("pages", "scans", "thumbnails"):
            (self._made / name).mkdir(parents=True)
        rows: list[Row] = []
        arrivals: dict[str, list[Arrival]] = defaultdict(list)
        for folder in self._folders:
            view = read_view(folder)
            for problem in view.page.problems:
                self._on_problem(f"{printable(folder)}: {problem} ({AGAIN})")
            if view.page.preview and view.thumbnail:
                (self._made / "scans" / f"{view.page.id}.jpg").write_bytes(view.page.preview)
                (self._made / "thumbnails" / f"{view.page.id}.jpg").write_bytes(view.thumbnail.content)
            for article in view.page.articles:
                for elsewhere, _ in article.zones[1:]:
                    arrivals[elsewhere].append(Arrival(view.page.id, article))
            self._write_page(view.page, ())
            rows.append(view.row)
        for name in arrivals.keys() & self._places.keys():  # what goes on there is known only now
            self._write_page(read_view(self._folders[self._places[name]]).page, tuple(arrivals[name]))
        (self._made / REPORT_INDEX).write_bytes(index_html(self._title, rows))
        return tuple(rows)

    def _write_page(self, page: PageView, arrivals: tuple[Arrival, ...]) -> None:
        number = self._places[page.id]
        before, after = self._folders[max(0, number - 1) : number], self._folders[number + 1 : number + 2]
        neighbours = Neighbours(*("".join(folder.name for folder in folders) for folders in (before, after)))
        content = page_html(page, self._title, neighbours, arrivals)
        (self._made / "pages" / f"{page.id}.html").write_bytes(content)
