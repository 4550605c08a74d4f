"""Who may do what, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.domain.people import (
    AT_A_CENTRE,
    PERMISSIONS,
    Grant,
    Permission,
    Person,
    Role,
    choose_centre,
    login_name,
    require,
)


@given(st.sampled_from(list(Role)))
def test_M54_only_support_and_quality_manager_may_contact_a_centre(role: Role) -> None:
    person = Person("p", "a@example.invalid", "A", (Grant(role),))
    assert person.may(Permission.CONTACT_CENTRE) == (role in {Role.SUPPORT, Role.QUALITY_MANAGER})


def test_M52_a_moderator_has_no_direct_channel_to_the_centre() -> None:
    assert Permission.CONTACT_CENTRE not in PERMISSIONS[Role.MODERATOR]


@given(st.sampled_from(list(Role)))
def test_M53_every_role_may_write_notes(role: Role) -> None:
    assert Permission.WRITE_NOTES in PERMISSIONS[role]


@given(st.sampled_from(list(Role)))
def test_M55_only_the_moderator_decides(role: Role) -> None:
    assert (Permission.JUDGE_SAMPLES in PERMISSIONS[role]) == (role is Role.MODERATOR)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.SET_RISK, {Role.QUALITY_MANAGER}),  # M-25
        (Permission.SET_SANCTIONS, {Role.QUALITY_MANAGER}),  # D-7
        (Permission.RELEASE_HOLDS, {Role.QUALITY_MANAGER}),  # M-57, M-69
        (Permission.EXTEND_TIME, {Role.QUALITY_MANAGER}),  # M-51
        (Permission.RECORD_AGREEMENTS, {Role.QUALITY_MANAGER, Role.SUPPORT}),  # M-43
        (Permission.DISPATCH_CERTIFICATES, {Role.SUPPORT}),  # M-35
        (Permission.MANAGE_ACCOUNTS, {Role.SUPPORT}),  # M-04
        (Permission.CLAIM_FOR_LEARNERS, {Role.CENTRE_STAFF}),
    ],
)
def test_D7_M25_M51_M69_each_decision_is_for_the_roles_it_is_for(
    permission: Permission, roles: set[Role]
) -> None:
    for role in Role:
        person = Person("p", "a@example.invalid", "A", (Grant(role), Grant(role, "c1")))
        assert person.may(permission) == person.may_at(permission, "c1") == (role in roles)


def test_a_right_that_is_missing_is_said_in_words() -> None:
    staff = Person("p", "a@example.invalid", "A", (Grant(Role.CENTRE_STAFF, "c1"),))
    with pytest.raises(KnownError) as refusal:
        require(staff, Permission.CLAIM_FOR_LEARNERS)
    assert refusal.value.code == "not_allowed", "a role at a centre gives nothing for the awarding body"
    assert "qualifications team" in refusal.value.do, "M-05"
    require(Person("p", "a@example.invalid", "A", (Grant(Role.QUALITY_MANAGER),)), Permission.SET_RISK)


def test_M72_the_programme_director_belongs_to_a_centre_and_makes_no_claims() -> None:
    assert Role.PROGRAMME_DIRECTOR in AT_A_CENTRE
    director = Person("p", "a@example.invalid", "A", (Grant(Role.PROGRAMME_DIRECTOR, "c1"),))
    assert director.may_at(Permission.READ_REPORTS, "c1")
    assert not director.may_at(Permission.CLAIM_FOR_LEARNERS, "c1")


def test_M03_a_centre_that_is_not_mine_is_refused() -> None:
    person = Person("p", "a@example.invalid", "A", (Grant(Role.CENTRE_STAFF, "c1"),))
    assert choose_centre(person, "c1") == {Role.CENTRE_STAFF}
    with pytest.raises(KnownError) as error:
        choose_centre(person, "c2")
    assert error.value.code == "not_your_centre"


def test_M03_rights_follow_the_chosen_centre() -> None:
    person = Person(
        "p",
        "a@example.invalid",
        "A",
        (Grant(Role.CENTRE_STAFF, "c1"), Grant(Role.MODERATOR)),
    )
    assert person.may_at(Permission.CLAIM_FOR_LEARNERS, "c1")
    assert not person.may_at(Permission.CLAIM_FOR_LEARNERS, "c2")
    assert not person.may(Permission.CLAIM_FOR_LEARNERS)
    assert not person.may_at(Permission.JUDGE_SAMPLES, "c1")


@pytest.mark.parametrize("text", ["Ada.Byrne@Example.invalid", "  ada.byrne@example.invalid "])
def test_M01_the_login_name_is_the_email_address(text: str) -> None:
    assert login_name(text) == "ada.byrne@example.invalid"


@pytest.mark.parametrize(
    "text", ["", "P123456", "ada@", "@example.invalid", "ada byrne@example.invalid", "a@b"]
)
def test_M01_a_partner_portal_user_name_is_no_login(text: str) -> None:
    with pytest.raises(KnownError) as error:
        login_name(text)
    assert error.value.code == "login_not_email"


@given(st.emails(domains=st.just("example.invalid")))
def test_M01_a_login_name_is_the_same_however_it_is_typed(text: str) -> None:
    assert login_name(login_name(text)) == login_name(text.upper()) == login_name(f" {text} ")
