"""A submitted claim's page: why whom, its clock, its notes, and re-submitting it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.domain.errors import KnownError
from app.domain.moderation import Decision, RequestState
from app.service import tables as t
from app.service.database import transact
from app.service.decisions import extend
from app.service.notes import write_note
from app.service.portal.claim_page import CERTIFICATES_SHOWN
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Visit, board, claim, give_password


def test_M28_why_this_learner_is_told_for_every_sampled_one(visit: Visit, college: College) -> None:
    made = college.submit(college.lines((1, 2, 3, 4), ("601", "602")), note="Please look at 602")
    page = visit.get(claim(college, made.request_id))
    assert "Why this learner?" in page.words
    assert len(made.picks) == 3
    for pick in made.picks:
        assert pick.reason[1:].split(";")[0] in page.words
    assert "Please look at 602" in page.words, "M-49"
    assert "Learner K004 K004 601 Unit 601" in page.words


def test_M50_M51_the_clock_and_its_former_dates_are_shown(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    college.bring_evidence(made.request_id)
    assert "21 of 21 working days left, due Fri 10 Apr" in visit.get(claim(college, made.request_id)).words
    extend(
        house.engine, house.person("quality"), made.request_id, date(2026, 4, 24), "Illness", house.clock()
    )
    college.later(1)
    visit.sign_in_again(college.staff.email)
    later = visit.get(claim(college, made.request_id))
    assert "30 of 31 working days left, due Fri 24 Apr" in later.words
    assert "Due before 10 April 2026" in later.words, "the old date stays on record"
    assert "Illness" not in later.words


def test_D5_on_hold_says_only_that_and_never_why(visit: Visit, college: College) -> None:
    college.claim((1, 2, 3))
    made = college.claim(range(4, 13), ("601", "602"))
    college.bring_evidence(made.request_id)
    college.judge(made.request_id, Decision.SUSPECTED_MALPRACTICE)
    assert college.state(made.request_id) is RequestState.ON_HOLD
    pages = [
        visit.get(address)
        for address in (
            board(college),
            f"{board(college)}?stage=on_hold",
            claim(college, made.request_id),
            f"{board(college)}/claims/new",
            f"{board(college)}/reports",
        )
    ]
    assert "On hold" in pages[0].words
    assert "On hold" in pages[2].words
    for page in pages:
        assert page.status == 200
        for word in ("malpractice", "suspect", "The work does not show it"):
            assert word not in page.html.lower(), (page.path, word)


def test_M53_notes_are_written_and_read_at_each_stage(visit: Visit, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    address = claim(college, made.request_id)
    page = visit.send(visit.get(address).form("/notes"), text="Evidence follows\r\non <Friday>")
    assert page.path == address
    assert "Evidence follows on <Friday>" in page.words
    assert "&lt;Friday&gt;" in page.html
    assert "Staff of K your centre · 10 March 2026, 10:00 · Waiting for your evidence" in page.words
    quality = house.person("quality")
    write_note(house.engine, quality, made.request_id, "Thank you", house.clock())
    assert "Quality awarding body" in visit.get(address).words
    (first, second) = house.rows(t.notes)
    assert (first.text, first.stage) == ("Evidence follows\non <Friday>", "sample_requested")
    assert second.author_id == quality.id
    device = house.device("quality")
    device.pull()
    assert house.count(t.mails, t.mails.c.kind == "note_written") > 0, "M-37"


@pytest.mark.parametrize(
    ("text", "says"), [("   ", "A note needs some words."), ("a\x00b", "cannot be kept")]
)
@NOT_OF_THE_DATABASE
def test_M53_a_note_that_cannot_be_kept_is_refused_in_words(
    visit: Visit, college: College, house: House, text: str, says: str
) -> None:
    made = college.claim((1, 2, 3))
    page = visit.send(visit.get(claim(college, made.request_id)).form("/notes"), text=text)
    assert page.status == 422
    assert says in page.words
    assert "#text" in page.links
    assert house.count(t.notes) == 0


@NOT_OF_THE_DATABASE
def test_M53_nobody_writes_into_a_claim_of_another_centre(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    form = visit.get(claim(college, made.request_id)).form("/notes")
    form.action = claim(college, house.request("R1")) + "/notes"
    assert visit.send(form, text="Hello").status == 404
    form.action = f"/centres/{house.ground.centres['C1']}/claims/{house.request('R1')}/notes"
    assert visit.send(form, text="Hello").status == 403
    assert house.count(t.notes) == 0


def test_M59_M60_M61_a_returned_claim_names_its_actions_and_is_re_submitted_from_its_page(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    college.reject(made.request_id)
    address = claim(college, made.request_id)
    page = visit.get(address)
    assert "What to do before you re-submit" in page.words
    assert "Assess it again." in page.words
    assert "Its last day is 8 July 2026" in page.words
    assert "Not agreed" in page.words, "M-56"
    requests = house.count(t.requests)
    again = visit.send(page.form("/resubmit"), note="All done")
    assert again.path == address
    assert "In moderation" in again.words
    assert "All done" in again.words
    assert college.state(made.request_id) is RequestState.IN_MODERATION
    assert house.count(t.requests) == requests, "no new claim"
    assert "Not agreed" not in again.words, "judged anew: not the centre's to see before it is told"


def test_M62_a_re_submission_that_comes_too_late_is_refused_in_words(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    college.reject(made.request_id)
    form = visit.get(claim(college, made.request_id)).form("/resubmit")
    college.later(121)
    visit.sign_in_again(college.staff.email)
    form.fields["_csrf_token"] = visit.get(board(college)).form("/sign-out").fields["_csrf_token"]
    page = visit.send(form, note="Too late")
    assert page.status == 422
    assert "its time for the actions is over" in page.words
    assert "Too late" in page.html, "what was typed is still there"
    page = visit.get(claim(college, made.request_id))
    assert "/resubmit" not in page.html
    assert "The last day of this claim was 8 July 2026" in page.words


def test_a_notes_file_opens_once_its_author_has_brought_it(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    sha256 = house.blobs.put_bytes(b"a table")
    note = write_note(house.engine, house.person("quality"), made.request_id, "See here", house.clock())
    address = f"{claim(college, made.request_id)}/notes/{note.id}/0"

    def attach(connection: Any) -> None:
        connection.execute(insert(t.blobs).values(sha256=sha256, size=7, stored_at=house.clock()))
        connection.execute(
            insert(t.note_files).values(
                note_id=note.id,
                position=0,
                name='ta"ble\r\n.xlsx',
                sha256=sha256,
                size=7,
                media_type="text/html",
            )
        )

    transact(house.engine, attach)
    assert address in visit.get(claim(college, made.request_id)).links
    assert visit.get(address).status == 404, "whoever names a hash in a note may only have guessed it"
    transact(
        house.engine,
        lambda c: c.execute(
            insert(t.uploads).values(
                person_id=note.author_id,
                sha256=sha256,
                size=7,
                device_id="device-1",
                state="receiving",
                began_at=house.clock(),
                changed_at=house.clock(),
            )
        ),
    )
    assert visit.get(address).status == 404, "it has not wholly come yet"
    transact(house.engine, lambda c: c.execute(update(t.uploads).values(state="complete")))
    answer = visit.client.get(address)
    assert answer.content == b"a table"
    assert answer.headers["content-type"] == "application/octet-stream", "nothing of it runs in the browser"
    assert answer.headers["content-disposition"] == 'attachment; filename="ta_ble__.xlsx"'
    foreign = f"{claim(college, house.request('R1'))}/notes/{note.id}/0"
    assert visit.get(foreign).status == 404


@pytest.mark.parametrize("name", ["staff", "morgan"])
@NOT_OF_THE_DATABASE
def test_M03_a_note_is_refused_to_whoever_has_nothing_to_do_with_the_claim(
    house: House, college: College, name: str
) -> None:
    made = college.claim((1, 2, 3))
    with pytest.raises(KnownError) as refusal:
        write_note(house.engine, house.person(name), made.request_id, "Hello", house.clock())
    assert refusal.value.code == "request_unknown"
    assert house.count(t.notes) == 0


@NOT_OF_THE_DATABASE
def test_M56_decisions_are_shown_if_any_sample_has_one_that_may_be_told(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    college.reject(made.request_id)
    first = t.judgements.c.sample_id == college.samples(made.request_id)[0]
    untold = update(t.judgements).where(first).values(decision=Decision.SUSPECTED_MALPRACTICE.value)
    transact(house.engine, lambda c: c.execute(untold))
    page = visit.get(claim(college, made.request_id))
    assert '<th scope="col">Decision</th>' in page.html
    assert "Agreed" in page.words
    assert "malpractice" not in page.html.lower(), "D-5"


def test_M33_M37_the_page_says_whose_certificates_were_issued(
    visit: Visit, college: College, house: House
) -> None:
    units = ("601", "602", "603")
    made = college.claim((1, 2, 3), units)
    address = claim(college, made.request_id)
    assert "Certificates issued" not in visit.get(address).words
    college.accept(made.request_id)
    page = visit.get(address)
    rows = house.rows(t.certificates)
    assert len(rows) == 3
    assert "3 certificates issued" in page.words
    for place, row in enumerate(sorted(rows, key=lambda row: row.number), start=1):
        assert f"Learner K00{place} K00{place} {row.number} 10 March 2026" in page.words
    visit.sign_in_again("staff@people.invalid")
    other = visit.get(address)
    assert other.status == 403
    assert "Learner K001" not in other.html


@NOT_OF_THE_DATABASE
def test_M33_many_certificates_come_in_pages_of_their_own(visit: Visit, house: House) -> None:
    college = College(house, "L", learners=CERTIFICATES_SHOWN + 1)
    give_password(house, college)
    made = college.claim(range(1, CERTIFICATES_SHOWN + 2), ("601", "602", "603"))
    college.accept(made.request_id)
    assert len(college.certificated()) == CERTIFICATES_SHOWN + 1
    visit.sign_in_again(college.staff.email)
    address = claim(college, made.request_id)
    numbers = sorted(row.number for row in house.rows(t.certificates))
    page = visit.get(address)
    assert numbers[0] in page.words
    assert numbers[-1] not in page.words
    assert f"{address}?of=certificates&page=2" in page.links
    page = visit.get(f"{address}?of=certificates&page=2")
    assert numbers[-1] in page.words
    assert numbers[0] not in page.words
    assert f"{address}?page=2" in page.links, "the lines are at their first page"
