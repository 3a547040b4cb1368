"""The figures as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING

from digitize.evaluate.measures import FIGURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.evaluate.archive import Evaluation, PageEvaluation
    from digitize.evaluate.measures import Figures

SCHEMA = 1  # counts up when a field of the JSON changes its meaning or goes
NOTHING = "-"


def to_table(evaluation: Evaluation) -> str:
    """A row for each page and one for their mean; `-` where there was nothing to measure."""
    head = ("page", *FIGURES)
    rows = [(page.name, *cells(page.figures)) for page in evaluation.pages]
    return aligned([head, *rows, ("mean", *cells(evaluation.mean))])


def cells(figures: Figures) -> tuple[str, ...]:
    """The figures as text, with four decimals."""
    values: list[float | None] = [getattr(figures, name) for name in FIGURES]
    return tuple(NOTHING if value is None else f"{value:.4f}" for value in values)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length as lines of text: the first column to the left, the others to the right."""
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        left = first + " " * (widths[0] - _columns(first))
        right = (" " * (width - _columns(text)) + text for width, text in zip(widths[1:], others, strict=True))
        lines.append("  ".join([left, *right]).rstrip())
    return "\n".join(lines)


def _columns(text: str) -> int:
    """How many columns a terminal gives a text: two to each wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def to_json(evaluation: Evaluation) -> str:
    """All figures and counts; null where there was nothing to measure."""
    content = {
        "schema": SCHEMA,
        "film": evaluation.film,
        "mean": asdict(evaluation.mean),
        "missing": list(evaluation.missing),
        "without_truth": list(evaluation.without_truth),
        "pages": {page.name: _page(page) for page in evaluation.pages},
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _page(page: PageEvaluation) -> dict[str, object]:
    return {**asdict(page.figures), "true_articles": page.true_articles, "read_articles": page.read_articles}
