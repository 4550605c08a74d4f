"""Two judgements side by side, neither knowing of the other, until a person decides."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.domain.merging import Pick
from app.domain.moderation import Decision, RequestState, Standing
from app.models.held import Page
from app.workspace.comparing import ConflictKind
from app.workspace.desk import Desk
from app.workspace.disputes import Disputes
from app.workspace.snapshots import JudgementDraft, SyncMark
from tests.support import records
from tests.support.conflicts import FIRST, ME, REQUEST, WHOSE, begin, only, picked, sheet
from tests.support.elsewhere import arrives, judged


def dispute(desk: Desk) -> str:
    """Jules agreed; I judged anew, and so did Jules, neither knowing of the other. Returns my act's id."""
    arrives(desk, judged("j1", FIRST))
    mine = desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, "Mine.", ["Re-mark."]).undo
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    return mine


def test_a_judgement_does_not_replace_one_that_was_not_seen(desk: Desk) -> None:
    arrives(desk, judged("j1", FIRST))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    changes = desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, "Mine.", ["Re-mark."], seen=("j1",))
    assert changes.said == "Sample 1: Not agreed. Jules Okafor judged it meanwhile: compare both"
    assert sheet(desk).standing is Standing.DISPUTED
    assert only(desk).kind is ConflictKind.DISPUTED


def test_a_dispute_shows_what_both_replaced_and_both(desk: Desk) -> None:
    mine = dispute(desk)
    conflict = only(desk)
    assert (conflict.kind, conflict.mine_is_mine, conflict.closed) == (ConflictKind.DISPUTED, True, "")
    assert (conflict.before.whose, conflict.mine.name, conflict.theirs.whose) == (WHOSE, "You", WHOSE)
    decision = conflict.field("decision")
    assert (decision.before, decision.mine, decision.theirs) == ("agreed", "not_agreed", "agreed")
    assert decision.picks == (Pick.MINE, Pick.THEIRS)
    assert conflict.field("rationale").picks == (Pick.MINE, Pick.THEIRS, Pick.BOTH)
    assert conflict.stands == (mine, "j2")
    assert "stand side by side" in sheet(desk).meanwhile


def test_deciding_a_dispute_records_a_judgement_that_replaces_both(desk: Desk) -> None:
    mine = dispute(desk)
    conflict = only(desk)
    chosen = picked(conflict, Pick.MINE) | {"rationale": conflict.field("rationale").joined}
    changes = desk.conflicts.decide(conflict, chosen)
    assert changes.said == "Sample 1 of MR-2041: Not agreed"
    found = sheet(desk)
    assert found.judgement is not None
    assert found.judgement.supersedes == ("j2", mine) or found.judgement.supersedes == (mine, "j2")
    assert found.judgement.rationale == f"Mine.\n\n— {WHOSE} —\nTheirs."
    assert (found.standing, len(found.history)) == (Standing.JUDGED, 4)
    assert [(text.where, text.text) for text in found.aside] == [("Decision", "Agreed")]
    assert desk.conflicts.all() == ()
    # Undone until it is sent: the conflict is back.
    desk.take_back(changes.undo)
    assert only(desk).key == conflict.key
    assert sheet(desk).draft == JudgementDraft(
        Decision.NOT_AGREED, f"Mine.\n\n— {WHOSE} —\nTheirs.", ("Re-mark.",)
    )


def test_a_draft_typed_on_a_disputed_sample_survives_its_decision(desk: Desk) -> None:
    dispute(desk)
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="A third thought."))
    desk.conflicts.decide(only(desk), picked(only(desk), Pick.MINE))
    assert desk._drafts.of_sample(REQUEST, FIRST).rationale == "A third thought."
    # It was begun on neither: it is compared with what stands now.
    assert only(desk).field("rationale").mine == "A third thought."


def test_a_dispute_of_two_others_is_shown_as_first_and_second(desk: Desk) -> None:
    arrives(
        desk,
        judged("j1", FIRST, rationale="First."),
        judged("j2", FIRST, rationale="Second.", by=("person-3", "Ash Lindqvist")),
    )
    conflict = only(desk)
    assert not conflict.mine_is_mine
    assert (conflict.mine.name, conflict.theirs.name) == ("Jules Okafor", "Ash Lindqvist")
    assert conflict.before.whose == "Nothing was recorded"


def test_two_devices_of_one_person_are_told_apart(desk: Desk) -> None:
    desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "Here.", [])
    arrives(desk, judged("j2", FIRST, rationale="There.", by=ME))
    conflict = only(desk)
    assert (conflict.mine.name, conflict.theirs.name) == ("You", "You on another device")
    assert conflict.field("rationale").mine == "Here."


def test_three_side_by_side_are_decided_two_at_a_time(desk: Desk) -> None:
    for number in (1, 2, 3):
        arrives(desk, judged(f"j{number}", FIRST, rationale=f"Number {number}."))
    assert "3 judgements" in only(desk).says
    desk.conflicts.decide(only(desk), picked(only(desk), Pick.MINE))
    conflict = only(desk)
    assert conflict.field("rationale").theirs == "Number 3."
    desk.conflicts.decide(conflict, picked(conflict, Pick.MINE))
    assert desk.conflicts.all() == ()
    assert len(sheet(desk).history) == 5


def test_what_was_decided_elsewhere_meanwhile_is_not_decided_again(desk: Desk) -> None:
    mine = dispute(desk)
    conflict = only(desk)
    arrives(desk, judged("j3", FIRST, rationale="Settled.", supersedes=("j2", mine)))
    with pytest.raises(KnownError) as error:
        desk.conflicts.decide(conflict, picked(conflict, Pick.MINE))
    assert error.value.code == "decided_already"
    assert desk.conflicts.all() == ()


def test_a_version_that_changed_again_is_looked_at_again(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    conflict = only(desk)
    arrives(desk, judged("j3", FIRST, Decision.AGREED, "Theirs, anew.", supersedes=("j2",)))
    with pytest.raises(KnownError) as error:
        desk.conflicts.decide(conflict, picked(conflict, Pick.MINE))
    assert error.value.code == "changed_again"
    assert sheet(desk).draft == JudgementDraft(Decision.AGREED, "Mine.")


def test_D12_a_decision_without_its_action_is_refused_and_nothing_is_set_aside(desk: Desk) -> None:
    dispute(desk)
    chosen = picked(only(desk), Pick.MINE) | {"actions": ()}
    with pytest.raises(KnownError) as error:
        desk.conflicts.decide(only(desk), chosen)
    assert error.value.code == "action_missing"
    assert sheet(desk).aside == ()
    assert sheet(desk).standing is Standing.DISPUTED


def test_M64_a_dispute_in_a_held_request_waits_and_says_why(desk: Desk) -> None:
    dispute(desk)
    arrives(desk, records.request(state=RequestState.ON_HOLD, samples=2))
    conflict = only(desk)
    assert "on hold" in conflict.closed
    assert desk.conflicts.open_requests() == frozenset()
    with pytest.raises(KnownError) as error:
        desk.conflicts.decide(conflict, picked(conflict, Pick.MINE))
    assert error.value.code == "not_now"


def test_M64_a_suspicion_is_not_raised_by_choosing_it_in_passing(desk: Desk) -> None:
    dispute(desk)
    with pytest.raises(KnownError) as error:
        desk.conflicts.decide(
            only(desk), picked(only(desk), Pick.MINE) | {"decision": "suspected_malpractice"}
        )
    assert error.value.code == "suspicion_is_asked"


def test_conflicts_are_marked_in_the_work_list(desk: Desk) -> None:
    dispute(desk)
    desk.conflicts.all()
    marks = {row.request_id: row.mark for row in desk.work()}
    assert marks == {REQUEST: SyncMark.ATTENTION, "request-2": SyncMark.SYNCED}


def test_a_request_that_left_takes_its_conflict_along(desk: Desk) -> None:
    arrives(desk, judged("j1", FIRST), judged("j2", FIRST, rationale="Second."))
    assert len(desk.conflicts.all()) == 1
    from app.wire.messages import FeedLine

    leave = FeedLine(op="leave", root=REQUEST)
    desk._cache.apply_page(Page([leave], cursor="cursor-99", seen=99, more=False))
    assert desk.conflicts.all() == ()


def test_a_withdrawal_ends_a_dispute_also_for_who_only_looks_at_what_changed(desk: Desk) -> None:
    disputes = Disputes(desk._cache)
    assert disputes.requests() == frozenset()
    arrives(desk, judged("j1", FIRST), judged("j2", FIRST, rationale="Second."))
    assert disputes.requests() == {REQUEST}
    arrives(desk, judged("j2", FIRST, rationale="Second.", withdrawn="The wrong learner."))
    assert disputes.requests() == frozenset()
    assert desk.conflicts.all() == ()
