"""A report that was overtaken: what was seen, what was sent and what stands now, compared."""

from __future__ import annotations

import pytest

from app.domain.merging import Pick
from app.domain.moderation import Decision, Outcome, RequestState
from app.workspace.comparing import ConflictKind
from app.workspace.desk import Desk
from app.workspace.snapshots import OutboxState, ReportDraft
from tests.support import records
from tests.support.conflicts import FIRST, ME, REQUEST, SECOND, only, picked, refuse
from tests.support.elsewhere import LATER, arrives, judged


def submitted(desk: Desk) -> str:
    for sample_id in (FIRST, SECOND):
        desk.record_judgement(REQUEST, sample_id, Decision.AGREED, "", [])
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED, "All is well."))
    return desk.submit_report(REQUEST).undo


def not_taken(desk: Desk, code: str = "report_outdated", state: str = "rejected") -> str:
    """A report of mine that the service did not take, its words a draft again, as after a round of sync."""
    act_id = submitted(desk)
    refuse(desk, act_id, code, state)
    for act in desk._outbox.newly_refused():
        desk._drafts.restore(act.deed)
    return act_id


@pytest.mark.parametrize(("code", "state"), [("report_outdated", "rejected"), ("request_moved", "conflict")])
def test_a_report_that_was_overtaken_shows_what_was_seen_sent_and_stands_now(
    desk: Desk, code: str, state: str
) -> None:
    act_id = not_taken(desk, code, state)
    mine = next(s.history[-1].id for s in desk.request(REQUEST).samples if s.sample.id == FIRST)
    arrives(desk, judged("j9", FIRST, Decision.NOT_AGREED, "No.", ("Re-mark.",), supersedes=(mine,)))
    conflict = only(desk)
    assert (conflict.kind, conflict.act_id) == (ConflictKind.REPORT, act_id)
    outcome, judgements = conflict.field("outcome"), conflict.field("judgements")
    assert (outcome.before, outcome.mine, outcome.theirs) == ("accepted", "accepted", "rejected")
    assert judgements.before == ("Sample 1: Agreed", "Sample 2: Agreed")
    assert judgements.theirs == ("Sample 1: Not agreed", "Sample 2: Agreed")
    assert judgements.picks == ()
    chosen = picked(conflict, Pick.MINE) | {"outcome": outcome.theirs}
    desk.conflicts.decide(conflict, chosen)
    assert desk.report_desk(REQUEST).draft == ReportDraft(Outcome.REJECTED, "All is well.")
    assert desk.conflicts.all() == ()
    row = next(row for row in desk.outbox() if row.act_id == act_id)
    assert (row.state, row.why) == (OutboxState.TAKEN_BACK, "You prepared it anew.")


def test_a_report_may_be_put_aside_and_its_words_are_kept(desk: Desk) -> None:
    not_taken(desk, "not_in_moderation")
    arrives(desk, records.request(state=RequestState.RETURNED_TO_CENTRE, outcome=Outcome.REJECTED, samples=2))
    conflict = only(desk)
    assert conflict.field("summary").picks == (Pick.THEIRS,)
    desk.conflicts.decide(conflict, picked(conflict, Pick.THEIRS))
    assert desk.report_desk(REQUEST).draft == ReportDraft()
    assert desk.conflicts.all() == ()
    assert [(text.field, text.text) for text in desk._work.aside(REQUEST)] == [
        ("outcome", "Accepted"),
        ("summary", "All is well."),
    ]
    assert desk.status().attention == 0


def test_a_report_refused_for_another_reason_is_no_conflict(desk: Desk) -> None:
    not_taken(desk, "not_a_pdf")
    assert desk.conflicts.all() == ()


def test_words_written_since_a_report_was_refused_are_the_ones_that_are_compared(desk: Desk) -> None:
    not_taken(desk)
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED, "All is well, I think."))
    assert only(desk).field("summary").mine == "All is well, I think."


def test_a_report_issued_elsewhere_meets_the_one_being_prepared(desk: Desk) -> None:
    from app.domain.moderation import IssuedReport

    desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED, "So far."))
    issued = IssuedReport("report-9", REQUEST, Outcome.REJECTED, *ME, LATER, "a" * 64, 10)
    arrives(
        desk,
        issued,
        records.request(state=RequestState.RETURNED_TO_CENTRE, outcome=Outcome.REJECTED, samples=2),
    )
    conflict = only(desk)
    assert (conflict.kind, conflict.theirs.name) == (ConflictKind.REPORT_DRAFT, "You on another device")
    assert (conflict.field("outcome").mine, conflict.field("outcome").theirs) == ("accepted", "rejected")
    desk.conflicts.decide(conflict, picked(conflict, Pick.THEIRS))
    assert desk.conflicts.all() == ()
    assert "So far." in [text.text for text in desk._work.aside(REQUEST)]
    # The next report is begun after that one, and meets nothing.
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED, "Anew."))
    assert desk.conflicts.all() == ()
