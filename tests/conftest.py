"""What all tests share: the measuring material beside the checkout and a browser, where they are there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_missing: list[str] = []
_unseen: list[str] = []


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


@pytest.fixture(scope="session")
def driver() -> Iterator[Chrome | None]:
    """A browser without a window; None where there is none, or nothing to drive it by."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driven_by = shutil.which("chromedriver")
    if browser is None or driven_by is None:
        yield None
        return
    from selenium.webdriver import Chrome, ChromeOptions  # noqa: PLC0415 - only where there is a browser
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415 - the same

    options = ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options, Service(driven_by))
    yield chrome
    chrome.quit()


@pytest.fixture
def browser(driver: Chrome | None, request: pytest.FixtureRequest) -> Chrome:
    """A browser with a window of 1400 by 900; the test is skipped, loudly, without one, and fails where one is required."""
    if driver is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium, or no chromedriver: apt-get install chromium chromium-driver")
        _unseen.append(request.node.nodeid)
        pytest.skip("there is no Chromium with its chromedriver: the report is not looked at")
    driver.get("about:blank")
    for log in ("browser", "performance"):
        driver.get_log(log)  # what earlier tests left
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    return driver


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which tests could not run for want of ../shared, or of a browser."""
    for title, nodeids in (("../shared is not there", _missing), ("no Chromium with chromedriver", _unseen)):
        if nodeids:
            terminalreporter.section(f"NOT CHECKED: {title}", red=True, bold=True)
            for nodeid in nodeids:
                terminalreporter.write_line(nodeid)
