"""What every table is made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str = "id", **options: Any) -> Column[str]:
    """The key of a table: text."""
    return Column(name, String(64), primary_key=True, **options)


def to_table(table: str, name: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    """A reference to the ``id`` of another table."""
    return Column(name, String(64), ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def text_column(name: str) -> Column[str]:
    """Text that is empty when there is none."""
    return Column(name, String, nullable=False, default="", server_default="")
