"""Reference data from CSV files: all or nothing, and every bad place named."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.centres import Nation
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.importer import ImportRefused, import_folder
from tests.service.ground import CSV, House


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files the house was laid from."""
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, content in CSV.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def faults(house: House, folder: Path) -> list[str]:
    with pytest.raises(ImportRefused) as refusal:
        import_folder(house.engine, folder)
    assert "Nothing was imported" in refusal.value.says
    return [str(fault) for fault in refusal.value.faults]


def test_importing_the_same_again_changes_nothing(house: House, folder: Path) -> None:
    head = house.head()
    done = import_folder(house.engine, folder)
    assert set(done.added.values()) == set(done.changed.values()) == {0}
    assert done.unchanged == {
        "centres.csv": 2,
        "qualifications.csv": 1,
        "units.csv": 3,
        "learners.csv": 9,
        "registrations.csv": 9,
    }
    assert house.head() == head
    assert "learners.csv: 0 new, 0 changed, 9 as before" in str(done)


def test_a_changed_name_is_updated_and_reaches_the_devices_that_show_it(house: House, folder: Path) -> None:
    device = house.device()
    device.pull()
    (folder / "centres.csv").write_text(CSV["centres.csv"].replace("Oakvale College", "Oakvale University"))
    (folder / "learners.csv").write_text(CSV["learners.csv"].replace("Learner A1", "Learner A One"))
    done = import_folder(house.engine, folder)
    assert (done.changed["centres.csv"], done.changed["learners.csv"]) == (1, 1)
    device.pull()
    assert {line.kind for line in device.lines} == {"request", "sample"}
    assert device.of_kind("request")[house.request()]["centre_name"] == "Oakvale University"
    assert device.of_kind("sample")[house.sample(1)]["learner_name"] == "Learner A One"


def test_new_rows_may_refer_to_each_other(house: House, folder: Path) -> None:
    with (folder / "centres.csv").open("a") as file:
        file.write("C3,Penfro Academy,wales,dual_accredited\n")
    with (folder / "learners.csv").open("a") as file:
        file.write('D1,"Said, Zoë",C3\n')
    with (folder / "registrations.csv").open("a") as file:
        file.write("D1,Q5,2025-10-01\n")
    import_folder(house.engine, folder)
    (learner,) = house.rows(t.learners, t.learners.c.number == "D1")
    assert learner.name == "Said, Zoë"
    assert house.count(t.registrations, t.registrations.c.learner_id == learner.id) == 1


def test_every_bad_place_is_named_with_file_line_and_column(house: House, folder: Path) -> None:
    (folder / "centres.csv").write_text(
        "number,name,nation,partner_type\nC9,,england,direct_delivery\nC8,A Centre,atlantis,direct_delivery\n"
    )
    (folder / "qualifications.csv").write_text(
        "code,title,awarding_body,level,credits_required\nQ7,A Title,A Body,seven,13\nQ8,A Title,A Body,9,0\n"
    )
    (folder / "registrations.csv").write_text(
        "learner_number,qualification_code,registered_on\nA1,Q5,12/03/2026\nA99,Q99,2026-03-12\n"
    )
    assert faults(house, folder) == [
        "centres.csv, line 2, column name: is empty.",
        f"centres.csv, line 3, column nation: “atlantis” is not one of: {', '.join(Nation)}.",
        "qualifications.csv, line 2, column level: “seven” is not a whole number from 0 to 8.",
        "qualifications.csv, line 3, column level: “9” is not a whole number from 0 to 8.",
        "qualifications.csv, line 3, column credits_required: “0” is not a whole number from 1 to 1000.",
        "registrations.csv, line 2, column registered_on: “12/03/2026” is not a day written like 2026-03-12.",
        "registrations.csv, line 3, column learner_number: there is no learner “A99”.",
        "registrations.csv, line 3, column qualification_code: there is no qualification “Q99”.",
    ]


def test_nothing_is_imported_when_anything_is_wrong(house: House, folder: Path) -> None:
    with (folder / "centres.csv").open("a") as file:
        file.write("C3,Penfro Academy,wales,dual_accredited\n")
    (folder / "learners.csv").write_text(
        CSV["learners.csv"].replace("Learner A1", "Learner A One") + "X1,,C1\n"
    )
    head = house.head()
    assert faults(house, folder) == ["learners.csv, line 11, column name: is empty."]
    assert house.count(t.centres) == 2
    assert house.count(t.learners, t.learners.c.name == "Learner A One") == 0
    assert house.head() == head


def test_a_row_said_twice_is_named_with_its_first_line(house: House, folder: Path) -> None:
    with (folder / "learners.csv").open("a") as file:
        file.write("A1,Somebody Else,C1\n")
    assert faults(house, folder) == ["learners.csv, line 11, column number: stands in line 2 already."]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"number,name\nC3,Name\n", "centres.csv, line 1, column nation: is missing."),
        (b"", "centres.csv, line 1, column number: is missing."),
        (
            b"number,name,nation,partner_type\nC3,Name,wales\n",
            "centres.csv, line 2, column partner_type: the row has 3 cells where the first line has 4.",
        ),
        (
            b"number,name,nation,partner_type\nC3,Caf\xe9,wales,direct_delivery\n",
            "centres.csv, line 2: is not written in UTF-8.",
        ),
        (
            b'number,name,nation,partner_type\nC3,"Name,wales,direct_delivery\n',
            "centres.csv, line 2: cannot be read as CSV: unexpected end of data.",
        ),
    ],
)
def test_a_file_that_cannot_be_read(house: House, folder: Path, content: bytes, fault: str) -> None:
    (folder / "centres.csv").write_bytes(content)
    assert fault in faults(house, folder)


def test_a_spreadsheets_byte_order_mark_blank_lines_and_further_columns_do_no_harm(
    house: House, folder: Path
) -> None:
    (folder / "centres.csv").write_text(
        "\ufeffnumber,remarks,name,nation,partner_type\r\n\r\nC3,none,“Quoted” Name,wales,direct_delivery\r\n,,,,\r\n",
        encoding="utf-8",
    )
    import_folder(house.engine, folder)
    (centre,) = house.rows(t.centres, t.centres.c.number == "C3")
    assert centre.name == "“Quoted” Name"


def test_lines_are_counted_as_an_editor_shows_them(house: House, folder: Path) -> None:
    (folder / "centres.csv").write_text(
        'number,name,nation,partner_type\nC3,"Two\nlines",wales,direct_delivery\nC4,,wales,direct_delivery\n'
    )
    assert faults(house, folder) == ["centres.csv, line 4, column name: is empty."]


def test_many_faults_are_counted_not_all_listed(house: House, folder: Path) -> None:
    (folder / "centres.csv").write_text(
        "number,name,nation,partner_type\n" + "C,,wales,direct_delivery\n".join(["", *[""] * 60])
    )
    with pytest.raises(ImportRefused) as refusal:
        import_folder(house.engine, folder)
    assert len(refusal.value.faults) == 60
    assert "60 places are wrong" in refusal.value.says
    assert "… and 10 more." in refusal.value.says


def test_a_folder_without_any_of_the_files_is_refused(house: House, tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refusal:
        import_folder(house.engine, tmp_path / "nowhere")
    assert refusal.value.code == "folder_missing"
    empty = tmp_path / "none"
    empty.mkdir()
    with pytest.raises(KnownError) as refusal:
        import_folder(house.engine, empty)
    assert refusal.value.code == "nothing_to_import"
