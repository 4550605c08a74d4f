"""Processes forked from one that has everything imported already."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_LOADED = [
    "tests.proof.crash_runs",
    "tests.proof.stack_client",
    "tests.service.killing",
    "tests.support.typing_child",
]
_ready = False


def processes() -> ForkServerContext:
    """The context to make processes in. There is but one such server; one begun with less loaded is begun anew."""
    global _ready
    context = multiprocessing.get_context("forkserver")
    if not _ready:
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
        context.set_forkserver_preload(_LOADED)
        _ready = True
    return context
