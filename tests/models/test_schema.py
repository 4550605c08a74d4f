"""Versions of the tables: known, backed up before they change, and never opened by an older program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from app.domain.errors import KnownError
from app.models import tables
from app.models.backup import back_up, backups
from app.models.database import Database
from app.models.schema import CACHE, WORK, Schema, bring_up_to_date
from tests.models.made import Clock, act

KEY = "0123456789abcdef" * 4

LATER = '''
"""A migration of tomorrow."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("colour", sa.String, nullable=False, server_default="grey"))
'''


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database("work", tmp_path / "work.db", KEY)
    yield made
    made.close()


@pytest.fixture
def tomorrow(tmp_path: Path) -> Schema:
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "w9999_later.py").write_text(LATER.format(before=WORK.current))
    return Schema((*WORK.versions, "9999"), (*WORK.folders, folder))


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize("schema", [WORK, CACHE], ids=["work", "cache"])
def test_the_versions_written_down_are_those_of_the_migrations(schema: Schema) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.folders[0].parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(schema.folders[0]))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.current]
    chain = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(chain)) == schema.versions


@pytest.mark.parametrize(
    ("label", "schema", "metadata"), [("work", WORK, tables.work), ("cache", CACHE, tables.cache)]
)
def test_the_migrations_make_exactly_the_tables_in_use(
    label: str, schema: Schema, metadata: MetaData, tmp_path: Path
) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = Database("work" if label == "work" else "cache", tmp_path / "a.db", KEY)
    bring_up_to_date(database, schema)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_a_current_file_is_opened_without_loading_alembic(database: Database) -> None:
    bring_up_to_date(database, WORK)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from app.models.database import Database\nfrom app.models.schema import WORK, bring_up_to_date\n"
        f"database = Database('work', Path({str(database.path)!r}), {KEY!r})\n"
        "bring_up_to_date(database, WORK)\ndatabase.close()\nsys.exit('alembic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_newer_file_is_refused_in_words_and_left_alone(database: Database, tomorrow: Schema) -> None:
    bring_up_to_date(database, tomorrow)
    with pytest.raises(KnownError) as refused:
        bring_up_to_date(database, WORK)
    assert refused.value.code == "schema_newer"
    assert "newer version" in refused.value.says
    assert rows(database, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert not (database.path.parent / "backups").exists()


def test_an_older_file_is_backed_up_before_it_is_migrated(database: Database, tomorrow: Schema) -> None:
    from app.models.work import WorkStore

    bring_up_to_date(database, WORK)
    work = WorkStore(database, Clock())
    work.add(act(1))
    work.save_draft("typed", {"text": "needle"})
    bring_up_to_date(database, tomorrow)
    assert rows(database, "SELECT colour FROM drafts") == [("grey",)]
    assert [entry.act_id for entry in work.entries()] == ["act-1"]
    (kept,) = backups(database.path.parent / "backups", "work")
    assert b"needle" not in kept.read_bytes()
    copy = Database("work", kept, KEY)
    assert rows(copy, "SELECT key, body FROM drafts") == [("typed", '{"text": "needle"}')]
    assert rows(copy, "SELECT version_num FROM alembic_version") == [(WORK.current,)]
    copy.close()


def test_a_copy_of_the_cache_goes_once_the_migration_is_done(tmp_path: Path) -> None:
    """It would keep what the service takes away later; a migration that fails leaves it."""
    folder = tmp_path / "later"
    folder.mkdir()
    migration = folder / "c9999_later.py"
    later = Schema((*CACHE.versions, "9999"), (*CACHE.folders, folder))
    text = LATER.format(before=CACHE.current)
    cache = Database("cache", tmp_path / "cache.db", KEY)
    bring_up_to_date(cache, CACHE)
    # Of another length than what follows: Python knows a file again by its second and its size.
    migration.write_text(text.replace('"drafts"', '"nowhere_at_all"'))
    with pytest.raises(Exception, match="nowhere"):
        bring_up_to_date(cache, later)
    assert len(backups(tmp_path / "backups", "cache")) == 1
    migration.write_text(text.replace('"drafts"', '"records"'))
    bring_up_to_date(cache, later)
    assert "colour" in str(rows(cache, "SELECT sql FROM sqlite_schema WHERE name = 'records'"))
    assert backups(tmp_path / "backups", "cache") == []
    cache.close()


def test_a_migration_that_fails_changes_nothing(database: Database, tmp_path: Path) -> None:
    bring_up_to_date(database, WORK)
    folder = tmp_path / "broken"
    folder.mkdir()
    broken = LATER.format(before=WORK.current) + '    op.execute("INSERT INTO nowhere VALUES (1)")\n'
    (folder / "w9999_broken.py").write_text(broken)
    with pytest.raises(Exception, match="nowhere"):
        bring_up_to_date(database, Schema((*WORK.versions, "9999"), (*WORK.folders, folder)))
    assert rows(database, "SELECT version_num FROM alembic_version") == [(WORK.current,)]
    assert "colour" not in str(rows(database, "SELECT sql FROM sqlite_schema WHERE name = 'drafts'"))
    bring_up_to_date(database, WORK)


def test_only_the_last_three_backups_stay(database: Database) -> None:
    bring_up_to_date(database, WORK)
    made = [back_up(database) for _ in range(5)]
    folder = database.path.parent / "backups"
    assert backups(folder, "work") == made[2:]
    assert sorted(folder.iterdir()) == made[2:]


def test_no_migration_without_a_backup(database: Database, tomorrow: Schema) -> None:
    bring_up_to_date(database, WORK)
    (database.path.parent / "backups").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="backups"):
        bring_up_to_date(database, tomorrow)
    assert rows(database, "SELECT version_num FROM alembic_version") == [(WORK.current,)]


def test_a_copy_that_is_not_sound_is_thrown_away(database: Database, tomorrow: Schema) -> None:
    """A table whose index disagrees with it: the file can be copied, but the copy fails its check."""
    bring_up_to_date(database, WORK)
    with database.raw() as connection:
        connection.execute("CREATE TABLE odd (a TEXT)")
        connection.execute("CREATE INDEX odd_a ON odd (a)")
        connection.execute("INSERT INTO odd VALUES ('x')")
        connection.execute("PRAGMA writable_schema=ON")
        wrong = "(SELECT rootpage FROM sqlite_schema WHERE name = 'outbox_by_state')"
        connection.execute(f"UPDATE sqlite_schema SET rootpage = {wrong} WHERE name = 'odd_a'")
        connection.execute("PRAGMA writable_schema=RESET")
    with pytest.raises(KnownError) as refused:
        bring_up_to_date(database, tomorrow)
    assert refused.value.code == "backup_failed"
    assert list((database.path.parent / "backups").iterdir()) == []
    assert rows(database, "SELECT version_num FROM alembic_version") == [(WORK.current,)]
