"""The front the workspace calls: over real HTTP on loopback, to the model of the service."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.models.profile import Profile, create_profile, open_stores
from app.models.stores import Stores
from app.sync import Sync, SyncReport, keep_tokens, sign_in_at
from app.vault.files import FileStore
from tests.models.made import act
from tests.support import records
from tests.sync.conftest import furnish
from tests.sync.device import MemoryKeys
from tests.sync.loopback import serving
from tests.sync.simulated import MORGAN, PASSWORD, SimulatedService


@pytest.fixture
def service() -> SimulatedService:
    made = SimulatedService(page_lines=3)
    furnish(made)
    return made


@pytest.fixture
def address(service: SimulatedService) -> Iterator[str]:
    with serving(service) as found:
        yield found


class Laptop:
    """Everything that opening a profile brings, signed in."""

    def __init__(self, address: str, folder: Path) -> None:
        self.keys = MemoryKeys()
        answer = sign_in_at(address, MORGAN.email, PASSWORD)
        self.profile: Profile = create_profile(answer, demo=False, folder=folder)
        keep_tokens(self.profile, self.keys, answer)
        self.stores: Stores = open_stores(self.profile, self.keys)
        self.files = FileStore(folder / "files")
        self.sync = Sync(self.profile, self.stores, self.files, self.keys)

    def run(self) -> SyncReport:
        return self.sync.run(lambda requests, outbox: None)

    def close(self) -> None:
        self.sync.close()
        self.stores.close()


@pytest.fixture
def laptop(address: str, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(address, tmp_path / "profile")
    yield made
    made.close()


def test_signing_in_brings_the_person_and_keeps_only_the_refresh_token(laptop: Laptop) -> None:
    assert laptop.profile.person == MORGAN
    assert sorted(laptop.keys.kept.values()) == sorted(
        {"refresh-0", laptop.keys.get(laptop.profile.id, "database-key") or ""}
    )
    assert all(b"refresh-0" not in path.read_bytes() for path in laptop.profile.folder.glob("*.*"))


def test_a_wrong_password_is_said_in_the_services_words(address: str) -> None:
    with pytest.raises(KnownError) as refused:
        sign_in_at(address, MORGAN.email, "guess")
    assert refused.value.says == "E-mail or password is wrong."


def test_an_address_that_is_not_safe_is_never_given_a_password() -> None:
    with pytest.raises(KnownError) as refused:
        sign_in_at("http://touchstone.example.invalid", MORGAN.email, PASSWORD)
    assert refused.value.code == "service_address_refused"


def test_a_round_sends_what_waits_and_fetches_what_is_new(laptop: Laptop, service: SimulatedService) -> None:
    told: list[tuple[frozenset[str], bool]] = []
    laptop.stores.work.add(act(1))
    report = laptop.sync.run(lambda requests, outbox: told.append((requests, outbox)))
    assert (report.pushed, report.pulled) == (1, 5)
    assert report.outcomes[0].kind.taken
    assert (frozenset(), True) in told
    assert frozenset().union(*(requests for requests, _ in told)) == {"request-1"}
    assert service.data.effects == ["act-1"]


def test_a_service_that_went_away_is_said_and_everything_kept(tmp_path: Path) -> None:
    service = SimulatedService()
    with serving(service) as address:
        laptop = Laptop(address, tmp_path / "profile")
    laptop.stores.work.add(act(1))
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "service_unreachable"
    assert laptop.stores.work.counts().waiting == 1
    laptop.close()


def test_two_threads_at_once_share_one_round(laptop: Laptop, service: SimulatedService) -> None:
    inside, go_on = threading.Event(), threading.Event()
    reports: list[SyncReport] = []

    def slowly(requests: frozenset[str], outbox: bool) -> None:
        inside.set()
        assert go_on.wait(30)

    first = threading.Thread(target=lambda: reports.append(laptop.sync.run(slowly)))
    first.start()
    assert inside.wait(30)
    joining = threading.Event()

    def join() -> None:
        joining.set()
        reports.append(laptop.run())

    second = threading.Thread(target=join)
    second.start()
    assert joining.wait(30)
    go_on.set()
    first.join()
    second.join()
    assert len(reports) == 2
    assert service.calls.count("GET /api/sync/hello") <= 2


def test_a_round_that_fails_does_not_stand_in_the_way_of_the_next(
    laptop: Laptop, service: SimulatedService
) -> None:
    service.revoke()
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "sign_in_again"
    laptop.sync.sign_in_again(PASSWORD)
    assert laptop.run().pulled == 4


def test_after_signing_out_nothing_is_sent_without_a_password(laptop: Laptop) -> None:
    laptop.sync.sign_out()
    assert laptop.keys.get(laptop.profile.id, "refresh-token") is None
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "sign_in_again"


def test_files_are_fetched_and_leave_with_their_request(laptop: Laptop, service: SimulatedService) -> None:
    contents = [f"file {number} of a learner".encode() for number in range(6)]
    for number, data in enumerate(contents):
        sha256 = hashlib.sha256(data).hexdigest()
        service.blobs[sha256] = data
        service.put(records.evidence(f"e{number}", name=f"{number}.txt", sha256=sha256, size=len(data)))
    missing = records.evidence("gone", name="gone.txt", sha256="f" * 64, size=3)
    service.put(missing)
    laptop.run()
    evidence = [record for record in laptop.stores.cache.root("request-1") if hasattr(record, "sha256")]
    done = laptop.sync.fetch(evidence)  # type: ignore[arg-type]
    assert (done.done, done.total) == (6, 7)
    assert [one.words for one in done.failed.values()] == [
        "gone.txt: There is no such file, or none that you may read."
    ]
    assert laptop.stores.cache.evidence_counts() == {"request-1": (6, 7)}
    assert laptop.sync.fetch(evidence).total == 1  # type: ignore[arg-type]
    service.assign("request-1", mine=False)
    laptop.run()
    assert list(laptop.files.folder.iterdir()) == []
    assert laptop.stores.cache.files_to_remove() == ()


def test_a_changed_name_of_the_person_is_kept_and_another_person_refused(
    laptop: Laptop, service: SimulatedService
) -> None:
    service.person = replace(MORGAN, name="Morgan F. Fairweather")
    laptop.run()
    assert Profile.read(laptop.profile.folder).person.name == "Morgan F. Fairweather"
    service.end_access()
    service.person = replace(MORGAN, id="person-2")
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "other_person"
