"""Taking a file in for a note: told how far it is, stopped on the person's word, and never forgotten in silence."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.domain.errors import KnownError
from app.workspace.pictures import Pictures
from app.workspace.queries import place_words
from app.workspace.sizes import size_words

if TYPE_CHECKING:
    from app.models.work import WorkStore

ROOM_FOR_WORK = 20 << 20
"""Bytes of the disk that an added file must leave free, so that one can still type and record."""

_SETTING = "adding"


@dataclass(frozen=True, slots=True)
class Watch:
    """on_bytes: told how many bytes of how many are done. stopped: whether the person gave it up."""

    on_bytes: Callable[[int, int], None] = lambda done, total: None
    stopped: Callable[[], bool] = lambda: False


class WatchedFile:
    """A file of this computer that is read twice, first for its hash and then to be sealed. Reads as a ``Path`` does
    where nothing but ``name`` and ``open`` is wanted of it. Reading raises KnownError ``adding_stopped``.
    """

    def __init__(self, path: Path, watch: Watch) -> None:
        self.name = path.name
        self._path = path
        self._watch = watch
        self._done = 0
        self._total = 2 * max(1, size_of(path))

    def open(self, mode: str = "rb") -> _Reader:
        """As ``Path.open``, in binary."""
        return _Reader(self._path.open("rb"), self._count)

    def _count(self, length: int) -> None:
        if self._watch.stopped():
            raise KnownError("adding_stopped", f"“{self.name}” was not attached: you stopped it.")
        self._done += length
        self._watch.on_bytes(min(self._done, self._total) // 2, self._total // 2)


class _Reader:
    def __init__(self, file: BinaryIO, count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count

    def read(self, length: int = -1) -> bytes:
        piece = self._file.read(length)
        self._count(len(piece))
        return piece

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def must_fit(path: Path, folder: Path) -> None:
    """Raises KnownError ``disk_full``, naming the file and both sizes, where it cannot be kept in that folder."""
    size, free = size_of(path), shutil.disk_usage(folder).free
    if size + ROOM_FOR_WORK > free:
        raise no_room_for(path.name, size, free)


def no_room_for(name: str, size: int, free: int) -> KnownError:
    """Why a file cannot be kept on this disk. Sizes in bytes."""
    return KnownError(
        "disk_full",
        f"“{name}” does not fit: it has {size_words(size)}, and {size_words(free)} are free on this computer.",
        "Make room on the disk and attach it again. Your note is kept as it is.",
    )


class Adding:
    """What is being taken in, kept on the disk while it lasts: where it was broken off, the next start says so."""

    def __init__(self, work: WorkStore, pictures: Pictures) -> None:
        self._work = work
        self._pictures = pictures
        self._lock = threading.Lock()

    def begin(self, request_id: str, sample_id: str, name: str) -> str:
        """Returns what ``end`` is to be told."""
        number, position = self._pictures.names(request_id, sample_id)
        of_review = self._pictures.is_review(request_id)
        place = f"Review {number}" if of_review else place_words(number, position)
        with self._lock:
            under_way = self._kept()
            key = next(key for key in map(str, range(len(under_way) + 1)) if key not in under_way)
            self._work.put(_SETTING, {**under_way, key: [name, place]})
        return key

    def end(self, key: str) -> None:
        """It is attached, or was given up or refused in sight of the person."""
        with self._lock:
            self._work.put(_SETTING, {other: told for other, told in self._kept().items() if other != key})

    def broken_off(self) -> tuple[str, ...]:
        """What was being added when Touchstone was closed or stopped the last time, in words; told once."""
        with self._lock:
            kept = self._kept()
            if kept:
                self._work.put(_SETTING, {})
        return tuple(f"“{name}” was not attached to your note ({place})." for name, place in kept.values())

    def _kept(self) -> Mapping[str, list[str]]:
        kept: Mapping[str, list[str]] = self._work.get(_SETTING, {})
        return kept


def size_of(path: Path) -> int:
    """Bytes; 0 for one that is not there: reading it will say so."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
