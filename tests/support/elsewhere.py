"""What others do meanwhile, as a pull would bring it to a desk that cannot reach its service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.domain.moderation import ActionForCentre, Decision, Judgement
from app.models.held import Page
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import lines

JULES = ("person-2", "Jules Okafor")
LATER = records.NOON + timedelta(days=1)


def arrives(desk: Desk, *items: Any) -> None:
    """These records come with the next page of the feed."""
    first = desk._cache.seen() + 1
    page = lines(items, first=first)
    last = first + len(page) - 1
    desk._cache.apply_page(Page(page, cursor=f"cursor-{last}", seen=last, more=False))


def judged(
    identifier: str,
    sample_id: str,
    decision: Decision = Decision.AGREED,
    rationale: str = "",
    actions: tuple[str, ...] = (),
    *,
    supersedes: tuple[str, ...] = (),
    by: tuple[str, str] = JULES,
    at: datetime = LATER,
    **changes: Any,
) -> Judgement:
    """A judgement by somebody else, or (``by``) by this person on another device."""
    return records.judgement(
        identifier,
        sample_id,
        request_id=sample_id.partition("/")[0],
        decision=decision,
        rationale=rationale,
        actions=tuple(ActionForCentre(action) for action in actions),
        supersedes=supersedes,
        moderator_id=by[0],
        moderator_name=by[1],
        recorded_at=at,
        **changes,
    )
