"""The Visits list and what is typed around a visit: whose turn it is, what is late, and forms that come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import Standing
from app.domain.review_terms import Block, Level, MeetingKind, ReviewKind, ReviewState, Scope, Source
from app.domain.reviews import QualityJudgement, ReviewRow, review_row_of
from app.wire.messages import OutcomeMessage
from app.workspace.desk import Desk
from app.workspace.snapshots import OutboxState, SyncMark
from app.workspace.visits.snapshots import VisitDraft, VisitGroup
from tests.support.desks import Clock
from tests.support.elsewhere import arrives
from tests.support.visits import (
    ARRIVAL,
    MANAGER,
    REVIEW,
    ced,
    ced_file,
    last_year,
    review,
    visit_desk,
)

NOT_YET = {"scope": Scope.NOT_DECIDED, "contacted_on": None, "visit_on": None, "ced_submitted_on": None}


def judged(identifier: str, code: str, commentary: str, supersedes: tuple[str, ...] = ()) -> QualityJudgement:
    """A judgement by another reviewer, as a pull would bring it."""
    return QualityJudgement(
        identifier,
        REVIEW,
        code,
        Level.MET,
        "",
        commentary,
        (),
        (),
        supersedes,
        "person-9",
        "Sasha Ohm",
        datetime(2017, 12, 8, 8, 0, tzinfo=UTC),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = visit_desk(tmp_path / "laptop")
    yield made
    made.close()


def row_at(folder: Path, today: datetime, **changes: Any) -> Any:
    """The one row of a desk on this day."""
    desk = visit_desk(folder, [review(**changes)], [], clock=Clock(today))
    try:
        return desk.visits.rows()[0]
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("today", "changes", "group", "task", "due"),
    [
        (
            "2017-10-30",
            {"state": ReviewState.ALLOCATED, **NOT_YET},
            VisitGroup.TO_CONTACT,
            "Contact the quality nominee and propose a date from Wed 1 Nov",
            False,
        ),
        (
            "2017-11-01",
            {"state": ReviewState.ALLOCATED, **NOT_YET},
            VisitGroup.TO_CONTACT,
            "Contact the quality nominee and propose a date",
            True,
        ),
        (
            "2017-11-03",
            {"state": ReviewState.CONTACTED, "scope": Scope.CONFIRMATION_ASKED},
            VisitGroup.ARRANGING,
            "Waits for the quality team to confirm the consortium",
            False,
        ),
        ("2017-12-01", {}, VisitGroup.AGREED, "Visit on Fri 8 Dec", False),
        (
            "2017-12-08",
            {"state": ReviewState.REVIEWING, "measures": 24, "judged": 3},
            VisitGroup.UNDER_REVIEW,
            "Record the judgements",
            True,
        ),
        ("2018-01-10", {"state": ReviewState.COMPLETE}, VisitGroup.DONE, "", False),
        (
            "2018-01-10",
            {"state": ReviewState.COMPLETE, "block": Block.PROPOSED},
            VisitGroup.BLOCK_TO_DECIDE,
            "",
            False,
        ),
    ],
)
def test_Q16_the_list_says_whose_turn_it_is(
    tmp_path: Path, today: str, changes: dict[str, Any], group: VisitGroup, task: str, due: bool
) -> None:
    row = row_at(tmp_path / "laptop", datetime.fromisoformat(f"{today}T09:00+00:00"), **changes)
    assert (row.group, row.task, row.task_due) == (group, task, due)


def test_D8_a_late_engagement_document_is_flagged_beside_the_state(tmp_path: Path) -> None:
    missing: dict[str, Any] = {"ced_submitted_on": None}
    on_the_day = row_at(tmp_path / "a", datetime(2017, 11, 24, 20, tzinfo=UTC), **missing)
    assert (on_the_day.ced_late, on_the_day.ced_words) == (
        False,
        "Engagement Document due on 24 November 2017",
    )
    after = row_at(tmp_path / "b", datetime(2017, 11, 25, 9, tzinfo=UTC), **missing)
    assert (after.ced_late, after.state_words) == (True, "Date agreed")
    assert after.ced_words == "Engagement Document late: it was due on 24 November 2017"
    came = row_at(tmp_path / "c", datetime(2017, 11, 28, 9, tzinfo=UTC), ced_submitted_on=date(2017, 11, 27))
    assert came.ced_words == "Engagement Document submitted on 27 November 2017, late"


def test_a_quality_manager_sees_reviews_by_their_rows_and_decides_what_is_asked(tmp_path: Path) -> None:
    asked = review(scope=Scope.CONFIRMATION_ASKED, state=ReviewState.CONTACTED)
    other: ReviewRow = replace(review_row_of(review(id="review-2", number="QR-0013")), id="review-2")
    desk = visit_desk(tmp_path / "laptop", [asked, ced(), review_row_of(asked), other], [], MANAGER)
    try:
        rows = {row.number: row for row in desk.visits.rows()}
        assert {number: row.held for number, row in rows.items()} == {"QR-0012": True, "QR-0013": False}
        may = desk.visits.sheet(REVIEW).may
        assert (may.review, may.decide_scope, may.decide_block, may.sign_off_actions) == (
            False,
            True,
            False,
            True,
        )
        with pytest.raises(KnownError) as refused:
            desk.visits.judge(REVIEW, "QO.1.1", Level.MET, "", "", (), [])
        assert refused.value.code == "not_allowed"
        desk.visits.decide_scope(REVIEW, True, "")
        assert desk.visits.sheet(REVIEW).review.scope is Scope.REDUCED
    finally:
        desk.close()


def test_Q10_a_day_that_makes_the_document_overdue_is_warned_of_and_moves_the_due_day(tmp_path: Path) -> None:
    early = review(state=ReviewState.CONTACTED, visit_on=None, ced_submitted_on=None)
    early = replace(early, ced_due_on=date(2017, 12, 10))
    clock = Clock(datetime(2017, 11, 27, 9, tzinfo=UTC))
    desk = visit_desk(tmp_path / "laptop", [early, ced()], [], clock=clock)
    try:
        assert "would have been due on 24 November 2017" in desk.visits.date_warning(
            REVIEW, date(2017, 12, 8)
        )
        assert desk.visits.date_warning(REVIEW, date(2018, 1, 4)) == ""
        done = desk.visits.agree_date(REVIEW, date(2017, 12, 8))
        moved = desk.visits.sheet(REVIEW)
        assert moved.review.ced_due_on == date(2017, 11, 24)
        assert moved.review.earlier_ced_due_on == (date(2017, 12, 10),)
        assert "is not in yet" in moved.ced_warning
        desk.visits.take_back(done.undo)
        assert desk.visits.sheet(REVIEW).review.ced_due_on == date(2017, 12, 10)
        assert desk.visits.form(REVIEW, "date") == {"visit_on": "2017-12-08"}
    finally:
        desk.close()


def test_what_is_taken_back_becomes_its_form_again_unless_newer_words_are_there(desk: Desk) -> None:
    visits = desk.visits
    visits.save_form(REVIEW, "meeting", {"who": "Ines"})
    met = visits.record_meeting(
        REVIEW,
        MeetingKind.NOMINEE,
        "Ines Calloway",
        "Quality nominee",
        ARRIVAL,
        throughout=True,
        notes="All day",
    )
    assert visits.sheet(REVIEW).saved_forms == ()
    visits.take_back(met.undo)
    form = visits.form(REVIEW, "meeting")
    assert (form["who"], form["throughout"], form["notes"]) == ("Ines Calloway", "yes", "All day")
    signed = visits.sign_off_action(REVIEW, "action-1", "Done in June.")
    assert visits.sheet(REVIEW).last_year[0].signed_off_on == date(2017, 12, 8)
    visits.save_form(REVIEW, "action/action-1", {"says": "Newer"})
    visits.take_back(signed.undo)
    assert visits.form(REVIEW, "action/action-1") == {"says": "Newer"}
    visits.save_form(REVIEW, "meeting", {"who": " "})
    assert visits.sheet(REVIEW).saved_forms == ("action/action-1",)


def test_a_judgement_that_came_while_one_was_typing_is_never_replaced_unseen(desk: Desk) -> None:
    visits = desk.visits
    arrives(desk, judged("j1", "QO.1.1", "First."))
    visits.save_draft(REVIEW, "QO.1.1", VisitDraft(level=Level.PARTLY_MET, commentary="Mine"))
    arrives(desk, judged("j2", "QO.1.1", "Second.", ("j1",)))
    item = visits.sheet(REVIEW).item("QO.1.1")
    assert item is not None
    assert item.meanwhile.startswith(
        "Judged elsewhere while you were writing: Sasha Ohm, 8 December 2017, 08:00"
    )
    assert item.draft is not None
    assert item.draft.base is not None
    done = visits.judge(REVIEW, "QO.1.1", Level.MET, "", "Mine", (), [], seen=item.draft.base.stands)
    assert done.said == "QO.1.1: Met. Sasha Ohm judged it meanwhile: compare both"
    item = visits.sheet(REVIEW).item("QO.1.1")
    assert item is not None
    assert item.standing is Standing.DISPUTED
    assert {one.judgement.commentary for one in item.disputed} == {"Second.", "Mine"}
    assert visits.rows()[0].mark is SyncMark.ATTENTION
    visits.judge(REVIEW, "QO.1.1", Level.MET, "", "Both of us.", (), [])
    item = visits.sheet(REVIEW).item("QO.1.1")
    assert item is not None
    assert item.standing is Standing.JUDGED
    assert len(item.history) == 4


def test_D11_a_desk_top_review_has_no_meetings_and_never_text_b(tmp_path: Path) -> None:
    desk = visit_desk(
        tmp_path / "laptop",
        [review(kind=ReviewKind.DESK_TOP, scope=Scope.FULL, visit_on=None), ced([ced_file()]), ced_file()],
    )
    try:
        sheet = desk.visits.sheet(REVIEW)
        assert not sheet.on_site
        assert {one.words for one in sheet.others} == {"not reviewed"}
        assert not any(one.commentary for one in sheet.others)
        assert {one.field for one in sheet.report.missing if not one.code} == set()
        with pytest.raises(KnownError) as refused:
            desk.visits.record_meeting(REVIEW, MeetingKind.ARRIVAL, "", "", ARRIVAL)
        assert refused.value.code == "no_meetings"
    finally:
        desk.close()


def test_a_document_that_changed_after_it_was_signed_is_not_shown_as_signed(tmp_path: Path) -> None:
    desk = visit_desk(tmp_path / "laptop", [review(), ced([]), ced_file(), last_year()])
    try:
        view = desk.visits.sheet(REVIEW).ced
        assert view is not None
        assert not view.signed
        assert view.state_words.startswith("Its signature covers another content")
        assert [one.files[0].name for one in view.files] == ["malpractice-policy.txt"]
    finally:
        desk.close()


def test_a_framework_that_is_not_known_here_stops_only_its_own_review(tmp_path: Path) -> None:
    desk = visit_desk(
        tmp_path / "laptop",
        [
            review(),
            ced(),
            review(id="review-2", number="QR-9", framework_id="from-tomorrow", state=ReviewState.REVIEWING),
        ],
        [],
    )
    try:
        assert {row.number for row in desk.visits.rows()} == {"QR-0012", "QR-9"}
        assert desk.visits.sheet(REVIEW).review.number == "QR-0012"
        with pytest.raises(KnownError) as refused:
            desk.visits.sheet("review-2")
        assert refused.value.code == "framework_unknown"
    finally:
        desk.close()


def test_what_a_draft_cites_of_another_measure_stays_in_sight(desk: Desk) -> None:
    talk = desk.visits.add_evidence(REVIEW, "QO.9.1", Source.VERBAL, "A talk.").undo
    desk.visits.save_draft(REVIEW, "QO.1.1", VisitDraft(cites=(talk,)))
    seen = {code: desk.visits.sheet(REVIEW).item(code) for code in ("QO.1.1", "QO.1.2")}
    assert {
        code: talk in {one.id for one in item.citable} for code, item in seen.items() if item is not None
    } == {"QO.1.1": True, "QO.1.2": False}


def test_a_refused_judgement_is_mended_by_the_next_and_a_refused_meeting_by_no_other(desk: Desk) -> None:
    visits = desk.visits
    judged_first = visits.judge(REVIEW, "QO.1.1", Level.MET, "", "", (), []).undo
    met_first = visits.record_meeting(REVIEW, MeetingKind.TELEPHONE, "Bea Lund", "", ARRIVAL).undo
    refusals = [
        OutcomeMessage(act_id=act_id, outcome="rejected", code="told", says="Not like this.")
        for act_id in (judged_first, met_first)
    ]
    desk._work.record_outcomes(refusals)
    visits.judge(REVIEW, "QO.1.1", Level.MET, "", "Anew.", (), [])
    visits.record_meeting(REVIEW, MeetingKind.TELEPHONE, "Tam Okoro", "", ARRIVAL)
    states = {row.act_id: row.state for row in desk.outbox()}
    assert states[judged_first] is OutboxState.TAKEN_BACK
    assert states[met_first] is OutboxState.ATTENTION
