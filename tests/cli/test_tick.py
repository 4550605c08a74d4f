"""``touchstone service tick`` does the clock jobs from a timer, as often as anybody likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import main


def test_M61_the_clock_jobs_are_a_command_that_may_run_at_any_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = [
        "--database-url",
        f"sqlite:///{tmp_path / 'service.db'}",
        "--files-url",
        str(tmp_path / "files"),
    ]
    assert main(["service", "init", *database]) == 0
    for _ in range(2):
        assert main(["service", "tick", *database]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == ["0 archived, 0 warned about, 0 settled."] * 2
