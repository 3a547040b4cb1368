"""Two calls at once: what they give, where they run, and what becomes of their errors."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cv2
import pytest

from digitize.together import together

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """OpenCV may use so many threads."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(request.param)
    yield request.param
    cv2.setNumThreads(before)


def test_each_call_gives_its_own(threads: int) -> None:
    """What two calls give comes in their order, and they run in as many threads as OpenCV may use."""
    here, there = together(threading.get_ident, threading.get_ident)
    assert here == threading.get_ident()
    assert (there != here) is (threads > 1)


def test_they_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of two calls can wait for the other where there are two threads."""
    monkeypatch.setattr(cv2, "getNumThreads", lambda: 2)
    met = threading.Barrier(2)
    assert sorted(together(lambda: met.wait(60), lambda: met.wait(60))) == [0, 1]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("failing", [0, 1])
def test_what_one_raises_is_raised(failing: int) -> None:
    """An error of either call is the error of both."""

    def call(number: int) -> int:
        if number == failing:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match=str(failing)):
        together(lambda: call(0), lambda: call(1))
