"""Requests as this person should see them now: the cache with their pending acts laid over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.acts import Act
from app.domain.errors import KnownError
from app.domain.moderation import ModerationRequest
from app.domain.reviews import Review
from app.wire.codec import Record
from app.workspace.overlay import Picture, lay_over
from app.workspace.queries import picture_of

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.held import Unreadable
    from app.models.work import WorkStore


class Pictures:
    """Puts pictures together. ``author_name``: whose pending acts are laid over."""

    def __init__(self, work: WorkStore, cache: CacheStore, author_name: str) -> None:
        self._work = work
        self._cache = cache
        self._author_name = author_name

    def of(self, request_id: str) -> Picture:
        """One request with all that hangs on it. Raises KnownError ``not_here`` when it is no longer mine."""
        from app.models.held import Unreadable

        readable, problems = [], []
        for record in self._cache.root(request_id):
            if isinstance(record, Unreadable):
                problems.append(record.error.says)
            else:
                readable.append(record)
        picture = picture_of(readable, problems)
        if picture is None:
            raise KnownError(
                "not_here",
                "This request is no longer among yours.",
                "What you recorded for it is in the Outbox.",
            )
        return lay_over(picture, self.waiting(request_id), self._author_name)

    def waiting(self, request_id: str | None = None) -> list[Act]:
        """My acts that the cache does not show yet, of one request or of all."""
        return [entry.act for entry in self._work.unsettled(self._cache.seen(), request_id)]

    def waiting_by_request(self) -> Mapping[str, Sequence[Act]]:
        """The same acts by their request."""
        found: dict[str, list[Act]] = {}
        for act in self.waiting():
            found.setdefault(act.root, []).append(act)
        return found

    def names(self, request_id: str, sample_id: str) -> tuple[str, int | None]:
        """How people call a request or review, and a sample: its number (empty when it is no longer mine), its
        position.
        """
        root = self._root(request_id)
        number = root.number if isinstance(root, ModerationRequest | Review) else ""
        position = getattr(self._cache.record("sample", sample_id), "position", None) if sample_id else None
        return number, position

    def is_mine(self, request_id: str) -> bool:
        """Whether the request or review is still among mine."""
        return self._root(request_id) is not None

    def is_review(self, root: str) -> bool:
        """Whether it is a quality review, and among mine."""
        return self._cache.record("review", root) is not None

    def _root(self, root: str) -> Record | Unreadable | None:
        return self._cache.record("request", root) or self._cache.record("review", root)

    def recorded_here(self, act_id: str) -> bool:
        """Whether an act was recorded on this computer."""
        try:
            self._work.entry(act_id)
        except KeyError:
            return False
        return True
