"""A draft meets what was recorded elsewhere: merged, marked, or left to a person, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.merging import How, Pick
from app.domain.moderation import Decision, Standing
from app.workspace.comparing import ConflictKind
from app.workspace.desk import Desk
from app.workspace.snapshots import DraftBase, JudgementDraft
from tests.support.conflicts import FIRST, REQUEST, SECOND, WHOSE, begin, only, picked, sheet
from tests.support.elsewhere import arrives, judged


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
