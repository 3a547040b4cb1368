"""What a run tells while it goes on: lines for people, JSON for programs, a bar where a terminal is."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING

from digitize.batch.outcome import Outcome
from digitize.batch.progress import Teller
from digitize.batch.record import Counts, Failure, Status
from digitize.batch.run import Progress

if TYPE_CHECKING:
    import pytest

DONE = Outcome("A08", "A08.png", Status.DONE, Counts(lines=9, articles=2, advertisements=1), seconds=1.25)
FAILED = Outcome("A10", "x\udcff.png", Status.FAILED, error=Failure("PageError", "it is torn", "mend it"), skipped=True)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


def test_json_is_one_object_a_line_with_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is an object with the page's id, its status and the message; names that are no text survive."""
    teller = Teller(quiet=False, verbose=True, as_json=True)
    teller.page(DONE)
    teller.page(FAILED)
    teller.warning("a GPU lies idle")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["page"]) for line in lines] == [("info", "A08"), ("error", "A10"), ("warning", "")]
    assert lines[1]["file"] == "x\udcff.png"
    assert lines[1]["message"] == "failed before: it is torn (mend it)"


def test_the_root_logger_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Telling adds no handler and changes no level."""
    before = (list(logging.getLogger().handlers), logging.getLogger().level)
    Teller(quiet=False, verbose=False, as_json=True).page(DONE)
    assert capsys.readouterr().err
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows pages done, failed and left, the pace, the time left and each worker's page; lines go on above it."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm")
    teller = Teller(quiet=False, verbose=False, as_json=False)
    with teller.showing():
        teller.page(DONE)
        teller.progress(Progress(done=10, failed=1, skipped=2, left=30, seconds=60.0, workers=("A11", "A12")))
        assert teller._bar is not None
        teller._bar.refresh()
    shown = terminal.getvalue()
    assert "A08: 2 articles, 1 advertisement, 1.2 s" in shown
    assert "12 done, 1 failed, 30 left | 10.0 pages/min, 0:03:00 to go | A11 | A12" in shown


def test_without_a_terminal_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs get lines alone."""
    teller = Teller(quiet=False, verbose=False, as_json=False)
    with teller.showing():
        teller.progress(Progress(1, 0, 0, 9, 2.0, ("A11",)))
        teller.page(DONE)
    assert capsys.readouterr().err == "A08: 2 articles, 1 advertisement, 1.2 s\n"
