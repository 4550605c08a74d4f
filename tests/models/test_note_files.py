"""The files that notes name: the cache knows them, keeps their keys, and gives them up with the last note."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.attached import AttachedFile
from app.models.cache import CacheStore
from app.models.database import Database
from app.models.schema import CACHE, Schema, bring_up_to_date
from app.models.stores import Stores
from app.wire.messages import FeedLine
from tests.models.made import Clock, drop, enter, leave, page, put
from tests.support import records

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PHOTO, PLAN = "a" * 64, "b" * 64


def note(identifier: str = "note-1", *hashes: str, **changes: Any) -> Any:
    files = tuple(AttachedFile(f"{sha256[:3]}.jpg", sha256, 5) for sha256 in hashes or (PHOTO,))
    return replace(records.note(identifier, **changes), files=files)


@pytest.fixture
def cache(stores: Stores) -> CacheStore:
    return stores.cache


def bring(cache: CacheStore, *hashes: str) -> None:
    """These files arrive."""
    for sha256 in hashes or (PHOTO,):
        assert cache.reserve_file(sha256, 5, KEY) == KEY
        assert cache.file_arrived(sha256)


def test_M48_a_file_that_a_note_names_can_be_kept(cache: CacheStore) -> None:
    cache.apply_page(page([put(records.request()), put(note("note-1", PHOTO, PLAN))]))
    bring(cache, PHOTO, PLAN)
    assert cache.file_keys([PHOTO, PLAN]) == {PHOTO: KEY, PLAN: KEY}
    assert cache.evidence_counts() == {}


def test_a_leave_gives_file_and_key_up(cache: CacheStore) -> None:
    cache.apply_page(page([put(note())]))
    bring(cache)
    cache.apply_page(page([leave("request-1")], "c2", 2, more=True))
    assert cache.file_key(PHOTO) is None
    assert cache.files_to_remove() == (PHOTO,)
    assert cache.reserve_file(PHOTO, 5, OTHER_KEY) is None


def test_a_note_that_is_dropped_gives_its_files_up(cache: CacheStore) -> None:
    cache.apply_page(page([put(records.request()), put(note("note-1", PHOTO, PLAN))]))
    bring(cache, PHOTO, PLAN)
    cache.apply_page(page([drop(note())], "c2", 2))
    assert cache.files_to_remove() == (PHOTO, PLAN)


def test_a_file_that_two_notes_name_stays_until_the_second_goes(cache: CacheStore) -> None:
    other = note("note-2", request_id="request-2")
    cache.apply_page(page([put(note()), put(other)]))
    bring(cache)
    cache.apply_page(page([leave("request-1")], "c2", 2))
    assert cache.file_key(PHOTO) == KEY
    cache.apply_page(page([drop(other)], "c3", 3))
    assert cache.files_to_remove() == (PHOTO,)


def test_a_file_that_is_evidence_as_well_stays(cache: CacheStore) -> None:
    same = records.evidence("e2", request_id="request-2", sha256=PHOTO)
    cache.apply_page(page([put(note()), put(same)]))
    bring(cache)
    cache.apply_page(page([leave("request-1")], "c2", 2))
    assert cache.file_key(PHOTO) == KEY


def test_a_root_that_is_sent_anew_over_two_pages_keeps_the_files_of_its_notes(cache: CacheStore) -> None:
    cache.apply_page(page([put(note())]))
    bring(cache)
    cache.apply_page(page([enter("request-1"), put(records.request())], "c2", 2, more=True))
    cache.apply_page(page([put(note())], "c3", 3))
    assert cache.file_key(PHOTO) == KEY


def test_what_a_re_reading_does_not_bring_again_is_given_up(cache: CacheStore) -> None:
    cache.apply_page(page([put(records.request()), put(note()), put(note("note-2", PLAN))]))
    bring(cache, PHOTO, PLAN)
    cache.apply_page(page([put(records.request()), put(note("note-2", PLAN))], "n1", 1, fresh=True))
    assert cache.files_to_remove() == (PHOTO,)
    assert cache.file_key(PLAN) == KEY


def test_a_newer_note_names_its_own_files_and_an_older_one_changes_nothing(cache: CacheStore) -> None:
    cache.apply_page(page([put(note("note-1", PHOTO), rev=5)]))
    bring(cache)
    cache.apply_page(page([put(note("note-1", PLAN), rev=4)], "c2", 2))
    assert cache.reserve_file(PLAN, 5, KEY) is None
    assert cache.file_key(PHOTO) == KEY
    cache.apply_page(page([put(note("note-1", PLAN), rev=6)], "c3", 3))
    bring(cache, PLAN)
    assert cache.files_to_remove() == (PHOTO,)


def test_a_note_of_tomorrow_stops_nothing_else(cache: CacheStore) -> None:
    body = msgspec.json.decode(put(note()).body)
    strange = [
        body | {"files": files} for files in ("many", [7], [{"sha256": 7}], [{"of_tomorrow": 1}], None)
    ]
    lines: list[FeedLine] = [
        put(records.note(f"odd-{number}"), body=msgspec.Raw(msgspec.json.encode(one)))
        for number, one in enumerate(strange)
    ]
    later = body | {"files": [{"sha256": PHOTO, "taken_at": "noon"}], "mood": "fine"}
    lines.append(put(records.note("later"), body=msgspec.Raw(msgspec.json.encode(later))))
    cache.apply_page(page([*lines, put(note("note-9", PLAN))]))
    assert cache.count("note") == 7
    bring(cache, PHOTO, PLAN)


def test_the_notes_that_were_here_before_are_known_after_the_migration(tmp_path: Path) -> None:
    database = Database("cache", tmp_path / "cache.db", "0" * 64)
    bring_up_to_date(database, Schema(CACHE.versions[:1], CACHE.folders))
    rows = [
        (line.kind, line.id, line.root, 1, 0, "", bytes(line.body))
        for line in (put(note("note-1", PHOTO, PLAN)), put(records.note("note-2")), put(records.request()))
    ]
    odd = [("note", "odd", "request-1", 1, 0, "", b"{not json"), ("note", "o2", "request-1", 1, 0, "", b"[]")]
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", [*rows, *odd])
    bring_up_to_date(database, CACHE)
    cache = CacheStore(database, Clock())
    bring(cache, PHOTO, PLAN)
    cache.apply_page(page([leave("request-1")], "c2", 2))
    assert cache.files_to_remove() == (PHOTO, PLAN)
    cache.close()
