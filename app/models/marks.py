"""Small facts the cache keeps about itself, written in the transaction of the page they belong to."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from app.models.tables import marks

CURSOR = "cursor"
SEEN = "seen"
TAG = "tag"
"""Names a head of the service's feed at or after ``seen``."""
SYNCED_AT = "synced_at"
GENERATION = "generation"
SWEEPING = "sweeping"
"""Non-zero while a re-reading of everything is under way."""
CHECKED = "checked"
"""When the service last confirmed that what is held here is what it has: its own time, or empty for not yet."""
ORPHANS = "orphans"
"""Non-zero when records were removed and some file may have lost its last record."""


# Asked a thousand times a minute; built once, as building them takes longer than running them.
_TEXT = select(marks.c.value).where(marks.c.key == bindparam("wanted"))
_PUT = insert(marks)
_PUT = _PUT.on_conflict_do_update(index_elements=["key"], set_={"value": _PUT.excluded.value})


def everything(connection: Connection) -> dict[str, str]:
    """All marks in one reading."""
    return dict(connection.execute(select(marks.c.key, marks.c.value)).all())


def text(connection: Connection, key: str) -> str:
    """The mark, or empty."""
    found = connection.execute(_TEXT, {"wanted": key}).scalar()
    return "" if found is None else str(found)


def number(connection: Connection, key: str) -> int:
    """The mark as a number, 0 when there is none."""
    return int(text(connection, key) or 0)


def put(connection: Connection, key: str, value: str | int) -> None:
    connection.execute(_PUT, {"key": key, "value": str(value)})
