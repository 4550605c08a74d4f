"""Files of an Engagement Document: looked into, added for a measure or an objective, withdrawn before signing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from app.domain.engagement import asked_objectives
from app.domain.errors import KnownError
from app.domain.people import Permission, Person
from app.domain.reviews import CedFile
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import BlobStore
from app.service.database import reading
from app.service.engagement_desk import KeptCed, framework_of, in_ced, must_be_open, must_be_theirs
from app.service.evidence_desk import BROWSER, Taken
from app.service.evidence_look import look_into, plain_name
from app.service.feed import Changes
from app.service.file_rights import file_for


def add_ced_file(
    engine: Engine,
    blobs: BlobStore,
    person: Person,
    review_id: str,
    code: str,
    name: str,
    sha256: str,
    now: datetime,
) -> Taken:
    """Takes a file that the person has brought here, once it was looked into. ``code``: of the measure, or of the
    objective as a whole, that it is for. The same file again at the same place changes nothing.

    Raises EvidenceRefused with the reason, KnownError for somebody who may not, for a document that is signed and for
    a code that is not asked of this centre, and Refusal 404 for a file they have not brought.
    """
    name = plain_name(name)
    with reading(engine) as connection:
        _check_place(must_be_theirs(connection, person, review_id, Permission.FILL_IN_CED), code)
        file = file_for(connection, person, BROWSER, sha256, now)
    judged = look_into(blobs, file, name)
    record = CedFile(
        id=new_id(),
        review_id=review_id,
        code=code,
        name=name,
        sha256=sha256,
        size=file.size,
        media_type=judged.media_type[:255],
    )

    def add(connection: Connection, kept: KeptCed) -> Taken:
        _check_place(kept, code)
        twin = _twin(connection, record)
        if twin is None:
            connection.execute(
                t.ced_files.insert().values(
                    id=record.id,
                    review_id=review_id,
                    code=code,
                    name=name,
                    sha256=sha256,
                    size=record.size,
                    media_type=record.media_type,
                    verdict=judged.verdict.value,
                    says=judged.reason,
                    added_by=person.id,
                    added_at=now,
                )
            )
            changes = Changes(now=now)
            changes.put(record)
            changes.publish(connection)
        return Taken(twin or record.id, name, judged.verdict.value, judged.reason, judged.warning)

    return in_ced(engine, person, review_id, Permission.FILL_IN_CED, add)


def withdraw_ced_file(engine: Engine, person: Person, review_id: str, file_id: str, now: datetime) -> None:
    """Takes a file back, which is possible until the document is signed: it leaves every desktop and stays on record.

    Raises KnownError for one that is not there, and as ``add_ced_file``.
    """

    def withdraw(connection: Connection, kept: KeptCed) -> None:
        must_be_open(kept)
        table = t.ced_files
        taken = connection.execute(
            update(table)
            .where(table.c.id == file_id, table.c.review_id == review_id, table.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now, withdrawn_by=person.id)
        )
        if not taken.rowcount:
            raise KnownError("file_unknown", "This is not among the files any more.", "Load the page again.")
        changes = Changes(now=now)
        changes.drop("ced_file", file_id, review_id)
        changes.publish(connection)

    in_ced(engine, person, review_id, Permission.FILL_IN_CED, withdraw)


def _check_place(kept: KeptCed, code: str) -> None:
    """Raises KnownError unless the document takes files now, and this code is asked of the centre (Q-05, Q-14)."""
    must_be_open(kept)
    framework = framework_of(kept)
    asked = {objective.code for objective in asked_objectives(framework, kept.ced.register_only)}
    objective = framework.objective(code)
    if objective is None or objective.code not in asked:
        raise KnownError(
            "code_unknown", "Choose the objective or measure that the file is for.", "Then add it again."
        )


def _twin(connection: Connection, record: CedFile) -> str | None:
    """The same file that stands at the same place already."""
    table = t.ced_files
    return connection.scalar(
        select(table.c.id)
        .where(
            table.c.review_id == record.review_id,
            table.c.code == record.code,
            table.c.sha256 == record.sha256,
            table.c.name == record.name,
            table.c.withdrawn_at.is_(None),
        )
        .limit(1)
    )
