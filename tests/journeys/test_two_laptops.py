"""One moderator, two laptops, one service: nothing is lost, and what was refused stays to be mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.cli.house import LocalService
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState, Standing
from app.service.assignments import assign_moderator
from app.service.database import open_engine
from app.workspace.comparing import Conflict, ConflictKind
from app.workspace.desk import Desk
from app.workspace.entrance import sign_in
from app.workspace.snapshots import JudgementDraft, OutboxState, ReportDraft, SyncMark
from tests.journeys.conftest import MORGAN
from tests.service.ground import PASSWORD
from tests.support.keys import FileKeys


class Laptops:
    """Laptops by name, each with its own profile and keyring."""

    def __init__(self, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        self._url, self._folder, self._monkeypatch, self._stack = url, folder, monkeypatch, stack

    def sign_in(self, name: str) -> Desk:
        home = self._folder / name
        home.mkdir()
        self._monkeypatch.setenv("TOUCHSTONE_HOME", str(home))
        desk = sign_in(self._url, MORGAN, PASSWORD, keys=FileKeys(home / "keys.json"))
        self._stack.callback(desk.close)
        sync(desk)
        return desk


def sync(desk: Desk) -> None:
    desk.sync(lambda _: None)


@pytest.fixture
def laptops(service: LocalService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptops]:
    with ExitStack() as stack:
        yield Laptops(service.url, tmp_path, monkeypatch, stack)


def request_of(desk: Desk, number: str = "R1") -> str:
    return next(row.request_id for row in desk.work() if row.number == number)


def one_conflict(desk: Desk) -> Conflict:
    (found,) = desk.conflicts.all()
    return found


def judge_all(desk: Desk, request_id: str) -> None:
    for sheet in desk.request(request_id).samples:
        desk.record_judgement(request_id, sheet.sample.id, Decision.AGREED, "", [])


def overtaken(laptops: Laptops) -> tuple[Desk, str]:
    """The laptop whose report no longer states what stands, since the other judged anew; and the request's id."""
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    judge_all(here, request_id)
    sync(here)
    sync(there)
    here.save_report_draft(request_id, ReportDraft(Outcome.ACCEPTED, "All is well."))
    here.submit_report(request_id)
    sample_id = there.request(request_id).samples[0].sample.id
    there.record_judgement(request_id, sample_id, Decision.NOT_AGREED, "On second thoughts.", ["Re-mark."])
    sync(there)
    sync(here)
    return here, request_id


def test_what_one_laptop_recorded_the_other_sees(laptops: Laptops) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    sample_id = here.request(request_id).samples[0].sample.id
    here.record_judgement(request_id, sample_id, Decision.NOT_AGREED, "Not so.", ["Re-mark."])
    here.add_note(request_id, sample_id, "See page 2.")
    sync(here)
    sync(there)
    sheet = there.request(request_id).samples[0]
    assert sheet.judgement is not None
    assert (sheet.judgement.rationale, [note.text for note in sheet.notes]) == ("Not so.", ["See page 2."])
    assert [row.judged for row in there.work() if row.request_id == request_id] == [1]


def test_two_judgements_made_unknowingly_are_both_kept_and_disputed(laptops: Laptops) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    sample_id = here.request(request_id).samples[0].sample.id
    here.record_judgement(request_id, sample_id, Decision.AGREED, "", [])
    there.record_judgement(request_id, sample_id, Decision.NOT_AGREED, "Not so.", ["Re-mark."])
    for desk in (here, there, here):
        sync(desk)
    for desk in (here, there):
        sheet = desk.request(request_id).samples[0]
        assert sheet.standing is Standing.DISPUTED
        assert {judgement.decision for judgement in sheet.history} == {Decision.AGREED, Decision.NOT_AGREED}
    # Judging once more chooses: it replaces both, and both stay in the history.
    there.record_judgement(request_id, sample_id, Decision.AGREED, "Looked at both.", [])
    for desk in (there, here):
        sync(desk)
        sheet = desk.request(request_id).samples[0]
        assert (sheet.standing, len(sheet.history)) == (Standing.JUDGED, 3)


def test_M73_a_report_signed_off_on_one_laptop_can_be_read_on_the_other(
    laptops: Laptops, tmp_path: Path
) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    judge_all(here, request_id)
    here.save_report_draft(request_id, ReportDraft(Outcome.ACCEPTED, "All is well."))
    here.submit_report(request_id)
    signed = here.report_pdf(request_id)
    sync(here)
    sync(there)
    assert here.report_pdf(request_id) == signed
    assert there.report_pdf(request_id) == signed
    assert there.export_report(request_id, tmp_path / "report.pdf").read_bytes() == signed


def test_a_report_that_no_longer_states_what_stands_is_kept_to_be_mended(laptops: Laptops) -> None:
    here, request_id = overtaken(laptops)
    row = next(row for row in here.outbox() if row.state is OutboxState.ATTENTION)
    assert "report" in row.what
    assert row.why
    # The words come back as a draft, the request is open again, and a new report goes through.
    assert here.report_desk(request_id).draft == ReportDraft(Outcome.ACCEPTED, "All is well.")
    here.save_report_draft(request_id, ReportDraft(Outcome.REJECTED, "All but one."))
    here.submit_report(request_id)
    sync(here)
    assert here.status().attention == 0
    assert here.request(request_id).request.state is RequestState.RETURNED_TO_CENTRE
    assert here.report_desk(request_id).receipt


def test_M64_work_done_while_a_hold_was_imposed_elsewhere_is_preserved(laptops: Laptops) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    first, second = (sheet.sample.id for sheet in here.request(request_id).samples[:2])
    there.record_judgement(request_id, first, Decision.SUSPECTED_MALPRACTICE, "Two are alike.", [])
    sync(there)
    here.record_judgement(request_id, second, Decision.NOT_AGREED, "Not so.", ["Re-mark."])
    sync(here)
    assert here.request(request_id).request.state is RequestState.ON_HOLD
    held = next(row for row in here.outbox() if "Not agreed" in row.what)
    assert "hold" in held.why.lower()
    assert here.status().queued == 0
    mine = next(sheet for sheet in here.request(request_id).samples if sheet.sample.id == second)
    assert mine.judgement is not None
    assert mine.judgement.rationale == "Not so."


def test_M03_a_request_given_to_somebody_else_leaves_this_laptop_but_no_work_is_lost(
    laptops: Laptops, service: LocalService
) -> None:
    desk = laptops.sign_in("here")
    request_id = request_of(desk)
    desk.evidence.fetch(request_id, lambda _: None, lambda: False)
    sample_id = desk.request(request_id).samples[0].sample.id
    desk.record_judgement(request_id, sample_id, Decision.AGREED, "Judged before I knew.", [])
    engine = open_engine(service.database_url)
    assign_moderator(engine, "R1", "jules@people.invalid")
    engine.dispose()
    sync(desk)
    assert all(row.number != "R1" for row in desk.work())
    row = next(row for row in desk.outbox() if row.request_id == request_id)
    assert row.state is OutboxState.SENT
    folder = desk.profile.folder / "files"
    assert not [path for path in folder.iterdir() if path.is_file()]


def test_what_was_judged_on_both_laptops_is_decided_on_one_and_settled_on_the_other(laptops: Laptops) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    sample_id = here.request(request_id).samples[0].sample.id
    first = here.record_judgement(request_id, sample_id, Decision.AGREED, "So far so good.", [])
    sync(here)
    sync(there)
    here.record_judgement(request_id, sample_id, Decision.AGREED, "Here.", [])
    there.record_judgement(request_id, sample_id, Decision.NOT_AGREED, "There.", ["Re-mark."])
    for desk in (here, there, here):
        sync(desk)
    seen_here, seen_there = one_conflict(here), one_conflict(there)
    for conflict, mine, theirs in ((seen_here, "Here.", "There."), (seen_there, "There.", "Here.")):
        rationale = conflict.field("rationale")
        assert (rationale.before, rationale.mine, rationale.theirs) == ("So far so good.", mine, theirs)
        assert (conflict.mine.name, conflict.theirs.name) == ("You", "You on another device")
    assert [row.mark for row in there.work() if row.request_id == request_id] == [SyncMark.ATTENTION]
    chosen = {field.name: field.theirs for field in seen_here.fields}
    both = seen_here.field("rationale").joined
    here.conflicts.decide(seen_here, chosen | {"rationale": both})
    assert here.conflicts.all() == ()
    sync(here)
    sync(there)
    # Gone on the other laptop too, with every version in its history.
    assert there.conflicts.all() == ()
    sheet = there.request(request_id).samples[0]
    assert sheet.standing is Standing.JUDGED
    assert sheet.judgement is not None
    assert sheet.judgement.rationale == both
    assert [judgement.rationale for judgement in sheet.history] == [
        "So far so good.",
        "Here.",
        "There.",
        both,
    ]
    assert first.undo in sheet.history[1].supersedes
    assert [row.mark for row in there.work() if row.request_id == request_id] == [SyncMark.SYNCED]
    with pytest.raises(KnownError) as error:
        there.conflicts.decide(seen_there, chosen)
    assert error.value.code == "decided_already"


def test_a_draft_on_one_laptop_meets_what_was_recorded_on_the_other(laptops: Laptops) -> None:
    here, there = laptops.sign_in("here"), laptops.sign_in("there")
    request_id = request_of(here)
    first, second = (sheet.sample.id for sheet in here.request(request_id).samples[:2])
    here.save_draft(request_id, first, JudgementDraft(rationale="Written on the train."))
    here.save_draft(request_id, second, JudgementDraft(Decision.AGREED, "Mine."))
    there.record_judgement(request_id, first, Decision.AGREED, "", [])
    there.record_judgement(request_id, second, Decision.NOT_AGREED, "Theirs.", ["Re-mark."])
    sync(there)
    sync(here)
    sheets = here.request(request_id).samples
    # Different fields fit together; the same field keeps both.
    assert sheets[0].draft == JudgementDraft(Decision.AGREED, "Written on the train.")
    conflict = one_conflict(here)
    assert conflict.sample_id == second
    here.conflicts.decide(conflict, {field.name: field.mine for field in conflict.fields})
    draft = here.request(request_id).samples[1].draft
    assert draft is not None
    assert draft.base is not None
    here.record_judgement(request_id, second, Decision.AGREED, draft.rationale, [], draft.base.stands)
    sync(here)
    sync(there)
    sheet = there.request(request_id).samples[1]
    assert (sheet.standing, len(sheet.history)) == (Standing.JUDGED, 2)
    assert sheet.judgement is not None
    assert sheet.judgement.rationale == "Mine."


def test_a_report_overtaken_on_the_other_laptop_is_compared_and_goes_out_anew(laptops: Laptops) -> None:
    here, request_id = overtaken(laptops)
    conflict = one_conflict(here)
    assert (conflict.kind, conflict.field("outcome").theirs) == (ConflictKind.REPORT, "rejected")
    row = next(row for row in here.outbox() if row.state is OutboxState.ATTENTION)
    assert row.compare
    here.conflicts.decide(conflict, {"outcome": "rejected", "summary": "All but one."})
    assert here.status().attention == 0
    here.submit_report(request_id)
    sync(here)
    assert here.request(request_id).request.state is RequestState.RETURNED_TO_CENTRE
    assert here.conflicts.all() == ()
