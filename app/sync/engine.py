"""Push and pull, without any input or output: generators that yield calls and are sent the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from app.domain.acts import ActOutcome, OutcomeKind
from app.domain.errors import KnownError
from app.models.entries import TOO_LARGE, UNREAD, OutboxEntry
from app.models.held import Page
from app.sync.answers import Refused, message, page_lines
from app.sync.calls import HttpCall, Steps, Unreachable
from app.wire.messages import (
    PROTOCOL,
    PUSH_ACTS,
    PUSH_BYTES,
    FeedLine,
    Hello,
    OutcomeMessage,
    Push,
    PushAnswer,
)

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.work import WorkStore

OnChanges = Callable[[frozenset[str], bool], None]
"""Called with the ids of requests that changed, and whether the outbox did."""

HELLO_LASTS = 900.0
"""Seconds after which the service is asked anew what it speaks and what its backups cover."""

_PATIENCE = 3
_SPLITS = 16
_NOT_UNDERSTOOD = "malformed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come: acts answered and still waiting, records written, and whether more are to come."""

    answered: int
    waiting: int
    records: int
    more: bool


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did. ``seen``: the feed number reached; ``at``: when it ended, by this computer's clock."""

    pushed: int
    pulled: int
    outcomes: tuple[ActOutcome, ...]
    seen: int
    at: datetime


class Engine:
    """The client half of the protocol for one profile. One conversation at a time.

    clock: the moment, for the person to see. ticks: seconds that only ever grow, to tell how old a hello is.
    """

    def __init__(
        self,
        work: WorkStore,
        cache: CacheStore,
        device_id: str,
        *,
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
        on_changes: OnChanges = lambda requests, outbox: None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._work = work
        self._cache = cache
        self._device_id = device_id
        self._clock = clock
        self._ticks = ticks
        self.on_changes = on_changes
        self.on_progress = on_progress
        self._hello: Hello | None = None
        self._hello_at = 0.0
        self._outcomes: list[ActOutcome] = []
        self._records = 0
        self._splits = 0
        self._lost = False

    def sync(self) -> Steps[SyncReport]:
        """One whole round. Raises the ``KnownError`` that ended it; what was done before stays done."""
        self._outcomes, self._records, self._splits = [], 0, _SPLITS
        try:
            return (yield from self._round())
        except KnownError:
            # Whatever went wrong, the service may be another one when it answers again.
            self._hello = None
            raise

    def _round(self) -> Steps[SyncReport]:
        hello = yield from self.hello()
        if hello.protocol_max < PROTOCOL:
            raise KnownError(
                "service_older",
                "The service is older than this version of Touchstone.",
                "Your work is kept and sent once the service is updated; tell the support contact.",
            )
        if hello.protocol_min > PROTOCOL:
            # The work of an older Touchstone is always offered, whatever becomes of the rest.
            yield from self.push()
            raise KnownError(
                "service_newer",
                "The service needs a newer version of Touchstone.",
                "Update Touchstone; your work is kept, and you can go on working offline until then.",
            )
        # What was taken and never seen in a pull may have been lost with a restored backup: asking again is free.
        unsure = self._work.offer_again(seen=self._cache.seen())
        if self._work.release_blocked() + unsure:
            self.on_changes(frozenset(), True)
        if self._cache.cursor() and self._work.counts().waiting:
            # Does the service still know where I stand? One restored from a backup must first get back what it
            # lost, or it would refuse what rests on that.
            yield from self._next_page()
        trouble = yield from self._exchange()
        hello = yield from self.hello()
        seen = self._cache.seen()
        self._work.release_covered(seen=seen, durable_seq=hello.durable_seq)
        if trouble is not None:
            raise trouble
        return SyncReport(
            pushed=len(self._outcomes),
            pulled=self._records,
            outcomes=tuple(self._outcomes),
            seen=seen,
            at=self._clock(),
        )

    def _exchange(self) -> Steps[Refused | None]:
        """Push, then pull to the end; once more if it turned out meanwhile that the service lost acts of mine."""
        self._lost = False
        trouble = yield from self._push_all()
        yield from self.pull()
        if self._lost:
            trouble = yield from self._push_all()
            yield from self.pull()
        return trouble

    # -- hello --------------------------------------------------------------------------------------------------

    def hello(self) -> Steps[Hello]:
        """What the service speaks, asked again when the last answer is old."""
        known = self._hello
        if known is None or self._ticks() - self._hello_at > HELLO_LASTS:
            answer = yield HttpCall("GET", "/api/sync/hello")
            known = self._hello = message(answer, Hello)
            self._hello_at = self._ticks()
        return known

    # -- push ---------------------------------------------------------------------------------------------------

    def push(self) -> Steps[None]:
        """Offers everything that waits, each act once, in order. Raises what stopped it."""
        trouble = yield from self._push_all()
        if trouble is not None:
            raise trouble

    def _push_all(self) -> Steps[Refused | None]:
        """As ``push``; but a fault inside the service over some batch is returned after the others were offered."""
        hello = yield from self.hello()
        limit = max(1, min(PUSH_ACTS, hello.push_acts))
        max_bytes = min(PUSH_BYTES, hello.push_bytes)
        above, faults = 0, 0
        trouble: Refused | None = None
        while True:
            batch = self._work.begin_sending(above=above, limit=limit, max_bytes=max_bytes)
            if not batch:
                return trouble
            above = batch[-1].seq
            try:
                yield from self._offer(batch)
            except Refused as error:
                faults += 1
                if error.status != 500 or faults >= _PATIENCE:
                    raise
                trouble = error

    def _offer(self, batch: Sequence[OutboxEntry]) -> Steps[None]:
        push = Push(device_id=self._device_id, acts=[entry.message() for entry in batch])
        ids = [entry.act_id for entry in batch]
        call = HttpCall(
            "POST", "/api/sync/push", {"Content-Type": "application/json"}, msgspec.json.encode(push)
        )
        try:
            answer = yield call
        except Unreachable as error:
            if not error.maybe_received:
                self._work.not_sent(ids)
            raise
        except KnownError:
            self._work.not_sent(ids)
            raise
        try:
            outcomes = message(answer, PushAnswer).outcomes
        except Refused as error:
            yield from self._refused(batch, error)
            return
        self._take(ids, outcomes)

    def _refused(self, batch: Sequence[OutboxEntry], error: Refused) -> Steps[None]:
        unread = error.status == 413 or (error.status == 400 and error.code == _NOT_UNDERSTOOD)
        if error.status < 500 or error.status == 503:
            # Refused as a whole and unread: none of it took effect.
            self._work.not_sent([entry.act_id for entry in batch])
        stubborn = error.status == 500 and batch[0].tries > _PATIENCE
        if len(batch) > 1 and (unread or (stubborn and self._splits > 0)):
            # One act must not hold up the others: it is found by halving.
            self._splits -= 1
            yield from self._offer_halves(batch)
            return
        if not unread:
            raise error
        outcome = OutcomeMessage(
            act_id=batch[0].act_id,
            outcome=OutcomeKind.REJECTED.value,
            code=TOO_LARGE if error.status == 413 else UNREAD,
            says=f"The service could not take this: {error.says}",
        )
        self._take([batch[0].act_id], [outcome])

    def _offer_halves(self, batch: Sequence[OutboxEntry]) -> Steps[None]:
        middle = len(batch) // 2
        trouble: Refused | None = None
        for half in (batch[:middle], batch[middle:]):
            again = self._work.begin_sending(
                above=0, limit=len(half), max_bytes=PUSH_BYTES, ids=[entry.act_id for entry in half]
            )
            try:
                if again:
                    yield from self._offer(again)
            except Refused as error:
                if error.status != 500:
                    raise
                trouble = error
        if trouble is not None:
            raise trouble

    def _take(self, ids: Sequence[str], outcomes: Sequence[OutcomeMessage]) -> None:
        """Notes the answers to these acts; an act without one stays *sending* and is asked about again."""
        mine = [outcome for outcome in outcomes if outcome.act_id in set(ids)]
        self._outcomes += self._work.record_outcomes(mine)
        self.on_changes(frozenset(), True)
        self._tell(more=False)

    # -- pull ---------------------------------------------------------------------------------------------------

    def pull(self) -> Steps[None]:
        """Fetches page after page until nothing is left; each is written with its cursor or not at all."""
        while (yield from self._next_page()):
            pass

    def _next_page(self) -> Steps[bool]:
        """Fetches and writes one page; returns whether there are more."""
        cursor = self._cache.cursor()
        lines, end = page_lines((yield _pull(cursor)))
        fresh = end.resync
        if fresh:
            # The service lost what it knew of me. It gets its acts back, and I read everything anew.
            self._hello = None
            if self._work.offer_again():
                self._lost = True
                self.on_changes(frozenset(), True)
            cursor = ""
            lines, end = page_lines((yield _pull(cursor)))
        if end.resync or (end.more and end.cursor == cursor):
            raise KnownError(
                "service_confused",
                "The service does not get on with sending its records.",
                "Your work is kept. Tell the support contact if this stays so.",
                details=f"resync {end.resync}, cursor unchanged {end.cursor == cursor}",
            )
        self._write(lines, end, fresh)
        return end.more

    def _write(self, lines: Sequence[FeedLine], end: FeedLine, fresh: bool) -> None:
        page = Page(lines, end.cursor, end.seen, end.more, fresh)
        done = self._cache.apply_page(page)
        self._records += done.records
        touched = done.changed | done.left
        if touched:
            self.on_changes(touched, False)
        self._tell(more=end.more)

    def _tell(self, *, more: bool) -> None:
        waiting = self._work.counts().waiting
        self.on_progress(Progress(len(self._outcomes), waiting, self._records, more))


def _pull(cursor: str) -> HttpCall:
    path = f"/api/sync/pull?cursor={quote(cursor, safe='')}" if cursor else "/api/sync/pull"
    return HttpCall("GET", path, {"Accept": "application/x-ndjson"})
