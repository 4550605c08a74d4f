"""One window per person and computer: an operating-system lock, gone by itself when the process dies."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import TracebackType

from app.domain.errors import KnownError
from app.vault.disk import private_folder

_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _give_back(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        # flock, not lockf: it belongs to the open file, so that a second lock in this same process is refused
        # too, and closing some other handle on the file does not lose it.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class ProfileLock:
    """The right to write one person's profile: only one process holds it at a time.

    The file ``profile.lock`` stays for good. Removing it would let a second process lock a new file of the same
    name while the first still holds the old one.
    """

    def __init__(self, profile: Path) -> None:
        """``profile`` is the person's folder; it is made (owner only) when it is not there yet."""
        self.path = profile / "profile.lock"
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._handle is not None

    def acquire(self) -> None:
        """Takes the lock at once or refuses; never waits. Taking it again while holding it does nothing.

        Raises ``KnownError``: ``profile_in_use`` when another process (or another lock in this one) holds it,
        ``profile_not_writable`` when the folder cannot be written or its disk knows no locks.
        """
        if self._handle is not None:
            return
        try:
            private_folder(self.path.parent)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            _take(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _HELD:
                raise KnownError(
                    "profile_in_use",
                    "Touchstone is already open for this person on this computer.",
                    "Go on in the window that is open, or close it and try again.",
                    details=str(self.path),
                ) from error
            raise self._not_writable(error) from error
        self._handle = handle

    def release(self) -> None:
        """Gives the lock back; does nothing when it is not held."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        try:
            _give_back(handle)
        finally:
            os.close(handle)

    def _not_writable(self, error: OSError) -> KnownError:
        return KnownError(
            "profile_not_writable",
            "Touchstone cannot keep work in this person's folder on this computer.",
            "See that the folder can be written and lies on a disk of this computer, then try again.",
            details=f"{self.path}: {error}",
        )

    def __enter__(self) -> ProfileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
