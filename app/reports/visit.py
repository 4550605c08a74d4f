"""The report of a quality review as an awarding body sends it to a centre: its content in, PDF out (Q-30, Q-31)."""

from __future__ import annotations

from dataclasses import replace

from app.domain.dates import day, moment
from app.domain.review_report import CED_WORDS, VisitReportContent
from app.domain.review_terms import ReviewKind
from app.reports import style, visit_wording, wording
from app.reports.blocks import add_opening
from app.reports.fonts import bundled_fonts
from app.reports.pages import paginate
from app.reports.painting import Furniture
from app.reports.paper import print_pages
from app.reports.setting import Typesetter
from app.reports.strips import Anchor, Pile, holds
from app.reports.structure import Tag
from app.reports.style import PANEL_INSET, TEXT_HEIGHT, TEXT_WIDTH
from app.reports.visit_objectives import add_objectives, add_others

TEMPLATE = 1
"""Version of this report's looks and wording; raised whenever the same content would give other bytes."""

_KEPT_TOGETHER = TEXT_HEIGHT * 0.3
"""A short section no higher than this is not broken over two pages."""
_INSIDE = TEXT_WIDTH - 2 * PANEL_INSET


def render_visit_report(content: VisitReportContent) -> bytes:
    """The report as a PDF. Equal contents give equal bytes on any machine, at any time, in any locale.

    Without ``signed_at`` each page is marked as a draft. Everything a person typed is set as it was typed: nothing
    in it is read as markup. Safe to call from any thread; two calls at once take turns.
    """
    setter = Typesetter(bundled_fonts())
    pile = Pile(setter)
    _add_title(pile, content)
    _add_outcome(pile, content)
    _add_facts(pile, content)
    _add_prose(pile, f"What changed in version {content.version}", content.changes)
    _add_prose(pile, "Summary", content.summary)
    _add_actions(pile, content)
    _add_scope(pile, content)
    _add_engagement(pile, content)
    _add_meetings(pile, content)
    add_objectives(pile, content)
    add_others(pile, content)
    _add_earlier_actions(pile, content)
    _add_sign_off(pile, content)
    if setter.undrawable:
        pile.gap(10.0, hold=True)
        pile.text(wording.UNDRAWABLE, style.SMALL)
    return print_pages(paginate(pile.strips, TEXT_HEIGHT), _furniture(content), setter, pile.structure)


def _furniture(content: VisitReportContent) -> Furniture:
    signed = f"Signed off {moment(content.signed_at)}" if content.signed_at else "Not signed off"
    title = visit_wording.title(content)
    return Furniture(
        title=f"{title} {content.number}",
        author=content.reviewer_name,
        subject=f"{content.framework_title} {content.year_words}, {content.centre_name} ({content.centre_number})",
        creator=f"Touchstone, visit report, template {TEMPLATE}",
        header_left=f"{title}  ·  {content.number}",
        header_right=content.awarding_body,
        footer_left=f"Centre {content.centre_number}  ·  Version {content.version}  ·  {signed}",
        draft="" if content.signed_at else wording.DRAFT_WORDS,
        dated=content.signed_at,
    )


def _add_title(pile: Pile, content: VisitReportContent) -> None:
    about = (
        f"{content.framework_title}, {content.year_words}",
        f"{content.centre_name}, centre {content.centre_number}",
    )
    title = visit_wording.title(content)
    add_opening(pile, content.awarding_body, title, about, draft=content.signed_at is None)


def _add_outcome(pile: Pile, content: VisitReportContent) -> None:
    """The outcome, and whether certification is to stop: all that many readers look for (Q-06, D-9)."""
    tone = style.tone_of_review(content.outcome)
    words = content.outcome.words if content.outcome else visit_wording.NO_OUTCOME
    verdict = replace(style.VERDICT, colour=tone.strong)
    pile.gap(14.0)
    pile.open_panel(tone.wash, tone.strong)
    pile.text("Outcome of the review", style.LABEL, x=PANEL_INSET, hold=True, tag=Tag.H2)
    pile.text(f"{tone.sign}  {words}", verdict, x=PANEL_INSET, width=_INSIDE, hold=True)
    pile.gap(2.0, hold=True)
    meaning = visit_wording.outcome_meaning(content.outcome)
    pile.text(meaning, style.BODY, x=PANEL_INSET, width=_INSIDE, hold=True)
    if content.proposes_block:
        kind = replace(style.BODY_BOLD, colour=tone.strong)
        pile.text(visit_wording.BLOCK, kind, x=PANEL_INSET, width=_INSIDE)
    elif content.outcome is not None:
        pile.text(visit_wording.NO_BLOCK, style.BODY, x=PANEL_INSET, width=_INSIDE)
    pile.close_panel()


def _add_facts(pile: Pile, content: VisitReportContent) -> None:
    pairs = (
        (("Review", content.number), ("Activity", content.kind.words)),
        (
            ("Centre", f"{content.centre_name}\n{content.centre_number}"),
            ("Date of the visit", visit_wording.visit_words(content)),
        ),
        (("Academic year", content.year_words), ("Quality nominee", content.nominee or "Not named")),
        (("Awarding body", content.awarding_body), ("Reviewer", content.reviewer_name)),
        (
            ("Version", str(content.version)),
            ("Signed off", moment(content.signed_at) if content.signed_at else "Not signed off"),
        ),
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


def _add_actions(pile: Pile, content: VisitReportContent) -> None:
    """What the centre is to do, numbered through the whole report; who does it, and by when (D-9)."""
    _add_heading(pile, "Actions for the centre")
    if not content.actions:
        pile.text(visit_wording.NO_ACTIONS, style.BODY)
        return
    code_at, text_at, weight_at, owner_at, due_at = 26.0, 72.0, 246.0, 320.0, 400.0
    columns = (
        (0.0, "No."),
        (code_at, "From"),
        (text_at, "What the centre does"),
        (weight_at, "Weight"),
        (owner_at, "Owner"),
        (due_at, "Due"),
    )
    with pile.table(columns):
        for index, action in enumerate(content.actions):
            due = day(action.due_on) if action.due_on else "No date"
            weight = style.BODY_BOLD if action.essential else style.BODY
            pile.table_row(
                [
                    (str(action.number), style.BODY_BOLD, 0.0, code_at),
                    (action.code, style.BODY, code_at, text_at - code_at - 6.0),
                    (action.text, style.BODY, text_at, weight_at - text_at - 10.0),
                    (visit_wording.weight_words(action.essential), weight, weight_at, owner_at - weight_at),
                    (action.owner or "Not named", style.BODY, owner_at, due_at - owner_at - 8.0),
                    (due, style.BODY, due_at, TEXT_WIDTH - due_at),
                ],
                above=3.4,
                below=4.2,
                hold=holds(index, len(content.actions)),
            )


def _add_scope(pile: Pile, content: VisitReportContent) -> None:
    """What the review covers, and who confirmed that (Q-17..Q-19)."""
    start = len(pile.strips)
    _add_heading(pile, "Scope and its confirmation")
    with pile.within(Tag.LIST):
        for label, value in (
            ("Scope", content.scope.words),
            ("Consortium", content.consortium or "None named"),
            ("Confirmation", visit_wording.confirmation_words(content)),
        ):
            pile.labelled(label, value, above=2.0)
    pile.keep_together(start, _KEPT_TOGETHER)


def _add_engagement(pile: Pile, content: VisitReportContent) -> None:
    """How the centre's Engagement Document came (Q-09, Q-12, Q-13)."""
    start = len(pile.strips)
    _add_heading(pile, CED_WORDS)
    with pile.within(Tag.LIST):
        for label, value in (
            ("Due", day(content.ced_due_on)),
            ("Submitted", visit_wording.ced_words(content)),
            ("Signed by", content.ced_signed_by or "Not signed"),
            *(("What changed", f"{title}: {changes}") for title, changes in content.ced_changes),
        ):
            pile.labelled(label, value, above=2.0)
    pile.keep_together(start, _KEPT_TOGETHER)


def _add_meetings(pile: Pile, content: VisitReportContent) -> None:
    """Whom the reviewer met and when; a review from the desk has no meetings (Q-22..Q-24, D-11)."""
    if content.kind is ReviewKind.DESK_TOP:
        return
    _add_heading(pile, "Meetings")
    if not content.meetings:
        pile.text(visit_wording.NO_MEETINGS, style.BODY)
        return
    kind_at, who_at, notes_at = 96.0, 204.0, 316.0
    columns = ((0.0, "When"), (kind_at, "Meeting"), (who_at, "With"), (notes_at, "Notes"))
    with pile.table(columns):
        for index, meeting in enumerate(content.meetings):
            who = "\n".join(part for part in (meeting.who, meeting.role) if part)
            pile.table_row(
                [
                    (visit_wording.meeting_time(meeting), style.BODY, 0.0, kind_at - 10.0),
                    (visit_wording.meeting_words(meeting), style.BODY, kind_at, who_at - kind_at - 10.0),
                    (who, style.BODY, who_at, notes_at - who_at - 10.0),
                    (meeting.notes, style.BODY, notes_at, TEXT_WIDTH - notes_at),
                ],
                above=3.4,
                below=4.2,
                hold=holds(index, len(content.meetings)),
            )


def _add_earlier_actions(pile: Pile, content: VisitReportContent) -> None:
    """The actions of earlier reviews: what the centre answered, and which of them are signed off."""
    if not content.earlier_actions:
        return
    _add_heading(pile, "Actions of earlier reviews")
    text_at, answer_at, standing_at = 86.0, 232.0, 362.0
    columns = (
        (0.0, "Review"),
        (text_at, "Action"),
        (answer_at, "The centre's answer"),
        (standing_at, "Signed off"),
    )
    with pile.table(columns):
        for index, action in enumerate(content.earlier_actions):
            due = f", due {day(action.due_on)}" if action.due_on else ""
            owner = f"{action.owner}{due}" if action.owner else due.removeprefix(", ").capitalize()
            text = "\n".join(part for part in (action.text, owner) if part)
            origin = f"{action.origin}\n{action.code}\n{visit_wording.weight_words(action.essential)}"
            answer = action.answer.strip() or "None yet"
            pile.table_row(
                [
                    (origin, style.BODY, 0.0, text_at - 10.0),
                    (text, style.BODY, text_at, answer_at - text_at - 10.0),
                    (answer, style.BODY, answer_at, standing_at - answer_at - 10.0),
                    (visit_wording.standing_words(action), style.BODY, standing_at, TEXT_WIDTH - standing_at),
                ],
                above=3.4,
                below=4.2,
                hold=holds(index, len(content.earlier_actions)),
            )


def _add_heading(pile: Pile, words: str) -> None:
    pile.heading(words, style.HEADING, above=20.0, below=3.0, anchor=Anchor(words, 0))


def _add_sign_off(pile: Pile, content: VisitReportContent) -> None:
    """Who answers for the report; kept on one page."""
    _add_heading(pile, "Sign-off")
    start = len(pile.strips)
    pile.open_panel(style.WASH)
    statement = visit_wording.sign_off_statement(content)
    pile.text(statement, style.BODY, x=PANEL_INSET, width=_INSIDE, hold=True)
    pile.gap(4.0, hold=True)
    with pile.within(Tag.LIST):
        for label, value in (
            ("Reviewer", content.reviewer_name),
            ("Signed off", f"{moment(content.signed_at)} (London)" if content.signed_at else "–"),
            ("Outcome", content.outcome.words if content.outcome else visit_wording.NO_OUTCOME),
            ("Review", f"{content.number}, version {content.version}"),
        ):
            pile.labelled(label, value, x=PANEL_INSET, hold=True)
    pile.close_panel()
    pile.keep_together(start, TEXT_HEIGHT)
