"""A database from before there were reviews keeps what it has when it is brought up to date."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, insert, select

from app.service import tables as t
from app.service.database import migrate, migration_config, open_engine, reading, transact


def test_the_feed_of_an_older_database_keeps_its_lines_and_takes_the_names_of_new_kinds(
    empty_database: str,
) -> None:
    engine = open_engine(empty_database)
    line = {"root": "r", "place": 0, "id": "a", "kind": "request", "n": 1, "gone": False, "line": b"{}"}
    newer = line | {"id": "b", "n": 2, "kind": "quality_judgement", "place": 11}

    def older(connection: Connection) -> None:
        configuration = migration_config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0005")
        connection.execute(insert(t.feed_head).values(id=1, n=1, tag=""))
        connection.execute(insert(t.feed).values(line))

    transact(engine, older)
    migrate(engine)
    transact(engine, lambda connection: connection.execute(insert(t.feed).values(newer)).rowcount)
    with reading(engine) as connection:
        found = connection.execute(select(t.feed.c.id, t.feed.c.kind, t.feed.c.line).order_by(t.feed.c.n))
        assert [tuple(row) for row in found] == [
            ("a", "request", b"{}"),
            ("b", "quality_judgement", b"{}"),
        ]
    engine.dispose()
