"""The files about people and how centres stand: remits, risks, people, agreements."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.people import Grant, Role
from app.domain.schemes import Risk, all_schemes
from app.service import importer
from app.service import tables as t
from app.service.accounts import people_at, person_by_email, prove_person, set_password
from app.service.database import reading, transact
from app.service.errors import Refusal
from app.service.importer import Imported, ImportRefused, import_folder
from app.service.passwords import Passwords
from app.service.standing import agreement_for, on_remit, remit_of, risk_of, set_risk
from tests.service.ground import NOW, House

BODY = all_schemes()[0].awarding_body
TODAY = NOW.date()
REMITS = "centre_number,qualification_code,approved_on,withdrawn_on\n"
RISKS = "centre_number,qualification_code,level,reason\n"
PEOPLE = "email,name,role,centre_number\n"
AGREEMENTS = "centre_number,awarding_body,address,agreed_on,until_on,words\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "csv"
    folder.mkdir()
    return folder


def bring(house: House, folder: Path, now: datetime = NOW, **files: str) -> Imported:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return import_folder(house.engine, folder, now)


def counts(done: Imported, name: str) -> tuple[int, int, int]:
    return done.added[f"{name}.csv"], done.changed[f"{name}.csv"], done.unchanged[f"{name}.csv"]


def faults(house: House, folder: Path, **files: str) -> list[str]:
    with pytest.raises(ImportRefused) as refusal:
        bring(house, folder, **files)
    return [str(fault) for fault in refusal.value.faults]


def qualification(house: House) -> str:
    (row,) = house.rows(t.qualifications)
    return str(row.id)


def ask(house: House, question: Any, *arguments: Any) -> Any:
    with reading(house.engine) as connection:
        return question(connection, *arguments)


def test_M13_a_remit_comes_from_the_legacy_system_and_may_be_withdrawn(house: House, folder: Path) -> None:
    centre, title = house.ground.centres["C1"], qualification(house)
    assert not ask(house, on_remit, centre, title, TODAY)
    assert counts(bring(house, folder, remits=REMITS + "C1,Q5,2025-09-01,\n"), "remits") == (1, 0, 0)
    assert ask(house, on_remit, centre, title, TODAY)
    assert [item.code for item in ask(house, remit_of, centre, TODAY)] == ["Q5"]
    assert ask(house, remit_of, house.ground.centres["C2"], TODAY) == ()
    assert counts(bring(house, folder), "remits") == (0, 0, 1)
    withdrawn = REMITS + f"C1,Q5,2025-09-01,{TODAY}\n"
    assert counts(bring(house, folder, remits=withdrawn), "remits") == (0, 1, 0)
    assert not ask(house, on_remit, centre, title, TODAY)
    assert ask(house, on_remit, centre, title, TODAY - timedelta(days=1))


def test_M25_an_imported_risk_stands_until_somebody_or_the_file_says_otherwise(
    house: House, folder: Path
) -> None:
    centre, title = house.ground.centres["C1"], qualification(house)
    manager = house.person("quality")
    assert counts(bring(house, folder, risks=RISKS + "C1,Q5,low,\n"), "risks") == (1, 0, 0)
    assert ask(house, risk_of, centre, title) is Risk.LOW
    later = NOW + timedelta(days=1)
    set_risk(house.engine, manager, centre, title, Risk.HIGH, "Two rejections in a row.", later)
    assert counts(bring(house, folder, NOW + timedelta(days=2)), "risks") == (0, 0, 1)
    assert ask(house, risk_of, centre, title) is Risk.HIGH, "the same file again undoes nothing"
    changed = bring(house, folder, NOW + timedelta(days=3), risks=RISKS + "C1,Q5,medium,Looked at anew\n")
    assert counts(changed, "risks") == (0, 1, 0)
    assert ask(house, risk_of, centre, title) is Risk.MEDIUM
    assert house.count(t.risk_levels) == 3, "M-25: none is erased"


def test_M02_M03_M04_people_come_with_roles_that_may_differ_by_centre(house: House, folder: Path) -> None:
    told = PEOPLE + (
        "Zoe.Said@Oakvale.invalid,Zoë Said,centre_staff,C1\n"
        "zoe.said@oakvale.invalid,Zoë Said,programme_director,C2\n"
    )
    assert counts(bring(house, folder, people=told), "people") == (2, 0, 0)
    person = ask(house, person_by_email, "zoe.said@oakvale.invalid")
    first, second = house.ground.centres["C1"], house.ground.centres["C2"]
    assert set(person.grants) == {Grant(Role.CENTRE_STAFF, first), Grant(Role.PROGRAMME_DIRECTOR, second)}
    assert person.centres == tuple(sorted((first, second))), "M-02: one account for both"
    assert counts(bring(house, folder), "people") == (0, 0, 2)
    renamed = told.replace("Zoë Said", "Zoë Said-Brook")
    assert counts(bring(house, folder, people=renamed), "people") == (0, 2, 0)
    assert ask(house, person_by_email, "zoe.said@oakvale.invalid").name == "Zoë Said-Brook"


def test_M68_M72_the_programme_director_is_found_by_role(house: House, folder: Path) -> None:
    told = PEOPLE + (
        "ada@oakvale.invalid,Ada Byrne,programme_director,C1\n"
        "ben@oakvale.invalid,Ben Rhys,centre_staff,C1\n"
        "cy@oakvale.invalid,Cy Moss,programme_director,C2\n"
    )
    bring(house, folder, people=told)
    found = ask(house, people_at, house.ground.centres["C1"], Role.PROGRAMME_DIRECTOR)
    assert [person.email for person in found] == ["ada@oakvale.invalid"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("password", ["", "no account has this password", "three words in a row"])
def test_M04_an_imported_account_opens_with_no_password_until_one_is_set(
    house: House, folder: Path, password: str
) -> None:
    bring(house, folder, people=PEOPLE + "zoe@oakvale.invalid,Zoë Said,centre_staff,C1\n")
    passwords = Passwords()
    try:
        with pytest.raises(Refusal) as refusal:
            prove_person(house.engine, passwords, "zoe@oakvale.invalid", password, "::1", NOW)
        assert refusal.value.code == "wrong_password"
        set_password(house.engine, "zoe@oakvale.invalid", "words of my own")
        person = prove_person(house.engine, passwords, "zoe@oakvale.invalid", "words of my own", "::1", NOW)
        assert person.name == "Zoë Said"
    finally:
        passwords.close()


def test_M04_importing_somebody_who_is_here_leaves_their_password(house: House, folder: Path) -> None:
    (before,) = house.rows(t.persons, t.persons.c.email == "staff@people.invalid")
    bring(house, folder, people=PEOPLE + "staff@people.invalid,Staff,programme_director,C1\n")
    (after,) = house.rows(t.persons, t.persons.c.email == "staff@people.invalid")
    assert after == before


def test_an_imported_quality_manager_holds_the_queues(house: House, folder: Path) -> None:
    bring(house, folder, people=PEOPLE + "quinn@body.invalid,Quinn Hale,quality_manager,\n")
    person = ask(house, person_by_email, "quinn@body.invalid")
    held = [row.root for row in house.rows(t.memberships, t.memberships.c.person == person.id)]
    assert held == ["queue"]


def test_M43_agreements_may_be_imported(house: House, folder: Path) -> None:
    told = AGREEMENTS + f"C1,{BODY},https://learning.oakvale.example/p,2026-01-01,2026-12-31,By letter\n"
    assert counts(bring(house, folder, agreements=told), "agreements") == (1, 0, 0)
    assert counts(bring(house, folder), "agreements") == (0, 0, 1)
    centre = house.ground.centres["C1"]
    found = ask(house, agreement_for, centre, BODY, "https://learning.oakvale.example/p/1", TODAY)
    assert (found.until_on, found.words) == (date(2026, 12, 31), "By letter")
    longer = told.replace("2026-12-31", "")
    assert counts(bring(house, folder, agreements=longer), "agreements") == (0, 1, 0)
    assert house.count(t.agreements) == 1


def test_every_bad_place_of_these_files_is_named(house: House, folder: Path) -> None:
    assert faults(
        house,
        folder,
        remits=REMITS + "C1,Q5,2026-02-01,2026-01-01\nC7,Q5,yesterday,\n",
        risks=RISKS + "C1,Q7,extreme,\nC1,Q5,low,\nC1,Q5,high,\n",
        people=PEOPLE
        + "P12345,A Person,centre_staff,C1\n"
        + "a@b.invalid,A Person,centre_staff,\n"
        + "a@b.invalid,Another Person,centre_staff,C1\n"
        + "c@d.invalid,A Moderator,moderator,C1\n"
        + "e@f.invalid,,director,C9\n"
        + "g@h.invalid,Twice,support,\ng@h.invalid,Twice,support,\n",
        agreements=AGREEMENTS + "C1,Nobody Known,http://a.example/p,2026-01-01,,\n",
    ) == [
        "remits.csv, line 2, column withdrawn_on: 2026-01-01 lies before 2026-02-01.",
        "remits.csv, line 3, column centre_number: there is no centre “C7”.",
        "remits.csv, line 3, column approved_on: “yesterday” is not a day written like 2026-03-12.",
        "risks.csv, line 2, column qualification_code: there is no qualification “Q7”.",
        "risks.csv, line 2, column level: “extreme” is not one of: low, medium, high.",
        "risks.csv, line 4, column centre_number: stands in line 3 already.",
        "people.csv, line 2, column email: “P12345” is not an e-mail address.",
        "people.csv, line 3, column centre_number: is empty.",
        "people.csv, line 4, column name: line 3 gives this person another name.",
        "people.csv, line 5, column centre_number: “Moderator” is not held at a centre.",
        "people.csv, line 6, column name: is empty.",
        f"people.csv, line 6, column role: “director” is not one of: {', '.join(Role)}.",
        "people.csv, line 8, column email: stands in line 7 already.",
        "agreements.csv, line 2, column awarding_body: “Nobody Known” is no awarding body that is known here.",
        "agreements.csv, line 2, column address: This link cannot be used: it does not begin with https://.",
    ]
    for table in (t.remits, t.risk_levels, t.agreements):
        assert house.count(table) == 0


def test_many_rows_are_written_many_at_a_time_and_all_of_them(house: House, folder: Path) -> None:
    numbers = range(12_001)
    learners = "number,name,centre_number\n" + "".join(f"N{n},Learner {n},C1\n" for n in numbers)
    told = "learner_number,qualification_code,registered_on\n" + "".join(
        f"N{n},Q5,2025-09-01\n" for n in numbers
    )
    written = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal written
        written += statement.startswith(("INSERT INTO learners", "INSERT INTO registr"))

    event.listen(house.engine, "before_cursor_execute", count)
    done = bring(house, folder, learners=learners, registrations=told)
    event.remove(house.engine, "before_cursor_execute", count)
    assert counts(done, "learners") == counts(done, "registrations") == (12_001, 0, 0)
    assert house.count(t.registrations) == 9 + 12_001
    assert written < 100
    late = learners.replace("Learner 12000", "") + "N1,Again,C1\n"
    assert faults(house, folder, learners=late) == [
        "learners.csv, line 12002, column name: is empty.",
        "learners.csv, line 12003, column number: stands in line 3 already.",
    ]
    assert house.count(t.learners, t.learners.c.name == "Again") == 0


def test_M04_a_set_password_ends_every_sign_in_with_the_old_one(house: House) -> None:
    person = house.person("staff")

    def sign_in(connection: Any) -> None:
        connection.execute(
            t.web_sessions.insert().values(
                key_hash="k", person_id=person.id, data=b"", expires_at=datetime(2030, 1, 1, tzinfo=UTC)
            )
        )

    transact(house.engine, sign_in)
    set_password(house.engine, person.email, "words of my own")
    assert house.count(t.web_sessions) == 0


def test_M06_nothing_but_an_import_writes_what_the_legacy_system_keeps() -> None:
    tables = "centres|qualifications|units|learners|registrations|remits"
    writes = re.compile(
        rf"\bt\.({tables})\.(insert|update|delete)\(|\b(insert|update|delete|upsert)\([^)]*\bt\.({tables})\b"
    )
    folder = Path(importer.__file__).parent
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if writes.search(path.read_text(encoding="utf-8"))
    }
    # The measuring bench fills databases of its own.
    assert found <= {"bulk.py"}
