"""A request's life in any order that people and clocks can bring about: there is no way round to a certificate."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.database import reading
from app.service.decisions import hold_request, record_finding, release_batch
from app.service.evidence_desk import declare_complete
from app.service.quick import attach_evidence
from app.service.standing import (
    end_restriction,
    lift_sanction,
    restrictions_of,
    sanctions_of,
    set_sanction,
)
from app.service.submitting import resubmit
from app.service.tick import tick
from tests.service.claims_ground import UNITS, College
from tests.service.ground import NOT_OF_THE_DATABASE, House, all_evidence

LEARNERS = 6
REQUIRED = 18
RUNS = settings(max_examples=15, stateful_step_count=30, deadline=None, derandomize=True)
OVER = {RequestState.ARCHIVED.value, RequestState.REFUSED.value}


class Life(RuleBasedStateMachine):
    """One centre with four learners; everybody does whatever they like, and what is refused is refused in words.

    What was allowed to a certificate is worked out here anew from what is on record about each request, in plain
    loops and without asking the code that issues them.
    """

    new_house: Callable[[], House]

    def __init__(self) -> None:
        super().__init__()
        self.ended = ExitStack()
        self.certificated: set[str] = set()
        self.reached: set[RequestState] = set()

    @initialize()
    def open(self) -> None:
        self.house = type(self).new_house()
        self.ended.callback(self.house.close)
        self.college = College(self.house, learners=LEARNERS)
        for learner, units in ((1, sorted(UNITS)), (2, ("601", "602", "603")), (3, ("601",))):
            self.college.claim([learner], units)
        self.college.bring_evidence(self.some(1, RequestState.SAMPLE_REQUESTED))

    def teardown(self) -> None:
        self.ended.close()

    def attempt(self, work: Callable[[], Any]) -> bool:
        """Whether it was taken; a refusal is a sentence, and any other error a defect."""
        try:
            work()
        except KnownError:
            return False
        return True

    def some(self, place: int, *states: RequestState) -> str:
        """One of the centre's requests: mostly one in a state that suits, and now and then any of them."""
        rows = sorted((row.id, RequestState(row.state)) for row in self.own())
        suiting = [identifier for identifier, state in rows if state in states]
        found = suiting if suiting and place % 5 else [identifier for identifier, _ in rows]
        return found[place % len(found)] if found else ""

    def own(self) -> list[Any]:
        return self.house.rows(t.requests, t.requests.c.centre_id == self.college.centre_id)

    # -- what people do ------------------------------------------------------------------------------------------

    @rule(
        learners=st.sets(st.integers(1, LEARNERS), min_size=1),
        units=st.sets(st.sampled_from(sorted(UNITS)), min_size=1),
    )
    def claim(self, learners: set[int], units: set[str]) -> None:
        stopped = self.claims_are_stopped()
        taken = self.attempt(lambda: self.college.claim(sorted(learners), sorted(units)))
        assert not (taken and stopped), "a claim went through a restriction"

    @rule(place=st.integers(0, 9))
    def give_evidence(self, place: int) -> None:
        request_id = self.some(place, RequestState.SAMPLE_REQUESTED)
        if request_id:
            number = self.college.request(request_id).number
            evidence = all_evidence(number)
            house = self.house
            self.attempt(lambda: attach_evidence(house.engine, house.blobs, number, evidence, house.clock()))
            staff = self.college.staff
            if self.attempt(lambda: declare_complete(house.engine, staff, request_id, house.clock())):
                assign_moderator(house.engine, number, house.person("morgan").email)

    @rule(
        place=st.integers(0, 9),
        decisions=st.lists(st.sampled_from(list(Decision)[:3]), min_size=1, max_size=3),
    )
    def judge(self, place: int, decisions: list[Decision]) -> None:
        self.judge_as(place, decisions)

    @rule(place=st.integers(0, 9), outcome=st.sampled_from(list(Outcome)))
    def moderate(self, place: int, outcome: Outcome) -> None:
        """The whole way from the evidence to a report."""
        self.give_evidence(place)
        first = Decision.AGREED if outcome is Outcome.ACCEPTED else Decision.NOT_AGREED
        self.judge_as(place, [first, Decision.AGREED])
        self.hand_in(place, outcome)

    @rule(place=st.integers(0, 9))
    def reject_and_let_the_time_for_actions_go_by(self, place: int) -> None:
        self.moderate(place, Outcome.REJECTED)
        self.time_goes_by(121)

    @precondition(lambda self: not self.claims_are_stopped())
    @rule(place=st.integers(0, 9))
    def suspect(self, place: int) -> None:
        self.judge_as(place, [Decision.SUSPECTED_MALPRACTICE, Decision.AGREED])

    @rule(place=st.integers(0, 9), outcome=st.sampled_from(list(Outcome)))
    def hand_in(self, place: int, outcome: Outcome) -> None:
        request_id = self.some(place, RequestState.IN_MODERATION)
        if request_id:
            standing = [self.college.standing(sample) for sample in self.college.samples(request_id)]
            self.college.report(request_id, [judgement for ids in standing for judgement in ids], outcome)

    @rule(place=st.integers(0, 9))
    def submit_again(self, place: int) -> None:
        request_id, house = self.some(place, RequestState.RETURNED_TO_CENTRE), self.house
        if request_id:
            self.attempt(lambda: resubmit(house.engine, self.college.staff, request_id, "", house.clock()))

    @rule(place=st.integers(0, 9))
    def release(self, place: int) -> None:
        request_id, house = self.some(place, RequestState.RETURNED_TO_CENTRE), self.house
        if request_id:
            quality = house.person("quality")
            self.attempt(
                lambda: release_batch(house.engine, quality, request_id, "Looked at.", house.clock())
            )

    @rule(place=st.integers(0, 9))
    def hold(self, place: int) -> None:
        request_id, house = self.some(place), self.house
        if request_id:
            quality = house.person("quality")
            self.attempt(lambda: hold_request(house.engine, quality, request_id, "Closer.", house.clock()))

    @precondition(lambda self: self.claims_are_stopped())
    @rule(place=st.integers(0, 9), refused=st.sampled_from([(), (0,), (1, 2), tuple(range(LEARNERS))]))
    def find(self, place: int, refused: tuple[int, ...]) -> None:
        waiting = sorted(
            (row.restriction_id, row.request_id)
            for row in self.house.rows(t.inquiries, t.inquiries.c.found_at.is_(None))
        )
        if not waiting:
            return
        restriction_id, request_id = waiting[place % len(waiting)]
        house, quality = self.house, self.house.person("quality")
        # A malpractice restriction ends by its findings alone (M-66).
        assert not self.attempt(
            lambda: end_restriction(house.engine, quality, restriction_id, "Mended.", house.clock())
        )
        lines = self.house.rows(t.claim_lines, t.claim_lines.c.request_id == request_id)
        bad = {self.college.learners[number] for number in refused}
        record_finding(
            self.house.engine,
            self.house.blobs,
            self.house.person("quality"),
            restriction_id,
            request_id,
            {row.learner_id: row.learner_id not in bad for row in lines},
            "Looked into.",
            self.house.clock(),
        )

    @rule(lift=st.booleans())
    def sanction(self, lift: bool) -> None:
        house, quality = self.house, self.house.person("quality")
        with reading(house.engine) as connection:
            standing = [
                item for item in sanctions_of(connection, self.college.centre_id) if not item.lifted_at
            ]
        for item in standing:
            lift_sanction(house.engine, quality, item.id, "Mended.", house.clock())
        if not standing and not lift:
            set_sanction(
                house.engine, quality, self.college.centre_id, "CMI", 3, "It must be.", house.clock()
            )

    @rule(days=st.sampled_from([1, 60]))
    def time_goes_by(self, days: int) -> None:
        self.college.later(days)
        tick(self.house.engine, self.house.clock())

    def judge_as(self, place: int, decisions: list[Decision]) -> None:
        request_id = self.some(place, RequestState.IN_MODERATION)
        if not request_id:
            return
        acts = [
            self.house.act(
                self.house.judgement(
                    1,
                    decisions[min(number, len(decisions) - 1)],
                    request_id=request_id,
                    sample_id=sample_id,
                    supersedes=self.college.standing(sample_id),
                )
            )
            for number, sample_id in enumerate(self.college.samples(request_id))
        ]
        if acts:
            self.house.push(*acts)

    # -- what must hold ------------------------------------------------------------------------------------------

    def claims_are_stopped(self) -> bool:
        with reading(self.house.engine) as connection:
            sanctions = sanctions_of(connection, self.college.centre_id)
            restrictions = restrictions_of(connection, self.college.centre_id)
        return any(item.lifted_at is None for item in sanctions) or any(
            item.ended_at is None for item in restrictions
        )

    @invariant()
    def whoever_is_newly_certificated_came_by_no_way_round(self) -> None:
        if not hasattr(self, "college"):
            return
        rows, now = self.own(), self.college.certificated()
        self.reached |= {RequestState(row.state) for row in rows}
        for learner in now - self.certificated:
            self.must_have_earned(learner, rows)
        self.certificated = now

    def must_have_earned(self, learner: str, requests: list[Any]) -> None:
        lines = self.house.rows(t.claim_lines, t.claim_lines.c.learner_id == learner)
        open_inquiries = {row.request_id for row in self.house.rows(t.inquiries) if row.found_at is None}
        refusals = {
            row.request_id
            for row in self.house.rows(t.findings)
            if row.learner_id == learner and not row.cleared
        }
        credits = 0
        for request in requests:
            own = [line for line in lines if line.request_id == request.id]
            if not own:
                continue
            if request.state not in OVER:
                assert not request.certification_hold, "certificated through a held batch (M-57)"
                assert request.state != RequestState.ON_HOLD.value, "certificated through a hold (M-65)"
                assert request.id not in open_inquiries, "certificated during an inquiry (D-5)"
            if self.gives_credits(request, learner) and request.id not in refusals:
                credits += sum(UNITS[line.unit_id.rpartition("-")[2]] for line in own)
        assert credits >= REQUIRED, f"{learner} was certificated with {credits} credits earned"

    def gives_credits(self, request: Any, learner: str) -> bool:
        """Whether the record says that this request was decided in the learner's favour."""
        reports = self.house.rows(t.reports, t.reports.c.request_id == request.id)
        accepted = any(row.outcome == Outcome.ACCEPTED.value for row in reports)
        if request._mapping["samples"] == 0:
            return request.state in (RequestState.RECORDS_UPDATED.value, RequestState.CERTIFICATED.value)
        if accepted:
            return True
        return bool(reports) and bool(request.release_reason) and learner not in self.not_agreed(request.id)

    def not_agreed(self, request_id: str) -> set[str]:
        """Learners whose sampled work stands as anything but agreed."""
        line_of = {
            row.claim_line_id: row.id
            for row in self.house.rows(t.samples, t.samples.c.request_id == request_id)
        }
        bad = set()
        for line in self.house.rows(t.claim_lines, t.claim_lines.c.request_id == request_id):
            if line.id in line_of:
                judged = self.house.rows(t.judgements, t.judgements.c.sample_id == line_of[line.id])
                standing = self.college.standing(line_of[line.id])
                if {row.decision for row in judged if row.id in standing} != {"agreed"}:
                    bad.add(line.learner_id)
        return bad

    @invariant()
    def no_learner_unit_is_held_twice(self) -> None:
        if not hasattr(self, "college"):
            return
        live = {row.id for row in self.own() if row.state != RequestState.ARCHIVED.value}
        held = [
            (row.learner_id, row.unit_id) for row in self.house.rows(t.claim_lines) if row.request_id in live
        ]
        assert len(held) == len(set(held))


@NOT_OF_THE_DATABASE
def test_M57_M62_M65_M66_no_way_round_leads_to_a_certificate(new_house: Callable[[], House]) -> None:
    reached: set[RequestState] = set()
    certificated = 0

    class OnThisHouse(Life):
        def teardown(self) -> None:
            nonlocal certificated
            reached.update(self.reached)
            certificated += len(self.certificated)
            super().teardown()

    OnThisHouse.new_house = staticmethod(new_house)
    run_state_machine_as_test(OnThisHouse, settings=RUNS)
    # The walk is worth something only if it gets to where the ways round begin.
    assert reached >= {
        RequestState.ON_HOLD,
        RequestState.RETURNED_TO_CENTRE,
        RequestState.ARCHIVED,
        RequestState.CERTIFICATED,
    }
    assert certificated
