"""The other parts of a visit: its arranging, its meetings, its report, and the fields for days and times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.review_terms import Level, MeetingKind, Scope
from app.views.visits.moments import clock_in, day_in
from app.workspace.desk import Desk
from tests.support.visits import (
    ARRIVAL,
    REVIEW,
    judge_all,
    meet_everybody,
    visit_desk,
)
from tests.views.visit_window import OnVisit, Settled, bring_news, three_reviews

Key = Qt.Key


@pytest.fixture
def reviewing(tmp_path: Path, settled: Settled) -> Iterator[Desk]:
    desk = visit_desk(tmp_path / "reviewer", three_reviews())
    yield desk
    settled()
    desk.close()


@pytest.fixture
def on(reviewing: Desk, qtbot: QtBot, settled: Settled) -> OnVisit:
    return OnVisit(reviewing, qtbot, settled)


# -- arranging and meetings -----------------------------------------------------------------------------------------


def test_Q10_a_day_whose_document_would_be_due_in_the_past_is_warned_of(
    reviewing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = OnVisit(reviewing, qtbot, settled, review="r2", code="arranging")
    page = on.screen.arranging
    page.date.day.setFocus()
    on.type("9 Dec")
    assert "due" in page.date_warning.text
    on.press(Key.Key_Escape)
    page.date.day.clear()
    on.type("4 Jan")
    assert page.date_warning.text == ""
    page.date.agree.click()
    agreed = reviewing.visits.sheet("r2").review
    assert agreed.visit_on == date(2018, 1, 4)
    page.date.day.setFocus()
    on.type("32 Dec")
    page.date.agree.click()
    assert "is no day" in page.date.complaint.text


def test_Q17_the_nominees_answer_must_be_chosen_and_asks_the_quality_team(
    reviewing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    reviewing.visits.log_contact("r2", "Ines Calloway", "telephone", "Who I am.")
    on = OnVisit(reviewing, qtbot, settled, review="r2", code="arranging")
    form = on.screen.arranging.consortium
    form.record.click()
    assert "Choose" in form.complaint.text
    form.member.setFocus()
    on.press(Key.Key_Down, Key.Key_Tab)
    on.type("Vale Partnership")
    on.press(Key.Key_Tab)
    on.type("We deliver nothing.")
    on.press(Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    declared = reviewing.visits.sheet("r2").review
    assert (declared.scope, declared.consortium) == (Scope.CONFIRMATION_ASKED, "Vale Partnership")
    assert "Confirmation asked" in on.screen.header.scope.text


def test_a_meeting_is_changed_and_replaces_its_record(on: OnVisit) -> None:
    meet_everybody(on.desk)
    bring_news(on)
    on.screen.turn_to("meetings")
    cards = on.screen.meetings.cards
    assert f", {MeetingKind.ARRIVAL.words}, " in cards[0].accessibleName()
    exams = next(card for card in cards if "Tam Okoro" in card.accessibleName())
    exams.change.click()
    assert on.focus == "meetingWho"
    on.screen.meetings.form.ended.set_text("11")
    on.press(Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    (met,) = [
        one.meeting
        for one in on.desk.visits.sheet(REVIEW).meetings
        if one.meeting.kind is MeetingKind.EXAMS_OFFICER
    ]
    assert met.ended == ARRIVAL.replace(hour=11, minute=0)


def test_D11_a_desk_top_review_has_no_meetings_and_no_day(
    reviewing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = OnVisit(reviewing, qtbot, settled, review="r3")
    assert not on.screen.tabs.isTabVisible(2)
    on.screen.turn_to("meetings")
    assert on.screen.page == "measures"
    on.screen.turn_to("arranging")
    assert not on.screen.arranging.date.isVisible()
    on.screen.turn_to("report")
    on.settled()
    assert not [one for one in on.screen.report.side.missing.missing if not getattr(one, "code", "")]


# -- the report -----------------------------------------------------------------------------------------------------


def test_what_is_missing_leads_to_each_field(on: OnVisit) -> None:
    judge_all(on.desk)
    cites, reason = on.item("QO.1.1"), on.item("QO.1")
    assert cites.judgement is not None
    on.desk.visits.judge(REVIEW, "QO.1.1", Level.MET, "", "Seen.", (), ())
    on.desk.visits.judge(REVIEW, reason.code, Level.NOT_MET, "", "Not so.", (), ())
    bring_news(on)
    wanted = {
        ("", "nominee"): "meetingWho",
        ("", "exams_officer"): "meetingWho",
        ("QO.1.1", "cites"): "citedBox",
        ("QO.1", "reason"): "levelReason",
        ("QO.1", "actions"): "addAction",
        ("QO.3.4", "earlier_actions"): "signOffSays",
    }
    found = {(one.code, one.field): one for one in on.desk.visits.missing(REVIEW)}
    assert set(found) == set(wanted)
    for place, control in wanted.items():
        on.screen.turn_to("report")
        on.screen.report.missing_wanted.emit(found[place])
        QApplication.processEvents()
        assert (on.focus, on.code if place[0] else "") == (control, place[0])
    assert on.screen.meetings.form.meant is MeetingKind.EXAMS_OFFICER


def test_a_report_is_signed_off_taken_back_and_locks_what_it_states(on: OnVisit) -> None:
    judge_all(on.desk)
    meet_everybody(on.desk)
    on.desk.visits.sign_off_action(REVIEW, "action-1", "Seen.")
    bring_news(on)
    on.screen.turn_to("report")
    on.settled()
    side = on.screen.report.side
    side.form.summary.setFocus()
    on.type("A careful centre.")
    side.submit.click()
    on.settled()
    assert on.desk.visits.sheet(REVIEW).report.submitted
    assert not on.screen.measures.quality.save.isEnabled()
    on.qtbot.waitUntil(lambda: on.screen.report.preview.ready, timeout=20_000)
    side.take_back.click()
    on.settled()
    assert not on.desk.visits.sheet(REVIEW).report.submitted
    assert side.form.summary.text == "A careful centre."
    assert on.screen.measures.quality.save.isEnabled()


# -- days and times -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8/12/2017", date(2017, 12, 8)),
        ("8.12.17", date(2017, 12, 8)),
        ("8 dec", date(2017, 12, 8)),
        ("4 January", date(2018, 1, 4)),
        ("2017-12-10", date(2017, 12, 10)),
        ("29 Feb", None),
        ("31/11/2017", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_are_read_as_they_are_written_in_britain(typed: str, meant: date | None) -> None:
    assert day_in(typed, date(2017, 11, 2)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("9:30", (9, 30)), ("0930", (9, 30)), ("9", (9, 0)), ("25", None)]
)
def test_times_are_read_as_they_are_written(typed: str, meant: tuple[int, int] | None) -> None:
    found = clock_in(typed)
    assert (None if found is None else (found.hour, found.minute)) == meant


def test_a_day_is_stepped_by_keys_and_said_back_in_full(on: OnVisit) -> None:
    on.screen.turn_to("arranging")
    field = on.screen.arranging.date.day
    field.setFocus()
    on.type("8/12")
    on.press(Key.Key_Up)
    assert field.day == date(2017, 12, 9)
    on.press(Key.Key_PageDown, Key.Key_Tab)
    assert field.text() == "2 December 2017"
