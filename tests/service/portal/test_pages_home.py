"""Where somebody comes to by signing in, and what becomes of the session they had before."""

from __future__ import annotations

import pytest

from app.service import tables as t
from app.service.sessions import COOKIE
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.portal.browsing import PageForm, Visit


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("support", "/staff/claims"),
        ("quality", "/staff/claims"),
        ("morgan", "/centres"),
        ("bothstaff", "/centres"),
    ],
)
@NOT_OF_THE_DATABASE
def test_M02_people_of_the_awarding_body_begin_in_the_staff_area(
    stranger: Visit, name: str, path: str
) -> None:
    assert stranger.sign_in(f"{name}@people.invalid").path == path
    assert stranger.get("/").path == path


def test_M01_signing_in_over_a_session_ends_that_session(stranger: Visit, house: House) -> None:
    page = stranger.sign_in("staff@people.invalid")
    former = stranger.client.cookies[COOKIE]
    typed = {"email": "bothstaff@people.invalid", "password": PASSWORD}
    token = page.form("/sign-out").fields["_csrf_token"]
    again = PageForm("/sign-in", "post", {**typed, "_csrf_token": token})
    wrong = stranger.send(again, password="not the one")
    assert wrong.status == 401
    assert house.count(t.web_sessions) == 1
    assert stranger.get("/").path != "/", "a wrong password ends nothing"
    assert "Choose a centre" in stranger.send(again).words
    (row,) = house.rows(t.web_sessions)
    assert row.person_id == house.person("bothstaff").id
    stranger.client.cookies.clear()
    stranger.client.cookies.set(COOKIE, former)
    assert "<h1>Sign in</h1>" in stranger.get("/").html
