"""Two versions met: what is merged, what a person decides, and that nothing typed is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.merging import How, Pick, Value
from app.domain.moderation import Decision, Outcome, RequestState, Standing
from app.models.held import Page
from app.workspace.comparing import Conflict, ConflictKind
from app.workspace.desk import Desk
from app.workspace.disputes import Disputes
from app.workspace.snapshots import (
    DraftBase,
    JudgementDraft,
    OutboxState,
    ReportDraft,
    SampleSheet,
    SyncMark,
)
from tests.support import records
from tests.support.desks import MODERATOR, desk_with_requests
from tests.support.elsewhere import LATER, arrives, judged

REQUEST = "request-1"
FIRST, SECOND = f"{REQUEST}/sample-1", f"{REQUEST}/sample-2"
ME = (MODERATOR.id, MODERATOR.name)
WHOSE = "Jules Okafor, 3 March 2026, 12:00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_with_requests(tmp_path / "laptop", requests=2, samples=2)
    yield made
    made.close()


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


# -- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_knows_what_stood_when_typing_began(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Good."))
    found = sheet(desk).draft
    assert found is not None
    assert found.base == DraftBase(("j1",), Decision.AGREED)
    desk.save_draft(REQUEST, SECOND, JudgementDraft(rationale="Begun on nothing"))
    second = sheet(desk, SECOND).draft
    assert second is not None
    assert second.base == DraftBase()


def test_typing_on_does_not_move_a_draft_to_another_base(desk: Desk) -> None:
    begin(desk, JudgementDraft(rationale="Go"))
    arrives(desk, judged("j2", FIRST, Decision.NOT_AGREED, supersedes=("j1",)))
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="Good."))
    kept = desk._drafts.of_sample(REQUEST, FIRST)
    assert kept.base == DraftBase(("j1",), Decision.AGREED)


def test_different_fields_are_merged_and_marked_with_who_and_when(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "I looked twice."))
    arrives(desk, judged("j2", FIRST, Decision.NOT_AGREED, "", ("Re-mark.",), supersedes=("j1",)))
    draft = sheet(desk).draft
    assert draft == JudgementDraft(Decision.NOT_AGREED, "I looked twice.", ("Re-mark.",))
    assert draft.base is not None
    assert dict(draft.base.merged) == {"decision": WHOSE, "actions": WHOSE}
    assert sheet(desk).meanwhile == ""
    assert desk.conflicts.all() == ()
    # What is saved from the screen stands on the new judgement from now on, and keeps its marks.
    desk.save_draft(REQUEST, FIRST, replace(draft, rationale="I looked three times."))
    arrives(desk, judged("j3", FIRST, Decision.AGREED, "", ("Re-mark.",), supersedes=("j2",)))
    again = sheet(desk).draft
    assert again == JudgementDraft(Decision.AGREED, "I looked three times.", ("Re-mark.",))
    assert again.base is not None
    assert again.base.stands == ("j3",)


def test_the_same_field_is_a_conflict_and_mine_stays_in_the_draft(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    found = sheet(desk)
    assert found.draft == JudgementDraft(Decision.AGREED, "Mine.")
    assert found.meanwhile == f"Judged elsewhere while you were writing: {WHOSE}. Rationale differs."
    conflict = only(desk)
    assert (conflict.kind, conflict.where) == (
        ConflictKind.DRAFT,
        "Sample 1 of MR-2041: Learner 1, unit 501",
    )
    rationale = conflict.field("rationale")
    assert (rationale.how, rationale.mine, rationale.theirs) == (How.CLASH, "Mine.", "Theirs.")
    assert rationale.joined == f"Mine.\n\n— {WHOSE} —\nTheirs."


def test_typing_on_in_a_clash_never_overwrites_theirs_unseen(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    shown = sheet(desk).draft
    assert shown is not None
    desk.save_draft(REQUEST, FIRST, replace(shown, rationale="Mine, longer."))
    assert only(desk).field("rationale").mine == "Mine, longer."


def test_a_draft_that_says_what_was_recorded_elsewhere_has_nothing_left_to_say(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Same words.", (), "a note"))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Same words. ", supersedes=("j1",)))
    assert sheet(desk).draft == JudgementDraft(note="a note")


def test_a_withdrawal_leaves_the_draft_whole_and_says_so(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j1", FIRST, withdrawn="The wrong learner."))
    draft = sheet(desk).draft
    assert draft == JudgementDraft(Decision.AGREED, "Mine.")
    assert draft.base is not None
    assert (draft.base.stands, dict(draft.base.merged)) == ((), {"judgement": f"{WHOSE}: The wrong learner."})


def test_a_draft_of_an_earlier_version_goes_on_as_it_was(desk: Desk) -> None:
    body = {"decision": "agreed", "rationale": "Old.", "actions": [], "note": ""}
    desk._work.save_draft(f"sample/{REQUEST}/{FIRST}", body)
    arrives(desk, judged("j1", FIRST, Decision.NOT_AGREED, "Theirs.", ("Re-mark.",)))
    assert sheet(desk).draft == JudgementDraft(Decision.AGREED, "Old.")
    desk.save_draft(REQUEST, FIRST, JudgementDraft(Decision.AGREED, "Old, and more."))
    assert sheet(desk).draft == JudgementDraft(Decision.AGREED, "Old, and more.")
    assert desk.conflicts.all() == ()


@pytest.mark.parametrize(
    ("pick", "left", "aside"),
    [
        (Pick.MINE, "Mine.", []),
        (Pick.THEIRS, None, ["Mine."]),
        (Pick.BOTH, f"Mine.\n\n— {WHOSE} —\nTheirs.", []),
    ],
)
def test_deciding_a_draft_writes_it_on_the_new_base_and_sets_aside_what_loses(
    desk: Desk, pick: Pick, left: str | None, aside: list[str]
) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine.", (), "a note"))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    changes = desk.conflicts.decide(only(desk), picked(only(desk), pick))
    assert (changes.requests, changes.outbox, changes.work) == ({REQUEST}, True, True)
    assert desk.conflicts.all() == ()
    found = sheet(desk)
    wanted = JudgementDraft(Decision.AGREED, left, (), "a note") if left else JudgementDraft(note="a note")
    assert found.draft == wanted
    assert [text.text for text in found.aside] == aside
    if aside:
        assert (found.aside[0].where, WHOSE in found.aside[0].why) == ("Rationale", True)
    if left:
        # Recorded now, it follows theirs, and nothing is disputed.
        assert found.draft is not None
        assert found.draft.base is not None
        seen = found.draft.base.stands
        desk.record_judgement(REQUEST, FIRST, Decision.AGREED, left, [], seen)
        assert (sheet(desk).standing, len(sheet(desk).history)) == (Standing.JUDGED, 3)


def test_what_was_set_aside_is_kept_once_and_leaves_with_its_request(desk: Desk) -> None:
    for _ in range(2):
        desk._work.drop_draft(f"sample/{REQUEST}/{FIRST}")
        arrives(desk, judged("j1", FIRST))
        desk.save_draft(REQUEST, FIRST, JudgementDraft(Decision.AGREED, "Mine.", base=DraftBase(("j0",))))
        arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
        desk.conflicts.decide(only(desk), picked(only(desk), Pick.THEIRS))
    assert [text.text for text in sheet(desk).aside] == ["Mine."]
    assert desk._work.settled_requests() == {REQUEST}
    desk._work.forget([REQUEST])
    assert sheet(desk).aside == ()


# -- two judgements side by side ----------------------------------------------------------------------------------


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


# -- reports ------------------------------------------------------------------------------------------------------


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


# -- the Outbox ---------------------------------------------------------------------------------------------------


def test_the_outbox_says_which_rows_are_to_be_compared(desk: Desk) -> None:
    begin(desk, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    desk.conflicts.all()
    (row,) = desk.outbox()
    assert (row.compare, row.why) == (True, "Changed elsewhere meanwhile. Compare both and choose.")


def test_a_refused_note_becomes_a_draft_again(desk: Desk) -> None:
    act_id = desk.add_note(REQUEST, FIRST, "Page 4, please.").undo
    refuse(desk, act_id, "not_assigned")
    for act in desk._outbox.newly_refused():
        desk._drafts.restore(act.deed)
    assert sheet(desk).draft == JudgementDraft(note="Page 4, please.")


def test_M64_a_held_act_says_why_and_that_it_is_tried_again(desk: Desk) -> None:
    act_id = desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", []).undo
    refuse(desk, act_id, "on_hold", "held")
    (row,) = desk.outbox()
    assert row.state is OutboxState.HELD
    assert row.why == "It moved. It is kept, and tried again by itself when the hold ends."
    assert not row.can_take_back


@pytest.mark.parametrize(("code", "can"), [("act_too_large", True), ("not_assigned", False)])
def test_only_what_was_not_read_is_offered_again_as_it_is(desk: Desk, code: str, can: bool) -> None:
    act_id = desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", []).undo
    refuse(desk, act_id, code)
    row = next(row for row in desk.outbox() if row.act_id)
    assert row.can_retry is can


def test_M03_a_draft_of_a_request_that_left_can_be_exported_and_discarded(desk: Desk, tmp_path: Path) -> None:
    from app.wire.messages import FeedLine

    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="Half a thought"))
    leave = FeedLine(op="leave", root=REQUEST)
    desk._cache.apply_page(Page([leave], cursor="cursor-99", seen=99, more=False))
    (row,) = desk.outbox()
    assert (row.gone, row.what) == (True, "A former request: not recorded yet")
    assert "Half a thought" in desk.export_copy(row.draft_key, tmp_path / "copy.txt").read_text()
    changes = desk.discard_draft(row.draft_key)
    assert changes.outbox
    assert desk.outbox() == ()


def test_an_act_whose_words_are_gone_is_shown_with_what_is_known(desk: Desk, tmp_path: Path) -> None:
    changes = desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, "Not so.", ["Re-mark."])
    desk.take_back(changes.undo)
    desk.save_draft(REQUEST, FIRST, JudgementDraft())
    desk._work.forget([REQUEST])
    (row,) = desk.outbox()
    assert row.what == "Sample 1 of MR-2041: a judgement"
    # It was never sent: then nobody keeps it.
    assert row.why == "You took it back before it was sent. Its words are no longer on this computer."
    assert "no longer on this computer" in desk.export_copy(row.act_id, tmp_path / "copy.txt").read_text()
    assert desk.recorded_acts() == ()


def test_a_withdrawal_ends_a_dispute_also_for_who_only_looks_at_what_changed(desk: Desk) -> None:
    disputes = Disputes(desk._cache)
    assert disputes.requests() == frozenset()
    arrives(desk, judged("j1", FIRST), judged("j2", FIRST, rationale="Second."))
    assert disputes.requests() == {REQUEST}
    arrives(desk, judged("j2", FIRST, rationale="Second.", withdrawn="The wrong learner."))
    assert disputes.requests() == frozenset()
    assert desk.conflicts.all() == ()
