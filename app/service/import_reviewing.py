"""The importer's files about quality reviews: consortia with their members, and who has an interest in which centre."""

from __future__ import annotations

from app.domain.errors import KnownError
from app.domain.people import login_name
from app.domain.restrictions import own_name
from app.service import tables as t
from app.service.accounts import new_id
from app.service.import_desk import ImportDesk, ImportFile
from app.service.import_rows import Row


def _member(desk: ImportDesk, row: Row) -> None:
    """One centre of a consortium; the first row that names a consortium makes it (Q-01)."""
    name, body = row.text("consortium"), own_name(row.text("awarding_body"))
    centre_id = row.known("centre_number", desk.centres, "centre")
    joined = row.day("joined_on")
    values = {"joined_on": joined, "left_on": row.day_or_none("left_on", joined)}
    consortium_id = desk.consortia.get((body, name))
    if consortium_id is None:
        consortium_id = desk.consortia[body, name] = new_id()
        if not row.faults and not desk.faults:
            desk.insert(t.consortia, {"id": consortium_id, "name": name, "awarding_body": body})
    key = {"consortium_id": consortium_id, "centre_id": centre_id}
    desk.save(row, t.consortium_members, key, values)


def _interest(desk: ImportDesk, row: Row) -> None:
    """Somebody's interest in a centre (D-13). What is open and assigned to them there is taken away."""
    centre_id = row.known("centre_number", desk.centres, "centre")
    since = row.day("since_on")
    values = {
        "since_on": since,
        "ended_on": row.day_or_none("ended_on", since),
        "words": row.words("words"),
    }
    key = {"person_id": _person(desk, row), "centre_id": centre_id}
    desk.interests.add(desk.save(row, t.interests, key, values))


def _person(desk: ImportDesk, row: Row) -> str:
    """The id of somebody with an account, be it one that the same import makes."""
    text = row.text("email")
    try:
        email = login_name(text) if text else ""
    except KnownError:
        row.wrong("email", f"“{text}” is not an e-mail address.")
        return ""
    if email in desk.people:
        return desk.people[email].id
    before = desk.before(t.persons).get((email,))
    if before is None:
        if email:
            row.wrong("email", f"nobody has an account with the address “{text}”.")
        return ""
    return str(before.id)


REVIEWING_FILES = (
    ImportFile(
        "consortia.csv", ("consortium", "awarding_body", "centre_number", "joined_on", "left_on"), _member
    ),
    ImportFile("interests.csv", ("email", "centre_number", "since_on", "ended_on", "words"), _interest),
)
"""In the order in which they are read; people are read before."""
