"""Output folders for tests, as a run leaves them, of pages that are made and not read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from digitize.batch.record import Counts, Record, Status, WrittenFile
from digitize.batch.writing import sha256, write_page
from digitize.export import SVG_SUFFIX, export_page, to_svg
from digitize.options import Format

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from builders import Shape


def jpeg(width: int = 300, height: int = 400, grey: int = 220) -> bytes:
    """A small JPEG."""
    stream = io.BytesIO()
    Image.new("L", (width, height), grey).save(stream, "JPEG")
    return stream.getvalue()


PREVIEW = jpeg()


def write_shape(
    output: Path,
    shape: Shape,
    *,
    formats: Collection[Format] = tuple(Format),
    preview: bytes | None = PREVIEW,
    **changes: object,
) -> Path:
    """Write a made page with its documents and its record, some of its fields changed; its folder."""
    page, articles = shape.page, shape.articles
    documents = {d.name: d.content for d in export_page(page, articles, shape.issue, shape.revision, formats)}
    documents[page.id + SVG_SUFFIX] = to_svg(page, articles, preview)
    fields: dict[str, object] = {
        "page_id": page.id,
        "status": Status.DONE,
        "source": page.source,
        "version": "0.1.0",
        "options_digest": "",
        "model_digest": "",
        "created": shape.revision.created,
        "revision": shape.revision.number,
        "language": page.language,
        "timings": (("ocr", 2.0),),
        "counts": Counts.of(page, articles),
        "confidence": page.confidence,
        "files": tuple(WrittenFile(name, sha256(content)) for name, content in documents.items()),
    }
    record = Record(**(fields | changes))  # type: ignore[arg-type]
    write_page(output / page.id, record, documents, None)
    return output / page.id
