"""Folders: the pages that were read, the truth of some of them, and the figures of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitize.errors import UsageError
from digitize.evaluate.documents import read_json, read_tei
from digitize.evaluate.measures import CLEAN, FILM, Figures, mean, measure
from digitize.evaluate.texts import PageTexts

if TYPE_CHECKING:
    from pathlib import Path

    from digitize.evaluate.measures import Tolerance

TEI_SUFFIX = ".tei.xml"
PREFIX = "p"  # what page ids have before a name that cannot begin an XML id


@dataclass(frozen=True, slots=True)
class PageEvaluation:
    """One page that has a truth: its figures, and how many articles it truly has and how many were read.

    `missing`: no article of the page was read although it has some, so that everything on it counts as wrong.
    """

    name: str
    figures: Figures
    true_articles: int
    read_articles: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of all pages that have a truth, in the order of their names.

    `without_truth` names pages that were read, but cannot be measured. `film` tells which tolerance was used.
    """

    pages: tuple[PageEvaluation, ...]
    without_truth: tuple[str, ...]
    film: bool

    @property
    def mean(self) -> Figures:
        """The mean of each figure over the pages that have something to measure."""
        return mean([page.figures for page in self.pages])

    @property
    def missing(self) -> tuple[str, ...]:
        """Pages that have a truth, but were not read."""
        return tuple(page.name for page in self.pages if page.missing)


def evaluate(archive: Path, truth: Path, *, film: bool = False) -> Evaluation:
    """Hold what was read against what is printed.

    Args:
        archive: a folder that `digitize run` has written: a folder for each page, with TEI documents.
        truth: for each page to be measured a folder of its name with TEI documents, or NAME.json. The name is the page's
            id, with or without the letter that ids have before a digit.
        film: the originals are so bad that recognition misses every fifth character; count articles as found from 60 %
            of their text on, and joins of lines with up to four of fourteen characters wrong.

    Raises:
        UsageError: a folder is not there or holds nothing to compare; a page has two truths.
        InvalidXmlError: a document is not TEI, or cannot be read.
    """
    pages = _pages(archive)
    truths = _truths(truth)
    matched = {name: _page_id(name, pages) for name in truths}
    _refuse_doubles(matched, truth)
    tolerance = FILM if film else CLEAN
    evaluations = tuple(_evaluate_page(matched[n], t, pages.get(matched[n]), tolerance) for n, t in truths.items())
    without = tuple(page for page in pages if page not in matched.values())
    return Evaluation(evaluations, without, film)


def _evaluate_page(name: str, truth: Path, folder: Path | None, tolerance: Tolerance) -> PageEvaluation:
    true = read_tei(_documents(truth)) if truth.is_dir() else read_json(truth)
    read = read_tei(_documents(folder)) if folder else PageTexts()
    missing = folder is None and bool(true.articles)
    return PageEvaluation(name, measure(true, read, tolerance), len(true.articles), len(read.articles), missing)


def _pages(archive: Path) -> dict[str, Path]:
    """The folders of pages of which articles were read."""
    folders = {entry.name: entry for entry in _entries(archive) if _documents(entry)}
    if not folders:
        raise UsageError(
            f"{archive} holds no pages with TEI documents",
            remedy="name the folder that `digitize run` has written, with tei among its formats",
        )
    return folders


def _truths(truth: Path) -> dict[str, Path]:
    """A folder or file for each page, by the names that they have."""
    entries = [entry for entry in _entries(truth) if not entry.name.startswith(".")]
    folders = {entry.name: entry for entry in entries if entry.is_dir()}
    files = {entry.stem: entry for entry in entries if entry.is_file() and entry.suffix == ".json"}
    remedy = f"put each page's TEI documents (*{TEI_SUFFIX}) into a folder that is named like the page"
    for name, folder in folders.items():
        if name in files:
            raise UsageError(f"{truth} has {name} as a folder and as JSON", remedy="keep one of the two")
        if not _documents(folder):
            raise UsageError(f"{folder} holds no truth", remedy=remedy)
    if loose := _documents(truth):
        raise UsageError(f"{loose[0]} lies in no page's folder", remedy=remedy)
    if not folders and not files:
        raise UsageError(f"{truth} holds no truth", remedy=remedy)
    return dict(sorted((folders | files).items()))


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", remedy="name a folder that is there")
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}", remedy="make it readable") from error


def _documents(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{TEI_SUFFIX}"))


def _page_id(name: str, pages: dict[str, Path]) -> str:
    """The page that a truth is of; ids have a letter before names that begin with a digit."""
    return PREFIX + name if name not in pages and PREFIX + name in pages else name


def _refuse_doubles(matched: dict[str, str], truth: Path) -> None:
    first: dict[str, str] = {}
    for name, page in matched.items():
        if (other := first.setdefault(page, name)) != name:
            raise UsageError(f"{truth} has two truths of the page {page}: {other} and {name}", remedy="keep one of the two")
