"""Writing one page of the feed into the cache: quick, whole or not at all, and never a newer record over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.dates import to_text
from app.models import marks
from app.models.database import Database
from app.models.held import AppliedPage, Page
from app.models.tables import LATER_INDEXES, files, note_files, records, removals
from app.wire.messages import QUEUE_ROOT, UNREADABLE, FeedLine, FileHash

_UPSERT = """
INSERT INTO records (kind, id, root, rev, generation, sha256, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET root = excluded.root, rev = excluded.rev, generation = excluded.generation,
    sha256 = excluded.sha256, body = excluded.body
WHERE excluded.generation > records.generation OR excluded.rev >= records.rev
"""


class _EvidenceFile(msgspec.Struct):
    sha256: FileHash = ""


class _ReportFile(msgspec.Struct):
    pdf_sha256: FileHash = ""


class _SeveralFiles(msgspec.Struct):
    files: tuple[_EvidenceFile, ...] = ()


_EVIDENCE = msgspec.json.Decoder(_EvidenceFile)
_REPORT = msgspec.json.Decoder(_ReportFile)
_SEVERAL = msgspec.json.Decoder(_SeveralFiles)

_ONE_FILE: Mapping[str, Callable[[msgspec.Raw], str]] = {
    "evidence": lambda body: _EVIDENCE.decode(body).sha256,
    "ced_file": lambda body: _EVIDENCE.decode(body).sha256,
    "report": lambda body: _REPORT.decode(body).pdf_sha256,
    "visit_report": lambda body: _REPORT.decode(body).pdf_sha256,
}
"""Kinds of records that are about one file each, and what reads its hash from their bodies."""

WITH_SEVERAL = ("note", "visit_evidence")
"""Kinds of records that may name several files. The id of each is the id of the act that recorded it, so that no two
of them, of whatever kind, have the same.
"""

# A newer record than the line's is held where the rev differs: then its files are named, and not the line's.
_FORGET_NAMED = """
DELETE FROM note_files WHERE id = ? AND EXISTS (
    SELECT 1 FROM records WHERE kind = ? AND records.id = note_files.id AND rev = ?
)
"""
_NAME = """
INSERT OR IGNORE INTO note_files (id, sha256, root)
SELECT id, ?, root FROM records WHERE kind = ? AND id = ? AND rev = ?
"""


@dataclass(slots=True)
class _Sum:
    """What a page comes to once all its lines are read in order: first removals, then the records that remain.

    puts: by root, and by kind and id. dropped: to the root, if the service told it.
    """

    puts: dict[str, dict[tuple[str, str], FeedLine]] = field(default_factory=dict)
    wiped: set[str] = field(default_factory=set)
    dropped: dict[tuple[str, str], str] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)


def apply_page(connection: Connection, page: Page, now: datetime) -> AppliedPage:
    """Applies a page within the transaction that is open on ``connection``, its cursor included."""
    generation = marks.number(connection, marks.GENERATION)
    if page.fresh:
        # What is held stays readable while everything is read anew; whatever was not sent again is swept at the end.
        generation += 1
        marks.put(connection, marks.GENERATION, generation)
        marks.put(connection, marks.SWEEPING, 1)
        marks.put(connection, marks.CHECKED, "")
    total = _sum_up(page.lines)
    loose = _wipe(connection, total)
    lines = [line for of_root in total.puts.values() for line in of_root.values()]
    _write(connection, lines, generation)
    if not page.more and marks.number(connection, marks.SWEEPING):
        _sweep(connection, generation, total)
        marks.put(connection, marks.SWEEPING, 0)
    # A root that left gives its files up at once. Others may only be on their way to another page of this pull.
    _give_up_files(connection, loose)
    if not page.more and marks.number(connection, marks.ORPHANS):
        _give_up_files(connection, None)
        marks.put(connection, marks.ORPHANS, 0)
    marks.put(connection, marks.CURSOR, page.cursor)
    marks.put(connection, marks.SEEN, page.seen)
    marks.put(connection, marks.TAG, page.tag)
    if not page.more:
        marks.put(connection, marks.SYNCED_AT, to_text(now))
    changed = total.changed | total.entered
    return AppliedPage(
        frozenset(changed - {QUEUE_ROOT}),
        frozenset(total.entered - {QUEUE_ROOT}),
        frozenset(total.left - {QUEUE_ROOT}),
        len(lines),
        queues=QUEUE_ROOT in changed | total.left,
    )


def make_later_indexes(database: Database) -> None:
    """Makes the indexes that a first sync goes without; quick when they are there."""
    with database.read() as connection:
        there = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'records_by_file'"
        ).first()
    if there is None:
        with database.write() as connection:
            for statement in LATER_INDEXES:
                connection.exec_driver_sql(statement)


def _sum_up(lines: Sequence[FeedLine]) -> _Sum:
    total = _Sum()
    for line in lines:
        match line.op:
            case "put":
                of_root = total.puts.setdefault(line.root, {})
                key = (line.kind, line.id)
                earlier = of_root.get(key)
                if earlier is None or line.rev >= earlier.rev:
                    of_root[key] = line
                    total.changed.add(line.root)
            case "drop":
                key = (line.kind, line.id)
                for of_root in total.puts.values():
                    of_root.pop(key, None)
                total.dropped[key] = line.root
            case "enter" | "leave":
                total.puts.pop(line.root, None)
                total.wiped.add(line.root)
                arriving, gone = (
                    (total.entered, total.left) if line.op == "enter" else (total.left, total.entered)
                )
                arriving.add(line.root)
                gone.discard(line.root)
                total.changed.discard(line.root)
    return total


def _wipe(connection: Connection, total: _Sum) -> set[str]:
    """Removes what the page takes away; returns the files of roots that left."""
    loose: set[str] = set()
    for root in sorted(total.left & total.wiped):
        query = select(records.c.sha256).where(records.c.root == root, records.c.sha256 != "")
        loose.update(connection.execute(query).scalars())
        named = select(note_files.c.sha256).where(note_files.c.root == root)
        loose.update(connection.execute(named).scalars())
    removed = 0
    if total.wiped:
        # One prepared statement: a first sync enters thousands of roots of which none is held.
        roots = [(root,) for root in sorted(total.wiped)]
        removed = connection.exec_driver_sql("DELETE FROM records WHERE root = ?", roots).rowcount
        connection.exec_driver_sql("DELETE FROM note_files WHERE root = ?", roots)
    for (kind, identifier), root in total.dropped.items():
        found = connection.execute(
            delete(records)
            .where(records.c.kind == kind, records.c.id == identifier)
            .returning(records.c.root)
        ).scalar()
        removed += found is not None
        if kind in WITH_SEVERAL:
            connection.execute(delete(note_files).where(note_files.c.id == identifier))
        total.changed.add(found or root)
    total.changed.discard("")
    if removed:
        marks.put(connection, marks.ORPHANS, 1)
    return loose


def _write(connection: Connection, lines: Collection[FeedLine], generation: int) -> None:
    rows = [
        (
            line.kind,
            line.id,
            line.root,
            line.rev,
            generation,
            _file_of(line.kind, line.body),
            bytes(line.body),
        )
        for line in lines
    ]
    if rows:
        # In the order of the table, so that a page of new records is appended rather than scattered.
        rows.sort(key=_key)
        connection.exec_driver_sql(_UPSERT, rows)
        _name_files(connection, [line for line in lines if line.kind in WITH_SEVERAL])


def _name_files(connection: Connection, lines: Collection[FeedLine]) -> None:
    """Notes which files these records name, as far as they are what is held now."""
    if not lines:
        return
    before = [(line.id, line.kind, line.rev) for line in lines]
    if connection.exec_driver_sql(_FORGET_NAMED, before).rowcount:
        marks.put(connection, marks.ORPHANS, 1)
    named = [(sha256, line.kind, line.id, line.rev) for line in lines for sha256 in _several_files(line.body)]
    if named:
        connection.exec_driver_sql(_NAME, named)


def _key(row: tuple[str, str, str, int, int, str, bytes]) -> tuple[str, str]:
    return row[0], row[1]


def _file_of(kind: str, body: msgspec.Raw) -> str:
    """The hash of the file a record names, or empty. A body that is not understood names none."""
    try:
        return _ONE_FILE[kind](body) if kind in _ONE_FILE else ""
    except UNREADABLE:
        return ""


def _several_files(body: msgspec.Raw) -> set[str]:
    """The hashes of the files that such a record names. A body that is not understood names none."""
    try:
        return {file.sha256 for file in _SEVERAL.decode(body).files if file.sha256}
    except UNREADABLE:
        return set()


def _sweep(connection: Connection, generation: int, total: _Sum) -> None:
    """Removes what a complete re-reading did not bring again."""
    stale = records.c.generation < generation
    roots = set(connection.execute(select(records.c.root).where(stale).distinct()).scalars())
    if not roots:
        return
    connection.execute(delete(records).where(stale))
    held = exists().where(records.c.kind.in_(WITH_SEVERAL), records.c.id == note_files.c.id)
    connection.execute(delete(note_files).where(~held))
    for root in roots:
        if connection.execute(select(exists().where(records.c.root == root))).scalar():
            total.changed.add(root)
        else:
            total.left.add(root)
    marks.put(connection, marks.ORPHANS, 1)


def _give_up_files(connection: Connection, hashes: Collection[str] | None) -> None:
    """Forgets the keys of files that no record names any more, and notes them for removal from the disk.

    ``hashes``: only these; None looks at every file.
    """
    in_record = exists().where(records.c.sha256 == files.c.sha256, records.c.sha256 != "")
    orphan = ~in_record & ~exists().where(note_files.c.sha256 == files.c.sha256)
    if hashes is not None:
        if not hashes:
            return
        found = {
            sha256
            for sha256 in sorted(hashes)
            if connection.execute(select(files.c.sha256).where(files.c.sha256 == sha256, orphan)).scalar()
        }
    else:
        found = set(connection.execute(select(files.c.sha256).where(orphan)).scalars())
    for sha256 in sorted(found):
        connection.execute(delete(files).where(files.c.sha256 == sha256))
        connection.execute(insert(removals).values(sha256=sha256).on_conflict_do_nothing())
