"""What an answer of the service means: a message that can be read, a refusal in words, or not the service at all."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from app.domain.errors import KnownError
from app.sync.calls import BadAnswer, HttpAnswer
from app.wire.messages import UNREADABLE, FeedLine, Problem

M = TypeVar("M", bound=msgspec.Struct)

_LINES = msgspec.json.Decoder(FeedLine)


class Refused(KnownError):
    """The service (or something in front of it) answered and said no.

    status: the HTTP status. retry_after: seconds it asks to be left alone, or None.
    """

    def __init__(
        self,
        status: int,
        code: str,
        says: str,
        do: str,
        *,
        details: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code, says, do, details=details)
        self.status = status
        self.retry_after = retry_after


def checked(answer: HttpAnswer) -> HttpAnswer:
    """The answer itself if it is a good one. Raises ``Refused`` for a refusal, ``not_the_service`` for a stranger."""
    if answer.status in (200, 202, 204, 206):
        if _is_html(answer):
            raise not_the_service(f"HTTP {answer.status} with a web page")
        return answer
    raise refusal(answer)


def message(answer: HttpAnswer, kind: type[M]) -> M:
    """The message in an answer. Raises as ``checked``, and ``not_the_service`` for what is no such message."""
    try:
        return msgspec.json.decode(checked(answer).body, type=kind)
    except UNREADABLE as error:
        raise not_the_service(f"not a {kind.__name__}: {error}") from error


def refusal(answer: HttpAnswer) -> KnownError:
    """What to tell the person about an answer that is not a good one."""
    if 300 <= answer.status < 400 or (_is_html(answer) and answer.status < 500):
        # A redirect is never followed: the sign-in would travel to wherever it points.
        return not_the_service(f"HTTP {answer.status} {answer.headers.get('location', '')}".strip())
    code, says, do = _by_status(answer.status)
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
        code, says, do = problem.code, problem.says, problem.do
    except UNREADABLE:
        pass
    return Refused(
        answer.status,
        code,
        says,
        do,
        details=f"HTTP {answer.status} {code}",
        retry_after=retry_after(answer),
    )


def retry_after(answer: HttpAnswer) -> float | None:
    """Seconds the service asks to be left alone. A date is measured against the answer's own, never our clock."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text)) if text.isdigit() else _until(text, answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None


def page_lines(answer: HttpAnswer) -> tuple[list[FeedLine], FeedLine]:
    """A page's lines and its end line. Raises ``answer_incomplete`` unless the page is whole."""
    checked(answer)
    try:
        lines = _LINES.decode_lines(answer.body)
    except UNREADABLE as error:
        raise answer_incomplete(str(error)) from error
    if not lines or not lines[-1].end:
        raise answer_incomplete("no end line")
    end = lines.pop()
    if end.count != len(lines) or any(line.end for line in lines):
        raise answer_incomplete(f"{len(lines)} of {end.count} lines")
    if not end.resync and not end.cursor:
        raise answer_incomplete("no cursor")
    return lines, end


def not_the_service(details: str) -> KnownError:
    return KnownError(
        "not_the_service",
        "Something other than the service answered.",
        "If this network asks you to sign in in a web browser first, do that; else check the service's address. "
        "Your work is kept.",
        details=details,
    )


def answer_incomplete(details: str) -> BadAnswer:
    """An answer that broke off or was damaged on its way."""
    return BadAnswer(
        "answer_incomplete",
        "The service's answer broke off on the way.",
        "It is asked for again by itself; nothing was changed.",
        details=details,
    )


def answer_without_end() -> BadAnswer:
    """An answer larger than any message of the service, or one that would be once unpacked."""
    strange = not_the_service("an answer without end")
    return BadAnswer(strange.code, strange.says, strange.do, details=strange.details)


def _is_html(answer: HttpAnswer) -> bool:
    return answer.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml"))


def _until(text: str, date: str) -> float | None:
    wait = (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds()
    return max(0.0, wait)


def _by_status(status: int) -> tuple[str, str, str]:
    if status == 429:
        return (
            "service_busy",
            "The service asks for a pause.",
            "It is tried again by itself; your work is kept.",
        )
    if status in (502, 503, 504):
        return (
            "service_busy",
            "The service is not available just now.",
            "It is tried again by itself; your work is kept.",
        )
    if status >= 500:
        return (
            "service_failed",
            "Something went wrong in the service.",
            "It is tried again by itself; your work is kept.",
        )
    return "service_refused", "The service refused this.", "Your work is kept. Ask the support contact."
