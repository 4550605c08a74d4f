"""A laptop that signed in at the real service: a profile with all its stores, and no window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.domain.acts import Act, Deed, target_of
from app.models.profile import create_profile, open_stores
from app.service.accounts import new_id
from app.sync import Sync, keep_tokens, sign_in_at
from app.vault.files import FileStore
from tests.service.ground import NOW, PASSWORD, House
from tests.sync.device import MemoryKeys

MORGAN = "morgan@people.invalid"


class Laptop:
    """A profile that signed in at the service, with all its stores."""

    def __init__(self, house: House, address: str, folder: Path, email: str = MORGAN) -> None:
        self.house = house
        self.keys = MemoryKeys()
        answer = sign_in_at(address, email, PASSWORD)
        self.profile = create_profile(answer, demo=False, folder=folder)
        keep_tokens(self.profile, self.keys, answer)
        self.stores = open_stores(self.profile, self.keys)
        self.work, self.cache = self.stores.work, self.stores.cache
        self.files = FileStore(folder / "files")
        self.sync = Sync(self.profile, self.stores, self.files, self.keys)

    def run(self) -> Any:
        return self.sync.run(lambda requests, outbox: None)

    def record(self, deed: Deed, rests_on: tuple[str, ...] = ()) -> str:
        act = Act(
            id=new_id(),
            device_id=self.profile.device_id,
            author_id=self.profile.person.id,
            seen=self.cache.seen(),
            recorded_at=NOW,
            deed=deed,
            after=self.work.last_waiting(target_of(deed)),
            rests_on=rests_on,
            # Whatever it stands on, the device has seen.
            base_rev=self.cache.seen(),
        )
        return self.work.add(act).act_id

    def held(self) -> dict[tuple[str, str, str], tuple[int, bytes]]:
        with self.cache._database.read() as connection:
            rows = connection.exec_driver_sql("SELECT root, kind, id, rev, body FROM records").all()
        return {(root, kind, identifier): (rev, body) for root, kind, identifier, rev, body in rows}

    def close(self) -> None:
        self.sync.close()
        self.stores.close()
