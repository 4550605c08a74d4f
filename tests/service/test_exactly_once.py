"""However pushes are cut, mixed, repeated and re-ordered, each act takes effect exactly once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.domain.acts import Act
from app.domain.moderation import Decision, Outcome
from app.service import tables as t
from tests.service.ground import House

QUIET = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def chain(house: House) -> list[Act]:
    """A day's work on one request: judged, judged anew, noted, taken back, judged again, reported."""
    first = house.act(house.judgement(1))
    anew = house.act(house.judgement(1, Decision.NOT_AGREED, supersedes=(first.id,)), after=first.id)
    note = house.act(house.note("about sample one", sample=house.sample(1)), after=anew.id)
    second = house.act(house.judgement(2))
    back = house.act(house.withdrawal(second.id, 2), after=second.id, rests_on=(second.id,))
    again = house.act(house.judgement(2), after=back.id)
    third = house.act(house.judgement(3))
    stands = (anew.id, again.id, third.id)
    report = house.act(house.report(stands, Outcome.REJECTED), rests_on=stands)
    return [first, anew, note, second, back, again, third, report]


@QUIET
@given(data=st.data())
def test_any_mixture_of_pushes_applies_each_act_once(
    new_house: Callable[[], House], data: st.DataObject
) -> None:
    with closing(new_house()) as house:
        acts = chain(house)
        batches = data.draw(
            st.lists(
                st.lists(st.sampled_from(range(len(acts))), min_size=1, max_size=6), min_size=1, max_size=6
            )
        )
        for batch in batches:
            answered = house.push(*(acts[place] for place in batch))
            # What comes before its time waits; nothing in any order is refused for good.
            assert {item.outcome for item in answered} <= {"applied", "already_applied", "blocked"}
            _nothing_counts_twice(house, acts)
        assert {item.outcome for item in house.push(*acts)} <= {"applied", "already_applied"}
        assert (house.count(t.judgements), house.count(t.notes), house.count(t.reports)) == (5, 1, 1)
        _nothing_counts_twice(house, acts)
        head = house.head()
        assert {item.outcome for item in house.push(*acts)} == {"already_applied"}
        assert house.head() == head


def _nothing_counts_twice(house: House, acts: list[Act]) -> None:
    ids = {act.id for act in acts}
    for table in (t.judgements, t.notes, t.reports):
        found = [row.id for row in house.rows(table)]
        assert len(found) == len(set(found))
        assert set(found) <= ids
    taken = {
        row.act_id
        for row in house.rows(t.received_acts)
        if row.outcome == "applied" and row.kind in ("RecordJudgement", "AddNote", "SubmitReport")
    }
    effects = {row.id for table in (t.judgements, t.notes, t.reports) for row in house.rows(table)}
    assert effects == taken


class DiskFullFor:
    """The database fails at every statement that carries this text: a fault no rule of ours foresees."""

    def __init__(self, house: House, text: str) -> None:
        self._house, self._text = house, text

    def _fail(self, _c: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        if self._text in str(parameters) and _statement.startswith("INSERT INTO notes"):
            raise OSError(28, "No space left on device")

    def __enter__(self) -> None:
        event.listen(self._house.engine, "before_cursor_execute", self._fail)

    def __exit__(self, *_: object) -> None:
        event.remove(self._house.engine, "before_cursor_execute", self._fail)


def test_one_act_the_service_fails_at_stops_no_other(house: House) -> None:
    bad = house.act(house.note("it breaks here"))
    good = [house.act(house.judgement(1)), house.act(house.note("fine"))]
    with DiskFullFor(house, "it breaks here"):
        outcomes = house.push(good[0], bad, good[1])
    assert [item.outcome for item in outcomes] == ["applied", "blocked", "applied"]
    assert outcomes[1].code == "service_fault"
    assert "kept" in outcomes[1].says
    assert [row.text for row in house.rows(t.notes)] == ["fine"]
    device = house.device()
    device.pull()
    assert set(device.of_kind("note")) == {good[1].id}
    assert device.of_kind("request")[house.request()]["judged"] == 1


def test_an_act_put_aside_for_a_fault_is_taken_once_the_fault_is_gone(house: House) -> None:
    bad = house.act(house.note("it breaks here"))
    after = house.act(house.note("and then"), after=bad.id)
    with DiskFullFor(house, "it breaks here"):
        assert [item.outcome for item in house.push(bad, after)] == ["blocked", "blocked"]
    assert [item.outcome for item in house.push(bad, after)] == ["applied", "applied"]
    assert house.count(t.notes) == 2
    assert house.count(t.received_acts) == 2


def test_acts_one_by_one_get_the_same_numbers_as_together(house: House) -> None:
    bad = house.act(house.note("it breaks here"))
    good = [house.act(house.note("one")), house.act(house.note("two", number="R3"))]
    with DiskFullFor(house, "it breaks here"):
        outcomes = house.push(bad, *good)
    assert [item.n for item in outcomes] == [0, house.head(), house.head()]
    assert [item.n for item in house.push(*good)] == [house.head(), house.head()]


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_two_pushes_of_the_same_acts_at_once_count_once(house: House, places: tuple[int, int]) -> None:
    acts = [house.act(house.judgement(1)), house.act(house.note(number="R3"))]
    ordered = [acts[place] for place in places]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: [item.outcome for item in house.push(*ordered)], range(4)))
    assert sorted(answer[0] for answer in answers) == ["already_applied"] * 3 + ["applied"]
    assert (house.count(t.judgements), house.count(t.notes)) == (1, 1)
