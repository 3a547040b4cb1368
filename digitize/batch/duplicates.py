"""Duplicates: pages that were filmed twice, found by what their records keep of their images and texts.

Pages of one newspaper look alike, above all those without headings, so that the image alone would name many that are not
the same; and a text may be set twice. So both must agree where both are there. Pages with neither are not compared:
leader is always alike.

Not all pairs are compared, but those that have a part of the image's hash, or a stretch of text, in common with one of
their next in the reel: the time goes with the number of pages.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import digitize.scan  # what looks at pixels is loaded when it is called
from digitize.batch.record import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digitize.batch.record import Record

# So many hashes of stretches of text stand for all of them: the share that two pages have in common is known to 0.06.
SKETCH = 64
# Fewer say nothing of a page.
ENOUGH = SKETCH // 2
# A stretch has so many ideographs or words: three are on two pages by chance in one of some hundred cases.
STRETCH = 3
# Measured on pages filmed again (skew, shift, exposure, grain): images differ in at most 0.21 of the bits, texts have 0.9 of
# their stretches in common, with every seventh character misread still 0.25; on different pages of one newspaper, texts
# have at most 0.05 in common, and images without headings differ in as little as 0.19.
ALIKE = 0.3
COMMON = 0.2
# Without text, images alone must tell, and come closer: nine of ten pages filmed again do.
ALONE = 0.1
# With how many of the next pages that have a part in common a page is compared.
NEXT = 8
# The hash's parts, in hexadecimal digits: of 16 parts of 16 bits, one page's two images share most.
PART = 4

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_TOKEN = re.compile(rf"[{_IDEOGRAPH}]|[^\W\d_{_IDEOGRAPH}]+")


def text_sketch(lines: Iterable[str]) -> str:
    """What a record keeps of a page's text to compare it by: the smallest hashes of its stretches, in hexadecimal digits.

    Stretches do not run over the ends of lines, so that the reading order plays no part. See Broder, On the Resemblance and
    Containment of Documents, 1997.
    """
    tokens = (_TOKEN.findall(line.casefold()) for line in lines)
    stretches = {" ".join(line[i : i + STRETCH]) for line in tokens for i in range(len(line) - STRETCH + 1)}
    hashes = sorted(hashlib.blake2b(stretch.encode(), digest_size=4).hexdigest() for stretch in stretches)
    return "".join(hashes[:SKETCH])


def find_duplicates(records: Sequence[Record]) -> tuple[tuple[str, ...], ...]:
    """The pages that show the same, in groups, by their ids; groups and pages in the order of the records."""
    pages = [_Page.of(record) for record in records if record.status is Status.DONE and record.image_hash]
    group = list(range(len(pages)))

    def first(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for one, other in sorted(_candidates(pages)):
        a, b = first(one), first(other)
        if a != b and _is_same(pages[one], pages[other]):
            group[max(a, b)] = min(a, b)
    found: dict[int, list[str]] = {}
    for place, page in enumerate(pages):
        found.setdefault(first(place), []).append(page.page_id)
    return tuple(tuple(ids) for ids in found.values() if len(ids) > 1)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is compared of a page."""

    page_id: str
    image: str
    text: tuple[str, ...]

    @staticmethod
    def of(record: Record) -> _Page:
        sketch = record.text_sketch
        return _Page(record.page_id, record.image_hash, tuple(sketch[i : i + 8] for i in range(0, len(sketch), 8)))

    def parts(self) -> Iterator[tuple[int, str]]:
        """By what it is found: each part of the image's hash, in its place, and each stretch of text."""
        for place in range(0, len(self.image), PART):
            yield place, self.image[place : place + PART]
        for stretch in self.text:
            yield -1, stretch


def _candidates(pages: Sequence[_Page]) -> set[tuple[int, int]]:
    """Pairs of pages, by their places, that have something in common."""
    places: dict[tuple[int, str], list[int]] = {}
    for place, page in enumerate(pages):
        for key in page.parts():
            places.setdefault(key, []).append(place)
    pairs: set[tuple[int, int]] = set()
    for sharing in places.values():
        for index, place in enumerate(sharing):
            pairs.update((place, other) for other in islice(sharing, index + 1, index + 1 + NEXT))
    return pairs


def _is_same(one: _Page, other: _Page) -> bool:
    differing = digitize.scan.unlikeness(one.image, other.image)
    if min(len(one.text), len(other.text)) < ENOUGH:
        return differing <= ALONE
    return differing <= ALIKE and _in_common(one.text, other.text) >= COMMON


def _in_common(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """The share of stretches that two pages have in common, 0..1, by the smallest of both."""
    smallest = sorted({*one, *other})[:SKETCH]
    both = {*one} & {*other}
    return sum(stretch in both for stretch in smallest) / len(smallest)
