"""How long syncing takes: the first time, with 100 changes, with nothing new, and sending 1,000 acts."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from app.cli.bench import RUNS, SIZES, Result, result
from app.cli.bench.floors import bare_server, get_and_insert, post_and_insert
from app.cli.bench.ground import EMAIL, PASSWORD, House, house
from app.wire.messages import FeedLine

if TYPE_CHECKING:
    from app.workspace.desk import Desk
    from app.workspace.snapshots import Changes

CHANGED = 100
ACTS = 1_000
CALLS = 20
"""How often a single call of some milliseconds is measured."""


def first_sync() -> Iterator[Result]:
    """Seconds until everything is in the Work list of an empty laptop. What follows is not waited for: later indexes,
    and the comparison with the service.
    """
    import requests

    for size in SIZES:
        with house(size) as ground, bare_server(whole_feed(ground)) as url, requests.Session() as session:
            values, floors = [], []
            for run in range(RUNS):
                with ground.desk(f"new-{run}") as desk:
                    values.append(_until_usable(desk))
                floors.append(get_and_insert(session, url, ground.folder / "bare.db"))
            yield result("first-sync", size, values, "s", floors)


def changes() -> Iterator[Result]:
    """Milliseconds to fetch 100 changed records, by how much the laptop holds, beside a bare client of the same
    service: one GET, stdlib ``json`` and one ``executemany``.
    """
    for size in SIZES:
        with house(size) as ground, ground.desk("laptop") as desk, BareClient(ground) as bare:
            _sync(desk)
            values, floors = [], []
            for _ in range(2 * RUNS):
                cursor = bare.end()
                ground.change(CHANGED)
                values.append(1000 * _timed(partial(_sync, desk)))
                floors.append(
                    1000 * get_and_insert(bare.session, bare.url(cursor), ground.folder / "bare.db")
                )
            yield result("changes", size, values, "ms", floors)


def no_op() -> Iterator[Result]:
    """Milliseconds of a sync with nothing new, by how much the laptop holds, beside a bare GET that asks the same
    service the same question.
    """
    for size in SIZES:
        with house(size) as ground, ground.desk("laptop") as desk, BareClient(ground) as bare:
            _sync(desk)
            url = bare.url(bare.end())
            values, floors = [], []
            for _ in range(CALLS):
                values.append(1000 * _timed(partial(_sync, desk)))
                floors.append(1000 * _timed(partial(bare.session.get, url, timeout=60)))
            yield result("no-op", size, values, "ms", floors)


def push() -> Iterator[Result]:
    """Seconds until 1,000 acts are answered, beside one bulk request applied in one transaction by a bare server."""
    import requests

    with house(ACTS) as ground, ground.desk("laptop") as desk, requests.Session() as session:
        _sync(desk)
        values, floors = [], []
        for run in range(RUNS):
            _write_notes(desk, run)
            values.append(_timed(partial(_sync, desk)))
            with bare_server(database=ground.folder / f"applied-{run}.db") as url:
                session.get(url, timeout=60)
                floors.append(post_and_insert(session, url, _bare_acts(run), ground.folder / "bare.db"))
            left = desk.status().queued
            if left:
                raise RuntimeError(f"{left} acts were not answered")
        yield result("push", ACTS, values, "s", floors)


def save_during_sync() -> Iterator[Result]:
    """Milliseconds until a note is safe on the disk while a first sync is under way: the slowest hundredth, beside
    the same once the sync is over.
    """
    size = SIZES[-1]
    with house(size) as ground:
        values, floors = [], []
        for run in range(RUNS):
            with ground.desk(f"new-{run}") as desk:
                during, after = _save_meanwhile(desk)
                values.append(1000 * _slowest_hundredth(during))
                floors.append(1000 * _slowest_hundredth(after))
        yield result("save-during-sync", size, values, "ms p99", floors)


class BareClient:
    """A sign-in of its own at a benchmark's service, and nothing but ``requests``."""

    def __init__(self, ground: House) -> None:
        import requests

        self._base = ground.service.url
        self.session = requests.Session()

    def __enter__(self) -> BareClient:
        signed_in = self.session.post(
            f"{self._base}/api/auth/sign-in",
            json={"email": EMAIL, "password": PASSWORD, "device_id": "bench-floor"},
            timeout=60,
        ).json()
        self.session.headers["Authorization"] = f"Bearer {signed_in['access']}"
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def url(self, cursor: str) -> str:
        """Where the page after a cursor is."""
        from urllib.parse import quote

        return f"{self._base}/api/sync/pull?cursor={quote(cursor, safe='')}"

    def pages(self) -> Iterator[tuple[list[bytes], FeedLine]]:
        """Every page from the beginning: its lines, and its end."""
        cursor, more = "", True
        while more:
            page = self.session.get(self.url(cursor), timeout=60)
            *found, last = [line for line in page.content.splitlines() if line.strip()]
            end = msgspec.json.decode(last, type=FeedLine)
            yield found, end
            cursor, more = end.cursor, end.more

    def end(self) -> str:
        """The cursor at which nothing is left to fetch."""
        cursor = ""
        for _, end in self.pages():
            cursor = end.cursor
        return cursor


def whole_feed(ground: House) -> bytes:
    """Every line the service has for the moderator, as one NDJSON text, fetched by hand."""
    with BareClient(ground) as bare:
        lines = [line for found, _ in bare.pages() for line in found if b'"op":"enter"' not in line]
    return b"\n".join(lines)


def _until_usable(desk: Desk) -> float:
    """Seconds from beginning to sync until the last request has come."""
    began = time.perf_counter()
    latest = [began]

    def came(changes: Changes) -> None:
        if changes.requests:
            latest[0] = time.perf_counter()

    desk.sync(came)
    return latest[0] - began


def _save_meanwhile(desk: Desk) -> tuple[list[float], list[float]]:
    """Seconds of each note written during a first sync, and of as many after it."""
    here, over = threading.Event(), threading.Event()

    def sync() -> None:
        try:
            desk.sync(lambda changes: here.set())
        finally:
            here.set()
            over.set()

    syncing = threading.Thread(target=sync)
    syncing.start()
    here.wait()
    request_id = desk.work()[0].request_id
    during, after = [], []
    while not over.is_set():
        during.append(_timed(lambda: desk.add_note(request_id, "", "Written while everything comes.")))
    syncing.join()
    for _ in during:
        after.append(_timed(lambda: desk.add_note(request_id, "", "Written in peace.")))
    return during, after


def _slowest_hundredth(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]


def _write_notes(desk: Desk, run: int) -> None:
    written = 0
    for row in desk.work():
        for sheet in desk.request(row.request_id).samples:
            desk.add_note(row.request_id, sheet.sample.id, f"Note {written} of run {run}.")
            written += 1
            if written == ACTS:
                return


def _bare_acts(run: int) -> list[dict[str, Any]]:
    """As many acts of the same size as ``_write_notes`` writes."""
    return [
        {
            "act_id": f"{run:08}-{number:027}",
            "request_id": f"{number // 20:036}",
            "recorded_at": "2026-03-02T12:00:00Z",
            "payload": {
                "request_id": f"{number // 20:036}",
                "sample_id": f"{number:036}",
                "text": f"Note {number}.",
            },
        }
        for number in range(ACTS)
    ]


def _sync(desk: Desk) -> None:
    desk.sync(lambda _: None)


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
