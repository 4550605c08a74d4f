"""What the outbox and the drafts hand out: plain values, loaded without a database."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec

from app.domain.acts import Act, files_of
from app.domain.dates import to_text
from app.domain.errors import KnownError
from app.wire.acts import deed_of
from app.wire.codec import UpdateNeeded
from app.wire.messages import ActMessage


class ActState(StrEnum):
    """Where an act of the outbox stands. ``sending``: offered, and the service's answer is not known."""

    QUEUED = "queued"
    SENDING = "sending"
    APPLIED = "applied"
    HELD = "held"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    TAKEN_BACK = "taken_back"


WAITING = (ActState.QUEUED, ActState.SENDING)
ATTENTION = (ActState.CONFLICT, ActState.REJECTED, ActState.BLOCKED)
TAKEN = (ActState.APPLIED, ActState.HELD)

TOO_LARGE = "act_too_large"
UNREAD = "act_not_read"
UNREAD_CODES = (TOO_LARGE, UNREAD, "payload_damaged")
"""Codes of acts that the service refused unread, so that it would take the same act another time."""
"""Codes of acts that the service refused without reading them: the same act may be offered again."""


@dataclass(frozen=True)
class OutboxEntry:
    """One act as it was frozen when it was recorded, and what became of it.

    seq: its place in the order of recording. payload: the deed's bytes exactly as they travel.
    tries: how often it was offered. n: the feed number that holds its effect, 0 while unknown.
    covered: the service's backups hold it, so it will never have to be offered again.
    """

    seq: int
    act_id: str
    device_id: str
    author_id: str
    seen: int
    kind: str
    target: str
    request_id: str
    base_rev: int
    after: str
    rests_on: tuple[str, ...]
    payload: bytes
    payload_sha256: str
    recorded_at: datetime
    state: ActState
    code: str
    says: str
    answered_at: datetime | None
    tries: int
    n: int
    covered: bool
    seen_tag: str

    @property
    def forgotten(self) -> bool:
        """Whether only the fact is left that there was this act: its request left, and the service has it for good."""
        return not self.payload

    @cached_property
    def act(self) -> Act:
        """The act, decoded when first asked for. Raises UpdateNeeded for an act of a newer version, and
        ``KnownError("forgotten")`` for one whose content is no longer here.
        """
        if self.forgotten:
            raise KnownError(
                "forgotten",
                "What you recorded here is no longer on this computer, because its request is no longer yours.",
                "What the service took of it is in its records, for whoever looks after the request now.",
            )
        return Act(
            id=self.act_id,
            device_id=self.device_id,
            author_id=self.author_id,
            seen=self.seen,
            recorded_at=self.recorded_at,
            deed=deed_of(self.kind, self.payload),
            base_rev=self.base_rev,
            after=self.after,
            rests_on=self.rests_on,
            seen_tag=self.seen_tag,
        )

    def message(self) -> ActMessage:
        """The act as it is sent: the frozen bytes, never encoded anew, and which files these name."""
        return ActMessage(
            act_id=self.act_id,
            seen=self.seen,
            kind=self.kind,
            target=self.target,
            request_id=self.request_id,
            recorded_at=to_text(self.recorded_at),
            payload=msgspec.Raw(self.payload),
            payload_sha256=self.payload_sha256,
            base_rev=self.base_rev,
            after=self.after,
            rests_on=list(self.rests_on),
            seen_tag=self.seen_tag,
            files=self._files(),
        )

    def _files(self) -> list[str]:
        # An act of a newer version is offered all the same; what it names is then between that and the service.
        with suppress(UpdateNeeded):
            return [file.sha256 for file in files_of(self.act.deed)]
        return []


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many acts wait for the service's answer, and how many need the person's attention."""

    waiting: int
    attention: int


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """Something typed and not yet recorded."""

    key: str
    body: Mapping[str, Any]
    changed_at: datetime
