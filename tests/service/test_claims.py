"""Opening requests, attaching evidence, declaring it complete, assigning: through the same doors as everything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.centres import Nation
from app.domain.clocks import moderation_due
from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.blobs import BlobStore
from app.service.claims import (
    Attachment,
    ClaimLine,
    NewRequest,
    attach_evidence,
    declare_evidence_complete,
    open_request,
    write_note,
)
from app.service.database import reading
from app.service.records import load_requests
from tests.service.ground import NOW, House, all_evidence

CLAIM = NewRequest(
    "C1", "Q5", date(2026, 3, 10), (ClaimLine("A1", "503", "An Assessor", "Met", "random, seed 1"),)
)


def state_of(house: House, number: str) -> RequestState:
    with reading(house.engine) as connection:
        identifier = connection.scalar(select(t.requests.c.id).where(t.requests.c.number == number))
        return load_requests(connection, [str(identifier)])[0].state


def test_requests_are_numbered_by_the_service_one_after_the_other(house: House) -> None:
    assert [open_request(house.engine, CLAIM) for _ in range(2)] == ["MR-2026-00001", "MR-2026-00002"]
    assert state_of(house, "MR-2026-00001") is RequestState.SAMPLE_REQUESTED


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


def test_M50_D6_the_clock_starts_when_the_evidence_is_declared_complete(house: House) -> None:
    attach_evidence(house.engine, house.blobs, "R3", all_evidence("R3"), NOW)
    assert state_of(house, "R3") is RequestState.SAMPLE_REQUESTED, "uploading alone starts nothing"
    device = house.device()
    device.pull()
    complete = datetime(2026, 3, 27, 10, tzinfo=UTC)
    assert declare_evidence_complete(house.engine, "R3", complete) == date(2026, 4, 29)
    assert moderation_due(date(2026, 3, 27), Nation.ENGLAND) == date(2026, 4, 29)
    device.pull()
    body = device.of_kind("request")[house.request("R3")]
    assert (body["state"], body["due_on"], body["evidence_complete_on"]) == (
        "in_moderation",
        "2026-04-29",
        "2026-03-27",
    )


def test_D6_the_day_is_londons(house: House) -> None:
    attach_evidence(house.engine, house.blobs, "R3", all_evidence("R3"), NOW)
    # 23:30 UTC on 31 March is half past midnight on 1 April in London.
    due = declare_evidence_complete(house.engine, "R3", datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    assert due == moderation_due(date(2026, 4, 1), Nation.ENGLAND)


def test_D6_incomplete_evidence_names_what_is_missing(house: House) -> None:
    with pytest.raises(KnownError) as refusal:
        declare_evidence_complete(house.engine, "R3", NOW)
    assert "learner work for sample 1 is missing" in refusal.value.says
    partly = [item for item in all_evidence("R3") if item.kind is not EvidenceKind.ASSIGNMENT_BRIEF]
    attach_evidence(house.engine, house.blobs, "R3", partly, NOW)
    with pytest.raises(KnownError) as refusal:
        declare_evidence_complete(house.engine, "R3", NOW)
    assert "assignment brief for unit 501 is missing" in refusal.value.says
    assert state_of(house, "R3") is RequestState.SAMPLE_REQUESTED


def test_D6_only_some_kinds_may_be_not_applicable(house: House) -> None:
    with pytest.raises(KnownError) as refusal:
        attach_evidence(
            house.engine,
            house.blobs,
            "R3",
            [Attachment(EvidenceKind.LEARNER_WORK, not_applicable="None")],
            NOW,
        )
    assert refusal.value.code == "always_needed"


def test_evidence_cannot_be_declared_complete_twice(house: House) -> None:
    with pytest.raises(KnownError) as refusal:
        declare_evidence_complete(house.engine, "R1", NOW)
    assert refusal.value.code == "evidence_not_asked"


def test_a_file_is_kept_once_under_its_hash_and_named_in_the_feed(house: House, tmp_path: Path) -> None:
    paper = tmp_path / "work.pdf"
    paper.write_bytes(b"%PDF-1.7 twice the same")
    attachments = [
        Attachment(EvidenceKind.LEARNER_WORK, "first.pdf", paper, sample=1),
        Attachment(EvidenceKind.LEARNER_WORK, "second.pdf", paper.read_bytes(), sample=1),
    ]
    attach_evidence(house.engine, house.blobs, "R3", attachments, NOW)
    device = house.device()
    device.pull()
    sent = [
        body for body in device.of_kind("evidence").values() if body["name"] in ("first.pdf", "second.pdf")
    ]
    assert len({body["sha256"] for body in sent}) == 1
    assert {body["media_type"] for body in sent} == {"application/pdf"}
    assert house.blobs.get_bytes(sent[0]["sha256"]) == paper.read_bytes()
    assert house.count(t.blobs, t.blobs.c.sha256 == sent[0]["sha256"]) == 1


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


@pytest.mark.parametrize("sample", [2, -1])
def test_evidence_for_a_sample_that_is_not_there_is_refused(house: House, sample: int) -> None:
    with pytest.raises(KnownError) as refusal:
        attach_evidence(
            house.engine, house.blobs, "R3", [Attachment(EvidenceKind.LEARNER_WORK, "x", b"x", sample)], NOW
        )
    assert refusal.value.code == "sample_unknown"
    assert house.count(t.evidence, t.evidence.c.request_id == house.request("R3")) == 0


def test_M53_the_centre_writes_notes_while_it_gathers_evidence(house: House) -> None:
    write_note(house.engine, "R3", "staff@people.invalid", "The sheets follow.", NOW)
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
