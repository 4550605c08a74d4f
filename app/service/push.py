"""Taking a batch of acts: each exactly once, each with its own answer, and one bad act stops nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.domain.acts import ActOutcome, OutcomeKind
from app.domain.errors import KnownError
from app.domain.people import Person
from app.service.batch import TAKEN, Batch
from app.service.blobs import BlobStore
from app.service.database import is_passing, transact
from app.service.feed import Changes
from app.service.offers import Offer, offer_of
from app.service.settings import Clock
from app.service.tokens import Visit
from app.wire.messages import OutcomeMessage, Push, PushAnswer

_log = structlog.get_logger("touchstone.push")


class PushDesk:
    """Answers pushes. ``clock`` dates reports and holds; no device's clock does."""

    def __init__(self, engine: Engine, blobs: BlobStore, clock: Clock) -> None:
        self._engine = engine
        self._blobs = blobs
        self._clock = clock

    def answer(self, author: Person, push: Push) -> PushAnswer:
        """One outcome per act, in the order of the acts. All take effect together; only if that fails, one by one."""
        visit = Visit(author, push.device_id)
        offers = [offer_of(message, place, visit) for place, message in enumerate(push.acts)]
        try:
            return transact(self._engine, lambda c: self._together(c, visit, offers))
        except KnownError:
            raise
        except Exception as fault:
            _log.warning("batch failed, acts go one by one", fault=type(fault).__name__)
            return transact(self._engine, lambda c: self._one_by_one(c, visit, offers))

    def _together(self, connection: Connection, author: Visit, offers: Sequence[Offer]) -> PushAnswer:
        now = self._clock()
        changes = Changes(now=now)
        batch = Batch(connection, self._blobs, author, now, changes, offers, offers)
        outcomes = [batch.take(offer) for offer in offers]
        batch.flush()
        return _answer(outcomes, changes.publish(connection))

    def _one_by_one(self, connection: Connection, author: Visit, offers: Sequence[Offer]) -> PushAnswer:
        now = self._clock()
        changes = Changes(now=now)
        outcomes: list[OutcomeMessage] = []
        # All targets are locked first and in order, as in the batch: savepoints do not change that.
        Batch(connection, self._blobs, author, now, changes, offers, ())
        for offer in offers:
            part = Changes(tag=changes.tag)
            try:
                with connection.begin_nested():
                    batch = Batch(connection, self._blobs, author, now, part, [offer], [offer])
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
        self, connection: Connection, author: Visit, now: datetime, offer: Offer, changes: Changes
    ) -> OutcomeMessage:
        """An act that the service itself fails at is kept and asked for again, never refused for good."""
        outcome = ActOutcome(
            offer.message.act_id,
            OutcomeKind.BLOCKED,
            "service_fault",
            "The service could not take this entry. It is kept and will be offered again.",
        )
        with connection.begin_nested():
            batch = Batch(connection, self._blobs, author, now, Changes(tag=changes.tag), [], [offer])
            message = batch.put_aside(offer, outcome)
            batch.flush()
        return message


def _answer(outcomes: list[OutcomeMessage], head: int) -> PushAnswer:
    """Acts taken now carry the feed's new head; a pull up to it shows their change and confirms that they are kept."""
    for outcome in outcomes:
        if outcome.outcome in TAKEN:
            outcome.n = head
    return PushAnswer(outcomes=outcomes)
