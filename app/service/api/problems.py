"""Every refusal as a ``Problem``: a code for programs, plain words for the person, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy.exc import OperationalError

from app.domain.errors import KnownError
from app.service.errors import Refusal
from app.service.logs import where_it_broke
from app.wire.messages import Problem

_log = structlog.get_logger("touchstone.fault")

REFUSALS = {
    400: ResponseSpec(Problem, description="The message cannot be read or cannot be done."),
    401: ResponseSpec(Problem, description="Not signed in."),
}
"""Refusals that most calls can answer with, for the API's own description."""

_BY_STATUS = {
    400: ("malformed", "The service cannot read this message.", "Update Touchstone and try again."),
    403: ("form_expired", "This page was open for too long.", "Load the page anew and try again."),
    404: ("not_found", "There is nothing here, or nothing you may see.", ""),
    405: ("not_possible", "This cannot be done here.", ""),
    413: (
        "too_large",
        "This message is larger than the service takes at once.",
        "Send fewer entries at a time.",
    ),
}


def problem_of(error: Exception) -> tuple[int, Problem, dict[str, str]]:
    """Status, words and headers for whatever went wrong."""
    match error:
        case Refusal():
            headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return error.status, Problem(code=error.code, says=error.says, do=error.do), headers
        case KnownError(code="service_busy"):
            return 503, Problem(code=error.code, says=error.says, do=error.do), {"Retry-After": "5"}
        case KnownError():
            return 400, Problem(code=error.code, says=error.says, do=error.do), {}
        case SerializationException() | msgspec.MsgspecError():
            return _plain(400)
        case HTTPException():
            return _plain(error.status_code)
        case OperationalError():
            _log.error("database out of reach", fault=type(error.orig).__name__)
            words = Problem(
                code="database_away",
                says="The service cannot reach its data just now.",
                do="Try again in a minute; nothing was lost.",
            )
            return 503, words, {"Retry-After": "30"}
        case _:
            _log.error("fault", fault=type(error).__name__, at=where_it_broke(error))
            words = Problem(
                code="fault",
                says="Something went wrong in the service.",
                do="Your work is kept. Try again later, or tell the support team.",
            )
            return 500, words, {}


def answer_with(
    page: Callable[[Request[Any, Any, Any], int, Problem], Response[Any]],
) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    """The exception handler of the whole application: a Problem for programs, ``page`` for people in a browser."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        status, problem, headers = problem_of(error)
        if request.url.path.startswith(("/api/", "/schema", "/healthz")):
            response: Response[Any] = Response(problem, status_code=status, media_type="application/json")
        else:
            response = page(request, status, problem)
        response.headers.update(headers)
        return response

    return answer


def _plain(status: int) -> tuple[int, Problem, dict[str, str]]:
    code, says, do = _BY_STATUS.get(status, ("refused", "The service refuses this.", ""))
    return status, Problem(code=code, says=says, do=do), {}
