"""Files at rest, encrypted, content-addressed, and readable at any place without a decrypted byte on the disk."""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from app.domain.errors import KnownError
from app.vault.disk import disk_in_words, private_folder, sync_folder
from app.vault.handed import HandedOver
from app.vault.incoming import Incoming
from app.vault.keys import new_file_key
from app.vault.resumable import Resumable
from app.vault.sealing import CHUNK, HEADER, OVERHEAD, Sealer, damaged, size_in

__all__ = ["CHUNK", "FileStore", "HandedOver", "Incoming", "Resumable", "SealedFile"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CACHED_CHUNKS = 2
_KEPT_PARTS = 30 * 24 * 3600
"""Seconds for which a transfer that was broken off may still be gone on with."""


class FileStore:
    """A private folder of encrypted files, each named by the SHA-256 of its plaintext (64 small hex digits)."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, readable by its owner only, if it is not there yet."""
        private_folder(folder)
        self.folder = folder

    def receive(self, sha256: str, size: int, key: bytes | None = None) -> Incoming:
        """A file to be written piece by piece; ``size`` is the plaintext's length in bytes.

        ``key`` is the key the database already holds for this very file, if it does: the new copy is sealed with
        it, so that a crash before the database commits leaves no file whose key is unknown. Without it a new
        random key is made.
        """
        return Incoming(self._path(sha256), sha256, size, new_file_key() if key is None else key)

    def add(self, data: bytes, key: bytes | None = None) -> tuple[str, bytes]:
        """Keeps a file that is in memory already; returns its SHA-256 and its key. Raises as ``Incoming`` does."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self.receive(sha256, len(data), key) as incoming:
            incoming.write(data)
            return sha256, incoming.complete()

    def resume(self, sha256: str, size: int, key: bytes) -> Resumable:
        """A file to be written in any order, which goes on where an earlier attempt under this key was broken off.

        Only one at a time for the same file. Raises ``KnownError("disk_full")``.
        """
        final = self._path(sha256)
        with disk_in_words():
            return Resumable(self._part_path(sha256), final, Sealer(sha256, size, key))

    def open(self, sha256: str, key: bytes) -> SealedFile:
        """Opens a complete file for reading.

        Raises ``KnownError``: ``file_missing``, ``file_damaged`` (also for a wrong key, seen at the first read).
        """
        return SealedFile(self._path(sha256), sha256, key)

    def has(self, sha256: str) -> bool:
        """True when the file is here and complete."""
        return self._path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Removes a file and what has arrived of it; it is no error when it is not there."""
        self._path(sha256).unlink(missing_ok=True)
        self._part_path(sha256).unlink(missing_ok=True)
        sync_folder(self.folder)

    def sweep_parts(self) -> int:
        """Removes what nobody will go on with: halves of files added here, and transfers broken off a month ago.
        Returns how many. Only while nothing is being received.
        """
        oldest = time.time() - _KEPT_PARTS
        swept = 0
        for part in self.folder.glob("*.part"):
            if _SHA256.fullmatch(part.stem) and part.stat().st_mtime >= oldest:
                continue
            part.unlink(missing_ok=True)
            swept += 1
        return swept

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in small hexadecimal digits: {sha256!r}")
        return self.folder / f"{sha256}.sealed"

    def _part_path(self, sha256: str) -> Path:
        return self._path(sha256).with_suffix(".part")


class SealedFile:
    """A complete encrypted file, read at any place. Any thread may read; keeps the last two chunks decrypted."""

    def __init__(self, path: Path, sha256: str, key: bytes) -> None:
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise KnownError(
                "file_missing",
                "This file is not on this computer.",
                "Connect to the service and fetch it again.",
                details=sha256,
            ) from error
        try:
            self._sealer = self._read_header(sha256, key)
        except BaseException:
            self._file.close()
            raise
        self._sha256 = sha256
        self._lock = threading.Lock()
        self._recent: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size(self) -> int:
        """Length of the plaintext in bytes."""
        return self._sealer.size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the plaintext, which is also the file's name in the store."""
        return self._sha256

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of plaintext from ``offset``; fewer, or none, past the end.

        Raises ``KnownError("file_damaged")`` when a chunk is not what was once written, or the key is wrong.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length are not negative")
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        pieces = []
        for index in range(offset // CHUNK, (end - 1) // CHUNK + 1):
            start = index * CHUNK
            pieces.append(self._chunk(index)[max(0, offset - start) : end - start])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """The whole plaintext in order, a chunk (1 MiB) at a time; even an empty file is checked against its key."""
        for index in range(self._sealer.count):
            yield self._chunk(index)

    def close(self) -> None:
        """Closes the file and forgets what was decrypted; harmless when called again."""
        with self._lock:
            self._recent.clear()
            self._file.close()

    def _chunk(self, index: int) -> bytes:
        with self._lock:
            known = self._recent.get(index)
            if known is not None:
                self._recent.move_to_end(index)
                return known
            plain = self._decrypt(index)
            self._recent[index] = plain
            while len(self._recent) > _CACHED_CHUNKS:
                self._recent.popitem(last=False)
            return plain

    def _decrypt(self, index: int) -> bytes:
        self._file.seek(self._sealer.place(index))
        sealed = _read_fully(self._file, self._sealer.plain_length(index) + OVERHEAD)
        return self._sealer.unseal(index, sealed)

    def _read_header(self, sha256: str, key: bytes) -> Sealer:
        sealer = Sealer(sha256, size_in(_read_fully(self._file, HEADER.size), sha256), key)
        if os.fstat(self._file.fileno()).st_size != sealer.length_on_disk:
            raise damaged(f"the header of {sha256} does not describe this file")
        return sealer

    def __enter__(self) -> SealedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_fully(file: BinaryIO, length: int) -> bytes:
    pieces = []
    while length > 0:
        piece = file.read(length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
