"""Invented acts and pages of the feed for tests of the stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.domain.acts import Act, AddNote, Deed, RecordJudgement, SubmitReport
from app.domain.moderation import Decision, Outcome
from app.domain.people import Grant, Person, Role
from app.models.held import Page
from app.wire.codec import body_of, root_of
from app.wire.messages import FeedLine, OutcomeMessage
from tests.support.records import NOON

MORGAN = Person(
    "person-1", "morgan.fairweather@example.invalid", "Morgan Fairweather", (Grant(Role.MODERATOR),)
)


@dataclass(frozen=True)
class Signed:
    """What a sign-in brings."""

    service_url: str = "http://127.0.0.1:9"
    person: Person = MORGAN
    device_id: str = "device-1"


class Clock:
    """A clock that goes on by one second each time it is asked."""

    def __init__(self) -> None:
        self.now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def judging(request_id: str = "request-1", sample_id: str = "sample-1", **changes: Any) -> RecordJudgement:
    values: dict[str, Any] = {
        "request_id": request_id,
        "sample_id": sample_id,
        "decision": Decision.AGREED,
        "rationale": "",
        "actions": (),
    }
    return RecordJudgement(**(values | changes))


def noting(text: str = "Please see page 4.", request_id: str = "request-1", sample_id: str = "") -> AddNote:
    return AddNote(request_id, sample_id, text)


def reporting(pdf: bytes = b"%PDF-1.7 invented", request_id: str = "request-1") -> SubmitReport:
    return SubmitReport(request_id, Outcome.ACCEPTED, "All well.", ("act-1",), pdf, "b" * 64)


def act(number: int = 1, deed: Deed | None = None, **changes: Any) -> Act:
    """An act with the id ``act-<number>``; a note on the request unless told otherwise."""
    values: dict[str, Any] = {
        "id": f"act-{number}",
        "device_id": "device-1",
        "author_id": "person-1",
        "seen": 0,
        "recorded_at": NOON,
        "deed": deed or noting(f"note {number}"),
    }
    return Act(**(values | changes))


def outcome(
    number: int = 1, word: str = "applied", code: str = "", says: str = "", n: int = 0
) -> OutcomeMessage:
    return OutcomeMessage(act_id=f"act-{number}", outcome=word, code=code, says=says, n=n)


def put(record: Any, rev: int = 1, **changes: Any) -> FeedLine:
    """The line of the feed that brings a record."""
    kind, body = body_of(record)
    root = root_of(record)
    values: dict[str, Any] = {
        "kind": kind,
        "id": record.id,
        "root": root,
        "rev": rev,
        "body": msgspec.Raw(body),
    }
    return FeedLine(**(values | changes))


def enter(root: str) -> FeedLine:
    return FeedLine(op="enter", root=root)


def leave(root: str) -> FeedLine:
    return FeedLine(op="leave", root=root)


def drop(record: Any, root: str = "") -> FeedLine:
    return FeedLine(op="drop", kind=body_of(record)[0], id=record.id, root=root)


def page(lines: Iterable[FeedLine], cursor: str = "c1", seen: int = 1, **changes: Any) -> Page:
    return Page(list(lines), cursor, seen, **({"more": False} | changes))
