"""How well pages are read, on pages with truth: the figures of `digitize evaluate`, beside the bars that they must clear.

    .venv/bin/python benchmarks/layout.py
    .venv/bin/python benchmarks/layout.py PAGES --truth TRUTH --output OUT

Reads all images of a folder with the program as it stands, on the CPU, and measures what comes out. Pages are grouped by
the film that they are on, as their names tell: NAME is clean, NAME-film1 and NAME-film2 light and medium film, NAME-film3
heavy film (an n at the end: negative). Ends with 1 where a group's mean misses a bar or
a page fails.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import digitize
from digitize.evaluate import FIGURES, Figures, aligned, cells, evaluate, mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digitize.batch.outcome import Outcome
    from digitize.evaluate import Evaluation, PageEvaluation

PAGES = Path(__file__).resolve().parents[1].parent / "shared" / "pages" / "dev"

STAGES = ("layout", "reflow")  # the stages that this project exists for; the others are mostly the networks'

LOWER_IS_BETTER = frozenset({"cer"})


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of like condition: the levels of film in their names, and what the mean of each figure must reach."""

    name: str
    levels: frozenset[int]
    bars: Mapping[str, float]

    def missed(self, figures: Figures) -> tuple[str, ...]:
        """The figures that do not reach their bars."""
        return tuple(name for name, bar in self.bars.items() if not _clears(name, getattr(figures, name), bar))


GROUPS = (
    Group(
        "clean",
        frozenset({0}),
        {
            "join": 0.995,
            "article_f1": 1.0,
            "headline": 0.97,
            "kicker": 0.97,
            "byline": 0.97,
            "para_f1": 0.98,
            "cer": 0.002,
        },
    ),
    Group(
        "light and medium film",
        frozenset({1, 2}),
        {
            "join": 0.99,
            "article_f1": 0.97,
            "headline": 0.95,
            "kicker": 0.95,
            "byline": 0.93,
            "para_f1": 0.96,
            "cer": 0.006,
        },
    ),
    Group(
        "heavy film",
        frozenset({3}),
        {
            "join": 0.95,
            "article_f1": 0.90,
            "headline": 0.85,
            "kicker": 0.85,
            "byline": 0.80,
            "para_f1": 0.90,
            "cer": 0.03,
        },
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, measure, print; the exit code is 1 where a bar is missed or a page fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="?", type=Path, default=PAGES, help="folder of images; default: %(default)s")
    parser.add_argument("--truth", type=Path, help="folder of their truth; default: PAGES/truth")
    parser.add_argument("--output", type=Path, help="keep what was read there; default: a temporary folder")
    parser.add_argument("--language", default="auto", help="language of the pages; default: %(default)s")
    told = parser.parse_args(arguments)
    truth = told.truth or told.pages / "truth"
    for folder in (told.pages, truth):
        if not folder.is_dir():
            parser.error(f"{folder} is not a folder: name one with images, and with --truth one with their truth")
    with tempfile.TemporaryDirectory() as scratch:
        output = told.output or Path(scratch)
        try:
            options = digitize.Options(language=told.language, device="cpu")
            summary = digitize.run([told.pages], output, options, force=True, on_page=_tell)
            if summary.interrupted:
                return summary.exit_code
            evaluation = evaluate(output, truth)
        except digitize.DigitizeError as error:
            print(f"layout.py: {error}", file=sys.stderr)
            return error.exit_code
        print(report(evaluation, {page.name: seconds(output / page.name) for page in evaluation.pages}))
    return 1 if summary.failed or any(group.missed(figures) for group, figures in means(evaluation)) else 0


def members(evaluation: Evaluation, group: Group) -> tuple[PageEvaluation, ...]:
    """The pages of a group, by the level of film in their names; 0 where none is named."""
    levels = {page: re.search(r"-film([123])n?$", page.name) for page in evaluation.pages}
    return tuple(page for page, level in levels.items() if (int(level[1]) if level else 0) in group.levels)


def means(evaluation: Evaluation) -> list[tuple[Group, Figures]]:
    """The groups that have pages, each with the mean of its figures."""
    groups = [(group, members(evaluation, group)) for group in GROUPS]
    return [(group, mean([page.figures for page in pages])) for group, pages in groups if pages]


def seconds(folder: Path) -> float | None:
    """How long layout and reflow of a page took, as its record says; None for a page that was not read."""
    try:
        timings = json.loads((folder / "page.json").read_bytes())["timings"]
    except FileNotFoundError:
        return None
    return sum(float(timings.get(stage, 0.0)) for stage in STAGES)


def report(evaluation: Evaluation, durations: Mapping[str, float | None]) -> str:
    """A table for each group: its pages, their mean, and the bars, with an asterisk at those that are missed."""
    parts = []
    for group, figures in means(evaluation):
        pages = members(evaluation, group)
        rows = [(page.name, *cells(page.figures), _seconds(durations[page.name])) for page in pages]
        known = [duration for page in pages if (duration := durations[page.name]) is not None]
        total = _seconds(sum(known) / len(known) if known else None)
        head = (f"{group.name} ({len(pages)})", *FIGURES, f"{'+'.join(STAGES)} s")
        bars = ("bar", *(_bar(name, group, group.missed(figures)) for name in FIGURES), "")
        parts.append(aligned([head, *rows, ("mean", *cells(figures), total), bars]))
    return "\n\n".join(parts)


def _clears(name: str, value: float | None, bar: float) -> bool:
    """Whether a figure reaches its bar; where there is nothing to measure, nothing is missed."""
    return value is None or (value <= bar if name in LOWER_IS_BETTER else value >= bar)


def _bar(name: str, group: Group, missed: Sequence[str]) -> str:
    if name not in group.bars:
        return ""
    return f"{'*' if name in missed else ''}{'<=' if name in LOWER_IS_BETTER else '>='}{group.bars[name]:.3f}"


def _seconds(duration: float | None) -> str:
    return "-" if duration is None else f"{duration:.2f}"


def _tell(outcome: Outcome) -> None:
    error = outcome.error
    told = f"failed: {error.message} ({error.remedy})" if error else f"{outcome.seconds:.1f} s"
    print(f"{outcome.page_id or outcome.path}: {told}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
