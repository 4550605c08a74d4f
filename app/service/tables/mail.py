"""E-mails on their way, and warnings that were given."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column, to_table

# Written in the same transaction as what it tells about, sent afterwards (M-37). Nothing in it is ever deleted by
# sending: it says what was told to whom, and when. In the body ``{portal}`` stands for the portal's address.
mails = Table(
    "mails",
    metadata,
    # Made of what it says, to whom and when: the same is never written twice.
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("to_address", String, nullable=False),
    text_column("to_name"),
    Column("subject", String, nullable=False),
    Column("body", String, nullable=False),
    to_table("requests", "request_id", nullable=True, index=True),
    # In place of a request, where it is about a quality review.
    to_table("reviews", "review_id", nullable=True),
    Column("written_at", Moment, nullable=False),
    # Empty once it was sent, or given up. Set forward by whoever tries it, so that nobody else does meanwhile.
    Column("next_try_at", Moment, nullable=True, index=True),
    # It is given up rather than sent after this: it would be no news any more.
    Column("give_up_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("sent_at", Moment, nullable=True),
    # What the last try met, in words; kept when it is given up, and emptied when it is sent.
    text_column("trouble"),
)

# Warnings that were given once and are not given again: which, about what, for which day.
warnings = Table(
    "warnings",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("request_id", String(64), ForeignKey("requests.id"), primary_key=True),
    Column("about_on", Date, primary_key=True),
    Column("given_at", Moment, nullable=False),
)
