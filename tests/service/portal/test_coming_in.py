"""Coming into the portal: signing in, choosing a centre, signing out, and whom it keeps out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import update

from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.accounts import revoke_everything
from app.service.database import transact
from app.service.limits import PER_EMAIL
from app.service.portal.pages import PER_MINUTE
from app.service.sessions import COOKIE, LASTS
from tests.service.ground import NOT_OF_THE_DATABASE, NOW, PASSWORD, House


@pytest.fixture
def browser(house: House) -> Iterator[TestClient[Any]]:
    with house.client() as client:
        yield client


def token_in(page: Any) -> str:
    """The form's own token, without which nothing is taken (CSRF)."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(browser: TestClient[Any], name: str = "staff", password: str = PASSWORD) -> Any:
    form = {
        "email": f"{name}@people.invalid",
        "password": password,
        "_csrf_token": token_in(browser.get("/")),
    }
    return browser.post("/sign-in", data=form)


def centre(house: House, number: str) -> str:
    return house.ground.centres[number]


@NOT_OF_THE_DATABASE
def test_the_first_page_is_a_sign_in_form_that_names_whom_to_ask(browser: TestClient[Any]) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    assert "<h1>Sign in</h1>" in page.text
    assert scheme_for("CMI").contact.words in page.text, "M-05"
    assert "<script" not in page.text
    assert "former system" in page.text, "M-09"


def test_looking_at_the_form_makes_no_session(browser: TestClient[Any], house: House) -> None:
    browser.get("/")
    assert house.count(t.web_sessions) == 0


def test_M02_somebody_of_one_centre_comes_straight_to_it(browser: TestClient[Any], house: House) -> None:
    page = sign_in(browser)
    assert page.status_code == 200
    assert page.url.path == f"/centres/{centre(house, 'C1')}"
    assert "Oakvale College" in page.text
    assert "Strathbeck" not in page.text


def test_M02_somebody_of_two_centres_chooses_without_signing_in_again(
    browser: TestClient[Any], house: House
) -> None:
    page = sign_in(browser, "bothstaff")
    assert "Choose a centre" in page.text
    for number, name in (("C1", "Oakvale College"), ("C2", "Strathbeck Institute")):
        assert f"/centres/{centre(house, number)}" in page.text
        page_of_it = browser.get(f"/centres/{centre(house, number)}").text
        assert f"<strong>{name}</strong>" in page_of_it
        assert "Choose another centre" in page_of_it


def test_M03_a_centre_that_is_not_mine_is_refused_in_words(browser: TestClient[Any], house: House) -> None:
    sign_in(browser)
    answer = browser.get(f"/centres/{centre(house, 'C2')}")
    assert answer.status_code == 403
    assert "You are not associated with this centre." in answer.text
    assert browser.get("/centres/nonsense").status_code == 403


@NOT_OF_THE_DATABASE
def test_a_moderator_finds_no_centre_here(browser: TestClient[Any]) -> None:
    assert "not associated with a centre" in sign_in(browser, "morgan").text


@NOT_OF_THE_DATABASE
def test_a_wrong_password_gets_one_sentence_and_the_form_again(browser: TestClient[Any]) -> None:
    wrong, unknown = sign_in(browser, password="not the one"), sign_in(browser, "nobody")
    for page in (wrong, unknown):
        assert page.status_code == 401
        assert "do not belong together" in page.text
        assert "<h1>Sign in</h1>" in page.text


def test_guessing_is_stopped_here_too(browser: TestClient[Any]) -> None:
    for _ in range(PER_EMAIL):
        assert sign_in(browser, password="not the one").status_code == 401
    page = sign_in(browser)
    assert page.status_code == 429
    assert "Try again in 15 minutes." in page.text
    assert page.headers["retry-after"] == "900"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("token", [None, "", "made up"])
def test_a_form_without_its_token_is_refused(browser: TestClient[Any], token: str | None) -> None:
    browser.get("/")
    form = {"email": "staff@people.invalid", "password": PASSWORD}
    if token is not None:
        form["_csrf_token"] = token
    answer = browser.post("/sign-in", data=form)
    assert answer.status_code == 403
    assert "Load the page anew" in answer.text


def test_signing_out_ends_the_session(browser: TestClient[Any], house: House) -> None:
    page = sign_in(browser)
    session = browser.cookies[COOKIE]
    assert house.count(t.web_sessions) == 1
    out = browser.post("/sign-out", data={"_csrf_token": token_in(page)})
    assert "<h1>Sign in</h1>" in out.text
    assert house.count(t.web_sessions) == 0
    browser.cookies.set(COOKIE, session)
    assert "<h1>Sign in</h1>" in browser.get("/").text


def test_a_session_id_planted_before_sign_in_is_worth_nothing_after(
    browser: TestClient[Any], house: House
) -> None:
    browser.cookies.set(COOKIE, "planted")
    sign_in(browser)
    browser.cookies.clear()
    browser.cookies.set(COOKIE, "planted")
    assert "<h1>Sign in</h1>" in browser.get("/").text


def test_a_session_ends_by_itself_after_a_working_day_of_silence(
    browser: TestClient[Any], house: House
) -> None:
    sign_in(browser)
    house.clock.now = NOW + LASTS - timedelta(minutes=1)
    assert "Oakvale College" in browser.get("/").text
    house.clock.now += LASTS
    assert "<h1>Sign in</h1>" in browser.get("/").text


def test_revoking_a_person_ends_their_sessions(browser: TestClient[Any], house: House) -> None:
    sign_in(browser)
    assert revoke_everything(house.engine, "staff@people.invalid") == 1
    assert "<h1>Sign in</h1>" in browser.get("/").text


def test_sessions_are_kept_as_hashes_and_known_to_every_copy_of_the_service(
    browser: TestClient[Any], house: House
) -> None:
    sign_in(browser)
    session = browser.cookies[COOKIE]
    (row,) = house.rows(t.web_sessions)
    assert session not in str(row)
    assert row.person_id == house.person("staff").id
    with house.client() as elsewhere:
        elsewhere.cookies.set(COOKIE, session)
        assert "Oakvale College" in elsewhere.get("/").text


def test_what_a_name_holds_is_shown_as_text(browser: TestClient[Any], house: House) -> None:
    transact(house.engine, lambda c: c.execute(update(t.centres).values(name="<script>alert(1)</script>")))
    page = sign_in(browser)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@NOT_OF_THE_DATABASE
def test_a_page_that_does_not_exist_says_so(browser: TestClient[Any]) -> None:
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


@NOT_OF_THE_DATABASE
def test_the_style_is_served_from_here(browser: TestClient[Any]) -> None:
    answer = browser.get("/portal.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text


def partner_type(house: House, kind: str) -> None:
    transact(house.engine, lambda c: c.execute(update(t.centres).values(partner_type=kind)))


def day(year: int, month: int, number: int, hour: int) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "opens", "before", "after"),
    [
        ("direct_delivery", "1 November 2021", day(2021, 10, 31, 23), day(2021, 11, 1, 0)),
        ("dual_accredited", "29 November 2021", day(2021, 11, 28, 23), day(2021, 11, 29, 0)),
    ],
)
def test_M07_before_its_access_date_a_centre_cannot_enter_and_is_told_from_when(
    browser: TestClient[Any], house: House, kind: str, opens: str, before: datetime, after: datetime
) -> None:
    partner_type(house, kind)
    house.clock.now = before
    page = sign_in(browser)
    assert page.status_code == 403
    assert f"Your centre can come in here from {opens}." in page.text
    for way in ("", "/claims/new", "/reports", "/help"):
        assert browser.get(f"/centres/{centre(house, 'C1')}{way}").status_code == 403
    house.clock.now = after
    assert sign_in_again(browser).status_code == 200


def sign_in_again(browser: TestClient[Any]) -> Any:
    browser.cookies.clear()
    return sign_in(browser)


@pytest.mark.parametrize(
    "then",
    [
        "//evil.invalid/claims/1",
        "https://evil.invalid/",
        "/\\evil.invalid",
        "/sign-out",
        "javascript:alert(1)",
        "/claims/x\r\nSet-Cookie: a=b",
    ],
)
@NOT_OF_THE_DATABASE
def test_an_address_to_come_back_to_never_leads_elsewhere(
    browser: TestClient[Any], house: House, then: str
) -> None:
    form = {
        "email": "staff@people.invalid",
        "password": PASSWORD,
        "then": then,
        "_csrf_token": token_in(browser.get("/", params={"then": then})),
    }
    assert 'name="then"' not in browser.get("/", params={"then": then}).text
    answer = browser.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == f"/centres/{centre(house, 'C1')}"


@NOT_OF_THE_DATABASE
def test_a_wrong_password_keeps_the_address_to_come_back_to(browser: TestClient[Any]) -> None:
    form = {
        "email": "staff@people.invalid",
        "password": "not the one",
        "then": "/claims/some-claim",
        "_csrf_token": token_in(browser.get("/")),
    }
    page = browser.post("/sign-in", data=form)
    assert 'name="then" value="/claims/some-claim"' in page.text
    assert 'value="staff@people.invalid"' in page.text


def test_a_form_sent_after_the_session_ended_says_that_the_words_are_not_lost(
    browser: TestClient[Any], house: House
) -> None:
    page = sign_in(browser)
    house.clock.now = NOW + LASTS + LASTS
    answer = browser.post(f"/centres/{centre(house, 'C1')}/claims/new", data={"_csrf_token": token_in(page)})
    assert "You are signed out, so nothing was saved." in answer.text
    assert answer.status_code == 401


@NOT_OF_THE_DATABASE
def test_no_page_is_kept_by_a_browser_and_nothing_in_a_page_may_run(browser: TestClient[Any]) -> None:
    for page in (browser.get("/"), sign_in(browser), browser.get("/nowhere")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in browser.get("/help").headers["content-security-policy"]


@NOT_OF_THE_DATABASE
def test_styles_and_scripts_are_served_and_nothing_else_of_the_folder(browser: TestClient[Any]) -> None:
    assert browser.get("/portal/claim.js").headers["content-type"].startswith("text/javascript")
    assert browser.get("/favicon.svg").headers["content-type"].startswith("image/svg+xml")
    for name in ("page.html", "..%2Fportal%2Fpage.html", "none.js", "%2e%2e%2fclaim.js"):
        assert browser.get(f"/portal/{name}").status_code == 404


@NOT_OF_THE_DATABASE
def test_one_person_cannot_take_the_whole_service(browser: TestClient[Any]) -> None:
    answers = {browser.get("/help").status_code for _ in range(PER_MINUTE)}
    assert answers == {200}
    refused = browser.get("/help")
    assert refused.status_code == 429
    assert "Wait a minute" in refused.text
    assert refused.headers["retry-after"] == "60"
