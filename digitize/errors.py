"""The errors that reach a user, as one tree; each carries the exit code of the run that it ends.

DigitizeError                 15  anything else
├── UsageError                 2  the command cannot be carried out as written
├── MissingDependencyError     3  a program, package, model or device is not there
├── InvalidXmlError            4  a document breaks its schema or a rule
├── OutputError                5  the output folder cannot be written
├── ConfigurationError         9  a setting makes no sense
│   └── SheetError             9  rows of a metadata sheet make no sense
└── PageError                  1  one page failed; the others go on
    └── UnreadableImageError   1  the page's file is not an image that can be opened
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a run's exit code tells (the codes that OCRmyPDF shares keep their meaning)."""

    DONE = 0
    PAGES_FAILED = 1
    USAGE = 2
    MISSING_DEPENDENCY = 3
    INVALID_XML = 4
    OUTPUT_NOT_WRITABLE = 5
    CONFIGURATION = 9
    OTHER = 15
    INTERRUPTED = 130


class DigitizeError(Exception):
    """What happened, to which file, and what to do about it: a message and a remedy, each one line."""

    exit_code: ClassVar[ExitCode] = ExitCode.OTHER

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep message and remedy when the error crosses a process boundary."""
        return (_rebuild, (type(self), self.message, self.remedy))


def _rebuild(kind: type[DigitizeError], message: str, remedy: str) -> DigitizeError:
    return kind(message, remedy=remedy)


class UsageError(DigitizeError):
    """The command cannot be carried out as it was written."""

    exit_code = ExitCode.USAGE


class MissingDependencyError(DigitizeError):
    """A package, model or device that the command needs is not there."""

    exit_code = ExitCode.MISSING_DEPENDENCY


class InvalidXmlError(DigitizeError):
    """A document breaks its schema or one of the cross-file rules."""

    exit_code = ExitCode.INVALID_XML


class OutputError(DigitizeError):
    """The output folder, or a file in it, cannot be written."""

    exit_code = ExitCode.OUTPUT_NOT_WRITABLE


class ConfigurationError(DigitizeError):
    """A setting, in a file, the environment or a flag, makes no sense."""

    exit_code = ExitCode.CONFIGURATION


class SheetError(ConfigurationError):
    """Rows of a metadata sheet make no sense; `faults`, which are its notes too, tell each in a line of its own."""

    def __init__(self, message: str, *, remedy: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.faults = faults
        for fault in faults:
            self.add_note(fault)


class PageError(DigitizeError):
    """One page cannot be processed; the run records it and goes on."""

    exit_code = ExitCode.PAGES_FAILED


class UnreadableImageError(PageError):
    """A page's file cannot be opened as an image."""
