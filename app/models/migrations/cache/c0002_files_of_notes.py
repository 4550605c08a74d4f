"""Which files the notes name, told apart from the notes that are here already."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    made = op.create_table(
        "note_files",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("root", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("note_files_by_file", "note_files", ["sha256"])
    op.create_index("note_files_by_root", "note_files", ["root"])
    connection = op.get_bind()
    notes = connection.exec_driver_sql("SELECT id, root, body FROM records WHERE kind = 'note'")
    rows = [
        {"id": identifier, "sha256": sha256, "root": root}
        for identifier, root, body in notes
        for sha256 in _files_of(body)
    ]
    if rows:
        connection.execute(made.insert(), rows)


def _files_of(body: bytes) -> set[str]:
    """The hashes of a note's files; a body that is not understood names none."""
    try:
        files = json.loads(body).get("files", [])
        return {file["sha256"] for file in files if isinstance(file.get("sha256"), str) and file["sha256"]}
    except (ValueError, AttributeError, TypeError, KeyError):
        return set()
