"""A person on this computer: a folder with ``profile.json``, two databases, and files."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.errors import KnownError
from app.domain.people import Grant, Person, Role
from app.models.faults import in_words
from app.vault.disk import private_folder, sync_folder, write_privately

if TYPE_CHECKING:
    from app.models.stores import Stores
    from app.vault.keys import Keys

_FILE = "profile.json"


class SignedIn(Protocol):
    """What a sign-in brings that a profile is made of."""

    @property
    def service_url(self) -> str: ...
    @property
    def person(self) -> Person: ...
    @property
    def device_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """Who works here, against which service, on which device. ``device_id`` is a UUID chosen once per profile.

    demo: a demonstration on loopback with keys in a file; set when the profile is made and never changed.
    """

    folder: Path
    id: str
    service_url: str
    person: Person
    device_id: str
    demo: bool

    @property
    def email(self) -> str:
        """The login name (M-01)."""
        return self.person.email

    @staticmethod
    def read(folder: Path) -> Profile:
        """The profile kept in a folder. Raises ``KnownError``: ``profile_missing``, ``profile_damaged``."""
        try:
            return _profile(folder, json.loads((folder / _FILE).read_bytes()))
        except FileNotFoundError as error:
            raise KnownError(
                "profile_missing",
                "There is no profile of Touchstone in this folder.",
                "Sign in to make one.",
                details=str(folder),
            ) from error
        except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
            raise KnownError(
                "profile_damaged",
                "Touchstone's note of who works on this computer is damaged.",
                "Your work beside it is kept. Ask the support contact to restore the file.",
                details=f"{folder / _FILE}: {error!r}",
            ) from error

    def with_person(self, person: Person) -> Profile:
        """The profile after the person's name or roles changed; written at once."""
        changed = replace(self, person=person)
        _write(changed)
        return changed

    def touch(self) -> None:
        """Notes that this profile is the one used last."""
        os.utime(self.folder / _FILE)


def profiles_folder() -> Path:
    """Where the profiles of this computer's user lie; ``TOUCHSTONE_HOME`` may point elsewhere."""
    home = os.environ.get("TOUCHSTONE_HOME")
    if home:
        return Path(home) / "profiles"
    from platformdirs import user_data_path

    return user_data_path("touchstone", appauthor=False, roaming=False) / "profiles"


def known_profiles() -> tuple[Profile, ...]:
    """Every readable profile on this computer, the one used last first."""
    found = []
    for path in profiles_folder().glob(f"*/{_FILE}"):
        try:
            found.append((path.stat().st_mtime_ns, Profile.read(path.parent)))
        except (KnownError, OSError):
            # One damaged profile must not keep the others from being opened; opening it itself says what is wrong.
            continue
    return tuple(profile for _, profile in sorted(found, key=lambda pair: (-pair[0], pair[1].id)))


def find_profile(service_url: str, login: str) -> Profile | None:
    """The profile of a login name at a service, if this computer has one."""
    for profile in known_profiles():
        if (profile.service_url, profile.email) == (service_url.rstrip("/"), login):
            return profile
    return None


def create_profile(answer: SignedIn, *, demo: bool, folder: Path | None = None) -> Profile:
    """Makes the profile of a person who signed in here for the first time; its databases come when it is opened.

    Raises ``KnownError``: ``disk_full``, ``disk_failing``, ``folder_not_writable``.
    """
    identifier = str(uuid.uuid4())
    profile = Profile(
        folder=folder or profiles_folder() / identifier,
        id=identifier,
        service_url=answer.service_url.rstrip("/"),
        person=answer.person,
        device_id=answer.device_id,
        demo=demo,
    )
    _write(profile)
    return profile


def open_stores(
    profile: Profile, keys: Keys, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Stores:
    """Opens both databases of a profile, making or migrating them as needed; the caller holds the profile's lock.

    Raises ``KnownError``: ``key_lost``, ``wrong_key``, ``work_missing``, ``work_damaged``, ``schema_newer``,
    ``backup_failed``, ``disk_full``, ``work_locked``, ``cache_locked``, and those of the keyring.
    """
    from app.models.stores import open_databases

    return open_databases(profile.folder, profile.id, keys, clock)


def _write(profile: Profile) -> None:
    person = profile.person
    body: dict[str, Any] = {
        "id": profile.id,
        "service_url": profile.service_url,
        "email": person.email,
        "person_id": person.id,
        "name": person.name,
        "grants": [{"role": grant.role.value, "centre_id": grant.centre_id or ""} for grant in person.grants],
        "device_id": profile.device_id,
        "demo": profile.demo,
    }
    with in_words("work", profile.folder / _FILE):
        private_folder(profile.folder)
        if not (profile.folder / _FILE).exists():
            _keep_folder(profile.folder)
        write_privately(profile.folder / _FILE, json.dumps(body, indent=1, ensure_ascii=False).encode())


def _keep_folder(folder: Path) -> None:
    """A power cut must not take a new folder away, with everything that is safe in it. Which of those above it are
    new is not asked: an earlier attempt may have made them and failed before they were safe.
    """
    for above in folder.parents:
        try:
            sync_folder(above)
        except PermissionError:
            # What may not even be read was not made by Touchstone, nor was anything above it.
            break


def _profile(folder: Path, body: dict[str, Any]) -> Profile:
    known = {role.value for role in Role}
    grants = tuple(
        Grant(Role(grant["role"]), grant["centre_id"] or None)
        for grant in body["grants"]
        if grant["role"] in known
    )
    return Profile(
        folder=folder,
        id=str(body["id"]),
        service_url=str(body["service_url"]),
        person=Person(str(body["person_id"]), str(body["email"]), str(body["name"]), grants),
        device_id=str(body["device_id"]),
        demo=body["demo"] is True,
    )
