"""Files sent by the page's script: in hashed parts that go on after a break, and then attached."""

from __future__ import annotations

from typing import Any

import msgspec

from app.service import tables as t
from app.wire.messages import PART_BYTES, PART_HASH_HEADER, UploadState
from tests.service.asking import problem
from tests.service.bringing import content, name_of, part_of
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Visit, claim
from tests.service.portal.evidence_ground import bring, protected_zip

FILE = content(PART_BYTES + 70_000)


class Script:
    """What the page's script asks, by the same addresses and with the same token."""

    def __init__(self, visit: Visit, college: College, request_id: str) -> None:
        self.visit = visit
        self.address = f"{claim(college, request_id)}/evidence"
        token = visit.get(self.address).form("/link").fields["_csrf_token"]
        self.headers = {"x-csrftoken": token}

    def begin(self, data: bytes = FILE) -> Any:
        ask = {"sha256": name_of(data), "size": len(data), "media_type": "image/jpeg"}
        return self._post("/uploads", ask)

    def part(self, number: int, data: bytes = FILE) -> Any:
        piece = part_of(data, number)
        return self.visit.client.put(
            f"{self.address}/uploads/{name_of(data)}/parts/{number}",
            content=piece,
            headers={**self.headers, PART_HASH_HEADER: name_of(piece)},
        )

    def complete(self, data: bytes = FILE) -> UploadState:
        for _ in range(20):
            state = state_in(self._post(f"/uploads/{name_of(data)}/complete", None), 202)
            if state.state != "checking":
                return state
        raise AssertionError("it is being checked for ever")

    def attach(self, data: bytes = FILE, **changes: str) -> Any:
        ask = {"sha256": name_of(data), "kind": "learner_work", "name": "work.bin", **changes}
        return self._post("/attach", ask)

    def bring(self, data: bytes) -> None:
        self.begin(data)
        for number in range(-(-len(data) // PART_BYTES)):
            assert self.part(number, data).status_code == 204
        assert self.complete(data).state == "complete"

    def _post(self, path: str, ask: dict[str, Any] | None) -> Any:
        return self.visit.client.post(
            self.address + path,
            content=msgspec.json.encode(ask) if ask is not None else b"",
            headers={**self.headers, "content-type": "application/json"},
        )


def state_in(answer: Any, status: int = 200) -> UploadState:
    assert answer.status_code == status, answer.text
    return msgspec.json.decode(answer.content, type=UploadState)


def test_M48_a_file_comes_in_parts_goes_on_after_a_break_and_becomes_evidence(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    assert state_in(script.begin()).parts == []
    assert script.part(1).status_code == 204
    visit.sign_in_again(college.staff.email)
    script = Script(visit, college, made.request_id)
    assert state_in(script.begin()).parts == [1], "only what is missing is sent"
    assert script.part(0).status_code == 204
    assert script.complete().state == "complete"
    sample = college.samples(made.request_id)[0]
    answer = script.attach(sample_id=sample)
    assert answer.status_code == 200
    assert answer.json()["verdict"] in ("ok", "unknown-but-accepted")
    (row,) = house.rows(t.evidence, t.evidence.c.request_id == made.request_id)
    assert (row.sha256, row.size, row.sample_id) == (name_of(FILE), len(FILE), sample)
    assert script.attach(sample_id=sample).json()["id"] == row.id, "asked again, it is there once"


def test_M47_a_refusal_is_told_to_the_script_in_words(visit: Visit, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    script.bring(protected_zip())
    told = problem(script.attach(protected_zip(), name="work.zip"), 400)
    assert told.code == "evidence_encrypted"
    assert told.do.startswith("Pack the files again without a password")
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 0


def test_a_file_half_sent_by_the_script_comes_whole_by_the_plain_form(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    script.begin()
    script.part(1)
    assert bring(college, FILE) == name_of(FILE)
    assert script.complete().state == "complete"
    assert [row.size for row in house.rows(t.blob_parts)] == [PART_BYTES, 70_000]
    assert script.attach().status_code == 200


@NOT_OF_THE_DATABASE
def test_what_was_not_brought_is_not_attached(visit: Visit, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    problem(script.attach(), 404)
    script.begin()
    script.part(0)
    problem(script.attach(), 404)
    assert script.complete().code == "parts_missing"
    assert problem(script.attach(kind="a letter"), 400).code == "kind_missing"


@NOT_OF_THE_DATABASE
def test_without_the_pages_token_or_a_sign_in_nothing_is_taken(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    script.begin()
    token = dict(script.headers)
    script.headers = {}
    for answer in (script.begin(), script.part(0), script.attach()):
        assert answer.status_code == 403
    script.headers = token
    visit.client.cookies.delete("touchstone_session")
    for answer in (script.begin(), script.part(0), script.attach()):
        assert problem(answer, 401).code == "signed_out"
    assert house.count(t.upload_parts) == 0


@NOT_OF_THE_DATABASE
def test_a_claim_of_another_centre_or_one_that_takes_no_evidence_takes_no_parts(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    script = Script(visit, college, made.request_id)
    script.address = f"{claim(college, house.request('R3'))}/evidence"
    problem(script.begin(), 400)
    script.address = f"/centres/{house.ground.centres['C1']}/claims/{house.request('R3')}/evidence"
    problem(script.begin(), 403)
    college.bring_evidence(made.request_id)
    script.address = f"{claim(college, made.request_id)}/evidence"
    assert problem(script.begin(), 400).code == "evidence_not_asked"
    assert house.count(t.uploads) == 0


@NOT_OF_THE_DATABASE
def test_M03_a_claim_is_reached_by_the_address_of_its_own_centre_alone(stranger: Visit, house: House) -> None:
    """Somebody of two centres may bring evidence at both: the chosen one says where."""
    stranger.sign_in("bothstaff@people.invalid")
    one, other = (house.ground.centres[number] for number in ("C1", "C2"))
    page = stranger.get(f"/centres/{one}/claims/{house.request('R3')}/evidence")
    assert page.status == 200
    headers = {"x-csrftoken": page.form("/link").fields["_csrf_token"]}
    ask = msgspec.json.encode({"sha256": name_of(FILE), "size": len(FILE)})
    for centre_id, status in ((other, 404), (one, 200)):
        address = f"/centres/{centre_id}/claims/{house.request('R3')}/evidence/uploads"
        assert stranger.client.post(address, content=ask, headers=headers).status_code == status
