"""Acts say which feed the number belongs to that they saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("seen_tag", sa.String, nullable=False, server_default=""))
