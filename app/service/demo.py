"""The demonstration: invented centres, people and requests in every state, laid around the day of seeding.

The data lies in ``resources/demo``; everything goes through the same doors as real work: the CSV importer, the
operators' functions, and pushed acts for what moderators decided.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from app.domain.acts import Act, Deed, RecordJudgement, SubmitReport
from app.domain.centres import Nation
from app.domain.clocks import add_working_days
from app.domain.dates import LONDON
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    Judgement,
    ModerationRequest,
    Outcome,
    Sample,
    current_judgements,
)
from app.domain.people import Grant, Person, Role
from app.domain.report import gather_report
from app.domain.resources import resources_folder
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id, require_person
from app.service.assignments import assign_moderator, request_id_of
from app.service.blobs import BlobStore
from app.service.claims import (
    Attachment,
    ClaimLine,
    NewRequest,
    attach_evidence,
    declare_evidence_complete,
    open_request,
    write_note,
)
from app.service.database import migrate, open_engine, reading
from app.service.demo_evidence import DemoEvidence
from app.service.importer import import_folder
from app.service.push import PushDesk
from app.service.records import (
    load_evidence,
    load_judgements,
    load_notes,
    load_requests,
    load_samples,
)
from app.wire.acts import act_message
from app.wire.messages import Push


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """Who can sign in to the demonstration, all with the same ``password``."""

    moderator_email: str
    second_moderator_email: str
    quality_manager_email: str
    support_email: str
    centre_staff_email: str
    password: str


def prepare_demo(database_url: str, files_url: str, *, today: date | None = None) -> DemoPeople:
    """Sets up a new database with the demonstration in it. ``today``: London's calendar day unless given."""
    engine = open_engine(database_url)
    try:
        migrate(engine)
        day = today or datetime.now(LONDON).date()
        return seed_demo(engine, BlobStore(files_url), today=day)
    finally:
        engine.dispose()


def seed_demo(engine: Engine, blob_store: BlobStore, *, today: date, password: str = "") -> DemoPeople:
    """Fills a migrated, empty database. Days in the data count in working days from ``today``.

    Without a password one is made up, for a demonstration that others may reach must not have a known one.
    """
    folder = resources_folder() / "demo"
    password = password or secrets.token_urlsafe(9)
    import_folder(engine, folder / "catalogue")
    people = _add_people(engine, folder / "catalogue", password)
    evidence = DemoEvidence(folder / "evidence", folder / "catalogue" / "papers.json")
    for told in _read(folder / "catalogue" / "requests.json"):
        _Request(engine, blob_store, told, people, evidence, today).play()
    return DemoPeople(
        people["morgan"], people["jules"], people["quality"], people["support"], people["centre"], password
    )


def _add_people(engine: Engine, folder: Path, password: str) -> dict[str, str]:
    """Everybody by the key the data knows them by: their e-mail address."""
    with reading(engine) as connection:
        centres = {row.number: row.id for row in connection.execute(select(t.centres))}
    people: dict[str, str] = {}
    for told in _read(folder / "people.json"):
        grants = tuple(
            Grant(Role(role), centres[number] if number else None) for role, number in told["grants"]
        )
        people[told["key"]] = add_user(engine, NewPerson(told["email"], told["name"], password, grants)).email
    return people


class _Request:
    """One request of the data, played from its submission to where it stands today."""

    def __init__(
        self,
        engine: Engine,
        blobs: BlobStore,
        told: dict[str, Any],
        people: dict[str, str],
        evidence: DemoEvidence,
        today: date,
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._told = told
        self._people = people
        self._evidence = evidence
        self._today = today
        self._number = str(told["number"]).format(year=today.year)

    def play(self) -> None:
        told = self._told
        submitted = self._moment(told["submitted"])
        open_request(
            self._engine,
            NewRequest(
                centre_number=told["centre"],
                qualification_code=told["qualification"],
                submitted_on=submitted.date(),
                lines=tuple(
                    ClaimLine(line["learner"], line["unit"], line["assessor"], line["decision"], line["why"])
                    for line in told["lines"]
                ),
                sampling_words=told["sampling"],
                centre_note=told["note"],
                number=self._number,
            ),
        )
        assign_moderator(self._engine, self._number, self._people[told["moderator"]])
        self._attach(submitted)
        if told["complete"] is not None:
            declare_evidence_complete(self._engine, self._number, self._moment(told["complete"]))
        for note in told.get("notes", ()):
            author = self._people[note["by"]]
            write_note(self._engine, self._number, author, note["text"], self._moment(note["day"]))
        for judged in told.get("judged", ()):
            self._judge(judged)
        if "report" in told:
            self._report(told["report"])

    def _attach(self, now: datetime) -> None:
        with reading(self._engine) as connection:
            samples = load_samples(connection, [request_id_of(connection, self._number)])
        chosen: list[Attachment] = self._evidence.for_request(self._told["evidence"], samples)
        chosen += self._evidence.beside(self._told)
        attach_evidence(self._engine, self._blobs, self._number, chosen, now)

    def _judge(self, judged: dict[str, Any]) -> None:
        request, samples, *_ = self._records()
        sample = next(sample for sample in samples if sample.position == judged["sample"])
        deed = RecordJudgement(
            request.id,
            sample.id,
            Decision(judged["decision"]),
            judged.get("rationale", ""),
            tuple(ActionForCentre(text) for text in judged.get("actions", ())),
        )
        self._push(deed, self._moment(judged["day"], hour=14, minute=judged["sample"]))

    def _report(self, told: dict[str, Any]) -> None:
        from app.reports.moderation import render_moderation_report

        request, samples, judgements, person = self._records()
        now = self._moment(told["day"], hour=16)
        current = {judgement.sample_id: judgement for judgement in current_judgements(judgements)}
        with reading(self._engine) as connection:
            notes, evidence = load_notes(connection, [request.id]), load_evidence(connection, [request.id])
        outcome = Outcome(told["outcome"])
        report = gather_report(
            request,
            samples,
            current,
            notes,
            evidence,
            outcome=outcome,
            summary=told["summary"],
            moderator_name=person.name,
            signed_at=now,
        )
        pdf = render_moderation_report(report)
        ids = tuple(judgement.id for judgement in current.values())
        sha256 = hashlib.sha256(pdf).hexdigest()
        self._push(SubmitReport(request.id, outcome, told["summary"], ids, pdf, sha256), now)

    def _push(self, deed: Deed, now: datetime) -> None:
        """The moderator's act, as their desktop would send it, on the day it was done."""
        *_, person = self._records()
        with reading(self._engine) as connection:
            seen = connection.execute(select(t.feed_head.c.n)).scalar_one()
        act = Act(
            id=new_id(),
            device_id="demonstration",
            author_id=person.id,
            seen=seen,
            recorded_at=now,
            deed=deed,
        )
        desk = PushDesk(self._engine, self._blobs, lambda: now)
        (outcome,) = desk.answer(person, Push(device_id="demonstration", acts=[act_message(act)])).outcomes
        if outcome.outcome != "applied":
            raise ValueError(f"the demonstration's data do not fit together: {self._number}: {outcome.says}")

    def _records(self) -> tuple[ModerationRequest, list[Sample], list[Judgement], Person]:
        with reading(self._engine) as connection:
            request_id = request_id_of(connection, self._number)
            (request,) = load_requests(connection, [request_id])
            person = require_person(connection, self._people[self._told["moderator"]])
            return (
                request,
                load_samples(connection, [request_id]),
                load_judgements(connection, [request_id]),
                person,
            )

    def _moment(self, working_days: int, hour: int = 10, minute: int = 0) -> datetime:
        day = add_working_days(self._today, working_days, Nation.ENGLAND)
        return datetime.combine(day, time(hour, minute), LONDON)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
