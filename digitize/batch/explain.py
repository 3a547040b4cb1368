"""One page, explained: read as in a run, and written as a drawing or as JSON that says why it was read so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.batch.writing import prepare_output, write_file
from digitize.errors import UsageError
from digitize.scan import FailedFrame, open_scans
from digitize.scan.page_ids import page_stem, printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digitize.model import Scan
    from digitize.options import Options
    from digitize.pipeline import PageResult

DRAWING_SUFFIX, JSON_SUFFIX = ".svg", ".json"


def explain(
    image: Path,
    output: Path,
    options: Options,
    *,
    frame: int = 1,
    page: int = 1,
    on_warning: Callable[[str], None] = lambda _: None,
) -> PageResult:
    """Read one page and write what was found, in which order and why.

    Args:
        image: the image file.
        output: the file to write, ending in .svg for a drawing or .json; its folder is made if need be.
        options: what the run was told.
        frame: which frame of the file, from 1.
        page: which of the two pages on the frame, where it shows two; 1 is the first in reading order.
        on_warning: called with what concerns the engine, one line each.

    Returns:
        What was read.

    Raises:
        UsageError: the output ends otherwise, the image is no file, or it has no such frame.
        UnreadableImageError: the image cannot be opened.
        MissingDependencyError: the model or the device is not there.
        OutputError: the output cannot be written.
    """
    if output.suffix.lower() not in {DRAWING_SUFFIX, JSON_SUFFIX}:
        raise UsageError(
            f"{printable(output)}: explanations are drawings or JSON",
            remedy=f"name a file that ends in {DRAWING_SUFFIX} or {JSON_SUFFIX}",
        )
    scan = _open(image, frame, options)
    prepare_output(output.parent)
    from digitize.batch.documents import preview_of  # noqa: PLC0415 - seconds to load, and not needed for what failed above
    from digitize.export import to_explanation, to_svg  # noqa: PLC0415 - the same
    from digitize.ocr.engine import open_engine  # noqa: PLC0415 - the same
    from digitize.pipeline import process, split  # noqa: PLC0415 - the same

    engine = open_engine(options)
    for warning in engine.warnings:
        on_warning(warning)
    pages = split(scan, engine, options)
    if page > len(pages):
        raise UsageError(f"{printable(image)} shows {len(pages)} page", remedy="leave out --page, or use --split always")
    scan = pages[page - 1]
    result = process(scan, engine, options)
    if output.suffix.lower() == JSON_SUFFIX:
        content = to_explanation(result.page, result.articles)
    else:
        content = to_svg(result.page, result.articles, preview_of(scan), rejected=True)
    write_file(output, content)
    return result


def _open(image: Path, frame: int, options: Options) -> Scan:
    if not image.is_file():
        raise UsageError(f"{printable(image)} is not a file", remedy="name one image file")
    scan = next(open_scans(image, page_stem((image.stem,)), options, first=frame), None)
    if scan is None:
        raise UsageError(f"{printable(image)} has no frame {frame}", remedy="count its frames from 1")
    if isinstance(scan, FailedFrame):
        raise scan.error
    return scan
