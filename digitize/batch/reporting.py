"""A report over an output folder, as files: all that it shows comes of the records and of the documents that they list.

On this machine it is made beside its place and put there as a whole. A store has no rename: there its first page is
written last, and what an earlier report leaves is removed after. What is wrong with a page is told, and shown in the
report; the others go on.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digitize.batch.archive import REPORT_INDEX, REPORT_WORK, as_unreadable, is_report, is_report_page, pages_of
from digitize.batch.duplicates import find_duplicates
from digitize.batch.lease import held
from digitize.batch.lock import LOCK_NAME
from digitize.batch.page_views import AGAIN, read_view
from digitize.batch.stored import unwritable
from digitize.batch.writing import as_output_error
from digitize.errors import UsageError
from digitize.report import Around, Arrival, index_html, page_html
from digitize.scan.page_ids import REPORT_NAME, natural_order, printable
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digitize.batch.record import Record
    from digitize.report import PageView, Row
    from digitize.storage import Place


@dataclass(frozen=True, slots=True)
class Report:
    """A report that has been written: its first page, how many pages it shows, and how many of them not whole."""

    index: Place
    pages: int
    incomplete: int


def write_report(output: Place, on_problem: Callable[[str], None] = lambda _: None, *, title: str = "") -> Report:
    """Write a report over an output folder into its `report/`, in place of an earlier one.

    Args:
        output: the folder that a run has written, or its address in a store.
        on_problem: called with each thing that is wrong with a page, in one line.
        title: what the report is headed; "" for the folder's name.

    Raises:
        UsageError: there is no page in the folder, something else lies where the report belongs, or another report is
            being made.
        OutputError: the report cannot be written.
    """
    around = _around(dict(pages_of(output)))
    title = title or _name(output)
    if isinstance(output, Address):
        rows = _write_stored(output, around, title, on_problem)
    else:
        rows = _write_local(output, around, title, on_problem)
    return Report(output / REPORT_NAME / REPORT_INDEX, len(rows), sum(row.incomplete for row in rows))


def _write_local(output: Path, around: dict[str, Around], title: str, on_problem: Callable[[str], None]) -> tuple[Row, ...]:
    place, work = output / REPORT_NAME, output / REPORT_WORK
    if place.exists() and not is_report(place):
        raise _no_report(place)
    with as_output_error(place / REPORT_INDEX):
        work.mkdir(exist_ok=True)
        with held(work):
            made, earlier = work / "made", work / "earlier"
            for remains in (made, earlier):
                shutil.rmtree(remains, ignore_errors=True)

            def write(name: str, content: bytes) -> None:
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

            rows = _Writer(output, around, title, write, on_problem).write()
            if place.exists():
                place.rename(earlier)
            made.rename(place)
            shutil.rmtree(earlier, ignore_errors=True)
        with contextlib.suppress(OSError):
            work.rmdir()
    return rows


def _write_stored(output: Address, around: dict[str, Around], title: str, on_problem: Callable[[str], None]) -> tuple[Row, ...]:
    place = output / REPORT_NAME
    with as_unreadable(output):
        first = next(iter(place.read_many([REPORT_INDEX])), None)
        if not is_report_page(first or b"") and (first or next(place.entries(), None)):
            raise _no_report(place)
    written: set[str] = set()

    def write(name: str, content: bytes) -> None:
        file = place / name
        try:
            file.write_bytes(content)
        except OSError as error:
            raise unwritable(file, error) from error
        written.add(str(file))

    with held(place), as_unreadable(output):
        rows = _Writer(output, around, title, write, on_problem).write()
        for file in place.files():
            if str(file) not in written and file.name != LOCK_NAME:
                file.unlink()
    return rows


def _no_report(place: Place) -> UsageError:
    return UsageError(f"{printable(place)} is no report, and lies where one belongs", remedy="move it away, or rename it")


class _Writer:
    """Writes a report's files, page by page; `around` tells of each what is near it, `write` takes names and contents."""

    def __init__(
        self,
        output: Place,
        around: dict[str, Around],
        title: str,
        write: Callable[[str, bytes], None],
        on_problem: Callable[[str], None],
    ) -> None:
        self._output, self._around, self._title = output, around, title
        self._write_file, self._on_problem = write, on_problem

    def write(self) -> tuple[Row, ...]:
        rows: list[Row] = []
        arrivals: dict[str, list[Arrival]] = defaultdict(list)
        for name in self._around:
            view = read_view(self._output / name)
            page = self._write_page(view.page)
            for problem in page.problems:
                self._on_problem(f"{printable(self._output / name)}: {problem} ({AGAIN})")
            if page.preview and view.thumbnail:
                self._write_file(f"scans/{name}.jpg", page.preview)
                self._write_file(f"thumbnails/{name}.jpg", view.thumbnail.content)
            for article in page.articles:
                for elsewhere, _ in article.zones[1:]:
                    arrivals[elsewhere].append(Arrival(name, article))
            rows.append(replace(view.row, twice=bool(self._around[name].twins)))
        for name, arrived in arrivals.items():  # that they go on there is known only now
            self._around[name] = replace(self._around[name], arrivals=tuple(arrived))
            self._write_page(read_view(self._output / name).page)
        self._write_file(REPORT_INDEX, index_html(self._title, rows))
        return tuple(rows)

    def _write_page(self, page: PageView) -> PageView:
        """Write a page, without what leads to pages that are not in the archive, and give it back so."""
        page = replace(page, articles=tuple(article.among(self._around) for article in page.articles))
        self._write_file(f"pages/{page.id}.html", page_html(page, self._title, self._around[page.id]))
        return page


def _name(output: Place) -> str:
    return printable(output if isinstance(output, Address) else output.resolve()).rpartition("/")[2]


def _around(pages: dict[str, Record | None]) -> dict[str, Around]:
    """For each page, by its id and in order, the pages before and after it, and those that show the same."""
    names = sorted(pages, key=natural_order)
    groups = find_duplicates([record for name in names if (record := pages[name])])
    twins = {name: tuple(each for each in group if each != name) for group in groups for name in group}
    neighbours = zip(["", *names], names, [*names[1:], ""], strict=False)
    return {name: Around(before, after, twins.get(name, ())) for before, name, after in neighbours}
