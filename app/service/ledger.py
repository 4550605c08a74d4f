"""What a batch of acts has read and changed so far: rules work on records here, and everything is written at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from app.domain.acts import Act, LogCentreContact
from app.domain.moderation import (
    Decision,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    Outcome,
    RequestState,
    Sample,
    current_judgements,
)
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import BlobStore, record_blob
from app.service.feed import Changes, lock_requests
from app.service.late_work import LateWork
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.malpractice import open_case
from app.service.moves import Move, load_moves
from app.service.records import load_judgements, load_requests, load_samples, request_row
from app.service.records_update import settle
from app.service.tokens import Visit


class Ledger:
    """The requests a batch of acts is about, locked, with what hangs on them.

    Records are changed in memory by the ``take_…`` methods; ``flush`` writes them and tells ``changes``.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        author: Visit,
        now: datetime,
        request_ids: Iterable[str],
    ) -> None:
        self.now = now
        self.author = author.person
        self.blobs = blobs
        self._connection = connection
        wanted = sorted(set(request_ids))
        lock_requests(connection, wanted)
        self._requests = {request.id: request for request in load_requests(connection, wanted)}
        self.rights = LateWork(connection, author, now, self._requests)
        self._moves = load_moves(connection, t.requests, self._requests)
        self._samples: dict[str, dict[str, Sample]] = {identifier: {} for identifier in self._requests}
        for sample in load_samples(connection, self._requests):
            self._samples[sample.request_id][sample.id] = sample
        self._judgements: dict[str, dict[str, Judgement]] = {identifier: {} for identifier in self._requests}
        for judgement in load_judgements(connection, self._requests):
            self._judgements[judgement.request_id][judgement.id] = judgement
        self._moved: set[str] = set()
        self._new_holds: dict[str, tuple[RequestState, bool]] = {}
        self._changed: set[str] = set()
        self._new_judgements: list[Judgement] = []
        self._withdrawn: dict[str, Judgement] = {}
        self._notes: list[Note] = []
        self._reports: list[tuple[IssuedReport, str]] = []
        self._contacts: list[dict[str, Any]] = []

    # -- reading -------------------------------------------------------------------------------------------------

    def request(self, identifier: str) -> ModerationRequest | None:
        return self._requests.get(identifier)

    def samples(self, request_id: str) -> list[Sample]:
        return list(self._samples[request_id].values())

    def sample(self, request_id: str, sample_id: str) -> Sample | None:
        return self._samples[request_id].get(sample_id)

    def judgements(self, request_id: str) -> list[Judgement]:
        return list(self._judgements[request_id].values())

    def judgements_of(self, request_id: str, sample_id: str) -> list[Judgement]:
        return [item for item in self._judgements[request_id].values() if item.sample_id == sample_id]

    def judgement(self, request_id: str, identifier: str) -> Judgement | None:
        return self._judgements[request_id].get(identifier)

    def last_move(self, request_id: str) -> Move:
        return self._moves[request_id]

    # -- changing ------------------------------------------------------------------------------------------------

    def take_judgement(self, judgement: Judgement, request: ModerationRequest) -> None:
        """A new judgement, and the request as it stands after it."""
        self._judgements[judgement.request_id][judgement.id] = judgement
        self._new_judgements.append(judgement)
        self._take_request(request)

    def take_withdrawal(self, judgement: Judgement) -> None:
        self._judgements[judgement.request_id][judgement.id] = judgement
        self._withdrawn[judgement.id] = judgement
        self._changed.add(judgement.request_id)

    def take_note(self, note: Note) -> None:
        self._notes.append(note)

    def take_report(self, report: IssuedReport, summary: str, request: ModerationRequest) -> None:
        """A report, and the request as it stands after it. What follows from it is settled with the rest (M-58)."""
        self._reports.append((report, summary))
        self._take_request(request)

    def take_contact(self, act: Act, deed: LogCentreContact) -> None:
        """A contact with the centre: logged, and never sent to moderators (M-52, M-54)."""
        self._contacts.append(
            {
                "id": act.id,
                "request_id": deed.request_id,
                "person_id": self.author.id,
                "spoke_with": deed.spoke_with,
                "means": deed.means,
                "summary": deed.summary,
                "recorded_at": act.recorded_at,
                "logged_at": self.now,
            }
        )

    def _take_request(self, request: ModerationRequest) -> None:
        before = self._requests[request.id]
        if request.state is RequestState.ON_HOLD and before.state is not RequestState.ON_HOLD:
            self._new_holds[request.id] = (before.state, request.id in self._moved)
        if (before.state, before.outcome) != (request.state, request.outcome):
            self._moved.add(request.id)
        self._requests[request.id] = request
        self._changed.add(request.id)

    # -- writing -------------------------------------------------------------------------------------------------

    def flush(self, changes: Changes) -> None:
        """Writes everything taken and adds it to ``changes``, whose ``tag`` marks requests that moved."""
        self._write_judgements(changes)
        self._write_notes(changes)
        self._write_reports(changes)
        if self._contacts:
            self._connection.execute(t.contact_log.insert(), self._contacts)
        self._write_requests(changes)
        self._open_cases(changes)
        if self._reports:
            settle(self._connection, changes, {report.request_id for report, _ in self._reports}, self.now)
        # Last, so that the words speak of what has come of it.
        self._tell()

    def _open_cases(self, changes: Changes) -> None:
        """A suspicion restricts the centre and opens the inquiry at once, with no approval (M-64, M-66, D-5)."""
        for judgement in self._new_judgements:
            if (
                judgement.request_id in self._new_holds
                and judgement.decision is Decision.SUSPECTED_MALPRACTICE
            ):
                request = self._requests[judgement.request_id]
                open_case(self._connection, changes, request, self.author.id, judgement.rationale, self.now)

    def _tell(self) -> None:
        """The outcome, and each note, are told to whom they concern (M-37, M-39, M-53)."""
        events = []
        for report, _ in self._reports:
            accepted = report.outcome is Outcome.ACCEPTED
            kind = MailKind.OUTCOME_ACCEPTED if accepted else MailKind.OUTCOME_REJECTED
            events.append((kind, report.request_id, {"report": report.id}))
        # Several notes of one push are told of once; the e-mail only says where to read.
        written = dict.fromkeys((note.request_id, note.author_id) for note in self._notes)
        events += [(MailKind.NOTE_WRITTEN, request_id, {"author": author}) for request_id, author in written]
        for kind, request_id, detail in events:
            centre_id = self._requests[request_id].centre_id
            write_mails(self._connection, MailEvent(kind, request_id, centre_id, detail), self.now)

    def _write_judgements(self, changes: Changes) -> None:
        # A judgement recorded and withdrawn in the same batch is written once, as it stands in the end.
        new = [self._judgements[item.request_id][item.id] for item in self._new_judgements]
        if new:
            self._connection.execute(
                t.judgements.insert(),
                [
                    {
                        "id": item.id,
                        "request_id": item.request_id,
                        "sample_id": item.sample_id,
                        "decision": item.decision.value,
                        "rationale": item.rationale,
                        "actions": [action.text for action in item.actions],
                        "supersedes": list(item.supersedes),
                        "moderator_id": item.moderator_id,
                        "recorded_at": item.recorded_at,
                        "received_at": self.now,
                        "withdrawn": item.withdrawn,
                    }
                    for item in new
                ],
            )
        ids = {item.id for item in new}
        for item in self._withdrawn.values():
            if item.id not in ids:
                self._connection.execute(
                    update(t.judgements).where(t.judgements.c.id == item.id).values(withdrawn=item.withdrawn)
                )
        changes.put(*new, *(item for item in self._withdrawn.values() if item.id not in ids))

    def _write_notes(self, changes: Changes) -> None:
        if self._notes:
            self._connection.execute(t.notes.insert(), [note_row(note) for note in self._notes])
            files = [row for note in self._notes for row in note_file_rows(note)]
            if files:
                self._connection.execute(t.note_files.insert(), files)
            changes.put(*self._notes)

    def _write_reports(self, changes: Changes) -> None:
        for report, summary in self._reports:
            record_blob(self._connection, report.pdf_sha256, report.pdf_size, self.now)
            self._connection.execute(
                t.reports.insert().values(
                    id=report.id,
                    request_id=report.request_id,
                    outcome=report.outcome.value,
                    summary=summary,
                    moderator_id=report.moderator_id,
                    issued_at=report.issued_at,
                    pdf_sha256=report.pdf_sha256,
                    pdf_size=report.pdf_size,
                )
            )
            changes.put(report)

    def _write_requests(self, changes: Changes) -> None:
        rows = []
        for identifier in sorted(self._changed):
            request = replace(self._requests[identifier], judged=self._judged(identifier))
            self._requests[identifier] = request
            rows.append({"key": identifier, **request_row(request)})
            changes.put(request)
        if not rows:
            return
        table = t.requests
        names = [name for name in rows[0] if name != "key"]
        self._connection.execute(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values({name: bindparam(name) for name in names}),
            rows,
        )
        for identifier, (state, moved_before) in self._new_holds.items():
            last = self._moves[identifier]
            by, tag = (self.author.id, changes.tag) if moved_before else (last.by, last.tag)
            record_hold(self._connection, self._requests[identifier], state, by, tag, self.now)
        if self._moved:
            self._connection.execute(
                update(table)
                .where(table.c.id.in_(self._moved))
                .values(moved_by=self.author.id, moved_tag=changes.tag)
            )

    def _judged(self, request_id: str) -> int:
        by_sample: dict[str, list[Judgement]] = {}
        for judgement in self._judgements[request_id].values():
            by_sample.setdefault(judgement.sample_id, []).append(judgement)
        return sum(bool(current_judgements(theirs)) for theirs in by_sample.values())


def note_row(note: Note) -> dict[str, Any]:
    """The columns of a note."""
    return {
        "id": note.id,
        "request_id": note.request_id,
        "sample_id": note.sample_id or None,
        "stage": note.stage.value,
        "author_id": note.author_id,
        "text": note.text,
        "written_at": note.written_at,
    }


def note_file_rows(note: Note) -> list[dict[str, Any]]:
    """The rows of a note's files."""
    return [
        {
            "note_id": note.id,
            "position": position,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.media_type,
        }
        for position, file in enumerate(note.files)
    ]


def record_hold(
    connection: Connection,
    held: ModerationRequest,
    state_before: RequestState,
    moved_by_before: str,
    moved_tag_before: str | None,
    now: datetime,
) -> None:
    """Puts a hold on record, with what its end gives back: the state, and who had moved the request into it."""
    connection.execute(
        t.holds.insert().values(
            id=new_id(),
            request_id=held.id,
            reason=held.hold_reason,
            state_before=state_before.value,
            moved_by_before=moved_by_before,
            moved_tag_before=moved_tag_before,
            began_at=now,
        )
    )
