"""Stories of laptops and the service under every fault; each can be played again from its seed (invariants 1 to 10).

The rest of ``touchstone soak`` is the same stories, more of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.cli.soak.command import Tally
from app.cli.soak.faults import Counts, Fault
from app.cli.soak.ground import Ground, ground
from app.cli.soak.story import Story, run_story
from tests.proof.sizes import times

_TOGETHER = 20
"""Stories of one test: few enough that both workers of a run get their share."""

SEEDS = range(0, times(500), _TOGETHER)


@pytest.fixture(scope="module")
def on() -> Iterator[Ground]:
    with ground() as made:
        yield made


@pytest.mark.parametrize("first", SEEDS)
def test_no_story_violates_an_invariant(first: int, on: Ground) -> None:
    tally = Tally()
    for seed in range(first, first + _TOGETHER):
        tally.take(run_story(seed, on=on))
    assert tally.failed == {}
    assert (tally.seeds, tally.steps) == (_TOGETHER, _TOGETHER * 60)
    # So many stories meet nearly every fault; a network that never fails would prove nothing.
    assert sum(tally.faults[fault] > 0 for fault in Fault) >= len(Fault) - 4


@pytest.mark.parametrize("seed", [3, 14, 15, 92])
def test_the_same_seed_gives_the_same_trace(seed: int) -> None:
    with ground() as one:
        first = run_story(seed, on=one)
    with ground() as other:
        run_story(seed + 1, steps=5, on=other)  # whatever came before must not matter
        assert run_story(seed, on=other) == first


def test_another_seed_gives_another_trace(on: Ground) -> None:
    assert run_story(1, steps=10, on=on).trace != run_story(2, steps=10, on=on).trace


def test_the_counts_are_written_as_json_of_one_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "soak.json"
    options = ["--seeds", "3", "--steps", "12", "--first", "5", "--jobs", "1", "--json", str(target)]
    assert main(["soak", *options]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert list(found) == ["seeds", "steps", "faults", "violations"]
    assert (found["seeds"], found["steps"], found["violations"]) == (3, 36, 0)
    assert set(found["faults"]) == {fault.value for fault in Fault}
    assert "3 stories, 36 steps, 0 violations" in capsys.readouterr().out


def test_several_processes_count_the_same_as_one(tmp_path: Path) -> None:
    texts = []
    for jobs in ("1", "2"):
        target = tmp_path / f"{jobs}.json"
        assert main(["soak", "--seeds", "8", "--steps", "6", "--jobs", jobs, "--json", str(target)]) == 0
        texts.append(target.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_what_was_violated_is_counted_by_seed() -> None:
    sound = Story(1, 60, (), Counts({Fault.DUPLICATE: 2}), ())
    tally, other = Tally(), Tally()
    tally.take(sound)
    other.take(replace(sound, seed=2, violations=("invariant 1: one", "invariant 5: two")))
    tally.join(other)
    assert tally.failed == {2: ("invariant 1: one", "invariant 5: two")}
    assert json.loads(tally.as_json())["violations"] == 2
    assert tally.faults[Fault.DUPLICATE] == 4


def test_nothing_but_a_number_of_stories_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["soak", "--seeds", "0"])
    assert "at least 1 is needed" in capsys.readouterr().err
