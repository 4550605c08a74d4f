"""A visit by keyboard alone: every key of the screen, and a whole visit from arrival to the exported report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.review_terms import Level, MeetingKind, ReviewOutcome, Source
from app.workspace.desk import Desk
from tests.support.visits import REVIEW, picture, visit_desk
from tests.views.visit_window import ALT, CTRL, SHIFT, OnVisit, Settled

Key = Qt.Key


@pytest.fixture
def reviewing(tmp_path: Path, settled: Settled) -> Iterator[Desk]:
    desk = visit_desk(tmp_path / "reviewer")
    yield desk
    settled()
    desk.close()


@pytest.fixture
def on(reviewing: Desk, qtbot: QtBot, settled: Settled) -> OnVisit:
    return OnVisit(reviewing, qtbot, settled)


def test_J_and_K_go_along_the_tree_and_stay_at_its_ends(on: OnVisit) -> None:
    assert on.code == "QO.1.1"
    on.press(Key.Key_K)
    assert on.code == "QO.1.1"
    on.press(Key.Key_J, Key.Key_J)
    assert on.code == "QO.1.3"


def test_N_goes_to_the_next_unjudged_from_here_and_begins_again_at_the_top(on: OnVisit) -> None:
    on.screen.measures.choose("QO.9.5")
    on.press(Key.Key_1)
    assert on.item("QO.9.5").judgement is not None
    assert on.code == "QO.9"
    on.press(Key.Key_N)
    assert on.code == "QO.1.1"


def test_1_records_met_goes_on_and_can_be_undone(on: OnVisit) -> None:
    on.press(Key.Key_1)
    judged = on.item("QO.1.1").judgement
    assert judged is not None
    assert judged.level is Level.MET
    assert on.code == "QO.1.2"
    assert "QO.1.1" in on.said
    assert on.told[-1][1] == judged.id
    on.press(Key.Key_Z, modifier=CTRL)
    assert on.item("QO.1.1").judgement is None
    assert on.code == "QO.1.1"


def test_D9_2_and_3_record_nothing_and_ask_for_words(on: OnVisit) -> None:
    on.press(Key.Key_2)
    assert on.focus == "commentary"
    assert on.item("QO.1.1").judgement is None
    on.type("Dated, but 2019 is missing 1.")
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.item("QO.1.1").judgement is None
    assert "needs an action" in on.screen.measures.quality.complaint
    on.press(Key.Key_Escape)
    on.press(Key.Key_A)
    assert on.focus == "actionText"
    on.type("Date every policy.")
    on.press(Key.Key_Tab)
    on.press(Key.Key_Down)
    on.press(Key.Key_Return, modifier=CTRL)
    judged = on.item("QO.1.1").judgement
    assert judged is not None
    assert judged.commentary == "Dated, but 2019 is missing 1."
    assert [(one.text, one.essential) for one in judged.actions] == [("Date every policy.", False)]
    assert on.code == "QO.1.2"


def test_D9_4_asks_for_the_reason_and_not_of_an_objective(on: OnVisit) -> None:
    on.press(Key.Key_4)
    assert on.focus == "levelReason"
    on.type("No employers are involved.")
    on.press(Key.Key_Return, modifier=CTRL)
    judged = on.item("QO.1.1").judgement
    assert judged is not None
    assert (judged.level, judged.reason) == (Level.NOT_APPLICABLE, "No employers are involved.")
    on.screen.measures.choose("QO.1")
    on.press(Key.Key_4)
    assert "as a whole" in on.said
    assert not on.screen.measures.quality.level.button(Level.NOT_APPLICABLE).isVisible()


def test_1_does_not_record_words_written_for_another_level(on: OnVisit) -> None:
    on.press(Key.Key_3)
    on.type("Nobody could show a policy.")
    on.press(Key.Key_Escape, Key.Key_1)
    assert on.item("QO.1.1").judgement is None
    assert "Not met" in on.said


def test_letters_sleep_while_one_types(on: OnVisit) -> None:
    on.press(Key.Key_C)
    assert on.focus == "commentary"
    on.type("n1jkpa")
    assert on.screen.measures.basis.commentary.text == "n1jkpa"
    assert on.code == "QO.1.1"
    assert on.item("QO.1.1").judgement is None


def test_F6_goes_round_the_panes(on: OnVisit) -> None:
    on.press(Key.Key_F6)
    assert on.focus == "suggestionSeen"
    on.press(Key.Key_F6)
    assert on.focus == "levelMet"
    on.press(Key.Key_F6)
    assert on.focus == "measureList"
    on.press(Key.Key_F6, modifier=SHIFT)
    assert on.focus == "levelMet"


def test_Q28_V_notes_a_talk_and_the_judgement_cites_it(on: OnVisit) -> None:
    on.press(Key.Key_V)
    assert on.focus == "evidenceText"
    on.type("The nominee named both signatories.")
    on.press(Key.Key_Return, modifier=CTRL)
    noted = [one.noted for one in on.item("QO.1.1").citable if one.noted is not None]
    assert [(one.source, one.text) for one in noted] == [
        (Source.VERBAL, "The nominee named both signatories.")
    ]
    on.press(Key.Key_Escape, Key.Key_1)
    judged = on.item("QO.1.1").judgement
    assert judged is not None
    assert judged.cites == (noted[0].id,)


def test_P_takes_photos_in_and_they_are_noted_as_such(on: OnVisit, tmp_path: Path) -> None:
    (tmp_path / "wall.jpg").write_bytes(picture())
    on.screen.measures.basis.new.ask_files = lambda _parent, then: then([tmp_path / "wall.jpg"])
    on.press(Key.Key_P)
    on.settled()
    new = on.screen.measures.basis.new
    assert [photo.file.name for photo in new.photos] == ["wall.jpg"]
    on.tab_to("addEvidence")
    on.press(Key.Key_Return)
    (noted,) = [one.noted for one in on.item("QO.1.1").citable if one.noted is not None]
    assert noted.source is Source.FILE
    assert [file.name for file in noted.files] == ["wall.jpg"]
    assert new.photos == ()
    assert Source(new.source.currentData()) is not Source.FILE, "the next note is words again"


def test_a_whole_visit_by_keyboard_alone(on: OnVisit, tmp_path: Path) -> None:
    """From the arrival to the exported report: 5 moments, 24 judgements, an action, last year's signed off."""
    on.press(Key.Key_3, modifier=ALT)
    for kind, who in (
        (MeetingKind.ARRIVAL, ""),
        (MeetingKind.NOMINEE, "Ines Calloway"),
        (MeetingKind.EXAMS_OFFICER, "Tam Okoro"),
        (MeetingKind.DEPARTURE, ""),
    ):
        assert on.focus == "meetingKind"
        on.press(*[Key.Key_Down] * list(MeetingKind).index(kind))
        if who:
            on.press(Key.Key_Tab)
            on.type(who)
        on.tab_to("meetingBegan")
        on.type("9.30")
        if kind is MeetingKind.NOMINEE:
            on.tab_to("meetingThroughout")
            on.press(Key.Key_Space)
        on.press(Key.Key_Return, modifier=CTRL)
        assert on.screen.meetings.form.complaint.text == ""
    met = {one.meeting.kind: one.meeting for one in on.desk.visits.sheet(REVIEW).meetings}
    assert met[MeetingKind.NOMINEE].throughout
    assert met[MeetingKind.EXAMS_OFFICER].who == "Tam Okoro"

    on.press(Key.Key_1, modifier=ALT)
    assert on.focus == "measureList"
    for _ in range(24):
        code = on.code
        if on.screen.measures.item is not None and not on.screen.measures.item.is_objective:
            on.press(Key.Key_F6, Key.Key_Space)  # the first piece of suggested evidence was seen
            on.press(Key.Key_F6, Key.Key_F6)
        if code == "QO.1.2":
            on.press(Key.Key_3)
            on.type("The policy on appeals is missing.")
            on.press(Key.Key_Escape, Key.Key_A)
            on.type("Write a policy on appeals.")
            on.tab_to("actionOwner")
            on.type("Quality nominee")
            on.press(Key.Key_Tab)
            on.type("30/3/18")
            on.press(Key.Key_Return, modifier=CTRL)
        elif code == "QO.1":
            on.press(Key.Key_3)
            on.type("One of its policies is missing.")
            on.press(Key.Key_Return, modifier=CTRL)
        else:
            on.press(Key.Key_1)
        assert on.item(code).judgement is not None, (code, on.screen.measures.quality.complaint)
    assert on.said.endswith("Everything is judged.")

    # What is missing leads to its field: last year's action is signed off there.
    on.press(Key.Key_4, modifier=ALT)
    on.settled()
    assert on.focus == "visitMissing"
    assert on.screen.report.side.missing.count() == 1
    on.press(Key.Key_Return)
    assert (on.code, on.focus) == ("QO.3.4", "signOffSays")
    on.type("Saw two signatures on each claim of June.")
    on.press(Key.Key_Tab)
    assert on.focus == "signOffAction"
    on.press(Key.Key_Return)
    assert [one.signed_off_by for one in on.item("QO.3.4").last_year] == ["Robin Hale"]

    on.press(Key.Key_4, modifier=ALT)
    on.settled()
    assert on.focus == "submitVisitReport"
    assert on.desk.visits.sheet(REVIEW).report.outcome is ReviewOutcome.SUPPORT_REQUIRED
    on.press(Key.Key_Return)
    on.settled()
    assert on.desk.visits.sheet(REVIEW).report.submitted
    assert on.focus == "takeBackVisitReport"

    on.export_to = tmp_path / "report.pdf"
    on.press(Key.Key_E, modifier=CTRL)
    on.settled()
    assert on.export_to.read_bytes() == on.desk.visits.report_pdf(REVIEW)
    assert on.refused == []
