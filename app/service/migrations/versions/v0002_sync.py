"""Files that come in parts, files of notes, links, and requests opened on one device for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what piece by piece uploads, thin queues and bounded scope need."""
    op.add_column("evidence", sa.Column("url", sa.String(), server_default="", nullable=False))
    op.add_column("scope_log", sa.Column("device", sa.String(length=64), server_default="", nullable=False))
    op.add_column("scope_log", sa.Column("at", sa.String(length=40), nullable=True))
    _rebuild_memberships()
    _make_file_tables()


def _rebuild_memberships() -> None:
    # The device joins the key, which SQLite can only do by making the table anew.
    op.rename_table("memberships", "memberships_before")
    op.drop_index("ix_memberships_person_n", table_name="memberships_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE memberships_before RENAME CONSTRAINT pk_memberships TO pk_memberships_before")
    op.create_table(
        "memberships",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), server_default="", nullable=False),
        sa.Column("until", sa.String(length=40), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", "root", "device", name="pk_memberships"),
    )
    op.execute(
        "INSERT INTO memberships (person, root, device, n, entered) "
        "SELECT person, root, '', n, entered FROM memberships_before"
    )
    op.drop_table("memberships_before")
    op.create_index("ix_memberships_person_n", "memberships", ["person", "n"], unique=False)


def _make_file_tables() -> None:
    op.create_table(
        "blob_parts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_blob_parts_sha256"),
        sa.PrimaryKeyConstraint("sha256", "part", name="pk_blob_parts"),
    )
    op.create_table(
        "uploads",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), server_default="", nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(), server_default="", nullable=False),
        sa.Column("says", sa.String(), server_default="", nullable=False),
        sa.Column("began_at", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_uploads_person_id"),
        sa.PrimaryKeyConstraint("person_id", "sha256", name="pk_uploads"),
    )
    op.create_table(
        "upload_parts",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "sha256"], ["uploads.person_id", "uploads.sha256"], name="fk_upload_parts_person_id"
        ),
        sa.PrimaryKeyConstraint("person_id", "sha256", "part", name="pk_upload_parts"),
    )
    op.create_table(
        "note_files",
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_note_files_note_id"),
        sa.PrimaryKeyConstraint("note_id", "position", name="pk_note_files"),
    )
    op.create_index("ix_note_files_sha256", "note_files", ["sha256"], unique=False)
