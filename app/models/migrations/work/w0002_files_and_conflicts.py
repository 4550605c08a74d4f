"""Files added by the person, and what lost when two versions met."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("act_id", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("says", sa.String, nullable=False),
        sa.Column("added_at", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("beyond", sa.Integer, nullable=False),
    )
    op.create_table(
        "set_aside",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("sample_id", sa.String, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("set_aside_by_request", "set_aside", ["request_id"])
