"""Opening real files of every kind, and files that are damaged in every way."""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from digitize.errors import ExitCode, PageError, UnreadableImageError
from digitize.geometry import IDENTITY
from digitize.model import Scan
from digitize.options import Options
from digitize.scan import FailedFrame, open_scans

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, HEIGHT = 150, 210


def _page() -> NDArray[np.uint8]:
    """A page that looks different from each side: lines of strokes, the first ones longer, a dark corner."""
    page = np.full((HEIGHT, WIDTH), 250, np.uint8)
    for row in range(20, HEIGHT - 20, 10):
        page[row : row + 5, 15 : WIDTH - 15 - row // 3] = 30
    page[5:15, 5:12] = 90
    return page


PAGE = _page()
IMAGE = Image.fromarray(PAGE)
BILEVEL = IMAGE.convert("1")


def _scans(path: Path, options: Options | None = None) -> list[Scan | FailedFrame]:
    return list(open_scans(path, "page", options or Options()))


def _scan(path: Path) -> Scan:
    (scan,) = _scans(path)
    assert isinstance(scan, Scan), scan.error
    return scan


def _failure(path: Path, options: Options | None = None) -> FailedFrame:
    (failed,) = _scans(path, options)
    assert isinstance(failed, FailedFrame)
    return failed


def _away(scan: Scan, page: NDArray[np.generic]) -> float:
    """The mean distance in grey values between a scan and what it should show."""
    assert scan.pixels.shape == page.shape
    return float(np.abs(scan.pixels.astype(float) - page).mean())


def _tiff(path: Path, frames: list[Image.Image], compression: str = "tiff_lzw") -> Path:
    frames[0].save(path, save_all=True, append_images=frames[1:], compression=compression)
    return path


@pytest.mark.parametrize(
    ("name", "media_type", "settings"),
    [
        ("a.png", "image/png", {}),
        ("a.webp", "image/webp", {"lossless": True}),
        ("a.jp2", "image/jp2", {}),
        ("a.j2k", "image/jp2", {}),
        ("a.bmp", "image/bmp", {}),
        ("a.tif", "image/tiff", {}),
        ("a.tif", "image/tiff", {"compression": "tiff_lzw"}),
        ("a.tif", "image/tiff", {"compression": "packbits"}),
        ("a.tif", "image/tiff", {"compression": "tiff_deflate"}),
    ],
)
def test_lossless_files_give_their_pixels(tmp_path: Path, name: str, media_type: str, settings: dict[str, object]) -> None:
    """Every lossless format gives exactly the grey values that were stored."""
    IMAGE.save(tmp_path / name, **settings)
    scan = _scan(tmp_path / name)
    assert (media_type, 0) == (scan.source.media_type, _away(scan, PAGE))


def test_jpeg_gives_nearly_its_pixels(tmp_path: Path) -> None:
    """JPEG is lossy, but not by much at high quality."""
    IMAGE.save(tmp_path / "a.jpg", quality=95)
    scan = _scan(tmp_path / "a.jpg")
    assert scan.source.media_type == "image/jpeg"
    assert _away(scan, PAGE) < 2


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw"])
def test_bilevel_tiffs_are_black_and_white(tmp_path: Path, compression: str) -> None:
    """One bit per pixel becomes 0 and 255, in fax compression too."""
    BILEVEL.save(tmp_path / "a.tif", compression=compression)
    assert _away(_scan(tmp_path / "a.tif"), np.asarray(BILEVEL) * 255) == 0


def test_colours_become_grey(tmp_path: Path) -> None:
    """RGB, CMYK and palette images show the grey of what they show in colour."""
    colours = Image.merge("RGB", (IMAGE, IMAGE.point(lambda v: v // 2), IMAGE))
    grey = np.asarray(colours.convert("L"))
    colours.save(tmp_path / "rgb.png")
    colours.convert("CMYK").save(tmp_path / "cmyk.tif")
    colours.quantize(8).save(tmp_path / "palette.png")
    assert [_away(_scan(tmp_path / name), grey) < 1 for name in ("rgb.png", "cmyk.tif", "palette.png")] == [True] * 3


def test_see_through_parts_are_white(tmp_path: Path) -> None:
    """An alpha channel shows the white of paper behind it, not the colour that lies hidden under it."""
    picture = Image.new("LA", (WIDTH, HEIGHT), (0, 0))
    picture.paste((40, 255), (10, 10, 60, 60))
    picture.save(tmp_path / "a.png")
    expected = np.full((HEIGHT, WIDTH), 255)
    expected[10:60, 10:60] = 40
    assert _away(_scan(tmp_path / "a.png"), expected) == 0


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_deep_greys_keep_their_range(tmp_path: Path, bits: int) -> None:
    """16-bit files are scaled by the bits in use, whether the scanner filled 8, 12 or all 16."""
    Image.fromarray(PAGE.astype(np.uint16) << (bits - 8)).save(tmp_path / "a.tif")
    assert _away(_scan(tmp_path / "a.tif"), PAGE) == 0


def test_fractional_greys_run_from_0_to_1(tmp_path: Path) -> None:
    """Floating-point TIFFs are read as shares of white."""
    Image.fromarray(PAGE.astype(np.float32) / 255).save(tmp_path / "a.tif")
    assert _away(_scan(tmp_path / "a.tif"), PAGE) < 1


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, PAGE),
        (2, PAGE[:, ::-1]),
        (3, PAGE[::-1, ::-1]),
        (4, PAGE[::-1]),
        (5, PAGE.T),
        (6, np.rot90(PAGE, -1)),
        (7, PAGE[::-1, ::-1].T),
        (8, np.rot90(PAGE)),
    ],
)
def test_turned_images_are_shown_as_a_viewer_shows_them(
    tmp_path: Path, suffix: str, orientation: int, expected: NDArray[np.uint8]
) -> None:
    """The Orientation tag is honoured, and the size is that after turning."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    IMAGE.save(tmp_path / f"a.{suffix}", exif=exif)
    scan = _scan(tmp_path / f"a.{suffix}")
    assert (scan.source.width, scan.source.height) == expected.shape[::-1]
    assert _away(scan, expected) == 0


def test_content_counts_more_than_the_suffix(tmp_path: Path) -> None:
    """A TIFF called .jpg is a TIFF."""
    IMAGE.save(tmp_path / "a.jpg", format="TIFF")
    assert _scan(tmp_path / "a.jpg").source.media_type == "image/tiff"


def test_a_scan_says_where_it_came_from(tmp_path: Path) -> None:
    """Path, checksum, size, resolution and the identity as its frame."""
    path = tmp_path / "a.png"
    IMAGE.save(path, dpi=(300, 300))
    scan = _scan(path)
    assert scan.frame == IDENTITY
    assert scan.page_id == "page"
    assert scan.dpi == pytest.approx(300, abs=0.1)
    assert scan.source.path == str(path)
    assert scan.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (scan.source.width, scan.source.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("dpi", [(72, 72), (1, 1)])
def test_a_nominal_resolution_is_none(tmp_path: Path, dpi: tuple[int, int]) -> None:
    """72 and 1 dpi are what software writes that knows none."""
    IMAGE.save(tmp_path / "a.jpg", dpi=dpi)
    assert _scan(tmp_path / "a.jpg").dpi is None


def test_the_frames_of_a_tiff_are_pages(tmp_path: Path) -> None:
    """Each frame is a scan of its own, numbered in its id, with its own size."""
    path = _tiff(tmp_path / "a.tif", [IMAGE, IMAGE.rotate(90, expand=True), BILEVEL])
    scans = [scan for scan in _scans(path) if isinstance(scan, Scan)]
    assert [scan.page_id for scan in scans] == ["page-f001", "page-f002", "page-f003"]
    assert [(scan.source.frame, scan.source.frames) for scan in scans] == [(1, 3), (2, 3), (3, 3)]
    assert [scan.pixels.shape for scan in scans] == [(HEIGHT, WIDTH), (WIDTH, HEIGHT), (HEIGHT, WIDTH)]


def test_thumbnails_in_a_tiff_are_not_pages(tmp_path: Path) -> None:
    """A frame that its tag calls a reduced copy is passed over, so that the page keeps the file's plain id."""
    thumbnail = IMAGE.resize((WIDTH // 2, HEIGHT // 2))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    _tiff(tmp_path / "a.tif", [IMAGE, thumbnail])
    assert _scan(tmp_path / "a.tif").page_id == "page"


def test_frames_are_opened_as_they_are_asked_for(tmp_path: Path) -> None:
    """The first frame is there before the second is decoded, and a run may stop after it."""
    path = _tiff(tmp_path / "a.tif", [IMAGE, BILEVEL])
    frames = open_scans(path, "page", Options())
    first = next(iter(frames))
    frames.close()
    assert first.page_id == "page-f001"


def test_a_damaged_frame_does_not_hide_the_others(tmp_path: Path) -> None:
    """Frame 3 of 5 fails by itself and says so; 1, 2, 4 and 5 are read."""
    path = _tiff(tmp_path / "a.tif", [BILEVEL] * 5, "group4")
    with Image.open(path) as image:
        image.seek(2)
        (offset,), (length,) = image.tag_v2[273], image.tag_v2[279]
    content = bytearray(path.read_bytes())
    content[offset : offset + length] = b"\x00\x13\x55" * (length // 3) + bytes(length % 3)
    path.write_bytes(content)
    kinds = [type(one) for one in _scans(path)]
    failed = _scans(path)[2]
    assert kinds == [Scan, Scan, FailedFrame, Scan, Scan]
    assert failed.page_id == "page-f003"
    assert isinstance(failed, FailedFrame)
    assert f"{path}, frame 3 of 5: " in str(failed.error)


def test_a_fax_strip_that_breaks_off_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A decoder that gives up leaves the strip's rest empty and calls it done: half a page, lost without a word."""
    path = _tiff(tmp_path / "a.tif", [BILEVEL], "group4")
    with Image.open(path) as image:
        offset = image.tag_v2[273][0]
    content = bytearray(path.read_bytes())
    content[offset + 40] ^= 0xFF
    path.write_bytes(content)
    assert "Fax4Decode" in str(_failure(path).error)
    assert capfd.readouterr().err == ""


def test_pdf_pages_that_are_scans_keep_their_pixels(tmp_path: Path) -> None:
    """A page that shows one image over all of it has the image's size, pixels and resolution."""
    BILEVEL.save(tmp_path / "a.pdf", resolution=400)
    scan = _scan(tmp_path / "a.pdf")
    assert scan.source.media_type == "application/pdf"
    assert scan.dpi == pytest.approx(400, rel=0.001)
    assert _away(scan, np.asarray(BILEVEL) * 255) == 0


def test_pdf_pages_are_numbered(tmp_path: Path) -> None:
    """The pages of a PDF are frames, each of its own size."""
    IMAGE.save(tmp_path / "a.pdf", resolution=300, save_all=True, append_images=[IMAGE.resize((300, 100))])
    scans = [scan for scan in _scans(tmp_path / "a.pdf") if isinstance(scan, Scan)]
    assert [(scan.page_id, scan.pixels.shape) for scan in scans] == [("page-f001", (HEIGHT, WIDTH)), ("page-f002", (100, 300))]


def _pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF file of the objects given, numbered from 1."""
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj %s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d %s>>\nstartxref\n%d\n%%%%EOF" % (
        count,
        table,
        count,
        trailer,
        len(body),
    )


def _page_pdf(content: bytes, *, page: bytes = b"", trailer: bytes = b"/Root 1 0 R", more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one page of 72 by 144 points."""
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 144]/Contents 4 0 R %s>>" % page,
        b"<</Length %d>> stream\n%s\nendstream" % (len(content), content),
        *more,
        trailer=trailer,
    )


def test_pdf_pages_that_are_drawn_are_rendered_at_300_dpi(tmp_path: Path) -> None:
    """A page without a scan is rendered; a black square stands where the page says."""
    (tmp_path / "a.pdf").write_bytes(_page_pdf(b"36 108 36 36 re f"))
    scan = _scan(tmp_path / "a.pdf")
    expected = np.full((600, 300), 255)
    expected[:150, 150:] = 0
    assert scan.dpi == 300
    assert _away(scan, expected) < 0.3  # the square's edge, one pixel wide, is smoothed


def test_pdf_pages_with_type_over_a_coarse_picture_are_rendered_at_300_dpi(tmp_path: Path) -> None:
    """A background picture of 36 dpi does not make the type over it unreadable."""
    picture = (
        b"<</Type/XObject/Subtype/Image/Width 36/Height 72/ColorSpace/DeviceGray/BitsPerComponent 8/Length 2592>> stream\n"
    )
    picture += bytes([200]) * 2592 + b"\nendstream"
    under, over = b"q 72 0 0 144 0 0 cm /Im Do Q ", b"0 0 9 9 re f "
    page = b"/Resources<</XObject<</Im 5 0 R>>>>"
    (tmp_path / "over.pdf").write_bytes(_page_pdf(under + over, page=page, more=(picture,)))
    (tmp_path / "under.pdf").write_bytes(_page_pdf(over + under, page=page, more=(picture,)))
    assert [_scan(tmp_path / name).pixels.shape for name in ("over.pdf", "under.pdf")] == [(600, 300), (72, 36)]


def test_turned_pdf_pages_are_shown_as_a_viewer_shows_them(tmp_path: Path) -> None:
    """A page's Rotate entry turns what is rendered."""
    (tmp_path / "a.pdf").write_bytes(_page_pdf(b"36 108 36 36 re f", page=b"/Rotate 90"))
    scan = _scan(tmp_path / "a.pdf")
    expected = np.full((300, 600), 255)
    expected[150:, 450:] = 0
    assert _away(scan, expected) < 0.3


def test_a_pdf_with_a_password_fails_with_the_remedy(tmp_path: Path) -> None:
    """A PDF that asks for a password is told apart from a damaged one."""
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"41" * 32, b"42" * 32)
    trailer = b"/Root 1 0 R /Encrypt 5 0 R /ID[<00><00>]"
    (tmp_path / "a.pdf").write_bytes(_page_pdf(b"", trailer=trailer, more=(lock,)))
    failed = _failure(tmp_path / "a.pdf")
    assert "protected by a password" in failed.error.message
    assert "without the password" in failed.error.remedy


def test_a_damaged_pdf_page_leaves_the_others(tmp_path: Path) -> None:
    """A page that is missing from the file fails by itself."""
    content = _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[9 0 R 3 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 144]>>",
    )
    (tmp_path / "a.pdf").write_bytes(content)
    assert [type(one) for one in _scans(tmp_path / "a.pdf")] == [FailedFrame, Scan]


def _write_truncated(path: Path, format_name: str, share: float = 0.5) -> None:
    IMAGE.save(path, format=format_name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "JPEG2000", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files_fail(tmp_path: Path, format_name: str, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    """A file that breaks off fails with one line; half a grey page would lose its text without a word."""
    _write_truncated(tmp_path / "a.img", format_name, share)
    error = _failure(tmp_path / "a.img").error
    assert isinstance(error, UnreadableImageError)
    assert error.exit_code == ExitCode.PAGES_FAILED
    assert len(str(error).splitlines()) == 1
    assert str(tmp_path / "a.img") in error.message
    assert error.remedy
    assert capfd.readouterr() == ("", "")


def test_an_empty_file_fails(tmp_path: Path) -> None:
    """An empty file is called empty."""
    (tmp_path / "a.png").touch()
    assert "the file is empty" in _failure(tmp_path / "a.png").error.message


@pytest.mark.parametrize("content", [b"hello world", b"%PDF-1.4 garbage", b"GIF89a" + bytes(30), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_fails(tmp_path: Path, content: bytes) -> None:
    """Text with an image's name, unknown formats and bare beginnings fail with a remedy."""
    (tmp_path / "a.png").write_bytes(content)
    failed = _failure(tmp_path / "a.png")
    assert isinstance(failed.error, UnreadableImageError)
    assert failed.source.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_gone_fails(tmp_path: Path) -> None:
    """A file that vanished since it was found is called gone, with what is known of it."""
    failed = _failure(tmp_path / "a.png")
    assert "no longer there" in failed.error.message
    assert (failed.page_id, failed.source.path, failed.source.sha256) == ("page", str(tmp_path / "a.png"), "")


def test_a_folder_with_an_image_name_fails(tmp_path: Path) -> None:
    """A folder is not an image, whatever it is called."""
    (tmp_path / "x.png").mkdir()
    assert "is a folder" in _failure(tmp_path / "x.png").error.message


def test_a_pipe_fails_instead_of_waiting(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "x.png")
    assert "device or pipe" in _failure(tmp_path / "x.png").error.message


@pytest.mark.parametrize(
    ("error", "words"),
    [(PermissionError(13, "Permission denied"), "permission denied"), (OSError(5, "Input/output error"), "Input/output error")],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    """The system's reason stands in the message."""
    IMAGE.save(tmp_path / "a.png")

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert words in _failure(tmp_path / "a.png").error.message


@pytest.mark.parametrize("size", [(1, 1), (31, 2000)])
def test_images_too_small_for_text_fail(tmp_path: Path, size: tuple[int, int]) -> None:
    """An image of one pixel is not a page."""
    Image.new("L", size).save(tmp_path / "a.png")
    failed = _failure(tmp_path / "a.png")
    assert "too small" in failed.error.message
    assert isinstance(failed.error, PageError)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.pdf"])
def test_images_beyond_the_limit_fail_before_they_are_decoded(tmp_path: Path, name: str) -> None:
    """The message names the size, the remedy the setting and the value that would do."""
    BILEVEL.save(tmp_path / name)
    failed = _failure(tmp_path / name, Options(max_pixels=WIDTH * HEIGHT - 1))
    assert f"{WIDTH} x {HEIGHT} pixels" in failed.error.message
    assert f"max_pixels to {WIDTH * HEIGHT}" in failed.error.remedy


def test_a_decompression_bomb_fails(tmp_path: Path) -> None:
    """30,000 x 30,000 pixels in a few kilobytes are refused by the default limit."""
    Image.new("1", (30_000, 30_000)).save(tmp_path / "a.tif", compression="group4")
    assert "30000 x 30000" in _failure(tmp_path / "a.tif").error.message


def test_large_scans_within_the_limit_open_without_a_warning(tmp_path: Path) -> None:
    """Pillow warns of images above 89 million pixels; its limit is lifted while a scan is opened, and only then."""
    before = Image.MAX_IMAGE_PIXELS
    Image.new("1", (9_600, 9_600), 1).save(tmp_path / "a.tif", compression="group4")
    assert _scan(tmp_path / "a.tif").pixels.shape == (9_600, 9_600)
    assert before == Image.MAX_IMAGE_PIXELS


def test_damaged_tags_leave_nothing_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What Pillow and libtiff complain about does not run into the run's own report."""
    path = _tiff(tmp_path / "a.tif", [IMAGE, IMAGE])
    content = path.read_bytes()
    caplog.set_level(logging.CRITICAL + 1)
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        assert _scans(path, Options(max_pixels=10**6))
    assert capfd.readouterr() == ("", "")


def test_a_file_that_changes_while_it_is_read_gives_no_pages(tmp_path: Path) -> None:
    """A frame that is decoded after the file was written to fails, with the remedy; those before it stand."""
    frames = [Image.new("L", (100, 120), shade) for shade in (10, 20, 30)]
    path = tmp_path / "reel.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    scans = open_scans(path, "reel", Options())
    first = next(scans)
    with path.open("ab") as file:
        file.write(b"more")
    second, third = scans
    assert isinstance(first, Scan)
    assert isinstance(second, FailedFrame)
    assert isinstance(third, FailedFrame)
    assert (second.page_id, second.error.message) == ("reel-f002", f"{path}: the file changed while it was read")
