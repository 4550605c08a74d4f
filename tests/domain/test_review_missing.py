"""What keeps a quality review's report from being signed off, and what follows from its judgements (D-9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.domain.frameworks import Framework
from app.domain.review_deeds import SubmitVisitReport
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewOutcome, Scope, Source
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviewing import (
    check_visit_report,
    codes_to_judge,
    missing,
    objective_proposal,
    proposed_level,
    proposes_block,
    review_outcome,
    standing_in_scope,
)
from app.domain.reviews import Ced, Meeting, QualityJudgement, Review, ReviewAction, Signature, VisitEvidence
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import (
    BOTH_MEETINGS,
    BTEC,
    NOON,
    action,
    all_met,
    ced,
    earlier_action,
    evidence,
    judgement,
    meeting,
    report_deed,
    review,
)

NOMINEE, OFFICER = BOTH_MEETINGS


def gaps(
    *changed: QualityJudgement,
    of: Review | None = None,
    without: Iterable[str] = (),
    document: Ced | None = None,
    noted: Iterable[VisitEvidence] = (evidence(),),
    meetings: Iterable[Meeting] = BOTH_MEETINGS,
    actions: Iterable[ReviewAction] = (),
    framework: Framework = BTEC,
) -> list[tuple[str, str]]:
    """Code and field of everything missing where all is judged met but for what is given."""
    reviewed = of or review(framework)
    judged = all_met(framework, reviewed) | {one.code: one for one in changed}
    stand = [one for code, one in judged.items() if code not in without]
    found = missing(framework, reviewed, document, stand, noted, meetings, actions)
    assert all(one.says for one in found)
    return [(one.code, one.field) for one in found]


def test_Q25_with_everything_judged_and_cited_nothing_is_missing() -> None:
    assert gaps() == []
    assert gaps(of=review(scope=Scope.FULL)) == []
    assert gaps(of=review(kind=ReviewKind.DESK_TOP, visit_on=None), meetings=()) == []


@pytest.mark.parametrize("code", codes_to_judge(BTEC, review(scope=Scope.FULL)))
def test_Q25_D10_every_code_in_scope_needs_its_judgement(code: str) -> None:
    assert (code, "level") in gaps(without=[code], of=review(scope=Scope.FULL))
    assert len(gaps(without=[code], of=review(scope=Scope.FULL))) == 1


def test_Q25_Q20_nothing_is_asked_of_what_is_out_of_scope() -> None:
    others = [objective.code for objective in BTEC.others]
    assert gaps(without=others) == []
    assert gaps(without=others, of=review(scope=Scope.FULL, kind=ReviewKind.DESK_TOP)) == []


def test_Q25_two_judgements_side_by_side_are_in_dispute_until_one_replaces_both() -> None:
    judged = [*all_met(BTEC, review()).values(), judgement("QO.3.2", id="rival")]
    found = missing(BTEC, review(), None, judged, [evidence()], BOTH_MEETINGS, [])
    assert [(one.code, one.field) for one in found] == [("QO.3.2", "level")]
    assert "2 judgements" in found[0].says
    settled = judgement("QO.3.2", id="settled", supersedes=("j-QO.3.2", "rival"))
    assert missing(BTEC, review(), None, [*judged, settled], [evidence()], BOTH_MEETINGS, []) == ()


@pytest.mark.parametrize("source", [source for source in Source if source.counts])
def test_Q26_Q28_every_kind_of_evidence_carries_a_judgement_the_spoken_too(source: Source) -> None:
    assert gaps(noted=[evidence(source=source)]) == []


def test_Q26_Q29_a_judgement_rests_on_evidence_that_counts_and_stands() -> None:
    assert gaps(judgement("QO.1.4", cites=())) == [("QO.1.4", "cites")]
    other = evidence("other", source=Source.NOT_APPLICABLE, suggestion="QO.1.4-e")
    assert gaps(judgement("QO.1.4", cites=("other",)), noted=[evidence(), other]) == [("QO.1.4", "cites")]
    gone = evidence("other", withdrawn="The wrong folder.")
    assert gaps(judgement("QO.1.4", cites=("other",)), noted=[evidence(), gone]) == [("QO.1.4", "cites")]
    assert gaps(judgement("QO.1.4", cites=("other", "seen-1")), noted=[evidence(), gone]) == []
    # A file of the Engagement Document is no noted evidence, and what it says there counts as well once signed.
    assert gaps(judgement("QO.1.4", cites=("file-1",))) == []
    cites_document = judgement("QO.1.1", cites=("review-1",))
    assert gaps(cites_document, document=ced()) == [("QO.1.1", "cites")]
    signature = Signature("Ada Brook", "Head of Centre", BTEC.declaration, NOON, "c" * 64)
    assert gaps(cites_document, document=ced(signature=signature)) == []


def test_Q26_an_objective_rests_on_the_evidence_of_its_measures_and_a_whole_one_on_its_own() -> None:
    assert gaps(judgement("QO.1", cites=())) == []
    bare = [judgement(f"QO.1.{number}", cites=()) for number in range(1, 6)]
    assert ("QO.1", "cites") in gaps(*bare, judgement("QO.1", cites=()))
    assert gaps(judgement("QO.2", cites=()), of=review(scope=Scope.FULL)) == [("QO.2", "cites")]


def test_Q26_D9_what_does_not_apply_needs_a_reason_and_no_evidence() -> None:
    absent = judgement("QO.1.4", Level.NOT_APPLICABLE, reason="No rooms are used.", cites=())
    assert gaps(absent) == []
    assert gaps(replace(absent, reason=" ")) == [("QO.1.4", "reason")]


@pytest.mark.parametrize(
    ("level", "changes", "expected"),
    [
        (Level.PARTLY_MET, {"commentary": "", "actions": (action(essential=False),)}, ["commentary"]),
        (Level.PARTLY_MET, {"commentary": "So."}, ["actions"]),
        (Level.PARTLY_MET, {"commentary": "So.", "actions": (action(essential=False),)}, []),
        (Level.NOT_MET, {"commentary": "", "actions": (action(),)}, ["commentary"]),
        (Level.NOT_MET, {"commentary": "So.", "actions": (action(essential=False),)}, ["actions"]),
        (Level.NOT_MET, {"commentary": "So.", "actions": (action(),)}, []),
    ],
)
def test_D9_partly_met_and_not_met_need_words_and_actions(
    level: Level, changes: dict[str, Any], expected: list[str]
) -> None:
    measured = judgement("QO.9.3", level, **changes)
    above = judgement("QO.9", level, commentary="See its measures.", actions=(action("own"),))
    assert gaps(measured, above) == [("QO.9.3", field) for field in expected]
    whole = judgement("QO.7", level, **changes)
    assert gaps(whole, of=review(scope=Scope.FULL)) == [("QO.7", field) for field in expected]


def test_D9_the_actions_of_its_measures_are_an_objective_s_own() -> None:
    measured = judgement("QO.9.3", Level.NOT_MET, commentary="So.", actions=(action(),))
    assert gaps(measured, judgement("QO.9", Level.NOT_MET, commentary="So.")) == []
    partly = judgement("QO.9.3", Level.PARTLY_MET, commentary="So.", actions=(action(essential=False),))
    harder = judgement("QO.9", Level.NOT_MET, commentary="So.", reason="It recurs.")
    assert gaps(partly, harder) == [("QO.9", "actions")]
    assert gaps(partly, replace(harder, actions=(action("own"),))) == []


def test_D9_judging_an_objective_otherwise_than_its_measures_propose_needs_a_reason() -> None:
    partly = judgement("QO.9.3", Level.PARTLY_MET, commentary="So.", actions=(action(),))
    assert gaps(partly) == [("QO.9", "reason")]
    assert gaps(partly, judgement("QO.9", reason="Mended on the day.")) == []
    proposed = judgement("QO.9", Level.PARTLY_MET, commentary="So.")
    assert gaps(partly, proposed) == []


def test_D9_an_objective_cannot_be_wholly_not_applicable_by_its_measures_either() -> None:
    absent = [
        judgement(f"QO.4.{number}", Level.NOT_APPLICABLE, reason="Nothing there.") for number in range(1, 6)
    ]
    assert gaps(*absent) == [("QO.4", "level")]
    assert gaps(*absent[:4]) == []


@given(st.lists(st.sampled_from(list(Level)), max_size=6))
def test_D9_the_worst_of_the_measures_is_proposed_and_what_does_not_apply_is_ignored(
    levels: list[Level],
) -> None:
    order = [Level.MET, Level.PARTLY_MET, Level.NOT_MET]
    applying = [order.index(level) for level in levels if level is not Level.NOT_APPLICABLE]
    assert proposed_level(levels) is (order[max(applying)] if applying else None)


def test_D9_an_objective_s_proposal_waits_for_every_measure() -> None:
    judged = all_met(BTEC, review())
    quality = BTEC.blocking[0]
    standing = standing_in_scope(BTEC, review(), judged.values())
    assert objective_proposal(quality, standing) is Level.MET
    assert objective_proposal(BTEC.others[0], standing) is None
    for incomplete in (
        [one for one in judged.values() if one.code != "QO.1.5"],
        [*judged.values(), judgement("QO.1.5", Level.NOT_MET, id="rival")],
    ):
        assert objective_proposal(quality, standing_in_scope(BTEC, review(), incomplete)) is None


@pytest.mark.parametrize("scope", [Scope.NOT_DECIDED, Scope.CONFIRMATION_ASKED])
@pytest.mark.parametrize("kind", list(ReviewKind))
def test_Q18_Q19_the_report_waits_until_the_scope_is_decided(scope: Scope, kind: ReviewKind) -> None:
    assert gaps(of=review(scope=scope, kind=kind)) == [("", "scope")]


def test_Q23_a_visit_has_its_day_and_the_nominee_s_presence() -> None:
    assert gaps(of=review(visit_on=None)) == [("", "visit_on")]
    assert gaps(meetings=[OFFICER]) == [("", "nominee")]
    away = replace(NOMINEE, throughout=False)
    assert gaps(meetings=[away, OFFICER]) == [("", "nominee")]
    assert gaps(meetings=[replace(away, notes="Called to a class from two on."), OFFICER]) == []
    assert gaps(meetings=[replace(NOMINEE, withdrawn="Twice."), OFFICER]) == [("", "nominee")]


def test_Q24_a_visit_has_the_meeting_with_the_exams_officer() -> None:
    assert gaps(meetings=[NOMINEE]) == [("", "exams_officer")]
    assert gaps(meetings=[NOMINEE, OFFICER, replace(OFFICER, id="again")]) == []


def test_Q21_Q22_nobody_else_need_be_met() -> None:
    met = {one.kind for one in BOTH_MEETINGS}
    assert met == {MeetingKind.NOMINEE, MeetingKind.EXAMS_OFFICER}
    assert gaps(meetings=[*BOTH_MEETINGS, meeting(MeetingKind.TELEPHONE)]) == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (MeetingKind.NOMINEE, "nominee"),
        (MeetingKind.ARRIVAL, "meetings"),
        (MeetingKind.DEPARTURE, "meetings"),
    ],
)
def test_Q23_what_a_visit_has_once_is_in_dispute_when_it_stands_twice(kind: MeetingKind, field: str) -> None:
    rest = [one for one in BOTH_MEETINGS if one.kind is not kind]
    twice = [meeting(kind, id="one"), meeting(kind, id="two")]
    assert gaps(meetings=[*rest, *twice]) == [("", field)]
    assert gaps(meetings=[*rest, twice[0], replace(twice[1], supersedes=("one",))]) == []


def test_last_year_s_actions_are_signed_off_or_asked_for_again() -> None:
    assert gaps(actions=[earlier_action()]) == [("QO.1.3", "earlier_actions")]
    assert gaps(actions=[earlier_action(signed_off_on=date(2017, 12, 4))]) == []
    again = judgement("QO.1.3", commentary="Two lack a date still.", actions=(action(),))
    assert gaps(again, actions=[earlier_action()]) == []
    # What this review asked for itself is for next year, and what is out of scope cannot be asked for again here.
    assert gaps(actions=[earlier_action(origin="QR-0107")]) == []
    assert gaps(actions=[earlier_action(code="QO.2")]) == []
    assert gaps(actions=[earlier_action(code="QO.2")], of=review(scope=Scope.FULL)) == [
        ("QO.2", "earlier_actions")
    ]


def test_missing_things_come_in_the_order_of_the_screen() -> None:
    found = gaps(without=["QO.3.1", "QO.1", "QO.1.2"], of=review(visit_on=None), meetings=[OFFICER])
    assert found == [
        ("", "visit_on"), ("", "nominee"), ("QO.1.2", "level"), ("QO.1", "level"), ("QO.3.1", "level"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("judged", "outcome", "block"),
    [
        ([], ReviewOutcome.NO_ACTION, False),
        ([judgement("QO.1"), judgement("QO.1.1")], ReviewOutcome.NO_ACTION, False),
        (
            [judgement("QO.1.1", Level.PARTLY_MET, actions=(action(essential=False),))],
            ReviewOutcome.NO_ACTION,
            False,
        ),
        ([judgement("QO.1.1", actions=(action(),))], ReviewOutcome.ACTION_REQUIRED, False),
        ([judgement("QO.1.1", Level.NOT_MET, actions=(action(),))], ReviewOutcome.ACTION_REQUIRED, False),
        ([judgement("QO.2", Level.NOT_MET, actions=(action(),))], ReviewOutcome.ACTION_REQUIRED, False),
        ([judgement("QO.9", Level.NOT_MET)], ReviewOutcome.SUPPORT_REQUIRED, True),
        (
            [judgement("QO.9", Level.NOT_MET, id="a"), judgement("QO.9", id="b", supersedes=("a",))],
            ReviewOutcome.NO_ACTION,
            False,
        ),
        ([judgement("QO.9", Level.NOT_MET, withdrawn="A slip.")], ReviewOutcome.NO_ACTION, False),
    ],
)
def test_Q06_D9_outcome_and_proposed_block_follow_from_the_judgements_that_stand(
    judged: list[QualityJudgement], outcome: ReviewOutcome, block: bool
) -> None:
    assert review_outcome(BTEC, judged) is outcome
    assert proposes_block(BTEC, judged) is block


def issue(deed: SubmitVisitReport, judged: Iterable[QualityJudgement], of: Review | None = None) -> str:
    """The code of the refusal; empty when the report may be issued."""
    try:
        check_visit_report(BTEC, of or review(), None, list(judged), [evidence()], BOTH_MEETINGS, [], deed)
    except KnownError as error:
        return error.code
    return ""


def test_Q25_a_report_is_issued_when_nothing_is_missing_and_it_states_what_stands() -> None:
    judged = all_met(BTEC, review())
    deed = report_deed(BTEC, judged.values())
    assert issue(deed, judged.values()) == ""
    newer = judged | {"QO.1.1": judgement("QO.1.1", id="newer")}
    assert issue(deed, newer.values()) == "report_outdated"
    assert issue(replace(deed, judgement_ids=deed.judgement_ids[1:]), judged.values()) == "report_outdated"
    wrong = replace(deed, outcome=ReviewOutcome.ACTION_REQUIRED)
    assert issue(wrong, judged.values()) == "report_outdated"
    assert issue(replace(deed, propose_block=True), judged.values()) == "report_outdated"


def test_Q30_a_report_in_reduced_scope_states_nothing_of_the_others() -> None:
    judged = all_met(BTEC, review())
    before = judgement("QO.2", Level.NOT_MET, commentary="So.", actions=(action(),))
    assert issue(report_deed(BTEC, judged.values()), [*judged.values(), before]) == ""
    stating = report_deed(BTEC, [*judged.values(), before])
    assert issue(stating, [*judged.values(), before]) == "report_outdated"


def test_what_is_missing_is_named_in_one_refusal() -> None:
    judged = all_met(BTEC, review())
    few = [one for code, one in judged.items() if code not in ("QO.3.4", "QO.9.2")]
    with pytest.raises(KnownError) as caught:
        check_visit_report(BTEC, review(), None, few, [evidence()], BOTH_MEETINGS, [], report_deed(BTEC, few))
    assert caught.value.code == "report_incomplete"
    assert "QO.3.4 is not judged yet." in caught.value.says
    assert "QO.9.2 is not judged yet." in caught.value.says


def test_versions_are_counted_up_and_a_correction_says_what_changed() -> None:
    judged = all_met(BTEC, review()).values()
    second = report_deed(BTEC, judged, version=2, changes="The nominee’s name.")
    assert issue(second, judged) == "version_wrong"
    with pytest.raises(KnownError, match="Version 1 of this report is next, and this one is version 2"):
        check_visit_report(BTEC, review(), None, list(judged), [evidence()], BOTH_MEETINGS, [], second)
    issued = review(report_version=1)
    assert issue(second, judged, issued) == ""
    assert issue(replace(second, changes="  "), judged, issued) == "changes_missing"
    assert issue(replace(second, version=1), judged, issued) == "version_wrong"
    long = "x" * (TEXT_LIMIT + 1)
    assert issue(replace(second, changes=long), judged, issued) == "too_long"
    assert issue(replace(second, summary=long), judged, issued) == "too_long"


def test_Q25_D9_none_of_this_is_one_framework_s_own(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    reduced = review(invented)
    assert gaps(framework=invented, of=reduced) == []
    assert gaps(framework=invented, of=reduced, without=["Q.2"]) == [("Q.2", "level")]
    full = review(invented, scope=Scope.FULL)
    assert gaps(framework=invented, of=full, without=["B.1", "W"]) == [("B.1", "level"), ("W", "level")]
    assert proposes_block(invented, [judgement("Q", Level.NOT_MET)])
    assert not proposes_block(invented, [judgement("B", Level.NOT_MET), judgement("QO.1", Level.NOT_MET)])
