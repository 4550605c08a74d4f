"""What the quality manager decides about a request: findings, holds, release of a batch, more time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select, update

from app.domain.acts import LogCentreContact
from app.domain.dates import day
from app.domain.errors import KnownError
from app.domain.judging import check_contact
from app.domain.life import after_extension, after_release
from app.domain.moderation import ModerationRequest, RequestState
from app.domain.people import Permission, Person, require
from app.domain.restrictions import ONGOING, after_refusal, check_reason
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import BlobStore
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.holds import close_in, end_in, numbered, place_in, take_held, write_request
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.malpractice import open_inquiries, refused_learners
from app.service.records import load_requests
from app.service.records_update import settle
from app.service.stops import locked_restriction, write_end
from app.wire.messages import OutcomeMessage

HELD_WORDS = "Held by the quality manager"
"""What a request says of a hold that the quality manager placed; why is nobody's business outside the case (D-5)."""

EVERY_FINDING = "Every request of the inquiry has its finding."
"""Why a restriction ends by itself (M-66)."""


def record_finding(
    engine: Engine,
    blobs: BlobStore,
    person: Person,
    restriction_id: str,
    request_id: str,
    cleared: Mapping[str, bool],
    reason: str,
    now: datetime,
) -> list[OutcomeMessage]:
    """What an inquiry found about a request, learner by learner: released, or refused (M-69).

    ``cleared``: for each learner of the request, by id, whether they are cleared. A request all of whose learners are
    refused is Refused; any other goes back to where it stood, once no other inquiry waits for it, and the acts that
    its hold stopped take effect then (their answers are returned). The last finding of an inquiry ends its restriction
    (M-66).

    Raises KnownError for anybody but the quality manager, a request that is not part of the inquiry or has its finding,
    a learner left out or unknown, or without a reason.
    """
    require(person, Permission.RELEASE_HOLDS)
    words = check_reason(reason)

    def find(connection: Connection) -> list[OutcomeMessage]:
        request = _locked(connection, request_id)
        restriction = locked_restriction(connection, restriction_id)
        _must_wait_for_finding(connection, restriction_id, request)
        learners = _learners_named(connection, request, cleared)
        _write_finding(connection, restriction_id, request_id, cleared, person, words, now)
        changes = Changes(now=now)
        outcomes: list[OutcomeMessage] = []
        refused = refused_learners(connection, [request_id]).get(request_id, frozenset())
        if request.state in ONGOING and refused >= learners:
            outcomes = _refuse(connection, changes, blobs, request, person, now)
        elif request.state is RequestState.ON_HOLD and not open_inquiries(connection, [request_id]):
            _tell(connection, MailKind.RELEASED, end_in(connection, changes, request, now), now)
            outcomes = take_held(connection, blobs, request_id, changes, now)
        if not _waiting(connection, restriction_id):
            write_end(connection, restriction, person.id, EVERY_FINDING, now)
        settle(connection, changes, [request_id], now)
        return numbered(outcomes, changes.publish(connection))

    return transact(engine, find)


def hold_request(engine: Engine, person: Person, request_id: str, reason: str, now: datetime) -> None:
    """Puts a request that an inquiry covers on hold too, until its finding (D-5, M-67).

    The reason stays with the hold's record: the request itself goes to people outside the case.

    Raises KnownError for anybody but the quality manager, a request without an open inquiry, one that cannot be held,
    or without a reason.
    """
    require(person, Permission.RELEASE_HOLDS)
    words = check_reason(reason)

    def hold(connection: Connection) -> None:
        request = _locked(connection, request_id)
        if not open_inquiries(connection, [request_id]):
            raise KnownError(
                "no_inquiry",
                f"Request {request.number} is not part of an open inquiry.",
                "Only a finding ends a hold; without an inquiry there would be none.",
            )
        changes = Changes(now=now)
        held = place_in(connection, changes, request, HELD_WORDS, now, on_record=words, moved_by=person.id)
        _tell(connection, MailKind.ON_HOLD, held, now)
        changes.publish(connection)

    transact(engine, hold)


def release_batch(engine: Engine, person: Person, request_id: str, reason: str, now: datetime) -> None:
    """Records that the wider batch is sound: learners who passed go on to their certificates (M-57).

    Raises KnownError for anybody but the quality manager, where no batch is held, or without a reason.
    """
    require(person, Permission.RELEASE_HOLDS)
    words = check_reason(reason)

    def release(connection: Connection) -> None:
        request = _locked(connection, request_id)
        released = after_release(request, words)
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == request_id)
            .values(certification_hold=released.certification_hold, release_reason=words)
        )
        changes = Changes(now=now)
        changes.put(*load_requests(connection, [request_id]))
        _tell(connection, MailKind.RELEASED, released, now)
        settle(connection, changes, [request_id], now)
        changes.publish(connection)

    transact(engine, release)


def extend(
    engine: Engine, person: Person, request_id: str, new_due: date, reason: str, now: datetime
) -> None:
    """Gives moderation more time; the old date stays on record, and the centre is told the new one (M-51).

    Raises KnownError for anybody but the quality manager, a request that is not in moderation, a day that is not later
    than the one that stands, or without a reason.
    """
    require(person, Permission.EXTEND_TIME)
    words = check_reason(reason)

    def give_time(connection: Connection) -> None:
        request = _locked(connection, request_id)
        extended = after_extension(request, new_due)
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(), request_id=request_id, due_on=new_due, reason=words, set_at=now
            )
        )
        connection.execute(
            update(t.requests).where(t.requests.c.id == request_id).values(due_on=extended.due_on)
        )
        changes = Changes(now=now)
        changes.put(*load_requests(connection, [request_id]))
        was = day(request.due_on) if request.due_on is not None else ""
        _tell(connection, MailKind.EXTENDED, extended, now, {"due": day(new_due), "was": was})
        changes.publish(connection)

    transact(engine, give_time)


def record_director_contact(
    engine: Engine,
    person: Person,
    restriction_id: str,
    spoke_with: str,
    means: str,
    summary: str,
    now: datetime,
) -> None:
    """The quality manager's contact with the Programme Director about the investigation, kept in the contact log of
    the suspected request (M-68, M-54).

    Raises KnownError for anybody else, for a restriction that no suspicion brought, and for an incomplete entry.
    """
    require(person, Permission.RELEASE_HOLDS)

    def log(connection: Connection) -> None:
        restriction = locked_restriction(connection, restriction_id)
        if not restriction.request_id:
            raise KnownError(
                "no_inquiry", "This restriction comes from no suspicion, so there is no inquiry."
            )
        check_contact(LogCentreContact(restriction.request_id, spoke_with, means, summary))
        connection.execute(
            t.contact_log.insert().values(
                id=new_id(),
                request_id=restriction.request_id,
                person_id=person.id,
                spoke_with=spoke_with.strip(),
                means=means.strip(),
                summary=summary.strip(),
                recorded_at=now,
                logged_at=now,
            )
        )

    transact(engine, log)


def _locked(connection: Connection, request_id: str) -> ModerationRequest:
    lock_requests(connection, [request_id])
    found = load_requests(connection, [request_id])
    if not found:
        raise KnownError("request_unknown", "There is no such moderation request.")
    return found[0]


def _tell(
    connection: Connection,
    kind: MailKind,
    request: ModerationRequest,
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    event = MailEvent(kind, request_id=request.id, centre_id=request.centre_id, detail=detail or {})
    write_mails(connection, event, now)


# -- findings --------------------------------------------------------------------------------------------------------


def _must_wait_for_finding(connection: Connection, restriction_id: str, request: ModerationRequest) -> None:
    table = t.inquiries
    inquiry = connection.execute(
        select(table.c.found_at).where(
            table.c.restriction_id == restriction_id, table.c.request_id == request.id
        )
    ).one_or_none()
    if inquiry is None:
        raise KnownError("no_inquiry", f"Request {request.number} is not part of this inquiry.")
    if inquiry.found_at is not None:
        raise KnownError(
            "finding_recorded", f"Request {request.number} has its finding in this inquiry already."
        )


def _learners_named(
    connection: Connection, request: ModerationRequest, cleared: Mapping[str, bool]
) -> frozenset[str]:
    """The learners of the request, by id. Raises KnownError unless the finding names exactly them."""
    rows = connection.execute(
        select(t.learners.c.id, t.learners.c.number)
        .join(t.claim_lines, t.claim_lines.c.learner_id == t.learners.c.id)
        .where(t.claim_lines.c.request_id == request.id)
        .order_by(t.learners.c.number)
    )
    numbers: dict[str, str] = {row.id: row.number for row in rows}
    missing = [number for identifier, number in numbers.items() if identifier not in cleared]
    if missing:
        raise KnownError(
            "finding_incomplete",
            f"The finding leaves out {_listed(missing)}.",
            "Say for every learner of the request whether they are cleared.",
        )
    if not numbers.keys() >= cleared.keys():
        raise KnownError(
            "learner_unknown", f"The finding names a learner who is not in request {request.number}."
        )
    return frozenset(numbers)


def _listed(numbers: list[str]) -> str:
    shown = ", ".join(numbers[:5])
    return f"{shown} and {len(numbers) - 5} more" if len(numbers) > 5 else shown


def _write_finding(
    connection: Connection,
    restriction_id: str,
    request_id: str,
    cleared: Mapping[str, bool],
    person: Person,
    reason: str,
    now: datetime,
) -> None:
    connection.execute(
        t.findings.insert(),
        [
            {
                "id": new_id(),
                "restriction_id": restriction_id,
                "request_id": request_id,
                "learner_id": learner_id,
                "cleared": is_cleared,
                "reason": reason,
                "found_by": person.id,
                "found_at": now,
            }
            for learner_id, is_cleared in sorted(cleared.items())
        ],
    )
    connection.execute(
        update(t.inquiries)
        .where(t.inquiries.c.restriction_id == restriction_id, t.inquiries.c.request_id == request_id)
        .values(found_at=now, found_by=person.id, finding=reason)
    )


def _waiting(connection: Connection, restriction_id: str) -> bool:
    """Whether a request of the inquiry has no finding yet."""
    query = select(t.inquiries.c.request_id).where(
        t.inquiries.c.restriction_id == restriction_id, t.inquiries.c.found_at.is_(None)
    )
    return connection.execute(query.limit(1)).one_or_none() is not None


def _refuse(
    connection: Connection,
    changes: Changes,
    blobs: BlobStore,
    request: ModerationRequest,
    person: Person,
    now: datetime,
) -> list[OutcomeMessage]:
    """The end of a request all of whose learners are refused; what was held behind it is answered as it now stands."""
    close_in(connection, request.id, now)
    refused = after_refusal(request)
    write_request(connection, refused, person.id, changes.tag)
    changes.put(refused)
    _tell(connection, MailKind.RELEASED, refused, now)
    return take_held(connection, blobs, request.id, changes, now)
