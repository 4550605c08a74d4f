"""The window killed at any moment while somebody types and saves: at most the last 300 ms of typing are lost.

Counted is the time in which the window could run. A machine busy with other things gives it none for a while, and
then nobody's window would have saved; so no more than a moment is counted between two keys that it told of.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.workspace.desk import Desk
from tests.support.desks import make_profile, one_request, open_desk
from tests.support.forking import processes
from tests.support.typing_child import WORDS, type_and_save

MAY_BE_LOST = 0.3
"""Seconds of typing."""

A_MOMENT = 0.05
"""The longest time, in seconds, counted between two keys: they come 2 to 30 ms apart when the window can run."""

POINTS, TESTS = 50, 5


Told = tuple[str, float, str, int]
"""What was done, when (monotonic seconds), for which sample, and how many letters there are now."""


def type_and_be_killed(profile: Path, seed: int) -> list[Told]:
    """What was typed and recorded before the kill, in order."""
    chance = random.Random(seed)
    context = processes()
    hearing, telling = context.Pipe(duplex=False)
    typing = context.Process(target=type_and_save, args=(profile, seed, telling))
    typing.start()
    telling.close()
    with hearing:
        # The moment of the kill is so many keys away, and then any fraction of the time between two keys.
        told: list[Told] = [hearing.recv() for _ in range(chance.randint(1, 140))]
        deadline = time.monotonic() + chance.random() * 0.03
        while time.monotonic() < deadline:
            pass
        typing.kill()
        typing.join()
        # The last one may have been killed half-way.
        with suppress(EOFError, OSError):
            while True:
                told.append(hearing.recv())
    return told


def running_time_after(told: list[Told]) -> list[float]:
    """For each, the seconds in which the window went on running after it."""
    moments = [moment for _, moment, _, _ in told]
    after = [0.0] * len(moments)
    for place in range(len(moments) - 2, -1, -1):
        after[place] = after[place + 1] + min(moments[place + 1] - moments[place], A_MOMENT)
    return after


def check(desk: Desk, told: list[Told]) -> None:
    """Everything that was typed early enough is there as a draft, and everything recorded is in the outbox."""
    recorded = {sample_id: count for kind, _, sample_id, count in told if kind == "recorded"}
    typed: defaultdict[str, int] = defaultdict(int)
    for (kind, _, sample_id, count), ran_on in zip(told, running_time_after(told), strict=True):
        if kind == "key" and ran_on > MAY_BE_LOST:
            typed[sample_id] = max(typed[sample_id], count)
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
    points = range(part * POINTS // TESTS, (part + 1) * POINTS // TESTS)
    items, _ = one_request(samples=6)
    profiles = [make_profile(tmp_path / f"laptop-{point}", items) for point in points]
    # People type slowly: two windows at a time keep one processor busy.
    with ThreadPoolExecutor(max_workers=2) as two:
        all_told = list(two.map(type_and_be_killed, profiles, points))
    for profile, told in zip(profiles, all_told, strict=True):
        desk = open_desk(profile)
        try:
            check(desk, told)
        finally:
            desk.close()
