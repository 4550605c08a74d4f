"""Measuring data are what they say."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from app.service import tables as t
from app.service.bulk import prepare_bulk
from app.service.database import open_engine, reading


def test_M22_measuring_data_has_as_many_samples_as_asked_and_none_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bulk.db'}"
    prepare_bulk(url, samples=1_030, email="measuring@people.invalid", password="a long password")
    engine = open_engine(url)
    with reading(engine) as connection:
        counted = connection.execute(
            select(func.count(), func.max(t.samples.c.position)).select_from(t.samples)
        ).one()
        requests = connection.execute(
            select(func.count(), func.sum(t.requests.c.samples)).select_from(t.requests)
        ).one()
        taken = connection.execute(select(func.count()).select_from(t.claimed_units)).scalar_one()
    engine.dispose()
    assert tuple(counted) == (1_030, 20)
    assert tuple(requests) == (52, 1_030)
    assert taken == 1_030
