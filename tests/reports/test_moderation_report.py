"""What a moderation report states, read back from the PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import moderation_reports as reports
import pytest
from pdf_reading import Pdf

from app.domain.dates import day
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import Decision, Outcome
from app.reports.moderation import render_moderation_report

Text = Callable[[bytes], str]
Pages = Callable[[bytes], list[str]]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.ACCEPTED, "Accepted"), (Outcome.REJECTED, "Rejected"), (None, "Not decided yet")],
)
def test_M55_the_outcome_stands_at_the_top_of_the_first_page(
    pages_of: Pages, outcome: Outcome | None, words: str
) -> None:
    first = pages_of(render_moderation_report(replace(reports.rejected(), outcome=outcome)))[0]
    top = first[: first.index("Submitted")]
    found = [word for word in ("Accepted", "Rejected", "Not decided yet") if word in top]
    assert found == [words]


def test_M56_each_learner_has_an_outcome_apart_from_the_batch(text_of: Text) -> None:
    report = reports.rejected()
    text = text_of(render_moderation_report(report))
    section = text[text.index("Outcome of each learner") : text.index("Samples Sample 1")]
    assert "apart from the status of the batch" in section
    for learner in report.learners:
        sign = "✓" if learner.satisfactory else "?"
        assert f"{learner.learner_number} {learner.learner_name} {sign} {learner.words}" in section
    assert {learner.satisfactory for learner in report.learners} == {True, False}


def test_M57_a_rejection_holds_the_whole_batch_passed_learners_too(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.rejected()))
    assert (
        "The whole batch, request MR-2026-00417, is on hold for certification, including the learners" in text
    )
    assert "until it is established that the wider batch is sound" in text
    assert "Whole batch On hold for certification" in text


def test_M58_an_acceptance_updates_the_learner_records(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.accepted()))
    assert "The learner records of the batch are updated" in text
    assert "on hold" not in text


def test_M59_actions_are_numbered_in_the_list_and_at_their_sample(text_of: Text) -> None:
    report = reports.rejected()
    text = text_of(render_moderation_report(report))
    table = text[text.index("Actions for the centre") : text.index("Outcome of each learner")]
    assert [action.number for action in report.actions] == [1, 2, 3, 4, 5]
    for action in report.actions:
        assert f"{action.number} {action.sample_position} {action.learner_name}" in table
        assert action.text in table.replace(f"Unit {action.unit_code} ", "")
        start = text.index(f"Sample {action.sample_position} ")
        own = text[start : text.index("Judgement ", start)]
        assert re.search(rf"Actions? .*?{action.number} {re.escape(action.text)}", own)


def test_M59_a_rejection_without_actions_says_that_it_cannot_be_issued(text_of: Text) -> None:
    report = replace(reports.rejected(), actions=(), samples=(), learners=())
    assert "A rejection cannot be issued without one" in text_of(render_moderation_report(report))


def test_M60_M61_M62_a_rejection_says_how_it_goes_on(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.rejected()))
    assert "120 days from the day this report is issued" in text
    assert "re-submit the same claim" in text
    assert "after that the submission is archived and a new claim is needed" in text
    assert "120" not in text_of(render_moderation_report(reports.accepted()))


def test_M74_the_report_is_a_pdf_without_anything_active_in_it() -> None:
    pdf = render_moderation_report(reports.rejected())
    assert pdf.startswith(b"%PDF-1.")
    assert pdf.rstrip().endswith(b"%%EOF")
    said = repr(Pdf(pdf).objects)
    assert "'S': 'H1'" in said
    for active in ("'JavaScript'", "'JS'", "'Launch'", "'EmbeddedFile", "'URI'", "'OpenAction'", "'AA'"):
        assert active not in said


def test_M50_M51_every_due_date_is_printed_the_earlier_ones_too(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.accepted()))
    assert "Moderation due Level 5" not in text
    for date in (reports.REQUEST.due_on, *reports.REQUEST.earlier_due_on, reports.REQUEST.submitted_on):
        assert date is not None
        assert day(date) in text
    assert "extended" in text


def test_M11_M27_each_sample_says_who_why_what_and_by_which_act(text_of: Text) -> None:
    report = reports.rejected()
    text = text_of(render_moderation_report(report))
    parts = re.split(r"(?=Sample \d+ (?=[✓✗?!]|50))", text[text.index("Samples Sample 1") :])
    by_position = {int(match[1]): part for part in parts if (match := re.match(r"Sample (\d+)", part))}
    assert list(by_position) == list(range(1, 13))
    for entry in report.samples:
        sample, judgement, part = entry.sample, entry.judgement, by_position[entry.sample.position]
        assert judgement is not None
        for said in (
            sample.learner_name,
            sample.learner_number,
            sample.unit_title,
            sample.assessor,
            f"Assessor's decision {sample.assessor_decision}",
            f"Why chosen {sample.reason}",
            judgement.decision.words,
            " ".join(judgement.rationale.split()),
            f"Judgement {judgement.id}",
            *(item.name for item in entry.evidence),
            *(item.kind.words for item in entry.evidence),
        ):
            assert said in part


def test_M53_notes_stand_with_their_sample_or_at_the_end(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.rejected()))
    own = text[text.index("Sample 4 ") : text.index("Sample 5 ")]
    assert "Alderbrook Institute, quality nominee, 16 April 2026, 14:42, in moderation" in own
    assert "The second marker's initials are missing on page 2. Please add them." in own
    general = text[text.index("Notes on the whole request") : text.index("Sign-off")]
    assert "The plan for the summer term follows in June." in general
    assert all(note.id in text for note in reports.NOTES)


def test_D6_what_is_not_applicable_shows_the_reason_of_the_centre(text_of: Text) -> None:
    report = reports.accepted()
    excuse = Evidence(
        "e", "r", "sample-1", EvidenceKind.FLEXIBLE_ASSESSMENT, "", "", 0, not_applicable="None was used."
    )
    first = replace(report.samples[0], evidence=(excuse,))
    text = text_of(render_moderation_report(replace(report, samples=(first,))))
    assert "Evidence given None was used. Flexible-assessment information, not applicable" in text


def test_M43_a_link_is_named_as_one_and_has_no_size(text_of: Text) -> None:
    report = reports.accepted()
    link = Evidence(
        "e",
        "r",
        "sample-1",
        EvidenceKind.LEARNER_WORK,
        "E-portfolio",
        "",
        0,
        url="https://there.example.invalid/1",
    )
    first = replace(report.samples[0], evidence=(link,))
    text = text_of(render_moderation_report(replace(report, samples=(first,))))
    assert "Evidence given E-portfolio Learner work, link to the centre's platform" in text
    assert "0 bytes" not in text


def test_a_replaced_judgement_names_the_one_it_replaces(text_of: Text) -> None:
    report = reports.accepted()
    judgement = report.samples[0].judgement
    assert judgement is not None
    first = replace(report.samples[0], judgement=replace(judgement, supersedes=("0199-before",)))
    assert f"by {judgement.moderator_name}; replaces 0199-before" in text_of(
        render_moderation_report(replace(report, samples=(first,)))
    )


@pytest.mark.parametrize("decision", [*Decision, None])
def test_decisions_never_speak_by_colour_alone(pages_of: Pages, decision: Decision | None) -> None:
    report = reports.a_report(count=1, decisions=(decision,), outcome=None)
    is_told = decision not in (None, Decision.SUSPECTED_MALPRACTICE)
    words = decision.words if decision is not None and is_told else "Not judged yet"
    signs = {
        None: "–",
        Decision.AGREED: "✓",
        Decision.NOT_AGREED: "✗",
        Decision.FURTHER_EVIDENCE: "?",
        Decision.SUSPECTED_MALPRACTICE: "–",
    }
    assert f"{signs[decision]} {words}" in "\n".join(pages_of(render_moderation_report(report)))


def test_D5_a_report_never_tells_of_a_suspicion(text_of: Text) -> None:
    suspicion = Decision.SUSPECTED_MALPRACTICE
    report = reports.a_report(count=3, decisions=(Decision.AGREED, suspicion), outcome=Outcome.REJECTED)
    text = text_of(render_moderation_report(report))
    assert "2 agreed, 1 not judged yet" in text
    for words in ("alpractice", "uspicion", "word for word", reports.a_judgement(1, suspicion).id):
        assert words not in text


def test_a_draft_says_so_on_every_page_and_an_issued_report_on_none(pages_of: Pages) -> None:
    pages = pages_of(render_moderation_report(reports.draft()))
    assert len(pages) > 2
    # Once in the header, once across the page.
    assert all(page.count("Draft – not issued") == 2 for page in pages)
    assert "Not signed off" in pages[-1]
    issued = pages_of(render_moderation_report(reports.rejected()))
    assert not any("Draft" in page for page in issued)
    assert "21 April 2026, 16:42 (London)" in issued[-1]


@pytest.mark.parametrize("shape", sorted(reports.SHAPES))
def test_every_page_carries_request_number_and_page_x_of_y(pages_of: Pages, shape: str) -> None:
    pages = pages_of(render_moderation_report(reports.SHAPES[shape]()))
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Moderation report · MR-2026-00417" in page
        assert "Larchmere Awards" in page


def test_a_request_without_anything_is_one_readable_page(pages_of: Pages) -> None:
    (page,) = pages_of(render_moderation_report(reports.empty()))
    for said in ("This request has no samples.", "No learner was sampled.", "No learner-units", "Not set"):
        assert said in page


def test_two_hundred_samples_are_all_there_with_their_acts(text_of: Text) -> None:
    report = reports.of_200()
    text = text_of(render_moderation_report(report))
    ids = [entry.judgement.id for entry in report.samples if entry.judgement is not None]
    assert len(ids) == 200
    assert all(text.count(act) == 1 for act in ids)
    assert all(f"Sample {position} " in text for position in range(1, 201))


def test_no_heading_is_left_alone_at_the_foot_of_a_page(pages_of: Pages) -> None:
    headings = {"Actions for the centre", "Outcome of each learner", "Samples", "Sign-off", "Summary"}
    pages = pages_of(render_moderation_report(reports.of_200()))
    assert len(pages) > 30
    for page in pages:
        lines = [line.strip() for line in page.strip().split("\n")]
        body = [line for line in lines if not line.startswith(("Moderation report ·", "Centre C-", "Page "))]
        body = [line for line in body if line != "Larchmere Awards"]
        assert body[-1] not in headings
        assert not re.match(r"(Sample \d+|50\d )", body[-1])
