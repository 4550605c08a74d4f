"""Everything a screen can ask of the desk: pictures of requests, rows of lists, words for clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.domain.acts import Act, AddNote, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.clocks import ClockReading, ClockState, read_clock
from app.domain.dates import short_day
from app.domain.evidence import Evidence
from app.domain.moderation import (
    MODERATION_OVER,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    RequestState,
    Sample,
    current_judgements,
    standing,
)
from app.wire.codec import Record
from app.workspace.comparing import TITLES
from app.workspace.overlay import Picture
from app.workspace.snapshots import (
    AsideText,
    EvidenceItem,
    Group,
    JudgementDraft,
    NoteFile,
    Offline,
    RequestSheet,
    SampleSheet,
    SyncMark,
    WorkRow,
)
from app.workspace.standing import BroughtUp, Whose, base_now, bring_up


def clock_of(request: ModerationRequest, today: date) -> ClockReading:
    """What the request's 21-working-day clock says today (M-50); a hold freezes it (D-6). Of a returned one until when
    its actions may be completed (M-61).
    """
    until = _open_until(request)
    if until is not None:
        return ClockReading(ClockState.STOPPED, None, f"open until {short_day(until)}")
    return read_clock(
        today=today,
        nation=request.nation,
        started_on=request.evidence_complete_on,
        due_on=request.due_on,
        held_on=request.held_on if request.state is RequestState.ON_HOLD else None,
        finished=request.state in MODERATION_OVER,
    )


def _open_until(request: ModerationRequest) -> date | None:
    """The last day for the actions of a rejection, while the centre has the request (M-61)."""
    return request.last_day_on if request.state is RequestState.RETURNED_TO_CENTRE else None


def group_of(state: RequestState, clock: ClockReading) -> Group:
    """Where a request stands in the Work list."""
    if state is RequestState.ON_HOLD:
        return Group.ON_HOLD
    if state is RequestState.IN_MODERATION:
        match clock.state:
            case ClockState.OVERDUE:
                return Group.OVERDUE
            case ClockState.DUE_SOON:
                return Group.DUE_SOON
            case _:
                return Group.IN_MODERATION
    if state in (
        RequestState.SUBMITTED,
        RequestState.SAMPLE_REQUESTED,
        RequestState.RETURNED_TO_CENTRE,
        RequestState.SAVED,
    ):
        return Group.WAITING_FOR_CENTRE
    return Group.DONE


def picture_of(records: Iterable[Record], problems: Sequence[str] = ()) -> Picture | None:
    """Sorts the records of one root into a picture; None when its request is not among them."""
    request: ModerationRequest | None = None
    samples: list[Sample] = []
    evidence: list[Evidence] = []
    judgements: list[Judgement] = []
    notes: list[Note] = []
    reports: list[IssuedReport] = []
    for record in records:
        match record:
            case ModerationRequest():
                request = record
            case Sample():
                samples.append(record)
            case Evidence():
                evidence.append(record)
            case Judgement():
                judgements.append(record)
            case Note():
                notes.append(record)
            case IssuedReport():
                reports.append(record)
    if request is None:
        return None
    return Picture(
        request=request,
        samples=tuple(sorted(samples, key=lambda sample: (sample.position, sample.id))),
        evidence=tuple(sorted(evidence, key=lambda item: (item.kind, item.name, item.id))),
        judgements=tuple(sorted(judgements, key=lambda judgement: (judgement.recorded_at, judgement.id))),
        notes=tuple(sorted(notes, key=lambda note: (note.written_at, note.id))),
        reports=tuple(sorted(reports, key=lambda report: (report.issued_at, report.id))),
        problems=tuple(problems),
    )


def sheet_of(
    picture: Picture,
    *,
    today: date,
    drafts: Mapping[str, JudgementDraft],
    items: Mapping[str, EvidenceItem],
    aside: Mapping[str, Sequence[AsideText]],
    note_files: Mapping[str, tuple[NoteFile, ...]],
    name: Whose,
) -> RequestSheet:
    """The picture as the bench shows it. ``drafts``, ``aside``: by sample id; ``items``: by evidence id;
    ``note_files``: by note id.

    name: says who judged, and when.
    """
    sheets = []
    for sample in picture.samples:
        history = picture.judgements_of(sample.id)
        current = current_judgements(history)
        only = current[0] if len(current) == 1 else None
        draft = drafts.get(sample.id)
        brought = bring_up(draft, history, name) if draft is not None else BroughtUp(None)
        sheets.append(
            SampleSheet(
                sample=sample,
                standing=standing(history),
                judgement=only,
                pending=any(judgement.id in picture.pending for judgement in current),
                history=history,
                notes=tuple(note for note in picture.notes if note.sample_id == sample.id),
                evidence=tuple(items[e.id] for e in picture.evidence if e.sample_id == sample.id),
                draft=brought.draft,
                base=base_now(history),
                meanwhile=_meanwhile(current, brought, name),
                aside=tuple(aside.get(sample.id, ())),
            )
        )
    return RequestSheet(
        request=picture.request,
        clock=clock_of(picture.request, today),
        samples=tuple(sheets),
        notes=tuple(note for note in picture.notes if not note.sample_id),
        evidence=tuple(items[e.id] for e in picture.evidence if not e.sample_id),
        issued=picture.reports,
        submitted=picture.submitted,
        problems=picture.problems,
        note_files=note_files,
    )


def _meanwhile(current: Sequence[Judgement], brought: BroughtUp, name: Whose) -> str:
    """What was judged elsewhere and must be compared, in a sentence; empty when there is nothing."""
    if len(current) > 1:
        names = " │ ".join(name(judgement) for judgement in current)
        return f"{len(current)} judgements stand side by side: {names}. The report waits until one is chosen."
    if brought.theirs is not None:
        fields = " and ".join(TITLES[field.name].lower() for field in brought.clashes)
        says = f"{fields.capitalize()} {'differs' if len(brought.clashes) == 1 else 'differ'}."
        return f"Judged elsewhere while you were writing: {name(brought.theirs)}. {says}"
    return ""


def work_row(
    request: ModerationRequest,
    *,
    today: date,
    files: tuple[int, int],
    mark: SyncMark,
    submitted: bool,
) -> WorkRow:
    """One row of the Work list. ``files``: how many pieces of evidence lie here, of how many."""
    clock = clock_of(request, today)
    here, total = files
    offline = Offline.PARTLY if here else Offline.NONE
    if total and here >= total:
        offline = Offline.READY
    words = "Report waiting to be sent" if submitted else request.state.words
    return WorkRow(
        request_id=request.id,
        number=request.number,
        centre=f"{request.centre_name} ({request.centre_number})",
        qualification=request.qualification_title,
        state_words=words,
        judged=request.judged,
        samples=request.samples,
        clock=clock,
        group=group_of(request.state, clock),
        offline=offline,
        mark=mark,
        certification_hold=request.certification_hold,
        open_until=_open_until(request),
    )


def unreadable_row(request_id: str) -> WorkRow:
    """A row for a request that needs a newer Touchstone; it stops nothing else."""
    return WorkRow(
        request_id=request_id,
        number="",
        centre="",
        qualification="This request needs a newer version of Touchstone.",
        state_words="Update needed",
        judged=0,
        samples=0,
        clock=ClockReading(ClockState.NOT_STARTED, None, ""),
        group=Group.IN_MODERATION,
        offline=Offline.NONE,
        mark=SyncMark.SYNCED,
        update_needed=True,
    )


def in_order(rows: Iterable[WorkRow]) -> tuple[WorkRow, ...]:
    """By group, then the most urgent first, then by number."""
    order = {group: index for index, group in enumerate(Group)}
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                order[row.group],
                row.clock.days_left if row.clock.days_left is not None else 10_000,
                row.number,
            ),
        )
    )


def place_words(number: str, position: int | None) -> str:
    """``Sample 7 of MR-2041``, ``Request MR-2041``; without a number it is a request that is no longer mine."""
    if not number:
        return "A former request"
    return f"Sample {position} of {number}" if position is not None else f"Request {number}"


def judgement_words(picture: Picture, act: Act) -> str:
    """What to tell when a judgement was recorded: ``Sample 7: Agreed``, and whom it met."""
    deed = act.deed
    assert isinstance(deed, RecordJudgement)
    position = next(sample.position for sample in picture.samples if sample.id == deed.sample_id)
    said = f"Sample {position}: {deed.decision.words}"
    standing = current_judgements(picture.judgements_of(deed.sample_id))
    met = next((one for one in standing if one.id not in deed.supersedes), None)
    return said if met is None else f"{said}. {met.moderator_name} judged it meanwhile: compare both"


def words_for(act: Act, position: int | None, number: str) -> str:
    """What an act was, in the Outbox: ``Sample 7 of MR-2041: Agreed``."""
    where = place_words(number, position)
    match act.deed:
        case RecordJudgement() as deed:
            return f"{where}: {deed.decision.words}"
        case WithdrawJudgement():
            return f"{where}: judgement taken back"
        case AddNote() as deed:
            return f"{where}: note “{_beginning(deed.text)}”"
        case SubmitReport() as deed:
            return f"{where}: moderation report, {deed.outcome.words.lower()}"
        case _:
            return f"{where}: contact with the centre logged"


def _beginning(text: str, length: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
