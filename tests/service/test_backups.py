"""Copies that can be restored, and what the service promises to be safe."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from sqlcipher3 import dbapi2

from app.cli import main
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.backups import back_up, begin_backup, finish_backup
from app.service.database import reading, setting, sqlite_file
from app.wire.messages import FeedLine, Hello
from tests.service.ground import LEARNER_WORK, NOT_OF_THE_DATABASE, House


def durable(house: House) -> int:
    with reading(house.engine) as connection:
        return int(setting(connection, "durable_seq"))


def copy_of(house: House, folder: Path) -> House:
    """A service over what the backup holds."""
    return House(f"sqlite:///{folder / 'service.db'}", str(folder / "files"), house.ground)


def back_up_to(house: House, folder: Path) -> int:
    return back_up(house.engine, house.database_url, house.files_url, folder)


@NOT_OF_THE_DATABASE
def test_a_copy_holds_everything_and_makes_it_durable(house: House, tmp_path: Path) -> None:
    house.push(house.act(house.note("before the backup")))
    assert back_up_to(house, tmp_path / "copy") == house.head() == durable(house)
    house.push(house.act(house.note("after it")))
    assert durable(house) < house.head()
    copy = copy_of(house, tmp_path / "copy")
    assert [row.text for row in copy.rows(t.notes)] == ["before the backup"]
    for row in copy.rows(t.blobs):
        assert len(copy.blobs.get_bytes(row.sha256)) == row.size
    copy.close()
    assert not list((tmp_path / "copy").rglob("*.part"))


@NOT_OF_THE_DATABASE
def test_a_restored_copy_is_a_service_that_devices_notice(house: House, tmp_path: Path) -> None:
    device = house.device()
    device.pull()
    back_up_to(house, tmp_path / "copy")
    lost = house.act(house.note("after the backup"))
    house.push(lost)
    device.pull()
    copy = copy_of(house, tmp_path / "copy")
    assert msgspec.json.decode(copy.pull(device.cursor), type=FeedLine).resync
    assert [item.outcome for item in copy.push(lost)] == ["applied"]
    copy.close()


@NOT_OF_THE_DATABASE
def test_a_second_backup_brings_what_is_new_and_copies_no_file_twice(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    back_up_to(house, folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "files").rglob("*") if path.is_file()}
    assert len(before) == house.count(t.blobs)
    sha256 = house.blobs.put_bytes(b"a new file")
    house.push(house.act(house.note()))
    assert back_up_to(house, folder) == house.head()
    after = {path: path.stat().st_mtime_ns for path in (folder / "files").rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    assert [path.name for path in after.keys() - before.keys()] == [sha256]
    copy = copy_of(house, folder)
    assert copy.count(t.notes) == 1
    copy.close()


@NOT_OF_THE_DATABASE
def test_a_copy_taken_while_others_write_is_of_one_moment(house: House, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            house.push(house.act(house.judgement(1)), house.act(house.note()))

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            numbers = [back_up_to(house, tmp_path / f"copy-{turn}") for turn in range(5)]
        finally:
            stop.set()
        writing.result()
    assert numbers == sorted(numbers)
    assert durable(house) == numbers[-1]
    for turn, number in enumerate(numbers):
        copy = copy_of(house, tmp_path / f"copy-{turn}")
        assert copy.head() == number
        assert copy.count(t.judgements) == copy.count(t.notes)
        copy.close()


@NOT_OF_THE_DATABASE
def test_a_file_still_being_written_is_left_for_the_next_time(house: House, tmp_path: Path) -> None:
    (Path(house.files_url) / "ab#1").write_bytes(b"half")
    back_up_to(house, tmp_path / "copy")
    assert not list((tmp_path / "copy").rglob("*#*"))


@NOT_OF_THE_DATABASE
def test_a_damaged_file_is_named_and_nothing_counts_as_safe(house: House, tmp_path: Path) -> None:
    (work,) = [
        path
        for path in Path(house.files_url).rglob("*")
        if path.is_file() and path.read_bytes() == LEARNER_WORK + b"R1"
    ]
    work.write_bytes(b"something else")
    with pytest.raises(KnownError) as refusal:
        back_up_to(house, tmp_path / "copy")
    assert refusal.value.code == "files_damaged"
    assert work.name in refusal.value.details
    assert durable(house) == 0
    copied = [path.name for path in (tmp_path / "copy" / "files").rglob("*") if path.is_file()]
    assert len(copied) == house.count(t.blobs) - 1
    assert work.name not in copied
    assert (tmp_path / "copy" / "service.db").is_file()


@NOT_OF_THE_DATABASE
def test_a_damaged_database_gives_no_copy_and_the_one_before_stays(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    back_up_to(house, folder)
    safe = durable(house)
    before = (folder / "service.db").read_bytes()
    house.push(house.act(house.note()))
    with closing(dbapi2.connect(str(sqlite_file(house.database_url)))) as connection:
        connection.execute("DELETE FROM persons WHERE name = 'Morgan'")
        connection.commit()
    with pytest.raises(KnownError) as refusal:
        back_up_to(house, folder)
    assert refusal.value.code == "backup_failed"
    assert (folder / "service.db").read_bytes() == before
    assert durable(house) == safe
    assert not list(folder.rglob("*.part*"))


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_another_database_is_backed_up_in_its_own_way(house: House, tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refusal:
        back_up_to(house, tmp_path / "copy")
    assert refusal.value.code == "backup_not_here"
    assert "backup-begin" in refusal.value.do


@NOT_OF_THE_DATABASE
def test_an_object_store_is_backed_up_in_its_own_way(house: House, tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refusal:
        back_up(house.engine, house.database_url, "s3://bucket/folder", tmp_path / "copy")
    assert refusal.value.code == "backup_not_here"


# -- ones own way ------------------------------------------------------------------------------------------------


def test_what_was_there_when_a_backup_began_is_durable_once_it_is_done(
    client: TestClient[Any], house: House
) -> None:
    number = begin_backup(house.engine)
    assert number == house.head()
    house.push(house.act(house.note()))
    finish_backup(house.engine, number)
    hello = msgspec.json.decode(client.get("/api/sync/hello").content, type=Hello)
    assert hello.durable_seq == number < house.head()
    finish_backup(house.engine, number)


def test_a_number_that_cannot_be_right_is_refused(house: House) -> None:
    early = begin_backup(house.engine)
    house.push(house.act(house.note()))
    late = begin_backup(house.engine)
    finish_backup(house.engine, late)
    for number, code in ((early, "backup_behind"), (late + 1, "backup_ahead"), (-1, "backup_behind")):
        with pytest.raises(KnownError) as refusal:
            finish_backup(house.engine, number)
        assert refusal.value.code == code
    assert durable(house) == late


@NOT_OF_THE_DATABASE
def test_the_commands_do_all_of_this(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--database-url", house.database_url, "--files-url", house.files_url]
    assert main(["service", "backup", str(tmp_path / "copy"), *shared]) == 0
    assert f"up to {house.head()} is backed up" in capsys.readouterr().out
    house.push(house.act(house.note()))
    assert main(["service", "backup-begin", *shared]) == 0
    number = capsys.readouterr().out.strip()
    assert number == str(house.head())
    assert main(["service", "backup-done", number, *shared]) == 0
    assert durable(house) == house.head()
    assert main(["service", "backup-done", "999999999", *shared]) != 0
    assert "cannot have been backed up" in capsys.readouterr().err
