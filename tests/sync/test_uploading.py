"""The person's own files on their way: each arrives whole, whatever happens."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.models.kept_files import UploadStage
from app.sync.transfer import Cancelled
from app.sync.uploading import Sending
from tests.sync.filedesk import PART, Killed, Trouble
from tests.sync.own_files import PHOTO, SHA, Own


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
