"""A centre's evidence: added, looked into, taken back, and declared complete (M-42 to M-50, D-6).

Nothing here asks an outside address. A file is looked into before the transaction that takes it, in a child process of
its own; what the look found stays with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, update

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.evidence import MAY_BE_NOT_APPLICABLE, Evidence, EvidenceKind
from app.domain.life import TAKES_EVIDENCE, after_evidence_complete
from app.domain.moderation import ModerationRequest, RequestState, Sample
from app.domain.people import Person
from app.domain.platforms import checked_url
from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import BlobStore
from app.service.database import reading, transact
from app.service.evidence_checklist import (
    LINK_NOT_AGREED,
    Checklist,
    Given,
    Need,
    Place,
    checklist,
    declared_at,
)
from app.service.evidence_look import EvidenceRefused, look_into, plain_name
from app.service.evidence_spot import check_spot, must_take_evidence
from app.service.feed import Changes, lock_requests
from app.service.file_rights import file_for
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.records import LINK_AGREED, load_requests, request_row
from app.service.standing import agreement_for

__all__ = [
    "BROWSER",
    "Checklist",
    "EvidenceRefused",
    "Given",
    "Need",
    "Place",
    "Taken",
    "attach_link",
    "attach_upload",
    "checklist",
    "declare_complete",
    "not_applicable",
    "withdraw_evidence",
]

BROWSER = "portal"
"""The device that every browser counts as: what is held on other devices of the person is none of its."""

REASON_LIMIT = 2_000
"""Characters of a reason why there is none of a kind."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """A piece of evidence as it was taken: its id, what was found, and the sentence that says so.

    warning: the same sentence when its owner should know it although the file was taken; else empty.
    """

    id: str
    name: str
    verdict: str
    says: str
    warning: str = ""


def attach_upload(
    engine: Engine,
    blobs: BlobStore,
    person: Person,
    request_id: str,
    sample_id: str,
    kind: EvidenceKind,
    name: str,
    sha256: str,
    now: datetime,
    *,
    takes: frozenset[RequestState] = TAKES_EVIDENCE,
) -> Taken:
    """Takes a file that the person has brought here, once it was looked into (M-46). ``sample_id`` empty: it counts
    for the whole request. The same file again at the same place changes nothing. takes: the states in which.

    Raises EvidenceRefused with the reason and what to do (M-47), KnownError for somebody who may not, a request that
    takes no evidence now, a scanner that does not answer, and Refusal 404 for a file they have not brought.
    """
    name = plain_name(name)
    with reading(engine) as connection:
        check_spot(connection, must_take_evidence(connection, person, request_id, takes), sample_id, kind)
        file = file_for(connection, person, BROWSER, sha256, now)
    judged = look_into(blobs, file, name)
    record = Evidence(
        id=new_id(),
        request_id=request_id,
        sample_id=sample_id,
        kind=kind,
        name=name,
        sha256=sha256,
        size=file.size,
        media_type=judged.media_type[:255],
    )
    return _add(engine, person, record, judged.verdict.value, judged.reason, judged.warning, now, takes)


def attach_link(
    engine: Engine,
    person: Person,
    request_id: str,
    sample_id: str,
    kind: EvidenceKind,
    url: str,
    now: datetime,
    name: str = "",
) -> Taken:
    """Notes where evidence lies on the centre's own platform; nobody asks that address.

    Where an agreement is in force for the platform the link alone is enough, also once the agreement has ended (M-43);
    else it stands beside files (M-44). Raises KnownError ``url_invalid`` (M-45), and as ``attach_upload``.
    """
    link = checked_url(url)
    with reading(engine) as connection:
        request = must_take_evidence(connection, person, request_id)
        check_spot(connection, request, sample_id, kind)
        agreed = agreement_for(connection, request.centre_id, request.awarding_body, link, london_day(now))
    record = Evidence(
        id=new_id(),
        request_id=request_id,
        sample_id=sample_id,
        kind=kind,
        name=plain_name(name) if name.strip() else "Link to your platform",
        sha256="",
        size=0,
        url=link,
        agreed=agreed is not None,
    )
    if agreed is not None:
        says = "Your platform is agreed, so the link alone is enough."
        return _add(engine, person, record, LINK_AGREED, says, "", now)
    says = "There is no agreement for this platform, so the link alone is not enough: add the files as well."
    return _add(engine, person, record, LINK_NOT_AGREED, says, says, now)


def not_applicable(
    engine: Engine, person: Person, request_id: str, kind: EvidenceKind, reason: str, now: datetime
) -> Taken:
    """The centre declares that there is none of a kind, and why; only four kinds may be so (D-6).

    Raises KnownError for any other kind, without a reason, and as ``attach_upload``.
    """
    words = reason.strip()
    if kind not in MAY_BE_NOT_APPLICABLE:
        raise KnownError(
            "always_needed", f"{kind.words} is always needed; it cannot be “not applicable”.", "Add it."
        )
    if not words or len(words) > REASON_LIMIT or "\x00" in words:
        raise KnownError(
            "reason_missing",
            f"Say why there is no {kind.in_sentence}.",
            f"A sentence is enough; {REASON_LIMIT:,} characters are possible.",
        )
    record = Evidence(
        id=new_id(),
        request_id=request_id,
        sample_id="",
        kind=kind,
        name="",
        sha256="",
        size=0,
        not_applicable=words,
    )
    return _add(engine, person, record, "", "", "", now)


def withdraw_evidence(
    engine: Engine, person: Person, request_id: str, evidence_id: str, now: datetime
) -> None:
    """Takes back something that was added since the last declaration: it leaves every desktop and stays on record.

    Raises KnownError for what is not there or was declared already, and as ``attach_upload``.
    """

    def withdraw(connection: Connection, request: ModerationRequest) -> None:
        table = t.evidence
        row = connection.execute(
            select(table).where(
                table.c.id == evidence_id, table.c.request_id == request.id, table.c.withdrawn_at.is_(None)
            )
        ).one_or_none()
        if row is None:
            raise KnownError(
                "evidence_unknown", "This is not among the evidence any more.", "Load the page again."
            )
        declared = declared_at(connection, request.id)
        if declared is not None and row.added_at <= declared:
            raise KnownError(
                "evidence_declared",
                "This was moderated already, so it stays.",
                "Add the new version beside it, and say so in a note.",
            )
        connection.execute(
            update(table).where(table.c.id == evidence_id).values(withdrawn_at=now, withdrawn_by=person.id)
        )
        changes = Changes(now=now)
        changes.drop("evidence", evidence_id, request.id)
        changes.publish(connection)

    _in_request(engine, person, request_id, withdraw)


def declare_complete(engine: Engine, person: Person, request_id: str, now: datetime) -> date:
    """The centre's declaration: moderation begins today, and its working days run (M-50, D-6). Returns the due date.

    Raises KnownError that names everything missing, for a request that does not wait for evidence, and as
    ``attach_upload``.
    """

    def declare(connection: Connection, request: ModerationRequest) -> date:
        found = checklist(connection, request.id)
        scheme = scheme_for(found.request.awarding_body)
        moved = after_evidence_complete(found.request, london_day(now), scheme.moderation_days)
        if found.missing:
            raise KnownError(
                "evidence_missing",
                f"The evidence is not complete: {_missing_words(found)}.",
                "Add it, or give the reason why there is none where that is allowed.",
            )
        assert moved.due_on is not None
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(),
                request_id=request_id,
                due_on=moved.due_on,
                reason="evidence complete",
                set_at=now,
            )
        )
        changes = Changes(now=now)
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == request_id)
            .values(**request_row(moved), moved_by="", moved_tag=changes.tag)
        )
        changes.put(*load_requests(connection, [request_id]))
        write_mails(
            connection,
            MailEvent(MailKind.EVIDENCE_RECEIVED, request_id, moved.centre_id, {"declared_by": person.id}),
            now,
        )
        changes.publish(connection)
        return moved.due_on

    return _in_request(engine, person, request_id, declare)


# -- parts -----------------------------------------------------------------------------------------------------------


def _add(
    engine: Engine,
    person: Person,
    record: Evidence,
    verdict: str,
    says: str,
    warning: str,
    now: datetime,
    takes: frozenset[RequestState] = TAKES_EVIDENCE,
) -> Taken:
    def add(connection: Connection, request: ModerationRequest) -> Taken:
        check_spot(connection, request, record.sample_id, record.kind)
        twin = _twin(connection, record)
        if twin is not None:
            return Taken(twin, record.name, verdict, says, warning)
        connection.execute(
            t.evidence.insert().values(
                id=record.id,
                request_id=record.request_id,
                sample_id=record.sample_id or None,
                kind=record.kind.value,
                name=record.name,
                sha256=record.sha256,
                size=record.size,
                media_type=record.media_type,
                not_applicable=record.not_applicable,
                url=record.url,
                verdict=verdict,
                says=says,
                added_by=person.id,
                added_at=now,
            )
        )
        changes = Changes(now=now)
        changes.put(record)
        changes.publish(connection)
        return Taken(record.id, record.name, verdict, says, warning)

    return _in_request(engine, person, record.request_id, add, takes)


def _twin(connection: Connection, record: Evidence) -> str | None:
    """The same file, link or reason that stands at the same place already."""
    table = t.evidence
    return connection.scalar(
        select(table.c.id)
        .where(
            table.c.request_id == record.request_id,
            table.c.sample_id.is_not_distinct_from(record.sample_id or None),
            table.c.kind == record.kind.value,
            table.c.sha256 == record.sha256,
            table.c.url == record.url,
            table.c.name == record.name,
            table.c.not_applicable == record.not_applicable,
            table.c.withdrawn_at.is_(None),
        )
        .limit(1)
    )


def _in_request(
    engine: Engine,
    person: Person,
    request_id: str,
    work: Callable[[Connection, ModerationRequest], T],
    takes: frozenset[RequestState] = TAKES_EVIDENCE,
) -> T:
    """Does work on evidence with the request locked, for somebody who may."""

    def locked(connection: Connection) -> T:
        lock_requests(connection, [request_id])
        return work(connection, must_take_evidence(connection, person, request_id, takes))

    return transact(engine, locked)


def _missing_words(found: Checklist) -> str:
    """Everything missing, place by place."""

    def place(sample: Sample | None) -> str:
        if sample is None:
            return "for the whole claim"
        return f"of {sample.learner_name}, unit {sample.unit_code}"

    parts = [f"{kind.in_sentence} {place(sample)}" for kind, sample in found.missing]
    shown = "; ".join(parts[:5])
    return f"{shown}; and {len(parts) - 5} more" if len(parts) > 5 else shown
