"""A request that leaves while the desk is open: nothing readable of it stays, and nothing of the person's is lost."""

from __future__ import annotations

from pathlib import Path

from app.models.held import Page
from app.service.assignments import assign_moderator
from app.wire.messages import FeedLine
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, OutboxState, ReportDraft
from tests.support.travel import Travelling

REQUEST, OTHER = "request-1", "request-2"
FIRST = f"{REQUEST}/sample-1"


def leaves(desk: Desk, request_id: str = REQUEST) -> None:
    page = [FeedLine(op="leave", root=request_id)]
    desk._cache.apply_page(Page(page, cursor="cursor-99", seen=99, more=False))


def test_M03_copies_for_other_programs_go_when_their_request_does(laptop: Travelling) -> None:
    desk, request_id = laptop.desk, laptop.house.request("R1")
    desk.evidence.fetch(request_id, lambda _: None, lambda: False)
    file = laptop.file("recording.bin").evidence
    lent = Path(desk.evidence.hand_over(request_id, file.id).path)
    desk.sync(lambda _: None)
    assert lent.is_file()
    assign_moderator(laptop.house.engine, "R1", "jules@people.invalid")
    desk.sync(lambda _: None)
    assert not lent.exists()
    assert not lent.parent.exists()
    assert desk.evidence.handed_over() == ()


def test_M03_a_draft_that_was_left_behind_stands_in_the_outbox_under_its_name(desk: Desk) -> None:
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="Half a thought"))
    desk.save_draft(REQUEST, "", JudgementDraft(note="On the whole"))
    desk.save_report_draft(REQUEST, ReportDraft(None, "All in order"))
    desk.save_draft(OTHER, f"{OTHER}/sample-1", JudgementDraft(rationale="Goes on"))
    assert desk.left_behind() == frozenset()
    leaves(desk)
    assert len(desk.left_behind()) == 3
    rows = [row for row in desk.outbox() if row.gone]
    assert {row.what for row in rows} == {
        "Sample 1 of MR-2041: not recorded yet",
        "Request MR-2041: not recorded yet",
        "Request MR-2041: report being prepared",
    }
    for row in rows:
        assert row.state is OutboxState.DRAFT
        assert row.why.startswith("Not recorded; the request is no longer yours.")


def test_a_copy_of_a_draft_has_its_files_beside_it_and_writes_over_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    photo = desk.attach(REQUEST, ("wall.txt", b"What hung on the wall."))
    desk.save_draft(REQUEST, FIRST, JudgementDraft(note="See the wall.", files=(photo,)))
    leaves(desk)
    (row,) = desk.outbox()
    for _ in range(2):
        desk.export_copy(row.draft_key, tmp_path / "copy.txt")
    names = sorted(path.name for path in tmp_path.glob("copy*"))
    assert names == ["copy - wall (2).txt", "copy - wall.txt", "copy.txt"]
    assert (tmp_path / "copy - wall.txt").read_bytes() == b"What hung on the wall."


def test_discarding_a_draft_takes_its_files_along_unless_something_else_names_them(desk: Desk) -> None:
    photo = desk.attach(REQUEST, ("wall.txt", b"What hung on the wall."))
    plan = desk.attach(REQUEST, ("plan.txt", b"The plan."))
    desk.save_draft(REQUEST, FIRST, JudgementDraft(note="See.", files=(photo, plan)))
    desk.save_draft(OTHER, "", JudgementDraft(note="And here.", files=(plan,)))
    leaves(desk)
    (row,) = [row for row in desk.outbox() if row.gone]
    desk.discard_draft(row.draft_key)
    sealed = {path.stem for path in (desk.profile.folder / "files").glob("*.sealed")}
    assert sealed == {plan.sha256}
    assert {upload.sha256 for upload in desk._work.uploads.all()} == {plan.sha256}
    assert desk.add_note(OTHER, "", "And here.", [plan]).undo
