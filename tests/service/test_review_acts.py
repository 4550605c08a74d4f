"""What is recorded in a quality review: by whom, once, merged where it can be, and never thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.people import Grant, Person, Role
from app.domain.review_deeds import (
    AgreeDate,
    DecideBlock,
    DecideScope,
    RecordMeeting,
    ReviewDeed,
    SignOffAction,
    WithdrawVisitEvidence,
)
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewState, Scope
from app.domain.superseding import current
from app.service import tables as t
from app.service.accounts import take_roles
from app.service.reviews import reassign_review
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.reviews_ground import Reviewing, told


@pytest.fixture
def reviewing(house: House, tmp_path: Path) -> Reviewing:
    return Reviewing(house, tmp_path)


def hand_over(reviewing: Reviewing) -> None:
    """Sam has the review from now on; Robin, who is offline, does not know it."""
    house = reviewing.house
    reassign_review(house.engine, reviewing.quality, reviewing.review_id, reviewing.sam.email, house.clock())


def test_two_reviewers_offline_merge_and_a_measure_judged_twice_keeps_both_texts(
    reviewing: Reviewing,
) -> None:
    ours = [reviewing.act(reviewing.quality_of("QO.1.1")), reviewing.act(reviewing.quality_of("QO.3.4"))]
    hand_over(reviewing)
    theirs = [
        reviewing.act(reviewing.quality_of("QO.1.2"), reviewing.sam),
        reviewing.act(reviewing.quality_of("QO.3.4", Level.PARTLY_MET), reviewing.sam),
    ]
    first = reviewing.push(*theirs, who=reviewing.sam)
    second = reviewing.push(*ours)
    assert [item.outcome for item in (*first, *second)] == ["applied"] * 4
    assert [item.code for item in second] == ["", "disputed"]
    device = reviewing.device(reviewing.sam)
    assert device.of_kind("quality_judgement").keys() == {act.id for act in (*ours, *theirs)}
    assert device.of_kind("review")[reviewing.review_id]["judged"] == 2
    of_both = [item for item in reviewing.judgements if item.code == "QO.3.4"]
    assert {item.level for item in current(of_both)} == {Level.MET, Level.PARTLY_MET}
    settling = reviewing.quality_of("QO.3.4", supersedes=tuple(item.id for item in of_both))
    assert reviewing.do(settling, who=reviewing.sam) == ["applied"]
    assert reviewing.review.judged == 3
    assert len(reviewing.judgements) == 5


def test_an_act_sent_twice_is_taken_once_and_one_with_other_content_is_refused(reviewing: Reviewing) -> None:
    noted = reviewing.act(reviewing.evidence())
    acts = [
        reviewing.act(reviewing.contact()),
        noted,
        reviewing.act(reviewing.quality_of("QO.1.1", Level.NOT_MET, cites=(noted.id,))),
    ]
    assert [item.outcome for item in reviewing.push(*acts)] == ["applied"] * 3
    head = reviewing.house.head()
    again = reviewing.push(*acts)
    assert [item.outcome for item in again] == ["already_applied"] * 3
    assert {item.n for item in again} == {head}
    assert reviewing.house.head() == head
    changed = replace(acts[0], deed=replace(reviewing.contact(), summary="Something else."))
    assert [item.code for item in reviewing.push(changed)] == ["act_changed"]
    for table in (t.nominee_contacts, t.visit_evidence, t.quality_judgements):
        assert reviewing.house.count(table) == 1


Deeds = Callable[[Reviewing], ReviewDeed]
JUDGE: Deeds = lambda r: r.quality_of("QO.1.1")  # noqa: E731
SCOPE: Deeds = lambda r: DecideScope(r.review_id, True, "")  # noqa: E731
BLOCK: Deeds = lambda r: DecideBlock(r.review_id, True, "So be it.")  # noqa: E731


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("who", "deed", "answer"),
    [
        ("sam", JUDGE, "rejected not_assigned"),
        ("quality", JUDGE, "rejected not_permitted"),
        ("robin", SCOPE, "rejected not_permitted"),
        ("robin", BLOCK, "rejected not_permitted"),
        ("quality", SCOPE, "rejected nothing_to_confirm"),
        ("quality", BLOCK, "rejected no_block_proposed"),
    ],
)
def test_each_act_has_its_right(reviewing: Reviewing, who: str, deed: Deeds, answer: str) -> None:
    person: Person = getattr(reviewing, who)
    assert reviewing.do(deed(reviewing), who=person) == [answer]


def test_work_from_before_the_review_or_the_role_was_taken_away_still_counts(reviewing: Reviewing) -> None:
    before = [reviewing.act(reviewing.quality_of(f"QO.1.{n}")) for n in (1, 2, 3)]
    hand_over(reviewing)
    after = reviewing.act(reviewing.quality_of("QO.1.4"))
    assert [item.outcome for item in reviewing.push(before[0])] == ["applied"]
    assert [item.code for item in reviewing.push(after)] == ["not_assigned"]
    engine, clock = reviewing.house.engine, reviewing.house.clock
    take_roles(engine, reviewing.robin.email, [Grant(Role.REVIEWER)], clock())
    reviewing.robin = reviewing.person(reviewing.robin.email)
    assert [item.outcome for item in reviewing.push(before[1])] == ["applied"]
    clock.now += timedelta(days=61)
    assert [item.code for item in reviewing.push(before[2])] == ["not_permitted"]


def test_Q17_Q18_Q19_the_reduced_scope_is_in_force_only_once_it_is_confirmed(reviewing: Reviewing) -> None:
    assert reviewing.do(reviewing.declaration()) == ["rejected not_contacted"]
    assert reviewing.do(reviewing.contact(), reviewing.declaration()) == ["applied"] * 2
    asked = reviewing.review
    assert (asked.scope, asked.state, asked.nominee) == (
        Scope.CONFIRMATION_ASKED,
        ReviewState.CONTACTED,
        "Nominee Nora",
    )
    assert told(reviewing, "review_confirmation_asked") == ["quality"]
    yes = DecideScope(reviewing.review_id, True, "")
    assert reviewing.do(yes, who=reviewing.quality) == ["applied"]
    assert reviewing.review.scope is Scope.REDUCED
    assert told(reviewing, "review_scope_decided") == ["bothstaff", "head", "robin", "staff"]
    row = reviewing.device(reviewing.quality).of_kind("review_row")[reviewing.review_id]
    assert row["scope"] == "reduced"


def test_Q10_D8_an_agreed_day_before_10_December_makes_the_engagement_document_due_earlier(
    house: House, tmp_path: Path
) -> None:
    reviewing = Reviewing(house, tmp_path, ReviewKind.VISIT)
    assert reviewing.do(AgreeDate(reviewing.review_id, date(2026, 12, 8))) == ["applied"]
    review = reviewing.review
    assert (review.ced_due_on, review.earlier_ced_due_on) == (date(2026, 11, 24), (date(2026, 12, 10),))
    rows = reviewing.house.rows(t.ced_dates, t.ced_dates.c.review_id == reviewing.review_id)
    assert {row.due_on for row in rows} == {date(2026, 12, 10), date(2026, 11, 24)}
    assert told(reviewing, "review_date_agreed") == ["bothstaff", "head", "staff"]


@NOT_OF_THE_DATABASE
def test_meetings_of_one_kind_side_by_side_are_in_dispute_and_one_that_replaces_both_settles_it(
    house: House, tmp_path: Path
) -> None:
    reviewing = Reviewing(house, tmp_path, ReviewKind.VISIT)
    began = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

    def nominee(who: str, supersedes: tuple[str, ...] = ()) -> RecordMeeting:
        kind = MeetingKind.NOMINEE
        return RecordMeeting(reviewing.review_id, kind, who, "", began, None, True, "", supersedes)

    acts = [reviewing.act(nominee("Nora")), reviewing.act(nominee("Nell"))]
    assert [item.code for item in reviewing.push(*acts)] == ["", "disputed"]
    assert reviewing.do(nominee("Nora", tuple(act.id for act in acts))) == ["applied"]
    assert reviewing.do(nominee("Nora", ("unknown",))) == ["rejected supersedes_unknown"]
    assert len(reviewing.device(reviewing.robin).of_kind("meeting")) == 3


def test_Q26_a_judgement_cites_only_what_is_there_and_evidence_is_taken_back_by_its_author(
    reviewing: Reviewing,
) -> None:
    noted = reviewing.act(reviewing.evidence())
    cites = reviewing.quality_of("QO.1.1", cites=(noted.id,))
    assert reviewing.do(cites) == ["rejected evidence_unknown"]
    assert [item.outcome for item in reviewing.push(noted, reviewing.act(cites))] == ["applied"] * 2
    withdrawal = WithdrawVisitEvidence(reviewing.review_id, noted.id, "It was another centre.")
    hand_over(reviewing)
    assert reviewing.do(withdrawal, who=reviewing.sam) == ["rejected not_your_evidence"]
    late = reviewing.act(withdrawal, seen=reviewing.house.head() - 3)
    assert [item.outcome for item in reviewing.push(late)] == ["applied"]
    (row,) = reviewing.house.rows(t.visit_evidence)
    assert row.withdrawn == "It was another centre."
    # Whoever was offline could not know; whether it still stands is asked when the report is signed off.
    after = reviewing.quality_of("QO.1.2", cites=(noted.id,))
    assert reviewing.do(after, who=reviewing.sam) == ["applied"]


@NOT_OF_THE_DATABASE
def test_a_character_that_cannot_be_kept_is_refused_however_deep_it_lies(reviewing: Reviewing) -> None:
    deed = reviewing.quality_of("QO.1.1", Level.NOT_MET)
    (action,) = deed.actions
    deep = replace(deed, actions=(replace(action, owner="No\x00ra"),))
    assert reviewing.do(deep) == ["rejected unreadable_character"]


@NOT_OF_THE_DATABASE
def test_signing_off_an_action_that_is_not_there_is_refused(reviewing: Reviewing) -> None:
    answer = reviewing.do(SignOffAction(reviewing.review_id, "nothing", "Seen."), who=reviewing.quality)
    assert answer == ["rejected action_unknown"]
