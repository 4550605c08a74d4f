"""Where secrets lie: the operating system's own password store, and nowhere else.

The one exception is a demonstration with invented data against a service on this very computer.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from app.domain.errors import KnownError
from app.vault.disk import write_privately

SERVICE = "touchstone"
# The Windows store holds about 1,280 characters a secret; what does not fit there is not put anywhere.
LONGEST_SECRET = 1_280

# The stores that the systems themselves bring. Anything else that announces itself (a plain file from
# ``keyrings.alt``, a store that forgets, a class named in the environment) is refused.
_TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
# Libraries under keyring whose own exceptions come through unwrapped when the store goes away in mid-talk.
_BELOW = ("secretstorage", "jeepney", "dbus", "gi", "win32ctypes", "keyring")


class Keys(Protocol):
    """Named secrets of one profile. Every call may raise a ``KnownError`` that tells what to install or unlock."""

    def get(self, profile_id: str, name: str) -> str | None:
        """The secret, or None when there is none of that name."""

    def put(self, profile_id: str, name: str, secret: str) -> None:
        """Keeps the secret, replacing an older one of that name."""

    def forget(self, profile_id: str, name: str) -> None:
        """Removes the secret; it is no error when there is none."""


class SystemKeys:
    """Secrets in the password store of the operating system, through ``keyring``.

    ``store`` is any keyring backend to be used as it is; without it the system's own is looked for at first use.
    """

    def __init__(self, store: Any = None) -> None:
        self._store: Any = store

    def get(self, profile_id: str, name: str) -> str | None:
        """The secret or None. Raises ``KnownError``: ``keyring_missing``, ``keyring_insecure``, ``keyring_locked``."""
        with _refusals_in_words():
            found = self._backend().get_password(SERVICE, f"{profile_id}:{name}")
        return None if found is None else str(found)

    def put(self, profile_id: str, name: str, secret: str) -> None:
        """Keeps the secret and reads it back; raises as ``get`` does, and ``keyring_refused`` if it was not kept."""
        if len(secret) > LONGEST_SECRET:
            raise ValueError(f"a secret of {len(secret)} characters does not fit every password store")
        with _refusals_in_words():
            store = self._backend()
            store.set_password(SERVICE, f"{profile_id}:{name}", secret)
            kept = store.get_password(SERVICE, f"{profile_id}:{name}")
        if kept != secret:
            raise _refused("the secret read back differs from the one written")

    def forget(self, profile_id: str, name: str) -> None:
        """Removes the secret if there is one; raises as ``get`` does."""
        with _refusals_in_words():
            store = self._backend()
            if store.get_password(SERVICE, f"{profile_id}:{name}") is not None:
                store.delete_password(SERVICE, f"{profile_id}:{name}")

    def _backend(self) -> Any:
        if self._store is None:
            import keyring

            self._store = trusted_store(keyring.get_keyring())
        return self._store


def trusted_store(found: Any) -> Any:
    """The operating system's own store in what ``keyring`` has found, a chain of stores looked into as well.

    Raises ``KnownError``: ``keyring_insecure`` when there is a store but none of the system's own, else
    ``keyring_missing``.
    """
    if type(found).__module__ == "keyring.backends.chainer":
        # The chain itself is not used: it would hand a secret on to a plain file where the first store declines.
        stores = list(found.backends)
    elif type(found).__module__ == "keyring.backends.fail":
        stores = []
    else:
        stores = [found]
    for store in stores:
        if type(store).__module__ in _TRUSTED:
            return store
    names = ", ".join(f"{type(store).__module__}.{type(store).__qualname__}" for store in stores)
    if not stores:
        raise _missing("keyring found no store")
    raise KnownError(
        "keyring_insecure",
        "The password store of this computer does not protect what it keeps, so Touchstone does not use it.",
        _how_to_get_one(),
        details=names,
    )


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    import keyring.errors

    try:
        yield
    except KnownError:
        raise
    except keyring.errors.NoKeyringError as error:
        raise _missing(repr(error)) from error
    except (keyring.errors.KeyringLocked, keyring.errors.InitError) as error:
        raise KnownError(
            "keyring_locked",
            "The password store of this computer is locked.",
            _how_to_unlock(),
            details=repr(error),
        ) from error
    except keyring.errors.KeyringError as error:
        raise _refused(repr(error)) from error
    except (RuntimeError, OSError) as error:
        # A pinned Secret Service without a session bus says so with a plain RuntimeError.
        raise _missing(repr(error)) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] not in _BELOW:
            raise
        raise _missing(repr(error)) from error


def _missing(details: str) -> KnownError:
    return KnownError(
        "keyring_missing",
        "This computer has no password store that Touchstone can use to keep your key safe.",
        _how_to_get_one(),
        details=details,
    )


def _refused(details: str) -> KnownError:
    return KnownError(
        "keyring_refused",
        "The password store of this computer did not keep the key that Touchstone gave it.",
        _how_to_unlock(),
        details=details,
    )


def _how_to_get_one() -> str:
    if sys.platform == "win32":
        return "Start the Windows service “Credential Manager” and open Touchstone again."
    if sys.platform == "darwin":
        return "Open “Keychain Access”, see that the login keychain is there, and open Touchstone again."
    return (
        "Install one, for instance with “sudo apt install gnome-keyring”, sign in to the desktop again "
        "and open Touchstone there."
    )


def _how_to_unlock() -> str:
    if sys.platform == "win32":
        return "Sign in to Windows with your password again and try once more."
    if sys.platform == "darwin":
        return "Unlock the login keychain in “Keychain Access”, allow Touchstone to use it, and try again."
    return "Unlock it in “Passwords and Keys” (or in your desktop's wallet) and try again."


class DemoKeys:
    """A file of secrets for demonstrations: only for a profile marked as one, only against this computer.

    Nothing else opens it, no setting and no environment variable.
    """

    def __init__(self, folder: Path, service_url: str) -> None:
        """``folder`` is the profile's; ``service_url`` is where the service answers.

        Raises ``KnownError("demo_keys_refused")`` unless ``profile.json`` there says ``"demo": true`` and the
        service's host is a loopback address.
        """
        if not _marked_as_demo(folder / "profile.json"):
            raise _not_for_demo("Keys in a file are only for the demonstration, and this profile is not one.")
        if not on_this_computer(service_url):
            raise _not_for_demo(
                "The demonstration only talks to a service on this very computer, and this address is not one."
            )
        self._path = folder / "demo-keys.json"

    def get(self, profile_id: str, name: str) -> str | None:
        """The secret or None. Raises ``KnownError("demo_keys_damaged")``."""
        return self._read().get(f"{profile_id}:{name}")

    def put(self, profile_id: str, name: str, secret: str) -> None:
        """Keeps the secret. Raises ``KnownError``: ``demo_keys_damaged``, ``disk_full``."""
        self._write({**self._read(), f"{profile_id}:{name}": secret})

    def forget(self, profile_id: str, name: str) -> None:
        """Removes the secret if there is one. Raises as ``put`` does."""
        kept = self._read()
        if kept.pop(f"{profile_id}:{name}", None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise self._damaged(str(error)) from error
        if not isinstance(kept, dict) or not all(isinstance(secret, str) for secret in kept.values()):
            raise self._damaged("not an object of texts")
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        write_privately(self._path, json.dumps(kept, sort_keys=True, indent=1).encode())

    def _damaged(self, details: str) -> KnownError:
        return KnownError(
            "demo_keys_damaged",
            "The demonstration's file of keys cannot be read.",
            "Remove the demonstration's folder and start the demonstration again.",
            details=f"{self._path}: {details}",
        )


def _marked_as_demo(profile: Path) -> bool:
    try:
        marks = json.loads(profile.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(marks, dict) and marks.get("demo") is True


def on_this_computer(service_url: str) -> bool:
    """True when the address of a service names this computer itself: 127.0.0.0/8, ``::1`` or ``localhost``."""
    # Programs disagree on what a backslash or a user name in front of the host means: neither belongs here.
    if any(sign in "\\@" or sign.isspace() or not sign.isprintable() for sign in service_url):
        return False
    try:
        parts = urlsplit(service_url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback and (address.version == 4 or str(address) == "::1")


def _not_for_demo(says: str) -> KnownError:
    return KnownError("demo_keys_refused", says, "Sign in on a computer with a password store instead.")


def new_database_key() -> str:
    """A random 256-bit key for an encrypted database: 64 hexadecimal characters."""
    return secrets.token_hex(32)


def new_file_key() -> bytes:
    """A random 256-bit key for one encrypted file: 32 bytes."""
    return secrets.token_bytes(32)


def key_lost() -> KnownError:
    """What to say when databases lie on the disk but the password store no longer has their key.

    Whoever meets this stops: a new database over the old one would destroy work that a restored key can open.
    """
    return KnownError(
        "key_lost",
        "The password store of this computer no longer has the key to the work kept here, so it cannot be opened.",
        "Nothing was removed. Unlock or restore the password store you used before and open Touchstone again; "
        "if that is not possible, ask the support contact before doing anything else.",
    )
