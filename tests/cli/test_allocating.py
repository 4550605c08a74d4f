"""``touchstone service`` gives quality reviews to centres and reviewers, and their Engagement Documents more time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.cli import main
from app.domain.dates import london_day
from app.service.settings import present

YEAR = london_day(present()).year
CSV = {
    "centres.csv": "number,name,nation,partner_type\n"
    "C1,Oakvale College,england,direct_delivery\nC2,Wrenfield School,england,direct_delivery\n"
    "C3,Strathbeck Institute,scotland,direct_delivery\n",
    "qualifications.csv": "code,title,awarding_body,level,credits_required\nB3,Diploma,Pearson,3,120\n",
    "learners.csv": "number,name,centre_number\nA1,Ada,C1\nA2,Bo,C2\n",
    "registrations.csv": "learner_number,qualification_code,registered_on\nA1,B3,2020-09-01\nA2,B3,2020-09-01\n",
    "people.csv": "email,name,role,centre_number\nrobin@people.invalid,Robin,reviewer,\n"
    "sam@people.invalid,Sam,reviewer,\nqm@people.invalid,Quinn,quality_manager,\n",
    "consortia.csv": "consortium,awarding_body,centre_number,joined_on,left_on\n"
    + "".join(f"The Ring,Pearson,C{n},2020-09-01,\n" for n in (1, 2, 3)),
}


def test_Q02_Q03_D8_reviews_are_allocated_assigned_and_given_more_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in CSV.items():
        (folder / name).write_text(text, encoding="utf-8")
    database = ["--database-url", f"sqlite:///{tmp_path / 'service.db'}"]

    def told(*command: str) -> list[str]:
        assert main(["service", *command, *database]) == 0
        return capsys.readouterr().out.splitlines()

    told("init")
    told("import", str(folder))
    by = ["--by", "qm@people.invalid"]
    order = ["--awarding-body", "Pearson", "--year", str(YEAR), "--reviewer", "robin@people.invalid", *by]
    (one,) = told("allocate-review", "--centre", "C2", "--kind", "desk_top", *order)
    number, _, words = one.partition(": ")
    assert words == f"desk-top review {YEAR}-{(YEAR + 1) % 100:02} of Wrenfield School, by Robin."
    (other,) = told("allocate-review", "--consortium", "The Ring", *order)
    assert "centre visit" in other
    assert "Oakvale College" in other
    assert "already" in told("allocate-review", "--consortium", "The Ring", *order)[0]
    assigned = told("assign-review", "--review", number, "--reviewer", "sam@people.invalid", *by)
    assert assigned == [f"{number} is assigned to Sam."]
    until = date(YEAR + 1, 1, 8)
    more = ["--until", until.isoformat(), "--reason", "Illness."]
    (extended,) = told("extend-ced", "--review", number, *more, *by)
    assert extended == f"The Engagement Document of Wrenfield School is due on 8 January {YEAR + 1}."
    assert main(["service", "allocate-review", "--centre", "C3", *order, *database]) == 1
    assert "no active registrations" in capsys.readouterr().err
