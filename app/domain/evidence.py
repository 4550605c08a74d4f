"""The evidence a centre gives: its kinds, its files, and what is still missing (M-42, M-50)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.moderation import Sample


class EvidenceKind(StrEnum):
    """The kinds of evidence a centre is asked for (M-42)."""

    LEARNER_WORK = "learner_work"
    MARKING_SHEET = "marking_sheet"
    ASSIGNMENT_BRIEF = "assignment_brief"
    IQA_RECORD = "iqa_record"
    FLEXIBLE_ASSESSMENT = "flexible_assessment"
    SAMPLING_SHEET = "sampling_sheet"
    SAMPLING_PLAN = "sampling_plan"
    REASONABLE_ADJUSTMENT = "reasonable_adjustment"
    SPECIAL_CONSIDERATION = "special_consideration"

    @property
    def words(self) -> str:
        return _EVIDENCE_WORDS[self]

    @property
    def in_sentence(self) -> str:
        """The words as they stand in the middle of a sentence."""
        first, rest = self.words[0], self.words[1:]
        return self.words if rest[0].isupper() else first.lower() + rest


_EVIDENCE_WORDS = {
    EvidenceKind.LEARNER_WORK: "Learner work",
    EvidenceKind.MARKING_SHEET: "Marking sheet",
    EvidenceKind.ASSIGNMENT_BRIEF: "Assignment brief",
    EvidenceKind.IQA_RECORD: "IQA record",
    EvidenceKind.FLEXIBLE_ASSESSMENT: "Flexible-assessment information",
    EvidenceKind.SAMPLING_SHEET: "IQA sampling sheet",
    EvidenceKind.SAMPLING_PLAN: "IQA sampling plan",
    EvidenceKind.REASONABLE_ADJUSTMENT: "Reasonable-adjustment evidence",
    EvidenceKind.SPECIAL_CONSIDERATION: "Special-consideration evidence",
}

MAY_BE_NOT_APPLICABLE = frozenset(
    {
        EvidenceKind.FLEXIBLE_ASSESSMENT,
        EvidenceKind.SAMPLING_PLAN,
        EvidenceKind.REASONABLE_ADJUSTMENT,
        EvidenceKind.SPECIAL_CONSIDERATION,
    }
)
"""Only these kinds may be declared *not applicable*, with a reason (D-6)."""

ONCE_PER_REQUEST = frozenset({EvidenceKind.SAMPLING_SHEET, EvidenceKind.SAMPLING_PLAN})
ONCE_PER_UNIT = frozenset({EvidenceKind.ASSIGNMENT_BRIEF})
"""Briefs count once per unit, sheet and plan once per request; all else per sampled learner-unit (D-6)."""

SEVERAL_FILES = 3
LARGE_FILE = 25 * 1024 * 1024
"""From so many files of so many bytes on, zipping them is advised; nothing is ever refused for its size (M-48)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file the centre gave. ``sample_id`` is empty for what counts for the whole request.

    not_applicable: the centre's reason why there is none of this kind; then there is no file.
    url: where it lies on the centre's own platform, when the centre gave a link and no file (M-44).
    agreed: when the link was given, an agreement was in force for its platform: then it is enough alone (M-43).
    """

    id: str
    request_id: str
    sample_id: str
    kind: EvidenceKind
    name: str
    sha256: str
    size: int
    media_type: str = ""
    not_applicable: str = ""
    url: str = ""
    agreed: bool = False
    rev: int = 0

    @property
    def link_only(self) -> bool:
        """Whether there is nothing to take along: it can only be looked at where the centre keeps it."""
        return bool(self.url) and not self.sha256

    @property
    def is_enough(self) -> bool:
        """Whether its kind is served by it: a file is enough, and a link on an agreed platform (M-43, M-44)."""
        return bool(self.sha256) or (bool(self.url) and self.agreed)


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A file that could not be fetched: its name, which others may have as well, and why in a sentence."""

    name: str
    says: str

    @property
    def words(self) -> str:
        return f"{self.name}: {self.says}"


@dataclass(frozen=True, slots=True)
class Fetch:
    """How far bringing evidence to a laptop has come: files and bytes, and by SHA-256 what could not be fetched."""

    done: int
    total: int
    bytes_done: int
    bytes_total: int
    failed: Mapping[str, NotFetched] = field(default_factory=dict)


def advise_to_zip(sizes: Iterable[int]) -> bool:
    """Whether files of these sizes, in bytes, would better come as one archive (M-48): an advice, never a rule."""
    return sum(size >= LARGE_FILE for size in sizes) >= SEVERAL_FILES


def missing_evidence(
    samples: Iterable[Sample], evidence: Iterable[Evidence]
) -> tuple[tuple[EvidenceKind, str], ...]:
    """What still keeps the evidence from being complete (M-42, M-50, D-6), as (kind, what it lacks for).

    The second part is a sample id, a unit code, or empty for the whole request.
    """
    sampled = list(samples)
    files = list(evidence)
    excused = {
        item.kind for item in files if item.not_applicable.strip() and item.kind in MAY_BE_NOT_APPLICABLE
    }
    unit_of = {sample.id: sample.unit_code for sample in sampled}
    present = [item for item in files if item.is_enough]
    missing: list[tuple[EvidenceKind, str]] = []
    for kind in EvidenceKind:
        if kind in excused:
            continue
        of_kind = [item for item in present if item.kind is kind]
        if any(not item.sample_id for item in of_kind):
            continue
        if kind in ONCE_PER_REQUEST:
            if not of_kind:
                missing.append((kind, ""))
        elif kind in ONCE_PER_UNIT:
            served = {unit_of.get(item.sample_id) for item in of_kind}
            units = dict.fromkeys(sample.unit_code for sample in sampled)
            missing.extend((kind, unit) for unit in units if unit not in served)
        else:
            having = {item.sample_id for item in of_kind}
            missing.extend((kind, sample.id) for sample in sampled if sample.id not in having)
    return tuple(missing)
