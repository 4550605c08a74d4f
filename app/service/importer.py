"""Reference data from the legacy system as CSV files: all of it, or, with every bad place named, none of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from app.domain.centres import Nation, PartnerType
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.by_role import follow_roles
from app.service.database import transact
from app.service.feed import Changes, lock_requests, lock_reviews
from app.service.import_desk import Counts, ImportDesk, ImportFile
from app.service.import_reviewing import REVIEWING_FILES
from app.service.import_rows import ImportRefused, Row, read_rows
from app.service.import_standing import STANDING_FILES
from app.service.interests import withdraw_assignments
from app.service.records import load_requests, load_samples_of
from app.service.review_records import load_reviews
from app.service.settings import present

__all__ = ["ImportRefused", "Imported", "import_folder"]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each file were new, changed, or as before."""

    added: dict[str, int]
    changed: dict[str, int]
    unchanged: dict[str, int]

    def __str__(self) -> str:
        return "\n".join(
            f"{name}: {self.added[name]} new, {self.changed[name]} changed, {self.unchanged[name]} as before"
            for name in self.added
        )


def import_folder(engine: Engine, folder: Path, now: datetime | None = None) -> Imported:
    """Imports the CSV files of a folder (UTF-8, comma, first line the column names) in one transaction.

    - ``centres.csv``: number, name, nation (england, wales, scotland, northern_ireland, outside_uk),
      partner_type (direct_delivery, dual_accredited)
    - ``qualifications.csv``: code, title, awarding_body, level (0–8), credits_required
    - ``units.csv``: qualification_code, code, title, credits
    - ``learners.csv``: number, name, centre_number
    - ``registrations.csv``: learner_number, qualification_code, registered_on (2026-03-12)
    - ``remits.csv``: centre_number, qualification_code, approved_on, withdrawn_on (may be empty)
    - ``risks.csv``: centre_number, qualification_code, level (low, medium, high), reason (may be empty)
    - ``people.csv``: email, name, role, centre_number (empty for a role of the awarding body); one row a role. An
      account that is new has no password yet (``accounts.set_password``). The role programme_director names whom
      the awarding body tells about stopped claims (M-72).
    - ``agreements.csv``: centre_number, awarding_body, address, agreed_on, until_on, words (both may be empty)
    - ``consortia.csv``: consortium, awarding_body, centre_number, joined_on, left_on (may be empty); one row a member
      (Q-01)
    - ``interests.csv``: email, centre_number, since_on, ended_on, words (both may be empty): who may neither moderate
      nor review the centre; what is open and assigned to them there is taken away (D-13)

    A file may be missing; further columns are ignored. Rows are known again by their number or code, and updated;
    nothing is taken away because a row is missing. ``now``: when; by the machine's clock if not given.

    Raises ImportRefused naming each bad row with file, line and column; then nothing is imported.
    """
    if not folder.is_dir():
        raise KnownError(
            "folder_missing", f"There is no folder {folder}.", "Name the folder with the CSV files."
        )
    if not any((folder / file.name).is_file() for file in _FILES):
        raise KnownError(
            "nothing_to_import",
            f"The folder {folder} has none of the files {', '.join(file.name for file in _FILES)}.",
        )
    return transact(engine, lambda connection: _import(connection, folder, now or present()))


def _import(connection: Connection, folder: Path, now: datetime) -> Imported:
    desk = ImportDesk(connection, now)
    for file in _FILES:
        path = folder / file.name
        if path.is_file():
            desk.counts[file.name] = Counts()
            for row in read_rows(file.name, file.columns, path, desk.faults):
                file.take(desk, row)
    if desk.faults:
        raise ImportRefused(desk.faults)
    desk.write()
    _tell_devices(desk)
    return Imported(
        {name: counts.added for name, counts in desk.counts.items()},
        {name: counts.changed for name, counts in desk.counts.items()},
        {name: counts.unchanged for name, counts in desk.counts.items()},
    )


def _tell_devices(desk: ImportDesk) -> None:
    """What shows a changed name is sent anew; new roles bring their queues, and interests take assignments away."""
    connection, changes = desk.connection, Changes(now=desk.now)
    for person_id in sorted(desk.new_roles):
        follow_roles(connection, changes, person_id)
    requests = t.requests
    shown = select(requests.c.id).where(
        requests.c.centre_id.in_(desk.changed[t.centres])
        | requests.c.qualification_id.in_(desk.changed[t.qualifications])
        | requests.c.moderator_id.in_(desk.changed[t.persons])
    )
    request_ids = list(connection.scalars(shown))
    samples = load_samples_of(connection, desk.changed[t.learners], desk.changed[t.units])
    lock_requests(connection, [*request_ids, *(sample.request_id for sample in samples)])
    reviews = t.reviews
    review_ids = connection.scalars(
        select(reviews.c.id).where(
            reviews.c.centre_id.in_(desk.changed[t.centres])
            | reviews.c.reviewer_id.in_(desk.changed[t.persons])
        )
    ).all()
    lock_reviews(connection, review_ids)
    changes.put(*load_requests(connection, request_ids), *samples, *load_reviews(connection, review_ids))
    withdraw_assignments(connection, changes, desk.interests, desk.now)
    changes.publish(connection)


def _centre(desk: ImportDesk, row: Row) -> None:
    number = row.text("number")
    values = {
        "name": row.text("name"),
        "nation": row.choice("nation", Nation),
        "partner_type": row.choice("partner_type", PartnerType),
    }
    desk.centres[number] = desk.save(row, t.centres, {"number": number}, values)


def _qualification(desk: ImportDesk, row: Row) -> None:
    code = row.text("code")
    values = {
        "title": row.text("title"),
        "awarding_body": row.text("awarding_body"),
        "level": row.count("level", 0, 8),
        "credits_required": row.count("credits_required", 1, 1_000),
    }
    desk.qualifications[code] = desk.save(row, t.qualifications, {"code": code}, values)


def _unit(desk: ImportDesk, row: Row) -> None:
    qualification = row.known("qualification_code", desk.qualifications, "qualification")
    key = {"qualification_id": qualification, "code": row.text("code")}
    desk.save(row, t.units, key, {"title": row.text("title"), "credits": row.count("credits", 0, 1_000)})


def _learner(desk: ImportDesk, row: Row) -> None:
    number = row.text("number")
    values = {"name": row.text("name"), "centre_id": row.known("centre_number", desk.centres, "centre")}
    desk.learners[number] = desk.save(row, t.learners, {"number": number}, values)


def _registration(desk: ImportDesk, row: Row) -> None:
    key = {
        "learner_id": row.known("learner_number", desk.learners, "learner"),
        "qualification_id": row.known("qualification_code", desk.qualifications, "qualification"),
    }
    desk.save(row, t.registrations, key, {"registered_on": row.day("registered_on")})


_FILES = (
    ImportFile("centres.csv", ("number", "name", "nation", "partner_type"), _centre),
    ImportFile(
        "qualifications.csv", ("code", "title", "awarding_body", "level", "credits_required"), _qualification
    ),
    ImportFile("units.csv", ("qualification_code", "code", "title", "credits"), _unit),
    ImportFile("learners.csv", ("number", "name", "centre_number"), _learner),
    ImportFile("registrations.csv", ("learner_number", "qualification_code", "registered_on"), _registration),
    *STANDING_FILES,
    *REVIEWING_FILES,
)
