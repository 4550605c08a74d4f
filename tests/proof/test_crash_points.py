"""Killed at every call that changes a file: nothing acknowledged is lost, and what lies there opens whole."""

from __future__ import annotations

import random
import shutil
import signal

import pytest

from tests.proof.crash_disk import Disk
from tests.proof.crash_facts import Laptop, faults_inside, standing
from tests.proof.crash_journeys import JOURNEYS
from tests.proof.crash_runs import Lived, Plan, Stage
from tests.proof.crash_told import Progress, told
from tests.proof.crash_tracing import Op, Run
from tests.proof.sizes import CRASH_POINTS, REAL_KILLS

EACH = -(-CRASH_POINTS // len(JOURNEYS))


def places_to_die(run: Run, seed: str) -> list[int]:
    """Places in the trace, each just before a call that a restart could notice; all of them if there are few."""
    places = [
        place
        for place, item in enumerate(run.trace)
        if isinstance(item, Op) and not item.path.endswith("-shm")
    ]
    if len(places) > EACH:
        places = random.Random(seed).sample(places, EACH)
    return sorted([*places, len(run.trace)])


def whole_run(stage: Stage, journey: str) -> Lived:
    """The journey lived to its end with no fault."""
    (lived,) = stage.lived(journey, [Plan()])
    assert lived.run.code == 0, told(lived.run.trace)[-1]
    return lived


def laptop_with(stage: Stage, disk: Disk, like: Laptop) -> Laptop:
    """A laptop with this disk. The password store is another program's: it keeps what it was given."""
    laptop = Laptop(stage.laptop())
    disk.put(laptop.disk)
    if (like.base / "keys.json").exists():
        shutil.copy(like.base / "keys.json", laptop.base / "keys.json")
    return laptop


@pytest.mark.parametrize("journey", JOURNEYS)
def test_killed_at_any_call_nothing_acknowledged_is_lost(stage: Stage, journey: str) -> None:
    lived = whole_run(stage, journey)
    base, _ = stage.prepared(journey)
    disk, done = Disk.of(base / "disk"), 0
    for place in places_to_die(lived.run, journey):
        disk.apply(lived.run.trace[done:place])
        done = place
        laptop = laptop_with(stage, disk, Laptop(lived.base))
        progress = Progress.at(lived.run, place)
        assert not progress.wrong(standing(laptop)), (place, lived.run.trace[place - 1 : place + 1])
        if progress.acknowledged:
            assert faults_inside(laptop) == [], place
        shutil.rmtree(laptop.base)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_states_are_what_a_kill_leaves(stage: Stage, journey: str) -> None:
    """So that the test above may go through the record instead of killing a child for each state."""
    base, _ = stage.prepared(journey)
    calls = len(whole_run(stage, journey).run.ops)
    kills = random.Random(journey).sample(range(calls), -(-REAL_KILLS // len(JOURNEYS)))
    for lived in stage.lived(journey, [Plan(kill_at=number) for number in kills]):
        assert lived.run.code == -signal.SIGKILL
        assert len(lived.run.ops) == lived.plan.kill_at
        left = Disk.of(lived.base / "disk")
        assert Disk.of(base / "disk").apply(lived.run.trace).lasting() == left.lasting()
        shutil.rmtree(lived.base)


def test_enough_points_are_killed_at(stage: Stage) -> None:
    assert sum(len(places_to_die(whole_run(stage, journey).run, journey)) for journey in JOURNEYS) >= 500
