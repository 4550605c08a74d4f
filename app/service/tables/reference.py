"""Reference data: read here, kept in the legacy system (M-06)."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table, UniqueConstraint

from app.service.tables.base import id_column, metadata, to_table

centres = Table(
    "centres",
    metadata,
    id_column(),
    Column("number", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("nation", String(32), nullable=False),
    Column("partner_type", String(32), nullable=False),
)

qualifications = Table(
    "qualifications",
    metadata,
    id_column(),
    Column("code", String(64), nullable=False, unique=True),
    Column("title", String, nullable=False),
    Column("awarding_body", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("credits_required", Integer, nullable=False),
)

units = Table(
    "units",
    metadata,
    id_column(),
    to_table("qualifications", "qualification_id"),
    Column("code", String(64), nullable=False),
    Column("title", String, nullable=False),
    Column("credits", Integer, nullable=False),
    UniqueConstraint("qualification_id", "code"),
)

learners = Table(
    "learners",
    metadata,
    id_column(),
    Column("number", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    to_table("centres", "centre_id", index=True),
)

registrations = Table(
    "registrations",
    metadata,
    id_column(),
    to_table("learners", "learner_id"),
    to_table("qualifications", "qualification_id", index=True),
    Column("registered_on", Date, nullable=False),
    UniqueConstraint("learner_id", "qualification_id"),
)
