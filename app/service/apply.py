"""What one act does: who may, what the rules say to it, and its effect. The rules themselves lie in the domain."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

from app.domain.acts import (
    Act,
    ActOutcome,
    AddNote,
    LogCentreContact,
    OutcomeKind,
    RecordJudgement,
    RequestDeed,
    SubmitReport,
    WithdrawJudgement,
)
from app.domain.attached import AttachedFile
from app.domain.clocks import ACTION_DAYS
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.judging import (
    after_judgement,
    after_report,
    check_contact,
    check_judgement,
    check_note,
    check_report,
    check_withdrawal,
)
from app.domain.moderation import (
    ActionForCentre,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    RequestState,
    Standing,
    standing,
)
from app.domain.people import PERMISSIONS, Permission, Person
from app.domain.schemes import scheme_for
from app.service.ledger import Ledger
from app.service.scope import REACHES_EVERY_REQUEST

_NEEDS: dict[type[RequestDeed], Permission] = {
    RecordJudgement: Permission.JUDGE_SAMPLES,
    WithdrawJudgement: Permission.JUDGE_SAMPLES,
    AddNote: Permission.WRITE_NOTES,
    SubmitReport: Permission.SUBMIT_REPORT,
    LogCentreContact: Permission.CONTACT_CENTRE,
}


def apply_act(ledger: Ledger, act: Act, deed: RequestDeed, *, accepted: bool = False) -> ActOutcome:
    """Checks one act in a request and takes its effect into the ledger; the answer is applied, held, conflict or
    rejected.

    ``deed``: the act's. ``accepted``: it was held back before, so that its author's right to it was looked at when it
    came.
    """
    try:
        before = ledger.request(act.root) if accepted else None
        request = before or _request_in_reach(ledger, act, deed)
        _refuse_unstorable(deed)
        match deed:
            case RecordJudgement():
                return _record_judgement(ledger, act, deed, request)
            case WithdrawJudgement():
                return _withdraw_judgement(ledger, act, deed, request)
            case AddNote():
                return _add_note(ledger, act, deed, request)
            case SubmitReport():
                return _submit_report(ledger, act, deed, request)
            case LogCentreContact():
                check_contact(deed)
                ledger.take_contact(act, deed)
                return applied(act)
    except KnownError as refusal:
        # A hold stops the effect, not the work: the act is accepted and waits (M-64, protocol: held).
        kind = OutcomeKind.HELD if refusal.code == "on_hold" else OutcomeKind.REJECTED
        return ActOutcome(act.id, kind, refusal.code, str(refusal))


def reaches_by_role(person: Person, permission: Permission) -> bool:
    """Whether a role of the awarding body gives the permission on every request, assigned or not."""
    return any(
        grant.role in REACHES_EVERY_REQUEST
        and grant.centre_id is None
        and permission in PERMISSIONS[grant.role]
        for grant in person.grants
    )


def _request_in_reach(ledger: Ledger, act: Act, deed: RequestDeed) -> ModerationRequest:
    now, then = ledger.author, ledger.rights.author_then(act)
    permission, request = _NEEDS[type(deed)], ledger.request(act.root)
    if request is not None and any(who.may_at(permission, request.centre_id) for who in (now, then)):
        return request
    if not now.may(permission) and not then.may(permission):
        raise KnownError(
            "not_permitted",
            "Your role does not allow this.",
            "Ask the qualifications team if you need the right.",
        )
    if request is not None and (
        reaches_by_role(now, permission)
        or reaches_by_role(then, permission)
        or (now.may(permission) and ledger.rights.holds(request.id, act))
        # A right that was taken away reaches no further than what was held with it.
        or (then.may(permission) and ledger.rights.held_then(request.id, act))
    ):
        return request
    raise KnownError(
        "not_assigned",
        "This request is not assigned to you.",
        "Your text is kept; ask the quality manager if you should go on with it.",
    )


def _refuse_unstorable(deed: RequestDeed) -> None:
    for field in fields(deed):
        value = getattr(deed, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            match item:
                case ActionForCentre():
                    words = item.text
                case AttachedFile():
                    words = item.name + item.media_type
                case _:
                    words = item if isinstance(item, str) else ""
            must_be_storable(words)


def must_be_storable(words: str) -> None:
    """NUL is the one character that not every database can keep; it has no meaning in anyone's words.

    Raises KnownError ``unreadable_character``.
    """
    if "\x00" in words:
        raise KnownError(
            "unreadable_character",
            "The text has a character that cannot be kept.",
            "Type the text anew instead of pasting it.",
        )


def _sample_must_belong(ledger: Ledger, request: ModerationRequest, sample_id: str) -> None:
    if ledger.sample(request.id, sample_id) is None:
        raise KnownError("sample_unknown", "This sample does not belong to the request.")


def _record_judgement(
    ledger: Ledger, act: Act, deed: RecordJudgement, request: ModerationRequest
) -> ActOutcome:
    _sample_must_belong(ledger, request, deed.sample_id)
    check_judgement(request, deed)
    of_sample = {judgement.id for judgement in ledger.judgements_of(request.id, deed.sample_id)}
    if not of_sample.issuperset(deed.supersedes):
        raise KnownError(
            "supersedes_unknown",
            "This judgement replaces one that the service does not have for this sample.",
            "Open the sample, look at what stands, and record your judgement again.",
        )
    judgement = Judgement(
        id=act.id,
        request_id=request.id,
        sample_id=deed.sample_id,
        decision=deed.decision,
        rationale=deed.rationale,
        actions=deed.actions,
        supersedes=deed.supersedes,
        moderator_id=ledger.author.id,
        moderator_name=ledger.author.name,
        recorded_at=act.recorded_at,
    )
    ledger.take_judgement(judgement, after_judgement(request, deed.decision, london_day(ledger.now)))
    if standing(ledger.judgements_of(request.id, deed.sample_id)) is Standing.DISPUTED:
        return applied(
            act,
            "disputed",
            "This sample was judged elsewhere too. Both judgements are kept until one is chosen.",
        )
    return applied(act)


def _withdraw_judgement(
    ledger: Ledger, act: Act, deed: WithdrawJudgement, request: ModerationRequest
) -> ActOutcome:
    judgement = ledger.judgement(request.id, deed.judgement_id)
    if judgement is not None and judgement.sample_id != deed.sample_id:
        judgement = None
    check_withdrawal(request, judgement, deed, ledger.author.id)
    if judgement is not None and not judgement.withdrawn:
        ledger.take_withdrawal(replace(judgement, withdrawn=deed.reason))
    return applied(act)


def _add_note(ledger: Ledger, act: Act, deed: AddNote, request: ModerationRequest) -> ActOutcome:
    if deed.sample_id:
        _sample_must_belong(ledger, request, deed.sample_id)
    check_note(deed)
    ledger.take_note(
        Note(
            id=act.id,
            request_id=request.id,
            sample_id=deed.sample_id,
            stage=request.state,
            author_id=ledger.author.id,
            author_name=ledger.author.name,
            text=deed.text,
            written_at=act.recorded_at,
            files=deed.files,
        )
    )
    return applied(act)


def _submit_report(ledger: Ledger, act: Act, deed: SubmitReport, request: ModerationRequest) -> ActOutcome:
    move = ledger.last_move(request.id)
    moved_since = act.base_rev <= move.head_before or ledger.rights.base_is_stale(act)
    moved_elsewhere = moved_since and move.by != ledger.author.id
    if moved_elsewhere and request.state is not RequestState.ON_HOLD:
        return ActOutcome(
            act.id,
            OutcomeKind.CONFLICT,
            "request_moved",
            f"The request changed meanwhile; it now stands at: {request.state.words.lower()}. "
            "Look at it again, then submit a new report.",
        )
    check_report(request, ledger.samples(request.id), ledger.judgements(request.id), deed)
    must_be_a_pdf(deed.pdf, deed.pdf_sha256)
    ledger.blobs.put_bytes(deed.pdf)
    report = IssuedReport(
        id=act.id,
        request_id=request.id,
        outcome=deed.outcome,
        moderator_id=ledger.author.id,
        moderator_name=ledger.author.name,
        issued_at=ledger.now,
        pdf_sha256=deed.pdf_sha256,
        pdf_size=len(deed.pdf),
    )
    today, days = london_day(ledger.now), _action_days(request.awarding_body)
    ledger.take_report(report, deed.summary, after_report(request, deed.outcome, today, days))
    return applied(act)


def must_be_a_pdf(pdf: bytes, sha256: str) -> None:
    """Raises KnownError ``report_damaged`` or ``not_a_pdf`` for bytes that are not what was signed off, or no PDF."""
    if hashlib.sha256(pdf).hexdigest() != sha256:
        raise KnownError("report_damaged", "The report arrived damaged.", "Open it and submit it again.")
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-1024:]:
        raise KnownError("not_a_pdf", "A report is a PDF and nothing else.")


def _action_days(awarding_body: str) -> int:
    try:
        return scheme_for(awarding_body).action_days
    except KnownError:
        # A moderator's report is not refused because somebody has yet to describe the awarding body here.
        return ACTION_DAYS


def applied(act: Act, code: str = "", says: str = "") -> ActOutcome:
    """The answer to an act that was taken; with a code and words where there is something to say about it."""
    return ActOutcome(act.id, OutcomeKind.APPLIED, code, says)
