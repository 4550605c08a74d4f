"""Which version of its tables a database has, and how it is brought to ours: never without a verified backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from app.models.backup import back_up, backups
from app.models.database import Database
from app.models.faults import schema_newer

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Schema:
    """The versions of one database, oldest first, and the folders where their migrations lie.

    The versions are written down here so that Alembic (0.3 s) is loaded only when there is something to migrate.
    """

    versions: tuple[str, ...]
    folders: tuple[Path, ...]

    @property
    def current(self) -> str:
        return self.versions[-1]


WORK = Schema(("0001", "0002", "0003"), (_MIGRATIONS / "work",))
CACHE = Schema(("0001", "0002"), (_MIGRATIONS / "cache",))


def bring_up_to_date(database: Database, schema: Schema) -> None:
    """Creates, leaves or migrates the tables. An older file is backed up and the copy verified first.

    Raises ``KnownError``: ``schema_newer`` (nothing is changed), ``backup_failed``, and as ``in_words`` says.
    """
    with database.read() as connection:
        found = _version(connection)
    if found == schema.current:
        return
    if found is not None and found not in schema.versions:
        raise schema_newer(database.path, found)
    backup = back_up(database) if found is not None else None
    with database.write() as connection:
        _migrate(connection, schema)
    if backup is not None and database.label == "cache":
        # What the service takes away later must not linger in a copy, and the cache can be fetched anew.
        for copy in backups(backup.parent, database.path.stem):
            copy.unlink()


def _version(connection: Connection) -> str | None:
    """The version of the tables; None for a file that has none yet."""
    there = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"
    ).first()
    if there is None:
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])


def _migrate(connection: Connection, schema: Schema) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(_MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(_escaped(folder) for folder in schema.folders))
    config.attributes["connection"] = connection
    command.upgrade(config, schema.current)


def _escaped(path: Path) -> str:
    # Alembic reads its options with "%" interpolation.
    return str(path).replace("%", "%%")
