"""What follows once nothing stands in its way: records are updated, certificates issued, and requests move on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, case, exists, literal, select, update

from app.domain.dates import london_day
from app.domain.life import DRAWN_UNDECIDED, after_records_updated
from app.domain.moderation import (
    Decision,
    Judgement,
    ModerationRequest,
    RequestState,
    current_judgements,
)
from app.domain.restrictions import certificates_wait
from app.service import tables as t
from app.service.certificates import certify
from app.service.database import upsert
from app.service.feed import Changes, lock_requests
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.malpractice import open_inquiries
from app.service.records import load_judgements, load_requests, load_samples
from app.service.standing import lock_centre


def settle(connection: Connection, changes: Changes, request_ids: Iterable[str], now: datetime) -> None:
    """Lets everything move on that may, now that something happened to these requests, which are locked already.

    An accepted claim updates its learners' records (M-58). A fulfilled one does so once every learner-unit drawn this
    quarter for the same centre and qualification is decided (M-30, D-1); those of its kind that wait are looked at
    too. Of a rejected batch that was released the learners who passed go on (M-57). Nothing moves through a hold or an
    open inquiry (M-57, M-65, D-5). Whoever then has the credits is certificated (M-33). Doing it twice changes nothing.
    """
    wanted = set(request_ids)
    for group in _groups(connection, wanted):
        lock_centre(connection, group.centre_id)
        waiting = _waiting_beside(connection, group, wanted)
        # Those that wait are locked last: whoever holds one of them for something else finishes first.
        lock_requests(connection, waiting)
        _settle_group(connection, changes, sorted(wanted & group.ids | set(waiting)), group, now)


class _Group:
    """Requests of one centre and qualification, and the quarters in which they were submitted."""

    def __init__(self, centre_id: str, qualification_id: str) -> None:
        self.centre_id = centre_id
        self.qualification_id = qualification_id
        self.ids: set[str] = set()
        self.quarters: set[str] = set()


def _groups(connection: Connection, request_ids: Iterable[str]) -> list[_Group]:
    """In the order of their centres, in which these are locked."""
    table = t.requests
    found: dict[tuple[str, str], _Group] = {}
    rows = connection.execute(
        select(table.c.id, table.c.centre_id, table.c.qualification_id, table.c.quarter).where(
            table.c.id.in_(request_ids)
        )
    )
    for identifier, centre_id, qualification_id, quarter in rows:
        group = found.setdefault((centre_id, qualification_id), _Group(centre_id, qualification_id))
        group.ids.add(identifier)
        group.quarters.add(quarter)
    return [found[key] for key in sorted(found)]


def _waiting_beside(connection: Connection, group: _Group, known: set[str]) -> list[str]:
    """Fulfilled requests that may have waited for these to be decided (D-1)."""
    table = t.requests
    rows = connection.scalars(
        select(table.c.id).where(
            table.c.centre_id == group.centre_id,
            table.c.qualification_id == group.qualification_id,
            table.c.quarter.in_(group.quarters - {""}),
            table.c.state == RequestState.FULFILLED.value,
        )
    )
    return [identifier for identifier in rows if identifier not in known]


def _settle_group(
    connection: Connection, changes: Changes, ids: Sequence[str], group: _Group, now: datetime
) -> None:
    inquired = open_inquiries(connection, ids)
    undecided = _undecided_quarters(connection, group)
    facts = {row.id: row for row in connection.execute(_facts().where(t.requests.c.id.in_(ids)))}
    updated: list[ModerationRequest] = []
    for request in load_requests(connection, ids):
        if certificates_wait(request, inquired):
            continue
        decided = facts[request.id].quarter not in undecided
        if request.state is RequestState.ACCEPTED or (request.state is RequestState.FULFILLED and decided):
            _record_achievements(connection, request.id, (), now)
            updated.append(after_records_updated(request))
        elif request.state is RequestState.RETURNED_TO_CENTRE and facts[request.id].release_reason:
            _record_achievements(connection, request.id, _not_passed(connection, request.id), now)
    _move(connection, changes, [item.id for item in updated], RequestState.RECORDS_UPDATED)
    for request in updated:
        if request.outcome is None:
            write_mails(
                connection, MailEvent(MailKind.FULFILMENT_MET, request.id, request.centre_id, {}), now
            )
    done = certify(connection, group.qualification_id, ids, now)
    _move(connection, changes, done, RequestState.CERTIFICATED)
    changes.put(*load_requests(connection, {*(item.id for item in updated), *done}))


def _facts() -> Select[tuple[str, str, str]]:
    return select(t.requests.c.id, t.requests.c.quarter, t.requests.c.release_reason)


def waits_for_earlier_sample(connection: Connection, request_id: str) -> bool:
    """Whether a fulfilled claim shows “waiting for earlier sample”: learner-units drawn this quarter for the same
    centre and qualification are still undecided (D-1).
    """
    own = t.requests.alias()
    mine = select(own.c.id).where(
        own.c.id == request_id,
        own.c.state == RequestState.FULFILLED.value,
        own.c.centre_id == t.requests.c.centre_id,
        own.c.qualification_id == t.requests.c.qualification_id,
        own.c.quarter == t.requests.c.quarter,
    )
    return bool(connection.scalar(select(exists().where(mine.exists(), *_undecided()))))


def _undecided_quarters(connection: Connection, group: _Group) -> set[str]:
    """The quarters in which learner-units of this centre and qualification were drawn and are not decided yet."""
    table = t.requests
    return set(
        connection.scalars(
            select(table.c.quarter)
            .where(
                table.c.centre_id == group.centre_id,
                table.c.qualification_id == group.qualification_id,
                table.c.quarter.in_(group.quarters),
                *_undecided(),
            )
            .distinct()
        )
    )


def _undecided() -> tuple[ColumnElement[bool], ...]:
    states = sorted(state.value for state in DRAWN_UNDECIDED)
    return t.requests.c.samples > 0, t.requests.c.state.in_(states)


def _record_achievements(
    connection: Connection, request_id: str, but_learners: Collection[str], now: datetime
) -> None:
    """Updates the record of every learner-unit claimed, not only of those sampled (M-30, M-58).

    Left out are learners whom an inquiry did not clear (M-69, D-5), and ``but_learners``.
    """
    lines, refused = t.claim_lines, t.findings
    not_cleared = exists().where(
        refused.c.request_id == request_id,
        refused.c.learner_id == lines.c.learner_id,
        refused.c.cleared.is_(False),
    )
    achieved = select(
        lines.c.learner_id,
        lines.c.unit_id,
        lines.c.request_id,
        literal(london_day(now)).label("achieved_on"),
    ).where(lines.c.request_id == request_id, ~not_cleared, lines.c.learner_id.not_in(but_learners))
    connection.execute(
        upsert(connection, t.achievements)
        .from_select(["learner_id", "unit_id", "request_id", "achieved_on"], achieved)
        .on_conflict_do_nothing()
    )


def _not_passed(connection: Connection, request_id: str) -> set[str]:
    """The learners of a rejected request with a sampled unit that was not agreed (M-56)."""
    judged: dict[str, list[Judgement]] = {}
    for judgement in load_judgements(connection, [request_id]):
        judged.setdefault(judgement.sample_id, []).append(judgement)
    doubtful = [
        sample.id
        for sample in load_samples(connection, [request_id])
        if [item.decision for item in current_judgements(judged.get(sample.id, ()))] != [Decision.AGREED]
    ]
    return set(
        connection.scalars(
            select(t.claim_lines.c.learner_id)
            .join(t.samples, t.samples.c.claim_line_id == t.claim_lines.c.id)
            .where(t.samples.c.id.in_(doubtful))
        )
    )


def _move(connection: Connection, changes: Changes, ids: Collection[str], state: RequestState) -> None:
    """Writes the state. Whoever moved a request in this same transaction stays the one who did."""
    if not ids:
        return
    table = t.requests
    own_move = table.c.moved_tag == changes.tag
    connection.execute(
        update(table)
        .where(table.c.id.in_(ids))
        .values(
            state=state.value,
            moved_by=case((own_move, table.c.moved_by), else_=""),
            moved_tag=changes.tag,
        )
    )
