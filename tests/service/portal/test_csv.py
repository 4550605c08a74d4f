"""A claim's lines from a CSV: every encoding, every wrong field by row and column, and nothing submitted by itself."""

from __future__ import annotations

import csv
import io

import pytest

from app.domain.errors import KnownError
from app.service import tables as t
from app.service.portal.csv_reading import letter, read_csv, write_csv
from tests.service.claims_ground import ASSESSOR, College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Page, Visit, give_password, saved_lines

HEADINGS = "Learner number,Unit code,Assessor,Assessor's decision,Attainment"


def address(college: College, lines: int = 0) -> str:
    claim = college.save(college.lines(range(1, lines + 1)))
    return f"/centres/{college.centre_id}/saved/{claim.id}"


def upload(visit: Visit, claim: str, content: bytes, name: str = "claim.csv") -> Page:
    form = visit.get(f"{claim}/csv").form("/csv")
    return visit.send(form, files={"file": (name, content, "text/csv")})


def lines_of(house: House, claim: str) -> list[tuple[str, ...]]:
    return [tuple(line.values()) for line in saved_lines(house, claim.rpartition("/")[2])]


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("cp1252", ","), ("utf-16", "\t")],
)
@NOT_OF_THE_DATABASE
def test_M19_every_spreadsheets_csv_fills_the_claim_in_and_submits_nothing(
    visit: Visit, college: College, house: House, encoding: str, separator: str
) -> None:
    claim = address(college, 1)
    rows = [
        HEADINGS.split(","),
        ["K002", "601", "Zoë Ølsen", "Met; well, done", "Pass"],
        ["K003", "602", ASSESSOR],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    page = upload(visit, claim, text.getvalue().encode(encoding))
    assert "2 lines of 2 rows added to the claim. Nothing is submitted." in page.words
    assert lines_of(house, claim)[1:] == [
        ("K002", "601", "Zoë Ølsen", "Met; well, done", "Pass"),
        ("K003", "602", ASSESSOR, "", ""),
    ]
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 0
    assert "K002" in visit.get(claim).html


@NOT_OF_THE_DATABASE
def test_M19_capital_letters_make_no_other_learner(visit: Visit, college: College, house: House) -> None:
    claim = address(college, 1)
    page = upload(visit, claim, f"{HEADINGS}\nk003,601,{ASSESSOR},,".encode())
    assert "1 line of 1 row added" in page.words
    assert lines_of(house, claim)[1:] == [("K003", "601", ASSESSOR, "", "")]


def test_M20_every_wrong_field_is_named_by_row_and_column_and_right_ones_are_kept(
    visit: Visit, college: College, house: House
) -> None:
    claim = address(college, 1)
    content = "\n".join(
        [
            HEADINGS,
            "K777,601,Ann,Met,Pass",  # row 2: learner
            "",
            "K002,999,,Met,Pass",  # row 4: unit, assessor
            "K001,601,Ann,Met,Pass",  # row 5: in the claim already
            "K003,602,Ann,Met,Pass,too much",  # row 6: beyond the headings
            "K004,603,Ann,Met,Pass",
        ]
    )
    page = upload(visit, claim, content.encode())
    assert "5 fields could not be taken" in page.words
    for words in (
        "2 A Learner number K777 Learner K777 is not in the list",
        "4 B Unit code 999 The qualification has no unit 999.",
        "4 C Assessor (empty) The assessor is missing.",
        "5 B Unit code 601 Learner K001 and unit 601 are in line 1 already",
        "6 F too much This field stands beyond the last heading.",
    ):
        assert words in page.words
    assert lines_of(house, claim)[1:] == [
        ("", "601", "Ann", "Met", "Pass"),
        ("K002", "", "", "Met", "Pass"),
        ("K001", "", "Ann", "Met", "Pass"),
        ("K003", "602", "Ann", "Met", "Pass"),
        ("K004", "603", "Ann", "Met", "Pass"),
    ]
    (link,) = [link for link in page.links if link.endswith("check=true")]
    assert "#line-2-learner" in visit.get(link).links


def test_M20_the_corrected_file_makes_no_fault_of_rows_that_were_right(
    visit: Visit, college: College, house: House
) -> None:
    claim = address(college)
    right = ["K001,601,Ann,Met,Pass", "K002,601,Ann,Met,Pass"]
    upload(visit, claim, "\n".join([HEADINGS, *right, "K777,601,Ann,Met,Pass"]).encode())
    again = "\n".join([HEADINGS, *right, "K003,601,Ann,Met,Pass", "", "K003,601,Bob,Met,Pass"]).encode()
    page = upload(visit, claim, again)
    assert "1 field could not be taken" in page.words
    assert "Learner K003 and unit 601 are in row 4 already" in page.words
    assert "6 B Unit code" in page.words
    assert "2 rows not added, because the claim has just such a line already." in page.words
    assert [line[:3] for line in lines_of(house, claim)] == [
        ("K001", "601", "Ann"),
        ("K002", "601", "Ann"),
        ("", "601", "Ann"),
        ("K003", "601", "Ann"),
        ("K003", "", "Bob"),
    ]


def test_M20_a_corrected_file_may_take_the_place_of_the_claims_lines(
    visit: Visit, college: College, house: House
) -> None:
    claim = address(college, 2)
    before = lines_of(house, claim)
    form = visit.get(f"{claim}/csv").form("/csv")
    nothing = {"file": ("a.csv", f"{HEADINGS}\nK777,999,,,".encode(), "text/csv")}
    page = visit.send(form, ("do", "replace"), files=nothing)
    assert (page.status, lines_of(house, claim)) == (422, before), "nothing right: nothing is lost"
    content = f"{HEADINGS}\nK001,601,Bob,Met,\nK002,602,Bob,Met,".encode()
    page = visit.send(form, ("do", "replace"), files={"file": ("a.csv", content, "text/csv")})
    assert "2 lines of 2 rows replaced the lines of the claim. Nothing is submitted." in page.words
    assert "could not be taken" not in page.words
    after = lines_of(house, claim)
    assert [line[:3] for line in after] == [("K001", "601", "Bob"), ("K002", "602", "Bob")]
    late = visit.send(form, ("do", "replace"), files={"file": ("a.csv", content, "text/csv")})
    assert late.status == 422
    assert "saved elsewhere" in late.words
    assert lines_of(house, claim) == after


def test_M20_a_file_of_faults_names_the_first_hundred_and_counts_the_rest(
    visit: Visit, college: College
) -> None:
    claim = address(college)
    rows = [HEADINGS, *(f"X{place},601,Ann,Met," for place in range(150))]
    page = upload(visit, claim, "\n".join(rows).encode())
    assert "150 fields could not be taken" in page.words
    assert "101 A Learner number X99" in page.words
    assert "X100" not in page.words
    assert "And 50 more fields." in page.words
    checked = visit.get(f"{claim}?check=true")
    assert "Line 100: The learner's number is missing." in checked.words
    assert "Line 101: " not in checked.words
    assert "And 50 more faults" in checked.words
    refused = visit.send(visit.get(claim).form(claim), ("do", "submit"))
    assert "Line 101: " not in refused.words
    assert "And 50 more faults" in refused.words


def test_M19_a_file_of_20000_rows_is_taken_whole(visit: Visit, house: House) -> None:
    college = College(house, "L", learners=5000)
    give_password(house, college)
    visit.sign_in_again(college.staff.email)
    claim = address(college)
    rows = [HEADINGS, *(f"{n},{u},Ann,Met," for n in college.learners for u in ("601", "602", "603", "604"))]
    page = upload(visit, claim, "\r\n".join(rows).encode("cp1252"))
    assert "20,000 lines of 20,000 rows added to the claim." in page.words
    assert len(lines_of(house, claim)) == 20_000
    last = visit.get(f"{claim}?page=400")
    assert "line-20000-unit" in last.ids
    assert "Learner L5000 L5000 18 0 25 complete" in last.words
    more = upload(visit, claim, f"{HEADINGS}\n{college.learners[0]},601,Ann,,".encode())
    assert more.status == 422
    assert "20,000 are possible" in more.words


def test_M19_formulas_stay_text_and_are_written_back_defused(
    visit: Visit, college: College, house: House
) -> None:
    claim = address(college)
    evil = "=cmd|' /C calc'!A0"
    upload(visit, claim, f'{HEADINGS}\nK001,601,"{evil}",@x,\n{evil},602,Ann,-1,'.encode())
    kept = lines_of(house, claim)
    assert kept == [("K001", "601", evil, "@x", ""), ("", "602", "Ann", "-1", "")]
    answer = visit.client.get(f"{claim}/lines.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="claim-lines.csv"'
    assert answer.headers["cache-control"] == "no-store"
    written = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert written[1] == ["K001", "601", f"'{evil}", "'@x", ""]
    assert not [field for row in written for field in row if field[:1] in "=+-@" and field]
    back = read_csv(answer.content)
    assert back.rows[0].line.assessor == evil, "what comes back is what was typed"
    assert evil in visit.get(claim).form(claim).fields["line-1-assessor"]


def test_M19_the_templates_come_back_as_they_are_and_name_only_learners_of_the_qualification(
    visit: Visit, college: College
) -> None:
    claim = address(college)
    empty = visit.client.get(f"{claim}/template.csv").content
    assert empty.startswith(b"\xef\xbb\xbf")
    assert "no rows" in upload(visit, claim, empty).words
    filled = list(
        csv.reader(io.StringIO(visit.client.get(f"{claim}/learners.csv").content.decode("utf-8-sig")))
    )
    assert filled[0][:3] == ["Learner number", "Learner name", "Unit code"]
    assert [row[0] for row in filled[1:]] == list(college.learners)
    for row in filled[1:]:
        row[2], row[3] = "601", "Ann"
    out = io.StringIO()
    csv.writer(out).writerows(filled)
    assert "12 lines of 12 rows added" in upload(visit, claim, out.getvalue().encode()).words


WRONG_FILES = {
    "": (b"", "This file is empty."),
    "blank": (b" \r\n\r\n ", "This file is empty."),
    "xlsx": (b"PK\x03\x04\x14\x00" + b"\x00" * 50, "This is an Excel workbook"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50, "This is an old Excel"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "This is a PDF"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "This file is no text"),
    "binary": (b"Learner number,Unit code\nK1,\x00\x01", "This file is no text"),
    "html": (b"<!DOCTYPE html><html>", "This is a web page"),
    "headings": (b"Name,Age\nAnn,7\n", "no heading “Learner number” and none “Unit code”"),
    "twice": (b"Learner,Unit,Learner number\nA,B,C\n", "two columns for “Learner number”"),
    "only headings": (HEADINGS.encode(), "headings and no rows"),
    "open quote": (b'Learner,Unit\nK1,"601\nK2,602\n', "cannot be read as CSV"),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
@NOT_OF_THE_DATABASE
def test_M19_a_wrong_file_is_refused_with_a_sentence_and_changes_nothing(
    visit: Visit, college: College, house: House, kind: str
) -> None:
    content, says = WRONG_FILES[kind]
    claim = address(college, 2)
    before = house.rows(t.saved_claims)
    page = upload(visit, claim, content, f"claim.{kind}")
    assert page.status == 422
    assert says in page.words
    assert "#file" in page.links
    assert house.rows(t.saved_claims) == before


@NOT_OF_THE_DATABASE
def test_no_file_at_all_is_told(visit: Visit, college: College) -> None:
    claim = address(college)
    page = visit.send(visit.get(f"{claim}/csv").form("/csv"), files={"file": ("", b"", "")})
    assert page.status == 422
    assert "No file was chosen." in page.words


def test_more_rows_than_a_claim_may_have_are_refused() -> None:
    content = ("Learner,Unit\n" + "K1,601\n" * 6).encode()
    assert len(read_csv(content, limit=6).rows) == 6
    with pytest.raises(KnownError, match="more than 5 rows"):
        read_csv(content, limit=5)


def test_excels_own_line_about_the_separator_and_unknown_columns_are_understood() -> None:
    found = read_csv(b'sep=;\r\nColour;UNIT-CODE;learner_number\r\nred;601;"K;1"\r\n')
    (row,) = found.rows
    assert (row.line.learner, row.line.unit, row.number) == ("K;1", "601", 2)
    assert found.columns == {"unit": "B", "learner": "C"}
    assert found.unknown == ("Colour",)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_whatever_is_written_is_read_again() -> None:
    texts = ["=1", "'=1", "plain", 'a "quoted", one', "line\nend", "-", "'", "ü"]
    rows = [["K1", "601", text, "", ""] for text in texts]
    back = read_csv(write_csv(HEADINGS.split(","), rows))
    assert [row.line.assessor for row in back.rows] == ["=1", "=1", *texts[2:]]
