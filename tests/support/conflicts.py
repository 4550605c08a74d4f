"""Two versions meeting on a moderator's desk: what Jules records elsewhere, and what is chosen."""

from __future__ import annotations

from app.domain.merging import Pick, Value
from app.workspace.comparing import Conflict
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, SampleSheet
from tests.support.desks import MODERATOR
from tests.support.elsewhere import arrives, judged

REQUEST = "request-1"
FIRST, SECOND = f"{REQUEST}/sample-1", f"{REQUEST}/sample-2"
ME = (MODERATOR.id, MODERATOR.name)
WHOSE = "Jules Okafor, 3 March 2026, 12:00"


def sheet(desk: Desk, sample_id: str = FIRST) -> SampleSheet:
    found = desk.request(REQUEST).sheet(sample_id)
    assert found is not None
    return found


def only(desk: Desk) -> Conflict:
    (found,) = desk.conflicts.all()
    return found


def picked(conflict: Conflict, pick: Pick) -> dict[str, Value]:
    return {
        field.name: field.taken(pick if pick in field.picks else Pick.THEIRS)
        for field in conflict.fields
        if field.picks
    }


def begin(desk: Desk, draft: JudgementDraft) -> None:
    """Jules agreed; typing begins on that."""
    arrives(desk, judged("j1", FIRST))
    desk.save_draft(REQUEST, FIRST, draft)


def refuse(desk: Desk, act_id: str, code: str, state: str = "rejected") -> None:
    """The service answers an act, as a push would note it."""
    from app.wire.messages import OutcomeMessage

    desk._work.begin_sending(above=0, limit=100, max_bytes=10_000_000)
    desk._work.record_outcomes([OutcomeMessage(act_id=act_id, outcome=state, code=code, says="It moved.")])
