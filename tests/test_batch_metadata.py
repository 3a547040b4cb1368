"""The metadata sheet: what it may look like, what is wrong with it, which pages its rows are of, what comes of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import standins
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitize.__main__ import main
from digitize.batch.described import describe
from digitize.batch.issues import gather
from digitize.batch.run import run
from digitize.batch.sheet import Row, parse_sheet, read_sheet
from digitize.batch.tasks import Workers
from digitize.errors import ConfigurationError, ExitCode, SheetError
from digitize.model import Description
from digitize.options import Options
from digitize.scan import find_inputs
from digitize.validate import validate_paths

if TYPE_CHECKING:
    from pathlib import Path

    from digitize.batch.outcome import Summary

FULL = "file,newspaper,date,page,edition,rights,identifier\n"


def rows(text: str) -> list[Row]:
    """The rows of a sheet without fault."""
    found, faults = parse_sheet(text)
    assert faults == []
    return found


def faults(text: str) -> list[str]:
    """What is wrong with a sheet, with line numbers."""
    return [f"{fault.line}: {fault.message}" for fault in parse_sheet(text)[1]]


def scan(path: Path, shade: int = 200, frames: int = 1) -> Path:
    """A small image of so many frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [Image.new("L", (100, 120), shade + frame) for frame in range(frames)]
    made[0].save(path, **({"save_all": True, "append_images": made[1:]} if frames > 1 else {}))
    return path


def told(folder: Path, text: str, *inputs: Path) -> dict[str, Description]:
    """What the rows of a sheet tell, by page ids, of a folder's files or of the inputs named."""
    sheet = folder.parent / "sheet.csv"
    sheet.write_text(text, "utf-8")
    named = inputs or (folder,)
    descriptions, _ = describe(sheet, gather(find_inputs(named)), named)
    return dict(descriptions.told)


# --- The sheet


def test_a_row_says_what_its_cells_say() -> None:
    """Each column fills its field; white space around a cell is no part of it."""
    text = FULL + "0001.tif, 大公报 ,1939-04-26,3,晚刊,CC0,ark:/12345/1\n"
    expected = Description("大公报", dt.date(1939, 4, 26), "3", "晚刊", "CC0", "ark:/12345/1")
    assert rows(text) == [Row(2, "0001.tif", expected)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_sheets_come_as_spreadsheets_write_them(delimiter: str, end: str, quote: str) -> None:
    """Delimiters, line ends and quotation marks are those of any spreadsheet; columns in any order and case."""
    lines = [["Page", "FILE", "date"], ["3", "a.tif", "1926-05-09"], ["", "", ""], ["4", "b.tif", ""]]
    text = end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in line) for line in lines)
    expected = [
        Row(2, "a.tif", Description(page_number="3", date=dt.date(1926, 5, 9))),
        Row(4, "b.tif", Description(page_number="4")),
    ]
    assert rows(text) == expected


def test_a_row_may_say_what_parts_its_columns() -> None:
    """As some spreadsheets have it; lines are counted with it."""
    assert rows("sep=;\nfile;page\na.tif;3\n") == [Row(3, "a.tif", Description(page_number="3"))]


def test_columns_that_were_cleared_are_no_columns() -> None:
    """A spreadsheet goes on writing the delimiters of what once was there."""
    assert rows("file;page;;\na.tif;3;;\n;;;\n") == [Row(2, "a.tif", Description(page_number="3"))]


@pytest.mark.parametrize("written", ["1926-05-09", "1926/5/9", "1926.05.9", "1926-5-09"])
def test_dates_have_the_year_first(written: str) -> None:
    """Then month and day cannot be taken for each other; spreadsheets drop zeros."""
    assert rows(f"file,date\na.tif,{written}\n")[0].description.date == dt.date(1926, 5, 9)


@pytest.mark.parametrize("written", ["09.05.1926", "5/9/26", "1926", "9 May 1926", "19260509", "1926/5-9", "１９２６-５-９"])
def test_dates_that_may_mean_another_day_are_refused(written: str) -> None:
    """With the way to write them."""
    assert faults(f"file,date\na.tif,{written}\n") == [
        f"2: {written!r} is not a date; write it as 1926-05-09, in a cell formatted as text"
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """A cell of two lines, empty lines and a byte order mark change nothing."""
    text = '\ufefffile,rights,date\n\na.tif,"two\nlines",1926-05-09\n\nb.tif,x,1926-02-30\n'
    found, wrong = parse_sheet(text)
    assert found[0] == Row(3, "a.tif", Description(rights="two lines", date=dt.date(1926, 5, 9)))
    assert [(fault.line, fault.message) for fault in wrong] == [(6, "'1926-02-30' is no day of the calendar; correct it")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the column file is missing; the first row names the columns"),
        ("0001.tif,1926-05-09\n", "the column file is missing; the first row names the columns"),
        ("file|page\na|1\n", "there is no column 'file|page'; columns are file, newspaper, date"),
        ("file,pages\na,1\n", "there is no column 'pages'; columns are file, newspaper, date"),
        ("file,,page\na,,1\n", "there is no column ''; columns are file, newspaper, date"),
        ("file,page,page\na,1,2\n", "the column page stands more than once; leave one"),
        ("file\na\n", "there is nothing beside the column file; columns are file, newspaper, date"),
        ("file,page\n", "there is no row below the names of the columns"),
        ("file,page\n,3\n", "the cell in the column file is empty; name the file that the row is of"),
        ("file,page\na,1,2\n", "there are more cells than the 2 columns; put cells that hold the delimiter into quotation"),
        ('file,page\na,"1\nb,2\n', "is not CSV: a quotation mark is not closed; put cells that hold quotation marks"),
        ('file,page\na,"1"2\n', "is not CSV: ',' expected after '\"'; put cells that hold quotation marks"),
        (f"file,page\na,{'x' * 200_000}\n", "is not CSV: field larger than field limit (131072)"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told_with_its_line(text: str, expected: str) -> None:
    """Each in one line that says what to do."""
    assert any(expected in fault for fault in faults(text)), faults(text)
    assert all("\n" not in fault for fault in faults(text))


def test_a_sheet_of_utf_16_is_read(tmp_path: Path) -> None:
    """Spreadsheets call it Unicode text, and part its columns by tabs."""
    (tmp_path / "sheet.txt").write_bytes("file\tnewspaper\r\na.tif\t大公报\r\n".encode("utf-16"))
    assert read_sheet(tmp_path / "sheet.txt") == ([Row(2, "a.tif", Description("大公报"))], [])


def test_a_sheet_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """With its line and the way out; what Chinese spreadsheets write is called by its name."""
    (tmp_path / "sheet.csv").write_bytes("file,newspaper\na.tif,x\nb.tif,大公报\n".encode("gb18030"))
    with pytest.raises(ConfigurationError, match=r"sheet\.csv:3: the metadata sheet is not UTF-8, but GB18030") as raised:
        read_sheet(tmp_path / "sheet.csv")
    assert "iconv -f GB18030 -t UTF-8" in raised.value.remedy
    (tmp_path / "sheet.csv").write_bytes("file,newspaper\nb.tif,Zürcher Écho\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"sheet\.csv:2: the metadata sheet is not UTF-8 \("):
        read_sheet(tmp_path / "sheet.csv")


# --- Which pages rows are of


@pytest.mark.parametrize("name", ["0001.tif", "0001.TIF", "0001", "reel/0001.tif", "reel\\0001.tif", "./reel/0001", "p0001"])
def test_a_row_names_a_file_as_it_lies_in_the_folders(tmp_path: Path, name: str) -> None:
    """By its name, with or without folders and suffix, in any case, or by the page's id."""
    scan(tmp_path / "reel" / "0001.tif")
    scan(tmp_path / "reel" / "0002.tif")
    assert told(tmp_path / "reel", f"file,page\n{name},3\n") == {"p0001": Description(page_number="3")}


def test_files_of_one_name_are_told_by_their_folders(tmp_path: Path) -> None:
    """A name that is that of several files is a fault that names them; with the folder before it, it is not."""
    for reel in ("reel7", "reel8"):
        scan(tmp_path / "in" / reel / "0001.tif")
    with pytest.raises(SheetError) as raised:
        told(tmp_path / "in", "file,page\n0001.tif,3\n")
    (fault,) = raised.value.faults
    assert fault.endswith("2: 0001.tif: names more than one file: reel7/0001.tif, reel8/0001.tif; write it like one of these")
    assert list(told(tmp_path / "in", "file,page\nreel8/0001.tif,3\n")) == ["reel8-0001"]


def test_frames_and_pages_on_a_frame_are_told_by_their_ids(tmp_path: Path) -> None:
    """They go before the file's row cell by cell; a file that looks like a page's id is itself."""
    for name, frames in (("reel.tif", 3), ("0001.tif", 2), ("A08.png", 1), ("A08-2.png", 1)):
        scan(tmp_path / "in" / name, frames=frames)
    sheet = (
        "file,newspaper,page\nreel.tif,大公报,\nreel-f002,,7\nreel-f002-1,,8\np0001-f002,时报,\nA08,,1\nA08-2,,2\nA08-1,,3\n"
    )
    (tmp_path / "sheet.csv").write_text(sheet, "utf-8")
    found, _ = describe(tmp_path / "sheet.csv", gather(find_inputs([tmp_path / "in"])), [tmp_path / "in"])
    assert found.of("reel", "reel-f001") == Description("大公报")
    assert found.of("reel", "reel-f002") == Description("大公报", page_number="7")
    assert found.of("reel", "reel-f002", "reel-f002-1") == Description("大公报", page_number="8")
    assert found.of("p0001", "p0001-f002") == Description("时报")
    assert [found.of(page).page_number for page in ("A08", "A08-2", "A08-1")] == ["1", "2", "3"]
    assert found.parts == {"reel-f002": 3, "reel-f002-1": 4, "p0001-f002": 5, "A08-1": 8}


def test_every_fault_is_told_in_one_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with file and line, then how many there are; with code 9, before anything is read."""
    scan(tmp_path / "reel" / "0001.tif")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("file,date,pages\n0001.tif,9.5.1926,\n0002.tif,,\n0001,,\n,1926-05-09,\n", "utf-8")
    assert (
        main(["run", str(tmp_path / "reel"), "-o", str(tmp_path / "out"), "--metadata", str(sheet)]) == ExitCode.CONFIGURATION
    )
    *lines, last = capsys.readouterr().err.splitlines()
    known = "file, newspaper, date, page, edition, rights, identifier"
    assert [line.removeprefix(str(sheet)) for line in lines] == [
        f":1: there is no column 'pages'; columns are {known}, parted by comma, semicolon or tab",
        ":2: '9.5.1926' is not a date; write it as 1926-05-09, in a cell formatted as text",
        ":3: 0002.tif: no such file is read; correct its name, or leave out the row",
        ":4: 0001: has a row already, in line 2; leave one of the two",
        ":5: the cell in the column file is empty; name the file that the row is of",
    ]
    assert last == f"digitize: {sheet}: 5 faults in the metadata sheet (correct the lines named above)"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_sheet_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With code 9."""
    scan(tmp_path / "A01.png")
    command = ["run", str(tmp_path / "A01.png"), "-o", str(tmp_path / "out"), "--metadata", str(tmp_path / "none.csv")]
    assert main(command) == ExitCode.CONFIGURATION
    assert "none.csv: the metadata sheet cannot be read: No such file or directory (check --metadata" in capsys.readouterr().err


def test_one_sheet_serves_many_reels(tmp_path: Path) -> None:
    """Rows of folders that are not read are left aside, and so are all others where single files are named."""
    for reel in ("reel7", "reel8"):
        for name in ("0001.tif", "0002.tif"):
            scan(tmp_path / "in" / reel / name)
    sheet = "file,page\n" + "".join(f"{reel}/000{n}.tif,{n}\n" for reel in ("reel7", "reel8") for n in (1, 2))
    assert list(told(tmp_path / "in" / "reel7", sheet)) == ["p0001", "p0002"]
    assert list(told(tmp_path / "in", sheet)) == ["reel7-0001", "reel7-0002", "reel8-0001", "reel8-0002"]
    single = tmp_path / "in" / "reel8" / "0002.tif"
    assert list(told(tmp_path / "in", sheet, single)) == ["p0002"]
    with pytest.raises(SheetError, match=r"reel9/0001\.tif: neither this nor any other row is of a file that is read"):
        told(tmp_path / "in" / "reel7", "file,page\nreel9/0001.tif,1\n")


def test_earlier_ocr_is_told_by_its_own_files_or_its_images(tmp_path: Path) -> None:
    """A METS file's row holds for its pages, behind their own."""
    folder = tmp_path / "in"
    folder.mkdir()
    files = "".join(f'<file ID="f{n}"><FLocat xlink:href="p{n}.xml"/></file>' for n in (1, 2))
    divs = "".join(f'<div TYPE="PAGE"><fptr FILEID="f{n}"/></div>' for n in (1, 2))
    (folder / "mets.xml").write_text(
        '<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"><fileSec><fileGrp USE="fulltext">'
        f'{files}</fileGrp></fileSec><structMap TYPE="PHYSICAL"><div>{divs}</div></structMap></mets>'
    )
    for n in (1, 2, 3):
        (folder / f"p{n}.xml").write_text('<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"/>')
    scan(folder / "p1.png")
    assert told(folder, "file,newspaper,page\np1.png,,1\nmets.xml,时报,\np2.xml,大公报,2\np3,,3\n") == {
        "p1": Description("时报", page_number="1"),
        "p2": Description("大公报", page_number="2"),
        "p3": Description(page_number="3"),
    }


def test_files_without_a_row_are_told(tmp_path: Path) -> None:
    """In one line, however many there are."""
    for n in range(1, 10):
        scan(tmp_path / "in" / f"A{n}.png")
    scan(tmp_path / "in" / "reel.tif", frames=2)
    (tmp_path / "sheet.csv").write_text("file,page\nA2,1\nreel-f001,2\n", "utf-8")
    _, warnings = describe(tmp_path / "sheet.csv", gather(find_inputs([tmp_path / "in"])), [tmp_path / "in"])
    (warning,) = warnings
    assert warning.endswith("no row is of A1, A3, A4, A5, A6 and 3 more; what their pages say of themselves is taken")


# --- Runs


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with two pages, a file of two, a sheet of them, and room for what is read."""
    for shade, name in enumerate(("A01.png", "A02.png")):
        scan(tmp_path / "in" / name, 180 + shade)
    scan(tmp_path / "in" / "reel.tif", frames=2)
    sheet = "A01.png,大公报,1939-04-26,3,晚刊,CC0,ark:/1\nA02.png,时报,,,,,\nreel.tif,申报,,,,,\nreel-f002,,,9,,,\n"
    (tmp_path / "sheet.csv").write_text(FULL + sheet, "utf-8")
    return tmp_path


def read(archive: Path, **changes: Any) -> Summary:
    """Read the folder with its sheet, in this process."""
    options = Options(device="cpu", **({"metadata": str(archive / "sheet.csv")} | changes))
    inputs = [archive / "in"]
    return run(inputs, archive / "out", options, workers=Workers(jobs=0), load=standins.load)


def reread(summary: Summary) -> list[str]:
    """The pages that were read, not skipped."""
    return [outcome.page_id for outcome in summary.outcomes if not outcome.skipped]


def test_what_the_sheet_says_is_in_documents_and_record(archive: Path) -> None:
    """Documents of a page say its row and are valid; the record keeps the identifier."""
    read(archive)
    assert list(validate_paths([archive / "out"], None)) == []
    tei = (archive / "out" / "A01" / "A01-a001.tei.xml").read_text("utf-8")
    expected = (">大公报<", 'when="1939-04-26"', 'unit="page">3<', "<edition>晚刊<", "<p>CC0<", 'type="archive">ark:/1<')
    assert [part for part in expected if part not in tei] == []
    assert '"identifier": "ark:/1"' in (archive / "out" / "A01" / "page.json").read_text("utf-8")
    assert ">申报<" in (archive / "out" / "reel-f001" / "reel-f001-a001.tei.xml").read_text("utf-8")
    assert 'PRINTED_IMG_NR="9"' in (archive / "out" / "reel-f002" / "reel-f002.alto.xml").read_text("utf-8")


def test_a_row_that_changes_has_its_pages_read_again(archive: Path) -> None:
    """Those of other rows are not; where the sheet lies, and how it is written, changes nothing."""
    assert len(reread(read(archive))) == 4
    sheet = archive / "sheet.csv"
    sheet.write_text("\ufeff" + sheet.read_text("utf-8").replace(",", ";").replace("1939-04-26", "1939/4/26"), "utf-8")
    shutil.move(sheet, archive / "other.csv")
    assert reread(read(archive, metadata=str(archive / "other.csv"))) == []
    text = (archive / "other.csv").read_text("utf-8")
    (archive / "other.csv").write_text(text.replace("时报", "新报").replace(";9;", ";10;"), "utf-8")
    assert reread(read(archive, metadata=str(archive / "other.csv"))) == ["A02", "reel-f002"]
    assert reread(read(archive, metadata="")) == ["A01", "A02", "reel-f001", "reel-f002"]


def test_a_failed_page_is_tried_again_when_its_row_changes(archive: Path) -> None:
    """And not before; also where its process died."""
    for name in ("A03-raise", "A04-crash"):
        scan(archive / "in" / f"{name}.png")
    options = Options(device="cpu", metadata=str(archive / "sheet.csv"))

    def pages() -> list[str]:
        summary = run([archive / "in"], archive / "out", options, workers=Workers(jobs=1), load=standins.load)
        return [outcome.page_id for outcome in summary.failed if not outcome.skipped]

    assert pages() == ["A03-raise", "A04-crash"]
    assert pages() == []
    with (archive / "sheet.csv").open("a", encoding="utf-8") as sheet:
        sheet.write("A03-raise,x,,,,,\nA04-crash,x,,,,,\n")
    assert pages() == ["A03-raise", "A04-crash"]


def test_a_row_of_a_page_that_is_not_there_is_told_at_the_end(archive: Path) -> None:
    """Frames are counted only when their file is open."""
    with (archive / "sheet.csv").open("a", encoding="utf-8") as sheet:
        sheet.write("reel-f003,,,10,,,\nA02-1,,,10,,,\n")
    warnings: list[str] = []
    options = Options(device="cpu", metadata=str(archive / "sheet.csv"))
    run([archive / "in"], archive / "out", options, workers=Workers(jobs=0), load=standins.load, on_warning=warnings.append)
    told = [warning.removeprefix(str(archive)) for warning in warnings]
    assert told[-2:] == ["/sheet.csv:6: there is no page reel-f003", "/sheet.csv:7: there is no page A02-1"]


# --- Anything at all


CELL = st.one_of(
    st.sampled_from(["file", "page", "date", "1926-05-09", "0001.tif", "", '"', "\n", "sep=;", "\ufeff"]),
    st.text(st.characters(codec="utf-8"), max_size=8),
)


@given(st.lists(st.lists(CELL, max_size=6), max_size=6), st.sampled_from([",", ";", "\t", "|"]))
@example([["file", "page"], ['"a', "1"]], ",")
@settings(max_examples=700, deadline=None)
def test_any_text_is_a_sheet_or_has_faults(cells: list[list[str]], delimiter: str) -> None:
    """Never anything else; faults fit on a line and count from 1, and what is read holds one line a cell."""
    text = "\n".join(delimiter.join(row) for row in cells)
    found, wrong = parse_sheet(text)
    assert found or wrong
    assert all("\n" not in fault.message and 1 <= fault.line <= text.count("\n") + text.count("\r") + 2 for fault in wrong)
    assert all(row.file and "\n" not in row.file for row in found)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_sheet_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Nothing else comes of them."""
    sheet = tmp_path_factory.getbasetemp() / "sheet.csv"
    sheet.write_bytes(content)
    with contextlib.suppress(ConfigurationError):
        found, wrong = read_sheet(sheet)
        assert found or wrong
