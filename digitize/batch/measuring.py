"""What a cluster is asked while it reads: pages, seconds and failures, as Prometheus metrics that Ray exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ray.util.metrics import Counter, Histogram

from digitize.batch.record import Status

if TYPE_CHECKING:
    from digitize.batch.outcome import Outcome

# Bounds in seconds: a page takes from half a second to the ten minutes after which it is given up.
BOUNDS = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0]


class Meters:
    """Counts pages by how they ended, seconds by stage, and failures by kind."""

    def __init__(self) -> None:
        self._pages = Counter("digitize_pages", "Pages that ended, by how.", tag_keys=("status",))
        self._failures = Counter("digitize_failures", "Pages that failed, by the kind of failure.", tag_keys=("kind",))
        self._seconds = Histogram("digitize_stage_seconds", "Seconds of a stage of a page.", BOUNDS, tag_keys=("stage",))

    def count(self, outcome: Outcome) -> None:
        """Count a page."""
        skipped = outcome.skipped and outcome.status is not Status.FAILED
        self._pages.inc(1, {"status": "skipped" if skipped else outcome.status.value})
        if outcome.error and not outcome.skipped:
            self._failures.inc(1, {"kind": outcome.error.kind})
        for stage, seconds in outcome.timings:
            self._seconds.observe(seconds, {"stage": stage})
