"""The feed, who may see what of it, and the acts that were received."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column

feed = Table(
    "feed",
    metadata,
    Column("root", String(64), primary_key=True),
    # Place of the kind in wire.codec.KINDS, so that a root reads in the order in which it is sent.
    Column("place", SmallInteger, primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
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
    # Empty: for every device of the person. Else the one device on which the root was opened (see memberships).
    Column("device", String(64), nullable=False, default="", server_default=""),
    Column("entered", Boolean, nullable=False),
    # When, by the service's clock: work done before a leave is not taken for ever (see ledger).
    Column("at", Moment, nullable=True),
    Index("ix_scope_log_person_root_n", "person", "root", "n"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("root", String(64), primary_key=True),
    # Empty: a membership of the person, on all their devices. Else of the one device that opened the root from a
    # queue, until ``until``.
    Column("device", String(64), primary_key=True, default="", server_default=""),
    Column("until", Moment, nullable=True),
    # Number of the latest enter or leave; a row with entered = false lets a device learn that it must let go.
    Column("n", BigInteger, nullable=False),
    Column("entered", Boolean, nullable=False),
    Index("ix_memberships_person_n", "person", "n"),
    # Finds what is over without looking at all that is held.
    Index(
        "ix_memberships_person_device_until",
        "person",
        "device",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
)

# Roles that were taken away, each with a number of the feed: work recorded before its author could know still counts.
roles_taken = Table(
    "roles_taken",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(64), nullable=False, index=True),
    Column("role", String(32), nullable=False),
    Column("centre_id", String(64), nullable=True),
    Column("at", Moment, nullable=False),
)

received_acts = Table(
    "received_acts",
    metadata,
    id_column("act_id"),
    Column("author_id", String(64), nullable=False, index=True),
    Column("device_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("request_id", String(64), nullable=False, index=True),
    Column("payload_sha256", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("outcome", String(16), nullable=False),
    text_column("code"),
    text_column("says"),
    Column("recorded_at", String(64), nullable=False),
    Column("received_at", Moment, nullable=False),
    # Names the feed head of the change; its number stands in feed_tags, because the number is drawn last.
    Column("tag", String(32), nullable=True),
    # Where the act stood among those of its push: with the number of ``tag``, the order of arrival.
    Column("place", Integer, nullable=False, default=0, server_default="0"),
    # The rest of the message, so that an act that is held can take its effect later exactly as it was sent.
    Column("seen", BigInteger, nullable=False, default=0, server_default="0"),
    Column("base_rev", BigInteger, nullable=False, default=0, server_default="0"),
    text_column("after_act"),
    Column("rests_on", JSON, nullable=False, default=list, server_default="[]"),
    # What it is about, for acts that come after it; empty for those received before this was kept.
    Column("target", String(64), nullable=False, default="", server_default=""),
    # The tag of the head its author had seen; empty from desktops that do not say it.
    Column("seen_tag", String(32), nullable=False, default="", server_default=""),
)

service_settings = Table(
    "service_settings",
    metadata,
    id_column("name"),
    Column("value", String, nullable=False),
)
