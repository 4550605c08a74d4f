"""The real stack under fire: either side is killed or stopped at random, and each act counts exactly once.

``TOUCHSTONE_PROOF=4`` plays 200 seeds instead of 50.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from tests.proof.crash_ptrace import HERE
from tests.proof.sizes import STACK_SEEDS
from tests.proof.stack_driver import Stack, as_json
from tests.service.ground import House, lay_ground
from tests.support.postgres import Postgres

PARTS = 5

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not HERE, reason="processes are stopped and forked as on Linux"),
]


@pytest.fixture(scope="module")
def stack(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service of its own on an empty database of the shared PostgreSQL."""
    folder = tmp_path_factory.mktemp("stack")
    name = postgres.create()
    files = str(folder / "files")
    engine = open_engine(postgres.url(name))
    migrate(engine)
    ground = lay_ground(engine, BlobStore(files), folder)
    engine.dispose()
    house = House(postgres.url(name), files, ground)
    made = Stack(house, folder)
    yield made
    made.close()
    house.close()
    postgres.drop(name)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_and_stopped_on_either_side_each_act_counts_once(stack: Stack, part: int) -> None:
    seeds = range(part * STACK_SEEDS // PARTS, (part + 1) * STACK_SEEDS // PARTS)
    reports = [stack.play(seed) for seed in seeds]
    assert {report.seed: report.wrong for report in reports if report.wrong} == {}, as_json(reports)
    assert sum(report.acts for report in reports) > len(reports), as_json(reports)
