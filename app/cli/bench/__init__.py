"""`touchstone bench`: the speed of everything people wait for, each beside its floor measured in the same run."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.domain.errors import KnownError

SIZES = (1_000, 20_000, 100_000)
"""How many samples a laptop may hold: a quiet month, a busy one, and more than anybody has."""

RUNS = 3
"""Fewest runs a median is taken of."""


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement: medians of ``runs`` runs. ``floor``: the same unit, for the barest way to do it."""

    name: str
    n: int
    value: float
    unit: str
    floor: float
    ratio: float
    runs: int


def result(name: str, n: int, values: list[float], unit: str, floors: list[float]) -> Result:
    """Medians of measured values and floors."""
    value, floor = statistics.median(values), statistics.median(floors)
    ratio = value / floor if floor else 0.0
    return Result(name, n, round(value, 4), unit, round(floor, 4), round(ratio, 2), len(values))


Benchmark = Callable[[], Iterator[Result]]


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by its name, in the order in which they run."""
    from app.cli.bench import claims, memory, papers, saving, syncs, transfers, windows

    return {
        "first-sync": syncs.first_sync,
        "changes": syncs.changes,
        "no-op": syncs.no_op,
        "push": syncs.push,
        "start-up": windows.start_up,
        "stall": windows.stall,
        "save": saving.save,
        "save-during-sync": syncs.save_during_sync,
        "memory": memory.memory,
        "download": transfers.download,
        "upload": transfers.upload,
        "resume": transfers.resume,
        "report": papers.report,
        "claim": claims.claim,
    }


def run(target: Path | None, only: str | None) -> int:
    """Runs all benchmarks or those of one name; prints a table and, if asked, writes JSON."""
    known = benchmarks()
    if only is not None and only not in known:
        raise KnownError(
            "benchmark_unknown", f"There is no benchmark “{only}”.", f"There are: {', '.join(known)}."
        )
    if target is not None:
        target.touch()  # a place that cannot be written is said before an hour of measuring, not after
    found: list[Result] = []
    print(f"{'benchmark':<16} {'n':>8} {'value':>12} {'floor':>12} {'ratio':>7}  runs")
    for name, measure in known.items():
        if only in (None, name):
            for one in measure():
                found.append(one)
                print(
                    f"{one.name:<16} {one.n:>8,} {one.value:>9.3f} {one.unit:<2} {one.floor:>9.3f} {one.unit:<2} "
                    f"{one.ratio:>6.2f}×  {one.runs}",
                    flush=True,
                )
    if target is not None:
        target.write_text(json.dumps({"results": [asdict(one) for one in found]}, indent=2) + "\n")
        print(f"Written to {target}")
    return 0
