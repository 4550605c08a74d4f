"""The outbox: every act a person recorded, in order, with what the service said. No row of it is ever deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from app.domain.acts import Act, ActOutcome, AddNote, OutcomeKind, SubmitReport
from app.domain.dates import to_text
from app.domain.errors import KnownError
from app.domain.review_deeds import AddVisitEvidence, SubmitVisitReport
from app.models.entries import (
    ATTENTION,
    TAKEN,
    TOO_LARGE,
    UNREAD_CODES,
    WAITING,
    ActState,
    OutboxCounts,
    OutboxEntry,
)
from app.models.rows import entries_where, entry_of, keep_report, put_draft
from app.models.settling import Settling, whole
from app.models.tables import outbox
from app.wire.acts import outcome_of, payload_hash, payload_of
from app.wire.messages import ACT_BYTES, OutcomeMessage

_STATE_OF = {
    OutcomeKind.APPLIED: ActState.APPLIED,
    OutcomeKind.ALREADY_APPLIED: ActState.APPLIED,
    OutcomeKind.HELD: ActState.HELD,
    OutcomeKind.CONFLICT: ActState.CONFLICT,
    OutcomeKind.REJECTED: ActState.REJECTED,
    OutcomeKind.BLOCKED: ActState.BLOCKED,
}
_ON_HOLD = "on_hold"
"""Code of the answer to an act whose effect a hold stops."""

STANDS_ALONE = (AddNote, AddVisitEvidence)
"""Acts for which nothing waits, and which wait for nothing, save where another act names them."""

_ENVELOPE = 1024
"""More bytes than the envelope of an act takes on its way, without its ``rests_on`` and the hashes of its files."""

_FILE_HASHES = 4096
"""More bytes than the hashes of an act's files take; never more than the payload that names these files."""


class Outbox(Settling):
    """The acts of one profile: recorded, asked for, sent and answered."""

    # -- recording ----------------------------------------------------------------------------------------------

    def add(
        self,
        act: Act,
        *,
        drafts: Mapping[str, Mapping[str, Any] | None] | None = None,
        mends: Iterable[str] = (),
    ) -> OutboxEntry:
        """Makes an act durable: frozen bytes, hash and place in the order, in one transaction.

        drafts: by key what becomes of the drafts it came from; None removes one. mends: refused acts that this one
        makes good; they are put away with it, save those that a waiting act rests on. A report's bytes are kept in
        the same transaction. Raises ``KnownError``: ``act_too_large``, ``disk_full``, ``work_locked``.
        """
        payload = payload_of(act.deed)
        if len(payload) > ACT_BYTES:
            raise KnownError(
                TOO_LARGE,
                f"This is larger than the service takes at once ({ACT_BYTES // 2**20} MiB).",
                "Make it shorter and record it again; what you typed is kept.",
            )
        values = {
            "act_id": act.id,
            "device_id": act.device_id,
            "author_id": act.author_id,
            "seen": act.seen,
            "seen_tag": act.seen_tag,
            "kind": type(act.deed).__name__,
            "target": act.target,
            "request_id": act.root,
            "base_rev": act.base_rev,
            "after": act.after,
            "rests_on": json.dumps(act.rests_on),
            "payload": payload,
            "payload_sha256": payload_hash(payload),
            "recorded_at": to_text(act.recorded_at),
            "state": ActState.QUEUED.value,
        }
        with self._database.write() as connection:
            connection.execute(outbox.insert().values(values))
            for key, body in (drafts or {}).items():
                put_draft(connection, key, body, to_text(self._clock()))
            if isinstance(act.deed, SubmitReport | SubmitVisitReport):
                keep_report(
                    connection,
                    act.id,
                    act.root,
                    act.deed.pdf,
                    act.deed.pdf_sha256,
                    to_text(self._clock()),
                )
            for mended in mends:
                entry = entry_of(connection, mended)
                if entry.state in ATTENTION and not _rested_on(connection, mended):
                    self._put_away(connection, entry, "You recorded it anew.")
            return entry_of(connection, act.id)

    def take_back(self, act_id: str, reason: str = "") -> OutboxEntry:
        """Undoes an act that has no effect at the service: not offered yet, or not taken. It stays on record.

        Later acts that only came after it close the gap. Raises ``KnownError``: ``already_sent``,
        ``rested_on`` when another waiting act needs it.
        """
        with self._database.write() as connection:
            entry = entry_of(connection, act_id)
            if entry.state is ActState.TAKEN_BACK:
                return entry
            if entry.state is not ActState.QUEUED and entry.state not in ATTENTION:
                raise KnownError(
                    "already_sent",
                    "This was sent already, so it cannot be undone here.",
                    "Record a change or withdraw it with a reason instead.",
                )
            if _rested_on(connection, act_id):
                raise KnownError(
                    "rested_on",
                    "Something you recorded later rests on this.",
                    "Take the later entry back first.",
                )
            self._put_away(connection, entry, reason)
            return entry_of(connection, act_id)

    def _put_away(self, connection: Connection, entry: OutboxEntry, reason: str) -> None:
        """It counts as taken back; later acts that only came after it close the gap."""
        connection.execute(
            update(outbox)
            .where(outbox.c.after == entry.act_id, outbox.c.state == ActState.QUEUED, outbox.c.tries == 0)
            .values(after=entry.after)
        )
        changes: dict[str, Any] = {
            "state": ActState.TAKEN_BACK.value,
            "answered_at": to_text(self._clock()),
        }
        if reason:
            changes["says"] = reason
        connection.execute(update(outbox).where(outbox.c.act_id == entry.act_id).values(changes))
        self.tidy_due = True

    def retry(self, act_id: str) -> OutboxEntry:
        """Queues an act again under the same id where that can bring another answer: it was blocked, or refused
        unread. What the service refused or found in conflict needs a new act and stays as it is.
        """
        again = or_(
            outbox.c.state == ActState.BLOCKED,
            and_(outbox.c.state == ActState.REJECTED, outbox.c.code.in_(UNREAD_CODES)),
        )
        with self._database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.act_id == act_id, again).values(_QUEUED_AGAIN))
            return entry_of(connection, act_id)

    # -- asking -------------------------------------------------------------------------------------------------

    def entry(self, act_id: str) -> OutboxEntry:
        """One act. Raises KeyError for an id that was never recorded here."""
        with self._database.read() as connection:
            return entry_of(connection, act_id)

    def entries(
        self,
        states: Iterable[str] | None = None,
        request_id: str | None = None,
        newest: int | None = None,
    ) -> tuple[OutboxEntry, ...]:
        """Acts in the order of recording; ``newest``: only the last so many."""
        conditions: list[ColumnElement[bool]] = []
        if states is not None:
            conditions.append(outbox.c.state.in_([str(state) for state in states]))
        if request_id is not None:
            conditions.append(outbox.c.request_id == request_id)
        with self._database.read() as connection:
            return entries_where(connection, *conditions, newest=newest)

    def unsettled(self, seen: int, request_id: str | None = None) -> tuple[OutboxEntry, ...]:
        """Acts whose effect the cache cannot show yet, to be laid over it: those that wait, are blocked or held, and
        those applied with a number above ``seen`` (the cache's), or one not known yet.
        """
        conditions: list[ColumnElement[bool]] = [
            whole,
            or_(
                outbox.c.state.in_((*WAITING, ActState.BLOCKED, ActState.HELD)),
                and_(outbox.c.state == ActState.APPLIED, or_(outbox.c.n == 0, outbox.c.n > seen)),
            ),
        ]
        if request_id is not None:
            conditions.append(outbox.c.request_id == request_id)
        with self._database.read() as connection:
            return entries_where(connection, *conditions)

    def last_waiting(self, target: str) -> str:
        """The id of the newest waiting act on a target, or empty. Notes, and noted evidence, stand by themselves and do
        not count: one that the service stumbles over must not stop what comes after it.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(outbox.c.act_id)
                .where(outbox.c.state.in_(WAITING), outbox.c.target == target)
                .where(outbox.c.kind.not_in([kind.__name__ for kind in STANDS_ALONE]))
                .order_by(outbox.c.position.desc())
                .limit(1)
            ).scalar()
        return str(found) if found else ""

    def counts(self) -> OutboxCounts:
        found = self._database.remembered("counts", _counts)
        return OutboxCounts(
            waiting=sum(found.get(state, 0) for state in WAITING),
            attention=sum(found.get(state, 0) for state in ATTENTION),
        )

    # -- sending ------------------------------------------------------------------------------------------------

    def begin_sending(
        self, *, above: int, limit: int, max_bytes: int, ids: Sequence[str] | None = None
    ) -> tuple[OutboxEntry, ...]:
        """The next acts to offer, in order, marked ``sending`` before a byte leaves.

        above: only acts after this place in the order. At most ``limit`` acts and ``max_bytes`` together; an act
        larger than that comes alone. ids: only these (a batch that is offered again in parts). Acts that rest on a
        refused one are offered as well: the service answers *blocked*, and the person sees why.
        """
        conditions = [outbox.c.state.in_(WAITING), outbox.c.position > above]
        if ids is not None:
            conditions.append(outbox.c.act_id.in_(ids))
        # Sizes first: a payload may be a report of some megabytes, and only one batch is read whole.
        length = func.length(outbox.c.payload)
        size = length + func.min(length, _FILE_HASHES) + func.length(outbox.c.rests_on) + _ENVELOPE
        sizes = select(outbox.c.position, size).where(*conditions).order_by(outbox.c.position).limit(limit)
        with self._database.write() as connection:
            places: list[int] = []
            total = 0
            for position, takes in connection.execute(sizes):
                total += takes
                if places and total > max_bytes:
                    break
                places.append(position)
            if not places:
                return ()
            connection.execute(
                update(outbox)
                .where(outbox.c.position.in_(places))
                .values(state=ActState.SENDING.value, tries=outbox.c.tries + 1)
            )
            return entries_where(connection, outbox.c.position.in_(places))

    def not_sent(self, act_ids: Sequence[str]) -> None:
        """These certainly never reached the service this time: one never offered before is simply queued again."""
        mine = and_(outbox.c.act_id.in_(act_ids), outbox.c.state == ActState.SENDING)
        with self._database.write() as connection:
            connection.execute(
                update(outbox).where(mine, outbox.c.tries == 1).values(state=ActState.QUEUED.value, tries=0)
            )
            connection.execute(
                update(outbox).where(mine, outbox.c.tries > 1).values(tries=outbox.c.tries - 1)
            )

    def record_outcomes(self, outcomes: Iterable[OutcomeMessage]) -> tuple[ActOutcome, ...]:
        """Notes the service's answers; all in one transaction. An answer never turns an applied act back into one
        that is not, nor revives one that was taken back; a held act becomes what the service says after its hold.
        Returns the answers as the domain knows them.
        """
        answered_at = to_text(self._clock())
        known = [(outcome_of(message), message.n) for message in outcomes]
        answers = [
            {
                "of": outcome.act_id,
                "to_state": _state_after(outcome).value,
                "to_code": outcome.code,
                "to_says": outcome.says,
                "at": answered_at,
                "to_n": n,
            }
            for outcome, n in known
        ]
        if answers:
            with self._database.write() as connection:
                # One statement for all of them: made anew for each it takes longer than the writing itself.
                connection.execute(_ANSWER, answers)
        return tuple(outcome for outcome, _ in known)

    def release_blocked(self) -> int:
        """Queues blocked acts again that no longer wait for one of mine; returns how many."""
        if not self._any(outbox.c.state == ActState.BLOCKED):
            return 0
        with self._database.write() as connection:
            blocked = entries_where(connection, outbox.c.state == ActState.BLOCKED)
            named = {other for entry in blocked for other in (*entry.rests_on, entry.after) if other}
            states = {
                entry.act_id: entry.state
                for entry in entries_where(connection, outbox.c.act_id.in_(sorted(named)))
            }
            free = [
                entry.act_id
                for entry in blocked
                if all(states.get(other, ActState.APPLIED) in TAKEN for other in entry.rests_on)
                and states.get(entry.after, ActState.APPLIED) not in (ActState.BLOCKED, ActState.TAKEN_BACK)
            ]
            connection.execute(update(outbox).where(outbox.c.act_id.in_(free)).values(_QUEUED_AGAIN))
        return len(free)


def _rested_on(connection: Connection, act_id: str) -> bool:
    """Whether an act that waits, or is blocked, needs this one."""
    waiting = entries_where(connection, outbox.c.state.in_((*WAITING, ActState.BLOCKED)))
    return any(act_id in other.rests_on for other in waiting)


def _state_after(outcome: ActOutcome) -> ActState:
    # Told a second time, a held act is "already applied" as well; only its code tells the two apart. An applied one
    # may carry a code too, as when the sample is disputed.
    if outcome.kind is OutcomeKind.ALREADY_APPLIED and outcome.code == _ON_HOLD:
        return ActState.HELD
    return _STATE_OF[outcome.kind]


_ANSWER = (
    update(outbox)
    .where(
        outbox.c.act_id == bindparam("of"),
        outbox.c.state != ActState.APPLIED.value,
        outbox.c.state != ActState.TAKEN_BACK.value,
    )
    .values(
        state=bindparam("to_state"),
        code=bindparam("to_code"),
        says=bindparam("to_says"),
        answered_at=bindparam("at"),
        n=bindparam("to_n"),
    )
)
_QUEUED_AGAIN = {"state": ActState.QUEUED.value, "code": "", "says": "", "answered_at": ""}


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        select(outbox.c.state, func.count())
        .where(outbox.c.state.in_((*WAITING, *ATTENTION)))
        .group_by(outbox.c.state)
    )
    return {str(row.state): int(row[1]) for row in rows}
