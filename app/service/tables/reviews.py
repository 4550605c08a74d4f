"""Quality reviews and everything that hangs on them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# One review of a centre for each awarding body and academic year.
reviews = Table(
    "reviews",
    metadata,
    id_column(),
    Column("number", String(64), nullable=False, unique=True),
    to_table("centres", "centre_id", index=True),
    Column("awarding_body", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("framework_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(32), nullable=False),
    Column("allocated_on", Date, nullable=False),
    to_table("persons", "allocated_by", nullable=True),
    Column("task_from", Date, nullable=False),
    Column("ced_due_on", Date, nullable=False),
    # Former due dates of the Engagement Document, oldest first, as days in ISO 8601; see ced_dates for who and why.
    Column("earlier_ced_due_on", JSON, nullable=False, default=list),
    Column("ced_extended", Boolean, nullable=False, default=False),
    Column("ced_submitted_on", Date, nullable=True),
    to_table("persons", "reviewer_id", nullable=True, index=True),
    text_column("consortium"),
    Column("scope", String(32), nullable=False),
    text_column("scope_says"),
    text_column("nominee"),
    Column("contacted_on", Date, nullable=True),
    Column("visit_on", Date, nullable=True),
    Column("outcome", String(32), nullable=True),
    Column("block", String(16), nullable=False),
    text_column("block_says"),
    # What a confirmed block stops the centre's claims by (M-18); it stays named once it has ended.
    to_table("restrictions", "restriction_id", nullable=True),
    Column("report_version", Integer, nullable=False, default=0),
    Column("measures", Integer, nullable=False, default=0),
    Column("judged", Integer, nullable=False, default=0),
    # Who moved the review last, and the tag of the feed head of that change (see feed_tags): compare-and-set.
    Column("moved_by", String(64), nullable=True),
    Column("moved_tag", String(32), nullable=True),
    UniqueConstraint("centre_id", "awarding_body", "year"),
)

# Every due date of a centre's Engagement Document, with who set it and why (D-8).
ced_dates = Table(
    "ced_dates",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("due_on", Date, nullable=False),
    Column("reason", String, nullable=False),
    to_table("persons", "set_by", nullable=True),
    Column("set_at", Moment, nullable=False),
)

# A centre's Engagement Document: one for each review, under the review's id. Its signature lies in ced_signatures.
ceds = Table(
    "ceds",
    metadata,
    Column("id", String(64), ForeignKey("reviews.id"), primary_key=True),
    Column("register_only", Boolean, nullable=False, default=False),
    # A list of {code, level, commentary}; a level may be null.
    Column("entries", JSON, nullable=False, default=list),
    Column("recognition_accepted", Boolean, nullable=False, default=False),
    text_column("recognition_changes"),
    Column("approvals_accepted", Boolean, nullable=False, default=False),
    text_column("approvals_changes"),
    Column("provisional", Boolean, nullable=False, default=False),
    # How often it was saved: two people may have it open.
    Column("version", Integer, nullable=False, default=0),
    to_table("persons", "saved_by", nullable=True),
    Column("saved_at", Moment, nullable=True),
)

# Every signature of the Head of Centre; the one in force is not ended. A change of the document ends it.
ced_signatures = Table(
    "ced_signatures",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    to_table("persons", "signed_by", nullable=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("statement", String, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    # The document as it was signed, so that what somebody put their name to can be shown when it has changed since.
    Column("content", JSON, nullable=False),
    Column("ended_at", Moment, nullable=True),
)

ced_files = Table(
    "ced_files",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("code", String(32), nullable=False),
    Column("name", String, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    text_column("media_type"),
    # What a look into it found when it came, with a sentence why.
    Column("verdict", String(32), nullable=False, default="", server_default=""),
    text_column("says"),
    to_table("persons", "added_by", nullable=True),
    Column("added_at", Moment, nullable=False),
    # Withdrawn by the centre; it stays on record.
    Column("withdrawn_at", Moment, nullable=True),
    to_table("persons", "withdrawn_by", nullable=True),
)

quality_judgements = Table(
    "quality_judgements",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("code", String(32), nullable=False),
    Column("level", String(32), nullable=False),
    text_column("reason"),
    text_column("commentary"),
    Column("cites", JSON, nullable=False),
    # A list of {id, text, essential, owner, due_on}.
    Column("actions", JSON, nullable=False),
    Column("supersedes", JSON, nullable=False),
    to_table("persons", "reviewer_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    text_column("withdrawn"),
)

visit_evidence = Table(
    "visit_evidence",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("code", String(32), nullable=False),
    Column("source", String(32), nullable=False),
    text_column("text"),
    text_column("suggestion"),
    to_table("persons", "author_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    text_column("withdrawn"),
)

visit_files = Table(
    "visit_files",
    metadata,
    Column("evidence_id", String(64), ForeignKey("visit_evidence.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    text_column("media_type"),
    # The hash of the file as it was added: of a photo, before its location was taken out.
    Column("original_sha256", String(64), nullable=False),
    # As in note_files: since when whoever has the evidence may read the file.
    Column("granted_at", Moment, nullable=True),
)

meetings = Table(
    "meetings",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("kind", String(32), nullable=False),
    text_column("who"),
    text_column("role"),
    Column("began", Moment, nullable=False),
    Column("ended", Moment, nullable=True),
    Column("throughout", Boolean, nullable=False, default=False),
    text_column("notes"),
    Column("supersedes", JSON, nullable=False),
    to_table("persons", "author_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    text_column("withdrawn"),
)

nominee_contacts = Table(
    "nominee_contacts",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("spoke_with", String, nullable=False),
    Column("means", String, nullable=False),
    Column("summary", String, nullable=False),
    Column("proposed_on", Date, nullable=True),
    to_table("persons", "author_id"),
    Column("recorded_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# What centres are to do after reviews. One that is open moves into the list of the centre's next review.
review_actions = Table(
    "review_actions",
    metadata,
    id_column(),
    to_table("reviews", "review_id", index=True),
    Column("origin", String(64), nullable=False),
    Column("code", String(32), nullable=False),
    Column("text", String, nullable=False),
    Column("essential", Boolean, nullable=False),
    text_column("owner"),
    Column("due_on", Date, nullable=True),
    text_column("answer"),
    Column("answered_on", Date, nullable=True),
    to_table("persons", "answered_by", nullable=True),
    Column("signed_off_on", Date, nullable=True),
    to_table("persons", "signed_off_by", nullable=True),
    text_column("sign_off_says"),
)

visit_reports = Table(
    "visit_reports",
    metadata,
    id_column(),
    to_table("reviews", "review_id"),
    Column("version", Integer, nullable=False),
    Column("outcome", String(32), nullable=False),
    text_column("changes"),
    text_column("summary"),
    Column("judgement_ids", JSON, nullable=False),
    to_table("persons", "reviewer_id"),
    Column("issued_at", Moment, nullable=False),
    Column("pdf_sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("pdf_size", BigInteger, nullable=False),
    UniqueConstraint("review_id", "version"),
)

# Reminders that were given once and are not given again: which, about which review, for which day.
review_warnings = Table(
    "review_warnings",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("review_id", String(64), ForeignKey("reviews.id"), primary_key=True),
    Column("about_on", Date, primary_key=True),
    Column("given_at", Moment, nullable=False),
)
