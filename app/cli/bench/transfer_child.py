"""The measured side of the file benchmarks: a desktop's process that fetches or sends one file, tells, and ends."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.models.profile import Profile
    from app.models.stores import Stores
    from app.sync import Sync
    from app.vault.files import FileStore


def main() -> int:
    """``fetch`` a file by its hash, or ``send`` one by its path, for the person who was last here."""
    from app.models.profile import known_profiles, open_stores
    from app.sync import Sync
    from app.vault.files import FileStore
    from app.workspace.entrance import keys_for

    what, about = sys.argv[1:]
    profile = known_profiles()[0]
    keys = keys_for(profile)
    stores = open_stores(profile, keys)
    files = FileStore(profile.folder / "files")
    sync = Sync(profile, stores, files, keys)
    try:
        told = _fetch(stores, files, sync, about) if what == "fetch" else _send(profile, stores, sync, about)
    finally:
        sync.close()
        stores.close()
    print(json.dumps({**told, "memory": _most_memory()}))
    return 0


def _fetch(stores: Stores, files: FileStore, sync: Sync, sha256: str) -> dict[str, float]:
    from app.domain.evidence import Evidence, Fetch
    from app.vault.keys import new_file_key

    (item,) = [
        record
        for request in stores.cache.requests()
        for record in stores.cache.root(request.id)
        if isinstance(record, Evidence) and record.sha256 == sha256
    ]
    key = stores.cache.reserve_file(sha256, item.size, new_file_key())
    assert key is not None
    here = item.size
    if not files.has(sha256):
        with files.resume(sha256, item.size, key) as incoming:
            here = incoming.here
    # Looking what is here is done again by the fetch itself, and is a part of its time.
    began = time.perf_counter()

    def progress(fetch: Fetch) -> None:
        print("arrived", fetch.bytes_done, flush=True)

    done = sync.fetch([item], progress)
    taken = time.perf_counter() - began
    if done.failed:
        raise RuntimeError(str(dict(done.failed)))
    with files.open(sha256, key) as sealed:
        sealed.read_at(item.size // 2, 1)
    return {"seconds": taken, "here": float(here)}


def _send(profile: Profile, stores: Stores, sync: Sync, path: str) -> dict[str, float]:
    from datetime import UTC, datetime

    from app.domain.acts import Act, AddNote
    from app.service.accounts import new_id

    act_id, request = new_id(), stores.cache.requests()[0]
    file = sync.add_file(Path(path), "mine.bin", "application/octet-stream", request.id, act_id)
    stores.work.add(
        Act(
            id=act_id,
            device_id=profile.device_id,
            author_id=profile.person.id,
            seen=stores.cache.seen(),
            recorded_at=datetime.now(UTC),
            deed=AddNote(request.id, "", "See the file.", files=(file,)),
        )
    )
    began = time.perf_counter()
    done = sync.upload()
    taken = time.perf_counter() - began
    if done.failed or not done.done:
        raise RuntimeError(str(done))
    return {"seconds": taken}


def _most_memory() -> float:
    """The most this process ever took, in MB; 0 where that cannot be asked."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: there a new process begins with what the one that started it took.
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
