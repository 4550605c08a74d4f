"""Rights that are settled when they arise: who may read a note's file, which roles were taken, what an act had seen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds grants of note files, the log of roles taken, the rest of an act's envelope, and indexes of parts."""
    op.add_column("note_files", sa.Column("granted_at", sa.String(length=40), nullable=True))
    _grant_what_was_readable()
    op.create_table(
        "roles_taken",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.String(length=64), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_roles_taken"),
    )
    op.create_index("ix_roles_taken_person", "roles_taken", ["person"], unique=False)
    op.add_column(
        "received_acts", sa.Column("target", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "received_acts", sa.Column("seen_tag", sa.String(length=32), server_default="", nullable=False)
    )
    for table in ("blob_parts", "upload_parts"):
        op.create_index(f"ix_{table}_part_sha256", table, ["part_sha256"], unique=False)


def _grant_what_was_readable() -> None:
    # A file of a note from before grants were kept: whether its author has sent it, or may read it now.
    op.execute(
        "UPDATE note_files SET granted_at = (SELECT written_at FROM notes WHERE notes.id = note_files.note_id) "
        "WHERE EXISTS (SELECT 1 FROM notes JOIN uploads ON uploads.person_id = notes.author_id "
        "WHERE notes.id = note_files.note_id AND uploads.sha256 = note_files.sha256 "
        "AND uploads.state = 'complete') "
        "OR EXISTS (SELECT 1 FROM notes JOIN memberships ON memberships.person = notes.author_id "
        "JOIN evidence ON evidence.request_id = memberships.root "
        "WHERE notes.id = note_files.note_id AND memberships.entered AND memberships.device = '' "
        "AND evidence.sha256 = note_files.sha256) "
        "OR EXISTS (SELECT 1 FROM notes JOIN memberships ON memberships.person = notes.author_id "
        "JOIN reports ON reports.request_id = memberships.root "
        "WHERE notes.id = note_files.note_id AND memberships.entered AND memberships.device = '' "
        "AND reports.pdf_sha256 = note_files.sha256)"
    )
