"""The one place where faults of a database or its disk are turned into a person's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from app.domain.errors import KnownError

Label = Literal["work", "cache"]


class _Code:
    """SQLite's primary result codes; the extended ones carry more in their higher bytes."""

    BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB = 5, 6, 8, 10, 11, 13, 14, 26


# Some calls of the driver, such as copying a database, raise SQLite's words without its code.
_CODES_OF_WORDS = {
    "database is locked": _Code.BUSY,
    "attempt to write a readonly database": _Code.READONLY,
    "disk I/O error": _Code.IOERR,
    "database disk image is malformed": _Code.CORRUPT,
    "database or disk is full": _Code.FULL,
    "unable to open database file": _Code.CANTOPEN,
    "file is not a database": _Code.NOTADB,
}
_NO_SPACE = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FAILING = {errno.EIO, errno.ENXIO, errno.ENODEV}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_LITTLE_SPACE = 1 << 20


@contextmanager
def in_words(label: Label, path: Path) -> Iterator[None]:
    """Turns SQLite's and the disk's faults into ``KnownError``; every other exception is a defect and passes.

    Codes: ``disk_full``, ``work_locked``/``cache_locked``, ``work_damaged``/``cache_damaged``,
    ``disk_failing``, ``folder_not_writable``.
    """
    try:
        yield
    except KnownError:
        raise
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise disk_full(str(error)) from error
        if error.errno in _FAILING:
            raise _failing(str(error)) from error
        if error.errno in _FORBIDDEN:
            raise _not_writable(path, str(error)) from error
        raise
    except MemoryError as error:
        # What SQLCipher says of some pages it cannot decipher.
        raise damaged(label, path, "a page cannot be read") from error
    except Exception as error:
        code = sqlite_code(error)
        if code is None:
            raise
        known = _known(code, label, path, error)
        if known is None:
            raise
        raise known from error


def sqlite_code(error: BaseException) -> int | None:
    """SQLite's primary result code behind an exception (SQLAlchemy wraps the driver's), or None."""
    inner = getattr(error, "orig", None) or error
    code = getattr(inner, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF
    if type(inner).__module__.startswith("sqlcipher3"):
        return _CODES_OF_WORDS.get(str(inner))
    return None


def _known(code: int, label: Label, path: Path, error: Exception) -> KnownError | None:
    details = f"{path.name}: {getattr(error, 'orig', None) or error}"
    match code:
        case _Code.FULL:
            return disk_full(details)
        case _Code.BUSY | _Code.LOCKED:
            return _locked(label, details)
        case _Code.CORRUPT | _Code.NOTADB:
            return damaged(label, path, details)
        case _Code.IOERR:
            # A disk that fills up while SQLite grows its shared memory is reported as an I/O error.
            if _nearly_full(path):
                return disk_full(details)
            return _failing(details)
        case _Code.READONLY | _Code.CANTOPEN:
            # Nor can a file be made on a full disk.
            return disk_full(details) if _nearly_full(path) else _not_writable(path, details)
    return None


def _nearly_full(path: Path) -> bool:
    import shutil

    try:
        return shutil.disk_usage(path.parent).free < _LITTLE_SPACE
    except OSError:
        return False


def disk_full(details: str) -> KnownError:
    return KnownError(
        "disk_full",
        "The disk of this computer is full, so this could not be saved.",
        "Free some space and try again; everything saved before is kept.",
        details=details,
    )


def _failing(details: str) -> KnownError:
    return KnownError(
        "disk_failing",
        "The disk of this computer did not read or write as it should.",
        "Nothing that was saved before is affected; see that the disk is connected and sound, then try again.",
        details=details,
    )


def _not_writable(path: Path, details: str) -> KnownError:
    return KnownError(
        "folder_not_writable",
        "Touchstone may not write in its own folder on this computer.",
        f"Allow writing in {path.parent} and open Touchstone again.",
        details=details,
    )


def disk_unsuitable(details: str) -> KnownError:
    return KnownError(
        "disk_unsuitable",
        "The disk that holds Touchstone's folder cannot keep work safely.",
        "Keep the folder on a disk of this computer rather than on a network drive, then open Touchstone again.",
        details=details,
    )


def _locked(label: Label, details: str) -> KnownError:
    if label == "work":
        return KnownError(
            "work_locked",
            "Another program is using the file with your work, so this could not be saved just now.",
            "Close other windows of Touchstone, backup or virus programs that hold it, and try again.",
            details=details,
        )
    return KnownError(
        "cache_locked",
        "Another program is using Touchstone's copy of the service's records.",
        "Close other windows of Touchstone, backup or virus programs that hold it, and try again; "
        "your own work is safe.",
        details=details,
    )


def damaged(label: Label, path: Path, details: str) -> KnownError:
    if label == "work":
        return KnownError(
            "work_damaged",
            "The file with your work on this computer is damaged and cannot be read.",
            f"It is kept untouched at {path}, with older copies in the folder “backups” beside it. Close Touchstone "
            "and open it again to recover what can be read; if that fails, ask the support contact.",
            details=details,
        )
    return KnownError(
        "cache_damaged",
        "Touchstone's copy of the service's records on this computer is damaged.",
        "Close Touchstone and open it again: the copy is then fetched anew; your own work is safe.",
        details=details,
    )


def is_unreadable_from_the_start(error: KnownError) -> bool:
    """Whether a file counts as damaged because not even its first page can be read: so does one under another key."""
    return "not a database" in error.details


def wrong_key(path: Path, details: str) -> KnownError:
    return KnownError(
        "wrong_key",
        "The key in this computer's password store does not open the work kept here.",
        f"Nothing was changed; the files are kept at {path.parent}. Restore the password store you used before, "
        "or ask the support contact.",
        details=details,
    )


def schema_newer(path: Path, found: str) -> KnownError:
    return KnownError(
        "schema_newer",
        "A newer version of Touchstone has worked here, and this older one cannot read what it kept.",
        "Update Touchstone and open it again; nothing was changed.",
        details=f"{path.name} has schema {found}",
    )
