"""Moderation requests and everything that hangs on them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

requests = Table(
    "requests",
    metadata,
    id_column(),
    Column("number", String(64), nullable=False, unique=True),
    to_table("centres", "centre_id", index=True),
    to_table("qualifications", "qualification_id", index=True),
    Column("state", String(32), nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("evidence_complete_on", Date, nullable=True),
    Column("due_on", Date, nullable=True),
    Column("held_on", Date, nullable=True),
    text_column("hold_reason"),
    Column("certification_hold", Boolean, nullable=False, default=False),
    Column("outcome", String(16), nullable=True),
    to_table("persons", "moderator_id", nullable=True, index=True),
    text_column("sampling_words"),
    text_column("centre_note"),
    Column("samples", Integer, nullable=False, default=0),
    Column("judged", Integer, nullable=False, default=0),
    # Who moved the request last, and the tag of the feed head of that change (see feed_tags): compare-and-set.
    Column("moved_by", String(64), nullable=True),
    Column("moved_tag", String(32), nullable=True),
    # When it was submitted first, by whom, and how its sample came about (D-1, D-2): the seed, and the sums as JSON
    # {policy, risk, rate, minimum, claimed, required, fulfilled, shortfall}. A re-submission changes none of it.
    Column("submitted_at", Moment, nullable=True),
    to_table("persons", "submitted_by", nullable=True),
    Column("quarter", String(8), nullable=False, default="", server_default=""),
    text_column("seed"),
    Column("sampling", JSON, nullable=True),
    # After a rejection: the day of the report, and the last day on which it may be re-submitted (M-61, D-4).
    Column("returned_on", Date, nullable=True),
    Column("last_day_on", Date, nullable=True),
    Column("resubmissions", Integer, nullable=False, default=0, server_default="0"),
    # Why the batch was released although it was not accepted (M-57).
    text_column("release_reason"),
    Index("ix_requests_centre_id_qualification_id_quarter", "centre_id", "qualification_id", "quarter"),
)

# Every hold there ever was; the one in force has not ended. What stood before it is what its end gives back.
holds = Table(
    "holds",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    Column("reason", String, nullable=False),
    Column("state_before", String(32), nullable=False),
    Column("moved_by_before", String(64), nullable=True),
    Column("moved_tag_before", String(32), nullable=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
)

due_dates = Table(
    "due_dates",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    Column("due_on", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("set_at", Moment, nullable=False),
)

claim_lines = Table(
    "claim_lines",
    metadata,
    id_column(),
    to_table("requests", "request_id"),
    to_table("learners", "learner_id", index=True),
    to_table("units", "unit_id", index=True),
    text_column("assessor"),
    text_column("assessor_decision"),
    text_column("attainment"),
    UniqueConstraint("request_id", "learner_id", "unit_id"),
)

samples = Table(
    "samples",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    to_table("claim_lines", "claim_line_id", index=True),
    Column("position", Integer, nullable=False),
    text_column("reason"),
)

evidence = Table(
    "evidence",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    to_table("samples", "sample_id", nullable=True),
    Column("kind", String(32), nullable=False),
    text_column("name"),
    Column("sha256", String(64), nullable=False, default="", index=True),
    Column("size", BigInteger, nullable=False, default=0),
    text_column("media_type"),
    text_column("not_applicable"),
    text_column("url"),
    # What a look into it found when it came, with a sentence why.
    Column("verdict", String(32), nullable=False, default="", server_default=""),
    text_column("says"),
    to_table("persons", "added_by", nullable=True),
    Column("added_at", Moment, nullable=False),
    # Withdrawn by the centre before it declared its evidence complete; it stays on record.
    Column("withdrawn_at", Moment, nullable=True),
    to_table("persons", "withdrawn_by", nullable=True),
)

judgements = Table(
    "judgements",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    to_table("samples", "sample_id"),
    Column("decision", String(32), nullable=False),
    text_column("rationale"),
    Column("actions", JSON, nullable=False),
    Column("supersedes", JSON, nullable=False),
    to_table("persons", "moderator_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    text_column("withdrawn"),
)

notes = Table(
    "notes",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    to_table("samples", "sample_id", nullable=True),
    Column("stage", String(32), nullable=False),
    to_table("persons", "author_id"),
    Column("text", String, nullable=False),
    Column("written_at", Moment, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    Column("outcome", String(16), nullable=False),
    text_column("summary"),
    to_table("persons", "moderator_id"),
    Column("issued_at", Moment, nullable=False),
    Column("pdf_sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("pdf_size", BigInteger, nullable=False),
)

contact_log = Table(
    "contact_log",
    metadata,
    id_column(),
    to_table("requests", "request_id", index=True),
    to_table("persons", "person_id"),
    Column("spoke_with", String, nullable=False),
    Column("means", String, nullable=False),
    Column("summary", String, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("logged_at", Moment, nullable=False),
)

achievements = Table(
    "achievements",
    metadata,
    Column("learner_id", String(64), ForeignKey("learners.id"), primary_key=True),
    Column("unit_id", String(64), ForeignKey("units.id"), primary_key=True),
    to_table("requests", "request_id", index=True),
    Column("achieved_on", Date, nullable=False),
)
