"""What the report of a quality review states."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.review_report import VisitReportContent, gather_visit_report
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewOutcome, Scope, Source
from app.domain.reviews import Redeclaration, Signature
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import (
    BOTH_MEETINGS,
    BTEC,
    NOON,
    action,
    all_met,
    ced,
    ced_file,
    earlier_action,
    evidence,
    judgement,
    meeting,
    review,
)

OTHERS = ["QO.2", "QO.5", "QO.6", "QO.7", "QO.8", "QO.10"]
SIGNED = ced(
    signature=Signature("Ada Brook", "Head of Centre", BTEC.declaration, NOON, "c" * 64),
    approvals=Redeclaration(True, " Two programmes ceased. "),
)


def gathered(**changes: Any) -> VisitReportContent:
    """The report of a review in which all is judged met, but for what is given."""
    values: dict[str, Any] = {
        "framework": BTEC,
        "review": review(),
        "ced": SIGNED,
        "ced_files": [ced_file()],
        "judgements": list(all_met(BTEC, changes.get("review", review())).values()),
        "evidence": [evidence()],
        "meetings": list(BOTH_MEETINGS),
        "actions": [],
        "today": date(2017, 12, 4),
        "summary": "A sound year.",
        "version": 1,
        "changes": "",
        "reviewer_name": "Oona Farrell",
        "signed_at": NOON,
    } | changes
    return gather_visit_report(
        values.pop("framework"), values.pop("review"), values.pop("ced"), values.pop("ced_files"),
        values.pop("judgements"), values.pop("evidence"), values.pop("meetings"), values.pop("actions"),
        **values,
    )  # fmt: skip


def with_judgements(*changed: Any, **given: Any) -> VisitReportContent:
    judged = all_met(BTEC, given.get("review", review())) | {one.code: one for one in changed}
    return gathered(judgements=list(judged.values()), **given)


def texts(value: object) -> list[str]:
    """Every text that is to be found anywhere in the content."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    return []


def test_Q30_Q31_a_reduced_report_has_the_blocking_objectives_and_text_B_six_times() -> None:
    content = gathered()
    assert [objective.code for objective in content.objectives] == ["QO.1", "QO.3", "QO.4", "QO.9"]
    assert [len(objective.measures) for objective in content.objectives] == [5, 5, 5, 5]
    assert [(other.code, other.words, other.commentary) for other in content.others] == [
        (code, "meeting", BTEC.text_b) for code in OTHERS
    ]
    assert texts(content).count(BTEC.text_b) == 6
    assert BTEC.text_a not in " ".join(texts(content))


def test_Q30_nothing_judged_before_the_scope_was_reduced_is_stated() -> None:
    before = judgement("QO.2", Level.NOT_MET, commentary="Nobody knows.", actions=(action(),))
    content = with_judgements(before)
    assert content.actions == ()
    assert content.outcome is ReviewOutcome.NO_ACTION
    assert "Nobody knows." not in texts(content)


def test_Q31_D10_a_full_visit_has_all_ten_objectives_and_never_text_B() -> None:
    content = gathered(review=review(scope=Scope.FULL))
    assert [objective.code for objective in content.objectives] == [one.code for one in BTEC.objectives]
    assert content.others == ()
    assert BTEC.text_b not in texts(content)


def test_D11_from_the_desk_a_full_scope_centre_s_others_read_not_reviewed_and_nobody_was_met() -> None:
    content = gathered(review=review(scope=Scope.FULL, kind=ReviewKind.DESK_TOP))
    assert {(other.words, other.commentary) for other in content.others} == {("not reviewed", "")}
    assert len(content.others) == 6
    assert content.meetings == ()
    assert BTEC.text_b not in texts(content)


def test_Q19_centre_activity_scope_and_its_confirmation_are_stated() -> None:
    content = gathered()
    assert (content.centre_number, content.centre_name) == ("C-1001", "Larkfield Management College")
    assert (content.number, content.year_words, content.visit_on) == ("QR-0107", "2017-18", date(2017, 12, 4))
    assert (content.kind, content.scope) == (ReviewKind.VISIT, Scope.REDUCED)
    assert (content.scope_says, content.consortium) == ("Approved in 2015.", "Wharfedale Consortium")
    assert (content.framework_title, content.awarding_body) == (BTEC.title, BTEC.awarding_body)


def test_Q12_Q13_the_engagement_document_with_its_signer_and_what_has_changed() -> None:
    content = gathered()
    assert content.ced_signed_by == "Ada Brook, Head of Centre"
    assert content.ced_changes == (
        ("Centre recognition", "A new Head of Centre since May."),
        ("Qualification approvals", "Two programmes ceased."),
    )
    assert not content.ced_late
    unsigned = gathered(ced=ced(), review=review(ced_submitted_on=None))
    assert (unsigned.ced_signed_by, unsigned.ced_submitted_on, unsigned.ced_late) == ("", None, True)
    nothing = gathered(ced=None)
    assert (nothing.ced_signed_by, nothing.ced_changes) == ("", ())


def test_Q22_Q23_Q24_meetings_stand_in_the_order_of_the_day() -> None:
    late = meeting(MeetingKind.DEPARTURE, began=NOON + timedelta(hours=4), ended=None)
    early = meeting(MeetingKind.ARRIVAL, began=NOON - timedelta(hours=3), ended=None)
    gone = meeting(MeetingKind.OTHER, withdrawn="Not this day.")
    content = gathered(meetings=[late, *BOTH_MEETINGS, gone, early])
    assert [one.kind for one in content.meetings] == [
        MeetingKind.ARRIVAL, MeetingKind.EXAMS_OFFICER, MeetingKind.NOMINEE, MeetingKind.DEPARTURE,
    ]  # fmt: skip
    assert [one.who for one in content.meetings if one.throughout] == ["Petra Lindqvist"]


def test_Q26_Q28_each_judgement_states_what_it_rests_on() -> None:
    photo = AttachedFile("folder.jpg", "d" * 64, 5_000_000, "image/jpeg")
    noted = [
        evidence(),
        evidence("talk", source=Source.EXAMS_OFFICER, text="Two people check each claim.", code="QO.3.4"),
        evidence("tick", source=Source.SUGGESTED, suggestion="QO.3.4-b", text="Since 2015."),
        evidence("photo", source=Source.FILE, text="", files=(photo,), originals=("e" * 64,)),
        evidence("gone", text="A mistake.", withdrawn="The wrong room."),
    ]
    cites = ("talk", "tick", "photo", "file-1", "review-1", "gone")
    content = with_judgements(judgement("QO.3.4", cites=cites), evidence=noted)
    cited = content.objectives[1].measures[3].evidence
    assert [(one.source, one.text) for one in cited] == [
        (Source.EXAMS_OFFICER, "Two people check each claim."),
        (Source.SUGGESTED, "Records of verified claims: Since 2015."),
        (Source.FILE, ""),
        (None, "Registration policy.pdf"),
        (None, ""),
    ]
    assert cited[0].words == "Discussion with the exams officer"
    assert cited[2].files == (("folder.jpg", "d" * 64),)
    assert cited[3].files == (("Registration policy.pdf", "a" * 64),)
    assert cited[4].words == "Engagement Document"


def test_D9_actions_are_numbered_through_the_report_as_it_is_read() -> None:
    essential, hint = (
        action("one"),
        action("two", text=" Tell staff. ", essential=False, owner="", due_on=None),
    )
    content = with_judgements(
        judgement("QO.9.5", Level.PARTLY_MET, commentary="So.", actions=(hint,)),
        judgement("QO.1.3", Level.NOT_MET, commentary="Undated.", actions=(essential, hint)),
        judgement("QO.1", Level.NOT_MET, commentary="Undone.", actions=(action("three"),)),
        judgement("QO.9", Level.PARTLY_MET, commentary="So."),
    )
    assert [(one.number, one.code, one.essential) for one in content.actions] == [
        (1, "QO.1", True), (2, "QO.1.3", True), (3, "QO.1.3", False), (4, "QO.9.5", False),
    ]  # fmt: skip
    assert content.actions[1].due_on == date(2018, 2, 1)
    assert content.actions[1].owner == "Petra Lindqvist"
    assert content.actions[2].text == "Tell staff."
    assert content.objectives[0].measures[2].actions == content.actions[1:3]
    assert content.objectives[0].measures[2].commentary == "Undated."
    assert (content.outcome, content.proposes_block) == (ReviewOutcome.SUPPORT_REQUIRED, True)


def test_Q25_a_draft_has_no_outcome_and_states_no_judgement_that_is_disputed() -> None:
    judged = [
        *all_met(BTEC, review()).values(),
        judgement("QO.3.2", Level.NOT_MET, id="rival", commentary="Unknown to staff.", actions=(action(),)),
    ]
    content = gathered(judgements=judged, signed_at=None)
    disputed = content.objectives[1].measures[1]
    assert (disputed.level, disputed.commentary, disputed.actions) == (None, "", ())
    assert (content.outcome, content.signed_at) == (None, None)
    assert content.actions == ()


def test_last_year_s_actions_stand_as_they_are_at_sign_off() -> None:
    done = earlier_action(
        id="action-2", code="QO.10", signed_off_on=date(2017, 12, 4), signed_off_by="Oona Farrell",
        sign_off_says="Seen.", answer="All done.",
    )  # fmt: skip
    own = earlier_action(id="action-3", origin="QR-0107")
    older = earlier_action(id="action-4", origin="QR-0031", code="QO.9.1")
    again = judgement("QO.1.3", actions=(action(),))
    content = with_judgements(again, actions=[own, done, earlier_action(), older])
    assert [(one.origin, one.code, one.signed_off_by) for one in content.earlier_actions] == [
        ("QR-0031", "QO.9.1", ""), ("QR-0042", "QO.1.3", ""), ("QR-0042", "QO.10", "Oona Farrell"),
    ]  # fmt: skip
    assert content.earlier_actions[2].answer == "All done."
    assert content.earlier_actions[2].sign_off_says == "Seen."


def test_a_correction_says_its_version_and_what_changed() -> None:
    content = gathered(version=2, changes="The nominee’s name.")
    assert (content.version, content.changes) == (2, "The nominee’s name.")


def test_the_same_records_in_any_order_and_with_any_rev_give_the_same_content() -> None:
    noted = [evidence(), evidence("other")]
    earlier = [earlier_action(id=f"action-{place}", code=f"QO.1.{place}") for place in range(1, 5)]
    first = gathered(evidence=noted, actions=earlier)
    for seed in range(5):
        judged = [replace(one, rev=seed) for one in all_met(BTEC, review()).values()]
        shuffled = [judged, list(noted), list(BOTH_MEETINGS), list(earlier)]
        for records in shuffled:
            Random(seed).shuffle(records)
        again = gathered(
            review=review(rev=seed, judged=seed),
            judgements=shuffled[0],
            evidence=shuffled[1],
            meetings=shuffled[2],
            actions=shuffled[3],
        )
        assert again == first


def test_Q31_the_texts_and_objectives_of_another_framework_are_its_own(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    of = review(invented, nation=Nation.WALES)
    content = gathered(framework=invented, review=of, judgements=list(all_met(invented, of).values()))
    assert [objective.code for objective in content.objectives] == ["Q"]
    assert [(other.words, other.commentary) for other in content.others] == [
        ("in order", "Nothing sails from this quay")
    ] * 2
    assert content.year_words == "2030-31"
    assert content.outcome is ReviewOutcome.NO_ACTION
