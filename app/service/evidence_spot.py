"""Where evidence may be brought now, and by whom (M-42, M-48)."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.errors import KnownError
from app.domain.evidence import ONCE_PER_REQUEST, EvidenceKind
from app.domain.life import TAKES_EVIDENCE
from app.domain.moderation import ModerationRequest, RequestState
from app.domain.people import Permission, Person
from app.service.evidence_checklist import request_unknown
from app.service.records import load_requests, load_samples


def must_take_evidence(
    connection: Connection,
    person: Person,
    request_id: str,
    takes: frozenset[RequestState] = TAKES_EVIDENCE,
) -> ModerationRequest:
    """The request, for somebody who may bring evidence for it. ``takes``: the states in which.

    Raises KnownError for anybody else, and for a request that takes none now.
    """
    found = load_requests(connection, [request_id])
    # Whoever may not claim for the centre learns nothing of whether the request exists.
    if not found or not person.may_at(Permission.CLAIM_FOR_LEARNERS, found[0].centre_id):
        raise request_unknown()
    (request,) = found
    if request.state not in takes:
        raise KnownError(
            "evidence_not_asked",
            f"Claim {request.number} takes no evidence now: {request.state.words.lower()}.",
            "Load the page again to see how it stands; a note reaches the moderator at every stage.",
        )
    return request


def check_spot(
    connection: Connection, request: ModerationRequest, sample_id: str, kind: EvidenceKind
) -> None:
    """Raises KnownError where evidence of this kind has no place: for one learner what counts once for the whole
    claim, or for somebody who is not in the sample. ``sample_id`` empty: for the whole claim.
    """
    if sample_id and kind in ONCE_PER_REQUEST:
        raise KnownError(
            "once_per_request",
            f"{kind.words} counts for the whole claim, not for one learner.",
            "Add it under “The whole claim”.",
        )
    if sample_id and sample_id not in {item.id for item in load_samples(connection, [request.id])}:
        raise KnownError(
            "sample_unknown", "This learner and unit are not in the sample.", "Load the page again."
        )
