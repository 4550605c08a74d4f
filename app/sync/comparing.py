"""Whether what is held here is what the service has: asked once a day, mended at once, and never a reason to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from app.domain.dates import from_text
from app.sync.answers import Refused, message
from app.sync.calls import HttpCall, Steps
from app.wire.messages import ManifestAnswer, ManifestAsk

if TYPE_CHECKING:
    from app.models.cache import CacheStore

EVERY = timedelta(hours=24)
"""How long a comparison holds, by the service's own time. No clock of this computer decides anything."""

_REPAIRS = 2
_BUSY = (429, 502, 503, 504)

_log = logging.getLogger("touchstone.sync")


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison came to. roots: those that the service sent anew or took away; alike: nothing differs now."""

    roots: frozenset[str] = frozenset()
    alike: bool = True


class Comparing:
    """Compares the cache of one profile with the service after complete pulls. ``pull``: fetches to the end."""

    def __init__(self, cache: CacheStore, pull: Callable[[], Steps[None]]) -> None:
        self._cache = cache
        self._pull = pull

    def due(self, service_time: str) -> bool:
        """Whether the last comparison is older than a day of the service's time, or this cache never had one."""
        last = self._cache.checked()
        try:
            return not last or abs(from_text(service_time) - from_text(last)) > EVERY
        except ValueError:
            return True

    def compare(self, service_time: str) -> Steps[Compared]:
        """Asks, and has what differs sent anew, twice at most. Raises only for a service that is away or busy."""
        mended: set[str] = set()
        try:
            for repairs in range(_REPAIRS + 1):
                answer = yield from self._ask(by_root=False)
                if not answer.current:
                    # Something changed meanwhile, so nothing was compared: the next round asks again.
                    return Compared(frozenset(mended))
                if not answer.kinds:
                    self._cache.note_checked(service_time)
                    return Compared(frozenset(mended))
                if repairs == _REPAIRS:
                    break
                answer = yield from self._ask(by_root=True)
                mended.update(answer.roots)
                yield from self._pull()
        except Refused as error:
            if error.status in _BUSY:
                raise
            # An older service cannot compare; one that stumbles over it still brings every change.
            _log.info("not compared with the service: %s", error.details)
            self._cache.note_checked(service_time)
            return Compared(frozenset(mended))
        _log.warning("still unlike the service after %d repairs: %s", _REPAIRS, ", ".join(answer.kinds))
        self._cache.note_checked(service_time)
        return Compared(frozenset(mended), alike=False)

    def _ask(self, *, by_root: bool) -> Steps[ManifestAnswer]:
        sums = self._cache.sums(by_root=by_root)
        ask = ManifestAsk(
            cursor=sums.cursor,
            kinds=dict(sums.kinds),
            roots=None if sums.roots is None else dict(sums.roots),
        )
        headers = {"Content-Type": "application/json"}
        answer = yield HttpCall("POST", "/api/sync/manifest", headers, msgspec.json.encode(ask))
        return message(answer, ManifestAnswer)
