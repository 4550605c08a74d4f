"""The quality reviews of the demonstration: what happened in each, when, and by whom, as ``reviews.json`` tells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from app.catalogue.frameworks import framework_for
from app.domain.centres import Nation
from app.domain.clocks import add_working_days
from app.domain.dates import LONDON
from app.domain.people import Person
from app.domain.review_terms import ReviewKind
from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.consortia import all_consortia
from app.service.database import reading
from app.service.demo_engagement import DemoCentre
from app.service.demo_pushing import DemoDesktop
from app.service.demo_reviewing import DemoReview
from app.service.engagement_desk import answer_action
from app.service.review_records import load_review_actions
from app.service.reviews import allocate_consortium, allocate_review

_Timed = Iterator[tuple[datetime, Callable[[datetime], object]]]

_YEAR_BEGINS_IN = 9
"""The month in which an academic year begins."""

_LAST_YEAR = timedelta(weeks=52)


class ReviewStory:
    """Plays ``told``, the content of ``reviews.json``, around ``today``; days in it count in England's working days.

    What is arranged beforehand counts from today, or, once the last day for the Engagement Document is over, from that
    day: whenever it is played, the documents are signed in time, and the one that shall be late is. Visits, what is
    read and what centres answer count from today. Last year's review lies a year back with all that belongs to it.

    password: of everybody who signs. folder: what centres upload, with its ``index.json``.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: BlobStore,
        people: Mapping[str, Person],
        told: Mapping[str, Any],
        folder: Path,
        password: str,
        today: date,
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._people = people
        self._told = told
        self._folder = folder
        self._password = password
        self._today = today
        self._year = today.year if today.month >= _YEAR_BEGINS_IN else today.year - 1
        self._manager = DemoDesktop(engine, blobs, people[told["manager"]])
        self._reviewer = DemoDesktop(engine, blobs, people[told["reviewer"]])

    def events(self) -> _Timed:
        """When what was done, not in order."""
        for told in self._told["allocations"]:
            yield self._arranged(told, told["day"], 8), partial(self._allocate, told)
        for told in self._told["reviews"]:
            yield from self._review(told)

    def _review(self, told: Mapping[str, Any]) -> _Timed:
        def then(told: Mapping[str, Any], hour: int, do: Callable[..., object]) -> _Timed:
            yield self._arranged(review, told["day"], hour), partial(do, told)

        review = told
        at = DemoReview(self._reviewer, partial(self._review_id, told))
        decides = DemoReview(self._manager, partial(self._review_id, told))
        yield from then(told["contact"], 10, at.contact)
        yield from then(told["consortium"], 11, at.declare)
        if "scope" in told:
            yield from then(told["scope"], 15, decides.decide_scope)
        if "agreed" in told:
            on = self._visit_on(told)
            yield self._arranged(told, told["agreed"]["day"], 9), partial(at.agree, on)
            if "visited" in told:
                yield self._at(on, 16), partial(at.visit, told["visited"], on)
                yield (
                    self._at(self._later(on, told["report"]["day"]), 11),
                    partial(at.report, told["visited"]["summary"]),
                )
        if "ced" in told:
            yield from then(told["ced"], 14, partial(self._engagement, told))
        for answer in told.get("answers", ()):
            yield self._at(self._later(self._today, answer["day"]), 13), partial(self._answer, told, answer)
        for place, read in enumerate(told.get("read", ())):
            yield self._at(self._later(self._today, read["day"]), 13, place), partial(at.read, read)

    # -- when ------------------------------------------------------------------------------------------------------

    def _arranged(self, told: Mapping[str, Any], days: int, hour: int) -> datetime:
        """A time of day so many working days from the day to which everything was arranged."""
        return self._at(self._later(self._arranged_by(told), days), hour)

    def _arranged_by(self, told: Mapping[str, Any]) -> date:
        ago: int = told["years_ago"]
        latest = framework_for(self._told["awarding_body"], self._year).ced_latest(self._year - ago)
        return min(self._today - ago * _LAST_YEAR, latest)

    def _visit_on(self, told: Mapping[str, Any]) -> date:
        """The day of the visit. Where the document is to be late, early enough that it is due before today."""
        begin = self._arranged_by(told) if told["years_ago"] else self._today
        on = self._later(begin, told["agreed"]["visit"])
        latest = framework_for(self._told["awarding_body"], self._year).ced_latest(self._year)
        if told["agreed"].get("ced_late") and self._today <= latest:
            on = min(on, add_working_days(latest, -1, Nation.ENGLAND))
        return on

    def _later(self, begin: date, days: int) -> date:
        """So many working days after a day; 0 for that day itself, or the first working day after it."""
        first = add_working_days(add_working_days(begin, -1, Nation.ENGLAND), 1, Nation.ENGLAND)
        return add_working_days(first, days, Nation.ENGLAND)

    def _at(self, on: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(on, time(hour, minute), LONDON)

    # -- what ------------------------------------------------------------------------------------------------------

    def _allocate(self, told: Mapping[str, Any], now: datetime) -> None:
        body, year = self._told["awarding_body"], self._year - told["years_ago"]
        by, to, kind = self._manager.person, self._reviewer.person.email, ReviewKind(told["kind"])
        if "consortium" in told:
            with reading(self._engine) as connection:
                (found,) = [
                    one for one in all_consortia(connection, now.date()) if one.name == told["consortium"]
                ]
            allocate_consortium(self._engine, by, found.id, year, kind, to, now)
        else:
            centre_id = self._centre_id(told["centre"])
            allocate_review(self._engine, by, centre_id, body, year, kind, to, now)

    def _engagement(self, review: Mapping[str, Any], told: Mapping[str, Any], now: datetime) -> None:
        """The centre fills its Engagement Document in, uploads what belongs to it, and has it signed."""
        centre = DemoCentre(self._engine, self._blobs, self._review_id(review))
        centre.fill_in(self._people[told["by"]], told, now)
        if review["years_ago"] == 0:
            centre.upload(self._people[told["by"]], self._uploads(review["centre"]), now)
        centre.sign(self._people[told["signed_by"]], told["role"], self._password, now)

    def _uploads(self, centre: str) -> list[tuple[str, Path]]:
        index: Sequence[Mapping[str, str]] = json.loads((self._folder / "index.json").read_text("utf-8"))
        return [
            (item["code"], self._folder / item["file"])
            for item in index
            if item["code"] and item["centre"] == centre
        ]

    def _answer(self, review: Mapping[str, Any], told: Mapping[str, Any], now: datetime) -> None:
        """What the centre says of an action that last year's report asked for."""
        review_id = self._review_id(review)
        with reading(self._engine) as connection:
            (action,) = [
                one for one in load_review_actions(connection, [review_id]) if one.code == told["code"]
            ]
        answer_action(self._engine, self._people[told["by"]], review_id, action.id, told["text"], now)

    def _review_id(self, told: Mapping[str, Any]) -> str:
        query = select(t.reviews.c.id).where(
            t.reviews.c.centre_id == self._centre_id(told["centre"]),
            t.reviews.c.year == self._year - told["years_ago"],
        )
        with reading(self._engine) as connection:
            return str(connection.execute(query).scalar_one())

    def _centre_id(self, number: str) -> str:
        with reading(self._engine) as connection:
            return str(
                connection.execute(select(t.centres.c.id).where(t.centres.c.number == number)).scalar_one()
            )
