"""The acts of one push as one transaction takes them: what came before, what each does, and what is noted of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.acts import Act, ActOutcome, OutcomeKind, files_of
from app.domain.moderation import RequestState
from app.domain.review_deeds import ReviewDeed, SignOffAction
from app.service import tables as t
from app.service.apply import apply_act
from app.service.blobs import BlobStore
from app.service.feed import Changes
from app.service.file_rights import grant, lock_uploads, may_read, roots_with
from app.service.ledger import Ledger
from app.service.offers import NOT_NOTED, Offer
from app.service.review_apply import apply_review_act
from app.service.review_ledger import ReviewLedger
from app.service.tokens import Visit
from app.wire.messages import ActMessage, OutcomeMessage

TAKEN = frozenset({OutcomeKind.APPLIED.value, OutcomeKind.HELD.value})
"""The outcomes of an act that the service has accepted."""


@dataclass(slots=True)
class _Received:
    """What stands in ``received_acts`` about one act; ``n`` is the feed's head once its change was in it.

    ``target``: empty where it was not kept. ``envelope``: the act's fields beside its deed, as they came first.
    """

    author_id: str
    kind: str
    sha256: str
    outcome: str
    code: str
    says: str
    n: int
    request_id: str
    target: str
    envelope: dict[str, Any]


class Batch:
    """The acts of one transaction: what was received before, what they do, and what is noted about them.

    ``targets`` are the offers whose requests and reviews are locked and read; ``offers`` those that will be taken here.
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
        self._linked: list[Act] = []
        # Locks first: a push of the same acts that is still under way elsewhere is waited for here.
        acts = [offer.act for offer in targets if offer.act]
        in_requests = [act.root for act in acts if not isinstance(act.deed, ReviewDeed)]
        self._ledger = Ledger(connection, blobs, author, now, in_requests)
        in_reviews = [act.root for act in acts if isinstance(act.deed, ReviewDeed)]
        signed_off = [act.deed.action_id for act in acts if isinstance(act.deed, SignOffAction)]
        self._reviews = ReviewLedger(connection, blobs, author, now, in_reviews, signed_off)
        self._received = _load_received(connection, offers)
        self._known = set(self._received)
        self._rows: dict[str, dict[str, object]] = {}

    def take(self, offer: Offer) -> OutcomeMessage:
        """The answer to one act, with its effect if it has one."""
        before = self._received.get(offer.message.act_id)
        held_before = False
        if before is not None:
            if not self._is_same(before, offer):
                if offer.refusal is not None and offer.refusal.code in NOT_NOTED:
                    return _message(offer.refusal)
                return _message(
                    ActOutcome(
                        offer.message.act_id,
                        OutcomeKind.REJECTED,
                        "act_changed",
                        "This entry was sent before with other content; what was sent first stands.",
                    )
                )
            held_before = before.outcome == OutcomeKind.HELD.value and self._hold_is_over(offer)
            waits = before.outcome == OutcomeKind.BLOCKED.value or before.code in NOT_NOTED
            if not waits and not held_before:
                return _told_again(offer.message.act_id, before)
        if offer.act is None or offer.refusal is not None:
            assert offer.refusal is not None
            return self.settle(offer, offer.refusal)
        # What an act rests on is fixed when it comes first: sent again with less, it still waits for all of it.
        act = offer.act if before is None else replace(offer.act, **before.envelope)
        outcome = self._waits(act) or self._apply(act, accepted=held_before)
        if outcome.kind is OutcomeKind.APPLIED and files_of(act.deed):
            self._linked.append(act)
        return self.settle(offer, outcome)

    def _apply(self, act: Act, *, accepted: bool) -> ActOutcome:
        if isinstance(act.deed, ReviewDeed):
            return apply_review_act(self._reviews, act, act.deed)
        return apply_act(self._ledger, act, act.deed, accepted=accepted)

    def put_aside(self, offer: Offer, outcome: ActOutcome) -> OutcomeMessage:
        """Notes that an act could not be taken for now; one that was held before stays held."""
        before = self._received.get(offer.message.act_id)
        if before is not None and before.outcome == OutcomeKind.HELD.value:
            return _told_again(offer.message.act_id, before)
        return self.settle(offer, outcome)

    def _is_same(self, before: _Received, offer: Offer) -> bool:
        """Whether the offer is what came under its id before; of damaged bytes the hash they travel with tells."""
        return (before.author_id, before.kind, before.sha256) == (
            self._author.person.id,
            offer.message.kind,
            offer.message.payload_sha256,
        )

    def _hold_is_over(self, offer: Offer) -> bool:
        request = self._ledger.request(offer.act.root) if offer.act is not None else None
        return request is not None and request.state is not RequestState.ON_HOLD

    def settle(self, offer: Offer, outcome: ActOutcome) -> OutcomeMessage:
        """Notes the answer and the payload, so that nothing a person did is ever thrown away."""
        message = offer.message
        if outcome.code not in NOT_NOTED:
            before = self._received.get(message.act_id)
            envelope = before.envelope if before is not None else _envelope_of(message)
            target = offer.act.target if offer.act is not None else ""
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
                "seen": envelope["seen"],
                "base_rev": envelope["base_rev"],
                "after_act": envelope["after"],
                "rests_on": list(envelope["rests_on"]),
                "target": target,
                "seen_tag": envelope["seen_tag"],
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
                message.request_id,
                target,
                envelope,
            )
        return _message(outcome)

    def flush(self) -> None:
        self._ledger.flush(self._changes)
        self._reviews.flush(self._changes)
        self._grant_files()
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

    def _grant_files(self) -> None:
        """Settles whether those who have the notes and noted evidence taken here may read their files: as the author
        may, now or when it was recorded. Otherwise it waits for the author's own upload.
        """
        if not self._linked:
            return
        author, device_id = self._author.person, self._author.device_id
        lock_uploads(
            self._connection, author.id, (file.sha256 for act in self._linked for file in files_of(act.deed))
        )
        for act in self._linked:
            for sha256 in sorted({file.sha256 for file in files_of(act.deed)}):
                if may_read(self._connection, author, device_id, sha256, self._now) or any(
                    self._ledger.rights.held_then(root, act) for root in roots_with(self._connection, sha256)
                ):
                    grant(self._connection, author.id, sha256, self._now, act.id)

    def _own(self, act_id: str) -> _Received | None:
        """An earlier act of this author's. Somebody else's is as unknown as one that never came."""
        found = self._received.get(act_id)
        return found if found is not None and found.author_id == self._author.person.id else None

    def _waits(self, act: Act) -> ActOutcome | None:
        """Why the act must wait, or None: an act before it is unknown, or one that it rests on was not taken."""
        earlier = self._own(act.after) if act.after else None
        if earlier is not None and (earlier.request_id, earlier.target or act.target) != (
            act.root,
            act.target,
        ):
            earlier = None
        if act.after and (earlier is None or earlier.outcome == OutcomeKind.BLOCKED.value):
            return ActOutcome(
                act.id,
                OutcomeKind.BLOCKED,
                "waits_for_earlier",
                "This waits for an earlier entry of yours that has not arrived.",
            )
        for identifier in act.rests_on:
            other = self._own(identifier)
            if other is None or other.outcome not in TAKEN:
                return ActOutcome(
                    act.id,
                    OutcomeKind.BLOCKED,
                    "rests_on_untaken",
                    "This waits for another entry it rests on, which has not been taken"
                    + (f": {other.says}" if other is not None and other.says else "."),
                )
        return None


def _ids_named(offers: Iterable[Offer]) -> set[str]:
    """What the acts come after, and rest on."""
    named: set[str] = set()
    for offer in offers:
        if offer.act is not None:
            named.update(offer.act.rests_on)
            if offer.act.after:
                named.add(offer.act.after)
    return named


def _envelope_of(message: ActMessage) -> dict[str, Any]:
    return {
        "seen": message.seen,
        "seen_tag": message.seen_tag,
        "base_rev": message.base_rev,
        "after": message.after,
        "rests_on": tuple(message.rests_on),
    }


def _load_received(connection: Connection, offers: Iterable[Offer]) -> dict[str, _Received]:
    """What was received before of the acts offered here, and of those that they wait for."""
    offered = {offer.message.act_id for offer in offers}
    found = _load_rows(connection, offered | _ids_named(offers))
    # What an act waits for is what it named when it came first.
    named: set[str] = set()
    for act_id in offered & found.keys():
        envelope = found[act_id].envelope
        named.update((*envelope["rests_on"], envelope["after"]))
    return found | _load_rows(connection, named - found.keys() - {""})


def _load_rows(connection: Connection, act_ids: set[str]) -> dict[str, _Received]:
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
        table.c.request_id,
        table.c.target,
        table.c.seen,
        table.c.seen_tag,
        table.c.base_rev,
        table.c.after_act,
        table.c.rests_on,
        t.feed_tags.c.n,
    ).outerjoin(t.feed_tags, t.feed_tags.c.tag == table.c.tag)
    found: dict[str, _Received] = {}
    for start in range(0, len(wanted), 500):
        for row in connection.execute(query.where(table.c.act_id.in_(wanted[start : start + 500]))):
            envelope = {
                "seen": row.seen,
                "seen_tag": row.seen_tag,
                "base_rev": row.base_rev,
                "after": row.after_act,
                "rests_on": tuple(row.rests_on),
            }
            found[row.act_id] = _Received(
                row.author_id,
                row.kind,
                row.payload_sha256,
                row.outcome,
                row.code,
                row.says,
                row.n or 0,
                row.request_id,
                row.target,
                envelope,
            )
    return found


def _told_again(act_id: str, before: _Received) -> OutcomeMessage:
    outcome = OutcomeKind.ALREADY_APPLIED.value if before.outcome in TAKEN else before.outcome
    return OutcomeMessage(act_id=act_id, outcome=outcome, code=before.code, says=before.says, n=before.n)


def _message(outcome: ActOutcome) -> OutcomeMessage:
    return OutcomeMessage(
        act_id=outcome.act_id, outcome=outcome.kind.value, code=outcome.code, says=outcome.says
    )
