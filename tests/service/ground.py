"""A small invented house to test the service in: two centres, a few people, three requests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, Table, func, select

from app.domain.acts import (
    Act,
    AddNote,
    Deed,
    RecordJudgement,
    SubmitReport,
    WithdrawJudgement,
)
from app.domain.evidence import EvidenceKind
from app.domain.moderation import ActionForCentre, Decision, Outcome
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id
from app.service.application import create_app
from app.service.assignments import assign_moderator
from app.service.blobs import BlobStore
from app.service.database import open_engine, reading
from app.service.importer import import_folder
from app.service.pull import Reader, pull_page
from app.service.push import PushDesk
from app.service.quick import (
    Attachment,
    ClaimLine,
    NewRequest,
    attach_evidence,
    declare_evidence_complete,
    open_request,
)
from app.service.settings import Settings
from app.wire.acts import act_message
from app.wire.messages import ActMessage, FeedLine, OutcomeMessage, Push

PASSWORD = "three words in a row"
NOT_OF_THE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what happens before or after any database is asked; once is enough."""

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
"""A Tuesday, on which the evidence of both requests in moderation was complete."""

LEARNER_WORK = b"An account of what I changed in my team, and what came of it.\n"
PDF = b"%PDF-1.7\n% an invented report\n%%EOF\n"

CSV = {
    "centres.csv": "number,name,nation,partner_type\n"
    "C1,Oakvale College,england,direct_delivery\n"
    "C2,Strathbeck Institute,scotland,direct_delivery\n",
    "qualifications.csv": "code,title,awarding_body,level,credits_required\n"
    "Q5,Certificate in Managing,An Awarding Body,5,18\n",
    "units.csv": "qualification_code,code,title,credits\n"
    "Q5,501,Leading change,6\nQ5,502,Stakeholders,6\nQ5,503,Using information,7\n",
    "learners.csv": "number,name,centre_number\n"
    + "".join(f"A{n},Learner A{n},C1\n" for n in range(1, 7))
    + "".join(f"B{n},Learner B{n},C2\n" for n in range(1, 4)),
    "registrations.csv": "learner_number,qualification_code,registered_on\n"
    + "".join(f"A{n},Q5,2025-09-01\n" for n in range(1, 7))
    + "".join(f"B{n},Q5,2025-09-01\n" for n in range(1, 4)),
}


@dataclass(frozen=True)
class Ground:
    """Who and what there is: people by name, and per request number its id and its samples' ids in order."""

    people: dict[str, Person]
    centres: dict[str, str]
    requests: dict[str, str]
    samples: dict[str, tuple[str, ...]]


def lay_ground(engine: Engine, blobs: BlobStore, folder: Path) -> Ground:
    """Fills a migrated, empty database. Morgan moderates R1 and (waiting for evidence) R3, Jules moderates R2."""
    for name, content in CSV.items():
        (folder / name).write_text(content, encoding="utf-8")
    import_folder(engine, folder)
    with reading(engine) as connection:
        centres = {row.number: row.id for row in connection.execute(select(t.centres))}
    people = {
        name: add_user(engine, NewPerson(f"{name}@people.invalid", name.title(), PASSWORD, grants))
        for name, grants in {
            "morgan": (Grant(Role.MODERATOR),),
            "jules": (Grant(Role.MODERATOR),),
            "quality": (Grant(Role.QUALITY_MANAGER),),
            "support": (Grant(Role.SUPPORT),),
            "staff": (Grant(Role.CENTRE_STAFF, centres["C1"]),),
            "bothstaff": (Grant(Role.CENTRE_STAFF, centres["C1"]), Grant(Role.CENTRE_STAFF, centres["C2"])),
        }.items()
    }
    _open(engine, blobs, "R1", "C1", ("A1", "A2", "A3"), ("A4", "A5"), people["morgan"], complete=True)
    _open(engine, blobs, "R2", "C2", ("B1", "B2"), ("B3",), people["jules"], complete=True)
    _open(engine, blobs, "R3", "C1", ("A6",), (), people["morgan"], complete=False)
    requests: dict[str, str] = {}
    samples: dict[str, tuple[str, ...]] = {}
    with reading(engine) as connection:
        for row in connection.execute(select(t.requests.c.number, t.requests.c.id)):
            requests[row.number] = row.id
            ordered = (
                select(t.samples.c.id).where(t.samples.c.request_id == row.id).order_by(t.samples.c.position)
            )
            samples[row.number] = tuple(connection.scalars(ordered))
    return Ground(people, centres, requests, samples)


def _open(
    engine: Engine,
    blobs: BlobStore,
    number: str,
    centre: str,
    sampled: tuple[str, ...],
    others: tuple[str, ...],
    moderator: Person,
    *,
    complete: bool,
) -> None:
    units = ("501", "502", "503")
    lines = [
        ClaimLine(
            learner, units[place % 3], "An Assessor", "Met", "random, seed 1" if place < len(sampled) else ""
        )
        for place, learner in enumerate((*sampled, *others))
    ]
    open_request(engine, NewRequest(centre, "Q5", NOW.date(), tuple(lines), number=number))
    assign_moderator(engine, number, moderator.email)
    if complete:
        attach_evidence(engine, blobs, number, all_evidence(number), NOW)
        declare_evidence_complete(engine, number, NOW)


def all_evidence(number: str) -> list[Attachment]:
    """Everything D-6 asks for, once for the whole request; only the learner's work differs from request to request."""
    papers = [
        Attachment(kind, f"{kind.value}.txt", f"{kind.value}\n".encode())
        for kind in (
            EvidenceKind.MARKING_SHEET,
            EvidenceKind.ASSIGNMENT_BRIEF,
            EvidenceKind.IQA_RECORD,
            EvidenceKind.SAMPLING_SHEET,
            EvidenceKind.SAMPLING_PLAN,
        )
    ]
    excused = [
        Attachment(kind, not_applicable="There was none.")
        for kind in (
            EvidenceKind.FLEXIBLE_ASSESSMENT,
            EvidenceKind.REASONABLE_ADJUSTMENT,
            EvidenceKind.SPECIAL_CONSIDERATION,
        )
    ]
    work = Attachment(EvidenceKind.LEARNER_WORK, "work.txt", LEARNER_WORK + number.encode())
    return [work, *papers, *excused]


class Clock:
    """A clock that tells what it was set to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class House:
    """One service over a database of its own, with what tests ask of it."""

    def __init__(self, database_url: str, files_url: str, ground: Ground) -> None:
        self.database_url = database_url
        self.files_url = files_url
        self.ground = ground
        self.clock = Clock()
        self.engine = open_engine(database_url)
        self.blobs = BlobStore(files_url)
        self.desk = PushDesk(self.engine, self.blobs, self.clock)

    def close(self) -> None:
        self.engine.dispose()

    @property
    def settings(self) -> Settings:
        return Settings(self.database_url, self.files_url, port=0, clock=self.clock)

    def client(self) -> TestClient[Any]:
        return TestClient(create_app(self.settings))

    def person(self, name: str) -> Person:
        return self.ground.people[name]

    def request(self, number: str = "R1") -> str:
        return self.ground.requests[number]

    def sample(self, position: int, number: str = "R1") -> str:
        return self.ground.samples[number][position - 1]

    def head(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(select(t.feed_head.c.n)).scalar_one())

    def count(self, table: Table, *conditions: Any) -> int:
        with reading(self.engine) as connection:
            return int(
                connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
            )

    def rows(self, table: Table, *conditions: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).where(*conditions)))

    # -- acts ----------------------------------------------------------------------------------------------------

    def act(self, deed: Deed, name: str = "morgan", **changes: Any) -> Act:
        """An act by this person, made with everything seen that there is now; a report stands on all of it."""
        act = Act(
            id=new_id(),
            device_id="device-1",
            author_id=self.person(name).id,
            seen=self.head(),
            recorded_at=NOW,
            deed=deed,
        )
        if isinstance(deed, SubmitReport):
            act = replace(act, base_rev=act.seen)
        return replace(act, **changes)

    def judgement(
        self, position: int = 1, decision: Decision = Decision.AGREED, **changes: Any
    ) -> RecordJudgement:
        number = changes.pop("number", "R1")
        values: dict[str, Any] = {
            "request_id": self.request(number),
            "sample_id": self.sample(position, number),
            "decision": decision,
            "rationale": "" if decision is Decision.AGREED else "The work does not show it.",
            "actions": (ActionForCentre("Assess it again."),) if decision.needs_action else (),
        }
        return RecordJudgement(**(values | changes))

    def note(self, text: str = "A word to the centre.", number: str = "R1", sample: str = "") -> AddNote:
        return AddNote(self.request(number), sample, text)

    def withdrawal(self, judgement_id: str, position: int = 1, number: str = "R1") -> WithdrawJudgement:
        return WithdrawJudgement(
            self.request(number), self.sample(position, number), judgement_id, "I looked at it again."
        )

    def report(
        self, judgement_ids: tuple[str, ...], outcome: Outcome = Outcome.ACCEPTED, **changes: Any
    ) -> SubmitReport:
        pdf = changes.pop("pdf", PDF)
        values: dict[str, Any] = {
            "request_id": self.request(changes.pop("number", "R1")),
            "outcome": outcome,
            "summary": "As it should be.",
            "judgement_ids": judgement_ids,
            "pdf": pdf,
            "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        }
        return SubmitReport(**(values | changes))

    def push(self, *acts: Act, name: str = "morgan", device_id: str = "device-1") -> list[OutcomeMessage]:
        return self.push_messages(*(act_message(act) for act in acts), name=name, device_id=device_id)

    def push_messages(
        self, *messages: ActMessage, name: str = "morgan", device_id: str = "device-1"
    ) -> list[OutcomeMessage]:
        push = Push(device_id=device_id, acts=list(messages))
        return self.desk.answer(self.person(name), push).outcomes

    def judge_all(self, number: str = "R1", name: str = "morgan") -> tuple[str, ...]:
        """Every sample agreed; the ids of the judgements."""
        acts = [
            self.act(self.judgement(position, number=number), name)
            for position in range(1, len(self.ground.samples[number]) + 1)
        ]
        assert {outcome.outcome for outcome in self.push(*acts, name=name)} == {"applied"}
        return tuple(act.id for act in acts)

    # -- the feed ------------------------------------------------------------------------------------------------

    def device(self, name: str = "morgan", device_id: str = "device-1") -> Device:
        return Device(self, self.person(name), device_id)

    def pull(
        self, cursor: str, name: str = "morgan", device_id: str = "device-1", limit: int = 1 << 20
    ) -> bytes:
        """One page as it is sent, by the house's clock."""
        reader = Reader(self.person(name).id, device_id)
        return pull_page(self.engine, reader, cursor, self.clock(), limit=limit)


class Device:
    """What a device would hold: applies pages as protocol.md says, and nothing more."""

    def __init__(self, house: House, person: Person, device_id: str = "device-1") -> None:
        self._house = house
        self._reader = Reader(person.id, device_id)
        self.cursor = ""
        self.seen = 0
        self.records: dict[tuple[str, str, str], FeedLine] = {}
        self.lines: list[FeedLine] = []

    def pull(self, limit: int = 1 << 20) -> None:
        """Pulls until there is no more; ``lines`` holds what the last walk brought."""
        self.lines = []
        while self.pull_page(limit).more:
            pass

    def pull_page(self, limit: int = 1 << 20) -> FeedLine:
        page = pull_page(self._house.engine, self._reader, self.cursor, self._house.clock(), limit=limit)
        assert page.endswith(b"\n")
        *lines, end = [msgspec.json.decode(line, type=FeedLine) for line in page.splitlines()]
        assert end.end
        assert end.count == len(lines)
        for line in lines:
            self._apply(line)
        self.lines += lines
        self.cursor = end.cursor
        self.seen = end.seen
        return end

    def _apply(self, line: FeedLine) -> None:
        match line.op:
            case "put":
                self.records[line.root, line.kind, line.id] = line
            case "drop":
                self.records.pop((line.root, line.kind, line.id), None)
            case "enter" | "leave":
                self.records = {key: held for key, held in self.records.items() if key[0] != line.root}
            case _:
                raise AssertionError(line.op)

    @property
    def roots(self) -> set[str]:
        return {root for root, _, _ in self.records}

    def of_kind(self, kind: str) -> dict[str, Any]:
        """Bodies of this kind by id."""
        return {
            identifier: msgspec.json.decode(bytes(line.body))
            for (_, found, identifier), line in self.records.items()
            if found == kind
        }

    def content(self) -> dict[tuple[str, str, str], tuple[int, bytes]]:
        return {key: (line.rev, bytes(line.body)) for key, line in self.records.items()}
