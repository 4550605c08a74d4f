"""A college whose quality review is allocated: its Engagement Document is open, and it has a Head of Centre."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, update

from app.catalogue.frameworks import framework_for
from app.domain.acts import Act, Deed
from app.domain.engagement import ced_content_sha256
from app.domain.people import Grant, Person, Role
from app.domain.review_deeds import DecideScope, DeclareConsortium, LogNomineeContact
from app.domain.review_terms import Level, ReviewKind, ReviewOutcome, ReviewState
from app.domain.reviews import Ced, CedEntry, CedFile, Redeclaration
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id
from app.service.blobs import record_blob
from app.service.ced_records import load_ced_files
from app.service.database import reading, transact
from app.service.engagement_desk import CedFields, KeptCed, kept_ced, save_ced
from app.service.engagement_files import add_ced_file
from app.service.engagement_signing import Signing, as_signed, sign_ced
from app.service.evidence_desk import Taken
from app.service.feed import Changes
from app.service.passwords import Passwords
from app.service.review_records import load_review_root
from app.service.reviews import allocate_review
from app.wire.acts import act_message
from app.wire.messages import Push
from tests.service.claims_ground import College, at
from tests.service.ground import PASSWORD, PDF
from tests.service.portal.evidence_ground import WORK, bring

BODY = "Pearson"
YEAR = 2026
DUE = date(2026, 12, 10)
TODAY = at(2026, 11, 20)
"""A Friday, three weeks before the Engagement Document is due."""


ACTION = "Date every policy, and say when it is reviewed next."


class Engaged:
    """The review of one college, by its framework; ``head`` is the Head of Centre there."""

    def __init__(self, college: College) -> None:
        self.college = college
        self.house = college.house
        self.house.clock.now = TODAY
        self.framework = framework_for(BODY, YEAR)
        name = college.name.lower()
        self.head = add_user(
            self.house.engine,
            NewPerson(
                f"head.{name}@people.invalid",
                f"Head of {college.name}",
                PASSWORD,
                (Grant(Role.HEAD_OF_CENTRE, college.centre_id),),
            ),
        )
        self.reviewer = add_user(
            self.house.engine,
            NewPerson(f"rita.{name}@people.invalid", "Rita Reviewer", PASSWORD, (Grant(Role.REVIEWER),)),
        )
        self._register()
        self.review_id = self.allocate(YEAR)

    def _register(self) -> None:
        """One learner of the college is registered with the awarding body whose reviews these are (Q-02)."""
        qualification_id = new_id()

        def put(connection: Connection) -> None:
            connection.execute(
                insert(t.qualifications).values(
                    id=qualification_id,
                    code=f"BTEC-{self.college.name}",
                    title="Extended Diploma",
                    awarding_body=BODY,
                    level=3,
                    credits_required=180,
                )
            )
            connection.execute(
                insert(t.registrations).values(
                    id=new_id(),
                    learner_id=self.college.learners[0],
                    qualification_id=qualification_id,
                    registered_on=date(2025, 9, 1),
                )
            )

        transact(self.house.engine, put)

    def allocate(self, year: int) -> str:
        """A review of this academic year; its id."""
        return allocate_review(
            self.house.engine,
            self.house.person("quality"),
            self.college.centre_id,
            BODY,
            year,
            ReviewKind.VISIT,
            self.reviewer.email,
            self.house.clock(),
        ).id

    def act(self, deed: Deed, person: Person) -> None:
        """Somebody's desktop records this in the review."""
        act = Act(
            id=new_id(),
            device_id="desk",
            author_id=person.id,
            seen=self.house.head(),
            base_rev=self.house.head(),
            recorded_at=self.house.clock(),
            deed=deed,
        )
        push = Push(device_id="desk", acts=[act_message(act)])
        (outcome,) = self.house.desk.answer(person, push).outcomes
        assert outcome.outcome == "applied", outcome

    def decide_scope(self, *, approved: bool) -> None:
        """The nominee says that the centre is in a consortium, and the quality team decides (Q-17 to Q-19)."""
        contact = LogNomineeContact(self.review_id, "Quentin", "Telephone", "Introduced myself.")
        self.act(contact, self.reviewer)
        declared = DeclareConsortium(self.review_id, member=True, consortium="The Ring", answer="Yes.")
        self.act(declared, self.reviewer)
        reason = "It is approved." if approved else "There is no approved arrangement."
        self.act(DecideScope(self.review_id, approved, reason), self.house.person("quality"))

    def change(self, **values: Any) -> None:
        """The review stands otherwise from now on."""
        transact(
            self.house.engine,
            lambda connection: connection.execute(
                update(t.reviews).where(t.reviews.c.id == self.review_id).values(**values)
            ),
        )

    @property
    def address(self) -> str:
        return f"/centres/{self.college.centre_id}/reviews/{self.review_id}"

    @property
    def document(self) -> str:
        """The address of the Engagement Document."""
        return f"{self.address}/engagement"

    # -- the document --------------------------------------------------------------------------------------------

    def kept(self) -> KeptCed:
        with reading(self.house.engine) as connection:
            return kept_ced(connection, self.review_id)

    def files(self) -> list[CedFile]:
        with reading(self.house.engine) as connection:
            return load_ced_files(connection, [self.review_id])

    def complete(self, *, register_only: bool = False) -> CedFields:
        """Everything that is asked, filled in."""
        asked = self.framework.blocking if register_only else self.framework.objectives
        return CedFields(
            register_only=register_only,
            entries=tuple(CedEntry(item.code, Level.MET, f"How {item.code} is met here.") for item in asked),
            recognition=Redeclaration(True, "A new principal."),
            approvals=Redeclaration(True, ""),
        )

    def fill(self, fields: CedFields | None = None, person: Person | None = None, **changes: Any) -> KeptCed:
        """Saves the document, complete if nothing else is given."""
        fields = replace(fields or self.complete(), **changes)
        return save_ced(
            self.house.engine,
            person or self.college.staff,
            self.review_id,
            fields,
            self.kept().version,
            self.house.clock(),
        )

    def add(self, code: str = "QO.3.4", content: bytes = WORK, name: str = "check.txt") -> Taken:
        """Brings a file and adds it."""
        return add_ced_file(
            self.house.engine,
            self.house.blobs,
            self.college.staff,
            self.review_id,
            code,
            name,
            bring(self.college, content),
            self.house.clock(),
        )

    def content(self) -> str:
        """The hash of what a signature would cover now."""
        ced = as_signed(self.framework, self.kept().ced)
        return ced_content_sha256(self.framework, ced, self.files())

    def sign(self, person: Person | None = None, **changes: Any) -> Ced:
        """The Head of Centre signs what there is."""
        values = {
            "name": "Hanna Head",
            "role": "Head of Centre",
            "password": PASSWORD,
            "content_sha256": self.content(),
            "address": "127.0.0.1",
        }
        passwords = Passwords()
        try:
            return sign_ced(
                self.house.engine,
                passwords,
                person or self.head,
                self.review_id,
                Signing(**{**values, **changes}),
                self.house.clock(),
            )
        finally:
            passwords.close()


def report_with_actions(engaged: Engaged) -> None:
    """The review is complete: two versions of its report, one action that is open and one signed off."""
    engaged.change(
        state=ReviewState.COMPLETE.value, outcome=ReviewOutcome.ACTION_REQUIRED.value, report_version=2
    )
    reviewer = engaged.house.person("jules").id
    number = engaged.kept().review.number

    def put(connection: Connection) -> None:
        for version, changes in ((1, ""), (2, "A date was put right.")):
            pdf = PDF + str(version).encode()
            sha256 = engaged.house.blobs.put_bytes(pdf)
            record_blob(connection, sha256, len(pdf), TODAY)
            connection.execute(
                insert(t.visit_reports).values(
                    id=f"report-{version}",
                    review_id=engaged.review_id,
                    version=version,
                    outcome=ReviewOutcome.ACTION_REQUIRED.value,
                    changes=changes,
                    judgement_ids=[],
                    reviewer_id=reviewer,
                    issued_at=TODAY,
                    pdf_sha256=sha256,
                    pdf_size=len(pdf),
                )
            )
        for place, done in (("open", None), ("done", date(2026, 11, 2))):
            connection.execute(
                insert(t.review_actions).values(
                    id=place,
                    review_id=engaged.review_id,
                    origin=number,
                    code="QO.1.3",
                    text=ACTION if place == "open" else "Tell the staff.",
                    essential=place == "open",
                    owner="Quality nominee",
                    due_on=date(2027, 1, 15),
                    signed_off_on=done,
                    signed_off_by=reviewer if done else None,
                )
            )
        changes = Changes(now=TODAY)
        changes.put(*load_review_root(connection, engaged.review_id))
        changes.publish(connection)

    transact(engaged.house.engine, put)
