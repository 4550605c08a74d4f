"""The tables of both databases. Synced tables carry no foreign keys: a child may arrive before its parent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

work = MetaData()

outbox = Table(
    "outbox",
    work,
    # AUTOINCREMENT: the order in which things were done must not be reused after anything is removed.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("act_id", String, nullable=False, unique=True),
    Column("device_id", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("base_rev", Integer, nullable=False),
    Column("after", String, nullable=False),
    Column("rests_on", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_sha256", String, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("state", String, nullable=False),
    Column("code", String, nullable=False, default=""),
    Column("says", String, nullable=False, default=""),
    Column("answered_at", String, nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=0),
    Column("n", Integer, nullable=False, default=0),
    Column("covered", Boolean, nullable=False, default=False),
    # Came later: rows from before do not have it (see ``salvage``).
    Column("seen_tag", String, nullable=False, default="", server_default=""),
    Index("outbox_by_state", "state"),
    Index("outbox_by_request", "request_id"),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    work,
    Column("key", String, primary_key=True),
    Column("body", String, nullable=False),
    Column("changed_at", String, nullable=False),
)

settings = Table(
    "settings",
    work,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

reports = Table(
    "reports",
    work,
    Column("act_id", String, primary_key=True),
    Column("request_id", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("kept_at", String, nullable=False),
    Index("reports_by_request", "request_id"),
)

# Files that this person added here, such as photos: kept, with their keys, until the service's backups hold them.
uploads = Table(
    "uploads",
    work,
    Column("sha256", String, primary_key=True),
    Column("act_id", String, primary_key=True),
    Column("request_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("says", String, nullable=False, default=""),
    Column("added_at", String, nullable=False),
    # Once complete: how often its act had been offered by then, and the feed number beyond which a backup must reach
    # to hold the file; -1 until a pull has told it.
    Column("tries", Integer, nullable=False, default=0),
    Column("beyond", Integer, nullable=False, default=-1),
)

# What lost when two versions of the same text met. Nothing typed is ever thrown away.
set_aside = Table(
    "set_aside",
    work,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String, nullable=False),
    Column("sample_id", String, nullable=False),
    Column("field", String, nullable=False),
    Column("text", String, nullable=False),
    Column("why", String, nullable=False),
    Column("at", String, nullable=False),
    Index("set_aside_by_request", "request_id"),
    sqlite_autoincrement=True,
)

cache = MetaData()

# Rows are found by kind and id, and read by root. ``generation`` counts re-readings of the whole cache: what an
# earlier one wrote is swept when the re-reading is complete. ``sha256`` names the record's file, if it has one.
records = Table(
    "records",
    cache,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("root", String, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("records_by_root", "root"),
    sqlite_with_rowid=False,
)

# The index by file follows when a first sync is complete: random hashes would make its large inserts twice as slow.
LATER_INDEXES = ("CREATE INDEX IF NOT EXISTS records_by_file ON records (sha256) WHERE sha256 <> ''",)

marks = Table(
    "marks",
    cache,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

files = Table(
    "files",
    cache,
    Column("sha256", String, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("here", Boolean, nullable=False),
)

# The files of notes, and of evidence noted at a visit: each may have several. Rare, so that a first sync hardly ever
# writes here.
note_files = Table(
    "note_files",
    cache,
    Column("id", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("root", String, nullable=False),
    Index("note_files_by_file", "sha256"),
    Index("note_files_by_root", "root"),
    sqlite_with_rowid=False,
)

removals = Table(
    "removals",
    cache,
    Column("sha256", String, primary_key=True),
)
