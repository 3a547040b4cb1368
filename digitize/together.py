"""Two things done at once, where a process may use two cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import cv2

if TYPE_CHECKING:
    from collections.abc import Callable

First = TypeVar("First")
Second = TypeVar("Second")


def together(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What two calls give that know nothing of each other: in two threads where OpenCV may use as many, else in turn.

    It is worth it where both spend their time in OpenCV and NumPy, which let other threads run meanwhile. What one of them
    raises is raised when both have ended.
    """
    if cv2.getNumThreads() < 2:  # noqa: PLR2004 - one for each
        return first(), second()
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(second)
        return first(), other.result()
