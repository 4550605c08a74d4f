"""Files the service keeps, and those on their way to it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table

from app.service.moments import Moment
from app.service.tables.base import id_column, metadata, text_column

blobs = Table(
    "blobs",
    metadata,
    id_column("sha256"),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Moment, nullable=False),
)

# A file that came in parts stays in parts; one without rows here is a single object under its own hash.
blob_parts = Table(
    "blob_parts",
    metadata,
    Column("sha256", String(64), ForeignKey("blobs.sha256"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("part_sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
)

# One row per person and file, kept when complete: it is their right to link the file, and to read it.
uploads = Table(
    "uploads",
    metadata,
    Column("person_id", String(64), ForeignKey("persons.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    text_column("media_type"),
    Column("device_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    text_column("code"),
    text_column("says"),
    Column("began_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("part_sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    ForeignKeyConstraint(["person_id", "sha256"], ["uploads.person_id", "uploads.sha256"]),
)

note_files = Table(
    "note_files",
    metadata,
    Column("note_id", String(64), ForeignKey("notes.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    text_column("media_type"),
    # Since when whoever has the note may read the file: since its author had the right to it, by one they had when
    # the note was taken or by an upload of their own. It stays when the author loses the right. None: not yet.
    Column("granted_at", Moment, nullable=True),
)
