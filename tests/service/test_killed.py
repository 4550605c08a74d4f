"""The service is killed in the middle of a push, started again, and asked again: every act counts exactly once."""

from __future__ import annotations

import multiprocessing
import random
import signal
from collections.abc import Callable
from contextlib import closing
from multiprocessing.context import ForkServerContext
from pathlib import Path

import msgspec
import pytest

from app.domain.acts import Act
from app.service import tables as t
from app.wire.acts import act_message
from tests.service.ground import PDF, House
from tests.service.killing import NEVER, push_until_killed
from tests.service.test_exactly_once import chain

KILLS = 50


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """New processes are forked from one that has everything imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.service.killing"])
    return context


def _pushes(acts: list[Act]) -> list[list[Act]]:
    return [acts[:3], acts[3:6], acts[6:]]


def _run(house: House, processes: ForkServerContext, acts: list[Act], fatal: int, told: Path) -> int | None:
    """Pushes in a process of its own; its exit code, negative for the signal that killed it."""
    pushes = [msgspec.json.encode([act_message(act) for act in push]) for push in _pushes(acts)]
    process = processes.Process(
        target=push_until_killed,
        args=(house.database_url, house.files_url, house.person("morgan"), pushes, fatal, str(told)),
    )
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    return code


@pytest.mark.timeout(240)
def test_killed_at_any_point_of_a_push_each_act_is_applied_exactly_once(
    new_house: Callable[[], House], processes: ForkServerContext, tmp_path: Path, backend: str
) -> None:
    told = tmp_path / "points"
    with closing(new_house()) as house:
        assert _run(house, processes, chain(house), NEVER, told) == 0
        points = int(told.read_text())
    assert points >= KILLS
    for fatal in sorted(random.Random(f"kill {backend}").sample(range(points), KILLS)):
        with closing(new_house()) as house:
            _killed_once(house, processes, fatal, told)


def _killed_once(house: House, processes: ForkServerContext, fatal: int, told: Path) -> None:
    device = house.device()
    device.pull()
    acts = chain(house)
    assert _run(house, processes, acts, fatal, told) == -signal.SIGKILL
    before = {row.act_id: row.outcome for row in house.rows(t.received_acts)}
    device.pull()
    for push in _pushes(acts):
        for act, outcome in zip(push, house.push(*push), strict=True):
            assert outcome.outcome == ("already_applied" if act.id in before else "applied"), (fatal, outcome)
    assert set(before.values()) <= {"applied"}, fatal
    assert house.count(t.received_acts) == len(acts), fatal
    assert (house.count(t.judgements), house.count(t.notes), house.count(t.reports)) == (5, 1, 1), fatal
    (report,) = house.rows(t.reports)
    assert house.blobs.get_bytes(report.pdf_sha256) == PDF
    device.pull()
    fresh = house.device()
    fresh.pull()
    assert device.content() == fresh.content(), fatal
