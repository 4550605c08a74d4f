"""The person's own files on their way: each arrives whole whatever happens, and is kept until it is safe."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.models.kept_files import Upload, UploadStage
from app.models.uploads import Uploads
from app.sync.transfer import Cancelled
from app.sync.upload_worker import UploadWorker
from app.sync.uploading import Sending
from app.vault.files import FileStore
from tests.support import records
from tests.sync.device import Device
from tests.sync.filedesk import PART, FileDesk, Killed, Trouble
from tests.sync.simulated import SimulatedService

PHOTO = hashlib.shake_256(b"photo").digest(3 * PART + 123)
SHA = hashlib.sha256(PHOTO).hexdigest()


class Own:
    """A laptop with files of its own, the service that takes records, and the one that takes files."""

    def __init__(self, device: Device, service: SimulatedService, folder: Path) -> None:
        self.device = device
        self.service = service
        self.desk = FileDesk()
        self.store = FileStore(folder)
        self.open()

    def open(self) -> None:
        """The program begins, and remembers nothing."""
        self.worker = UploadWorker(self.uploads, self.device.cache, self.store, self.desk.run)

    def restart(self) -> None:
        self.device.restart()
        self.open()

    @property
    def uploads(self) -> Uploads:
        return self.device.work.uploads

    def add(self, data: bytes = PHOTO, act_id: str = "") -> AttachedFile:
        """A file, and the note that names it."""
        act = act_id or self.device.note("request-1", "See the photo.")
        return self.worker.add(data, "photo.jpg", "image/jpeg", "request-1", act)

    def send(self) -> Sending:
        return self.worker.send(lambda sending: None, lambda: False)

    def round(self) -> None:
        """A round for records, with what it tells the files; nothing is sent beside it."""
        number = self.worker.round_begins()
        report = self.device.sync()
        with self.worker._lock:
            if number > self.worker._rounds_before:
                self.uploads.note_pulled(report.seen)

    def only(self) -> Upload:
        (upload,) = self.uploads.all()
        return upload

    def content(self, key: bytes) -> bytes:
        with self.store.open(SHA, key) as sealed:
            return b"".join(sealed.chunks())

    def back_up(self) -> None:
        """And time goes by, so that the laptop asks how far the backups reach."""
        self.device.tick += 10_000
        self.service.back_up()
        self.desk.back_up()
        self.desk.durable_seq = self.service.durable_seq

    def restore(self) -> None:
        self.service.restore()
        self.desk.restore()


@pytest.fixture
def own(device: Device, service: SimulatedService, tmp_path: Path) -> Own:
    device.sync()
    return Own(device, service, tmp_path / "files")


def test_a_file_is_sealed_here_before_anything_else_is_done_with_it(own: Own) -> None:
    file = own.add()
    assert file == AttachedFile("photo.jpg", SHA, len(PHOTO), "image/jpeg")
    key = own.uploads.key(SHA)
    assert key is not None
    assert own.content(key) == PHOTO
    assert all(PHOTO[:50] not in path.read_bytes() for path in own.store.folder.iterdir())
    assert own.desk.calls == []


def test_a_file_on_the_disk_is_taken_in_as_it_is_and_a_missing_one_told(own: Own, tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(PHOTO)
    assert own.worker.add(path, path.name, "", "request-1", "act").sha256 == SHA
    path.unlink()
    assert own.content(own.uploads.key(SHA) or b"") == PHOTO
    with pytest.raises(KnownError) as refused:
        own.worker.add(path, path.name, "", "request-1", "act")
    assert refused.value.code == "file_unreadable"


def test_a_file_is_sent_in_parts_and_told_about(own: Own) -> None:
    own.add()
    told: list[Sending] = []
    done = own.worker.send(told.append, lambda: False)
    assert (done.done, done.total, done.bytes_done) == (1, 1, len(PHOTO))
    assert own.desk.whole(SHA) == PHOTO
    assert own.desk.calls == [
        "POST blobs",
        *(f"PUT blobs/{SHA}/parts/{number}" for number in range(4)),
        f"POST blobs/{SHA}/complete",
    ]
    assert [one.bytes_done for one in told[:5]] == [0, PART, 2 * PART, 3 * PART, len(PHOTO)]
    (file,) = own.worker.own_files().files
    assert (file.name, file.stage, file.says) == ("photo.jpg", UploadStage.COMPLETE, "")
    own.send()
    assert len(own.desk.calls) == 6


CALLS = 6


@pytest.mark.parametrize("trouble", [kind for kind in Trouble if kind is not Trouble.DAMAGED])
@pytest.mark.parametrize("at", range(CALLS))
def test_whatever_happens_on_the_way_it_goes_on_with_what_is_missing(
    own: Own, trouble: Trouble, at: int
) -> None:
    own.add()
    own.desk.troubles[at] = trouble
    whole = False
    try:
        whole = own.send().done == 1
    except (KnownError, Killed):
        assert own.only().stage is UploadStage.SENDING
    assert whole or trouble not in (Trouble.TWICE, Trouble.FORGOT)
    assert own.only().stage is not UploadStage.REFUSED
    own.restart()
    own.send()
    assert own.desk.whole(SHA) == PHOTO
    assert own.only().stage is UploadStage.COMPLETE
    # At most the one part that was under way is sent twice, unless all was lost.
    assert own.desk.puts <= 4 + (5 if trouble is Trouble.FORGOT else 1)


def test_a_part_that_was_damaged_on_the_way_is_sent_again_at_once(own: Own) -> None:
    own.add()
    own.desk.troubles[2] = Trouble.DAMAGED
    assert own.send().done == 1
    assert own.desk.whole(SHA) == PHOTO


def test_a_service_that_checks_for_a_while_is_asked_again(own: Own) -> None:
    own.add()
    own.desk.checks = 3
    assert own.send().done == 1
    own.desk.checks = 10**6
    own.add(PHOTO + b"another")
    done = own.send()
    assert (done.done, dict(done.failed)) == (0, {})
    assert "checking" in own.uploads.due()[0].says
    own.desk.checks = 0
    assert own.send().done == 1


def test_a_service_that_loses_what_it_was_sent_meanwhile_gets_it_again(own: Own) -> None:
    own.add()
    own.desk.troubles[4] = Trouble.KILLED
    with pytest.raises(Killed):
        own.send()
    own.desk.back_up()
    own.open()
    own.desk.troubles = {7: Trouble.KILLED}
    with pytest.raises(Killed):
        own.send()
    own.desk.uploads.clear()
    own.open()
    assert own.send().done == 1
    assert own.desk.whole(SHA) == PHOTO


def test_pausing_stops_between_two_parts(own: Own) -> None:
    own.add()
    sent: list[int] = []
    with pytest.raises(Cancelled):
        own.worker.send(lambda sending: sent.append(sending.bytes_done), lambda: len(sent) > 2)
    assert own.desk.puts == 2
    assert own.send().done == 1
    assert own.desk.puts == 4


def test_a_damaged_copy_stops_no_other_file_and_is_told_by_name(own: Own) -> None:
    own.add()
    (path,) = own.store.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    other = PHOTO + b"other"
    own.add(other)
    done = own.send()
    assert (done.done, list(done.failed)) == (1, ["photo.jpg"])
    assert own.desk.whole(hashlib.sha256(other).hexdigest()) == other
    files = own.worker.own_files()
    assert (files.count(UploadStage.REFUSED), files.count(UploadStage.COMPLETE)) == (1, 1)
    assert "damaged" in files.files[0].says


def test_a_whole_that_the_service_finds_wrong_is_sent_once_more_and_then_told(own: Own) -> None:
    own.add()
    own.desk.uploads.clear()
    wrong = hashlib.shake_256(b"wrong").digest(PART)
    own.desk.troubles[1] = Trouble.KILLED
    with pytest.raises(Killed):
        own.send()
    own.desk.uploads[SHA].parts[0] = wrong
    own.open()
    assert own.send().done == 1
    assert own.desk.whole(SHA) == PHOTO


def test_an_older_service_that_takes_no_files_gets_them_once_it_does(own: Own) -> None:
    own.add()
    own.desk.knows_uploads = False
    assert list(own.send().failed) == ["photo.jpg"]
    assert own.only().stage is UploadStage.REFUSED
    own.desk.knows_uploads = True
    own.restart()
    assert own.send().done == 1


@pytest.mark.parametrize("recorded", [False, True])
def test_a_file_waits_for_its_act_to_be_recorded_and_not_for_it_to_be_sent(own: Own, recorded: bool) -> None:
    own.add(act_id=own.device.note("request-1") if recorded else "act-of-a-draft")
    assert own.send().total == recorded
    assert (own.desk.whole(SHA) is not None) == recorded


def test_a_file_of_a_refused_act_stays_and_is_not_sent(own: Own) -> None:
    act = own.device.note("request-1", "unstorable")
    own.add(act_id=act)
    own.round()
    assert own.device.states()[act] == "rejected"
    assert own.send().total == 0
    assert own.content(own.uploads.key(SHA) or b"") == PHOTO


def test_the_same_file_for_two_acts_is_sent_once_under_one_key(own: Own) -> None:
    own.add()
    own.add()
    first, second = own.uploads.all()
    assert first.key == second.key
    assert own.send().done == 2
    assert own.desk.puts == 4


def test_a_file_has_one_key_whoever_asks(own: Own) -> None:
    file = AttachedFile("photo.jpg", SHA, len(PHOTO))
    first, second = b"1" * 32, b"2" * 32
    assert own.uploads.keep(file, first, request_id="request-1", act_id="a") == first
    assert own.uploads.keep(file, second, request_id="request-1", act_id="b") == first
    assert {upload.key for upload in own.uploads.all()} == {first}


# -- until it is safe -------------------------------------------------------------------------------------------


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


# -- leftovers --------------------------------------------------------------------------------------------------


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
