"""What the support team does with accounts: who gave or took which role, when and why (M-03, M-11)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# Roles that came with an import are not among these: the staff-approval process of the legacy system gave them (M-04).
role_changes = Table(
    "role_changes",
    metadata,
    id_column(),
    to_table("persons", "person_id", index=True),
    Column("role", String(32), nullable=False),
    to_table("centres", "centre_id", nullable=True),
    # Given, or taken away.
    Column("given", Boolean, nullable=False),
    text_column("reason"),
    to_table("persons", "changed_by"),
    Column("changed_at", Moment, nullable=False),
)
