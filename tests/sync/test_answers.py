"""What is made of answers that are not good ones."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.sync.answers import Refused, checked, message, page_lines, retry_after
from app.sync.calls import HttpAnswer
from app.wire.messages import Hello
from tests.sync.simulated import refusal

HTML = {"content-type": "text/html; charset=utf-8"}


def said(answer: HttpAnswer) -> KnownError:
    with pytest.raises(KnownError) as refused:
        checked(answer)
    return refused.value


def test_the_services_own_words_reach_the_person() -> None:
    error = said(refusal(401, "wrong_password", "E-mail or password is wrong."))
    assert (error.code, error.says, error.do) == (
        "wrong_password",
        "E-mail or password is wrong.",
        "Do this.",
    )


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "service_refused"), (429, "service_busy"), (500, "service_failed"), (503, "service_busy")],
)
def test_a_refusal_without_words_gets_plain_ones(status: int, code: str) -> None:
    error = said(HttpAnswer(status, {"content-type": "text/plain"}, b"no"))
    assert error.code == code
    assert isinstance(error, Refused)
    assert error.status == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_the_service(status: int) -> None:
    error = said(HttpAnswer(status, {"location": "https://elsewhere.example.invalid/"}))
    assert error.code == "not_the_service"
    assert "elsewhere" in error.details


@pytest.mark.parametrize("status", [200, 403])
def test_a_web_page_is_not_the_service(status: int) -> None:
    assert said(HttpAnswer(status, HTML, b"<html>")).code == "not_the_service"


def test_a_gateways_web_page_means_that_the_service_is_away() -> None:
    assert said(HttpAnswer(502, HTML, b"<html>")).code == "service_busy"


def test_an_answer_that_is_no_message_is_not_the_service() -> None:
    with pytest.raises(KnownError) as refused:
        message(HttpAnswer(200, {"content-type": "application/json"}, b'{"hello": "world"}'), Hello)
    assert refused.value.code == "not_the_service"


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("120", "", 120.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "", None),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_without_this_computers_clock(
    header: str, date: str, seconds: float | None
) -> None:
    assert retry_after(HttpAnswer(429, {"retry-after": header, "date": date})) == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"kind": "note", "id": "n"}\n',
        b'{"end": true, "count": 1, "cursor": "c"}\n',
        b'{"kind": "note"}\n{"end": true, "count": 2, "cursor": "c"}\n',
        b'{"end": true, "count": 0, "cursor": "c"}\n{"end": true, "count": 1, "cursor": "c"}\n',
        b'{"kind": "note"}\n{"end": true, "count": 1}\n',
        b'{"kind": "note"}\n{"end": true, "cou',
        b'{"kind": "\xff"}\n{"end": true, "count": 1, "cursor": "c"}\n',
        b'{"body": ' + b"[" * 50_000 + b'}\n{"end": true, "count": 1, "cursor": "c"}\n',
        b'{"rev": 1180591620717411303424}\n{"end": true, "count": 1, "cursor": "c"}\n',
        b'{"rev": -1}\n{"end": true, "count": 1, "cursor": "c"}\n',
    ],
)
def test_a_page_that_is_not_whole_is_no_page(body: bytes) -> None:
    with pytest.raises(KnownError) as refused:
        page_lines(HttpAnswer(200, {}, body))
    assert refused.value.code == "answer_incomplete"


def test_a_whole_page_is_its_lines_and_its_end() -> None:
    lines, end = page_lines(
        HttpAnswer(200, {}, b'{"kind": "note"}\n{"end": true, "count": 1, "cursor": "c"}\n')
    )
    assert [line.kind for line in lines] == ["note"]
    assert end.cursor == "c"
