"""Pages that were filmed twice: by image and text together, and in a time that goes with the number of pages."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_batch_record import full_record

from digitize.__main__ import main
from digitize.batch import duplicates
from digitize.batch.archive import state_of
from digitize.batch.duplicates import ALIKE, find_duplicates, text_sketch
from digitize.batch.record import Record, Status
from digitize.batch.writing import write_page
from digitize.model import Scan
from digitize.options import Options
from digitize.scan import clean, image_hash, open_scans
from digitize.scan.likeness import BITS, unlikeness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples" / "pages").iterdir())
RANDOM = random.Random(7)  # noqa: S311 - made pages
LINES = [
    "昨日本市商会开会议决三事",
    "一修路二通航三办学经费由各行分担",
    "The new bridge over the river was opened by the mayor",
]


def page(name: str, image: str, lines: Sequence[str], **changes: Any) -> Record:
    """A record of a page with that image and text."""
    told = {"page_id": name, "image_hash": image, "text_sketch": text_sketch(lines), "error": None, "files": ()}
    return full_record(**(told | changes))


def random_text(count: int) -> list[str]:
    """So many lines of ideographs by chance."""
    return ["".join(chr(RANDOM.randrange(0x4E00, 0x5200)) for _ in range(20)) for _ in range(count)]


def misread(lines: Sequence[str], every: int) -> list[str]:
    """The lines with one of so many characters read wrongly."""
    return ["".join("误" if RANDOM.randrange(every) == 0 else c for c in line) for line in lines]


def flipped(image: str, bits: int) -> str:
    """A hash with so many bits turned over."""
    value = int(image, 16)
    for bit in RANDOM.sample(range(BITS), bits):
        value ^= 1 << bit
    return f"{value:064x}"


def random_image() -> str:
    """A hash by chance."""
    return f"{RANDOM.getrandbits(BITS):064x}"


# --- The image


# The pages are filmed about so large, or less than twice: below that, film is too coarse for small type.
FILM_SIDE = 1700


def filmed(pixels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """A page, filmed: a border around it, turned by up to two degrees, shifted, unevenly lit, exposed by chance, grainy."""
    chance = np.random.default_rng(seed)
    border = pixels.shape[1] // 16
    film = cv2.copyMakeBorder(pixels, border, border, border, border, cv2.BORDER_CONSTANT, value=int(chance.integers(10, 40)))
    height, width = film.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.uniform(-2, 2), chance.uniform(0.96, 1.03))
    turn[:, 2] += chance.uniform(-0.02 * width, 0.02 * width, 2)
    film = cv2.warpAffine(film, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=20)
    light = 1 + np.linspace(-0.1, 0.1, width) * chance.uniform(-1, 1) + np.linspace(-0.1, 0.1, height)[:, None]
    exposed = 255 * np.clip(film / 255 * light, 0, 1) ** chance.uniform(0.7, 1.5)
    blurred = cv2.GaussianBlur(exposed, (0, 0), chance.uniform(0.5, 1.5))
    return np.clip(blurred + chance.normal(0, chance.uniform(3, 14), blurred.shape), 0, 255).astype(np.uint8)


def hash_of(pixels: NDArray[np.uint8], folder: Path) -> str:
    """The hash of a page as the pipeline cleans it."""
    Image.fromarray(pixels).save(folder / "page.png")
    (scan,) = open_scans(folder / "page.png", "page", Options())
    assert isinstance(scan, Scan)
    return image_hash(clean(scan, Options()).pixels)


def test_a_page_that_is_filmed_again_keeps_its_hash(tmp_path: Path) -> None:
    """Whatever the camera does, the sample pages' hashes are nearer to their own than to those of the others."""
    clean_scans = [path for path in SAMPLES if path.stem != "A03"]  # which is filmed already
    scans = [Image.open(path).convert("L") for path in clean_scans]
    pages = [np.asarray(scan.reduce(max(1, scan.height // FILM_SIDE))) for scan in scans]
    hashes = [[hash_of(filmed(pixels, 10 * place + shot), tmp_path) for shot in range(2)] for place, pixels in enumerate(pages)]
    again = [unlikeness(first, second) for first, second in hashes]
    others = [unlikeness(a[0], b[0]) for place, a in enumerate(hashes) for b in hashes[:place]]
    assert len(others) >= 3
    assert max(again) < 0.15
    assert min(others) > ALIKE


def test_a_hash_does_not_know_exposure() -> None:
    """Half the contrast, or a darker print, changes next to nothing."""
    pixels = np.asarray(Image.open(SAMPLES[0]).convert("L").reduce(4))
    whole, pale = image_hash(pixels), image_hash((pixels // 2 + 100).astype(np.uint8))
    assert len(whole) == 64
    assert unlikeness(whole, pale) < 0.03


def test_an_even_frame_has_a_hash_too() -> None:
    """Of black and white frames alike; frames of any shape do."""
    assert image_hash(np.full((9, 3000), 255, np.uint8)) == image_hash(np.zeros((3000, 9), np.uint8)) == "0" * 64


# --- The text


def test_a_sketch_does_not_know_the_order_of_lines() -> None:
    """Nor case, nor punctuation, nor how wide the spaces are."""
    changed = [line.upper().replace(" ", "  ").replace("三事", "，三事") for line in reversed(LINES)]
    assert text_sketch(changed) == text_sketch(LINES) != ""
    assert text_sketch(["", "短", "two words"]) == ""


@given(st.lists(st.text(max_size=30), max_size=9))
def test_any_text_has_a_sketch(lines: list[str]) -> None:
    """Of whole hashes, in their order, no more than are kept."""
    sketch = text_sketch(lines)
    hashes = [sketch[i : i + 8] for i in range(0, len(sketch), 8)]
    assert hashes == sorted(set(hashes))
    assert len(sketch) <= 8 * duplicates.SKETCH


# --- Both


def test_pages_are_the_same_when_image_and_text_agree() -> None:
    """One of both alone is not enough, where there is text."""
    image, text = random_image(), random_text(80)
    records = [
        page("p1", image, text),
        page("p2", random_image(), text),  # the same text in another layout
        page("p3", flipped(image, 30), random_text(80)),  # the same layout with another text
        page("p4", flipped(image, 40), misread(text, 8)),
        page("p5", flipped(image, 30), misread(text, 20)),
    ]
    assert find_duplicates(records) == (("p1", "p4", "p5"),)


def test_pages_without_text_must_look_the_same() -> None:
    """A picture page that comes again is found; one that is only like it is not."""
    image = random_image()
    records = [page("p1", image, []), page("p2", flipped(image, 12), []), page("p3", flipped(image, 40), [])]
    assert find_duplicates(records) == (("p1", "p2"),)


@pytest.mark.parametrize("changes", [{"status": Status.BLANK}, {"status": Status.FAILED}, {"image_hash": ""}])
def test_frames_that_are_no_pages_are_not_compared(changes: dict[str, Any]) -> None:
    """Leader is always alike, and what failed or had no image has nothing to compare."""
    image, text = random_image(), random_text(80)
    assert find_duplicates([page("p1", image, text), page("p2", image, text, **changes)]) == ()


def test_groups_are_found_however_far_their_pages_lie_apart() -> None:
    """In a reel of 10,000 pages in which all share some words and a masthead, all filmed again are found, and no others."""
    masthead = random_text(1)
    expected = []
    reel = [page(f"p{number:05d}", random_image(), [*masthead, *random_text(8)]) for number in range(9_900)]
    originals = {number: [*masthead, *random_text(30)] for number in range(0, 9_900, 99)}
    for number, text in originals.items():
        reel[number] = page(f"p{number:05d}", random_image(), text)
        again = f"p{9_900 + number // 99:05d}"
        reel.append(page(again, flipped(reel[number].image_hash, 30), misread(text, 10)))
        expected.append((f"p{number:05d}", again))
    assert find_duplicates(reel) == tuple(expected)


def test_work_goes_with_the_number_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every page looks like every other, or has the same text, twice the pages cost twice the comparisons."""
    compared: list[object] = []
    monkeypatch.setattr(duplicates, "_is_same", lambda *pair: compared.append(pair))
    image, text = random_image(), random_text(30)
    for alike in (
        lambda number: page(f"p{number}", image, random_text(5)),
        lambda number: page(f"p{number}", random_image(), text),
    ):
        counts = []
        for pages in (200, 400):
            compared.clear()
            find_duplicates([alike(number) for number in range(pages)])
            counts.append(len(compared))
        assert 0 < counts[1] < 2.2 * counts[0]
        assert counts[0] <= duplicates.NEXT * 200


def test_status_names_pages_that_were_filmed_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and in JSON."""
    image, text = random_image(), random_text(80)
    for name in ("p1", "p2", "p3"):
        write_page(tmp_path / name, page(name, image if name != "p2" else random_image(), text), {}, None)
    main(["status", str(tmp_path)])
    assert "filmed more than once: p1, p3" in capsys.readouterr().out.splitlines()
    assert state_of(tmp_path).duplicates == (("p1", "p3"),)
    main(["status", str(tmp_path), "--json"])
    assert '"duplicates": [\n    [\n      "p1",\n      "p3"\n    ]\n  ]' in capsys.readouterr().out
