"""What the Outbox says of an act or a draft, and what it offers to do with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.moderation import Decision
from app.models.held import Page
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, OutboxState
from tests.support.conflicts import FIRST, REQUEST, begin, refuse, sheet
from tests.support.elsewhere import arrives, judged


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
    assert (row.gone, row.what) == (True, "Sample 1 of MR-2041: not recorded yet")
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
