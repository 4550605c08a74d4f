"""The importer's files about people and how centres stand: remit, risk, accounts, outside platforms."""

from __future__ import annotations

from datetime import date

from app.domain.errors import KnownError
from app.domain.people import AT_A_CENTRE, Role, login_name
from app.domain.platforms import checked_platform
from app.domain.schemes import Risk, scheme_for
from app.service import tables as t
from app.service.accounts import NO_PASSWORD, new_id
from app.service.import_desk import ImportDesk, ImportFile, Named
from app.service.import_rows import Row


def _remit(desk: ImportDesk, row: Row) -> None:
    """A qualification the centre is approved for (M-13)."""
    key = {
        "centre_id": row.known("centre_number", desk.centres, "centre"),
        "qualification_id": row.known("qualification_code", desk.qualifications, "qualification"),
    }
    approved = row.day("approved_on")
    values = {"approved_on": approved, "withdrawn_on": row.day_or_none("withdrawn_on", approved)}
    desk.save(row, t.remits, key, values)


def _risk(desk: ImportDesk, row: Row) -> None:
    """A risk (M-25). It counts as new only where the file says something else than it said the last time: what the
    quality manager set since then stands, however often the same file is imported.
    """
    key = (
        row.known("centre_number", desk.centres, "centre"),
        row.known("qualification_code", desk.qualifications, "qualification"),
    )
    level, reason = row.choice("level", Risk), row.words("reason")
    desk.refuse_twice(row, t.risk_levels, key)
    desk.faults.extend(row.faults)
    if desk.faults:
        return
    counts, before = desk.counts[row.file], desk.imported_risks.get(key)
    if before == (level, reason):
        counts.unchanged += 1
        return
    if before is None:
        counts.added += 1
    else:
        counts.changed += 1
    desk.insert(
        t.risk_levels,
        {
            "id": new_id(),
            "centre_id": key[0],
            "qualification_id": key[1],
            "level": level,
            "reason": reason,
            "set_by": None,
            "set_at": desk.now,
        },
    )


def _person(desk: ImportDesk, row: Row) -> None:
    """One role of a person, at a centre or for the awarding body (M-02 to M-04). New accounts have no password yet."""
    email, name, role = _login(row), row.text("name"), row.choice("role", Role)
    at_a_centre = role in AT_A_CENTRE
    centre_id: str | None = None
    if at_a_centre:
        centre_id = row.known("centre_number", desk.centres, "centre")
    elif role in list(Role) and row.words("centre_number"):
        row.wrong("centre_number", f"“{Role(role).words}” is not held at a centre.")
    named = desk.people.get(email)
    if email and named is not None and named.name != name and name:
        row.wrong("name", f"line {named.line} gives this person another name.")
    before = desk.before(t.persons).get((email,))
    if named is None:
        named = Named(str(before.id) if before is not None else new_id(), name, row.line)
        desk.people[email] = named
    key = (named.id, role, centre_id)
    desk.refuse_twice(row, t.grants, key)
    desk.faults.extend(row.faults)
    if not desk.faults:
        _save_person(desk, row, named, email)
        _save_grant(desk, row, key)


def _save_person(desk: ImportDesk, row: Row, named: Named, email: str) -> None:
    before = desk.before(t.persons).get((email,))
    if named.line != row.line:
        return
    if before is None:
        record = {"id": named.id, "email": email, "name": named.name, "password_hash": NO_PASSWORD}
        desk.insert(t.persons, record)
    elif before.name != named.name:
        desk.update(t.persons, named.id, {"name": named.name})


def _save_grant(desk: ImportDesk, row: Row, key: tuple[str, str, str | None]) -> None:
    person_id, role, centre_id = key
    counts = desk.counts[row.file]
    if key not in desk.before(t.grants):
        desk.insert(t.grants, {"id": new_id(), "person_id": person_id, "role": role, "centre_id": centre_id})
        if centre_id is None:
            desk.new_roles.add(person_id)
        counts.added += 1
    elif person_id in desk.changed[t.persons]:
        counts.changed += 1
    else:
        counts.unchanged += 1


def _login(row: Row) -> str:
    text = row.text("email")
    try:
        return login_name(text) if text else ""
    except KnownError:
        row.wrong("email", f"“{text}” is not an e-mail address.")
        return ""


def _agreement(desk: ImportDesk, row: Row) -> None:
    """A prior agreement for an outside platform (M-43). One that somebody ended here stays ended."""
    key = {
        "centre_id": row.known("centre_number", desk.centres, "centre"),
        "awarding_body": _body(row),
        "address": _platform(row),
    }
    agreed = row.day("agreed_on")
    values: dict[str, date | str | None] = {
        "agreed_on": agreed,
        "until_on": row.day_or_none("until_on", agreed),
        "words": row.words("words"),
    }
    desk.save(row, t.agreements, key, values, first={"recorded_at": desk.now})


def _body(row: Row) -> str:
    text = row.text("awarding_body")
    try:
        return scheme_for(text).awarding_body if text else ""
    except KnownError:
        row.wrong("awarding_body", f"“{text}” is no awarding body that is known here.")
        return ""


def _platform(row: Row) -> str:
    text = row.text("address")
    try:
        return checked_platform(text) if text else ""
    except KnownError as refusal:
        row.wrong("address", refusal.says)
        return ""


STANDING_FILES = (
    ImportFile("remits.csv", ("centre_number", "qualification_code", "approved_on", "withdrawn_on"), _remit),
    ImportFile("risks.csv", ("centre_number", "qualification_code", "level", "reason"), _risk),
    ImportFile("people.csv", ("email", "name", "role", "centre_number"), _person),
    ImportFile(
        "agreements.csv",
        ("centre_number", "awarding_body", "address", "agreed_on", "until_on", "words"),
        _agreement,
    ),
)
"""In the order in which they are read."""
