"""The staff area: certificates sent off, roles given and taken, platforms agreed, contacts noted."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.people import AT_A_CENTRE, Grant, Role
from app.service import tables as t
from app.service.accounts import load_person, take_roles
from app.service.contact_desk import contacts_of, log_contact
from app.service.database import reading
from app.service.evidence_desk import attach_link
from app.service.role_desk import give_role, take_role
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import PageForm, Visit

SUPPORT, QUALITY = "support@people.invalid", "quality@people.invalid"
PAGES = ("/staff", "/staff/claims", "/staff/dispatch", "/staff/agreements", "/staff/accounts")


def certificated(college: College) -> str:
    """A claim by which three learners get their certificates; its id."""
    made = college.claim((1, 2, 3), ("601", "602", "603"))
    college.accept(made.request_id)
    assert len(college.certificated()) == 3
    return made.request_id


# -- who comes in ----------------------------------------------------------------------------------------------------


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("name", ["morgan", "staff", "bothstaff"])
def test_M54_only_support_and_quality_managers_come_in(stranger: Visit, house: House, name: str) -> None:
    stranger.sign_in(f"{name}@people.invalid")
    pages = [*PAGES, f"/staff/claims/{house.request()}", f"/staff/accounts/{house.person('jules').id}"]
    for address in pages:
        page = stranger.get(address)
        assert page.status == 403, address
        assert "support team and quality managers" in page.words


@NOT_OF_THE_DATABASE
def test_M37_nobody_signed_in_comes_back_to_the_page_after_signing_in(stranger: Visit, house: House) -> None:
    page = stranger.get(f"/staff/claims/{house.request()}")
    assert "Sign in" in page.words
    page = stranger.sign_in(SUPPORT, page)
    assert page.path == f"/staff/claims/{house.request()}"
    assert stranger.get(f"/claims/{house.request()}").path == page.path, "as an e-mail links it"


@NOT_OF_THE_DATABASE
def test_M35_M04_dispatch_and_accounts_are_the_support_teams_alone(stranger: Visit, house: House) -> None:
    page = stranger.sign_in(QUALITY)
    page = stranger.get("/staff")
    assert page.path == "/staff/claims"
    assert "/staff/agreements" in page.links
    assert not {"/staff/dispatch", "/staff/accounts"} & set(page.links)
    token = page.form("/sign-out").fields["_csrf_token"]
    for address in ("/staff/dispatch", "/staff/accounts", f"/staff/accounts/{house.person('jules').id}"):
        assert stranger.get(address).status == 403
    for address in ("/staff/dispatch", f"/staff/accounts/{house.person('jules').id}/give"):
        assert stranger.send(PageForm(address, "post", {"_csrf_token": token})).status == 403


@NOT_OF_THE_DATABASE
def test_a_role_at_a_centre_opens_no_staff_page(stranger: Visit, house: House) -> None:
    grant = {
        "id": "g",
        "person_id": house.person("staff").id,
        "role": Role.SUPPORT.value,
        "centre_id": house.ground.centres["C1"],
    }
    with house.engine.begin() as connection:
        connection.execute(t.grants.insert().values(grant))
    stranger.sign_in("staff@people.invalid")
    assert [stranger.get(address).status for address in PAGES] == [403] * len(PAGES)


# -- dispatch --------------------------------------------------------------------------------------------------------


def test_M35_M11_certificates_are_marked_as_sent_with_by_whom_and_a_note(
    stranger: Visit, college: College, house: House
) -> None:
    certificated(college)
    stranger.sign_in(SUPPORT)
    page = stranger.get("/staff/dispatch")
    rows = house.rows(t.certificates)
    assert all(row.number in page.words for row in rows)
    first, second, third = sorted(rows, key=lambda row: row.number)
    ticked = {f"send-{row.id}": "on" for row in (first, second)}
    page = stranger.send(page.form("/staff/dispatch"), note="Parcel 7", **ticked)
    assert "2 certificates marked as sent." in page.words
    assert third.number in page.words
    assert first.number not in page.words
    sent = stranger.get("/staff/dispatch?sent=true")
    assert first.number in sent.words
    assert "by Support Parcel 7" in sent.words
    marked = house.rows(t.certificates, t.certificates.c.dispatched_by == house.person("support").id)
    assert {row.id for row in marked} == {first.id, second.id}


@NOT_OF_THE_DATABASE
def test_M35_nothing_ticked_is_told_and_what_was_ticked_stays_ticked(
    stranger: Visit, college: College, house: House
) -> None:
    certificated(college)
    stranger.sign_in(SUPPORT)
    form = stranger.get("/staff/dispatch").form("/staff/dispatch")
    page = stranger.send(form)
    assert page.status == 422
    assert "Tick at least one certificate." in page.words
    (row, *_) = house.rows(t.certificates)
    page = stranger.send(page.form("/staff/dispatch"), note="x" * 1_001, **{f"send-{row.id}": "on"})
    assert page.status == 422
    assert page.form("/staff/dispatch").fields[f"send-{row.id}"] == "on"
    assert house.count(t.certificates, t.certificates.c.dispatched_at.is_not(None)) == 0


# -- roles -----------------------------------------------------------------------------------------------------------


def test_M03_M11_a_role_is_given_and_taken_with_reason_and_by_whom(stranger: Visit, house: House) -> None:
    stranger.sign_in(SUPPORT)
    staff = house.person("staff")
    page = stranger.get("/staff/accounts?q=oakvale")
    assert "staff@people.invalid" in page.words
    assert "morgan@people.invalid" not in page.words
    page = stranger.get(f"/staff/accounts/{staff.id}")
    page = stranger.send(page.form("/give"), role="centre_staff", centre="C2", reason="She moved there")
    assert "The role was given." in page.words
    page = stranger.send(page.form("/give"), role="programme_director", centre="C1", reason="Appointed")
    assert "Programme Director, Oakvale College given Appointed Support" in page.words
    first, second = house.ground.centres["C1"], house.ground.centres["C2"]
    with reading(house.engine) as connection:
        grants = load_person(connection, staff.id).grants
    assert {Grant(Role.CENTRE_STAFF, second), Grant(Role.PROGRAMME_DIRECTOR, first)} <= set(grants)
    page = stranger.send(page.form("/take"), grant=f"programme_director@{first}", reason="By mistake")
    assert "The role was taken away." in page.words
    with reading(house.engine) as connection:
        grants = load_person(connection, staff.id).grants
    assert set(grants) == {Grant(Role.CENTRE_STAFF, first), Grant(Role.CENTRE_STAFF, second)}
    changes = house.rows(t.role_changes, t.role_changes.c.person_id == staff.id)
    assert {(row.role, row.given, row.reason, row.changed_by) for row in changes} == {
        ("centre_staff", True, "She moved there", house.person("support").id),
        ("programme_director", True, "Appointed", house.person("support").id),
        ("programme_director", False, "By mistake", house.person("support").id),
    }
    assert house.count(t.roles_taken, t.roles_taken.c.person == staff.id) == 1


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("role", sorted(set(Role) - AT_A_CENTRE))
def test_M04_no_role_of_the_awarding_body_is_given_or_taken_on_the_portal(
    stranger: Visit, house: House, role: Role
) -> None:
    stranger.sign_in(SUPPORT)
    jules = house.person("jules")
    with house.engine.begin() as connection:
        connection.execute(delete(t.grants).where(t.grants.c.person_id == jules.id))
        held = {"id": "held", "person_id": jules.id, "role": role.value, "centre_id": None}
        connection.execute(t.grants.insert().values(held))
    page = stranger.get(f"/staff/accounts/{jules.id}")
    assert role.words in page.words
    assert f'value="{role.value}' not in page.html, "it cannot be chosen"
    assert not [form for form in page.forms if form.action.endswith("/take")], "nothing to take"
    form = page.form("/give")
    for centre in ("", "C1"):
        answer = stranger.send(form, role=role.value, centre=centre, reason="Needed")
        assert answer.status == 422
        assert "is not given or taken here. Ask whoever operates the service." in answer.words
    form.action = form.action.replace("/give", "/take")
    answer = stranger.send(form, grant=f"{role.value}@", reason="Needed")
    assert answer.status == 422
    assert "is not given or taken here" in answer.words
    for change in (give_role, take_role):
        for grant in (Grant(role), Grant(role, house.ground.centres["C1"])):
            with pytest.raises(KnownError) as refusal:
                change(house.engine, house.person("support"), jules.id, grant, "Needed", house.clock())
            assert refusal.value.code == "role_not_here"
    (row,) = house.rows(t.grants, t.grants.c.person_id == jules.id)
    assert (row.role, house.count(t.role_changes)) == (role.value, 0)


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"role": "centre_staff", "reason": "x"}, "needs a centre"),
        ({"role": "centre_staff", "centre": "Nowhere", "reason": "x"}, "There is no centre"),
        ({"role": "king", "reason": "x"}, "Choose a role"),
        ({"role": "centre_staff", "centre": "C2", "reason": "  "}, "Say why"),
    ],
)
def test_M03_what_cannot_be_a_role_is_refused_in_words(
    stranger: Visit, house: House, typed: dict[str, str], says: str
) -> None:
    stranger.sign_in(SUPPORT)
    before = house.count(t.grants)
    page = stranger.get(f"/staff/accounts/{house.person('staff').id}")
    page = stranger.send(page.form("/give"), **typed)
    assert page.status == 422
    assert says in page.words
    assert (house.count(t.grants), house.count(t.role_changes)) == (before, 0)


@NOT_OF_THE_DATABASE
def test_M04_nobody_gives_roles_to_themselves_and_no_account_is_made_here(
    stranger: Visit, house: House
) -> None:
    support = house.person("support")
    stranger.sign_in(SUPPORT)
    page = stranger.get(f"/staff/accounts/{support.id}")
    assert "This is your own account." in page.words
    assert [form.action for form in page.forms] == ["/sign-out"]
    for change in (give_role, take_role):
        with pytest.raises(KnownError) as refusal:
            change(house.engine, support, support.id, Grant(Role.SUPPORT), "Why not", house.clock())
        assert refusal.value.code == "own_account"
    at_a_centre = Grant(Role.CENTRE_STAFF, house.ground.centres["C1"])
    with pytest.raises(KnownError) as refusal:
        give_role(house.engine, support, "nobody", at_a_centre, "New", house.clock())
    assert refusal.value.code == "person_unknown"
    with pytest.raises(KnownError) as refusal:
        give_role(
            house.engine,
            house.person("quality"),
            support.id,
            Grant(Role.SUPPORT),
            "Not mine to give",
            house.clock(),
        )
    assert refusal.value.code == "not_allowed"


@NOT_OF_THE_DATABASE
def test_M03_whoever_lost_the_role_meanwhile_changes_nothing_more(stranger: Visit, house: House) -> None:
    stranger.sign_in(SUPPORT)
    form = stranger.get(f"/staff/accounts/{house.person('staff').id}").form("/give")
    take_roles(house.engine, SUPPORT, [Grant(Role.SUPPORT)])
    assert stranger.send(form, role="centre_staff", centre="C2", reason="Quick").status == 403
    assert house.count(t.role_changes) == 0


# -- platforms -------------------------------------------------------------------------------------------------------


def test_M43_an_agreement_is_recorded_and_ended_and_links_follow_it(
    stranger: Visit, college: College, house: House
) -> None:
    stranger.sign_in(QUALITY)
    page = stranger.send(stranger.get("/staff/agreements").form("/staff/agreements"), centre="K")
    assert "There is no agreement with this centre." in page.words
    (form,) = [form for form in page.forms if "address" in form.fields]
    page = stranger.send(form, awarding_body="CMI", address="http://k.example", words="As told")
    assert page.status == 422
    assert "This link cannot be used" in page.words
    (form,) = [form for form in page.forms if "address" in form.fields]
    assert form.fields["words"] == "As told"
    page = stranger.send(form, awarding_body="CMI", address="https://k.example/work")
    assert "The agreement is recorded." in page.words
    (row,) = house.rows(t.agreements)
    assert row.recorded_by == house.person("quality").id, "M-11"
    made = college.claim((1, 2, 3))

    def verdict(url: str) -> str:
        return attach_link(
            house.engine,
            college.staff,
            made.request_id,
            "",
            EvidenceKind.LEARNER_WORK,
            url,
            house.clock(),
        ).verdict

    assert verdict("https://k.example/work/1") == "agreed"
    page = stranger.send(page.form("/end"))
    assert "The agreement ends today." in page.words
    assert verdict("https://k.example/work/2") == "not-agreed"
    assert house.rows(t.agreements)[0].ended_by == house.person("quality").id


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"agreed_on": "31.3.2026"}, "A day is written like 2026-03-31."),
        ({"agreed_on": "2026-03-31", "until_on": "2026-03-30"}, "would end before it begins"),
        ({"centre": "Nowhere"}, "There is no centre with the number Nowhere"),
    ],
)
def test_M43_what_is_no_agreement_is_refused_in_words(
    stranger: Visit, college: College, house: House, typed: dict[str, str], says: str
) -> None:
    stranger.sign_in(SUPPORT)
    page = stranger.get("/staff/agreements?centre=K")
    (form,) = [form for form in page.forms if "address" in form.fields]
    values = {"awarding_body": "CMI", "address": "https://k.example", **typed}
    page = stranger.send(form, **values)
    assert page.status == 422
    assert says in page.words
    assert house.count(t.agreements) == 0


# -- contacts and notes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["support", "quality"])
def test_M54_a_contact_with_the_centre_is_noted_and_read_by_both(
    stranger: Visit, house: House, who: str
) -> None:
    stranger.sign_in(f"{who}@people.invalid")
    page = stranger.get("/staff/claims?q=oakvale")
    assert f"/staff/claims/{house.request()}" in page.links
    assert f"/staff/claims/{house.request('R2')}" not in page.links
    page = stranger.get(f"/staff/claims/{house.request()}")
    page = stranger.send(
        page.form("/contacts"), spoke_with="The <quality> nominee", means="Telephone", summary="The dates"
    )
    (row,) = house.rows(t.contact_log)
    assert (row.person_id, row.request_id, row.recorded_at) == (
        house.person(who).id,
        house.request(),
        house.clock(),
    )
    for reader in (SUPPORT, QUALITY):
        stranger.sign_in_again(reader)
        page = stranger.get(f"/staff/claims/{house.request()}")
        assert f"{who.title()} with The <quality> nominee Telephone" in page.words
        assert "&lt;quality&gt;" in page.html
    stranger.sign_in_again("staff@people.invalid")
    centre = f"/centres/{house.ground.centres['C1']}/claims/{house.request()}"
    assert "The dates" not in stranger.get(centre).words, "the log is not the centre's"


@NOT_OF_THE_DATABASE
def test_M52_M54_no_moderator_notes_or_reads_a_contact(house: House) -> None:
    morgan = house.person("morgan")
    with pytest.raises(KnownError):
        log_contact(house.engine, morgan, house.request(), "Ann", "Telephone", "Dates", house.clock())
    with reading(house.engine) as connection, pytest.raises(KnownError):
        contacts_of(connection, morgan, house.request())
    assert house.count(t.contact_log) == 0


@NOT_OF_THE_DATABASE
def test_M54_a_contact_says_with_whom_how_and_what_about(stranger: Visit, house: House) -> None:
    stranger.sign_in(SUPPORT)
    page = stranger.get(f"/staff/claims/{house.request()}")
    page = stranger.send(page.form("/contacts"), spoke_with="Ann", means=" ", summary="Dates")
    assert page.status == 422
    assert "Say whom you spoke with" in page.words
    assert page.form("/contacts").fields["spoke_with"] == "Ann"
    assert stranger.get("/staff/claims/nothing").status == 404
    assert house.count(t.contact_log) == 0


@NOT_OF_THE_DATABASE
def test_M53_support_writes_notes_that_centre_and_moderator_read(stranger: Visit, house: House) -> None:
    stranger.sign_in(SUPPORT)
    page = stranger.get(f"/staff/claims/{house.request()}")
    page = stranger.send(page.form("/notes"), text="We are\r\nlooking into it")
    assert "We are looking into it" in page.words
    device = house.device()
    device.pull()
    assert [body["text"] for body in device.of_kind("note").values()] == ["We are\nlooking into it"]
