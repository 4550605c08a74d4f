"""Decrypted copies handed to other programs: named, private, read-only, and gone when done."""

from __future__ import annotations

import os
import stat
import threading
import unicodedata
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from app.vault.disk import disk_in_words, is_link, open_new, private_folder, write_all

if TYPE_CHECKING:
    from app.vault.files import SealedFile

_LONGEST_NAME = 150
_LONGEST_ENDING = 20
_NOT_IN_NAMES = set('<>:"|?*')
# Windows gives these names to devices, with any ending and in any case; a copy may travel there.
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"
}


class HandedOver:
    """A private folder (0700) of decrypted copies that other programs read. Any thread may lend and purge."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder if it is not there yet; copies of an earlier run stay until ``purge``.

        A link in its place goes, and nothing of what it points to is touched.
        """
        self.folder = folder
        self._lock = threading.Lock()
        self._rooms: dict[str, Path] = {}
        self._make()

    def lend(self, name: str, sealed: SealedFile, root: str = "") -> Path:
        """Writes a read-only (0400) decrypted copy under a harmless form of ``name`` and returns where it lies.

        root: what it belongs to; copies of one root share a folder, with all that other programs put beside them.
        Read-only, so that the other program does not pretend to save into a copy that will be removed.
        Raises ``KnownError``: ``disk_full``, ``file_damaged``; nothing remains then.
        """
        # One at a time, so that a purge never meets a half-written copy.
        with self._lock, disk_in_words():
            path, handle = self._new_file(self._room(root), safe_name(name))
            try:
                try:
                    for chunk in sealed.chunks():
                        write_all(handle, chunk)
                finally:
                    os.close(handle)
                path.chmod(stat.S_IRUSR)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return path

    def paths(self) -> list[Path]:
        """Every copy that lies here now, also what other programs left beside theirs."""
        rooms = set(self._rooms.values())
        within = [_inside(path) if path in rooms else [path] for path in _inside(self.folder)]
        return [path for paths in within for path in paths]

    def roots(self) -> tuple[str, ...]:
        """What the copies of this run belong to."""
        return tuple(root for root, room in self._rooms.items() if room.exists())

    def purge(self) -> list[Path]:
        """Removes everything in the folder and returns what could not be removed (another program holds it)."""
        with self._lock:
            if is_link(self.folder):
                self._make()
            for path in _inside(self.folder):
                _remove(path)
            return self.paths()

    def purge_root(self, root: str) -> list[Path]:
        """Removes the copies of one root, with all beside them, and returns what could not be removed."""
        with self._lock:
            room = self._rooms.get(root)
            if room is None:
                return []
            _remove(room)
            return _inside(room)

    def _make(self) -> None:
        if is_link(self.folder):
            _unlink(self.folder)
        private_folder(self.folder)

    def _room(self, root: str) -> Path:
        if is_link(self.folder):
            self._make()
        if not root:
            return self.folder
        room = self._rooms.get(root)
        if room is None:
            taken = {path.name for path in _inside(self.folder)}
            number = next(number for number in count(1) if str(number) not in taken)
            room = self._rooms[root] = self.folder / str(number)
        private_folder(room)
        return room

    @staticmethod
    def _new_file(folder: Path, name: str) -> tuple[Path, int]:
        stem, ending = _split(name)
        number = 1
        while True:
            path = folder / (name if number == 1 else f"{stem} ({number}){ending}")
            try:
                return path, open_new(path)
            except FileExistsError:
                number += 1


def safe_name(name: str) -> str:
    """A name that cannot leave its folder, hide its ending, or mean something to a system; never empty.

    Only the last part of a path is kept. Control, formatting and direction signs vanish; signs that Windows
    refuses become ``_``; device names get a ``_`` in front; long names are shortened before their ending.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(
        " " if unicodedata.category(sign) in ("Zs", "Zl", "Zp") else sign
        for sign in unicodedata.normalize("NFC", last)
        if unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )
    plain = "".join("_" if sign in _NOT_IN_NAMES else sign for sign in visible)
    # Windows drops dots and spaces at the end silently; a leading dot hides the file from its owner.
    plain = plain.strip(" ").lstrip(".~").strip(" ").rstrip(". ")
    stem, ending = _split(plain)
    room = _LONGEST_NAME - len(ending.encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "file"
    if stem.split(".")[0].rstrip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return stem + ending


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending.encode()) > _LONGEST_ENDING:
        return name, ""
    return stem, f".{ending}"


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder, in order; nothing for a link, whatever it points to."""
    return sorted(folder.iterdir()) if folder.is_dir() and not is_link(folder) else []


def _unlink(link: Path) -> None:
    """Takes a link away, never what it points to. Windows removes one to a folder as it removes a folder."""
    try:
        link.unlink()
    except PermissionError:
        link.rmdir()


def _remove(path: Path) -> None:
    """Removes a file, a link (never what it points to) or a folder with all in it, as far as that is possible."""
    try:
        if is_link(path):
            _unlink(path)
        elif path.is_dir():
            for inner in path.iterdir():
                _remove(inner)
            path.rmdir()
        else:
            # Windows does not remove what is read-only.
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            path.unlink()
    except OSError:
        # Another program holds it: ``purge`` reports what is left.
        return
