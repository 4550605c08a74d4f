"""Evidence declared complete and requests assigned, by the doors people use; and what is put there quickly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.centres import Nation
from app.domain.clocks import moderation_due
from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.blobs import BlobStore
from app.service.database import reading
from app.service.evidence_desk import declare_complete, not_applicable
from app.service.hand_in import hand_in, hand_in_for
from app.service.notes import write_note
from app.service.quick import Attachment, ClaimLine, NewRequest, attach_evidence, open_request
from app.service.records import load_requests
from tests.service.claims_ground import College, refused
from tests.service.ground import NOW, House, all_evidence

CLAIM = NewRequest(
    "C1", "Q5", date(2026, 3, 10), (ClaimLine("A1", "503", "An Assessor", "Met", "random, seed 1"),)
)


def state_of(house: House, number: str) -> RequestState:
    with reading(house.engine) as connection:
        identifier = connection.scalar(select(t.requests.c.id).where(t.requests.c.number == number))
        return load_requests(connection, [str(identifier)])[0].state


def asked_for_evidence(house: House, *, all_of_it: bool = True) -> tuple[College, str]:
    """A college whose claim waits for evidence, brought but not declared complete yet."""
    college = College(house)
    request_id = college.claim([1]).request_id
    if all_of_it:
        number = college.request(request_id).number
        attach_evidence(house.engine, house.blobs, number, all_evidence(number), NOW)
    return college, request_id


# -- declaring it complete -------------------------------------------------------------------------------------------


def test_M50_D6_the_clock_starts_when_the_evidence_is_declared_complete(house: House) -> None:
    college, request_id = asked_for_evidence(house)
    assert college.state(request_id) is RequestState.SAMPLE_REQUESTED, "uploading alone starts nothing"
    assign_moderator(house.engine, college.request(request_id).number, "morgan@people.invalid")
    device = house.device()
    device.pull()
    complete = datetime(2026, 3, 27, 10, tzinfo=UTC)
    assert declare_complete(house.engine, college.staff, request_id, complete) == date(2026, 4, 29)
    assert moderation_due(date(2026, 3, 27), Nation.ENGLAND) == date(2026, 4, 29)
    device.pull()
    body = device.of_kind("request")[request_id]
    assert (body["state"], body["due_on"], body["evidence_complete_on"]) == (
        "in_moderation",
        "2026-04-29",
        "2026-03-27",
    )


def test_D6_the_day_is_londons(house: House) -> None:
    college, request_id = asked_for_evidence(house)
    # 23:30 UTC on 31 March is half past midnight on 1 April in London.
    night = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    due = declare_complete(house.engine, college.staff, request_id, night)
    assert due == moderation_due(date(2026, 4, 1), Nation.ENGLAND)


def test_D6_incomplete_evidence_names_what_is_missing(house: House) -> None:
    college, request_id = asked_for_evidence(house, all_of_it=False)
    number = college.request(request_id).number
    with pytest.raises(KnownError) as refusal:
        declare_complete(house.engine, college.staff, request_id, NOW)
    assert "learner work of Learner K001, unit 601" in refusal.value.says
    partly = [item for item in all_evidence(number) if item.kind is not EvidenceKind.ASSIGNMENT_BRIEF]
    attach_evidence(house.engine, house.blobs, number, partly, NOW)
    with pytest.raises(KnownError) as refusal:
        declare_complete(house.engine, college.staff, request_id, NOW)
    assert "assignment brief of Learner K001, unit 601" in refusal.value.says
    assert "learner work" not in refusal.value.says
    assert college.state(request_id) is RequestState.SAMPLE_REQUESTED


def test_D6_only_some_kinds_may_be_not_applicable(house: House) -> None:
    college, request_id = asked_for_evidence(house, all_of_it=False)
    with pytest.raises(KnownError) as refusal:
        not_applicable(house.engine, college.staff, request_id, EvidenceKind.LEARNER_WORK, "None", NOW)
    assert refusal.value.code == "always_needed"


def test_evidence_cannot_be_declared_complete_twice(house: House) -> None:
    college, request_id = asked_for_evidence(house)
    declare_complete(house.engine, college.staff, request_id, NOW)
    with pytest.raises(KnownError) as refusal:
        declare_complete(house.engine, college.staff, request_id, NOW)
    assert refusal.value.code == "evidence_not_asked"


# -- handing in files ------------------------------------------------------------------------------------------------


def test_a_file_handed_in_is_kept_once_looked_into_and_named_in_the_feed(
    house: House, tmp_path: Path
) -> None:
    paper = tmp_path / "work.txt"
    paper.write_bytes(b"twice the same")
    staff, sample = house.person("staff"), house.sample(1, "R3")
    for name, content in (("first.txt", paper), ("second.txt", paper.read_bytes())):
        hand_in(
            house.engine,
            house.blobs,
            staff,
            house.request("R3"),
            sample,
            EvidenceKind.LEARNER_WORK,
            content,
            name,
            NOW,
        )
    device = house.device()
    device.pull()
    sent = [
        body for body in device.of_kind("evidence").values() if body["name"] in ("first.txt", "second.txt")
    ]
    assert len(sent) == 2
    assert len({body["sha256"] for body in sent}) == 1
    assert {body["media_type"] for body in sent} == {"text/plain"}
    assert house.count(t.blobs, t.blobs.c.sha256 == sent[0]["sha256"]) == 1
    kept = house.rows(t.evidence, t.evidence.c.sha256 == sent[0]["sha256"])
    assert {(row.verdict, row.added_by, row.sample_id) for row in kept} == {("ok", staff.id, sample)}


@pytest.mark.parametrize(
    ("email", "number", "position", "file", "code"),
    [
        ("staff@people.invalid", "R3", 2, "work.txt", "sample_unknown"),
        ("staff@people.invalid", "R3", -1, "work.txt", "sample_unknown"),
        ("staff@people.invalid", "R3", 1, "missing.txt", "file_missing"),
        ("staff@people.invalid", "R9", 1, "work.txt", "request_unknown"),
        ("staff@people.invalid", "R2", 1, "work.txt", "request_unknown"),
        ("morgan@people.invalid", "R3", 1, "work.txt", "request_unknown"),
    ],
)
def test_files_are_handed_in_only_for_whoever_claims_there_and_where_they_are_asked_for(
    house: House, tmp_path: Path, email: str, number: str, position: int, file: str, code: str
) -> None:
    (tmp_path / "work.txt").write_text("Some work.")
    before = house.count(t.evidence)
    with pytest.raises(KnownError) as refusal:
        hand_in_for(
            house.engine,
            house.blobs,
            email,
            number,
            position,
            EvidenceKind.LEARNER_WORK,
            [tmp_path / file],
            NOW,
        )
    assert refusal.value.code == code
    assert house.count(t.evidence) == before


def test_the_store_holds_nothing_but_files_under_their_hash(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path))
    sha256 = store.put_bytes(b"some bytes")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [
        f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    ]
    (tmp_path / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"cut")
    store.put_bytes(b"some bytes")
    assert store.get_bytes(sha256) == b"some bytes", "a file of the wrong size is written anew"


def test_a_store_address_that_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(KnownError) as refusal:
        BlobStore("gopher://somewhere")
    assert refusal.value.code == "files_url_wrong"


# -- notes and assignments -------------------------------------------------------------------------------------------


def test_M53_the_centre_writes_notes_while_it_gathers_evidence(house: House) -> None:
    write_note(house.engine, house.person("staff"), house.request("R3"), "The sheets follow.", NOW)
    device = house.device()
    device.pull()
    (note,) = device.of_kind("note").values()
    assert (note["stage"], note["author_name"], note["text"]) == (
        "sample_requested",
        "Staff",
        "The sheets follow.",
    )


def test_assigning_the_same_moderator_again_changes_nothing(house: House) -> None:
    head = house.head()
    assign_moderator(house.engine, "R1", "morgan@people.invalid")
    assert house.head() == head


def test_assigning_tells_the_request_and_both_scopes(house: House) -> None:
    device = house.device("jules")
    device.pull()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    device.pull()
    assert device.of_kind("request")[house.request()]["moderator_name"] == "Jules"
    entered = house.rows(t.scope_log, t.scope_log.c.root == house.request())
    assert sorted((row.person == house.person("jules").id, row.entered) for row in entered) == [
        (False, False),
        (False, True),
        (True, True),
    ]


def test_M52_no_request_ever_carries_a_centres_telephone_or_mail(house: House) -> None:
    device = house.device()
    device.pull()
    for body in device.of_kind("request").values():
        assert not [name for name in body if any(word in name for word in ("phone", "mail", "contact"))]
    assert not [column.name for column in t.centres.columns if column.name in ("telephone", "phone", "email")]


# -- what is put there quickly ---------------------------------------------------------------------------------------


def test_requests_put_there_are_numbered_with_all_others(house: House) -> None:
    first = open_request(house.engine, CLAIM)
    second = College(house).claim([1]).number
    assert (first, second) == ("MR-2026-00001", "MR-2026-00002")
    assert state_of(house, first) is RequestState.SAMPLE_REQUESTED


def test_M22_what_is_put_there_quickly_is_not_claimed_again(house: House) -> None:
    college = College(house)
    line = ClaimLine(college.learners[0], "601", "An Assessor", "Met", "random")
    number = open_request(
        house.engine, NewRequest(college.name, college.code, NOW.date(), (line,), number="")
    )
    refusal = refused(lambda: college.claim([1]))
    assert [number in fault.says for fault in refusal.faults] == [True]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"centre_number": "C9"}, "claim_unknown"),
        ({"qualification_code": "Q9"}, "claim_unknown"),
        ({"lines": (ClaimLine("B1", "501", "", ""),)}, "learner_not_registered"),
        ({"lines": (ClaimLine("A1", "999", "", ""),)}, "unit_unknown"),
    ],
)
def test_M12_a_claim_for_what_is_not_there_is_refused_whole(
    house: House, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(KnownError) as refusal:
        open_request(house.engine, replace(CLAIM, **change))
    assert refusal.value.code == code
    assert house.count(t.requests) == 3


@pytest.mark.parametrize("sample", [2, -1])
def test_quick_evidence_for_a_sample_that_is_not_there_is_refused(house: House, sample: int) -> None:
    before = house.count(t.evidence)
    with pytest.raises(KnownError) as refusal:
        attach_evidence(
            house.engine, house.blobs, "R3", [Attachment(EvidenceKind.LEARNER_WORK, "x", b"x", sample)], NOW
        )
    assert refusal.value.code == "sample_unknown"
    assert house.count(t.evidence) == before


def test_operators_hand_in_also_what_was_forgotten_and_need_name_nobody(house: House, tmp_path: Path) -> None:
    (tmp_path / "late.txt").write_text("Found in a drawer.")

    def hand_in_late() -> None:
        hand_in_for(
            house.engine, house.blobs, "", "R1", 1, EvidenceKind.LEARNER_WORK, [tmp_path / "late.txt"], NOW
        )

    hand_in_late()
    (row,) = house.rows(t.evidence, t.evidence.c.name == "late.txt")
    (request,) = house.rows(t.requests, t.requests.c.number == "R1")
    staff = house.rows(t.grants, t.grants.c.role == "centre_staff", t.grants.c.centre_id == request.centre_id)
    assert row.added_by in {grant.person_id for grant in staff}
    with house.engine.begin() as connection:
        connection.execute(update(t.requests).where(t.requests.c.number == "R1").values(state="archived"))
    with pytest.raises(KnownError) as refusal:
        hand_in_late()
    assert refusal.value.code == "evidence_not_asked"
