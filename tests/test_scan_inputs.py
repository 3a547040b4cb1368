"""Finding inputs: order, page ids, what is skipped and what fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digitize.errors import UsageError
from digitize.scan import FailedInput, Input, find_inputs
from digitize.scan.page_ids import LONGEST, natural_order, page_id, page_stem, printable

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=300)

# libxml2 checks xs:NCName by the fourth edition of XML 1.0, the strictest reader that the ids will meet.
NCNAME = etree.XMLSchema(
    etree.fromstring('<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="id" type="NCName"/></schema>')
)


def _is_ncname(text: str) -> bool:
    element = etree.Element("id")
    element.text = text
    return bool(NCNAME.validate(element))


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def _stems(*paths: Path) -> list[str]:
    return [found.stem for found in find_inputs(paths) if isinstance(found, Input)]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("A08",), "A08"),
        (("0001",), "p0001"),
        (("reel1", "0001"), "reel1-0001"),
        (("1932", "0001"), "p1932-0001"),
        (("第一版",), "第一版"),
        (("page 1 (copy) 'x\"",), "page-1-copy-x"),
        (("a:b",), "a-b"),
        (("A08.v2",), "A08.v2"),
        ((".hidden",), "p.hidden"),
        (("\u0041\u0301",), "\u00c1"),
    ],
)
def test_a_stem_keeps_what_an_ncname_may_hold(parts: tuple[str, ...], expected: str) -> None:
    """Letters, digits, dots and hyphens stay; the rest becomes hyphens; a prefix stands only where it must."""
    assert expected == page_stem(parts)


def test_frames_are_named_only_where_there_are_several() -> None:
    """The one frame of a file has the stem as its id; others add their number, three digits or more."""
    assert [page_id("p1", 1, 1), page_id("p1", 3, 9), page_id("p1", 1234, 2000)] == ["p1", "p1-f003", "p1-f1234"]


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_every_stem_is_an_ncname_that_fits_into_a_file_name(parts: list[str]) -> None:
    """Whatever a file is called, its page id is valid in XML and leaves room for the endings of the files written."""
    stem = page_stem(parts)
    assert _is_ncname(stem)
    assert len(stem.encode()) <= LONGEST


def test_names_without_a_letter_have_ids_of_their_own() -> None:
    """Names of odd characters alone still differ in their ids."""
    assert page_stem(("！！",)) != page_stem(("？？",))


def test_long_names_that_begin_alike_have_ids_of_their_own() -> None:
    """A shortened name keeps a hash of the whole."""
    assert page_stem(("晶" * 90 + "1",)) != page_stem(("晶" * 90 + "2",))


@given(NAMES, NAMES, NAMES)
def test_natural_order_is_a_total_order(a: str, b: str, c: str) -> None:
    """Any two names compare, the same way round each time, and equal only where they are the same."""
    ka, kb, kc = natural_order(a), natural_order(b), natural_order(c)
    assert (ka == kb) == (a == b)
    assert (ka < kb) + (kb < ka) + (ka == kb) == 1
    assert ka <= kc or not (ka <= kb <= kc)


def test_numbers_in_names_count_as_numbers() -> None:
    """p2 comes before p10, whatever the case and the leading zeros."""
    assert sorted(["p10", "q", "p2", "P02", "p1"], key=natural_order) == ["p1", "P02", "p2", "p10", "q"]


def test_a_folder_is_read_with_all_below_it_in_natural_order(tmp_path: Path) -> None:
    """Folders give their images and PDFs, theirs below included, with the folders' names in the ids."""
    _touch(tmp_path, "p10.png", "p2.TIF", "reel1/0001.tif", "reel2/0001.tif", "a.pdf")
    assert _stems(tmp_path) == ["a", "p2", "p10", "reel1-0001", "reel2-0001"]


def test_hidden_files_and_other_suffixes_are_left_in_their_folders(tmp_path: Path) -> None:
    """Nothing hidden and nothing but images is taken from a folder."""
    _touch(tmp_path, "a.jpg", ".b.jpg", ".cache/c.jpg", "notes.txt", "Thumbs.db")
    assert _stems(tmp_path) == ["a"]


def test_a_file_named_by_itself_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    """The user's word counts more than the suffix."""
    _touch(tmp_path, "scan.dat")
    assert _stems(tmp_path / "scan.dat") == ["scan"]


def test_a_file_met_twice_is_taken_once(tmp_path: Path) -> None:
    """A file named beside its folder is one page, not a clash."""
    _touch(tmp_path, "a.jpg", "b.jpg")
    assert (Input(tmp_path / "b.jpg", "b"), Input(tmp_path / "a.jpg", "a")) == find_inputs([tmp_path / "b.jpg", tmp_path])


@pytest.mark.parametrize(("first", "second"), [("a.jpg", "a.png"), ("A08.jpg", "a08.png"), ("x 1.jpg", "x-1.jpg")])
def test_of_two_files_with_one_page_id_the_later_fails(tmp_path: Path, first: str, second: str) -> None:
    """The first keeps the id; the message names both files. Case alone makes no difference."""
    _touch(tmp_path, first, second)
    kept, failed = find_inputs([tmp_path / first, tmp_path / second])
    assert isinstance(kept, Input)
    assert isinstance(failed, FailedInput)
    assert first in str(failed.error)
    assert second in str(failed.error)
    assert "rename" in failed.error.remedy


@pytest.mark.parametrize("names", [("0001.tif", "p0001-f003.png"), ("p0001-f003.png", "0001.pdf")])
def test_an_id_that_a_frame_of_another_file_may_have_fails(tmp_path: Path, names: tuple[str, str]) -> None:
    """The page ids of frames are not known before the file is opened, so a possible clash is a clash."""
    _touch(tmp_path, *names)
    kept, failed = find_inputs([tmp_path / name for name in names])
    assert [Input, FailedInput] == [type(kept), type(failed)]


def test_frames_numbered_in_file_names_do_not_clash_with_single_images(tmp_path: Path) -> None:
    """A JPEG has one frame, so x-f001.jpg may stand beside x.jpg."""
    _touch(tmp_path, "x.jpg", "x-f001.jpg")
    assert _stems(tmp_path) == ["x-f001", "x"]


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """A misspelled path ends the run before it begins."""
    with pytest.raises(UsageError, match="nowhere does not exist"):
        find_inputs([tmp_path / "nowhere"])


def test_folders_without_images_are_a_usage_error(tmp_path: Path) -> None:
    """To find nothing is not to be done."""
    _touch(tmp_path, "notes.txt")
    with pytest.raises(UsageError, match="no page images found") as caught:
        find_inputs([tmp_path])
    assert ".jpg" in caught.value.remedy


def test_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    """A link to a folder above is not followed for ever."""
    _touch(tmp_path, "reel/a.jpg")
    (tmp_path / "reel" / "up").symlink_to(tmp_path)
    assert _stems(tmp_path) == ["reel-a"]


def test_a_link_to_nothing_is_taken_so_that_opening_it_fails(tmp_path: Path) -> None:
    """An image that is not there any more is reported, not passed over."""
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    assert _stems(tmp_path) == ["a"]


def test_pipes_in_folders_are_passed_over(tmp_path: Path) -> None:
    """A pipe is no image, whatever it is called."""
    _touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "b.jpg")
    assert _stems(tmp_path) == ["a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_permission_fails_and_the_others_go_on(tmp_path: Path) -> None:
    """The sealed folder is named in a failed input; the page beside it is found."""
    _touch(tmp_path, "a.jpg", "sealed/b.jpg")
    (tmp_path / "sealed").chmod(0)
    try:
        found = find_inputs([tmp_path])
    finally:
        (tmp_path / "sealed").chmod(0o700)
    assert [Input, FailedInput] == [type(one) for one in found]


def test_a_folder_that_cannot_be_read_fails_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system's reason, the folder is named in a failed input and the page beside it is found."""
    _touch(tmp_path, "a.jpg", "sealed/b.jpg")
    scandir = os.scandir

    def sealed(path: Path) -> object:
        if Path(path).name == "sealed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", sealed)
    found, failed = find_inputs([tmp_path])
    assert Input(tmp_path / "a.jpg", "a") == found
    assert isinstance(failed, FailedInput)
    assert f"{tmp_path / 'sealed'}: the folder cannot be read: Permission denied" == failed.error.message


def test_names_in_messages_stay_on_one_line() -> None:
    """Line breaks, and bytes of another encoding, are written as escapes."""
    assert printable(Path("a\nb\udcd6 \u3000晶")) == "a\\nb\\udcd6 \u3000晶"


def test_a_name_in_another_encoding_has_an_id(tmp_path: Path) -> None:
    """A file named in GBK is taken like any other."""
    path = os.fsencode(tmp_path) + b"/" + "晶报1".encode("gbk") + b".jpg"
    Path(os.fsdecode(path)).touch()
    (found,) = find_inputs([tmp_path])
    assert isinstance(found, Input)
    assert _is_ncname(found.stem)
