"""The figures that the project holds itself to, on pages with truth, by the scorer that archives can use too."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

CLEAN = ("000-rules", "001-white", "002-rows", "002-six")


def scores(shared: Path, tmp_path: Path, pages: dict[str, str]) -> dict[str, float]:
    """The scorer's mean figures over pages, read by the command line."""
    inputs, truths, output = tmp_path / "in", tmp_path / "truth", tmp_path / "out"
    inputs.mkdir()
    truths.mkdir()
    for name, suffix in pages.items():
        shutil.copy(shared / "pages" / "dev" / f"{name}{suffix}", inputs)
        # The page's id is its file's name, with a letter before it where it begins with a digit.
        shutil.copy(shared / "pages" / "dev" / "truth" / f"{name}.json", truths / f"p{name}.json")
    command = [sys.executable, "-m", "digitize", "run", str(inputs), "--output", str(output), "--device", "cpu", "--quiet"]
    subprocess.run(command, cwd=PROJECT, check=True)
    scorer = [sys.executable, str(shared / "score" / "score.py"), "--set", str(truths), str(output)]
    table = subprocess.run(scorer, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(zip(table[0].split()[1:], map(float, table[-1].split()[1:]), strict=True))


def test_clean_pages_come_out_whole(shared: Path, tmp_path: Path) -> None:
    """On typeset pages every article is found, whole and in order."""
    mean = scores(shared, tmp_path, dict.fromkeys(CLEAN, ".png"))
    assert mean["article_f1"] == 1.0
    assert min(mean["join"], mean["para_f1"]) >= 0.98
    assert min(mean["headline"], mean["kicker"], mean["byline"]) >= 0.97
    assert mean["cer"] <= 0.002
