"""What happened at the demonstration's centres, played in the order in which it happened, each thing on its day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy import Engine, select

from app.domain.centres import Nation
from app.domain.claiming import DraftLine, SavedClaim
from app.domain.clocks import add_working_days
from app.domain.dates import LONDON
from app.domain.evidence import EvidenceKind
from app.domain.moderation import Sample
from app.domain.people import Person
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.blobs import BlobStore
from app.service.certificates import dispatch_list, mark_dispatched
from app.service.contact_desk import log_contact
from app.service.database import reading
from app.service.decisions import extend
from app.service.demo_evidence import DemoEvidence, Piece
from app.service.demo_moderating import DemoModerator
from app.service.evidence_desk import attach_link, declare_complete, not_applicable
from app.service.hand_in import hand_in
from app.service.notes import write_note
from app.service.records import load_samples
from app.service.saved_claims import save_claim
from app.service.submitting import resubmit, submit_claim
from app.service.tick import tick

_Deed = Callable[[datetime], object]
"""What is done at a moment that it is told."""

_Timed = Iterable[tuple[datetime, _Deed]]

_TICKS = (-20, 0)
"""Days on which the clock's work is done; a running service does it every minute."""

_LOOKS_AT_ONCE = 2
"""Files that are looked into at the same time, as the service allows."""


@dataclass(order=True, frozen=True)
class _Event:
    """Something that happened. ``place``: its place among all that the data tell, for what happened at one moment."""

    moment: datetime
    place: int
    do: _Deed = field(compare=False)


class Story:
    """Plays claims of ``claims.json``; days in them count in working days from ``today``."""

    def __init__(
        self,
        engine: Engine,
        blobs: BlobStore,
        people: Mapping[str, Person],
        evidence: DemoEvidence,
        today: date,
    ) -> None:
        self.engine = engine
        self.blobs = blobs
        self.people = people
        self.evidence = evidence
        self._today = today

    def play(self, claims: Sequence[Mapping[str, Any]], beside: _Timed = ()) -> None:
        """Everything in the order of time, so that numbers, quarters and the feed come out as they would have.

        beside: what else happened meanwhile.
        """
        told: list[tuple[datetime, _Deed]] = [
            (self.moment(day, 6), partial(tick, self.engine)) for day in _TICKS
        ]
        for claim in claims:
            told += _Claim(self, claim).events()
        told += beside
        for event in sorted(_Event(moment, place, do) for place, (moment, do) in enumerate(told)):
            event.do(event.moment)

    def moment(self, working_days: int, hour: int = 10, minute: int = 0) -> datetime:
        """A time of day, in London, so many of England's working days from today."""
        return datetime.combine(self.day(working_days), time(hour, minute), LONDON)

    def day(self, working_days: int) -> date:
        """So many of England's working days from today."""
        return add_working_days(self._today, working_days, Nation.ENGLAND)

    def id_of(self, table: Any, column: str, value: str) -> str:
        """The id of a centre or a qualification by its number or code."""
        with reading(self.engine) as connection:
            return str(connection.execute(select(table.c.id).where(table.c[column] == value)).scalar_one())


class _Claim:
    """One claim of the data, from the day on which it was saved to where it stands today."""

    def __init__(self, story: Story, told: Mapping[str, Any]) -> None:
        self._story = story
        self._told = told
        self._staff = story.people[told["by"]]
        self._request_id = ""

    def events(self) -> _Timed:
        """When what was done, not in order."""
        told, at = self._told, self._story.moment
        if "saved" in told:
            yield at(told["saved"], 16), self._save
            return
        hour = told.get("hour", 10)
        yield at(told["submitted"], hour), self._submit
        if "moderator" not in told:
            return
        yield at(told["submitted"], hour, 30), partial(self._assign, told["moderator"])
        yield at(told["submitted"], hour, 40), self._send_evidence
        if told["complete"] is not None:
            yield at(told["complete"], 11), self._declare
        yield from self._moderation()
        yield from self._afterwards()

    def _moderation(self) -> _Timed:
        told, at = self._told, self._story.moment
        for minute, note in enumerate(told.get("notes", ())):
            yield at(note["day"], 12, minute), partial(self._note, note)
        for judged in told.get("judged", ()):
            moderator = judged.get("by", told["moderator"])
            yield at(judged["day"], 14, judged["sample"]), partial(self._judge, moderator, judged)
        if "handed_over" in told:
            yield at(told["handed_over"]["day"], 17), partial(self._assign, told["handed_over"]["to"])
        if "extended" in told:
            yield at(told["extended"]["day"], 15), partial(self._extend, told["extended"])
        if "report" in told:
            yield at(told["report"]["day"], 16), partial(self._report, told["report"])

    def _afterwards(self) -> _Timed:
        told, at = self._told, self._story.moment
        if "resubmitted" in told:
            yield at(told["resubmitted"]["day"], 11), partial(self._resubmit, told["resubmitted"])
        if "dispatched" in told:
            yield at(told["dispatched"]["day"], 9), partial(self._dispatch, told["dispatched"])
        for contact in told.get("contacts", ()):
            yield at(contact["day"], 15), partial(self._contact, contact)

    # -- the centre ------------------------------------------------------------------------------------------------

    def _save(self, now: datetime) -> SavedClaim:
        told, story = self._told, self._story
        claim = SavedClaim(
            centre_id=story.id_of(t.centres, "number", told["centre"]),
            qualification_id=story.id_of(t.qualifications, "code", told["qualification"]),
            lines=tuple(DraftLine(*line) for line in told["lines"]),
            note=told["note"],
        )
        return save_claim(story.engine, self._staff, claim, now)

    def _submit(self, now: datetime) -> None:
        saved = self._save(now)
        self._request_id = submit_claim(self._story.engine, self._staff, saved.id, now).request_id

    def _send_evidence(self, now: datetime) -> None:
        """What this claim's sample turned out to need, or, where the data say so, less than that."""
        self._attach(self._story.evidence.for_claim(self._told, self._samples()), now)

    def _attach(self, pieces: Sequence[Piece], now: datetime) -> None:
        # Looking into a file takes a child process; two at once halve the time.
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            list(pool.map(partial(self._attach_one, now=now), pieces))

    def _attach_one(self, piece: Piece, now: datetime) -> None:
        engine, request_id = self._story.engine, self._request_id
        if piece.not_applicable:
            not_applicable(engine, self._staff, request_id, piece.kind, piece.not_applicable, now)
        elif piece.url:
            attach_link(
                engine, self._staff, request_id, piece.sample_id, piece.kind, piece.url, now, piece.name
            )
        else:
            hand_in(
                engine,
                self._story.blobs,
                self._staff,
                request_id,
                piece.sample_id,
                piece.kind,
                piece.content,
                piece.name,
                now,
            )

    def _declare(self, now: datetime) -> None:
        declare_complete(self._story.engine, self._staff, self._request_id, now)

    def _resubmit(self, told: Mapping[str, Any], now: datetime) -> None:
        returned = self._story.evidence.papers(EvidenceKind.MARKING_SHEET, self._samples()[:1], "new ")
        self._attach(returned, now)
        resubmit(self._story.engine, self._staff, self._request_id, told["note"], now)

    # -- everybody else --------------------------------------------------------------------------------------------

    def _assign(self, moderator: str, now: datetime) -> None:
        assign_moderator(self._story.engine, self._number(), self._story.people[moderator].email, now)

    def _note(self, told: Mapping[str, Any], now: datetime) -> None:
        author = self._story.people[told["by"]]
        if told["by"] == self._told["by"]:
            write_note(self._story.engine, author, self._request_id, told["text"], now)
        else:
            self._moderator(told["by"]).write(told["text"], now)

    def _judge(self, moderator: str, told: Mapping[str, Any], now: datetime) -> None:
        self._moderator(moderator).judge(told, now)

    def _report(self, told: Mapping[str, Any], now: datetime) -> None:
        self._moderator(self._told["moderator"]).report(told["outcome"], told["summary"], now)

    def _extend(self, told: Mapping[str, Any], now: datetime) -> None:
        manager = self._story.people["robin"]
        extend(
            self._story.engine, manager, self._request_id, self._story.day(told["to"]), told["reason"], now
        )

    def _contact(self, told: Mapping[str, Any], now: datetime) -> None:
        author = self._story.people[told["by"]]
        log_contact(
            self._story.engine, author, self._request_id, told["with"], told["means"], told["summary"], now
        )

    def _dispatch(self, told: Mapping[str, Any], now: datetime) -> None:
        with reading(self._story.engine) as connection:
            waiting = dispatch_list(connection)
        ids = [item.id for item in waiting if item.learner_number == told["learner"]]
        mark_dispatched(self._story.engine, self._story.people[told["by"]], ids, told["note"], now)

    def _moderator(self, name: str) -> DemoModerator:
        return DemoModerator(
            self._story.engine, self._story.blobs, self._story.people[name], self._request_id
        )

    def _samples(self) -> list[Sample]:
        with reading(self._story.engine) as connection:
            return load_samples(connection, [self._request_id])

    def _number(self) -> str:
        with reading(self._story.engine) as connection:
            query = select(t.requests.c.number).where(t.requests.c.id == self._request_id)
            return str(connection.execute(query).scalar_one())
