"""The rules of a quality review in one place to ask: what it covers, each step, what may be recorded, what is missing.

They stand in ``review_scope``, ``review_moves``, ``review_checks`` and ``review_missing``. Desktop, portal and service
decide by the same ones.
"""

from __future__ import annotations

from app.domain.review_checks import (
    SINGLE_MEETINGS,
    check_contact_with_nominee,
    check_evidence_withdrawal,
    check_meeting,
    check_quality,
    check_sign_off,
    check_visit_evidence,
)
from app.domain.review_missing import (
    Missing,
    check_visit_report,
    missing,
    objective_proposal,
    proposed_level,
    proposes_block,
    review_outcome,
)
from app.domain.review_moves import (
    after_block_decision,
    after_ced_extension,
    after_contact,
    after_date_agreed,
    after_declaration,
    after_scope_decision,
    after_visit_report,
    after_work_began,
    task_from,
)
from app.domain.review_scope import (
    NOT_REVIEWED,
    codes_to_judge,
    objectives_in_scope,
    others_in_report,
    standing_in_scope,
    with_counts,
)

__all__ = [
    "NOT_REVIEWED",
    "SINGLE_MEETINGS",
    "Missing",
    "after_block_decision",
    "after_ced_extension",
    "after_contact",
    "after_date_agreed",
    "after_declaration",
    "after_scope_decision",
    "after_visit_report",
    "after_work_began",
    "check_contact_with_nominee",
    "check_evidence_withdrawal",
    "check_meeting",
    "check_quality",
    "check_sign_off",
    "check_visit_evidence",
    "check_visit_report",
    "codes_to_judge",
    "missing",
    "objective_proposal",
    "objectives_in_scope",
    "others_in_report",
    "proposed_level",
    "proposes_block",
    "review_outcome",
    "standing_in_scope",
    "task_from",
    "with_counts",
]
