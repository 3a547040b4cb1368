"""A report over an output folder, as files: all that it shows comes of the records and of the documents that they list.

It is made beside its place and put there as a whole. What is wrong with a page is told, and shown in the report; the
others go on.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.batch.archive import REPORT_INDEX, REPORT_WORK, is_report, page_folders
from digitize.batch.duplicates import find_duplicates
from digitize.batch.lock import locked
from digitize.batch.page_views import AGAIN, read_view
from digitize.batch.writing import as_output_error, read_record
from digitize.errors import UsageError
from digitize.report import Around, Arrival, index_html, page_html
from digitize.scan.page_ids import REPORT_NAME, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digitize.report import PageView, Row


@dataclass(frozen=True, slots=True)
class Report:
    """A report that has been written: its first page, how many pages it shows, and how many of them not whole."""

    index: Path
    pages: int
    incomplete: int


def write_report(output: Path, on_problem: Callable[[str], None] = lambda _: None, *, title: str = "") -> Report:
    """Write a report over an output folder into its `report/`, in place of an earlier one.

    Args:
        output: the folder that a run has written.
        on_problem: called with each thing that is wrong with a page, in one line.
        title: what the report is headed; "" for the folder's name.

    Raises:
        UsageError: there is no page in the folder, something else lies where the report belongs, or another report is
            being made.
        OutputError: the report cannot be written.
    """
    folders = page_folders(output)
    place, work = output / REPORT_NAME, output / REPORT_WORK
    if place.exists() and not is_report(place):
        raise UsageError(f"{printable(place)} is no report, and lies where one belongs", remedy="move it away, or rename it")
    with as_output_error(place / REPORT_INDEX):
        work.mkdir(exist_ok=True)
        with locked(work):
            made, earlier = work / "made", work / "earlier"
            for remains in (made, earlier):
                shutil.rmtree(remains, ignore_errors=True)
            rows = _Writer(title or _name(output), folders, made, on_problem).write()
            if place.exists():
                place.rename(earlier)
            made.rename(place)
            shutil.rmtree(earlier, ignore_errors=True)
        with contextlib.suppress(OSError):
            work.rmdir()
    return Report(place / REPORT_INDEX, len(rows), sum(row.incomplete for row in rows))


class _Writer:
    """Writes a report's files, page by page."""

    def __init__(self, title: str, folders: Sequence[Path], made: Path, on_problem: Callable[[str], None]) -> None:
        self._title, self._made, self._on_problem = title, made, on_problem
        self._folders = {folder.name: folder for folder in folders}
        self._around = dict(_around(folders))

    def write(self) -> tuple[Row, ...]:
        for name in ("pages", "scans", "thumbnails"):
            (self._made / name).mkdir(parents=True)
        rows: list[Row] = []
        arrivals: dict[str, list[Arrival]] = defaultdict(list)
        for name, folder in self._folders.items():
            view = read_view(folder)
            page = self._write_page(view.page)
            for problem in page.problems:
                self._on_problem(f"{printable(folder)}: {problem} ({AGAIN})")
            if page.preview and view.thumbnail:
                (self._made / "scans" / f"{name}.jpg").write_bytes(page.preview)
                (self._made / "thumbnails" / f"{name}.jpg").write_bytes(view.thumbnail.content)
            for article in page.articles:
                for elsewhere, _ in article.zones[1:]:
                    arrivals[elsewhere].append(Arrival(name, article))
            rows.append(replace(view.row, twice=bool(self._around[name].twins)))
        for name, arrived in arrivals.items():  # that they go on there is known only now
            self._around[name] = replace(self._around[name], arrivals=tuple(arrived))
            self._write_page(read_view(self._folders[name]).page)
        (self._made / REPORT_INDEX).write_bytes(index_html(self._title, rows))
        return tuple(rows)

    def _write_page(self, page: PageView) -> PageView:
        """Write a page, without what leads to pages that are not in the archive, and give it back so."""
        page = replace(page, articles=tuple(article.among(self._folders) for article in page.articles))
        (self._made / "pages" / f"{page.id}.html").write_bytes(page_html(page, self._title, self._around[page.id]))
        return page


def _name(output: Path) -> str:
    return printable(output.resolve()).rpartition("/")[2]


def _around(folders: Sequence[Path]) -> Iterator[tuple[str, Around]]:
    """For each page, by its id, the pages before and after it, and those that show the same."""
    records = [record for folder in folders if (record := read_record(folder)) and record.page_id == folder.name]
    twins = {name: tuple(each for each in group if each != name) for group in find_duplicates(records) for name in group}
    names = [folder.name for folder in folders]
    for before, name, after in zip(["", *names], names, [*names[1:], ""], strict=False):
        yield name, Around(before, after, twins.get(name, ()))
