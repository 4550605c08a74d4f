"""The files of quality reviews: the cache knows them by every kind of record that names them, and gives them up."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.attached import AttachedFile
from app.domain.review_terms import ReviewOutcome, Source
from app.domain.reviews import CedFile, VisitEvidence, VisitReport
from app.models.cache import CacheStore
from app.models.stores import Stores
from tests.models.made import drop, enter, leave, page, put
from tests.support.records import NOON
from tests.support.visits import REVIEW, review

KEY = b"k" * 32
POLICY, WALL, SHELF, PDF = "a" * 64, "b" * 64, "c" * 64, "d" * 64
EVERY = [POLICY, WALL, SHELF, PDF]


def policy(**changes: Any) -> CedFile:
    values: dict[str, Any] = {
        "id": "ced-file-1",
        "review_id": REVIEW,
        "code": "QO.1.3",
        "name": "policy.pdf",
        "sha256": POLICY,
        "size": 5,
    }
    return CedFile(**(values | changes))


def seen(*hashes: str) -> VisitEvidence:
    files = tuple(AttachedFile(f"{sha256[:3]}.jpg", sha256, 5) for sha256 in hashes)
    originals = tuple("e" * 64 for _ in files)
    return VisitEvidence(
        "evidence-1", REVIEW, "QO.1.3", Source.FILE, "", "", files, originals, "p", "Robin", NOON
    )


def report() -> VisitReport:
    return VisitReport("report-1", REVIEW, 1, ReviewOutcome.NO_ACTION, "", "p", "Robin", NOON, PDF, 5)


@pytest.fixture
def cache(stores: Stores) -> CacheStore:
    return stores.cache


@pytest.fixture
def held(cache: CacheStore) -> CacheStore:
    """A review with a file of each kind, all of them here."""
    cache.apply_page(page([put(record) for record in (review(), policy(), seen(WALL, SHELF), report())]))
    for sha256 in EVERY:
        assert cache.reserve_file(sha256, 5, KEY) == KEY
        assert cache.file_arrived(sha256)
    return cache


def test_files_of_every_kind_can_be_kept_and_the_centre_s_are_counted(held: CacheStore) -> None:
    assert set(held.file_keys(EVERY)) == set(EVERY)
    assert held.evidence_counts() == {REVIEW: (1, 1)}
    assert [one.id for one in held.reviews()] == [REVIEW]  # type: ignore[union-attr]


def test_a_review_that_leaves_gives_every_file_up(held: CacheStore) -> None:
    held.apply_page(page([leave(REVIEW)], "c2", 9))
    assert held.file_keys(EVERY) == {}
    assert set(held.files_to_remove()) == set(EVERY)
    assert held.reviews() == []


def test_a_review_read_anew_keeps_what_is_named_still(held: CacheStore) -> None:
    again = [enter(REVIEW), *(put(one, rev=9) for one in (review(), policy(), seen(WALL)))]
    held.apply_page(page(again, "c2", 9))
    assert set(held.file_keys(EVERY)) == {POLICY, WALL}
    assert set(held.files_to_remove()) == {SHELF, PDF}


@pytest.mark.parametrize(
    ("record", "gone"), [(policy(), [POLICY]), (seen(WALL, SHELF), [WALL, SHELF]), (report(), [PDF])]
)
def test_a_record_that_is_dropped_gives_its_own_files_up(
    held: CacheStore, record: Any, gone: list[str]
) -> None:
    held.apply_page(page([drop(record)], "c2", 9))
    assert sorted(held.files_to_remove()) == gone


def test_a_sweep_forgets_what_was_not_sent_again(held: CacheStore) -> None:
    held.apply_page(page([put(one, rev=9) for one in (review(), seen(SHELF))], "c2", 9, fresh=True))
    assert set(held.file_keys(EVERY)) == {SHELF}
