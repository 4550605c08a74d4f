"""What may be recorded in a quality review, as far as one record goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.judging import ACTIONS_LIMIT, FILES_LIMIT
from app.domain.review_checks import CITES_LIMIT
from app.domain.review_deeds import AddVisitEvidence, RecordQuality, SignOffAction, WithdrawVisitEvidence
from app.domain.review_terms import Level, MeetingKind, ReviewKind, Scope, Source
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviewing import (
    check_evidence_withdrawal,
    check_meeting,
    check_quality,
    check_sign_off,
    check_visit_evidence,
)
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import (
    BTEC,
    NOON,
    action,
    earlier_action,
    evidence,
    judging,
    meeting_deed,
    review,
)

LONG = "x" * (TEXT_LIMIT + 1)
PHOTO = AttachedFile("folder.jpg", "a" * 64, 5_000_000, "image/jpeg")
KNOWN = frozenset({"seen-1", "file-1", "review-1"})


def refusal(deed: RecordQuality, **changes: Any) -> str:
    """The code of the refusal; empty when it may be recorded."""
    try:
        check_quality(BTEC, review(**changes), deed, KNOWN)
    except KnownError as error:
        return error.code
    return ""


def noting(source: Source, text: str = "", code: str = "QO.1.4", **changes: Any) -> AddVisitEvidence:
    return AddVisitEvidence("review-1", code, source, text, **changes)


def evidence_refusal(deed: AddVisitEvidence, **changes: Any) -> str:
    try:
        check_visit_evidence(BTEC, review(**changes), deed)
    except KnownError as error:
        return error.code
    return ""


RECOMMENDED = action(essential=False, owner="", due_on=None)


def test_D9_what_a_judgement_on_a_measure_needs() -> None:
    texts = ("", " ", "So it is.")
    lists = ((), (RECOMMENDED,), (action(),), (RECOMMENDED, action("planned-2")))
    for level, reason, commentary, actions in product(Level, texts, texts, lists):
        wanted = ""
        if level is Level.NOT_APPLICABLE and not reason.strip():
            wanted = "reason_missing"
        elif level in (Level.PARTLY_MET, Level.NOT_MET) and not commentary.strip():
            wanted = "commentary_missing"
        elif (level is Level.PARTLY_MET and not actions) or (
            level is Level.NOT_MET and not any(one.essential for one in actions)
        ):
            wanted = "action_missing"
        deed = judging("QO.3.4", level, reason=reason, commentary=commentary, actions=actions)
        assert refusal(deed) == wanted, (level, reason, commentary, actions)


def test_D9_an_objective_is_never_wholly_not_applicable() -> None:
    for code in ("QO.1", "QO.2"):
        deed = judging(code, Level.NOT_APPLICABLE, reason="Nothing there.")
        assert refusal(deed, scope=Scope.FULL) == "objective_applies"


def test_D9_an_objective_with_measures_may_leave_the_actions_to_them_but_a_whole_one_may_not() -> None:
    deed = judging("QO.1", Level.NOT_MET, commentary="Much is undone.")
    assert refusal(deed) == ""
    assert refusal(replace(deed, commentary="")) == "commentary_missing"
    assert refusal(replace(deed, code="QO.2"), scope=Scope.FULL) == "action_missing"


@pytest.mark.parametrize("changes", [{"owner": " "}, {"due_on": None}])
def test_D9_an_essential_action_has_an_owner_and_a_day(changes: dict[str, Any]) -> None:
    deed = judging("QO.3.4", Level.NOT_MET, commentary="One person claims.", actions=(action(**changes),))
    assert refusal(deed) == "action_incomplete"
    recommended = replace(deed.actions[0], essential=False)
    assert refusal(replace(deed, level=Level.PARTLY_MET, actions=(recommended,))) == ""


def test_an_action_has_words_and_can_be_told_from_the_next() -> None:
    deed = judging("QO.3.4", Level.PARTLY_MET, commentary="One person claims.")
    assert refusal(replace(deed, actions=(action(text=" "),))) == "action_empty"
    assert refusal(replace(deed, actions=(action("one"), action("one")))) == "action_unknown"
    assert refusal(replace(deed, actions=(action(""),))) == "action_unknown"


def test_Q26_a_judgement_cites_only_what_is_there_and_may_cite_later() -> None:
    assert refusal(judging("QO.1.1")) == ""
    assert refusal(judging("QO.1.1", cites=("seen-1", "file-1", "review-1"))) == ""
    assert refusal(judging("QO.1.1", cites=("seen-1", "seen-9"))) == "evidence_unknown"


def test_Q20_Q30_D11_only_what_is_in_scope_is_judged_and_noted() -> None:
    assert refusal(judging("QO.2")) == "not_in_scope"
    assert refusal(judging("QO.2"), scope=Scope.FULL) == ""
    assert refusal(judging("QO.2"), scope=Scope.FULL, kind=ReviewKind.DESK_TOP) == "not_in_scope"
    assert refusal(judging("QO.1.6")) == "code_unknown"
    seen = noting(Source.SEEN, "A timetable.", "QO.2")
    assert evidence_refusal(seen) == "not_in_scope"
    assert evidence_refusal(seen, scope=Scope.FULL) == ""
    assert evidence_refusal(replace(seen, code="QO.11")) == "code_unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"commentary": LONG}, "too_long"),
        ({"reason": LONG}, "too_long"),
        ({"actions": (action(text=LONG),)}, "too_long"),
        ({"actions": (action(owner=LONG),)}, "too_long"),
        ({"actions": tuple(action(str(place)) for place in range(ACTIONS_LIMIT + 1))}, "too_many"),
        ({"supersedes": ("a",) * (ACTIONS_LIMIT + 1)}, "too_many"),
        ({"cites": ("seen-1",) * (CITES_LIMIT + 1)}, "too_many"),
    ],
)
def test_a_judgement_has_its_limits(changes: dict[str, Any], code: str) -> None:
    assert refusal(judging("QO.1.1", **changes)) == code


def test_a_judgement_may_reach_its_limits() -> None:
    actions = tuple(action(str(place)) for place in range(ACTIONS_LIMIT))
    most = {"actions": actions, "supersedes": ("a",) * ACTIONS_LIMIT, "cites": ("seen-1",) * CITES_LIMIT}
    assert refusal(judging("QO.1.1", commentary="x" * TEXT_LIMIT, **most)) == ""


def test_Q27_suggested_evidence_is_named_and_belongs_to_its_measure() -> None:
    assert evidence_refusal(noting(Source.SUGGESTED, suggestion="QO.1.4-a")) == ""
    assert evidence_refusal(noting(Source.SUGGESTED)) == "suggestion_missing"
    for code, suggestion in (("QO.1.4", "QO.1.4-z"), ("QO.1.4", "QO.1.1-a"), ("QO.1", "QO.1.1-a")):
        deed = noting(Source.SUGGESTED, code=code, suggestion=suggestion)
        assert evidence_refusal(deed) == "suggestion_unknown"


def test_Q29_only_what_is_suggested_if_applicable_can_be_not_applicable() -> None:
    assert evidence_refusal(noting(Source.NOT_APPLICABLE, suggestion="QO.1.4-e")) == ""
    assert evidence_refusal(noting(Source.NOT_APPLICABLE, suggestion="QO.1.4-a")) == "always_applies"
    assert evidence_refusal(noting(Source.NOT_APPLICABLE)) == "suggestion_missing"
    assert not Source.NOT_APPLICABLE.counts


@pytest.mark.parametrize("source", [Source.VERBAL, Source.EXAMS_OFFICER, Source.SEEN])
def test_Q28_what_was_heard_or_seen_needs_words_and_no_file(source: Source) -> None:
    assert evidence_refusal(noting(source, "They told how claims are checked.")) == ""
    assert evidence_refusal(noting(source, "  ")) == "note_missing"
    assert source.counts


def test_a_photo_needs_its_file_and_each_file_its_original() -> None:
    photo = noting(Source.FILE, files=(PHOTO,), originals=("b" * 64,))
    assert evidence_refusal(photo) == ""
    assert evidence_refusal(replace(photo, files=(), originals=())) == "file_missing"
    for originals in ((), ("b" * 64, "c" * 64), ("B" * 64,), ("b" * 63,)):
        assert evidence_refusal(replace(photo, originals=originals)) == "original_unknown"
    wrong = replace(photo, files=(replace(PHOTO, name="a/b.jpg"),))
    assert evidence_refusal(wrong) == "file_name_wrong"
    many = replace(photo, files=(PHOTO,) * (FILES_LIMIT + 1), originals=("b" * 64,) * (FILES_LIMIT + 1))
    assert evidence_refusal(many) == "too_many_files"
    assert evidence_refusal(replace(many, files=many.files[1:], originals=many.originals[1:])) == ""
    assert evidence_refusal(replace(photo, text=LONG)) == "too_long"


def test_noted_evidence_is_taken_back_once_by_its_author_with_a_reason() -> None:
    deed = WithdrawVisitEvidence("review-1", "seen-1", "The wrong folder.")
    check_evidence_withdrawal(evidence(), deed, "reviewer-1")
    for noted, told, author, code in (
        (None, deed, "reviewer-1", "evidence_unknown"),
        (evidence(), deed, "reviewer-2", "not_your_evidence"),
        (evidence(withdrawn="Gone."), deed, "reviewer-1", "evidence_withdrawn"),
        (evidence(), replace(deed, reason=" "), "reviewer-1", "reason_missing"),
        (evidence(), replace(deed, reason=LONG), "reviewer-1", "too_long"),
    ):
        with pytest.raises(KnownError) as caught:
            check_evidence_withdrawal(noted, told, author)
        assert caught.value.code == code


@pytest.mark.parametrize("kind", list(MeetingKind))
def test_Q22_Q23_Q24_every_moment_of_a_visit_can_be_recorded(kind: MeetingKind) -> None:
    check_meeting(review(), meeting_deed(kind))


@pytest.mark.parametrize("kind", list(MeetingKind))
def test_D11_a_desk_top_review_has_no_meetings(kind: MeetingKind) -> None:
    with pytest.raises(KnownError) as caught:
        check_meeting(review(kind=ReviewKind.DESK_TOP), meeting_deed(kind))
    assert caught.value.code == "no_meetings"


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        *(
            (kind, {"who": " "}, "person_missing")
            for kind in MeetingKind
            if kind not in ("arrival", "departure")
        ),
        (MeetingKind.ARRIVAL, {"ended": NOON + timedelta(hours=1)}, "time_wrong"),
        (MeetingKind.NOMINEE, {"ended": NOON - timedelta(minutes=1)}, "time_wrong"),
        (MeetingKind.NOMINEE, {"began": datetime(2017, 12, 4, 12)}, "time_wrong"),  # noqa: DTZ001
        (MeetingKind.NOMINEE, {"ended": datetime(2017, 12, 4, 13)}, "time_wrong"),  # noqa: DTZ001
        (MeetingKind.EXAMS_OFFICER, {"throughout": True}, "not_the_nominee"),
        (MeetingKind.OTHER, {"notes": LONG}, "too_long"),
        (MeetingKind.OTHER, {"supersedes": ("a",) * (ACTIONS_LIMIT + 1)}, "too_many"),
    ],
)
def test_Q23_Q24_a_meeting_says_whom_and_when(kind: MeetingKind, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(KnownError) as caught:
        check_meeting(review(), meeting_deed(kind, **changes))
    assert caught.value.code == code


def test_Q23_arrival_names_nobody_and_the_nominee_can_be_there_throughout() -> None:
    check_meeting(review(), meeting_deed(MeetingKind.ARRIVAL, who="", role=""))
    check_meeting(review(), meeting_deed(MeetingKind.NOMINEE, throughout=True, ended=NOON))
    check_meeting(review(), meeting_deed(MeetingKind.OTHER, supersedes=("a",) * ACTIONS_LIMIT))


def test_an_open_action_is_signed_off_once_with_what_was_found() -> None:
    deed = SignOffAction("review-1", "action-1", "Every policy bears a date now.")
    check_sign_off(earlier_action(), deed)
    done = earlier_action(signed_off_on=date(2017, 12, 4), signed_off_by="Oona Farrell")
    for asked, told, code in (
        (None, deed, "action_unknown"),
        (done, deed, "action_signed_off"),
        (earlier_action(), replace(deed, says=" "), "reason_missing"),
        (earlier_action(), replace(deed, says=LONG), "too_long"),
    ):
        with pytest.raises(KnownError) as caught:
            check_sign_off(asked, told)
        assert caught.value.code == code


def test_Q27_Q29_the_measures_of_another_framework_are_checked_by_its_own_data(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    of = review(invented)
    check_quality(invented, of, judging("Q.2"), KNOWN)
    check_visit_evidence(invented, of, noting(Source.NOT_APPLICABLE, code="Q.1", suggestion="Q.1-b"))
    for code in ("QO.1.1", "B.1"):
        with pytest.raises(KnownError):
            check_quality(invented, of, judging(code), KNOWN)
