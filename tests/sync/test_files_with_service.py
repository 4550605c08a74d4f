"""The person's own files and large ones, against the real service over real HTTP on loopback."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.acts import Act, AddNote
from app.domain.attached import AttachedFile
from app.domain.evidence import Evidence, EvidenceKind
from app.models.kept_files import UploadStage
from app.service import tables as t
from app.service.accounts import new_id
from app.service.application import create_app
from app.service.quick import Attachment, attach_evidence
from app.service.uploads import Stage
from app.sync.receiving import LARGE
from app.vault.files import FileStore
from tests.service.ground import NOW, House
from tests.support.serving import running
from tests.sync.signed_in import Laptop

PHOTO = hashlib.shake_256(b"photo").digest(9 * 1024 * 1024)
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def laptop(house: House, address: str, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(house, address, tmp_path / "profile")
    made.run()
    yield made
    made.close()


def write_note(laptop: Laptop, data: bytes = PHOTO) -> AttachedFile:
    """A photo is added, and the note that names it recorded; both still only here."""
    request = laptop.house.request("R1")
    act_id = new_id()
    file = laptop.sync.add_file(data, "chart.jpg", "image/jpeg", request, act_id)
    laptop.work.add(
        Act(
            id=act_id,
            device_id=laptop.profile.device_id,
            author_id=laptop.profile.person.id,
            seen=laptop.cache.seen(),
            recorded_at=NOW,
            deed=AddNote(request, "", "See the photo.", files=(file,)),
        )
    )
    return file


def test_a_photo_reaches_the_service_and_is_kept_here(laptop: Laptop, house: House) -> None:
    write_note(laptop)
    done = laptop.sync.upload()
    assert (done.done, done.total, dict(done.failed)) == (1, 1, {})
    (row,) = house.rows(t.uploads)
    assert (row.state, row.size, row.media_type) == (Stage.COMPLETE, len(PHOTO), "image/jpeg")
    assert [part.size for part in house.rows(t.blob_parts)] == [8 * 1024 * 1024, 1024 * 1024]
    assert laptop.sync.uploads().count(UploadStage.COMPLETE) == 1
    with laptop.files.open(SHA, laptop.work.uploads.key(SHA) or b"") as sealed:
        assert b"".join(sealed.chunks()) == PHOTO


def test_after_a_round_files_go_by_themselves_and_the_round_does_not_wait(
    laptop: Laptop, house: House
) -> None:
    write_note(laptop)
    report = laptop.run()
    assert report.pushed == 1
    worker = laptop.sync._uploads._thread
    assert worker is not None
    worker.join(60)
    assert [row.state for row in house.rows(t.uploads)] == [Stage.COMPLETE]


def test_closing_stops_between_parts_and_it_goes_on_afterwards(
    laptop: Laptop, house: House, address: str
) -> None:
    write_note(laptop)
    laptop.run()
    laptop.sync.close()
    assert laptop.sync.uploads().files[0].stage in (UploadStage.SENDING, UploadStage.COMPLETE)
    assert laptop.sync.upload().total <= 1
    assert [row.state for row in house.rows(t.uploads)] == [Stage.COMPLETE]


def test_a_service_that_is_away_does_not_hold_up_the_person(house: House, tmp_path: Path) -> None:
    with running(create_app(house.settings)) as address:
        laptop = Laptop(house, address, tmp_path / "profile")
        laptop.run()
    write_note(laptop)
    (file,) = laptop.sync.uploads().files
    assert (file.name, file.stage, file.says) == ("chart.jpg", UploadStage.WAITING, "")
    laptop.close()


def test_a_large_file_is_fetched_in_ranges_from_the_real_service(laptop: Laptop, house: House) -> None:
    data = hashlib.shake_256(b"large").digest(1024 * 1024) * (LARGE // 2**20 + 3) + b"end"
    attach_evidence(
        house.engine, house.blobs, "R3", [Attachment(EvidenceKind.LEARNER_WORK, "film.mp4", data)], NOW
    )
    laptop.run()
    evidence = [item for item in laptop.cache.root(house.request("R3")) if isinstance(item, Evidence)]
    done = laptop.sync.fetch(evidence)
    assert (done.failed, done.bytes_done) == ({}, done.bytes_total)
    sha256 = hashlib.sha256(data).hexdigest()
    with laptop.files.open(sha256, laptop.cache.file_keys([sha256])[sha256]) as sealed:
        assert b"".join(sealed.chunks()) == data


CHILD = """
import json, sys
from pathlib import Path
from app.domain.evidence import Evidence
from app.models.profile import Profile, open_stores
from app.sync import Sync
from app.vault.files import FileStore
from tests.sync.device import MemoryKeys

def peak():
    (line,) = [l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024

folder, secrets, sha256 = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
profile = Profile.read(folder)
keys = MemoryKeys()
for profile_id, name, secret in secrets:
    keys.put(profile_id, name, secret)
stores, files = open_stores(profile, keys), FileStore(folder / "files")
sync = Sync(profile, stores, files, keys)
sync.run(lambda requests, outbox: None)
before = peak()
items = [r for q in stores.cache.requests() for r in stores.cache.root(q.id)
         if isinstance(r, Evidence) and r.sha256 == sha256]
done = sync.fetch(items)
after = peak()
print(json.dumps([done.done, dict(done.failed), before, after]))
sync.close()
stores.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most memory of a new process alone")
def test_memory_stays_flat_while_a_file_of_300_MB_comes(laptop: Laptop, house: House, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(300_000_000)
        file.write(b"not only zeros")
    attachment = Attachment(EvidenceKind.LEARNER_WORK, "film.mp4", film)
    attach_evidence(house.engine, house.blobs, "R3", [attachment], NOW)
    film.unlink()
    sha256 = next(row.sha256 for row in house.rows(t.evidence) if row.size == 300_000_000)
    laptop.close()
    secrets = [[profile, name, secret] for (profile, name), secret in laptop.keys.kept.items()]
    told = subprocess.run(
        [sys.executable, "-c", CHILD, str(laptop.profile.folder), json.dumps(secrets), sha256],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    done, failed, before, after = json.loads(told.stdout.splitlines()[-1])
    assert (done, failed) == (1, {})
    assert 0 < after - before < 40_000_000
    assert FileStore(laptop.profile.folder / "files").has(sha256)
