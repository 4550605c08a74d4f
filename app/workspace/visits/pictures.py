"""Reviews as this person should see them now: the cache with their pending acts laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.catalogue.frameworks import framework_by_id
from app.domain.errors import KnownError
from app.domain.frameworks import Framework
from app.domain.reviews import Review
from app.workspace.pictures import Pictures
from app.workspace.visits.overlay import VisitPicture, lay_over, picture_of

if TYPE_CHECKING:
    from app.models.cache import CacheStore


class VisitPictures:
    """Puts pictures of reviews together. ``author_name``: whose pending acts are laid over."""

    def __init__(self, cache: CacheStore, pictures: Pictures, author_name: str) -> None:
        self._cache = cache
        self._pictures = pictures
        self._author_name = author_name

    def of(self, review_id: str) -> VisitPicture:
        """One review with all that hangs on it. Raises KnownError ``not_here`` when it is no longer mine, and
        ``framework_unknown`` when this Touchstone does not know what it is judged by.
        """
        from app.models.held import Unreadable

        readable, problems = [], []
        for record in self._cache.root(review_id):
            if isinstance(record, Unreadable):
                problems.append(record.error.says)
            else:
                readable.append(record)
        review = next((record for record in readable if isinstance(record, Review)), None)
        if review is None:
            raise KnownError(
                "not_here",
                "This review is not among those on this computer.",
                "What you recorded for it is in the Outbox.",
            )
        return lay_over(
            picture_of(review, framework_of(review), readable, problems),
            self._pictures.waiting(review_id),
            self._author_name,
        )

    def framework(self, review_id: str) -> Framework | None:
        """What a review is judged by; None when it is no longer mine."""
        review = self._cache.record("review", review_id)
        return framework_of(review) if isinstance(review, Review) else None


def framework_of(review: Review) -> Framework:
    """The version of the framework that a review is judged by. Raises KnownError ``framework_unknown``."""
    return framework_by_id(review.framework_id)
