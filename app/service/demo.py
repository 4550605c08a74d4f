"""The demonstration: invented centres, people, claims and quality reviews at every stage, laid around its day.

The data lies in ``resources/demo``. Nothing is put into the tables by hand: reference data comes through the importer,
centres save, submit, sign and send evidence as they do on the portal, moderators and reviewers push acts as their
desktops do, and time goes by through the clock's own work (``demo_story``, ``demo_reviews``).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Engine, select

from app.domain.dates import LONDON
from app.domain.people import Person
from app.domain.resources import resources_folder
from app.service import tables as t
from app.service.accounts import require_person, set_password
from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine, reading
from app.service.demo_evidence import DemoEvidence
from app.service.demo_reviews import ReviewStory
from app.service.demo_story import Story
from app.service.importer import import_folder

_SIGN_IN = (
    *("morgan", "jules", "robin", "sam", "helen", "una", "isobel"),
    *("tamsin", "beatrix", "rufus", "hector", "wilma"),
)
"""Those with a password, by first name; whoever else was imported has none yet (M-04)."""


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """Who can sign in to the demonstration, all with the same ``password``.

    centre_staff_email: somebody with two centres. stopped_staff_email: of a centre whose claims are stopped.
    late_head_email: Head of a Centre whose Engagement Document is late; head_email: of one whose is signed.
    """

    moderator_email: str
    second_moderator_email: str
    reviewer_email: str
    quality_manager_email: str
    support_email: str
    centre_staff_email: str
    stopped_staff_email: str
    head_email: str
    late_head_email: str
    password: str


def prepare_demo(database_url: str, files_url: str, *, today: date | None = None) -> DemoPeople:
    """Sets up a new database with the demonstration in it. ``today``: London's calendar day unless given."""
    engine = open_engine(database_url)
    try:
        migrate(engine)
        day = today or datetime.now(LONDON).date()
        return seed_demo(engine, BlobStore(files_url), today=day)
    finally:
        engine.dispose()


def seed_demo(engine: Engine, blob_store: BlobStore, *, today: date, password: str = "") -> DemoPeople:
    """Fills a migrated, empty database. Days in the data count in working days from ``today``.

    Without a password one is made up, for a demonstration that others may reach must not have a known one.
    """
    folder = resources_folder() / "demo"
    # Before the first claim of all, as a centre's data come before what it does.
    import_folder(engine, folder / "catalogue", datetime.combine(date(2022, 3, 1), time(9), LONDON))
    people, given = open_accounts(engine, password)
    evidence = DemoEvidence(folder / "evidence", folder / "catalogue" / "papers.json")
    claims, told = (
        json.loads((folder / "catalogue" / name).read_text(encoding="utf-8"))
        for name in ("claims.json", "reviews.json")
    )
    reviews = ReviewStory(engine, blob_store, people, told, folder / "engagement", given.password, today)
    Story(engine, blob_store, people, evidence, today).play(claims, reviews.events())
    return given


def open_accounts(engine: Engine, password: str = "") -> tuple[dict[str, Person], DemoPeople]:
    """Gives everybody who signs in the same password, one made up unless given; people by their first names."""
    password = password or secrets.token_urlsafe(9)
    with reading(engine) as connection:
        emails = list(connection.scalars(select(t.persons.c.email)))
        people = {email.partition(".")[0]: require_person(connection, email) for email in emails}
    for name in _SIGN_IN:
        set_password(engine, people[name].email, password)
    return people, DemoPeople(
        moderator_email=people["morgan"].email,
        second_moderator_email=people["jules"].email,
        reviewer_email=people["tamsin"].email,
        quality_manager_email=people["robin"].email,
        support_email=people["sam"].email,
        centre_staff_email=people["helen"].email,
        stopped_staff_email=people["isobel"].email,
        head_email=people["beatrix"].email,
        late_head_email=people["hector"].email,
        password=password,
    )
