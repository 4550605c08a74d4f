"""The file benchmarks at a size of no consequence: they measure what they say, whatever it takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from app.cli.bench import Result, transfers
from app.domain.errors import KnownError

SIZE = 24 << 20

needs_programs = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="curl and openssl are the floor"
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks choose laptops by the environment; nothing of that stays."""
    monkeypatch.setenv("TOUCHSTONE_HOME", "")


@needs_programs
@pytest.mark.parametrize(
    ("measure", "names"),
    [
        (transfers.download, ["download", "fetch-memory"]),
        (transfers.upload, ["upload", "send-memory"]),
        (transfers.resume, ["resume", "repeated"]),
    ],
)
def test_each_is_measured_beside_its_floor(
    measure: Callable[[int, int], Iterator[Result]], names: list[str]
) -> None:
    found = list(measure(SIZE, 1))
    assert [one.name for one in found] == names
    assert all(one.n == SIZE >> 20 and one.runs == 1 and one.floor > 0 for one in found)
    if "repeated" in names:
        assert found[-1].value <= transfers.MOST_REPEATED


def test_without_the_programs_of_the_floor_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(KnownError) as refused:
        next(transfers.download(1, 1))
    assert refused.value.code == "program_missing"
