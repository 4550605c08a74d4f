"""What a review's certification block does: confirmed it stops the centre's claims, else it frees them (Q-06, M-18)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from app.domain.restrictions import Restriction, RestrictionKind, own_name
from app.domain.review_terms import Block
from app.domain.reviews import Review
from app.service import tables as t
from app.service.accounts import new_id
from app.service.remits import lock_centre
from app.service.stops import insert_restriction, restrictions_of, write_end


def settle_block(connection: Connection, review: Review, decided_by: str, reason: str, now: datetime) -> None:
    """Brings what stops the centre's claims in line with the review's block as it now stands; the review is locked.

    Confirmed, a restriction begins. With any decision, and with a report that proposes none, those end that earlier
    reviews of the centre brought. One that is merely proposed changes nothing: it waits for the quality manager.
    """
    if review.block is Block.PROPOSED:
        return
    lock_centre(connection, review.centre_id)
    earlier = _in_force(connection, review)
    if review.block is Block.CONFIRMED:
        made = Restriction(
            id=new_id(),
            centre_id=review.centre_id,
            awarding_body=own_name(review.awarding_body),
            kind=RestrictionKind.REVIEW_BLOCK,
            reason=reason,
            began_at=now,
            set_by=decided_by,
        )
        insert_restriction(connection, made, now)
        table = t.reviews
        connection.execute(update(table).where(table.c.id == review.id).values(restriction_id=made.id))
    # After the new one has begun: a centre that stays stopped is not told that it is free.
    for restriction in earlier:
        write_end(connection, restriction, decided_by, reason, now)


def _in_force(connection: Connection, review: Review) -> list[Restriction]:
    """The blocks that reviews of this centre for this awarding body brought and that have not ended."""
    table = t.reviews
    brought = set(
        connection.scalars(
            select(table.c.restriction_id).where(
                table.c.centre_id == review.centre_id,
                table.c.awarding_body == review.awarding_body,
                table.c.restriction_id.is_not(None),
            )
        )
    )
    return [
        item
        for item in restrictions_of(connection, review.centre_id)
        if item.id in brought and item.ended_at is None
    ]
