"""The window killed at any moment while somebody types and saves: at most the last 300 ms of typing are lost.

Counted is the time in which the window could run. A machine busy with other things gives it none for a while, and
then nobody's window would have saved; so no more than a moment is counted between two lines that it told.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from app.workspace.desk import Desk
from tests.conftest import REPOSITORY
from tests.support.desks import make_profile, one_request, open_desk
from tests.support.typing_child import WORDS

MAY_BE_LOST = 0.3
"""Seconds of typing."""

A_MOMENT = 0.05
"""The longest time, in seconds, counted between two keys: they come 2 to 30 ms apart when the window can run."""

POINTS, TESTS = 50, 5


def type_and_be_killed(profile: Path, seed: int) -> list[list[str]]:
    """What was typed and recorded before the kill, line by line."""
    chance = random.Random(seed)
    typing = subprocess.Popen(
        [sys.executable, "-m", "tests.support.typing_child", str(profile), str(seed)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert typing.stdout is not None
    told = []
    # The moment of the kill is so many lines away, and then any fraction of the time between two keys.
    for _ in range(chance.randint(1, 140)):
        line = typing.stdout.readline()
        assert line, "the window ended by itself"
        told.append(line.split())
    deadline = time.monotonic() + chance.random() * 0.03
    while time.monotonic() < deadline:
        pass
    typing.kill()
    told += [line.split() for line in typing.stdout.read().splitlines()]
    typing.wait()
    typing.stdout.close()
    return [line for line in told if len(line) == 4]


def running_time_after(told: list[list[str]]) -> list[float]:
    """For each line, the seconds in which the window went on running after it."""
    moments = [float(line[1]) for line in told]
    after = [0.0] * len(moments)
    for place in range(len(moments) - 2, -1, -1):
        after[place] = after[place + 1] + min(moments[place + 1] - moments[place], A_MOMENT)
    return after


def check(desk: Desk, told: list[list[str]]) -> None:
    """Everything that was typed early enough is there as a draft, and everything recorded is in the outbox."""
    recorded = {line[2]: int(line[3]) for line in told if line[0] == "recorded"}
    typed: defaultdict[str, int] = defaultdict(int)
    for (kind, _, sample_id, count), ran_on in zip(told, running_time_after(told), strict=True):
        if kind == "key" and ran_on > MAY_BE_LOST:
            typed[sample_id] = max(typed[sample_id], int(count))
    sheets = {sheet.sample.id: sheet for sheet in desk.request("request-1").samples}
    for sample_id, length in recorded.items():
        judgement = sheets[sample_id].judgement
        assert judgement is not None, f"{sample_id} was recorded and is not there"
        assert len(judgement.rationale) >= length - 1  # a space at the end is not kept
    for sample_id, count in typed.items():
        sheet = sheets[sample_id]
        if sheet.judgement is not None:
            continue
        kept = sheet.draft.rationale if sheet.draft is not None else ""
        assert len(kept) >= count, f"{sample_id}: {count} letters were typed in time, {len(kept)} were kept"
        assert kept in WORDS * 20, "what was kept is not what was typed"


@pytest.mark.parametrize("part", range(TESTS))
def test_killed_while_typing_and_saving(tmp_path: Path, part: int) -> None:
    for point in range(part * POINTS // TESTS, (part + 1) * POINTS // TESTS):
        items, _ = one_request(samples=6)
        profile = make_profile(tmp_path / f"laptop-{point}", items)
        told = type_and_be_killed(profile, seed=point)
        assert told, "nothing was typed"
        desk = open_desk(profile)
        try:
            check(desk, told)
        finally:
            desk.close()
