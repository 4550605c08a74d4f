"""A role that was taken away: what was held with it goes, and what was recorded with it still counts for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from sqlalchemy import update

from app.domain.acts import LogCentreContact
from app.domain.clocks import LATE_WORK_DAYS
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, take_roles
from app.service.assignments import assign_moderator
from app.service.by_role import open_root, publish_queues
from app.service.database import transact
from app.wire.acts import act_message
from app.wire.messages import QUEUE_ROOT, Push, PushAnswer
from tests.service.asking import problem, signed_in, work_of
from tests.service.bringing import PHOTO, SHA, announce, bring, read
from tests.service.ground import NOW, PASSWORD, Device, House
from tests.service.test_reading_note_files import let_hold, note_with

TAKEN = NOW + timedelta(days=3)
MODERATOR, REVIEWER = Grant(Role.MODERATOR), Grant(Role.REVIEWER)
QUALITY = Grant(Role.QUALITY_MANAGER)


def give(house: House, name: str, *grants: Grant) -> None:
    as_it_is_now(house, name, add_user(house.engine, NewPerson(mail(name), name.title(), PASSWORD, grants)))


def take(house: House, name: str, *grants: Grant) -> None:
    as_it_is_now(house, name, take_roles(house.engine, mail(name), grants, TAKEN))


def mail(name: str) -> str:
    return f"{name}@people.invalid"


def as_it_is_now(house: House, name: str, person: Person) -> None:
    # The ground itself belongs to every house.
    house.ground = replace(house.ground, people={**house.ground.people, name: person})


def pulled(house: House, name: str = "morgan") -> Device:
    device = house.device(name)
    device.pull()
    return device


def judged(house: House, seen: int, position: int = 1, number: str = "R1") -> str:
    (outcome,) = house.push(house.act(house.judgement(position, number=number), seen=seen))
    return f"{outcome.outcome} {outcome.code}".strip()


def test_who_is_no_moderator_any_more_lets_go_of_what_was_assigned_and_keeps_the_rest(house: House) -> None:
    give(house, "morgan", QUALITY)
    open_root(house.engine, house.person("morgan").id, "device-1", house.request("R2"), house.clock())
    device = pulled(house)
    assert device.roots == {house.request(number) for number in ("R1", "R2", "R3")} | {QUEUE_ROOT}
    take(house, "morgan", MODERATOR)
    device.pull()
    assert {(line.op, line.root) for line in device.lines} == {
        ("leave", house.request("R1")),
        ("leave", house.request("R3")),
    }
    assert device.roots == {house.request("R2"), QUEUE_ROOT}
    house.push(house.act(house.note(number="R1"), "support"), name="support")
    device.pull()
    assert {line.root for line in device.lines} <= {QUEUE_ROOT}


def test_the_role_given_back_brings_back_what_is_still_assigned(house: House) -> None:
    device = pulled(house)
    before = device.content()
    take(house, "morgan", MODERATOR)
    device.pull()
    assert device.roots == set()
    give(house, "morgan", MODERATOR)
    device.pull()
    assert device.content() == before
    assert judged(house, house.head()) == "applied"


def test_who_was_no_moderator_before_this_was_followed_lets_go_when_the_database_is_updated(
    house: House,
) -> None:
    device = pulled(house)
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.grants)
            .where(t.grants.c.person_id == house.person("morgan").id)
            .values(role=Role.REVIEWER.value)
        ),
    )
    transact(house.engine, publish_queues)
    device.pull()
    assert device.roots == set()
    head = house.head()
    transact(house.engine, publish_queues)
    assert house.head() == head


@pytest.mark.parametrize("left", [(), (REVIEWER,), (QUALITY,)])
def test_a_judgement_recorded_as_a_moderator_counts_for_sixty_days(
    house: House, left: tuple[Grant, ...]
) -> None:
    give(house, "morgan", *left)
    seen = pulled(house).seen
    take(house, "morgan", MODERATOR)
    after = pulled(house).seen
    house.clock.now = TAKEN + timedelta(days=LATE_WORK_DAYS)
    assert judged(house, seen, 1) == "applied"
    assert judged(house, after, 2) == "rejected not_permitted"
    house.clock.now += timedelta(microseconds=1)
    assert judged(house, seen, 2) == "rejected not_permitted"


def test_the_role_that_was_held_opens_only_what_was_held_with_it(house: House) -> None:
    """Now a quality manager, who has R2 open; an old number makes no moderator of R2."""
    give(house, "morgan", QUALITY)
    seen = pulled(house).seen
    take(house, "morgan", MODERATOR)
    open_root(house.engine, house.person("morgan").id, "device-1", house.request("R2"), house.clock())
    assert judged(house, seen, 1, "R2") == "rejected not_assigned"
    assert judged(house, seen, 1, "R1") == "applied"


def test_both_taken_the_request_and_the_role_count_by_the_later_of_the_limits_of_each(house: House) -> None:
    seen = pulled(house).seen
    assign_moderator(house.engine, "R1", "jules@people.invalid", NOW)
    take(house, "morgan", MODERATOR)
    house.clock.now = NOW + timedelta(days=LATE_WORK_DAYS, microseconds=1)
    assert judged(house, seen) == "rejected not_assigned"
    (outcome,) = house.push(house.act(house.note(number="R3"), seen=seen))
    assert outcome.outcome == "applied"


def test_M54_a_contact_logged_as_support_counts_on_any_request(house: House) -> None:
    seen = pulled(house, "support").seen
    take(house, "support", Grant(Role.SUPPORT))
    deed = LogCentreContact(house.request("R2"), "The programme director", "telephone", "Agreed.")

    def told(**changes: Any) -> str:
        (outcome,) = house.push(house.act(deed, "support", **changes), name="support")
        return f"{outcome.outcome} {outcome.code}".strip()

    assert told(seen=seen) == "applied"
    assert told() == "rejected not_permitted"


def test_M03_a_note_written_at_a_centre_counts_at_that_centre(house: House) -> None:
    seen, centre = house.head(), house.ground.centres["C1"]
    take(house, "staff", Grant(Role.CENTRE_STAFF, centre))

    def told(number: str, seen: int) -> str:
        (outcome,) = house.push(house.act(house.note(number=number), "staff", seen=seen), name="staff")
        return outcome.outcome

    assert [told("R1", seen), told("R2", seen), told("R1", house.head())] == [
        "applied",
        "rejected",
        "rejected",
    ]


def test_somebody_without_any_role_pulls_what_goes_and_pushes_what_was_recorded(
    client: TestClient[Any], house: House
) -> None:
    me, device = signed_in(client), pulled(house)
    early = house.act(house.judgement(1), seen=device.seen)
    take(house, "morgan", MODERATOR)
    late = house.act(house.judgement(2))
    answer = client.get("/api/sync/pull", params={"cursor": device.cursor}, headers=me)
    assert answer.status_code == 200
    assert answer.text.count('"leave"') == 2
    assert '"put"' not in answer.text
    assert "kind" not in answer.text
    body = msgspec.json.encode(Push(device_id="device-1", acts=[act_message(early), act_message(late)]))
    told = client.post("/api/sync/push", content=body, headers=me)
    outcomes = msgspec.json.decode(told.content, type=PushAnswer).outcomes
    assert [item.outcome for item in outcomes] == ["applied", "rejected"]


def test_files_of_late_notes_still_arrive_and_no_others(client: TestClient[Any], house: House) -> None:
    me, seen = signed_in(client), house.head()
    work = work_of(house)
    take(house, "morgan", MODERATOR)
    announced = client.post(
        "/api/blobs", json={"sha256": SHA, "size": len(PHOTO), "media_type": ""}, headers=me
    )
    assert problem(announced, 403).code == "no_role"
    assert note_with(house, SHA, seen=seen) == ["applied"]
    assert announce(client, me, PHOTO).state == "parts"
    bring(client, me, PHOTO)
    let_hold(house, "support")
    assert read(client, signed_in(client, "support")).content == PHOTO
    assert problem(read(client, me), 403).code == "no_role"
    assert problem(read(client, me, work), 403).code == "no_role"
