"""The power goes at any moment: whatever no sync has covered may be gone or torn, and nothing acknowledged with it."""

from __future__ import annotations

import random
import shutil

import pytest

from app.domain.errors import KnownError
from tests.proof.crash_facts import Laptop, faults_inside, standing
from tests.proof.crash_journeys import JOURNEYS
from tests.proof.crash_runs import Plan, Stage
from tests.proof.crash_told import told
from tests.proof.crash_tracing import Run, Told
from tests.proof.power_model import power_cut
from tests.proof.sizes import POWER_CUTS
from tests.proof.test_crash_points import laptop_with

EACH = -(-POWER_CUTS // len(JOURNEYS))


def moment(run: Run, chance: random.Random) -> int:
    """A place in the record; often right behind an acknowledgement, where most is at stake."""
    if chance.random() < 0.5:
        return chance.randrange(1, len(run.trace) + 1)
    told_at = [
        place for place, item in enumerate(run.trace) if isinstance(item, Told) and "done" in item.text
    ]
    return chance.choice(told_at) + 1


def losses(stage: Stage, journey: str, plan: Plan, count: int) -> list[str]:
    """What is wrong after each of so many power cuts."""
    (lived,) = stage.lived(journey, [plan])
    assert lived.run.code == 0, told(lived.run.trace)[-1]
    base, _ = stage.prepared(journey)
    wrong = []
    for number in range(count):
        chance = random.Random(f"{journey} {number}")
        place = moment(lived.run, chance)
        disk, progress = power_cut(base / "disk", lived.run, place, chance)
        laptop = laptop_with(stage, disk, Laptop(lived.base))
        try:
            found = progress.wrong(standing(laptop))
        except KnownError as error:
            found = f"does not open: {error.code} {error.details}"
        if not found and progress.acknowledged:
            found = "; ".join(faults_inside(laptop))
        if found:
            wrong.append(f"state {number} at {place}: {found}")
        shutil.rmtree(laptop.base)
    return wrong


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_power_goes_and_nothing_acknowledged_is_lost(stage: Stage, journey: str) -> None:
    assert losses(stage, journey, Plan(), EACH) == []


def test_with_less_care_for_the_disk_the_same_cuts_lose_work(stage: Stage) -> None:
    """The control: were ``synchronous=FULL`` ever given up, the test above would fail."""
    lost = losses(stage, "recording", Plan(less_sync=True), EACH)
    assert any("outbox" in words for words in lost), lost
    assert len(lost) >= EACH // 5
