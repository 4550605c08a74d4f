"""When the centre's evidence is complete (D-6)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.evidence import (
    MAY_BE_NOT_APPLICABLE,
    ONCE_PER_REQUEST,
    ONCE_PER_UNIT,
    EvidenceKind,
    missing_evidence,
)
from tests.support.records import evidence, sample


def everything_for(*sample_ids: str) -> list[object]:
    return [
        evidence(f"{kind}-{sample_id}", kind, sample_id=sample_id)
        for kind in EvidenceKind
        for sample_id in sample_ids
    ]


@given(st.sampled_from(list(EvidenceKind)))
def test_M42_each_required_kind_is_missed_when_absent(kind: EvidenceKind) -> None:
    files = [item for item in everything_for("sample-1") if item.kind is not kind]
    assert {found for found, _ in missing_evidence([sample(1)], files)} == {kind}


def test_M50_nothing_is_missing_when_each_kind_is_there() -> None:
    samples = [sample(1), sample(2)]
    assert missing_evidence(samples, everything_for("sample-1", "sample-2")) == ()


def test_D6_briefs_count_once_per_unit_and_the_sampling_sheet_once_per_request() -> None:
    samples = [sample(1), sample(2), sample(3, unit_code="502")]
    files = everything_for("sample-1")
    missing = missing_evidence(samples, files)
    assert {kind for kind, _ in missing}.isdisjoint(ONCE_PER_REQUEST)
    assert [place for kind, place in missing if kind in ONCE_PER_UNIT] == ["502"]


@given(st.sampled_from(list(EvidenceKind)), st.sampled_from(["", "  ", "No learner asked for any."]))
def test_D6_only_some_kinds_may_be_not_applicable_and_only_with_a_reason(
    kind: EvidenceKind, reason: str
) -> None:
    files = [item for item in everything_for("sample-1") if item.kind is not kind]
    files.append(evidence("na", kind, sample_id="", sha256="", not_applicable=reason))
    excused = kind in MAY_BE_NOT_APPLICABLE and bool(reason.strip())
    assert (missing_evidence([sample(1)], files) == ()) == excused
