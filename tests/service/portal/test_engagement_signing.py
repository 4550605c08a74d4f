"""The Head of Centre's signature: over what was shown, by who proves it anew, and ended by any change (Q-13, D-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.engagement import signature_holds
from app.domain.errors import KnownError
from app.domain.people import Permission
from app.domain.review_terms import ReviewState
from app.domain.reviews import CedEntry
from app.service import tables as t
from app.service.engagement_desk import reopen_ced
from app.service.engagement_files import withdraw_ced_file
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.portal.browsing import Page, Visit
from tests.service.portal.engagement_ground import TODAY, Engaged

NAME = {"name": "Hanna Head", "role": "Principal", "password": PASSWORD}


@pytest.fixture
def engaged(college: College) -> Engaged:
    return Engaged(college)


@pytest.fixture
def visit(stranger: Visit, engaged: Engaged) -> Visit:
    """A browser in which the Head of Centre is signed in."""
    stranger.sign_in(engaged.head.email)
    return stranger


def sign_page(visit: Visit, engaged: Engaged) -> Page:
    return visit.get(f"{engaged.document}/sign")


def test_Q13_the_head_reads_the_whole_document_signs_it_and_it_is_submitted_and_locked(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill()
    engaged.add()
    before = engaged.house.head()
    page = sign_page(visit, engaged)
    assert page.unnamed == []
    assert engaged.framework.declaration in page.words
    assert "How QO.10 is met here." in page.words
    assert "check.txt" in page.words
    page = visit.send(page.form("/sign"), **NAME)
    assert (page.status, page.path) == (200, engaged.document)
    assert "Signed and submitted" in page.words
    assert "Hanna Head, Principal, signed it electronically on 20 November 2026, 10:00" in page.words
    assert not [form for form in page.forms if form.action.endswith("/engagement")], "it is locked"
    kept = engaged.kept()
    assert kept.review.ced_submitted_on == TODAY.date()
    assert kept.ced.signature is not None
    assert kept.ced.signature.content_sha256 in page.words
    assert signature_holds(engaged.framework, kept.ced, engaged.files())
    (row,) = engaged.house.rows(t.ced_signatures)
    assert row.signed_by == engaged.head.id
    assert row.content["files"][0]["name"] == "check.txt", "what was signed is kept as it was"
    assert engaged.house.head() > before, "desktops hear of it"
    (mail,) = engaged.house.rows(t.mails, t.mails.c.kind == "review_ced_submitted")
    assert mail.to_address == engaged.reviewer.email


@NOT_OF_THE_DATABASE
def test_Q13_a_wrong_password_a_missing_name_and_a_missing_answer_sign_nothing(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill()
    form = sign_page(visit, engaged).form("/sign")
    page = visit.send(form, **(NAME | {"password": "not my password"}))
    assert page.status == 401
    assert "This is not your password, so nothing was signed." in page.words
    assert page.form("/sign").fields["name"] == "Hanna Head", "what was typed is kept"
    assert page.form("/sign").fields["password"] == ""
    page = visit.send(form, **(NAME | {"name": "  "}))
    assert page.status == 422
    assert "A signature needs the signer's full name and role." in page.words
    engaged.fill(entries=(CedEntry("QO.1", None, "Half a sentence"),))
    page = sign_page(visit, engaged)
    assert "It cannot be signed yet" in page.words
    assert f"{engaged.document}?check=true#level-QO.1" in page.links
    assert not [item for item in page.forms if item.action.endswith("/sign")]
    assert engaged.house.count(t.ced_signatures) == 0


@NOT_OF_THE_DATABASE
def test_Q13_what_was_changed_meanwhile_is_not_signed_unread(visit: Visit, engaged: Engaged) -> None:
    engaged.fill()
    form = sign_page(visit, engaged).form("/sign")
    engaged.add()
    page = visit.send(form, **NAME)
    assert page.status == 422
    assert "was changed since you opened this page, so nothing was signed" in page.words
    assert engaged.kept().ced.signature is None
    assert "Signed and submitted" in visit.send(page.form("/sign"), **NAME).words


@NOT_OF_THE_DATABASE
def test_Q13_centre_staff_fill_it_in_and_cannot_sign(visit: Visit, engaged: Engaged) -> None:
    assert not engaged.college.staff.may_at(Permission.SIGN_CED, engaged.college.centre_id)
    engaged.fill()
    form = sign_page(visit, engaged).form("/sign")
    visit.sign_in_again(engaged.college.staff.email)
    page = visit.get(engaged.document)
    assert "Only the Head of Centre can sign it." in page.words
    assert not [link for link in page.links if link.endswith("/sign")]
    assert sign_page(visit, engaged).status == 403
    form.fields["_csrf_token"] = page.form("/engagement").fields["_csrf_token"]
    assert visit.send(form, **NAME).status == 403
    with pytest.raises(KnownError, match="There is no such review"):
        engaged.sign(engaged.college.staff)
    assert engaged.kept().ced.signature is None


@NOT_OF_THE_DATABASE
def test_Q13_another_centres_head_signs_nothing_here(engaged: Engaged, house: House) -> None:
    engaged.fill()
    other = Engaged(College(house, "Z"))
    with pytest.raises(KnownError, match="There is no such review"):
        engaged.sign(other.head)


def test_Q13_a_change_needs_a_new_signature_and_says_so(visit: Visit, engaged: Engaged) -> None:
    engaged.fill()
    engaged.sign()
    visit.sign_in_again(engaged.college.staff.email)
    page = visit.get(engaged.document)
    assert "counts as not submitted until the Head of Centre signs it anew" in page.words
    page = visit.send(page.form("/reopen"))
    assert "It needs a new signature before it counts as submitted." in page.words
    assert "It was signed before and was opened again since, so it needs a new signature." in page.words
    assert "Hanna Head, Head of Centre, 20 November 2026, 10:00 ; ended" in page.words.replace(";", " ;")
    kept = engaged.kept()
    assert (kept.ced.signature, kept.review.ced_submitted_on) == (None, None)
    assert "It has to be signed again." in visit.get(f"/centres/{engaged.college.centre_id}").words
    engaged.sign()
    rows = engaged.house.rows(t.ced_signatures)
    assert sorted(row.ended_at is None for row in rows) == [False, True], "none is erased, one is in force"


def test_Q13_files_are_taken_back_before_the_signature_and_not_after(visit: Visit, engaged: Engaged) -> None:
    engaged.fill()
    first, second = engaged.add(), engaged.add("QO.1", b"minutes", "minutes.txt")
    page = visit.get(f"{engaged.document}/files")
    form = next(item for item in page.forms if item.fields.get("file") == first.id)
    page = visit.send(form)
    assert "Taken back." in page.words
    assert [file.id for file in engaged.files()] == [second.id]
    (row,) = engaged.house.rows(t.ced_files, t.ced_files.c.id == first.id)
    assert row.withdrawn_by == engaged.head.id, "it stays on record"
    engaged.sign()
    form.fields["file"] = second.id
    page = visit.send(form)
    assert page.status == 422
    assert "The Engagement Document is signed, so it is locked." in page.words
    assert "Take back" not in page.words
    with pytest.raises(KnownError, match="locked"):
        engaged.add("QO.1", b"late", "late.txt")
    assert [file.id for file in engaged.files()] == [second.id]


@NOT_OF_THE_DATABASE
def test_D14_text_a_stands_provisionally_until_the_consortium_is_confirmed(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill(engaged.complete(register_only=True))
    page = sign_page(visit, engaged)
    assert "the document will stand provisionally" in page.words
    page = visit.send(page.form("/sign"), **NAME)
    assert "It stands provisionally" in page.words
    assert engaged.kept().ced.provisional
    engaged.decide_scope(approved=True)
    assert "provisionally" not in visit.get(engaged.document).words
    kept = engaged.kept().ced
    assert not kept.provisional
    assert signature_holds(engaged.framework, kept, engaged.files()), "what was signed still stands"
    reopen_ced(engaged.house.engine, engaged.head, engaged.review_id, engaged.house.clock())
    assert "provisionally" not in sign_page(visit, engaged).words
    assert not engaged.sign().provisional


def test_D14_a_refusal_opens_the_document_for_the_other_objectives_and_asks_for_a_new_signature(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill(engaged.complete(register_only=True))
    engaged.sign()
    engaged.decide_scope(approved=False)
    page = visit.get(engaged.document)
    assert "It was signed before and was opened again since, so it needs a new signature." in page.words
    assert "The quality team says: There is no approved arrangement." in page.words
    assert "12 things still missing" in page.words, "level and commentary of six objectives"
    assert "register-only" not in page.ids
    assert page.form("/engagement").fields["commentary-QO.1"] == "How QO.1 is met here."
    assert page.form("/engagement").fields["commentary-QO.2"] == "", "text A is no answer any more"
    assert engaged.kept().review.ced_submitted_on is None
    engaged.fill()
    assert not engaged.sign().provisional


@NOT_OF_THE_DATABASE
def test_D14_after_a_change_from_register_only_no_text_a_is_left_as_an_answer(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill(engaged.complete(register_only=True))
    engaged.sign()
    reopen_ced(engaged.house.engine, engaged.head, engaged.review_id, engaged.house.clock())
    page = visit.send(
        visit.get(engaged.document).form("/engagement"), ("do", "save"), **{"register-only": "no"}
    )
    assert "12 things still missing" in page.words, "level and commentary of six objectives"
    assert page.form("/engagement").fields["commentary-QO.2"] == ""


@NOT_OF_THE_DATABASE
def test_a_complete_review_keeps_its_document_as_it_is(visit: Visit, engaged: Engaged) -> None:
    engaged.fill()
    engaged.sign()
    engaged.change(state=ReviewState.COMPLETE.value)
    page = visit.get(engaged.document)
    assert "so the document stays as it is" in page.words
    assert not [form for form in page.forms if form.action.endswith("/reopen")]
    with pytest.raises(KnownError, match="can no longer be changed"):
        reopen_ced(engaged.house.engine, engaged.head, engaged.review_id, engaged.house.clock())
    file_id = replace(engaged.kept().ced).id
    with pytest.raises(KnownError, match="locked"):
        withdraw_ced_file(
            engaged.house.engine, engaged.head, engaged.review_id, file_id, engaged.house.clock()
        )
