"""The first schema: reference data, people, moderation, and the feed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "centres",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("nation", sa.String(length=32), nullable=False),
        sa.Column("partner_type", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_centres"),
        sa.UniqueConstraint("number", name="uq_centres_number"),
    )
    op.create_table(
        "feed",
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("root", "place", "id", name="pk_feed"),
    )
    op.create_index("ix_feed_n", "feed", ["n"], unique=True)
    op.create_table(
        "feed_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_head"),
    )
    op.create_table(
        "feed_tags",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_feed_tags"),
        sa.UniqueConstraint("tag", name="uq_feed_tags_tag"),
    )
    op.create_table(
        "memberships",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", "root", name="pk_memberships"),
    )
    op.create_index("ix_memberships_person_n", "memberships", ["person", "n"], unique=False)
    op.create_table(
        "persons",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("email", name="uq_persons_email"),
    )
    op.create_table(
        "qualifications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("awarding_body", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("credits_required", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qualifications"),
        sa.UniqueConstraint("code", name="uq_qualifications_code"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_rate_limits"),
    )
    op.create_table(
        "received_acts",
        sa.Column("act_id", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(), server_default="", nullable=False),
        sa.Column("says", sa.String(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("act_id", name="pk_received_acts"),
    )
    op.create_index("ix_received_acts_author_id", "received_acts", ["author_id"], unique=False)
    op.create_index("ix_received_acts_request_id", "received_acts", ["request_id"], unique=False)
    op.create_table(
        "scope_log",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_scope_log"),
    )
    op.create_index("ix_scope_log_person_root_n", "scope_log", ["person", "root", "n"], unique=False)
    op.create_table(
        "service_settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_service_settings"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_web_sessions"),
    )
    op.create_index("ix_web_sessions_person_id", "web_sessions", ["person_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("first_seen", sa.String(length=40), nullable=False),
        sa.Column("last_seen", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_devices_person_id"),
        sa.PrimaryKeyConstraint("id", "person_id", name="pk_devices"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name="fk_grants_centre_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_grants_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.UniqueConstraint("person_id", "role", "centre_id", name="uq_grants_person_id_role_centre_id"),
    )
    op.create_index("ix_grants_person_id", "grants", ["person_id"], unique=False)
    op.create_table(
        "learners",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("centre_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name="fk_learners_centre_id"),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
        sa.UniqueConstraint("number", name="uq_learners_number"),
    )
    op.create_index("ix_learners_centre_id", "learners", ["centre_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("centre_id", sa.String(length=64), nullable=False),
        sa.Column("qualification_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("evidence_complete_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("hold_reason", sa.String(), server_default="", nullable=False),
        sa.Column("certification_hold", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("moderator_id", sa.String(length=64), nullable=True),
        sa.Column("sampling_words", sa.String(), server_default="", nullable=False),
        sa.Column("centre_note", sa.String(), server_default="", nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("moved_by", sa.String(length=64), nullable=True),
        sa.Column("moved_tag", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name="fk_requests_centre_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["persons.id"], name="fk_requests_moderator_id"),
        sa.ForeignKeyConstraint(
            ["qualification_id"], ["qualifications.id"], name="fk_requests_qualification_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("number", name="uq_requests_number"),
    )
    op.create_index("ix_requests_centre_id", "requests", ["centre_id"], unique=False)
    op.create_index("ix_requests_moderator_id", "requests", ["moderator_id"], unique=False)
    op.create_index("ix_requests_qualification_id", "requests", ["qualification_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_tokens_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
    )
    op.create_index("ix_tokens_family", "tokens", ["family"], unique=False)
    op.create_index("ix_tokens_person_id", "tokens", ["person_id"], unique=False)
    op.create_table(
        "units",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("qualification_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["qualification_id"], ["qualifications.id"], name="fk_units_qualification_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("qualification_id", "code", name="uq_units_qualification_id_code"),
    )
    op.create_table(
        "achievements",
        sa.Column("learner_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("achieved_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_achievements_learner_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_achievements_request_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_achievements_unit_id"),
        sa.PrimaryKeyConstraint("learner_id", "unit_id", name="pk_achievements"),
    )
    op.create_index("ix_achievements_request_id", "achievements", ["request_id"], unique=False)
    op.create_table(
        "claim_lines",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("assessor", sa.String(), server_default="", nullable=False),
        sa.Column("assessor_decision", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_claim_lines_learner_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_claim_lines_request_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_claim_lines_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_lines"),
        sa.UniqueConstraint(
            "request_id", "learner_id", "unit_id", name="uq_claim_lines_request_id_learner_id_unit_id"
        ),
    )
    op.create_index("ix_claim_lines_learner_id", "claim_lines", ["learner_id"], unique=False)
    op.create_index("ix_claim_lines_unit_id", "claim_lines", ["unit_id"], unique=False)
    op.create_table(
        "contact_log",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("spoke_with", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=40), nullable=False),
        sa.Column("logged_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_contact_log_person_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_contact_log_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_log"),
    )
    op.create_index("ix_contact_log_request_id", "contact_log", ["request_id"], unique=False)
    op.create_table(
        "due_dates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_due_dates_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_due_dates"),
    )
    op.create_index("ix_due_dates_request_id", "due_dates", ["request_id"], unique=False)
    op.create_table(
        "registrations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.String(length=64), nullable=False),
        sa.Column("qualification_id", sa.String(length=64), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_registrations_learner_id"),
        sa.ForeignKeyConstraint(
            ["qualification_id"], ["qualifications.id"], name="fk_registrations_qualification_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
        sa.UniqueConstraint(
            "learner_id", "qualification_id", name="uq_registrations_learner_id_qualification_id"
        ),
    )
    op.create_index("ix_registrations_qualification_id", "registrations", ["qualification_id"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.String(), server_default="", nullable=False),
        sa.Column("moderator_id", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.String(length=40), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["persons.id"], name="fk_reports_moderator_id"),
        sa.ForeignKeyConstraint(["pdf_sha256"], ["blobs.sha256"], name="fk_reports_pdf_sha256"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_reports_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_pdf_sha256", "reports", ["pdf_sha256"], unique=False)
    op.create_index("ix_reports_request_id", "reports", ["request_id"], unique=False)
    op.create_table(
        "samples",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("claim_line_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["claim_line_id"], ["claim_lines.id"], name="fk_samples_claim_line_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_samples_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
    )
    op.create_index("ix_samples_claim_line_id", "samples", ["claim_line_id"], unique=False)
    op.create_index("ix_samples_request_id", "samples", ["request_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("sample_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), server_default="", nullable=False),
        sa.Column("not_applicable", sa.String(), server_default="", nullable=False),
        sa.Column("added_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_evidence_request_id"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_evidence_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_request_id", "evidence", ["request_id"], unique=False)
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("sample_id", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("rationale", sa.String(), server_default="", nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("supersedes", sa.JSON(), nullable=False),
        sa.Column("moderator_id", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.String(length=40), nullable=False),
        sa.Column("withdrawn", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["persons.id"], name="fk_judgements_moderator_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_judgements_request_id"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_judgements_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
    )
    op.create_index("ix_judgements_request_id", "judgements", ["request_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("sample_id", sa.String(length=64), nullable=True),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["persons.id"], name="fk_notes_author_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_notes_request_id"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_notes_sample_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_request_id", "notes", ["request_id"], unique=False)
