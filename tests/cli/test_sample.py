"""``touchstone sample``: the service's own sampling, from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from app.cli import main
from app.domain.sampling import ClaimedUnit, SamplingHistory, draw

POLICY = {"awarding_body": "CMI", "risk": "medium", "quarter": "2026Q1"}
LINES = [
    ClaimedUnit(str(n), f"L{n:02}", f"50{n % 3}", ("Jo", "Zoë", "Al")[n % 3], str(40 + n)) for n in range(11)
]
CLAIM = "learner,unit,assessor,attainment\n" + "".join(
    f"{line.learner},{line.unit},{line.assessor},{line.attainment}\n" for line in LINES
)
HISTORY = """claimed_on,learner,unit,assessor,sampled,standing
2025-12-30,L90,500,Jo,yes,
2026-01-05,L91,500,Jo,yes,
2026-01-05,L92,501,Zoë,yes,
2026-02-07,L93,501,Zoë,yes,archived
2026-02-07,L94,500,Jo,no,
2026-02-07,L95,500,Jo,no,
2026-02-07,L96,500,Jo,no,
2026-03-31,L97,501,Zoë,no,
2026-03-31,L98,500,Jo,yes,
2026-03-31,L99,500,Jo,no,
"""


class Folder:
    """A folder with a policy, a claim and a history, any of which may be replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.policy(POLICY)
        self.write("claims.csv", CLAIM)
        self.write("history.csv", HISTORY)

    def policy(self, values: object) -> None:
        self.write("policy.json", json.dumps(values))

    def write(self, name: str, text: str, encoding: str = "utf-8") -> None:
        (self.path / name).write_text(text, encoding=encoding)

    def run(self, *more: str, seed: str = "81c4a2b7de") -> int:
        return main(
            [
                "sample",
                *("--policy", str(self.path / "policy.json")),
                *("--claims", str(self.path / "claims.csv")),
                *("--history", str(self.path / "history.csv")),
                *("--seed", seed),
                *more,
            ]
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(
    folder: Folder, capsys: pytest.CaptureFixture[str], seed: str = "81c4a2b7de"
) -> Mapping[str, object]:
    assert folder.run("--json", seed=seed) == 0
    found: Mapping[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_D1_D2_M27_the_same_sums_picks_and_reasons_as_the_service(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    # 9 claimed in the quarter before, 3 of them drawn and still counting: worked example 4.
    history = SamplingHistory(
        {"500": date(2026, 3, 31), "501": date(2026, 2, 7)},
        {"Jo": date(2026, 3, 31), "Zoë": date(2026, 2, 7)},
    )
    lines = {line.id: line for line in LINES}
    expected = [
        {"learner": lines[pick.id].learner, "unit": lines[pick.id].unit, "reason": pick.reason}
        for pick in draw(LINES, 2, history, "81c4a2b7de")
    ]
    assert told(folder, capsys) == {
        "required": 5,
        "fulfilled": 3,
        "shortfall": 2,
        "seed": "81c4a2b7de",
        "picks": expected,
    }
    assert [pick["unit"] for pick in expected] == ["502", "501"]


def test_D2_the_order_of_rows_changes_nothing_and_the_seed_does(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    before = told(folder, capsys)
    for name, text in (("claims.csv", CLAIM), ("history.csv", HISTORY)):
        heading, *rows = text.splitlines()
        folder.write(name, "\n".join([heading, *reversed(rows)]))
    assert told(folder, capsys) == before
    samples = {json.dumps(told(folder, capsys, seed=str(n))["picks"]) for n in range(10)}
    assert len(samples) > 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_files_as_spreadsheets_write_them(
    encoding: str, delimiter: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    before = told(folder, capsys)
    for name, text in (("claims.csv", CLAIM), ("history.csv", HISTORY)):
        folder.write(name, text.replace(",", delimiter).replace("\n", "\r\n"), encoding)
    assert told(folder, capsys) == before


def test_without_json_it_speaks(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.run() == 0
    out = capsys.readouterr().out
    assert "January to March 2026. Medium risk: 5 needed for 20 learner-units" in out
    assert "Required 5, fulfilled 3, shortfall 2. Seed: 81c4a2b7de" in out
    assert "502  for unit 502; assessor not sampled before" in out
    assert "501  for unit 501; assessor not sampled since February 2026" in out


def test_D7_full_sample_and_M26_a_policy_of_ones_own(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.policy(POLICY | {"full_sample": True})
    assert len(told(folder, capsys)["picks"]) == 11  # type: ignore[arg-type]
    folder.policy({"policy": "square_root", "risk": "low", "quarter": "2026Q1"})
    assert told(folder, capsys)["required"] == 5
    rates, minimum = {"low": 50, "medium": 0, "high": 0}, {"low": 1, "medium": 0, "high": 0}
    folder.policy(
        {"policy": "percentage", "rates": rates, "minimum": minimum, "risk": "low", "quarter": "2026Q2"}
    )
    found = told(folder, capsys)
    assert (found["required"], found["fulfilled"]) == (6, 0)


def test_D2_grades_in_words_are_put_in_the_order_of_the_awarding_body_or_of_the_file(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"L{n},501,Jo,{'Merit' if n % 9 else ('Pass', 'Distinction', 'Merit')[n // 9]}" for n in range(20)
    ]
    folder.write("claims.csv", "\n".join(["learner,unit,assessor,attainment", *rows]))
    ends = {"lowest attainment of the claim", "highest attainment of the claim"}
    assert ends < _reasons(told(folder, capsys))
    own = {"policy": "square_root", "risk": "low", "quarter": "2026Q1"}
    folder.policy(own)
    assert not ends & _reasons(told(folder, capsys))
    folder.policy(own | {"attainment": ["Pass", "Merit", "Distinction"]})
    assert ends < _reasons(told(folder, capsys))


def _reasons(found: Mapping[str, object]) -> set[str]:
    picks = found["picks"]
    assert isinstance(picks, list)
    return {pick["reason"] for pick in picks}


def test_M32_without_a_history_nothing_was_claimed_before(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--policy", "policy.json", "--claims", "claims.csv"]
    files = [str(folder.path / word) if "." in word else word for word in arguments]
    assert main(["sample", *files, "--seed", "7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["required"], found["fulfilled"], found["shortfall"]) == (3, 0, 3)
    assert any("not sampled before" in pick["reason"] for pick in found["picks"])


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        (
            "claims.csv",
            "learner,unit\nL1,501\n",
            "claims.csv cannot be used: Its heading has no column “assessor”.",
        ),
        ("claims.csv", "learner,unit,unit,assessor\n", "Its heading has the column “unit” twice."),
        ("claims.csv", "learner,unit,assessor\n", "It has no row below the heading."),
        ("claims.csv", "", "Its heading has no column “learner”."),
        (
            "claims.csv",
            "learner,unit,assessor\nL1,501,Jo\n\n,502,Jo\n",
            "Row 4, column learner: it is empty.",
        ),
        (
            "claims.csv",
            "learner,unit,assessor\nL1,501,Jo\nL2,501,Jo\nL1,501,Al\n",
            "Row 4, column unit: learner L1 and unit 501 stand in row 2 already.",
        ),
        (
            "claims.csv",
            "learner,unit,assessor\nL1,501,Jo,,5\n",
            "Row 2 has 5 columns, but the heading has 3.",
        ),
        ("claims.csv", 'learner,unit,assessor\nL1,"501,Jo\n', "Row 2 is not CSV"),
        (
            "history.csv",
            "claimed_on,unit,assessor,sampled\n12.3.2026,501,Jo,yes\n2026-03-12,501,Jo,maybe\n",
            (
                "Row 2, column claimed_on: “12.3.2026” is not a day such as 2026-03-12. "
                "Row 3, column sampled: “maybe” is not one of: yes, no."
            ),
        ),
        (
            "history.csv",
            "claimed_on,unit,assessor,sampled,standing\n2026-03-12,501,Jo,yes,lost\n",
            "Row 2, column standing: “lost” is not one of: empty, archived, refused.",
        ),
        ("policy.json", "{", "policy.json cannot be used: It is not JSON."),
        (
            "policy.json",
            '{"awarding_body": "CMI", "risk": "some", "quarter": "spring", "rats": {}}',
            (
                "“quarter” is not a quarter such as 2026Q1: “spring”. "
                "“risk” is “some”, but must be one of: low, medium, high. “rats” is not a name that is known here."
            ),
        ),
        (
            "policy.json",
            '{"awarding_body": "Nobody"}',
            "Nothing is known here about the awarding body “Nobody”.",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_row_and_column(
    file: str, content: str, says: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write(file, content)
    assert folder.run("--json") == 1
    output = capsys.readouterr()
    assert says in output.err
    assert output.out == ""


def test_a_file_full_of_faults_names_the_first_and_counts_the_rest(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write("claims.csv", "learner,unit,assessor\n" + ",501,Jo\n" * 50)
    assert folder.run() == 1
    error = capsys.readouterr().err
    assert error.count("it is empty.") == 20
    assert "And 30 more." in error


def test_a_file_that_is_not_there_is_named(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.path / "claims.csv").unlink()
    assert folder.run() == 1
    assert "claims.csv" in capsys.readouterr().err


def test_help_tells_every_column_and_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sample", "--help"])
    text = capsys.readouterr().out
    for name in ("learner", "unit", "assessor", "attainment", "claimed_on", "sampled", "standing"):
        assert f"  {name} " in text
    for name in ("policy", "rates", "minimum", "risk", "quarter", "full_sample", "awarding_body"):
        assert name in text
