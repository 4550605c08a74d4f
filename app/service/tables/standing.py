"""How a centre stands: what it may claim for, how closely it is looked at, and what stops its claims."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# The qualifications a centre is approved for (M-13): kept in the legacy system, read here.
remits = Table(
    "remits",
    metadata,
    id_column(),
    to_table("centres", "centre_id"),
    to_table("qualifications", "qualification_id", index=True),
    Column("approved_on", Date, nullable=False),
    Column("withdrawn_on", Date, nullable=True),
    UniqueConstraint("centre_id", "qualification_id"),
)

# Risk per centre and qualification (M-25); the latest row is in force, and none is erased.
risk_levels = Table(
    "risk_levels",
    metadata,
    id_column(),
    to_table("centres", "centre_id", index=True),
    to_table("qualifications", "qualification_id", index=True),
    Column("level", String(16), nullable=False),
    text_column("reason"),
    to_table("persons", "set_by", nullable=True),
    Column("set_at", Moment, nullable=False),
)

# Sanctions by level (D-7). Without a qualification one binds all of its awarding body. Lifting is recorded.
sanctions = Table(
    "sanctions",
    metadata,
    id_column(),
    to_table("centres", "centre_id", index=True),
    to_table("qualifications", "qualification_id", nullable=True),
    Column("awarding_body", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("reason", String, nullable=False),
    to_table("persons", "set_by", nullable=True),
    Column("set_at", Moment, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=True),
    Column("lifted_at", Moment, nullable=True),
    to_table("persons", "lifted_by", nullable=True),
    text_column("lift_reason"),
)

# What stops a centre's claims beside sanctions (section 1.9): suspected malpractice, past issues, a review's block.
restrictions = Table(
    "restrictions",
    metadata,
    id_column(),
    to_table("centres", "centre_id", index=True),
    Column("awarding_body", String, nullable=False),
    Column("kind", String(32), nullable=False),
    # The request whose suspected malpractice it is, if it is one.
    to_table("requests", "request_id", nullable=True, index=True),
    Column("reason", String, nullable=False),
    to_table("persons", "set_by", nullable=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    to_table("persons", "ended_by", nullable=True),
    text_column("end_reason"),
)

# The requests that a malpractice restriction waits for (M-66, M-67): the suspected one, and all ongoing that day. Each
# needs a finding; until then none of its learners is certificated (D-5).
inquiries = Table(
    "inquiries",
    metadata,
    Column("restriction_id", String(64), ForeignKey("restrictions.id"), primary_key=True),
    Column("request_id", String(64), ForeignKey("requests.id"), primary_key=True, index=True),
    Column("found_at", Moment, nullable=True),
    to_table("persons", "found_by", nullable=True),
    text_column("finding"),
)

# What an investigation found about each learner of a request (M-69, D-5).
findings = Table(
    "findings",
    metadata,
    id_column(),
    Column("restriction_id", String(64), ForeignKey("restrictions.id"), nullable=False, index=True),
    to_table("requests", "request_id", index=True),
    to_table("learners", "learner_id"),
    Column("cleared", Boolean, nullable=False),
    Column("reason", String, nullable=False),
    to_table("persons", "found_by", nullable=True),
    Column("found_at", Moment, nullable=False),
    UniqueConstraint("restriction_id", "request_id", "learner_id"),
)

# Prior agreements that a centre's own platform may be used (M-43): links that begin with the address are enough.
agreements = Table(
    "agreements",
    metadata,
    id_column(),
    to_table("centres", "centre_id", index=True),
    Column("awarding_body", String, nullable=False),
    Column("address", String, nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("until_on", Date, nullable=True),
    text_column("words"),
    to_table("persons", "recorded_by", nullable=True),
    Column("recorded_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    to_table("persons", "ended_by", nullable=True),
)
