"""Every table of the central service, in the field's own terms.

Days are calendar days in London, moments are kept as ISO 8601 text in UTC (sorting as text sorts by time), ids are
text. The tables of the feed carry no foreign keys: nothing but their own rows may be locked once the feed number
is drawn (see ``feed``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from app.service.moments import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id", **options: Any) -> Column[str]:
    return Column(name, String(64), primary_key=True, **options)


def _to(table: str, name: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    return Column(name, String(64), ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False, default="", server_default="")


# -- reference data: read here, kept in the legacy system (M-06) -------------------------------------------------

centres = Table(
    "centres",
    metadata,
    _id(),
    Column("number", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("nation", String(32), nullable=False),
    Column("partner_type", String(32), nullable=False),
)

qualifications = Table(
    "qualifications",
    metadata,
    _id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("title", String, nullable=False),
    Column("awarding_body", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("credits_required", Integer, nullable=False),
)

units = Table(
    "units",
    metadata,
    _id(),
    _to("qualifications", "qualification_id"),
    Column("code", String(64), nullable=False),
    Column("title", String, nullable=False),
    Column("credits", Integer, nullable=False),
    UniqueConstraint("qualification_id", "code"),
)

learners = Table(
    "learners",
    metadata,
    _id(),
    Column("number", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    _to("centres", "centre_id", index=True),
)

registrations = Table(
    "registrations",
    metadata,
    _id(),
    _to("learners", "learner_id"),
    _to("qualifications", "qualification_id", index=True),
    Column("registered_on", Date, nullable=False),
    UniqueConstraint("learner_id", "qualification_id"),
)

# -- people ------------------------------------------------------------------------------------------------------

persons = Table(
    "persons",
    metadata,
    _id(),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("password_hash", String, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    _id(),
    _to("persons", "person_id", index=True),
    Column("role", String(32), nullable=False),
    _to("centres", "centre_id", nullable=True),
    UniqueConstraint("person_id", "role", "centre_id"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(64), ForeignKey("persons.id"), primary_key=True),
    _text("name"),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("family", String(64), nullable=False, index=True),
    _to("persons", "person_id", index=True),
    Column("device_id", String(64), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    _id("key_hash"),
    Column("person_id", String(64), nullable=True, index=True),
    Column("data", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    _id("key_hash"),
    Column("began_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
)

# -- moderation --------------------------------------------------------------------------------------------------

requests = Table(
    "requests",
    metadata,
    _id(),
    Column("number", String(64), nullable=False, unique=True),
    _to("centres", "centre_id", index=True),
    _to("qualifications", "qualification_id", index=True),
    Column("state", String(32), nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("evidence_complete_on", Date, nullable=True),
    Column("due_on", Date, nullable=True),
    Column("held_on", Date, nullable=True),
    _text("hold_reason"),
    Column("certification_hold", Boolean, nullable=False, default=False),
    Column("outcome", String(16), nullable=True),
    _to("persons", "moderator_id", nullable=True, index=True),
    _text("sampling_words"),
    _text("centre_note"),
    Column("samples", Integer, nullable=False, default=0),
    Column("judged", Integer, nullable=False, default=0),
    # Who moved the request last, and the tag of the feed head of that change (see feed_tags): compare-and-set.
    Column("moved_by", String(64), nullable=True),
    Column("moved_tag", String(32), nullable=True),
)

due_dates = Table(
    "due_dates",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    Column("due_on", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("set_at", Moment, nullable=False),
)

claim_lines = Table(
    "claim_lines",
    metadata,
    _id(),
    _to("requests", "request_id"),
    _to("learners", "learner_id", index=True),
    _to("units", "unit_id", index=True),
    _text("assessor"),
    _text("assessor_decision"),
    UniqueConstraint("request_id", "learner_id", "unit_id"),
)

samples = Table(
    "samples",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    _to("claim_lines", "claim_line_id", index=True),
    Column("position", Integer, nullable=False),
    _text("reason"),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    _to("samples", "sample_id", nullable=True),
    Column("kind", String(32), nullable=False),
    _text("name"),
    Column("sha256", String(64), nullable=False, default="", index=True),
    Column("size", BigInteger, nullable=False, default=0),
    _text("media_type"),
    _text("not_applicable"),
    Column("added_at", Moment, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    _to("samples", "sample_id"),
    Column("decision", String(32), nullable=False),
    _text("rationale"),
    Column("actions", JSON, nullable=False),
    Column("supersedes", JSON, nullable=False),
    _to("persons", "moderator_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    _text("withdrawn"),
)

notes = Table(
    "notes",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    _to("samples", "sample_id", nullable=True),
    Column("stage", String(32), nullable=False),
    _to("persons", "author_id"),
    Column("text", String, nullable=False),
    Column("written_at", Moment, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    Column("outcome", String(16), nullable=False),
    _text("summary"),
    _to("persons", "moderator_id"),
    Column("issued_at", Moment, nullable=False),
    Column("pdf_sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("pdf_size", BigInteger, nullable=False),
)

contact_log = Table(
    "contact_log",
    metadata,
    _id(),
    _to("requests", "request_id", index=True),
    _to("persons", "person_id"),
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
    _to("requests", "request_id", index=True),
    Column("achieved_on", Date, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    _id("sha256"),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Moment, nullable=False),
)

# -- sync --------------------------------------------------------------------------------------------------------

feed = Table(
    "feed",
    metadata,
    Column("root", String(64), primary_key=True),
    # Place of the kind in wire.codec.KINDS, so that a root reads in the order in which it is sent.
    Column("place", SmallInteger, primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False, default=False),
    Column("line", LargeBinary, nullable=False),
    Index("ix_feed_n", "n", unique=True),
)

feed_head = Table(
    "feed_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("tag", String(32), nullable=False),
)

feed_tags = Table(
    "feed_tags",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("tag", String(32), nullable=False, unique=True),
)

scope_log = Table(
    "scope_log",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(64), nullable=False),
    Column("root", String(64), nullable=False),
    Column("entered", Boolean, nullable=False),
    Index("ix_scope_log_person_root_n", "person", "root", "n"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("root", String(64), primary_key=True),
    # Number of the latest enter or leave; a row with entered = false lets a device learn that it must let go.
    Column("n", BigInteger, nullable=False),
    Column("entered", Boolean, nullable=False),
    Index("ix_memberships_person_n", "person", "n"),
)

received_acts = Table(
    "received_acts",
    metadata,
    _id("act_id"),
    Column("author_id", String(64), nullable=False, index=True),
    Column("device_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("request_id", String(64), nullable=False, index=True),
    Column("payload_sha256", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("outcome", String(16), nullable=False),
    _text("code"),
    _text("says"),
    Column("recorded_at", String(64), nullable=False),
    Column("received_at", Moment, nullable=False),
    # Names the feed head of the change; its number stands in feed_tags, because the number is drawn last.
    Column("tag", String(32), nullable=True),
)

service_settings = Table(
    "service_settings",
    metadata,
    _id("name"),
    Column("value", String, nullable=False),
)
