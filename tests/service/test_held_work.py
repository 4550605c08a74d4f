"""Work that a hold stopped: what becomes of it when the hold ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.database import reading, transact
from app.service.records import load_judgements
from app.wire.acts import act_message
from tests.service.ground import NOW, House
from tests.service.holding import hold, received, release, the_request, words

QUIET = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_held_work_takes_effect_in_the_order_in_which_it_came(house: House) -> None:
    hold(house)
    first = house.act(house.judgement(1))
    anew = house.act(house.judgement(1, Decision.NOT_AGREED, supersedes=(first.id,)), after=first.id)
    back = house.act(house.withdrawal(anew.id), after=anew.id, rests_on=(anew.id,))
    again = house.act(house.judgement(1), after=back.id)
    others = [house.act(house.judgement(position)) for position in (2, 3)]
    ids = (again.id, *(act.id for act in others))
    report = house.act(house.report(ids), rests_on=ids)
    assert {item.outcome for item in house.push(first, anew, back)} == {"held"}
    assert {item.outcome for item in house.push(again, *others, report)} == {"held"}
    outcomes = release(house)
    assert [item.act_id for item in outcomes] == [a.id for a in (first, anew, back, again, *others, report)]
    assert {item.outcome for item in outcomes} == {"applied"}
    assert {item.n for item in outcomes} == {house.head()}
    assert the_request(house).state is RequestState.RECORDS_UPDATED
    assert house.count(t.reports) == 1
    assert house.count(t.achievements) == 5


def test_held_work_reaches_the_device_with_the_end_of_the_hold(house: House) -> None:
    hold(house)
    act = house.act(house.judgement(2))
    house.push(act)
    device = house.device()
    device.pull()
    assert device.of_kind("judgement") == {}
    release(house)
    device.pull()
    assert set(device.of_kind("judgement")) == {act.id}
    assert device.of_kind("request")[house.request()]["judged"] == 1


def test_held_work_is_told_as_applied_when_asked_again_and_done_once(house: House) -> None:
    hold(house)
    act = house.act(house.judgement(2))
    house.push(act)
    (outcome,) = release(house)
    (again,) = house.push(act)
    assert (again.outcome, again.n) == ("already_applied", outcome.n)
    assert received(house, act).outcome == "applied"
    assert house.count(t.judgements) == 1


def test_held_work_that_no_longer_fits_is_refused_in_words_and_kept(house: House) -> None:
    hold(house)
    taken_back = house.act(house.withdrawal("no-such-judgement"))
    good = house.act(house.judgement(2))
    house.push(taken_back, good)
    assert words(release(house)) == [("rejected", "judgement_unknown"), ("applied", "")]
    assert received(house, taken_back).payload == bytes(act_message(taken_back).payload)
    (again,) = house.push(taken_back)
    assert (again.outcome, again.code) == ("rejected", "judgement_unknown")


def test_what_rests_on_refused_work_waits_on(house: House) -> None:
    hold(house)
    refused = house.act(house.judgement(2, Decision.AGREED, supersedes=("unknown",)))
    resting = house.act(house.judgement(3), rests_on=(refused.id,))
    assert {item.outcome for item in house.push(refused, resting)} == {"held"}
    assert words(release(house)) == [("rejected", "supersedes_unknown"), ("blocked", "rests_on_untaken")]


def test_the_hold_itself_is_no_move_that_a_report_has_missed(house: House) -> None:
    """The report was begun before the hold and names the revision of then."""
    device = house.device()
    device.pull()
    rev = device.records[house.request(), "request", house.request()].rev
    ids = house.judge_all()
    report = house.act(house.report(ids), base_rev=rev)
    hold(house)
    assert [item.outcome for item in house.push(report)] == ["held"]
    assert words(release(house)) == [("applied", "")]


def test_a_request_that_was_given_to_somebody_else_meanwhile_is_a_conflict(house: House) -> None:
    device = house.device()
    device.pull()
    rev = device.records[house.request(), "request", house.request()].rev
    ids = house.judge_all()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    hold(house)
    report = house.act(house.report(ids), base_rev=rev, seen=device.seen)
    assert [item.outcome for item in house.push(report)] == ["held"]
    assert words(release(house)) == [("conflict", "request_moved")]
    assert house.count(t.reports) == 0


def test_who_lost_the_request_during_the_hold_has_done_the_work_all_the_same(house: House) -> None:
    hold(house)
    act = house.act(house.judgement(2))
    house.push(act)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    house.clock.now = NOW + timedelta(days=400)
    assert words(release(house)) == [("applied", "")]
    with reading(house.engine) as connection:
        (judgement,) = load_judgements(connection, [house.request()])
    assert judgement.moderator_id == house.person("morgan").id


def test_a_new_suspicion_among_the_held_work_holds_again_what_comes_after_it(house: House) -> None:
    hold(house)
    first, last = house.act(house.judgement(1)), house.act(house.judgement(3))
    suspicion = house.act(house.judgement(2, Decision.SUSPECTED_MALPRACTICE))
    assert {item.outcome for item in house.push(first, suspicion, last)} == {"held"}
    assert [item.act_id for item in release(house)] == [first.id, suspicion.id]
    assert received(house, last).outcome == "held"
    assert the_request(house).state is RequestState.ON_HOLD
    assert [item.outcome for item in release(house)] == ["applied"]
    assert the_request(house).state is RequestState.IN_MODERATION
    assert house.count(t.holds) == 2


def test_work_of_two_people_is_each_ones_own(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    hold(house)
    mine = house.act(house.judgement(1), seen=device.seen)
    theirs = house.act(house.judgement(2), "jules")
    house.push(theirs, name="jules")
    house.push(mine)
    assert [item.act_id for item in release(house)] == [theirs.id, mine.id]
    with reading(house.engine) as connection:
        by = {item.id: item.moderator_name for item in load_judgements(connection, [house.request()])}
    assert by == {mine.id: "Morgan", theirs.id: "Jules"}


def test_a_held_act_offered_again_after_the_hold_takes_effect(house: House) -> None:
    """As when the service failed at it while the hold ended."""
    hold(house)
    act = house.act(house.judgement(2))
    house.push(act)
    fault = _FailsAt(house, "INSERT INTO judgements")
    with fault:
        assert release(house) == []
    assert fault.met
    assert the_request(house).state is RequestState.IN_MODERATION
    assert received(house, act).outcome == "held"
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    house.clock.now = NOW + timedelta(days=400)
    (outcome,) = house.push(replace(act, seen=act.seen))
    assert outcome.outcome == "applied"
    (again,) = house.push(act)
    assert (again.outcome, again.n) == ("already_applied", outcome.n)
    assert house.count(t.judgements) == 1


def test_a_held_act_the_service_fails_at_once_more_stays_held(house: House) -> None:
    hold(house)
    act = house.act(house.judgement(2))
    house.push(act)
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.requests).where(t.requests.c.number == "R1").values(state="in_moderation")
        ),
    )
    with _FailsAt(house, "INSERT INTO judgements"):
        (outcome,) = house.push(act)
    assert (outcome.outcome, received(house, act).outcome) == ("already_applied", "held")
    assert [item.outcome for item in house.push(act)] == ["applied"]


class _FailsAt:
    """The database fails at every statement that begins like this."""

    def __init__(self, house: House, beginning: str) -> None:
        self._engine, self._beginning = house.engine, beginning
        self.met = False

    def _fail(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(self._beginning):
            self.met = True
            raise OSError(28, "No space left on device")

    def __enter__(self) -> None:
        event.listen(self._engine, "before_cursor_execute", self._fail)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._fail)


# -- in any order, and at once -----------------------------------------------------------------------------------


@QUIET
@given(data=st.data())
def test_with_or_without_holds_the_same_work_ends_the_same(
    new_house: Callable[[], House], data: st.DataObject
) -> None:
    """Holds placed and ended at any moment only delay: in the end every act has taken effect once, as without them."""
    with closing(new_house()) as house:
        first = house.act(house.judgement(1))
        anew = house.act(house.judgement(1, Decision.NOT_AGREED, supersedes=(first.id,)), after=first.id)
        second = house.act(house.judgement(2))
        back = house.act(house.withdrawal(second.id, 2), after=second.id, rests_on=(second.id,))
        again = house.act(house.judgement(2), after=back.id)
        third = house.act(house.judgement(3))
        stands = (anew.id, again.id, third.id)
        report = house.act(house.report(stands, Outcome.REJECTED), rests_on=stands)
        acts = [first, anew, second, back, again, third, report]
        steps = data.draw(st.lists(st.sampled_from(("act", "hold", "release", "repeat")), max_size=20))
        sent = 0
        for step in [*steps, *(["act"] * len(acts))]:
            held = the_request(house).state is RequestState.ON_HOLD
            if step == "act" and sent < len(acts):
                assert [item.outcome for item in house.push(acts[sent])] == ["held" if held else "applied"]
                sent += 1
            elif step == "hold" and not held:
                hold(house)
            elif step == "release" and held:
                assert {item.outcome for item in release(house)} <= {"applied"}
            elif step == "repeat" and sent:
                assert {item.outcome for item in house.push(*acts[:sent])} == {"already_applied"}
        if the_request(house).state is RequestState.ON_HOLD:
            release(house)
        assert the_request(house).state is RequestState.RETURNED_TO_CENTRE
        assert (house.count(t.judgements), house.count(t.reports)) == (5, 1)
        assert {row.outcome for row in house.rows(t.received_acts)} == {"applied"}
        device = house.device()
        device.pull()
        assert device.of_kind("request")[house.request()]["judged"] == 3


def test_ending_a_hold_while_its_work_is_offered_again_counts_once(house: House) -> None:
    hold(house)
    acts = [house.act(house.judgement(position)) for position in (1, 2, 3)]
    assert {item.outcome for item in house.push(*acts)} == {"held"}
    with ThreadPoolExecutor(4) as pool:
        pushes = [pool.submit(house.push, *acts) for _ in range(3)]
        ending = pool.submit(release, house)
        answered = {item.outcome for push in pushes for item in push.result()}
        ending.result()
    assert answered <= {"already_applied", "applied"}
    assert house.count(t.judgements) == 3
    assert {row.outcome for row in house.rows(t.received_acts)} == {"applied"}


def test_two_who_end_a_hold_at_once_end_it_once(house: House) -> None:
    hold(house)
    house.push(house.act(house.judgement(1)))

    def try_to(_: int) -> str:
        try:
            return ",".join(item.outcome for item in release(house))
        except KnownError as refusal:
            return refusal.code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(try_to, range(3))) == ["applied", "not_on_hold", "not_on_hold"]
    assert house.count(t.judgements) == 1
