"""What all tests share: the measuring material beside the checkout, when it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"

_missing: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one switch by which golden files change."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew from what comes out now")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder ../shared with official schemas and measuring pages; the test is skipped, loudly, without it."""
    if not SHARED.is_dir():
        _missing.append(request.node.nodeid)
        pytest.skip(f"{SHARED} is not there: not checked against the official schemas and measuring pages")
    return SHARED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which tests could not run for want of ../shared."""
    if _missing:
        terminalreporter.section("NOT CHECKED: ../shared is not there", red=True, bold=True)
        for nodeid in _missing:
            terminalreporter.write_line(nodeid)
