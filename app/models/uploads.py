"""Files that the person added here: kept with their keys until the service's backups hold them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.domain.attached import AttachedFile
from app.domain.dates import from_text, to_text
from app.models.database import Database
from app.models.entries import ATTENTION, ActState
from app.models.kept_files import Upload, UploadStage
from app.models.tables import drafts, outbox, uploads

UNREFERENCED = timedelta(days=1)
"""After this a file that no act and no draft names is a leftover of a crash."""


class Uploads:
    """The files of one profile that are its own. Any thread may call; every call is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def keep(self, file: AttachedFile, key: bytes, *, request_id: str, act_id: str) -> bytes:
        """Remembers a file and its key before the file is written and before the act that names it is recorded.

        Returns the key under which it is to be sealed: the one it was kept with before, if it was.
        """
        row = insert(uploads).values(
            sha256=file.sha256,
            act_id=act_id,
            request_id=request_id,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            key=key,
            state=UploadStage.WAITING.value,
            says="",
            added_at=to_text(self._clock()),
            tries=0,
            beyond=-1,
        )
        with self._database.write() as connection:
            known = connection.execute(
                select(uploads.c.key).where(uploads.c.sha256 == file.sha256).limit(1)
            ).scalar()
            if known is not None:
                row = row.values(key=known)
            connection.execute(row.on_conflict_do_nothing())
            return bytes(key if known is None else known)

    def key(self, sha256: str) -> bytes | None:
        """The key of a file that was added here, or None."""
        query = select(uploads.c.key).where(uploads.c.sha256 == sha256).limit(1)
        with self._database.read() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def all(self) -> tuple[Upload, ...]:
        """Every file that is kept, in the order in which they were added."""
        return self._where() if self.any() else ()

    def any(self) -> bool:
        """Whether any file is kept."""
        query = select(uploads.c.sha256).limit(1)
        return self._database.remembered(
            "any file", lambda connection: connection.execute(query).first() is not None
        )

    def due(self) -> tuple[Upload, ...]:
        """Files that the service may not have yet and should: their acts are recorded, and not refused."""
        unsent = uploads.c.state.in_((UploadStage.WAITING, UploadStage.SENDING))
        wanted = outbox.c.state.not_in((*ATTENTION, ActState.TAKEN_BACK))
        return self._where(unsent, wanted)

    def settling(self) -> tuple[Upload, ...]:
        """Files that the service has and its backups may not."""
        return self._where(uploads.c.state == UploadStage.COMPLETE)

    def note(self, upload: Upload, stage: UploadStage, says: str = "") -> None:
        """Where the file stands now, in words if it does not go on."""
        self._update(upload, state=stage.value, says=says)

    def note_complete(self, upload: Upload) -> None:
        """The service has the whole file. Which backup will hold it the next pull tells."""
        self._update(upload, state=UploadStage.COMPLETE.value, says="", tries=upload.act_tries, beyond=-1)

    def note_pulled(self, seen: int) -> None:
        """Everything up to ``seen`` was pulled after these files were complete: a backup that reaches further was
        made later, and holds them.
        """
        fresh = and_(uploads.c.state == UploadStage.COMPLETE, uploads.c.beyond < 0)
        if self._any(fresh):
            with self._database.write() as connection:
                connection.execute(update(uploads).where(fresh).values(beyond=seen))

    def offer_again(self) -> int:
        """Files whose acts had to be offered anew go to the service again as well: it lost what came since its last
        backup. Returns how many.
        """
        act = exists().where(outbox.c.act_id == uploads.c.act_id, outbox.c.tries != uploads.c.tries)
        lost = and_(uploads.c.state == UploadStage.COMPLETE, act)
        if not self._any(lost):
            return 0
        with self._database.write() as connection:
            changed = connection.execute(
                update(uploads).where(lost).values(state=UploadStage.WAITING.value, beyond=-1)
            )
            return int(changed.rowcount)

    def retry(self) -> int:
        """Files that the service refused are offered once more; returns how many."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(uploads)
                .where(uploads.c.state == UploadStage.REFUSED)
                .values(state=UploadStage.WAITING.value, says="")
            )
            return int(changed.rowcount)

    def drop(self, upload: Upload) -> bool:
        """Forgets a file for one act, and its key with the last of them. Returns whether that was the last."""
        same = and_(uploads.c.sha256 == upload.sha256, uploads.c.act_id == upload.act_id)
        with self._database.write() as connection:
            connection.execute(delete(uploads).where(same))
            left = select(uploads.c.act_id).where(uploads.c.sha256 == upload.sha256).limit(1)
            last = connection.execute(left).first() is None
        self._database.clear_log()
        return last

    def leftovers(self) -> tuple[Upload, ...]:
        """Files added more than a day ago for an act that was never recorded and that no draft speaks of."""
        before = to_text(self._clock() - UNREFERENCED)
        drafted = exists().where(
            (func.instr(drafts.c.body, uploads.c.sha256) > 0)
            | (func.instr(drafts.c.body, uploads.c.act_id) > 0)
        )
        return self._where(outbox.c.act_id.is_(None), uploads.c.added_at < before, ~drafted)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Upload, ...]:
        query = (
            select(
                uploads,
                outbox.c.state.label("act_state"),
                func.coalesce(outbox.c.tries, 0).label("act_tries"),
                func.coalesce(outbox.c.covered, False).label("covered"),
            )
            .outerjoin(outbox, outbox.c.act_id == uploads.c.act_id)
            .where(*conditions)
            .order_by(uploads.c.added_at, uploads.c.sha256)
        )
        with self._database.read() as connection:
            return tuple(_upload(row) for row in connection.execute(query))

    def _update(self, upload: Upload, **values: Any) -> None:
        same = and_(uploads.c.sha256 == upload.sha256, uploads.c.act_id == upload.act_id)
        with self._database.write() as connection:
            connection.execute(update(uploads).where(same).values(**values))

    def _any(self, condition: ColumnElement[bool]) -> bool:
        """Asked first, so that a sync with nothing new writes nothing."""
        with self._database.read() as connection:
            return connection.execute(select(uploads.c.sha256).where(condition).limit(1)).first() is not None


def _upload(row: Any) -> Upload:
    return Upload(
        sha256=row.sha256,
        act_id=row.act_id,
        request_id=row.request_id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        key=bytes(row.key),
        stage=UploadStage(row.state),
        says=row.says,
        added_at=from_text(row.added_at),
        tries=row.tries,
        beyond=row.beyond,
        act_state=None if row.act_state is None else ActState(row.act_state),
        act_tries=row.act_tries,
        covered=bool(row.covered),
    )
