"""Acts as they arrive: each understood as far as it can be, before any of them is looked at in the database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row

from app.domain.acts import Act, ActOutcome, OutcomeKind
from app.domain.dates import from_text
from app.service.tokens import Visit
from app.wire.acts import act_of, payload_hash
from app.wire.codec import UpdateNeeded
from app.wire.messages import UNREADABLE, ActMessage

_LARGEST = 2**62

NOT_NOTED = frozenset({"act_malformed", "payload_damaged", "update_needed"})
"""Refusals of what arrived, not of what was recorded: under the same id the act itself may still come."""


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


def offer_of(message: ActMessage, place: int, author: Visit) -> Offer:
    """The act of a message as far as it can be understood."""
    sha256 = payload_hash(bytes(message.payload))

    def refused(code: str, says: str) -> Offer:
        outcome = ActOutcome(message.act_id, OutcomeKind.REJECTED, code, says)
        return Offer(message, place, sha256, None, outcome)

    malformed = "This entry is not built as the service expects and was not taken."
    if not _well_formed(message):
        return refused("act_malformed", malformed)
    if sha256 != message.payload_sha256:
        return refused("payload_damaged", "This entry arrived damaged and was not taken.")
    try:
        from_text(message.recorded_at)
    except ValueError:
        return refused("moment_unreadable", "The moment at which this was recorded cannot be read.")
    try:
        act = act_of(message, author.device_id, author.person.id)
    except UpdateNeeded:
        if not _is_object(bytes(message.payload)):
            # Such as bytes that are no text at all, or brackets nested without end.
            return refused("act_malformed", malformed)
        return Offer(message, place, sha256, None, _not_yet(message.act_id))
    if (act.root, act.target) != (message.request_id, message.target):
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
        seen_tag=row.seen_tag,
    )
    act = act_of(message, author.device_id, author.person.id)
    message.target = act.target
    return Offer(message, row.place, row.payload_sha256, act, None)


def _not_yet(act_id: str) -> ActOutcome:
    """An act of a newer desktop: it is not noted, so that the service takes it once it has been updated itself."""
    return ActOutcome(
        act_id,
        OutcomeKind.BLOCKED,
        "update_needed",
        "The service is older than your Touchstone and does not know this kind of entry yet. It is kept on your "
        "computer and offered again.",
    )


def _is_object(payload: bytes) -> bool:
    try:
        msgspec.json.decode(payload, type=dict[str, Any])
    except UNREADABLE:
        return False
    return True


def _well_formed(message: ActMessage) -> bool:
    try:
        # One spelling only: the same id written in another way must not count as another act.
        if str(uuid.UUID(message.act_id)) != message.act_id:
            return False
    except ValueError:
        return False
    if message.act_id in (message.after, *message.rests_on):
        return False
    short = (
        message.act_id,
        message.request_id,
        message.target,
        message.recorded_at,
        message.kind,
        message.after,
    )
    return (
        all(len(text) <= 64 and "\x00" not in text for text in (*short, *message.rests_on))
        and len(message.kind) <= 32
        and len(message.seen_tag) <= 32
        and "\x00" not in message.seen_tag
        and len(message.rests_on) <= 5_000
        and 0 <= message.seen < _LARGEST
        and 0 <= message.base_rev < _LARGEST
    )
