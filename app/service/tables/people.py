"""People, what they may do, and how they are signed in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

persons = Table(
    "persons",
    metadata,
    id_column(),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("password_hash", String, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    id_column(),
    to_table("persons", "person_id", index=True),
    Column("role", String(32), nullable=False),
    to_table("centres", "centre_id", nullable=True),
    UniqueConstraint("person_id", "role", "centre_id"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("persons.id"), primary_key=True),
    text_column("name"),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("family", String(64), nullable=False, index=True),
    to_table("persons", "person_id", index=True),
    Column("device_id", String(64), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    id_column("key_hash"),
    Column("person_id", String(64), nullable=True, index=True),
    Column("data", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    id_column("key_hash"),
    Column("began_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
)
