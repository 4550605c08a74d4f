"""What claims are made of, beside the ground of every house: centres with a remit, learners, staff, a real scheme."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.domain.acts import SubmitReport
from app.domain.claiming import DraftLine, SavedClaim
from app.domain.moderation import Decision, ModerationRequest, Outcome, RequestState
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.accounts import new_id
from app.service.assignments import assign_moderator
from app.service.database import reading, transact
from app.service.evidence_desk import declare_complete
from app.service.quick import attach_evidence
from app.service.records import load_requests, load_samples
from app.service.saved_claims import save_claim
from app.service.submitting import ClaimRefused, Submitted, submit_claim
from tests.service.ground import PDF, House, all_evidence

UNITS = {"601": 6, "602": 6, "603": 6, "604": 7}
"""Credits by unit; the qualification needs 18."""

ASSESSOR = "Ann Assessor"


class College:
    """A centre that claims: approved for one qualification of a real scheme, with learners registered for it."""

    def __init__(self, house: House, name: str = "K", learners: int = 12, nation: str = "england") -> None:
        self.house = house
        self.name = name
        self.centre_id = new_id()
        self.qualification_id = new_id()
        self.code = f"CMI-{name}"
        self.learners = tuple(f"{name}{place:03}" for place in range(1, learners + 1))
        self.staff = Person(new_id(), f"{name.lower()}@people.invalid", f"Staff of {name}", ())
        self._lay(nation)

    def taken(self) -> int:
        """How many learner-units of this centre are claimed."""
        claimed, learners = t.claimed_units, t.learners
        mine = select(learners.c.id).where(learners.c.centre_id == self.centre_id)
        return self.house.count(claimed, claimed.c.learner_id.in_(mine))

    def _lay(self, nation: str) -> None:
        def lay(connection: Connection) -> None:
            connection.execute(
                insert(t.centres).values(
                    id=self.centre_id,
                    number=self.name,
                    name=f"{self.name} College",
                    nation=nation,
                    partner_type="direct_delivery",
                )
            )
            connection.execute(
                insert(t.qualifications).values(
                    id=self.qualification_id,
                    code=self.code,
                    title=f"Diploma of {self.name}",
                    awarding_body="CMI",
                    level=5,
                    credits_required=18,
                )
            )
            connection.execute(
                insert(t.units),
                [
                    {
                        "id": f"{self.name}-{code}",
                        "qualification_id": self.qualification_id,
                        "code": code,
                        "title": f"Unit {code}",
                        "credits": credits,
                    }
                    for code, credits in UNITS.items()
                ],
            )
            connection.execute(
                insert(t.learners),
                [
                    {"id": number, "number": number, "name": f"Learner {number}", "centre_id": self.centre_id}
                    for number in self.learners
                ],
            )
            connection.execute(
                insert(t.registrations),
                [
                    {
                        "id": new_id(),
                        "learner_id": number,
                        "qualification_id": self.qualification_id,
                        "registered_on": date(2025, 9, 1),
                    }
                    for number in self.learners
                ],
            )
            connection.execute(
                insert(t.remits).values(
                    id=new_id(),
                    centre_id=self.centre_id,
                    qualification_id=self.qualification_id,
                    approved_on=date(2020, 1, 1),
                )
            )
            connection.execute(
                insert(t.persons).values(
                    id=self.staff.id, email=self.staff.email, name=self.staff.name, password_hash="-"
                )
            )
            connection.execute(
                insert(t.grants).values(
                    id=new_id(),
                    person_id=self.staff.id,
                    role=Role.CENTRE_STAFF.value,
                    centre_id=self.centre_id,
                )
            )

        transact(self.house.engine, lay)
        self.staff = Person(
            self.staff.id,
            self.staff.email,
            self.staff.name,
            (Grant(Role.CENTRE_STAFF, self.centre_id),),
        )

    # -- claiming ------------------------------------------------------------------------------------------------

    def lines(self, learners: Iterable[int], units: Sequence[str] = ("601",)) -> tuple[DraftLine, ...]:
        """Each of these learners (from 1) with each of these units."""
        return tuple(
            DraftLine(self.learners[place - 1], unit, ASSESSOR, "Met") for place in learners for unit in units
        )

    def save(self, lines: Iterable[DraftLine], **changes: Any) -> SavedClaim:
        values = {"centre_id": self.centre_id, "qualification_id": self.qualification_id, **changes}
        return save_claim(
            self.house.engine, self.staff, SavedClaim(lines=tuple(lines), **values), self.house.clock()
        )

    def submit(self, lines: Iterable[DraftLine], **changes: Any) -> Submitted:
        """Saves and submits a claim, at the house's time."""
        claim = self.save(lines, **changes)
        return submit_claim(self.house.engine, self.staff, claim.id, self.house.clock())

    def claim(self, learners: Iterable[int], units: Sequence[str] = ("601",)) -> Submitted:
        return self.submit(self.lines(learners, units))

    # -- moderating ----------------------------------------------------------------------------------------------

    def bring_evidence(self, request_id: str) -> None:
        """All evidence at once, declared complete; the request is Morgan's from then on."""
        number = self.request(request_id).number
        attach_evidence(self.house.engine, self.house.blobs, number, all_evidence(number), self.house.clock())
        declare_complete(self.house.engine, self.staff, request_id, self.house.clock())
        assign_moderator(self.house.engine, number, self.house.person("morgan").email)

    def judge(self, request_id: str, *decisions: Decision) -> tuple[str, ...]:
        """A decision for each sample in turn, the last one for all that are left; ids of the judgements."""
        acts = []
        for place, sample_id in enumerate(self.samples(request_id)):
            decision = decisions[min(place, len(decisions) - 1)] if decisions else Decision.AGREED
            deed = self.house.judgement(
                1,
                decision,
                request_id=request_id,
                sample_id=sample_id,
                supersedes=self.standing(sample_id),
            )
            acts.append(self.house.act(deed))
        outcomes = {outcome.outcome for outcome in self.house.push(*acts)}
        assert outcomes <= {"applied", "held"}, outcomes
        return tuple(act.id for act in acts)

    def standing(self, sample_id: str) -> tuple[str, ...]:
        """The judgements that a new one of this sample replaces."""
        rows = self.house.rows(t.judgements, t.judgements.c.sample_id == sample_id)
        replaced = {identifier for row in rows for identifier in row.supersedes}
        return tuple(row.id for row in rows if row.id not in replaced)

    def report(self, request_id: str, judgement_ids: Sequence[str], outcome: Outcome) -> str:
        """Hands in a report; the outcome of the act."""
        pdf = PDF + request_id.encode()
        deed = SubmitReport(
            request_id, outcome, "As it is.", tuple(judgement_ids), pdf, hashlib.sha256(pdf).hexdigest()
        )
        act = self.house.act(deed, base_rev=self.house.head())
        return self.house.push(act)[0].outcome

    def accept(self, request_id: str) -> None:
        """Evidence, judgements and a report that accepts."""
        self.bring_evidence(request_id)
        self.accept_in_moderation(request_id)

    def accept_in_moderation(self, request_id: str) -> None:
        assert self.report(request_id, self.judge(request_id), Outcome.ACCEPTED) == "applied"

    def reject(self, request_id: str, *decisions: Decision) -> None:
        """Evidence, judgements (the first not agreed, if none are given) and a report that rejects."""
        self.bring_evidence(request_id)
        self.reject_in_moderation(request_id, *decisions)

    def reject_in_moderation(self, request_id: str, *decisions: Decision) -> None:
        ids = self.judge(request_id, *(decisions or (Decision.NOT_AGREED, Decision.AGREED)))
        assert self.report(request_id, ids, Outcome.REJECTED) == "applied"

    # -- looking -------------------------------------------------------------------------------------------------

    def request(self, request_id: str) -> ModerationRequest:
        with reading(self.house.engine) as connection:
            return load_requests(connection, [request_id])[0]

    def state(self, request_id: str) -> RequestState:
        return self.request(request_id).state

    def samples(self, request_id: str) -> tuple[str, ...]:
        with reading(self.house.engine) as connection:
            return tuple(sample.id for sample in load_samples(connection, [request_id]))

    def sampled_learners(self, request_id: str) -> tuple[str, ...]:
        with reading(self.house.engine) as connection:
            return tuple(sample.learner_number for sample in load_samples(connection, [request_id]))

    def certificated(self) -> set[str]:
        """Numbers of the learners who have a certificate."""
        own = t.certificates.c.qualification_id == self.qualification_id
        return {row.learner_id for row in self.house.rows(t.certificates, own)}

    def mails(self, request_id: str) -> set[str]:
        """The kinds of the mails about a request."""
        return {row.kind for row in self.house.rows(t.mails, t.mails.c.request_id == request_id)}

    def later(self, days: float) -> None:
        """So many days go by."""
        self.house.clock.now += timedelta(days=days)


def refused(work: Callable[[], object]) -> ClaimRefused:
    """The refusal of a claim that must not be taken."""
    with pytest.raises(ClaimRefused) as refusal:
        work()
    return refusal.value


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
