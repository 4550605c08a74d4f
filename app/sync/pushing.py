"""Offering what waits in the outbox: in order, in batches the service takes, and asked again until it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.domain.acts import ActOutcome, OutcomeKind
from app.domain.errors import KnownError
from app.models.entries import TOO_LARGE, UNREAD, OutboxEntry
from app.sync.answers import Refused, message
from app.sync.calls import BadAnswer, HttpCall, Steps, Unreachable
from app.wire.messages import PUSH_ACTS, PUSH_BYTES, Hello, OutcomeMessage, Push, PushAnswer

if TYPE_CHECKING:
    from app.models.work import WorkStore

_PATIENCE = 3
_SPLITS = 16
_NOT_UNDERSTOOD = "malformed"

_PACK_FROM = 4096
"""Bytes from which a push travels packed, where the service takes that."""


class Pushing:
    """The push half of one profile's conversation. ``on_answers`` hears what the service said to some acts; ``seen``
    tells the feed number that the cache has reached.
    """

    def __init__(
        self,
        work: WorkStore,
        device_id: str,
        on_answers: Callable[[tuple[ActOutcome, ...]], None],
        seen: Callable[[], int],
    ) -> None:
        self._work = work
        self._device_id = device_id
        self._on_answers = on_answers
        self._seen = seen
        self._splits = 0
        self._plain_for: Hello | None = None
        self._packing = False

    def begin_round(self) -> None:
        """A new round: the number of batches that may be halved begins anew."""
        self._splits = _SPLITS

    def offer_all(self, hello: Hello) -> Steps[Refused | None]:
        """Offers everything that waits, each act once, in order. A fault inside the service over some batch is
        returned after the others were offered; whatever else stops it is raised.
        """
        limit = max(1, min(PUSH_ACTS, hello.push_acts))
        max_bytes = min(PUSH_BYTES, hello.push_bytes)
        self._packing = "zstd" in hello.push_encodings and self._plain_for is not hello
        above, faults = 0, 0
        trouble: Refused | None = None
        while True:
            batch = self._work.begin_sending(above=above, limit=limit, max_bytes=max_bytes)
            if not batch:
                return trouble
            above = batch[-1].seq
            try:
                yield from self._offer(batch, hello)
            except Refused as error:
                faults += 1
                if error.status != 500 or faults >= _PATIENCE:
                    raise
                trouble = error

    def _offer(self, batch: Sequence[OutboxEntry], hello: Hello) -> Steps[None]:
        push = Push(device_id=self._device_id, acts=[entry.message() for entry in batch])
        ids = [entry.act_id for entry in batch]
        call, packed = self._call(msgspec.json.encode(push))
        try:
            answer = yield call
        except Unreachable as error:
            if not error.maybe_received:
                self._work.not_sent(ids)
            raise
        except BadAnswer:
            # Somebody answered, so it may have been taken: it is asked again under the same ids.
            raise
        except KnownError:
            self._work.not_sent(ids)
            raise
        try:
            outcomes = message(answer, PushAnswer).outcomes
        except Refused as error:
            yield from self._refused(batch, error, hello, packed)
            return
        self._take(ids, outcomes)

    def _call(self, body: bytes) -> tuple[HttpCall, bool]:
        headers = {"Content-Type": "application/json"}
        packed = self._packing and len(body) >= _PACK_FROM
        if packed:
            import zstandard

            body = zstandard.ZstdCompressor(level=1).compress(body)
            headers["Content-Encoding"] = "zstd"
        return HttpCall("POST", "/api/sync/push", headers, body), packed

    def _refused(
        self, batch: Sequence[OutboxEntry], error: Refused, hello: Hello, packed: bool
    ) -> Steps[None]:
        unread = error.status in (413, 415) or (error.status == 400 and error.code == _NOT_UNDERSTOOD)
        if error.status < 500 or error.status == 503:
            # Refused as a whole and unread: none of it took effect.
            self._work.not_sent([entry.act_id for entry in batch])
        stubborn = error.status == 500 and batch[0].tries > _PATIENCE
        if unread and packed:
            # The service became an older one since it said hello, or something on the way takes nothing packed.
            self._plain_for, self._packing = hello, False
            yield from self._offer_parts([batch], hello)
            return
        if len(batch) > 1 and (unread or (stubborn and self._splits > 0)):
            # One act must not hold up the others: it is found by halving.
            self._splits -= 1
            middle = len(batch) // 2
            yield from self._offer_parts([batch[:middle], batch[middle:]], hello)
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

    def _offer_parts(self, parts: Sequence[Sequence[OutboxEntry]], hello: Hello) -> Steps[None]:
        trouble: Refused | None = None
        for part in parts:
            again = self._work.begin_sending(
                above=0, limit=len(part), max_bytes=PUSH_BYTES, ids=[entry.act_id for entry in part]
            )
            try:
                if again:
                    yield from self._offer(again, hello)
            except Refused as error:
                if error.status != 500:
                    raise
                trouble = error
        if trouble is not None:
            raise trouble

    def _take(self, ids: Sequence[str], outcomes: Sequence[OutcomeMessage]) -> None:
        """Notes the answers to these acts; an act without one stays *sending* and is asked about again."""
        mine = [outcome for outcome in outcomes if outcome.act_id in set(ids)]
        seen = self._seen()
        for outcome in mine:
            if outcome.n <= seen:
                # The cache may be of another past than this number, after a lost day: only a pull tells whether it
                # shows the act, and until then the person must go on seeing it as pending.
                outcome.n = 0
        self._on_answers(self._work.record_outcomes(mine))
