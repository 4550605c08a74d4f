"""The person's own files are kept here until they are safe at the service, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models.kept_files import UploadStage
from tests.support import records
from tests.sync.own_files import PHOTO, SHA, Own

# -- until it is safe ---------------------------------------------------------------------------------------------


def named_by_a_record(own: Own) -> None:
    """A record of the request names the file, as the note will once it comes back."""
    own.service.put(records.evidence("of-the-note", sha256=SHA, size=len(PHOTO)))


def test_a_file_is_kept_until_its_act_and_itself_are_in_the_services_backups(own: Own) -> None:
    own.add()
    own.round()
    own.send()
    named_by_a_record(own)
    for _ in range(3):
        own.round()
        own.send()
    assert own.only().beyond == own.service.data.head
    assert "GET sync/hello" not in own.desk.calls
    own.back_up()
    own.round()
    own.send()
    # The backup may have been made just before the file was complete.
    assert own.desk.calls[-1] == "GET sync/hello"
    assert own.only().covered
    own.service.put(records.note("later"))
    own.back_up()
    own.round()
    own.send()
    assert own.desk.calls[-1] == "POST blobs"
    assert own.uploads.all() == ()
    key = own.device.cache.file_key(SHA)
    assert key is not None
    assert own.content(key) == PHOTO
    before = len(own.desk.calls)
    own.round()
    own.send()
    assert len(own.desk.calls) == before


def test_a_file_that_came_after_its_act_was_safe_is_kept_until_a_later_backup(own: Own) -> None:
    own.add()
    named_by_a_record(own)
    own.round()
    own.service.put(records.note("later"))
    own.back_up()
    own.round()
    assert own.only().covered
    own.send()
    own.send()
    assert own.only().stage is UploadStage.COMPLETE


def safe_at_the_service(own: Own) -> None:
    own.add()
    own.round()
    own.send()
    own.round()
    own.service.put(records.note("later"))


def test_a_file_whose_request_left_goes_with_its_key_once_it_is_safe(own: Own) -> None:
    safe_at_the_service(own)
    own.service.assign("request-1", mine=False)
    own.round()
    own.send()
    assert own.store.has(SHA)
    own.back_up()
    own.round()
    own.send()
    assert own.uploads.all() == ()
    assert list(own.store.folder.iterdir()) == []


def test_a_file_stays_readable_here_until_the_record_that_names_it_has_come(own: Own) -> None:
    safe_at_the_service(own)
    own.back_up()
    own.round()
    own.send()
    assert own.content(own.only().key) == PHOTO
    named_by_a_record(own)
    own.round()
    own.send()
    assert own.uploads.all() == ()
    assert own.content(own.device.cache.file_key(SHA) or b"") == PHOTO


def test_a_service_restored_to_yesterday_gets_the_file_again(own: Own) -> None:
    own.back_up()
    own.add()
    own.round()
    own.send()
    own.round()
    own.restore()
    assert own.desk.whole(SHA) is None
    own.round()
    own.send()
    assert own.desk.whole(SHA) == PHOTO
    assert own.only().beyond == -1


def test_a_service_restored_to_between_act_and_file_gets_the_file_again_before_it_is_let_go(own: Own) -> None:
    own.add()
    own.round()
    own.back_up()
    own.send()
    own.round()
    own.restore()
    own.service.put(records.note("later"))
    own.service.durable_seq = own.desk.durable_seq = own.service.data.head
    own.device.tick += 10_000
    own.round()
    assert own.only().covered
    own.send()
    assert own.store.has(SHA)
    own.send()
    assert own.desk.whole(SHA) == PHOTO
    assert own.only().stage is UploadStage.COMPLETE


def test_the_cache_gives_up_no_file_that_the_service_may_not_have(own: Own) -> None:
    from app.sync.receiving import Receiving

    receiving = Receiving(own.device.cache, own.store, own.uploads, own.desk.run)
    own.add()
    named_by_a_record(own)
    own.round()
    own.device.cache.reserve_file(SHA, len(PHOTO), own.only().key)
    own.service.assign("request-1", mine=False)
    own.round()
    assert own.device.cache.files_to_remove() == (SHA,)
    receiving.remove_left()
    assert own.send().done == 1
    assert own.desk.whole(SHA) == PHOTO


# -- leftovers ----------------------------------------------------------------------------------------------------


def test_a_file_whose_act_was_never_recorded_goes_after_a_day(own: Own) -> None:
    own.add(act_id="never-recorded")
    own.restart()
    own.send()
    assert own.store.has(SHA)
    own.device.clock.now += timedelta(days=1, minutes=1)
    own.restart()
    own.send()
    assert own.uploads.all() == ()
    assert list(own.store.folder.iterdir()) == []


@pytest.mark.parametrize("body", [{"files": [SHA]}, {"act": "of-a-draft"}])
def test_a_file_that_a_draft_speaks_of_stays(own: Own, body: dict[str, object]) -> None:
    own.add(act_id="of-a-draft")
    own.device.work.save_draft("note/request-1", body)
    own.device.clock.now += timedelta(days=30)
    own.restart()
    own.send()
    assert own.content(own.only().key) == PHOTO


def test_a_file_of_a_recorded_act_never_is_a_leftover(own: Own) -> None:
    own.add()
    own.device.clock.now += timedelta(days=30)
    own.restart()
    own.desk.knows_uploads = False
    own.send()
    assert own.store.has(SHA)
