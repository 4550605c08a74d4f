"""A house whose qualifications belong to a known awarding body, whose first centre has a Programme Director."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from app.domain.errors import KnownError
from app.domain.moderation import Decision, ModerationRequest
from app.domain.restrictions import Stop
from app.domain.schemes import all_schemes
from app.service import tables as t
from app.service.database import reading
from app.service.importer import import_folder
from app.service.malpractice import Case, cases
from app.service.records import load_requests
from app.service.standing import stops_for
from tests.service.ground import NOW, House

T = TypeVar("T")

SCHEME = all_schemes()[0]
BODY = SCHEME.awarding_body
TODAY = NOW.date()
DIRECTOR = "director@oakvale.invalid"
WHY = "The same hand in five accounts."

_FILES = {
    "qualifications.csv": "code,title,awarding_body,level,credits_required\n"
    f"Q5,Certificate in Managing,{BODY},5,18\nQ7,Diploma in Leading,{BODY},7,40\n"
    "Q9,Certificate of Others,Another Body,3,12\n",
    "remits.csv": "centre_number,qualification_code,approved_on,withdrawn_on\n"
    "C1,Q5,2025-09-01,\nC1,Q7,2025-09-01,\nC2,Q5,2025-09-01,\n",
    "people.csv": "email,name,role,centre_number\n"
    f"{DIRECTOR},Ada Byrne,programme_director,C1\nelsewhere@strathbeck.invalid,Cy Moss,programme_director,C2\n",
}


def rule(house: House) -> House:
    """Imports what these tests need beside the common ground."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in _FILES.items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        import_folder(house.engine, Path(folder), NOW)
    return house


def ask(house: House, question: Callable[..., T], *arguments: Any) -> T:
    """One question in a transaction of its own."""
    with reading(house.engine) as connection:
        return question(connection, *arguments)


def centre(house: House, number: str = "C1") -> str:
    return house.ground.centres[number]


def qualification(house: House, code: str = "Q5") -> str:
    (row,) = house.rows(t.qualifications, t.qualifications.c.code == code)
    return str(row.id)


def stops(house: House, number: str = "C1", code: str = "Q5") -> tuple[Stop, ...]:
    day = house.clock().date()
    return ask(house, stops_for, centre(house, number), BODY, qualification(house, code), day)


def suspect(house: House, number: str = "R1", name: str = "morgan") -> None:
    """The moderator records a suspicion about the first sample."""
    deed = house.judgement(1, Decision.SUSPECTED_MALPRACTICE, number=number, rationale=WHY)
    (outcome,) = house.push(house.act(deed, name), name=name)
    assert outcome.outcome == "applied"


def the_cases(house: House) -> tuple[Case, ...]:
    return ask(house, cases, house.person("quality"))


def the_request(house: House, number: str = "R1") -> ModerationRequest:
    return ask(house, load_requests, [house.request(number)])[0]


def learners(house: House, number: str = "R1") -> dict[str, str]:
    """Ids of the request's learners by number."""
    with reading(house.engine) as connection:
        rows = connection.execute(
            select(t.learners.c.number, t.learners.c.id)
            .join(t.claim_lines, t.claim_lines.c.learner_id == t.learners.c.id)
            .where(t.claim_lines.c.request_id == house.request(number))
        )
        return {row.number: row.id for row in rows}


def mails(house: House, kind: str) -> list[Any]:
    """The e-mails of a kind, in the order of their addresses."""
    return sorted(house.rows(t.mails, t.mails.c.kind == kind), key=lambda row: row.to_address)


def refused(work: Callable[[], object]) -> str:
    """The code of the refusal that this meets."""
    with pytest.raises(KnownError) as refusal:
        work()
    return refusal.value.code
