"""What the report of a quality review states, read back from the PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import visit_reports as visits
from pdf_reading import Pdf

from app.domain.dates import day
from app.domain.review_report import VisitReportContent
from app.domain.review_terms import Level, MeetingKind, ReviewOutcome, Source
from app.reports.visit import render_visit_report

Text = Callable[[bytes], str]
Pages = Callable[[bytes], list[str]]

MEASURE = re.compile(r"QO\.\d+\.\d+")
REDUCED = ["register_only", "blocked", "desk_top", "draft_visit"]
FULL = ["full_scope", "refused", "desk_top_full"]


@pytest.mark.parametrize("shape", REDUCED)
def test_Q30_a_register_only_centre_s_report_refers_to_the_blocking_objectives_only(
    text_of: Text, shape: str
) -> None:
    framework = visits.framework()
    text = text_of(render_visit_report(visits.SHAPES[shape]()))
    named = set(MEASURE.findall(text))
    assert named == {measure.code for objective in framework.blocking for measure in objective.measures}
    assert len(named) == 20
    for objective in framework.blocking:
        assert f"Blocking objective {objective.code} " in text
    for objective in framework.others:
        assert f"Objective {objective.code} " not in text
        assert text.count(f"{objective.code} ") == 1


@pytest.mark.parametrize("shape", REDUCED)
def test_Q31_every_other_objective_says_meeting_and_text_B_letter_for_letter(
    pages_of: Pages, shape: str
) -> None:
    framework = visits.framework()
    pages = "\n".join(pages_of(render_visit_report(visits.SHAPES[shape]())))
    text_b = (
        "Centre is part of an approved Pearson consortium/collaborative arrangement and is not delivering "
        "the qualification"
    )
    # On one line each, so that it is found whatever is made of the ends of lines.
    assert pages.count(text_b) == 6
    text = " ".join(pages.split())
    assert len(framework.others) == 6
    for objective in framework.others:
        assert f"{objective.code} {objective.name} meeting {text_b}" in text


@pytest.mark.parametrize("shape", REDUCED)
def test_Q32_the_report_never_says_text_A(text_of: Text, shape: str) -> None:
    text = text_of(render_visit_report(visits.SHAPES[shape]()))
    assert "stand alone delivery" not in text
    assert visits.framework().text_a not in text


@pytest.mark.parametrize("shape", FULL)
def test_Q31_Q32_a_full_scope_report_has_neither_text(text_of: Text, shape: str) -> None:
    text = text_of(render_visit_report(visits.SHAPES[shape]()))
    assert "Centre is part of" not in text
    assert "consortium/collaborative" not in text
    assert "stand alone delivery" not in text


def test_D10_a_full_visit_judges_all_ten_objectives(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.full_scope()))
    found = re.findall(r"(?:Blocking o|O)bjective (QO\.\d+) ", text)
    assert found == [f"QO.{number}" for number in range(1, 11)]
    assert "Other objectives" not in text


def test_D11_a_desk_top_review_in_full_scope_says_not_reviewed(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.desk_top_full()))
    assert "Desk-top review report" in text
    for objective in visits.framework().others:
        assert f"{objective.code} {objective.name} not reviewed" in text
    assert "Meetings" not in text


@pytest.mark.parametrize("shape", sorted(visits.SHAPES))
def test_Q25_Q26_each_judgement_says_what_was_judged_and_on_what_it_rests(text_of: Text, shape: str) -> None:
    content = visits.SHAPES[shape]()
    text = text_of(render_visit_report(content))
    place = text.index("Objectives reviewed")
    for objective in content.objectives:
        for judgement in (objective.judgement, *objective.measures):
            words = judgement.level.words if judgement.level else "Not judged yet"
            place = text.index(f"{judgement.code} ", place)
            own = text[place:]
            assert re.match(rf"{re.escape(judgement.code)} [✓✗!–] {words} {re.escape(judgement.title)}", own)
            own = own[: own.index("Evidence cited") + 900]
            assert " ".join(judgement.commentary.split()) in own
            assert judgement.reason in own
            for item in judgement.evidence:
                assert (f"{item.words}: {item.text}" if item.text else item.words) in own
                assert all(f"SHA-256 {sha256}" in own for _, sha256 in item.files)
                assert all(name in own for name, _ in item.files)
            place += 1
    if shape == "register_only":
        assert len(content.objectives) + sum(len(one.measures) for one in content.objectives) == 24


def test_Q28_what_was_only_said_stands_as_evidence(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.register_only()))
    for source in (Source.VERBAL, Source.EXAMS_OFFICER):
        assert f"{source.words}: Explained in the meeting how it is done" in text


def test_D9_actions_have_weight_owner_and_day_in_the_list_and_at_their_judgement(text_of: Text) -> None:
    content = visits.blocked()
    text = text_of(render_visit_report(content))
    table = text[text.index("Actions for the centre") : text.index("Scope and its confirmation")]
    assert [action.number for action in content.actions] == list(range(1, 9))
    for action in content.actions:
        due = day(action.due_on) if action.due_on else "No date"
        weight = "Essential" if action.essential else "Recommended"
        row = f"{action.number} {action.code} {action.text} {weight} {action.owner or 'Not named'} {due}"
        assert row in table
        about = f"{weight}, {action.owner}, by {due}" if action.owner else weight
        assert f"{action.number} {action.text} {about}" in text[text.index("Objectives reviewed") :]


@pytest.mark.parametrize("outcome", [*ReviewOutcome, None])
def test_D9_the_outcome_stands_at_the_top_and_never_by_colour_alone(
    pages_of: Pages, outcome: ReviewOutcome | None
) -> None:
    first = pages_of(render_visit_report(replace(visits.register_only(), outcome=outcome)))[0]
    top = " ".join(first[: first.index("QR-2017-00031")].split())
    words = outcome.words if outcome else "Not decided yet"
    signs = {
        ReviewOutcome.NO_ACTION: "✓",
        ReviewOutcome.ACTION_REQUIRED: "!",
        ReviewOutcome.SUPPORT_REQUIRED: "✗",
        None: "–",
    }
    assert f"Outcome of the review {signs[outcome]} {words}" in top


def test_Q06_D9_a_certification_block_is_proposed_where_a_blocking_objective_is_not_met(
    text_of: Text,
) -> None:
    blocked = text_of(render_visit_report(visits.blocked()))
    assert "Certification block proposed, since a blocking objective is not met" in blocked
    assert "The quality manager confirms or declines it" in blocked
    free = text_of(render_visit_report(visits.register_only()))
    assert "No certification block is proposed." in free
    assert "block proposed" not in free


@pytest.mark.parametrize("level", Level)
def test_levels_never_speak_by_colour_alone(level: Level, text_of: Text) -> None:
    content = visits.a_visit_report(levels={"QO.1.1": level}, signed_at=None)
    signs = {Level.MET: "✓", Level.PARTLY_MET: "!", Level.NOT_MET: "✗", Level.NOT_APPLICABLE: "–"}
    assert f"Measure QO.1.1 {signs[level]} {level.words}" in text_of(render_visit_report(content))


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ("register_only", "Confirmed by the quality team: The arrangement was approved on 3 March 2016"),
        ("refused", "Reduced scope not confirmed: The collaboration ended in 2015"),
        ("full_scope", "Consortium None named Confirmation Not asked for"),
    ],
)
def test_Q19_the_scope_stands_with_its_confirmation(text_of: Text, shape: str, says: str) -> None:
    content = visits.SHAPES[shape]()
    text = text_of(render_visit_report(content))
    assert f"Scope {content.scope.words}" in text
    assert says in text


def test_Q12_Q13_the_engagement_document_s_days_signature_and_changes_are_told(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.register_only()))
    assert "Due 24 November 2017 Submitted 22 November 2017 Signed by Cordelia Ashgrove, Principal" in text
    assert "What changed Qualification approvals: Level 3 Performing Craft ceased in July 2017." in text
    assert "Submitted Not submitted, late" in text_of(render_visit_report(visits.draft_visit()))


def test_Q22_Q23_Q24_meetings_are_listed_with_their_times(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.register_only()))
    for row in (
        "8 December 2017, 09:30 Arrival",
        "8 December 2017, 09:35 to 10:45 Quality nominee, at hand throughout the visit Oluwaseun Marchbanks",
        "8 December 2017, 11:00 to 11:45 Exams officer Bryn Talfryn Exams officer Registration and claims.",
        f"8 December 2017, 12:00 to 12:20 {MeetingKind.TELEPHONE.words} Dr Niamh Corrigan",
        "8 December 2017, 15:00 Departure",
    ):
        assert row in text
    nobody = replace(visits.register_only(), meetings=())
    assert "No meeting has been recorded." in text_of(render_visit_report(nobody))


def test_the_actions_of_earlier_reviews_say_how_they_stand(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.register_only()))
    part = text[text.index("Actions of earlier reviews") : text.index("Sign-off")]
    assert "QR-2016-00012 QO.3.4 Essential Check received certificates by sample." in part
    assert "Done each term since April. 8 December 2017, Harriet Quillfeather:" in part
    assert "Keep the minutes of learner meetings. None yet Open" in part


def test_a_correction_says_what_changed(text_of: Text) -> None:
    text = text_of(render_visit_report(visits.blocked()))
    assert "What changed in version 2 The judgement on QO.9.3 was Partly met" in text
    assert "Centre C-70512 · Version 2 · Signed off 8 December 2017, 16:20" in text
    assert "What changed in version" not in text_of(render_visit_report(visits.register_only()))


@pytest.mark.parametrize("shape", sorted(visits.SHAPES))
def test_every_page_carries_number_version_and_whether_it_is_issued(pages_of: Pages, shape: str) -> None:
    content: VisitReportContent = visits.SHAPES[shape]()
    pages = pages_of(render_visit_report(content))
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert f"{content.kind.words} report · QR-2017-00031" in page
        assert page.count("Draft – not issued") == (0 if content.signed_at else 2)


def test_the_table_of_contents_leads_to_each_objective() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(render_visit_report(visits.register_only()))
    titles = [(entry.level, entry.get_title()) for entry in document.get_toc()]
    document.close()
    assert (1, "QO.3 Learner registration & certification") in titles
    assert [title for level, title in titles if level == 0] == [
        "Outcome",
        "Actions for the centre",
        "Scope and its confirmation",
        "Engagement Document",
        "Meetings",
        "Objectives reviewed",
        "Other objectives",
        "Actions of earlier reviews",
        "Sign-off",
    ]


def test_the_awarding_body_and_its_framework_are_data(text_of: Text) -> None:
    content = replace(
        visits.register_only(),
        awarding_body="Larchmere Awards",
        framework_title="Review of Larchmere centres",
        others=tuple(
            replace(other, words="not covered", commentary="Taught elsewhere.")
            for other in visits.register_only().others
        ),
    )
    text = text_of(render_visit_report(content))
    assert "Pearson" not in text
    assert "BTEC" not in text
    assert text.count("not covered Taught elsewhere.") == 6
    assert (
        Pdf(render_visit_report(content)).info["Subject"].startswith(b"Review of Larchmere centres 2017-18")
    )
