"""Pages of the feed in the cache: whole or not at all, newest wins, and nothing remains of what left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import Connection

from app.domain.moderation import queue_row_of
from app.models.cache import CacheStore
from app.models.database import Database
from app.models.held import Page
from app.models.stores import Stores
from app.wire.messages import FeedLine
from tests.models.conftest import Opener
from tests.models.made import Clock, drop, enter, leave, page, put
from tests.support import records

REQUEST = records.request()
SAMPLE = records.sample(1)
EVIDENCE = records.evidence()


@pytest.fixture
def cache(stores: Stores) -> CacheStore:
    return stores.cache


def test_a_page_brings_its_records_and_its_cursor(cache: CacheStore) -> None:
    done = cache.apply_page(page([enter("request-1"), put(REQUEST), put(SAMPLE)], "c7", seen=7))
    assert (done.changed, done.entered, done.left) == ({"request-1"}, {"request-1"}, frozenset())
    assert (cache.cursor(), cache.seen()) == ("c7", 7)
    assert cache.record("request", "request-1") == records.request(rev=1)
    assert cache.record("sample", "sample-1") == records.sample(1, rev=1)


def test_records_survive_closing(open_again: Opener) -> None:
    stores = open_again()
    stores.cache.apply_page(page([put(REQUEST)], "c7", seen=7))
    stores.close()
    cache = open_again().cache
    assert (cache.cursor(), cache.seen(), cache.count("request")) == ("c7", 7, 1)


def test_a_page_that_fails_leaves_neither_records_nor_cursor(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST)], "c1", seen=1))

    nameless = put(records.sample(2), rev=None)
    with pytest.raises(Exception, match="NOT NULL"):
        cache.apply_page(page([put(SAMPLE), nameless], "c2", seen=2))
    assert (cache.cursor(), cache.seen(), cache.count("sample")) == ("c1", 1, 0)


def test_a_lower_rev_never_overwrites_a_higher_one(cache: CacheStore) -> None:
    cache.apply_page(page([put(records.request(judged=5), rev=9)]))
    cache.apply_page(page([put(records.request(judged=2), rev=8)]))
    assert cache.record("request", "request-1") == records.request(judged=5, rev=9)
    cache.apply_page(page([put(records.request(judged=6), rev=9)]))
    assert cache.record("request", "request-1") == records.request(judged=6, rev=9)


def test_the_newest_of_one_page_counts(cache: CacheStore) -> None:
    lines = [put(records.request(judged=judged), rev=rev) for judged, rev in ((1, 3), (2, 5), (3, 4))]
    cache.apply_page(page(lines))
    assert cache.record("request", "request-1") == records.request(judged=2, rev=5)


def test_enter_replaces_all_that_was_held_of_the_root(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST, rev=9), put(SAMPLE, rev=9), put(records.sample(2), rev=9)]))
    done = cache.apply_page(page([enter("request-1"), put(REQUEST, rev=3), put(SAMPLE, rev=3)], "c2", 2))
    assert [record.id for record in cache.root("request-1") if not hasattr(record, "error")] == [
        "request-1",
        "sample-1",
    ]
    assert cache.revs("sample") == {"sample-1": 3}
    assert done.left == frozenset()


def test_enter_over_two_pages_keeps_what_the_first_brought(cache: CacheStore) -> None:
    cache.apply_page(page([put(records.sample(9), rev=9)]))
    cache.apply_page(page([enter("request-1"), put(REQUEST)], "c2", 2, more=True))
    cache.apply_page(page([put(SAMPLE)], "c3", 2))
    assert {record.id for record in cache.root("request-1") if not hasattr(record, "error")} == {
        "request-1",
        "sample-1",
    }


def test_leave_removes_the_root_and_nothing_else(cache: CacheStore) -> None:
    other = records.request(id="request-2")
    cache.apply_page(page([put(REQUEST), put(SAMPLE), put(other)]))
    done = cache.apply_page(page([leave("request-1")], "c2", 2))
    assert (done.left, done.changed) == ({"request-1"}, frozenset())
    assert cache.root("request-1") == []
    assert [record.id for record in cache.requests()] == ["request-2"]


def test_a_root_that_leaves_and_comes_again_is_here(cache: CacheStore) -> None:
    done = cache.apply_page(page([put(REQUEST), leave("request-1"), enter("request-1"), put(REQUEST)]))
    assert (done.entered, done.left) == ({"request-1"}, frozenset())
    done = cache.apply_page(page([enter("request-1"), put(REQUEST), leave("request-1")], "c2", 2))
    assert (done.entered, done.left, done.changed) == (frozenset(), {"request-1"}, frozenset())
    assert cache.root("request-1") == []


def test_drop_removes_one_record_and_names_its_request(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(SAMPLE)]))
    done = cache.apply_page(page([drop(SAMPLE)], "c2", 2))
    assert done.changed == {"request-1"}
    assert cache.record("sample", "sample-1") is None
    done = cache.apply_page(page([put(SAMPLE), drop(SAMPLE), put(SAMPLE)], "c3", 3))
    assert cache.record("sample", "sample-1") is not None


def test_a_root_comes_in_the_order_in_which_it_is_sent(cache: CacheStore) -> None:
    lines = [put(records.judgement()), put(EVIDENCE), put(SAMPLE), put(REQUEST), put(records.note())]
    cache.apply_page(page(lines))
    kinds = [type(record).__name__ for record in cache.root("request-1")]
    assert kinds == ["ModerationRequest", "Sample", "Evidence", "Judgement", "Note"]


def test_a_record_of_tomorrow_stops_nothing_else(cache: CacheStore) -> None:
    strange = msgspec.json.decode(put(REQUEST).body)
    strange["state"] = "state_of_tomorrow"
    tomorrow = put(
        records.request(id="request-2"), body=msgspec.Raw(msgspec.json.encode(strange)), root="request-2"
    )
    unknown = FeedLine(kind="visit", id="visit-1", root="request-1", rev=1, body=msgspec.Raw(b'{"a": 1}'))
    cache.apply_page(page([put(REQUEST), tomorrow, unknown]))
    readable, unreadable = cache.requests()
    assert readable == records.request(rev=1)
    assert (unreadable.id, unreadable.root) == ("request-2", "request-2")  # type: ignore[union-attr]
    assert unreadable.error.code == "update_needed"  # type: ignore[union-attr]
    assert [record.id for record in cache.root("request-1")] == ["request-1", "visit-1"]
    assert cache.count("visit") == 1


def test_unknown_fields_are_kept_for_a_newer_version(cache: CacheStore, stores: Stores) -> None:
    body = msgspec.json.decode(put(REQUEST).body) | {"field_of_tomorrow": 42}
    cache.apply_page(page([put(REQUEST, body=msgspec.Raw(msgspec.json.encode(body)))]))
    assert cache.record("request", "request-1") == records.request(rev=1)
    raw = _value(stores, "SELECT body FROM records")
    assert msgspec.json.decode(raw)["field_of_tomorrow"] == 42  # type: ignore[call-overload]


def _value(stores: Stores, query: str) -> object:
    with stores.cache._database.read() as connection:
        return _scalar(connection, query)


def _scalar(connection: Connection, query: str) -> object:
    return connection.exec_driver_sql(query).scalar()


# -- re-reading everything --------------------------------------------------------------------------------------


def test_a_re_reading_keeps_all_readable_until_it_is_complete(cache: CacheStore) -> None:
    gone = records.request(id="request-2")
    cache.apply_page(page([put(REQUEST, rev=50), put(SAMPLE, rev=50), put(gone, rev=50)]))
    cache.apply_page(page([enter("request-1"), put(REQUEST, rev=3)], "n1", 3, more=True, fresh=True))
    assert cache.record("request", "request-2") == records.request(id="request-2", rev=50)
    done = cache.apply_page(page([put(SAMPLE, rev=4)], "n2", 4))
    assert done.left == {"request-2"}
    assert [record.id for record in cache.requests()] == ["request-1"]
    assert cache.revs("sample") == {"sample-1": 4}


def test_a_re_reading_overwrites_even_higher_revs_of_before(cache: CacheStore) -> None:
    """A service that went back to yesterday counts its revs anew."""
    cache.apply_page(page([put(records.request(judged=3), rev=50)]))
    cache.apply_page(page([put(records.request(judged=1), rev=2)], "n1", 2, fresh=True))
    assert cache.record("request", "request-1") == records.request(judged=1, rev=2)


def test_a_re_reading_goes_on_after_a_restart(open_again: Opener) -> None:
    stores = open_again()
    stores.cache.apply_page(page([put(REQUEST), put(records.request(id="request-2"))]))
    stores.cache.apply_page(page([put(REQUEST)], "n1", 1, more=True, fresh=True))
    stores.close()
    cache = open_again().cache
    assert cache.count("request") == 2
    cache.apply_page(page([], "n2", 2))
    assert [record.id for record in cache.requests()] == ["request-1"]


def test_a_record_that_is_not_sent_again_goes_though_its_root_stays(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(SAMPLE)]))
    done = cache.apply_page(page([put(REQUEST)], "n1", 1, fresh=True))
    assert (done.changed, done.left) == ({"request-1"}, frozenset())
    assert cache.count("sample") == 0


def test_the_moment_of_being_in_step_is_that_of_the_last_page(cache: CacheStore) -> None:
    assert cache.last_synced() is None
    cache.apply_page(page([put(REQUEST)], more=True))
    assert cache.last_synced() is None
    cache.apply_page(page([], "c2", 2))
    first = cache.last_synced()
    assert first is not None
    assert first > datetime(2026, 3, 2, tzinfo=UTC)


# -- files ------------------------------------------------------------------------------------------------------

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
HASH = "a" * 64


def test_a_file_counts_as_here_once_it_arrived(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(EVIDENCE), put(records.evidence("e2", sha256="b" * 64))]))
    assert cache.reserve_file(HASH, 1234, KEY) == KEY
    assert cache.file_key(HASH) is None
    assert cache.evidence_counts() == {}
    assert cache.file_arrived(HASH)
    assert cache.file_keys([HASH, "b" * 64]) == {HASH: KEY}
    assert cache.evidence_counts() == {"request-1": (1, 2)}
    cache.file_lost(HASH)
    assert cache.file_key(HASH) is None


def test_a_file_keeps_the_key_that_was_reserved_first(cache: CacheStore) -> None:
    cache.apply_page(page([put(EVIDENCE)]))
    cache.reserve_file(HASH, 1234, KEY)
    assert cache.reserve_file(HASH, 1234, OTHER_KEY) == KEY


def test_no_key_is_kept_for_a_file_that_nothing_names(cache: CacheStore) -> None:
    assert cache.reserve_file(HASH, 1234, KEY) is None
    assert not cache.file_arrived(HASH)


def test_leave_forgets_the_keys_and_names_the_files_to_remove(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(EVIDENCE)]))
    cache.reserve_file(HASH, 1234, KEY)
    cache.file_arrived(HASH)
    cache.apply_page(page([leave("request-1")], "c2", 2, more=True))
    assert cache.file_key(HASH) is None
    assert cache.files_to_remove() == (HASH,)
    cache.file_removed(HASH)
    assert cache.files_to_remove() == ()


def test_a_file_another_root_needs_stays(cache: CacheStore) -> None:
    same = records.evidence("e2", request_id="request-2")
    cache.apply_page(page([put(EVIDENCE), put(same)]))
    cache.reserve_file(HASH, 1234, KEY)
    cache.file_arrived(HASH)
    cache.apply_page(page([leave("request-1")], "c2", 2))
    assert cache.file_key(HASH) == KEY
    cache.apply_page(page([leave("request-2")], "c3", 3))
    assert cache.files_to_remove() == (HASH,)


def test_a_root_that_is_sent_anew_over_two_pages_keeps_its_files(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(EVIDENCE)]))
    cache.reserve_file(HASH, 1234, KEY)
    cache.file_arrived(HASH)
    cache.apply_page(page([enter("request-1"), put(REQUEST)], "c2", 2, more=True))
    cache.apply_page(page([put(EVIDENCE)], "c3", 3))
    assert cache.file_key(HASH) == KEY
    assert cache.files_to_remove() == ()


def test_evidence_that_is_dropped_gives_its_file_up(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST), put(EVIDENCE)]))
    cache.reserve_file(HASH, 1234, KEY)
    cache.file_arrived(HASH)
    cache.apply_page(page([drop(EVIDENCE)], "c2", 2))
    assert cache.files_to_remove() == (HASH,)


def test_a_file_that_is_needed_again_is_no_longer_to_be_removed(cache: CacheStore) -> None:
    cache.apply_page(page([put(EVIDENCE)]))
    cache.reserve_file(HASH, 1234, KEY)
    cache.apply_page(page([leave("request-1")], "c2", 2))
    cache.apply_page(page([enter("request-1"), put(EVIDENCE)], "c3", 3))
    assert cache.reserve_file(HASH, 1234, OTHER_KEY) == OTHER_KEY
    assert cache.files_to_remove() == ()


def test_the_tag_of_the_feed_is_kept_beside_the_number_it_belongs_to(open_again: Opener) -> None:
    cache = open_again().cache
    assert cache.seen_tag() == ""
    cache.apply_page(Page([put(REQUEST)], "c7", 7, more=False, tag="of-seven"))
    cache.apply_page(Page([], "c7", 7, more=False, tag="of-eight"))
    assert (cache.seen(), cache.seen_tag()) == (7, "of-seven")


def test_the_log_is_cut_when_a_root_left(stores: Stores) -> None:
    log = stores.cache._database.path.with_name("cache.db-wal")
    stores.cache.apply_page(page([put(records.note(text="needle" * 40))]))
    assert log.stat().st_size > 0
    stores.cache.apply_page(page([leave("request-1")], "c2", 2))
    stores.cache.clear_what_left()
    assert log.stat().st_size == 0


def test_a_reader_in_the_way_has_the_log_cut_with_a_later_page(stores: Stores) -> None:
    database = Database("cache", stores.cache._database.path, stores.cache._database._key, busy_ms=1)
    impatient = CacheStore(database, Clock())
    log = database.path.with_name("cache.db-wal")
    impatient.apply_page(page([put(records.note(text="needle" * 40))]))
    with database.read() as reader:
        assert _scalar(reader, "SELECT count(*) FROM records") == 1
        impatient.apply_page(page([leave("request-1")], "c2", 2))
        impatient.clear_what_left()
        assert log.stat().st_size > 0
    impatient.apply_page(page([], "c3", 3))
    impatient.clear_what_left()
    assert log.stat().st_size == 0
    impatient.close()


# -- at rest ----------------------------------------------------------------------------------------------------


def test_a_page_with_nothing_new_writes_nothing_and_is_still_being_in_step(open_again: Opener) -> None:
    stores = open_again()
    cache = stores.cache
    cache.apply_page(page([put(REQUEST)], "c7", seen=7))
    first = cache.last_synced()
    assert cache._database.clear_log()
    log = cache._database.path.with_name("cache.db-wal")
    cache.apply_page(page([], "c7", seen=7))
    assert log.stat().st_size == 0
    second = cache.last_synced()
    assert first is not None
    assert second is not None
    assert second > first
    cache.apply_page(page([], "c8", seen=7))
    assert log.stat().st_size > 0
    cache.apply_page(page([], "c8", seen=7))
    last = cache.last_synced()
    stores.close()
    assert open_again().cache.last_synced() == last


def test_the_last_empty_page_of_a_re_reading_still_sweeps(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST)], "c1", 1))
    cache.apply_page(page([], "c1", 1, more=True, fresh=True))
    done = cache.apply_page(page([], "c1", 1))
    assert done.left == {"request-1"}


def test_thin_rows_change_no_request(cache: CacheStore) -> None:
    thin = queue_row_of(REQUEST)
    done = cache.apply_page(page([enter("queue"), put(thin), put(SAMPLE)], "c1", 1))
    assert (done.changed, done.entered, done.left) == ({"request-1"}, frozenset(), frozenset())
    assert done.queues
    assert cache.queue_rows() == [replace(thin, rev=1)]
    assert cache.requests() == []
    done = cache.apply_page(page([leave("queue")], "c2", 2))
    assert (done.left, done.queues) == (frozenset(), True)
    assert cache.queue_rows() == []


def test_the_later_indexes_are_made_when_asked_for(cache: CacheStore, stores: Stores) -> None:
    cache.apply_page(page([put(REQUEST), put(EVIDENCE)]))
    query = "SELECT count(*) FROM sqlite_schema WHERE name = 'records_by_file'"
    assert _value(stores, query) == 0
    cache.make_later_indexes()
    cache.make_later_indexes()
    assert _value(stores, query) == 1


def test_sums_do_not_depend_on_the_order_in_which_records_came(cache: CacheStore) -> None:
    cache.apply_page(page([put(REQUEST, rev=3), put(SAMPLE, rev=4), put(records.sample(2), rev=5)], "c1", 5))
    once = cache.sums(by_root=True)
    cache.apply_page(page([enter("request-1"), put(records.sample(2), rev=5)], "c2", 5, more=True))
    assert cache.sums().kinds != once.kinds
    cache.apply_page(page([put(SAMPLE, rev=4), put(REQUEST, rev=3)], "c3", 5))
    again = cache.sums(by_root=True)
    assert (again.kinds, again.roots) == (once.kinds, once.roots)
    assert {kind: sum.count for kind, sum in once.kinds.items()} == {"request": 1, "sample": 2}
    assert cache.sums().roots is None
