"""Every readable file of the corpus: attached by command, synced, fetched, hashed, and opened or handed over."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from app.cli import main
from app.cli.house import LocalService
from app.workspace.desk import Desk
from tests.journeys.conftest import SignsIn


def test_M46_every_readable_file_is_attached_synced_hashed_and_opened(
    service: LocalService, signs_in: SignsIn, corpus: Path
) -> None:
    rows = csv.DictReader((corpus / "MANIFEST.csv").read_text(encoding="utf-8").splitlines())
    manifest = {Path(row["file"]).name: row["sha256"] for row in rows if row["class"] == "ok"}
    assert len(manifest) == 43
    files = [str(corpus / "ok" / name) for name in manifest]
    done = main(
        ["service", "attach", "--database-url", service.database_url, "--files-url", service.files_url,
         "--request", "R1", "--sample", "1", "--kind", "learner_work", *files]
    )  # fmt: skip
    assert done == 0
    desk = signs_in()
    desk.sync(lambda _: None)
    request_id = next(row.request_id for row in desk.work() if row.number == "R1")
    state = desk.evidence.fetch(request_id, lambda _: None, lambda: False)
    assert not state.failed
    assert state.done == state.total
    seen = set()
    for item in desk.request(request_id).samples[0].evidence:
        evidence = item.evidence
        if evidence.name not in manifest:
            continue
        seen.add(evidence.name)
        assert item.here
        assert evidence.sha256 == manifest[evidence.name]
        lent = Path(desk.evidence.hand_over(request_id, evidence.id).path)
        assert hashlib.sha256(lent.read_bytes()).hexdigest() == manifest[evidence.name]
        if item.shown_inside:
            look_at(desk, request_id, evidence.id)
    assert seen == set(manifest)
    assert desk.evidence.purge() == ()


def look_at(desk: Desk, request_id: str, evidence_id: str) -> None:
    """The first page or the whole text, through the evidence cage; raises if it cannot be shown."""
    document = desk.evidence.open(request_id, evidence_id)
    try:
        if document.kind == "text":
            assert document.text()
        else:
            assert document.page_count
            assert len(document.render(0, 0.5).data)
    finally:
        document.close()
