"""Claims before and after moderation: saved ones, which learner-units are taken, and certificates."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# A claim that was saved and not submitted (M-16). It reserves nothing and no device hears of it. Its id becomes the
# request's when it is submitted, so that a link to it stays good.
saved_claims = Table(
    "saved_claims",
    metadata,
    id_column(),
    to_table("centres", "centre_id", index=True),
    to_table("qualifications", "qualification_id", nullable=True),
    to_table("persons", "saved_by"),
    # A list of {learner, unit, assessor, decision, attainment}: learner by number, unit by code.
    Column("lines", JSON, nullable=False),
    text_column("note"),
    Column("saved_at", Moment, nullable=False),
    # How often it was saved: two people may have it open.
    Column("version", Integer, nullable=False, default=1),
)

# The learner-units that some submission holds (M-22, M-23): the key itself refuses a second claim, whoever comes first.
# A row goes when its request is archived (M-62), unless the learner achieved the unit by it, and never otherwise.
claimed_units = Table(
    "claimed_units",
    metadata,
    Column("learner_id", String(64), ForeignKey("learners.id"), primary_key=True),
    Column("unit_id", String(64), ForeignKey("units.id"), primary_key=True),
    to_table("requests", "request_id", index=True),
)

# When each unit and each assessor of a centre and qualification was sampled last (D-2): so that a draw reads what it
# is about, and not all that was ever sampled.
sampled_last = Table(
    "sampled_last",
    metadata,
    Column("centre_id", String(64), ForeignKey("centres.id"), primary_key=True),
    Column("qualification_id", String(64), ForeignKey("qualifications.id"), primary_key=True),
    # ``unit`` by its code, or ``assessor`` by the name the centre writes.
    Column("kind", String(16), primary_key=True),
    Column("name", String, primary_key=True),
    Column("last_on", Date, nullable=False),
)

# One certificate for each learner and qualification (M-33, M-34), worked off by the support team (M-35).
certificates = Table(
    "certificates",
    metadata,
    id_column(),
    to_table("learners", "learner_id"),
    to_table("qualifications", "qualification_id", index=True),
    to_table("requests", "request_id", index=True),
    Column("number", String(64), nullable=False, unique=True),
    Column("credits", Integer, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("dispatched_at", Moment, nullable=True, index=True),
    to_table("persons", "dispatched_by", nullable=True),
    text_column("dispatch_note"),
    UniqueConstraint("learner_id", "qualification_id"),
)
