"""Who gets a quality review, from whom, until when; and who holds it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.domain.errors import KnownError
from app.domain.people import Grant, Role
from app.domain.review_terms import ReviewKind, Scope
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id, take_roles
from app.service.assignments import assign_moderator
from app.service.by_role import open_root
from app.service.consortia import all_consortia
from app.service.database import reading, transact
from app.service.errors import Refusal
from app.service.importer import ImportRefused
from app.service.reviews import allocate_consortium, extend_ced, reassign_review
from app.service.tick import tick
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, House
from tests.service.reviews_ground import BODY, TODAY, YEAR, Reviewing, told


@pytest.fixture
def reviewing(house: House, tmp_path: Path) -> Reviewing:
    return Reviewing(house, tmp_path)


def refusal_of(reviewing: Reviewing, centre: str = "C2", **changes: object) -> str:
    with pytest.raises(KnownError) as refusal:
        reviewing.allocate(centre, **changes)  # type: ignore[arg-type]
    return refusal.value.code


def test_Q03_Q08_Q16_an_allocated_review_is_the_reviewers_task_and_opens_the_engagement_document(
    reviewing: Reviewing,
) -> None:
    device = reviewing.device(reviewing.robin)
    review = device.of_kind("review")[reviewing.review_id]
    assert (review["kind"], review["task_from"], review["ced_due_on"]) == (
        "desk_top",
        "2026-11-03",
        "2026-12-10",
    )
    assert (review["consortium"], review["scope"]) == ("The Ring", Scope.NOT_DECIDED.value)
    assert device.of_kind("ced").keys() == {reviewing.review_id}
    assert reviewing.device(reviewing.quality).of_kind("review_row").keys() == {reviewing.review_id}
    assert reviewing.device(reviewing.sam).roots == set()
    assert told(reviewing, "review_allocated") == ["bothstaff", "head", "robin", "staff"]
    reviewing.house.clock.now = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
    other = reviewing.allocate("C2", kind=ReviewKind.VISIT)
    assert (other.task_from, other.kind) == (date(2026, 11, 1), ReviewKind.VISIT)
    assert other.number != reviewing.review.number


def test_Q02_each_centre_of_a_consortium_with_active_registrations_has_its_own_review_and_others_none(
    reviewing: Reviewing,
) -> None:
    engine, now = reviewing.house.engine, reviewing.house.clock()
    with reading(engine) as connection:
        (ring,) = all_consortia(connection, now.date())
    assert [(member.centre_number, member.registered) for member in ring.members] == [
        ("C1", True),
        ("C2", True),
        ("C3", False),
    ]
    order = (ring.id, YEAR, ReviewKind.VISIT, reviewing.robin.email, now)
    made = allocate_consortium(engine, reviewing.quality, *order)
    assert [review.centre_number for review in made] == ["C2"]
    assert allocate_consortium(engine, reviewing.quality, *order) == ()
    assert refusal_of(reviewing, "C3") == "no_registrations"


def test_Q02_a_registration_ends_with_its_certificate(reviewing: Reviewing) -> None:
    house = reviewing.house

    def certify(connection: object) -> None:
        learner = select(t.learners.c.id).where(t.learners.c.number == "B1").scalar_subquery()
        qualification = select(t.qualifications.c.id).where(t.qualifications.c.code == "B3").scalar_subquery()
        row = {
            "id": new_id(),
            "learner_id": learner,
            "qualification_id": qualification,
            "request_id": house.request(),
            "number": "CERT-1",
            "credits": 120,
            "issued_at": TODAY,
        }
        connection.execute(insert(t.certificates).values(row))  # type: ignore[attr-defined]

    transact(house.engine, certify)
    assert refusal_of(reviewing, "C2") == "no_registrations"


@NOT_OF_THE_DATABASE
def test_a_review_is_allocated_once_by_a_quality_manager_to_a_reviewer(reviewing: Reviewing) -> None:
    assert refusal_of(reviewing, "C1") == "review_exists"
    assert refusal_of(reviewing, by=reviewing.robin) == "not_allowed"
    assert refusal_of(reviewing, reviewer="morgan@people.invalid") == "not_a_reviewer"
    assert reviewing.house.count(t.reviews) == 1


def test_Q02_of_two_who_allocate_the_same_review_at_once_one_does(reviewing: Reviewing) -> None:
    def allocate(reviewer: str) -> str:
        try:
            return reviewing.allocate("C2", reviewer=reviewer).reviewer_name
        except KnownError as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(allocate, (reviewing.robin.email, reviewing.sam.email)))
    assert "review_exists" in answers
    assert answers & {"Robin", "Sam"}


def test_D13_nobody_is_given_a_centre_they_have_an_interest_in_and_one_recorded_later_takes_it_away(
    reviewing: Reviewing,
) -> None:
    house = reviewing.house
    held = reviewing.device(reviewing.robin)
    morgan = reviewing.device(house.person("morgan"))
    assert house.request("R1") in morgan.roots
    reviewing.bring(
        interests="email,centre_number,since_on,ended_on,words\n"
        "robin@people.invalid,C1,2026-11-01,,Governor\nsam@people.invalid,C2,2026-01-01,2026-11-03,Over\n"
        "morgan@people.invalid,C1,2020-01-01,,A cousin teaches there\n"
        "robin@people.invalid,C2,2027-01-01,,Not yet\n"
    )
    held.pull()
    morgan.pull()
    assert held.roots == set()
    assert morgan.roots == set()
    assert reviewing.review.reviewer_id == ""
    assert told(reviewing, "review_reviewer_withdrawn") == ["quality"]
    move = (reviewing.quality, reviewing.review_id, reviewing.robin.email, house.clock())
    with pytest.raises(KnownError, match="recorded interest in Oakvale College"):
        reassign_review(house.engine, *move)
    with pytest.raises(KnownError, match="recorded interest"):
        assign_moderator(house.engine, "R1", "morgan@people.invalid", house.clock())
    other = reviewing.allocate("C2", reviewer=reviewing.sam.email)
    assert other.reviewer_name == "Sam"
    reassign_review(house.engine, reviewing.quality, other.id, reviewing.robin.email, house.clock())
    assert reviewing.load(other.id).reviewer_name == "Robin"
    assert refusal_of(reviewing, "C1", year=YEAR + 1) == "conflict_of_interest"
    reassign_review(house.engine, reviewing.quality, reviewing.review_id, reviewing.sam.email, house.clock())
    assert reviewing.review.reviewer_name == "Sam"


@NOT_OF_THE_DATABASE
def test_imported_consortia_and_interests_name_what_is_wrong(reviewing: Reviewing) -> None:
    with pytest.raises(ImportRefused) as refusal:
        reviewing.bring(
            consortia=f"consortium,awarding_body,centre_number,joined_on,left_on\nThe Ring,{BODY},C9,2024-09-01,\n",
            interests="email,centre_number,since_on,ended_on,words\nnobody@people.invalid,C1,2026-01-01,2025-01-01,\n",
        )
    assert [(fault.file, fault.column) for fault in refusal.value.faults] == [
        ("consortia.csv", "centre_number"),
        ("interests.csv", "ended_on"),
        ("interests.csv", "email"),
    ]


def test_a_review_that_is_reassigned_leaves_one_reviewer_and_comes_to_the_other(reviewing: Reviewing) -> None:
    house, robin = reviewing.house, reviewing.device(reviewing.robin)
    move = (reviewing.quality, reviewing.review_id, reviewing.sam.email, house.clock())
    reassign_review(house.engine, *move)
    robin.pull()
    assert robin.roots == set()
    assert reviewing.review_id in reviewing.device(reviewing.sam).roots
    head = house.head()
    reassign_review(house.engine, *move)
    assert house.head() == head


def test_D8_an_extension_by_the_quality_manager_is_recorded_and_told(reviewing: Reviewing) -> None:
    house, review_id = reviewing.house, reviewing.review_id
    now = house.clock()
    with pytest.raises(KnownError) as refusal:
        extend_ced(house.engine, reviewing.robin, review_id, date(2026, 12, 18), "Illness.", now)
    assert refusal.value.code == "not_allowed"
    extend_ced(house.engine, reviewing.quality, review_id, date(2026, 12, 18), "Illness.", now)
    review = reviewing.review
    assert (review.ced_due_on, review.earlier_ced_due_on) == (date(2026, 12, 18), (date(2026, 12, 10),))
    assert review.ced_extended
    rows = house.rows(t.ced_dates, t.ced_dates.c.due_on == date(2026, 12, 18))
    assert [(row.reason, row.set_by) for row in rows] == [("Illness.", reviewing.quality.id)]
    assert told(reviewing, "review_ced_extended") == ["bothstaff", "head", "robin", "staff"]


def test_Q09_the_centre_is_reminded_once_before_the_engagement_document_is_due_and_once_when_it_is_late(
    reviewing: Reviewing,
) -> None:
    house = reviewing.house

    def reminded(day: date) -> int:
        house.clock.now = datetime(day.year, day.month, day.day, 8, 0, tzinfo=UTC)
        return tick(house.engine, house.clock()).reminded

    due = date(2026, 12, 10)
    assert [reminded(due - timedelta(days=20)), reminded(due - timedelta(days=1)), reminded(due)] == [0, 1, 0]
    assert told(reviewing, "review_ced_due") == ["bothstaff", "head", "staff"]
    assert [reminded(due + timedelta(days=days)) for days in (1, 2)] == [1, 0]
    assert set(told(reviewing, "review_ced_due")) == {"bothstaff", "head", "staff", "robin", "quality"}
    extend_ced(
        house.engine, reviewing.quality, reviewing.review_id, date(2026, 12, 18), "Illness.", house.clock()
    )
    assert [reminded(date(2026, 12, 17)), reminded(date(2026, 12, 18))] == [1, 0]
    table = t.reviews
    transact(house.engine, lambda c: c.execute(update(table).values(ced_submitted_on=date(2026, 12, 18))))
    assert reminded(date(2026, 12, 30)) == 0


def test_a_reviewer_who_loses_the_role_lets_go_and_has_it_all_again_with_the_role(
    reviewing: Reviewing,
) -> None:
    house, device = reviewing.house, reviewing.device(reviewing.robin)
    before = device.content()
    take_roles(house.engine, reviewing.robin.email, [Grant(Role.REVIEWER)], house.clock())
    device.pull()
    assert device.roots == set()
    back = NewPerson(reviewing.robin.email, "Robin", PASSWORD, (Grant(Role.REVIEWER),))
    add_user(house.engine, back, house.clock())
    device.pull()
    assert device.content() == before


def test_a_quality_manager_opens_a_whole_review_and_lets_go_of_it_with_the_role(reviewing: Reviewing) -> None:
    house = reviewing.house
    open_root(house.engine, reviewing.quality.id, "device-1", reviewing.review_id, house.clock())
    device = reviewing.device(reviewing.quality)
    assert reviewing.review_id in device.of_kind("review")
    assert reviewing.review_id not in reviewing.device(reviewing.quality, "device-2").of_kind("review")
    for person in (house.person("support"), reviewing.sam):
        with pytest.raises(Refusal):
            open_root(house.engine, person.id, "device-1", reviewing.review_id, house.clock())
    support = NewPerson(reviewing.quality.email, "Quality", PASSWORD, (Grant(Role.SUPPORT),))
    add_user(house.engine, support, house.clock())
    take_roles(house.engine, reviewing.quality.email, [Grant(Role.QUALITY_MANAGER)], house.clock())
    device.pull()
    assert reviewing.review_id not in device.of_kind("review")
    assert reviewing.review_id in device.of_kind("review_row")
