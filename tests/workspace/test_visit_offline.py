"""A whole quality review on one computer without a network: recorded, killed, reopened, reported."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import Standing
from app.domain.review_terms import Level, MeetingKind, ReviewOutcome, ReviewState, Source
from app.workspace.desk import Desk
from app.workspace.snapshots import OutboxState, SyncMark
from app.workspace.visits.snapshots import VisitDraft, VisitGroup
from tests.support.desks import Clock, open_desk
from tests.support.visiting_child import visit_and_be_killed
from tests.support.visits import (
    ARRIVAL,
    FRAMEWORK,
    POLICY,
    REVIEW,
    action,
    ced,
    ced_file,
    kept_photos,
    last_year,
    meet_everybody,
    picture,
    review,
    visit_desk,
    visit_profile,
    whole_visit,
)

NEXT = "QO.3.4"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = visit_desk(tmp_path / "laptop")
    yield made
    made.close()


def test_a_fresh_review_shows_all_that_is_known_of_it(desk: Desk) -> None:
    sheet = desk.visits.sheet(REVIEW)
    codes = [item.code for item in sheet.items]
    measures = [measure.code for one in FRAMEWORK.blocking for measure in one.measures]
    assert [code for code in codes if FRAMEWORK.measure(code)] == measures
    assert len(measures) == 20
    assert len(codes) == 24
    assert codes.index("QO.1") == codes.index("QO.1.5") + 1
    assert {one.commentary for one in sheet.others} == {FRAMEWORK.text_b}
    assert len(sheet.others) == 6
    assert sheet.ced is not None
    assert sheet.ced.signed
    assert sheet.ced.state_words.startswith("Signed by Alma Reyes, Principal")
    item = sheet.item(NEXT)
    assert item is not None
    assert item.standing is Standing.NOT_JUDGED
    assert item.ced_entry is not None
    assert item.ced_entry.commentary.startswith("How we serve")
    assert [one.id for one in item.last_year] == ["action-1"]
    (row,) = desk.visits.rows()
    assert (row.group, row.judged, row.measures) == (VisitGroup.AGREED, 0, 0)


def test_Q25_a_whole_visit_made_offline_and_killed_twice_loses_nothing(tmp_path: Path) -> None:
    profile = visit_profile(
        tmp_path / "laptop", [review(), ced([ced_file()]), ced_file(), last_year()], [POLICY]
    )
    keys = tmp_path / "laptop" / "keys.json"
    told = [act_id for after in (17, 31) for act_id in visit_and_be_killed(profile, keys, REVIEW, after)]
    with contextlib.closing(open_desk(profile, Clock(ARRIVAL))) as desk:
        recorded = [act.id for act in desk.recorded_acts()]
        assert set(told) <= set(recorded)
        drafts = desk.visits.drafts.of_review(REVIEW)
        assert len(drafts) <= 1
        told += whole_visit(desk)
        sheet = desk.visits.sheet(REVIEW)
        assert sheet.judged == 24
        assert len(sheet.meetings) == 5
        assert len(desk.recorded_acts()) == 5 + 50 + 24 + 1
        assert sum(len(item.judgement.actions) for item in sheet.items if item.judgement) == 15
        assert len(kept_photos(desk)) == 30
        assert sheet.report.missing == ()
        assert sheet.report.outcome is ReviewOutcome.NO_ACTION


def test_the_report_is_signed_off_offline_and_can_be_taken_back(desk: Desk, tmp_path: Path) -> None:
    visits = desk.visits
    for _ in whole_visit(desk):
        pass
    visits.save_draft(REVIEW, "QO.9.1", VisitDraft(commentary="Half a sen"))
    visits.save_form(REVIEW, "report", {"summary": "A sound centre.", "changes": ""})
    assert visits.preview_report(REVIEW).startswith(b"%PDF")
    assert visits.report_pdf(REVIEW) is None
    signed = visits.submit_report(REVIEW, "A sound centre.").undo
    pdf = visits.report_pdf(REVIEW)
    assert pdf is not None
    assert visits.export_report(REVIEW, tmp_path / "report.pdf").read_bytes() == pdf
    sheet = visits.sheet(REVIEW)
    assert (sheet.report.submitted, sheet.saved_forms) == (signed, ())
    assert visits.rows()[0].state_words == "Report waiting to be sent"
    assert visits.draft(REVIEW, "QO.9.1").commentary == "Half a sen"
    deed = desk.recorded_acts()[-1]
    assert set(deed.rests_on) == {act.id for act in desk.recorded_acts()} - {signed}
    with pytest.raises(KnownError) as refused:
        visits.judge(REVIEW, "QO.9.1", Level.MET, "", "", (), [])
    assert refused.value.code == "report_waiting"
    visits.take_back(signed)
    assert visits.sheet(REVIEW).report.summary == "A sound centre."
    assert visits.report_pdf(REVIEW) is None


def test_what_is_recorded_shows_at_once_and_can_be_undone(desk: Desk) -> None:
    visits = desk.visits
    noted = visits.add_evidence(REVIEW, NEXT, Source.VERBAL, "Two people verify each claim.").undo
    visits.save_draft(
        REVIEW, NEXT, VisitDraft(level=Level.PARTLY_MET, commentary="Not always.", note="Ask again")
    )
    done = visits.judge(REVIEW, NEXT, Level.PARTLY_MET, "", "Not always.", [noted], [action()])
    assert done.said == "QO.3.4: Partly met"
    item = visits.sheet(REVIEW).item(NEXT)
    assert item is not None
    assert item.judgement is not None
    assert item.pending
    assert item.judgement.actions[0].id
    assert item.draft is not None
    assert (item.draft.judges, item.draft.note) == (False, "Ask again")
    assert visits.sheet(REVIEW).review.state is ReviewState.REVIEWING
    (row,) = visits.rows()
    assert (row.judged, row.measures, row.mark) == (1, 24, SyncMark.WAITING)
    with pytest.raises(KnownError) as refused:
        visits.take_back(noted)
    assert refused.value.code == "rested_on"
    visits.take_back(done.undo)
    item = visits.sheet(REVIEW).item(NEXT)
    assert item is not None
    assert item.standing is Standing.NOT_JUDGED
    assert item.draft is not None
    assert (item.draft.level, item.draft.commentary, item.draft.cites) == (
        Level.PARTLY_MET,
        "Not always.",
        (noted,),
    )
    assert [one.text for one in item.draft.actions] == ["Date every policy."]
    assert item.draft.note == "Ask again"
    again = visits.judge(REVIEW, NEXT, Level.MET, "", "Always.", [noted], []).undo
    visits.save_draft(REVIEW, NEXT, VisitDraft(commentary="Newer words"))
    visits.take_back(again)
    assert visits.draft(REVIEW, NEXT).commentary == "Newer words"


def test_Q27_suggested_evidence_is_ticked_and_Q29_what_does_not_apply_is_no_evidence(desk: Desk) -> None:
    visits = desk.visits
    item = visits.sheet(REVIEW).item("QO.1.4")
    assert item is not None
    free = next(tick.suggestion for tick in item.suggestions if tick.suggestion.if_applicable)
    other = next(tick.suggestion for tick in item.suggestions if not tick.suggestion.if_applicable)
    visits.save_draft(REVIEW, "QO.1.4", VisitDraft(note="Half a note"))
    seen = visits.add_evidence(REVIEW, "QO.1.4", Source.SUGGESTED, "", other.id).undo
    absent = visits.add_evidence(REVIEW, "QO.1.4", Source.NOT_APPLICABLE, "", free.id).undo
    assert visits.draft(REVIEW, "QO.1.4").note == "Half a note"
    item = visits.sheet(REVIEW).item("QO.1.4")
    assert item is not None
    ticks = {tick.suggestion.id: tick for tick in item.suggestions}
    assert (ticks[other.id].seen, ticks[other.id].evidence_id) == (True, seen)
    assert (ticks[free.id].seen, ticks[free.id].applies) == (False, False)
    assert {one.id: one.counts for one in item.citable if one.noted} == {seen: True, absent: False}
    with pytest.raises(KnownError) as refused:
        visits.judge(REVIEW, "QO.1.4", Level.MET, "", "", [absent], [])
    assert refused.value.code == "evidence_unknown"


def test_Q26_the_list_of_what_is_missing_leads_to_each_field(desk: Desk) -> None:
    visits = desk.visits
    fields = {(one.code, one.field) for one in visits.missing(REVIEW)}
    assert {("", "nominee"), ("", "exams_officer"), (NEXT, "level"), (NEXT, "earlier_actions")} <= fields
    visits.judge(REVIEW, NEXT, Level.MET, "", "", (), [])
    meet_everybody(desk)
    visits.sign_off_action(REVIEW, "action-1", "Done.")
    sheet = visits.sheet(REVIEW)
    assert [one.field for one in sheet.item(NEXT).missing] == ["cites"]  # type: ignore[union-attr]
    assert "" not in {one.code for one in sheet.report.missing}
    assert sheet.last_year[0].signed_off_by == desk.person.name
    with pytest.raises(KnownError) as refused:
        visits.submit_report(REVIEW, "Too early.")
    assert refused.value.code == "report_incomplete"


def test_a_meeting_that_is_corrected_replaces_the_first_record(desk: Desk) -> None:
    visits = desk.visits
    first = visits.record_meeting(REVIEW, MeetingKind.NOMINEE, "I. Callow", "", ARRIVAL).undo
    visits.record_meeting(
        REVIEW, MeetingKind.NOMINEE, "Ines Calloway", "Quality nominee", ARRIVAL, replaces=[first]
    )
    (met,) = visits.sheet(REVIEW).meetings
    assert (met.meeting.who, met.disputed, met.pending) == ("Ines Calloway", False, True)
    with pytest.raises(KnownError) as refused:
        visits.take_back(first)
    assert refused.value.code == "rested_on"


def test_the_outbox_says_what_was_done_in_a_review(desk: Desk) -> None:
    visits = desk.visits
    photo = ("wall.jpg", picture())
    visits.add_evidence(REVIEW, "QO.9.1", Source.FILE, "The\nwall", files=[photo])
    visits.judge(REVIEW, NEXT, Level.MET, "", "", (), [])
    visits.log_contact(REVIEW, "Ines Calloway", "telephone", "The day.")
    visits.save_draft(REVIEW, "QO.1.1", VisitDraft(commentary="A beginning"))
    visits.save_form(REVIEW, "meeting", {"who": "Tam Okoro"})
    rows = {row.what: row for row in desk.outbox()}
    assert set(rows) == {
        "Review QR-0012, QO.1.1: not recorded yet",
        "Review QR-0012: a meeting, not recorded yet",
        "Review QR-0012, QO.9.1: photo or file “The wall”, 1 file",
        "Review QR-0012, QO.3.4: Met",
        "Review QR-0012: contact with Ines Calloway logged",
    }
    assert all(row.about_visit and row.request_id == REVIEW for row in rows.values())
    assert rows["Review QR-0012, QO.3.4: Met"].sample_id == NEXT
    assert rows["Review QR-0012, QO.1.1: not recorded yet"].state is OutboxState.DRAFT
    assert desk.left_behind() == frozenset()
    assert desk.status().queued == 3


def test_the_copy_of_a_draft_holds_everything_that_was_typed(desk: Desk, tmp_path: Path) -> None:
    planned = action("Let two people verify.", essential=True)
    photo = desk.visits.attach(REVIEW, ("wall.jpg", picture()))
    desk.visits.save_draft(
        REVIEW,
        NEXT,
        VisitDraft(Level.NOT_MET, "", "Only one person does.", (), (planned,), "Ask again", (photo,)),
    )
    (row,) = desk.outbox()
    copy = desk.export_copy(row.draft_key, tmp_path / "copy.txt").read_text("utf-8")
    for words in (
        "Only one person does.",
        "Let two people verify., essential, Quality nominee, due 2018-03-30",
        "Ask again",
        "wall.jpg",
    ):
        assert words in copy
    assert (tmp_path / "copy - wall.jpg").exists()


def test_evidence_that_is_stumbled_over_stops_no_judgement_that_does_not_cite_it(desk: Desk) -> None:
    visits = desk.visits
    visits.judge(REVIEW, NEXT, Level.MET, "", "", (), [])
    noted = visits.add_evidence(REVIEW, NEXT, Source.VERBAL, "A talk.").undo
    visits.judge(REVIEW, NEXT, Level.MET, "", "Again.", (), [])
    visits.judge(REVIEW, NEXT, Level.MET, "", "With the talk.", [noted], [])
    first, evidence, second, third = desk.recorded_acts()
    assert (evidence.after, evidence.rests_on) == ("", ())
    assert (second.after, second.rests_on) == (first.id, (first.id,))
    assert (third.after, set(third.rests_on)) == (second.id, {second.id, noted})
