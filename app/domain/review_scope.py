"""What a quality review covers: which objectives and measures are judged, and what stands for the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.domain.frameworks import Framework, Objective
from app.domain.review_terms import ReviewKind, Scope
from app.domain.reviews import QualityJudgement, Review
from app.domain.superseding import current

NOT_REVIEWED = "not reviewed"
"""What stands for the objectives that a desk-top review of a full-scope centre does not cover (D-11)."""


def objectives_in_scope(framework: Framework, review: Review) -> tuple[Objective, ...]:
    """The objectives that this review judges.

    The blocking ones alone once the reduced scope is confirmed (Q-19, Q-20, Q-30), and always from the desk (D-11);
    until then, and in full scope, a visit covers all (D-10).
    """
    if review.kind is ReviewKind.DESK_TOP or review.scope is Scope.REDUCED:
        return framework.blocking
    return framework.objectives


def codes_to_judge(framework: Framework, review: Review) -> tuple[str, ...]:
    """Every code that needs a judgement (Q-25, D-10, D-11): all measures first, then their objectives, then those
    objectives that are judged as a whole.
    """
    covered = objectives_in_scope(framework, review)
    measures = (measure.code for objective in covered for measure in objective.measures)
    with_measures = (objective.code for objective in covered if objective.measures)
    whole = (objective.code for objective in covered if not objective.measures)
    return (*measures, *with_measures, *whole)


def standing_in_scope(
    framework: Framework, review: Review, judgements: Iterable[QualityJudgement]
) -> dict[str, tuple[QualityJudgement, ...]]:
    """For each code to judge, in that order, the judgements that stand: none, one, or several in dispute."""
    by_code: dict[str, list[QualityJudgement]] = {code: [] for code in codes_to_judge(framework, review)}
    for judgement in judgements:
        if judgement.code in by_code:
            by_code[judgement.code].append(judgement)
    return {code: current(found) for code, found in by_code.items()}


def with_counts(framework: Framework, review: Review, judgements: Iterable[QualityJudgement]) -> Review:
    """The review with how many judgements are asked for, and how many stand without dispute."""
    standing = standing_in_scope(framework, review, judgements)
    judged = sum(len(found) == 1 for found in standing.values())
    return replace(review, measures=len(standing), judged=judged)


def others_in_report(framework: Framework, review: Review) -> tuple[tuple[Objective, str, str], ...]:
    """The objectives that the report does not review, each with what stands for it and the commentary.

    In reduced scope *meeting* and text B (Q-31); from the desk, in any other scope, *not reviewed* without a word more,
    never text B (D-11). A full visit leaves none out.
    """
    covered = objectives_in_scope(framework, review)
    left_out = (objective for objective in framework.objectives if objective not in covered)
    if review.scope is Scope.REDUCED:
        return tuple((objective, framework.meeting_words, framework.text_b) for objective in left_out)
    return tuple((objective, NOT_REVIEWED, "") for objective in left_out)
