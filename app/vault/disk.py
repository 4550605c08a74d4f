"""The few promises a disk must keep: a full disk is said in words, a finished file survives a power cut."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import KnownError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FAILING = {errno.EIO, errno.ENXIO, errno.ENODEV}
# Windows: 5 access denied, 32 sharing violation. Virus scanners and indexers hold a new file for a moment.
_PASSING = {5, 32}
_TRIES = 8
# POSIX opens in binary anyway; Windows would otherwise turn line ends into something else.
_BINARY: int = getattr(os, "O_BINARY", 0)


@contextmanager
def disk_in_words() -> Iterator[None]:
    """Turns "no space left", a quota and a size limit into ``KnownError("disk_full")``, and a disk that does not
    read or write as it should into ``disk_failing``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise KnownError(
                "disk_full",
                "The disk of this computer is full, so the file could not be kept.",
                "Free some space and try again; nothing that was saved before is affected.",
                details=str(error),
            ) from error
        if error.errno in _FAILING:
            raise KnownError(
                "disk_failing",
                "The disk of this computer did not read or write as it should.",
                "Nothing that was saved before is affected; see that the disk is connected and sound, "
                "then try again.",
                details=str(error),
            ) from error
        raise


def is_link(path: Path) -> bool:
    """Whether the name itself is a link to somewhere else (on Windows also a junction), be there anything or not."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    reparse = getattr(found, "st_file_attributes", 0) & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)
    return stat.S_ISLNK(found.st_mode) or bool(reparse)


def private_folder(folder: Path) -> None:
    """Makes the folder and its parents; the folder itself is open to its owner only (0700 where that exists).

    Raises ``KnownError("folder_linked")`` where its name is a link: what lies elsewhere is not Touchstone's to open,
    to close, or to clear.
    """
    if is_link(folder):
        raise KnownError(
            "folder_linked",
            f"The folder “{folder.name}” of Touchstone is a link to another place.",
            "Touchstone keeps to its own folders. Put a folder in the place of the link, then open Touchstone again.",
            details=str(folder),
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def open_new(path: Path) -> int:
    """A file descriptor for a file that must not exist yet, readable and writable by its owner only (0600)."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)


def open_or_new(path: Path) -> int:
    """A file descriptor for a file that may be there already, readable and writable by its owner only (0600)."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """``os.write`` until everything is written; a short write is ordinary near a full disk."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def read_into(handle: int, buffer: memoryview) -> int:
    """Reads up to as many bytes as the buffer has, from where the file stands; returns how many, 0 at its end."""
    if sys.platform == "win32":
        data = os.read(handle, len(buffer))
        buffer[: len(data)] = data
        return len(data)
    return os.readv(handle, [buffer])


def put_in_place(part: Path, final: Path) -> None:
    """Renames a finished, already synchronised file over ``final`` and makes the rename itself durable."""
    for turn in range(_TRIES):
        try:
            part.replace(final)
            break
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _PASSING or turn == _TRIES - 1:
                raise
            time.sleep(0.01 * 2**turn)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Makes new and renamed entries of a folder survive a power cut. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_privately(path: Path, data: bytes) -> None:
    """Replaces a small private file (0600) in one step: readers see the old content or the new, never half.

    Raises ``KnownError("disk_full")``.
    """
    part = path.with_name(f"{path.name}.{os.urandom(8).hex()}.part")
    with disk_in_words():
        handle = open_new(part)
        try:
            try:
                write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            put_in_place(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
