"""A page's folder, read for a report: its record, its documents, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from digitize.batch.record import RECORD_NAME, Record, is_own
from digitize.report import Imprint, Outcome, PageView, Row, preview_in, read_alto, read_tei, thumbnail_of
from digitize.scan.page_ids import printable
from digitize.storage import Address, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digitize.report import ArticleText, Thumbnail
    from digitize.storage import Place

# The documents that are read, by their endings.
LAYOUT, TEXT, DRAWING = ".alto.xml", ".tei.xml", ".svg"
READ = (LAYOUT, TEXT, DRAWING)
AGAIN = "run again: what is missing or altered is read again"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class View:
    """A page as the report shows it, its row in the overview, and its thumbnail; None where there is no preview."""

    page: PageView
    row: Row
    thumbnail: Thumbnail | None = None


def read_view(folder: Place) -> View:
    """Read a page's folder. What is missing, altered beyond reading or of another version becomes a problem of the page."""
    try:
        record = Record.from_json((folder / RECORD_NAME).read_bytes())
        if record.page_id != folder.name:
            raise ValueError(f"it is that of the page {record.page_id}")  # noqa: TRY301 - told with what else may be wrong
        return _Reader(folder, record).read()
    except (OSError, ValueError, TypeError, AttributeError) as error:  # the last two where a value is none of its kind
        reason = f"its record, {RECORD_NAME}, cannot be used: {_why(error)}"
        page = PageView(folder.name, Outcome.UNKNOWN, 0, 0, (), reason=reason, remedy=AGAIN, problems=(reason,))
        return View(page, Row(folder.name, Outcome.UNKNOWN, "", reason=reason, remedy=AGAIN, incomplete=True))


class _Reader:
    """Reads one page's documents, and keeps what goes wrong."""

    def __init__(self, folder: Place, record: Record) -> None:
        self._folder, self._record = folder, record
        listed = [file.name for file in record.files if is_own(record.page_id, file.name)]
        there = folder.names() if isinstance(folder, Address) else {path.name for path in folder.iterdir() if path.is_file()}
        self._names = tuple(name for name in listed if name in there)
        self._problems = [f"{name} is not there" for name in listed if name not in there]
        self._fetched = _fetched(folder, self._names)

    def read(self) -> View:
        record = self._record
        layout = next(self._documents(LAYOUT, read_alto), None)
        read = list(self._documents(TEXT, read_tei))
        preview = next(self._documents(DRAWING, preview_in), None)
        thumbnail = next(self._documents(DRAWING, lambda _: thumbnail_of(preview)), None) if preview else None
        articles = [article for article, _ in read] or (layout.articles if layout else ())
        page = PageView(
            id=record.page_id,
            outcome=Outcome(record.status.value),
            width=int(record.source.width),
            height=int(record.source.height),
            facts=_facts(record),
            imprint=read[0][1] if read else Imprint(),
            articles=tuple(self._complete(article) for article in articles),
            rest=layout.rest if layout else (),
            rest_zones=layout.rest_zones if layout else (),
            preview=preview if thumbnail else None,
            between=(thumbnail.left, thumbnail.right) if thumbnail else (0.0, 1.0),
            reason=record.error.message if record.error else "",
            remedy=record.error.remedy if record.error else "",
            problems=tuple(self._problems),
            documents=tuple(name for name in self._names if name.startswith(f"{record.page_id}.")),
        )
        return View(page, _row(record, page, thumbnail), thumbnail)

    def _documents(self, ending: str, read: Callable[[bytes], _T]) -> Iterator[_T]:
        """What is read from the page's documents of that ending; those that cannot be read are told of."""
        for name in self._names:
            if name.endswith(ending):
                try:
                    yield read(self._fetched.get(name) or (self._folder / name).read_bytes())
                except (OSError, ValueError, SyntaxError) as error:  # lxml's errors of syntax are Python's
                    self._problems.append(f"{name} cannot be used: {_why(error)}")

    def _complete(self, article: ArticleText) -> ArticleText:
        """An article with the names of its documents."""
        return replace(article, documents=tuple(name for name in self._names if name.startswith(f"{article.id}.")))


def _fetched(folder: Place, names: Sequence[str]) -> dict[str, bytes]:
    """The documents in a store that a report is made of, asked for together; of a folder of this machine none."""
    if not isinstance(folder, Address):
        return {}
    wanted = [name for name in names if name.endswith(READ)]
    return {name: content for name, content in zip(wanted, folder.read_many(wanted), strict=True) if content}


def _row(record: Record, page: PageView, thumbnail: Thumbnail | None) -> Row:
    first = page.articles[0] if page.articles else None
    return Row(
        id=record.page_id,
        outcome=page.outcome,
        source=printable(place(record.source.path)),
        title=first.title if first else "",
        language=first.language if first else "",
        imprint=page.imprint,
        articles=record.counts.articles,
        advertisements=record.counts.advertisements,
        confidence=record.confidence,
        skew=record.skew,
        seconds=sum(seconds for _, seconds in record.timings),
        negative=record.negative,
        thumbnail=(thumbnail.width, thumbnail.height) if thumbnail else None,
        reason=page.reason,
        remedy=page.remedy,
        incomplete=bool(page.problems),
    )


def _facts(record: Record) -> tuple[tuple[str, str], ...]:
    """What the record tells of a page, for people; what says nothing is left out."""
    source, counts = record.source, record.counts
    frame = f", frame {source.frame} of {source.frames}" if source.frames > 1 else ""
    facts = {
        "Source": f"{printable(place(source.path))}{frame}",
        "Size": f"{source.width} × {source.height} pixels" if source.width else "",
        "SHA-256": source.sha256,
        "Identifier": source.identifier,
        "Language": record.language,
        "Confidence": f"{record.confidence:.4f}" if counts.characters else "",
        "Found": f"{counts.lines} lines, {counts.characters} characters" if counts.lines else "",
        "Skew": f"{record.skew:+.2f}°" if record.skew else "",
        "Film": "negative" if record.negative else "",
        "Read": f"{record.created:%Y-%m-%d %H:%M} UTC, reading {record.revision}" if record.revision else "",
        "With": " ".join(filter(None, ("digitize", record.version, record.device))),
        "Warnings": "; ".join(record.warnings),
    }
    return tuple((name, text) for name, text in facts.items() if text)


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return printable(PurePath(" ".join(str(error).split())))
