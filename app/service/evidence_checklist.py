"""What evidence a centre is asked for, what it has given, and what is still missing (M-42, D-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.domain.errors import KnownError
from app.domain.evidence import (
    MAY_BE_NOT_APPLICABLE,
    ONCE_PER_REQUEST,
    ONCE_PER_UNIT,
    Evidence,
    EvidenceKind,
    advise_to_zip,
    missing_evidence,
)
from app.domain.life import TAKES_EVIDENCE
from app.domain.moderation import ModerationRequest, RequestState, Sample
from app.service import tables as t
from app.service.records import load_evidence, load_requests, load_samples

LINK_NOT_AGREED = "not-agreed"
"""The verdict kept of a link whose platform was not agreed: it stands beside files, never for them (M-44)."""


@dataclass(frozen=True, slots=True)
class Given:
    """Something the centre gave, with what a look into it found.

    says: the sentence of the look, or why a link is or is not enough. added_by: a name, empty for an operator.
    may_withdraw: it was added since the last declaration, and the request takes evidence now.
    """

    evidence: Evidence
    verdict: str
    says: str
    added_by: str
    added_at: datetime
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Need:
    """One kind that is asked for at one place, and what serves it.

    missing: it still keeps the evidence from being complete. served: in words, when something given elsewhere serves
    it too; empty else.
    """

    kind: EvidenceKind
    missing: bool
    given: tuple[Given, ...]
    served: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A sampled learner-unit, or (``sample`` None) the whole request, with everything asked for there.

    advise_to_zip: its files are several and large (M-48).
    """

    sample: Sample | None
    needs: tuple[Need, ...]
    advise_to_zip: bool

    @property
    def missing(self) -> tuple[EvidenceKind, ...]:
        return tuple(need.kind for need in self.needs if need.missing)


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything about a request's evidence. ``places``: each sampled learner-unit, then the whole request."""

    request: ModerationRequest
    places: tuple[Place, ...]

    @property
    def missing(self) -> tuple[tuple[EvidenceKind, Sample | None], ...]:
        return tuple((kind, place.sample) for place in self.places for kind in place.missing)

    @property
    def excusable(self) -> tuple[EvidenceKind, ...]:
        """The missing kinds of which there may be none (D-6)."""
        missing = {kind for kind, _ in self.missing}
        return tuple(kind for kind in EvidenceKind if kind in missing & MAY_BE_NOT_APPLICABLE)

    @property
    def is_open(self) -> bool:
        """Whether the centre may add and take back."""
        return self.request.state in TAKES_EVIDENCE

    @property
    def may_declare(self) -> bool:
        """Whether the centre may declare it complete now (M-50)."""
        return self.request.state is RequestState.SAMPLE_REQUESTED and not self.missing


def checklist(connection: Connection, request_id: str) -> Checklist:
    """The checklist of a request. Raises KnownError ``request_unknown``."""
    found = load_requests(connection, [request_id])
    if not found:
        raise request_unknown()
    (request,) = found
    samples = load_samples(connection, [request_id])
    evidence = load_evidence(connection, [request_id])
    is_open = request.state in TAKES_EVIDENCE
    given = _given(connection, request_id, evidence, is_open)
    missing = frozenset(missing_evidence(samples, evidence))
    places = [_place_of(sample, samples, given, missing) for sample in samples]
    return Checklist(request, (*places, _whole(given, missing)))


def request_unknown() -> KnownError:
    """The answer to a request that does not exist, or is another centre's."""
    return KnownError("request_unknown", "There is no such claim at this centre.")


def declared_at(connection: Connection, request_id: str) -> datetime | None:
    """When the evidence was declared complete last; every date set since then belongs to that declaration."""
    found: datetime | None = connection.scalar(
        select(func.max(t.due_dates.c.set_at)).where(t.due_dates.c.request_id == request_id)
    )
    return found


def _given(
    connection: Connection, request_id: str, evidence: Iterable[Evidence], is_open: bool
) -> tuple[Given, ...]:
    declared = declared_at(connection, request_id)
    rows = connection.execute(
        select(t.evidence, t.persons.c.name.label("person"))
        .outerjoin(t.persons, t.persons.c.id == t.evidence.c.added_by)
        .where(t.evidence.c.request_id == request_id)
    )
    known: dict[str, Row[Any]] = {row.id: row for row in rows}
    return tuple(
        Given(
            item,
            known[item.id].verdict,
            known[item.id].says,
            known[item.id].person or "",
            known[item.id].added_at,
            is_open and (declared is None or known[item.id].added_at > declared),
        )
        for item in evidence
    )


def _place_of(
    sample: Sample,
    samples: Sequence[Sample],
    given: Sequence[Given],
    missing: frozenset[tuple[EvidenceKind, str]],
) -> Place:
    """What is asked for of one learner-unit; a brief is asked for with the first learner of its unit (D-6)."""
    first = next(other for other in samples if other.unit_code == sample.unit_code)
    needs = []
    for kind in EvidenceKind:
        theirs = tuple(
            item for item in given if item.evidence.kind is kind and item.evidence.sample_id == sample.id
        )
        if kind in ONCE_PER_UNIT:
            asked = first.id == sample.id
            lacks = asked and (kind, sample.unit_code) in missing
        else:
            asked = kind not in ONCE_PER_REQUEST
            lacks = (kind, sample.id) in missing
        served = "" if lacks or theirs else _served(kind, sample, samples, given)
        excused = kind in MAY_BE_NOT_APPLICABLE and not lacks
        if theirs or (asked and not excused):
            needs.append(Need(kind, lacks, theirs, served))
    return Place(sample, tuple(needs), _zip_better(needs))


def _served(kind: EvidenceKind, sample: Sample, samples: Sequence[Sample], given: Sequence[Given]) -> str:
    """Where else it was given, when nothing of the kind lies at the place itself."""
    if any(item.evidence.kind is kind and not item.evidence.sample_id for item in given):
        return "Given for the whole claim"
    same_unit = {other.id: other for other in samples if other.unit_code == sample.unit_code}
    for item in given:
        if item.evidence.kind is kind and item.evidence.sample_id in same_unit:
            return f"Given with {same_unit[item.evidence.sample_id].learner_name}"
    return ""


def _whole(given: Sequence[Given], missing: frozenset[tuple[EvidenceKind, str]]) -> Place:
    needs = []
    for kind in EvidenceKind:
        theirs = tuple(item for item in given if item.evidence.kind is kind and not item.evidence.sample_id)
        if theirs or kind in ONCE_PER_REQUEST:
            lacks = (kind, "") in missing
            needs.append(Need(kind, lacks, theirs))
    return Place(None, tuple(needs), _zip_better(needs))


def _zip_better(needs: Iterable[Need]) -> bool:
    return advise_to_zip(item.evidence.size for need in needs for item in need.given)
