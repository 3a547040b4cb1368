"""Damaged files of every kind that is opened: a page or a documented error, never anything else."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitize.model import Scan
from digitize.options import Options
from digitize.scan import FailedFrame, open_scans

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = ("BMP", "JPEG", "JPEG2000", "PDF", "PNG", "TIFF", "WEBP")
# No header that lies about the size may make a page that takes seconds or gigabytes.
OPTIONS = Options(max_pixels=1_000_000)


def image_file(kind: str) -> bytes:
    """A small page of shades; TIFF and PDF hold two."""
    pages = [Image.linear_gradient("L").resize((90, 120)).rotate(turn) for turn in (0, 180)]
    content = io.BytesIO()
    several = {"save_all": True, "append_images": pages[1:]} if kind in {"PDF", "TIFF"} else {}
    pages[0].save(content, kind, **several)
    return content.getvalue()


WHOLE = {kind: image_file(kind) for kind in FORMATS}


def edits(length: int) -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """Bytes to be put over others, near the head more often than elsewhere, for there it says what follows."""
    places = st.one_of(st.integers(0, min(length, 200) - 1), st.integers(0, length - 1))
    return st.lists(st.tuples(places, st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


def damaged(kind: str) -> st.SearchStrategy[bytes]:
    """A file with bytes changed, cut off, doubled or put before it."""
    whole = WHOLE[kind]

    def changed(changes: list[tuple[int, bytes]]) -> bytes:
        content = bytearray(whole)
        for place, new in changes:
            content[place : place + len(new)] = new
        return bytes(content)

    cut: Callable[[int], bytes] = lambda end: whole[:end]  # noqa: E731 - one of four of a kind
    return st.one_of(
        edits(len(whole)).map(changed),
        st.integers(0, len(whole)).map(cut),
        st.binary(max_size=40).map(lambda before: before + whole),
        st.tuples(st.integers(0, len(whole)), st.binary(max_size=40)).map(lambda at: whole[: at[0]] + at[1] + whole[at[0] :]),
    )


@pytest.mark.parametrize("kind", FORMATS)
@given(drawn=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_gives_pages_or_reasons(kind: str, drawn: st.DataObject) -> None:
    """Each frame is a page of sound size or one that failed with message and remedy; nothing is left beside the file."""
    content = drawn.draw(damaged(kind))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "A01.bin"
        path.write_bytes(content)
        found = list(open_scans(path, "A01", OPTIONS))
        assert [each.name for each in Path(folder).iterdir()] == ["A01.bin"]
    assert found
    for scan in found:
        if isinstance(scan, Scan):
            assert 0 < scan.pixels.size <= OPTIONS.max_pixels
        else:
            assert isinstance(scan, FailedFrame)
            assert scan.error.message
            assert scan.error.remedy
            assert "\n" not in str(scan.error)


@pytest.mark.parametrize("kind", FORMATS)
def test_undamaged_files_give_pages(kind: str, tmp_path: Path) -> None:
    """What is damaged above is sound before: the test looks at real pages."""
    (tmp_path / "A01").write_bytes(WHOLE[kind])
    found = list(open_scans(tmp_path / "A01", "A01", OPTIONS))
    assert [isinstance(scan, Scan) for scan in found] == [True] * (2 if kind in {"PDF", "TIFF"} else 1)
