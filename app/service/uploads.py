"""Files on their way to the service: their parts, when they count as complete, and who may know of them.

A person's upload is a row of their own, and each of its parts is stored and durable before its row is. Nothing of an
upload is told to anybody else: who brings bytes that are here already must bring all of them as well, and only then
has the same right to them. The states are those of ``UploadState``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Update, delete, select, update

from app.domain.people import Person
from app.service import tables as t
from app.service.blobs import BlobStore, Part, record_blob
from app.service.database import reading, transact, upsert
from app.service.errors import Refusal, no_role
from app.service.file_rights import grant, is_hash, may_bring, may_read
from app.service.uploads_whole import Arrived
from app.wire.messages import PART_BYTES, UploadAsk, UploadState

LARGEST = 1 << 50
"""More bytes than any file has: a number beyond it is a fault of whoever sends it, not a large file."""


OPEN_UPLOADS = 200
"""Most uploads one person may have begun and not brought to an end."""


class Stage(StrEnum):
    """Where an upload stands."""

    PARTS = "parts"
    CHECKING = "checking"
    COMPLETE = "complete"
    REFUSED = "refused"


def begin(engine: Engine, person: Person, device_id: str, ask: UploadAsk, now: datetime) -> UploadState:
    """Begins an upload, goes on with one, or begins a refused one anew; whoever may read the file has no need to.

    Raises Refusal 400 for what cannot be a file, 403 for somebody without any role whose notes do not name it, and
    429 while too many others are open.
    """
    if not is_hash(ask.sha256) or not 0 <= ask.size <= LARGEST or "\x00" in ask.media_type:
        raise Refusal(400, "malformed", "The service cannot read this message.")

    def go_on(connection: Connection) -> UploadState:
        if not may_bring(connection, person, ask.sha256):
            raise no_role()
        if may_read(connection, person, device_id, ask.sha256, now):
            # The author's own copy is not wanted, so that nothing their notes name may wait for it any longer.
            grant(connection, person.id, ask.sha256, now)
            size = connection.scalar(select(t.blobs.c.size).where(t.blobs.c.sha256 == ask.sha256))
            return _state(ask.sha256, ask.size if size is None else size, Stage.COMPLETE)
        _refuse_too_many(connection, person.id, ask.sha256)
        insert = upsert(connection, t.uploads).values(
            person_id=person.id,
            sha256=ask.sha256,
            size=ask.size,
            media_type=ask.media_type[:200],
            device_id=device_id,
            state=Stage.PARTS,
            began_at=now,
            changed_at=now,
        )
        connection.execute(insert.on_conflict_do_nothing())
        row = _locked(connection, person.id, ask.sha256)
        if row.state == Stage.REFUSED or (row.state == Stage.PARTS and row.size != ask.size):
            _begin_anew(connection, person.id, ask, now)
            return _state(ask.sha256, ask.size, Stage.PARTS)
        return _state_of(connection, row)

    return transact(engine, go_on)


def expected_part(engine: Engine, person: Person, sha256: str, number: int) -> int:
    """How many bytes this part must have. Raises Refusal 404 for an upload that was never begun, 400 for a part that
    the file does not have.
    """
    with reading(engine) as connection:
        row = connection.execute(_query(person.id, sha256)).one_or_none()
    if row is None:
        raise _unknown()
    if not 0 <= number < parts_in(row.size):
        raise Refusal(400, "part_unknown", "The file that was announced has no such piece.")
    return part_size(row.size, number)


def keep_part(
    engine: Engine,
    blobs: BlobStore,
    person: Person,
    sha256: str,
    number: int,
    part_sha256: str,
    content: bytes | bytearray,
    now: datetime,
) -> None:
    """Stores a part whose hash is verified, and then notes it. The same part again changes nothing.

    Raises Refusal 409 ``part_differs`` where another content stands for it, ``upload_restarted`` when the upload is
    no longer one that takes parts.
    """
    with reading(engine) as connection:
        known = connection.scalar(_part_query(person.id, sha256, number))
    if known == part_sha256:
        return
    if known is None:
        blobs.put_part(part_sha256, content)

    def note(connection: Connection) -> str:
        row = _locked(connection, person.id, sha256)
        standing = row.state == Stage.PARTS and part_size(row.size, number) == len(content)
        if standing:
            insert = upsert(connection, t.upload_parts).values(
                person_id=person.id, sha256=sha256, part=number, part_sha256=part_sha256, size=len(content)
            )
            connection.execute(insert.on_conflict_do_nothing())
            connection.execute(_update(person.id, sha256).values(changed_at=now))
        return connection.scalar(_part_query(person.id, sha256, number)) or ""

    noted = transact(engine, note)
    if not noted:
        raise Refusal(
            409,
            "upload_restarted",
            "The service does not expect this piece of the file now.",
            "Ask how the upload stands; nothing was lost.",
        )
    if noted != part_sha256:
        raise Refusal(
            409,
            "part_differs",
            "Another content was sent for this piece of the file before.",
            "The file changed while it was being sent; add it again.",
        )


def ask_complete(engine: Engine, person: Person, sha256: str, now: datetime) -> UploadState:
    """Everything was sent: from now on it is *checking*, unless parts are missing. Raises Refusal 404."""

    def ask(connection: Connection) -> UploadState:
        row = _locked(connection, person.id, sha256)
        if row.state != Stage.PARTS:
            return _state_of(connection, row)
        state = _state_of(connection, row)
        if len(state.parts) < parts_in(row.size):
            state.state, state.code = Stage.REFUSED, "parts_missing"
            state.says = "Some pieces of the file have not arrived yet."
            return state
        connection.execute(_update(person.id, sha256).values(state=Stage.CHECKING, changed_at=now))
        return _state(sha256, row.size, Stage.CHECKING)

    return transact(engine, ask)


def standing(engine: Engine, person_id: str, sha256: str) -> UploadState:
    """How an upload stands now. Raises Refusal 404."""
    with reading(engine) as connection:
        row = connection.execute(_query(person_id, sha256)).one_or_none()
        if row is None:
            raise _unknown()
        return _state_of(connection, row)


def parts_sent(connection: Connection, person_id: str, sha256: str) -> list[Part]:
    """The parts of an upload, in order."""
    table = t.upload_parts
    query = (
        select(table.c.part_sha256, table.c.size)
        .where(table.c.person_id == person_id, table.c.sha256 == sha256)
        .order_by(table.c.part)
    )
    return [Part(row.part_sha256, row.size) for row in connection.execute(query)]


def bring_whole(
    engine: Engine, person: Person, device_id: str, file: Arrived, media_type: str, now: datetime
) -> None:
    """Notes a file that came as a whole and was verified while it came. What was sent of it before is passed over."""

    def note(connection: Connection) -> bool:
        insert = upsert(connection, t.uploads).values(
            person_id=person.id,
            sha256=file.sha256,
            size=file.size,
            media_type=media_type[:200],
            device_id=device_id,
            state=Stage.PARTS,
            began_at=now,
            changed_at=now,
        )
        connection.execute(insert.on_conflict_do_nothing())
        if _locked(connection, person.id, file.sha256).state == Stage.COMPLETE:
            return False
        _drop_parts(connection, person.id, file.sha256)
        key = {"person_id": person.id, "sha256": file.sha256}
        if file.parts:
            connection.execute(
                t.upload_parts.insert(),
                [
                    {**key, "part": number, "part_sha256": part.sha256, "size": part.size}
                    for number, part in enumerate(file.parts)
                ],
            )
        connection.execute(
            _update(person.id, file.sha256).values(
                state=Stage.CHECKING, size=file.size, code="", says="", changed_at=now
            )
        )
        return True

    # What dies between the two is checked once more when it is asked for.
    if transact(engine, note):
        accept(engine, person.id, file.sha256, now)


def accept(engine: Engine, person_id: str, sha256: str, now: datetime) -> None:
    """The whole has the hash it was announced with: the file is here, and its author may read and link it."""

    def take(connection: Connection) -> None:
        row = _locked(connection, person_id, sha256)
        if row.state != Stage.CHECKING:
            return
        parts = parts_sent(connection, person_id, sha256)
        if record_blob(connection, sha256, row.size, now) and parts:
            connection.execute(
                t.blob_parts.insert(),
                [
                    {"sha256": sha256, "part": number, "part_sha256": part.sha256, "size": part.size}
                    for number, part in enumerate(parts)
                ],
            )
        connection.execute(_update(person_id, sha256).values(state=Stage.COMPLETE, changed_at=now))
        grant(connection, person_id, sha256, now)

    transact(engine, take)


def refuse(engine: Engine, person_id: str, sha256: str, now: datetime) -> None:
    """The whole is not what was announced: its parts are thrown away, and the next asking begins it anew."""

    def drop(connection: Connection) -> None:
        row = _locked(connection, person_id, sha256)
        if row.state != Stage.CHECKING:
            return
        _drop_parts(connection, person_id, sha256)
        connection.execute(
            _update(person_id, sha256).values(
                state=Stage.REFUSED,
                code="file_changed",
                says="The file that arrived is not the file that was announced.",
                changed_at=now,
            )
        )

    transact(engine, drop)


def lose_part(engine: Engine, person_id: str, sha256: str, part_sha256: str, now: datetime) -> None:
    """The store no longer has this part (it was restored from an older state): it is asked for again."""

    def forget(connection: Connection) -> None:
        row = _locked(connection, person_id, sha256)
        if row.state != Stage.CHECKING:
            return
        table = t.upload_parts
        connection.execute(
            delete(table).where(
                table.c.person_id == person_id,
                table.c.sha256 == sha256,
                table.c.part_sha256 == part_sha256,
            )
        )
        connection.execute(_update(person_id, sha256).values(state=Stage.PARTS, changed_at=now))

    transact(engine, forget)


def parts_in(size: int) -> int:
    """How many parts a file of so many bytes has; an empty one has none."""
    return -(-size // PART_BYTES)


def part_size(size: int, number: int) -> int:
    """Bytes of one part of a file of ``size`` bytes; parts count from 0."""
    return min(PART_BYTES, size - number * PART_BYTES)


def _refuse_too_many(connection: Connection, person_id: str, sha256: str) -> None:
    table = t.uploads
    under_way = select(table.c.sha256).where(
        table.c.person_id == person_id, table.c.state.in_((Stage.PARTS, Stage.CHECKING))
    )
    open_now = connection.scalars(under_way.limit(OPEN_UPLOADS)).all()
    if len(open_now) >= OPEN_UPLOADS and not connection.scalar(under_way.where(table.c.sha256 == sha256)):
        raise Refusal(
            429,
            "too_many_uploads",
            "Too many files of yours are on their way at once.",
            "Let some of them arrive first; nothing was lost.",
            retry_after=60,
        )


def _begin_anew(connection: Connection, person_id: str, ask: UploadAsk, now: datetime) -> None:
    _drop_parts(connection, person_id, ask.sha256)
    connection.execute(
        _update(person_id, ask.sha256).values(
            state=Stage.PARTS, size=ask.size, code="", says="", began_at=now, changed_at=now
        )
    )


def _drop_parts(connection: Connection, person_id: str, sha256: str) -> None:
    # The objects stay: the same part may belong to another file, or be on its way to one at this very moment.
    table = t.upload_parts
    connection.execute(delete(table).where(table.c.person_id == person_id, table.c.sha256 == sha256))


def _locked(connection: Connection, person_id: str, sha256: str) -> Row[Any]:
    row = connection.execute(_query(person_id, sha256).with_for_update()).one_or_none()
    if row is None:
        raise _unknown()
    return row


def _query(person_id: str, sha256: str) -> Select[Any]:
    table = t.uploads
    return select(table).where(table.c.person_id == person_id, table.c.sha256 == sha256)


def _part_query(person_id: str, sha256: str, number: int) -> Select[str]:
    table = t.upload_parts
    return select(table.c.part_sha256).where(
        table.c.person_id == person_id, table.c.sha256 == sha256, table.c.part == number
    )


def _update(person_id: str, sha256: str) -> Update:
    return update(t.uploads).where(t.uploads.c.person_id == person_id, t.uploads.c.sha256 == sha256)


def _state_of(connection: Connection, row: Row[Any]) -> UploadState:
    state = _state(row.sha256, row.size, Stage(row.state))
    if row.state == Stage.PARTS:
        table = t.upload_parts
        query = select(table.c.part).where(table.c.person_id == row.person_id, table.c.sha256 == row.sha256)
        state.parts = list(connection.scalars(query.order_by(table.c.part)))
    state.code, state.says = row.code, row.says
    return state


def _state(sha256: str, size: int, stage: Stage) -> UploadState:
    return UploadState(sha256=sha256, size=size, part_size=PART_BYTES, state=stage.value)


def _unknown() -> Refusal:
    return Refusal(
        404,
        "upload_unknown",
        "The service knows of no such file of yours.",
        "Announce it again; nothing was lost.",
    )
