"""Real desks over real encrypted databases, filled as a sync would have filled them, with no service in reach."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app.domain.evidence import Evidence, EvidenceKind
from app.domain.people import Grant, Person, Role
from app.evidence.kinds import FileKind
from app.evidence.protections import Protection, question_before_opening
from app.evidence.trying import TRIED
from app.models.held import Page
from app.models.profile import create_profile, open_stores
from app.vault.files import FileStore
from app.vault.keys import new_file_key
from app.wire.codec import body_of, root_of
from app.wire.messages import FeedLine
from app.workspace.desk import Desk
from app.workspace.entrance import enter
from tests.support import records
from tests.support.keys import FileKeys

MODERATOR = Person(
    "person-1", "morgan.fairweather@example.invalid", "Morgan Fairweather", (Grant(Role.MODERATOR),)
)
# Nobody listens on the discard port of this machine: the service is out of reach.
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in would have brought."""

    service_url: str = NOWHERE
    person: Person = MODERATOR
    device_id: str = "device-1"


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = datetime(2026, 3, 4, 10, 42, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def lines(items: Iterable[Any], first: int = 1) -> list[FeedLine]:
    """Records as lines of the feed, numbered from ``first``."""
    made = []
    for number, item in enumerate(items, first):
        kind, body = body_of(item)
        made.append(FeedLine(kind=kind, id=item.id, root=root_of(item), rev=number, body=msgspec.Raw(body)))
    return made


def keys_of(folder: Path) -> FileKeys:
    return FileKeys(folder / "keys.json")


def make_profile(
    folder: Path, items: Sequence[Any], files: Iterable[bytes] = (), signed_in: SignedIn | None = None
) -> Path:
    """A profile whose cache holds these records, and these files; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = keys_of(folder)
    profile = create_profile(signed_in or SignedIn(), demo=False, folder=folder / "profile")
    stores = open_stores(profile, keys)
    page = lines(items)
    stores.cache.apply_page(Page(page, cursor="cursor-1", seen=len(page), more=False))
    store = FileStore(profile.folder / "files")
    for data in files:
        sha256 = hashlib.sha256(data).hexdigest()
        store.add(data, stores.cache.reserve_file(sha256, len(data), new_file_key()))
        stores.cache.file_arrived(sha256)
    stores.close()
    return profile.folder


def open_desk(
    profile: Path,
    clock: Callable[[], datetime] | None = None,
    asks: Callable[[FileKind, str], str] | None = None,
) -> Desk:
    """The desk of a profile that ``make_profile`` made, with the keys beside it."""
    return enter(profile, keys=keys_of(profile.parent), clock=clock or Clock(), asks=asks)


def asks_without_walls(kind: FileKind, name: str) -> str:
    """What is asked on a computer where nothing confines the process that reads evidence."""
    return question_before_opening(kind, name, tuple(Protection(wall, holds=False) for wall in TRIED))


def one_request(
    samples: int = 3, evidence: Sequence[tuple[str, bytes]] = (), **changes: Any
) -> tuple[list[Any], list[bytes]]:
    """Records of one request with so many samples, each with these files; and the files' bytes."""
    request = records.request(samples=samples, **changes)
    made: list[Any] = [request]
    for position in range(1, samples + 1):
        made.append(records.sample(position, id=f"{request.id}/sample-{position}", request_id=request.id))
    for position in range(1, samples + 1):
        for index, (name, data) in enumerate(evidence):
            made.append(
                Evidence(
                    id=f"{request.id}/evidence-{position}-{index}",
                    request_id=request.id,
                    sample_id=f"{request.id}/sample-{position}",
                    kind=EvidenceKind.LEARNER_WORK,
                    name=name,
                    sha256=hashlib.sha256(data).hexdigest(),
                    size=len(data),
                )
            )
    return made, [data for _, data in evidence]


def desk_with_requests(
    folder: Path,
    *,
    requests: int = 1,
    samples: int = 3,
    evidence: Sequence[tuple[str, bytes]] = (),
    clock: Callable[[], datetime] | None = None,
    **changes: Any,
) -> Desk:
    """An offline desk with so many requests in moderation (ids ``request-1``…), each with so many samples."""
    everything: list[Any] = []
    files: list[bytes] = []
    for number in range(1, requests + 1):
        values = {"id": f"request-{number}", "number": f"MR-{2040 + number}"} | changes
        made, data = one_request(samples, evidence, **values)
        everything += made
        files = data
    return open_desk(make_profile(folder, everything, files), clock)
