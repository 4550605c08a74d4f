"""Somebody of the demonstration with a desktop: what they do reaches the service as acts, as a desktop sends them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from app.domain.acts import Act, Deed
from app.domain.people import Person
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import BlobStore
from app.service.database import reading
from app.service.push import PushDesk
from app.wire.acts import act_message
from app.wire.messages import Push

_DEVICE = "demonstration"


class DemoDesktop:
    """One person's desktop, always in step with the service."""

    def __init__(self, engine: Engine, blobs: BlobStore, person: Person) -> None:
        self.engine = engine
        self.person = person
        self._blobs = blobs

    def act(self, deed: Deed, now: datetime) -> Act:
        """An act that stands on everything there is now. It is not sent yet."""
        with reading(self.engine) as connection:
            seen = connection.execute(select(t.feed_head.c.n)).scalar_one()
        return Act(
            id=new_id(),
            device_id=_DEVICE,
            author_id=self.person.id,
            seen=seen,
            recorded_at=now,
            deed=deed,
            base_rev=seen,
        )

    def push(self, *acts: Act, now: datetime) -> None:
        """Sends acts together. Raises ValueError, with what the service says, unless every one is applied."""
        desk = PushDesk(self.engine, self._blobs, lambda: now)
        push = Push(device_id=_DEVICE, acts=[act_message(act) for act in acts])
        for outcome in desk.answer(self.person, push).outcomes:
            if outcome.outcome != "applied":
                raise ValueError(f"the demonstration's data do not fit together: {outcome.says}")

    def do(self, deed: Deed, now: datetime) -> None:
        """One act made and sent."""
        self.push(self.act(deed, now), now=now)
