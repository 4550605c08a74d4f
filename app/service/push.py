"""Taking a batch of acts: each exactly once, each with its own answer, and one bad act stops nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DBAPIError

from app.domain.acts import Act, ActOutcome, OutcomeKind
from app.domain.errors import KnownError
from app.domain.people import Person
from app.service import tables as t
from app.service.apply import apply_act
from app.service.blobs import BlobStore
from app.service.database import is_passing, transact
from app.service.feed import Changes
from app.service.ledger import Ledger
from app.service.settings import Clock
from app.wire.acts import act_of, payload_hash
from app.wire.messages import ActMessage, OutcomeMessage, Push, PushAnswer

_log = structlog.get_logger("touchstone.push")

_LARGEST = 2**62
_TAKEN = {OutcomeKind.APPLIED.value, OutcomeKind.HELD.value}


@dataclass(frozen=True, slots=True)
class _Offer:
    """One act as it arrived: the message, the hash of its payload, and the act, unless it cannot be understood."""

    message: ActMessage
    device_id: str
    sha256: str
    act: Act | None
    refusal: ActOutcome | None


@dataclass(slots=True)
class _Received:
    """What stands in ``received_acts`` about one act; ``n`` is the feed's head once its change was in it."""

    author_id: str
    kind: str
    sha256: str
    outcome: str
    code: str
    says: str
    n: int


class PushDesk:
    """Answers pushes. ``clock`` dates reports and holds; no device's clock does."""

    def __init__(self, engine: Engine, blobs: BlobStore, clock: Clock) -> None:
        self._engine = engine
        self._blobs = blobs
        self._clock = clock

    def answer(self, author: Person, push: Push) -> PushAnswer:
        """One outcome per act, in the order of the acts. All take effect together; only if that fails, one by one."""
        offers = [_offer(message, push.device_id, author.id) for message in push.acts]
        try:
            return transact(self._engine, lambda c: self._together(c, author, offers))
        except KnownError:
            raise
        except Exception as fault:
            _log.warning("batch failed, acts go one by one", fault=type(fault).__name__)
            return transact(self._engine, lambda c: self._one_by_one(c, author, offers))

    def _together(self, connection: Connection, author: Person, offers: Sequence[_Offer]) -> PushAnswer:
        changes = Changes()
        batch = _Batch(connection, self._blobs, author, self._clock(), changes, offers, offers)
        outcomes = [batch.take(offer) for offer in offers]
        batch.flush()
        return _answer(outcomes, changes.publish(connection))

    def _one_by_one(self, connection: Connection, author: Person, offers: Sequence[_Offer]) -> PushAnswer:
        changes = Changes()
        now = self._clock()
        outcomes: list[OutcomeMessage] = []
        # All targets are locked first and in order, as in the batch: savepoints do not change that.
        _Batch(connection, self._blobs, author, now, changes, offers, ())
        for offer in offers:
            part = Changes(tag=changes.tag)
            try:
                with connection.begin_nested():
                    batch = _Batch(connection, self._blobs, author, now, part, [offer], [offer])
                    outcome = batch.take(offer)
                    batch.flush()
            except Exception as fault:
                if isinstance(fault, DBAPIError) and is_passing(fault):
                    raise
                _log.error("act failed", act_id=offer.message.act_id, fault=type(fault).__name__)
                outcome = self._put_aside(connection, author, now, offer, changes)
            else:
                changes.join(part)
            outcomes.append(outcome)
        return _answer(outcomes, changes.publish(connection))

    def _put_aside(
        self, connection: Connection, author: Person, now: datetime, offer: _Offer, changes: Changes
    ) -> OutcomeMessage:
        """An act that the service itself fails at is kept and asked for again, never refused for good."""
        outcome = ActOutcome(
            offer.message.act_id,
            OutcomeKind.BLOCKED,
            "service_fault",
            "The service could not take this entry. It is kept and will be offered again.",
        )
        with connection.begin_nested():
            batch = _Batch(connection, self._blobs, author, now, Changes(tag=changes.tag), [], [offer])
            message = batch.settle(offer, outcome)
            batch.flush()
        return message


class _Batch:
    """The acts of one transaction: what was received before, what they do, and what is noted about them.

    ``targets`` are the offers whose requests are locked and read; ``offers`` those that will be taken here.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        author: Person,
        now: datetime,
        changes: Changes,
        targets: Sequence[_Offer],
        offers: Sequence[_Offer],
    ) -> None:
        self._connection = connection
        self._author = author
        self._now = now
        self._changes = changes
        # Locks first: a push of the same acts that is still under way elsewhere is waited for here.
        self._ledger = Ledger(
            connection, blobs, author, now, (offer.act.request_id for offer in targets if offer.act)
        )
        self._received = _load_received(connection, _ids_named(offers))
        self._waiting = {
            key for key, item in self._received.items() if item.outcome == OutcomeKind.BLOCKED.value
        }
        self._rows: dict[str, dict[str, object]] = {}

    def take(self, offer: _Offer) -> OutcomeMessage:
        """The answer to one act, with its effect if it has one."""
        before = self._received.get(offer.message.act_id)
        if before is not None:
            same = (before.author_id, before.kind, before.sha256) == (
                self._author.id,
                offer.message.kind,
                offer.sha256,
            )
            if not same:
                return _message(
                    ActOutcome(
                        offer.message.act_id,
                        OutcomeKind.REJECTED,
                        "act_changed",
                        "This entry was sent before with other content; what was sent first stands.",
                    )
                )
            if before.outcome != OutcomeKind.BLOCKED.value:
                return _told_again(offer.message.act_id, before)
        if offer.act is None or offer.refusal is not None:
            assert offer.refusal is not None
            return self.settle(offer, offer.refusal)
        return self.settle(offer, self._waits(offer.act) or apply_act(self._ledger, offer.act))

    def settle(self, offer: _Offer, outcome: ActOutcome) -> OutcomeMessage:
        """Notes the answer and the payload, so that nothing a person did is ever thrown away."""
        message = offer.message
        if outcome.code != "act_malformed":
            self._rows[message.act_id] = {
                "act_id": message.act_id,
                "author_id": self._author.id,
                "device_id": offer.device_id,
                "kind": message.kind,
                "request_id": message.request_id,
                "payload_sha256": offer.sha256,
                "payload": bytes(message.payload),
                "outcome": outcome.kind.value,
                "code": outcome.code,
                "says": outcome.says,
                "recorded_at": message.recorded_at,
                "received_at": self._now,
                "tag": self._changes.tag,
            }
            if outcome.kind.value in _TAKEN:
                self._changes.take_act()
            self._received[message.act_id] = _Received(
                self._author.id, message.kind, offer.sha256, outcome.kind.value, outcome.code, outcome.says, 0
            )
        return _message(outcome)

    def flush(self) -> None:
        self._ledger.flush(self._changes)
        table = t.received_acts
        new = [row for key, row in self._rows.items() if key not in self._waiting]
        if new:
            # A plain INSERT: should the same act have come in by another way meanwhile, nothing of this batch counts.
            self._connection.execute(table.insert(), new)
        for key in self._rows.keys() & self._waiting:
            row = self._rows[key]
            self._connection.execute(
                update(table)
                .where(table.c.act_id == key)
                .values({name: row[name] for name in ("outcome", "code", "says", "received_at", "tag")})
            )

    def _waits(self, act: Act) -> ActOutcome | None:
        """Why the act must wait, or None: an act before it is unknown, or one that it rests on was not taken."""
        earlier = self._received.get(act.after) if act.after else None
        if act.after and (earlier is None or earlier.outcome == OutcomeKind.BLOCKED.value):
            return ActOutcome(
                act.id,
                OutcomeKind.BLOCKED,
                "waits_for_earlier",
                "This waits for an earlier entry of yours that has not arrived.",
            )
        for identifier in act.rests_on:
            other = self._received.get(identifier)
            if other is None or other.outcome not in _TAKEN:
                return ActOutcome(
                    act.id,
                    OutcomeKind.BLOCKED,
                    "rests_on_untaken",
                    "This waits for another entry it rests on, which has not been taken"
                    + (f": {other.says}" if other is not None and other.says else "."),
                )
        return None


def _offer(message: ActMessage, device_id: str, author_id: str) -> _Offer:
    sha256 = payload_hash(bytes(message.payload))

    def refused(code: str, says: str, act: Act | None = None) -> _Offer:
        outcome = ActOutcome(message.act_id, OutcomeKind.REJECTED, code, says)
        return _Offer(message, device_id, sha256, act, outcome)

    malformed = "This entry is not built as the service expects and was not taken."
    if not _well_formed(message):
        return refused("act_malformed", malformed)
    try:
        act = act_of(message, device_id, author_id)
    except KnownError as refusal:
        return refused(refusal.code, str(refusal))
    except (ValueError, RecursionError):
        # Such as bytes that are no text at all, or brackets nested without end.
        return refused("act_malformed", malformed)
    if sha256 != message.payload_sha256:
        return refused("payload_damaged", "This entry arrived damaged and was not taken.", act)
    if (act.request_id, act.target) != (message.request_id, message.target):
        return refused("act_malformed", malformed)
    return _Offer(message, device_id, sha256, act, None)


def _well_formed(message: ActMessage) -> bool:
    try:
        # One spelling only: the same id written in another way must not count as another act.
        if str(uuid.UUID(message.act_id)) != message.act_id:
            return False
    except ValueError:
        return False
    if message.act_id in (message.after, *message.rests_on):
        return False
    short = (message.act_id, message.request_id, message.recorded_at, message.kind, message.after)
    return (
        all(len(text) <= 64 and "\x00" not in text for text in (*short, *message.rests_on))
        and len(message.kind) <= 32
        and len(message.rests_on) <= 5_000
        and 0 <= message.seen < _LARGEST
        and 0 <= message.base_rev < _LARGEST
    )


def _ids_named(offers: Iterable[_Offer]) -> set[str]:
    named: set[str] = set()
    for offer in offers:
        named.add(offer.message.act_id)
        if offer.act is not None:
            named.update(offer.act.rests_on)
            if offer.act.after:
                named.add(offer.act.after)
    return named


def _load_received(connection: Connection, act_ids: set[str]) -> dict[str, _Received]:
    wanted = sorted(identifier for identifier in act_ids if "\x00" not in identifier)
    table = t.received_acts
    query = select(
        table.c.act_id,
        table.c.author_id,
        table.c.kind,
        table.c.payload_sha256,
        table.c.outcome,
        table.c.code,
        table.c.says,
        t.feed_tags.c.n,
    ).outerjoin(t.feed_tags, t.feed_tags.c.tag == table.c.tag)
    found: dict[str, _Received] = {}
    for start in range(0, len(wanted), 500):
        for row in connection.execute(query.where(table.c.act_id.in_(wanted[start : start + 500]))):
            found[row.act_id] = _Received(
                row.author_id, row.kind, row.payload_sha256, row.outcome, row.code, row.says, row.n or 0
            )
    return found


def _told_again(act_id: str, before: _Received) -> OutcomeMessage:
    outcome = OutcomeKind.ALREADY_APPLIED.value if before.outcome in _TAKEN else before.outcome
    return OutcomeMessage(act_id=act_id, outcome=outcome, code=before.code, says=before.says, n=before.n)


def _message(outcome: ActOutcome) -> OutcomeMessage:
    return OutcomeMessage(
        act_id=outcome.act_id, outcome=outcome.kind.value, code=outcome.code, says=outcome.says
    )


def _answer(outcomes: list[OutcomeMessage], head: int) -> PushAnswer:
    """Acts taken now carry the feed's new head; a pull up to it shows their change and confirms that they are kept."""
    for outcome in outcomes:
        if outcome.outcome in _TAKEN:
            outcome.n = head
    return PushAnswer(outcomes=outcomes)
