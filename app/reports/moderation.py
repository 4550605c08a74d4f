"""The moderation report as an awarding body sends it to a centre: domain records in, PDF out (M-73, M-74)."""

from __future__ import annotations

from dataclasses import replace

from app.domain.dates import day, moment
from app.domain.report import ModerationReport
from app.reports import style, wording
from app.reports.blocks import add_opening
from app.reports.fonts import bundled_fonts
from app.reports.pages import paginate
from app.reports.painting import Furniture
from app.reports.paper import print_pages
from app.reports.samples import add_notes, add_samples
from app.reports.setting import Typesetter
from app.reports.strips import Anchor, Pile, holds
from app.reports.structure import Tag
from app.reports.style import PANEL_INSET, TEXT_HEIGHT, TEXT_WIDTH

TEMPLATE = 4
"""Version of this report's looks and wording; raised whenever the same records would give other bytes."""


def render_moderation_report(report: ModerationReport) -> bytes:
    """The report as a PDF. Equal reports give equal bytes on any machine, at any time, in any locale.

    Without ``signed_at`` each page is marked as a draft. Everything a person typed is set as it was typed: nothing
    in it is read as markup. Safe to call from any thread; two calls at once take turns.
    """
    setter = Typesetter(bundled_fonts())
    pile = Pile(setter)
    _add_title(pile, report)
    _add_outcome(pile, report)
    _add_facts(pile, report)
    _add_prose(pile, "How the sample was chosen", report.request.sampling_words)
    _add_prose(pile, "Summary", report.summary)
    _add_actions(pile, report)
    _add_learners(pile, report)
    add_samples(pile, report)
    _add_general_notes(pile, report)
    _add_sign_off(pile, report)
    if setter.undrawable:
        pile.gap(10.0, hold=True)
        pile.text(wording.UNDRAWABLE, style.SMALL)
    pages = paginate(pile.strips, style.TEXT_HEIGHT)
    return print_pages(pages, _furniture(report), setter, pile.structure)


def _furniture(report: ModerationReport) -> Furniture:
    request = report.request
    signed = f"Signed off {moment(report.signed_at)}" if report.signed_at else "Not signed off"
    return Furniture(
        title=f"Moderation report {request.number}",
        author=report.moderator_name,
        subject=(
            f"{request.qualification_code} {request.qualification_title}, "
            f"{request.centre_name} ({request.centre_number})"
        ),
        creator=f"Touchstone, moderation report, template {TEMPLATE}",
        header_left=f"Moderation report  ·  {request.number}",
        header_right=request.awarding_body,
        footer_left=f"Centre {request.centre_number}  ·  {signed}",
        draft="" if report.signed_at else wording.DRAFT_WORDS,
        dated=report.signed_at,
    )


def _add_title(pile: Pile, report: ModerationReport) -> None:
    request = report.request
    about = (
        f"{request.qualification_title} ({request.qualification_code})",
        f"{request.centre_name}, centre {request.centre_number}",
    )
    add_opening(pile, request.awarding_body, "Moderation report", about, draft=report.signed_at is None)


def _add_outcome(pile: Pile, report: ModerationReport) -> None:
    """The outcome and what it means for the batch, which is all that many readers look for (M-55, M-57)."""
    tone = style.tone_of_outcome(report.outcome)
    words = report.outcome.words if report.outcome else wording.NO_OUTCOME
    kind = replace(style.VERDICT, colour=tone.strong)
    width = TEXT_WIDTH - 2 * PANEL_INSET
    pile.gap(14.0)
    pile.open_panel(tone.wash, tone.strong)
    pile.text("Outcome of the moderation", style.LABEL, x=PANEL_INSET, hold=True, tag=Tag.H2)
    pile.text(f"{tone.sign}  {words}", kind, x=PANEL_INSET, width=width, hold=True)
    pile.gap(2.0, hold=True)
    pile.text(wording.outcome_meaning(report.request, report.outcome), style.BODY, x=PANEL_INSET, width=width)
    pile.close_panel()


def _add_facts(pile: Pile, report: ModerationReport) -> None:
    request = report.request
    complete = request.evidence_complete_on
    pairs = (
        (("Request", request.number), ("Submitted", day(request.submitted_on))),
        (
            ("Centre", f"{request.centre_name}\n{request.centre_number}"),
            ("Evidence complete", day(complete) if complete else "Not declared complete"),
        ),
        (
            ("Qualification", f"{request.qualification_title}\n{request.qualification_code}"),
            ("Moderation due", wording.due_words(request)),
        ),
        (
            ("Awarding body", request.awarding_body),
            ("Signed off", moment(report.signed_at) if report.signed_at else "Not signed off"),
        ),
        (("Moderator", report.moderator_name), ("Sampled", wording.sampled_words(report))),
        (("Whole batch", wording.batch_words(report.outcome)), ("Decisions", wording.tally_words(report))),
    )
    pile.gap(12.0)
    pile.rule(hold=True)
    with pile.within(Tag.LIST):
        for left, right in pairs:
            pile.pair(left, right, above=3.0, below=3.6, ruled=True)


def _add_prose(pile: Pile, title: str, text: str) -> None:
    if not text.strip():
        return
    pile.heading(title, style.SUBHEADING, above=14.0, below=2.0)
    pile.text(text.strip(), style.BODY)


def _add_actions(pile: Pile, report: ModerationReport) -> None:
    """What the centre must do, numbered through the whole report (M-59)."""
    _add_heading(pile, "Actions for the centre")
    if not report.actions:
        pile.text(wording.no_actions(report.outcome), style.BODY)
        return
    pile.text(wording.actions_introduction(report.outcome), style.BODY, hold=True)
    pile.gap(4.0, hold=True)
    sample_at, about_at, text_at = 28.0, 70.0, 214.0
    columns = (
        (0.0, "No."),
        (sample_at, "Sample"),
        (about_at, "Learner and unit"),
        (text_at, "What the centre does"),
    )
    with pile.table(columns):
        for index, action in enumerate(report.actions):
            about = f"{action.learner_name}\nUnit {action.unit_code}"
            pile.table_row(
                [
                    (str(action.number), style.BODY_BOLD, 0.0, sample_at),
                    (str(action.sample_position), style.BODY, sample_at, about_at - sample_at),
                    (about, style.BODY, about_at, text_at - about_at - 12.0),
                    (action.text, style.BODY, text_at, TEXT_WIDTH - text_at),
                ],
                above=3.4,
                below=4.2,
                hold=holds(index, len(report.actions)),
            )


def _add_learners(pile: Pile, report: ModerationReport) -> None:
    """Each learner's outcome, apart from the batch (M-56)."""
    _add_heading(pile, "Outcome of each learner")
    if not report.learners:
        pile.text("No learner was sampled.", style.BODY)
        return
    pile.text(wording.LEARNERS_APART, style.BODY, hold=True)
    pile.gap(4.0, hold=True)
    name_at, words_at = 110.0, 320.0
    with pile.table(((0.0, "Learner number"), (name_at, "Name"), (words_at, "Outcome"))):
        for index, learner in enumerate(report.learners):
            tone = style.tone_of_learner(learner.satisfactory)
            verdict = replace(style.BODY_BOLD, colour=tone.strong)
            pile.table_row(
                [
                    (learner.learner_number, style.BODY, 0.0, name_at - 12.0),
                    (learner.learner_name, style.BODY, name_at, words_at - name_at - 12.0),
                    (f"{tone.sign}  {learner.words}", verdict, words_at, TEXT_WIDTH - words_at),
                ],
                above=2.2,
                below=2.8,
                hold=holds(index, len(report.learners)),
            )


def _add_heading(pile: Pile, words: str) -> None:
    pile.heading(words, style.HEADING, above=20.0, below=3.0, anchor=Anchor(words, 0))


def _add_general_notes(pile: Pile, report: ModerationReport) -> None:
    """The notes about the whole request; those about one sample stand with it (M-53)."""
    if not report.notes:
        return
    _add_heading(pile, "Notes on the whole request")
    add_notes(pile, report.notes, 0.0)


def _add_sign_off(pile: Pile, report: ModerationReport) -> None:
    """Who answers for the report; kept on one page."""
    _add_heading(pile, "Sign-off")
    start = len(pile.strips)
    pile.open_panel(style.WASH)
    width = TEXT_WIDTH - 2 * PANEL_INSET
    if report.signed_at is None:
        statement = "Not signed off. This draft has not been issued and changes nothing for the batch."
        signed = "–"
    else:
        statement = (
            "Signed off electronically by the moderator, who looked at the evidence and recorded the decisions "
            "above. No handwritten signature is needed."
        )
        signed = f"{moment(report.signed_at)} (London)"
    pile.text(statement, style.BODY, x=PANEL_INSET, width=width, hold=True)
    pile.gap(4.0, hold=True)
    outcome = report.outcome.words if report.outcome else wording.NO_OUTCOME
    with pile.within(Tag.LIST):
        for label, value in (
            ("Moderator", report.moderator_name),
            ("Signed off", signed),
            ("Outcome", outcome),
            ("Request", report.request.number),
        ):
            pile.labelled(label, value, x=PANEL_INSET, hold=True)
    pile.close_panel()
    pile.keep_together(start, TEXT_HEIGHT)
