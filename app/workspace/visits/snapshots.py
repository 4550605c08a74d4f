"""What the screens of a quality review show: plain, frozen pictures. Windows hold these and ids, never live objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.frameworks import Framework, Measure, Objective, Suggestion
from app.domain.moderation import Standing
from app.domain.review_terms import Level, ReviewKind, ReviewOutcome, ReviewState, Scope
from app.domain.reviews import (
    Ced,
    CedEntry,
    Meeting,
    NomineeContact,
    PlannedAction,
    QualityJudgement,
    Review,
    ReviewAction,
    VisitEvidence,
    VisitReport,
)
from app.workspace.snapshots import AsideText, EvidenceItem, Offline, SyncMark

if TYPE_CHECKING:
    from app.domain.reviewing import Missing


class VisitGroup(StrEnum):
    """The groups of the Visits list, in the order in which they are shown."""

    TO_CONTACT = "to_contact"
    ARRANGING = "arranging"
    AGREED = "agreed"
    UNDER_REVIEW = "under_review"
    BLOCK_TO_DECIDE = "block_to_decide"
    DONE = "done"

    @property
    def words(self) -> str:
        return _GROUP_WORDS[self]


_GROUP_WORDS = {
    VisitGroup.TO_CONTACT: "Quality nominee to be contacted",
    VisitGroup.ARRANGING: "Being arranged",
    VisitGroup.AGREED: "Date agreed",
    VisitGroup.UNDER_REVIEW: "Under review",
    VisitGroup.BLOCK_TO_DECIDE: "Certification block to be decided",
    VisitGroup.DONE: "Report complete",
}


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One review in the Visits list, with my pending acts counted in. Days are London calendar days.

    state_words: how far it is. task: what its reviewer is to do next, in words; task_due: it is time for that (Q-16).
    ced_words: ``CED due Sunday 10 December 2017``, ``CED late since …``, ``CED submitted …``; ced_late: it is not in.
    judged of measures: how many of the judgements asked for stand.
    held: the whole review lies here; False for one that is known by its row alone (a quality manager's queue).
    update_needed: the record needs a newer Touchstone; then only ``review_id`` is to be trusted.
    """

    review_id: str
    number: str
    centre: str
    year: str
    kind: ReviewKind
    state: ReviewState
    state_words: str
    scope: Scope
    group: VisitGroup
    task: str
    task_due: bool
    visit_on: date | None
    ced_due_on: date | None
    ced_words: str
    ced_late: bool
    judged: int
    measures: int
    offline: Offline
    mark: SyncMark
    reviewer: str = ""
    held: bool = True
    update_needed: bool = False


@dataclass(frozen=True, slots=True)
class VisitBase:
    """What stood for a measure when its typing began, so that a later change of it is noticed.

    stands: ids of the judgements that stood: none, one, or several side by side.
    """

    stands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """What is typed but not yet recorded for one measure or objective; saved as one types.

    level: None while none is chosen. reason: why *not applicable*, or otherwise than proposed (D-9). cites: ids of
    the evidence it is to rest on. actions: their ids are chosen when they are first typed and stay.
    note: an unfinished note of evidence, such as a talk; files: what was attached to it; it lies here already.
    originals: for each of these files, the SHA-256 as it was before location data was taken out.
    base: what it stands on; None: as the kept draft does, or on what stands when typing begins.
    """

    level: Level | None = None
    reason: str = ""
    commentary: str = ""
    cites: tuple[str, ...] = ()
    actions: tuple[PlannedAction, ...] = ()
    note: str = ""
    files: tuple[AttachedPhoto, ...] = ()
    base: VisitBase | None = field(default=None, compare=False)

    @property
    def judges(self) -> bool:
        """Whether it holds something of a judgement, and not a note alone."""
        texts = (self.reason, self.commentary, *(action.text for action in self.actions))
        return self.level is not None or bool(self.cites) or any(text.strip() for text in texts)

    @property
    def empty(self) -> bool:
        return not (self.judges or self.note.strip() or self.files)


@dataclass(frozen=True, slots=True)
class AttachedPhoto:
    """A photo or file taken in for a review: it lies here sealed already.

    original_sha256: hex, of the file as it was taken or chosen, before its location was taken out.
    says: what became of location data, for the person: it was taken out, there was none, or it is kept as it is.
    """

    file: AttachedFile
    original_sha256: str
    says: str


@dataclass(frozen=True, slots=True)
class FileHere:
    """A file of a review. id: to open it by. state: in words where it stands: waits to be sent, not downloaded …"""

    item: EvidenceItem
    state: str

    @property
    def id(self) -> str:
        return self.item.evidence.id

    @property
    def name(self) -> str:
        return self.item.evidence.name


@dataclass(frozen=True, slots=True)
class CitableItem:
    """Something a judgement may cite: evidence that the reviewer noted, or a file of the Engagement Document (Q-26).

    id: what a judgement names in ``cites``. words: what it is, in one line. counts: a judgement may rest on it; what
    does not apply is no evidence (Q-29). cited: the standing judgement rests on it.
    noted: the reviewer's own (then it can be withdrawn by its author); None: a file of the centre's.
    mine: I noted it. pending: it waits in the outbox; then it is undone with ``take_back(id)``.
    """

    id: str
    code: str
    words: str
    counts: bool
    cited: bool
    files: tuple[FileHere, ...] = ()
    noted: VisitEvidence | None = None
    mine: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class SuggestionTick:
    """One piece of suggested evidence and what was noted of it (Q-27): seen, not applicable, or nothing yet.

    evidence_id: of the note that stands, or empty. applies: False once it was set not applicable (Q-29).
    """

    suggestion: Suggestion
    evidence_id: str = ""
    applies: bool = True

    @property
    def seen(self) -> bool:
        return bool(self.evidence_id) and self.applies


@dataclass(frozen=True, slots=True)
class StandingVersion:
    """One of the judgements that stand. whose: who judged, and when, in words. mine: it was I."""

    judgement: QualityJudgement
    whose: str
    mine: bool


@dataclass(frozen=True, slots=True)
class MeasureItem:
    """One code of the tree: a measure, or an objective judged after its measures, or (D-10, D-11) as a whole.

    measure: None for an objective. judgement: the one that stands (None: not judged, or disputed); pending: it waits.
    disputed: the versions that stand side by side, both kept; empty where there is no dispute. settle it with
    ``settle`` (one of them as it is) or ``judge`` (a new text; it replaces all).
    history: all of them, oldest first, superseded and withdrawn ones included.
    proposed: of an objective, the worst of its measures, once one is judged (D-9).
    ced_entry: what the centre says of its objective. citable: what a judgement here may cite (Q-26).
    missing: what keeps the report from being signed off here. last_year: actions of former reviews for it that came
    over to this one; open ones are to be signed off.
    meanwhile: in words, what was changed elsewhere while I was typing, or is disputed; empty when nothing.
    draft: what is typed and not recorded; None when nothing is. aside: drafts that were put aside, oldest first.
    """

    code: str
    title: str
    objective: Objective
    measure: Measure | None
    standing: Standing
    judgement: QualityJudgement | None
    pending: bool
    disputed: tuple[StandingVersion, ...]
    history: tuple[QualityJudgement, ...]
    proposed: Level | None
    ced_entry: CedEntry | None
    citable: tuple[CitableItem, ...]
    suggestions: tuple[SuggestionTick, ...]
    missing: tuple[Missing, ...]
    last_year: tuple[ReviewAction, ...]
    draft: VisitDraft | None
    base: VisitBase
    meanwhile: str = ""
    aside: tuple[AsideText, ...] = ()

    @property
    def is_objective(self) -> bool:
        return self.measure is None


@dataclass(frozen=True, slots=True)
class NotReviewed:
    """An objective that this review does not judge, as its report will say it (Q-31, D-11)."""

    objective: Objective
    words: str
    commentary: str


@dataclass(frozen=True, slots=True)
class CedView:
    """What the centre's Engagement Document says. entries: as filled in for the centre's profile (Q-14, Q-15).

    state_words: ``Signed by … on …``, ``Not signed yet; due …``. signed: its signature covers just this content.
    """

    ced: Ced
    state_words: str
    signed: bool
    entries: tuple[CedEntry, ...]
    files: tuple[CitableItem, ...]


@dataclass(frozen=True, slots=True)
class MeetingItem:
    """A moment of the visit that stands. pending: it waits in the outbox. disputed: another record of the same meeting
    stands beside it, so that one is to replace both.
    """

    meeting: Meeting
    whose: str
    pending: bool
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class ReportState:
    """The report's side: what is proposed, what is typed, what is missing, what was issued.

    summary, changes: as typed so far. submitted: act id of a version of mine that waits in the outbox, or empty.
    next_version: 1, or the number that a correction would have; a correction must say what it changes.
    receipt: the service's word for the newest version; empty before there is one. closed: why no report can be signed
    now whatever is missing, such as that one waits to be sent; empty when it can.
    """

    outcome: ReviewOutcome | None
    proposes_block: bool
    summary: str
    changes: str
    missing: tuple[Missing, ...]
    submitted: str
    issued: tuple[VisitReport, ...]
    next_version: int
    receipt: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class MayDo:
    """What this person may do here: as the reviewer of this review, or as the quality manager who decides."""

    review: bool
    decide_scope: bool
    decide_block: bool
    sign_off_actions: bool


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """A review opened: everything the Visit screen shows, pending acts laid over the cache.

    items: the tree in its order, an objective behind its measures. others: what is not reviewed. on_site: a visit, so
    that meetings belong to it; a desk-top review has none (D-11). last_year: actions of former reviews that came
    over open, to be signed off. actions: those of this review's issued report. ced_warning: that the CED is late, or
    empty. problems: entries that need a newer Touchstone. saved_forms: names of forms in which something is typed.
    """

    review: Review
    framework: Framework
    year: str
    today: date
    items: tuple[MeasureItem, ...]
    others: tuple[NotReviewed, ...]
    ced: CedView | None
    ced_warning: str
    meetings: tuple[MeetingItem, ...]
    contacts: tuple[NomineeContact, ...]
    last_year: tuple[ReviewAction, ...]
    actions: tuple[ReviewAction, ...]
    report: ReportState
    may: MayDo
    judged: int
    pending: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    saved_forms: tuple[str, ...] = ()

    @property
    def on_site(self) -> bool:
        return self.review.kind is ReviewKind.VISIT

    def item(self, code: str) -> MeasureItem | None:
        return next((item for item in self.items if item.code == code), None)
