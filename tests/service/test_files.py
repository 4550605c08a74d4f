"""Files by their hash: whole, in parts, and only for those who may read them."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from app.domain.evidence import EvidenceKind
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.quick import Attachment, attach_evidence
from tests.service.asking import problem, signed_in, work_of
from tests.service.ground import LEARNER_WORK, NOT_OF_THE_DATABASE, NOW, House


def test_a_file_comes_whole_with_its_hash_as_etag(client: TestClient[Any], house: House) -> None:
    sha256 = work_of(house)
    answer = client.get(f"/api/blobs/{sha256}", headers={**signed_in(client), "accept-encoding": "gzip"})
    assert answer.content == LEARNER_WORK + b"R1"
    assert answer.headers["etag"] == f'"{sha256}"'
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == str(len(answer.content))


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-4", 206, slice(0, 5)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-3", 206, slice(-3, None)),
        ("bytes=3-999999", 206, slice(3, None)),
        ("bytes=9-2", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_part_of_a_file(
    client: TestClient[Any], house: House, wanted: str, status: int, part: slice
) -> None:
    content = LEARNER_WORK + b"R1"
    answer = client.get(f"/api/blobs/{work_of(house)}", headers={**signed_in(client), "range": wanted})
    assert answer.status_code == status
    assert answer.content == content[part]
    if status == 206:
        start = content.index(answer.content)
        end = start + len(answer.content) - 1
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(content)}"


@NOT_OF_THE_DATABASE
def test_a_part_the_file_does_not_have(client: TestClient[Any], house: House) -> None:
    headers = {**signed_in(client), "range": "bytes=5000-"}
    answer = client.get(f"/api/blobs/{work_of(house)}", headers=headers)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(LEARNER_WORK) + 2}"


@NOT_OF_THE_DATABASE
def test_a_file_i_have_already_is_not_sent_again(client: TestClient[Any], house: House) -> None:
    sha256 = work_of(house)
    answer = client.get(f"/api/blobs/{sha256}", headers={**signed_in(client), "if-none-match": f'"{sha256}"'})
    assert (answer.status_code, answer.content) == (304, b"")


@NOT_OF_THE_DATABASE
def test_if_range_with_another_hash_brings_the_whole_file(client: TestClient[Any], house: House) -> None:
    sha256 = work_of(house)
    headers = {**signed_in(client), "range": "bytes=0-4"}
    same = client.get(f"/api/blobs/{sha256}", headers={**headers, "if-range": f'"{sha256}"'})
    other = client.get(f"/api/blobs/{sha256}", headers={**headers, "if-range": '"something else"'})
    assert (same.status_code, other.status_code) == (206, 200)


@NOT_OF_THE_DATABASE
def test_a_large_file_comes_in_pieces_and_unharmed(client: TestClient[Any], house: House) -> None:
    content = bytes(range(256)) * 20_000
    attachment = Attachment(EvidenceKind.LEARNER_WORK, "large.bin", content)
    attach_evidence(house.engine, house.blobs, "R3", [attachment], NOW)
    sha256 = work_of(house, "R3")
    with client.stream("GET", f"/api/blobs/{sha256}", headers=signed_in(client)) as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == content


def test_a_file_i_may_not_read_looks_like_one_that_does_not_exist(
    client: TestClient[Any], house: House
) -> None:
    theirs = client.get(f"/api/blobs/{work_of(house, 'R2')}", headers=signed_in(client))
    unknown = client.get(f"/api/blobs/{'0' * 64}", headers=signed_in(client))
    strange = client.get("/api/blobs/..%2F..%2Fetc%2Fpasswd", headers=signed_in(client))
    assert problem(theirs, 404) == problem(unknown, 404)
    assert strange.status_code == 404


@pytest.mark.parametrize("name", ["jules", "quality", "support", "staff"])
def test_evidence_is_read_by_the_assigned_moderator_only(
    client: TestClient[Any], house: House, name: str
) -> None:
    headers = signed_in(client, name)
    theirs = client.get(f"/api/blobs/{work_of(house)}", headers=headers)
    unknown = client.get(f"/api/blobs/{'0' * 64}", headers=headers)
    assert problem(theirs, 404) == problem(unknown, 404)


def test_a_file_can_no_longer_be_read_once_its_request_was_taken_away(
    client: TestClient[Any], house: House
) -> None:
    headers = signed_in(client)
    assert client.get(f"/api/blobs/{work_of(house)}", headers=headers).status_code == 200
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    problem(client.get(f"/api/blobs/{work_of(house)}", headers=headers), 404)


def test_M73_a_report_is_read_by_its_moderator_and_by_quality_manager_and_support(
    client: TestClient[Any], house: House
) -> None:
    (outcome,) = house.push(house.act(house.report(house.judge_all())))
    assert outcome.outcome == "applied"
    (report,) = house.rows(t.reports)
    answers = {
        name: client.get(f"/api/blobs/{report.pdf_sha256}", headers=signed_in(client, name)).status_code
        for name in ("morgan", "quality", "support", "jules", "staff")
    }
    assert answers == {"morgan": 200, "quality": 200, "support": 200, "jules": 404, "staff": 404}
