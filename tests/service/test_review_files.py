"""Who reads the files of a quality review: photos from a visit, what the centre uploaded, and its reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from app.domain.attached import AttachedFile
from app.domain.people import Person
from app.domain.review_deeds import AddVisitEvidence
from app.domain.review_terms import Source
from app.service import tables as t
from app.service.accounts import set_password
from app.service.by_role import open_root
from app.service.database import transact
from app.service.reviews import reassign_review
from tests.service.asking import problem, signed_in
from tests.service.bringing import PHOTO, SHA, announce, bring, name_of, read
from tests.service.ground import LEARNER_WORK, NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.reviews_ground import Reviewing

WORK = LEARNER_WORK + b"R1"
"""Evidence of a claim, which no reviewer may read."""


@pytest.fixture
def reviewing(house: House, tmp_path: Path) -> Reviewing:
    made = Reviewing(house, tmp_path)
    for person in (made.robin, made.sam):
        set_password(house.engine, person.email, PASSWORD)
    return made


def photographed(reviewing: Reviewing, sha256: str = SHA) -> AddVisitEvidence:
    file = AttachedFile("policy.jpg", sha256, len(PHOTO), "image/jpeg")
    return reviewing.evidence(source=Source.FILE, text="", files=(file,), originals=("0" * 64,))


def keep_ced_file(reviewing: Reviewing, **changes: Any) -> None:
    """The centre gave the photo with its Engagement Document."""
    row = {
        "id": "file-1",
        "review_id": reviewing.review_id,
        "code": "QO.1.1",
        "name": "policy.pdf",
        "sha256": SHA,
        "size": len(PHOTO),
        "added_at": reviewing.house.clock(),
    } | changes
    transact(reviewing.house.engine, lambda c: c.execute(t.ced_files.insert().values(row)))


def open_it(reviewing: Reviewing, who: Person) -> None:
    house = reviewing.house
    open_root(house.engine, who.id, "device-1", reviewing.review_id, house.clock())


def code_of(client: TestClient[Any], name: str, sha256: str = SHA) -> str:
    answer = read(client, signed_in(client, name), sha256)
    return "" if answer.status_code == 200 else problem(answer, 404).code


def test_a_visits_photo_is_awaited_and_then_read_by_whoever_holds_the_review(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    assert reviewing.do(photographed(reviewing)) == ["applied"]
    open_it(reviewing, reviewing.quality)
    assert code_of(client, "quality") == "evidence_awaited"
    assert code_of(client, "sam") == "not_found"
    bring(client, signed_in(client, "robin"), PHOTO)
    assert [code_of(client, name) for name in ("quality", "robin", "sam", "support")] == [
        "",
        "",
        "not_found",
        "not_found",
    ]
    house = reviewing.house
    reassign_review(house.engine, reviewing.quality, reviewing.review_id, reviewing.sam.email, house.clock())
    assert code_of(client, "sam") == ""
    (record,) = reviewing.device(reviewing.sam).of_kind("visit_evidence").values()
    assert (record["originals"], record["files"][0]["sha256"]) == (["0" * 64], SHA)


@NOT_OF_THE_DATABASE
def test_a_photo_sent_before_its_evidence_is_read_with_it(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    bring(client, signed_in(client, "robin"), PHOTO)
    open_it(reviewing, reviewing.quality)
    assert code_of(client, "quality") == "not_found"
    assert reviewing.do(photographed(reviewing)) == ["applied"]
    assert code_of(client, "quality") == ""


def test_evidence_that_names_a_guessed_hash_opens_nothing(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    assert reviewing.do(photographed(reviewing, name_of(WORK))) == ["applied"]
    open_it(reviewing, reviewing.quality)
    assert code_of(client, "robin", name_of(WORK)) == "evidence_awaited"
    assert code_of(client, "quality", name_of(WORK)) == "evidence_awaited"
    assert announce(client, signed_in(client, "robin"), WORK).state == "parts"


def test_what_the_centre_uploaded_is_read_by_the_reviewer_and_counts_as_theirs_to_attach(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    bring(client, signed_in(client, "staff"), PHOTO)
    assert code_of(client, "robin") == "not_found"
    keep_ced_file(reviewing)
    assert code_of(client, "robin") == ""
    assert code_of(client, "sam") == "not_found"
    assert reviewing.do(photographed(reviewing)) == ["applied"]
    assert reviewing.house.count(t.visit_files, t.visit_files.c.granted_at.is_not(None)) == 1


@NOT_OF_THE_DATABASE
def test_a_file_that_the_centre_took_back_is_read_by_nobody_else(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    bring(client, signed_in(client, "staff"), PHOTO)
    now = reviewing.house.clock()
    keep_ced_file(reviewing, withdrawn_at=now)
    assert [code_of(client, name) for name in ("staff", "robin")] == ["", "not_found"]


def test_a_report_is_read_by_who_holds_the_review_and_by_the_quality_manager(
    client: TestClient[Any], reviewing: Reviewing
) -> None:
    reviewing.complete()
    (report,) = reviewing.house.rows(t.visit_reports)
    answers = [code_of(client, name, report.pdf_sha256) for name in ("robin", "quality", "sam", "jules")]
    assert answers == ["", "", "not_found", "not_found"]
