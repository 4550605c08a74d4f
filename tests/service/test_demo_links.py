"""The demonstration shows what cannot be taken along, and has a file whose fetching can be watched."""

from __future__ import annotations

import io
import wave
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app.domain.evidence import EvidenceKind, missing_evidence
from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine, reading
from app.service.demo import seed_demo
from app.service.records import load_evidence, load_requests, load_samples
from app.workspace.links import host_of


def test_M43_the_demo_has_links_to_invented_platforms_and_one_large_recording(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    migrate(engine)
    store = BlobStore(str(tmp_path / "files"))
    seed_demo(engine, store, today=date(2026, 3, 10))
    with reading(engine) as connection:
        ids = list(connection.scalars(select(t.requests.c.id)))
        numbers = {request.id: request.number for request in load_requests(connection, ids)}
        evidence, samples = load_evidence(connection, ids), load_samples(connection, ids)
    engine.dispose()
    links = [item for item in evidence if item.link_only]
    assert {numbers[link.request_id] for link in links} == {"MR-2026-00112", "MR-2026-00124"}
    assert all(host_of(link.url).endswith(".example.invalid") for link in links)
    largest = max(evidence, key=lambda item: item.size)
    assert largest.size > 10_000_000
    with wave.open(io.BytesIO(store.get_bytes(largest.sha256))) as sound:
        assert sound.getnframes() / sound.getframerate() == 180
    # A link alone is not enough: the kind stays missing where nothing else was given (M-44).
    waiting = next(link for link in links if numbers[link.request_id] == "MR-2026-00124")
    lacking = missing_evidence(
        [sample for sample in samples if sample.request_id == waiting.request_id],
        [item for item in evidence if item.request_id == waiting.request_id],
    )
    assert (EvidenceKind.LEARNER_WORK, waiting.sample_id) in lacking
