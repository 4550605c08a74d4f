"""A claim's whole life: saved claims, what stops or frees them, certificates, and e-mails on their way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(length=64)
_MOMENT = sa.String(length=40)


def upgrade() -> None:
    """Adds the tables of claims, standing and e-mails, and what requests and evidence remember of them."""
    _widen_what_is_there()
    _make_claim_tables()
    _make_standing_tables()
    _make_mail_tables()
    _make_staff_tables()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


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


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=False)


def _widen_what_is_there() -> None:
    for column in (
        sa.Column("submitted_at", _MOMENT, nullable=True),
        sa.Column("quarter", sa.String(length=8), server_default="", nullable=False),
        _text("seed"),
        sa.Column("sampling", sa.JSON(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("last_day_on", sa.Date(), nullable=True),
        sa.Column("resubmissions", sa.Integer(), server_default="0", nullable=False),
        _text("release_reason"),
    ):
        op.add_column("requests", column)
    _add_reference("requests", "submitted_by", "persons")
    _index("requests", "centre_id", "qualification_id", "quarter")
    op.add_column("claim_lines", _text("attainment"))
    op.add_column("evidence", sa.Column("verdict", sa.String(length=32), server_default="", nullable=False))
    op.add_column("evidence", _text("says"))
    op.add_column("evidence", sa.Column("withdrawn_at", _MOMENT, nullable=True))
    _add_reference("evidence", "added_by", "persons")
    _add_reference("evidence", "withdrawn_by", "persons")


def _add_reference(table: str, column: str, target: str) -> None:
    # SQLite takes a reference only together with its column, and would else have to make the whole table anew.
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(64) "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    )


def _make_claim_tables() -> None:
    _table(
        "saved_claims",
        sa.Column("id", _ID, nullable=False),
        _to("saved_claims", "centres", "centre_id"),
        _to("saved_claims", "qualifications", "qualification_id", nullable=True),
        _to("saved_claims", "persons", "saved_by"),
        sa.Column("lines", sa.JSON(), nullable=False),
        _text("note"),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("saved_claims", "id"),
    )
    _index("saved_claims", "centre_id")
    _table(
        "claimed_units",
        _to("claimed_units", "learners", "learner_id"),
        _to("claimed_units", "units", "unit_id"),
        _to("claimed_units", "requests", "request_id"),
        _key("claimed_units", "learner_id", "unit_id"),
    )
    _index("claimed_units", "request_id")
    # What was claimed before this table: of two claims for one learner-unit the earlier number holds it.
    op.execute(
        "INSERT INTO claimed_units (learner_id, unit_id, request_id) "
        "SELECT line.learner_id, line.unit_id, request.id FROM claim_lines AS line "
        "JOIN requests AS request ON request.id = line.request_id "
        "WHERE request.state <> 'archived' AND NOT EXISTS ("
        "SELECT 1 FROM claim_lines AS other JOIN requests AS earlier ON earlier.id = other.request_id "
        "WHERE other.learner_id = line.learner_id AND other.unit_id = line.unit_id "
        "AND earlier.state <> 'archived' AND earlier.number < request.number)"
    )
    _table(
        "sampled_last",
        _to("sampled_last", "centres", "centre_id"),
        _to("sampled_last", "qualifications", "qualification_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        _key("sampled_last", "centre_id", "qualification_id", "kind", "name"),
    )
    for kind, name in (("unit", "unit.code"), ("assessor", "line.assessor")):
        op.execute(
            "INSERT INTO sampled_last (centre_id, qualification_id, kind, name, last_on) "
            f"SELECT request.centre_id, request.qualification_id, '{kind}', {name}, max(request.submitted_on) "
            "FROM samples AS sample JOIN claim_lines AS line ON line.id = sample.claim_line_id "
            "JOIN units AS unit ON unit.id = line.unit_id JOIN requests AS request ON request.id = line.request_id "
            f"GROUP BY request.centre_id, request.qualification_id, {name}"
        )
    _table(
        "certificates",
        sa.Column("id", _ID, nullable=False),
        _to("certificates", "learners", "learner_id"),
        _to("certificates", "qualifications", "qualification_id"),
        _to("certificates", "requests", "request_id"),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("dispatched_at", _MOMENT, nullable=True),
        _to("certificates", "persons", "dispatched_by", nullable=True),
        _text("dispatch_note"),
        _key("certificates", "id"),
        sa.UniqueConstraint("number", name="uq_certificates_number"),
        sa.UniqueConstraint(
            "learner_id", "qualification_id", name="uq_certificates_learner_id_qualification_id"
        ),
    )
    for column in ("qualification_id", "request_id", "dispatched_at"):
        _index("certificates", column)


def _make_standing_tables() -> None:
    _table(
        "remits",
        sa.Column("id", _ID, nullable=False),
        _to("remits", "centres", "centre_id"),
        _to("remits", "qualifications", "qualification_id"),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        _key("remits", "id"),
        sa.UniqueConstraint("centre_id", "qualification_id", name="uq_remits_centre_id_qualification_id"),
    )
    _index("remits", "qualification_id")
    _table(
        "risk_levels",
        sa.Column("id", _ID, nullable=False),
        _to("risk_levels", "centres", "centre_id"),
        _to("risk_levels", "qualifications", "qualification_id"),
        sa.Column("level", sa.String(length=16), nullable=False),
        _text("reason"),
        _to("risk_levels", "persons", "set_by", nullable=True),
        sa.Column("set_at", _MOMENT, nullable=False),
        _key("risk_levels", "id"),
    )
    _index("risk_levels", "centre_id")
    _index("risk_levels", "qualification_id")
    _table(
        "sanctions",
        sa.Column("id", _ID, nullable=False),
        _to("sanctions", "centres", "centre_id"),
        _to("sanctions", "qualifications", "qualification_id", nullable=True),
        sa.Column("awarding_body", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _to("sanctions", "persons", "set_by", nullable=True),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", _MOMENT, nullable=True),
        _to("sanctions", "persons", "lifted_by", nullable=True),
        _text("lift_reason"),
        _key("sanctions", "id"),
    )
    _index("sanctions", "centre_id")
    _table(
        "restrictions",
        sa.Column("id", _ID, nullable=False),
        _to("restrictions", "centres", "centre_id"),
        sa.Column("awarding_body", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        _to("restrictions", "requests", "request_id", nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        _to("restrictions", "persons", "set_by", nullable=True),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        _to("restrictions", "persons", "ended_by", nullable=True),
        _text("end_reason"),
        _key("restrictions", "id"),
    )
    _index("restrictions", "centre_id")
    _index("restrictions", "request_id")
    _table(
        "inquiries",
        _to("inquiries", "restrictions", "restriction_id"),
        _to("inquiries", "requests", "request_id"),
        sa.Column("found_at", _MOMENT, nullable=True),
        _to("inquiries", "persons", "found_by", nullable=True),
        _text("finding"),
        _key("inquiries", "restriction_id", "request_id"),
    )
    _index("inquiries", "request_id")
    _table(
        "findings",
        sa.Column("id", _ID, nullable=False),
        _to("findings", "restrictions", "restriction_id"),
        _to("findings", "requests", "request_id"),
        _to("findings", "learners", "learner_id"),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _to("findings", "persons", "found_by", nullable=True),
        sa.Column("found_at", _MOMENT, nullable=False),
        _key("findings", "id"),
        sa.UniqueConstraint(
            "restriction_id",
            "request_id",
            "learner_id",
            name="uq_findings_restriction_id_request_id_learner_id",
        ),
    )
    _index("findings", "restriction_id")
    _index("findings", "request_id")
    _table(
        "agreements",
        sa.Column("id", _ID, nullable=False),
        _to("agreements", "centres", "centre_id"),
        sa.Column("awarding_body", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        _text("words"),
        _to("agreements", "persons", "recorded_by", nullable=True),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        _to("agreements", "persons", "ended_by", nullable=True),
        _key("agreements", "id"),
    )
    _index("agreements", "centre_id")


def _make_mail_tables() -> None:
    _table(
        "mails",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        _text("to_name"),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        _to("mails", "requests", "request_id", nullable=True),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("next_try_at", _MOMENT, nullable=True),
        sa.Column("give_up_at", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        _text("trouble"),
        _key("mails", "id"),
    )
    _index("mails", "request_id")
    _index("mails", "next_try_at")
    _table(
        "warnings",
        sa.Column("kind", sa.String(length=32), nullable=False),
        _to("warnings", "requests", "request_id"),
        sa.Column("about_on", sa.Date(), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        _key("warnings", "kind", "request_id", "about_on"),
    )


def _make_staff_tables() -> None:
    _table(
        "role_changes",
        sa.Column("id", _ID, nullable=False),
        _to("role_changes", "persons", "person_id"),
        sa.Column("role", sa.String(length=32), nullable=False),
        _to("role_changes", "centres", "centre_id", nullable=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        _text("reason"),
        _to("role_changes", "persons", "changed_by"),
        sa.Column("changed_at", _MOMENT, nullable=False),
        _key("role_changes", "id"),
    )
    _index("role_changes", "person_id")
