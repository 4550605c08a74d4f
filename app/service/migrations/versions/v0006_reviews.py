"""Quality reviews: consortia, interests, reviews with all that hangs on them, and longer names of kinds in the feed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(length=64)
_MOMENT = sa.String(length=40)
_WORD = sa.String(length=32)


def upgrade() -> None:
    """Adds the tables of consortia and reviews, and e-mails that are about a review."""
    with op.batch_alter_table("feed") as feed:
        feed.alter_column("kind", existing_type=sa.String(length=16), type_=_WORD, existing_nullable=False)
    _make_consortia()
    _make_reviews()
    _make_engagement_documents()
    _make_visits()
    _make_reports()
    # SQLite takes a reference only together with its column.
    op.execute(
        "ALTER TABLE mails ADD COLUMN review_id VARCHAR(64) "
        "CONSTRAINT fk_mails_review_id REFERENCES reviews (id)"
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def _needed(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _to(
    table: str, target: str, name: str, *, nullable: bool = False
) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, _ID, nullable=nullable),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}"),
    )


def _table(name: str, *items: object) -> None:
    """Columns before constraints, in the order given."""
    flat = [part for item in items for part in (item if isinstance(item, tuple) else (item,))]
    op.create_table(
        name,
        *[part for part in flat if isinstance(part, sa.Column)],
        *[part for part in flat if not isinstance(part, sa.Column)],
    )


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=False)


def _make_consortia() -> None:
    _table(
        "consortia",
        _needed("id", _ID),
        _needed("name", sa.String()),
        _needed("awarding_body", sa.String()),
        _key("consortia", "id"),
        _once("consortia", "awarding_body", "name"),
    )
    _table(
        "consortium_members",
        _needed("id", _ID),
        _to("consortium_members", "consortia", "consortium_id"),
        _to("consortium_members", "centres", "centre_id"),
        _needed("joined_on", sa.Date()),
        sa.Column("left_on", sa.Date(), nullable=True),
        _key("consortium_members", "id"),
        _once("consortium_members", "consortium_id", "centre_id"),
    )
    _index("consortium_members", "centre_id")
    _table(
        "interests",
        _needed("id", _ID),
        _to("interests", "persons", "person_id"),
        _to("interests", "centres", "centre_id"),
        _needed("since_on", sa.Date()),
        sa.Column("ended_on", sa.Date(), nullable=True),
        _text("words"),
        _key("interests", "id"),
        _once("interests", "person_id", "centre_id"),
    )
    _index("interests", "centre_id")


def _make_reviews() -> None:
    _table(
        "reviews",
        _needed("id", _ID),
        _needed("number", _ID),
        _to("reviews", "centres", "centre_id"),
        _needed("awarding_body", sa.String()),
        _needed("year", sa.Integer()),
        _needed("framework_id", _ID),
        _needed("kind", sa.String(length=16)),
        _needed("state", _WORD),
        _needed("allocated_on", sa.Date()),
        _to("reviews", "persons", "allocated_by", nullable=True),
        _needed("task_from", sa.Date()),
        _needed("ced_due_on", sa.Date()),
        _needed("earlier_ced_due_on", sa.JSON()),
        _needed("ced_extended", sa.Boolean()),
        sa.Column("ced_submitted_on", sa.Date(), nullable=True),
        _to("reviews", "persons", "reviewer_id", nullable=True),
        _text("consortium"),
        _needed("scope", _WORD),
        _text("scope_says"),
        _text("nominee"),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("visit_on", sa.Date(), nullable=True),
        sa.Column("outcome", _WORD, nullable=True),
        _needed("block", sa.String(length=16)),
        _text("block_says"),
        _to("reviews", "restrictions", "restriction_id", nullable=True),
        _needed("report_version", sa.Integer()),
        _needed("measures", sa.Integer()),
        _needed("judged", sa.Integer()),
        sa.Column("moved_by", _ID, nullable=True),
        sa.Column("moved_tag", _WORD, nullable=True),
        _key("reviews", "id"),
        _once("reviews", "number"),
        _once("reviews", "centre_id", "awarding_body", "year"),
    )
    _index("reviews", "centre_id")
    _index("reviews", "reviewer_id")
    _table(
        "review_warnings",
        _needed("kind", _WORD),
        _to("review_warnings", "reviews", "review_id"),
        _needed("about_on", sa.Date()),
        _needed("given_at", _MOMENT),
        _key("review_warnings", "kind", "review_id", "about_on"),
    )


def _make_engagement_documents() -> None:
    _table(
        "ced_dates",
        _needed("id", _ID),
        _to("ced_dates", "reviews", "review_id"),
        _needed("due_on", sa.Date()),
        _needed("reason", sa.String()),
        _to("ced_dates", "persons", "set_by", nullable=True),
        _needed("set_at", _MOMENT),
        _key("ced_dates", "id"),
    )
    _table(
        "ceds",
        _to("ceds", "reviews", "id"),
        _needed("register_only", sa.Boolean()),
        _needed("entries", sa.JSON()),
        _needed("recognition_accepted", sa.Boolean()),
        _text("recognition_changes"),
        _needed("approvals_accepted", sa.Boolean()),
        _text("approvals_changes"),
        _needed("provisional", sa.Boolean()),
        _needed("version", sa.Integer()),
        _to("ceds", "persons", "saved_by", nullable=True),
        sa.Column("saved_at", _MOMENT, nullable=True),
        _key("ceds", "id"),
    )
    _table(
        "ced_signatures",
        _needed("id", _ID),
        _to("ced_signatures", "reviews", "review_id"),
        _to("ced_signatures", "persons", "signed_by", nullable=True),
        _needed("name", sa.String()),
        _needed("role", sa.String()),
        _needed("statement", sa.String()),
        _needed("signed_at", _MOMENT),
        _needed("content_sha256", _ID),
        _needed("content", sa.JSON()),
        sa.Column("ended_at", _MOMENT, nullable=True),
        _key("ced_signatures", "id"),
    )
    _table(
        "ced_files",
        _needed("id", _ID),
        _to("ced_files", "reviews", "review_id"),
        _needed("code", _WORD),
        _needed("name", sa.String()),
        _needed("sha256", _ID),
        _needed("size", sa.BigInteger()),
        _text("media_type"),
        sa.Column("verdict", _WORD, server_default="", nullable=False),
        _text("says"),
        _to("ced_files", "persons", "added_by", nullable=True),
        _needed("added_at", _MOMENT),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        _to("ced_files", "persons", "withdrawn_by", nullable=True),
        _key("ced_files", "id"),
    )
    for table in ("ced_dates", "ced_signatures", "ced_files"):
        _index(table, "review_id")
    _index("ced_files", "sha256")


def _made_by(table: str, column: str) -> tuple[object, ...]:
    """Who recorded it on a device, when that was, and when it came."""
    return (
        *_to(table, "persons", column),
        _needed("recorded_at", _MOMENT),
        _needed("received_at", _MOMENT),
    )


def _make_visits() -> None:
    _table(
        "quality_judgements",
        _needed("id", _ID),
        _to("quality_judgements", "reviews", "review_id"),
        _needed("code", _WORD),
        _needed("level", _WORD),
        _text("reason"),
        _text("commentary"),
        _needed("cites", sa.JSON()),
        _needed("actions", sa.JSON()),
        _needed("supersedes", sa.JSON()),
        _made_by("quality_judgements", "reviewer_id"),
        _text("withdrawn"),
        _key("quality_judgements", "id"),
    )
    _table(
        "visit_evidence",
        _needed("id", _ID),
        _to("visit_evidence", "reviews", "review_id"),
        _needed("code", _WORD),
        _needed("source", _WORD),
        _text("text"),
        _text("suggestion"),
        _made_by("visit_evidence", "author_id"),
        _text("withdrawn"),
        _key("visit_evidence", "id"),
    )
    _table(
        "visit_files",
        _to("visit_files", "visit_evidence", "evidence_id"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _needed("name", sa.String()),
        _needed("sha256", _ID),
        _needed("size", sa.BigInteger()),
        _text("media_type"),
        _needed("original_sha256", _ID),
        sa.Column("granted_at", _MOMENT, nullable=True),
        _key("visit_files", "evidence_id", "position"),
    )
    _index("visit_files", "sha256")
    _table(
        "meetings",
        _needed("id", _ID),
        _to("meetings", "reviews", "review_id"),
        _needed("kind", _WORD),
        _text("who"),
        _text("role"),
        _needed("began", _MOMENT),
        sa.Column("ended", _MOMENT, nullable=True),
        _needed("throughout", sa.Boolean()),
        _text("notes"),
        _needed("supersedes", sa.JSON()),
        _made_by("meetings", "author_id"),
        _text("withdrawn"),
        _key("meetings", "id"),
    )
    _table(
        "nominee_contacts",
        _needed("id", _ID),
        _to("nominee_contacts", "reviews", "review_id"),
        _needed("spoke_with", sa.String()),
        _needed("means", sa.String()),
        _needed("summary", sa.String()),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        _made_by("nominee_contacts", "author_id"),
        _key("nominee_contacts", "id"),
    )
    for table in ("quality_judgements", "visit_evidence", "meetings", "nominee_contacts"):
        _index(table, "review_id")


def _make_reports() -> None:
    _table(
        "review_actions",
        _needed("id", _ID),
        _to("review_actions", "reviews", "review_id"),
        _needed("origin", _ID),
        _needed("code", _WORD),
        _needed("text", sa.String()),
        _needed("essential", sa.Boolean()),
        _text("owner"),
        sa.Column("due_on", sa.Date(), nullable=True),
        _text("answer"),
        sa.Column("answered_on", sa.Date(), nullable=True),
        _to("review_actions", "persons", "answered_by", nullable=True),
        sa.Column("signed_off_on", sa.Date(), nullable=True),
        _to("review_actions", "persons", "signed_off_by", nullable=True),
        _text("sign_off_says"),
        _key("review_actions", "id"),
    )
    _index("review_actions", "review_id")
    _table(
        "visit_reports",
        _needed("id", _ID),
        _to("visit_reports", "reviews", "review_id"),
        _needed("version", sa.Integer()),
        _needed("outcome", _WORD),
        _text("changes"),
        _text("summary"),
        _needed("judgement_ids", sa.JSON()),
        _to("visit_reports", "persons", "reviewer_id"),
        _needed("issued_at", _MOMENT),
        sa.Column("pdf_sha256", _ID, nullable=False),
        _needed("pdf_size", sa.BigInteger()),
        sa.ForeignKeyConstraint(["pdf_sha256"], ["blobs.sha256"], name="fk_visit_reports_pdf_sha256"),
        _key("visit_reports", "id"),
        _once("visit_reports", "review_id", "version"),
    )
    _index("visit_reports", "pdf_sha256")
