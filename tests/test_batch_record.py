"""A page's record: there and back, and what of errors it keeps."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.batch.outcome import Outcome, Summary
from digitize.batch.record import Counts, Failure, Record, Run, Status, WrittenFile
from digitize.errors import ExitCode, UnreadableImageError
from digitize.model import Source

SOURCE = Source("reel/0001.tif", 3, 12, "a" * 64, "image/tiff", 3000, 4000)
WHEN = dt.datetime(2026, 5, 9, 12, 30, tzinfo=dt.UTC)


def full_record(**changes: object) -> Record:
    """A record with something in every field."""
    fields: dict[str, object] = {
        "page_id": "p0001-f003",
        "status": Status.DONE,
        "source": SOURCE,
        "version": "0.1.0",
        "options_digest": "b" * 64,
        "model_digest": "c" * 64,
        "created": WHEN,
        "revision": 2,
        "first_created": WHEN - dt.timedelta(days=9),
        "device": "gpu:0",
        "language": "zh-Hant",
        "timings": (("scan", 0.5), ("ocr", 2.25)),
        "counts": Counts(9, 200, 7, 2, 3000),
        "confidence": 0.9713,
        "skew": -1.25,
        "negative": True,
        "warnings": ("no GPU is used",),
        "error": Failure("PageError", "what", "remedy"),
        "image_hash": "e" * 64,
        "text_sketch": "f" * 512,
        "run": Run("2026-05-09T12:00:00.000001+00:00", "/home/archive"),
        "files": (WrittenFile("p0001-f003.alto.xml", "d" * 64),),
    }
    return Record(**(fields | changes))  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was() -> None:
    """Every field survives JSON."""
    assert Record.from_json(full_record().to_json()) == full_record()


@given(st.text(alphabet=st.characters(codec=None)), st.one_of(st.none(), st.just(WHEN)), st.floats(0, 1e6))
def test_any_text_and_time_comes_back(text: str, first: dt.datetime | None, seconds: float) -> None:
    """Any characters, lone surrogates of undecodable file names too, and times to the millisecond survive."""
    record = full_record(warnings=(text,), first_created=first, timings=(("ocr", round(seconds, 3)),), error=None)
    assert Record.from_json(record.to_json()) == record


def test_a_record_reads_as_the_design_says() -> None:
    """The keys are those that other programs rely on."""
    values = json.loads(full_record().to_json())
    assert values["source"]["sha256"] == "a" * 64
    assert values["timings"] == {"scan": 0.5, "ocr": 2.25}
    assert (values["schema"], values["status"], values["created"]) == (1, "done", "2026-05-09T12:30:00Z")


NO_RECORDS = [b"", b"[]", b"{}", b"\xff", b'{"schema": 1}', b'{"schema": 99}', b"null", b"[" * 100_000]


@pytest.mark.parametrize("content", NO_RECORDS, ids=range(len(NO_RECORDS)))
def test_what_is_not_a_record_is_refused(content: bytes) -> None:
    """Foreign, broken and future files are told from records by one error."""
    with pytest.raises(ValueError, match="not a page record"):
        Record.from_json(content)


def test_a_failure_keeps_message_and_remedy() -> None:
    """An error of the program's own keeps what it says."""
    error = UnreadableImageError("a.tif: the file is empty", remedy="scan it again")
    assert Failure.of(error) == Failure("UnreadableImageError", "a.tif: the file is empty", "scan it again")


def test_an_unexpected_error_is_one_line() -> None:
    """Any other exception is named by its type, on one line, as a defect."""
    failure = Failure.of(ValueError("first\nsecond"))
    assert (failure.kind, failure.message) == ("ValueError", "first second")
    assert "defect" in failure.remedy


@pytest.mark.parametrize(
    ("statuses", "interrupted", "code"),
    [
        ([Status.DONE, Status.BLANK], False, ExitCode.DONE),
        ([Status.DONE, Status.FAILED], False, ExitCode.PAGES_FAILED),
        ([Status.FAILED], True, ExitCode.INTERRUPTED),
    ],
)
def test_the_exit_code_tells_how_the_run_ended(statuses: list[Status], interrupted: bool, code: ExitCode) -> None:  # noqa: FBT001
    """0 when all pages are done, 1 when some failed, 130 when it was interrupted."""
    outcomes = tuple(Outcome.of(full_record(status=status)) for status in statuses)
    assert Summary(outcomes, interrupted=interrupted).exit_code is code
