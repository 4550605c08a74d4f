"""The centre's Engagement Document (CED): when it is due, what is asked of whom, and what its signature covers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.centres import Nation
from app.domain.clocks import add_working_days
from app.domain.dates import day
from app.domain.errors import KnownError
from app.domain.fixed_texts import says_the_same
from app.domain.frameworks import Framework, Objective
from app.domain.review_terms import Level, ReviewState, Scope
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviews import Ced, CedEntry, CedFile, Redeclaration, Review, Signature

NAME_LIMIT = 200
"""Characters that the signer's name or role may have."""


def ced_due(framework: Framework, year: int, visit_on: date | None, nation: Nation) -> date:
    """The day the Engagement Document is due (D-8, Q-09, Q-10).

    Before a visit ahead of the framework's last day: so many working days of the centre's nation, the visit being day
    0. Otherwise that last day itself, on whatever day of the week it falls. year: in which the academic year begins.
    """
    latest = framework.ced_latest(year)
    if visit_on is None or visit_on >= latest:
        return latest
    return add_working_days(visit_on, -framework.ced_working_days, nation)


def ced_due_with_visit(framework: Framework, review: Review, visit_on: date | None) -> date:
    """The day it would be due if the visit were on this day. What the quality manager granted is never cut short."""
    due = ced_due(framework, review.year, visit_on, review.nation)
    return max(due, review.ced_due_on) if review.ced_extended else due


def ced_is_late(review: Review, today: date) -> bool:
    """Whether the Engagement Document was not in by the day it was due (D-8). A flag beside the state."""
    return (review.ced_submitted_on or today) > review.ced_due_on


def proposal_warning(framework: Framework, review: Review, proposed_on: date, today: date) -> str:
    """What to say when a proposed visit would make the Engagement Document due before today; else empty (Q-10)."""
    if review.ced_submitted_on is not None:
        return ""
    due = ced_due_with_visit(framework, review, proposed_on)
    if due >= today:
        return ""
    if due == review.ced_due_on:
        return f"The Engagement Document was due on {day(due)} and is not in yet."
    return (
        f"For a visit on {day(proposed_on)} the Engagement Document would have been due on {day(due)}, "
        "and it is not in yet. Propose a later day."
    )


def asked_objectives(framework: Framework, register_only: bool) -> tuple[Objective, ...]:
    """The objectives that the centre answers for itself: a register-only one the blocking ones alone (Q-05, Q-14)."""
    return framework.blocking if register_only else framework.objectives


def filled_entries(framework: Framework, ced: Ced) -> tuple[CedEntry, ...]:
    """One entry for each objective, in the framework's order.

    A register-only centre answers the blocking ones; for all others stands *met* and text A (Q-14, Q-15). What it has
    not answered yet has no level and no commentary.
    """
    answered = {entry.code: entry for entry in ced.entries}
    return tuple(
        CedEntry(objective.code, Level.MET, framework.text_a)
        if ced.register_only and not objective.blocking
        else answered.get(objective.code, CedEntry(objective.code, None, ""))
        for objective in framework.objectives
    )


@dataclass(frozen=True, slots=True)
class CedFault:
    """One thing that keeps the Engagement Document from being signed.

    field: where it is mended: ``recognition``, ``approvals``, ``register_only``, or, of the objective with this
    ``code`` (otherwise empty), ``level`` or ``commentary``.
    """

    field: str
    code: str
    says: str


def ced_faults(framework: Framework, ced: Ced, review: Review | None = None) -> tuple[CedFault, ...]:
    """Everything that keeps it from being signed, in the order of the document; empty when it is complete.

    Both re-declarations (Q-12), an answer to every objective that is asked (Q-14), and the two fixed texts each only
    where it belongs (Q-15, Q-32). With ``review``: no reduced document once its scope is a full one (Q-19, D-14).
    """
    faults: list[CedFault] = []
    if review is not None and ced.register_only and review.scope is Scope.FULL:
        faults.append(
            CedFault(
                "register_only",
                "",
                "This review has its full scope, so that every objective must be answered.",
            )
        )
    for field, title, declared in (
        ("recognition", "Centre recognition", ced.recognition),
        ("approvals", "Qualification approvals", ced.approvals),
    ):
        faults += _redeclaration_faults(field, title, declared)
    known = {objective.code for objective in framework.objectives}
    codes = [entry.code for entry in ced.entries]
    for code in sorted({code for code in codes if code not in known or codes.count(code) > 1}):
        faults.append(CedFault("commentary", code, f"{code} cannot be answered here, or is answered twice."))
    answered = {entry.code: entry for entry in ced.entries}
    asked = asked_objectives(framework, ced.register_only)
    for objective in framework.objectives:
        entry = answered.get(objective.code, CedEntry(objective.code, None, ""))
        if objective in asked:
            faults += _entry_faults(framework, objective, entry)
        elif says_the_same(entry.commentary, framework.text_b):
            # Whatever else it wrote there before is no part of the document: text A stands for it.
            faults.append(_wrong_text(objective.code))
    return tuple(faults)


def ced_content_sha256(framework: Framework, ced: Ced, files: Iterable[CedFile]) -> str:
    """The hex SHA-256 of what the signature covers (Q-13): every entry as filled, both re-declarations with the words
    they are about, the declaration, and each file by measure, name and content. The order of the files is no part.
    """
    content = {
        "framework": framework.id,
        "review": ced.review_id,
        "register_only": ced.register_only,
        "entries": [
            [entry.code, entry.level.value if entry.level else "", entry.commentary]
            for entry in filled_entries(framework, ced)
        ],
        "recognition": [framework.recognition, ced.recognition.accepted, ced.recognition.changes],
        "approvals": [framework.approvals, ced.approvals.accepted, ced.approvals.changes],
        "declaration": framework.declaration,
        "files": sorted([file.code, file.name, file.sha256] for file in files),
    }
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def signature_holds(framework: Framework, ced: Ced, files: Iterable[CedFile]) -> bool:
    """Whether it is signed, and exactly this content was (Q-13)."""
    return ced.signature is not None and ced.signature.content_sha256 == ced_content_sha256(
        framework, ced, files
    )


def signed_ced(
    framework: Framework,
    review: Review,
    ced: Ced,
    files: Iterable[CedFile],
    *,
    name: str,
    role: str,
    signed_at: datetime,
) -> Ced:
    """The document with the Head of Centre's signature over its content (Q-13). Who may sign is asked elsewhere.

    With text A before the consortium is confirmed it stands provisionally (D-14). Raises KnownError
    ``signature_incomplete``, ``ced_incomplete`` naming every fault, or what ``ced_may_change`` raises.
    """
    ced_may_change(review)
    name, role = name.strip(), role.strip()
    if not name or not role or len(name) > NAME_LIMIT or len(role) > NAME_LIMIT:
        raise KnownError("signature_incomplete", "A signature needs the signer's full name and role.")
    faults = ced_faults(framework, ced, review)
    if faults:
        raise KnownError(
            "ced_incomplete",
            " ".join(dict.fromkeys(fault.says for fault in faults)),
            "Complete the Engagement Document, then sign it.",
        )
    return replace(
        ced,
        signature=Signature(
            name, role, framework.declaration, signed_at, ced_content_sha256(framework, ced, files)
        ),
        provisional=ced.register_only and review.scope is not Scope.REDUCED,
    )


def ced_may_change(review: Review | None) -> None:
    """Raises KnownError unless the Engagement Document is open: not before the centre has its allocation (Q-08), and
    no more once the report is complete.
    """
    if review is None:
        raise KnownError(
            "ced_inactive",
            "This year's Engagement Document opens once the centre has its review allocation.",
            "You will be told by e-mail.",
        )
    if review.state is ReviewState.COMPLETE:
        raise KnownError(
            "review_complete",
            "The report of this review is complete, so the Engagement Document can no longer be changed.",
            "Answer the actions of the report instead.",
        )


def after_ced_submitted(review: Review, on: date) -> Review:
    """The review once the Engagement Document is signed and complete (Q-13)."""
    ced_may_change(review)
    return replace(review, ced_submitted_on=on)


def after_ced_reopened(review: Review) -> Review:
    """The review once a change, or a refused consortium, took the signature away: it is not submitted (Q-13, D-14)."""
    return replace(review, ced_submitted_on=None)


def ced_after_change(ced: Ced) -> Ced:
    """The document after any change to it or to its files: a change needs a new signature (Q-13)."""
    return replace(ced, signature=None, provisional=False)


def ced_after_scope(framework: Framework, review: Review, ced: Ced) -> Ced:
    """The document once the scope is decided (D-14). review: after the decision.

    Reduced: what stood provisionally stands for good. Full: a reduced document is reopened for the other objectives
    and needs a new signature; then the review is to pass ``after_ced_reopened`` as well.
    """
    if review.scope is Scope.REDUCED:
        return replace(ced, provisional=False)
    if review.scope is Scope.FULL and ced.register_only:
        blocking = {objective.code for objective in framework.blocking}
        own = tuple(entry for entry in ced.entries if entry.code in blocking)
        return replace(ced_after_change(ced), register_only=False, entries=own)
    return ced


def _redeclaration_faults(field: str, title: str, declared: Redeclaration) -> list[CedFault]:
    faults = []
    if not declared.accepted:
        faults.append(CedFault(field, "", f"{title}: the terms and conditions are not declared again."))
    if len(declared.changes) > TEXT_LIMIT:
        faults.append(CedFault(field, "", f"{title}: {TEXT_LIMIT:,} characters are possible."))
    return faults


def _entry_faults(framework: Framework, objective: Objective, entry: CedEntry) -> list[CedFault]:
    code, faults = objective.code, []
    if entry.level is None:
        faults.append(CedFault("level", code, f"{code}: say how far the objective is met."))
    elif entry.level is Level.NOT_APPLICABLE:
        faults.append(CedFault("level", code, f"{code}: an objective always applies."))
    if not _says(entry.commentary):
        faults.append(CedFault("commentary", code, f"{code}: the commentary is missing."))
    elif len(entry.commentary) > TEXT_LIMIT:
        faults.append(CedFault("commentary", code, f"{code}: {TEXT_LIMIT:,} characters are possible."))
    elif says_the_same(entry.commentary, framework.text_a):
        faults.append(
            CedFault(
                "commentary",
                code,
                f"{code}: this sentence stands only for objectives that a register-only centre does not answer.",
            )
        )
    elif says_the_same(entry.commentary, framework.text_b):
        faults.append(
            CedFault(
                "commentary", code, f"{code}: this sentence belongs in the report, not in this document."
            )
        )
    return faults


def _wrong_text(code: str) -> CedFault:
    return CedFault("commentary", code, f"{code}: this sentence belongs in the report, not in this document.")


def _says(text: str) -> bool:
    return bool(text.strip())
