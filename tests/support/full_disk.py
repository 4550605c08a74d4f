"""A disk without room, as a desk's own work meets it: SQLite itself refuses to let the file grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.workspace.desk import Desk

CONNECTIONS = 4
"""As many as the pool keeps: each of them must meet the same disk."""

LONG = "Nothing of this is written anywhere. " * 4_000
"""More words than fit into what is left free inside the file."""


@contextmanager
def no_room(desk: Desk) -> Iterator[None]:
    """While the block lasts, nothing long can be added to this desk's drafts and acts."""
    _most(desk, 1)
    try:
        yield
    finally:
        _most(desk, 2**31)


def _most(desk: Desk, pages: int) -> None:
    with ExitStack() as held:
        for _ in range(CONNECTIONS):
            connection = held.enter_context(desk._work._database.raw())
            connection.execute(f"PRAGMA max_page_count={pages}").fetchone()
