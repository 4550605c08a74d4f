"""``cache.db``: what the service said. Written by pull alone and rebuildable at any time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, select, true, update
from sqlalchemy.dialects.sqlite import insert

from app.domain.dates import from_text, to_text
from app.domain.errors import KnownError
from app.domain.moderation import ModerationRequest, QueueRow
from app.domain.reviews import Review, ReviewRow
from app.models import marks
from app.models.database import Database
from app.models.held import AppliedPage, Page, Sums, Unreadable
from app.models.manifest import sums_of
from app.models.pages import apply_page, make_later_indexes
from app.models.tables import files, note_files, records, removals
from app.wire.codec import KINDS, Codec, Record, UpdateNeeded

__all__ = ["AppliedPage", "CacheStore", "Page", "Unreadable"]

T = TypeVar("T")

_PLACE = {kind: place for place, kind in enumerate(KINDS)}
_MANY = 500
_ROWS = select(records.c.kind, records.c.id, records.c.root, records.c.rev, records.c.body)

# CROSS JOIN fixes the order: from the few files that are here to their requests, never through every record.
_COUNTS = """
SELECT record.root, count(file.sha256), count(*)
FROM (
    SELECT DISTINCT named.root FROM files AS file CROSS JOIN records AS named ON named.sha256 = file.sha256
    WHERE file.here AND named.sha256 <> ''
) AS begun
CROSS JOIN records AS record ON record.root = begun.root
LEFT JOIN files AS file ON file.sha256 = record.sha256 AND file.here
WHERE record.kind IN ('evidence', 'ced_file') AND record.sha256 <> ''
GROUP BY record.root
"""


class CacheStore:
    """The service's records on this laptop. Any thread may call; readers never wait for a page being written.

    Every call may raise the ``KnownError`` of a full disk, a locked or a damaged file.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """``clock`` dates the last sync for the person; no rule depends on it."""
        self._database = database
        self._clock = clock
        self._codec = Codec()
        self._log_due = False
        self._indexed = False
        # When the cache was last in step, and which such moment is in the file.
        self._synced: datetime | None = None
        self._synced_kept: datetime | None = None

    # -- pulling ------------------------------------------------------------------------------------------------

    def apply_page(self, page: Page) -> AppliedPage:
        """Writes one complete page and its cursor in one transaction; records of a root that left are wiped."""
        if self._nothing_new(page):
            # Most pages: nothing is written, so that a computer at rest stays at rest.
            self._synced = self._clock()
            done = AppliedPage(frozenset(), frozenset(), frozenset(), 0)
        else:
            now = self._clock()
            with self._database.write() as connection:
                done = apply_page(connection, page, now)
            if not page.more:
                self._synced = self._synced_kept = now
        self._log_due = self._log_due or bool(done.left)
        return done

    def clear_what_left(self) -> None:
        """What left must not linger in the log. To be called after each page, once the page was told as written. A
        reader in the way is waited for until the next page.
        """
        if self._log_due:
            self._log_due = not self._database.clear_log()

    def make_later_indexes(self) -> None:
        """Makes the indexes that a first sync goes without. To be called once everything was pulled and told; quick
        when they are there. Work is saved in another file and does not wait for this, nor does any reader.
        """
        if not self._indexed:
            make_later_indexes(self._database)
            self._indexed = True

    def cursor(self) -> str:
        """Where the feed was left; empty before the first page."""
        return self._marks().get(marks.CURSOR, "")

    def seen(self) -> int:
        """The feed number up to which everything has been pulled."""
        return int(self._marks().get(marks.SEEN) or 0)

    def seen_tag(self) -> str:
        """Names a head of the feed at or after ``seen``, so that a service that lost a day does not take a number of
        that day for one of its own; empty before the first page, and if the service told none.
        """
        return self._marks().get(marks.TAG, "")

    def last_synced(self) -> datetime | None:
        """When the cache was last in step with the service, by this computer's clock."""
        if self._synced is not None:
            return self._synced
        found = self._marks().get(marks.SYNCED_AT)
        return from_text(found) if found else None

    # -- comparing with the service -----------------------------------------------------------------------------

    def sums(self, *, by_root: bool = False) -> Sums:
        """How many records of each kind are held, and their digests; by root only when asked. One reading of all."""
        with self._database.read() as connection:
            return sums_of(connection, by_root=by_root)

    def checked(self) -> str:
        """When the service last confirmed what is held here: its own time as it told it; empty if it has not yet."""
        return self._marks().get(marks.CHECKED, "")

    def note_checked(self, service_time: str) -> None:
        with self._database.write() as connection:
            marks.put(connection, marks.CHECKED, service_time)

    # -- records ------------------------------------------------------------------------------------------------

    def requests(self) -> list[ModerationRequest | Unreadable]:
        """Every request in my scope, by id."""
        return self._of_kind("request", ModerationRequest)

    def queue_rows(self) -> list[QueueRow | Unreadable]:
        """Every thin row of the queues that I may see, by id; the request itself is here only if it was opened."""
        return self._of_kind("queue_row", QueueRow)

    def reviews(self) -> list[Review | Unreadable]:
        """Every quality review that is held whole, by id."""
        return self._of_kind("review", Review)

    def review_rows(self) -> list[ReviewRow | Unreadable]:
        """Every thin row of a review that I may see, by id; the review itself is here only if it is mine or opened."""
        return self._of_kind("review_row", ReviewRow)

    def _of_kind(self, kind: str, record_type: type[T]) -> list[T | Unreadable]:
        query = _ROWS.where(records.c.kind == kind).order_by(records.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        decoded = (self._decoded(*row) for row in rows)
        return [record for record in decoded if isinstance(record, (record_type, Unreadable))]

    def roots_here(self, roots: Collection[str]) -> frozenset[str]:
        """Those of these roots of which anything is held."""
        wanted = sorted(set(roots))
        found: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(wanted), _MANY):
                part = wanted[start : start + _MANY]
                query = select(records.c.root).where(records.c.root.in_(part)).distinct()
                found.update(connection.execute(query).scalars())
        return frozenset(found)

    def root(self, request_id: str) -> list[Record | Unreadable]:
        """Everything that hangs on one request, in the order in which a root is sent; empty when it is not here."""
        query = _ROWS.where(records.c.root == request_id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        ordered = sorted(rows, key=lambda row: (_PLACE.get(row[0], len(KINDS)), row[0], row[1]))
        return [self._decoded(*row) for row in ordered]

    def record(self, kind: str, identifier: str) -> Record | Unreadable | None:
        query = _ROWS.where(records.c.kind == kind, records.c.id == identifier)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else self._decoded(*row)

    def count(self, kind: str) -> int:
        with self._database.read() as connection:
            found = connection.execute(select(func.count()).where(records.c.kind == kind)).scalar()
        return int(found or 0)

    def revs(self, kind: str) -> dict[str, int]:
        """The id and rev of every record of a kind, to compare with the service's manifest."""
        with self._database.read() as connection:
            found = connection.execute(select(records.c.id, records.c.rev).where(records.c.kind == kind))
            return dict(found.all())

    # -- files --------------------------------------------------------------------------------------------------

    def evidence_counts(self) -> dict[str, tuple[int, int]]:
        """By request or review how many of the centre's files lie here, of how many; those without any are left out,
        so that the cost follows what was fetched and not the size of the cache.
        """
        with self._database.read() as connection:
            return {root: (here, total) for root, here, total in connection.exec_driver_sql(_COUNTS)}

    def file_key(self, sha256: str) -> bytes | None:
        """The key of a file that lies here whole, or None."""
        return self.file_keys([sha256]).get(sha256)

    def file_keys(self, hashes: Collection[str]) -> Mapping[str, bytes]:
        """The keys of those files that lie here whole."""
        wanted = sorted(set(hashes))
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _MANY):
                part = wanted[start : start + _MANY]
                query = select(files.c.sha256, files.c.key).where(files.c.here, files.c.sha256.in_(part))
                found.update(connection.execute(query).all())
        return found

    def reserve_file(self, sha256: str, size: int, new_key: bytes) -> bytes | None:
        """The key under which a file is to be kept: the one already known for it, else ``new_key``, which is
        remembered before the file exists, so that no crash leaves a file without its key.

        None when no record here names the file (any more).
        """
        statement = insert(files).values(sha256=sha256, key=new_key, size=size, here=False)
        with self._database.write() as connection:
            if not _named(connection, sha256):
                return None
            connection.execute(statement.on_conflict_do_nothing(index_elements=["sha256"]))
            connection.execute(removals.delete().where(removals.c.sha256 == sha256))
            return connection.execute(select(files.c.key).where(files.c.sha256 == sha256)).scalar()

    def file_arrived(self, sha256: str) -> bool:
        """Marks a reserved file as whole. False when its request left meanwhile; then the file is to be removed."""
        with self._database.write() as connection:
            changed = connection.execute(update(files).where(files.c.sha256 == sha256).values(here=True))
            return bool(changed.rowcount)

    def file_lost(self, sha256: str) -> None:
        """The file is missing or damaged on the disk: it counts as not fetched, and may be fetched again."""
        with self._database.write() as connection:
            connection.execute(update(files).where(files.c.sha256 == sha256).values(here=False))

    def files_to_remove(self) -> tuple[str, ...]:
        """Files whose keys are gone because nothing here names them any more."""
        query = select(removals.c.sha256).order_by(removals.c.sha256)
        return self._database.remembered(
            "files to remove", lambda connection: tuple(connection.execute(query).scalars())
        )

    def file_removed(self, sha256: str) -> None:
        with self._database.write() as connection:
            connection.execute(removals.delete().where(removals.c.sha256 == sha256))

    def close(self) -> None:
        """Lets go of the file; the moment of the last sync is noted in it first."""
        if self._synced is not None and self._synced != self._synced_kept:
            with suppress(KnownError), self._database.write() as connection:
                marks.put(connection, marks.SYNCED_AT, to_text(self._synced))
            self._synced_kept = self._synced
        self._database.close()

    def _nothing_new(self, page: Page) -> bool:
        """Whether a page says no more than that all is as it was."""
        if page.lines or page.more or page.fresh:
            return False
        known = self._marks()
        unfinished = {known.get(mark, "0") for mark in (marks.SWEEPING, marks.ORPHANS)} != {"0"}
        as_before = (known.get(marks.CURSOR), known.get(marks.SEEN)) == (page.cursor, str(page.seen))
        return as_before and not unfinished and {marks.SYNCED_AT, marks.TAG} <= known.keys()

    def _marks(self) -> Mapping[str, str]:
        return self._database.remembered("marks", marks.everything)

    def _decoded(self, kind: str, identifier: str, root: str, rev: int, body: bytes) -> Record | Unreadable:
        try:
            return self._codec.record(kind, identifier, root, rev, body)
        except UpdateNeeded as error:
            return Unreadable(kind, identifier, root, error)


def _named(connection: Connection, sha256: str) -> bool:
    in_record = select(true()).where(records.c.sha256 == sha256, records.c.sha256 != "").limit(1)
    in_note = select(true()).where(note_files.c.sha256 == sha256).limit(1)
    return any(connection.execute(query).scalar() is not None for query in (in_record, in_note))
