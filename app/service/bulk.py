"""Many plain requests, quickly, for measuring: what matters is how many records there are, not what they say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection, Engine, bindparam, select, update

from app.domain.centres import Nation, PartnerType
from app.domain.clocks import moderation_due
from app.domain.dates import london_day
from app.domain.moderation import ModerationRequest, RequestState, Sample
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id, require_person
from app.service.database import migrate, open_engine, transact
from app.service.feed import Changes, lock_requests
from app.service.records import load_samples

SAMPLES_PER_REQUEST = 20
_UNITS = 5
_REQUESTS_AT_ONCE = 250
_REASONS = ("random, seed 81c4", "every assessor", "lowest mark of the group", "highest mark of the group")


def prepare_bulk(database_url: str, *, samples: int, email: str, password: str) -> None:
    """Sets up a new database with one moderator who holds that many samples."""
    engine = open_engine(database_url)
    try:
        migrate(engine)
        add_user(engine, NewPerson(email, "Measuring Moderator", password, (Grant(Role.MODERATOR),)))
        seed_bulk(engine, samples=samples, moderator_email=email)
    finally:
        engine.dispose()


def seed_bulk(engine: Engine, *, samples: int, moderator_email: str, today: date | None = None) -> None:
    """Makes requests of twenty samples each, in moderation and assigned to the moderator."""
    catalogue = _Catalogue(samples, today or london_day(datetime.now(UTC)))

    def begin(connection: Connection) -> Person:
        catalogue.insert(connection)
        return require_person(connection, moderator_email)

    moderator = transact(engine, begin)
    requests = iter(catalogue.requests(samples, moderator))
    while batch := list(islice(requests, _REQUESTS_AT_ONCE)):
        transact(engine, partial(catalogue.insert_requests, batch=batch, moderator=moderator))


def touch_records(engine: Engine, count: int) -> None:
    """Changes that many samples, spread over all of them, as work going on elsewhere would."""

    def touch(connection: Connection) -> None:
        ids = list(connection.scalars(select(t.samples.c.id).order_by(t.samples.c.id)))
        chosen = ids[:: max(1, len(ids) // max(1, count))][:count]
        table = t.samples
        rows = connection.execute(select(table.c.id, table.c.request_id).where(table.c.id.in_(chosen))).all()
        lock_requests(connection, (row.request_id for row in rows))
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values(reason=table.c.reason + ", looked at again"),
            [{"key": row.id} for row in rows],
        )
        changes = Changes()
        touched = {row.id for row in rows}
        of_requests = load_samples(connection, (row.request_id for row in rows))
        changes.put(*(sample for sample in of_requests if sample.id in touched))
        changes.publish(connection)

    transact(engine, touch)


class _Catalogue:
    """One centre, one qualification, its units and learners; and the requests over them."""

    def __init__(self, samples: int, today: date) -> None:
        self._today = today
        self._due = moderation_due(today, Nation.ENGLAND)
        self._centre_id, self._qualification_id = new_id(), new_id()
        self._mark = self._centre_id[-6:].upper()
        self._units = [(new_id(), f"{501 + place}", f"Unit of work {place + 1}") for place in range(_UNITS)]
        self._learners = [
            (new_id(), f"M{self._mark}{place:05}", f"Measured Learner {place}")
            for place in range(-(-samples // _UNITS))
        ]

    def insert(self, connection: Connection) -> None:
        connection.execute(
            t.centres.insert().values(
                id=self._centre_id,
                number=f"M{self._mark}",
                name="Measuring College",
                nation=Nation.ENGLAND.value,
                partner_type=PartnerType.DIRECT_DELIVERY.value,
            )
        )
        connection.execute(
            t.qualifications.insert().values(
                id=self._qualification_id,
                code=f"Q{self._mark}",
                title="Certificate in Measuring",
                awarding_body="Measuring Body",
                level=5,
                credits_required=20,
            )
        )
        units = [
            {
                "id": key,
                "qualification_id": self._qualification_id,
                "code": code,
                "title": title,
                "credits": 5,
            }
            for key, code, title in self._units
        ]
        connection.execute(t.units.insert(), units)
        learners = [
            {"id": key, "number": number, "name": name, "centre_id": self._centre_id}
            for key, number, name in self._learners
        ]
        connection.execute(t.learners.insert(), learners)
        registrations = [
            {
                "id": new_id(),
                "learner_id": key,
                "qualification_id": self._qualification_id,
                "registered_on": self._today,
            }
            for key, _, _ in self._learners
        ]
        connection.execute(t.registrations.insert(), registrations)

    def requests(self, samples: int, moderator: Person) -> Iterator[tuple[ModerationRequest, range]]:
        """The requests, each with its learner-units by their places among all: none is claimed twice (M-22)."""
        for place, first in enumerate(range(0, samples, SAMPLES_PER_REQUEST), start=1):
            own = range(first, min(first + SAMPLES_PER_REQUEST, samples))
            yield self._request(place, len(own), moderator), own

    def _request(self, place: int, samples: int, moderator: Person) -> ModerationRequest:
        return ModerationRequest(
            id=new_id(),
            number=f"B{self._mark}-{place:06}",
            centre_id=self._centre_id,
            centre_number=f"M{self._mark}",
            centre_name="Measuring College",
            nation=Nation.ENGLAND,
            qualification_code=f"Q{self._mark}",
            qualification_title="Certificate in Measuring",
            awarding_body="Measuring Body",
            state=RequestState.IN_MODERATION,
            submitted_on=self._today,
            evidence_complete_on=self._today,
            due_on=self._due,
            moderator_id=moderator.id,
            moderator_name=moderator.name,
            sampling_words="Medium risk, 25 %.",
            samples=samples,
        )

    def insert_requests(
        self, connection: Connection, batch: list[tuple[ModerationRequest, range]], moderator: Person
    ) -> None:
        changes = Changes()
        request_rows, line_rows, sample_rows, taken_rows = [], [], [], []
        for request, own in batch:
            request_rows.append(_request_row(request, self._qualification_id))
            changes.put(request)
            changes.enter(moderator.id, request.id)
            for position, learner_unit in enumerate(own, start=1):
                sample, line, row = self._sample(request, position, learner_unit)
                line_rows.append(line)
                taken_rows.append({name: line[name] for name in ("learner_id", "unit_id", "request_id")})
                sample_rows.append(row)
                changes.put(sample)
        connection.execute(t.requests.insert(), request_rows)
        connection.execute(t.claim_lines.insert(), line_rows)
        connection.execute(t.claimed_units.insert(), taken_rows)
        connection.execute(t.samples.insert(), sample_rows)
        changes.publish(connection)

    def _sample(
        self, request: ModerationRequest, position: int, learner_unit: int
    ) -> tuple[Sample, dict[str, object], dict[str, object]]:
        unit, place = divmod(learner_unit, len(self._learners))
        learner_id, learner_number, learner_name = self._learners[place]
        unit_id, unit_code, unit_title = self._units[unit]
        line_id, reason = new_id(), _REASONS[position % len(_REASONS)]
        sample = Sample(
            id=new_id(),
            request_id=request.id,
            position=position,
            learner_name=learner_name,
            learner_number=learner_number,
            unit_code=unit_code,
            unit_title=unit_title,
            unit_credits=5,
            assessor=f"Assessor {position % 4}",
            assessor_decision="Met, 70 %",
            reason=reason,
        )
        line: dict[str, object] = {
            "id": line_id,
            "request_id": request.id,
            "learner_id": learner_id,
            "unit_id": unit_id,
            "assessor": sample.assessor,
            "assessor_decision": sample.assessor_decision,
        }
        row: dict[str, object] = {
            "id": sample.id,
            "request_id": request.id,
            "claim_line_id": line_id,
            "position": position,
            "reason": reason,
        }
        return sample, line, row


def _request_row(request: ModerationRequest, qualification_id: str) -> dict[str, object]:
    return {
        "id": request.id,
        "number": request.number,
        "centre_id": request.centre_id,
        "qualification_id": qualification_id,
        "state": request.state.value,
        "submitted_on": request.submitted_on,
        "evidence_complete_on": request.evidence_complete_on,
        "due_on": request.due_on,
        "moderator_id": request.moderator_id,
        "sampling_words": request.sampling_words,
        "samples": request.samples,
        "judged": 0,
        "moved_by": "",
    }
