"""Who moved a request or a review last: what an act that stands on its state compares itself with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from app.service import tables as t


@dataclass(frozen=True, slots=True)
class Move:
    """Who last moved it, the tag of that change, and the feed's head before it (-1 while there is none yet).

    A rev above that head shows it as it was moved, or later.
    """

    by: str
    tag: str | None
    head_before: int


def load_moves(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, Move]:
    """The last move of each of these, by id. ``table``: of requests or of reviews."""
    wanted = list(ids)
    if not wanted:
        return {}
    earlier = t.feed_tags.alias()
    head_before = select(func.max(earlier.c.n)).where(earlier.c.n < t.feed_tags.c.n).scalar_subquery()
    rows = connection.execute(
        select(table.c.id, table.c.moved_by, table.c.moved_tag, t.feed_tags.c.n, head_before)
        .outerjoin(t.feed_tags, t.feed_tags.c.tag == table.c.moved_tag)
        .where(table.c.id.in_(wanted))
    )
    return {
        identifier: Move(by or "", tag, -1 if n is None else before or 0)
        for identifier, by, tag, n, before in rows
    }
