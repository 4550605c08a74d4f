"""Who may do what, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.domain.people import PERMISSIONS, Grant, Permission, Person, Role, choose_centre, login_name


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
