"""Which centres work together, and who may not look at which of them: read here, kept in the legacy system."""

from __future__ import annotations

from sqlalchemy import Column, Date, String, Table, UniqueConstraint

from app.service.tables.base import id_column, metadata, text_column, to_table

consortia = Table(
    "consortia",
    metadata,
    id_column(),
    Column("name", String, nullable=False),
    Column("awarding_body", String, nullable=False),
    UniqueConstraint("awarding_body", "name"),
)

consortium_members = Table(
    "consortium_members",
    metadata,
    id_column(),
    to_table("consortia", "consortium_id"),
    to_table("centres", "centre_id", index=True),
    Column("joined_on", Date, nullable=False),
    # The day from which it is a member no more.
    Column("left_on", Date, nullable=True),
    UniqueConstraint("consortium_id", "centre_id"),
)

# Whoever has an interest in a centre is given neither its claims nor its reviews (D-13).
interests = Table(
    "interests",
    metadata,
    id_column(),
    to_table("persons", "person_id"),
    to_table("centres", "centre_id", index=True),
    Column("since_on", Date, nullable=False),
    # The day from which there is none any more.
    Column("ended_on", Date, nullable=True),
    text_column("words"),
    UniqueConstraint("person_id", "centre_id"),
)
