"""A metadata sheet: a CSV file in which an archive says what it knows of its pages; read, and all its faults told at once.

The first row names the columns. `file` says which page a row is of, see `digitize.batch.described`; the others hold what
documents say of it. Columns are parted by comma, semicolon or tab, whichever the first row is parted by, as spreadsheets
write them; the text is UTF-8, or UTF-16 with a byte order mark. Quotation marks are those of RFC 4180.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.errors import ConfigurationError, SheetError
from digitize.model import Description
from digitize.scan.page_ids import printable
from digitize.storage import fetched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digitize.storage import Place

FILE = "file"
# The columns, and the fields of a `Description` that they fill.
COLUMNS = {
    "newspaper": "newspaper",
    "date": "date",
    "page": "page_number",
    "edition": "edition",
    "rights": "rights",
    "identifier": "identifier",
}
DELIMITERS = ",;\t"
# The largest sheet that is read, in bytes: a row takes some 200, and there are no million frames on a reel.
LARGEST = 1 << 28

# The year first, so that month and day cannot be taken for each other; spreadsheets drop zeros.
_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
# What some spreadsheets want to be told of the delimiter stands in a row before the first.
_SEPARATOR_ROW = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says: of which page, and what. `line` is the one that it begins on, from 1."""

    line: int
    file: str
    description: Description


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and what to do about it, in one line."""

    line: int
    message: str


def read_sheet(path: Place) -> tuple[list[Row], list[Fault]]:
    """Read a sheet: the rows that can be understood, and what is wrong with the others and with the first.

    Rows without a word are passed over.

    Raises:
        ConfigurationError: it cannot be read at all.
    """
    name = printable(path)
    try:
        with fetched(path) as copy, copy.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{name}: the metadata sheet cannot be read: {error.strerror}", remedy="check --metadata and the permissions"
        ) from error
    if len(content) > LARGEST:
        raise ConfigurationError(
            f"{name}: is too large for a metadata sheet", remedy="name a CSV file with a row for each page"
        )
    return parse_sheet(_text(content, name))


def parse_sheet(text: str) -> tuple[list[Row], list[Fault]]:
    """The rows of a sheet that can be understood, and what is wrong with the others and with the first."""
    rows: list[Row] = []
    faults: list[Fault] = []
    records = _records(text, faults)
    line, header = next(records, (1, []))
    columns = _columns(line, header, faults)
    if FILE not in columns:
        return rows, faults
    for line, cells in records:
        if any(_one_line(cell) for cell in cells) and (row := _row(line, cells, columns, faults)):
            rows.append(row)
    if not rows and not faults:
        faults.append(Fault(line, "there is no row below the names of the columns"))
    return rows, faults


def refuse(path: Place, faults: Sequence[Fault]) -> None:
    """End with the faults of a sheet, if there are any.

    Raises:
        SheetError: there are.
    """
    if faults:
        name = printable(path)
        lines = tuple(f"{name}:{fault.line}: {fault.message}" for fault in sorted(faults, key=lambda each: each.line))
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        raise SheetError(f"{name}: {count} in the metadata sheet", remedy="correct the lines named above", faults=lines)


def _text(content: bytes, name: str) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigurationError(
            f"{name}:{line}: the metadata sheet is not UTF-8{_likely_encoding(content)}",
            remedy='save it as "CSV UTF-8", or convert it: iconv -f GB18030 -t UTF-8 (or from what it is in)',
        ) from error


def _likely_encoding(content: bytes) -> str:
    """What a sheet is likely to be in: hardly any other text decodes by the plane that holds China's common characters."""
    try:
        content.decode("gb2312")
    except UnicodeDecodeError:
        return ""
    return ", but GB18030, as it seems"


def _records(text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The rows as cells, each with the line that it begins on; what is no CSV ends them with a fault."""
    told = _SEPARATOR_ROW.match(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, told), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells and not (told and line == 1):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        reason = "a quotation mark is not closed" if "end of data" in str(error) else str(error)
        faults.append(Fault(line, f"is not CSV: {reason}; put cells that hold quotation marks into quotation marks"))


def _delimiter(text: str, told: re.Match[str] | None) -> str:
    """What parts the columns: as told, else what parts the most names of columns in the first row that is not empty."""
    if told and told[1] in DELIMITERS:
        return told[1]
    first = text.lstrip("\ufeff\r\n").splitlines()[:1] or [""]
    return max(DELIMITERS, key=lambda mark: len({_name(cell) for cell in first[0].split(mark)} & {FILE, *COLUMNS}))


def _one_line(cell: str) -> str:
    from digitize.export.markup import one_line  # noqa: PLC0415 - few runs have a sheet, and it loads XML

    return one_line(cell)


def _name(cell: str) -> str:
    return _one_line(cell.replace('"', "").removeprefix("\ufeff")).lower()


def _columns(line: int, header: Sequence[str], faults: list[Fault]) -> list[str]:
    """The names of the columns in their order, "" for one that is not known."""
    names = [_name(cell) for cell in header]
    while names and not names[-1]:  # of columns that were cleared, the delimiters stay
        names.pop()
    known = ", ".join((FILE, *COLUMNS))
    for name in dict.fromkeys(names):
        if name not in {FILE, *COLUMNS}:
            faults.append(Fault(line, f"there is no column {name!r}; columns are {known}, parted by comma, semicolon or tab"))
        elif names.count(name) > 1:
            faults.append(Fault(line, f"the column {name} stands more than once; leave one"))
    if FILE not in names:
        faults.append(Fault(line, f"the column {FILE} is missing; the first row names the columns: {known}"))
    elif not set(names) & set(COLUMNS):
        faults.append(Fault(line, f"there is nothing beside the column {FILE}; columns are {known}"))
    return names


def _row(line: int, cells: Sequence[str], columns: Sequence[str], faults: list[Fault]) -> Row | None:
    if any(_one_line(cell) for cell in cells[len(columns) :]):
        what = f"there are more cells than the {len(columns)} columns"
        faults.append(Fault(line, f"{what}; put cells that hold the delimiter into quotation marks"))
        return None
    values = dict(zip(columns, map(_one_line, cells), strict=False))
    file = values.get(FILE, "")
    if not file:
        faults.append(Fault(line, f"the cell in the column {FILE} is empty; name the file that the row is of"))
        return None
    texts = {field: values[name] for name, field in COLUMNS.items() if name in values and name != "date"}
    date = _date(line, values["date"], faults) if values.get("date") else None
    return Row(line, file, Description(date=date, **texts))


def _date(line: int, text: str, faults: list[Fault]) -> dt.date | None:
    if match := _DATE.fullmatch(text):
        try:
            return dt.date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            faults.append(Fault(line, f"{text!r} is no day of the calendar; correct it"))
            return None
    faults.append(Fault(line, f"{text!r} is not a date; write it as 1926-05-09, in a cell formatted as text"))
    return None
