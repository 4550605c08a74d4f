"""Notes written on the web: by the centre, the support team or the quality manager, at every stage (M-49, M-53)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine

from app.domain.acts import AddNote
from app.domain.errors import KnownError
from app.domain.judging import check_note
from app.domain.moderation import Note
from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.accounts import new_id
from app.service.apply import reaches_by_role
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.ledger import note_row
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.records import load_requests


def write_note(
    engine: Engine, person: Person, request_id: str, text: str, now: datetime, sample_id: str = ""
) -> Note:
    """A note in the request, at whatever stage it is; everybody concerned is told of it.

    Raises KnownError ``request_unknown``, also for one that is not theirs to write in; for a note without words, too
    long, or with the one character that cannot be kept.
    """
    check_note(AddNote(request_id, sample_id, text))
    if "\x00" in text:
        raise KnownError(
            "unreadable_character",
            "The text has a character that cannot be kept.",
            "Type the text anew instead of pasting it.",
        )

    def write(connection: Connection) -> Note:
        lock_requests(connection, [request_id])
        found = load_requests(connection, [request_id])
        if not found or not (
            person.may_at(Permission.WRITE_NOTES, found[0].centre_id)
            or reaches_by_role(person, Permission.WRITE_NOTES)
        ):
            raise KnownError("request_unknown", "There is no such claim, or none that you may write in.")
        (request,) = found
        note = Note(new_id(), request.id, sample_id, request.state, person.id, person.name, text.strip(), now)
        connection.execute(t.notes.insert().values(note_row(note)))
        changes = Changes(now=now)
        changes.put(note)
        write_mails(connection, MailEvent(MailKind.NOTE_WRITTEN, request.id, request.centre_id, {}), now)
        changes.publish(connection)
        return note

    return transact(engine, write)
