"""Records of a quality review as they travel: the domain's own, without the feed number, which travels beside them.

An act's payload is the domain's deed in the same way. A record of tomorrow reaches an older client unharmed: unknown
fields are passed over, and one with an unknown value stays in the cache as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.domain.reviews import (
    Ced,
    CedFile,
    Meeting,
    NomineeContact,
    QualityJudgement,
    Review,
    ReviewAction,
    ReviewRecord,
    ReviewRow,
    VisitEvidence,
    VisitReport,
)

REVIEW_KINDS: dict[str, type[ReviewRecord]] = {
    "review": Review,
    "ced": Ced,
    "ced_file": CedFile,
    "visit_evidence": VisitEvidence,
    "quality_judgement": QualityJudgement,
    "meeting": Meeting,
    "nominee_contact": NomineeContact,
    "review_action": ReviewAction,
    "visit_report": VisitReport,
    "review_row": ReviewRow,
}
"""Every kind of record of a review, in the order in which its root is sent."""

_KIND_OF = {record_type: kind for kind, record_type in REVIEW_KINDS.items()}


def review_body(record: ReviewRecord) -> tuple[str, bytes]:
    """The kind of a record and its encoded feed body."""
    return _KIND_OF[type(record)], msgspec.json.encode(replace(record, rev=0), order="deterministic")


def review_reader(kind: str) -> Callable[[str, str, int, bytes], ReviewRecord]:
    """What makes the record of one feed row of this kind: id, root, rev and body. It may raise what msgspec raises."""
    decoder: msgspec.json.Decoder[ReviewRecord] = msgspec.json.Decoder(REVIEW_KINDS[kind])
    return lambda _identifier, _root, rev, body: replace(decoder.decode(body), rev=rev)
