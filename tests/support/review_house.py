"""A service where a centre's quality review is allocated, and reviewers' laptops beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.domain.people import Grant, Person, Role
from app.domain.review_terms import ReviewKind
from app.domain.reviews import Review
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id
from app.service.application import create_app
from app.service.database import transact
from app.service.engagement_files import add_ced_file
from app.service.evidence_desk import BROWSER
from app.service.feed import Changes
from app.service.reviews import allocate_review
from app.service.settings import Settings
from app.service.uploads import bring_whole
from app.service.uploads_whole import Arriving
from app.workspace.desk import Desk
from app.workspace.entrance import sign_in
from tests.service.ground import PASSWORD, House
from tests.support.keys import FileKeys

BODY = "Pearson"
YEAR = 2025
VISIT_ON = date(2026, 3, 20)


@dataclass(frozen=True)
class ReviewHouse:
    """One review of the first centre, allocated to Robin; Sasha reviews as well."""

    house: House
    review: Review
    robin: Person
    sasha: Person

    def join(self, person: Person) -> None:
        """The review is this reviewer's too."""

        def enter(connection: Connection) -> None:
            changes = Changes(now=self.house.clock())
            changes.enter(person.id, self.review.id)
            changes.publish(connection)

        transact(self.house.engine, enter)

    def upload(self, code: str, name: str, content: bytes) -> None:
        """The centre adds a file to its Engagement Document."""
        house, staff = self.house, self.house.person("staff")
        arriving = Arriving(house.blobs)
        arriving.take(content)
        arrived = arriving.end()
        bring_whole(house.engine, staff, BROWSER, arrived, "", house.clock())
        add_ced_file(
            house.engine, house.blobs, staff, self.review.id, code, name, arrived.sha256, house.clock()
        )


def with_review(house: House) -> ReviewHouse:
    """Registers a learner with the awarding body, adds two reviewers, and allocates the review to the first."""

    def register(connection: Connection) -> None:
        qualification = new_id()
        learner = connection.scalar(select(t.learners.c.id).where(t.learners.c.number == "A1"))
        connection.execute(
            insert(t.qualifications).values(
                id=qualification,
                code="B3",
                title="Extended Diploma",
                awarding_body=BODY,
                level=3,
                credits_required=180,
            )
        )
        connection.execute(
            insert(t.registrations).values(
                id=new_id(),
                learner_id=learner,
                qualification_id=qualification,
                registered_on=date(2025, 9, 1),
            )
        )

    transact(house.engine, register)
    robin, sasha = (
        add_user(
            house.engine, NewPerson(f"{name}@people.invalid", name.title(), PASSWORD, (Grant(Role.REVIEWER),))
        )
        for name in ("robin", "sasha")
    )
    review = allocate_review(
        house.engine,
        house.person("quality"),
        house.ground.centres["C1"],
        BODY,
        YEAR,
        ReviewKind.VISIT,
        robin.email,
        house.clock(),
    )
    return ReviewHouse(house, review, robin, sasha)


def signed_in(address: str, person: Person, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """This person's desk on a computer of its own, in step with the service."""
    folder.mkdir()
    monkeypatch.setenv("TOUCHSTONE_HOME", str(folder))
    desk = sign_in(address, person.email, PASSWORD, keys=FileKeys(folder / "keys.json"))
    desk.sync(lambda _: None)
    return desk


class BreakingRoad:
    """The service behind a link that breaks at one call in four: before it arrives, or before its answer does."""

    def __init__(self, settings: Settings) -> None:
        self._app: Any = create_app(settings)
        self._chance = random.Random(17)
        self.broken = 0
        self.whole = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self.whole or self._chance.random() > 0.25:
            await self._app(scope, receive, send)
            return
        self.broken += 1
        if self.broken % 2:

            async def lost(message: Any) -> None:
                """The service has done it, and the laptop does not hear of it."""

            await self._app(scope, receive, lost)
        # An answer that ends before it is whole is what a laptop sees of a link that breaks.
        headers = [(b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


def in_step(*desks: Desk) -> None:
    """Each sends what it has, files included, and fetches what the others sent."""
    for _ in range(2):
        for desk in desks:
            desk.sync(lambda _: None)
            desk._syncing._sync.upload()
    for desk in desks:
        desk.sync(lambda _: None)
