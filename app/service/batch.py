"""The acts of one push as one transaction takes them: what came before, what each does, and what is noted of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from app.domain.acts import Act, ActOutcome, OutcomeKind
from app.domain.errors import KnownError
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.apply import apply_act
from app.service.blobs import BlobStore
from app.service.feed import Changes
from app.service.ledger import Ledger
from app.service.tokens import Visit
from app.wire.acts import act_of, payload_hash
from app.wire.messages import ActMessage, OutcomeMessage

_LARGEST = 2**62

TAKEN = frozenset({OutcomeKind.APPLIED.value, OutcomeKind.HELD.value})
"""The outcomes of an act that the service has accepted."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One act as it arrived: the message, the hash of its payload, and the act, unless it cannot be understood.

    ``place``: where it stood in its push.
    """

    message: ActMessage
    place: int
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


class Batch:
    """The acts of one transaction: what was received before, what they do, and what is noted about them.

    ``targets`` are the offers whose requests are locked and read; ``offers`` those that will be taken here.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        author: Visit,
        now: datetime,
        changes: Changes,
        targets: Sequence[Offer],
        offers: Sequence[Offer],
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
        self._known = set(self._received)
        self._rows: dict[str, dict[str, object]] = {}

    def take(self, offer: Offer) -> OutcomeMessage:
        """The answer to one act, with its effect if it has one."""
        before = self._received.get(offer.message.act_id)
        held_before = False
        if before is not None:
            same = (before.author_id, before.kind, before.sha256) == (
                self._author.person.id,
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
            held_before = before.outcome == OutcomeKind.HELD.value and self._hold_is_over(offer)
            if before.outcome != OutcomeKind.BLOCKED.value and not held_before:
                return _told_again(offer.message.act_id, before)
        if offer.act is None or offer.refusal is not None:
            assert offer.refusal is not None
            return self.settle(offer, offer.refusal)
        outcome = self._waits(offer.act) or apply_act(self._ledger, offer.act, accepted=held_before)
        return self.settle(offer, outcome)

    def put_aside(self, offer: Offer, outcome: ActOutcome) -> OutcomeMessage:
        """Notes that an act could not be taken for now; one that was held before stays held."""
        before = self._received.get(offer.message.act_id)
        if before is not None and before.outcome == OutcomeKind.HELD.value:
            return _told_again(offer.message.act_id, before)
        return self.settle(offer, outcome)

    def _hold_is_over(self, offer: Offer) -> bool:
        request = self._ledger.request(offer.act.request_id) if offer.act is not None else None
        return request is not None and request.state is not RequestState.ON_HOLD

    def settle(self, offer: Offer, outcome: ActOutcome) -> OutcomeMessage:
        """Notes the answer and the payload, so that nothing a person did is ever thrown away."""
        message = offer.message
        if outcome.code != "act_malformed":
            self._rows[message.act_id] = {
                "act_id": message.act_id,
                "author_id": self._author.person.id,
                "device_id": self._author.device_id,
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
                "place": offer.place,
                "seen": message.seen,
                "base_rev": message.base_rev,
                "after_act": message.after,
                "rests_on": message.rests_on,
            }
            if outcome.kind.value in TAKEN:
                self._changes.take_act()
            self._received[message.act_id] = _Received(
                self._author.person.id,
                message.kind,
                offer.sha256,
                outcome.kind.value,
                outcome.code,
                outcome.says,
                0,
            )
        return _message(outcome)

    def flush(self) -> None:
        self._ledger.flush(self._changes)
        table = t.received_acts
        new = [row for key, row in self._rows.items() if key not in self._known]
        if new:
            # A plain INSERT: should the same act have come in by another way meanwhile, nothing of this batch counts.
            self._connection.execute(table.insert(), new)
        for key in self._rows.keys() & self._known:
            row = self._rows[key]
            self._connection.execute(
                update(table)
                .where(table.c.act_id == key)
                .values(
                    {name: row[name] for name in ("outcome", "code", "says", "received_at", "tag", "place")}
                )
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
            if other is None or other.outcome not in TAKEN:
                return ActOutcome(
                    act.id,
                    OutcomeKind.BLOCKED,
                    "rests_on_untaken",
                    "This waits for another entry it rests on, which has not been taken"
                    + (f": {other.says}" if other is not None and other.says else "."),
                )
        return None


def offer_of(message: ActMessage, place: int, author: Visit) -> Offer:
    """The act of a message as far as it can be understood."""
    sha256 = payload_hash(bytes(message.payload))

    def refused(code: str, says: str, act: Act | None = None) -> Offer:
        outcome = ActOutcome(message.act_id, OutcomeKind.REJECTED, code, says)
        return Offer(message, place, sha256, act, outcome)

    malformed = "This entry is not built as the service expects and was not taken."
    if not _well_formed(message):
        return refused("act_malformed", malformed)
    try:
        act = act_of(message, author.device_id, author.person.id)
    except KnownError as refusal:
        return refused(refusal.code, str(refusal))
    except (ValueError, RecursionError):
        # Such as bytes that are no text at all, or brackets nested without end.
        return refused("act_malformed", malformed)
    if sha256 != message.payload_sha256:
        return refused("payload_damaged", "This entry arrived damaged and was not taken.", act)
    if (act.request_id, act.target) != (message.request_id, message.target):
        return refused("act_malformed", malformed)
    return Offer(message, place, sha256, act, None)


def offer_held(row: Row[Any], author: Visit) -> Offer:
    """An act that was received earlier, from its row in ``received_acts``."""
    message = ActMessage(
        act_id=row.act_id,
        seen=row.seen,
        kind=row.kind,
        target="",
        request_id=row.request_id,
        recorded_at=row.recorded_at,
        payload=msgspec.Raw(row.payload),
        payload_sha256=row.payload_sha256,
        base_rev=row.base_rev,
        after=row.after_act,
        rests_on=list(row.rests_on),
    )
    act = act_of(message, author.device_id, author.person.id)
    message.target = act.target
    return Offer(message, row.place, row.payload_sha256, act, None)


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


def _ids_named(offers: Iterable[Offer]) -> set[str]:
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
    outcome = OutcomeKind.ALREADY_APPLIED.value if before.outcome in TAKEN else before.outcome
    return OutcomeMessage(act_id=act_id, outcome=outcome, code=before.code, says=before.says, n=before.n)


def _message(outcome: ActOutcome) -> OutcomeMessage:
    return OutcomeMessage(
        act_id=outcome.act_id, outcome=outcome.kind.value, code=outcome.code, says=outcome.says
    )
