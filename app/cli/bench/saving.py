"""How long recording a judgement takes until it is safe on the disk, beside a bare durable insert."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from app.cli.bench import RUNS, Result
from app.cli.bench.ground import House, house

JUDGEMENTS = 200


def save() -> Iterator[Result]:
    """Milliseconds to record one judgement: two results, the median (p50) and the slowest hundredth (p99)."""
    taken: list[list[float]] = []
    floors: list[list[float]] = []
    with house(JUDGEMENTS) as ground:
        for run in range(RUNS):
            taken.append(_judge(ground, f"desk-{run}"))
            floors.append(_bare_inserts(ground.folder / f"bare-{run}.db"))
    for percentile in (50, 99):
        value = statistics.median(_percentile(times, percentile) for times in taken)
        floor = statistics.median(_percentile(times, percentile) for times in floors)
        unit = f"ms p{percentile}"
        yield Result(
            "save", JUDGEMENTS, round(value, 3), unit, round(floor, 3), round(value / floor, 2), RUNS
        )


def _percentile(times: list[float], percentile: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percentile - 1] * 1000


def _judge(ground: House, name: str) -> list[float]:
    from app.domain.moderation import Decision

    with ground.desk(name) as desk:
        desk.sync(lambda _: None)
        places = [
            (row.request_id, sheet.sample.id)
            for row in desk.work()
            for sheet in desk.request(row.request_id).samples
        ]
        times = []
        for request_id, sample_id in places:
            began = time.perf_counter()
            desk.record_judgement(request_id, sample_id, Decision.AGREED, "It meets the criteria.", ())
            times.append(time.perf_counter() - began)
    return times


def _bare_inserts(path: Path) -> list[float]:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE acts (id INTEGER PRIMARY KEY, body BLOB)")
    body = b"x" * 300
    times = []
    for _ in range(JUDGEMENTS):
        began = time.perf_counter()
        connection.execute("INSERT INTO acts (body) VALUES (?)", (body,))
        times.append(time.perf_counter() - began)
    connection.close()
    return times
