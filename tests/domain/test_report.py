"""What a report states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.moderation import Decision, Outcome
from app.domain.report import gather_report
from tests.support.records import evidence, judgement, note, rejecting, request, sample


@given(st.permutations(range(4)))
def test_the_order_of_the_records_does_not_matter(order: list[int]) -> None:
    samples = [sample(i) for i in range(1, 5)]
    notes = [note(f"n{i}", sample_id=f"sample-{i}") for i in range(1, 5)]
    files = [evidence(f"e{i}", sample_id=f"sample-{i}") for i in range(1, 5)]
    current = {s.id: judgement(f"a{s.position}", s.id) for s in samples}

    def gathered(indices: list[int]) -> object:
        return gather_report(
            request(),
            [samples[i] for i in indices],
            current,
            [notes[i] for i in indices],
            [files[i] for i in indices],
            outcome=Outcome.ACCEPTED,
            summary="",
            moderator_name="M",
            signed_at=datetime(2026, 3, 2, tzinfo=UTC),
        )

    assert gathered(list(order)) == gathered([0, 1, 2, 3])


def test_M59_actions_are_numbered_through_the_report() -> None:
    samples = [sample(1), sample(2), sample(3)]
    report = gather_report(
        request(),
        samples,
        {
            "sample-1": rejecting("a1", "sample-1", "First."),
            "sample-2": judgement("a2", "sample-2"),
            "sample-3": rejecting("a3", "sample-3", "Second."),
        },
        [],
        [],
        outcome=Outcome.REJECTED,
        summary="",
        moderator_name="M",
        signed_at=None,
    )
    assert [(a.number, a.sample_position, a.text) for a in report.actions] == [
        (1, 1, "First."),
        (2, 3, "Second."),
    ]


def test_D5_a_suspicion_does_not_come_into_the_report() -> None:
    suspicion = replace(
        rejecting("a1", "sample-1", "Send the two accounts."),
        decision=Decision.SUSPECTED_MALPRACTICE,
        rationale="Two accounts are alike.",
    )
    report = gather_report(
        request(),
        [sample(1), sample(2)],
        {"sample-1": suspicion, "sample-2": rejecting("a2", "sample-2", "Re-mark.")},
        [],
        [],
        outcome=Outcome.REJECTED,
        summary="",
        moderator_name="M",
        signed_at=None,
    )
    assert [entry.judgement and entry.judgement.id for entry in report.samples] == [None, "a2"]
    assert [action.text for action in report.actions] == ["Re-mark."]
