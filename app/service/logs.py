"""Structured logs on standard error: ids, path templates, status and milliseconds; nobody's name, words or address."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import structlog
from litestar.types import Message, Scope

_log = structlog.get_logger("touchstone.http")

_BEGAN = "touchstone.began"

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"; ".join(
            (
                b"default-src 'none'",
                b"style-src 'self'",
                b"img-src 'self'",
                b"form-action 'self'",
                b"base-uri 'none'",
                b"frame-ancestors 'none'",
            )
        ),
    ),
)


def set_up_logs() -> None:
    """One JSON object per line on standard error, the web server's own warnings included."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at_time"),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up anew each time, for whoever puts another stream in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    server = logging.getLogger("uvicorn")
    server.handlers = [handler]
    server.setLevel(logging.WARNING)
    server.propagate = False


def where_it_broke(error: BaseException) -> list[str]:
    """The places a fault came through, without its message, which may quote what somebody wrote."""
    return [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    ]


async def note_beginning(request: Any) -> None:
    """Remembers when a request began; for its milliseconds."""
    request.scope["state"][_BEGAN] = time.perf_counter()


async def head_and_log(message: Message, scope: Scope) -> None:
    """Puts the security headers on every response, errors included, and writes one line when it begins."""
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    headers += [(name, value) for name, value in SECURITY_HEADERS if name not in present]
    if b"cache-control" not in present:
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = headers
    began = scope["state"].get(_BEGAN)
    _log.info(
        "request",
        method=str(scope.get("method", "")),
        path=scope.get("path_template") or "(no such path)",
        status=message["status"],
        ms=None if began is None else round((time.perf_counter() - began) * 1000, 1),
    )
