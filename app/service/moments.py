"""How a moment is kept in either database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from app.domain.dates import from_text, to_text


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, stored as text in UTC so that both databases give back exactly what they were given."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_text(value)
