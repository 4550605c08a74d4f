"""Finds the samples on which two judgements stand side by side, at a cost that follows what changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.moderation import Judgement, Standing, standing

if TYPE_CHECKING:
    from app.models.cache import CacheStore


_MANY = 100
"""Changed judgements beyond which all are read in one go."""


class Disputes:
    """Remembers which judgements the cache holds, without their words, and reads only those that changed."""

    def __init__(self, cache: CacheStore) -> None:
        self._cache = cache
        self._revs: dict[str, int] = {}
        self._known: dict[str, Judgement] = {}
        self._requests: frozenset[str] = frozenset()
        self._looking = threading.Lock()

    def requests(self) -> frozenset[str]:
        """Requests in which, by the service's own records, a sample is disputed."""
        with self._looking:
            revs = self._cache.revs("judgement")
            if revs != self._revs:
                self._catch_up(revs)
            return self._requests

    def _read(self, changed: list[str]) -> Iterable[Judgement]:
        if len(changed) > _MANY:
            from app.models.judged import judgements

            return judgements(self._cache)
        found = (self._cache.record("judgement", identifier) for identifier in changed)
        return [record for record in found if isinstance(record, Judgement)]

    def _catch_up(self, revs: dict[str, int]) -> None:
        for gone in self._known.keys() - revs.keys():
            del self._known[gone]
        changed = [identifier for identifier, rev in revs.items() if self._revs.get(identifier) != rev]
        for record in self._read(changed):
            self._known[record.id] = replace(record, rationale="", actions=())
        self._revs = revs
        self._requests = frozenset(_disputed(self._known.values()))


def _disputed(judgements: Iterable[Judgement]) -> Iterable[str]:
    by_sample: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_sample.setdefault(judgement.sample_id, []).append(judgement)
    for found in by_sample.values():
        if standing(found) is Standing.DISPUTED:
            yield found[0].request_id
