"""Links to outside platforms: valid or not, and whether they lie under what was agreed."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.domain.platforms import (
    URL_LIMIT,
    Agreement,
    agreement_among,
    checked_platform,
    checked_url,
    lies_under,
)

AGREED = "https://learning.oakvale.example/portfolios"
TODAY = date(2026, 3, 10)


def agreement(address: str = AGREED, **changes: object) -> Agreement:
    values: dict[str, object] = {
        "id": "a",
        "centre_id": "c",
        "awarding_body": "A Body",
        "address": address,
        "agreed_on": TODAY,
    }
    return Agreement(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        AGREED,
        AGREED + "/",
        AGREED + "/2026/zoe",
        AGREED + "/a%20b?course=5&page=2#top",
        "HTTPS://Learning.Oakvale.EXAMPLE/portfolios/1",
        "https://learning.oakvale.example:443/portfolios/1",
        f"  {AGREED}/1\n",
        AGREED + "/a@b",
        AGREED + "/%7Ezoe",
        "https://learning.oakvale.example/%70ortfolios/1",
    ],
)
def test_M43_a_link_at_or_below_the_agreed_address_is_enough(url: str) -> None:
    assert agreement_among([agreement()], url, TODAY) == agreement()


@pytest.mark.parametrize(
    "url",
    [
        "https://learning.oakvale.example/",
        "https://learning.oakvale.example/portfolio",
        "https://learning.oakvale.example/portfolios2/1",
        "https://learning.oakvale.example/PORTFOLIOS/1",
        "https://learning.oakvale.example//portfolios/1",
        "https://oakvale.example/portfolios",
        "https://evil.learning.oakvale.example/portfolios",
        "https://learning.oakvale.example.evil.example/portfolios",
        "https://learning.oakvale.example:8443/portfolios",
        "https://other.example/?to=https://learning.oakvale.example/portfolios",
        "https://other.example/#https://learning.oakvale.example/portfolios",
    ],
)
def test_M44_a_link_elsewhere_is_not(url: str) -> None:
    assert agreement_among([agreement()], url, TODAY) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "portfolios",
        "learning.oakvale.example/portfolios",
        "http://learning.oakvale.example/portfolios",
        "ftp://learning.oakvale.example/portfolios",
        "javascript://learning.oakvale.example/portfolios",
        "https:learning.oakvale.example/portfolios",
        "https:/learning.oakvale.example/portfolios",
        "https://",
        "https:///portfolios",
        "https://learning.oakvale.example@evil.example/portfolios",
        "https://learning.oakvale.example:x@evil.example/portfolios",
        "https://evil.example\\@learning.oakvale.example/portfolios",
        "https://@learning.oakvale.example/portfolios",
        "https://learning.oakvale.example:99999/portfolios",
        "https://learning.oakvale.example:port/portfolios",
        "https://learning.oakvale.example./portfolios",
        "https://learning..oakvale.example/portfolios",
        "https://-learning.oakvale.example/portfolios",
        "https://learning_oakvale.example/portfolios",
        "https://localhost/portfolios",
        "https://127.0.0.1/portfolios",
        "https://2130706433/portfolios",
        "https://0x7f.0.0.1/portfolios",
        "https://1.0x7f/portfolios",
        "https://[::1]/portfolios",
        "https://learning.oakvale.example/portfolios/../admin",
        "https://learning.oakvale.example/portfolios/..",
        "https://learning.oakvale.example/portfolios/./1",
        "https://learning.oakvale.example/portfolios/%2e%2e/admin",
        "https://learning.oakvale.example/portfolios/.%2E/admin",
        "https://learning.oakvale.example/portfolios/%252e%252e/admin",
        "https://learning.oakvale.example/portfolios/..;/admin",
        "https://learning.oakvale.example/portfolios/..;a=b/admin",
        "https://learning.oakvale.example/portfolios/%2e%2e%3b/admin",
        "https://learning.oakvale.example/portfolios%2f..%2fadmin",
        "https://learning.oakvale.example/portfolios/%2f1",
        "https://learning.oakvale.example/portfolios/%5c1",
        "https://learning.oakvale.example/portfolios\\..\\admin",
        "https://learning.oakvale.example/portfolios/%00",
        "https://learning.oakvale.example/portfolios/%0d%0aa",
        "https://learning.oakvale.example/portfolios/%zz",
        "https://learning.oakvale.example/portfolios/%",
        "https://learning.oakvale.example/port folios",
        "https://learning.oakvale.example/port\nfolios",
        "https://learning.oakvale.exam\tple/portfolios",
        "https://learning.oakvаle.example/portfolios",  # The а is Cyrillic.
        "https://learning。oakvale.example/portfolios",
        "https://learning.oakvale.example／portfolios",
        "https://learning.oakvale.example/port‮folios",
        "https://learning.oakvale.example/\x00",
        "https://learning.oakvale.example/" + "x" * URL_LIMIT,
    ],
)
def test_M45_an_invalid_link_is_refused_with_the_reason(url: str) -> None:
    for ask in (checked_url, checked_platform, lambda text: agreement_among([agreement()], text, TODAY)):
        with pytest.raises(KnownError) as refusal:
            ask(url)
        assert refusal.value.code == "url_invalid"
        assert refusal.value.says.startswith("This link cannot be used: ")


@pytest.mark.parametrize("url", [AGREED + "?course=5", AGREED + "#top", AGREED + "?"])
def test_M43_the_address_of_a_platform_has_no_query(url: str) -> None:
    assert checked_url(url) == url
    with pytest.raises(KnownError):
        checked_platform(url)


def test_M43_an_agreement_holds_in_its_days_only() -> None:
    until = agreement(until_on=TODAY + timedelta(days=1))
    days = [TODAY + timedelta(days=count) for count in (-1, 0, 1, 2)]
    assert [agreement_among([until], AGREED, day) is not None for day in days] == [False, True, True, False]
    ended = agreement(ended_at=datetime(2026, 3, 11, 12, tzinfo=UTC))
    assert [agreement_among([ended], AGREED, day) is not None for day in days] == [False, True, False, False]


def test_M44_without_any_agreement_a_link_alone_is_not_enough() -> None:
    assert agreement_among([], AGREED, TODAY) is None


def test_M43_a_whole_host_may_be_agreed() -> None:
    for address in ("https://learning.oakvale.example", "https://learning.oakvale.example/"):
        assert lies_under(AGREED, address)
        assert not lies_under("https://other.example/portfolios", address)


parts = st.text(st.sampled_from("ab%2.;/\\@:?#eE5cfF_-~"), max_size=24)


@given(parts)
def test_M43_whatever_stands_behind_the_agreed_address_stays_below_it_or_is_refused(tail: str) -> None:
    """As a browser reads the link: its path, dots and all resolved, still begins with the agreed one."""
    url = AGREED + "/" + tail
    try:
        assert lies_under(url, AGREED)
    except KnownError:
        return
    path = url.split("://", 1)[1].split("?", 1)[0].split("#", 1)[0]
    for spelled in ("%2e", "%2E"):
        path = path.replace(spelled, ".")
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    assert steps[:2] == ["learning.oakvale.example", "portfolios"]


@given(st.text(max_size=60) | st.text(max_size=60).map("https://".__add__) | parts.map("https://a.".__add__))
def test_M45_any_text_is_either_a_link_or_refused(text: str) -> None:
    found = ""
    with contextlib.suppress(KnownError):
        found = checked_url(text)
    assert found == "" or (found.isascii() and found.lower().startswith("https://"))
