"""The command line: names, shapes, and that nothing heavy is loaded before it is needed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from app.catalogue.frameworks import framework_by_id
from app.cli import make_parser
from app.cli.bench import Result, benchmarks
from app.cli.system import advice, missing_packages
from app.domain.errors import KnownError
from tests.conftest import REPOSITORY


def touchstone(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One run of the command in a process of its own, without a screen."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=REPOSITORY,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    heavy = [
        "PySide6",
        "sqlalchemy",
        "alembic",
        "requests",
        "keyring",
        "reportlab",
        "litestar",
        "pypdfium2",
        "PIL",
        "msgspec",
    ]
    code = (
        "import sys\n"
        "from app.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("open", "demo", "tour", "sync", "status", "bench", "service"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "line",
    [
        ["open"],
        ["demo", "--role", "manager"],
        ["tour", "--out", "x"],
        ["sync"],
        ["status", "--json"],
        ["bench", "--json", "x", "--only", "no-op"],
        [
            "service",
            "run",
            "--host",
            "127.0.0.1",
            "--port",
            "1",
            "--database-url",
            "sqlite:///x",
            "--files-url",
            "x",
        ],
        ["service", "init"],
        ["service", "import", "x"],
    ],
)
def test_the_fixed_names_are_understood(line: list[str]) -> None:
    assert callable(make_parser().parse_args(line).func)


def test_without_a_screen_the_window_says_so_in_one_line() -> None:
    done = touchstone("open")
    assert done.returncode == 1
    assert "no screen" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_role_that_has_no_screens_yet_is_named() -> None:
    done = touchstone("demo", "--role", "manager")
    assert done.returncode == 1
    assert "no screens for a manager yet" in done.stderr
    assert "touchstone demo --role moderator or reviewer" in done.stderr


def test_status_on_a_computer_nobody_signed_in_on(tmp_path: Path) -> None:
    done = touchstone("status", TOUCHSTONE_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "signed in" in done.stderr


def test_an_unknown_benchmark_is_answered_with_the_known_ones() -> None:
    done = touchstone("bench", "--only", "nonsense")
    assert done.returncode == 1
    assert "first-sync" in done.stderr


def test_the_benchmarks_have_their_fixed_names_and_shape() -> None:
    assert list(benchmarks()) == [
        "first-sync",
        "changes",
        "no-op",
        "push",
        "start-up",
        "stall",
        "save",
        "save-during-sync",
        "memory",
        "download",
        "upload",
        "resume",
        "report",
        "claim",
    ]
    assert Result.__match_args__ == ("name", "n", "value", "unit", "floor", "ratio", "runs")


def test_bench_writes_its_results(tmp_path: Path) -> None:
    done = touchstone("bench", "--only", "report", "--json", str(tmp_path / "bench.json"))
    assert done.returncode == 0, done.stderr
    (result,) = json.loads((tmp_path / "bench.json").read_text())["results"]
    assert (result["name"], result["n"]) == ("report", 200)
    assert result["runs"] >= 3
    assert result["floor"] > 0


def test_missing_libraries_are_named_with_the_command_that_installs_them() -> None:
    assert missing_packages(on_screen=False) == []
    assert "apt-get install libegl1 libgl1" in advice(["libegl1", "libgl1"])


@pytest.mark.timeout(240)
def test_the_tour_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = touchstone("tour", "--out", str(out), "--theme", "dark")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((out / "tour.json").read_text())
    assert told["ok"] is True
    assert told["acts"]["lost"] == 0
    assert told["acts"]["recorded"] == told["acts"]["applied"] > 12
    assert all(step["ok"] and step["seconds"] >= 0 for step in told["steps"])
    pictures = [Path(step["screenshot"]) for step in told["steps"] if "screenshot" in step]
    assert len(pictures) > 10
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert Path(told["report_pdf"]).read_bytes().startswith(b"%PDF")
    assert told["visit_acts"]["lost"] == 0
    assert told["visit_acts"]["recorded"] == told["visit_acts"]["applied"] > 24 + 4
    assert str(out) in done.stdout
    must_be_the_register_only_report(words_of(Path(told["visit_report_pdf"])))


def words_of(pdf: Path) -> str:
    """All words of a PDF with single blanks between them."""
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in document:
        text = page.get_textpage()
        pages.append(text.get_text_bounded())
        text.close()
    document.close()
    return " ".join(" ".join(pages).split())


def must_be_the_register_only_report(words: str) -> None:
    """Q-23..Q-25, Q-30, Q-31: the twenty measures of the blocking objectives alone, both meetings, text B six times."""
    framework = framework_by_id("btec-qmr-2017")
    measures = set(re.findall(r"Measure (QO\.\d+\.\d+)", words))
    assert measures == {measure.code for objective in framework.blocking for measure in objective.measures}
    assert len(measures) == 20
    assert words.count(framework.text_b) == 6
    assert framework.text_a not in words
    for told in (
        "Odile Farrant",
        "Lorna Garside",
        "exam-room-notice.jpg",
        "claims-verified.xlsx",
        "Action required",
    ):
        assert told in words, told


def test_known_errors_carry_their_words() -> None:
    error = KnownError("code", "It happened.", "Do this.")
    assert str(error) == "It happened. Do this."
