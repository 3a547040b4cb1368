"""How long one million and a hundred million pages take on N workers, and what stops a cluster from growing.

    .venv/bin/python benchmarks/cluster_model.py                                   # tables, and docs/scaling.svg
    .venv/bin/python benchmarks/cluster_model.py --records archive/ --driver 2.1   # with figures of your own

A discrete-event model of a run on a cluster with an object store. Pages are taken by workers as these get free, in the
order of the store's list. A page waits for its turn in the list, at the driver, and at the store, which answers so many
requests a second; it is fetched, read, written; now and then its worker is lost, and it is read again. Events are taken
from a heap in the order of time; it holds one for each worker.

A run is simulated until its pace is steady, and the rest of its pages go by at that pace. docs/scaling.md tells what the
figures are, where they come from, and what follows.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SVG = PROJECT / "docs" / "scaling.svg"

HOUR = 3600.0
# Pages that are simulated: so many for each worker, but not fewer than so many, of which the first half is a warm-up.
ROUNDS, LEAST = 12, 20_000

_FREE, _FETCH, _WRITE = "free", "fetch", "write"


@dataclass(frozen=True, slots=True)
class Costs:
    """What a page costs where. Seconds, bytes, and shares; see docs/scaling.md for which are measured and which assumed."""

    reading: float = 9.1  # of one worker with one processor, all stages
    spread: float = 0.3  # standard deviation of the reading, as a share of it
    driver: float = 0.0015  # of the driver for a page: sending, hearing, telling
    fetched: float = 2.0e6
    written: float = 0.82e6
    bandwidth: float = 50e6  # bytes a second of one worker's connection
    latency: float = 0.02  # of a request to the store
    reads: int = 13  # requests of a page that read or list
    writes: int = 13  # requests of a page that write: a document each, and the record
    rounds: int = 15  # of requests that wait for each other; documents are written at once
    reads_a_second: float = 5500.0  # that the store answers for one prefix of names
    writes_a_second: float = 3500.0
    prefixes: int = 1  # over which the store has spread the names
    listing: float = 0.1  # for 1,000 names
    identifiers: float = 5e-6  # of the driver, to see that no other file has a page's id
    retries: float = 0.001  # share of pages whose worker or node is lost
    runs: int = 1  # of which each has its own part of the pages, its own driver and its own output


@dataclass(frozen=True, slots=True)
class Pace:
    """Pages a second of a run with its pace steady, and the share of their time that workers read."""

    pages: float
    busy: float


class Queue:
    """Serves one after the other, each for so long."""

    def __init__(self) -> None:
        self._free = 0.0

    def pass_through(self, arrival: float, service: float) -> float:
        """When somebody who arrives then has been served."""
        self._free = max(self._free, arrival) + service
        return self._free


def simulate(workers: int, costs: Costs, seed: int = 1) -> Pace:
    """The pace of a run with so many workers."""
    chance = random.Random(seed)  # noqa: S311 - a model, not a secret
    driver, reads, writes = Queue(), Queue(), Queue()
    pages = max(LEAST, ROUNDS * workers)
    shape = 1 / costs.spread**2
    given = ended = 0
    began, busy = 0.0, 0.0
    events = [(0.0, number, _FREE) for number in range(workers)]
    while ended < pages:
        now, worker, event = heapq.heappop(events)
        match event:
            case "free":
                listed = given * costs.listing / 1000
                given += 1
                now = driver.pass_through(max(now, listed), costs.driver + costs.identifiers)
                heapq.heappush(events, (now, worker, _FETCH))
            case "fetch":
                now = reads.pass_through(now, costs.reads / (costs.reads_a_second * costs.prefixes))
                took = chance.gammavariate(shape, costs.reading / shape)
                lost = chance.random() * costs.reading if chance.random() < costs.retries else 0.0
                busy += took if ended >= pages // 2 else 0.0
                waits = costs.rounds * costs.latency + (costs.fetched + costs.written) / costs.bandwidth
                heapq.heappush(events, (now + took + lost + waits, worker, _WRITE))
            case _:
                now = writes.pass_through(now, costs.writes / (costs.writes_a_second * costs.prefixes))
                ended += 1
                began = now if ended == pages // 2 else began
                heapq.heappush(events, (now, worker, _FREE))
    seconds = now - began
    return Pace((pages - pages // 2) / seconds, busy / seconds / workers)


def limits(costs: Costs) -> dict[str, float]:
    """The most pages a second that each part lets through, whatever the number of workers."""
    return {
        "driver": 1 / (costs.driver + costs.identifiers),
        "store, writing": costs.writes_a_second * costs.prefixes / costs.writes,
        "store, reading": costs.reads_a_second * costs.prefixes / costs.reads,
        "listing": 1000 / costs.listing,
    }


def pace_of(workers: int, costs: Costs) -> Pace:
    """The pace of all runs together, which share the workers."""
    runs = min(workers, costs.runs)
    each = simulate(workers // runs, replace(costs, prefixes=max(1, costs.prefixes // runs)))
    return Pace(each.pages * runs, each.busy)


def plans(costs: Costs) -> dict[str, Costs]:
    """What removes one limit after the other."""
    return {
        "as it is": costs,
        "names spread over 16 prefixes": replace(costs, prefixes=16),
        "16 runs of a part each, 4 prefixes each": replace(costs, prefixes=64, runs=16),
    }


def measured(folder: Path, costs: Costs) -> Costs:
    """The same with what the records of an output folder tell: seconds of reading, files and bytes written and read."""
    records = [(path.parent, json.loads(path.read_bytes())) for path in folder.glob("*/page.json")]
    done = [(place, record) for place, record in records if record["status"] == "done"]
    stages: dict[str, float] = {}
    for _, record in done:
        for stage, seconds in record["timings"].items():
            stages[stage] = stages.get(stage, 0.0) + seconds / len(done)
    print(f"{len(done)} pages; seconds a page: " + ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items()))
    sizes = [sum(path.stat().st_size for path in place.iterdir()) for place, _ in done]
    sources = [Path(record["source"]["path"]) for _, record in done]
    fetched = [source.stat().st_size for source in sources if source.is_file()]
    return replace(
        costs,
        reading=sum(stages.values()),
        written=sum(sizes) / len(sizes),
        fetched=sum(fetched) / len(fetched) if fetched else costs.fetched,
        writes=math.ceil(sum(len(record["files"]) + 1 for _, record in done) / len(done)),
    )


def told(seconds: float) -> str:
    """A time in the unit that reads best."""
    for unit, length in (("years", 365.25 * 24 * HOUR), ("days", 24 * HOUR), ("hours", HOUR)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}" if seconds >= 10 * length else f"{seconds / length:.1f} {unit}"
    return f"{seconds / 60:.0f} minutes"


def main() -> None:
    """Print the tables, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=Path, help="an output folder, whose records tell seconds and bytes")
    parser.add_argument("--driver", type=float, help="milliseconds of the driver for a page, as benchmarks/cluster.py measures")
    asked = parser.parse_args()
    costs = measured(asked.records, Costs()) if asked.records else Costs()
    costs = replace(costs, driver=asked.driver / 1000) if asked.driver else costs
    print(costs, "\n")
    for part, most in limits(costs).items():
        print(f"{part:15} {most:8,.0f} pages a second, {most * costs.reading:9,.0f} workers kept busy")
    counts = [1, 10, 100, 300, 1000, 3000, 10_000, 30_000]
    curves: dict[str, list[tuple[int, float]]] = {}
    for name, plan in plans(costs).items():
        print(
            f"\n{name}\n\n| workers | pages a second | busy | 1 million | 100 million |\n| ---: | ---: | ---: | ---: | ---: |"
        )
        for workers in counts:
            pace = pace_of(workers, plan)
            curves.setdefault(name, []).append((workers, pace.pages))
            times = " | ".join(told(pages / pace.pages) for pages in (1e6, 1e8))
            print(f"| {workers:,} | {pace.pages:,.1f} | {pace.busy:.0%} | {times} |")
    SVG.write_text(draw(curves), "utf-8")


def draw(curves: dict[str, list[tuple[int, float]]]) -> str:
    """Pages a second over workers, both on logarithmic scales, as SVG."""
    width, height, left, top = 720, 420, 70, 30
    right, bottom = width - 20, height - 60

    def x(workers: float) -> float:
        return left + math.log10(workers) / 4.5 * (right - left)

    def y(pages: float) -> float:
        return bottom - (math.log10(pages) + 1) / 5 * (bottom - top)

    colours = ("#b3541e", "#1e6eb3", "#2f7d32")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for power in range(5):
        parts.append(f'<path d="M{x(10**power):.1f} {top}V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x(10**power):.1f}" y="{bottom + 20}" text-anchor="middle">{10**power:,}</text>')
    for power in range(-1, 5):
        label = f"{10**power:,}" if power >= 0 else "0.1"
        parts.append(f'<path d="M{left} {y(10**power):.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end">{label}</text>')
    for number, (name, points) in enumerate(curves.items()):
        line = " ".join(f"{x(workers):.1f},{y(pages):.1f}" for workers, pages in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colours[number]}" stroke-width="{7 - 2 * number}"/>')
        at = top + 20 + 20 * number
        parts.append(f'<path d="M{left + 15} {at - 4}h24" stroke="{colours[number]}" stroke-width="{7 - 2 * number}"/>')
        parts.append(f'<text x="{left + 46}" y="{at}">{name}</text>')
    parts.append(f'<text x="{(left + right) / 2}" y="{height - 18}" text-anchor="middle">workers</text>')
    parts.append(f'<text transform="translate(18 {(top + bottom) / 2}) rotate(-90)" text-anchor="middle">pages a second</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
