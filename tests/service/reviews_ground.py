"""Quality reviews to test in: two reviewers, a consortium of three centres of which two have learners of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.catalogue.frameworks import framework_for
from app.domain.acts import Act
from app.domain.people import Person
from app.domain.review_deeds import (
    AddVisitEvidence,
    AgreeDate,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    ReviewDeed,
    SubmitVisitReport,
)
from app.domain.review_terms import Level, MeetingKind, ReviewKind, Source
from app.domain.reviewing import codes_to_judge, proposed_level, proposes_block, review_outcome
from app.domain.reviews import PlannedAction, QualityJudgement, Review
from app.domain.superseding import current
from app.service import tables as t
from app.service.accounts import new_id, person_by_email
from app.service.database import reading
from app.service.importer import import_folder
from app.service.review_records import load_quality_judgements, load_reviews
from app.service.reviews import allocate_review
from app.wire.acts import act_message
from app.wire.messages import OutcomeMessage, Push
from tests.service.ground import PDF, Device, House

BODY = "Pearson"
YEAR = 2026
TODAY = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
"""A Tuesday in early November."""

_CSV = {
    "centres.csv": "number,name,nation,partner_type\nC3,Wrenfield School,england,direct_delivery\n",
    "qualifications.csv": f"code,title,awarding_body,level,credits_required\nB3,Diploma,{BODY},3,120\n",
    "registrations.csv": "learner_number,qualification_code,registered_on\n"
    "A1,B3,2026-09-01\nB1,B3,2026-09-01\n",
    "people.csv": "email,name,role,centre_number\n"
    "robin@people.invalid,Robin,reviewer,\nsam@people.invalid,Sam,reviewer,\n"
    "head@people.invalid,Hana,head_of_centre,C1\n",
    "consortia.csv": "consortium,awarding_body,centre_number,joined_on,left_on\n"
    + "".join(f"The Ring,{BODY},C{n},2024-09-01,\n" for n in (1, 2, 3)),
}


class Reviewing:
    """A house with reviews. ``review_id``: of C1's review from the desk, which Robin has."""

    def __init__(self, house: House, folder: Path, kind: ReviewKind = ReviewKind.DESK_TOP) -> None:
        self.house = house
        house.clock.now = TODAY
        self._folder = folder / "reviews"
        self.bring(**{name.removesuffix(".csv"): text for name, text in _CSV.items()})
        self.framework = framework_for(BODY, YEAR)
        self.robin = self.person("robin@people.invalid")
        self.sam = self.person("sam@people.invalid")
        self.head = self.person("head@people.invalid")
        self.quality = house.person("quality")
        self.review_id = self.allocate(kind=kind).id

    def bring(self, **files: str) -> None:
        """Imports CSV files by their names."""
        self._folder.mkdir(exist_ok=True)
        for path in self._folder.iterdir():
            path.unlink()
        for name, text in files.items():
            (self._folder / f"{name}.csv").write_text(text, encoding="utf-8")
        import_folder(self.house.engine, self._folder, self.house.clock())

    def person(self, email: str) -> Person:
        with reading(self.house.engine) as connection:
            found = person_by_email(connection, email)
        assert found is not None
        return found

    def allocate(
        self,
        centre: str = "C1",
        year: int = YEAR,
        kind: ReviewKind = ReviewKind.DESK_TOP,
        reviewer: str = "robin@people.invalid",
        by: Person | None = None,
    ) -> Review:
        centre_id = self.centre(centre)
        return allocate_review(
            self.house.engine, by or self.quality, centre_id, BODY, year, kind, reviewer, self.house.clock()
        )

    def centre(self, number: str) -> str:
        with reading(self.house.engine) as connection:
            table = t.centres
            return str(connection.scalar(select(table.c.id).where(table.c.number == number)))

    @property
    def review(self) -> Review:
        return self.load(self.review_id)

    def load(self, review_id: str) -> Review:
        with reading(self.house.engine) as connection:
            (review,) = load_reviews(connection, [review_id])
        return review

    @property
    def judgements(self) -> list[QualityJudgement]:
        with reading(self.house.engine) as connection:
            return load_quality_judgements(connection, [self.review_id])

    # -- acts ----------------------------------------------------------------------------------------------------

    def act(self, deed: ReviewDeed, who: Person | None = None, **changes: Any) -> Act:
        """An act made with everything seen that there is now, and standing on all of it."""
        head = self.house.head()
        act = Act(
            id=new_id(),
            device_id="device-1",
            author_id=(who or self.robin).id,
            seen=head,
            base_rev=head,
            recorded_at=self.house.clock(),
            deed=deed,
        )
        return replace(act, **changes)

    def push(self, *acts: Act, who: Person | None = None) -> list[OutcomeMessage]:
        push = Push(device_id="device-1", acts=[act_message(act) for act in acts])
        return self.house.desk.answer(who or self.robin, push).outcomes

    def do(self, *deeds: ReviewDeed, who: Person | None = None) -> list[str]:
        """Pushes acts of these deeds; every outcome as ``outcome code``, or just the outcome."""
        outcomes = self.push(*(self.act(deed, who) for deed in deeds), who=who)
        return [f"{item.outcome} {item.code}".strip() for item in outcomes]

    def device(self, who: Person, device_id: str = "device-1") -> Device:
        device = Device(self.house, who, device_id)
        device.pull()
        return device

    # -- deeds ---------------------------------------------------------------------------------------------------

    def contact(self) -> LogNomineeContact:
        return LogNomineeContact(self.review_id, "Nominee Nora", "telephone", "I introduced myself.")

    def declaration(self, *, member: bool = True) -> DeclareConsortium:
        return DeclareConsortium(self.review_id, member, "The Ring" if member else "", "As they told me.")

    def quality_of(self, code: str, level: Level = Level.MET, **changes: Any) -> RecordQuality:
        action = PlannedAction(new_id(), f"Mend {code}.", True, "Nora", date(2027, 1, 15))
        needs = level in (Level.PARTLY_MET, Level.NOT_MET)
        values: dict[str, Any] = {
            "review_id": self.review_id,
            "code": code,
            "level": level,
            "reason": "",
            "commentary": f"What I saw of {code}.",
            "cites": (),
            "actions": (action,) if needs else (),
        }
        return RecordQuality(**(values | changes))

    def again(self, code: str, level: Level, **changes: Any) -> RecordQuality:
        """Another judgement in place of the one that stands, on the same evidence."""
        (stands,) = current(item for item in self.judgements if item.code == code)
        return self.quality_of(code, level, cites=stands.cites, supersedes=(stands.id,), **changes)

    def evidence(self, code: str = "QO.1.1", **changes: Any) -> AddVisitEvidence:
        values: dict[str, Any] = {
            "review_id": self.review_id,
            "code": code,
            "source": Source.VERBAL,
            "text": f"Nora told me about {code}.",
        }
        return AddVisitEvidence(**(values | changes))

    def decide_scope(self, *, member: bool = True, approved: bool = True) -> None:
        """The nominee is spoken with and answers; the quality team decides about a membership (Q-17 to Q-19)."""
        assert set(self.do(self.contact(), self.declaration(member=member))) == {"applied"}
        if member:
            reason = "" if approved else "There is no approved arrangement."
            assert self.do(DecideScope(self.review_id, approved, reason), who=self.quality) == ["applied"]

    def visit(self, on: date) -> None:
        """The visit with all whom the reviewer must meet (Q-23, Q-24)."""
        began = datetime(on.year, on.month, on.day, 9, 0, tzinfo=UTC)
        later = began.replace(hour=15)

        def meeting(kind: MeetingKind, who: str, **more: Any) -> RecordMeeting:
            return RecordMeeting(self.review_id, kind, who, "", began, later, **more)

        assert set(
            self.do(
                AgreeDate(self.review_id, on),
                meeting(MeetingKind.NOMINEE, "Nora", throughout=True),
                meeting(MeetingKind.EXAMS_OFFICER, "Edda"),
            )
        ) == {"applied"}

    def judge_all(self, levels: dict[str, Level] | None = None) -> None:
        """Every measure in scope is judged and rests on evidence: met, or as said; each objective as they propose."""
        deeds: list[Act] = []
        given = levels or {}
        for code in codes_to_judge(self.framework, self.review):
            noted = self.act(self.evidence(code))
            if self.framework.measure(code) is None:
                below = (given[measure] for measure in given if measure.startswith(f"{code}."))
                judged = self.quality_of(code, proposed_level(below) or Level.MET, actions=())
            else:
                judged = self.quality_of(code, given.get(code, Level.MET))
            deeds += [noted, self.act(replace(judged, cites=(noted.id,)))]
        assert {outcome.outcome for outcome in self.push(*deeds)} == {"applied"}

    def report(self, version: int = 1, **changes: Any) -> SubmitVisitReport:
        """The report that states what stands now."""
        standing = current(self.judgements)
        pdf = PDF + str(version).encode() + b"\n%%EOF\n"
        values: dict[str, Any] = {
            "review_id": self.review_id,
            "version": version,
            "changes": "A word was wrong." if version > 1 else "",
            "outcome": review_outcome(self.framework, standing),
            "summary": "As it should be.",
            "propose_block": proposes_block(self.framework, standing),
            "judgement_ids": tuple(item.id for item in standing),
            "pdf": pdf,
            "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        }
        return SubmitVisitReport(**(values | changes))

    def complete(self, levels: dict[str, Level] | None = None) -> None:
        """A whole review in reduced scope, from the first talk to its report."""
        self.decide_scope()
        self.judge_all(levels)
        assert self.do(self.report()) == ["applied"]


def told(reviewing: Reviewing, kind: str) -> list[str]:
    """To whom e-mails of a kind were written, in order."""
    rows: Iterable[Any] = reviewing.house.rows(t.mails, t.mails.c.kind == kind)
    return sorted(row.to_address.partition("@")[0] for row in rows)
