"""Acts to wire messages and back: their payload is frozen bytes from the moment they are recorded."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from app.domain.acts import DEEDS, Act, ActOutcome, Deed, OutcomeKind, files_of
from app.domain.dates import from_text, to_text
from app.wire import messages as m
from app.wire.codec import UpdateNeeded


def payload_of(deed: Deed) -> bytes:
    """The canonical bytes of a deed: sorted keys, so that equal deeds have equal hashes. Bytes become base64."""
    return msgspec.json.encode(deed, order="deterministic")


def deed_of(kind: str, payload: bytes) -> Deed:
    """The deed that ``payload_of`` wrote. Raises UpdateNeeded for a kind or value this version does not know."""
    deed_type: Any = DEEDS.get(kind)
    if deed_type is None:
        raise UpdateNeeded("act", kind, "unknown kind of act")
    try:
        deed: Deed = msgspec.json.decode(payload, type=deed_type)
    except m.UNREADABLE as error:
        raise UpdateNeeded("act", kind, str(error)) from error
    return deed


def payload_hash(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def act_message(act: Act, payload: bytes | None = None) -> m.ActMessage:
    """The message of an act. ``payload``: its bytes as frozen in the outbox, which are sent unchanged."""
    frozen = payload_of(act.deed) if payload is None else payload
    return m.ActMessage(
        act_id=act.id,
        seen=act.seen,
        kind=type(act.deed).__name__,
        target=act.target,
        request_id=act.root,
        recorded_at=to_text(act.recorded_at),
        payload=msgspec.Raw(frozen),
        payload_sha256=payload_hash(frozen),
        base_rev=act.base_rev,
        after=act.after,
        rests_on=list(act.rests_on),
        files=[file.sha256 for file in files_of(act.deed)],
        seen_tag=act.seen_tag,
    )


def act_of(message: m.ActMessage, device_id: str, author_id: str) -> Act:
    """The act a message carries, by the person who is signed in. Raises UpdateNeeded if it is not understood."""
    try:
        recorded_at = from_text(message.recorded_at)
    except ValueError as error:
        raise UpdateNeeded("act", message.act_id, str(error)) from error
    return Act(
        id=message.act_id,
        device_id=device_id,
        author_id=author_id,
        seen=message.seen,
        recorded_at=recorded_at,
        deed=deed_of(message.kind, bytes(message.payload)),
        base_rev=message.base_rev,
        after=message.after,
        rests_on=tuple(message.rests_on),
        seen_tag=message.seen_tag,
    )


def outcome_message(outcome: ActOutcome, n: int = 0) -> m.OutcomeMessage:
    return m.OutcomeMessage(
        act_id=outcome.act_id, outcome=outcome.kind.value, code=outcome.code, says=outcome.says, n=n
    )


def outcome_of(message: m.OutcomeMessage) -> ActOutcome:
    """The service's answer; a word this version does not know is kept as rejected, with the word in ``says``."""
    try:
        kind = OutcomeKind(message.outcome)
    except ValueError:
        return ActOutcome(
            message.act_id,
            OutcomeKind.REJECTED,
            "update_needed",
            f"The service answered “{message.outcome}”, which needs a newer version of Touchstone.",
        )
    return ActOutcome(message.act_id, kind, message.code, message.says)
