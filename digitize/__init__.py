"""Scanned newspapers into one validated XML document per article, offline.

    summary = digitize.run([Path("scans")], Path("articles"), digitize.Options(newspaper="..."))

or page by page, with nothing written:

    engine = digitize.open_engine(options)
    for entry in digitize.find_inputs([Path("scans")]):
        for scan in digitize.open_scans(entry.path, entry.stem, options):
            result = digitize.process(scan, engine, options)

Names are loaded when they are first used: `import digitize` takes no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitize.batch.run import run
    from digitize.errors import DigitizeError
    from digitize.export import export_page
    from digitize.ocr.engine import open_engine
    from digitize.options import Format, Options
    from digitize.pipeline import process
    from digitize.scan import find_inputs, open_scans

__version__ = "0.1.0"

__all__ = [
    "DigitizeError",
    "Format",
    "Options",
    "__version__",
    "export_page",
    "find_inputs",
    "open_engine",
    "open_scans",
    "process",
    "run",
]

_HOMES = {
    "DigitizeError": "digitize.errors",
    "Format": "digitize.options",
    "Options": "digitize.options",
    "export_page": "digitize.export",
    "find_inputs": "digitize.scan",
    "open_engine": "digitize.ocr.engine",
    "open_scans": "digitize.scan",
    "process": "digitize.pipeline",
    "run": "digitize.batch.run",
}


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562)."""
    from digitize.lazy import load  # noqa: PLC0415 - not needed to read the version

    return load(__name__, _HOMES, name)
