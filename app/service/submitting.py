"""Submitting a claim: everything is checked, its learner-units are taken, its sample is drawn, and all are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, select, update

from app.domain.acts import AddNote
from app.domain.claiming import ClaimFault, SavedClaim
from app.domain.dates import day, london_day
from app.domain.errors import KnownError
from app.domain.evidence import missing_evidence
from app.domain.judging import check_note
from app.domain.life import after_resubmission, after_submission
from app.domain.moderation import Note, RequestState
from app.domain.people import Person
from app.domain.quarters import quarter_of
from app.domain.restrictions import Stop
from app.domain.sampling import Pick, sampling_words
from app.domain.schemes import Scheme, scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.claim_checks import Line, read_lines, take_units
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.fulfilment import Drawn, draw_sample, read_quarter
from app.service.ledger import note_row
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.numbers import next_request_number
from app.service.records import load_evidence, load_requests, load_samples, request_row
from app.service.records_update import settle
from app.service.saved_claims import must_be_open, must_claim_for, saved_claim
from app.service.standing import access_day, awarding_body_of, lock_centre, on_remit, stops_for


@dataclass(frozen=True, slots=True)
class Submitted:
    """A claim as it was taken: its request, the state it has now, and what was drawn from it with reasons."""

    request_id: str
    number: str
    state: RequestState
    picks: tuple[Pick, ...]


class ClaimRefused(KnownError):
    """A claim that was not taken; it stays saved as it is. ``faults``: by line. ``stops``: what stops the centre."""

    def __init__(
        self,
        code: str,
        says: str,
        do: str = "",
        *,
        faults: Sequence[ClaimFault] = (),
        stops: Sequence[Stop] = (),
    ) -> None:
        super().__init__(code, says, do, details="\n".join(f"{f.line} {f.field}: {f.says}" for f in faults))
        self.faults = tuple(faults)
        self.stops = tuple(stops)


def submit_claim(engine: Engine, person: Person, saved_claim_id: str, now: datetime) -> Submitted:
    """Submits a saved claim; its id becomes the request's. Submitting it once more answers the same.

    The claim is taken whole or not at all. It is dated by ``now``: the London day decides the quarter (D-1).

    Raises ClaimRefused, and the claim stays saved: before the centre's access date (M-07, M-08), for a qualification
    that is not on its remit (M-13), while its claims are stopped (M-18), for learners who are not registered (M-12,
    M-14), for what is claimed already (M-22, M-23). Raises KnownError for somebody who may not claim for the centre.
    """

    def submit(connection: Connection) -> Submitted:
        try:
            claim = saved_claim(connection, saved_claim_id, lock=True)
        except KnownError as gone:
            return _submitted_before(connection, person, saved_claim_id, gone)
        must_claim_for(person, claim.centre_id)
        # One claim of a centre at a time: no two draw for the same shortfall, and none slips past a suspicion.
        lock_centre(connection, claim.centre_id)
        today = london_day(now)
        scheme = must_be_free(connection, claim, today)
        lines, faults = read_lines(connection, claim)
        if faults or not lines:
            raise _faulty(faults, scheme)
        changes = Changes(now=now)
        quarter = read_quarter(connection, claim.centre_id, claim.qualification_id, quarter_of(today))
        _insert(connection, claim, quarter.name, person, now, changes)
        taken = take_units(connection, claim.id, lines)
        if taken:
            raise ClaimRefused(
                "claimed_already",
                f"{_count(len(taken), 'learner-unit')} of this claim cannot be claimed again.",
                "Take these lines out; the rest can be submitted.",
                faults=taken,
            )
        _insert_lines(connection, claim.id, lines)
        drawn = draw_sample(connection, scheme, quarter, lines, today)
        number = _finish(connection, claim, drawn, today)
        connection.execute(delete(t.saved_claims).where(t.saved_claims.c.id == claim.id))
        changes.put(*load_requests(connection, [claim.id]), *load_samples(connection, [claim.id]))
        _tell(connection, claim, drawn, now)
        if not drawn.picks:
            settle(connection, changes, [claim.id], now)
        state = _state_of(connection, claim.id)
        changes.publish(connection)
        return Submitted(claim.id, number, state, drawn.picks)

    return transact(engine, submit)


def resubmit(engine: Engine, person: Person, request_id: str, note: str, now: datetime) -> date:
    """Re-submits a returned claim as it is, its evidence declared complete anew: moderation begins again, with a time
    of its own (M-60, M-61, D-6). Returns the new due date.

    A restriction of new claims does not stop it (M-18), and its learner-units and sample stay (D-1). ``note`` goes to
    the moderator; it may be empty. Raises KnownError once it is archived or its time is over (M-62), for a request that
    was not returned, for evidence that is missing, and for somebody who may not claim for the centre.
    """

    def again(connection: Connection) -> date:
        lock_requests(connection, [request_id])
        found = load_requests(connection, [request_id])
        if not found:
            raise KnownError("request_unknown", "There is no such request.")
        (request,) = found
        must_claim_for(person, request.centre_id)
        scheme = scheme_for(request.awarding_body)
        moved = after_resubmission(request, london_day(now), scheme.moderation_days)
        _must_have_evidence(connection, request_id)
        assert moved.due_on is not None
        changes = Changes(now=now)
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(), request_id=request_id, due_on=moved.due_on, reason="re-submitted", set_at=now
            )
        )
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == request_id)
            .values(
                **request_row(moved),
                resubmissions=t.requests.c.resubmissions + 1,
                moved_by="",
                moved_tag=changes.tag,
            )
        )
        if note.strip():
            check_note(AddNote(request_id, "", note))
            written = Note(new_id(), request_id, "", request.state, person.id, person.name, note, now)
            connection.execute(t.notes.insert().values(note_row(written)))
            changes.put(written)
        changes.put(*load_requests(connection, [request_id]))
        due = {"due_on": moved.due_on.isoformat()}
        write_mails(connection, MailEvent(MailKind.RESUBMITTED, request_id, request.centre_id, due), now)
        changes.publish(connection)
        return moved.due_on

    return transact(engine, again)


# -- checks ----------------------------------------------------------------------------------------------------------


def _submitted_before(connection: Connection, person: Person, claim_id: str, gone: KnownError) -> Submitted:
    """What was answered when this claim was submitted first. Raises ``gone`` if it never was."""
    found = load_requests(connection, [claim_id])
    if not found:
        raise gone
    (request,) = found
    must_claim_for(person, request.centre_id)
    picks = connection.execute(
        select(t.samples.c.claim_line_id, t.samples.c.reason)
        .where(t.samples.c.request_id == claim_id)
        .order_by(t.samples.c.position)
    )
    return Submitted(claim_id, request.number, request.state, tuple(Pick(*pick) for pick in picks))


def must_be_free(connection: Connection, claim: SavedClaim, today: date) -> Scheme:
    """The awarding body's scheme, if the centre may claim for the qualification today (M-07, M-08, M-13, M-18).

    It changes nothing. Raises KnownError before the centre's access date, and ClaimRefused for everything else.
    """
    if not claim.qualification_id:
        raise ClaimRefused(
            "qualification_missing",
            "No qualification is chosen yet.",
            "Choose one of the list.",
            faults=[ClaimFault(0, "qualification_id", "Choose the qualification.")],
        )
    must_be_open(connection, claim.centre_id, today)
    body = awarding_body_of(connection, claim.qualification_id)
    scheme = scheme_for(body)
    opens = access_day(connection, claim.centre_id, body)
    if today < opens:
        raise ClaimRefused(
            "not_open_yet",
            f"Claims to {scheme.awarding_body} are made here from {day(opens)}.",
            "Until then they are made and finished in the former system.",
        )
    if not on_remit(connection, claim.centre_id, claim.qualification_id, today):
        raise ClaimRefused(
            "not_on_remit",
            "Your centre is not approved for this qualification.",
            f"If this should be otherwise, ask: {scheme.contact.remit.words}, or your Quality Manager.",
            faults=[ClaimFault(0, "qualification_id", "Choose a qualification of your remit.")],
        )
    stops = stops_for(connection, claim.centre_id, body, claim.qualification_id, today)
    if stops:
        raise ClaimRefused(
            "claims_stopped",
            " ".join(stop.says for stop in stops),
            "Your claim stays saved; it can be submitted once claims are free again.",
            stops=stops,
        )
    return scheme


def _faulty(faults: Sequence[ClaimFault], scheme: Scheme) -> ClaimRefused:
    if not faults:
        return ClaimRefused(
            "claim_empty",
            "This claim has no learners yet.",
            "Add the learners and units it is for.",
            faults=[ClaimFault(0, "lines", "Add at least one learner and unit.")],
        )
    return ClaimRefused(
        "claim_faulty",
        f"{_count(len(faults), 'field')} of this claim must be put right first.",
        f"If a learner should be in the list, ask: {scheme.contact.remit.words}.",
        faults=faults,
    )


def _must_have_evidence(connection: Connection, request_id: str) -> None:
    missing = missing_evidence(
        load_samples(connection, [request_id]), load_evidence(connection, [request_id])
    )
    if missing:
        raise KnownError(
            "evidence_missing",
            f"The evidence is not complete: {missing[0][0].words.lower()} is missing.",
            "Complete it, then re-submit the claim.",
        )


# -- writing ---------------------------------------------------------------------------------------------------------


def _insert(
    connection: Connection,
    claim: SavedClaim,
    quarter: str,
    person: Person,
    now: datetime,
    changes: Changes,
) -> None:
    connection.execute(
        t.requests.insert().values(
            id=claim.id,
            # Until its own number is drawn, at the very end: the counter is every centre's.
            number=claim.id,
            centre_id=claim.centre_id,
            qualification_id=claim.qualification_id,
            state=RequestState.SUBMITTED.value,
            submitted_on=london_day(now),
            submitted_at=now,
            submitted_by=person.id,
            quarter=quarter,
            centre_note=claim.note,
            moved_by="",
            moved_tag=changes.tag,
        )
    )


def _insert_lines(connection: Connection, request_id: str, lines: Sequence[Line]) -> None:
    connection.execute(
        t.claim_lines.insert(),
        [
            {
                "id": line.id,
                "request_id": request_id,
                "learner_id": line.learner_id,
                "unit_id": line.unit_id,
                "assessor": line.draft.assessor,
                "assessor_decision": line.draft.decision,
                "attainment": line.draft.attainment,
            }
            for line in lines
        ],
    )


def _finish(connection: Connection, claim: SavedClaim, drawn: Drawn, today: date) -> str:
    """Writes the sample and what follows from it, and draws the request's number."""
    if drawn.picks:
        connection.execute(
            t.samples.insert(),
            [
                {
                    "id": new_id(),
                    "request_id": claim.id,
                    "claim_line_id": pick.id,
                    "position": position,
                    "reason": pick.reason,
                }
                for position, pick in enumerate(drawn.picks, start=1)
            ],
        )
    (request,) = load_requests(connection, [claim.id])
    moved = after_submission(request, len(drawn.picks))
    number = next_request_number(connection, today.year)
    connection.execute(
        update(t.requests)
        .where(t.requests.c.id == claim.id)
        .values(
            number=number,
            state=moved.state.value,
            samples=moved.samples,
            sampling_words=sampling_words(drawn.sums, drawn.picks),
            sampling=drawn.sums.as_data(),
            seed=drawn.seed,
        )
    )
    return number


def _tell(connection: Connection, claim: SavedClaim, drawn: Drawn, now: datetime) -> None:
    """Whether moderation is required (M-29), and if so a further mail names what is sampled (M-31)."""

    def tell(kind: MailKind) -> None:
        detail = {"sampled": str(len(drawn.picks))}
        write_mails(connection, MailEvent(kind, claim.id, claim.centre_id, detail), now)

    tell(MailKind.CLAIM_SUBMITTED)
    if drawn.picks:
        tell(MailKind.SAMPLE_REQUESTED)


def _state_of(connection: Connection, request_id: str) -> RequestState:
    state = connection.execute(select(t.requests.c.state).where(t.requests.c.id == request_id)).scalar_one()
    return RequestState(state)


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
