"""A complete visit made offline, killed twice, and synced over a link that keeps breaking."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.review_terms import Source
from app.domain.reviews import Meeting, QualityJudgement, VisitEvidence
from app.service.blobs import parts_of
from app.service.database import reading
from app.service.reviews import load_review_root
from app.workspace.desk import Desk
from app.workspace.entrance import enter
from app.workspace.snapshots import OutboxState
from app.workspace.visits.photos import without_place
from tests.service.ground import House
from tests.support.keys import FileKeys
from tests.support.review_house import VISIT_ON, BreakingRoad, signed_in, with_review
from tests.support.serving import running
from tests.support.visiting_child import visit_and_be_killed
from tests.support.visits import kept_photos, picture, whole_visit

ENOUGH = 100
"""Rounds after which a visit that is not all sent never will be."""


def push_on(desk: Desk) -> int:
    """Syncs until everything is sent; returns how many rounds the link broke."""
    broken = 0
    for _ in range(ENOUGH):
        for send in (lambda: desk.sync(lambda _: None), desk._syncing._sync.upload):
            try:
                send()
            except KnownError:
                broken += 1
        left = [row for row in desk.outbox() if row.state is not OutboxState.SENT]
        if not left:
            return broken
    raise AssertionError(left)


def test_a_whole_visit_over_a_link_that_breaks_is_identical_at_the_service(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewing, road = with_review(house), BreakingRoad(house.settings)
    review_id, folder = reviewing.review.id, tmp_path / "laptop"
    with running(road) as address:
        road.whole = True
        desk = signed_in(address, reviewing.robin, folder, monkeypatch)
        desk.visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am.")
        desk.visits.declare_consortium(review_id, False, "", "We teach here.")
        desk.visits.agree_date(review_id, VISIT_ON)
        profile, keys = desk.profile.folder, folder / "keys.json"
        desk.close()
        for after in (13, 29):
            visit_and_be_killed(profile, keys, review_id, after)
        with contextlib.closing(enter(profile, keys=FileKeys(keys))) as desk:
            for _ in whole_visit(desk, review_id):
                pass
            large = [picture(number, large=True) for number in range(2)]
            for number, data in enumerate(large):
                desk.visits.add_evidence(
                    review_id, "QO.9.5", Source.FILE, "", files=[(f"hall-{number}.jpg", data)]
                )
            before = desk.visits.sheet(review_id)
            photos = kept_photos(desk, review_id)
            assert len(photos) == 32
            road.whole = False
            assert push_on(desk) > 0
            assert road.broken > 10
            road.whole = True
            desk.sync(lambda _: None)
            after_it = desk.visits.sheet(review_id)
        assert after_it.pending == frozenset()
        with reading(house.engine) as connection:
            there = {record.id: replace(record, rev=0) for record in load_review_root(connection, review_id)}
        judged = [item.judgement for item in after_it.items]
        met = [item.meeting for item in after_it.meetings]
        noted = {one.id: one.noted for item in after_it.items for one in item.citable if one.noted}
        assert (len(judged), len(met), len(noted)) == (30, 5, 26 + 30 + 2)
        for record in (*judged, *met, *noted.values(), *after_it.contacts):
            assert record is not None
            assert there[record.id] == replace(record, rev=0)
        kinds = [type(record) for record in there.values()]
        assert [kinds.count(kind) for kind in (QualityJudgement, Meeting, VisitEvidence)] == [30, 5, 58]
        assert [item.judgement for item in before.items] == [replace(one, rev=0) for one in judged if one]
        for name, data in photos.items():
            assert at_the_service(house, hashlib.sha256(data).hexdigest()) == data, name
        for data in large:
            cleaned = hashlib.sha256(without_place(data).data).hexdigest()
            assert hashlib.sha256(photos[f"hall-{large.index(data)}.jpg"]).hexdigest() == cleaned


def at_the_service(house: House, sha256: str) -> bytes:
    """A file as the service keeps it."""
    with reading(house.engine) as connection:
        parts = parts_of(connection, sha256)
    return b"".join(piece for part in parts for piece in house.blobs.part_pieces(part))
