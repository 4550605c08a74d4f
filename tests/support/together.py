"""Several deeds at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

PATIENCE = 60.0
"""Seconds after which a deed that never began is a fault of the test."""

T = TypeVar("T")


def at_once(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Begins every deed at the same moment and returns what each gave, in their order; raises what the first raised."""
    together = threading.Barrier(len(deeds))

    def begin(deed: Callable[[], T]) -> T:
        together.wait(PATIENCE)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(begin, deeds))
