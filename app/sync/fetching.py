"""Fetching many files at once, with progress on the caller's thread and words for each that could not be had."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch, NotFetched
from app.sync.transfer import Cancelled

AT_ONCE = 4
"""How many files travel side by side."""


ReceiveOne = Callable[[Evidence, Callable[[int], None], Callable[[], bool]], None]
"""Brings one file here; told how many bytes have arrived, and asked whether to go on."""

_STOPS_ALL = frozenset({"service_unreachable", "sign_in_again", "disk_full", "service_address_refused"})


def wanted(evidence: Iterable[Evidence], here: Callable[[list[str]], Mapping[str, bytes]]) -> list[Evidence]:
    """One piece of evidence for each file that is named and not here yet, in the order given."""
    by_hash = {item.sha256: item for item in reversed(list(evidence)) if item.sha256}
    missing = set(by_hash) - set(here(list(by_hash)))
    return [item for item in reversed(by_hash.values()) if item.sha256 in missing]


def fetch_all(
    files: list[Evidence],
    receive: ReceiveOne,
    on_progress: Callable[[Fetch], None],
    cancelled: Callable[[], bool],
) -> Fetch:
    """Fetches the files, four at a time; ``on_progress`` is called on the calling thread alone.

    One file that fails stops no other, unless what failed would fail for all (no network, a full disk).
    """
    state = Fetch(0, len(files), 0, sum(item.size for item in files))
    if not files:
        return state
    events: queue.SimpleQueue[int | Future[None]] = queue.SimpleQueue()
    stop = threading.Event()
    trouble: list[KnownError] = []

    def enough() -> bool:
        return stop.is_set() or cancelled()

    def one(item: Evidence) -> None:
        if enough():
            raise Cancelled
        try:
            _with_second_try(item, receive, events.put, enough)
        except KnownError as error:
            if error.code in _STOPS_ALL:
                # Here and not where it is told: by then the other threads would have tried the rest as well.
                trouble.append(error)
                stop.set()
            raise

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
        waiting = {}
        for item in files:
            future = pool.submit(one, item)
            waiting[future] = item
            future.add_done_callback(events.put)
        on_progress(state)
        while waiting:
            event = events.get()
            if isinstance(event, int):
                state = replace(state, bytes_done=state.bytes_done + event)
            else:
                item = waiting.pop(event)
                error = event.exception()
                if error is None:
                    state = replace(state, done=state.done + 1)
                elif isinstance(error, KnownError):
                    state = _without(state, item, error)
                elif not isinstance(error, Cancelled):
                    stop.set()
                    raise error
                elif trouble:
                    state = _without(state, item, trouble[0])
            if events.empty():
                on_progress(state)
    return state


def _without(state: Fetch, item: Evidence, error: KnownError) -> Fetch:
    return replace(state, failed={**state.failed, item.sha256: NotFetched(item.name, error.says)})


def _with_second_try(
    item: Evidence, receive: ReceiveOne, on_bytes: Callable[[int], None], enough: Callable[[], bool]
) -> None:
    """A broken download is begun again once; its bytes are taken off the count first."""
    for turn in (1, 2):
        arrived = 0

        def count(length: int) -> None:
            nonlocal arrived
            arrived += length
            on_bytes(length)

        try:
            receive(item, count, enough)
        except KnownError as error:
            on_bytes(-arrived)
            if turn == 2 or error.code not in ("service_unreachable", "file_changed_on_the_way"):
                raise
        else:
            return
