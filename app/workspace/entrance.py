"""Coming in: known profiles on this computer, signing in to a service, and opening the desk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.domain.people import login_name

if TYPE_CHECKING:
    from app.evidence.kinds import FileKind
    from app.models.profile import Profile
    from app.models.stores import Stores
    from app.models.work import WorkStore
    from app.vault.keys import Keys
    from app.workspace.desk import Desk


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """A person known on this computer, as the sign-in page lists them."""

    folder: Path
    email: str
    name: str
    service_url: str
    demo: bool


def _now() -> datetime:
    return datetime.now(UTC)


def new_act_id() -> str:
    """A UUIDv7: unique without asking anybody, and in the order of time."""
    import uuid_utils

    return str(uuid_utils.uuid7())


def profiles() -> tuple[ProfileCard, ...]:
    """Everybody who signed in on this computer, the last one first."""
    from app.models.profile import known_profiles

    return tuple(
        ProfileCard(profile.folder, profile.email, profile.person.name, profile.service_url, profile.demo)
        for profile in known_profiles()
    )


def last_profile() -> Path | None:
    """The folder of the person who last worked here; None on a computer nobody signed in on."""
    found = profiles()
    return found[0].folder if found else None


def keys_for(profile: Profile) -> Keys:
    """The system's keyring; for a demonstration its own file, which opens nothing else."""
    from app.vault.keys import DemoKeys, SystemKeys

    return DemoKeys(profile.folder, profile.service_url) if profile.demo else SystemKeys()


def enter(
    folder: Path,
    *,
    keys: Keys | None = None,
    clock: Callable[[], datetime] = _now,
    asks: Callable[[FileKind, str], str] | None = None,
) -> Desk:
    """Opens the desk of a known profile; needs no network. ``asks``: as of ``EvidenceFiles``.

    Raises KnownError when another window has it open, its key is gone, or its files are newer or damaged.
    """
    from app.evidence.cage import Cage
    from app.models.faults import in_words
    from app.models.profile import Profile
    from app.sync import Sync
    from app.vault.disk import sync_folder
    from app.vault.files import FileStore
    from app.vault.handed import HandedOver
    from app.vault.lock import ProfileLock
    from app.workspace.desk import Desk
    from app.workspace.files import EvidenceFiles
    from app.workspace.syncing import Syncing

    profile = Profile.read(folder)
    secrets = keys if keys is not None else keys_for(profile)
    with contextlib.ExitStack() as undone:
        lock = ProfileLock(folder)
        lock.acquire()
        undone.callback(lock.release)
        stores = _open_stores(profile, secrets, clock)
        undone.callback(stores.close)
        with in_words("work", folder / "files"):
            store = FileStore(folder / "files")
            store.sweep_parts()
            lent = HandedOver(folder / "handed-over")
            lent.purge()
            sync_folder(folder)
        notice = _work_salvaged(stores.work) or cache_lost(
            stores.cache_set_aside, missing=stores.cache_missing
        )
        sync = Sync(profile, stores, store, secrets, clock=clock)
        desk = Desk(
            profile,
            work=stores.work,
            cache=stores.cache,
            files=EvidenceFiles(stores.cache, store, lent, Cage(), stores.work.uploads.key, asks),
            syncing=Syncing(sync, notice, clock),
            own_files=sync.uploads,
            lock=lock,
            clock=clock,
            new_id=new_act_id,
        )
        desk.note_opening()
        with in_words("work", folder / "profile.json"):
            profile.touch()
        undone.pop_all()
    return desk


def _open_stores(profile: Profile, secrets: Keys, clock: Callable[[], datetime]) -> Stores:
    """Both databases; a damaged file of work is replaced by one with everything in it that can still be read."""
    from app.models.profile import open_stores
    from app.models.salvage import salvage_work
    from app.models.stores import KEY_NAME

    try:
        return open_stores(profile, secrets, clock=clock)
    except KnownError as error:
        key = secrets.get(profile.id, KEY_NAME) if error.code == "work_damaged" else None
        if key is None or not salvage_work(profile.folder, key):
            raise
    return open_stores(profile, secrets, clock=clock)


def _work_salvaged(work: WorkStore) -> KnownError | None:
    """What to tell once after a damaged file of work was replaced."""
    from app.models.salvage import TOLD

    told = work.get(TOLD)
    if told is None:
        return None
    work.put(TOLD, None)
    return KnownError("work_salvaged", told["says"], told["do"], details=told["details"])


def cache_lost(set_aside: Path | None, *, missing: bool = False) -> KnownError | None:
    """What to tell when the copy of the service's records was put aside, or is gone; a recovery is never silent."""
    if set_aside is None and missing:
        return KnownError(
            "cache_missing",
            "The copy of your requests on this computer was missing.",
            "It is fetched anew with the next sync. Your own work is safe.",
        )
    if set_aside is None:
        return None
    return KnownError(
        "cache_set_aside",
        "The copy of your requests on this computer was damaged and was put aside.",
        "It is fetched anew with the next sync. Your own work is safe.",
        details=str(set_aside),
    )


def sign_in(
    service_url: str,
    email: str,
    password: str,
    *,
    demo: bool = False,
    keys: Keys | None = None,
    clock: Callable[[], datetime] = _now,
) -> Desk:
    """Signs in at a service and opens the desk, making the profile if the person is new on this computer.

    Raises KnownError for a login that is no e-mail address (M-01), a wrong password, a service that cannot be
    reached or is newer, and a computer without a keyring.
    """
    from app.models.profile import create_profile, find_profile
    from app.sync import keep_tokens, sign_in_at
    from app.vault.keys import SystemKeys

    name = login_name(email)
    if keys is None and not demo:
        # Without a keyring nobody can work here: said before a password travels or anything is left behind.
        SystemKeys().get("sign-in", "probe")
    known = find_profile(service_url, name)
    answer = sign_in_at(service_url, name, password, known.device_id if known else None)
    profile = known or create_profile(answer, demo=demo)
    keep_tokens(profile, keys if keys is not None else keys_for(profile), answer)
    return enter(profile.folder, keys=keys, clock=clock)
