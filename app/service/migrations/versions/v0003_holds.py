"""Holds on record with what stood before them, and acts kept whole, so that held ones can take effect later."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table of holds, what was left out of received acts, and an index for memberships that end."""
    _keep_whole_acts()
    _make_holds()
    op.create_index(
        "ix_memberships_person_device_until",
        "memberships",
        ["person", "device", "until"],
        unique=False,
        sqlite_where=sa.text("until IS NOT NULL"),
        postgresql_where=sa.text("until IS NOT NULL"),
    )


def _keep_whole_acts() -> None:
    for column in (
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("base_rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("after_act", sa.String(), server_default="", nullable=False),
        sa.Column("rests_on", sa.JSON(), server_default="[]", nullable=False),
    ):
        op.add_column("received_acts", column)


def _make_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state_before", sa.String(length=32), nullable=False),
        sa.Column("moved_by_before", sa.String(length=64), nullable=True),
        sa.Column("moved_tag_before", sa.String(length=32), nullable=True),
        sa.Column("began_at", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_holds_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_request_id", "holds", ["request_id"], unique=False)
    # A hold from before this table: what stood before it is worked out from what is on record. There is one at most
    # for each request, so that its id can serve.
    op.execute(
        "INSERT INTO holds (id, request_id, reason, state_before, moved_by_before, moved_tag_before, began_at) "
        "SELECT id, id, hold_reason, "
        "CASE WHEN outcome = 'rejected' THEN 'returned_to_centre' "
        "WHEN evidence_complete_on IS NOT NULL THEN 'in_moderation' ELSE 'sample_requested' END, "
        "'', NULL, CAST(held_on AS VARCHAR) || 'T12:00:00.000000+00:00' "
        "FROM requests WHERE state = 'on_hold'"
    )
