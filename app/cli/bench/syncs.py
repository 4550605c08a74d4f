"""How long syncing takes: the first time, with 100 changes, with nothing new, and sending 1,000 acts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.cli.bench import RUNS, SIZES, Result, result
from app.cli.bench.floors import bare_server, get_and_insert, post_and_insert
from app.cli.bench.ground import EMAIL, PASSWORD, House, house
from app.wire.messages import FeedLine

if TYPE_CHECKING:
    from app.workspace.desk import Desk

CHANGED = 100
ACTS = 1_000


def first_sync() -> Iterator[Result]:
    """Seconds until everything is on an empty laptop."""
    for size in SIZES:
        with house(size) as ground, bare_server(whole_feed(ground)) as url:
            values, floors = [], []
            for run in range(RUNS):
                with ground.desk(f"new-{run}") as desk:
                    values.append(_timed(partial(_sync, desk)))
                floors.append(get_and_insert(url, ground.folder / "bare.db"))
            yield result("first-sync", size, values, "s", floors)


def changes() -> Iterator[Result]:
    """Milliseconds to fetch 100 changed records, by how much the laptop holds."""
    for size in SIZES:
        with house(size) as ground, ground.desk("laptop") as desk:
            _sync(desk)
            lines = whole_feed(ground).splitlines()[:CHANGED]
            with bare_server(b"\n".join(lines)) as url:
                values, floors = [], []
                for _ in range(RUNS):
                    ground.change(CHANGED)
                    values.append(1000 * _timed(partial(_sync, desk)))
                    floors.append(1000 * get_and_insert(url, ground.folder / "bare.db"))
            yield result("changes", size, values, "ms", floors)


def no_op() -> Iterator[Result]:
    """Milliseconds of a sync with nothing new, by how much the laptop holds."""
    for size in SIZES:
        with house(size) as ground, ground.desk("laptop") as desk, bare_server(b"{}") as url:
            _sync(desk)
            values = [1000 * _timed(partial(_sync, desk)) for _ in range(3 * RUNS)]
            floors = [1000 * _bare_get(url) for _ in range(3 * RUNS)]
            yield result("no-op", size, values, "ms", floors)


def push() -> Iterator[Result]:
    """Seconds until 1,000 acts are answered."""
    with house(ACTS) as ground, bare_server(b"{}") as url, ground.desk("laptop") as desk:
        _sync(desk)
        payloads = [b"x" * 400] * ACTS
        values, floors = [], []
        for run in range(RUNS):
            _write_notes(desk, run)
            values.append(_timed(partial(_sync, desk)))
            floors.append(post_and_insert(url, payloads, ground.folder / "bare.db"))
            left = desk.status().queued
            if left:
                raise RuntimeError(f"{left} acts were not answered")
        yield result("push", ACTS, values, "s", floors)


def whole_feed(ground: House) -> bytes:
    """Every line the service has for the moderator, as one NDJSON text, fetched by hand."""
    import requests

    base = ground.service.url
    with requests.Session() as session:
        signed_in = session.post(
            f"{base}/api/auth/sign-in",
            json={"email": EMAIL, "password": PASSWORD, "device_id": "bench-floor"},
            timeout=60,
        ).json()
        session.headers["Authorization"] = f"Bearer {signed_in['access']}"
        cursor, lines, more = "", [], True
        while more:
            page = session.get(f"{base}/api/sync/pull", params={"cursor": cursor}, timeout=60)
            *found, last = [line for line in page.content.splitlines() if line.strip()]
            lines += [line for line in found if b'"op":"enter"' not in line]
            end = msgspec.json.decode(last, type=FeedLine)
            cursor, more = end.cursor, end.more
    return b"\n".join(lines)


def _write_notes(desk: Desk, run: int) -> None:
    written = 0
    for row in desk.work():
        for sheet in desk.request(row.request_id).samples:
            desk.add_note(row.request_id, sheet.sample.id, f"Note {written} of run {run}.")
            written += 1
            if written == ACTS:
                return


def _sync(desk: Desk) -> None:
    desk.sync(lambda _: None)


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _bare_get(url: str) -> float:
    import requests

    with requests.Session() as session:
        session.get(url, timeout=60)
        return _timed(lambda: session.get(url, timeout=60).content)
