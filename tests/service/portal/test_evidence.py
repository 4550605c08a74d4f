"""The evidence page: plain forms that need no script, and the files in them."""

from __future__ import annotations

import hashlib

import pytest

from app.domain.moderation import RequestState
from app.domain.people import Grant, Role
from app.service import tables as t
from app.service.accounts import NewPerson, add_user
from app.wire.messages import PART_BYTES
from tests.service.bringing import content
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.portal.browsing import Page, PageForm, Visit, claim
from tests.service.portal.evidence_ground import WORK, attach, give_everything, protected_zip


def evidence(college: College, request_id: str) -> str:
    return f"{claim(college, request_id)}/evidence"


def file_form(page: Page, place: str = "place-1") -> PageForm:
    """The form for files of one place; a browser chooses the first kind by itself."""
    (form,) = [form for form in page.forms if form.fields.get("place") == place]
    form.fields["kind"] = form.fields["kind"] or "learner_work"
    return form


def text(name: str, data: bytes = WORK) -> tuple[str, tuple[str, bytes, str]]:
    return ("files", (name, data, "text/plain"))


def test_M42_the_page_names_everything_that_is_missing_and_has_a_form_for_each(
    visit: Visit, college: College
) -> None:
    made = college.claim((1, 2, 3))
    address = evidence(college, made.request_id)
    assert address in visit.get(claim(college, made.request_id)).links
    page = visit.get(address)
    assert page.status == 200
    assert "21 things still missing" in page.words
    assert "The whole claim : IQA sampling sheet, IQA sampling plan" in page.words
    for learner in college.sampled_learners(made.request_id):
        assert f"Learner {learner}, unit 601 : learner work" in page.words
    assert len([form for form in page.forms if form.action.endswith("/files")]) == 4
    assert page.unnamed == []
    assert "Declare the evidence complete" not in page.words


def test_M46_M48_several_files_of_any_size_come_by_a_plain_form_and_are_kept_as_they_are(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    large = content(PART_BYTES + 4321)
    form = file_form(visit.get(evidence(college, made.request_id)))
    page = visit.send(form, files=[text("work.txt"), text("Übung №1.bin", large), text("short.txt", b"1")])
    assert page.status == 200, page.words
    assert "3 files were added." in page.words
    rows = {row.name: row for row in house.rows(t.evidence, t.evidence.c.request_id == made.request_id)}
    assert {name: row.size for name, row in rows.items()} == {
        "work.txt": len(WORK),
        "Übung №1.bin": len(large),
        "short.txt": 1,
    }
    assert {row.sample_id for row in rows.values()} == {college.samples(made.request_id)[0]}
    assert "Looked into" in page.words
    (link,) = [link for link in page.links if link.endswith(rows["Übung №1.bin"].id)]
    answer = visit.client.get(link)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(large).digest()
    assert answer.headers["content-type"] == "application/octet-stream", "nothing of it runs in the browser"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%C3%9Cbung")
    assert [row.size for row in house.rows(t.blob_parts)] == [len(WORK), PART_BYTES, 4321, 1]


def test_M47_a_protected_file_is_refused_in_words_and_the_others_of_the_form_are_taken(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    form = file_form(visit.get(evidence(college, made.request_id)))
    page = visit.send(form, files=[text("locked.zip", protected_zip()), text("work.txt")])
    assert page.status == 422
    assert "1 file was not added" in page.words
    assert "“locked.zip” was not added." in page.words
    assert "Pack the files again without a password" in page.words
    assert "1 file was added: work.txt" in page.words
    assert [row.name for row in house.rows(t.evidence, t.evidence.c.added_by.is_not(None))] == ["work.txt"]
    assert page.title.startswith("Problem: ")


@NOT_OF_THE_DATABASE
def test_a_form_without_a_file_says_so(visit: Visit, college: College) -> None:
    made = college.claim((1, 2, 3))
    form = file_form(visit.get(evidence(college, made.request_id)), "place-2")
    page = visit.send(form, files=[("files", ("", b"", "application/octet-stream"))])
    assert page.status == 422
    assert "Choose a file first, or several." in page.words
    assert "#place-2" in page.links
    again = visit.send(file_form(page, "place-2"), files=[text("work.txt")])
    assert "1 file was added." in again.words, "the page that answers has forms that work"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("token", ["", "0" * 128, "signed-elsewhere"])
def test_a_form_of_another_site_brings_nothing(
    visit: Visit, college: College, house: House, token: str
) -> None:
    made = college.claim((1, 2, 3))
    form = file_form(visit.get(evidence(college, made.request_id)))
    if token == "signed-elsewhere":
        with house.client() as other:
            token = Page(other.get("/")).form("/sign-in").fields["_csrf_token"]
    form.fields["_csrf_token"] = token
    assert visit.send(form, files=[text("work.txt")]).status == 403
    assert house.count(t.uploads) == house.count(t.evidence, t.evidence.c.added_by.is_not(None)) == 0


@NOT_OF_THE_DATABASE
def test_files_before_the_forms_token_are_not_taken(visit: Visit, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    form = file_form(visit.get(evidence(college, made.request_id)))
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhello\r\n'
        b'--x\r\nContent-Disposition: form-data; name="_csrf_token"\r\n\r\n'
        + form.fields["_csrf_token"].encode()
        + b"\r\n--x--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert visit.client.post(form.action, content=body, headers=headers).status_code == 403
    assert house.count(t.uploads) == 0


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--", b"no form at all" * 9000]
)
def test_what_is_no_form_is_refused_in_words(visit: Visit, college: College, body: bytes) -> None:
    made = college.claim((1, 2, 3))
    address = f"{evidence(college, made.request_id)}/files"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert visit.client.post(address, content=body, headers=headers).status_code in (400, 403)
    assert visit.client.post(address, content=body).status_code == 400


@NOT_OF_THE_DATABASE
def test_nobody_else_sends_or_reads_a_centres_evidence(
    stranger: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    taken = attach(college, made.request_id)
    address = evidence(college, made.request_id)
    assert stranger.client.get(f"{address}/{taken.id}", follow_redirects=False).status_code == 303
    sent = stranger.client.post(f"{address}/files", files=[text("a.txt")])
    assert sent.status_code == 401
    assert "nothing was saved" in sent.text
    stranger.sign_in("staff@people.invalid")
    for path in ("", f"/{taken.id}"):
        assert stranger.get(f"{address}{path}").status == 403
    own = f"/centres/{house.ground.centres['C1']}/claims/{made.request_id}/evidence"
    for path in ("", f"/{taken.id}"):
        assert stranger.get(f"{own}{path}").status == 404
    assert house.count(t.uploads) == 1


def test_D6_a_reason_and_a_link_are_noted_by_their_forms_and_refused_in_words(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    page = visit.get(evidence(college, made.request_id))
    page = visit.send(page.form("/none"), kind="sampling_plan", reason="  ")
    assert page.status == 422
    assert "#none-reason" in page.links
    page = visit.send(page.form("/none"), kind="sampling_plan", reason="All are <sampled>\r\nby us")
    assert "Noted." in page.words
    assert "All are &lt;sampled&gt;" in page.html
    page = visit.send(page.form("/link"), kind="learner_work", url="http://work.example/1")
    assert (page.status, page.form("/link").fields["url"]) == (422, "http://work.example/1")
    assert "This link cannot be used" in page.words
    page = visit.send(page.form("/link"), kind="learner_work", url="https://work.example/1")
    assert "the link alone is not enough" in page.words, "M-44"
    assert house.count(t.evidence, t.evidence.c.added_by == college.staff.id) == 2


def test_what_was_added_is_taken_back_by_its_form(visit: Visit, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    taken = attach(college, made.request_id)
    page = visit.get(evidence(college, made.request_id))
    page = visit.send(page.form("/withdraw"))
    assert "Taken back." in page.words
    assert taken.id not in page.html
    assert house.count(t.evidence, t.evidence.c.withdrawn_by == college.staff.id) == 1


def test_M50_complete_evidence_is_declared_on_the_page_and_then_closed(
    visit: Visit, college: College
) -> None:
    made = college.claim((1, 2, 3))
    give_everything(college, made.request_id)
    page = visit.get(evidence(college, made.request_id))
    assert "Everything that is asked for is here" in page.words
    page = visit.send(page.form("/complete"))
    assert (
        "Declared complete. Moderation has begun; you can expect its outcome by 10 April 2026." in page.words
    )
    assert college.state(made.request_id) is RequestState.IN_MODERATION
    assert [form.action for form in page.forms] == ["/sign-out"], "nothing can be added or taken back"
    assert "Nothing can be added or taken back" in page.words


@NOT_OF_THE_DATABASE
def test_M41_M03_colleagues_who_may_not_claim_see_the_evidence_and_no_forms(
    stranger: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    attach(college, made.request_id)
    director = NewPerson(
        "director@people.invalid", "Dana", PASSWORD, (Grant(Role.PROGRAMME_DIRECTOR, college.centre_id),)
    )
    add_user(house.engine, director)
    stranger.sign_in("director@people.invalid")
    page = stranger.get(evidence(college, made.request_id))
    assert "work.txt" in page.words
    assert [form.action for form in page.forms] == ["/sign-out"]
    token = page.form("/sign-out").fields["_csrf_token"]
    form = PageForm(f"{evidence(college, made.request_id)}/complete", "post", {"_csrf_token": token})
    assert stranger.send(form).status == 403
