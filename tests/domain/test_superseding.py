"""Which of several records of one thing stand."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.domain.review_terms import MeetingKind
from app.domain.superseding import current
from tests.domain.reviews_made import judgement, meeting


@dataclass(frozen=True)
class Record:
    id: str
    supersedes: tuple[str, ...] = ()
    withdrawn: str = ""


def standing(*records: Record) -> list[str]:
    return [record.id for record in current(records)]


def test_a_record_stands_until_it_is_replaced_or_withdrawn() -> None:
    assert standing() == []
    assert standing(Record("a")) == ["a"]
    assert standing(Record("a"), Record("b", ("a",))) == ["b"]
    assert standing(Record("a", withdrawn="A slip.")) == []


def test_two_that_stand_side_by_side_are_in_dispute_until_one_replaces_both() -> None:
    a, b = Record("a"), Record("b")
    assert standing(a, b) == ["a", "b"]
    assert standing(a, b, Record("c", ("a", "b"))) == ["c"]


def test_withdrawing_a_record_does_not_bring_back_what_it_replaced() -> None:
    assert standing(Record("a"), Record("b", ("a",), withdrawn="A slip.")) == []


@given(st.lists(st.tuples(st.sets(st.integers(0, 7)), st.booleans()), max_size=8), st.randoms())
def test_what_stands_does_not_depend_on_the_order(shape: list[tuple[set[int], bool]], chance: object) -> None:
    records = [
        Record(str(place), tuple(str(one) for one in sorted(replaced) if one < place), "Out." if gone else "")
        for place, (replaced, gone) in enumerate(shape)
    ]
    shuffled = list(records)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(standing(*shuffled)) == set(standing(*records))
    # The last one replaces nothing that is later, so unless it was withdrawn it stands.
    assert not records or records[-1].withdrawn or records[-1].id in standing(*records)


def test_judgements_of_a_review_and_meetings_stand_by_the_same_rule() -> None:
    first, second = judgement("QO.1.1", id="a"), judgement("QO.1.1", id="b", supersedes=("a",))
    assert current([first, second]) == (second,)
    met = meeting(MeetingKind.NOMINEE, id="a")
    assert current([met, meeting(MeetingKind.NOMINEE, id="b", supersedes=("a",), withdrawn="Twice.")]) == ()
