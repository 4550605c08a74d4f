"""Files of the Engagement Document: by a plain form or the page's script, for a measure or an objective (Q-05)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from app.service import tables as t
from app.wire.messages import PART_BYTES, PART_HASH_HEADER
from tests.service.asking import problem
from tests.service.bringing import content, name_of, part_of
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE
from tests.service.portal.browsing import Page, PageForm, Visit
from tests.service.portal.engagement_ground import Engaged
from tests.service.portal.evidence_ground import WORK, protected_zip
from tests.service.portal.test_evidence import text


@pytest.fixture
def engaged(college: College) -> Engaged:
    return Engaged(college)


@pytest.fixture
def visit(stranger: Visit, engaged: Engaged) -> Visit:
    stranger.sign_in(engaged.college.staff.email)
    return stranger


def file_form(page: Page, code: str, measure: str = "") -> PageForm:
    (form,) = [form for form in page.forms if form.fields.get("place") == f"place-{code}"]
    form.fields["kind"] = measure or code
    return form


def files_page(visit: Visit, engaged: Engaged) -> Page:
    return visit.get(f"{engaged.document}/files")


def test_Q11_files_come_by_a_plain_form_for_a_measure_and_are_kept_as_they_are(
    visit: Visit, engaged: Engaged
) -> None:
    large = content(PART_BYTES + 99)
    page = visit.get(engaged.document)
    page = visit.send(page.form("/engagement"), ("do", "files:QO.3"), **{"commentary-QO.3": "See the files."})
    assert page.path == f"{engaged.document}/files"
    assert engaged.kept().ced.entries[2].commentary == "See the files.", "saved on the way"
    assert page.unnamed == []
    page = visit.send(
        file_form(page, "QO.3", "QO.3.4"), files=[text("policy.txt"), text("Übung №1.bin", large)]
    )
    assert "2 files were added." in page.words
    found = {file.name: file for file in engaged.files()}
    assert {file.code for file in found.values()} == {"QO.3.4"}
    assert found["Übung №1.bin"].sha256 == hashlib.sha256(large).hexdigest()
    assert "policy.txt" in visit.get(engaged.document).words, "and is shown with its objective"
    answer = visit.client.get(f"{engaged.document}/files/{found['policy.txt'].id}")
    assert answer.content == WORK
    assert answer.headers["content-type"] == "application/octet-stream"
    again = visit.send(file_form(page, "QO.3", "QO.3.4"), files=[text("policy.txt")])
    assert again.status == 200
    assert len(engaged.files()) == 2, "the same file again changes nothing"


def test_Q11_files_come_in_parts_by_the_pages_script(visit: Visit, engaged: Engaged) -> None:
    data = content(PART_BYTES + 7)
    address = f"{engaged.document}/files"
    token = file_form(files_page(visit, engaged), "QO.1").fields["_csrf_token"]
    headers = {"x-csrftoken": token}

    def post(path: str, ask: Any = None) -> Any:
        body = b"" if ask is None else msgspec.json.encode(ask)
        return visit.client.post(address + path, content=body, headers=headers)

    ask = {"sha256": name_of(data), "size": len(data), "media_type": ""}
    assert post("/uploads", ask).json()["parts"] == []
    for number in (0, 1):
        piece = part_of(data, number)
        path = f"{address}/uploads/{name_of(data)}/parts/{number}"
        sent = {**headers, PART_HASH_HEADER: name_of(piece)}
        assert visit.client.put(path, content=piece, headers=sent).status_code == 204
    while post(f"/uploads/{name_of(data)}/complete").json()["state"] == "checking":
        pass
    what = {"sha256": name_of(data), "kind": "QO.1.2", "name": "plan.bin", "sample_id": ""}
    answer = post("/attach", what)
    assert answer.status_code == 200, answer.text
    assert [(file.code, file.size) for file in engaged.files()] == [("QO.1.2", len(data))]
    engaged.fill()
    engaged.sign()
    assert problem(post("/uploads", ask), 400).code == "ced_signed"


@NOT_OF_THE_DATABASE
def test_M47_a_protected_file_is_refused_in_words_and_the_others_are_taken(
    visit: Visit, engaged: Engaged
) -> None:
    page = files_page(visit, engaged)
    files = [text("locked.zip", protected_zip()), text("minutes.txt")]
    page = visit.send(file_form(page, "QO.4"), files=files)
    assert page.status == 422
    assert "“locked.zip” was not added." in page.words
    assert [file.name for file in engaged.files()] == ["minutes.txt"]
    page = visit.send(file_form(page, "QO.4"), files=[("files", ("", b"", "application/octet-stream"))])
    assert "Choose a file first, or several." in page.words
    assert "#place-QO.4" in page.links


@NOT_OF_THE_DATABASE
def test_Q05_a_register_only_centre_is_asked_for_files_of_the_blocking_objectives_alone(
    visit: Visit, engaged: Engaged
) -> None:
    page = files_page(visit, engaged)
    added = visit.send(file_form(page, "QO.7"), files=[text("progress.txt")])
    assert "1 file was added." in added.words
    engaged.fill(engaged.complete(register_only=True))
    page = files_page(visit, engaged)
    assert {form.fields["place"] for form in page.forms if "place" in form.fields} == {
        f"place-{code}" for code in ("QO.1", "QO.3", "QO.4", "QO.9")
    }
    assert "For objectives that are not asked of you progress.txt" in page.words
    refused = visit.send(file_form(page, "QO.1", "QO.7"), files=[text("more.txt")])
    assert "Choose the objective or measure that the file is for." in refused.words
    assert len(engaged.files()) == 1


@NOT_OF_THE_DATABASE
def test_a_file_somebody_else_brought_is_not_had_by_naming_its_hash(visit: Visit, engaged: Engaged) -> None:
    token = file_form(files_page(visit, engaged), "QO.1").fields["_csrf_token"]
    ask = {"sha256": "0" * 64, "kind": "QO.1", "name": "theirs.txt"}
    answer = visit.client.post(
        f"{engaged.document}/files/attach", content=msgspec.json.encode(ask), headers={"x-csrftoken": token}
    )
    assert problem(answer, 404).code == "not_found"
    assert engaged.house.count(t.ced_files) == 0
