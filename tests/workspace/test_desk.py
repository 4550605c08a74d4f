"""One moderator's desk, offline, over real encrypted databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.models.held import Page
from app.models.profile import Profile, open_stores
from app.workspace.desk import Desk
from app.workspace.snapshots import (
    Changes,
    Group,
    JudgementDraft,
    Offline,
    OutboxState,
    ReportDraft,
    SyncMark,
)
from tests.support.desks import (
    Clock,
    desk_with_requests,
    keys_of,
    lines,
    make_profile,
    one_request,
    open_desk,
)

REQUEST = "request-1"
FILES = [("essay.txt", b"An invented essay."), ("sheet.xlsx", b"PK\x03\x04 not really")]


def sample(position: int, request: str = REQUEST) -> str:
    return f"{request}/sample-{position}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_with_requests(tmp_path / "laptop", requests=2, samples=3, evidence=FILES)
    yield made
    made.close()


def judge_all(desk: Desk, decision: Decision = Decision.AGREED) -> None:
    for sheet in desk.request(REQUEST).samples:
        desk.record_judgement(REQUEST, sheet.sample.id, decision, "Because.", ["Re-mark."])


def sign_off(desk: Desk, outcome: Outcome = Outcome.ACCEPTED) -> Changes:
    """Confirms the outcome and signs the report off."""
    desk.save_report_draft(REQUEST, ReportDraft(outcome))
    return desk.submit_report(REQUEST)


def code_of(error: pytest.ExceptionInfo[KnownError]) -> str:
    return error.value.code


def test_a_judgement_is_seen_at_once_everywhere(desk: Desk) -> None:
    changes = desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    assert changes.requests == {REQUEST}
    assert changes.said == "Sample 1: Agreed"
    sheet = desk.request(REQUEST).samples[0]
    assert sheet.pending
    assert sheet.judgement is not None
    assert sheet.judgement.id == changes.undo
    row = next(row for row in desk.work() if row.request_id == REQUEST)
    assert (row.judged, row.samples, row.mark) == (1, 3, SyncMark.WAITING)
    assert [entry.what for entry in desk.outbox()] == ["Sample 1 of MR-2041: Agreed"]
    assert desk.status().queued == 1


def test_a_second_judgement_supersedes_the_first_and_both_stay(desk: Desk) -> None:
    first = desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", []).undo
    second = desk.record_judgement(REQUEST, sample(1), Decision.NOT_AGREED, "No.", ["Re-mark."]).undo
    sheet = desk.request(REQUEST).samples[0]
    assert [judgement.id for judgement in sheet.history] == [first, second]
    assert sheet.judgement is not None
    assert (sheet.judgement.id, sheet.judgement.supersedes) == (second, (first,))


def test_M64_a_suspicion_holds_the_request_on_this_desk_at_once(desk: Desk) -> None:
    desk.record_judgement(REQUEST, sample(2), Decision.SUSPECTED_MALPRACTICE, "Two are alike.", [])
    sheet = desk.request(REQUEST)
    assert sheet.request.state is RequestState.ON_HOLD
    assert next(row for row in desk.work() if row.request_id == REQUEST).group is Group.ON_HOLD
    with pytest.raises(KnownError) as error:
        desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    assert code_of(error) == "on_hold"


def test_D12_a_refused_judgement_keeps_its_draft(desk: Desk) -> None:
    draft = JudgementDraft(Decision.NOT_AGREED, "Half a thought", (), "an unfinished note")
    desk.save_draft(REQUEST, sample(1), draft)
    with pytest.raises(KnownError) as error:
        desk.record_judgement(REQUEST, sample(1), draft.decision or Decision.AGREED, draft.rationale, [])
    assert code_of(error) == "action_missing"
    assert desk.request(REQUEST).samples[0].draft == draft


def test_recording_empties_the_draft_but_keeps_an_unfinished_note(desk: Desk) -> None:
    desk.save_draft(REQUEST, sample(1), JudgementDraft(Decision.AGREED, "Good.", (), "an unfinished note"))
    desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "Good.", [])
    assert desk.request(REQUEST).samples[0].draft == JudgementDraft(note="an unfinished note")


def test_taking_back_restores_the_text_as_a_draft(desk: Desk) -> None:
    changes = desk.record_judgement(REQUEST, sample(1), Decision.NOT_AGREED, "No.", ["Re-mark."])
    desk.take_back(changes.undo)
    sheet = desk.request(REQUEST).samples[0]
    assert sheet.judgement is None
    assert sheet.draft == JudgementDraft(Decision.NOT_AGREED, "No.", ("Re-mark.",))
    assert [row.state for row in desk.outbox()] == [OutboxState.DRAFT, OutboxState.TAKEN_BACK]


def test_taking_back_never_overwrites_newer_text(desk: Desk) -> None:
    changes = desk.record_judgement(REQUEST, sample(1), Decision.NOT_AGREED, "No.", ["Re-mark."])
    newer = JudgementDraft(rationale="A newer thought")
    desk.save_draft(REQUEST, sample(1), newer)
    desk.take_back(changes.undo)
    assert desk.request(REQUEST).samples[0].draft == newer


def test_M53_notes_go_with_the_sample_or_the_request(desk: Desk) -> None:
    desk.add_note(REQUEST, "", "To all of you.")
    desk.add_note(REQUEST, sample(2), "Page 4, please.")
    sheet = desk.request(REQUEST)
    assert [note.text for note in sheet.notes] == ["To all of you."]
    assert [note.text for note in sheet.samples[1].notes] == ["Page 4, please."]
    assert sheet.samples[1].notes[0].stage is RequestState.IN_MODERATION


def test_adding_a_note_keeps_the_rest_of_the_draft(desk: Desk) -> None:
    desk.save_draft(REQUEST, sample(1), JudgementDraft(Decision.AGREED, "So far.", (), "Hello"))
    desk.add_note(REQUEST, sample(1), "Hello")
    assert desk.request(REQUEST).samples[0].draft == JudgementDraft(Decision.AGREED, "So far.")


def test_drafts_survive_the_desk(tmp_path: Path) -> None:
    items, files = one_request()
    profile = make_profile(tmp_path / "laptop", items, files)
    desk = open_desk(profile)
    draft = JudgementDraft(Decision.FURTHER_EVIDENCE, "Wanting\nmore — “ü”", ("Send it.", ""), "n")
    desk.save_draft(REQUEST, sample(3), draft)
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.REJECTED, "Summary so far"))
    desk.close()
    again = open_desk(profile)
    try:
        assert again.request(REQUEST).samples[2].draft == draft
        assert again.report_desk(REQUEST).draft == ReportDraft(Outcome.REJECTED, "Summary so far")
        assert again.recovered_at() is None
    finally:
        again.close()


def test_M55_D12_the_report_proposes_an_outcome_and_names_what_is_missing(desk: Desk) -> None:
    assert [item.code for item in desk.report_desk(REQUEST).missing] == [
        "not_judged",
        "not_judged",
        "not_judged",
        "no_outcome",
    ]
    judge_all(desk)
    found = desk.report_desk(REQUEST)
    assert found.proposed is Outcome.ACCEPTED
    # D-12: what is proposed counts only once the moderator confirms it.
    assert [(item.code, item.says) for item in found.missing] == [
        ("no_outcome", "Confirm the outcome; accepted is proposed.")
    ]
    with pytest.raises(KnownError) as error:
        desk.submit_report(REQUEST)
    assert code_of(error) == "no_outcome"
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED))
    assert desk.report_desk(REQUEST).missing == ()


def test_M59_a_rejection_carries_its_actions(desk: Desk) -> None:
    judge_all(desk, Decision.NOT_AGREED)
    assert desk.report_desk(REQUEST).proposed is Outcome.REJECTED
    sign_off(desk, Outcome.REJECTED)
    assert desk.request(REQUEST).submitted


def test_a_signed_report_is_fixed_bytes_and_is_never_rendered_again(desk: Desk, tmp_path: Path) -> None:
    judge_all(desk)
    assert desk.report_pdf(REQUEST) is None
    sign_off(desk)
    signed = desk.report_pdf(REQUEST)
    assert signed is not None
    assert signed.startswith(b"%PDF")
    desk.add_note(REQUEST, "", "Written later.")
    assert desk.report_pdf(REQUEST) == signed
    target = desk.export_report(REQUEST, tmp_path / "report.pdf")
    assert target.read_bytes() == signed


def test_a_report_waiting_to_be_sent_stops_changes_until_it_is_taken_back(desk: Desk) -> None:
    judge_all(desk)
    changes = sign_off(desk)
    with pytest.raises(KnownError) as error:
        desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    assert code_of(error) == "report_waiting"
    desk.take_back(changes.undo)
    assert desk.report_pdf(REQUEST) is None
    desk.record_judgement(REQUEST, sample(1), Decision.NOT_AGREED, "No.", ["Re-mark."])
    assert desk.report_desk(REQUEST).proposed is Outcome.REJECTED


def test_a_judgement_that_a_report_rests_on_is_taken_back_after_it(desk: Desk) -> None:
    judge_all(desk)
    first = next(s.judgement for s in desk.request(REQUEST).samples if s.judgement)
    sign_off(desk)
    with pytest.raises(KnownError) as error:
        desk.take_back(first.id)
    assert code_of(error) == "rested_on"


def test_offline_is_no_trouble(desk: Desk) -> None:
    desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    with pytest.raises(KnownError):
        desk.sync(lambda _: None)
    assert desk.status().queued == 1


def test_the_work_list_tells_group_clock_and_offline(tmp_path: Path) -> None:
    items: list[object] = []
    for number, changes in enumerate(
        (
            {"due_on": datetime(2026, 3, 2, tzinfo=UTC).date()},
            {"due_on": datetime(2026, 3, 6, tzinfo=UTC).date()},
            {},
            {"state": RequestState.ON_HOLD, "held_on": datetime(2026, 3, 2, tzinfo=UTC).date()},
            {"state": RequestState.SAMPLE_REQUESTED, "due_on": None, "evidence_complete_on": None},
            {"state": RequestState.RECORDS_UPDATED},
        ),
        1,
    ):
        made, _ = one_request(1, [], id=f"request-{number}", number=f"MR-{number}", **changes)
        items += made
    desk = open_desk(make_profile(tmp_path / "laptop", items), Clock())
    try:
        rows = desk.work()
    finally:
        desk.close()
    assert [row.group for row in rows] == list(Group)
    assert {row.offline for row in rows} == {Offline.NONE}
    assert "overdue" in rows[0].clock.words


def test_a_record_of_tomorrow_stops_nothing_else(tmp_path: Path) -> None:
    made, _ = one_request(2)
    odd, _ = one_request(1, id="request-2", number="MR-2042")
    folder = tmp_path / "laptop"
    profile = make_profile(folder, made)
    page = lines(odd, first=100)
    page[0].body = type(page[0].body)(bytes(page[0].body).replace(b"in_moderation", b"in_reverie"))
    stores = open_stores(Profile.read(profile), keys_of(folder))
    stores.cache.apply_page(Page(page, cursor="cursor-2", seen=200, more=False))
    stores.close()
    desk = open_desk(profile)
    try:
        rows = {row.request_id: row for row in desk.work()}
        assert rows["request-2"].update_needed
        assert not rows["request-1"].update_needed
        desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    finally:
        desk.close()


def test_evidence_is_shown_from_its_encrypted_file(desk: Desk) -> None:
    item = desk.request(REQUEST).samples[0].evidence[0]
    assert item.here
    assert item.shown_inside
    document = desk.evidence.open(REQUEST, item.evidence.id)
    assert (document.kind, document.text()) == ("text", "An invented essay.")
    document.close()


def test_handing_over_makes_a_private_copy_that_is_purged(desk: Desk) -> None:
    item = desk.request(REQUEST).samples[0].evidence[1]
    assert not item.shown_inside
    lent = desk.evidence.hand_over(REQUEST, item.evidence.id)
    path = Path(lent.path)
    assert path.read_bytes() == FILES[1][1]
    assert path.stat().st_mode & 0o077 == 0
    assert [copy.path for copy in desk.evidence.handed_over()] == [lent.path]
    assert desk.evidence.purge() == ()
    assert not path.exists()


def test_a_copy_of_anything_in_the_outbox_can_be_exported(desk: Desk, tmp_path: Path) -> None:
    changes = desk.record_judgement(REQUEST, sample(1), Decision.NOT_AGREED, "Not so.", ["Re-mark."])
    text = desk.export_copy(changes.undo, tmp_path / "copy.txt").read_text()
    assert "Not so." in text
    assert "Re-mark." in text
    desk.save_draft(REQUEST, sample(2), JudgementDraft(rationale="Half a thought"))
    draft = next(row for row in desk.outbox() if row.draft_key)
    assert "Half a thought" in desk.export_copy(draft.draft_key, tmp_path / "draft.txt").read_text()


def test_a_place_that_cannot_be_written_is_said_in_words(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(KnownError) as error:
        desk.export_report(REQUEST, tmp_path / "no such folder" / "report.pdf")
    assert code_of(error) == "cannot_write"


def test_one_profile_has_one_writer(tmp_path: Path) -> None:
    items, files = one_request()
    profile = make_profile(tmp_path / "laptop", items, files)
    desk = open_desk(profile)
    try:
        with pytest.raises(KnownError) as error:
            open_desk(profile)
        assert code_of(error) == "profile_in_use"
    finally:
        desk.close()
    open_desk(profile).close()


def test_M76_help_gives_guidance_first_then_the_contact(desk: Desk) -> None:
    texts = desk.help_contact()
    assert texts.guidance
    assert "@" in texts.support_says
    assert "quality manager" in texts.older_reports_says.lower()


def test_a_program_is_never_handed_over(tmp_path: Path) -> None:
    desk = desk_with_requests(tmp_path / "laptop", evidence=[("essay.pdf.exe", b"MZ" + b"\x00" * 200)])
    try:
        item = desk.request(REQUEST).samples[0].evidence[0]
        with pytest.raises(KnownError) as error:
            desk.evidence.hand_over(REQUEST, item.evidence.id)
        assert code_of(error) == "runs_when_opened"
        assert desk.evidence.handed_over() == ()
    finally:
        desk.close()


def test_the_work_is_copied_and_verified_once_a_day(tmp_path: Path) -> None:
    items, _ = one_request()
    profile = make_profile(tmp_path / "laptop", items)
    clock = Clock(datetime.now(UTC))
    desk = open_desk(profile, clock)
    desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    desk.close()
    for _ in range(2):
        open_desk(profile, clock).close()
        assert len(list((profile / "backups").glob("work-*.db"))) == 1
    clock.now += timedelta(days=1)
    open_desk(profile, clock).close()
    assert len(list((profile / "backups").glob("work-*.db"))) == 2


def test_work_that_vanished_is_a_loss_and_not_a_beginning(tmp_path: Path) -> None:
    items, _ = one_request()
    profile = make_profile(tmp_path / "laptop", items)
    for name in ("work.db", "cache.db"):
        (profile / name).unlink()
    with pytest.raises(KnownError) as error:
        open_desk(profile)
    assert code_of(error) == "work_missing"
    # The profile is free again, and nothing was made in the lost file's place.
    with pytest.raises(KnownError) as again:
        open_desk(profile)
    assert code_of(again) == "work_missing"
    assert not (profile / "work.db").exists()
