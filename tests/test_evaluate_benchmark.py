"""The benchmark of layout and reading order: groups of pages, bars, and a real run."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digitize.evaluate import FIGURES, Evaluation, Figures, PageEvaluation

if TYPE_CHECKING:
    from types import ModuleType

PROJECT = Path(__file__).resolve().parents[1]
SCRIPT = PROJECT / "benchmarks" / "layout.py"


@pytest.fixture(scope="module")
def layout() -> ModuleType:
    """The benchmark as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_layout", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def evaluation(**pages: float) -> Evaluation:
    """Pages of which all figures are the same, by names with `_` for `-`."""
    return Evaluation(
        tuple(
            PageEvaluation(name.replace("_", "-"), Figures(**dict.fromkeys(FIGURES, value)), 5, 5, missing=False)
            for name, value in pages.items()
        ),
        (),
        film=False,
    )


def test_pages_are_grouped_by_their_film(layout: ModuleType) -> None:
    """The end of a page's name tells its film, a negative's too; all others are clean."""
    measured = evaluation(p000_rules=1, p000_rules_film1=1, p1_film2n=1, p2_film3=1, p2_film3n=1, A08=1, reel_film7=1)
    names = {group.name: [page.name for page in layout.members(measured, group)] for group in layout.GROUPS}
    assert names == {
        "clean": ["p000-rules", "A08", "reel-film7"],
        "light and medium film": ["p000-rules-film1", "p1-film2n"],
        "heavy film": ["p2-film3", "p2-film3n"],
    }


@pytest.mark.parametrize(
    ("figures", "missed"),
    [
        ({}, ()),
        ({"join": 0.9949}, ("join",)),
        ({"article_f1": 0.99, "byline": 0.97, "cer": 0.0021}, ("article_f1", "cer")),
        ({"kicker": None, "order": 0.0}, ()),
    ],
)
def test_bars_are_met_or_missed(layout: ModuleType, figures: dict[str, Any], missed: tuple[str, ...]) -> None:
    """A figure misses its bar from either side; one that has none, or that nothing could be measured of, does not."""
    clean = layout.GROUPS[0]
    assert clean.missed(Figures(**dict.fromkeys(FIGURES, 1.0) | {"cer": 0.0} | figures)) == missed


def test_bars_fall_with_the_film(layout: ModuleType) -> None:
    """Each group has a bar for the same figures, and worse originals never a harder one."""
    clean, light, heavy = (group.bars for group in layout.GROUPS)
    assert set(clean) == set(light) == set(heavy) < set(FIGURES)
    for name in clean:
        ordered = sorted([clean[name], light[name], heavy[name]], reverse=name != "cer")
        assert ordered == [clean[name], light[name], heavy[name]], name


def test_a_missed_bar_has_an_asterisk(layout: ModuleType) -> None:
    """The report has each page, the mean, the seconds and the bars of its group."""
    report = layout.report(evaluation(A08=1.0, A09=0.98), {"A08": 0.5, "A09": None})
    head, *rows, mean, bar = report.splitlines()
    assert head.split()[:2] == ["clean", "(2)"]
    assert [row.split()[0] for row in rows] == ["A08", "A09"]
    assert (rows[0].split()[-1], rows[1].split()[-1], mean.split()[-1]) == ("0.50", "-", "0.50")
    assert bar.split() == ["bar", "*>=0.995", "*>=1.000", ">=0.970", ">=0.970", ">=0.970", ">=0.980", "*<=0.002"]


def test_seconds_are_those_of_layout_and_reflow(layout: ModuleType, tmp_path: Path) -> None:
    """They come from the page's record; a page without record has none."""
    (tmp_path / "page.json").write_text(json.dumps({"timings": {"ocr": 9.0, "layout": 0.25, "reflow": 0.5}}))
    assert layout.seconds(tmp_path) == 0.75
    assert layout.seconds(tmp_path / "no") is None


def program(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the benchmark as a developer does."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    environ = os.environ | {"PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_a_missing_truth_is_told_before_pages_are_read(tmp_path: Path) -> None:
    """It takes minutes to read pages; what is wrong with the folders is said at once."""
    done = program(tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path / 'truth'} is not a folder" in done.stderr


def test_a_sample_page_is_read_and_measured(tmp_path: Path) -> None:
    """The real program on a real page: all articles found, every line of them in order, all bars met."""
    (tmp_path / "truth").mkdir()
    shutil.copy(PROJECT / "samples" / "pages" / "A02.png", tmp_path)
    shutil.copy(PROJECT / "samples" / "truth" / "A02.json", tmp_path / "truth")
    done = program(tmp_path, "--output", tmp_path / "out")

    assert done.returncode == 0, done.stderr
    head, page, *_ = done.stdout.splitlines()
    figures = dict(zip(head.split()[2:-1], page.split()[1:], strict=True))
    assert {name: figures[name] for name in ("article_f1", "headline", "join", "order")} == dict.fromkeys(
        ("article_f1", "headline", "join", "order"), "1.0000"
    )
    assert float(figures["region_iou"]) > 0.9
    assert (tmp_path / "out" / "A02" / "page.json").is_file()
