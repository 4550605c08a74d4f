"""What still keeps a quality review's report from being signed off, and what follows from its judgements (D-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import KnownError
from app.domain.frameworks import Framework, Objective
from app.domain.review_checks import SINGLE_MEETINGS, actions_wanting, words_wanting
from app.domain.review_deeds import SubmitVisitReport
from app.domain.review_scope import objectives_in_scope, standing_in_scope
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewOutcome, Scope
from app.domain.review_words import must_fit
from app.domain.reviews import Ced, Meeting, QualityJudgement, Review, ReviewAction, VisitEvidence
from app.domain.superseding import current

_WORST_FIRST = (Level.NOT_MET, Level.PARTLY_MET, Level.MET)

Standing = Mapping[str, tuple[QualityJudgement, ...]]
"""Each code to judge with the judgements that stand."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that still keeps the report from being signed off, and where it is mended.

    code: of the measure or objective; empty for what concerns the whole review. field: of a code ``level``, ``reason``,
    ``commentary``, ``cites``, ``actions`` or ``earlier_actions``; otherwise ``scope``, ``visit_on``, ``nominee``,
    ``exams_officer`` or ``meetings``.
    """

    code: str
    field: str
    says: str


def proposed_level(levels: Iterable[Level]) -> Level | None:
    """The level to offer for an objective: the worst of its measures (D-9).

    What does not apply is ignored; None where nothing is left, for an objective cannot be wholly *not applicable*.
    """
    found = set(levels)
    return next((level for level in _WORST_FIRST if level in found), None)


def objective_proposal(objective: Objective, standing: Standing) -> Level | None:
    """What its measures propose for an objective: None until each is judged without dispute, or where it has none."""
    found = [standing.get(measure.code, ()) for measure in objective.measures]
    if not found or any(len(one) != 1 for one in found):
        return None
    return proposed_level(one[0].level for one in found)


def review_outcome(framework: Framework, judgements: Iterable[QualityJudgement]) -> ReviewOutcome:
    """The outcome of a report (D-9), from the judgements that stand in its scope (``standing_in_scope``): a blocking
    objective not met asks for the quality manager's support, else any essential action for action, else none.
    """
    standing = current(judgements)
    if proposes_block(framework, standing):
        return ReviewOutcome.SUPPORT_REQUIRED
    if any(action.essential for judgement in standing for action in judgement.actions):
        return ReviewOutcome.ACTION_REQUIRED
    return ReviewOutcome.NO_ACTION


def proposes_block(framework: Framework, judgements: Iterable[QualityJudgement]) -> bool:
    """Whether a blocking objective is not met: it proposes a certification block (D-9, Q-06)."""
    blocking = {objective.code for objective in framework.blocking}
    return any(
        judgement.code in blocking and judgement.level is Level.NOT_MET for judgement in current(judgements)
    )


def missing(
    framework: Framework,
    review: Review,
    ced: Ced | None,
    judgements: Iterable[QualityJudgement],
    evidence: Iterable[VisitEvidence],
    meetings: Iterable[Meeting],
    actions: Iterable[ReviewAction],
) -> tuple[Missing, ...]:
    """Everything that keeps the report from being signed off, in the order of the screen; empty when it can be.

    The scope is decided (Q-19); a visit has its day, the quality nominee's presence and the exams officer (Q-23, Q-24),
    which a desk-top review needs not (D-11); each code is judged once and cites evidence (Q-25, Q-26), unless it does
    not apply, with the words and actions of D-9; each action of last year is signed off, or asked for again.
    """
    standing = standing_in_scope(framework, review, judgements)
    usable = _Evidence(ced, evidence)
    found = [*_missing_scope(review), *_missing_of_visit(review, meetings)]
    for objective in objectives_in_scope(framework, review):
        for measure in objective.measures:
            found += _missing_of_measure(measure.code, standing, usable)
        found += _missing_of_objective(objective, standing, usable)
    found += _missing_of_last_year(review, standing, actions)
    return tuple(found)


def check_visit_report(
    framework: Framework,
    review: Review,
    ced: Ced | None,
    judgements: Sequence[QualityJudgement],
    evidence: Iterable[VisitEvidence],
    meetings: Iterable[Meeting],
    actions: Iterable[ReviewAction],
    deed: SubmitVisitReport,
) -> None:
    """Whether this version of the report may be issued: nothing is missing, and it states exactly what stands.

    Raises KnownError ``report_incomplete`` naming all that is missing, ``report_outdated`` where judgements, outcome or
    proposed block are others than stated, ``version_wrong`` out of turn, ``changes_missing`` for a silent correction.
    """
    wanting = missing(framework, review, ced, judgements, evidence, meetings, actions)
    if wanting:
        raise KnownError(
            "report_incomplete",
            " ".join(dict.fromkeys(one.says for one in wanting)),
            "Mend this, then sign the report off again.",
        )
    standing = [one for found in standing_in_scope(framework, review, judgements).values() for one in found]
    if (
        {judgement.id for judgement in standing} != set(deed.judgement_ids)
        or deed.outcome is not review_outcome(framework, standing)
        or deed.propose_block is not proposes_block(framework, standing)
    ):
        raise KnownError(
            "report_outdated",
            "The report no longer states the judgements that stand.",
            "Open the review, look at what changed, and sign a new report off.",
        )
    if deed.version != review.report_version + 1:
        raise KnownError(
            "version_wrong",
            f"Version {review.report_version + 1} of this report is next, and this one is version {deed.version}.",
            "Open the review, look at what was issued, and sign a new version off.",
        )
    if deed.version > 1 and not deed.changes.strip():
        raise KnownError("changes_missing", "A corrected report says what has changed against the last one.")
    must_fit(deed.summary, "summary")
    must_fit(deed.changes, "account of what changed")


class _Evidence:
    """What a judgement may rest on: noted evidence that counts and stands, the signed document, and its files."""

    def __init__(self, ced: Ced | None, evidence: Iterable[VisitEvidence]) -> None:
        self._noted = {item.id: item for item in evidence}
        self._ced = ced

    def carries(self, judgement: QualityJudgement) -> bool:
        """Whether the judgement rests on something (Q-26, Q-28)."""
        return any(self._counts(identifier) for identifier in judgement.cites)

    def _counts(self, identifier: str) -> bool:
        if self._ced is not None and identifier == self._ced.id:
            return self._ced.signature is not None
        noted = self._noted.get(identifier)
        # What was not noted here is a file of the Engagement Document: recording took no other.
        return noted is None or (noted.source.counts and not noted.withdrawn)


def _missing_scope(review: Review) -> list[Missing]:
    if review.scope is Scope.NOT_DECIDED:
        return [Missing("", "scope", "Record what the quality nominee answered about a consortium.")]
    if review.scope is Scope.CONFIRMATION_ASKED:
        return [Missing("", "scope", "The quality team has not yet confirmed or refused the consortium.")]
    return []


def _missing_of_visit(review: Review, meetings: Iterable[Meeting]) -> list[Missing]:
    if review.kind is ReviewKind.DESK_TOP:
        return []
    found = []
    if review.visit_on is None:
        found.append(Missing("", "visit_on", "The day of the visit is not recorded."))
    standing = current(meetings)
    by_kind = {kind: [one for one in standing if one.kind is kind] for kind in MeetingKind}
    nominee = by_kind[MeetingKind.NOMINEE]
    if not nominee:
        found.append(Missing("", "nominee", "The meeting with the quality nominee is not recorded."))
    elif len(nominee) == 1 and not nominee[0].throughout and not nominee[0].notes.strip():
        found.append(
            Missing("", "nominee", "Say whether the quality nominee was at hand throughout, or note why not.")
        )
    if not by_kind[MeetingKind.EXAMS_OFFICER]:
        found.append(Missing("", "exams_officer", "The meeting with the exams officer is not recorded."))
    for kind in MeetingKind:
        if kind in SINGLE_MEETINGS and len(by_kind[kind]) > 1:
            field = "nominee" if kind is MeetingKind.NOMINEE else "meetings"
            found.append(Missing("", field, f"“{kind.words}” is recorded twice; one must be chosen."))
    return found


def _missing_of_code(code: str, standing: Standing) -> list[Missing]:
    count = len(standing[code])
    if count == 0:
        return [Missing(code, "level", f"{code} is not judged yet.")]
    if count > 1:
        return [Missing(code, "level", f"{code} has {count} judgements; one must be chosen.")]
    judgement = standing[code][0]
    return [
        Missing(code, "reason" if wanting == "reason_missing" else "commentary", f"{code}: {says}")
        for wanting, says in words_wanting(judgement.level, judgement.reason, judgement.commentary)
    ]


def _missing_of_measure(code: str, standing: Standing, evidence: _Evidence) -> list[Missing]:
    found = _missing_of_code(code, standing)
    if len(standing[code]) == 1:
        judgement = standing[code][0]
        if judgement.level is not Level.NOT_APPLICABLE and not evidence.carries(judgement):
            found.append(Missing(code, "cites", f"{code} rests on no evidence yet."))
        found += [
            Missing(code, "actions", f"{code}: {says}")
            for _, says in actions_wanting(judgement.level, judgement.actions)
        ]
    return found


def _missing_of_objective(objective: Objective, standing: Standing, evidence: _Evidence) -> list[Missing]:
    if not objective.measures:
        return _missing_of_measure(objective.code, standing, evidence)
    code = objective.code
    found = _missing_of_code(code, standing)
    if len(standing[code]) != 1:
        return found
    judgement = standing[code][0]
    below = [standing[measure.code][0] for measure in objective.measures if len(standing[measure.code]) == 1]
    proposed = objective_proposal(objective, standing)
    if len(below) == len(objective.measures) and proposed is None:
        found.append(Missing(code, "level", f"{code}: not every measure of it can be “Not applicable”."))
    if proposed is not None and judgement.level is not proposed and not judgement.reason.strip():
        found.append(
            Missing(
                code,
                "reason",
                f"{code}: its measures propose “{proposed.words}”; judging otherwise needs a reason.",
            )
        )
    # An objective rests on the evidence of its measures, and their actions are its own.
    if not any(evidence.carries(one) for one in (judgement, *below)):
        found.append(Missing(code, "cites", f"{code} rests on no evidence yet."))
    asked = [action for one in (judgement, *below) for action in one.actions]
    found += [
        Missing(code, "actions", f"{code}: {says}") for _, says in actions_wanting(judgement.level, asked)
    ]
    return found


def _missing_of_last_year(
    review: Review, standing: Standing, actions: Iterable[ReviewAction]
) -> list[Missing]:
    found = []
    for action in actions:
        earlier = action.origin != review.number and action.signed_off_on is None
        if earlier and action.code in standing and not any(one.actions for one in standing[action.code]):
            found.append(
                Missing(
                    action.code,
                    "earlier_actions",
                    f"{action.code}: an action of review {action.origin} is open. "
                    "Sign it off, or ask for it again with an action.",
                )
            )
    return found
