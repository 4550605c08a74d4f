"""The Engagement Document on the portal: filled in by several, complete or not, with what is missing named."""

from __future__ import annotations

import pytest

from app.domain.people import Grant, Role
from app.domain.review_terms import Level
from app.service.accounts import NewPerson, add_user
from app.service.portal.claim_form import fingerprint
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.portal.browsing import Page, PageForm, Visit, board
from tests.service.portal.engagement_ground import DUE, Engaged

OTHERS = ("QO.2", "QO.5", "QO.6", "QO.7", "QO.8", "QO.10")


@pytest.fixture
def engaged(college: College) -> Engaged:
    return Engaged(college)


@pytest.fixture
def visit(stranger: Visit, engaged: Engaged) -> Visit:
    """A browser in which the college's staff is signed in once the review is allocated."""
    stranger.sign_in(engaged.college.staff.email)
    return stranger


def form_of(visit: Visit, engaged: Engaged) -> PageForm:
    return visit.get(engaged.document).form("/engagement")


def answers(*codes: str) -> dict[str, str]:
    return {f"level-{code}": "met" for code in codes} | {
        f"commentary-{code}": f"How {code} is met." for code in codes
    }


def entry(engaged: Engaged, code: str) -> tuple[Level | None, str]:
    (found,) = [item for item in engaged.kept().ced.entries if item.code == code]
    return found.level, found.commentary


def test_Q12_Q13_a_full_document_is_filled_in_half_by_half_and_what_is_missing_leads_to_its_field(
    visit: Visit, engaged: Engaged
) -> None:
    page = visit.get(engaged.document)
    assert page.status == 200
    assert "Due on 10 December 2026" in page.words
    assert "22 things still missing" in page.words, (
        "level and commentary of ten objectives, two re-declarations"
    )
    assert page.unnamed == []
    anchors = {link[1:] for link in page.links if link.startswith("#")} - {"main"}
    assert {"level-QO.1", "commentary-QO.10", "recognition-accepted", "approvals-accepted"} <= anchors
    assert anchors <= page.ids, "each link leads to a field that is there"

    page = visit.send(page.form("/engagement"), ("do", "save"), **answers("QO.1"))
    assert "Saved at 10:00." in page.words
    assert "20 things still missing" in page.words
    assert entry(engaged, "QO.1") == (Level.MET, "How QO.1 is met.")

    codes = [objective.code for objective in engaged.framework.objectives]
    typed = answers(*codes) | {"recognition-accepted": "yes", "approvals-accepted": "yes"}
    page = visit.send(
        page.form("/engagement"), ("do", "check"), **typed, **{"approvals-changes": "One ceased."}
    )
    assert "Nothing is missing" in page.words
    assert "The Head of Centre can sign it now." in page.words
    kept = engaged.kept()
    assert kept.ced.approvals.changes == "One ceased."
    assert kept.review.ced_submitted_on is None, "unsigned it is not submitted"
    assert kept.saved_by == engaged.college.staff.name


@NOT_OF_THE_DATABASE
def test_Q12_checking_names_each_fault_at_its_field(visit: Visit, engaged: Engaged) -> None:
    page = visit.send(form_of(visit, engaged), ("do", "check"), **{"level-QO.1": "met"})
    assert page.query == "check=true"
    assert "commentary-QO.1-fault" in page.ids
    assert "level-QO.1-fault" not in page.ids
    assert 'id="recognition-accepted-fault"' in page.html


@NOT_OF_THE_DATABASE
def test_Q05_Q14_Q15_a_register_only_centre_answers_the_blocking_objectives_and_text_a_stands_for_the_others(
    visit: Visit, engaged: Engaged
) -> None:
    engaged.fill(register_only=False, entries=())
    page = visit.send(form_of(visit, engaged), ("do", "save"), **{"register-only": "yes"})
    assert "10 things still missing" not in page.words
    assert "8 things still missing" in page.words, "four objectives; the re-declarations were filled in"
    assert page.words.count(engaged.framework.text_a) == len(OTHERS)
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert not any(f"commentary-{code}" in anchors for code in OTHERS)
    visit.send(page.form("/engagement"), ("do", "save"), **answers("QO.1", "QO.3", "QO.4", "QO.9"))
    signed = engaged.sign()
    others = [item for item in signed.entries if item.code in OTHERS]
    assert [(item.level, item.commentary) for item in others] == [
        (Level.MET, "Centre is part of a consortium and has no stand alone delivery")
    ] * 6


@NOT_OF_THE_DATABASE
def test_Q32_text_a_and_text_b_are_not_taken_as_an_answer(visit: Visit, engaged: Engaged) -> None:
    fields = engaged.complete()
    for text in (engaged.framework.text_a, engaged.framework.text_b):
        engaged.fill(fields)
        page = visit.send(form_of(visit, engaged), ("do", "check"), **{"commentary-QO.2": text})
        assert "1 thing still missing" in page.words
        assert "commentary-QO.2-fault" in page.ids


@NOT_OF_THE_DATABASE
def test_Q19_a_full_scope_leaves_no_choice_and_says_why(visit: Visit, engaged: Engaged) -> None:
    engaged.decide_scope(approved=False)
    page = visit.get(engaged.document)
    assert "register-only" not in page.ids
    assert "There is no approved arrangement." in page.words
    assert "Save to see the objectives" not in page.words
    forged = visit.send(
        page.form("/engagement"),
        ("do", "save"),
        **{"register-only": "yes", "was-register-only": fingerprint("no")},
    )
    assert forged.status == 200
    assert not engaged.kept().ced.register_only


def test_two_who_fill_in_different_fields_at_once_both_find_their_words(
    visit: Visit, engaged: Engaged
) -> None:
    mine, theirs = form_of(visit, engaged), form_of(visit, engaged)
    visit.send(theirs, ("do", "save"), **answers("QO.1"), **{"recognition-accepted": "yes"})
    page = visit.send(mine, ("do", "save"), **answers("QO.3"))
    assert page.status == 200
    assert entry(engaged, "QO.1") == (Level.MET, "How QO.1 is met.")
    assert entry(engaged, "QO.3") == (Level.MET, "How QO.3 is met.")
    assert engaged.kept().ced.recognition.accepted


def test_two_who_change_the_same_field_see_both_texts_and_neither_is_lost(
    visit: Visit, engaged: Engaged
) -> None:
    mine, theirs = form_of(visit, engaged), form_of(visit, engaged)
    visit.send(theirs, ("do", "save"), **{"commentary-QO.1": "Theirs."})
    page = visit.send(mine, ("do", "save"), **{"commentary-QO.1": "Mine.", "commentary-QO.4": "Also mine."})
    assert page.status == 409
    assert "QO.1, commentary Mine. Theirs." in page.words
    assert "#commentary-QO.1" in page.links
    assert "still missing" not in page.words, "before the two are put together nothing is said of the rest"
    assert entry(engaged, "QO.1")[1] == "Theirs.", "mine is not saved over it"
    assert entry(engaged, "QO.4")[1] == "Also mine.", "what is in nobody's way is saved"
    form = page.form("/engagement")
    assert form.fields["commentary-QO.1"] == "Mine.", "mine is still in the field"
    page = visit.send(form, ("do", "save"), **{"commentary-QO.1": "Theirs. Mine."})
    assert page.status == 200
    assert entry(engaged, "QO.1")[1] == "Theirs. Mine."


@NOT_OF_THE_DATABASE
def test_words_typed_while_the_head_signs_are_shown_and_not_lost(visit: Visit, engaged: Engaged) -> None:
    engaged.fill()
    form = form_of(visit, engaged)
    engaged.sign()
    page = visit.send(form, ("do", "save"), **{"commentary-QO.1": "One more word."})
    assert page.status == 422
    assert "The Engagement Document is signed, so it is locked." in page.words
    assert "One more word." in page.words
    assert engaged.kept().ced.signature is not None


@NOT_OF_THE_DATABASE
def test_a_text_that_is_too_long_stays_in_its_field(visit: Visit, engaged: Engaged) -> None:
    page = visit.send(form_of(visit, engaged), ("do", "save"), **{"commentary-QO.1": "x" * 20_001})
    assert page.status == 422
    assert "20,000 are possible" in page.words
    assert page.form("/engagement").fields["commentary-QO.1"] == "x" * 20_001
    assert engaged.kept().version == 0


@NOT_OF_THE_DATABASE
def test_M03_only_this_centres_own_staff_see_its_document(
    visit: Visit, engaged: Engaged, house: House, college: College
) -> None:
    other = Engaged(College(house, "Z"))
    assert visit.get(other.document).status == 403
    strange = f"/centres/{college.centre_id}/reviews/{other.review_id}"
    for path in (strange, f"{strange}/engagement", f"{strange}/engagement/files"):
        assert visit.get(path).status == 404
    form = form_of(visit, engaged)
    form.action = f"{strange}/engagement"
    assert visit.send(form, ("do", "save"), **answers("QO.1")).status == 404
    assert other.kept().version == 0
    director = Grant(Role.PROGRAMME_DIRECTOR, college.centre_id)
    add_user(house.engine, NewPerson("dir@people.invalid", "Dora", PASSWORD, (director,)))
    visit.sign_in_again("dir@people.invalid")
    page = visit.get(engaged.document)
    assert "It is not signed yet." in page.words
    assert not [item for item in page.forms if item.action.endswith("/engagement")]


@NOT_OF_THE_DATABASE
def test_Q09_the_dashboard_says_when_the_document_is_due_and_when_it_is_late(
    visit: Visit, engaged: Engaged, college: College
) -> None:
    page = visit.get(board(college))
    assert "Engagement Document for 2026-27 is due on 10 December 2026, in 20 days." in page.words
    assert engaged.document in page.links
    college.later((DUE - engaged.house.clock().date()).days)
    assert "is due on 10 December 2026, today." in visit.sign_in_again(college.staff.email).words
    college.later(1)
    assert "was due on 10 December 2026 and is late." in visit.sign_in_again(college.staff.email).words
    assert "Late" in listed(visit, engaged).words
    engaged.fill()
    engaged.sign()
    assert "Engagement Document for 2026-27" not in visit.get(board(college)).words
    assert "Submitted late" in listed(visit, engaged).words


def listed(visit: Visit, engaged: Engaged) -> Page:
    page = visit.get(f"{board(engaged.college)}/reviews")
    assert engaged.address in page.links
    return page
