"""E-mails on their way, and warnings that were given."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# Written in the same transaction as what it tells about, sent afterwards (M-37). Nothing in it is ever deleted by
# sending: it says what was told to whom, and when.
mails = Table(
    "mails",
    metadata,
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("to_address", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", String, nullable=False),
    to_table("requests", "request_id", nullable=True, index=True),
    Column("written_at", Moment, nullable=False),
    # Empty once it was sent, or given up.
    Column("next_try_at", Moment, nullable=True, index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("sent_at", Moment, nullable=True),
    text_column("trouble"),
)

# Warnings that were given once and are not given again: which, about what, for which day.
warnings = Table(
    "warnings",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("request_id", String(64), ForeignKey("requests.id"), primary_key=True),
    Column("about_on", Date, primary_key=True),
    Column("given_at", Moment, nullable=False),
)
