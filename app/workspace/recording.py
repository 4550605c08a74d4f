"""Putting acts together and making them durable: what every deed has in common, whatever it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.domain.acts import Act, AddNote, Deed, target_of
from app.domain.errors import KnownError
from app.domain.people import Permission, Person
from app.domain.review_deeds import AddVisitEvidence, LogNomineeContact, RecordMeeting

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.work import WorkStore

_EACH_BY_ITSELF = (AddNote, AddVisitEvidence, LogNomineeContact, RecordMeeting)
"""Of these a second one on the same target is another one, and no better version of the first."""


class Recorder:
    """Records acts of one person on one device into the outbox.

    cache: knows which feed, and how far, this device has pulled. clock: the device's time, shown to people and never
    trusted. new_id: makes UUIDv7 texts.
    """

    def __init__(
        self,
        work: WorkStore,
        cache: CacheStore,
        person: Person,
        device_id: str,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.person = person
        self.new_id = new_id
        self._work = work
        self._device_id = device_id
        self._cache = cache
        self._clock = clock

    def record(
        self,
        deed: Deed,
        *,
        base_rev: int = 0,
        rests_on: tuple[str, ...] = (),
        drafts: Mapping[str, Mapping[str, Any] | None] | None = None,
        act_id: str = "",
    ) -> Act:
        """One transaction: the act into the outbox, and by key what becomes of the drafts it came from."""
        act = Act(
            id=act_id or self.new_id(),
            device_id=self._device_id,
            author_id=self.person.id,
            seen=self._cache.seen(),
            recorded_at=self._clock(),
            deed=deed,
            base_rev=base_rev,
            after=""
            if isinstance(deed, AddNote | AddVisitEvidence)
            else self._work.last_waiting(target_of(deed)),
            rests_on=rests_on,
            # Asked after the number: a later head than that one's is as good, an earlier one is not.
            seen_tag=self._cache.seen_tag(),
        )
        self._work.add(act, drafts=drafts or {}, mends=self._mended_by(act))
        return act

    def must(self, permission: Permission, says: str) -> None:
        """Raises KnownError ``not_allowed`` in these words where the person may not do it."""
        if not self.person.may(permission):
            raise KnownError("not_allowed", says, "Ask the qualifications team if this is a mistake.")

    def _mended_by(self, act: Act) -> tuple[str, ...]:
        """What the service refused of the same kind on the same target."""
        if isinstance(act.deed, _EACH_BY_ITSELF):
            return ()
        kind = type(act.deed).__name__
        refused = self._work.entries(("rejected", "conflict"), act.root)
        return tuple(entry.act_id for entry in refused if entry.target == act.target and entry.kind == kind)
