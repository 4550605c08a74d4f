"""Two people and one note: one attaches a photo, the other reads it once both were in step with the service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.cli.house import LocalService
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Fetch
from app.service.assignments import assign_moderator
from app.service.backups import back_up
from app.service.database import open_engine
from app.sync import Sync
from app.workspace.desk import Desk
from app.workspace.entrance import enter, sign_in
from app.workspace.snapshots import NoteFile
from tests.service.ground import PASSWORD
from tests.support.keys import FileKeys

WORDS = b"What hung on the wall."


@pytest.fixture
def people(
    service: LocalService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Desk]]:
    """Morgan, who moderates, and a quality manager, each on a laptop of their own."""
    desks: dict[str, Desk] = {}
    with ExitStack() as stack:
        stack.callback(lambda: [desk.close() for desk in desks.values()])
        for name in ("morgan", "quality"):
            home = tmp_path / name
            home.mkdir()
            monkeypatch.setenv("TOUCHSTONE_HOME", str(home))
            desks[name] = sign_in(
                service.url, f"{name}@people.invalid", PASSWORD, keys=FileKeys(home / "keys.json")
            )
            sync(desks[name])
        yield desks


def sync(desk: Desk) -> None:
    desk.sync(lambda _: None)


def way(desk: Desk) -> Sync:
    return desk._syncing._sync


def files_of(desk: Desk, request_id: str) -> tuple[NoteFile, ...]:
    (files,) = desk.request(request_id).note_files.values()
    return files


def fetch(desk: Desk, request_id: str) -> Fetch:
    return desk.evidence.fetch(request_id, lambda _: None, lambda: False)


def test_M53_one_attaches_a_photo_and_the_other_reads_it(people: dict[str, Desk]) -> None:
    morgan, quality = people["morgan"], people["quality"]
    request_id = next(row.request_id for row in morgan.work() if row.number == "R1")
    morgan.add_note(request_id, "", "See the wall.", [("wall.txt", WORDS)])
    sync(morgan)
    way(morgan).upload()
    told: list[frozenset[str]] = []
    morgan.sync(lambda changes: told.append(changes.requests))
    assert frozenset({request_id}) in told
    assert [file.state for file in files_of(morgan, request_id)] == ["Sent"]

    opened: list[frozenset[str]] = []
    way(quality).open_root(request_id, lambda requests, outbox: opened.append(requests))
    assert frozenset({request_id}) in opened
    (theirs,) = files_of(quality, request_id)
    assert (theirs.item.here, theirs.state) == (False, "Not downloaded")
    assert fetch(quality, request_id).failed == {}
    (theirs,) = files_of(quality, request_id)
    assert (theirs.item.here, theirs.state) == (True, "On this computer")
    document = quality.evidence.open(request_id, theirs.item.evidence.id)
    assert document.text() == WORDS.decode()
    document.close()


def test_a_file_that_its_author_has_not_sent_yet_says_so(people: dict[str, Desk]) -> None:
    morgan, quality = people["morgan"], people["quality"]
    request_id = next(row.request_id for row in morgan.work() if row.number == "R1")
    # As if the laptop had lost its network between the note and its file.
    absent = AttachedFile("wall.txt", hashlib.sha256(WORDS).hexdigest(), len(WORDS))
    morgan._deeds.note(morgan._pictures.of(request_id), "", "See the wall.", (absent,))
    sync(morgan)
    way(quality).open_root(request_id, lambda requests, outbox: None)
    failed = fetch(quality, request_id).failed
    (theirs,) = files_of(quality, request_id)
    assert theirs.state == failed[absent.sha256].says
    assert theirs.state == "The file is still on its way from its author's computer."
    way(morgan).add_file(WORDS, "wall.txt", "text/plain", request_id, morgan.recorded_acts()[-1].id)
    way(morgan).upload()
    assert fetch(quality, request_id).failed == {}
    assert [file.item.here for file in files_of(quality, request_id)] == [True]


def test_ones_own_file_stays_when_the_request_leaves_before_a_backup_holds_it(
    people: dict[str, Desk], service: LocalService
) -> None:
    morgan = people["morgan"]
    request_id = next(row.request_id for row in morgan.work() if row.number == "R1")
    morgan.add_note(request_id, "", "See the wall.", [("wall.txt", WORDS)])
    sync(morgan)
    way(morgan).upload()
    engine = open_engine(service.database_url)
    assign_moderator(engine, "R1", "jules@people.invalid")
    engine.dispose()
    sync(morgan)
    with pytest.raises(KnownError, match="no longer among yours"):
        morgan.request(request_id)
    assert morgan._work.uploads.key(hashlib.sha256(WORDS).hexdigest()) is not None
    assert morgan._files.key_of(hashlib.sha256(WORDS).hexdigest()) is not None


def test_what_may_not_be_seen_is_not_opened(people: dict[str, Desk]) -> None:
    with pytest.raises(KnownError, match="nothing you may see"):
        way(people["morgan"]).open_root("no-such-request", lambda requests, outbox: None)


def test_ones_own_file_goes_with_its_request_once_a_backup_holds_it(
    people: dict[str, Desk], service: LocalService, tmp_path: Path
) -> None:
    morgan = people["morgan"]
    request_id = next(row.request_id for row in morgan.work() if row.number == "R1")
    morgan.add_note(request_id, "", "See the wall.", [("wall.txt", WORDS)])
    sync(morgan)
    way(morgan).upload()
    sync(morgan)
    way(morgan).upload()
    morgan.add_note(request_id, "", "Something later, so that a backup can reach beyond.")
    sync(morgan)
    engine = open_engine(service.database_url)
    back_up(engine, service.database_url, service.files_url, tmp_path / "backup")
    # Opened again, so that the service is asked at once how far its backups reach.
    morgan.close()
    morgan = enter(morgan.profile.folder, keys=FileKeys(tmp_path / "morgan" / "keys.json"))
    people["morgan again"] = morgan
    sync(morgan)
    way(morgan).upload()
    # From here on the file is the cache's, like any that was fetched.
    assert morgan._work.uploads.all() == ()
    ((file,),) = [files for files in morgan.request(request_id).note_files.values() if files]
    assert (file.item.here, file.state) == (True, "Sent")
    assign_moderator(engine, "R1", "jules@people.invalid")
    engine.dispose()
    sync(morgan)
    assert morgan._files.key_of(file.item.evidence.sha256) is None
    assert not morgan._files._store.has(file.item.evidence.sha256)
