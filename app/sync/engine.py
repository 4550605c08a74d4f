"""Push and pull, without any input or output: generators that yield calls and are sent the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from app.domain.acts import ActOutcome
from app.domain.errors import KnownError
from app.domain.moderation import ModerationRequest, RequestState
from app.models.held import Page
from app.sync.answers import Refused, checked, message, page_lines
from app.sync.calls import BEGUN, HttpAnswer, HttpCall, Steps
from app.sync.comparing import Comparing
from app.sync.pushing import Pushing
from app.wire.messages import PROTOCOL, FeedLine, Hello

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.work import WorkStore

OnChanges = Callable[[frozenset[str], bool], None]
"""Called with the ids of requests that changed, and whether the outbox did."""

HELLO_LASTS = 900.0
"""Seconds after which the service is asked anew what it speaks and what its backups cover."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come: acts answered and still waiting, records written, and whether more are to come."""

    answered: int
    waiting: int
    records: int
    more: bool


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did. ``seen``: the feed number reached; ``at``: when it ended, by this computer's clock.

    mended: roots that were unlike the service's and came anew. alike: False if some still are after that.
    """

    pushed: int
    pulled: int
    outcomes: tuple[ActOutcome, ...]
    seen: int
    at: datetime
    mended: frozenset[str] = frozenset()
    alike: bool = True


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
        self._clock = clock
        self._ticks = ticks
        self.on_changes = on_changes
        self.on_progress = on_progress
        self._pushing = Pushing(work, device_id, self._answered, cache.seen)
        self._comparing = Comparing(cache, self.pull)
        self._hello: Hello | None = None
        self._hello_at = 0.0
        self._outcomes: list[ActOutcome] = []
        self._records = 0
        self._lost = False

    def sync(self) -> Steps[SyncReport]:
        """One whole round. Raises the ``KnownError`` that ended it; what was done before stays done."""
        self._outcomes, self._records = [], 0
        self._pushing.begin_round()
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
        trouble: Refused | None = None
        unfinished = self._work.unfinished()
        if unfinished:
            trouble = yield from self._exchange()
        else:
            yield from self.pull()
        self._cache.make_later_indexes()
        hello = yield from self.hello()
        if unfinished:
            self._work.release_covered(seen=self._cache.seen(), durable_seq=hello.durable_seq)
        mended, alike = frozenset[str](), True
        if self._comparing.due(hello.server_time):
            compared = yield from self._comparing.compare(hello.server_time)
            mended, alike = compared.roots, compared.alike
        if self._work.tidy_due:
            self._forget_what_left()
        if trouble is not None:
            raise trouble
        return SyncReport(
            pushed=len(self._outcomes),
            pulled=self._records,
            outcomes=tuple(self._outcomes),
            seen=self._cache.seen(),
            at=self._clock(),
            mended=mended,
            alike=alike,
        )

    def _exchange(self) -> Steps[Refused | None]:
        """Push, then pull to the end; once more if that showed that the service lost acts of mine, or ended a hold."""
        # What was taken and never seen in a pull may have been lost with a restored backup: asking again is free.
        unsure = self._work.offer_again(seen=self._cache.seen())
        if self._work.release_blocked() + unsure:
            self.on_changes(frozenset(), True)
        if self._cache.cursor() and self._work.counts().waiting:
            # Does the service still know where I stand? One restored from a backup must first get back what it
            # lost, or it would refuse what rests on that.
            yield from self._next_page()
        self._lost = False
        trouble = yield from self._push_all()
        yield from self.pull()
        if self._offer_held() or self._lost:
            trouble = yield from self._push_all()
            yield from self.pull()
        return trouble

    def _offer_held(self) -> bool:
        """Asks again about what a hold stopped, once the request is here without the hold; whether there was any.

        Also when it changed since and is on hold: a hold may have ended, and the work it had stopped begun another.
        """
        free = {}
        for request_id, held_at in self._work.held_requests().items():
            request = self._cache.record("request", request_id)
            if not isinstance(request, ModerationRequest):
                continue
            if request.state is not RequestState.ON_HOLD or request.rev > held_at:
                free[request_id] = request.rev
        if not self._work.offer_held(free):
            return False
        self.on_changes(frozenset(free), True)
        return True

    def _forget_what_left(self) -> None:
        """Outside my scope nothing remains but what waits, or is nowhere else yet."""
        settled = self._work.settled_requests()
        if self._work.forget(settled - self._cache.roots_here(settled)):
            self.on_changes(frozenset(), True)

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
        hello = yield from self.hello()
        return (yield from self._pushing.offer_all(hello))

    def _answered(self, outcomes: tuple[ActOutcome, ...]) -> None:
        self._outcomes += outcomes
        self.on_changes(frozenset(), True)
        self._tell(more=False)

    # -- pull ---------------------------------------------------------------------------------------------------

    def open_root(self, root: str) -> Steps[None]:
        """Has a request that this person may see brought to this device with all that hangs on it, and fetches it.

        Raises ``Refused`` in the service's words when it may not be seen.
        """
        checked((yield HttpCall("POST", f"/api/sync/roots/{quote(root, safe='')}/open")))
        yield from self.pull()

    def pull(self) -> Steps[None]:
        """Fetches page after page until nothing is left; each is written with its cursor or not at all."""
        whole = not (yield from self._next_page())
        while not whole:
            whole = (yield from self._stream_pages()) or not (yield from self._next_page())

    def _stream_pages(self) -> Steps[bool]:
        """The pages of a long pull, each on its way while the one before it is being written.

        Returns whether the end was reached; if not, the story broke off, and what was written last decides.
        """
        call: HttpCall | None = _pull(self._cache.cursor())
        answer: HttpAnswer = BEGUN
        while call is not None:
            if answer is BEGUN:
                answer = yield call
            lines, end = page_lines(answer)
            if end.resync or (end.more and call == _pull(end.cursor)):
                return False
            following = _pull(end.cursor) if end.more else None
            trouble: KnownError | None = None
            if following is not None:
                try:
                    answer = yield replace(following, ahead=True)
                except KnownError as error:
                    trouble = error
            self._write(lines, end, fresh=False)
            if trouble is not None:
                raise trouble
            call = following
        return True

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
        page = Page(lines, end.cursor, end.seen, end.more, fresh, end.tag)
        done = self._cache.apply_page(page)
        self._records += done.records
        if done.left:
            self._work.tidy_due = True
        touched = done.changed | done.left
        if touched or done.queues:
            self.on_changes(touched, False)
        self._tell(more=end.more)
        self._cache.clear_what_left()

    def _tell(self, *, more: bool) -> None:
        waiting = self._work.counts().waiting
        self.on_progress(Progress(len(self._outcomes), waiting, self._records, more))


def _pull(cursor: str) -> HttpCall:
    path = f"/api/sync/pull?cursor={quote(cursor, safe='')}" if cursor else "/api/sync/pull"
    return HttpCall("GET", path, {"Accept": "application/x-ndjson"})
